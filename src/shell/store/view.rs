//! What can be asked of the store. Nothing here changes anything.

mod counts;
mod named;
mod board;
mod hook;
mod sealed;
mod thread;
mod undo;
mod whole;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::desk::access::day_of;
use crate::desk::bookings::Booking;
use crate::desk::input::Place;
use crate::desk::known::{Answered, Ask, Duplicate, FoundTicket, Held, Kept, Known, Pass, Sender, Tallies};
use crate::desk::office::{self, DeskTimer, Office};
use crate::desk::record::{Floor, Folder, Leave, PackPlace};
use crate::desk::register::{Register, Representative};
use crate::desk::rules::Rules;
use crate::desk::ticket::{Happened, Ticket, TicketId, TicketKind};
use crate::desk::timers::Timer;
use crate::desk::token::Brought;
use crate::shell::store::apply::{bytes_key, first_start_key, floor_key, held_key, notice_key, pass_key, redacted_key};
use crate::shell::store::in_force;
use crate::shell::store::journal::Head;
use crate::shell::store::pack::{PackFault, Packs};
use crate::shell::store::rows::{KeptState, OutboxRow, QuarantineRow, SameBytes, WhyRow};
use crate::shell::store::state::{Looks, State, StateError, Tree, instant, key, number};

/// The store as it is at this moment, for the time of one question.
pub struct View<'a> {
    pub(super) state: &'a State,
    pub(super) packs: &'a Packs,
    pub(super) rules: &'a Arc<Rules>,
    pub(super) head: &'a Head,
}

/// The newest tickets of a company that are looked at.
const COMPANY_TICKETS_MAX: usize = 50;

