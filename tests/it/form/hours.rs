//! Business hours, holidays, changes of clock (S-01, S-02, S-04, S-09, S-11).

use jiff::civil::{Time, Weekday, date, time};
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;
use upgrade_desk::desk::hours::{Holiday, Hours};
use upgrade_desk::desk::moment::time_zone;

use crate::sample_rules;

#[track_caller]
fn check(start: &str, minutes: u32, expected: &str) {
    let judged = sample_rules::hours().judge(start.parse().unwrap(), minutes);
    let found = judged.map_or_else(|out| out.why.to_string(), |()| "inside".to_owned());
    assert_eq!(found, expected, "{start}, {minutes} minutes");
}

#[test]
fn the_edges_of_a_day() {
    // Thursday 3 December 2026, Pacific standard time.
    check("2026-12-03T08:30:00-08:00", 60, "inside");
    check("2026-12-03T08:29:59-08:00", 60, "08:29 is before 08:30, when business hours begin");
    check("2026-12-03T16:00:00-08:00", 60, "inside");
    check("2026-12-03T16:00:01-08:00", 60, "60 minutes from 16:00 on would end after 17:00, when business hours end");
    check("2026-12-03T17:00:00-08:00", 60, "17:00 is not before 17:00, when business hours end");
    check("2026-12-03T02:00:00-08:00", 60, "02:00 is before 08:30, when business hours begin");
    check("2026-12-05T10:00:00-08:00", 60, "Saturday 5 December 2026 is not a business day");
    check("2026-11-26T10:00:00-08:00", 60, "Thursday 26 November 2026 is a holiday (Thanksgiving Day)");
    check("2026-12-24T11:00:00-08:00", 60, "inside");
    check(
        "2026-12-24T11:01:00-08:00",
        60,
        "60 minutes from 11:01 on would end after 12:00, when business hours end (Christmas Eve, a half day)",
    );
    check(
        "2026-12-24T13:00:00-08:00",
        60,
        "13:00 is not before 12:00, when business hours end (Christmas Eve, a half day)",
    );
    // Specimen D: 09:00 in China is exactly the closing moment here.
    check("2026-12-03T09:00:00+08:00", 60, "17:00 is not before 17:00, when business hours end");
    check(
        "2026-12-03T08:30:00-08:00",
        u32::MAX,
        &format!("{} minutes from 08:30 on would end after 17:00, when business hours end", u32::MAX),
    );
}

#[test]
fn only_the_start_must_fit_when_so_configured() {
    let hours = Hours { whole_window_must_fit: false, ..sample_rules::hours() };
    assert_eq!(hours.judge("2026-12-03T16:59:00-08:00".parse().unwrap(), 60), Ok(()));
    assert!(hours.judge("2026-12-03T17:00:00-08:00".parse().unwrap(), 60).is_err());
}

#[test]
fn a_fixed_offset_knows_no_summer() {
    let hours = Hours { zone: "-08:00".to_owned(), ..sample_rules::hours() };
    // 08:30 in Los Angeles in July is 07:30 at -08:00.
    let start: Timestamp = "2026-07-14T08:30:00-07:00".parse().unwrap();
    assert_eq!(sample_rules::hours().judge(start, 60), Ok(()));
    assert!(hours.judge(start, 60).is_err());
    assert_eq!(hours.judge(start + 1.hour(), 60), Ok(()));
}

#[test]
fn an_unknown_desk_zone_is_never_inside() {
    let hours = Hours { zone: "America/Atlantis".to_owned(), ..sample_rules::hours() };
    let start = "2026-12-03T10:00:00-08:00".parse().unwrap();
    assert!(hours.judge(start, 60).is_err());
    assert!(hours.starts_by_day(start, 60, 3).is_empty());
    assert_eq!(hours.asap_start(start, 60), None);
}

fn first_of_days(hours: &Hours, from: Timestamp, minutes: u32) -> Vec<Timestamp> {
    hours.starts_by_day(from, minutes, 3).iter().filter_map(|day| day.first().copied()).collect()
}

#[track_caller]
fn check_starts(from: &str, minutes: u32, expected: &[&str]) {
    let hours = sample_rules::hours();
    let zone = time_zone(&hours.zone).unwrap();
    let starts = first_of_days(&hours, from.parse().unwrap(), minutes);
    let shown: Vec<String> =
        starts.iter().map(|at| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()).collect();
    assert_eq!(shown, expected, "from {from}");
}

