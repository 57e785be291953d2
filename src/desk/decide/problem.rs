//! A problem was reported (PT-01): a ticket, the upgrade that it is about, an
//! alarm when it is urgent, and the letters of decisions 12, 13 and 16.

mod another;
pub mod attached;
mod items;
pub mod letters;
pub mod link;
pub mod reply;

use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::mail::Case;
use crate::desk::decide::problem::link::{Link, Place};
use crate::desk::decide::{Decision, alarm, language, notice, page, ticket_id};
use crate::desk::known::Tally;
use crate::desk::letter::Letter;
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::ticket::{Event, Requester, Ticket, TicketKind};
use crate::desk::urgency::Severity;

/// The first words of a report that travel in alarms.
const EXTRACT_CHARS_MAX: usize = 600;

/// Decides about a report; `hint` is the ticket that the mail answers.
pub fn decide(case: &Case<'_>, hint: Option<&Ticket>) -> Result<Decision, NotNow> {
    let Some(mut place) = link::place(case, hint) else { return Ok(unknown(case)) };
    let beside = link::open_problems(case, &place);
    if let Some(ticket) = another::joined(case, &beside) {
        return reply::more(case, ticket, "Another report about this problem");
    }
    if let Some(ticket) = beside.first() {
        another::beside(&mut place.link, ticket);
    }
    open(case, place)
}

/// A report of another symptom, in answer to a letter about the open `ticket`: it
/// may have a ticket of its own already.
fn beside(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let Some(mut place) = link::place(case, Some(ticket)) else { return Ok(unknown(case)) };
    another::beside(&mut place.link, ticket);
    let others = link::open_problems(case, &place);
    if let Some(same) = others.into_iter().find(|other| another::is_the_same(case, other)) {
        return reply::more(case, same, "The customer wrote about this problem in answer to another one");
    }
    open(case, place)
}

/// Opens the ticket.
fn open(case: &Case<'_>, place: Place) -> Result<Decision, NotNow> {
    let Place { company, link, linked } = place;
    let mut draft = report(case, &company, &link)?;
    let urgent = draft.ticket.problem.as_ref().is_some_and(|problem| problem.severity.is_urgent());
    let mut decision = Decision::new(OutcomeWord::Problem, case.author.actor.clone());
    decision.why.extend(case.input.urgency.because.iter().map(|reason| Why::new("4.4", reason.clone())));
    decision.why.extend(case.input.urgency.since.iter().map(|words| Why::new("4.4", format!("since when: {words}"))));
    decision.why.push(Why::new("2.6", link.because.clone()));
    let strange = case.is_machine() || case.author.representative.is_none();
    let serial = draft.ticket.serial().to_owned();
    let capped = strange && page::is_one_too_many(case, &serial);
    if let Some(why) = unsure(case, &link) {
        draft.happen(Event::Unsure { why })?;
    }
    if urgent && capped {
        let fact = "enough alarms of strangers and machines, today or about this unit: no further one";
        decision.why.push(Why::new("TC14", fact));
    } else if urgent {
        let received = case.input.received;
        let alarms = alarm::raise(&case.world(), &mut draft, received, None, "A problem was reported.")?;
        decision.letters.extend(alarms);
        if strange {
            decision.count(Tally::StrangerAlarm, &serial);
        }
    }
    decision.letters.extend(letters::outside(case, &draft.ticket, &link, linked.as_ref(), strange && capped));
    decision.letters.push(notice::of(case, &draft, headline(case, &draft.ticket)));
    decision.changes.push(draft.into_change());
    Ok(decision)
}

/// Why a person must decide what it is about (PT-04, decisions 13).
fn unsure(case: &Case<'_>, link: &Link) -> Option<String> {
    if case.author.representative.is_none() && !case.is_machine() {
        return Some("the writer is not on file".to_owned());
    }
    link.question.then(|| link.because.clone())
}

fn headline(case: &Case<'_>, ticket: &Ticket) -> &'static str {
    let urgent = ticket.problem.as_ref().is_some_and(|problem| problem.severity.is_urgent());
    match (case.is_machine(), case.author.proven_representative().is_some(), urgent) {
        (true, _, _) => "A MACHINE reports a problem; nobody outside was answered",
        (_, false, _) => "A problem, reported by somebody who is NOT proven; the writer gets no details",
        (_, true, true) => "A problem was reported; an alarm runs until somebody answers #ack",
        (_, true, false) => "A problem was reported; please take it (#ack)",
    }
}

/// The new ticket with its first event.
fn report(case: &Case<'_>, company: &Option<String>, link: &Link) -> Result<Draft, NotNow> {
    let id = ticket_id(TicketKind::Problem, case.known.next_problem, case.now, case.rules);
    let identity = case.input.mail.identity.as_ref().ok();
    let reading = &case.input.urgency;
    let reported = Event::Reported {
        requester: Requester {
            address: identity.map(|identity| identity.address.clone()).unwrap_or_default(),
            name: identity.map(|identity| identity.name.clone()).unwrap_or_default(),
            on_file: case.author.representative.is_some(),
            language: language::written(&case.input.mail, case.rules),
        },
        company: company.clone(),
        form: link.form.clone(),
        upgrade: link.upgrade.clone(),
        suggested: link.suggested.clone(),
        severity: items::of(case).iter().map(|item| item.severity).fold(reading.severity, Severity::min),
        claimed: reading.claimed,
        because: reading.because.clone(),
        since: reading.since.clone(),
        extract: extract(case),
        automatic: case.is_machine(),
        earlier: link.earlier.clone(),
        items: items::of(case),
        received: case.input.received,
    };
    let mut draft = Draft::open(&id, reported, case.now)?;
    attached::keep(case, &mut draft)?;
    Ok(draft)
}

/// The subject when there is no text, else the beginning of the text.
pub fn extract(case: &Case<'_>) -> String {
    let mail = &case.input.mail;
    let text = mail.own_text.trim();
    let text = if text.is_empty() { mail.subject.trim() } else { text };
    text.chars().take(EXTRACT_CHARS_MAX).collect()
}

/// A stranger about no unit that we know: no ticket. Staff see it, at once when
/// it reads urgent; a proven author gets the neutral note (decisions 12).
fn unknown(case: &Case<'_>) -> Decision {
    let actor = case.author.actor.clone();
    let why = Why::new("decisions 13", "a problem report, but neither writer nor unit is known");
    let mut decision = Decision::quarantine(actor, "unknown_report", "a problem report of a stranger", why);
    if case.is_machine() {
        decision.outcome = OutcomeWord::Loop;
        return decision;
    }
    let few = case.known.neutral_notes_today < case.rules.counts.neutral_notes_per_day_max;
    if case.input.urgency.alarms() && few {
        decision
            .letters
            .push(notice::without_ticket(case, "A stranger reports something urgent; no unit was recognised"));
    }
    decision.letters.extend(neutral(case));
    decision
}

fn neutral(case: &Case<'_>) -> Option<Letter> {
    let note = crate::desk::decide::mail::neutral_note(case)?;
    Some(Letter { say: crate::desk::letter::say::Say::NeutralProblemNote {}, ..note })
}
