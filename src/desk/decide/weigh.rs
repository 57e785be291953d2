//! A request goes through its gates: person, completeness, register, consent,
//! time. The same path for a new form, an answer and a correction.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::desk::decide::consent;
use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::gates::{self, UnitGate};
use crate::desk::decide::mail::Case;
use crate::desk::decide::schedule::{self, Asked, Slot};
use crate::desk::denial::Denial;
use crate::desk::form::FieldKey;
use crate::desk::known::Tally;
use crate::desk::phrase::Phrase;
use crate::desk::record::Why;
use crate::desk::register::{Representative, Unit};
use crate::desk::ticket::{ConsentChannel, Event, Scope, Status, Window};

/// Where the request stands after its gates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Missing {
        faults: BTreeMap<FieldKey, Phrase>,
        offers: Vec<Timestamp>,
    },
    /// Waits for a representative on file (UT-10); the reasons are for staff.
    RepCheck {
        because: Vec<String>,
    },
    Denied {
        denials: Vec<Denial>,
    },
    /// TD1: too much of this company's data did not agree today; a person looks.
    Held {
        because: String,
    },
    Scheduled {
        window: Window,
        minutes: u32,
    },
    Asap,
    /// UT-20: the wished time cannot be kept, others can.
    Offered {
        why: Phrase,
    },
    Outside {
        window: Window,
        why: Phrase,
        offers: Vec<Timestamp>,
    },
}

/// Lets `draft` go as far as its gates allow.
pub fn weigh(case: &Case<'_>, draft: &mut Draft, why: &mut Vec<Why>) -> Result<Verdict, NotNow> {
    let Some(row) = case.author.proven_representative() else {
        return unproven(draft, vec![who_is_not_proven(case)], why);
    };
    if !row.may_request() {
        let because = format!("{} is on file, but not as somebody who may request", row.address);
        return unproven(draft, vec![because], why);
    }
    let faults = gates::faults(&draft.ticket.form, case.rules);
    if !faults.is_empty() {
        why.push(Why::new("F-15", format!("{} fields are missing or unclear", faults.len())));
        draft.happen(Event::Incomplete { faults: faults.clone() })?;
        return Ok(Verdict::Missing { faults, offers: Vec::new() });
    }
    if draft.ticket.status != Status::Validating {
        draft.happen(Event::Completed { received: case.input.received })?;
    }
    let doubts = gates::contact_doubts(&draft.ticket.form, row, case.known, &case.rules.form);
    // Who confirmed by the letter's token stands for the contact (UT-11).
    if !doubts.is_empty() && !case.confirmed {
        return unproven(draft, doubts, why);
    }
    let by_staff = draft.ticket.hands.asks_first;
    if let Some(because) = too_many_tries(case, draft, row).filter(|_| !case.confirmed && !by_staff) {
        unproven(draft, vec![because.clone()], why)?;
        return Ok(Verdict::Held { because });
    }
    match gates::unit_gate_of(&draft.ticket, &row.company, case.known) {
        UnitGate::NotAsked => unproven(draft, vec!["the unit could not be looked up".to_owned()], why),
        UnitGate::Red { denials, unit_row, why: facts } => {
            why.extend(facts);
            let checked = gates::checked(row, unit_row, case.known);
            draft.happen(Event::Refused { denials: denials.clone(), reason: None, checked })?;
            Ok(Verdict::Denied { denials })
        }
        UnitGate::Green(unit) => matched(case, draft, row, unit, why),
    }
}

/// TD1: whoever tries often enough would spell out the register. Corrections of
/// one request have their own count (UT-13).
fn too_many_tries(case: &Case<'_>, draft: &Draft, row: &Representative) -> Option<String> {
    let counts = &case.rules.counts;
    let is_over = |what, of: &str, max| case.known.tallies.of(what, of) >= max;
    let serial = draft.ticket.serial();
    if draft.ticket.corrections == 0 && is_over(Tally::UnitTry, serial, counts.unit_tries_per_day_max) {
        let max = counts.unit_tries_per_day_max;
        return Some(format!("{max} requests for this unit in 24 hours did not agree with the register"));
    }
    let max = counts.data_tries_per_day_max;
    is_over(Tally::DataTry, &row.company, max)
        .then(|| format!("{max} requests of the company in 24 hours did not agree with the register"))
}

