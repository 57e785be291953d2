//! Files of sealed originals and attachments, one a day (UTC) and kind, and when
//! their time to be kept is over (decisions 17).

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::desk::rules::Retention;

/// What lies in such a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    /// Original mails, sealed to the evidence key.
    Originals,
    /// Files of problem reports, sealed to staff.
    Attachments,
}

/// One file, as the records that name it tell of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// File name: `originals-2026-11-25.pack`.
    pub segment: String,
    pub kind: SegmentKind,
    /// Mails or files in it.
    pub pieces: u64,
    /// When the newest of them was put into it.
    pub newest: Timestamp,
}

impl Segment {
    /// Whether the day of its newest piece ended longer ago than the rules keep it.
    pub fn is_over(&self, rules: &Retention, now: Timestamp) -> bool {
        let days = match self.kind {
            SegmentKind::Originals => rules.originals_days,
            SegmentKind::Attachments => rules.attachments_days,
        };
        let day = TimeZone::UTC.to_datetime(self.newest).date();
        let ends = day.checked_add(Span::new().days(i64::from(days).saturating_add(1))).ok();
        let ends = ends.and_then(|end| end.to_zoned(TimeZone::UTC).ok());
        ends.is_some_and(|end| end.timestamp() <= now)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use jiff::civil::date;

    use super::*;

    fn at(year: i16, month: i8, day: i8, hour: i8) -> Timestamp {
        let time = date(year, month, day).at(hour, 0, 0, 0).to_zoned(TimeZone::UTC);
        time.map_or(Timestamp::MAX, |time| time.timestamp())
    }

    #[test]
    fn the_time_of_a_day_is_over_so_many_days_after_its_end() {
        let rules = Retention { originals_days: 180, attachments_days: 30 };
        let of = |kind, newest| Segment { segment: String::new(), kind, pieces: 1, newest };
        for (kind, newest, end) in [
            (SegmentKind::Originals, at(2024, 1, 8, 0), at(2024, 7, 7, 0)),
            (SegmentKind::Originals, at(2024, 1, 8, 23), at(2024, 7, 7, 0)),
            (SegmentKind::Attachments, at(2024, 2, 1, 12), at(2024, 3, 3, 0)),
        ] {
            let segment = of(kind, newest);
            assert!(!segment.is_over(&rules, end - SignedDuration::from_secs(1)), "{newest}");
            assert!(segment.is_over(&rules, end), "{newest}");
        }
        assert!(!of(SegmentKind::Originals, at(9999, 12, 30, 0)).is_over(&rules, Timestamp::MAX));
    }
}
