//! Committed letters go to the carriers until they are taken or given up. An
//! attempt is counted before it is made; only a clear yes ends it.

mod attempt;
mod gate;
mod patience;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::desk::record::What;
use crate::shell::carrier::{Carrier, Sent};
use crate::shell::outbox::attempt::{note, send, stopped_during, told_to_stop};
use crate::shell::outbox::gate::Gate;
use crate::shell::process::{Desk, ProcessError, plainly};
use crate::shell::steps::{self, Step};
use crate::shell::store::rows::OutboxRow;

/// Letters that one worker takes on at once: their attempts are one record.
const BATCH: usize = 16;
/// Letters of one connection whose answers are being stored while the next one
/// leaves, at most: so many can leave twice when the machine dies at that moment.
const NOTING: usize = 4;
/// Looks at least so often, whatever was announced.
const LOOK: Duration = Duration::from_secs(30);
/// Looks at most so often, however many letters others have in hands.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// A pause after trouble with the store.
const PAUSE: Duration = Duration::from_secs(5);
/// How long a connection is kept for the next letter.
const LINGER: Duration = Duration::from_secs(10);

/// Sends until told to stop, one worker a carrier. From the moment that `drain`
/// is true it returns as soon as nothing can be sent now.
///
/// # Errors
/// When the store cannot be relied on any more; with `drain` also when
/// nothing can be stored now.
pub async fn run<C: Carrier + 'static>(
    desk: Arc<Desk>,
    carriers: Vec<C>,
    drain: watch::Receiver<bool>,
    stop: watch::Receiver<bool>,
) -> Result<(), ProcessError> {
    let gate = Arc::new(Mutex::new(Gate::default()));
    let mut workers = JoinSet::new();
    for carrier in carriers {
        let (desk, gate) = (Arc::clone(&desk), Arc::clone(&gate));
        let (drain, stop) = (drain.clone(), stop.clone());
        let worker = Worker { desk, carrier, gate, drain, stop, idle_since: None };
        workers.spawn(worker.work());
    }
    while let Some(ended) = workers.join_next().await {
        ended.map_err(|error| ProcessError::Unknown(error.to_string()))??;
    }
    Ok(())
}

/// What a worker found to do.
enum Look {
    Tried,
    Nothing,
    /// The server is given time until then.
    Shut(Instant),
}

struct Worker<C> {
    desk: Arc<Desk>,
    carrier: C,
    /// Of all workers.
    gate: Arc<Mutex<Gate>>,
    drain: watch::Receiver<bool>,
    stop: watch::Receiver<bool>,
    /// When it last had nothing to send, with a connection kept open.
    idle_since: Option<Instant>,
}

impl<C: Carrier> Worker<C> {
    async fn work(mut self) -> Result<(), ProcessError> {
        let (mut drain, mut stop) = (self.drain.clone(), self.stop.clone());
        while !self.is_stopping() {
            let desk = Arc::clone(&self.desk);
            let mut committed = std::pin::pin!(desk.committed.notified());
            // Registered before looking, so that nothing slips in between.
            committed.as_mut().enable();
            let look = match self.batch().await {
                Err(ProcessError::NotNow(text)) if !self.is_draining() => {
                    tracing::warn!(reason = %text, "letters wait");
                    stopped_during(PAUSE, &mut stop).await;
                    continue;
                }
                other => other?,
            };
            match look {
                Look::Tried => self.idle_since = None,
                Look::Nothing | Look::Shut(_) if self.is_draining() => break,
                Look::Shut(until) => {
                    self.carrier.rest().await;
                    tokio::select! {
                        _ = stopped_during(until - Instant::now(), &mut stop) => {}
                        () = nothing_more(&mut drain) => {}
                    }
                }
                Look::Nothing => {
                    let till = self.idle().await?;
                    tokio::select! {
                        () = tokio::time::sleep(till) => {}
                        () = committed => {}
                        () = nothing_more(&mut drain) => {}
                        () = told_to_stop(&mut stop) => {}
                    }
                }
            }
        }
        self.carrier.rest().await;
        Ok(())
    }

    fn is_stopping(&self) -> bool {
        *self.stop.borrow() || self.stop.has_changed().is_err()
    }

