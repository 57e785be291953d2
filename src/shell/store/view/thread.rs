//! Which letters of ours a mail answers, and so which ticket it belongs to.

use crate::desk::known::{Answered, Ask, FoundTicket, LetterKnown};
use crate::desk::ticket::Ticket;
use crate::desk::token::reply_address;
use crate::shell::store::apply::spent_key;
use crate::shell::store::rows::{LetterState, OurId, OutboxRow};
use crate::shell::store::state::{StateError, Tree, key};
use crate::shell::store::view::View;

impl View<'_> {
    /// What a Message-ID names, if we gave it.
    pub(super) fn our_id(&self, message_id: &str) -> Result<Option<OurId>, StateError> {
        self.state.get(Tree::Index, &key(&[b"message", message_id.as_bytes()]))
    }

    /// Letters of ours that a mail answers: by In-Reply-To, by the address it came
    /// to, by its thread. A number with another letter's tag names none.
    pub(super) fn answered(&self, ask: &Ask) -> Result<Vec<Answered>, StateError> {
        let mut answered: Vec<Answered> = Vec::new();
        let mut add = |row: Option<OutboxRow>, directly: bool| {
            let new = row.filter(|row| !answered.iter().any(|known| known.letter.no == row.letter.no));
            if let Some(row) = new {
                let spent = self.state.has(Tree::Index, &spent_key(row.letter.no))?;
                answered.push(Answered { letter: LetterKnown { spent, ..letter_known(row) }, directly });
            }
            Ok::<(), StateError>(())
        };
        for id in &ask.in_reply_to {
            add(self.letter_by_id(id)?, true)?;
        }
        for tag in &ask.reply_tags {
            let row = self.letter(tag.letter)?;
            add(row.filter(|row| reply_address::is_of(tag, &row.letter.message_id)), true)?;
        }
        for id in &ask.references {
            add(self.letter_by_id(id)?, false)?;
        }
        Ok(answered)
    }

    fn letter_by_id(&self, message_id: &str) -> Result<Option<OutboxRow>, StateError> {
        let ours = self.our_id(message_id)?;
        ours.map_or(Ok(None), |ours| self.letter(ours.letter))
    }

    pub(super) fn find_ticket(&self, ask: &Ask, answered: &[Answered]) -> Result<FoundTicket, StateError> {
        let mut id = ask.ticket.clone();
        if let Some(no) = ask.letter {
            id = self.letter(no)?.and_then(|row| row.letter.ticket);
        }
        let answered = || answered.iter().find_map(|known| known.letter.ticket.clone());
        id = id.or_else(answered);
        if let (None, Some(reported)) = (&id, &ask.reported) {
            id = self.our_id(reported)?.and_then(|ours| ours.ticket);
        }
        if let Some(ticket) = id.map(|id| self.ticket(&id)).transpose()?.flatten() {
            let ticket = self.part_named(ask, &ticket)?.unwrap_or(ticket);
            return Ok(FoundTicket::ByReference(Box::new(ticket)));
        }
        let tagged = ask.subject_tag.as_ref().map(|id| self.ticket(id)).transpose()?.flatten();
        Ok(tagged.map_or(FoundTicket::None, |ticket| FoundTicket::ByTag(Box::new(ticket))))
    }

    /// One letter answers for several units of a mail (F-17): the subject says which
    /// one is meant. Only parts of the very ticket that the letter is about.
    fn part_named(&self, ask: &Ask, whole: &Ticket) -> Result<Option<Ticket>, StateError> {
        for id in ask.subject_ids.iter().filter(|id| **id != whole.id) {
            let part = self.ticket(id)?.filter(|part| part.parent.as_ref() == Some(&whole.id));
            if part.is_some() {
                return Ok(part);
            }
        }
        Ok(None)
    }
}

pub(super) fn letter_known(row: OutboxRow) -> LetterKnown {
    LetterKnown {
        no: row.letter.no,
        template: row.letter.template,
        message_id: row.letter.message_id,
        to: row.letter.to,
        ticket: row.letter.ticket,
        for_staff: row.letter.for_staff,
        spent: false,
        failed: row.state == LetterState::Failed,
    }
}
