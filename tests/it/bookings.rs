//! Agents, pairs of units, freezes and quiet hours (S-07, S-08, S-09, S-11).

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use upgrade_desk::desk::bookings::{Booking, Clash};
use upgrade_desk::desk::hours::{Capacity, Freeze, Hours, changeover};
use upgrade_desk::desk::register::QuietHours;
use upgrade_desk::desk::ticket::TicketId;

use crate::sample_rules;

const CAPACITY: Capacity = Capacity { agents: 2, buffer_minutes: 15, units_of_a_company: 1 };

/// A booking `from` to `to`, in minutes of one day.
fn booking(ticket: &str, company: &str, agent: &str, from: i64, to: i64) -> Booking {
    let day: Timestamp = "2026-12-08T00:00:00Z".parse().unwrap();
    Booking {
        ticket: TicketId(ticket.to_owned()),
        company: (!company.is_empty()).then(|| company.to_owned()),
        serial: format!("serial of {ticket}"),
        start: day + SignedDuration::from_mins(from),
        end: day + SignedDuration::from_mins(to),
        agent: (!agent.is_empty()).then(|| agent.to_owned()),
    }
}

#[test]
fn two_agents_work_on_two_units() {
    let wanted = booking("UP-9", "nine", "", 600, 660);
    let one = booking("UP-1", "one", "", 570, 630);
    let two = booking("UP-2", "two", "", 640, 700);
    assert_eq!(wanted.clash([&one], CAPACITY), None);
    assert_eq!(wanted.clash([&one, &two], CAPACITY), Some(Clash::Agents), "630 and its pause meet 640");
    let later = booking("UP-2", "two", "", 645, 700);
    assert_eq!(wanted.clash([&one, &later], CAPACITY), None, "the pause of the first ends when the second begins");
    assert_eq!(wanted.clash([&booking("UP-9", "nine", "", 600, 660)], CAPACITY), None, "its own window is no other");
}

#[test]
fn an_agent_has_one_unit_and_a_company_one_that_is_down() {
    let wanted = booking("UP-9", "nine", "noa", 600, 660);
    let hers = booking("UP-1", "one", "noa", 650, 700);
    assert_eq!(wanted.clash([&hers], CAPACITY), Some(Clash::Agent(TicketId("UP-1".to_owned()))));
    assert_eq!(wanted.clash([&booking("UP-1", "one", "sam", 650, 700)], CAPACITY), None);
    let pair = booking("UP-2", "nine", "sam", 600, 660);
    assert_eq!(wanted.clash([&pair], CAPACITY), Some(Clash::Company("serial of UP-2".to_owned())));
    let nobodys = booking("UP-9", "", "", 600, 660);
    assert_eq!(nobodys.clash([&booking("UP-2", "", "", 600, 660)], CAPACITY), None, "no company is nobody's pair");
}

#[test]
fn nothing_is_upgraded_in_a_freeze_and_the_desk_works_on() {
    let freeze = Freeze { from: date(2026, 12, 8), to: date(2026, 12, 9), reason: "end of the quarter".to_owned() };
    let hours = Hours { freezes: vec![freeze], ..sample_rules::hours() };
    let out = hours.judge("2026-12-09T10:00:00-08:00".parse().unwrap(), 60).unwrap_err();
    assert_eq!(out.why.to_string(), "Wednesday 9 December 2026 lies in a time without upgrades (end of the quarter)");
    assert!(out.frozen);
    let from = "2026-12-07T16:30:00-08:00".parse().unwrap();
    let first = hours.starts_by_day(from, 60, 1).concat().first().copied();
    assert_eq!(first, Some("2026-12-10T08:30:00-08:00".parse().unwrap()));
    // Answers are owed on these days all the same (2.8).
    assert_eq!(hours.after_business(from, 60), "2026-12-08T09:00:00-08:00".parse().unwrap());
    assert!(!hours.judge("2026-12-12T10:00:00-08:00".parse().unwrap(), 60).unwrap_err().frozen);
}

