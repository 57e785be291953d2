//! Written times (F-10, F-11, S-03, R-19, R-20).

use jiff::Timestamp;
use proptest::prelude::*;
use upgrade_desk::desk::moment::{self, MomentFault, Pieces, When};

use crate::sample_rules;

const DESK: &str = "America/Los_Angeles";

/// Wednesday 25 November 2026, 10:00 in Los Angeles.
const WROTE: &str = "2026-11-25T18:00:00Z";

fn read_at(wrote: &str, text: &str, zone: Option<&str>) -> Result<When, MomentFault> {
    moment::read(text, zone, wrote.parse().unwrap(), sample_rules::zones(), DESK)
}

fn show(read: Result<When, MomentFault>) -> String {
    match read {
        Err(fault) => fault.name.to_owned(),
        Ok(when) => {
            let readings = when.readings().map(|reading| format!("{} {}", reading.at, reading.zone));
            readings.collect::<Vec<_>>().join(" | ")
        }
    }
}

#[track_caller]
fn check_at(wrote: &str, text: &str, zone: Option<&str>, expected: &str) {
    assert_eq!(show(read_at(wrote, text, zone)), expected, "{text:?} with zone {zone:?}, written {wrote}");
}

#[track_caller]
fn check(text: &str, zone: Option<&str>, expected: &str) {
    check_at(WROTE, text, zone, expected);
}

#[test]
fn one_instant_in_many_spellings() {
    let six = "2026-12-03T14:00:00Z America/Los_Angeles";
    for text in [
        "2026-12-03 06:00 America/Los_Angeles",
        "2026-12-03T06:00 America/Los_Angeles",
        "2026-12-03, 06:00:00 america/los_angeles",
        "2026/12/03 6:00 PST",
        "2026.12.03 6am PST",
        "20261203 0600 PST",
        "2026-12-03 6 a.m. Pacific",
        "Dec 3 2026 6:00 Pacific time",
        "December 3rd, 2026 at 6:00 am (PST)",
        "3 December 2026 06:00 PT",
        "3rd of Dec 2026, 6am PST.",
        "03-Dec-2026 06:00 PST",
        "Thu Dec  3 06:00:00 PST 2026",
        "Thursday, 3 Dec 06:00 PST",
        "3.12.2026, 6 o'clock PST",
        "6am on 3 Dec 2026 Los Angeles time",
        "６:００ am 2026–12–03 PST",
        "2026-12-03 06:00 your time",
    ] {
        check(text, None, six);
    }
    check("2026-12-03 06:00", Some("PST"), six);
    check("2026-12-03 06:00", Some("Pacific Standard Time"), six);
    check("2026-12-03 06:00", Some("(UTC-08:00) Pacific Time (US & Canada)"), six);
    check("2026-12-03 06:00 PST", Some("America/Los_Angeles"), six);
    check("2026-12-03 06:00 PST", Some("PST (UTC-8)"), six);
}

#[test]
fn offsets() {
    let at = "2026-12-03T14:00:00Z -08:00";
    for text in
        ["2026-12-03 06:00 UTC-8", "2026-12-03T06:00-08:00", "2026-12-03 06:00 -08:00", "2026-12-03 06:00 GMT-0800"]
    {
        check(text, None, at);
    }
    check("2026-12-03 06:00", Some("-8"), at);
    check("2026-12-03 06:00", Some("UTC−08:00"), at);
    check("2026-12-03T14:00Z", None, "2026-12-03T14:00:00Z UTC");
    check("2026-12-03 14:00 UTC", None, "2026-12-03T14:00:00Z UTC");
    // In POSIX names the sign is turned round; the database knows.
    check("2026-12-03 06:00 Etc/GMT+8", None, "2026-12-03T14:00:00Z Etc/GMT+8");
    check("2026-12-03 16:00 GMT+2", None, "2026-12-03T14:00:00Z +02:00");
    check("2026-12-03 19:30 +05:30", None, "2026-12-03T14:00:00Z +05:30");
    check("2026-12-03 10:00", Some("UTC+15"), "zone_unknown");
    // The instant is settled; the zone field says how to show it.
    check("2026-12-03T14:00:00Z", Some("Europe/Berlin"), "2026-12-03T14:00:00Z Europe/Berlin");
}

