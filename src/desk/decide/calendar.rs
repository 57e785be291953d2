//! Answers of people's calendars (3.2). An acceptance is evidence and no consent
//! (O10): some programs accept by rule. A refusal is in the safe direction: it
//! pauses, and asks; nothing else that a calendar says changes anything (TF11).

use jiff::{SignedDuration, Timestamp};

use crate::desk::calendar::read::Answer;
use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::mail::{Case, note};
use crate::desk::decide::{Decision, World, answer, notice};
use crate::desk::known::FoundTicket;
use crate::desk::letter::Letter;
use crate::desk::letter::invite;
use crate::desk::letter::say::{CalendarAnswer, Say};
use crate::desk::letter::times::span;
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::register::Representative;
use crate::desk::ticket::{Cause, Ending, Event, NoteKind, Status, Ticket, Window};
use crate::phrase;

/// The answer to an invitation of ours. `None`: it belongs to no upgrade.
pub fn decide(case: &Case<'_>) -> Option<Result<Decision, NotNow>> {
    let (FoundTicket::ByReference(ticket) | FoundTicket::ByTag(ticket)) = &case.known.ticket else { return None };
    let answer = case.input.mail.calendar.as_ref().filter(|answer| {
        ticket.problem.is_none() && answer.uid.eq_ignore_ascii_case(&invite::uid(&ticket.id, &case.rules.desk))
    })?;
    Some(answered(case, ticket, answer).map(|mut decision| {
        let fact = format!("{} of {}", answer.method, ticket.id);
        decision.why.push(Why::new("O10", format!("an answer of a calendar: {fact}; it consents to nothing")));
        decision
    }))
}

fn answered(case: &Case<'_>, ticket: &Ticket, answer: &Answer) -> Result<Decision, NotNow> {
    let said = case.input.mail.address().and_then(|address| answer.of(address));
    let said = if answer.method == "COUNTER" { Some("COUNTER") } else { said };
    let Some(row) = case.author.proven_representative().filter(|_| case.author.may_change(ticket)) else {
        return note(case, ticket, NoteKind::Unproven);
    };
    let outdated = answer.sequence.is_some_and(|number| ticket.invitation.is_none_or(|now| number < now));
    match said {
        Some("DECLINED" | "TENTATIVE" | "COUNTER") if case.is_machine() => people_look(
            case,
            ticket,
            NoteKind::Automatic,
            "A calendar program answered for the customer: please ask him",
        ),
        Some("DECLINED" | "TENTATIVE" | "COUNTER") if outdated => people_look(
            case,
            ticket,
            NoteKind::Customer,
            "The customer's calendar answered an invitation that was changed since: please ask him",
        ),
        Some("DECLINED") if may_pause(ticket) => declined(case, ticket, row),
        Some("DECLINED") => people_look(
            case,
            ticket,
            NoteKind::Customer,
            "The customer declined the invitation, but nothing is planned that could be paused: please call him",
        ),
        Some("TENTATIVE") if may_pause(ticket) => {
            let mut decision = note(case, ticket, NoteKind::Customer)?;
            decision.letters.extend(ask(case, ticket, row, CalendarAnswer::Tentative, None));
            Ok(decision)
        }
        Some("COUNTER") => counter(case, ticket, row, answer),
        _ => note(case, ticket, NoteKind::Customer),
    }
}

fn may_pause(ticket: &Ticket) -> bool {
    matches!(ticket.status, Status::Scheduled | Status::Ready | Status::Blocked)
}

fn people_look(case: &Case<'_>, ticket: &Ticket, kind: NoteKind, headline: &str) -> Result<Decision, NotNow> {
    let mut decision = note(case, ticket, kind)?;
    decision.letters.push(notice::of(case, &Draft::of(ticket, case.now), headline));
    Ok(decision)
}

/// "Please do not": paused at once, asked, and ended an hour before its time if
/// nobody answers.
fn declined(case: &Case<'_>, ticket: &Ticket, row: &Representative) -> Result<Decision, NotNow> {
    if ticket.declined.is_some() {
        // A second calendar of the same people: they are asked already.
        return note(case, ticket, NoteKind::Customer);
    }
    let mut draft = Draft::of(ticket, case.now);
    draft.happen(Event::Declined { by: row.address.clone() })?;
    let hold = Event::Blocked { why: format!("{} declined the invitation", row.address), cause: Cause::Hold };
    if draft.may(&hold) {
        draft.happen(hold)?;
    }
    let mut decision = Decision::new(OutcomeWord::Note, case.author.actor.clone());
    for person in answer::concerned(ticket, &case.world(), Some(row)) {
        decision.letters.extend(ask(case, &draft.ticket, person, CalendarAnswer::Declined, None));
    }
    let headline = "PAUSED: the customer declined the invitation; he is asked what he wants";
    decision.letters.push(notice::of(case, &draft, headline));
    decision.changes.push(draft.into_change());
    decision.why.push(Why::new("UT-26", "declined: paused until the customer says what he wants"));
    Ok(decision)
}

