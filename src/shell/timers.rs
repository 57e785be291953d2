//! Due timers become inputs, once each, the oldest first. After the desk was
//! down, what is overdue fires in the order in which it was due.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::desk::input::Input;
use crate::shell::process::{Desk, ProcessError};

/// Looks at least so often: a clock that jumped is noticed.
const LOOK: Duration = Duration::from_secs(30);

/// Fires what is due until told to stop.
pub async fn run(desk: Arc<Desk>, mut stop: watch::Receiver<bool>) -> Result<(), ProcessError> {
    while !*stop.borrow() {
        let committed = desk.committed.notified();
        match fire_due(&desk).await {
            Ok(()) => {}
            Err(error @ ProcessError::Unknown(_)) => return Err(error),
            Err(error) => tracing::warn!(%error, "due timers wait"),
        }
        let now = desk.clock.now();
        let next = desk.store.read(|view| view.next_due()).await.ok().flatten();
        let till = next.map_or(LOOK, |next| Duration::try_from(next.duration_since(now)).unwrap_or_default().min(LOOK));
        tokio::select! {
            () = tokio::time::sleep(till.max(Duration::from_millis(200))) => {}
            () = committed => {}
            _ = stop.changed() => {}
        }
    }
    Ok(())
}

/// Everything that is due now.
pub async fn fire_due(desk: &Arc<Desk>) -> Result<(), ProcessError> {
    loop {
        let now = desk.clock.now();
        // One at a time: what it does can bring a timer that was due before the
        // next one (2.8: in order).
        let due = desk.store.read(move |view| view.due(now, 1)).await;
        let due = due.map_err(|error| ProcessError::Unknown(error.to_string()))?;
        let Some(timer) = due.into_iter().next() else { return Ok(()) };
        desk.decide_on(Input::Due(timer)).await?;
    }
}
