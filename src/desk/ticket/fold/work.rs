//! Events become what tells of readiness and of the work.

use jiff::Timestamp;

use crate::desk::form::{FieldKey, Form, Value};
use crate::desk::ticket::{Event, NoteKind, Status, Ticket};

pub(super) fn change(ticket: &mut Ticket, before: Status, event: &Event, at: Timestamp) {
    match event {
        Event::Opened { form, attempt, .. } => {
            ticket.work.password_tested_at = tested(form).then_some(at);
            ticket.work.attempt = attempt.clone();
        }
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
