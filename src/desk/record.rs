//! One line of the journal: everything that was decided about one input.
//! The journal is the truth; the ticket store is rebuilt from these lines.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::access::Actor;
use crate::desk::input::Place;
use crate::desk::known::Counted;
use crate::desk::known::Held;
use crate::desk::mail::Proof;
use crate::desk::mail::proof::own::Checked;
use crate::desk::office::{DeskTimer, OfficeEvent};
use crate::desk::register::Register;
use crate::desk::ticket::{Event, TicketId};

/// A journal line without its chain (the store adds `seq` and `prev`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub at: Timestamp,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum What {
    /// A mail, a timer or a delivery was decided upon.
    Decided(Box<Decided>),
    /// Letters are about to be handed to the mail server: counted before the try.
    Trying {
        letters: Vec<u64>,
    },
    /// The mail server took a letter, or will be asked again, or never.
    Sent {
        letter: u64,
        response: String,
    },
    Deferred {
        letter: u64,
        until: Timestamp,
        response: String,
    },
    /// The alarm hook is about to be told of an alarm letter: counted before the
    /// run. `again`: the desk ended during the run before, whose effect is unknown.
    HookStarted {
        letter: u64,
        run: u32,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        again: bool,
    },
    /// What became of it: the exit code and the first line of its output. `next`:
    /// it failed, and is run once more then; `None`: that was the last run.
    HookEnded {
        letter: u64,
        ok: bool,
        result: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<Timestamp>,
    },
    /// Office register after an import.
    Imported {
        register: Register,
        by: String,
    },
    /// Somebody changed something by hand.
    Console {
        /// The operating system's name for him.
        by: String,
        did: Did,
    },
    /// First start on a mailbox, or on another numbering of it.
    Floor {
        source: String,
        mailbox: String,
        validity: u32,
        #[serde(flatten)]
        floor: Floor,
    },
}

/// What can be done by hand; whether it may be done was looked at before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Did {
    /// The letter is due now, whatever became of it before.
    Retried { letter: u64 },
    /// The letter does not leave until it is retried.
    Held { letter: u64 },
    /// The mail with these bytes may be decided once more, as a mail that
    /// nobody vouches for.
    Released { kept: u64, sha256: String, reason: String },
    /// Somebody has dealt with the mail of the quarantine. Nothing is deleted.
    Dropped { kept: u64, reason: String },
    /// Its sealed original is opened with the evidence key; `record`: the one in
    /// which it was kept.
    OriginalOpened { kept: u64, record: u64, reason: String },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    pub cause: Cause,
    pub actor: Actor,
    pub outcome: OutcomeWord,
    /// Version of the rule files that were in force.
    pub rules: String,
    pub changes: Vec<TicketChange>,
    pub letters: Vec<LetterRow>,
    pub quarantine: Option<Quarantined>,
    /// Who vouched for the author, and what our own look found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    pub why: Vec<Why>,
    /// Redacted text of the mail, and the sealed original, in their packs.
    pub text: Option<PackPlace>,
    pub original: Option<PackPlace>,
    /// Attachments sealed to the staff's keys, in the order of the event that names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<PackPlace>,
    /// Ids of secrets sealed for this mail: files of the vault.
    pub secrets: Vec<String>,
    /// The letter whose single-use token this used up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spent: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<Counted>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub office: Vec<OfficeEvent>,
    /// What staff did by mail that is otherwise done by hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub did: Vec<Did>,
    /// The mail is not to stay in the mailbox as it came: a redacted copy takes
    /// its place (TD5).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacted: bool,
}

/// What a decision about a mail took its author's word on (decisions 19).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub proof: Proof,
    /// Each signature that was looked at, and the policy of the author's domain;
    /// `None`: the mail host's word was all there was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Checked>,
}

