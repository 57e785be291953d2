//! What `#undo` could take back: the last commands on each ticket, kept for the
//! minutes in which it may, and longer only until the next ones.

use jiff::Timestamp;

use crate::desk::access::Actor;
use crate::desk::known::LastCommands;
use crate::desk::record::{Cause, Decided, OutcomeWord};
use crate::desk::ticket::{Event, Ticket, TicketId};
use crate::shell::store::state::{State, StateError, Tree, key};

/// What was taken back is not taken back once more.
pub(super) fn remember(
    state: &mut State,
    before: Option<Ticket>,
    ticket: &Ticket,
    decided: &Decided,
    at: Timestamp,
) -> Result<(), StateError> {
    let entry = undo_key(&ticket.id);
    let events = decided.changes.iter().flat_map(|change| &change.events);
    if events.into_iter().any(|event| matches!(event, Event::Undone { .. })) {
        state.remove(Tree::Index, entry);
        return Ok(());
    }
    let by_mail = matches!(decided.cause, Cause::Mail { .. }) && decided.outcome == OutcomeWord::Commands;
    let (Actor::Staff { id }, Some(before), true) = (&decided.actor, before, by_mail) else { return Ok(()) };
    let last = LastCommands {
        by: id.clone(),
        at,
        what: decided.why.iter().filter(|why| why.rule == "5.1").map(|why| why.fact.clone()).collect(),
        before: Box::new(before),
        events: ticket.events,
        alone: decided.changes.len() == 1 && decided.office.is_empty() && decided.did.is_empty(),
        letters: decided.letters.iter().map(|letter| letter.no).collect(),
    };
    state.put(Tree::Index, entry, &last)
}

pub fn undo_key(ticket: &TicketId) -> Vec<u8> {
    key(&[b"undo", ticket.0.as_bytes()])
}
