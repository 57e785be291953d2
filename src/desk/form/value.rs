//! What stands behind a label becomes a value or a fault. Formats are
//! forgiven, content is never repaired (decisions 10).

mod contact;
mod network;

use std::collections::BTreeMap;

use jiff::Timestamp;
use regex::Regex;

use crate::desk::form::{Fault, FieldKey, Form, Slot, Spec, TimePart, Value};
use crate::desk::moment::{self, MomentFault, Pieces, Zones};

pub use contact::phone;
pub use network::{completes_mac, mac};

/// What reading a value depends on.
pub(super) struct Context<'a> {
    pub spec: &'a Spec,
    pub zones: &'a Zones,
    pub desk_zone: &'a str,
    /// From which "tomorrow" counts.
    pub anchor: Timestamp,
}

const WRITTEN_CHARS_MAX: usize = 200;

/// The slot of a field, but for the time, which needs several of them.
pub(super) fn slot(key: FieldKey, written: &str, tick: Option<bool>, context: &Context<'_>) -> Option<Slot> {
    let spec = context.spec;
    let text = written.trim();
    if key == FieldKey::ManagerPassword {
        return Some(password(text));
    }
    let read = match key {
        FieldKey::AdminName | FieldKey::CompanyName | FieldKey::UnitVersion => Ok(Value::Text(text.to_owned())),
        FieldKey::AdminEmail => contact::address(text),
        FieldKey::AdminPhone => contact::phone(text, &spec.phone_country).map(Value::Phone),
        FieldKey::UnitSerial => serial(text, &spec.serial_pattern).map(Value::Serial),
        FieldKey::UnitMac => network::mac(text).map(Value::Mac),
        FieldKey::UnitIp => network::ip(text).map(Value::Ip),
        FieldKey::PasswordTested | FieldKey::Subscribe => yes_no(text, tick, spec),
        FieldKey::Asap => asap(text, tick, spec),
        FieldKey::UpgradeTime | FieldKey::TimeZone => {
            // Read later, together; for now as written.
            Ok(Value::Text(text.to_owned()))
        }
        FieldKey::ManagerPassword => return None,
    };
    Some(Slot { written: shown(text), read })
}

fn shown(text: &str) -> String {
    text.chars().take(WRITTEN_CHARS_MAX).collect()
}

/// F-09: the mark that sealing left, or a word that is no password.
fn password(text: &str) -> Slot {
    let number = text.strip_prefix("[sealed").and_then(|rest| rest.split_once(']')).map(|(number, _)| number.trim());
    match number {
        Some("") => Slot { written: "[sealed]".to_owned(), read: Ok(Value::Sealed(0)) },
        Some(number) => {
            let index = number.parse::<usize>().unwrap_or(1).saturating_sub(1);
            Slot { written: "[sealed]".to_owned(), read: Ok(Value::Sealed(index)) }
        }
        // Whatever could not be sealed is not shown either.
        None => {
            let text = "this does not say the password; please send the manager password itself";
            Slot { written: String::new(), read: Err(Fault::new("password_placeholder", text)) }
        }
    }
}

/// F-05: upper case without blanks and dashes; look-alikes are not repaired.
pub fn serial(text: &str, pattern: &str) -> Result<String, Fault> {
    let mut plain = text.trim_start_matches(['#', ' ']);
    for prefix in ["s/n", "sn:", "sn ", "serial:"] {
        if plain.get(..prefix.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix)) {
            plain = plain.get(prefix.len()..).unwrap_or("").trim_start_matches([':', ' ', '#']);
        }
    }
    let is_dash = |c: char| matches!(c, '-' | '–' | '—' | '‑' | '‐' | '_' | '.' | '/');
    let joined: String = plain.chars().filter(|c| !c.is_whitespace() && !is_dash(*c)).collect();
    if let Some(odd) = joined.chars().find(|c| c.is_alphabetic() && !c.is_ascii()) {
        let text = format!(
            "a serial number has the letters A to Z and digits only; this one has \"{odd}\", which only looks like one"
        );
        return Err(Fault::new("serial_letters", text));
    }
    let joined = joined.to_ascii_uppercase();
    // The rules were checked at start: a pattern that does not compile fits nothing.
    let fits = Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(&joined));
    if fits {
        return Ok(joined);
    }
    Err(Fault::new(
        "serial_format",
        "this does not look like a serial number; please read it from the label of the unit",
    ))
}

fn yes_no(text: &str, tick: Option<bool>, spec: &Spec) -> Result<Value, Fault> {
    if let Some(ticked) = tick.filter(|_| text.is_empty()) {
        return Ok(Value::YesNo(ticked));
    }
    let lower = text.trim_end_matches(['.', '!']).to_lowercase();
    let first = lower.split([' ', ',', ';', '(']).next().unwrap_or("");
    let is = |words: &[String]| words.iter().any(|word| *word == lower || word == first);
    if is(&spec.no) {
        Ok(Value::YesNo(false))
    } else if is(&spec.yes) {
        Ok(Value::YesNo(true))
    } else {
        Err(Fault::new("yes_or_no", "please answer with yes or no"))
    }
}

