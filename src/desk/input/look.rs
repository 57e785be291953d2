//! What somebody at the console wants to see of what is sealed.

use serde::{Deserialize, Serialize};

use crate::desk::ticket::TicketId;

/// One wish to look, at the console of the desk's machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    pub ticket: TicketId,
    /// Whose key it is, by the staff's short names.
    pub person: String,
    /// Whose second key.
    pub second: Option<String>,
    pub reason: String,
    /// The system's name for whoever is at the console.
    pub by: String,
}

/// One wish to open original mails with the evidence key, at the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    pub of: OriginalsOf,
    /// Journal records of the decisions about these mails.
    pub records: Vec<u64>,
    pub reason: String,
    /// The system's name for whoever is at the console.
    pub by: String,
}

/// Whose originals they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OriginalsOf {
    Ticket(TicketId),
    /// A mail's number in the quarantine.
    Kept(u64),
}
