//! Who is on duty at an instant. A rota is wall time in a named zone, so that a
//! change of clock moves no shift (2.8).

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Unit};
use serde::{Deserialize, Serialize};

use crate::desk::moment::{first_showing, time_zone};

/// People who take turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rota {
    pub name: String,
    pub zone: String,
    /// The day and time of the first hand-off; the first of `turns` begins then.
    pub first_day: Date,
    pub handoff: Time,
    /// Length of a turn.
    pub turn_days: u32,
    /// Ids of staff, in order; it begins again behind the last.
    pub turns: Vec<String>,
    pub swaps: Vec<Swap>,
}

/// Somebody else has the duty for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swap {
    pub who: String,
    pub from: Timestamp,
    pub until: Timestamp,
}

/// What people agreed on by mail (`#swap`); it comes before all that the rules
/// say of that time, and the later of two before the earlier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Takeover {
    pub rota: String,
    /// `None`: as the rules say, again.
    pub who: Option<String>,
    pub from: Timestamp,
    pub until: Timestamp,
}

/// Somebody cannot have a duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence {
    pub who: String,
    pub from: Timestamp,
    pub until: Timestamp,
}

/// A time during which the same person, or nobody, is on duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    pub from: Timestamp,
    pub until: Timestamp,
    pub who: Option<String>,
}

impl Rota {
    /// The day of the week on which turns begin.
    pub fn handoff_day(&self) -> Weekday {
        self.first_day.weekday()
    }

    /// Id of who is on duty at `at`. Nobody before the first turn, while the one
    /// whose turn it is is absent, or in an empty rota.
    pub fn on_duty<'a>(&'a self, at: Timestamp, absences: &[Absence], takeovers: &'a [Takeover]) -> Option<&'a str> {
        let mut agreed = takeovers.iter().rev().filter(|takeover| takeover.rota == self.name);
        let agreed = agreed.find(|takeover| takeover.from <= at && at < takeover.until);
        let swap = self.swaps.iter().rev().find(|swap| swap.from <= at && at < swap.until);
        let who = match (agreed.and_then(|takeover| takeover.who.as_ref()), swap) {
            (Some(who), _) => who,
            (None, Some(swap)) => &swap.who,
            (None, None) => self.turns.get(self.turn(at)?)?,
        };
        let absent = absences.iter().any(|absence| absence.who == *who && absence.from <= at && at < absence.until);
        (!absent).then_some(who.as_str())
    }

    /// Whose turn it is by the clock on the wall. A hand-off happens once, when
    /// the clock first shows its time, also where clocks are put back over it.
    fn turn(&self, at: Timestamp) -> Option<usize> {
        let zone = self.time_zone();
        let today = zone.to_datetime(at).date();
        let days = self.first_day.until((Unit::Day, today)).ok()?.get_days();
        let turn_days = i32::try_from(self.turn_days.max(1)).ok()?;
        let turns = days.checked_div_euclid(turn_days)?;
        let is_handoff_day = days.checked_rem_euclid(turn_days)? == 0;
        let still_before = is_handoff_day && first_showing(&zone, today.to_datetime(self.handoff))? > at;
        let turns = if still_before { turns - 1 } else { turns };
        usize::try_from(turns).ok()?.checked_rem(self.turns.len())
    }

    /// A day's duty: from the hand-off of that day to that of the next.
    pub fn day(&self, day: Date) -> Option<(Timestamp, Timestamp)> {
        let at = |day: Date| self.time_zone().to_ambiguous_timestamp(day.to_datetime(self.handoff)).compatible().ok();
        Some((at(day)?, at(day.tomorrow().ok()?)?))
    }

    pub fn time_zone(&self) -> TimeZone {
        time_zone(&self.zone).unwrap_or(TimeZone::UTC)
    }

    /// The shifts that touch `from..until`, in order, without holes.
    pub fn shifts(
        &self,
        from: Timestamp,
        until: Timestamp,
        absences: &[Absence],
        takeovers: &[Takeover],
    ) -> Vec<Shift> {
        let mut shifts: Vec<Shift> = Vec::new();
        let mut borders = self.borders(from, until);
        let away = absences.iter().flat_map(|absence| [absence.from, absence.until]);
        let swapped = self.swaps.iter().flat_map(|swap| [swap.from, swap.until]);
        let agreed = takeovers.iter().flat_map(|takeover| [takeover.from, takeover.until]);
        borders.extend(away.chain(swapped).chain(agreed));
        borders.retain(|border| from < *border && *border < until);
        borders.sort_unstable();
        borders.dedup();
        borders.push(until);
        let mut begin = from;
        for border in borders {
            let who = self.on_duty(begin, absences, takeovers).map(str::to_owned);
            match shifts.last_mut().filter(|last| last.who == who) {
                Some(last) => last.until = border,
                None => shifts.push(Shift { from: begin, until: border, who }),
            }
            begin = border;
        }
        shifts
    }

