//! How the whole desk stands, for the board; and who wants news.

use jiff::Timestamp;

use crate::desk::board::{Seen, Trouble, TroubleKind};
use crate::desk::known::{Ask, Known};
use crate::desk::office::{DeskTimerName, Office};
use crate::desk::register::{Representative, Role};
use crate::desk::ticket::{Happened, Ticket, TicketId};
use crate::shell::store::rows::{KeptState, LetterState};
use crate::shell::store::state::{StateError, Tree, key, number};
use crate::shell::store::view::View;

impl View<'_> {
    /// What is asked of the desk as a whole.
    pub(super) fn look_up_desk(&self, ask: &Ask, known: &mut Known, now: Timestamp) -> Result<(), StateError> {
        if ask.board {
            known.seen = Some(Box::new(self.seen()?));
        }
        match ask.desk_timer {
            Some(DeskTimerName::SelfTestEnd) => known.hook_failed = self.hook_failed(&known.office)?,
            Some(DeskTimerName::Retention) => known.segments = self.segments_over(now)?,
            _ => {}
        }
        if ask.subscribers {
            known.subscribers = self.subscribers(&known.office)?;
        }
        Ok(())
    }

    /// Everything that the board is made from.
    pub fn seen(&self) -> Result<Seen, StateError> {
        let head = format!("{}:{}", self.head.seq, self.head.hash);
        let mut seen = Seen { troubles: self.troubles()?, head, ..Seen::default() };
        seen.open = self.tickets()?.into_iter().filter(|ticket| !ticket.status.is_final()).collect();
        for ticket in &seen.open {
            if let Some(company) = &ticket.company
                && !seen.companies.contains_key(company)
            {
                let row: Option<crate::desk::register::Company> =
                    self.state.get(Tree::Register, &key(&[b"company", company.as_bytes()]))?;
                seen.companies.extend(row.map(|row| (company.clone(), row.name)));
            }
            seen.last.extend(self.last_event(ticket)?.map(|happened| (ticket.id.clone(), happened)));
        }
        Ok(seen)
    }

    fn last_event(&self, ticket: &Ticket) -> Result<Option<Happened>, StateError> {
        let TicketId(id) = &ticket.id;
        self.state.get(Tree::Events, &key(&[id.as_bytes(), &number(ticket.events)]))
    }

    fn troubles(&self) -> Result<Vec<Trouble>, StateError> {
        let mut troubles = Vec::new();
        let mut add = |kind, what: String, since: Timestamp| troubles.push(Trouble { kind, what, since });
        for row in self.letters()? {
            let what = || format!("letter {} ({}) to {}", row.letter.no, row.letter.template, row.letter.to);
            match row.state {
                LetterState::Failed => add(TroubleKind::Undelivered, what(), row.done_at.unwrap_or(row.committed_at)),
                LetterState::Held => add(TroubleKind::Waiting, format!("{}, held by hand", what()), row.committed_at),
                LetterState::Deferred => add(TroubleKind::Waiting, what(), row.committed_at),
                LetterState::Pending | LetterState::Trying | LetterState::Sent | LetterState::Withdrawn => {}
            }
        }
        for row in self.quarantine()?.iter().filter(|row| row.waits()) {
            let what = format!("quarantine {}: {}", row.no, row.quarantined.reason);
            let kind = match (row.state, row.quarantined.reason.as_str()) {
                (KeptState::Held, _) => TroubleKind::Held,
                (_, "too_big" | "not_fetched" | "crashed_reader" | "not_decided" | "unclassified") => {
                    TroubleKind::Unread
                }
                _ => TroubleKind::Quarantine,
            };
            add(kind, what, row.at);
        }
        Ok(troubles)
    }

    /// Everybody on file with the flag, or who asked for it by mail.
    pub(super) fn subscribers(&self, office: &Office) -> Result<Vec<Representative>, StateError> {
        let mut rows: Vec<Representative> = self.state.values(Tree::Register, &key(&[b"person", b""]))?;
        let asked = |row: &Representative| office.subscriptions.get(&row.address.to_ascii_lowercase()).copied();
        rows.retain(|row| !row.retired && asked(row).unwrap_or(row.roles.contains(&Role::Updates)));
        Ok(rows)
    }
}
