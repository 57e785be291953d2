//! Business time and rotas against a walk from minute to minute, which knows
//! nothing but what a clock on the wall shows: 10,000 random cases (SEED=n to
//! have them again), both changes of clock, holidays, half days, several zones.

mod chance;
mod wall;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::{Date, Time, Weekday};
use jiff::{SignedDuration, Span, Timestamp};
use upgrade_desk::desk::escalation::{Absence, Rota, Swap, Takeover};
use upgrade_desk::desk::hours::{Capacity, Freeze, Holiday, Hours};

use chance::Chance;
use wall::Wall;

/// Zones, and for each two times a little before a change of its clock.
const SEASONS: [(&str, Date, Date); 9] = [
    ("America/Los_Angeles", Date::constant(2026, 2, 20), Date::constant(2026, 10, 15)),
    ("Europe/Berlin", Date::constant(2026, 3, 10), Date::constant(2026, 10, 8)),
    ("Australia/Lord_Howe", Date::constant(2026, 3, 18), Date::constant(2026, 9, 15)),
    ("America/St_Johns", Date::constant(2026, 2, 20), Date::constant(2026, 10, 15)),
    ("Africa/Cairo", Date::constant(2026, 4, 6), Date::constant(2026, 10, 12)),
    ("Asia/Beirut", Date::constant(2026, 3, 10), Date::constant(2026, 10, 8)),
    ("Asia/Kathmandu", Date::constant(2026, 2, 20), Date::constant(2026, 10, 15)),
    ("Pacific/Auckland", Date::constant(2026, 3, 18), Date::constant(2026, 9, 8)),
    ("-08:00", Date::constant(2026, 2, 20), Date::constant(2026, 10, 15)),
];
const DAYS: i64 = 55;
/// Cases begin in the first part; their answers lie before the end.
const CASE_DAYS: i64 = 25;

static WALLS: LazyLock<Vec<(&str, Wall)>> = LazyLock::new(|| {
    let both = SEASONS.iter().flat_map(|(zone, spring, autumn)| [(zone, spring), (zone, autumn)]);
    both.map(|(zone, first)| (*zone, Wall::new(zone, *first, DAYS))).collect()
});

fn seed() -> u64 {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_127);
    println!("SEED={seed}");
    seed
}

fn minutes(number: usize) -> SignedDuration {
    SignedDuration::from_mins(i64::try_from(number).unwrap())
}

fn time(minute: i64) -> Time {
    Time::constant(0, 0, 0, 0) + minutes(usize::try_from(minute).unwrap())
}

/// Hours as an operator could write them, and as nobody would.
fn hours(chance: &mut Chance, zone: &str, wall: &Wall) -> Hours {
    let (open, close) = match chance.below(4) {
        // Over the hours at which clocks are changed.
        0 => (chance.below(180), 300 + chance.below(1100)),
        1 => (chance.below(1000), 1400 + chance.below(39)),
        _ => (360 + chance.below(300), 780 + chance.below(600)),
    };
    let all = [
        Weekday::Sunday,
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
    ];
    let mut days: Vec<Weekday> = all.into_iter().filter(|_| chance.below(5) != 0).collect();
    if days.len() < 3 {
        days = all[1..6].to_vec();
    }
    let mut holidays = BTreeMap::new();
    for _ in 0..chance.below(8) {
        let date = wall.date(chance.below(DAYS));
        let half = open + chance.below(close - open + 30);
        let closes = (chance.below(2) == 0).then(|| time(half.min(1439)));
        holidays.insert(date, Holiday { name: "a holiday".to_owned(), closes });
    }
    let frozen = wall.date(chance.below(DAYS));
    let freezes = vec![Freeze { from: frozen, to: frozen + Span::new().days(2), reason: "a freeze".to_owned() }];
    Hours {
        zone: zone.to_owned(),
        open: time(open),
        close: time(close),
        days,
        holidays,
        whole_window_must_fit: chance.below(4) != 0,
        notice_hours_min: 24,
        days_ahead_max: 90,
        window_minutes: 90,
        window_minutes_customised: 180,
        asap_heads_up_minutes: 15,
        asap_last_start: time(open + chance.below(close - open)),
        freezes,
        capacity: Capacity { agents: 1, buffer_minutes: 0, units_of_a_company: 1 },
    }
}

