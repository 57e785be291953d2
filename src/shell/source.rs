//! Where mail comes from, behind one trait. A source hands on bytes and moves
//! what is committed; it parses no mail and decides nothing.

pub mod backoff;
pub mod folder;
pub mod imap;
pub mod recall;

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc::Sender;

use crate::desk::input::Place;
use crate::desk::record::{Floor, Folder};

/// Bytes of a header that a first look needs: what mail hosts put on top and the
/// author are in it. A longer header is looked at as far as that.
pub const HEADER_LOOK: usize = 32 * 1024;

/// A mailbox. After any error the caller connects afresh, after a pause
/// ([`backoff`]); nothing is remembered that a new connection could not find.
pub trait Source: Send {
    /// Connects afresh (IMAP) or opens (folder).
    fn connect(&mut self) -> impl Future<Output = Result<Opened, SourceError>> + Send;

    /// Where our mail begins. A source that can leave out what was there before
    /// does, so that 100,000 old mails are not listed at every look (I-12); the
    /// caller leaves it out in any case. Forgotten when the mailbox is renumbered.
    fn set_floor(&mut self, _floor: Floor) {}

    /// What the mailbox does not allow us, a sentence each, for the operator:
    /// the desk works, but not as it should (I-8, I-9). Known after connect and
    /// after each settle.
    fn shortcomings(&self) -> Vec<String> {
        Vec::new()
    }

    /// Everything in the mailbox now, with size and time, oldest first; no bodies.
    fn list(&mut self) -> impl Future<Output = Result<Vec<Listed>, SourceError>> + Send;

    /// Shows `see` the header of each, by the item of its place: at least its
    /// first [`HEADER_LOOK`] bytes. Marks nothing as seen; what vanished
    /// meanwhile, or cannot be had, is left out.
    fn headers(
        &mut self,
        wanted: &[Listed],
        see: &mut (dyn FnMut(&str, &[u8]) + Send),
    ) -> impl Future<Output = Result<(), SourceError>> + Send;

    /// Bodies of `wanted`, handed to `sink` as they arrive. What is over the
    /// size limit, or could not be had after several tries, arrives without
    /// bytes; what vanished meanwhile is left out. When this fails, what
    /// reached `sink` before is whole and good.
    fn fetch(
        &mut self,
        wanted: &[Listed],
        sink: &Sender<Fetched>,
    ) -> impl Future<Output = Result<(), SourceError>> + Send;

    /// Moves handled mail away, in sets; to be called only after the commit.
    /// Items already gone are fine. What the mailbox refuses to give up stays
    /// there without an error, is listed no more, and is a shortcoming.
    fn settle(&mut self, done: &[(Place, Folder)]) -> impl Future<Output = Result<(), SourceError>> + Send;

    /// Whether redacted copies can take the place of mails now ([`Source::replace`]).
    fn replaces(&self) -> bool;

    /// Puts each redacted copy into its folder, then removes its original, and only
    /// that; to be called only after the commit, and safe to be called again. Gives
    /// back what it cannot replace, to be moved as it came; why is a shortcoming.
    fn replace(
        &mut self,
        done: Vec<Replaced>,
    ) -> impl Future<Output = Result<Vec<(Place, Folder)>, SourceError>> + Send;

    /// Sleeps until something new may be there, at most `at_most`. Dropping
    /// this future is safe; dropping one of the others costs the connection.
    fn wait(&mut self, at_most: Duration) -> impl Future<Output = Result<Woken, SourceError>> + Send;
}

/// What was opened: the first parts of every [`Place`] that this source names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub source: String,
    pub mailbox: String,
    /// UIDVALIDITY; 0 for a folder.
    pub validity: u32,
    /// UIDNEXT: every mail that is there now has a smaller UID; 0 for a folder.
    pub next_item: u32,
}

/// A mail that lies in the mailbox, not yet fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub place: Place,
    /// INTERNALDATE or the file's time (decisions 26).
    pub received: Timestamp,
    /// In bytes, as the server says.
    pub size: u64,
}

/// A mail with its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    pub place: Place,
    pub received: Timestamp,
    /// In bytes: as counted, or as the server says where there are none.
    pub size: u64,
    /// Whole and as sent. None: over the size limit; or, where `size` is
    /// within it, several tries to fetch it failed (I-5).
    pub bytes: Option<Vec<u8>>,
}

/// A handled mail with the redacted copy that takes its place (TD5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    pub place: Place,
    /// Where the copy goes.
    pub folder: Folder,
    /// INTERNALDATE of the original, which is the copy's, too.
    pub received: Timestamp,
    /// What stands in the copy's field `X-Upgrade-Desk`, and in no other's.
    pub mark: String,
    pub bytes: Vec<u8>,
    /// An earlier try may have put the copy there: it is looked for first.
    pub may_be_there: bool,
}

/// Why [`Source::wait`] ended. In doubt it says `News`; a list never harms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    News,
    TimeUp,
}

/// What went wrong with a source. Never holds a secret or text of a mail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct SourceError {
    pub kind: ErrorKind,
    pub text: String,
}

/// What to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Lost connection, time limit, server busy: try again soon.
    Transient,
    /// The login was refused: try again rarely, tell the operator (I-11).
    Refused,
    /// Trying again cannot help: the operator must change something.
    Configuration,
    /// The server broke the protocol or refused what it must not: try again,
    /// tell the operator when it lasts (I-4).
    Protocol,
}

impl SourceError {
    pub fn new(kind: ErrorKind, text: impl Into<String>) -> SourceError {
        SourceError { kind, text: text.into() }
    }

    pub fn transient(text: impl Into<String>) -> SourceError {
        SourceError::new(ErrorKind::Transient, text)
    }

    pub fn configuration(text: impl Into<String>) -> SourceError {
        SourceError::new(ErrorKind::Configuration, text)
    }

    pub fn protocol(text: impl Into<String>) -> SourceError {
        SourceError::new(ErrorKind::Protocol, text)
    }

    /// Expected to pass by itself, without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        self.kind == ErrorKind::Transient
    }
}
