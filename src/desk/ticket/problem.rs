//! What only a problem ticket has (2.6): how bad it is, what it belongs to, and
//! whether an alarm runs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::ticket::{TicketId, Window};
use crate::desk::urgency::Severity;

/// A problem that was reported after an upgrade, or instead of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// As it stands: assessed by the desk until a person sets it (2.7).
    pub severity: Severity,
    /// The ended problem that this one may be again (PT-15).
    #[serde(default)]
    pub earlier: Option<TicketId>,
    /// Several problems of one mail, each settled by itself.
    #[serde(default)]
    pub items: Vec<Item>,
    /// How often the customer asked for news.
    #[serde(default)]
    pub nudges: u32,
    /// What the customer's own loud words claim; kept beside, never argued with.
    pub claimed: Option<Severity>,
    /// The words that made it so.
    pub because: Vec<String>,
    /// Since when it is so, in the words of the report.
    #[serde(default)]
    pub since: Option<String>,
    pub set_by_staff: bool,
    /// The upgrade that it is about.
    pub upgrade: Option<TicketId>,
    /// The upgrade that it may be about: a person decides (2.6, 8 to 30 days).
    pub suggested: Option<TicketId>,
    /// The first lines of the report, secrets sealed.
    pub extract: String,
    /// When the report reached our server: the time base of its alarm (2.8).
    pub received: Timestamp,
    /// A machine reported it; nobody outside is answered (decisions 16).
    pub automatic: bool,
    pub alarm: Option<Alarm>,
    /// Calls so far, over all alarms of the ticket: each subject is another.
    pub calls: u32,
    /// The rollback or patch that waits for the customer's consent (PT-10).
    pub change: Option<Change>,
    /// When a person of the desk last did something here (W-14).
    pub human_at: Option<Timestamp>,
    /// When the customer last heard from a person (W-13).
    pub told_at: Option<Timestamp>,
    pub resolved_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
}

/// A ladder that is being climbed until a person answers (2.8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// From when its steps are counted.
    pub since: Timestamp,
    /// Steps that fired so far.
    pub fired: u32,
    /// Who had the ticket and fell silent: he is asked before the first level.
    pub first: Option<String>,
    /// Addresses of the last call that did not come back.
    pub reach: Vec<String>,
    /// Everybody who was tried, oldest first, for the next letter.
    pub tried: Vec<String>,
}

/// A change that needs consent of its own (T2b).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// `rollback` or `patch`.
    pub what: String,
    pub text: String,
    /// When it is to be done; `None`: at once after the yes.
    #[serde(default)]
    pub window: Option<Window>,
    #[serde(default)]
    pub started_at: Option<Timestamp>,
}

/// How a change ended (PT-11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum ChangeResult {
    Done,
    /// Taken back: the unit is as it was before the change.
    RolledBack,
    Failed,
}

/// One of several problems in one mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub text: String,
    pub severity: Severity,
    pub settled: bool,
}