/// The minutes in which the desk works: between the last time of a day at which
/// the wall shows the opening, and the first at which it shows the closing.
fn open_minutes(hours: &Hours, wall: &Wall) -> Vec<bool> {
    let mut open = vec![false; wall.len()];
    for day in wall.days() {
        let date = wall.shows(day.start).date();
        let holiday = hours.holidays.get(&date);
        let close = match holiday {
            Some(Holiday { closes: None, .. }) => continue,
            Some(Holiday { closes: Some(closes), .. }) if *closes < hours.close => *closes,
            _ => hours.close,
        };
        if !hours.days.iter().any(|weekday| *weekday == date.weekday()) {
            continue;
        }
        let first = wall.last_time(&day, hours.open);
        let closing = day.clone().find(|minute| wall.shows(*minute).time() >= close).unwrap_or(day.end);
        if first < closing {
            open[first..closing].fill(true);
        }
    }
    open
}

/// What the walk says of one set of hours.
struct Walk<'a> {
    hours: &'a Hours,
    wall: &'a Wall,
    open: Vec<bool>,
}

impl Walk<'_> {
    fn opening(&self, from: usize) -> usize {
        (from..).find(|minute| self.open[*minute]).unwrap()
    }

    /// The moment at which so many open minutes have gone by; none: the opening.
    fn after_business(&self, from: usize, mut left: usize) -> usize {
        let mut minute = self.opening(from);
        while left > 0 {
            left -= usize::from(self.open[minute]);
            minute += 1;
        }
        minute
    }

    fn after_business_days(&self, from: usize, later: usize) -> usize {
        let begin = self.opening(from);
        let clock = self.wall.shows(begin).time();
        let first = self.wall.days().position(|day| day.contains(&begin)).unwrap();
        let mut works = self.wall.days().skip(first).filter(|day| day.clone().any(|minute| self.open[minute]));
        let day = works.nth(later).unwrap();
        let opens = day.clone().find(|minute| self.open[*minute]).unwrap();
        let closes = day.clone().rev().find(|minute| self.open[*minute]).unwrap() + 1;
        self.wall.last_time(&day, clock).clamp(opens, closes)
    }

    fn is_regular(&self, start: usize, length: usize) -> bool {
        let date = self.wall.shows(start).date();
        if self.hours.freezes.iter().any(|freeze| freeze.from <= date && date <= freeze.to) {
            return false;
        }
        match self.hours.whole_window_must_fit {
            true => self.open[start] && (start..start + length).all(|minute| self.open[minute]),
            false => self.open[start],
        }
    }

    fn starts_by_day(&self, from: usize, length: usize, days: usize) -> Vec<Vec<usize>> {
        let of_day = |day: std::ops::Range<usize>| -> Vec<usize> {
            let half = |minute: &usize| *minute >= from && self.wall.shows(*minute).minute() % 30 == 0;
            day.filter(half).filter(|minute| self.is_regular(*minute, length)).collect()
        };
        let all = self.wall.days().filter(|day| day.end > from).map(of_day);
        all.filter(|starts| !starts.is_empty()).take(days).collect()
    }

    fn asap_start(&self, from: usize, length: usize) -> usize {
        for day in self.wall.days().filter(|day| day.end > from) {
            let too_late = |minute: &usize| self.wall.shows(*minute).time() > self.hours.asap_last_start;
            let last = day.clone().find(too_late).unwrap_or(day.end);
            if let Some(start) = (from.max(day.start)..last).find(|minute| self.is_regular(*minute, length)) {
                return start;
            }
        }
        unreachable!("an answer lies within the table")
    }
}

