//! The agreed windows of all tickets (S-08): what may lie beside what.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::desk::form::FieldKey;
use crate::desk::hours::Capacity;
use crate::desk::ticket::{Status, Ticket, TicketId, Window};

/// The window of a ticket in which somebody works, or will.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booking {
    pub ticket: TicketId,
    pub company: Option<String>,
    pub serial: String,
    pub start: Timestamp,
    pub end: Timestamp,
    pub agent: Option<String>,
}

/// Why a window cannot lie where it is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clash {
    /// As many agents as there are have work then.
    Agents,
    /// The ticket's agent has another unit then.
    Agent(TicketId),
    /// Another unit of the same company is worked on then, with its serial.
    Company(String),
}

impl Booking {
    /// What `ticket` takes up; `None`: nothing is agreed, or the work has ended.
    pub fn of(ticket: &Ticket) -> Option<Booking> {
        let agreed = match ticket.status {
            Status::Scheduled | Status::Ready | Status::Blocked => ticket.window_set_at.is_some(),
            Status::InProgress | Status::Verifying => true,
            _ => false,
        };
        let window = ticket.window.as_ref().filter(|_| agreed)?;
        Some(Booking { end: ticket.planned_end().unwrap_or(window.end), ..Booking::wanted(ticket, window) })
    }

    /// What `ticket` would take up with `window`.
    pub fn wanted(ticket: &Ticket, window: &Window) -> Booking {
        Booking {
            ticket: ticket.id.clone(),
            company: ticket.company.clone(),
            serial: ticket.form.fields.get(&FieldKey::UnitSerial).map(|slot| slot.written.clone()).unwrap_or_default(),
            start: window.start,
            end: window.end,
            agent: ticket.agent.clone(),
        }
    }

    /// The window with the pause behind it.
    fn until(&self, capacity: Capacity) -> Timestamp {
        let buffer = SignedDuration::from_mins(i64::from(capacity.buffer_minutes));
        self.end.checked_add(buffer).unwrap_or(Timestamp::MAX)
    }

    fn meets(&self, other: &Booking, capacity: Capacity) -> bool {
        self.start < other.until(capacity) && other.start < self.until(capacity)
    }

    /// Why this cannot be beside `others`; its own ticket does not count.
    pub fn clash<'a>(&self, others: impl IntoIterator<Item = &'a Booking>, capacity: Capacity) -> Option<Clash> {
        let is_other = |other: &&Booking| other.ticket != self.ticket && self.meets(other, capacity);
        let met: Vec<&Booking> = others.into_iter().filter(is_other).collect();
        let own = |other: &&Booking| self.agent.is_some() && other.agent == self.agent;
        if let Some(other) = met.iter().copied().find(own) {
            return Some(Clash::Agent(other.ticket.clone()));
        }
        let of_company: Vec<&Booking> =
            met.iter().copied().filter(|other| self.company.is_some() && other.company == self.company).collect();
        if let Some(full) = self.full(&of_company, capacity.units_of_a_company, capacity) {
            return Some(Clash::Company(full.serial.clone()));
        }
        self.full(&met, capacity.agents, capacity).map(|_| Clash::Agents)
    }

    /// One of `others`, when at some moment of this window `max` of them lie
    /// beside each other already.
    fn full<'a>(&self, others: &[&'a Booking], max: u32, capacity: Capacity) -> Option<&'a Booking> {
        // Most of them at once are met where one of them begins, or at our own start.
        let moments = others.iter().map(|other| other.start.max(self.start));
        let at_once =
            |at: Timestamp| others.iter().filter(|other| other.start <= at && at < other.until(capacity)).count();
        let is_full = moments.into_iter().any(|at| at_once(at) >= usize::try_from(max).unwrap_or(usize::MAX));
        others.first().copied().filter(|_| is_full)
    }
}