impl View<'_> {
    /// Everything the desk must know about one input.
    pub fn look_up(&self, ask: &Ask, now: Timestamp) -> Result<Known, StateError> {
        let answered = self.answered(ask)?;
        let ticket = self.find_ticket(ask, &answered)?;
        let letter = match (ask.letter, &ask.reported) {
            (Some(no), _) => Some(no),
            (None, Some(id)) => self.our_id(id)?.map(|ours| ours.letter),
            (None, None) => None,
        };
        let letter = letter.map(|no| self.letter(no)).transpose()?.flatten();
        let mut known = Known {
            place_done: match &ask.place {
                Some(place) => self.place_done(place)?.is_some(),
                None => false,
            },
            duplicate: self.duplicate(ask)?,
            pass: ask.sha256.as_deref().map_or(Ok(None), |sha256| self.pass(sha256))?,
            held: ask.sha256.as_deref().map_or(Ok(None), |sha256| self.held_as(sha256))?,
            register_is_empty: self.state.scan(Tree::Register, b"", 1)?.is_empty(),
            sender: self.sender(ask.address.as_deref())?,
            units: BTreeMap::new(),
            units_by_mac: BTreeMap::new(),
            units_by_ip: BTreeMap::new(),
            companies: BTreeMap::new(),
            representatives: Vec::new(),
            ticket,
            same_unit: Vec::new(),
            own: self.own(ask)?,
            neutral_notes_today: self.neutral_notes(ask.address.as_deref(), now)?,
            letter: letter.map(thread::letter_known),
            answered,
            named: BTreeMap::new(),
            of_company: Vec::new(),
            continued: None,
            linked: None,
            bookings: if ask.bookings { self.bookings()? } else { Vec::new() },
            token: Brought::None,
            tallies: Tallies::default(),
            same_id: ask.message_id.as_deref().map_or(Ok(false), |id| self.had_id(id))?,
            kept: None,
            challenges_today: BTreeMap::new(),
            stranger_alarms_today: self.stranger_alarms(now)?,
            on_file: Vec::new(),
            likenesses_today: 0,
            office: in_force::office(self.state)?,
            seen: None,
            subscribers: Vec::new(),
            hook_failed: Vec::new(),
            segments: Vec::new(),
            undoing: None,
            next_problem: self.next_number(TicketKind::Problem, now)?,
            next_ticket: self.next_number(TicketKind::Upgrade, now)?,
            next_letter: self.state.get::<u64>(Tree::Meta, b"letter")?.unwrap_or(0).saturating_add(1),
        };
        if ask.likeness && !matches!(known.sender, Sender::OnFile(_)) {
            known.on_file = self.everybody()?;
            known.likenesses_today = self.likenesses(now)?;
        }
        known.kept = self.kept_of_notice(&known.answered)?;
        self.look_up_units(ask, &mut known)?;
        self.look_up_companies(ask, &mut known)?;
        self.look_up_tickets(ask, &mut known, now)?;
        known.tallies = self.tallies(ask, &known, now)?;
        self.look_up_desk(ask, &mut known, now)?;
        Ok(known)
    }

    /// Decisions 21 for proven mail. For any mail: the very same bytes, every
    /// line of the way here included, at another place of the same mailbox.
    /// Nobody can write these beforehand (TC7).
    fn duplicate(&self, ask: &Ask) -> Result<Option<Duplicate>, StateError> {
        if let Some(duplicate) = &ask.duplicate_key
            && self.state.has(Tree::Index, &key(&[b"duplicate", duplicate.as_bytes()]))?
        {
            return Ok(Some(Duplicate::SameMail));
        }
        let (Some(place), Some(sha256)) = (&ask.place, &ask.sha256) else { return Ok(None) };
        let same: Option<SameBytes> = self.state.get(Tree::Index, &bytes_key(place, sha256))?;
        // Who puts a mail back out of the quarantine wants it read again; it
        // then has another item, but the same numbering.
        let is_known = same.is_some_and(|same| {
            same.place != *place && (same.folder == Folder::Processed || same.place.validity != place.validity)
        });
        Ok(is_known.then_some(Duplicate::SameBytes))
    }

    /// Tickets that the input names or may be about.
    fn look_up_tickets(&self, ask: &Ask, known: &mut Known, now: Timestamp) -> Result<(), StateError> {
        for id in &ask.named {
            if let Some(ticket) = self.ticket(id)? {
                known.named.insert(id.clone(), ticket);
            }
        }
        known.continued = self.continued(known_ticket(&known.ticket))?;
        if ask.undoing {
            known.undoing = self.undoing(known_ticket(&known.ticket))?;
        }
        let problem = known_ticket(&known.ticket).and_then(|ticket| ticket.problem.as_ref());
        if let Some(id) = problem.and_then(|problem| problem.upgrade.clone()) {
            known.linked = self.ticket(&id)?;
        }
        if ask.wants_company(known_ticket(&known.ticket)) {
            for company in known.companies.keys() {
                let of_company = key(&[b"company", company.as_bytes(), b""]);
                let ids: Vec<TicketId> = self.state.values(Tree::Index, &of_company)?;
                for id in ids.iter().rev().take(COMPANY_TICKETS_MAX) {
                    known.of_company.extend(self.ticket(id)?);
                }
            }
        }
        for row in &known.representatives {
            let address = row.address.to_ascii_lowercase();
            let challenges = self.since_yesterday(&key(&[b"challenge", address.as_bytes(), b""]), now)?;
            known.challenges_today.insert(address, challenges);
        }
        Ok(())
    }

    /// The end of a chain of merged tickets.
    fn continued(&self, merged: Option<&Ticket>) -> Result<Option<Ticket>, StateError> {
        const MERGES_MAX: usize = 5;
        let mut next = merged.and_then(|ticket| ticket.merged_into.clone());
        let mut found = None;
        for _ in 0..MERGES_MAX {
            let Some(id) = next else { break };
            found = self.ticket(&id)?;
            next = found.as_ref().and_then(|ticket: &Ticket| ticket.merged_into.clone());
        }
        Ok(found)
    }

    fn sender(&self, address: Option<&str>) -> Result<Sender, StateError> {
        let Some(address) = address else { return Ok(Sender::NotAsked) };
        let address = address.to_ascii_lowercase();
        let row: Option<Representative> = self.state.get(Tree::Register, &key(&[b"person", address.as_bytes()]))?;
        Ok(match row {
            Some(row) if !row.retired => Sender::OnFile(row),
            _ => Sender::NotOnFile,
        })
    }

    /// Whether the register has a row for the address, valid or not.
    pub fn is_on_file(&self, address: &str) -> Result<bool, StateError> {
        self.state.has(Tree::Register, &key(&[b"person", address.to_ascii_lowercase().as_bytes()]))
    }

    fn next_number(&self, kind: TicketKind, now: Timestamp) -> Result<u64, StateError> {
        let year = day_of(now, &self.rules.hours.zone).year();
        let counter = key(&[b"tickets", format!("{}-{year}", kind.prefix()).as_bytes()]);
        Ok(self.state.get::<u64>(Tree::Meta, &counter)?.unwrap_or(0).saturating_add(1))
    }

    /// How a handled mail is to leave the mailbox; `None`: it was not handled yet.
    pub fn place_done(&self, place: &Place) -> Result<Option<Leave>, StateError> {
        let folder: Option<Folder> = self.state.get(Tree::Index, &key(&[b"place", place.to_string().as_bytes()]))?;
        let Some(folder) = folder else { return Ok(None) };
        Ok(Some(Leave { folder, redacted: self.state.has(Tree::Index, &redacted_key(place))? }))
    }

    pub fn ticket(&self, id: &TicketId) -> Result<Option<Ticket>, StateError> {
        self.state.get(Tree::Tickets, id.0.as_bytes())
    }

    /// The agreed windows of all tickets (S-08).
    pub fn bookings(&self) -> Result<Vec<Booking>, StateError> {
        self.state.values(Tree::Index, &key(&[b"booking", b""]))
    }

    pub fn tickets(&self) -> Result<Vec<Ticket>, StateError> {
        self.state.values(Tree::Tickets, b"")
    }

    pub fn events(&self, id: &TicketId) -> Result<Vec<Happened>, StateError> {
        self.state.values(Tree::Events, &key(&[id.0.as_bytes(), b""]))
    }

    pub fn why(&self, id: &TicketId) -> Result<Vec<WhyRow>, StateError> {
        self.state.values(Tree::Why, &key(&[id.0.as_bytes(), b""]))
    }

    /// What is so of the desk itself.
    pub fn office(&self) -> Result<Office, StateError> {
        in_force::office(self.state)
    }

    /// Tickets whose unit's ports are to be tested (T5b).
    pub fn ports_wishes(&self) -> Result<Vec<Ticket>, StateError> {
        let ids: Vec<TicketId> = self.state.values(Tree::Index, &key(&[b"ports", b""]))?;
        let mut tickets = Vec::new();
        for id in ids {
            tickets.extend(self.ticket(&id)?);
        }
        Ok(tickets)
    }

    /// Timers whose time has come, the oldest first.
    pub fn due(&self, now: Timestamp, max: usize) -> Result<Vec<Timer>, StateError> {
        let timers = self.state.scan(Tree::Timers, b"", max)?;
        let timers: Vec<Timer> =
            timers.iter().map(|(_, value)| serde_json::from_slice(value)).collect::<Result<_, _>>()?;
        Ok(timers.into_iter().filter(|timer| timer.at <= now).collect())
    }

    pub fn timers(&self) -> Result<Vec<Timer>, StateError> {
        self.state.values(Tree::Timers, b"")
    }

    /// Timers of the desk as a whole that are due.
    pub fn desk_due(&self, now: Timestamp) -> Result<Vec<DeskTimer>, StateError> {
        Ok(office::all_due(&in_force::office(self.state)?, self.rules, now))
    }

    pub fn next_desk_due(&self, now: Timestamp) -> Result<Option<Timestamp>, StateError> {
        Ok(office::next_due(&in_force::office(self.state)?, self.rules, now))
    }

    pub fn next_due(&self) -> Result<Option<Timestamp>, StateError> {
        let first = self.state.scan(Tree::Timers, b"", 1)?;
        let first = first.first().map(|(_, value)| serde_json::from_slice::<Timer>(value)).transpose()?;
        Ok(first.map(|timer| timer.at))
    }

    /// Letters whose time has come, the longest waiting first.
    pub fn sendable(&self, now: Timestamp, max: usize) -> Result<Vec<OutboxRow>, StateError> {
        let mut rows = Vec::new();
        for (entry, value) in self.state.scan(Tree::Queue, b"", max)? {
            if entry.get(..8) > Some(instant(now).as_slice()) {
                break;
            }
            rows.extend(self.letter(serde_json::from_slice(&value)?)?);
        }
        Ok(rows)
    }

    /// When the next waiting letter is to be tried.
    pub fn next_sendable(&self) -> Result<Option<Timestamp>, StateError> {
        let first = self.state.scan(Tree::Queue, b"", 1)?;
        let Some((_, value)) = first.first() else { return Ok(None) };
        Ok(self.letter(serde_json::from_slice(value)?)?.map(|row| row.next_try))
    }

    pub fn letter(&self, no: u64) -> Result<Option<OutboxRow>, StateError> {
        self.state.get(Tree::Outbox, &number(no))
    }

    pub fn letters(&self) -> Result<Vec<OutboxRow>, StateError> {
        self.state.values(Tree::Outbox, b"")
    }

    /// Bytes of a pack: a letter, a redacted text, a sealed original.
    pub fn packed(&self, place: &PackPlace) -> Result<Vec<u8>, PackFault> {
        self.packs.read(place)
    }

    pub fn quarantine(&self) -> Result<Vec<QuarantineRow>, StateError> {
        self.state.values(Tree::Quarantine, b"")
    }

    /// Whether the mail with these bytes may be decided once more.
    pub fn pass(&self, sha256: &str) -> Result<Option<Pass>, StateError> {
        self.state.get(Tree::Index, &pass_key(sha256))
    }

    /// The held mail with these bytes.
    fn held_as(&self, sha256: &str) -> Result<Option<(u64, Held)>, StateError> {
        let Some(no) = self.state.get::<u64>(Tree::Index, &held_key(sha256))? else { return Ok(None) };
        let row = self.kept(no)?;
        Ok(row.and_then(|row| row.quarantined.held).map(|held| (no, held)))
    }

    /// The mail in quarantine that an answered notice was about.
    fn kept_of_notice(&self, answered: &[Answered]) -> Result<Option<Kept>, StateError> {
        for letter in answered.iter().map(|answered| &answered.letter).filter(|letter| letter.for_staff) {
            let Some(no) = self.state.get::<u64>(Tree::Index, &notice_key(letter.no))? else { continue };
            let Some(row) = self.kept(no)? else { continue };
            let is_open = row.state == KeptState::Open && row.decided_again.is_none();
            return Ok(Some(Kept { no, sha256: row.sha256, is_open }));
        }
        Ok(None)
    }

    /// Mails that staff accepted by mail, and that lie in the Quarantine folder yet.
    pub fn accepted(&self) -> Result<Vec<QuarantineRow>, StateError> {
        let numbers: Vec<u64> = self.state.values(Tree::Index, &key(&[b"accepted", b""]))?;
        let mut rows = Vec::new();
        for no in numbers {
            rows.extend(self.kept(no)?);
        }
        Ok(rows)
    }

    /// Mails that are decided again by themselves.
    pub fn held(&self) -> Result<Vec<QuarantineRow>, StateError> {
        let numbers: Vec<u64> = self.state.values(Tree::Index, &key(&[b"held", b""]))?;
        let mut rows = Vec::new();
        for no in numbers {
            rows.extend(self.kept(no)?);
        }
        Ok(rows)
    }

    pub fn kept(&self, no: u64) -> Result<Option<QuarantineRow>, StateError> {
        self.state.get(Tree::Quarantine, &number(no))
    }

    pub fn register(&self) -> Result<Register, StateError> {
        Ok(Register {
            companies: self.state.values(Tree::Register, &key(&[b"company", b""]))?,
            representatives: self.state.values(Tree::Register, &key(&[b"person", b""]))?,
            units: self.state.values(Tree::Register, &key(&[b"serial", b""]))?,
        })
    }

    pub fn floor(&self, source: &str, mailbox: &str, validity: u32) -> Result<Option<Floor>, StateError> {
        self.state.get(Tree::Meta, &floor_key(source, mailbox, validity))
    }

    /// Since when mail of this mailbox is ours, whatever its numbering. `None`:
    /// it was never looked into; `Some(None)`: all of it is ours.
    pub fn first_start(&self, source: &str, mailbox: &str) -> Result<Option<Option<Timestamp>>, StateError> {
        let stored = self.state.bytes(Tree::Meta, &first_start_key(source, mailbox))?;
        Ok(stored.map(|bytes| serde_json::from_slice(&bytes)).transpose()?)
    }

    /// What the ticket store was asked since the start (TD2: as much for a unit of
    /// somebody else as for one that does not exist).
    pub fn looks(&self) -> BTreeMap<Tree, Looks> {
        self.state.looks()
    }

    /// The rules in force.
    pub fn rules(&self) -> &Arc<Rules> {
        self.rules
    }

    pub fn head(&self) -> &Head {
        self.head
    }
}

fn known_ticket(found: &FoundTicket) -> Option<&Ticket> {
    match found {
        FoundTicket::ByReference(ticket) | FoundTicket::ByTag(ticket) => Some(ticket),
        FoundTicket::None => None,
    }
}
