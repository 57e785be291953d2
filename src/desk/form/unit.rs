//! Several units in one mail (F-17): whose lines are whose.

use std::collections::{BTreeMap, BTreeSet};

use crate::desk::form::FieldKey;
use crate::desk::form::Value;
use crate::desk::form::gather::Entry;
use crate::desk::form::label::{Label, compare_form};
use crate::desk::form::value::Kinds;

/// What belongs to one unit alone, never to its neighbour.
fn is_gate(label: Label) -> bool {
    matches!(label, Label::Field(FieldKey::UnitSerial | FieldKey::UnitMac | FieldKey::UnitIp))
}

/// What may differ from unit to unit.
fn is_of_unit(label: Label) -> bool {
    match label {
        Label::Part(_) => true,
        Label::Field(key) => match key {
            FieldKey::UnitSerial | FieldKey::UnitVersion | FieldKey::UnitMac | FieldKey::UnitIp => true,
            FieldKey::ManagerPassword | FieldKey::PasswordTested => true,
            FieldKey::UpgradeTime | FieldKey::TimeZone | FieldKey::Asap => true,
            FieldKey::AdminName | FieldKey::CompanyName | FieldKey::AdminEmail | FieldKey::AdminPhone => false,
            FieldKey::Subscribe => false,
        },
    }
}

/// The entries of each unit, shared ones repeated, quoted ones first. One
/// list when the mail is about one unit. What one of them leaves `empty` is not
/// everyone's because another one says it.
pub(super) fn split(entries: &[Entry], empty: &[Label], kinds: &Kinds<'_>) -> Vec<Vec<Entry>> {
    let layer = |own: bool| entries.iter().filter(move |entry| entry.own == own).cloned().collect::<Vec<_>>();
    let (quoted, own) = (layer(false), layer(true));
    let (quoted_units, own_units) = (units(&quoted, empty, kinds), units(&own, empty, kinds));
    match (quoted_units.len(), own_units.len()) {
        (0 | 1, 0 | 1) => vec![quoted.into_iter().chain(own).collect()],
        (0 | 1, _) => {
            // Written anew; of the quoted lines only what all units share.
            let shared: Vec<Entry> = quoted.into_iter().filter(|entry| !is_of_unit(entry.label)).collect();
            own_units.into_iter().map(|unit| shared.iter().cloned().chain(unit).collect()).collect()
        }
        (_, 0 | 1) => corrected(quoted_units, &own, kinds),
        (_, _) => own_units,
    }
}

/// Own lines behind a quoted form about several units: those of a named unit are
/// its own, what units share is everyone's.
fn corrected(mut units: Vec<Vec<Entry>>, own: &[Entry], kinds: &Kinds<'_>) -> Vec<Vec<Entry>> {
    let named = own.iter().find_map(|entry| serial(entry, kinds));
    let mut known = false;
    for unit in &mut units {
        let ours = named.is_some() && unit.iter().find_map(|entry| serial(entry, kinds)) == named;
        known |= ours;
        let taken = own.iter().filter(|entry| ours || (named.is_none() && !is_gate(entry.label)));
        unit.extend(taken.cloned());
    }
    if named.is_some() && !known {
        units.push(own.to_vec());
    }
    units
}

/// The units of one layer.
fn units(entries: &[Entry], empty: &[Label], kinds: &Kinds<'_>) -> Vec<Vec<Entry>> {
    let blocks =
        if entries.iter().any(|entry| entry.unit.is_some()) { by_head(entries) } else { by_repetition(entries, kinds) };
    if blocks.len() < 2 { blocks } else { with_shared(blocks, entries, empty) }
}

/// "Unit 1", "Unit 2": by number. A head without anything of its own is none.
fn by_head(entries: &[Entry]) -> Vec<Vec<Entry>> {
    let mut blocks: BTreeMap<u32, Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        if let Some(unit) = entry.unit {
            blocks.entry(unit).or_default().push(entry.clone());
        }
    }
    blocks.retain(|_, block| block.iter().any(|entry| is_gate(entry.label)));
    blocks.into_values().collect()
}

/// Blocks without heads: each begins with the field with which the first begins.
fn by_repetition(entries: &[Entry], kinds: &Kinds<'_>) -> Vec<Vec<Entry>> {
    let serials: BTreeSet<String> = entries.iter().filter_map(|entry| serial(entry, kinds)).collect();
    let first = entries.iter().find(|entry| is_gate(entry.label)).map(|entry| entry.label);
    let serial_label = Label::Field(FieldKey::UnitSerial);
    let (true, Some(first)) = (serials.len() > 1, first) else { return vec![entries.to_vec()] };
    let blocks = cut(entries, first);
    let whole = |block: &Vec<Entry>| block.iter().filter(|entry| entry.label == serial_label).count() == 1;
    if blocks.iter().all(whole) { blocks } else { cut(entries, serial_label) }
}

/// A new block with each entry of `label`; what comes before the first is shared.
fn cut(entries: &[Entry], label: Label) -> Vec<Vec<Entry>> {
    let mut blocks: Vec<Vec<Entry>> = Vec::new();
    for entry in entries {
        if entry.label == label {
            blocks.push(Vec::new());
        }
        if let Some(block) = blocks.last_mut() {
            block.push(entry.clone());
        }
    }
    blocks
}

/// Each block with what all units share: the contact, and whatever the whole mail
/// says once ("same password for all" is one line).
fn with_shared(blocks: Vec<Vec<Entry>>, entries: &[Entry], empty: &[Label]) -> Vec<Vec<Entry>> {
    let once =
        |label: Label| entries.iter().filter(|entry| entry.label == label).count() == 1 && !empty.contains(&label);
    let shared: Vec<&Entry> = entries
        .iter()
        .filter(|entry| !is_of_unit(entry.label) || (!is_gate(entry.label) && once(entry.label)))
        .collect();
    let with = |block: Vec<Entry>| {
        let own: Vec<Entry> = block.into_iter().filter(|entry| !shared.contains(&entry)).collect();
        shared.iter().map(|entry| (*entry).clone()).chain(own).collect()
    };
    blocks.into_iter().map(with).collect()
}

/// How the serial number of an entry compares; `None` when it is another field.
fn serial(entry: &Entry, kinds: &Kinds<'_>) -> Option<String> {
    if entry.label != Label::Field(FieldKey::UnitSerial) {
        return None;
    }
    match kinds.read(FieldKey::UnitSerial, &entry.written) {
        Ok(Value::Serial(serial)) => Some(serial),
        Ok(_) | Err(_) => Some(compare_form(entry.written.trim())),
    }
}
