//! The timers of a ticket follow from its state: nobody sets or cancels one.
//! A reschedule cannot leave an old reminder behind (domain 7).

mod problem;
mod upgrade;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::desk::rules::Rules;
use crate::desk::ticket::{Ticket, TicketId, TicketKind};

pub use upgrade::{READY_BEFORE, confirm_until, grace_ends};

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
    /// A day and an hour before the window: the desk asks the ports itself.
    #[serde(rename = "T5b")]
    #[strum(serialize = "T5b")]
    Ports,
    /// Two hours before the window: is everything ready (UT-25)?
    #[serde(rename = "UT-25")]
    #[strum(serialize = "UT-25")]
    ReadyCheck,
    /// The window has opened, and what blocks the work was not cured.
    #[serde(rename = "UT-28")]
    #[strum(serialize = "UT-28")]
    Grace,
    /// Some minutes after the start of the window, and nobody has started.
    #[serde(rename = "UT-33")]
    #[strum(serialize = "UT-33")]
    StartLate,
    /// A request that nobody of the desk has touched.
    #[serde(rename = "W-02")]
    #[strum(serialize = "W-02")]
    Untouched,
    #[serde(rename = "W-02-lead")]
    #[strum(serialize = "W-02-lead")]
    UntouchedLead,
    /// A denial that nobody corrected.
    #[serde(rename = "W-07")]
    #[strum(serialize = "W-07")]
    Uncorrected,
    /// A special time that nobody arranged.
    #[serde(rename = "W-08")]
    #[strum(serialize = "W-08")]
    Special,
    #[serde(rename = "UT-33-lead")]
    #[strum(serialize = "UT-33-lead")]
    StartLateLead,
    /// Work may begin no more: the customer hears that nobody came.
    #[serde(rename = "UT-33-customer")]
    #[strum(serialize = "UT-33-customer")]
    NoShow,
    /// An ASAP request waits long.
    #[serde(rename = "S-05")]
    #[strum(serialize = "S-05")]
    AsapAged,
    /// The customer asked to stop during the work, and nobody has decided.
    #[serde(rename = "UT-35")]
    #[strum(serialize = "UT-35")]
    StopUnanswered,
    /// The tests after the work take long.
    #[serde(rename = "W-11")]
    #[strum(serialize = "W-11")]
    Verifying,
    /// The next step of a running alarm.
    #[serde(rename = "W-03")]
    #[strum(serialize = "W-03")]
    Alarm,
    /// A problem of P3 or P4 that nobody has looked at.
    #[serde(rename = "W-04")]
    #[strum(serialize = "W-04")]
    Unseen,
    /// A question to the customer is open.
    #[serde(rename = "W-05")]
    #[strum(serialize = "W-05")]
    Remind,
    /// The wished or offered time can hardly be kept.
    #[serde(rename = "W-05-last-call")]
    #[strum(serialize = "W-05-last-call")]
    LastCall,
    /// The offered times can no longer be kept.
    #[serde(rename = "W-05-release")]
    #[strum(serialize = "W-05-release")]
    Release,
    #[serde(rename = "W-05-lapse")]
    #[strum(serialize = "W-05-lapse")]
    Lapse,
    /// A representative on file was asked to confirm.
    #[serde(rename = "W-06")]
    #[strum(serialize = "W-06")]
    ConfirmRemind,
    #[serde(rename = "W-06-lapse")]
    #[strum(serialize = "W-06-lapse")]
    ConfirmLapse,
    /// The window is near.
    #[serde(rename = "W-09")]
    #[strum(serialize = "W-09")]
    BeforeWindow,
    /// Before the planned end: how is it going?
    #[serde(rename = "W-10-ask")]
    #[strum(serialize = "W-10-ask")]
    Progress,
    /// The planned end has passed.
    #[serde(rename = "W-10")]
    #[strum(serialize = "W-10")]
    Overrun,
    #[serde(rename = "W-10-lead")]
    #[strum(serialize = "W-10-lead")]
    OverrunLead,
    /// The official feedback is owed.
    #[serde(rename = "W-12")]
    #[strum(serialize = "W-12")]
    Feedback,
    #[serde(rename = "W-12-lead")]
    #[strum(serialize = "W-12-lead")]
    FeedbackLead,
    #[serde(rename = "W-12-manager")]
    #[strum(serialize = "W-12-manager")]
    FeedbackManager,
    /// The customer of an open problem has heard nothing for long.
    #[serde(rename = "W-13")]
    #[strum(serialize = "W-13")]
    Update,
    /// The invitation was declined and nobody answers our question (3.2).
    #[serde(rename = "UT-30")]
    #[strum(serialize = "UT-30")]
    Declined,
    /// Somebody has an urgent problem and nothing happens.
    #[serde(rename = "W-14")]
    #[strum(serialize = "W-14")]
    Silence,
    /// Resolved, and the customer is silent.
    #[serde(rename = "W-15")]
    #[strum(serialize = "W-15")]
    Settle,
    /// Has the customer set a new manager password (T5e)?
    #[serde(rename = "W-16")]
    #[strum(serialize = "W-16")]
    Reset,
    /// The sealed password is destroyed (2.5).
    #[serde(rename = "W-18")]
    #[strum(serialize = "W-18")]
    Destroy,
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

/// All timers that the ticket's state asks for now, without those that fired.
pub fn of(ticket: &Ticket, rules: &Rules) -> Vec<Timer> {
    let due = match ticket.kind() {
        TicketKind::Upgrade => upgrade::due(ticket, rules),
        TicketKind::Problem => problem::due(ticket, rules),
    };
    due.into_iter()
        .map(|(name, at)| Timer { at: name.rested(at, ticket), ticket: ticket.id.clone(), name })
        .filter(|timer| !ticket.reminded.contains(&timer.key()))
        .collect()
}

impl TimerName {
    /// `#snooze`: only what reminds staff, and reports nothing that is late for the
    /// customer, waits.
    fn rested(self, at: Timestamp, ticket: &Ticket) -> Timestamp {
        match ticket.hands.rests_until {
            Some(until) if matches!(self, TimerName::Unseen | TimerName::Progress) => at.max(until),
            _ => at,
        }
    }
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

fn minutes(number: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(number))
}

fn hours(number: u32) -> SignedDuration {
    SignedDuration::from_hours(i64::from(number))
}
