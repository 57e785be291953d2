//! How often something happened in the last 24 hours: one row for each thing
//! that is counted, with its moments.

use jiff::{SignedDuration, Timestamp};

use crate::desk::known::Tally;
use crate::shell::store::state::{State, StateError, Tree, key};

const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);

/// More moments are not kept: every cap lies far below.
const MOMENTS_MAX: usize = 200;

/// One more, and those older than a day are forgotten.
pub fn add(state: &mut State, what: Tally, of: &str, at: Timestamp) -> Result<(), StateError> {
    let mut moments: Vec<Timestamp> = state.get(Tree::Index, &tally_key(what, of))?.unwrap_or_default();
    let since = at.checked_sub(KEPT_FOR).unwrap_or(Timestamp::MIN);
    moments.retain(|moment| *moment > since);
    if moments.len() < MOMENTS_MAX {
        moments.push(at);
    }
    state.put(Tree::Index, tally_key(what, of), &moments)
}

/// How many since `now` less `within`, which is 24 hours at most.
pub fn count(state: &State, what: Tally, of: &str, now: Timestamp, within: SignedDuration) -> Result<u32, StateError> {
    let moments: Vec<Timestamp> = state.get(Tree::Index, &tally_key(what, of))?.unwrap_or_default();
    let since = now.checked_sub(within).unwrap_or(Timestamp::MIN);
    Ok(u32::try_from(moments.iter().filter(|moment| **moment > since).count()).unwrap_or(u32::MAX))
}

fn tally_key(what: Tally, of: &str) -> Vec<u8> {
    let what: &'static str = what.into();
    key(&[b"tally", what.as_bytes(), of.as_bytes()])
}