#[test]
fn abbreviations_with_two_meanings() {
    check("2026-07-14 10:00 PST", None, "2026-07-14T17:00:00Z America/Los_Angeles | 2026-07-14T18:00:00Z -08:00");
    check("14.07.2026, 10:00", Some("PST"), "2026-07-14T17:00:00Z America/Los_Angeles | 2026-07-14T18:00:00Z -08:00");
    check("2026-12-14 10:00 PST", None, "2026-12-14T18:00:00Z America/Los_Angeles");
    check("2026-07-14 10:00 PDT", None, "2026-07-14T17:00:00Z America/Los_Angeles");
    check("2026-07-14 10:00 EST", None, "2026-07-14T14:00:00Z America/New_York | 2026-07-14T15:00:00Z -05:00");
    check("2026-07-14 10:00 Eastern", None, "2026-07-14T14:00:00Z America/New_York");
    check(
        "2026-12-14 10:00 IST",
        None,
        "2026-12-14T04:30:00Z Asia/Kolkata | 2026-12-14T08:00:00Z Asia/Jerusalem | 2026-12-14T10:00:00Z Europe/Dublin",
    );
    // What is in brackets must agree, so one meaning is left.
    check("2026-07-14 10:00", Some("PST (UTC-8)"), "2026-07-14T18:00:00Z -08:00");
    check("2026-07-14 10:00 PST", Some("America/Los_Angeles"), "2026-07-14T17:00:00Z America/Los_Angeles");
    check("2026-07-14 10:00 PST", Some("Europe/Berlin"), "zone_conflict");
}

#[test]
fn day_and_month() {
    // Sent on 25 November only 11 December is ahead.
    check("12/11/2026 03:00 PST", None, "2026-12-11T11:00:00Z America/Los_Angeles");
    check_at(
        "2026-10-01T12:00:00Z",
        "12/11/2026 03:00 PST",
        None,
        "2026-12-11T11:00:00Z America/Los_Angeles | 2026-11-12T11:00:00Z America/Los_Angeles",
    );
    check("13/12/2026 03:00 PST", None, "2026-12-13T11:00:00Z America/Los_Angeles");
    check("11.12.26 10:00 CET", None, "2026-12-11T09:00:00Z Europe/Berlin");
    // In 2026 only 11 December is a Friday.
    check("Fri 11/12 10:00 PST", None, "2026-12-11T18:00:00Z America/Los_Angeles");
    check("11/12 10:00 PST", None, "2026-12-11T18:00:00Z America/Los_Angeles");
    check("Mon 11/12/2026 10:00 PST", None, "time_weekday");
    check("Sunday, Dec 3 2026 10:00 PST", None, "time_weekday");
    check("30 February 2027 10:00 PST", None, "time_date");
    check("2026-13-45 10:00 PST", None, "time_date");
    check("Nov 20 10:00 PST", None, "2027-11-20T18:00:00Z America/Los_Angeles");
    check("4/4/2027 10:00 PDT", None, "2027-04-04T17:00:00Z America/Los_Angeles");
}

#[test]
fn relative_days_count_from_the_senders_day() {
    // Wed 25 Nov 23:40 in New York: specimen B.
    check_at("2026-11-26T04:40:00Z", "tomorrow 2am EST", None, "2026-11-26T07:00:00Z America/New_York");
    // The same minute is Thursday in Berlin, so tomorrow is Friday there.
    check_at("2026-11-26T04:40:00Z", "tomorrow 2am CET", None, "2026-11-27T01:00:00Z Europe/Berlin");
    check("today noon PST", None, "2026-11-25T20:00:00Z America/Los_Angeles");
    check("next Tuesday 9:00 PST", None, "2026-12-01T17:00:00Z America/Los_Angeles");
    check("Tuesday 9 PST", None, "2026-12-01T17:00:00Z America/Los_Angeles");
    check(
        "next Friday 9:00 PST",
        None,
        "2026-11-27T17:00:00Z America/Los_Angeles | 2026-12-04T17:00:00Z America/Los_Angeles",
    );
    check("this Friday 9:00 PST", None, "2026-11-27T17:00:00Z America/Los_Angeles");
    check("next Wednesday 9:00 PST", None, "2026-12-02T17:00:00Z America/Los_Angeles");
    check(
        "Wednesday 11:00 PST",
        None,
        "2026-11-25T19:00:00Z America/Los_Angeles | 2026-12-02T19:00:00Z America/Los_Angeles",
    );
    // Which end of Friday?
    check(
        "midnight 2026-12-04 PST",
        None,
        "2026-12-04T08:00:00Z America/Los_Angeles | 2026-12-05T08:00:00Z America/Los_Angeles",
    );
    check("2026-12-03 24:00 PST", None, "2026-12-04T08:00:00Z America/Los_Angeles");
    check("2026-12-03 12am PST", None, "2026-12-03T08:00:00Z America/Los_Angeles");
    check("2026-12-03 12pm PST", None, "2026-12-03T20:00:00Z America/Los_Angeles");
}

