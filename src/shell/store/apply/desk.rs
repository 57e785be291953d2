//! What happened to the desk as a whole becomes the rules in force, and with
//! them the timers of every ticket.

use jiff::Timestamp;

use crate::desk::office::{Office, OfficeEvent};
use crate::desk::record::Decided;
use crate::desk::rules::Rules;
use crate::desk::ticket::Ticket;
use crate::shell::store::apply::replace_timers;
use crate::shell::store::in_force::{self, InForce};
use crate::shell::store::state::{State, StateError, Tree};

/// The first record says since when the desk is.
pub fn begin(state: &mut State, at: Timestamp) -> Result<(), StateError> {
    if in_force::has_begun(state)? {
        return Ok(());
    }
    in_force::put_office(state, &Office { since: Some(at), ..Office::default() })
}

pub fn apply(state: &mut State, decided: &Decided, at: Timestamp, rules: &mut InForce) -> Result<(), StateError> {
    if decided.office.is_empty() {
        return Ok(());
    }
    let mut office = in_force::office(state)?;
    let letters: Vec<u64> = decided.letters.iter().filter(|letter| letter.for_staff).map(|letter| letter.no).collect();
    for event in &decided.office {
        office.happen(event, &letters, at);
    }
    in_force::put_office(state, &office)?;
    if !decided.office.iter().any(OfficeEvent::changes_rules) {
        return Ok(());
    }
    rules.follow(&office);
    retime_all(state, rules.rules())
}

/// Other rules give other timers.
pub fn retime_all(state: &mut State, rules: &Rules) -> Result<(), StateError> {
    let tickets: Vec<Ticket> = state.values(Tree::Tickets, b"")?;
    tickets.iter().try_for_each(|ticket| replace_timers(state, ticket, rules))
}
