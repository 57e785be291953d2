//! Everything that can happen to the desk as a whole.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use crate::desk::escalation::Takeover;
use crate::desk::office::{Gap, Segment};

/// What can happen to the desk as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case", tag = "type")]
#[strum(serialize_all = "snake_case")]
pub enum OfficeEvent {
    /// `#swap`: somebody was asked to take a turn.
    SwapAsked {
        takeover: Takeover,
        by: String,
    },
    /// Somebody has a duty for a while, whatever the rules say.
    TookOver {
        takeover: Takeover,
        by: String,
    },
    /// W-01: a mail was looked at late, and the operator was told.
    Late {
        received: Timestamp,
        minutes: i64,
    },
    /// 2.8: the operator was told of so many times with nobody on duty; `known` are
    /// all that he has heard of.
    GapsTold {
        gaps: u32,
        #[serde(default)]
        known: Vec<Gap>,
    },
    /// The weekly test of level 1 (2.8): these were called.
    SelfTested {
        called: Vec<String>,
    },
    /// One of them has answered, so long after the call.
    SelfTestAnswered {
        by: String,
        minutes: i64,
    },
    SwapRefused {
        takeover: Takeover,
        by: String,
    },
    /// `#holiday`; `closes`: a half day.
    HolidaySet {
        day: Date,
        name: String,
        closes: Option<Time>,
        by: String,
    },
    /// A turn has begun: both were told (5.3).
    HandedOver {
        rota: String,
        from: Option<String>,
        to: Option<String>,
    },
    /// The next one has the duty from now on.
    DutyTaken {
        rota: String,
        by: String,
    },
    /// A desk-wide timer that was due then has fired.
    Fired {
        timer: String,
        due: Timestamp,
    },
    /// F-14.
    Subscribed {
        address: String,
    },
    /// `by` is the address that asked for it.
    Unsubscribed {
        address: String,
        by: String,
    },
    /// T1b: the company was asked once for its quiet hours.
    QuietHoursAsked {
        company: String,
    },
    /// M-30: news of a release went to so many.
    Announced {
        version: String,
        notes: String,
        by: String,
        letters: u32,
    },
    /// The time of these files is over (decisions 17): they are removed once this
    /// is on disk.
    SegmentsDeleted {
        segments: Vec<Segment>,
    },
}

impl OfficeEvent {
    /// Whether other rules are in force because of it.
    pub fn changes_rules(&self) -> bool {
        matches!(self, OfficeEvent::HolidaySet { .. })
    }
}
