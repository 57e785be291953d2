//! Events become what staff arranged about a ticket.

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
        _ => {}
    }
}
