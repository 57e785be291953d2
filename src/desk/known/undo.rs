//! The last mail with commands that changed a ticket, and what became of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::ticket::Ticket;

/// The store keeps one of these a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastCommands {
    /// Staff, by his short name.
    pub by: String,
    pub at: Timestamp,
    /// Each line with what it did.
    pub what: Vec<String>,
    /// The ticket before them.
    pub before: Box<Ticket>,
    /// The number of its events right after them: another one now, and something
    /// else has happened since.
    pub events: u64,
    /// They changed nothing but this ticket.
    pub alone: bool,
    /// All letters that they caused.
    pub letters: Vec<u64>,
}

/// The same, with what has become of its letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undoing {
    pub last: LastCommands,
    pub letters: Vec<LastLetter>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastLetter {
    pub no: u64,
    pub template: String,
    pub to: String,
    pub for_staff: bool,
    /// No try was made to hand it over, and none is being made.
    pub waits: bool,
}
