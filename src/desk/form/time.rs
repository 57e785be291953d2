//! Upgrade time, time zone and ASAP, which need each other (F-10 to F-13).

use jiff::Timestamp;

use crate::desk::form::gather::Entry;
use crate::desk::form::label::Label;
use crate::desk::form::value::{Kinds, is_asap};
use crate::desk::form::{Fault, FieldKey, Form, Slot, TimePart, Value};
use crate::desk::moment::{self, MomentFault, Pieces, When, Zones};
use crate::phrase;

/// What a time is read against.
#[derive(Clone, Copy)]
pub(super) struct Clock<'a> {
    /// When the mail was written: "tomorrow" counts from it.
    pub anchor: Timestamp,
    pub zones: &'a Zones,
    pub desk_zone: &'a str,
}

/// Fills the slots of time, zone and ASAP.
pub(super) fn fill_time(form: &mut Form, entries: &[Entry], kinds: &Kinds<'_>, clock: Clock<'_>) {
    let last = |label: Label| entries.iter().rev().find(|entry| entry.label == label);
    let time = last(Label::Field(FieldKey::UpgradeTime));
    let zone = last(Label::Field(FieldKey::TimeZone)).map(|entry| entry.written.as_str());
    if let Some(entry) = time.filter(|entry| is_asap(&entry.written, kinds.spec)) {
        let slot = Slot { written: entry.written.trim().to_owned(), read: Ok(Value::YesNo(true)) };
        form.fields.insert(FieldKey::Asap, slot);
    }
    let time = time.filter(|entry| !is_asap(&entry.written, kinds.spec));
    let part = |part: TimePart| last(Label::Part(part)).map(|entry| entry.written.as_str());
    let pieces = Pieces {
        year: part(TimePart::Year),
        month: part(TimePart::Month),
        day: part(TimePart::Day),
        hour: part(TimePart::Hour),
        minute: part(TimePart::Minute),
        date: part(TimePart::Date),
        time: part(TimePart::Time),
    };
    let written = match time {
        Some(entry) => Some(entry.written.trim().to_owned()),
        None if pieces == Pieces::default() => None,
        None => Some(together(pieces)),
    };
    let Some(written) = written else {
        if let Some(zone) = zone {
            form.fields.insert(FieldKey::TimeZone, zone_slot(zone, clock));
        }
        return;
    };
    let mut zone = zone;
    let mut read = read(time, pieces, zone, clock);
    // "Upgrade Time (PST): 10:00" names the zone as well as any field.
    let note = time.map_or("", |entry| entry.note.as_str());
    if zone.is_none() && !note.is_empty() && read.as_ref().is_err_and(|fault| fault.name == "zone_missing") {
        let noted = self::read(time, pieces, Some(note), clock);
        if noted.is_ok() {
            (zone, read) = (Some(note), noted);
        }
    }
    store(form, written, zone, read, clock);
    conflict(form);
}

/// Reads the text, the pieces, or both: a date here and an hour there.
fn read(time: Option<&Entry>, pieces: Pieces<'_>, zone: Option<&str>, clock: Clock<'_>) -> Result<When, MomentFault> {
    let Clock { anchor, zones, desk_zone } = clock;
    let combined = |pieces| moment::combine(pieces, zone, anchor, zones, desk_zone);
    let Some(text) = time.map(|entry| entry.written.trim()) else { return combined(pieces) };
    let whole = moment::read(text, zone, anchor, zones, desk_zone);
    if pieces == Pieces::default() {
        return whole;
    }
    match (whole, combined(pieces)) {
        (Ok(whole), Ok(combined)) if whole.first().at != combined.first().at => {
            let text = phrase!(
                "time_pieces",
                "\"{found}\" and the time given in pieces differ; expected one time",
                found = moment::shown(text)
            );
            Err(MomentFault { name: "time_two", text })
        }
        (Ok(when), _) | (Err(_), Ok(when)) => Ok(when),
        (Err(_), Err(_)) => {
            let date = pieces.date.is_none().then_some(text).or(pieces.date);
            combined(Pieces { date, ..pieces })
        }
    }
}