#[test]
fn offers_span_days() {
    check_starts("2026-12-02T09:40:00-08:00", 60, &["2026-12-02 10:00", "2026-12-03 08:30", "2026-12-04 08:30"]);
    check_starts("2026-12-02T10:00:00-08:00", 60, &["2026-12-02 10:00", "2026-12-03 08:30", "2026-12-04 08:30"]);
    check_starts("2026-12-04T15:31:00-08:00", 60, &["2026-12-04 16:00", "2026-12-07 08:30", "2026-12-08 08:30"]);
    check_starts("2026-12-04T16:01:00-08:00", 60, &["2026-12-07 08:30", "2026-12-08 08:30", "2026-12-09 08:30"]);
    // Thanksgiving and the day after are skipped; two hours fit no half day's end.
    check_starts("2026-11-25T15:10:00-08:00", 120, &["2026-11-30 08:30", "2026-12-01 08:30", "2026-12-02 08:30"]);
    check_starts("2026-12-24T10:10:00-08:00", 120, &["2026-12-28 08:30", "2026-12-29 08:30", "2026-12-30 08:30"]);
    // Over both changes of clock the offer stays at 08:30 on the wall.
    check_starts("2026-03-06T17:00:00-08:00", 60, &["2026-03-09 08:30", "2026-03-10 08:30", "2026-03-11 08:30"]);
    check_starts("2026-10-30T17:00:00-07:00", 60, &["2026-11-02 08:30", "2026-11-03 08:30", "2026-11-04 08:30"]);
    assert!(sample_rules::hours().starts_by_day("2026-12-02T10:00:00-08:00".parse().unwrap(), 600, 3).is_empty());
}

