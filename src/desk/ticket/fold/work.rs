//! Events become what tells of readiness and of the work.

use jiff::Timestamp;

use crate::desk::form::{FieldKey, Form, Value};
use crate::desk::ticket::{Event, Ticket};

pub(super) fn change(ticket: &mut Ticket, event: &Event, at: Timestamp) {
    match event {
        Event::Opened { form, .. } => ticket.work.password_tested_at = tested(form).then_some(at),
        Event::Answered { form, .. } => answered(ticket, form, at),
        Event::SecretKept { .. } => ticket.work.password_wrong = false,
        Event::Prechecked { closed_ports, .. } => {
            ticket.work.closed_ports = closed_ports.clone();
            ticket.work.ports_tested_at = Some(at);
        }
        Event::PasswordFailed { .. } => {
            ticket.work.password_wrong = true;
            ticket.work.password_tries = ticket.work.password_tries.saturating_add(1);
        }
        Event::HoldAsked { by } => ticket.work.held_by = Some(by.clone()),
        Event::HoldEnded { .. } => {
            ticket.work.held_by = None;
            ticket.declined = None;
        }
        Event::Blocked { .. } => ticket.work.blocked = true,
        Event::Readied => ticket.work.cured_at = std::mem::take(&mut ticket.work.blocked).then_some(at),
        Event::Scheduled { .. } | Event::SlotFound { .. } => anew(ticket),
        Event::NotStarted { cause, slots, .. } => {
            ticket.work.not_started = Some(*cause);
            ticket.work.slots = slots.clone();
        }
        Event::OfferedAgain => offered_again(ticket),
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
    ticket.work.held_by = None;
    ticket.work.blocked = false;
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
