//! Reports (5.4): numbers over what happened to tickets, each with the ids that it
//! was counted from. Periods begin and end with days of the desk's zone.
//!
//! The median is the middle value, of an even number of values the mean of both in
//! the middle; p90 and p95 are the smallest value that at least so many percent of
//! the values do not exceed (nearest rank). Times are minutes, rounded down.

mod intake;
mod number;
mod passwords;
mod post;
mod promises;
mod trouble;
mod work;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::rules::Rules;
use crate::desk::ticket::{Event, Happened, Status, Ticket};

pub use post::{Kept, Posted};

/// The reports that there are.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Name {
    /// By outcome, customer, version and kind; cancelled; notice.
    Upgrades,
    /// How far requests came, how complete they were, and how long they waited where.
    Funnel,
    /// By code; what was corrected; who is denied again and again.
    Denials,
    /// From `#start` to the end of the work, and how it was planned.
    Downtime,
    /// Official feedback: in time, late, missing; supplements.
    Feedback,
    /// Reported after upgrades; reopened.
    Problems,
    /// The most urgent problems until a person had them.
    P1,
    /// Manager passwords: sealed, destroyed in time, reset afterwards.
    Passwords,
    /// Alarms that people lowered, and calm reports that they raised.
    Urgency,
    /// What was kept and missed of each promise about time.
    Sla,
    /// Letters, quarantine.
    Desk,
}

/// A ticket with everything that happened to it.
#[derive(Debug, Clone)]
pub struct History {
    pub ticket: Ticket,
    pub events: Vec<Happened>,
}

/// From its first to before its last instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub from: Timestamp,
    pub to: Timestamp,
}

/// All that a report is made of.
pub struct Past<'a> {
    pub histories: &'a [History],
    pub posted: &'a [Posted],
    pub kept: &'a [Kept],
    /// Serial numbers of units with settings of their own (T1c).
    pub customised: &'a BTreeSet<String>,
    pub rules: &'a Rules,
    pub period: Period,
}

/// One number and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// What kind of number; rows of one group stand together.
    pub group: String,
    pub what: String,
    /// A whole number, one decimal, or minutes, as `unit` says; empty: nothing
    /// to count from.
    pub value: String,
    pub unit: String,
    /// Tickets, or letters and kept mails by number.
    pub ids: Vec<String>,
}

/// The rows of a report.
pub fn rows(name: Name, past: &Past<'_>) -> Vec<Row> {
    match name {
        Name::Upgrades => work::upgrades(past),
        Name::Funnel => intake::funnel(past),
        Name::Denials => intake::denials(past),
        Name::Downtime => work::downtime(past),
        Name::Feedback => work::feedback(past),
        Name::Problems => trouble::problems(past),
        Name::P1 => trouble::p1(past),
        Name::Urgency => trouble::urgency(past),
        Name::Passwords => passwords::passwords(past),
        Name::Sla => promises::sla(past),
        Name::Desk => post::desk(past),
    }
}

impl Period {
    pub fn has(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }
}

impl History {
    fn id(&self) -> String {
        self.ticket.id.0.clone()
    }

    fn is_upgrade(&self) -> bool {
        self.ticket.problem.is_none()
    }

    /// When something happened first.
    fn first(&self, is: impl Fn(&Event) -> bool) -> Option<Timestamp> {
        self.events.iter().find(|happened| is(&happened.event)).map(|happened| happened.at)
    }

    fn has(&self, is: impl Fn(&Event) -> bool) -> bool {
        self.first(is).is_some()
    }

    /// Its state at the end of a period; what happened later is not counted.
    fn status_at(&self, end: Timestamp) -> Option<Status> {
        self.events.iter().take_while(|happened| happened.at < end).last().map(|happened| happened.status)
    }

    /// The last end of the work before `end`.
    fn ended(&self, end: Timestamp) -> Option<&Happened> {
        let is_end = |event: &Event| matches!(event, Event::Finished { .. } | Event::NotStarted { .. });
        self.events.iter().rev().find(|happened| happened.at < end && is_end(&happened.event))
    }
}

impl<'a> Past<'a> {
    fn upgrades(&self) -> impl Iterator<Item = &'a History> + use<'a> {
        self.histories.iter().filter(|history| history.is_upgrade())
    }

    fn problems(&self) -> impl Iterator<Item = &'a History> + use<'a> {
        self.histories.iter().filter(|history| !history.is_upgrade())
    }

    /// Upgrades whose work ended in the period, with that end.
    fn ended(&self) -> impl Iterator<Item = (&'a History, &'a Happened)> + use<'a> {
        let period = self.period;
        let ended = self.upgrades().filter_map(move |history| Some((history, history.ended(period.to)?)));
        ended.filter(move |(_, end)| period.has(end.at))
    }
}