/// The pieces as one text that reads the same.
fn together(pieces: Pieces<'_>) -> String {
    let join = |parts: &[Option<&str>], with: &str| {
        parts.iter().flatten().map(|part| part.trim()).collect::<Vec<_>>().join(with)
    };
    let numeric = pieces.month.is_some_and(|month| month.trim().chars().all(|c| c.is_ascii_digit()));
    let date = match pieces.date {
        Some(date) => date.trim().to_owned(),
        None if numeric && pieces.year.is_some() => join(&[pieces.year, pieces.month, pieces.day], "-"),
        None if numeric => join(&[pieces.month, pieces.day], "/"),
        None => join(&[pieces.day, pieces.month, pieces.year], " "),
    };
    let time = match pieces.time {
        Some(time) => time.trim().to_owned(),
        None => join(&[pieces.hour, pieces.minute], ":"),
    };
    join(&[Some(&date), Some(&time)], " ").trim().to_owned()
}

/// What is wrong with the zone stands at the zone, and the time keeps its words
/// until the zone is known.
fn store(form: &mut Form, written: String, zone: Option<&str>, read: Result<When, MomentFault>, clock: Clock<'_>) {
    let mut zone_slot = zone.map(|zone| zone_slot(zone, clock));
    let time = match read {
        Ok(when) => {
            if let Some(Slot { read: Ok(Value::Zone(name)), .. }) = &mut zone_slot {
                when.first().zone.clone_into(name);
            }
            Ok(Value::Time(when))
        }
        Err(fault) if fault.name.starts_with("zone_") => {
            let zone_written = zone.unwrap_or("").trim().to_owned();
            zone_slot = Some(Slot { written: zone_written, read: Err(of_moment(fault)) });
            Ok(Value::Text(written.clone()))
        }
        Err(fault) => Err(of_moment(fault)),
    };
    if let Some(slot) = zone_slot {
        form.fields.insert(FieldKey::TimeZone, slot);
    }
    form.fields.insert(FieldKey::UpgradeTime, Slot { written, read: time });
}

fn zone_slot(zone: &str, clock: Clock<'_>) -> Slot {
    let read = moment::zone(zone, clock.zones, clock.desk_zone).map(Value::Zone).map_err(of_moment);
    Slot { written: zone.trim().to_owned(), read }
}

fn of_moment(fault: MomentFault) -> Fault {
    Fault::new(fault.name, fault.text)
}

/// F-13: as soon as possible and at a time cannot both be meant.
fn conflict(form: &mut Form) {
    if !form.wants_asap() || !form.fields.contains_key(&FieldKey::UpgradeTime) {
        return;
    }
    if let Some(slot) = form.fields.get_mut(&FieldKey::Asap) {
        let text = phrase!(
            "asap_and_time",
            "both ASAP and a time were found; expected one of them: answer ASAP, or the time alone"
        );
        slot.read = Err(Fault::new("asap_and_time", text));
    }
}

/// What an answer leaves to the form before it: a zone for a time given earlier,
/// a time for a zone given earlier, and which of ASAP and time now counts.
pub(super) fn settle(newer: &mut Form, older: &Form, written_then: Clock<'_>, written_now: Clock<'_>) {
    let zone_of = |form: &Form| match form.fields.get(&FieldKey::TimeZone) {
        Some(Slot { written, read: Ok(Value::Zone(_)) }) => Some(written.clone()),
        _ => form.when().map(|when| when.first().zone.clone()),
    };
    let waiting = |form: &Form| match form.fields.get(&FieldKey::UpgradeTime) {
        Some(Slot { written, read: Ok(Value::Text(_)) }) => Some(written.clone()),
        _ => None,
    };
    if let Some(text) = waiting(newer) {
        // A time without a zone: the zone he named before still holds.
        if let Some(zone) = zone_of(older)
            && newer.fields.get(&FieldKey::TimeZone).is_none_or(|slot| slot.written.is_empty())
        {
            newer.fields.remove(&FieldKey::TimeZone);
            reread(newer, text, &zone, written_now);
        }
    } else if let (None, Some(text), Some(zone)) =
        (newer.fields.get(&FieldKey::UpgradeTime), waiting(older), zone_of(newer))
    {
        reread(newer, text, &zone, written_then);
    }
    let asked_before = older.fields.contains_key(&FieldKey::Asap);
    if newer.fields.contains_key(&FieldKey::UpgradeTime) && !newer.fields.contains_key(&FieldKey::Asap) && asked_before
    {
        let slot = Slot { written: String::new(), read: Ok(Value::YesNo(false)) };
        newer.fields.insert(FieldKey::Asap, slot);
    }
}

fn reread(form: &mut Form, text: String, zone: &str, clock: Clock<'_>) {
    let read = moment::read(&text, Some(zone), clock.anchor, clock.zones, clock.desk_zone);
    store(form, text, Some(zone), read, clock);
}
