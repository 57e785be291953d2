//! "Can't make it Tuesday, Thursday same time?": the wish in a customer's words.
//! What he leaves out he takes from the time that stands; what can be read in two
//! ways is asked about.

use jiff::{SignedDuration, Timestamp};

use crate::desk::decide::answer;
use crate::desk::decide::mail::Case;
use crate::desk::decide::schedule::in_several_ways;
use crate::desk::moment::{self, MomentFault, When, time_zone};
use crate::desk::phrase::Phrase;
use crate::desk::ticket::Ticket;

/// What a customer's words ask for. `holds`: the planned time is not possible.
pub enum Wish {
    Time {
        when: When,
        written: String,
        holds: bool,
    },
    /// A day without a time of day: the planned one on that day.
    Day {
        near: Timestamp,
    },
    /// Another time, and none is named.
    Another {
        holds: bool,
    },
    Unclear {
        text: Phrase,
    },
}

pub fn read(case: &Case<'_>, ticket: &Ticket) -> Option<Wish> {
    let classify = &case.rules.classify;
    let text = plain(&case.input.mail.own_text);
    let phrases = moment::phrases(&case.input.mail.own_text, &case.rules.zones, &classify.refuses);
    let holds = holds(case);
    let wishes = !phrases.is_empty() && has(&text, &classify.wishes);
    if !holds && !wishes && !has(&text, &classify.moves) {
        return None;
    }
    let wanted = phrases.iter().filter(|phrase| !phrase.refused);
    // "Halb 11", "übermorgen", "2 hours later": another time than its words alone.
    if let Some(vague) = wanted.clone().find(|phrase| phrase.vague) {
        return Some(Wish::Unclear { text: moment::unreadable(&vague.text).text });
    }
    let wanted: Vec<&str> = wanted.map(|phrase| phrase.text.as_str()).collect();
    if wanted.is_empty() {
        return Some(Wish::Another { holds });
    }
    let mut written = wanted.join(", ");
    if has(&text, &classify.same_time)
        && let Some(clock) = standing(case, ticket, "%H:%M")
    {
        written = format!("{written} {clock}");
    }
    Some(match resolve(case, ticket, &written) {
        Ok(when) if days_apart(&when) => Wish::Unclear { text: in_several_ways(&when) },
        Ok(when) => Wish::Time { when: likely(case, ticket, when, &written), written, holds },
        Err(fault) if fault.name == "time_hour_missing" => day(case, ticket, &written, fault),
        Err(fault) => Wish::Unclear { text: fault.text },
    })
}

/// Whether the words say that the planned time is not possible. "Geht nicht" may
/// be said of telephones as well: it counts where a time is refused.
pub fn holds(case: &Case<'_>) -> bool {
    let classify = &case.rules.classify;
    let own = &case.input.mail.own_text;
    let text = plain(own);
    let refused = || {
        let phrases = moment::phrases(own, &case.rules.zones, &classify.refuses);
        phrases.iter().any(|phrase| phrase.refused && !phrase.vague)
    };
    has(&text, &classify.holds) || (has(&text, &classify.declines) && refused())
}

/// The day and the zone of the standing time are meant where he names none.
fn resolve(case: &Case<'_>, ticket: &Ticket, written: &str) -> Result<When, MomentFault> {
    let zone = zone(case, ticket);
    let read = |text: &str, zone: Option<&str>| {
        moment::read(text, zone, case.input.received, &case.rules.zones, &case.rules.hours.zone)
    };
    let with_zone = |text: &str| match read(text, None) {
        Err(fault) if fault.name == "zone_missing" => read(text, Some(&zone)),
        other => other,
    };
    match (with_zone(written), standing(case, ticket, "%Y-%m-%d")) {
        (Err(fault), Some(day)) if fault.name == "time_date_missing" || fault.name == "time_unreadable" => {
            with_zone(&format!("{day} {written}")).map_err(|_| fault)
        }
        (read, _) => read,
    }
}

/// "Next Tuesday" on a Monday: of two days none is taken, though both are free.
fn days_apart(when: &When) -> bool {
    const DAY: SignedDuration = SignedDuration::from_hours(24);
    when.others().iter().any(|other| other.at.duration_since(when.first().at).abs() >= DAY)
}

/// A day alone, or a part of it: near the planned time of day, if it lies there.
fn day(case: &Case<'_>, ticket: &Ticket, written: &str, missing: MomentFault) -> Wish {
    let clocks = standing(case, ticket, "%H:%M").into_iter().chain(["10:00".to_owned(), "14:00".to_owned()]);
    let mut found = clocks.filter_map(|clock| resolve(case, ticket, &format!("{written} {clock}")).ok());
    match found.next() {
        Some(when) if when.others().is_empty() => Wish::Day { near: when.first().at },
        Some(when) => Wish::Unclear { text: in_several_ways(&when) },
        None => Wish::Unclear { text: missing.text },
    }
}

/// "move it to 2": in the afternoon, when nobody works at two in the morning.
fn likely(case: &Case<'_>, ticket: &Ticket, when: When, written: &str) -> When {
    let exact = moment::names_half(written, &case.rules.zones);
    let (first, hours) = (when.first(), &case.rules.hours);
    let later = first.at.checked_add(SignedDuration::from_hours(12)).unwrap_or(first.at);
    let minutes = ticket.agreed().map_or(hours.window_minutes, |window| {
        u32::try_from(answer::minutes_between(window.start, window.end)).unwrap_or(hours.window_minutes)
    });
    let afternoon = !exact && hours.judge(first.at, minutes).is_err() && hours.judge(later, minutes).is_ok();
    if !afternoon || !when.others().is_empty() {
        return when;
    }
    let said =
        time_zone(&first.zone).map_or_else(String::new, |zone| later.to_zoned(zone).strftime("%H:%M").to_string());
    let reading = moment::Reading { at: later, zone: first.zone.clone(), said: format!("{said} in the afternoon") };
    When::new(reading, Vec::new())
}

/// The zone in which the standing time was asked for.
fn zone(case: &Case<'_>, ticket: &Ticket) -> String {
    ticket.agreed().map_or_else(|| answer::zone_of(ticket, &case.world()), |window| window.zone.clone())
}

fn standing(case: &Case<'_>, ticket: &Ticket, format: &str) -> Option<String> {
    let zone = time_zone(&zone(case, ticket))?;
    Some(ticket.agreed()?.start.to_zoned(zone).strftime(format).to_string())
}

/// Lower case, one blank between words, plain apostrophes.
pub fn plain(text: &str) -> String {
    let text = text.to_lowercase().replace('\u{2019}', "'");
    text.split_whitespace().collect::<Vec<&str>>().join(" ")
}

pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty())
}

/// Whether one of `phrases` stands in a plain text, as whole words.
pub fn has(text: &str, phrases: &[String]) -> bool {
    let own: Vec<&str> = words(text).collect();
    phrases.iter().any(|phrase| {
        let phrase: Vec<&str> = words(phrase).collect();
        !phrase.is_empty() && own.windows(phrase.len()).any(|window| window == phrase)
    })
}
