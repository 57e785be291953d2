//! The gates of T3 and T4: does the request agree with the register, and with
//! itself? Looks at values only; faults are spoken last.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::desk::decide::Why;
use crate::desk::denial::Denial;
use crate::desk::form::value::company_name;
use crate::desk::form::{FieldKey, Form, Spec, Value};
use crate::desk::known::{Known, UnitKnown};
use crate::desk::letter::times::point;
use crate::desk::phrase::{Part, Phrase};
use crate::desk::register::{Company, Representative, Unit};
use crate::desk::ticket::{Checked, Ticket};
use crate::desk::{form::Slot, rules::Rules};
use crate::phrase;

/// What the unit gate found.
#[derive(Debug, Clone)]
pub enum UnitGate<'a> {
    Green(&'a Unit),
    Red {
        denials: Vec<Denial>,
        unit_row: Option<u64>,
        why: Vec<Why>,
    },
    /// The serial was never looked up: nothing may follow from that.
    NotAsked,
}

/// F-15: everything that is missing or unclear, by field, in the reader's words.
pub fn faults(form: &Form, rules: &Rules) -> BTreeMap<FieldKey, Phrase> {
    let mut faults = BTreeMap::new();
    for rule in &rules.form.fields {
        match form.fields.get(&rule.key).map(|slot| &slot.read) {
            Some(Err(fault)) => drop(faults.insert(rule.key, fault.text.clone())),
            Some(Ok(_)) => {}
            None if rule.required && !is_spared(rule.key, form) => {
                drop(faults.insert(rule.key, phrase!("missing", "this is missing")));
            }
            None => {}
        }
    }
    faults
}

/// ASAP stands in for a time and its zone, and a time that was read carries
/// its zone; only a time in need of one has the zone asked for.
fn is_spared(key: FieldKey, form: &Form) -> bool {
    match key {
        FieldKey::UpgradeTime => form.wants_asap(),
        FieldKey::TimeZone => true,
        FieldKey::Asap => true,
        _ => false,
    }
}

/// The same for a ticket: what staff let pass for these very data is no denial
/// any more (UT-14). A unit that is not the company's stays one.
pub fn unit_gate_of<'a>(ticket: &Ticket, company: &str, known: &'a Known) -> UnitGate<'a> {
    let gate = unit_gate(&ticket.form, company, known);
    let UnitGate::Red { denials, unit_row, why } = gate else { return gate };
    let left: Vec<Denial> = denials.into_iter().filter(|denial| !ticket.hands.overrides.contains(denial)).collect();
    let unit = ticket.form.text(FieldKey::UnitSerial).and_then(|serial| known.units.get(serial));
    match unit {
        Some(UnitKnown::Of(unit)) if left.is_empty() && unit.company == company => UnitGate::Green(unit),
        _ if left.is_empty() => UnitGate::Red { denials: vec![Denial::Unknown], unit_row, why },
        _ => UnitGate::Red { denials: left, unit_row, why },
    }
}

/// T3b, T3d: all three identifiers against the same row of the sender's company.
fn unit_gate<'a>(form: &Form, company: &str, known: &'a Known) -> UnitGate<'a> {
    let Some(serial) = form.text(FieldKey::UnitSerial) else { return UnitGate::NotAsked };
    match known.units.get(serial) {
        None => UnitGate::NotAsked,
        Some(UnitKnown::Unregistered) => unregistered(form, serial, company, known),
        Some(UnitKnown::Of(unit)) if unit.company != company => {
            red(Denial::Owner, Some(unit.row), format!("unit_serial {serial} belongs to another company"))
        }
        Some(UnitKnown::Of(unit)) if unit.retired => {
            red(Denial::EndOfSupport, Some(unit.row), format!("unit_serial {serial} is retired"))
        }
        Some(UnitKnown::Of(unit)) => own_unit(form, unit, company, known),
    }
}

fn own_unit<'a>(form: &Form, unit: &'a Unit, company: &str, known: &'a Known) -> UnitGate<'a> {
    let mut denials = Vec::new();
    let mut why = Vec::new();
    let mac = form.text(FieldKey::UnitMac).unwrap_or("");
    if mac != unit.mac {
        let other = known.units_by_mac.get(mac).filter(|other| other.company == company);
        denials.push(if other.is_some() { Denial::Row } else { Denial::Mac });
        why.push(Why::new("T3b", format!("unit_mac {mac} differs from the register, row {}", unit.row)));
    }
    let ip = form.ip();
    if !ip.is_some_and(|ip| unit.ips.contains(&ip)) {
        let other = ip.and_then(|ip| known.units_by_ip.get(&ip)).filter(|other| other.company == company);
        denials.push(if other.is_some() { Denial::Row } else { Denial::Ip });
        let written = ip.map_or("(none)".to_owned(), |ip| ip.to_string());
        why.push(Why::new("T3b", format!("unit_ip {written} differs from the register, row {}", unit.row)));
    }
    if denials.is_empty() {
        return UnitGate::Green(unit);
    }
    denials.dedup();
    UnitGate::Red { denials, unit_row: Some(unit.row), why }
}

