//! Events become what staff arranged about a ticket.

use crate::desk::form::{FieldKey, Form};
use crate::desk::ticket::{Event, Ticket};

pub(super) fn change(ticket: &mut Ticket, event: &Event) {
    match event {
        Event::Assigned { agent, .. } => {
            ticket.agent = Some(agent.clone());
            ticket.hands.to = None;
        }
        Event::Released { .. } => {
            ticket.agent = None;
            ticket.hands.to = None;
        }
        // Whoever takes it ends the handing over.
        Event::Taken { .. } | Event::Acknowledged { .. } => ticket.hands.to = None,
        Event::HandedOver { to, .. } => ticket.hands.to = Some(to.clone()),
        Event::Copied { address, add, .. } => {
            ticket.hands.cc.retain(|known| known != address);
            if *add {
                ticket.hands.cc.push(address.clone());
            }
        }
        Event::Snoozed { until, .. } => ticket.hands.rests_until = Some(*until),
        Event::OverrideAsked { denial, by, .. } => ticket.hands.override_asked = Some((*denial, by.clone())),
        Event::Overridden { denial, .. } => {
            ticket.hands.override_asked = None;
            ticket.hands.overrides.extend(*denial);
            ticket.hands.asks_first = true;
        }
        Event::WrittenDown { .. } => ticket.hands.asks_first = true,
        Event::Confirmed { .. } => ticket.hands.asks_first = false,
        // Other data were never looked at by a person.
        Event::Answered { form, .. } if names_the_unit(form) => {
            ticket.hands.overrides.clear();
            ticket.hands.override_asked = None;
        }
        Event::Reopened { .. } if ticket.problem.is_none() => anew(ticket),
        _ => {}
    }
}

fn names_the_unit(form: &Form) -> bool {
    [FieldKey::UnitSerial, FieldKey::UnitMac, FieldKey::UnitIp].iter().any(|key| form.fields.contains_key(key))
}

/// A request that had ended begins once more: nothing that was agreed is left.
fn anew(ticket: &mut Ticket) {
    ticket.ending = None;
    ticket.window = None;
    ticket.window_set_at = None;
    ticket.precheck_ok = None;
    ticket.confirm_until = None;
    ticket.hands.asks_first = true;
}
