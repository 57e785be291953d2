//! Events become what tells of readiness and of the work.

use jiff::Timestamp;

use crate::desk::form::{FieldKey, Form, Value};
use crate::desk::ports::Wish;
use crate::desk::ticket::{Event, NoteKind, Status, Ticket};

pub(super) fn change(ticket: &mut Ticket, before: Status, event: &Event, at: Timestamp) {
    match event {
        Event::Opened { form, attempt, .. } => {
            ticket.work.password_tested_at = tested(form).then_some(at);
            ticket.work.attempt = attempt.clone();
        }
        Event::Answered { form, .. } => answered(ticket, form, at),
        Event::SecretKept { .. } => ticket.work.password_wrong = false,
        Event::Prechecked { .. } | Event::PortsAsked { .. } => ports(ticket, event, at),
        Event::PortsFound { .. } | Event::PortsUntested { .. } => ports(ticket, event, at),
        Event::PasswordFailed { .. } => {
            ticket.work.password_wrong = true;
            ticket.work.password_tries = ticket.work.password_tries.saturating_add(1);
        }
        Event::HoldAsked { by } => ticket.work.held_by = Some(by.clone()),
        Event::HoldEnded { .. } => {
            ticket.work.held_by = None;
            ticket.declined = None;
        }
        Event::Readied => ticket.work.cured_at = (before == Status::Blocked).then_some(at),
        Event::Scheduled { .. } | Event::SlotFound { .. } => anew(ticket),
        Event::NotStarted { cause, slots, .. } => {
            ticket.work.not_started = Some(*cause);
            ticket.work.slots = slots.clone();
        }
        Event::OfferedAgain => offered_again(ticket),
        Event::AskedAgain => {
            let first = ticket.work.asked_again.map_or(at, |(first, _)| first);
            ticket.work.asked_again = Some((first, at));
        }
        Event::Consented { .. } => ticket.work.asked_again = None,
        _ => during(ticket, event, at),
    }
    // A test is made for a time that is to come: what it finds later is told to nobody.
    if !matches!(ticket.status, Status::Scheduled | Status::QueuedAsap | Status::Ready | Status::Blocked) {
        ticket.work.ports_wish = None;
    }
}

/// T5b.
fn ports(ticket: &mut Ticket, event: &Event, at: Timestamp) {
    let work = &mut ticket.work;
    match event {
        Event::Prechecked { closed_ports, .. } => {
            if !closed_ports.is_empty() && work.closed_ports != *closed_ports {
                work.ports_told_at = Some(at);
            }
            ticket.precheck_ok = Some(closed_ports.is_empty());
            work.closed_ports = closed_ports.clone();
            work.ports_tested_at = Some(at);
            work.ports_found = None;
        }
        Event::PortsAsked { address, by, again, .. } => {
            work.ports_wish = Some(Wish { asked: at, address: *address, by: by.clone(), again: *again });
            work.ports_asked_at = Some(at);
        }
        Event::PortsFound { found, told, .. } => {
            ticket.precheck_ok = Some(found.closed().is_empty());
            work.ports_wish = None;
            work.closed_ports = found.closed();
            work.ports_tested_at = Some(found.tested);
            work.ports_told_at = if *told { Some(at) } else { work.ports_told_at };
            work.ports_found = Some(found.clone());
        }
        _ => work.ports_wish = None,
    }
}

/// From the start of the work to its end.
fn during(ticket: &mut Ticket, event: &Event, at: Timestamp) {
    match event {
        Event::Started { .. } => {
            ticket.work.rolling_back = false;
            ticket.work.service = None;
        }
        Event::StopAsked { .. } => drop(ticket.work.stop_asked_at.get_or_insert(at)),
        Event::RollbackBegun { .. } => {
            ticket.work.stop_asked_at = None;
            ticket.work.rolling_back = true;
        }
        Event::WentOn { .. } => ticket.work.stop_asked_at = None,
        Event::Applied { .. } | Event::Stopped { .. } => ticket.work.test_asked_at = None,
        Event::Finished { service, .. } => {
            ticket.work.stop_asked_at = None;
            ticket.work.service = Some(*service);
        }
        Event::Noted { kind: NoteKind::Reply, .. } if ticket.status == Status::Verifying => {
            ticket.work.test_asked_at = Some(at);
        }
        Event::Noted { kind: NoteKind::Customer, .. } => ticket.work.test_asked_at = None,
        _ => {}
    }
}

fn tested(form: &Form) -> bool {
    matches!(form.value(FieldKey::PasswordTested), Some(Value::YesNo(true)))
}

/// A new password makes the statement about the old one worthless.
fn answered(ticket: &mut Ticket, form: &Form, at: Timestamp) {
    if tested(form) {
        ticket.work.password_tested_at = Some(at);
    } else if form.fields.contains_key(&FieldKey::ManagerPassword) {
        ticket.work.password_tested_at = None;
    }
}

/// Another window: what failed before the old one is tested once more.
fn anew(ticket: &mut Ticket) {
    if !ticket.work.closed_ports.is_empty() {
        ticket.precheck_ok = None;
    }
    ticket.work.closed_ports.clear();
    ticket.work.ports_wish = None;
    ticket.work.held_by = None;
    ticket.work.cured_at = None;
    ticket.work.password_tries = 0;
    if ticket.work.not_started.take().is_some() {
        ticket.outcome = None;
        ticket.ended_at = None;
    }
}

fn offered_again(ticket: &mut Ticket) {
    ticket.offers = std::mem::take(&mut ticket.work.slots);
    ticket.work.held_by = None;
    ticket.work.closed_ports.clear();
    ticket.precheck_ok = None;
}
