//! Due timers become inputs, once each, the oldest first. After the desk was
//! down, what is overdue fires in the order in which it was due.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use crate::desk::input::Input;
use crate::shell::process::{Desk, ProcessError};

/// Looks at least so often: a clock that jumped is noticed.
const LOOK: Duration = Duration::from_secs(30);

/// Fires what is due until told to stop.
pub async fn run(desk: Arc<Desk>, mut stop: watch::Receiver<bool>) -> Result<(), ProcessError> {
    while !*stop.borrow() {
        let committed = desk.committed.notified();
        match fire_all(&desk).await {
            Ok(()) => {}
            Err(error @ ProcessError::Unknown(_)) => return Err(error),
            Err(error) => tracing::warn!(%error, "due timers wait"),
        }
        let now = desk.clock.now();
        let next = desk.store.read(move |view| Ok(view.next_due()?.into_iter().chain(view.next_desk_due(now)?).min()));
        let next = next.await.ok().flatten();
        let till = next.map_or(LOOK, |next| Duration::try_from(next.duration_since(now)).unwrap_or_default().min(LOOK));
        tokio::select! {
            () = tokio::time::sleep(till.max(Duration::from_millis(200))) => {}
            () = committed => {}
            _ = stop.changed() => {}
        }
    }
    Ok(())
}

/// Everything about tickets that is due now.
pub async fn fire_due(desk: &Arc<Desk>) -> Result<(), ProcessError> {
    fire_until(desk, desk.clock.now()).await
}

/// Everything about tickets that was due then.
async fn fire_until(desk: &Arc<Desk>, then: Timestamp) -> Result<(), ProcessError> {
    loop {
        // One at a time: what it does can bring a timer that was due before the
        // next one (2.8: in order).
        let due = desk.store.read(move |view| view.due(then, 1)).await;
        let due = due.map_err(|error| ProcessError::Unknown(error.to_string()))?;
        let Some(timer) = due.into_iter().next() else { return Ok(()) };
        desk.decide_on(Input::Due(timer)).await?;
    }
}

/// The same, and the timers of the desk as a whole, each in its turn.
pub async fn fire_all(desk: &Arc<Desk>) -> Result<(), ProcessError> {
    let now = desk.clock.now();
    desk.forget_old_prints(now);
    let due = desk.store.read(move |view| view.desk_due(now)).await;
    for timer in due.map_err(|error| ProcessError::Unknown(error.to_string()))? {
        fire_until(desk, timer.at).await?;
        desk.decide_on(Input::DeskDue(timer)).await?;
    }
    fire_due(desk).await
}
