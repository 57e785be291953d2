//! Manager passwords (2.5, W-18): sealed, destroyed in time, reset afterwards.

use jiff::{SignedDuration, Timestamp};

use crate::desk::report::number::{count, share};
use crate::desk::report::{History, Past, Row};
use crate::desk::ticket::{Event, Happened};

/// W-18: a week after the window at the latest. A timer fires a little after its
/// time; what is an hour late is late.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24 + 1);

pub fn passwords(past: &Past<'_>) -> Vec<Row> {
    let in_period = |history: &History, is: fn(&Event) -> bool| {
        history.events.iter().any(|happened| past.period.has(happened.at) && is(&happened.event))
    };
    let named = |is: fn(&Event) -> bool| -> Vec<String> {
        past.upgrades().filter(|history| in_period(history, is)).map(History::id).collect()
    };
    let (mut timely, mut late) = (Vec::new(), Vec::new());
    for history in past.upgrades() {
        match settled(history, past.period.to).filter(|(at, _)| past.period.has(*at)) {
            Some((_, true)) => timely.push(history.id()),
            Some((_, false)) => late.push(history.id()),
            None => {}
        }
    }
    let all = timely.len().saturating_add(late.len());
    let asked = named(|event| matches!(event, Event::ResetAsked));
    let confirmed = |history: &&History| {
        in_period(history, |event| matches!(event, Event::ResetAsked))
            && history.events.iter().any(|one| matches!(one.event, Event::ResetConfirmed { .. }))
    };
    let reset = past.upgrades().filter(confirmed).map(History::id).collect();
    vec![
        count("passwords", "sealed", named(|event| matches!(event, Event::SecretKept { .. }))),
        count("passwords", "shown to people", named(|event| matches!(event, Event::Revealed { .. }))),
        count(
            "passwords",
            "wrong when the work was to begin",
            named(|event| matches!(event, Event::PasswordFailed { .. })),
        ),
        share("passwords", "destroyed in time", timely, all),
        count("passwords", "destroyed late, or not yet", late),
        share("passwords", "reset confirmed, of those asked", reset, asked.len()),
        count("passwords", "asked to be reset", asked),
    ]
}

/// When it was settled whether the password was destroyed in time.
fn settled(history: &History, until: Timestamp) -> Option<(Timestamp, bool)> {
    let at = |is: fn(&Event) -> bool| move |one: &&Happened| is(&one.event);
    let kept = history.events.iter().rev().find(at(|event| matches!(event, Event::SecretKept { .. })))?;
    let destroyed = history
        .events
        .iter()
        .find(|one| one.at >= kept.at && matches!(one.event, Event::SecretsDestroyed { .. }))
        .map(|one| one.at);
    let window = history.events.iter().rev().find_map(|one| match &one.event {
        Event::Scheduled { window, .. } | Event::SlotFound { window, .. } => Some(window.end),
        _ => None,
    });
    let due = window.and_then(|end| end.checked_add(KEPT).ok());
    match (destroyed, due) {
        (Some(at), Some(due)) if at > due => Some((due, false)),
        (Some(at), _) => Some((at, true)),
        (None, Some(due)) if due < until => Some((due, false)),
        (None, _) => None,
    }
}
