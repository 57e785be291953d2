//! The one search for windows (S-08, S-09): what M-02, M-07 and M-22 offer, and
//! what a wish, `#schedule` and `#offer` are judged by.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::desk::bookings::{Booking, Clash};
use crate::desk::decide::{World, answer};
use crate::desk::moment::time_zone;
use crate::desk::phrase::Phrase;
use crate::desk::register::QuietHours;
use crate::desk::ticket::{Ticket, Window};
use crate::phrase;

/// How many windows are offered.
pub const OFFERS: usize = 3;
/// Days of work that are looked through, and the first of them in which the
/// customer's quiet hours come before an earlier day.
const DAYS_MAX: usize = 60;
const QUIET_DAYS: usize = 10;

/// Why a window does not fit, in words for the customer, without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misfit {
    /// S-06: a special arrangement could help.
    Outside(Phrase),
    /// S-09.
    Frozen(Phrase),
    /// S-08: somebody else has this time.
    Taken(Phrase),
}

impl Misfit {
    pub fn why(&self) -> &Phrase {
        match self {
            Misfit::Outside(why) | Misfit::Frozen(why) | Misfit::Taken(why) => why,
        }
    }

    /// The rule that it breaks.
    pub fn rule(&self) -> &'static str {
        match self {
            Misfit::Outside(_) => "S-06",
            Misfit::Frozen(_) => "S-09",
            Misfit::Taken(_) => "S-08",
        }
    }
}

/// Why work on `ticket` cannot be planned for `window`; `None`: it can, as far
/// as hours, freezes and other tickets go. Notice is for others to judge.
pub fn misfit(world: &World<'_>, ticket: &Ticket, window: &Window) -> Option<Misfit> {
    let minutes = u32::try_from(answer::minutes_between(window.start, window.end)).unwrap_or(u32::MAX);
    match world.rules.hours.judge(window.start, minutes) {
        Err(out) if out.frozen => Some(Misfit::Frozen(out.why)),
        Err(out) => Some(Misfit::Outside(out.why)),
        Ok(()) => taken(world, ticket, window).map(Misfit::Taken),
    }
}

/// S-08: what other tickets leave no room for, whatever the hours.
pub fn taken(world: &World<'_>, ticket: &Ticket, window: &Window) -> Option<Phrase> {
    Some(match clash(world, ticket, window)? {
        Clash::Agents => phrase!("taken_agents", "nobody of our desk is free at that time"),
        Clash::Agent(_) => phrase!("taken_agent", "the colleague who does your upgrade has another one at that time"),
        Clash::Company(serial) => phrase!(
            "taken_company",
            "your unit {serial} is upgraded at that time, and your units are never taken out of service together",
            serial = serial.to_string()
        ),
    })
}

/// The same for staff, who may know which ticket it is.
pub fn clash(world: &World<'_>, ticket: &Ticket, window: &Window) -> Option<Clash> {
    let wanted = Booking::wanted(ticket, window);
    wanted.clash(world.known.bookings.iter().chain(world.agreed), world.rules.hours.capacity)
}

/// Regular windows with full notice from now on. `wish`: as near to it as can be;
/// else one a day, in the customer's quiet hours first (S-07).
pub fn find(world: &World<'_>, ticket: &Ticket, minutes: u32, wish: Option<Timestamp>) -> Vec<Window> {
    // An hour more than the notice needs, so that an answer finds them possible.
    let earliest = world.rules.hours.earliest_regular(world.now);
    let from = earliest.checked_add(SignedDuration::from_hours(1)).unwrap_or(world.now);
    find_from(world, ticket, minutes, from, wish)
}

