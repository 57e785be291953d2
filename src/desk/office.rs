//! What happened to the desk itself and not to a ticket ([`OfficeEvent`]): swapped
//! turns, added holidays, hand-offs of the duty, who wants news. [`Office`] is the
//! fold, and [`Office::in_force`] what the rules are because of it.

mod event;
mod segment;
mod timers;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::desk::escalation::Takeover;
use crate::desk::hours::Holiday;
use crate::desk::rules::Rules;

pub use event::OfficeEvent;
pub use segment::{Segment, SegmentKind};
pub use timers::{DeskTimer, DeskTimerName, all_due, next_due};

/// The fold of everything that happened to the desk as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Office {
    /// When the desk began: what was to be before is nobody's business now.
    pub since: Option<Timestamp>,
    /// Turns that somebody else has, oldest first; of two about the same time the
    /// later counts.
    pub takeovers: Vec<Takeover>,
    /// When the operator was last told of late mail.
    pub late_told_at: Option<Timestamp>,
    /// The gaps of the rota that he has heard of.
    pub gaps: Vec<Gap>,
    /// The last test of level 1.
    pub self_test: Option<SelfTest>,
    /// Turns that somebody was asked to take, until he answers.
    pub asked: Vec<Asked>,
    /// Days without work or with less of it, on top of `rules/hours.toml`.
    pub holidays: BTreeMap<Date, Holiday>,
    /// When each of them was added last.
    pub holidays_added: BTreeMap<Date, Timestamp>,
    /// Duties that were handed over, the newest last: who kept one until when.
    pub handovers: Vec<Handover>,
    /// The last moment of each desk-wide timer that fired, by name.
    pub fired: BTreeMap<String, Timestamp>,
    /// Who asked for news of releases, or not to get them: addresses in lower
    /// case. It counts more than the register's flag.
    pub subscriptions: BTreeMap<String, bool>,
    /// Companies that were asked for their quiet hours (T1b).
    pub quiet_hours_asked: BTreeSet<String>,
    /// Releases that were announced (M-30), and when last.
    pub announced: BTreeMap<String, Timestamp>,
}

/// A day without work that was told by mail, and when it was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedHoliday {
    pub at: Timestamp,
    pub day: Date,
    #[serde(flatten)]
    pub holiday: Holiday,
}

/// A time with nobody on duty, as far as could be seen when the rota was looked
/// through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    pub rota: String,
    pub from: Timestamp,
    /// `None`: at least as far as was looked.
    pub until: Option<Timestamp>,
}

impl Gap {
    /// Whether all of `other` is part of it.
    pub fn covers(&self, other: &Gap) -> bool {
        let ends = match (self.until, other.until) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(mine), Some(its)) => its <= mine,
        };
        self.rota == other.rota && self.from <= other.from && ends
    }
}

/// A test of level 1: who was called, and who has answered (2.8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfTest {
    pub at: Timestamp,
    /// Ids of staff; none: nobody was on duty.
    pub called: Vec<String>,
    pub answered: Vec<String>,
    /// The letters that called them: an answer to one of them is meant.
    pub letters: Vec<u64>,
}

impl SelfTest {
    /// Who was called and has not answered.
    pub fn silent(&self) -> impl Iterator<Item = &str> {
        self.called.iter().filter(|id| !self.answered.contains(id)).map(String::as_str)
    }
}

/// A swap that waits for a yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub takeover: Takeover,
    /// Who wanted it so.
    pub by: String,
    /// The letters that asked him: an answer to one of them is meant.
    pub letters: Vec<u64>,
}

/// The duty goes from one to the other. Until the other acknowledges it, the
/// first one keeps it (5.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    pub rota: String,
    pub from: Option<String>,
    pub to: Option<String>,
    pub at: Timestamp,
    /// `None`: not acknowledged yet.
    pub taken_at: Option<Timestamp>,
    pub letters: Vec<u64>,
}

