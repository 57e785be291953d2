//! M-03: what we still wait for, to the one who can answer (W-05).

use jiff::{SignedDuration, Timestamp};

use crate::desk::decide::{World, answer};
use crate::desk::letter::Letter;
use crate::desk::letter::say::Say;
use crate::desk::register::Representative;
use crate::desk::ticket::{Status, Ticket, Window};

/// `last_call`: the wished or offered time can hardly be kept.
pub fn letters(ticket: &Ticket, world: &World<'_>, last_call: bool) -> Vec<Letter> {
    let zone = answer::zone_of(ticket, world);
    let say = Say::Reminder {
        serial: answer::serial(&ticket.form),
        items: answer::items(&ticket.form, &ticket.faults, world.rules),
        slots: ticket.offers.iter().map(|slot| Window { zone: zone.clone(), ..slot.clone() }).collect(),
        last_call,
        asap: ticket.status == Status::QueuedAsap,
        ends: ends(ticket, world, last_call),
        zone,
    };
    let people: Vec<&Representative> = match ticket.status {
        Status::AwaitingConsent | Status::QueuedAsap => answer::consenting(ticket, world),
        _ => answer::requester(ticket, world.known).into_iter().collect(),
    };
    people.into_iter().map(|row| answer::to_person(row, ticket, say.clone())).collect()
}

fn ends(ticket: &Ticket, world: &World<'_>, last_call: bool) -> Timestamp {
    let waits = &world.rules.escalation.waits;
    let asked = ticket.work.asked_again.map_or(ticket.since, |(first, _)| first);
    let lapse = world.rules.hours.after_business_days(asked, waits.lapse_bd);
    let start = ticket.offers.iter().map(|slot| slot.start).max().or(ticket.form.when().map(|when| when.first().at));
    match start.filter(|_| last_call) {
        Some(start) => {
            let release = SignedDuration::from_hours(i64::from(waits.release_hours));
            start.checked_sub(release).unwrap_or(lapse)
        }
        None => lapse,
    }
}
