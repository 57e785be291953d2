//! Who is called when nobody answers, and how long we wait for whom (2.8).
//! Plain data from `rules/escalation.toml`; the instants follow from values.

mod ladder;
mod rota;
mod work;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Time, Weekday};

use crate::desk::urgency::Severity;

pub use ladder::{Clock, Ladder, Level, Step};
pub use rota::{Absence, Rota, Shift, Swap, Takeover};
pub use work::WorkWaits;

/// `rules/escalation.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    pub rotas: Vec<Rota>,
    pub absences: Vec<Absence>,
    /// The ladders of alarms: of P1 and of P2.
    pub ladders: BTreeMap<Severity, Ladder>,
    /// Where an alarm goes when all levels were silent. Never empty.
    pub last_address: String,
    pub waits: Waits,
    pub desk: DeskTimes,
}

/// When staff are told of the desk as a whole (5.3).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeskTimes {
    /// Both are told when a turn begins, and the first keeps the duty until the
    /// second acknowledges it.
    pub handover: bool,
    /// After so many minutes he is asked once more, and leads are told.
    pub handover_remind_minutes: u32,
    /// The daily digest to leads, by the desk's clock; `None`: there is none.
    pub digest: Option<Time>,
    /// When the rota is looked through for gaps, each day; `None`: never.
    pub gap_warning: Option<Time>,
    /// `None`: switched off.
    pub self_test: Option<SelfTestTimes>,
}

/// The weekly test of level 1 (2.8), by the desk's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfTestTimes {
    pub weekday: Weekday,
    pub time: Time,
    /// Minutes of business time until an answer is missed.
    pub answer_bm: u32,
}

/// Who is meant by a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Post {
    /// Whoever is on duty in the rota of this name.
    Rota(String),
    /// Every lead of `access.toml`.
    Leads,
    Everyone,
    Person(String),
}

/// How long we wait for whom. `bm` are minutes of business time, `bd` days of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waits {
    /// W-01: a mail is looked at within so many minutes, or the operator is told.
    pub looked_at_minutes: u32,
    /// W-02: a request that nobody touched, until the list and then a lead is told.
    pub untouched_bm: u32,
    pub untouched_lead_bm: u32,
    /// W-07: a denial that nobody corrected. Elapsed days.
    pub denied_days: u32,
    /// W-08: a special time that nobody arranged, until a lead is told.
    pub special_bm: u32,
    /// W-04: P3 and P4 without a person, until a lead is told.
    pub unseen_p3_bm: u32,
    pub unseen_p4_bm: u32,
    /// W-13: how often the customer of an open problem hears from a person.
    pub update_p1_minutes: u32,
    pub update_p2_bm: u32,
    /// W-14: a P1 that somebody has, and nothing happens.
    pub silence_p1_minutes: u32,
    /// W-15: resolved, and the customer is silent.
    pub settle_bd: u32,
    /// W-05: open questions to the customer.
    pub remind_bd: Vec<u32>,
    pub lapse_bd: u32,
    /// W-05: the last call before a wished or offered window, and its release.
    pub last_call_hours: u32,
    pub release_hours: u32,
    /// W-06: a representative on file is asked to confirm.
    pub confirm_remind_bd: u32,
    pub confirm_lapse_bd: u32,
    /// W-09: reminders before a window.
    pub before_window_minutes: Vec<u32>,
    /// W-10: the agent is asked before the planned end; afterwards the customer
    /// is told again and again, and a lead once.
    pub progress_before_minutes: u32,
    pub overrun_every_minutes: u32,
    pub overrun_lead_minutes: u32,
    /// W-12: the official feedback, after work that ended well and otherwise.
    pub feedback_bm: u32,
    pub feedback_failed_minutes: u32,
    pub feedback_lead_minutes: u32,
    pub feedback_manager_minutes: u32,
    pub work: WorkWaits,
}

impl Escalation {
    pub fn rota(&self, name: &str) -> Option<&Rota> {
        self.rotas.iter().find(|rota| rota.name == name)
    }

    /// Id of who is on duty in the rota `name` at `at`; nobody: a gap.
    /// `takeovers` are those that people agreed on since the rules were written.
    pub fn on_duty<'a>(&'a self, name: &str, at: Timestamp, takeovers: &'a [Takeover]) -> Option<&'a str> {
        self.rota(name)?.on_duty(at, &self.absences, takeovers)
    }

    /// Times from `from` to `until` with nobody on duty, by rota, in order (2.8).
    pub fn gaps(&self, from: Timestamp, until: Timestamp, takeovers: &[Takeover]) -> Vec<(&str, Shift)> {
        let of_rota = |rota: &Rota| {
            let shifts = rota.shifts(from, until, &self.absences, takeovers);
            shifts.into_iter().filter(|shift| shift.who.is_none()).collect::<Vec<Shift>>()
        };
        self.rotas.iter().flat_map(|rota| of_rota(rota).into_iter().map(|gap| (rota.name.as_str(), gap))).collect()
    }

    pub fn is_away(&self, who: &str, at: Timestamp) -> bool {
        self.absences.iter().any(|absence| absence.who == who && absence.from <= at && at < absence.until)
    }

    /// The rota whose turns are handed over: the first one that a P1 calls.
    pub fn duty_rota(&self) -> Option<&Rota> {
        let levels = self.ladders.get(&Severity::P1).map_or(&[][..], |ladder| &ladder.levels);
        let first = levels.iter().flat_map(|level| &level.to).find_map(|post| match post {
            Post::Rota(name) => self.rota(name),
            _ => None,
        });
        first.or_else(|| self.rotas.first())
    }

    /// The ladder of an alarm; a problem that staff set lower while it runs
    /// keeps the lowest one.
    pub fn ladder(&self, severity: Severity) -> Option<&Ladder> {
        self.ladders.get(&severity).or_else(|| self.ladders.values().next_back())
    }
}
