//! A mail that belongs to a problem ticket: more facts, an answer, "works now",
//! a nudge, thanks, or the consent to a change.

use jiff::SignedDuration;

use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::mail::{Case, note};
use crate::desk::decide::problem::{another, attached, letters};
use crate::desk::decide::{Decision, alarm, answer, consent, notice};
use crate::desk::letter::say::Say;
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::ticket::{ConsentChannel, Event, NoteKind, Scope, Status, Ticket};
use crate::desk::token::Action;
use crate::desk::urgency::{Severity, Tone};

/// A problem that came back later than this is another one (PT-15).
const SAME_FOR: SignedDuration = SignedDuration::from_hours(14 * 24);

pub fn decide(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let reading = &case.input.urgency;
    if !is_of_the_company(case, ticket) {
        // What has ended, only a proven person opens again (PT-14); nobody watches
        // it, so a report must stand by itself (decisions 14).
        if reading.tone == Tone::Problem && (ticket.status.is_final() || ticket.status == Status::Resolved) {
            return super::decide(case, Some(ticket));
        }
        return more(case, ticket, "Somebody who may not act on this ticket wrote; the problem may be worse");
    }
    match (ticket.status, reading.tone) {
        (Status::ChangeProposed, Tone::Plain | Tone::Thanks) if case.says_yes() => agreed(case, ticket),
        (Status::ChangeProposed, _) if case.says_no() => refused(case, ticket),
        (Status::Closed | Status::Transferred | Status::Merged, Tone::Problem) if !is_same(case, ticket) => {
            super::decide(case, Some(ticket))
        }
        (Status::Closed, Tone::Problem) if another::is(case, ticket) => super::decide(case, Some(ticket)),
        (Status::Resolved | Status::Closed, Tone::Problem) => reopened(case, ticket),
        (Status::Resolved, Tone::Restored) => settled(case, ticket),
        // An answer to our question may name other parts; nothing else does.
        (status, Tone::Problem) if status != Status::WaitingCustomer && another::is(case, ticket) => {
            super::beside(case, ticket)
        }
        (_, Tone::Problem) => more(case, ticket, "The customer wrote more about the problem"),
        (_, Tone::Restored) => {
            words(case, ticket, "The customer says that it works again; please check, then #resolved")
        }
        (_, Tone::Nudge) => nudged(case, ticket),
        // UT-43: thanks need no reader and change nothing.
        (_, Tone::Thanks) => note(case, ticket, NoteKind::Customer),
        (_, Tone::Plain) => words(case, ticket, "The customer wrote"),
    }
}

fn is_of_the_company(case: &Case<'_>, ticket: &Ticket) -> bool {
    case.author.proven_representative().is_some_and(|row| ticket.company.as_ref() == Some(&row.company))
}

fn is_same(case: &Case<'_>, ticket: &Ticket) -> bool {
    let closed = ticket.problem.as_ref().and_then(|problem| problem.closed_at);
    ticket.status == Status::Closed && closed.is_some_and(|at| case.input.received.duration_since(at) <= SAME_FOR)
}

/// New facts on an open problem. Worse is believed from anybody (decisions 14);
/// better only from a person of the desk (PT-16).
pub fn more(case: &Case<'_>, ticket: &Ticket, headline: &str) -> Result<Decision, NotNow> {
    let mut draft = noted(case, ticket)?;
    let mut decision = Decision::new(OutcomeWord::Note, case.author.actor.clone());
    let reading = &case.input.urgency;
    let before = ticket.problem.as_ref().map_or(Severity::P4, |problem| problem.severity);
    let strange = case.author.representative.is_none() || case.is_machine();
    let capped = strange && case.known.stranger_alarms_today >= case.rules.counts.stranger_alarms_per_day_max;
    decision.why.extend(since(case, ticket, &mut draft)?);
    if ticket.status == Status::WaitingCustomer && is_of_the_company(case, ticket) {
        draft.happen(Event::CustomerAnswered { by: case.author.actor.name().to_owned() })?;
    }
    let mut headline = headline.to_owned();
    let mut worse = false;
    if reading.tone == Tone::Problem && reading.severity < before && !capped {
        let by = case.author.actor.name().to_owned();
        let reason = reading.because.join("; ");
        let raised = Event::SeveritySet { severity: reading.severity, reason, by, by_staff: false };
        if draft.may(&raised) {
            draft.happen(raised)?;
            worse = true;
            let severity: &'static str = reading.severity.into();
            headline = format!("WORSE, now {severity}: {headline}");
            decision.letters.extend(alarm_again(case, &mut draft)?);
        }
    }
    // "Still not working" is no news: he wants to see something happen.
    let nudge = Event::Nudged { by: case.author.actor.name().to_owned() };
    if reading.insists && !worse && is_of_the_company(case, ticket) && !case.is_machine() && draft.may(&nudge) {
        draft.happen(nudge)?;
        let times = draft.ticket.problem.as_ref().map_or(1, |problem| problem.nudges);
        headline = format!("STILL NOT SOLVED, says the customer{}", now_times(times));
        decision.letters.extend(alarm::nudged(&case.world(), &mut draft)?);
        decision.why.push(Why::new("Q-22", format!("insists or asks for news, {times} times")));
    }
    // A machine that says the same again, or sends our own notice back, is
    // noted: a notice about it could come back in turn, for ever (TE2).
    if worse || !case.is_machine() {
        decision.letters.push(notice::of(case, &draft, &headline));
    }
    decision.changes.push(draft.into_change());
    decision.why.push(Why::new("PT-16", "more words about an open problem"));
    Ok(decision)
}