#[test]
fn quiet_hours_reach_over_midnight() {
    let at = |text: &str| text.parse().unwrap();
    let night = QuietHours::try_from("22:00-06:00".to_owned()).unwrap();
    assert!(night.contains(at("22:00:00")) && night.contains(at("00:00:00")) && night.contains(at("05:59:00")));
    assert!(!night.contains(at("06:00:00")) && !night.contains(at("12:00:00")) && night.contains_end(at("06:00:00")));
    let noon = QuietHours::try_from("12:00-13:00".to_owned()).unwrap();
    assert!(noon.contains(at("12:30:00")) && !noon.contains(at("13:00:00")));
    for wrong in ["", "22:00", "25:00-06:00", "06:00-06:00", "night"] {
        let fault = QuietHours::try_from(wrong.to_owned()).unwrap_err();
        assert_eq!(fault, format!("expected quiet hours like 22:00-06:00, found \"{wrong}\""));
    }
}

#[test]
fn the_day_of_a_changeover_is_known_in_every_zone() {
    let check = |zone: &str, start: &str, expected| {
        let start: Timestamp = start.parse().unwrap();
        assert_eq!(changeover(zone, start, start + SignedDuration::from_mins(60)), expected, "{zone}, {start}");
    };
    // Saturday evening in Los Angeles is Sunday in Berlin, where the clocks go back.
    check("Europe/Berlin", "2026-10-24T16:00:00-07:00", Some(date(2026, 10, 25)));
    check("America/Los_Angeles", "2026-10-24T16:00:00-07:00", None);
    check("America/Los_Angeles", "2026-11-01T23:30:00-08:00", Some(date(2026, 11, 1)));
    check("America/Los_Angeles", "2026-10-31T23:30:00-07:00", Some(date(2026, 11, 1)));
    check("America/Los_Angeles", "2026-11-02T09:00:00-08:00", None);
    check("Asia/Manila", "2026-11-01T09:00:00+08:00", None);
    check("-08:00", "2026-11-01T09:00:00-08:00", None);
}

/// The same question, asked of every minute: one more, and are they too many?
fn walk(wanted: &Booking, others: &[Booking], capacity: Capacity) -> bool {
    let buffer = SignedDuration::from_mins(i64::from(capacity.buffer_minutes));
    let minutes = (wanted.end + buffer).duration_since(wanted.start).as_mins();
    (0..minutes).all(|minute| {
        let at = wanted.start + SignedDuration::from_mins(minute);
        let busy: Vec<&Booking> = others
            .iter()
            .filter(|other| other.ticket != wanted.ticket && other.start <= at && at < other.end + buffer)
            .collect();
        let pair = busy.iter().filter(|other| other.company == wanted.company).count() as u32;
        let his = busy.iter().any(|other| wanted.agent.is_some() && other.agent == wanted.agent);
        !his && (busy.len() as u32) < capacity.agents && pair < capacity.units_of_a_company
    })
}

fn some_booking() -> impl Strategy<Value = Booking> {
    let companies = proptest::sample::select(vec!["one", "two", "three", "four"]);
    let agents = proptest::sample::select(vec!["", "noa", "sam"]);
    (0..8_u32, companies, agents, 480..960_i64, 1..120_i64).prop_map(|(ticket, company, agent, from, minutes)| {
        booking(&format!("UP-{ticket}"), company, agent, from, from + minutes)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn clashing_equals_walking_the_minutes(
        wanted in some_booking(),
        others in proptest::collection::vec(some_booking(), 0..7),
        agents in 1_u32..4, units_of_a_company in 1_u32..3, buffer_minutes in 0_u32..30,
    ) {
        let capacity = Capacity { agents, buffer_minutes, units_of_a_company };
        prop_assert_eq!(wanted.clash(&others, capacity).is_none(), walk(&wanted, &others, capacity));
    }
}
