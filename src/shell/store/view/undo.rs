//! The last commands on a ticket, for `#undo` (5.1).

use crate::desk::known::{LastCommands, LastLetter, Undoing};
use crate::desk::ticket::Ticket;
use crate::shell::store::apply::undo_key;
use crate::shell::store::rows::OutboxRow;
use crate::shell::store::state::{StateError, Tree};
use crate::shell::store::view::View;

impl View<'_> {
    pub(super) fn undoing(&self, ticket: Option<&Ticket>) -> Result<Option<Box<Undoing>>, StateError> {
        let Some(ticket) = ticket else { return Ok(None) };
        let Some(last) = self.state.get::<LastCommands>(Tree::Index, &undo_key(&ticket.id))? else {
            return Ok(None);
        };
        let mut letters = Vec::new();
        for no in &last.letters {
            letters.extend(self.letter(*no)?.map(became));
        }
        Ok(Some(Box::new(Undoing { last, letters })))
    }
}

fn became(row: OutboxRow) -> LastLetter {
    let waits = row.is_untouched();
    let letter = row.letter;
    LastLetter { no: letter.no, template: letter.template, to: letter.to, for_staff: letter.for_staff, waits }
}
