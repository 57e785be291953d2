//! What stands in the way of the work on a unit, and what was asked during it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::ports::{Ended, Found, Wish};
use crate::desk::ticket::{TicketId, Window};

/// Why the work cannot begin, or did not (UT-26, UT-28).
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Cause {
    Ports,
    Password,
    /// The customer asked us to wait.
    Hold,
    /// The customer gave it up, or could not be reached.
    Customer,
    /// Ours: no agent, or nobody began.
    #[default]
    Desk,
}

/// How the unit serves its users when work on it ends (UT-37).
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Service {
    #[default]
    Up,
    Degraded,
    Down,
}

/// The part of an upgrade ticket that tells of readiness and of the work.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Work {
    /// Found closed by the last test (T5b), and when that was.
    pub closed_ports: Vec<u16>,
    pub ports_tested_at: Option<Timestamp>,
    /// The test that the desk is to make now, or makes.
    pub ports_wish: Option<Wish>,
    /// When it was last asked to.
    pub ports_asked_at: Option<Timestamp>,
    /// What the desk itself found in that last test; none: an agent made it.
    pub ports_found: Option<Found>,
    /// When the customer was last told of closed ports (M-10).
    pub ports_told_at: Option<Timestamp>,
    /// When the customer said that the password was tested (T5f).
    pub password_tested_at: Option<Timestamp>,
    /// The password that we have does not open the unit (T5g).
    pub password_wrong: bool,
    /// Passwords for this window that did not.
    pub password_tries: u32,
    /// Who asked us to wait, until he says go on.
    pub held_by: Option<String>,
    /// When the last block was cured (UT-27).
    pub cured_at: Option<Timestamp>,
    pub not_started: Option<Cause>,
    /// New windows that the letter about it offers (UT-46).
    pub slots: Vec<Window>,
    /// The customer asked to stop during the work, and nobody has decided (UT-35).
    pub stop_asked_at: Option<Timestamp>,
    /// The agent puts the old version back.
    pub rolling_back: bool,
    pub service: Option<Service>,
    /// The customer was asked something while we test (W-11).
    pub test_asked_at: Option<Timestamp>,
    /// The customer was asked whether a waiting ASAP request still stands (S-05):
    /// first, and last.
    pub asked_again: Option<(Timestamp, Timestamp)>,
    /// The upgrade before that this one tries again, and the number of the try (UT-47).
    pub attempt: Option<(TicketId, u32)>,
}

/// One test of a unit's ports that has ended (T5b).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortsTest {
    pub ticket: TicketId,
    /// Of the wish: a later wish of the ticket is another test.
    pub asked: Timestamp,
    pub ended: Ended,
}
