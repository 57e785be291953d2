//! Commands from the start of the work to its end.

use jiff::{SignedDuration, Timestamp};

use super::{Effects, Refusal, begin, me, own, problem};
use crate::desk::decide::answer;
use crate::desk::decide::draft::Draft;
use crate::desk::decide::mail::Case;
use crate::desk::letter::Letter;
use crate::desk::letter::say::Say;
use crate::desk::letter::times::{point, span};
use crate::desk::ticket::{Event, Issue, Outcome, Service, Status, Window};

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
    effects.letters.extend(news(case, draft, "started", "", false));
    Ok("started; the customer is told".to_owned())
}

pub(super) fn applied(case: &Case<'_>, draft: &mut Draft) -> Result<String, Refusal> {
    own(case, draft)?;
    draft.happen(Event::Applied { by: me(case) })?;
    let applied = if draft.ticket.work.rolling_back { "the old version is back" } else { "applied" };
    Ok(format!("{applied}; now test, then #done, #partial, #rolledback or #failed"))
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

/// M-13 to who gets the feedback.
fn news(case: &Case<'_>, draft: &Draft, news: &str, words: &str, asked: bool) -> Option<Letter> {
    let ticket = &draft.ticket;
    let window = ticket.window.clone()?;
    let say = Say::Started {
        serial: answer::serial(&ticket.form),
        news: news.to_owned(),
        words: words.trim().to_owned(),
        asked,
        at: case.now,
        window: Window { zone: answer::zone_of(ticket, &case.world()), ..window },
        agent: answer::agent_name(ticket, case.rules),
        change: String::new(),
    };
    let row = answer::feedback_to(ticket, case.known)?;
    Some(answer::to_person(row, ticket, say))
}

/// UT-35, T2b: within the work it is the safe way back, and needs no consent;
/// once the work has ended, a rollback is a change of its own.
pub(super) fn rollback(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    text: &str,
) -> Result<String, Refusal> {
    own(case, draft)?;
    if matches!(draft.ticket.status, Status::FeedbackDue | Status::Watch | Status::Closed) {
        return Err(Refusal(
            "the work has ended: a rollback now is a change of its own and needs the customer's consent; \
             #propose rollback on the problem asks for it"
                .to_owned(),
        ));
    }
    let asked = draft.ticket.work.stop_asked_at.is_some();
    draft.happen(Event::RollbackBegun { by: me(case), words: text.to_owned() })?;
    effects.letters.extend(news(case, draft, "rollback", text, asked));
    let basis = if asked { "the customer asked to stop" } else { "the safe way back within the agreed work" };
    Ok(format!("the old version is put back ({basis}); the customer is told; #rolledback <words> ends it"))
}

/// UT-35: it cannot be stopped now, and the customer reads why.
pub(super) fn go_on(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects, text: &str) -> Result<String, Refusal> {
    if draft.ticket.work.stop_asked_at.is_none() {
        return begin::go_on(case, draft, effects, text);
    }
    own(case, draft)?;
    draft.happen(Event::WentOn { by: me(case), words: text.to_owned() })?;
    effects.letters.extend(news(case, draft, "goes_on", text, true));
    Ok("the work goes on; the customer reads why".to_owned())
}

/// UT-37: how the unit serves its users is part of every end.
fn service(outcome: Outcome, words: &str) -> Result<(Service, &str), Refusal> {
    let (first, rest) = words.trim().split_once(char::is_whitespace).unwrap_or((words.trim(), ""));
    let said = match first.trim_end_matches([':', ',']).to_lowercase().as_str() {
        "up" => Some(Service::Up),
        "degraded" => Some(Service::Degraded),
        "down" => Some(Service::Down),
        _ => None,
    };
    let words = if said.is_some() { rest.trim() } else { words.trim() };
    match (outcome == Outcome::FailedDegraded, said) {
        (true, Some(Service::Up)) => {
            Err(Refusal("service that is up is not #failed: #done, #partial or #rolledback".to_owned()))
        }
        (true, said) => Ok((said.unwrap_or(Service::Degraded), words)),
        (false, Some(Service::Degraded | Service::Down)) => {
            Err(Refusal("service that is not up is #failed degraded <words>, or #failed down <words>".to_owned()))
        }
        (false, _) => Ok((Service::Up, words)),
    }
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
    let (service, words) = service(outcome, words)?;
    let succeeds = matches!(outcome, Outcome::Success | Outcome::SuccessWithIssues);
    if draft.ticket.work.rolling_back && (succeeds || outcome == Outcome::Partial) {
        return Err(Refusal("it was taken back: #rolledback <words>, or #failed <words>".to_owned()));
    }
    // UT-36: rolled back or stopped, without the new version.
    if draft.ticket.status == Status::InProgress && !succeeds {
        draft.happen(Event::Stopped { by: me(case) })?;
    }
    draft.happen(Event::Finished { outcome, issues, words: words.to_owned(), by: me(case), service })?;
    let state: &'static str = service.into();
    let name: &'static str = outcome.into();
    if outcome == Outcome::FailedDegraded {
        let id = problem::degraded(case, draft, effects, words)?;
        return Ok(format!("ended with {name}, service {state}; the problem {id} is open and yours"));
    }
    Ok(format!("ended with {name}, service {state}"))
}
