//! Commands from the start of the work to its official feedback.

use jiff::{SignedDuration, Timestamp};

use super::{Effects, Refusal, me, own, problem};
use crate::desk::decide::answer;
use crate::desk::decide::draft::Draft;
use crate::desk::decide::mail::Case;
use crate::desk::letter::say::{FeedbackFacts, Say};
use crate::desk::letter::times::{point, span};
use crate::desk::ticket::{Event, Issue, Outcome, Status, Ticket, Window};

/// Work may start this long before and after the planned moment (UT-32).
const EARLY: SignedDuration = SignedDuration::from_mins(5);
const LATE: SignedDuration = SignedDuration::from_mins(30);

/// UT-32: consent in force, window open, password there.
pub(super) fn start(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects) -> Result<String, Refusal> {
    own(case, draft)?;
    let missing = draft.missing_for_ready(case.rules);
    if draft.ticket.status == Status::Scheduled && !missing.is_empty() {
        return Err(Refusal(format!("not ready: {}", missing.join("; "))));
    }
    let window = draft.ticket.window.clone().ok_or_else(|| Refusal("there is no window; #schedule one".to_owned()))?;
    let consent = draft.ticket.consent().ok_or_else(|| Refusal("there is no consent in force".to_owned()))?;
    if !consent.scope.covers(window.start, window.end) {
        return Err(Refusal("the customer's consent does not cover this window".to_owned()));
    }
    let opens = window.start.checked_sub(EARLY).unwrap_or(Timestamp::MIN);
    let shuts = window.start.checked_add(LATE).unwrap_or(Timestamp::MAX);
    if case.now < opens || case.now > shuts {
        let zone = &case.rules.hours.zone;
        let now = point(case.now, zone);
        return Err(Refusal(format!("work may start {}; it is {now}", span(opens, shuts, zone))));
    }
    draft.happen(Event::Started { by: me(case) })?;
    let zone = answer::zone_of(&draft.ticket, &case.world());
    let say = Say::Started {
        serial: answer::serial(&draft.ticket.form),
        at: case.now,
        window: Window { zone, ..window },
        agent: answer::agent_name(&draft.ticket, case.rules),
    };
    let row = answer::feedback_to(&draft.ticket, case.known);
    effects.letters.extend(row.map(|row| answer::to_person(row, &draft.ticket, say)));
    Ok("started; the customer is told".to_owned())
}

pub(super) fn finish(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    outcome: Outcome,
    issues: Vec<Issue>,
    words: &str,
) -> Result<String, Refusal> {
    own(case, draft)?;
    draft.happen(Event::Finished { outcome, issues, words: words.trim().to_owned(), by: me(case) })?;
    let name: &'static str = outcome.into();
    if outcome == Outcome::FailedDegraded {
        let id = problem::degraded(case, draft, effects, words)?;
        return Ok(format!("ended with {name}; the problem {id} is open and yours"));
    }
    Ok(format!("ended with {name}"))
}

pub(super) fn feedback(case: &Case<'_>, draft: &mut Draft, text: &str) -> Result<String, Refusal> {
    own(case, draft)?;
    if text.trim().is_empty() {
        return Err(Refusal("there is no text".to_owned()));
    }
    if draft.ticket.has_feedback_letter() {
        return Err(Refusal("the official feedback has been sent already; use #reply".to_owned()));
    }
    draft.happen(Event::FeedbackWritten { text: text.trim().to_owned(), by: me(case) })?;
    Ok("the words stand in the official feedback".to_owned())
}

impl Effects {
    /// What follows from all commands together: the official feedback, once,
    /// when the work has ended and its words are there (T6, UT-38).
    pub fn conclude(&mut self, case: &Case<'_>, draft: &mut Draft) -> Result<(), Refusal> {
        let ticket = &draft.ticket;
        let touched =
            draft.events().iter().any(|event| matches!(event, Event::Finished { .. } | Event::FeedbackWritten { .. }));
        let Some(outcome) = ticket.outcome.filter(|_| touched && ticket.status == Status::FeedbackDue) else {
            return Ok(());
        };
        let needs_words = !matches!(outcome, Outcome::Success | Outcome::SuccessWithIssues);
        if ticket.has_feedback_letter() || (needs_words && ticket.closing_words.is_empty()) {
            return Ok(());
        }
        let facts = facts(case, ticket, outcome);
        let say = match outcome {
            Outcome::Success => Say::FeedbackSuccess { feedback: facts },
            Outcome::SuccessWithIssues | Outcome::Partial => Say::FeedbackIssues { feedback: facts },
            Outcome::RolledBack | Outcome::FailedDegraded | Outcome::NotStarted => {
                Say::FeedbackFailed { feedback: facts }
            }
        };
        let row = answer::feedback_to(ticket, case.known).ok_or_else(|| {
            Refusal("nobody on file can get the official feedback; the register must name a contact first".to_owned())
        })?;
        self.letters.push(answer::to_person(row, ticket, say));
        Ok(())
    }
}

fn facts(case: &Case<'_>, ticket: &Ticket, outcome: Outcome) -> FeedbackFacts {
    let zone = answer::zone_of(ticket, &case.world());
    let actual = ticket.started_at.zip(ticket.ended_at);
    let name: &'static str = outcome.into();
    FeedbackFacts {
        serial: answer::serial(&ticket.form),
        version: answer::version(&ticket.form),
        planned: ticket.window.clone().map(|window| Window { zone: zone.clone(), ..window }),
        minutes: actual.map_or(0, |(start, end)| answer::minutes_between(start, end)),
        actual: actual.map(|(start, end)| Window { start, end, zone }),
        outcome: name.to_owned(),
        issues: ticket.issues.clone(),
        words: ticket.closing_words.clone(),
        agent: answer::agent_name(ticket, case.rules),
    }
}
