//! What happened to the desk itself and not to a ticket (`OfficeEvent`), and
//! what is so now (`Office`, the fold of these events).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::escalation::Takeover;

/// What can happen to the desk itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case", tag = "type")]
#[strum(serialize_all = "snake_case")]
pub enum OfficeEvent {
    /// `#swap`: somebody has a duty for a while, whatever the rules say.
    TookOver { takeover: Takeover, by: String },
    /// W-01: a mail was looked at late, and the operator was told.
    Late { received: Timestamp, minutes: i64 },
    /// 2.8: the operator was told of times with nobody on duty.
    GapsTold { gaps: u32 },
}

/// The fold of the desk's own events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Office {
    /// Oldest first; of two about the same time the later counts.
    pub takeovers: Vec<Takeover>,
    /// When the operator was last told of late mail, and of gaps.
    #[serde(default)]
    pub late_told_at: Option<Timestamp>,
    #[serde(default)]
    pub gaps_told_at: Option<Timestamp>,
}

impl Office {
    /// What happened, happened: nothing is refused here.
    pub fn apply(&mut self, event: &OfficeEvent, at: Timestamp) {
        match event {
            OfficeEvent::TookOver { takeover, .. } => self.takeovers.push(takeover.clone()),
            OfficeEvent::Late { .. } => self.late_told_at = Some(at),
            OfficeEvent::GapsTold { .. } => self.gaps_told_at = Some(at),
        }
    }
}
