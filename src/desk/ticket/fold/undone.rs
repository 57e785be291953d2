//! Commands that were taken back: the ticket as it was before them.

use jiff::Timestamp;

use crate::desk::ticket::Ticket;

/// What goes on counts on: no event and no letter that somebody has is forgotten.
pub(super) fn taken_back(ticket: Ticket, to: &Ticket, withdrawn: &[u64], at: Timestamp) -> Ticket {
    let letters = ticket.letters.into_iter().filter(|letter| !withdrawn.contains(&letter.no));
    Ticket { letters: letters.collect(), events: ticket.events.saturating_add(1), updated_at: at, ..to.clone() }
}
