//! Committed letters go to the carriers until they are taken or given up. An
//! attempt is counted before it is made; only a clear yes ends it.

pub mod patience;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::desk::input::Input;
use crate::desk::record::What;
use crate::shell::carrier::{Carrier, Envelope, Sent};
use crate::shell::process::{Desk, ProcessError, plainly};
use crate::shell::steps::{self, Step};
use crate::shell::store::rows::OutboxRow;

/// Letters that one worker takes on at once: their attempts are one record.
const BATCH: usize = 16;
/// Looks at least so often, whatever was announced.
const LOOK: Duration = Duration::from_secs(30);
/// A pause after trouble with the store.
const PAUSE: Duration = Duration::from_secs(5);

/// Letters in the hands of a worker, so that no two take the same one.
type InHands = Arc<Mutex<BTreeSet<u64>>>;

/// Sends until told to stop, one worker a carrier. With `drain` it returns as
/// soon as nothing can be sent now.
pub async fn run<C: Carrier + 'static>(
    desk: Arc<Desk>,
    carriers: Vec<C>,
    drain: bool,
    stop: watch::Receiver<bool>,
) -> Result<(), ProcessError> {
    let in_hands = InHands::default();
    let mut workers = JoinSet::new();
    for carrier in carriers {
        let worker = Worker { desk: Arc::clone(&desk), carrier, in_hands: Arc::clone(&in_hands), drain };
        workers.spawn(worker.work(stop.clone()));
    }
    while let Some(ended) = workers.join_next().await {
        ended.map_err(|error| ProcessError::Unknown(error.to_string()))??;
    }
    Ok(())
}

struct Worker<C> {
    desk: Arc<Desk>,
    carrier: C,
    in_hands: InHands,
    drain: bool,
}

impl<C: Carrier> Worker<C> {
    async fn work(mut self, mut stop: watch::Receiver<bool>) -> Result<(), ProcessError> {
        while !*stop.borrow() {
            let desk = Arc::clone(&self.desk);
            let committed = desk.committed.notified();
            let mut committed = std::pin::pin!(committed);
            // Registered before looking, so that nothing slips in between.
            committed.as_mut().enable();
            let sent = match self.batch().await {
                Err(ProcessError::NotNow(text)) => {
                    tracing::warn!(reason = %text, "letters wait");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                other => other?,
            };
            if sent > 0 {
                continue;
            }
            if self.drain {
                break;
            }
            self.carrier.rest().await;
            let till = until_next(&self.desk).await?;
            tokio::select! {
                () = tokio::time::sleep(till) => {}
                () = committed => {}
                _ = stop.changed() => {}
            }
        }
        self.carrier.rest().await;
        Ok(())
    }

    /// Takes some letters that are due and tries each once.
    async fn batch(&mut self) -> Result<usize, ProcessError> {
        let rows = take(&self.desk, &self.in_hands).await?;
        if rows.is_empty() {
            return Ok(0);
        }
        let numbers: Vec<u64> = rows.iter().map(|row| row.letter.no).collect();
        let tried = self.try_all(rows).await;
        let mut in_hands = self.in_hands.lock().unwrap_or_else(PoisonError::into_inner);
        for number in &numbers {
            in_hands.remove(number);
        }
        drop(in_hands);
        tried.map(|()| numbers.len())
    }

    async fn try_all(&mut self, rows: Vec<OutboxRow>) -> Result<(), ProcessError> {
        let letters = rows.iter().map(|row| row.letter.no).collect();
        plainly(&self.desk, vec![What::Trying { letters }]).await?;
        steps::reached(Step::LetterTrying);
        for row in rows {
            let sent = self.send(&row).await?;
            note(&self.desk, &row, sent).await?;
            steps::reached(Step::LetterMarked);
        }
        Ok(())
    }

    async fn send(&mut self, row: &OutboxRow) -> Result<Sent, ProcessError> {
        let place = row.letter.bytes.clone();
        let desk = Arc::clone(&self.desk);
        let bytes = desk.store.read(move |view| Ok(view.packed(&place).map_err(|fault| fault.to_string()))).await;
        let bytes = match bytes.map_err(|error| ProcessError::Unknown(error.to_string()))? {
            Ok(bytes) => bytes,
            // Nothing can be sent without its bytes: staff are told.
            Err(fault) => return Ok(Sent::Failed { response: fault }),
        };
        let envelope = Envelope {
            from: self.desk.rules.desk.address.clone(),
            to: row.letter.to.clone(),
            bytes: bytes.into(),
            file_name: format!("letter-{:08}", row.letter.no),
        };
        let sent = self.carrier.send(&envelope).await;
        steps::reached(Step::LetterSent);
        Ok(sent)
    }
}

/// How long until a letter's next try.
async fn until_next(desk: &Desk) -> Result<Duration, ProcessError> {
    let next = desk.store.read(|view| view.next_sendable()).await;
    let next = next.map_err(|error| ProcessError::Unknown(error.to_string()))?;
    let now = desk.clock.now();
    let till = next.map_or(LOOK, |next| Duration::try_from(next.duration_since(now)).unwrap_or_default());
    Ok(till.clamp(Duration::from_millis(200), LOOK))
}

/// Letters that are due and in nobody's hands.
async fn take(desk: &Desk, in_hands: &InHands) -> Result<Vec<OutboxRow>, ProcessError> {
    let now = desk.clock.now();
    let in_hands = Arc::clone(in_hands);
    let rows = desk.store.read(move |view| {
        let mut in_hands = in_hands.lock().unwrap_or_else(PoisonError::into_inner);
        let due = view.sendable(now, BATCH.saturating_add(in_hands.len()))?;
        let mut rows: Vec<OutboxRow> = due.into_iter().filter(|row| !in_hands.contains(&row.letter.no)).collect();
        rows.truncate(BATCH);
        in_hands.extend(rows.iter().map(|row| row.letter.no));
        Ok(rows)
    });
    rows.await.map_err(|error| ProcessError::Unknown(error.to_string()))
}

/// What became of a try, committed: a yes and a final no are inputs of the
/// desk, the rest is tried again later.
async fn note(desk: &Arc<Desk>, row: &OutboxRow, sent: Sent) -> Result<(), ProcessError> {
    let letter = row.letter.no;
    match sent {
        Sent::Accepted { response } => {
            tracing::info!(letter, "letter {letter} taken");
            desk.decide_on(Input::Delivered { letter, response }).await?;
        }
        Sent::Failed { response } => {
            tracing::warn!(letter, reason = %response, "letter {letter} refused for good");
            undelivered(desk, row, response).await?;
        }
        Sent::Deferred { response } | Sent::Unknown { why: response } | Sent::Unreachable { why: response } => {
            let now = desk.clock.now();
            match patience::again(row.attempts.saturating_add(1), row.committed_at, now, letter) {
                Some(until) => {
                    tracing::info!(letter, %until, reason = %response, "letter {letter} not taken, tried again later");
                    plainly(desk, vec![What::Deferred { letter, until, response }]).await?;
                }
                None => undelivered(desk, row, format!("given up after five days: {response}")).await?,
            }
        }
    }
    Ok(())
}

async fn undelivered(desk: &Arc<Desk>, row: &OutboxRow, why: String) -> Result<(), ProcessError> {
    let input = Input::Undelivered { letter: row.letter.no, address: row.letter.to.clone(), why };
    desk.decide_on(input).await.map(drop)
}
