//! Turns that go to somebody else, days without work, and the answers to what
//! the desk asked its staff.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};

use crate::desk::access::day_of;
use crate::desk::board::{Section, name};
use crate::desk::decide::command::Refusal;
use crate::desk::decide::draft::Draft;
use crate::desk::decide::mail::Case;
use crate::desk::decide::office::command::{Effects, to_author};
use crate::desk::decide::office::{letter, people, persons, today, when};
use crate::desk::decide::staff::{says_ack, token};
use crate::desk::decide::{Decision, closed};
use crate::desk::escalation::{Rota, Takeover};
use crate::desk::letter::Template;
use crate::desk::letter::say::{Say, TranscriptLine};
use crate::desk::office::{Handover, Office, OfficeEvent};
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::ticket::{Event, Ticket};
use crate::desk::urgency::Severity;

const WEEKS: SignedDuration = SignedDuration::from_hours(4 * 7 * 24);

/// The shifts of the next four weeks, rota by rota.
pub fn weeks(case: &Case<'_>, office: &Office) -> Vec<Section> {
    let escalation = &case.rules.escalation;
    let until = case.now.checked_add(WEEKS).unwrap_or(Timestamp::MAX);
    let duty = office.duty();
    let of = |rota: &Rota| {
        let now =
            escalation.on_duty(&rota.name, case.now, &duty).map_or("NOBODY".to_owned(), |id| name(case.rules, id));
        let mut lines = vec![format!("now: {now}")];
        for shift in rota.shifts(case.now, until, &escalation.absences, &office.takeovers) {
            let who =
                shift.who.map_or("NOBODY: alarms call the next level at once".to_owned(), |id| name(case.rules, &id));
            let zone = rota.time_zone();
            let from = shift.from.to_zoned(zone.clone()).strftime("%a %-d %b %H:%M").to_string();
            let till = shift.until.to_zoned(zone).strftime("%a %-d %b %H:%M").to_string();
            lines.push(format!("{from:<16}  to {till:<16}  {who}"));
        }
        Section { title: format!("ROTA {} (times of {})", rota.name, rota.zone), lines }
    };
    escalation.rotas.iter().map(of).collect()
}

/// `#swap`: at once when a lead or the one who takes it says so; else he is asked.
pub fn swap(case: &Case<'_>, effects: &mut Effects, who: &str, (first, last): (Date, Date)) -> Result<String, Refusal> {
    let Some(staff) = case.rules.access.staff_by_id(who) else {
        let ids: Vec<&str> = case.rules.access.staff.iter().map(|staff| staff.id.as_str()).collect();
        return Err(Refusal(format!("expected one of {}, found {who}", ids.join(", "))));
    };
    let escalation = &case.rules.escalation;
    let rota = escalation.duty_rota().ok_or_else(|| Refusal("there is no rota".to_owned()))?;
    let over = || Refusal(format!("{last} is over"));
    let (from, until) = rota.day(first).zip(rota.day(last)).map(|(first, last)| (first.0, last.1)).ok_or_else(over)?;
    if until <= case.now {
        return Err(over());
    }
    let from = from.max(case.now);
    if escalation.is_away(&staff.id, from) || escalation.is_away(&staff.id, until) {
        return Err(Refusal(format!("{} is away then (absence in rules/escalation.toml)", staff.name)));
    }
    let shifts = rota.shifts(from, until, &escalation.absences, &effects.office.takeovers);
    if shifts.iter().all(|shift| shift.who.as_ref() == Some(&staff.id)) {
        return Err(Refusal(format!("{} has the duty then already", staff.name)));
    }
    let takeover = Takeover { rota: rota.name.clone(), who: Some(staff.id.clone()), from, until };
    let by = me(case);
    let may = case.author.staff.is_some_and(|me| me.is_lead || me.id == staff.id);
    if may {
        let told = told_of(case, &effects.office, &takeover, &[]);
        effects.letters.extend(told);
        effects.happen(case, OfficeEvent::TookOver { takeover: takeover.clone(), by });
        return Ok(format!("{} has the duty {}", staff.name, span(case, &takeover)));
    }
    let my_name = name(case.rules, &by);
    let say = Say::Duty {
        subject: format!("{my_name} asks you to take the duty {first}"),
        lines: vec![format!("{my_name} asks you to take the duty ({}):", rota.name), span(case, &takeover)],
        ack: "Reply with the single word\n\n  ack\n\nand it is yours; with the word \"no\" nothing changes. Until you \
              answer, nothing changes."
            .to_owned(),
        sections: Vec::new(),
        commands: Vec::new(),
    };
    let to = persons(&case.world(), &[Some(&staff.id)]);
    effects.letters.extend(to.into_iter().map(|(to, salutation)| letter(to, &salutation, say.clone())));
    effects.happen(case, OfficeEvent::SwapAsked { takeover, by });
    Ok(format!("{0} is asked; nothing changes until {0} answers \"ack\"", staff.name))
}