/// The serial is nobody's; MAC and IP may still show which own unit is meant.
fn unregistered<'a>(form: &Form, serial: &str, company: &str, known: &'a Known) -> UnitGate<'a> {
    let by_mac = form.text(FieldKey::UnitMac).and_then(|mac| known.units_by_mac.get(mac));
    let by_ip = form.ip().and_then(|ip| known.units_by_ip.get(&ip));
    match (by_mac, by_ip) {
        (Some(one), Some(other)) if one.serial == other.serial && one.company == company && !one.retired => red(
            Denial::Serial,
            Some(one.row),
            format!("unit_serial {serial} differs from the register, row {}", one.row),
        ),
        _ => red(Denial::Unknown, None, format!("unit_serial {serial} is not in the register")),
    }
}

fn red<'a>(denial: Denial, unit_row: Option<u64>, fact: String) -> UnitGate<'a> {
    let rule = if matches!(denial, Denial::Serial) { "T3b" } else { "T3d" };
    UnitGate::Red { denials: vec![denial], unit_row, why: vec![Why::new(rule, fact)] }
}

/// T4a: company, e-mail and phone against the account, each by itself; what
/// does not agree is named for staff.
pub fn contact_doubts(form: &Form, row: &Representative, known: &Known, spec: &Spec) -> Vec<String> {
    let mut doubts = Vec::new();
    let company = known.companies.get(&row.company);
    if let Some(written) = form.text(FieldKey::CompanyName)
        && !company.is_some_and(|company| is_company(written, company, spec))
    {
        doubts.push(format!("company name \"{written}\" is not the one on file"));
    }
    if let Some(written) = form.text(FieldKey::AdminPhone) {
        let on_file =
            contacts(known, &row.company).any(|contact| contact.phones.iter().any(|phone| same_phone(phone, written)));
        if !on_file {
            doubts.push(format!("phone {written} is not on file for the company"));
        }
    }
    if let Some(written) = form.text(FieldKey::AdminEmail)
        && feedback_contact(form, known, &row.company).is_none()
    {
        doubts.push(format!("e-mail {written} is not on file for the company"));
    }
    doubts
}

/// F-03: the contact on file that the official feedback goes to.
pub fn feedback_contact<'a>(form: &Form, known: &'a Known, company: &str) -> Option<&'a Representative> {
    let written = form.text(FieldKey::AdminEmail)?;
    contacts(known, company).find(|contact| contact.address.eq_ignore_ascii_case(written))
}

fn contacts<'a>(known: &'a Known, company: &str) -> impl Iterator<Item = &'a Representative> {
    known.representatives.iter().filter(move |row| row.company == company && !row.retired)
}

/// F-02: by normalised name and legal form.
fn is_company(written: &str, company: &Company, spec: &Spec) -> bool {
    let written = company_name(written, spec);
    let mut names = std::iter::once(&company.name).chain(&company.aliases);
    names.any(|name| company_name(name, spec).may_be(&written))
}

/// The register's phone and the form's, both as digits.
fn same_phone(one: &str, other: &str) -> bool {
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    !digits(one).is_empty() && digits(one) == digits(other)
}

/// The row versions a decision stands on (decisions 19).
pub fn checked(row: &Representative, unit_row: Option<u64>, known: &Known) -> Checked {
    Checked {
        unit_row,
        representative_row: Some(row.row),
        company_row: known.companies.get(&row.company).map(|company| company.row),
    }
}

/// The fields as understood, for letters: which, and its value.
pub fn understood(form: &Form, spec: &Spec) -> Vec<(FieldKey, Part)> {
    let shown = |slot: &Slot| slot.read.as_ref().ok().map(show);
    spec.fields.iter().filter_map(|rule| Some((rule.key, shown(form.fields.get(&rule.key)?)?))).collect()
}

fn show(value: &Value) -> Part {
    match value {
        Value::Text(text) | Value::Address(text) | Value::Phone(text) => text.as_str().into(),
        Value::Serial(text) | Value::Mac(text) | Value::Zone(text) => text.as_str().into(),
        Value::Ip(ip) => ip.to_string().into(),
        Value::Sealed(_) => phrase!("value_received", "received").into(),
        Value::YesNo(true) => phrase!("value_yes", "yes").into(),
        Value::YesNo(false) => phrase!("value_no", "no").into(),
        Value::Time(when) => at(when.first().at, &when.first().zone),
    }
}

/// A moment for a sentence.
pub fn at(at: Timestamp, zone: &str) -> Part {
    Part::At { at, zone: zone.to_owned(), said: point(at, zone) }
}
