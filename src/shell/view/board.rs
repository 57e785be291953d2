//! `board --json`: the duty board (5.3) as the store stands.

use jiff::Timestamp;

use crate::desk::board::Board;
use crate::shell::store::View;
use crate::shell::store::state::StateError;

/// How all stands at `now`, by the rules in force.
pub fn board(view: &View<'_>, now: Timestamp) -> Result<Board, StateError> {
    Ok(Board::of(&view.seen()?, &view.office()?, view.rules(), now))
}
