//! The rows of the ticket store that are no desk values.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::access::Actor;
use crate::desk::record::{Cause, Evidence, LetterRow, Quarantined};
use crate::desk::ticket::TicketId;

/// A letter on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxRow {
    #[serde(flatten)]
    pub letter: LetterRow,
    pub state: LetterState,
    /// Tries so far, counted before each try.
    pub attempts: u32,
    pub committed_at: Timestamp,
    /// When it is tried (again); meaningless once sent or failed.
    pub next_try: Timestamp,
    /// The last answer of the mail server.
    pub response: String,
    pub done_at: Option<Timestamp>,
    /// Who last held or retried it.
    pub by_hand: Option<ByHand>,
}

/// Something done by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByHand {
    pub by: String,
    pub at: Timestamp,
}

impl OutboxRow {
    /// Nothing more is tried.
    pub fn is_done(&self) -> bool {
        matches!(self.state, LetterState::Sent | LetterState::Failed | LetterState::Withdrawn)
    }

    /// Nobody can have it: no try to hand it over was ever made.
    pub fn is_untouched(&self) -> bool {
        !self.is_done() && self.attempts == 0
    }

    /// When it is tried next, if it is.
    pub fn next_try_if_any(&self) -> Option<Timestamp> {
        (!self.is_done() && self.state != LetterState::Held).then_some(self.next_try)
    }

    /// Since when its patience counts: whoever retries it begins it anew.
    pub fn waits_since(&self) -> Timestamp {
        self.by_hand.as_ref().map_or(self.committed_at, |hand| hand.at)
    }
}

#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::VariantArray,
    strum::EnumString,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum LetterState {
    Pending,
    Trying,
    Deferred,
    /// By hand; it does not leave until somebody retries it.
    Held,
    Sent,
    Failed,
    /// What it tells was taken back before it left (5.1); it never leaves.
    Withdrawn,
}

/// A mail that was not trusted or could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantineRow {
    pub no: u64,
    pub at: Timestamp,
    #[serde(flatten)]
    pub quarantined: Quarantined,
    pub place: Option<crate::desk::input::Place>,
    pub message_id: Option<String>,
    /// Of the original; `None`: its bytes were never here.
    pub sha256: Option<String>,
    pub state: KeptState,
    /// Who released or dropped it, and why.
    pub by_hand: Option<ByHand>,
    pub hand_reason: Option<String>,
    /// Who vouched for its author, as far as it was read.
    #[serde(default)]
    pub evidence: Option<Evidence>,
    /// The record that decided it once more.
    pub decided_again: Option<u64>,
    pub text: Option<crate::desk::record::PackPlace>,
    pub original: Option<crate::desk::record::PackPlace>,
}

impl QuarantineRow {
    /// Somebody or the desk has still to do something about it.
    pub fn waits(&self) -> bool {
        match self.state {
            KeptState::Open => true,
            KeptState::Held | KeptState::Released => self.decided_again.is_none(),
            KeptState::Dropped => false,
        }
    }
}

/// What people made of a mail in quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptState {
    Open,
    /// The desk decides it again by itself.
    Held,
    Released,
    Dropped,
}

/// The last mail with these bytes in its mailbox, and where it was to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SameBytes {
    pub place: crate::desk::input::Place,
    pub folder: crate::desk::record::Folder,
}

/// One reason of a decision on a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhyRow {
    pub at: Timestamp,
    pub record: u64,
    pub outcome: String,
    pub rule: String,
    pub fact: String,
    /// What came in, and from whom; `None`: the program itself noted it.
    pub cause: Option<Cause>,
    pub actor: Option<Actor>,
}

/// An alarm letter that the alarm hook is told of, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookRow {
    pub letter: u64,
    /// `None`: the weekly test of the alarm.
    pub ticket: Option<TicketId>,
    /// The step of the ladder.
    pub step: u32,
    pub committed_at: Timestamp,
    /// Runs so far, counted before each.
    pub runs: u32,
    /// It was started, and nothing is known of its end.
    pub running: bool,
    /// It was run again because the desk ended during the run before.
    pub again: bool,
    pub next_try: Timestamp,
    pub done: bool,
    /// The last run ended well.
    #[serde(default)]
    pub ok: bool,
    /// Of the last run: its exit code and the first line of its output.
    pub result: String,
}

/// What a Message-ID of ours names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OurId {
    pub letter: u64,
    pub ticket: Option<TicketId>,
}