#[test]
fn changes_of_clock() {
    check("2027-03-14 02:30 America/Los_Angeles", None, "time_gap");
    check_at("2026-01-10T00:00:00Z", "2:30 on 8 March 2026 Pacific", None, "time_gap");
    check_at("2026-01-10T00:00:00Z", "2026-03-08 02:30 PST", None, "time_gap");
    check_at("2026-10-01T00:00:00Z", "1:30 on 1 Nov Pacific", None, "time_doubled");
    // The abbreviation tells the two apart.
    check_at("2026-10-01T00:00:00Z", "1:30 PST on 1 Nov 2026", None, "2026-11-01T09:30:00Z America/Los_Angeles");
    check_at("2026-10-01T00:00:00Z", "1:30 PDT on 1 Nov 2026", None, "2026-11-01T08:30:00Z America/Los_Angeles");
    check_at("2026-10-01T00:00:00Z", "2026-11-01 01:30 -08:00", None, "2026-11-01T09:30:00Z -08:00");
    let gap = read_at(WROTE, "2027-03-14 02:30", Some("PST")).unwrap_err();
    assert_eq!(
        gap.text.to_string(),
        "at 02:30 on Sunday 14 March 2027 the clocks of Los Angeles are put forward: this time does not exist"
    );
    let doubled = read_at("2026-10-01T00:00:00Z", "2026-11-01 01:30", Some("America/Los_Angeles")).unwrap_err();
    assert!(doubled.text.contains("UTC-07:00") && doubled.text.contains("UTC-08:00"), "{}", doubled.text);
}

#[test]
fn what_is_missing_or_unclear() {
    check("", None, "time_missing");
    check("2026-12-03 06:00", None, "zone_missing");
    check("2026-12-03 06:00", Some(" "), "zone_missing");
    check("2026-12-03 06:00", Some("the usual"), "zone_unknown");
    check("10:00 PST", None, "time_date_missing");
    check("8:30am", Some("PST"), "time_date_missing");
    check("2026-12-03 PST", None, "time_hour_missing");
    check("December 2026 10:00 PST", None, "time_date_missing");
    check("2026-12-03 10-11 PST", None, "time_range");
    check("2026-12-03 10:00-12:00 PST", None, "time_range");
    check("2026-12-03 between 9 and 12 PST", None, "time_range");
    check("2026-12-03 9:00 to 12:00 PST", None, "time_range");
    check("2026-12-03 or 2026-12-04 10:00 PST", None, "time_range");
    check("2026-12-03 2026-12-04 10:00 PST", None, "time_two");
    check("2026-12-03 10:00 11:00 PST", None, "time_two");
    check("2026-12-03 25:00 PST", None, "time_unreadable");
    check("2026-12-03 13am PST", None, "time_unreadable");
    check("tomorrow sometime PST", None, "time_unreadable");
    check("tomorrow afternoon PST", None, "time_hour_missing");
    check("tomorrow evening PST", None, "time_part_of_day");
    check("tomorrow 10:00 in the afternoon PST", None, "time_unreadable");
    check("whenever you like", None, "time_unreadable");
    // The date is said to be wrong before the zone is asked for.
    check("2026-02-30 10:00", None, "time_date");
    let unclear = read_at(WROTE, "tomorrow sometime PST", None).unwrap_err();
    assert!(unclear.text.contains("\"sometime\" is not understood"), "{}", unclear.text);
}

#[test]
fn readings_say_how_they_were_read() {
    let said = |text: &str, zone| -> Vec<String> {
        read_at(WROTE, text, zone).unwrap().readings().map(|reading| reading.said.clone()).collect()
    };
    assert_eq!(said("2026-12-03 10:00", Some("PST")), ["10:00 PST as Pacific time, UTC-08:00"]);
    assert_eq!(said("2026-07-14 10:00 PST", None), ["10:00 PST as Pacific time, UTC-07:00", "10:00 PST as UTC-08:00"]);
    assert_eq!(
        said("12/11/2026 03:00 Berlin time", None),
        ["03:00 on Friday 11 December 2026 Berlin time as Central European time, UTC+01:00"]
    );
    assert_eq!(said("2026-12-03 10:00 America/Los_Angeles", None), ["10:00 America/Los_Angeles (UTC-08:00)"]);
    assert_eq!(said("2026-12-03T10:00Z", None), ["10:00 Z as UTC"]);
}

