//! Reads the journal through and keeps the records of one ticket: decisions about
//! it and the problems that followed it, the way of its letters, and the register
//! as it was imported before.

use std::collections::BTreeSet;
use std::path::Path;

use crate::desk::record::{Cause, Did, LetterRow, PackPlace, What};
use crate::desk::register::Register;
use crate::desk::ticket::{Event, TicketId};
use crate::shell::store::journal::{self, Break, Head, Journal, Line};
use crate::shell::store::pack::Packs;

/// The records of one ticket, oldest first.
#[derive(Debug)]
pub struct Gathered {
    pub ticket: TicketId,
    /// Each with its hash, and the readable text of its mail, its secrets taken out.
    pub records: Vec<(Line, String, Option<String>)>,
    /// The ticket and the problems that followed it.
    pub tickets: BTreeSet<TicketId>,
    pub letters: BTreeSet<u64>,
    /// Those of them that went to people outside.
    pub outside: BTreeSet<u64>,
    /// As it was before the first decision, and each later import.
    pub registers: Vec<(u64, Register)>,
    pub head: Head,
}

/// Reads all records in the data folder `data`; the chain is verified on the way.
///
/// # Errors
///
/// The journal is broken, or cannot be read.
pub fn gather(data: &Path, ticket: &TicketId, progress: &mut dyn FnMut(u64)) -> Result<Gathered, Break> {
    let folder = data.join("journal");
    let checked = journal::check(&folder, progress)?;
    let head = checked.head.clone();
    let journal = Journal::new(&folder, checked.segments, checked.head);
    let packs =
        Packs::open(&data.join("packs")).map_err(|error| Break::Unreadable { segment: "packs".to_owned(), error })?;
    let mut gathered = Gathered {
        ticket: ticket.clone(),
        records: Vec::new(),
        tickets: BTreeSet::from([ticket.clone()]),
        letters: BTreeSet::new(),
        outside: BTreeSet::new(),
        registers: Vec::new(),
        head,
    };
    journal.replay(0, |line, head| {
        gathered.take(line, head.hash, &packs);
        Ok(())
    })?;
    Ok(gathered)
}

impl Gathered {
    fn take(&mut self, line: Line, hash: String, packs: &Packs) {
        if let What::Imported { register, .. } = &line.what {
            self.registers.push((line.seq, register.clone()));
        }
        if !self.concerns(&line.what) {
            return;
        }
        let place = match &line.what {
            What::Decided(decided) => decided.text.clone(),
            _ => None,
        };
        let text = place.and_then(|place| text_of(packs, &place));
        self.records.push((line, hash, text));
    }

    fn concerns(&mut self, what: &What) -> bool {
        match what {
            What::Decided(decided) => {
                for change in &decided.changes {
                    let follows = change.events.iter().any(|event| follows(event, &self.ticket));
                    if follows {
                        self.tickets.insert(change.ticket.clone());
                    }
                }
                let mine = |id: &TicketId| self.tickets.contains(id);
                let letters: Vec<&LetterRow> =
                    decided.letters.iter().filter(|letter| letter.ticket.as_ref().is_some_and(mine)).collect();
                let is_sent = matches!(decided.cause, Cause::Delivery { letter, .. } if self.letters.contains(&letter));
                let concerns =
                    is_sent || !letters.is_empty() || decided.changes.iter().any(|change| mine(&change.ticket));
                self.letters.extend(letters.iter().map(|letter| letter.no));
                self.outside.extend(letters.iter().filter(|letter| !letter.for_staff).map(|letter| letter.no));
                concerns
            }
            What::Sent { letter, .. }
            | What::Deferred { letter, .. }
            | What::HookStarted { letter, .. }
            | What::HookEnded { letter, .. } => self.letters.contains(letter),
            What::Console { did: Did::Retried { letter } | Did::Held { letter }, .. } => self.letters.contains(letter),
            What::Console { did: Did::Released { .. } | Did::Dropped { .. } | Did::OriginalOpened { .. }, .. }
            | What::Trying { .. }
            | What::Imported { .. }
            | What::Floor { .. } => false,
        }
    }
}

/// A problem that came after the upgrade.
fn follows(event: &Event, ticket: &TicketId) -> bool {
    match event {
        Event::Reported { upgrade, .. } | Event::Linked { upgrade, .. } => upgrade.as_ref() == Some(ticket),
        _ => false,
    }
}

/// What cannot be read any more, because its time is over, is said to be gone.
fn text_of(packs: &Packs, place: &PackPlace) -> Option<String> {
    match packs.read(place) {
        Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Err(fault) => Some(format!("[{fault}]")),
    }
}
