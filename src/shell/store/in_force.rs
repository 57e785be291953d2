//! The rules in force: those of the operator, and what was told by mail since
//! (swapped turns, added holidays, hand-offs).

use std::sync::Arc;

use crate::desk::office::Office;
use crate::desk::rules::Rules;
use crate::shell::store::state::{State, StateError, Tree};

/// Where the fold of the desk's own events lies.
const OFFICE: &[u8] = b"office";

/// By which rules the timers of all tickets were found.
const TIMED_BY: &[u8] = b"timed by";

pub struct InForce {
    written: Arc<Rules>,
    now: Arc<Rules>,
}

impl InForce {
    /// As the store stands.
    pub fn of(state: &State, written: Arc<Rules>) -> Result<InForce, StateError> {
        let mut rules = InForce { now: Arc::clone(&written), written };
        rules.follow(&office(state)?);
        Ok(rules)
    }

    pub fn rules(&self) -> &Arc<Rules> {
        &self.now
    }

    /// What was taken back is in force no more.
    pub fn look_again(&mut self, state: &State) {
        if let Ok(office) = office(state) {
            self.follow(&office);
        }
    }

    pub fn follow(&mut self, office: &Office) {
        self.now = match office.in_force(&self.written) {
            Some(rules) => Arc::new(rules),
            None => Arc::clone(&self.written),
        };
    }
}

/// What holds for the desk as a whole.
pub fn office(state: &State) -> Result<Office, StateError> {
    Ok(state.get(Tree::Meta, OFFICE)?.unwrap_or_default())
}

pub fn put_office(state: &mut State, office: &Office) -> Result<(), StateError> {
    state.put(Tree::Meta, OFFICE.to_vec(), office)
}

/// The version of the rules that gave the timers which are there.
pub fn timed_by(state: &State) -> Result<Option<String>, StateError> {
    state.get(Tree::Meta, TIMED_BY)
}

pub fn put_timed_by(state: &mut State, version: &str) -> Result<(), StateError> {
    state.put(Tree::Meta, TIMED_BY.to_vec(), &version)
}

/// Whether the desk has begun.
pub fn has_begun(state: &State) -> Result<bool, StateError> {
    state.has(Tree::Meta, OFFICE)
}
