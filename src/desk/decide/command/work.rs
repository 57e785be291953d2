//! Commands from the start of the work to its end.

use jiff::{SignedDuration, Timestamp};

use super::{Effects, Refusal, me, own, problem};
use crate::desk::decide::answer;
use crate::desk::decide::draft::Draft;
use crate::desk::decide::mail::Case;
use crate::desk::letter::say::Say;
use crate::desk::letter::times::{point, span};
use crate::desk::ticket::{Event, Issue, Outcome, Status, Window};

/// Work may start this long before and after the planned moment (UT-32).
const EARLY: SignedDuration = SignedDuration::from_mins(5);
const LATE: SignedDuration = SignedDuration::from_mins(30);

/// UT-32: consent in force, window open, password there.
pub(super) fn start(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects) -> Result<String, Refusal> {
    own(case, draft)?;
    let missing = draft.missing_for_ready(case.rules);
    let waits = matches!(draft.ticket.status, Status::Scheduled | Status::Blocked);
    if waits && !missing.is_empty() {
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
        change: String::new(),
    };
    let row = answer::feedback_to(&draft.ticket, case.known);
    effects.letters.extend(row.map(|row| answer::to_person(row, &draft.ticket, say)));
    Ok("started; the customer is told".to_owned())
}

pub(super) fn applied(case: &Case<'_>, draft: &mut Draft) -> Result<String, Refusal> {
    own(case, draft)?;
    draft.happen(Event::Applied { by: me(case) })?;
    Ok("applied; now test, then #done, #partial, #rolledback or #failed".to_owned())
}

pub(super) fn done(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    issues: &[String],
) -> Result<String, Refusal> {
    let none = issues.is_empty() && draft.ticket.issues.is_empty();
    let outcome = if none { Outcome::Success } else { Outcome::SuccessWithIssues };
    let issues = issues.iter().map(|text| Issue::plain(text)).collect();
    finish(case, draft, effects, outcome, issues, "")
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
