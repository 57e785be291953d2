//! What staff arranged about a ticket: who is to take it, who is copied, until
//! when its reminders rest (5.1, 5.3).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The part of a ticket that only commands of staff change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hands {
    /// Who was asked to take it over; until he does, its agent has it.
    pub to: Option<String>,
    /// Addresses on file that get the customer's letters, too.
    pub cc: Vec<String>,
    /// Until when reminders to staff rest.
    pub rests_until: Option<Timestamp>,
}