/// Done-when 3 of the whole life: no difference.
#[test]
fn business_time_is_what_the_wall_clock_says() {
    let mut chance = Chance::new(seed());
    let mut cases = 0;
    let (mut differences, mut changes) = (Vec::new(), 0);
    for (zone, wall) in WALLS.iter() {
        changes += wall.changes();
        for _ in 0..8 {
            let hours = hours(&mut chance, zone, wall);
            let walk = Walk { hours: &hours, wall, open: open_minutes(&hours, wall) };
            for _ in 0..70 {
                cases += 1;
                let from = usize::try_from(chance.below(CASE_DAYS * 24 * 60)).unwrap();
                differences.extend(compare(&walk, from, &mut chance));
            }
        }
    }
    assert!(cases >= 10_000, "{cases} cases");
    assert!(changes >= 14, "{changes} changes of clock");
    assert!(
        differences.is_empty(),
        "{} of {cases}: {:#?}",
        differences.len(),
        &differences[..differences.len().min(5)]
    );
}

fn compare(walk: &Walk<'_>, from: usize, chance: &mut Chance) -> Vec<String> {
    let Walk { hours, wall, .. } = walk;
    let at = wall.at(from);
    let wait = chance.below(700);
    let days = chance.below(6);
    let length = usize::try_from(15 + chance.below(240)).unwrap();
    let (minutes, later) = (u32::try_from(wait).unwrap(), u32::try_from(days).unwrap());
    let (wait, days) = (usize::try_from(wait).unwrap(), usize::try_from(days).unwrap());
    let window = u32::try_from(length).unwrap();
    let starts: Vec<Vec<Timestamp>> = hours.starts_by_day(at, window, 3);
    // Where no day is long enough there is nothing to find within the table.
    let (expected, asap): (Vec<Vec<Timestamp>>, _) = if starts.is_empty() {
        (Vec::new(), hours.asap_start(at, window))
    } else {
        let walked = walk.starts_by_day(from, length, 3);
        let expected = walked.into_iter().map(|day| day.into_iter().map(|minute| wall.at(minute)).collect()).collect();
        (expected, Some(wall.at(walk.asap_start(from, length))))
    };
    let pairs = [
        ("opening", format!("{}", hours.opening(at)), format!("{}", wall.at(walk.opening(from)))),
        (
            "after_business",
            format!("{}", hours.after_business(at, minutes)),
            format!("{}", wall.at(walk.after_business(from, wait))),
        ),
        (
            "after_business_days",
            format!("{}", hours.after_business_days(at, later)),
            format!("{}", wall.at(walk.after_business_days(from, days))),
        ),
        ("judge", hours.judge(at, window).is_ok().to_string(), walk.is_regular(from, length).to_string()),
        ("starts_by_day", format!("{starts:?}"), format!("{expected:?}")),
        ("asap_start", format!("{:?}", hours.asap_start(at, window)), format!("{asap:?}")),
    ];
    let differs = pairs.into_iter().filter(|(_, ours, walked)| ours != walked);
    let told = |(what, ours, walked)| {
        format!("{what} of {at}, {minutes} min, {later} days, window {window}: ours {ours}, walk {walked}, {hours:?}")
    };
    differs.map(told).collect()
}

/// A rota, and everything that comes before its turns.
fn rota(chance: &mut Chance, zone: &str, wall: &Wall) -> (Rota, Vec<Absence>, Vec<Takeover>) {
    let people = ["ann", "bob", "cem", "dee"];
    let mut stretch = |longest: i64| {
        let from = usize::try_from(chance.below((DAYS - 10) * 24 * 60)).unwrap();
        let length = usize::try_from(1 + chance.below(longest)).unwrap();
        (wall.at(from), wall.at(from + length), people[usize::try_from(chance.below(4)).unwrap()].to_owned())
    };
    let swap = |(from, until, who)| Swap { who, from, until };
    let swaps = vec![swap(stretch(4000)), swap(stretch(4000))];
    let absence = |(from, until, who)| Absence { who, from, until };
    let absences = vec![absence(stretch(9000)), absence(stretch(9000)), absence(stretch(9000))];
    let agreed = |(from, until, who): (Timestamp, Timestamp, String), name: &str, back: bool| Takeover {
        rota: name.to_owned(),
        who: (!back).then_some(who),
        from,
        until,
    };
    let takeovers = vec![
        agreed(stretch(5000), "on-call", false),
        agreed(stretch(5000), "second", false),
        agreed(stretch(5000), "on-call", false),
        agreed(stretch(2000), "on-call", true),
    ];
    let turns = (0..1 + chance.below(4)).map(|turn| people[usize::try_from(turn).unwrap()].to_owned()).collect();
    let handoff = if chance.below(3) == 0 { time(chance.below(200)) } else { time(chance.below(1440)) };
    let rota = Rota {
        name: "on-call".to_owned(),
        zone: zone.to_owned(),
        first_day: wall.date(chance.below(12)),
        handoff,
        turn_days: u32::try_from(1 + chance.below(9)).unwrap(),
        turns,
        swaps,
    };
    (rota, absences, takeovers)
}