/// M-28 to everybody whose turn changes, whoever wanted it, and the desk's list;
/// not to the sender, who has his transcript.
fn told_of(case: &Case<'_>, before: &Office, takeover: &Takeover, more: &[&str]) -> Vec<crate::desk::letter::Letter> {
    let escalation = &case.rules.escalation;
    let rota = escalation.rota(&takeover.rota);
    let shifts = rota.map(|rota| rota.shifts(takeover.from, takeover.until, &escalation.absences, &before.takeovers));
    let lost: Vec<String> = shifts.unwrap_or_default().into_iter().filter_map(|shift| shift.who).collect();
    let new = takeover.who.as_deref();
    let shown = new.map_or("nobody".to_owned(), |id| name(case.rules, id));
    let before: Vec<String> =
        lost.iter().filter(|id| Some(id.as_str()) != new).map(|id| name(case.rules, id)).collect();
    let instead = if before.is_empty() { "nobody".to_owned() } else { before.join(", ") };
    let say = Say::Duty {
        subject: format!("Rota change ({}): {shown} instead of {instead}", takeover.rota),
        lines: vec![
            format!("{shown} has the duty ({}) instead of {instead}:", takeover.rota),
            span(case, takeover),
            format!("Changed by {}.", name(case.rules, &me(case))),
        ],
        ack: String::new(),
        sections: Vec::new(),
        commands: Vec::new(),
    };
    let ids: Vec<Option<&str>> =
        new.into_iter().chain(lost.iter().map(String::as_str)).chain(more.iter().copied()).map(Some).collect();
    let mine = case.author.staff.map(|staff| staff.address.as_str());
    let to = people(&case.world(), &ids);
    let others = to.into_iter().filter(|(to, _)| Some(to.address()) != mine);
    others.map(|(to, salutation)| letter(to, &salutation, say.clone())).collect()
}

pub fn me(case: &Case<'_>) -> String {
    case.author.staff.map(|staff| staff.id.clone()).unwrap_or_default()
}

fn span(case: &Case<'_>, takeover: &Takeover) -> String {
    format!("from {} until {}", when(&case.world(), takeover.from), when(&case.world(), takeover.until))
}