    /// Every hand-off between two instants.
    fn borders(&self, from: Timestamp, until: Timestamp) -> Vec<Timestamp> {
        let zone = self.time_zone();
        let mut borders = Vec::new();
        let first: Date = zone.to_datetime(from).date();
        let last: DateTime = zone.to_datetime(until);
        for day in first.series(Span::new().days(1)).take_while(|day| *day <= last.date()) {
            borders.extend(first_showing(&zone, day.to_datetime(self.handoff)));
        }
        borders
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rota() -> Rota {
        Rota {
            name: "on-call".to_owned(),
            zone: "America/Los_Angeles".to_owned(),
            first_day: Date::constant(2026, 1, 5),
            handoff: Time::constant(9, 0, 0, 0),
            turn_days: 7,
            turns: vec!["noa".to_owned(), "sam".to_owned()],
            swaps: Vec::new(),
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap_or_default()
    }

    /// 2.8: hand-off stays at nine on the wall when the clocks change.
    #[test]
    fn a_change_of_clock_moves_no_shift() {
        let rota = rota();
        // Monday 2 November 2026, the day after the clocks were put back.
        assert_eq!(rota.on_duty(at("2026-11-02T16:59:00Z"), &[], &[]), Some("noa"));
        assert_eq!(rota.on_duty(at("2026-11-02T17:00:00Z"), &[], &[]), Some("sam"));
        // Monday 9 March 2026, the day after they were put forward.
        assert_eq!(rota.on_duty(at("2026-03-09T15:59:00Z"), &[], &[]), Some("noa"));
        assert_eq!(rota.on_duty(at("2026-03-09T16:00:00Z"), &[], &[]), Some("sam"));
        assert_eq!(rota.on_duty(at("2026-01-05T16:59:00Z"), &[], &[]), None, "before the first turn");
    }

    #[test]
    fn swaps_come_first_and_absence_leaves_a_gap() {
        let mut rota = rota();
        let (from, until) = (at("2026-11-10T00:00:00Z"), at("2026-11-11T00:00:00Z"));
        rota.swaps.push(Swap { who: "lea".to_owned(), from, until });
        let away =
            [Absence { who: "noa".to_owned(), from: at("2026-11-12T00:00:00Z"), until: at("2026-11-13T00:00:00Z") }];
        let shifts = rota.shifts(at("2026-11-09T17:00:00Z"), at("2026-11-16T17:00:00Z"), &away, &[]);
        let who: Vec<Option<&str>> = shifts.iter().map(|shift| shift.who.as_deref()).collect();
        assert_eq!(who, [Some("noa"), Some("lea"), Some("noa"), None, Some("noa")]);
        let ends = shifts.iter().map(|shift| shift.until);
        let begins = shifts.iter().skip(1).map(|shift| shift.from);
        assert!(ends.zip(begins).all(|(end, begin)| end == begin), "{shifts:?}");
    }

    /// What people agreed on comes before the rules, but nobody is made present.
    #[test]
    fn takeovers_come_before_swaps() {
        let mut rota = rota();
        let (from, until) = (at("2026-11-10T00:00:00Z"), at("2026-11-12T00:00:00Z"));
        rota.swaps.push(Swap { who: "lea".to_owned(), from, until });
        let agreed = |who: Option<&str>, until| Takeover {
            rota: "on-call".to_owned(),
            who: who.map(str::to_owned),
            from: at("2026-11-10T12:00:00Z"),
            until,
        };
        let mut takeovers = vec![agreed(Some("sam"), at("2026-11-11T12:00:00Z"))];
        let noon = at("2026-11-10T20:00:00Z");
        assert_eq!(rota.on_duty(noon, &[], &takeovers), Some("sam"));
        assert_eq!(rota.on_duty(at("2026-11-11T12:00:00Z"), &[], &takeovers), Some("lea"));
        let away = [Absence { who: "sam".to_owned(), from, until }];
        assert_eq!(rota.on_duty(noon, &away, &takeovers), None);
        takeovers.push(agreed(None, at("2026-11-10T21:00:00Z")));
        assert_eq!(rota.on_duty(noon, &[], &takeovers), Some("lea"), "taken back");
        assert_eq!(rota.on_duty(at("2026-11-10T21:00:00Z"), &[], &takeovers), Some("sam"));
        let other = [Takeover { rota: "second".to_owned(), ..agreed(Some("sam"), until) }];
        assert_eq!(rota.on_duty(noon, &[], &other), Some("lea"), "another rota");
    }
}
