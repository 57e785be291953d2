//! Timers around the window and the work: is everything ready, has it begun,
//! has somebody decided (UT-25 to UT-35).

use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::due::{tell, tell_leads};
use crate::desk::decide::ready::{self, Obstacle};
use crate::desk::decide::{World, answer, ports, remind};
use crate::desk::letter::Letter;
use crate::desk::letter::say::Say;
use crate::desk::rules::Precheck;
use crate::desk::ticket::{Cause, Event, Status, Ticket};

/// UT-25, UT-26. Two hours before the window our own test of the ports may
/// still be open; an hour before it may not (T5b).
pub(super) fn ready_check(draft: &mut Draft, world: &World<'_>) -> Result<Vec<Letter>, NotNow> {
    let was_ready = draft.ticket.status == Status::Ready;
    draft.settle(world.rules)?;
    if ports::is_being_tested(&draft.ticket, world.rules, world.now) {
        return Ok(Vec::new());
    }
    let found = ready::obstacles(&draft.ticket, world.rules);
    if found.is_empty() {
        let headline = "Ready: the window opens within two hours";
        return Ok(if was_ready { Vec::new() } else { vec![tell(draft, headline, world)] });
    }
    if !is_strict(&draft.ticket, world) && found.iter().all(|one| *one == Obstacle::PortsUnchecked) {
        if world.rules.desk.precheck == Precheck::ByDesk {
            // It tests them itself an hour before.
            return Ok(Vec::new());
        }
        let headline = "NOT READY for the window: test the ports now (#precheck ok, or #precheck fail 8081); \
                        an hour before the window it is blocked";
        return Ok(vec![tell(draft, headline, world)]);
    }
    ready::block(draft, world)
}

/// T5b: from an hour before the window on all must be ready.
fn is_strict(ticket: &Ticket, world: &World<'_>) -> bool {
    let hour = jiff::SignedDuration::from_hours(1);
    ticket.window.as_ref().is_some_and(|window| window.start.duration_since(world.now) <= hour)
}

/// The look at everything that had waited for a test of the ports.
pub fn after_test(draft: &mut Draft, world: &World<'_>) -> Result<Vec<Letter>, NotNow> {
    let waits = draft.ticket.status == Status::Scheduled && is_strict(&draft.ticket, world);
    let is_open = draft.ticket.work.ports_wish.is_none() && !ready::obstacles(&draft.ticket, world.rules).is_empty();
    if waits && is_open { ready::block(draft, world) } else { Ok(Vec::new()) }
}

/// UT-28: the time to cure it is over; or a whole window went by and nobody began.
pub(super) fn grace_over(draft: &mut Draft, world: &World<'_>) -> Result<Vec<Letter>, NotNow> {
    let found = ready::obstacles(&draft.ticket, world.rules);
    let cause = match draft.ticket.status {
        Status::Blocked => ready::main_cause(&found),
        _ => Cause::Desk,
    };
    let mut letters = ready::not_started(draft, world, cause, "")?;
    let told = if letters.is_empty() { "; NOBODY on file could be told" } else { "; the customer is told" };
    let name: &'static str = cause.into();
    let headline = format!("NOT STARTED, cause: {name}{told}");
    letters.push(tell(draft, &headline, world));
    if cause == Cause::Desk {
        let already: Vec<_> = letters.iter().map(|letter| letter.to.clone()).collect();
        letters.extend(tell_leads(draft, &headline, world).into_iter().filter(|letter| !already.contains(&letter.to)));
    }
    Ok(letters)
}

/// UT-33: the agent is late.
pub(super) fn start_late(draft: &mut Draft, world: &World<'_>) -> Result<Vec<Letter>, NotNow> {
    draft.happen(Event::StartLate)?;
    Ok(vec![tell(draft, "The window has opened and nobody has started: #start, or #notstarted desk <words>", world)])
}

/// UT-33: no work may begin any more; the customer hears that it was our fault.
pub(super) fn no_show(draft: &Draft, world: &World<'_>) -> Vec<Letter> {
    let ticket = &draft.ticket;
    let obstacles = ready::obstructed(ticket, vec!["no_show".to_owned()], world);
    let say = Say::Blocked { obstacles, until: None };
    let people = ready::people(ticket, world).into_iter();
    let mut letters: Vec<Letter> = people.map(|row| answer::to_person(row, ticket, say.clone())).collect();
    let headline = "Nobody has started, and it is too late to start: the customer has our apology; \
                    #notstarted desk <words> sends the feedback with new times";
    letters.push(tell(draft, headline, world));
    letters
}

/// S-05: does the request still stand, and the password? A lead hears of the wait.
pub(super) fn asap_aged(draft: &mut Draft, world: &World<'_>) -> Result<Vec<Letter>, NotNow> {
    draft.happen(Event::AskedAgain)?;
    let mut letters = remind::letters(&draft.ticket, world, false);
    let headline = "This ASAP request has waited for days; the customer was asked whether it still stands";
    letters.push(tell(draft, headline, world));
    let already: Vec<_> = letters.iter().map(|letter| letter.to.clone()).collect();
    letters.extend(tell_leads(draft, headline, world).into_iter().filter(|letter| !already.contains(&letter.to)));
    Ok(letters)
}
