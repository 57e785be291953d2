//! The entries of one unit become its form: one slot a field.

use crate::desk::form::gather::Entry;
use crate::desk::form::label::Label;
use crate::desk::form::value::Kinds;
use crate::desk::form::{Fault, FieldKey, Form, Slot, Value};
use crate::desk::moment::shown;
use crate::desk::phrase::Part;
use crate::phrase;

/// What a slot of the password says it holds.
pub(super) const SEALED: &str = "[sealed]";

/// Everything but the time, which `time.rs` puts together.
pub(super) fn fill(entries: &[Entry], rest: &[String], kinds: &Kinds<'_>) -> Form {
    let mut form = Form { rest: rest.to_vec(), ..Form::default() };
    for entry in entries {
        if let Label::Field(key) = entry.label
            && !matches!(key, FieldKey::UpgradeTime | FieldKey::TimeZone)
        {
            form.fields.insert(key, slot(key, entries, kinds));
        }
    }
    form
}

/// The last value wins, own before quoted. Where one hand wrote two that differ,
/// nobody can tell which is meant, and what opens a gate is asked about.
fn slot(key: FieldKey, entries: &[Entry], kinds: &Kinds<'_>) -> Slot {
    let of_key = || entries.iter().filter(|entry| entry.label == Label::Field(key));
    let own = of_key().any(|entry| entry.own);
    let values: Vec<&Entry> = of_key().filter(|entry| entry.own == own).collect();
    let reads: Vec<Result<Value, Fault>> = values.iter().map(|entry| kinds.read(key, &entry.written)).collect();
    let written = values.last().map_or("", |entry| entry.written.as_str());
    let mut read =
        reads.last().cloned().unwrap_or_else(|| Err(Fault::new("missing", phrase!("missing", "this is missing"))));
    let gate = matches!(
        key,
        FieldKey::UnitSerial | FieldKey::UnitMac | FieldKey::UnitIp | FieldKey::ManagerPassword | FieldKey::AdminEmail
    );
    if gate && reads.iter().any(|other| *other != read) {
        let faulty = reads.iter().find(|read| read.is_err()).cloned();
        read = faulty.unwrap_or_else(|| Err(two_values(key, &values)));
    }
    let written = if key == FieldKey::ManagerPassword { SEALED } else { written.trim() };
    Slot { written: written.to_owned(), read }
}

fn two_values(key: FieldKey, values: &[&Entry]) -> Fault {
    if key == FieldKey::ManagerPassword {
        return Fault::new("two_values", phrase!("two_passwords", "two different passwords were found; expected one"));
    }
    let mut shown_values: Vec<String> = values.iter().map(|entry| format!("\"{}\"", shown(&entry.written))).collect();
    shown_values.dedup();
    let found = Part::AllOf { all_of: shown_values.into_iter().map(Part::Text).collect() };
    let text = phrase!("two_values", "values that differ were found: {found}; expected one", found = found);
    Fault::new("two_values", text)
}

/// Where the two parts of a mail differ in what opens a gate, we ask.
pub(super) fn compare_parts(chosen: &mut Form, other: &Form) {
    for key in [FieldKey::UnitSerial, FieldKey::UnitMac, FieldKey::UnitIp] {
        let (Some(ours), Some(theirs)) = (chosen.value(key), other.value(key)) else { continue };
        if ours == theirs {
            continue;
        }
        let written = |form: &Form| form.fields.get(&key).map_or(String::new(), |slot| shown(&slot.written));
        let text = phrase!(
            "two_parts",
            "the plain and the formatted part of the mail differ: \"{one}\" and \"{other}\"; expected one value",
            one = written(chosen),
            other = written(other)
        );
        if let Some(slot) = chosen.fields.get_mut(&key) {
            slot.read = Err(Fault::new("two_values", text));
        }
    }
}