/// The same from another moment on: ASAP has no notice (S-04).
pub fn find_from(
    world: &World<'_>,
    ticket: &Ticket,
    minutes: u32,
    from: Timestamp,
    wish: Option<Timestamp>,
) -> Vec<Window> {
    let hours = &world.rules.hours;
    let zone = answer::zone_of(ticket, world);
    let fits = |start: &Timestamp| taken(world, ticket, &window(*start, minutes, &zone)).is_none();
    let days = hours.starts_by_day(from, minutes, DAYS_MAX);
    let mut found = match wish.filter(|wish| *wish >= from) {
        Some(wish) => nearest(days, wish, minutes, fits),
        None => one_a_day(days, quiet(world, ticket, minutes), fits),
    };
    found.sort_unstable();
    found.into_iter().map(|start| window(start, minutes, &zone)).collect()
}

/// Windows apart from each other, the nearest to the wish.
fn nearest(
    days: Vec<Vec<Timestamp>>,
    wish: Timestamp,
    minutes: u32,
    fits: impl Fn(&Timestamp) -> bool,
) -> Vec<Timestamp> {
    let mut starts: Vec<Timestamp> = days.into_iter().flatten().collect();
    starts.sort_by_key(|start| (start.duration_since(wish).abs(), *start));
    let length = SignedDuration::from_mins(i64::from(minutes));
    let mut found: Vec<Timestamp> = Vec::new();
    for start in starts {
        let apart = found.iter().all(|other| start.duration_since(*other).abs() >= length);
        if apart && fits(&start) {
            found.push(start);
        }
        if found.len() == OFFERS {
            break;
        }
    }
    found
}

/// The first possible window of each day, so that there is a choice.
fn one_a_day(
    days: Vec<Vec<Timestamp>>,
    is_quiet: impl Fn(&Timestamp) -> bool,
    fits: impl Fn(&Timestamp) -> bool,
) -> Vec<Timestamp> {
    let near = days.iter().take(QUIET_DAYS);
    let quiet = near.filter_map(|day| day.iter().find(|start| is_quiet(start) && fits(start)).copied());
    let mut found: Vec<Timestamp> = quiet.take(OFFERS).collect();
    for day in &days {
        if found.len() >= OFFERS {
            break;
        }
        if !day.iter().any(|start| found.contains(start)) {
            found.extend(day.iter().find(|start| fits(start)));
        }
    }
    found
}

/// S-07: whether a window lies in the quiet hours of the ticket's company.
fn quiet(world: &World<'_>, ticket: &Ticket, minutes: u32) -> impl Fn(&Timestamp) -> bool + use<> {
    let company = ticket.company.as_deref().and_then(|id| world.known.companies.get(id));
    let hours = company.and_then(|company| company.quiet_hours);
    let zone = time_zone(&answer::zone_of(ticket, world)).unwrap_or(TimeZone::UTC);
    move |start| hours.is_some_and(|hours| is_within(hours, *start, minutes, &zone))
}

fn is_within(hours: QuietHours, start: Timestamp, minutes: u32, zone: &TimeZone) -> bool {
    let end = start.checked_add(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(start);
    let of_day = |at: Timestamp| zone.to_datetime(at).time();
    hours.contains(of_day(start)) && hours.contains_end(of_day(end))
}

/// When work on an ASAP request can begin: an agent is free and enough of the
/// day is left (S-04).
pub fn asap(world: &World<'_>, ticket: &Ticket, minutes: u32) -> Option<Timestamp> {
    let zone = answer::zone_of(ticket, world);
    let free = |start: &Timestamp| taken(world, ticket, &window(*start, minutes, &zone)).is_none();
    let hours = &world.rules.hours;
    let mut start = hours.asap_start(world.now, minutes)?;
    // A booking ends on its minute: it is enough to look when one has ended.
    const STEPS_MAX: usize = 2000;
    for _ in 0..STEPS_MAX {
        if free(&start) {
            return Some(start);
        }
        start = hours.asap_start(start.checked_add(SignedDuration::from_mins(5)).ok()?, minutes)?;
    }
    None
}

pub fn window(start: Timestamp, minutes: u32, zone: &str) -> Window {
    let end = start.checked_add(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(start);
    Window { start, end, zone: zone.to_owned() }
}