/// A wish for another time; only people, or the customer's own words, move it.
fn counter(case: &Case<'_>, ticket: &Ticket, row: &Representative, answer: &Answer) -> Result<Decision, NotNow> {
    let zone = &case.rules.hours.zone;
    let length = ticket.window.as_ref().map_or(SignedDuration::from_hours(1), |now| now.end.duration_since(now.start));
    let wish = answer.start.map(|start| {
        let end = answer.end.filter(|end| *end > start);
        Window { start, end: end.unwrap_or(start.checked_add(length).unwrap_or(start)), zone: zone.clone() }
    });
    let headline = match &wish {
        Some(wish) => format!(
            "The customer's calendar proposes another time: {}; #offer it, or another one",
            span(wish.start, wish.end, zone)
        ),
        None => "The customer's calendar proposes another time, which could not be read: please ask him".to_owned(),
    };
    let mut decision = people_look(case, ticket, NoteKind::Customer, &headline)?;
    if may_pause(ticket) {
        decision.letters.extend(ask(case, ticket, row, CalendarAnswer::Counter, wish));
    }
    Ok(decision)
}

fn ask(
    case: &Case<'_>,
    ticket: &Ticket,
    row: &Representative,
    what: CalendarAnswer,
    wish: Option<Window>,
) -> Option<Letter> {
    let window = ticket.window.clone()?;
    let zone = answer::zone_of(ticket, &case.world());
    let by = case.author.representative.filter(|author| author.address != row.address);
    let say = Say::CalendarQuestion {
        serial: answer::serial(&ticket.form),
        what,
        by_other: by.map(|author| author.name.clone()).unwrap_or_default(),
        until: stops_at(&window).filter(|until| *until > case.now),
        window: Window { zone: zone.clone(), ..window },
        wish: wish.map(|wish| Window { zone, ..wish }),
    };
    Some(answer::letter(row, ticket, say, case))
}

/// Until when an upgrade that was declined waits for the customer's word.
pub fn stops_at(window: &Window) -> Option<Timestamp> {
    window.start.checked_sub(SignedDuration::from_hours(1)).ok()
}

/// "Go ahead" after all: in the risky direction, so only from who may consent, in
/// plain words, below a letter of ours.
pub fn kept(case: &Case<'_>, ticket: &Ticket) -> Option<Result<Decision, NotNow>> {
    let by_reference = matches!(case.known.ticket, FoundTicket::ByReference(_));
    let says_so = case.rules.classify.keep.contains(&case.first_line()) && !case.is_doubted();
    let asked = ticket.declined.is_some() && ticket.status == Status::Blocked;
    (asked && by_reference && says_so && case.author.consents()).then(|| resume(case, ticket))
}

fn resume(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, case.now);
    draft.happen(Event::Resumed { by: case.author.actor.name().to_owned() })?;
    draft.settle(case.rules)?;
    let mut decision = Decision::new(OutcomeWord::Note, case.author.actor.clone());
    if let Some(window) = &draft.ticket.window {
        let minutes = u32::try_from(answer::minutes_between(window.start, window.end)).unwrap_or_default();
        let zone = answer::zone_of(&draft.ticket, &case.world());
        let say = answer::confirmation(case.known, case.rules, &draft.ticket, window, minutes, zone);
        let people = answer::concerned(&draft.ticket, &case.world(), case.author.representative);
        decision.letters.extend(people.into_iter().map(|row| answer::letter(row, &draft.ticket, say.clone(), case)));
    }
    decision.letters.push(notice::of(case, &draft, "The customer keeps the time after all: it goes on as planned"));
    decision.changes.push(draft.into_change());
    decision.why.push(Why::new("UT-27", "the customer keeps the time that he had declined"));
    Ok(decision)
}

/// Nobody answered: silence is never consent, so it does not take place.
pub fn unanswered(draft: &mut Draft, world: &World<'_>) -> Result<Vec<Letter>, NotNow> {
    let by = draft.ticket.declined.as_ref().map(|declined| declined.by.clone()).unwrap_or_default();
    let words = "declined in the calendar, and our question was not answered".to_owned();
    let window = answer::agreed_window(&draft.ticket, world);
    let people = answer::concerned(&draft.ticket, world, answer::requester(&draft.ticket, world.known));
    draft.happen(Event::Cancelled { ending: Ending::Withdrawn, by, words })?;
    let say = Say::Cancelled {
        serial: answer::serial(&draft.ticket.form),
        window,
        by_customer: false,
        words: phrase!(
            "cancelled_declined",
            "The invitation to it was declined, and our question was not answered in time."
        ),
    };
    let mut letters: Vec<Letter> =
        people.into_iter().map(|row| answer::to_person(row, &draft.ticket, say.clone())).collect();
    let headline = "CANCELLED: declined in the calendar and not answered; do not touch the unit";
    letters.push(notice::about(&draft.ticket, draft, headline, world.rules, world.known));
    Ok(letters)
}
