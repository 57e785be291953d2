//! What staff arranged about a ticket: who is to take it, who is copied, until
//! when its reminders rest (5.1, 5.3).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::denial::Denial;

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
    /// Staff brought the request on its way: a representative confirms it before
    /// anything is agreed, whatever else he sends.
    pub asks_first: bool,
    /// What a first colleague wants to let pass, with his name (T3c).
    pub override_asked: Option<(Denial, String)>,
    /// Denials that no longer stand in the way, for the data as they are.
    pub overrides: Vec<Denial>,
}
