//! Zone names: IANA names, offsets, abbreviations by table, cities.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};

use crate::desk::moment::scan::fold;
use crate::desk::moment::{MomentFault, Zones};
use crate::phrase;

/// One meaning of a written zone: our name for it and its rules.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ZoneReading {
    /// IANA name or `-08:00`.
    pub name: String,
    pub zone: TimeZone,
}

/// No name of a zone is longer.
const NAME_BYTES_MAX: usize = 100;

/// "Paris, Île-de-France, France" is not looked at any closer.
const PARTS_MAX: usize = 3;

/// Everything one mention of a zone can mean.
pub(super) type Claim = Vec<ZoneReading>;

/// The zone called `name`: an IANA name, `UTC`, or a fixed offset (`-08:00`).
/// From the built-in data only, so every machine answers alike.
pub fn time_zone(name: &str) -> Option<TimeZone> {
    if let Some(offset) = offset(&fold(name)) {
        return Some(TimeZone::fixed(offset));
    }
    let zone = TimeZoneDatabase::bundled().get(name.trim()).ok()?;
    (!zone.is_unknown() && zone.iana_name() != Some("Factory")).then_some(zone)
}

/// When a clock in `zone` shows `clock` for the first time: where clocks are put
/// forward over it, when they are. `None` beyond the end of time.
pub fn first_showing(zone: &TimeZone, clock: DateTime) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(clock);
    if let AmbiguousOffset::Gap { .. } = ambiguous.offset() {
        return Some(zone.following(ambiguous.earlier().ok()?).next()?.timestamp());
    }
    ambiguous.earlier().ok()
}

/// The same for the last time: where clocks are put back over it, the second.
pub fn last_showing(zone: &TimeZone, clock: DateTime) -> Option<Timestamp> {
    match zone.to_ambiguous_timestamp(clock).offset() {
        AmbiguousOffset::Fold { after, .. } => after.to_timestamp(clock).ok(),
        _ => first_showing(zone, clock),
    }
}

/// An offset as people and our own configuration write it: `-08:00`.
pub(super) fn offset_name(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

/// `utc-5`, `gmt+2`, `-08:00`, `+0530`, `utc+5:30` (folded).
pub(super) fn offset(folded: &str) -> Option<Offset> {
    let text = folded.trim();
    let text = ["utc", "gmt"].iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(text).trim_start();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits.trim_start()),
        None => (1, text.strip_prefix('+')?.trim_start()),
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
        Some(_) => return None,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let plain = |digits: &str| !digits.is_empty() && digits.len() <= 2 && digits.bytes().all(|b| b.is_ascii_digit());
    if !plain(hours) || !plain(minutes) {
        return None;
    }
    let (hours, minutes) = (hours.parse::<i32>().ok()?, minutes.parse::<i32>().ok()?);
    // No zone in use lies beyond these (Baker Island, Kiritimati).
    (minutes < 60 && hours * 60 + minutes <= 14 * 60)
        .then(|| Offset::from_seconds(sign * (hours * 60 + minutes) * 60).ok())
        .flatten()
}

/// What a zone field of its own says: one claim, or several for "PST (UTC-8)" and
/// "Madrid, Spain", which must then agree. A claim lists its meanings, the
/// configured one first.
pub(super) fn claims(written: &str, zones: &Zones, desk_zone: &str) -> Result<Vec<Claim>, MomentFault> {
    let folded = fold(written);
    let text = folded.trim().trim_end_matches(['.', ',', ';']).trim();
    if text.is_empty() {
        return Err(missing());
    }
    let whole = named(text, zones, desk_zone);
    if !whole.is_empty() {
        return Ok(vec![whole]);
    }
    let parts: Vec<Claim> = text.split([',', '/']).map(|part| named(part, zones, desk_zone)).collect();
    if parts.len() <= PARTS_MAX && parts.iter().all(|claim| !claim.is_empty()) {
        return Ok(parts);
    }
    let (outside, inside) = brackets(text);
    let halves = [named(&outside, zones, desk_zone), named(&inside, zones, desk_zone)];
    let found: Vec<Claim> = halves.into_iter().filter(|claim| !claim.is_empty()).collect();
    if found.is_empty() { Err(unknown(written)) } else { Ok(found) }
}

