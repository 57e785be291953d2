//! The timers of a ticket follow from its state: nobody sets or cancels one.
//! A reschedule cannot leave an old reminder behind (domain 7).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::desk::rules::Rules;
use crate::desk::ticket::{Status, Ticket, TicketId};

/// What comes due (2.8). The names are the domain's.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::VariantArray,
    strum::IntoStaticStr,
)]
pub enum TimerName {
    /// Two hours before the window: is everything ready (UT-25)?
    #[serde(rename = "UT-25")]
    #[strum(serialize = "UT-25")]
    ReadyCheck,
    /// Ten minutes after the start of the window, and nobody has started.
    #[serde(rename = "UT-33")]
    #[strum(serialize = "UT-33")]
    StartLate,
    /// End of the watch period.
    #[serde(rename = "W-17")]
    #[strum(serialize = "W-17")]
    WatchOver,
}

/// One timer of one ticket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Timer {
    pub at: Timestamp,
    pub ticket: TicketId,
    pub name: TimerName,
}

const READY_BEFORE: SignedDuration = SignedDuration::from_hours(2);
const LATE_AFTER: SignedDuration = SignedDuration::from_mins(10);
const WATCH: SignedDuration = SignedDuration::from_hours(7 * 24);

/// All timers that the ticket's state asks for now, without those that fired.
pub fn of(ticket: &Ticket, _rules: &Rules) -> Vec<Timer> {
    let window = ticket.window.as_ref();
    let due = match ticket.status {
        Status::Scheduled => window.map(|window| (TimerName::ReadyCheck, before(window.start, READY_BEFORE))),
        Status::Ready => window.map(|window| (TimerName::StartLate, after(window.start, LATE_AFTER))),
        Status::Watch => ticket.feedback_sent_at.map(|sent| (TimerName::WatchOver, after(sent, WATCH))),
        _ => None,
    };
    due.into_iter()
        .map(|(name, at)| Timer { at, ticket: ticket.id.clone(), name })
        .filter(|timer| !ticket.reminded.contains(&timer.key()))
        .collect()
}

impl Timer {
    /// Name and time together: what `Event::Reminded` records.
    pub fn key(&self) -> String {
        let name: &'static str = self.name.into();
        format!("{name}@{}", self.at)
    }
}

/// Saturates: a timer at the end of time never fires.
fn after(at: Timestamp, distance: SignedDuration) -> Timestamp {
    at.checked_add(distance).unwrap_or(Timestamp::MAX)
}

fn before(at: Timestamp, distance: SignedDuration) -> Timestamp {
    at.checked_sub(distance).unwrap_or(Timestamp::MIN)
}
