//! Mails to forms: which lines count, which labels stand in them, which unit
//! they belong to (F-15 to F-17).

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::desk::form::label::{Ending, Label, Labels};
use crate::desk::form::value::{self, Context};
use crate::desk::form::{Fault, FieldKey, Form, Slot, Spec, TimePart, Value};
use crate::desk::mail::Mail;
use crate::desk::moment::Zones;

/// Fields that belong to one unit; all others are shared between several.
const OF_A_UNIT: [FieldKey; 4] = [FieldKey::UnitSerial, FieldKey::UnitVersion, FieldKey::UnitMac, FieldKey::UnitIp];
/// Fields that gates stand on: two different values for one are never chosen between.
const GATES: [FieldKey; 3] = [FieldKey::UnitSerial, FieldKey::UnitMac, FieldKey::UnitIp];
/// Units that are read from one mail.
const UNITS_MAX: usize = 50;
/// Lines that are kept as remarks.
const REST_MAX: usize = 50;

/// The forms in a mail; none when it has fewer labels than make a form.
pub fn read(mail: &Mail, spec: &Spec, zones: &Zones, desk_zone: &str, received: Timestamp) -> Vec<Form> {
    read_at_least(mail, spec, zones, desk_zone, received, spec.labels_min)
}

/// The values in a reply: one labelled line is enough, and ASAP needs none.
pub fn read_reply(mail: &Mail, spec: &Spec, zones: &Zones, desk_zone: &str, received: Timestamp) -> Option<Form> {
    let mut forms = read_at_least(mail, spec, zones, desk_zone, received, 1).into_iter();
    if let Some(form) = forms.next() {
        return Some(form);
    }
    let asap = mail.own_text.lines().find(|line| is_asap(line, spec))?;
    let slot = Slot { written: asap.trim().to_owned(), read: Ok(Value::YesNo(true)) };
    Some(Form { fields: BTreeMap::from([(FieldKey::Asap, slot)]), rest: Vec::new() })
}

fn is_asap(line: &str, spec: &Spec) -> bool {
    let plain = line.trim().trim_end_matches(['.', '!']).to_lowercase();
    spec.asap.contains(&plain)
}

fn read_at_least(
    mail: &Mail,
    spec: &Spec,
    zones: &Zones,
    desk_zone: &str,
    received: Timestamp,
    labels_min: usize,
) -> Vec<Form> {
    let labels = Labels::new(spec);
    let context = Context { spec, zones, desk_zone, anchor: mail.date.unwrap_or(received) };
    let plain = units(&lines_that_count(mail, spec), &labels);
    let html = units(&mail.html_text.lines().map(unquoted).collect::<Vec<_>>(), &labels);
    let (count_plain, count_html) = (count(&plain), count(&html));
    if count_plain.max(count_html) < labels_min {
        return Vec::new();
    }
    // the part in which more was recognised; the text part when equal.
    let (chosen, other) = if count_html > count_plain { (html, plain) } else { (plain, html) };
    let mut forms: Vec<Form> = chosen.iter().map(|unit| form(unit, &context)).collect();
    if count(&other) >= labels_min && other.len() == chosen.len() {
        for (form, unit) in forms.iter_mut().zip(&other) {
            compare(form, &self::form(unit, &context));
        }
    }
    share(&mut forms);
    forms
}

/// Mail 32: the two parts say different things about the unit.
fn compare(form: &mut Form, other: &Form) {
    for key in GATES {
        let (Some(one), Some(two)) = (form.fields.get(&key), other.fields.get(&key)) else { continue };
        if one.read.is_ok() && two.read.is_ok() && one.read != two.read {
            let text = format!("the two forms of your mail say different things: {} and {}", one.written, two.written);
            let slot = Slot { written: one.written.clone(), read: Err(Fault::new("two_values", text)) };
            form.fields.insert(key, slot);
        }
    }
}

/// In a new mail every line, quoted ones first so that own lines win;
/// in a reply the own lines, and what stands between the marks of our own
/// question: an old value in a quote is no new one.
fn lines_that_count<'a>(mail: &'a Mail, spec: &Spec) -> Vec<&'a str> {
    let own = mail.own_text.lines().map(unquoted);
    if let Some(answers) = answers(mail, spec) {
        return answers.into_iter().chain(own.take_while(|line| !is_question(line, spec))).collect();
    }
    if mail.in_reply_to.is_empty() {
        let quoted = mail.quoted_text.lines().map(unquoted);
        let signed = mail.signature.lines().map(unquoted);
        return quoted.chain([""]).chain(signed).chain([""]).chain(own).collect();
    }
    own.collect()
}

/// The lines between our question's marks, wherever they are quoted.
fn answers<'a>(mail: &'a Mail, spec: &Spec) -> Option<Vec<&'a str>> {
    let mut lines = mail.text.lines().map(unquoted);
    lines.find(|line| is_question(line, spec))?;
    Some(lines.take_while(|line| line.trim() != "---").collect())
}

fn is_question(line: &str, spec: &Spec) -> bool {
    let plain = line.trim().to_lowercase();
    spec.question_marks.iter().any(|mark| plain == mark.to_lowercase())
}

fn unquoted(line: &str) -> &str {
    let mut rest = line;
    while let Some(inner) = rest.trim_start().strip_prefix('>') {
        rest = inner;
    }
    rest
}

/// The labelled values of one unit, in the order in which they stand.
#[derive(Default)]
struct Unit {
    entries: Vec<Entry>,
    rest: Vec<String>,
}