/// What caused a decision (decisions 19).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "cause")]
pub enum Cause {
    Mail {
        place: Place,
        message_id: Option<String>,
        sha256: Option<String>,
        duplicate_key: Option<String>,
    },
    Timer {
        ticket: TicketId,
        name: String,
        at: Timestamp,
    },
    Delivery {
        letter: u64,
        response: String,
    },
    /// A timer of the desk as a whole.
    Desk {
        timer: DeskTimer,
    },
    /// A test of a unit's ports ended.
    Ports {
        ticket: TicketId,
        asked: Timestamp,
    },
    /// The desk started.
    Started,
    /// Somebody at the console announced a release.
    Announced {
        by: String,
    },
    /// Somebody at the console wanted to see what is sealed.
    Looked {
        by: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketChange {
    pub ticket: TicketId,
    pub events: Vec<Event>,
}

/// A committed letter: its bytes lie in the letters pack and never change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterRow {
    pub no: u64,
    pub template: String,
    pub to: String,
    pub subject: String,
    pub message_id: String,
    pub ticket: Option<TicketId>,
    pub for_staff: bool,
    pub bytes: PackPlace,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// Stable name: `two_from_fields`, `unknown_sender`, `too_big` …
    pub reason: String,
    /// The evidence, for staff; no text of the mail that could be a secret.
    pub detail: String,
    /// It is decided again by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
    /// The address on file for which the author could be mistaken (TA6, TA8 to TA10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resembles: Option<String>,
}

/// Where bytes lie in a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackPlace {
    /// File name of the segment: `texts-2026-11-25.pack`.
    pub segment: String,
    pub offset: u64,
    pub length: u64,
    pub sha256: String,
}

/// The outcome word of `try --json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum OutcomeWord {
    New,
    NeedsInfo,
    RepCheck,
    Denied,
    Scheduled,
    QueuedAsap,
    SpecialReview,
    /// Other times were offered.
    Offered,
    Consent,
    Cancelled,
    /// A problem was reported, or is back.
    Problem,
    /// A ticket was ended by a word of the customer.
    Closed,
    /// Commands of staff were done.
    Commands,
    /// Commands of staff were refused, all of them.
    Refused,
    Note,
    Quarantine,
    /// Automatic mail: filed, never answered.
    Loop,
    Duplicate,
    Hold,
    Park,
    /// A timer did its work.
    Timer,
    /// A test of a unit's ports ended.
    PortsTested,
    /// A timer or report that no longer applies.
    NoLongerDue,
    Delivered,
    Undelivered,
    /// News of a release went to subscribers.
    Announced,
    /// A sealed password was shown.
    Revealed,
    /// Sealed original mails were opened.
    OriginalsOpened,
    /// Sealed attachments were opened.
    AttachmentsOpened,
    /// Somebody gets no more of them.
    Unsubscribed,
}

/// One reason of a decision: the rule and the fact it met (`ticket why`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// `T3b`, `S-01`, `D-MAC`, `TA8` …
    pub rule: String,
    pub fact: String,
}

impl Why {
    pub fn new(rule: &str, fact: impl Into<String>) -> Why {
        Why { rule: rule.to_owned(), fact: fact.into() }
    }
}

/// Where our mail begins in one numbering of a mailbox. What is older is not
/// ours to answer (I-12).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Floor {
    /// Mail with a smaller item was there before: a UID; in a folder, seconds.
    pub below: u32,
    /// Unless it was received after this second: servers tell whole seconds, and
    /// mail of the second of the first start is old. Set when a mailbox was
    /// numbered anew (I-1): then mail of ours, too, has numbers from before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

impl Floor {
    /// Whether a mail of this number and time is ours.
    pub fn is_under(&self, number: i64, received: Timestamp) -> bool {
        number >= i64::from(self.below) || self.since.is_some_and(|since| received > since)
    }
}

/// How a handled mail leaves the inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leave {
    pub folder: Folder,
    /// A redacted copy takes its place (TD5).
    pub redacted: bool,
}

/// Where a handled mail is moved, out of the inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Folder {
    Processed,
    Quarantine,
}
