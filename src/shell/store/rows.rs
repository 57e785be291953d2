//! The rows of the ticket store that are no desk values.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::record::{LetterRow, Quarantined};
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
}

impl OutboxRow {
    /// Nothing more is tried.
    pub fn is_done(&self) -> bool {
        matches!(self.state, LetterState::Sent | LetterState::Failed)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterState {
    Pending,
    Trying,
    Deferred,
    Sent,
    Failed,
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
    pub text: Option<crate::desk::record::PackPlace>,
    pub original: Option<crate::desk::record::PackPlace>,
}

/// One reason of a decision on a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhyRow {
    pub at: Timestamp,
    pub record: u64,
    pub outcome: String,
    pub rule: String,
    pub fact: String,
}

/// What a Message-ID of ours names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OurId {
    pub letter: u64,
    pub ticket: Option<TicketId>,
}