fn noted(case: &Case<'_>, ticket: &Ticket) -> Result<Draft, NotNow> {
    let mut draft = Draft::of(ticket, case.now);
    let by = case.input.mail.address().unwrap_or("unknown").to_owned();
    let kind = match (case.is_machine(), is_of_the_company(case, ticket)) {
        (true, _) => NoteKind::Automatic,
        (false, true) => NoteKind::Customer,
        (false, false) => NoteKind::Unproven,
    };
    draft.happen(Event::Noted { kind, by, text: case.input.mail.own_text.clone() })?;
    attached::keep(case, &mut draft)?;
    Ok(draft)
}

/// Who has it is called first, else the ladder begins.
fn alarm_again(case: &Case<'_>, draft: &mut Draft) -> Result<Vec<crate::desk::letter::Letter>, NotNow> {
    let severity = draft.ticket.problem.as_ref().map(|problem| problem.severity);
    let raise = Event::AlarmRaised { since: case.input.received, first: None, why: String::new() };
    if !severity.is_some_and(Severity::is_urgent) || !draft.may(&raise) {
        return Ok(Vec::new());
    }
    let first = draft.ticket.agent.clone();
    alarm::raise(&case.world(), draft, case.input.received, first, "The problem has become worse.")
}

/// What the report did not say, the customer may say later, asked or not.
fn since(case: &Case<'_>, ticket: &Ticket, draft: &mut Draft) -> Result<Option<Why>, NotNow> {
    let is_open = ticket.problem.as_ref().is_some_and(|problem| problem.since.is_none());
    let Some(words) = case.input.urgency.since.clone().filter(|_| is_open) else { return Ok(None) };
    let why = Why::new("4.4", format!("since when: {words}"));
    let said = Event::SinceSaid { words, by: case.author.actor.name().to_owned() };
    if !is_of_the_company(case, ticket) || case.is_machine() || !draft.may(&said) {
        return Ok(None);
    }
    draft.happen(said)?;
    Ok(Some(why))
}

fn words(case: &Case<'_>, ticket: &Ticket, headline: &str) -> Result<Decision, NotNow> {
    let mut draft = noted(case, ticket)?;
    let said = since(case, ticket, &mut draft)?;
    if ticket.status == Status::WaitingCustomer {
        draft.happen(Event::CustomerAnswered { by: case.author.actor.name().to_owned() })?;
    }
    let mut decision = Decision::new(OutcomeWord::Note, case.author.actor.clone());
    decision.letters.push(notice::of(case, &draft, headline));
    decision.changes.push(draft.into_change());
    decision.why.extend(said);
    decision.why.push(Why::new("2.3", "words on an open problem: staff read them"));
    Ok(decision)
}

/// counted, told to who has it, and never a ticket of its own. While nobody
/// has answered an alarm it calls the next people now, and not at their time.
fn nudged(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let mut draft = noted(case, ticket)?;
    let by = case.author.actor.name().to_owned();
    let nudge = Event::Nudged { by };
    if !draft.may(&nudge) {
        return words(case, ticket, "The customer asks for news of what has ended");
    }
    draft.happen(nudge)?;
    if ticket.status == Status::WaitingCustomer {
        draft.happen(Event::CustomerAnswered { by: case.author.actor.name().to_owned() })?;
    }
    let times = draft.ticket.problem.as_ref().map_or(1, |problem| problem.nudges);
    let headline = format!("The customer asks for news{}", now_times(times));
    let mut decision = Decision::new(OutcomeWord::Note, case.author.actor.clone());
    decision.letters.extend(alarm::nudged(&case.world(), &mut draft)?);
    decision.letters.push(notice::of(case, &draft, &headline));
    decision.changes.push(draft.into_change());
    decision.why.push(Why::new("Q-22", format!("asked for news {times} times")));
    Ok(decision)
}