/// S-09: a day without work on top of the rules; what is booked then is listed.
pub fn holiday(
    case: &Case<'_>,
    effects: &mut Effects,
    day: Date,
    closes: Option<Time>,
    name: &str,
) -> Result<String, Refusal> {
    const NAME_MAX: usize = 60;
    if !case.author.staff.is_some_and(|staff| staff.is_lead) {
        return Err(Refusal("only a lead adds a holiday".to_owned()));
    }
    if day < today(&case.world()) {
        return Err(Refusal(format!("{day} is over")));
    }
    if name.chars().count() > NAME_MAX {
        return Err(Refusal(format!("customers read the name: at most {NAME_MAX} characters")));
    }
    let event = OfficeEvent::HolidaySet { day, name: name.to_owned(), closes, by: me(case) };
    effects.happen(case, event);
    let rules = effects.office.in_force(case.rules);
    let hours = rules.as_ref().map_or(&case.rules.hours, |rules| &rules.hours);
    let on_the_day = |ticket: &Ticket| {
        let start = ticket.window.as_ref().map(|window| day_of(window.start, &case.rules.hours.zone));
        start == Some(day)
    };
    let hit = |ticket: &&Ticket| on_the_day(ticket) && closed::hit(ticket, hours).is_some();
    let seen = case.known.seen.as_deref();
    let booked: Vec<&Ticket> = seen.map(|seen| seen.open.iter().filter(hit).collect()).unwrap_or_default();
    let how = closes.map_or("no work".to_owned(), |time| format!("work until {}", time.strftime("%H:%M")));
    let known = booked.iter().filter_map(|ticket| {
        let mut draft = Draft::of(ticket, case.now);
        draft.happen(closed::told(ticket, &closed::hit(ticket, hours)?)?).ok()?;
        Some(draft.into_change())
    });
    effects.changes.extend(known);
    let booked_lines: Vec<String> = booked.iter().map(|ticket| booking(case, ticket)).collect();
    let sections = match booked_lines.is_empty() {
        true => Vec::new(),
        false => vec![Section { title: "BOOKED THEN: PLEASE OFFER OTHER TIMES".to_owned(), lines: booked_lines }],
    };
    let say = Say::Duty {
        subject: format!("Holiday on {day}: {name}"),
        lines: vec![format!("{}: {name}, {how}. Set by {}.", day.strftime("%A %-d %B %Y"), me(case))],
        ack: String::new(),
        sections,
        commands: Vec::new(),
    };
    let agents: Vec<Option<&str>> = booked.iter().map(|ticket| ticket.agent.as_deref()).collect();
    let mine = case.author.staff.map(|staff| staff.address.as_str());
    let to = people(&case.world(), &agents);
    let others = to.into_iter().filter(|(to, _)| Some(to.address()) != mine);
    effects.letters.extend(others.map(|(to, salutation)| letter(to, &salutation, say.clone())));
    let ids: Vec<&str> = booked.iter().map(|ticket| ticket.id.0.as_str()).collect();
    let ids =
        if ids.is_empty() { "nothing is booked then".to_owned() } else { format!("booked then: {}", ids.join(", ")) };
    Ok(format!("{day} is a holiday, {how}; {ids}"))
}

fn booking(case: &Case<'_>, ticket: &Ticket) -> String {
    let start = ticket.window.as_ref().map(|window| when(&case.world(), window.start)).unwrap_or_default();
    format!("{}  {}  {start}", ticket.id, ticket.serial())
}

/// An answer to what the desk asked: to take a turn, or to take the duty over.
/// `None`: it asked nothing of him by the letter that he answers.
pub fn answered(case: &Case<'_>) -> Option<Decision> {
    let (yes, no) = (says_ack(case) || !case.input.commands.is_empty(), case.says_no());
    let me = me(case);
    let letters = token::desk_letters(case, Template::Duty);
    if letters.is_empty() {
        let other = case.known.answered.iter().find(|answered| answered.letter.template == "M-28").filter(|_| yes);
        return other
            .map(|other| said(case, false, &format!("the letter that you answer went to {}", other.letter.to)));
    }
    if !(yes || no) {
        return None;
    }
    let office = &case.known.office;
    let asked = office
        .asked
        .iter()
        .find(|asked| asked.takeover.who.as_ref() == Some(&me) && asked.letters.iter().any(|no| letters.contains(no)));
    if let Some(asked) = asked {
        let event = match yes {
            true => OfficeEvent::TookOver { takeover: asked.takeover.clone(), by: me },
            false => OfficeEvent::SwapRefused { takeover: asked.takeover.clone(), by: me },
        };
        return Some(agreed(case, event, &asked.takeover, &asked.by));
    }
    let since =
        |handover: &&Handover| handover.letters.iter().min().is_some_and(|first| letters.iter().any(|no| no >= first));
    let handed = office.open_handover().filter(since).filter(|_| yes);
    match handed {
        Some(handover) if handover.to.as_ref() == Some(&me) => Some(taken(case, handover)),
        _ if yes => {
            let text = "nothing waits for your word: it was answered before, or went to somebody else";
            Some(said(case, false, text))
        }
        _ => None,
    }
}