/// Who is on duty in each minute of the wall.
fn duty(rota: &Rota, absences: &[Absence], takeovers: &[Takeover], wall: &Wall) -> Vec<Option<String>> {
    let mut turn: Option<usize> = None;
    let mut duty = Vec::with_capacity(wall.len());
    for (number, day) in wall.days().enumerate() {
        let date = wall.shows(day.start).date();
        let first = (0..number).position(|number| wall.date(i64::try_from(number).unwrap()) == rota.first_day);
        let since = match first {
            Some(first) => Some(number - first),
            None => (date == rota.first_day).then_some(0),
        };
        let handed = since.filter(|days| days % usize::try_from(rota.turn_days).unwrap() == 0);
        let mut waits = handed.is_some();
        for minute in day {
            if waits && wall.shows(minute).time() >= rota.handoff {
                waits = false;
                turn = Some(turn.map_or(0, |turn| (turn + 1) % rota.turns.len()));
            }
            let at = wall.at(minute);
            let mut who = turn.map(|turn| rota.turns[turn].clone());
            for swap in &rota.swaps {
                if swap.from <= at && at < swap.until {
                    who = Some(swap.who.clone());
                }
            }
            let mut of_here = takeovers.iter().filter(|one| one.rota == rota.name && one.from <= at && at < one.until);
            if let Some(Takeover { who: Some(agreed), .. }) = of_here.next_back() {
                who = Some(agreed.clone());
            }
            let away = |name: &String| absences.iter().any(|one| one.who == *name && one.from <= at && at < one.until);
            duty.push(who.filter(|name| !away(name)));
        }
    }
    duty
}

/// 2.8: who was on duty at any time, and the shifts that are shown, which lie
/// without holes.
#[test]
fn a_rota_is_what_the_wall_clock_says() {
    let mut chance = Chance::new(seed());
    let (mut cases, mut differences) = (0, Vec::new());
    for (zone, wall) in WALLS.iter() {
        for _ in 0..3 {
            let (rota, absences, takeovers) = rota(&mut chance, zone, wall);
            let duty = duty(&rota, &absences, &takeovers, wall);
            for _ in 0..190 {
                cases += 1;
                let minute = usize::try_from(chance.below(DAYS * 24 * 60 - 200)).unwrap();
                let ours = rota.on_duty(wall.at(minute), &absences, &takeovers);
                if ours != duty[minute].as_deref() {
                    let walked = &duty[minute];
                    differences.push(format!("{}: ours {ours:?}, walk {walked:?}, {rota:?}", wall.at(minute)));
                }
            }
            let (first, last) = (wall.at(100), wall.at(wall.len() - 100));
            let mut shown = rota.shifts(first, last, &absences, &takeovers).into_iter();
            let mut shift = shown.next().unwrap();
            assert_eq!(shift.from, first);
            for (minute, walked) in duty.iter().enumerate().take(wall.len() - 100).skip(100) {
                if wall.at(minute) >= shift.until {
                    let next = shown.next().unwrap();
                    assert_eq!(next.from, shift.until, "a hole");
                    shift = next;
                }
                if shift.who != *walked {
                    differences.push(format!("{}: shift {shift:?}, walk {walked:?}, {rota:?}", wall.at(minute)));
                    break;
                }
            }
            assert!(shown.next().is_none(), "shifts end where they are to end");
        }
    }
    assert!(cases >= 10_000, "{cases} cases");
    assert!(
        differences.is_empty(),
        "{} of {cases}: {:#?}",
        differences.len(),
        &differences[..differences.len().min(5)]
    );
}