fn matched(
    case: &Case<'_>,
    draft: &mut Draft,
    row: &Representative,
    unit: &Unit,
    why: &mut Vec<Why>,
) -> Result<Verdict, NotNow> {
    why.push(match draft.ticket.hands.overrides.as_slice() {
        [] => Why::new("T3b", format!("serial, MAC and IP agree with the register, row {}", unit.row)),
        passed => {
            let codes: Vec<&str> = passed.iter().map(|denial| denial.code()).collect();
            Why::new("UT-14", format!("staff let {} pass; the rest agrees with row {}", codes.join(", "), unit.row))
        }
    });
    let checked = gates::checked(row, Some(unit.row), case.known);
    draft.happen(Event::Matched { company: row.company.clone(), checked })?;
    let asks_first = draft.ticket.hands.asks_first;
    if !case.author.consents() || asks_first {
        let because = if asks_first {
            "staff brought this request on its way; a representative confirms it".to_owned()
        } else if row.may_consent() {
            "the proof of the sender does not cover the whole request".to_owned()
        } else {
            format!("{} may request but not consent", row.address)
        };
        return unproven(draft, vec![because], why);
    }
    let customised = unit.is_customised();
    let hours = &case.rules.hours;
    let minutes = if customised { hours.window_minutes_customised } else { hours.window_minutes };
    // S-01: the clock starts when the last item arrived, and that is this mail.
    let world = case.world();
    let asked = Asked { world: &world, ticket: &draft.ticket, complete: case.input.received, minutes };
    match schedule::gate(&draft.ticket.form, &asked) {
        Slot::Regular(window) => {
            why.push(Why::new("UT-22", format!("start {} passes S-01 and S-02", window.start)));
            let scope = Scope::Window { start: window.start, end: window.end };
            draft.happen(consented(case, draft, row, scope))?;
            draft.happen(Event::Scheduled { window: window.clone(), by: row.address.clone() })?;
            Ok(Verdict::Scheduled { window, minutes })
        }
        Slot::Asap => {
            why.push(Why::new("S-04", "as soon as possible within business hours"));
            draft.happen(consented(case, draft, row, Scope::AnyBusinessHours))?;
            draft.happen(Event::Queued)?;
            Ok(Verdict::Asap)
        }
        Slot::Outside { window, why: fact, offers } => {
            why.push(Why::new("S-06", fact.to_string()));
            draft.happen(Event::OutsideHours { window: window.clone(), why: fact.to_string() })?;
            Ok(Verdict::Outside { window, why: fact, offers })
        }
        Slot::Other { rule, text, slots } => {
            why.push(Why::new(rule, text.to_string()));
            draft.happen(Event::Proposed { slots })?;
            Ok(Verdict::Offered { why: text })
        }
        Slot::Ask { field, rule, text, offers } => {
            why.push(Why::new(rule, text.to_string()));
            let faults = BTreeMap::from([(field, text)]);
            draft.happen(Event::Incomplete { faults: faults.clone() })?;
            Ok(Verdict::Missing { faults, offers })
        }
    }
}

/// The request itself is the consent (UT-22), with its scope (2.4).
fn consented(case: &Case<'_>, draft: &Draft, row: &Representative, scope: Scope) -> Event {
    let is_new = matches!(draft.events().first(), Some(Event::Opened { .. }));
    let channel = match (case.confirmed, is_new) {
        (true, _) => ConsentChannel::Token,
        (false, true) => ConsentChannel::Request,
        (false, false) => ConsentChannel::Reply,
    };
    Event::Consented { consent: Box::new(consent::recorded(case, &draft.ticket, row, channel, scope)) }
}

fn unproven(draft: &mut Draft, because: Vec<String>, why: &mut Vec<Why>) -> Result<Verdict, NotNow> {
    why.extend(because.iter().map(|reason| Why::new("T4a T4b", reason.clone())));
    if draft.ticket.status != Status::RepCheck {
        draft.happen(Event::Unproven { because: because.clone() })?;
    }
    Ok(Verdict::RepCheck { because })
}

fn who_is_not_proven(case: &Case<'_>) -> String {
    let address = case.input.mail.address().unwrap_or("the sender");
    match case.author.representative {
        Some(_) if case.author.shared && case.input.proof.is_pass() => {
            format!("many share the mail domain of {address}: it proves the provider, not the person")
        }
        Some(_) => format!("nobody vouches that {address} really wrote this"),
        None => format!("{address} is not a representative on file"),
    }
}