impl Office {
    /// What `event` makes of it. `letters` are the numbers of the staff letters
    /// of the same decision.
    pub fn happen(&mut self, event: &OfficeEvent, letters: &[u64], at: Timestamp) {
        match event {
            OfficeEvent::SwapAsked { takeover, by } => {
                self.asked.push(Asked { takeover: takeover.clone(), by: by.clone(), letters: letters.to_vec() });
            }
            OfficeEvent::TookOver { takeover, .. } => {
                self.asked.retain(|asked| asked.takeover != *takeover);
                self.takeovers.push(takeover.clone());
            }
            OfficeEvent::SwapRefused { takeover, .. } => self.asked.retain(|asked| asked.takeover != *takeover),
            OfficeEvent::HolidaySet { day, name, closes, .. } => {
                self.holidays.insert(*day, Holiday { name: name.clone(), closes: *closes });
                self.holidays_added.insert(*day, at);
            }
            OfficeEvent::HandedOver { rota, from, to } => {
                self.end_handovers(rota, at);
                self.handovers.push(Handover {
                    rota: rota.clone(),
                    from: from.clone(),
                    to: to.clone(),
                    at,
                    // Where nobody had it, or nobody gets it, nothing is kept.
                    taken_at: (from.is_none() || to.is_none() || from == to).then_some(at),
                    letters: letters.to_vec(),
                });
            }
            OfficeEvent::DutyTaken { rota, .. } => self.end_handovers(rota, at),
            OfficeEvent::Fired { timer, due } => {
                self.fired.insert(timer.clone(), *due);
            }
            OfficeEvent::Subscribed { address } => {
                self.subscriptions.insert(address.to_ascii_lowercase(), true);
            }
            OfficeEvent::Unsubscribed { address, .. } => {
                self.subscriptions.insert(address.to_ascii_lowercase(), false);
            }
            OfficeEvent::QuietHoursAsked { company } => {
                self.quiet_hours_asked.insert(company.clone());
            }
            OfficeEvent::Announced { version, .. } => {
                self.announced.insert(version.clone(), at);
            }
            OfficeEvent::Late { .. } => self.late_told_at = Some(at),
            OfficeEvent::GapsTold { known, .. } => self.gaps.clone_from(known),
            OfficeEvent::SelfTested { called } => {
                let (called, letters) = (called.clone(), letters.to_vec());
                self.self_test = Some(SelfTest { at, called, answered: Vec::new(), letters });
            }
            OfficeEvent::SelfTestAnswered { by, .. } => {
                self.self_test.iter_mut().for_each(|test| test.answered.push(by.clone()));
            }
            // The store follows it: which files are there is nothing that holds for the desk.
            OfficeEvent::SegmentsDeleted { .. } => {}
        }
    }

    fn end_handovers(&mut self, rota: &str, at: Timestamp) {
        for open in self.handovers.iter_mut().filter(|handover| handover.rota == rota) {
            open.taken_at.get_or_insert(at);
        }
    }

    /// The duty that somebody was handed and has not acknowledged.
    pub fn open_handover(&self) -> Option<&Handover> {
        self.handovers.iter().rev().find(|handover| handover.taken_at.is_none())
    }

    /// Who has whose duty now: what people agreed on, and above it who keeps a
    /// duty until the next one acknowledges it.
    pub fn duty(&self) -> Vec<Takeover> {
        let kept = self.handovers.iter().filter_map(|handover| {
            let until = handover.taken_at.unwrap_or(Timestamp::MAX);
            let who = handover.from.clone().filter(|_| handover.at < until);
            who.map(|who| Takeover { rota: handover.rota.clone(), who: Some(who), from: handover.at, until })
        });
        self.takeovers.iter().cloned().chain(kept).collect()
    }

    /// The days without work that were told by mail, in the order of their telling.
    pub fn added_holidays(&self) -> Vec<AddedHoliday> {
        let added = self.holidays.iter().map(|(day, holiday)| {
            let at = self.holidays_added.get(day).copied().or(self.since).unwrap_or(Timestamp::MIN);
            AddedHoliday { at, day: *day, holiday: holiday.clone() }
        });
        let mut added: Vec<AddedHoliday> = added.collect();
        added.sort_by_key(|added| added.at);
        added
    }

    /// The rules as they are because of it; `None`: as they were written.
    pub fn in_force(&self, written: &Rules) -> Option<Rules> {
        if self.holidays.is_empty() {
            return None;
        }
        let mut rules = written.clone();
        rules.hours.holidays.extend(self.holidays.iter().map(|(day, holiday)| (*day, holiday.clone())));
        Some(rules)
    }
}
