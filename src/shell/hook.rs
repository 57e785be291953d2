//! The alarm hook (2.8): a program of the operator's is told of every alarm,
//! besides the mail. Each run is committed before it begins and when it ended;
//! mail and letters wait for none of it.

pub mod program;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::desk::record::What;
use crate::shell::config::AlarmHook;
use crate::shell::process::{Desk, ProcessError, plainly};
use crate::shell::store::rows::HookRow;

/// Looks at least so often, whatever was announced.
const LOOK: Duration = Duration::from_secs(30);
/// Runs at the same time: one that hangs holds up no other alarm.
const AT_ONCE: usize = 8;
/// Pauses before the second and the third run of one that failed.
const PAUSES: [SignedDuration; 2] = [SignedDuration::from_secs(5), SignedDuration::from_secs(15)];
/// An older alarm is not told any more: the ladder calls again by itself.
const TOO_OLD: SignedDuration = SignedDuration::from_hours(1);

/// Tells the hook of every alarm until told to stop.
pub async fn run(desk: Arc<Desk>, hook: AlarmHook, mut stop: watch::Receiver<bool>) -> Result<(), ProcessError> {
    while !*stop.borrow() {
        let mut committed = std::pin::pin!(desk.committed.notified());
        // Registered before looking, so that nothing slips in between.
        committed.as_mut().enable();
        match tell_due(&desk, &hook).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error @ ProcessError::Unknown(_)) => return Err(error),
            Err(error) => tracing::warn!(%error, "the alarm hook waits"),
        }
        let till = until_next(&desk).await?;
        tokio::select! {
            () = tokio::time::sleep(till) => {}
            () = committed => {}
            _ = stop.changed() => {}
        }
    }
    Ok(())
}

/// Tells what is due now; how many alarms that was.
pub async fn tell_due(desk: &Arc<Desk>, hook: &AlarmHook) -> Result<usize, ProcessError> {
    let now = desk.clock.now();
    let mut due = waiting(desk).await?;
    due.retain(|row| row.next_try <= now);
    due.truncate(AT_ONCE);
    let count = due.len();
    for told in join_all(due.into_iter().map(|row| tell(desk, hook, row))).await {
        told?;
    }
    Ok(count)
}

/// The alarm of a test by hand.
pub fn test_alarm(now: Timestamp) -> Value {
    json!({
        "test": true,
        "alarm": null,
        "ticket": null,
        "who": null,
        "subject": "TEST of the alarm hook, nothing is broken",
        "at": now,
        "sent_at": now,
    })
}

async fn waiting(desk: &Arc<Desk>) -> Result<Vec<HookRow>, ProcessError> {
    let rows = desk.store.read(|view| view.hooks_waiting()).await;
    rows.map_err(|error| ProcessError::Unknown(error.to_string()))
}

async fn until_next(desk: &Arc<Desk>) -> Result<Duration, ProcessError> {
    let now = desk.clock.now();
    let next = waiting(desk).await?.iter().map(|row| row.next_try).min();
    let till = next.map_or(LOOK, |next| Duration::try_from(next.duration_since(now)).unwrap_or_default());
    Ok(till.clamp(Duration::from_millis(200), LOOK))
}

async fn tell(desk: &Arc<Desk>, hook: &AlarmHook, row: HookRow) -> Result<(), ProcessError> {
    let (letter, run, now) = (row.letter, row.runs.saturating_add(1), desk.clock.now());
    // Nothing of this process runs for it: the desk ended while it ran.
    let again = row.running;
    if again && row.again {
        return ended(desk, letter, false, "the desk ended twice during it".to_owned(), None).await;
    }
    if now.duration_since(row.committed_at) > TOO_OLD {
        return ended(desk, letter, false, "too old: the next call of the ladder is told".to_owned(), None).await;
    }
    let asked = row.clone();
    let facts = desk.store.read(move |view| view.hook_facts(&asked, now)).await;
    let Some(mut facts) = facts.map_err(|error| ProcessError::Unknown(error.to_string()))? else {
        return ended(desk, letter, true, "not told: somebody had answered".to_owned(), None).await;
    };
    if let Some(facts) = facts.as_object_mut() {
        facts.insert("run".to_owned(), json!(run));
        facts.insert("may_be_repeated".to_owned(), json!(again));
    }
    plainly(desk, vec![What::HookStarted { letter, run, again }]).await?;
    let ran = program::run(hook, facts.to_string().as_bytes()).await;
    let pause = usize::try_from(row.runs).ok().and_then(|runs| PAUSES.get(runs)).filter(|_| !ran.ok);
    let next = pause.and_then(|pause| desk.clock.now().checked_add(*pause).ok());
    if !ran.ok {
        tracing::warn!(letter, run, result = %ran.result, "the alarm hook failed");
    }
    ended(desk, letter, ran.ok, ran.result, next).await
}

async fn ended(
    desk: &Arc<Desk>,
    letter: u64,
    ok: bool,
    result: String,
    next: Option<Timestamp>,
) -> Result<(), ProcessError> {
    plainly(desk, vec![What::HookEnded { letter, ok, result, next }]).await.map(|_| ())
}