#[test]
fn pieces_of_the_form() {
    let combine = |pieces: Pieces<'_>, zone| {
        show(moment::combine(pieces, zone, WROTE.parse().unwrap(), sample_rules::zones(), DESK))
    };
    let at = "2026-12-03T14:00:00Z America/Los_Angeles";
    let day = Pieces { year: Some("2026"), month: Some("12"), day: Some("3"), ..Pieces::default() };
    for hour in ["6", "06", "6:00", "06:00", "6am", "6 a.m.", "0600"] {
        assert_eq!(combine(Pieces { hour: Some(hour), ..day }, Some("PST")), at, "{hour}");
    }
    assert_eq!(combine(Pieces { month: Some("Dec"), day: Some("3rd"), hour: Some("6"), ..day }, Some("PST")), at);
    assert_eq!(combine(Pieces { year: None, hour: Some("6"), ..day }, Some("PST")), at);
    assert_eq!(
        combine(Pieces { hour: Some("6"), minute: Some("30"), ..day }, Some("PST")),
        "2026-12-03T14:30:00Z America/Los_Angeles"
    );
    assert_eq!(combine(Pieces { date: Some("3 Dec 2026"), time: Some("6 am PST"), ..Pieces::default() }, None), at);
    assert_eq!(combine(Pieces { date: Some("3 Dec 2026"), hour: Some("6"), ..Pieces::default() }, Some("PST")), at);
    assert_eq!(combine(day, Some("PST")), "time_hour_missing");
    assert_eq!(combine(Pieces { hour: Some("6"), ..Pieces::default() }, Some("PST")), "time_date_missing");
    assert_eq!(combine(Pieces { month: None, hour: Some("6"), ..day }, Some("PST")), "time_date_missing");
    assert_eq!(combine(Pieces { hour: Some("8-9"), ..day }, Some("PST")), "time_range");
    assert_eq!(combine(Pieces { day: Some("32"), hour: Some("6"), ..day }, Some("PST")), "time_unreadable");
    assert_eq!(combine(Pieces { hour: Some("6"), ..day }, None), "zone_missing");
}

#[test]
fn every_configured_zone_exists() {
    for (name, readings) in &sample_rules::zones().names {
        assert_eq!(*name, name.to_lowercase());
        assert!(!readings.is_empty(), "{name}");
        for reading in readings.iter().filter(|reading| *reading != "desk") {
            assert!(moment::time_zone(reading).is_some(), "{name}: {reading}");
        }
    }
    assert!(moment::time_zone("America/Atlantis").is_none());
    assert!(moment::time_zone("Etc/Unknown").is_none());
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(
        text in "\\PC{0,60}",
        zone in proptest::option::of("\\PC{0,20}"),
        at in -1_000_000_000_i64..250_000_000_000,
    ) {
        let _ = moment::read(&text, zone.as_deref(), Timestamp::from_second(at).unwrap(), sample_rules::zones(), DESK);
    }

    #[test]
    fn no_pieces_of_a_time_make_the_reader_panic(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "2026", "12", "3", "-", "/", ":", ".", "+", "T", "Z", "dec", "fri", "next", "tomorrow", "pst", "utc",
                "am", "noon", "99999999", "32768", "0", "24", "00", "america/los_angeles", "(", ")", " ", "th", "to",
                "年", "月", "日", "上午", "下周二", "北京", "令和", "時", "半", "／", "mañana", "um", "halb", "в", "10h", "'",
            ]),
            0..12,
        ),
    ) {
        let text = words.concat();
        let _ = moment::read(&text, None, WROTE.parse().unwrap(), sample_rules::zones(), DESK);
        let spaced = words.join(" ");
        let _ = moment::read(&spaced, Some(&text), WROTE.parse().unwrap(), sample_rules::zones(), DESK);
    }

    /// Whatever instant and zone: written out, it is read back.
    #[test]
    fn a_time_written_out_is_read_back(minute in 29_000_000_i64..32_000_000, zone in proptest::sample::select(vec![
        "America/Los_Angeles", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "UTC", "America/St_Johns",
    ])) {
        let at = Timestamp::from_second(minute * 60).unwrap();
        let clock = at.to_zoned(moment::time_zone(zone).unwrap());
        let anchor = at - jiff::SignedDuration::from_hours(30);
        for format in ["%Y-%m-%d %H:%M", "%-d %B %Y %-I:%M %p", "%a, %b %-d %Y at %H:%M", "%A %d.%m.%Y %H:%M:%S"] {
            let text = format!("{} {zone}", clock.strftime(format));
            match moment::read(&text, None, anchor, sample_rules::zones(), DESK) {
                Ok(when) => {
                    prop_assert_eq!(when.first().at, at, "{}", text);
                    prop_assert_eq!(when.others().len(), 0);
                }
                Err(fault) => prop_assert_eq!(fault.name, "time_doubled", "{}", text),
            }
        }
    }
}
