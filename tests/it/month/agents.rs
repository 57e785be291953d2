//! What agents do when they look at a ticket: the next sensible thing, mostly.

use jiff::civil::Weekday;
use jiff::{SignedDuration, Timestamp};
use upgrade_desk::desk::moment::time_zone;
use upgrade_desk::desk::rules::Staff;
use upgrade_desk::desk::ticket::{Status, Ticket};

use crate::month::customers::DESK_ZONE;
use crate::support::random::Random;

/// Commands to send, and in how many minutes to look again.
pub struct Doing {
    pub text: Option<String>,
    pub again: Option<i64>,
}

fn send(text: impl Into<String>, again: i64) -> Doing {
    Doing { text: Some(text.into()), again: Some(again) }
}

fn wait(again: i64) -> Doing {
    Doing { text: None, again: Some(again) }
}

const NOTHING: Doing = Doing { text: None, again: None };

/// `note` marks words that no customer may ever see.
pub fn look(ticket: &Ticket, me: &Staff, now: Timestamp, note: &str, random: &mut Random) -> Doing {
    match random.below(100) {
        0..4 => return send(format!("#note {note}: the customer sounds impatient"), 90),
        4..6 => return send(note, 90),
        6..8 => return send("#shedule tomorrow", 30),
        8..10 => return send("#start\n#done", 30),
        _ => {}
    }
    if ticket.problem.is_some() { problem(ticket, me, note, random) } else { upgrade(ticket, me, now, note, random) }
}

fn upgrade(ticket: &Ticket, me: &Staff, now: Timestamp, note: &str, random: &mut Random) -> Doing {
    let mine = ticket.agent.as_deref() == Some(me.id.as_str());
    let minutes_to = |at: Timestamp| at.duration_since(now).as_mins();
    let start = ticket.window.as_ref().map(|window| window.start);
    match ticket.status {
        // Another has it; now and then somebody takes over.
        _ if !mine && ticket.agent.is_some() && !random.once_in(50) => NOTHING,
        Status::QueuedAsap => match soon(now) {
            Some(time) => send(format!("#take\n#precheck ok\n#schedule {time}"), 20),
            None => wait(60),
        },
        Status::Scheduled | Status::Ready | Status::Blocked if !mine => send("#take", 2),
        Status::Scheduled if ticket.precheck_ok.is_none() => {
            if random.once_in(10) {
                send("#precheck fail 8081", 120)
            } else {
                send("#precheck ok", start.map_or(60, minutes_to).max(5))
            }
        }
        Status::Scheduled | Status::Blocked if ticket.precheck_ok == Some(false) => send("#precheck ok", 30),
        Status::Scheduled => wait(start.map_or(60, minutes_to).max(15)),
        Status::Blocked => match start.map(minutes_to) {
            Some(late) if late < -5 => send("#notstarted customer", 30),
            Some(early) if early > 30 => wait(early - 10),
            _ => send("#precheck ok", 10),
        },
        Status::Ready => match start.map_or(0, minutes_to) {
            early if early > 2 => wait(early + random.below(8) as i64),
            late if late < -30 => send("#notstarted desk We are sorry: the colleague fell ill.", 60),
            _ if random.once_in(20) => wait(25),
            _ => send("#start", 20 + random.below(45) as i64),
        },
        Status::InProgress if mine => match random.below(10) {
            0 => send("#extend 30 the database is bigger than we thought", 40),
            1 => wait(20),
            _ => send("#applied", 10),
        },
        Status::Verifying if mine => match random.below(20) {
            0 => send(format!("#rolledback The new version did not start.\n#note {note}: bad disk"), 60),
            1 => send("#partial The web pages could not be moved.", 60),
            2 => send("#failed Calls from outside do not arrive.", 60),
            3..6 => send("#done issues: one phone had to be restarted; a report was slow", 60),
            _ => send("#done", 60),
        },
        Status::FeedbackDue if mine => send("#feedback We have written down what was done.", 600),
        Status::SpecialReview if me.is_lead => send("#offer", 600),
        Status::AwaitingConsent if ticket.offers.is_empty() => send("#offer", 600),
        _ => NOTHING,
    }
}

/// The next half hour that leaves time for a word before, on a working day.
fn soon(now: Timestamp) -> Option<String> {
    let zone = time_zone(DESK_ZONE).unwrap();
    let then = now.checked_add(SignedDuration::from_mins(45)).unwrap().to_zoned(zone);
    let works = (9..16).contains(&then.hour()) && !matches!(then.weekday(), Weekday::Saturday | Weekday::Sunday);
    let clock = then.strftime("%Y-%m-%d %H");
    let half = if then.minute() < 30 { "00" } else { "30" };
    works.then(|| format!("{clock}:{half} {DESK_ZONE}"))
}

fn problem(ticket: &Ticket, me: &Staff, note: &str, random: &mut Random) -> Doing {
    let mine = ticket.agent.as_deref() == Some(me.id.as_str());
    match ticket.status {
        Status::Reported | Status::Triage | Status::Alerting => {
            if random.once_in(6) {
                NOTHING
            } else {
                send("ack", 20)
            }
        }
        Status::Acknowledged | Status::Working if mine => match random.below(12) {
            0 => send("#ask When did it begin, and with which numbers?", 300),
            1 => send(format!("#reply We are looking into it.\n#note {note}: looks like the trunk"), 40),
            2 => send("#propose rollback the version of before the upgrade", 300),
            3 => send("#sev 2 only a part of the phones", 40),
            4 => send("#transfer general support", 40),
            5 => wait(50),
            _ => send("#resolved We restarted the media service; please try it.", 600),
        },
        Status::ChangeRunning if mine => send("#resolved The version of before is back.", 600),
        _ => NOTHING,
    }
}