/// The meanings of a bare zone name; none when it is no zone (folded).
pub(super) fn named(text: &str, zones: &Zones, desk_zone: &str) -> Claim {
    if text.len() > NAME_BYTES_MAX {
        return Vec::new();
    }
    let plain: String = text.chars().map(|c| if matches!(c, '(' | ')' | ',') { ' ' } else { c }).collect();
    let text = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let whole = std::iter::once(text.as_str());
    let places = zones.shapes.iter().filter_map(|(before, behind)| text.strip_prefix(before)?.strip_suffix(behind));
    let claims = whole.chain(places).map(|text| bare(text.trim(), zones, desk_zone));
    claims.into_iter().find(|claim| !claim.is_empty()).unwrap_or_default()
}

fn bare(text: &str, zones: &Zones, desk_zone: &str) -> Claim {
    if let Some(names) = zones.names.get(text) {
        let names = names.iter().map(|name| if name == "desk" { desk_zone } else { name });
        return names.filter_map(called).collect();
    }
    if offset(text).is_some() || text.contains('/') {
        return called(&text.replace(' ', "_")).into_iter().collect();
    }
    zones.places.get(text).into_iter().flatten().filter_map(|name| called(name)).collect()
}

/// "Berlin", "New York": the last parts of the IANA names of inhabited regions, in
/// lower case, each with its zones.
pub fn cities() -> BTreeMap<String, Vec<String>> {
    const REGIONS: [&str; 8] = ["Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"];
    let mut cities: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in TimeZoneDatabase::bundled().available() {
        let mut parts = name.as_str().split('/');
        if parts.next().is_some_and(|region| REGIONS.contains(&region))
            && let Some(city) = parts.next_back()
        {
            let city = city.replace('_', " ").to_lowercase();
            cities.entry(city).or_default().push(name.as_str().to_owned());
        }
    }
    cities
}

fn called(name: &str) -> Option<ZoneReading> {
    let zone = time_zone(name)?;
    let name = match (zone.iana_name(), zone.to_fixed_offset()) {
        (Some(name), _) => name.to_owned(),
        (None, Ok(offset)) => offset_name(offset),
        (None, Err(_)) => return None,
    };
    Some(ZoneReading { name, zone })
}

fn brackets(text: &str) -> (String, String) {
    let mut depth = 0_i32;
    let (mut outside, mut inside) = (String::new(), String::new());
    for c in text.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            c if depth > 0 => inside.push(c),
            c => outside.push(c),
        }
    }
    (outside, inside)
}

pub(super) fn missing() -> MomentFault {
    let text = phrase!(
        "zone_missing",
        "a time needs its time zone, and none was found: name a city such as Europe/Berlin, an offset such as \
         UTC-05:00, or an abbreviation such as PST"
    );
    MomentFault { name: "zone_missing", text }
}

fn unknown(written: &str) -> MomentFault {
    let text = phrase!(
        "zone_unknown",
        "\"{found}\" is no time zone we know: name a city such as Europe/Berlin, an offset such as UTC-05:00, or an \
         abbreviation such as PST",
        found = super::shown(written)
    );
    MomentFault { name: "zone_unknown", text }
}

/// What to call a zone in a sentence: "Pacific time", "Berlin time", "UTC-08:00".
pub(super) fn spoken(name: &str, zones: &Zones) -> String {
    if time_zone(name).is_some_and(|zone| zone.to_fixed_offset().is_ok()) {
        return if name.starts_with(['+', '-']) { format!("UTC{name}") } else { name.to_owned() };
    }
    let common = zones
        .names
        .iter()
        .filter(|(words, readings)| words.ends_with(" time") && readings.first().is_some_and(|first| first == name))
        .map(|(words, _)| words)
        .min_by_key(|words| words.len());
    match common {
        Some(words) => words.split(' ').map(capital).collect::<Vec<_>>().join(" ").replace(" Time", " time"),
        None => format!("{} time", name.rsplit('/').next().unwrap_or(name).replace('_', " ")),
    }
}

/// With a capital letter in front.
pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