fn now_times(times: u32) -> String {
    if times > 1 { format!(", now {times} times") } else { String::new() }
}

/// PT-14: "still not", "again".
fn reopened(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let mut draft = noted(case, ticket)?;
    let reading = &case.input.urgency;
    let by = case.author.actor.name().to_owned();
    draft.happen(Event::Reopened { by: by.clone() })?;
    let before = ticket.problem.as_ref().map_or(Severity::P4, |problem| problem.severity);
    if reading.severity < before {
        let reason = reading.because.join("; ");
        draft.happen(Event::SeveritySet { severity: reading.severity, reason, by, by_staff: false })?;
    }
    let mut decision = Decision::new(OutcomeWord::Problem, case.author.actor.clone());
    if reading.severity.min(before).is_urgent() {
        let first = draft.ticket.agent.clone();
        let why = "A problem that we thought solved is back.";
        decision.letters.extend(alarm::raise(&case.world(), &mut draft, case.input.received, first, why)?);
    }
    if let Some(row) = case.author.proven_representative() {
        let upgrade = case.known.linked.as_ref();
        let mut say = letters::received(case, &draft.ticket, upgrade, None, String::new());
        if let Say::ProblemReceived { reopened, .. } = &mut say {
            *reopened = true;
        }
        decision.letters.push(answer::letter(row, &draft.ticket, say, case));
    }
    decision.letters.push(notice::of(case, &draft, "OPEN AGAIN: the customer says that it is not solved"));
    decision.changes.push(draft.into_change());
    decision.why.push(Why::new("PT-14", "a problem report on a solved problem"));
    Ok(decision)
}

/// PT-13: a positive word about the same problem.
fn settled(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let mut draft = noted(case, ticket)?;
    let by = case.author.actor.name().to_owned();
    draft.happen(Event::Settled { by, words: String::new() })?;
    let mut decision = Decision::new(OutcomeWord::Closed, case.author.actor.clone());
    decision.letters.push(notice::of(case, &draft, "The customer confirms that it works: closed"));
    decision.changes.push(draft.into_change());
    decision.why.push(Why::new("PT-13", "the customer says that it works"));
    Ok(decision)
}

/// PT-10: the customer's consent to a rollback or patch, by token or by a
/// signature that covers his words (T2b).
fn agreed(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let Some((row, channel)) = consent::given(case, Action::Change) else {
        if case.known.token.is_void() {
            return words(case, ticket, "The customer agrees to an earlier proposal, not to the one that stands");
        }
        return words(
            case,
            ticket,
            "The customer agrees, but his mail is not proof enough for consent: please call him",
        );
    };
    let mut draft = noted(case, ticket)?;
    let window = ticket.problem.as_ref().and_then(|problem| problem.change.as_ref()?.window.clone());
    let scope = window.map_or(Scope::AtOnce, |window| Scope::Window { start: window.start, end: window.end });
    let consent = consent::recorded(case, ticket, row, channel, scope);
    draft.happen(Event::Consented { consent: Box::new(consent) })?;
    draft.happen(Event::ChangeAgreed { by: case.author.actor.name().to_owned() })?;
    let mut decision = Decision::new(OutcomeWord::Consent, case.author.actor.clone());
    decision.spent = case.known.token.good(Action::Change).map(|token| token.letter);
    decision.letters.push(notice::of(case, &draft, "The customer CONSENTS to the change: #start when you begin"));
    decision.changes.push(draft.into_change());
    let how =
        if channel == ConsentChannel::Token { "with the letter's token" } else { "with a signature that covers it" };
    decision.why.push(Why::new("PT-10", format!("consent {how}")));
    Ok(decision)
}

fn refused(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let mut draft = noted(case, ticket)?;
    let by = case.author.actor.name().to_owned();
    draft.happen(Event::ChangeEnded { by, result: None, words: String::new() })?;
    let mut decision = Decision::new(OutcomeWord::Note, case.author.actor.clone());
    decision.letters.push(notice::of(case, &draft, "The customer does NOT want the change"));
    decision.changes.push(draft.into_change());
    decision.why.push(Why::new("T2b", "the customer refused the change"));
    Ok(decision)
}