/// F-12: a tick, a yes, or the words themselves.
fn asap(text: &str, tick: Option<bool>, spec: &Spec) -> Result<Value, Fault> {
    let lower = text.trim_end_matches(['.', '!']).to_lowercase();
    if spec.asap.contains(&lower) {
        return Ok(Value::YesNo(true));
    }
    yes_no(text, tick, spec)
}

/// F-10, F-11, F-13: time, its pieces, its zone and ASAP are read together.
pub(super) fn time(form: &mut Form, pieces: &BTreeMap<TimePart, String>, note: &str, context: &Context<'_>) {
    let field = |key: FieldKey| form.fields.get(&key).map(|slot| slot.written.clone());
    let (time, zone) = (field(FieldKey::UpgradeTime), field(FieldKey::TimeZone));
    let zone_written = zone.as_deref().or((!note.is_empty()).then_some(note));
    let piece = |part: TimePart| pieces.get(&part).map(String::as_str).filter(|text| !text.is_empty());
    let is_asap = |text: &String| context.spec.asap.contains(&text.trim_end_matches(['.', '!']).to_lowercase());
    let read = match &time {
        Some(text) if is_asap(text) => {
            form.fields.remove(&FieldKey::UpgradeTime);
            let slot = Slot { written: text.clone(), read: Ok(Value::YesNo(true)) };
            form.fields.entry(FieldKey::Asap).or_insert(slot);
            None
        }
        Some(text) => Some(moment::read(text, zone_written, context.anchor, context.zones, context.desk_zone)),
        None if !pieces.values().all(String::is_empty) => {
            let pieces = Pieces {
                year: piece(TimePart::Year),
                month: piece(TimePart::Month),
                day: piece(TimePart::Day),
                hour: piece(TimePart::Hour),
                minute: piece(TimePart::Minute),
                date: piece(TimePart::Date),
                time: piece(TimePart::Time),
            };
            Some(moment::combine(pieces, zone_written, context.anchor, context.zones, context.desk_zone))
        }
        None => None,
    };
    let written = time.unwrap_or_else(|| pieces.values().cloned().collect::<Vec<_>>().join(" "));
    match read {
        None => zone_alone(form, zone),
        Some(Ok(when)) => {
            let zone_read = when.first().zone.clone();
            form.fields.insert(FieldKey::UpgradeTime, Slot { written, read: Ok(Value::Time(when)) });
            if let Some(zone) = zone {
                form.fields.insert(FieldKey::TimeZone, Slot { written: zone, read: Ok(Value::Zone(zone_read)) });
            }
            both(form);
        }
        Some(Err(fault)) => faulty(form, written, zone, fault),
    }
}

/// Without a time the zone is kept as it was written.
fn zone_alone(form: &mut Form, zone: Option<String>) {
    if let Some(zone) = zone {
        let read = Ok(Value::Zone(zone.clone()));
        form.fields.insert(FieldKey::TimeZone, Slot { written: zone, read });
    }
}

/// The fault stands at the field that can cure it.
fn faulty(form: &mut Form, written: String, zone: Option<String>, fault: MomentFault) {
    let about_zone = fault.name.starts_with("zone_");
    let fault = Fault::new(fault.name, fault.text);
    if about_zone {
        let written_zone = zone.unwrap_or_default();
        form.fields.insert(FieldKey::TimeZone, Slot { written: written_zone, read: Err(fault) });
        // Kept as written: a reply with the zone alone is read with it.
        form.fields.insert(FieldKey::UpgradeTime, Slot { written: written.clone(), read: Ok(Value::Text(written)) });
    } else {
        form.fields.insert(FieldKey::UpgradeTime, Slot { written, read: Err(fault) });
        zone_alone(form, zone);
    }
}

/// F-13: a time and ASAP contradict each other.
fn both(form: &mut Form) {
    if let Some(slot) = form.fields.get_mut(&FieldKey::Asap)
        && slot.read == Ok(Value::YesNo(true))
    {
        let text = "you ask for a time and for ASAP; please send only one of them";
        slot.read = Err(Fault::new("asap_and_time", text));
    }
}

/// A time and a zone that came in different mails are read together.
pub fn reread_time(form: &mut Form, spec: &Spec, zones: &Zones, desk_zone: &str, anchor: Timestamp) {
    let unread = matches!(form.value(FieldKey::UpgradeTime), Some(Value::Text(_)));
    if unread {
        time(form, &BTreeMap::new(), "", &Context { spec, zones, desk_zone, anchor });
    }
}