#[test]
fn asap_begins_at_the_next_moment_of_work() {
    let asap = |from: &str| {
        let start = sample_rules::hours().asap_start(from.parse().unwrap(), 60).unwrap();
        start.to_zoned(time_zone("America/Los_Angeles").unwrap()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    };
    assert_eq!(asap("2026-12-02T10:17:20-08:00"), "2026-12-02 10:18:00");
    assert_eq!(asap("2026-12-02T16:00:00-08:00"), "2026-12-02 16:00:00");
    assert_eq!(asap("2026-12-02T16:00:01-08:00"), "2026-12-03 08:30:00");
    assert_eq!(asap("2026-12-02T03:00:00-08:00"), "2026-12-02 08:30:00");
    assert_eq!(asap("2026-11-25T18:00:00-08:00"), "2026-11-30 08:30:00");
    // On a half day the window must still end by noon.
    assert_eq!(asap("2026-12-24T11:01:00-08:00"), "2026-12-28 08:30:00");
}

/// Clocks that are changed within the hours: a last start that the wall never
/// shows has passed once it shows a later time (2 a.m. is 3 a.m. in St. John's on
/// 8 March), and one that it shows twice is the first of the two (1 November).
#[test]
fn the_last_asap_start_of_a_day_on_which_clocks_are_changed() {
    let asap = |open: Time, last: Time, from: &str| {
        let days = vec![Weekday::Sunday, Weekday::Tuesday];
        let hours =
            Hours { zone: "America/St_Johns".to_owned(), open, days, asap_last_start: last, ..sample_rules::hours() };
        let start = hours.asap_start(from.parse().unwrap(), 30).unwrap();
        start.to_zoned(time_zone(&hours.zone).unwrap()).strftime("%a %d %H:%M %Z").to_string()
    };
    let (opens, last) = (time(2, 13, 0, 0), time(2, 38, 0, 0));
    assert_eq!(asap(opens, last, "2026-03-07T20:41:00Z"), "Tue 10 02:13 NDT", "on Sunday it is 3 a.m. at once");
    assert_eq!(asap(opens, time(3, 0, 0, 0), "2026-03-07T20:41:00Z"), "Sun 08 03:00 NDT");
    assert_eq!(asap(time(1, 0, 0, 0), last, "2026-03-08T05:29:00Z"), "Sun 08 01:59 NST", "the last minute before");
    assert_eq!(asap(time(1, 0, 0, 0), last, "2026-03-08T05:30:00Z"), "Tue 10 01:00 NDT");
    let (opens, last) = (time(0, 30, 0, 0), time(1, 30, 0, 0));
    assert_eq!(asap(opens, last, "2026-11-01T04:00:00Z"), "Sun 01 01:30 NDT");
    assert_eq!(asap(opens, last, "2026-11-01T04:35:00Z"), "Tue 03 00:30 NST", "not at the second half past one");
}

#[test]
fn notice_is_elapsed_time() {
    // Over a change of clock 24 hours are 24 hours.
    let complete: Timestamp = "2026-03-07T10:00:00-08:00".parse().unwrap();
    assert_eq!(sample_rules::hours().earliest_regular(complete), "2026-03-08T11:00:00-07:00".parse().unwrap());
    assert_eq!(sample_rules::hours().earliest_regular(Timestamp::MAX), Timestamp::MAX);
}

/// The same question, asked of every minute by itself.
fn walk(hours: &Hours, start: Timestamp, minutes: u32) -> bool {
    let zone = time_zone(&hours.zone).unwrap();
    let count = if hours.whole_window_must_fit { minutes.max(1) } else { 1 };
    (0..count).all(|minute| {
        let clock = zone.to_datetime(start + SignedDuration::from_mins(i64::from(minute)));
        let holiday = hours.holidays.get(&clock.date());
        let close = match holiday {
            Some(Holiday { closes: None, .. }) => return false,
            Some(Holiday { closes: Some(closes), .. }) => *closes,
            None => hours.close,
        };
        hours.days.contains(&clock.date().weekday())
            && clock.time() >= hours.open
            && clock.time() < close.min(hours.close)
    })
}

fn some_hours() -> impl Strategy<Value = Hours> {
    let zones = vec!["America/Los_Angeles", "-08:00", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"];
    let clock = |range: std::ops::Range<i8>| (range, 0_i8..60).prop_map(|(hour, minute)| time(hour, minute, 0, 0));
    (proptest::sample::select(zones), clock(4..11), clock(12..23), any::<bool>(), clock(8..20), 0_i8..28).prop_map(
        |(zone, open, close, whole_window_must_fit, half, day): (_, Time, Time, _, _, _)| Hours {
            zone: zone.to_owned(),
            open,
            close,
            days: vec![Weekday::Sunday, Weekday::Monday, Weekday::Tuesday, Weekday::Friday],
            holidays: [
                (date(2026, 3, 1 + day), Holiday { name: "Half".to_owned(), closes: Some(half) }),
                (date(2026, 10, 1 + day), Holiday { name: "Whole".to_owned(), closes: None }),
            ]
            .into(),
            whole_window_must_fit,
            asap_last_start: half,
            ..sample_rules::hours()
        },
    )
}

/// A minute in the weeks of the changes of clock, or any of the year.
fn some_minute() -> impl Strategy<Value = Timestamp> {
    let from = |text: &str| text.parse::<Timestamp>().unwrap().as_second() / 60;
    let year = from("2026-01-01T00:00Z")..from("2027-01-01T00:00Z");
    let spring = from("2026-03-05T00:00Z")..from("2026-04-06T00:00Z");
    let autumn = from("2026-10-01T00:00Z")..from("2026-11-05T00:00Z");
    prop_oneof![year, spring, autumn].prop_map(|minute| Timestamp::from_second(minute * 60).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn judging_equals_walking_the_minutes(hours in some_hours(), start in some_minute(), minutes in 1_u32..300) {
        prop_assert_eq!(hours.judge(start, minutes).is_ok(), walk(&hours, start, minutes));
    }

    #[test]
    fn what_is_offered_is_inside_and_the_first_of_its_day(
        hours in some_hours(), from in some_minute(), minutes in 1_u32..120,
    ) {
        let zone = time_zone(&hours.zone).unwrap();
        let starts = first_of_days(&hours, from, minutes);
        // Every half hour of the clock, walked.
        let mut walked: Vec<Timestamp> = Vec::new();
        for minute in 0..16 * 24 * 60 {
            let at = from + SignedDuration::from_mins(minute);
            let clock = zone.to_datetime(at);
            let new_day = walked.last().is_none_or(|last| zone.to_datetime(*last).date() != clock.date());
            if clock.minute() % 30 == 0 && new_day && walk(&hours, at, minutes) {
                walked.push(at);
            }
            if walked.len() == 3 {
                break;
            }
        }
        prop_assert_eq!(starts, walked);
    }

    #[test]
    fn asap_is_the_first_minute_that_fits(hours in some_hours(), from in some_minute(), minutes in 1_u32..120) {
        let zone = time_zone(&hours.zone).unwrap();
        let walked = (0..16 * 24 * 60).map(|minute| from + SignedDuration::from_mins(minute)).find(|at| {
            zone.to_datetime(*at).time() <= hours.asap_last_start && walk(&hours, *at, minutes)
        });
        if let Some(walked) = walked {
            prop_assert_eq!(hours.asap_start(from, minutes), Some(walked));
        }
    }
}
