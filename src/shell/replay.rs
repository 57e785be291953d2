//! A whole mailbox decided once more, in the order of time, in stores that are
//! thrown away. Nothing is sent, and nothing is kept but what is counted.

pub mod archive;
pub mod mbox;
mod track;

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use crate::desk::office::AddedHoliday;
use crate::desk::register::Register;
use crate::desk::rules::Rules;
use crate::shell::replay::archive::{Archive, Entry};
use crate::shell::replay::track::Track;

pub use track::{Came, Summary};

/// Rules with the name that a person gave them.
pub struct Under {
    pub name: String,
    pub rules: Arc<Rules>,
}

/// What a desk knows beside its rules and its mail.
#[derive(Default)]
pub struct Knowing {
    pub register: Register,
    /// Days without work that it was told of; each counts from its telling on.
    pub holidays: Vec<AddedHoliday>,
    /// Makes the Message-IDs of letters; with that of the desk, replies find their
    /// tickets again where the letters are the same.
    pub message_key: Vec<u8>,
}

/// Everything that came of a replay.
#[derive(Debug, Serialize)]
pub struct Replayed {
    pub mails_read: usize,
    /// Of the first and the last mail.
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    /// One for each rules.
    pub runs: Vec<Summary>,
    /// Mails that came to something else under the second rules.
    pub differences: usize,
    pub mails: Vec<One>,
}

/// One mail, with what came of it under each rules.
#[derive(Debug, Serialize)]
pub struct One {
    /// Its name in the mailbox.
    pub mail: String,
    pub received: Timestamp,
    pub decided: Vec<Came>,
    pub differs: bool,
}

/// A replay could not be made; in the words of its store or of the system.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ReplayError(pub String);

/// Decides over `mailbox` under each of `under`, by desks that all know the same.
/// `progress` is told how many mails are done, of how many.
///
/// # Errors
/// A store cannot be made, or the mailbox cannot be read any more.
pub async fn replay(
    mailbox: &Archive,
    under: &[Under],
    knowing: &Knowing,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Replayed, ReplayError> {
    let begin = mailbox.entries.first().map_or(Timestamp::UNIX_EPOCH, |entry| entry.received);
    let mut tracks = Vec::new();
    for under in under {
        tracks.push(Track::new(under, knowing, begin).await?);
    }
    let mut mails = Vec::new();
    for (number, entry) in mailbox.entries.iter().enumerate() {
        progress(number, mailbox.entries.len());
        mails.push(one(mailbox, number, entry, &mut tracks).await?);
    }
    let mut runs = Vec::new();
    for track in tracks {
        runs.push(track.end().await?);
    }
    Ok(Replayed {
        mails_read: mails.len(),
        from: mailbox.entries.first().map(|entry| entry.received),
        to: mailbox.entries.last().map(|entry| entry.received),
        runs,
        differences: mails.iter().filter(|one| one.differs).count(),
        mails,
    })
}

async fn one(mailbox: &Archive, number: usize, entry: &Entry, tracks: &mut [Track]) -> Result<One, ReplayError> {
    let mut decided = Vec::new();
    for track in tracks {
        let bytes = mailbox.read(entry, track.message_bytes_max()).map_err(|error| unreadable(&entry.name, &error))?;
        decided.push(track.decide(number, entry.received, bytes).await?);
    }
    let differs = match decided.as_slice() {
        [one, other] => !one.is_like(other),
        _ => false,
    };
    Ok(One { mail: entry.name.clone(), received: entry.received, decided, differs })
}

fn unreadable(name: &str, error: &std::io::Error) -> ReplayError {
    ReplayError(format!("{name}: the mail cannot be read: {error}"))
}

/// The key of a desk's Message-IDs; where there is no desk, one of zeros: these
/// letters leave nobody's machine.
pub fn message_key(data: &Path) -> Vec<u8> {
    std::fs::read(data.join("message-id.key")).unwrap_or_else(|_| vec![0; 32])
}
