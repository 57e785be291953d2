//! A ticket while something happens to it: cloned to try, dropped to take back.

use jiff::{SignedDuration, Timestamp};

use crate::desk::record::TicketChange;
use crate::desk::rules::{Precheck, Rules};
use crate::desk::ticket::{Event, Status, Ticket, TicketId, apply, next};

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
}

/// How long before its window a scheduled ticket becomes ready (UT-25).
const READY_BEFORE: SignedDuration = SignedDuration::from_hours(2);

impl Draft {
    /// A new ticket, from its `Opened` event.
    pub fn open(id: &TicketId, event: Event, now: Timestamp) -> Result<Draft, NotNow> {
        let name = (&event).into();
        match apply(None, id, &event, now) {
            Some(ticket) => Ok(Draft { ticket, events: vec![event], now }),
            None => Err(NotNow { status: Status::Received, event: name }),
        }
    }

    pub fn of(ticket: &Ticket, now: Timestamp) -> Draft {
        Draft { ticket: ticket.clone(), events: Vec::new(), now }
    }

    /// Lets `event` happen if the life-cycle allows it now.
    pub fn happen(&mut self, event: Event) -> Result<(), NotNow> {
        let refused = NotNow { status: self.ticket.status, event: (&event).into() };
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
    pub fn settle(&mut self, rules: &Rules) -> Result<(), NotNow> {
        let scheduled = self.ticket.status == Status::Scheduled;
        if scheduled && self.is_near() && self.missing_for_ready(rules).is_empty() {
            self.happen(Event::Readied)?;
        }
        Ok(())
    }

    /// What stands between this ticket and READY, in the agent's words.
    pub fn missing_for_ready(&self, rules: &Rules) -> Vec<String> {
        let mut missing = Vec::new();
        if self.ticket.agent.is_none() {
            missing.push("no agent has taken it (#take)".to_owned());
        }
        if rules.desk.precheck == Precheck::ByAgent && self.ticket.precheck_ok != Some(true) {
            missing.push("ports 22, 80 and 8081 have not been checked (#precheck ok)".to_owned());
        }
        if self.ticket.secret.is_none() {
            missing.push("there is no manager password".to_owned());
        }
        missing
    }

    fn is_near(&self) -> bool {
        let Some(window) = &self.ticket.window else { return false };
        let near = window.start.checked_sub(READY_BEFORE).unwrap_or(Timestamp::MIN);
        self.now >= near
    }

    pub fn events(&self) -> &[Event] {
        &self.events
    }

    pub fn into_change(self) -> TicketChange {
        TicketChange { ticket: self.ticket.id, events: self.events }
    }
}