struct Entry {
    label: Label,
    value: String,
    note: String,
    tick: Option<bool>,
}

fn count(units: &[Unit]) -> usize {
    let mut labels: Vec<Label> = units.iter().flat_map(|unit| &unit.entries).map(|entry| entry.label).collect();
    labels.sort();
    labels.dedup();
    labels.len()
}

fn units(lines: &[&str], labels: &Labels) -> Vec<Unit> {
    let mut units = vec![Unit::default()];
    let mut open = false;
    for line in lines {
        let (head, rest) = match labels.unit_head(line) {
            Some((_, at)) => (true, line.get(at..).unwrap_or("")),
            None => (false, *line),
        };
        let found: Vec<_> = labels
            .fields(rest)
            .into_iter()
            .filter(|field| field.ending != Ending::Blank || is_plain(field, rest))
            .collect();
        if head && units.last().is_some_and(has_a_unit) {
            begin_unit(&mut units);
        }
        if found.is_empty() {
            open = continue_value(&mut units, rest, open && !head);
            continue;
        }
        open = false;
        for field in found {
            let value = rest.get(field.value.clone()).unwrap_or("").to_owned();
            let entry = Entry { label: field.label, value, note: field.note, tick: field.tick };
            if entry.label == Label::Field(FieldKey::UnitSerial) && units.last().is_some_and(has_a_unit) {
                begin_unit(&mut units);
            }
            open = true;
            if let Some(unit) = units.last_mut() {
                unit.entries.push(entry);
            }
        }
    }
    units.retain(|unit| !unit.entries.is_empty());
    units
}

/// A label without a sign behind it counts when its value cannot be prose.
fn is_plain(field: &crate::desk::form::label::Found, line: &str) -> bool {
    let value = line.get(field.value.clone()).unwrap_or("");
    let words = value.split_whitespace().count();
    let digits = value.chars().any(|c| c.is_ascii_digit());
    match field.label {
        Label::Field(FieldKey::UnitSerial | FieldKey::UnitMac | FieldKey::UnitIp | FieldKey::AdminEmail) => {
            words <= 2 && (digits || value.contains('@'))
        }
        Label::Field(_) | Label::Part(_) => false,
    }
}

fn has_a_unit(unit: &Unit) -> bool {
    unit.entries.iter().any(|entry| entry.label == Label::Field(FieldKey::UnitSerial))
}

fn begin_unit(units: &mut Vec<Unit>) {
    if units.len() < UNITS_MAX {
        units.push(Unit::default());
    }
}

/// the value on the line below its label, or the rest of a wrapped one.
/// Returns whether the next line could still belong to it.
fn continue_value(units: &mut [Unit], line: &str, open: bool) -> bool {
    let Some(unit) = units.last_mut() else { return false };
    let text = line.trim();
    if text.is_empty() {
        return open && unit.entries.last().is_some_and(|entry| entry.value.trim().is_empty());
    }
    if let Some(entry) = unit.entries.last_mut().filter(|_| open) {
        if entry.value.trim().is_empty() {
            // Exact bytes: a sealed mark or a value with blanks is as it stands.
            line.clone_into(&mut entry.value);
            return true;
        }
        if entry.label == Label::Field(FieldKey::UnitMac) && value::completes_mac(&entry.value, text) {
            entry.value.push_str(text);
            return false;
        }
    }
    if looks_like_a_field(text) && unit.rest.len() < REST_MAX {
        unit.rest.push(text.to_owned());
    }
    false
}

/// F-16: "PO number: 4711" is kept as a remark.
fn looks_like_a_field(line: &str) -> bool {
    let Some((label, value)) = line.split_once(':') else { return false };
    let words = label.split_whitespace().count();
    let plain = label.chars().all(|c| c.is_alphanumeric() || " .-/#()'&".contains(c));
    (1..=5).contains(&words) && plain && !value.trim().is_empty() && !value.starts_with("//")
}

fn form(unit: &Unit, context: &Context<'_>) -> Form {
    let mut form = Form { fields: BTreeMap::new(), rest: unit.rest.clone() };
    let mut pieces: BTreeMap<TimePart, String> = BTreeMap::new();
    let mut written: BTreeMap<FieldKey, &Entry> = BTreeMap::new();
    for entry in &unit.entries {
        match entry.label {
            Label::Part(part) => drop(pieces.insert(part, entry.value.trim().to_owned())),
            // An empty line of the form is no value; the last value wins.
            Label::Field(key) if entry.value.trim().is_empty() && entry.tick.is_none() => {
                let _ = key;
            }
            Label::Field(key) => drop(written.insert(key, entry)),
        }
    }
    for (key, entry) in &written {
        let slot = value::slot(*key, &entry.value, entry.tick, context);
        form.fields.extend(slot.map(|slot| (*key, slot)));
    }
    let note = written.get(&FieldKey::UpgradeTime).map(|entry| entry.note.as_str());
    value::time(&mut form, &pieces, note.unwrap_or(""), context);
    form
}

/// F-17: what was said once is said for all units.
fn share(forms: &mut [Form]) {
    let mut shared: BTreeMap<FieldKey, Slot> = BTreeMap::new();
    for form in forms.iter() {
        for (key, slot) in form.fields.iter().filter(|(key, _)| !OF_A_UNIT.contains(key)) {
            shared.entry(*key).or_insert_with(|| slot.clone());
        }
    }
    for form in forms {
        for (key, slot) in &shared {
            form.fields.entry(*key).or_insert_with(|| slot.clone());
        }
    }
}
