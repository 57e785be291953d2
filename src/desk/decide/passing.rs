//! `ticket why`: what was checked, in order, and what would have let it pass as
//! the register stands now. For staff on this machine: register values may be named.

use crate::desk::decide::gates::{UnitGate, unit_gate_of};
use crate::desk::decide::{notice, ready};
use crate::desk::denial::Denial;
use crate::desk::form::FieldKey;
use crate::desk::known::{Known, UnitKnown};
use crate::desk::letter::say::Light;
use crate::desk::register::Unit;
use crate::desk::rules::Rules;
use crate::desk::ticket::{Outcome, Status, Ticket};

/// The checks of a ticket in the order in which they are made.
pub fn checks(ticket: &Ticket, rules: &Rules, known: &Known) -> Vec<Light> {
    notice::lights_of(ticket, rules, known)
}

/// What stands in its way, or stood in it when it ended; a sentence each, with
/// what would let it pass. Nothing: it passed, or nothing is waited for.
pub fn lacking(ticket: &Ticket, rules: &Rules, known: &Known) -> Vec<String> {
    if ticket.problem.is_some() {
        return of_problem(ticket, rules, known);
    }
    let passed = ticket.started_at.is_some() || matches!(ticket.outcome, Some(Outcome::Success));
    if passed {
        return Vec::new();
    }
    let mut lacking = Vec::new();
    lacking.extend(person(ticket));
    lacking.extend(
        ticket
            .faults
            .iter()
            .map(|(key, fault)| format!("{}: {fault}; it passes when the customer sends it", rules.form.label(*key))),
    );
    lacking.extend(unit(ticket, known));
    if consent_is_next(ticket) {
        lacking.push("Consent: none is recorded; it passes when a representative who may consent says yes".to_owned());
    }
    if matches!(ticket.status, Status::Scheduled | Status::Ready | Status::Blocked) {
        lacking
            .extend(ready::obstacles(ticket, rules).iter().map(|obstacle| format!("Readiness: {}", obstacle.said())));
    }
    if ticket.status == Status::SpecialReview {
        lacking.push(
            "Time: outside our hours; it passes when a lead writes #special approve, or offers others".to_owned(),
        );
    }
    lacking
}

fn person(ticket: &Ticket) -> Option<String> {
    if ticket.unproven.is_empty() {
        return None;
    }
    Some(format!(
        "Person: {}; it passes when a representative on file confirms the request, or a lead writes #approve <reason>",
        ticket.unproven.join("; ")
    ))
}

/// Whether everything but a yes is there.
fn consent_is_next(ticket: &Ticket) -> bool {
    let open = ticket.unproven.is_empty() && ticket.faults.is_empty() && ticket.denials.is_empty();
    open && !ticket.status.is_final() && ticket.status.is_before_start() && ticket.consent().is_none()
}

fn unit(ticket: &Ticket, known: &Known) -> Vec<String> {
    let gate = ticket.company.as_deref().map(|company| unit_gate_of(ticket, company, known));
    if let Some(UnitGate::Green(unit)) = gate
        && !ticket.denials.is_empty()
        && ticket.denials.iter().all(|denial| !matches!(denial, Denial::Representative | Denial::Staff))
    {
        return vec![format!(
            "Unit: the register (row {}) agrees with the request by now; it passes when the customer answers the \
             denial or asks again",
            unit.row
        )];
    }
    ticket.denials.iter().map(|denial| denied(*denial, ticket, known)).collect()
}

fn denied(denial: Denial, ticket: &Ticket, known: &Known) -> String {
    let serial = ticket.serial();
    let mac = ticket.form.text(FieldKey::UnitMac).unwrap_or("nothing");
    let ip = ticket.form.ip().map_or("nothing".to_owned(), |ip| ip.to_string());
    let on_file = match known.units.get(serial) {
        Some(UnitKnown::Of(unit)) => Some(unit),
        Some(UnitKnown::Unregistered) | None => None,
    };
    let way = "it passes when the customer corrects it, or when the register is corrected";
    let text = match (denial, on_file) {
        (Denial::Mac, Some(unit)) => {
            format!("the request says MAC {mac}, the register (row {}) says {}; {way}", unit.row, unit.mac)
        }
        (Denial::Ip, Some(unit)) => {
            format!("the request says IP {ip}, the register (row {}) says {}; {way}", unit.row, addresses(unit))
        }
        (Denial::Row, Some(unit)) => format!(
            "serial, MAC and IP are of different units: the register (row {}) says MAC {} and IP {} \
             for serial {serial}, the request says {mac} and {ip}; {way}",
            unit.row,
            unit.mac,
            addresses(unit)
        ),
        (Denial::Serial, _) => match known.units_by_mac.get(mac) {
            Some(unit) => format!(
                "the request says serial {serial}, the register (row {}) says {} for this MAC and IP; {way}",
                unit.row, unit.serial
            ),
            None => format!("no unit has serial {serial}, MAC {mac} and IP {ip}; {way}"),
        },
        (Denial::Owner, Some(unit)) => format!(
            "serial {serial} is of company {} (row {}); it passes for a representative of that company, or when the \
             register says another",
            unit.company, unit.row
        ),
        (Denial::EndOfSupport, Some(unit)) => {
            format!("serial {serial} is retired (row {}); it passes when the register has it in service", unit.row)
        }
        (Denial::Representative, _) => format!(
            "{} is no authorised representative of the company; it passes when one of them asks, or when the register \
             names this person",
            ticket.requester.address
        ),
        (Denial::Staff, _) => "staff said no; it passes when they change their mind".to_owned(),
        (Denial::Mac | Denial::Ip | Denial::Row | Denial::Unknown | Denial::Owner | Denial::EndOfSupport, _) => {
            format!(
                "serial {serial} is not in the register; it passes when the customer corrects it, or when the register \
                 gets the unit"
            )
        }
    };
    format!("Unit, {}: {text}", denial.code())
}

fn addresses(unit: &Unit) -> String {
    unit.ips.iter().map(ToString::to_string).collect::<Vec<String>>().join(" or ")
}

/// A problem passes no gate: what is open is who has it and what it belongs to.
fn of_problem(ticket: &Ticket, rules: &Rules, known: &Known) -> Vec<String> {
    if ticket.status.is_final() || ticket.status == Status::Resolved {
        return Vec::new();
    }
    let open = |light: &Light| !light.green && matches!(light.name.as_str(), "Person" | "Upgrade" | "Unit" | "Agent");
    let sentence = |light: Light| {
        let way = match light.name.as_str() {
            "Agent" => "; it is settled when somebody writes #ack",
            "Person" => "; what it asks is checked with somebody on file first",
            _ => "",
        };
        format!("{}: {}{way}", light.name, light.text)
    };
    checks(ticket, rules, known).into_iter().filter(open).map(sentence).collect()
}