    fn is_draining(&self) -> bool {
        *self.drain.borrow()
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing to send: how long to wait. The connection is let go after a while.
    async fn idle(&mut self) -> Result<Duration, ProcessError> {
        let now = Instant::now();
        let idle_since = *self.idle_since.get_or_insert(now);
        let till = until_next(&self.desk).await?;
        if now - idle_since < LINGER {
            return Ok(till.min(LINGER));
        }
        self.carrier.rest().await;
        Ok(till)
    }

    /// Takes some letters that are due and tries each once.
    async fn batch(&mut self) -> Result<Look, ProcessError> {
        let shut_until = self.gate().shut_until(Instant::now());
        if let Some(until) = shut_until {
            return Ok(Look::Shut(until));
        }
        let most = if self.gate().is_narrow() { 1 } else { BATCH };
        let rows = take(&self.desk, most).await?;
        if rows.is_empty() {
            return Ok(Look::Nothing);
        }
        let numbers: Vec<u64> = rows.iter().map(|row| row.letter.no).collect();
        let tried = self.try_all(rows).await;
        let mut in_hands = self.desk.in_hands.lock().unwrap_or_else(PoisonError::into_inner);
        for number in &numbers {
            in_hands.remove(number);
        }
        tried.map(|()| Look::Tried)
    }

    /// Ends early when the desk ends or the server is not there: the rest is
    /// taken up again, by this worker or another.
    async fn try_all(&mut self, rows: Vec<OutboxRow>) -> Result<(), ProcessError> {
        let letters = rows.iter().map(|row| row.letter.no).collect();
        plainly(&self.desk, vec![What::Trying { letters }]).await?;
        steps::reached(Step::LetterTrying);
        let desk = Arc::clone(&self.desk);
        let mut noting = FuturesUnordered::new();
        for row in rows {
            if self.is_stopping() {
                break;
            }
            let sent = {
                let mut sending = std::pin::pin!(send(&desk, &mut self.carrier, &row, &self.stop));
                // Storing takes longer than sending: one goes on beside the other.
                loop {
                    tokio::select! {
                        biased;
                        Some(noted) = noting.next(), if !noting.is_empty() => noted?,
                        sent = &mut sending => break sent?,
                    }
                }
            };
            let Some(sent) = sent else { break };
            let reached = !matches!(sent, Sent::Unreachable { .. });
            if reached {
                self.gate().well();
            } else {
                self.gate().trouble(Instant::now());
            }
            noting.push(marked(&desk, row, sent, self.stop.clone()));
            while noting.len() >= NOTING {
                noting.next().await.unwrap_or(Ok(()))?;
            }
            if !reached {
                break;
            }
        }
        while let Some(noted) = noting.next().await {
            noted?;
        }
        Ok(())
    }
}

/// Waits until no more letters come. Nobody left who could say so: they may come for ever.
async fn nothing_more(drain: &mut watch::Receiver<bool>) {
    if drain.wait_for(|drain| *drain).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Stores what became of one letter.
async fn marked(
    desk: &Arc<Desk>,
    row: OutboxRow,
    sent: Sent,
    mut stop: watch::Receiver<bool>,
) -> Result<(), ProcessError> {
    note(desk, &row, sent, &mut stop).await?;
    steps::reached(Step::LetterMarked);
    Ok(())
}

/// How long until a letter's next try.
async fn until_next(desk: &Desk) -> Result<Duration, ProcessError> {
    let next = desk.store.read(|view| view.next_sendable()).await;
    let next = next.map_err(|error| ProcessError::Unknown(error.to_string()))?;
    let now = desk.clock.now();
    let till = next.map_or(LOOK, |next| Duration::try_from(next.duration_since(now)).unwrap_or_default());
    Ok(till.clamp(LOOK_AGAIN, LOOK))
}

/// At most `most` letters that are due and in nobody's hands.
async fn take(desk: &Desk, most: usize) -> Result<Vec<OutboxRow>, ProcessError> {
    let now = desk.clock.now();
    let in_hands = Arc::clone(&desk.in_hands);
    let rows = desk.store.read(move |view| {
        let mut in_hands = in_hands.lock().unwrap_or_else(PoisonError::into_inner);
        let due = view.sendable(now, most.saturating_add(in_hands.len()))?;
        let mut rows: Vec<OutboxRow> = due.into_iter().filter(|row| !in_hands.contains(&row.letter.no)).collect();
        rows.truncate(most);
        in_hands.extend(rows.iter().map(|row| row.letter.no));
        Ok(rows)
    });
    rows.await.map_err(|error| ProcessError::Unknown(error.to_string()))
}