fn agreed(case: &Case<'_>, event: OfficeEvent, takeover: &Takeover, asker: &str) -> Decision {
    let yes = matches!(event, OfficeEvent::TookOver { .. });
    if takeover.until <= case.now {
        return said(case, false, "that time is over");
    }
    let mut decision = match yes {
        true => said(case, true, &format!("you have the duty {}", span(case, takeover))),
        false => said(case, true, "noted; nothing changes"),
    };
    if yes {
        decision.letters.extend(told_of(case, &case.known.office, takeover, &[asker]));
    } else {
        let say = Say::Duty {
            subject: format!("{} does not take the duty", name(case.rules, &me(case))),
            lines: vec!["Nothing changes:".to_owned(), span(case, takeover)],
            ack: String::new(),
            sections: Vec::new(),
            commands: Vec::new(),
        };
        let to = persons(&case.world(), &[Some(asker)]);
        decision.letters.extend(to.into_iter().map(|(to, salutation)| letter(to, &salutation, say.clone())));
    }
    decision.office.push(event);
    decision
}

/// 5.3: the duty, and with it the open P1 and P2 of the one before.
fn taken(case: &Case<'_>, handover: &Handover) -> Decision {
    let by = me(case);
    let grave = |ticket: &&Ticket| {
        let problem = ticket.problem.as_ref();
        problem.is_some_and(|problem| matches!(problem.severity, Severity::P1 | Severity::P2))
            && ticket.agent.is_some()
            && ticket.agent == handover.from
    };
    let seen = case.known.seen.as_deref();
    let mut changes = Vec::new();
    for ticket in seen.map(|seen| seen.open.as_slice()).unwrap_or_default().iter().filter(grave) {
        let mut draft = Draft::of(ticket, case.now);
        if draft.happen(Event::Taken { agent: by.clone() }).is_ok() {
            changes.push(draft.into_change());
        }
    }
    let ids: Vec<&str> = changes.iter().map(|change| change.ticket.0.as_str()).collect();
    let with = if ids.is_empty() { "no open P1 or P2".to_owned() } else { ids.join(", ") };
    let mut decision = said(case, true, &format!("you have the duty ({}), with {with}", handover.rota));
    let say = Say::Duty {
        subject: format!("{} has the duty ({})", name(case.rules, &by), handover.rota),
        lines: vec![format!("{} has acknowledged the duty, with {with}.", name(case.rules, &by))],
        ack: String::new(),
        sections: Vec::new(),
        commands: Vec::new(),
    };
    let to = people(&case.world(), &[handover.from.as_deref()]);
    decision.letters.extend(to.into_iter().map(|(to, salutation)| letter(to, &salutation, say.clone())));
    decision.office.push(OfficeEvent::DutyTaken { rota: handover.rota.clone(), by });
    decision.changes = changes;
    decision
}

pub fn said(case: &Case<'_>, done: bool, text: &str) -> Decision {
    let outcome = if done { OutcomeWord::Commands } else { OutcomeWord::Refused };
    let mut decision = Decision::new(outcome, case.author.actor.clone());
    decision.why.push(Why::new("5.3", text));
    let line = case.first_line();
    let lines = vec![TranscriptLine { line, done, text: text.to_owned() }];
    let (status, possible, visible_to, usage) = (String::new(), Vec::new(), Vec::new(), Vec::new());
    decision.letters.push(to_author(
        case,
        Say::Transcript { lines, done, status, possible, visible_to, lights: Vec::new(), usage },
    ));
    decision
}
