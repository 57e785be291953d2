//! Agreed windows on days that a holiday or a freeze closes (S-09). Staff are told
//! once for each ticket and rule, and move it; the customer reads nothing yet.

use crate::desk::access::Actor;
use crate::desk::decide::draft::Draft;
use crate::desk::decide::{Decision, World, notice};
use crate::desk::hours::Hours;
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::ticket::{Event, Ticket};

/// The rule that closes the agreed window of `ticket`, in words for staff.
pub fn hit(ticket: &Ticket, hours: &Hours) -> Option<String> {
    let window = ticket.window.as_ref().filter(|_| ticket.status.is_before_start())?;
    hours.closing(window.start, window.end)
}

/// That staff were told of it is remembered in the ticket, for this window and
/// this rule.
pub fn told(ticket: &Ticket, rule: &str) -> Option<Event> {
    let start = ticket.window.as_ref()?.start;
    let timer = format!("S-09 {rule}@{start}");
    (!ticket.reminded.contains(&timer)).then_some(Event::Reminded { timer })
}

/// Whether something of this ticket is to be told.
pub fn is_new(ticket: &Ticket, hours: &Hours) -> bool {
    hit(ticket, hours).is_some_and(|rule| told(ticket, &rule).is_some())
}

/// The desk starts, maybe under other rules than before.
pub fn started(world: &World<'_>) -> Decision {
    let mut decision = Decision::new(OutcomeWord::Timer, Actor::System);
    let seen = world.known.seen.as_deref();
    for ticket in seen.map(|seen| seen.open.as_slice()).unwrap_or_default() {
        let Some(rule) = hit(ticket, &world.rules.hours) else { continue };
        let Some(event) = told(ticket, &rule) else { continue };
        let mut draft = Draft::of(ticket, world.now);
        if draft.happen(event).is_err() {
            continue;
        }
        let headline = format!("The agreed time lies in {rule}: please offer another one");
        decision.letters.push(notice::about(ticket, &draft, &headline, world.rules, world.known));
        decision.why.push(Why::new("S-09", format!("{} lies in {rule}", ticket.id)));
        decision.changes.push(draft.into_change());
    }
    decision
}
