//! A ticket while something happens to it: cloned to try, dropped to take back.

use jiff::Timestamp;

use crate::desk::decide::ready;
use crate::desk::record::TicketChange;
use crate::desk::rules::Rules;
use crate::desk::ticket::{Event, EventKind, Status, Ticket, TicketId, TicketKind, apply, next, why_not};
use crate::desk::timers::grace_ends;

/// The ticket as it would be after `events`.
#[derive(Debug, Clone)]
pub struct Draft {
    pub ticket: Ticket,
    events: Vec<Event>,
    now: Timestamp,
}

/// The life-cycle has no row for this event in this state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotNow {
    pub status: Status,
    pub event: &'static str,
    of: TicketKind,
    kind: EventKind,
}

impl NotNow {
    /// For staff: what the state means, and when it would be possible.
    pub fn why(&self) -> String {
        why_not(self.of, self.status, self.kind)
    }

    fn new(of: TicketKind, status: Status, event: &Event) -> NotNow {
        NotNow { status, event: event.into(), of, kind: event.into() }
    }
}

impl Draft {
    /// A new ticket, from its `Opened` event.
    pub fn open(id: &TicketId, event: Event, now: Timestamp) -> Result<Draft, NotNow> {
        match apply(None, id, &event, now) {
            Some(ticket) => Ok(Draft { ticket, events: vec![event], now }),
            None => Err(NotNow::new(TicketKind::Upgrade, Status::Received, &event)),
        }
    }

    pub fn of(ticket: &Ticket, now: Timestamp) -> Draft {
        Draft { ticket: ticket.clone(), events: Vec::new(), now }
    }

    /// Lets `event` happen if the life-cycle allows it now.
    pub fn happen(&mut self, event: Event) -> Result<(), NotNow> {
        let refused = NotNow::new(self.ticket.kind(), self.ticket.status, &event);
        if next(self.ticket.kind(), self.ticket.status, &event).is_none() {
            return Err(refused);
        }
        let id = self.ticket.id.clone();
        self.ticket = apply(Some(self.ticket.clone()), &id, &event, self.now).ok_or(refused)?;
        self.events.push(event);
        Ok(())
    }

    pub fn may(&self, event: &Event) -> bool {
        next(self.ticket.kind(), self.ticket.status, event).is_some()
    }

    /// UT-25: an agent has it, the pre-check is green, the window is near.
    /// UT-27: what blocked is cured in time.
    pub fn settle(&mut self, rules: &Rules) -> Result<(), NotNow> {
        let ticket = &self.ticket;
        let is_ready = match ticket.status {
            Status::Scheduled => ready::is_near(ticket, self.now) && ready::obstacles(ticket, rules).is_empty(),
            Status::Blocked => {
                let in_time = ticket.window.as_ref().is_some_and(|window| self.now <= grace_ends(window, rules));
                in_time && ready::in_the_way(ticket, rules, self.now).is_empty()
            }
            _ => false,
        };
        if is_ready { self.happen(Event::Readied) } else { Ok(()) }
    }

    /// What stands between this ticket and READY, in the agent's words.
    pub fn missing_for_ready(&self, rules: &Rules) -> Vec<String> {
        ready::obstacles(&self.ticket, rules).iter().map(ready::Obstacle::said).collect()
    }

    pub fn events(&self) -> &[Event] {
        &self.events
    }

    pub fn into_change(self) -> TicketChange {
        TicketChange { ticket: self.ticket.id, events: self.events }
    }
}
