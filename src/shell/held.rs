//! Held mails come back into the mailbox when it is time to decide them again
//! (TB8, decisions 27): there they are found like new mail. Whatever breaks off,
//! the mail lies in one of the two folders, and the store knows that it is held.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use crate::shell::process::{Desk, ProcessError};
use crate::shell::source::SourceError;
use crate::shell::source::recall::{Mailbox, Wanted};
use crate::shell::store::rows::QuarantineRow;

/// Looks at least so often.
const LOOK: Duration = Duration::from_secs(30);
/// A mail that was brought back, or was not there, is looked for again after
/// this time at the earliest: searching the folder reads mails.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);
/// One that could not be found for so long was moved by somebody; only a new
/// start looks for it.
const LOST: SignedDuration = SignedDuration::from_hours(48);

/// The mailbox with the mails of its quarantine that wait.
pub struct Holding {
    desk: Arc<Desk>,
    mailbox: Mailbox,
    /// Number and tries of those that were looked for, and when.
    asked: BTreeMap<(u64, u32), Timestamp>,
}

impl Holding {
    pub fn new(desk: Arc<Desk>, mailbox: Mailbox) -> Holding {
        Holding { desk, mailbox, asked: BTreeMap::new() }
    }

    /// At a start: all of them, whenever they are due.
    pub async fn bring_all(&mut self) -> Result<(), ProcessError> {
        let rows = self.rows().await?;
        self.bring(rows).await;
        Ok(())
    }

    /// Brings back what is due until told to stop.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) -> Result<(), ProcessError> {
        while !*stop.borrow() {
            self.bring_accepted().await?;
            let rows = self.rows().await?;
            let now = self.desk.clock.now();
            let due: Vec<QuarantineRow> = rows.iter().filter(|row| self.is_due(row, now)).cloned().collect();
            self.bring(due).await;
            let next = rows.iter().filter_map(|row| row.quarantined.held).map(|held| held.again_at);
            let next = next.filter(|at| *at > now).min();
            let till =
                next.map_or(LOOK, |next| Duration::try_from(next.duration_since(now)).unwrap_or_default().min(LOOK));
            tokio::select! {
                () = tokio::time::sleep(till) => {}
                _ = stop.changed() => {}
            }
        }
        Ok(())
    }

    /// Mails that staff accepted by mail; how many were moved.
    pub async fn bring_accepted(&mut self) -> Result<usize, ProcessError> {
        let rows = self.desk.store.read(|view| view.accepted()).await;
        let rows = rows.map_err(|error| ProcessError::Unknown(error.to_string()))?;
        let now = self.desk.clock.now();
        let due = rows.iter().filter(|row| {
            let asked = self.asked.get(&(row.no, ACCEPTED));
            asked.is_none_or(|asked| now.duration_since(*asked) >= AGAIN)
        });
        let wanted: Vec<Wanted> = due.filter_map(accepted).collect();
        if wanted.is_empty() {
            return Ok(0);
        }
        self.asked.extend(rows.iter().map(|row| ((row.no, ACCEPTED), now)));
        match self.bring_back(&wanted).await {
            Ok(found) => Ok(found),
            Err(error) => {
                tracing::warn!(%error, "accepted mails cannot be brought back now");
                Ok(0)
            }
        }
    }

    async fn bring_back(&self, wanted: &[Wanted]) -> Result<usize, SourceError> {
        let limits = &self.desk.rules.limits;
        let copied = |bytes: &[u8]| self.desk.composer.copied(bytes, limits);
        self.mailbox.bring_back_all(wanted, limits.message_bytes_max, &copied).await
    }

    async fn rows(&self) -> Result<Vec<QuarantineRow>, ProcessError> {
        let rows = self.desk.store.read(|view| view.held()).await;
        rows.map_err(|error| ProcessError::Unknown(error.to_string()))
    }

    fn is_due(&self, row: &QuarantineRow, now: Timestamp) -> bool {
        let Some(held) = row.quarantined.held else { return false };
        let asked = self.asked.get(&(row.no, held.tries));
        let was_asked = asked.is_some_and(|asked| now.duration_since(*asked) < AGAIN);
        held.again_at <= now && !was_asked && now.duration_since(held.since) < LOST
    }

    async fn bring(&mut self, rows: Vec<QuarantineRow>) {
        let wanted: Vec<Wanted> = rows.iter().filter_map(wanted).collect();
        if wanted.is_empty() {
            return;
        }
        match self.bring_back(&wanted).await {
            Ok(found) => {
                tracing::info!(due = wanted.len(), found, "held mails are decided again");
                let now = self.desk.clock.now();
                let asked = rows.iter().filter_map(|row| Some(((row.no, row.quarantined.held?.tries), now)));
                self.asked.retain(|_, at| now.duration_since(*at) < AGAIN);
                self.asked.extend(asked);
            }
            Err(error) => tracing::warn!(%error, "held mails cannot be brought back now"),
        }
    }
}

/// In place of the tries of a held mail.
const ACCEPTED: u32 = u32::MAX;

fn accepted(row: &QuarantineRow) -> Option<Wanted> {
    Some(Wanted { sha256: row.sha256.clone()?, kept: row.at, mark: format!("accepted-{}", row.no) })
}

/// In a Maildir names do not repeat: each try has its own.
fn wanted(row: &QuarantineRow) -> Option<Wanted> {
    let tries = row.quarantined.held?.tries;
    let mark = format!("held-{}-{tries}", row.no);
    Some(Wanted { sha256: row.sha256.clone()?, kept: row.at, mark })
}
