//! The timers of the desk as a whole follow from its state, as those of a ticket
//! do: nobody sets one. Of several overdue moments of one timer only the last
//! fires, and once (2.8: no storm).

use jiff::civil::{Time, time};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::desk::office::Office;
use crate::desk::rules::Rules;

/// What comes due for the desk as a whole.
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
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum DeskTimerName {
    /// Another person's turn begins (5.3).
    Handover,
    /// Whoever was handed the duty has not acknowledged it.
    HandoverOpen,
    /// The daily digest to leads.
    Digest,
    /// The rota is looked through for gaps (2.8).
    Gaps,
    /// The weekly test of level 1 (2.8).
    SelfTest,
    /// What came of it.
    SelfTestEnd,
    /// Sealed originals and attachments whose time is over are deleted (decisions 17).
    Retention,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeskTimer {
    pub at: Timestamp,
    pub name: DeskTimerName,
}

/// How far ahead the next moment is looked for.
const AHEAD: SignedDuration = SignedDuration::from_hours(60 * 24);
/// When it is looked whose time is over: there is little else to do.
const RETENTION: Time = time(3, 0, 0, 0);

/// Everything that is due at `now`, in the order in which it was due.
pub fn all_due(office: &Office, rules: &Rules, now: Timestamp) -> Vec<DeskTimer> {
    let mut due: Vec<DeskTimer> = timers(office, rules, now).into_iter().filter(|timer| timer.at <= now).collect();
    due.sort_unstable();
    due
}

/// When something is due next, or was.
pub fn next_due(office: &Office, rules: &Rules, now: Timestamp) -> Option<Timestamp> {
    timers(office, rules, now).into_iter().map(|timer| timer.at).min()
}

fn timers(office: &Office, rules: &Rules, now: Timestamp) -> Vec<DeskTimer> {
    let Some(since) = office.since else { return Vec::new() };
    let names: &[DeskTimerName] = <DeskTimerName as strum::VariantArray>::VARIANTS;
    let until = now.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
    let of = |name: &DeskTimerName| {
        let word: &'static str = name.into();
        let fired = office.fired.get(word).copied().unwrap_or(since);
        let moments = moments(*name, office, rules, fired, until);
        let overdue = moments.iter().filter(|at| **at <= now).max();
        let at = *overdue.or_else(|| moments.iter().min())?;
        // A test that is late because the desk was down wakes nobody at night.
        let opening = rules.hours.opening(now);
        let at = if *name == DeskTimerName::SelfTest && opening > now { at.max(opening) } else { at };
        Some(DeskTimer { at, name: *name })
    };
    names.iter().filter_map(of).collect()
}

/// The moments of one timer after `from`.
fn moments(name: DeskTimerName, office: &Office, rules: &Rules, from: Timestamp, until: Timestamp) -> Vec<Timestamp> {
    let escalation = &rules.escalation;
    match name {
        DeskTimerName::Handover => {
            let Some(rota) = escalation.duty_rota().filter(|_| escalation.desk.handover) else { return Vec::new() };
            let shifts = rota.shifts(from, until, &escalation.absences, &office.takeovers);
            shifts.into_iter().skip(1).map(|shift| shift.from).collect()
        }
        DeskTimerName::HandoverOpen => {
            let open = office.open_handover();
            let minutes = SignedDuration::from_mins(i64::from(escalation.desk.handover_remind_minutes));
            let at = open.and_then(|handover| handover.at.checked_add(minutes).ok());
            at.into_iter().filter(|at| from < *at).collect()
        }
        DeskTimerName::Digest => {
            let Some(digest) = escalation.desk.digest else { return Vec::new() };
            rules.hours.each_day(digest, from, until)
        }
        DeskTimerName::Gaps => {
            let Some(time) = escalation.desk.gap_warning else { return Vec::new() };
            rules.hours.every_day(time, from, until)
        }
        DeskTimerName::SelfTest => {
            let Some(test) = &escalation.desk.self_test else { return Vec::new() };
            rules.hours.each_week(test.weekday, test.time, from, until)
        }
        DeskTimerName::SelfTestEnd => {
            let (Some(test), Some(times)) = (&office.self_test, &escalation.desk.self_test) else { return Vec::new() };
            let ends = Some(rules.hours.after_business(test.at, times.answer_bm));
            ends.filter(|at| from < *at && !test.called.is_empty()).into_iter().collect()
        }
        DeskTimerName::Retention => {
            // A young desk has nothing that old, and its journal no record of a look.
            let days = rules.desk.retention.originals_days.min(rules.desk.retention.attachments_days);
            let shortest = SignedDuration::from_hours(24 * i64::from(days));
            let first = office.since.and_then(|since| since.checked_add(shortest).ok()).unwrap_or(Timestamp::MAX);
            rules.hours.every_day(RETENTION, from.max(first), until)
        }
    }
}
