//! Sealed secrets: which there are, and which tickets have them. Units of one
//! request can share one (F-17): it goes with the last ticket that has it.

use crate::desk::record::Decided;
use crate::desk::ticket::{Event, TicketId};
use crate::shell::store::state::{State, StateError, Tree, key};

/// There while the secret is to be kept: any file without it is an orphan.
pub fn secret_key(secret: &str) -> Vec<u8> {
    key(&[b"secret", secret.as_bytes()])
}

fn holder_key(secret: &str, ticket: &str) -> Vec<u8> {
    key(&[b"holder", secret.as_bytes(), ticket.as_bytes()])
}

pub(super) fn keep(state: &mut State, secret: &str, ticket: &TicketId) -> Result<(), StateError> {
    state.put(Tree::Index, holder_key(secret, &ticket.0), &true)
}

pub(super) fn destroy(state: &mut State, secrets: &[String], ticket: &TicketId) -> Result<(), StateError> {
    for secret in secrets {
        state.remove(Tree::Index, holder_key(secret, &ticket.0));
        if state.scan(Tree::Index, &holder_key(secret, ""), 1)?.is_empty() {
            state.remove(Tree::Index, secret_key(secret));
        }
    }
    Ok(())
}

/// Secrets that tickets give up by this decision.
pub fn given_up(decided: &Decided) -> Vec<String> {
    let events = decided.changes.iter().flat_map(|change| &change.events);
    let destroyed = events.filter_map(|event| match event {
        Event::SecretsDestroyed { secrets } => Some(secrets.clone()),
        _ => None,
    });
    destroyed.flatten().collect()
}
