//! Everything that can happen, and what a mail is. What it is depends on the
//! mail and the rules alone; nothing is looked up here.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::command::CommandLine;
use crate::desk::form::Form;
use crate::desk::mail::{Mail, Proof};
use crate::desk::timers::Timer;

/// Where a mail lies: its one name for ever (RFC 3501 2.3.1.1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// `imap` or `folder`.
    pub source: String,
    /// `user@host/INBOX`, or the Maildir's path.
    pub mailbox: String,
    /// UIDVALIDITY; 0 for a Maildir.
    pub validity: u32,
    /// The UID in decimal, or the Maildir file's unique name.
    pub item: String,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}:{}", self.source, self.mailbox, self.validity, self.item)
    }
}

/// What a mail is, by the first that holds (`read --json` prints it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// A failed or delayed delivery.
    Bounce,
    FeedbackReport,
    /// A calendar reply.
    Calendar,
    Automatic,
    Request,
    Reply,
    Problem,
    Question,
    Noise,
}

/// A mail with all that was read in it, secrets already taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailInput {
    pub place: Place,
    /// INTERNALDATE or the file's time (decisions 26).
    pub received: Timestamp,
    pub mail: Mail,
    pub proof: Proof,
    pub kind: Kind,
    pub forms: Vec<Form>,
    pub commands: Vec<CommandLine>,
    /// Ids of the sealed secrets, in the order of `form::Value::Sealed`.
    pub secrets: Vec<String>,
    /// SHA-256 of the bytes as fetched.
    pub original_sha256: String,
}

/// Everything that can happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Mail(Box<MailInput>),
    /// Could not be read (too big, or it made the reader panic three times).
    Unreadable {
        place: Place,
        received: Timestamp,
        reason: Unreadable,
        original_sha256: Option<String>,
    },
    Due(Timer),
    /// The mail server took the letter.
    Delivered {
        letter: u64,
    },
    /// The mail server refused the letter for good (5xx), or a report said so.
    Undelivered {
        letter: u64,
        address: String,
        why: String,
    },
}

/// Why a mail goes to quarantine unparsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Unreadable {
    /// Over `message_bytes_max`; only its size and place are known (PARK).
    TooBig,
    /// Reading it failed three times (R14).
    CrashedReader,
}
