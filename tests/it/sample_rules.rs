//! The rule files of this repository as desk values, for tests of readers.

use std::collections::BTreeMap;

use jiff::civil::{Time, Weekday};
use serde::Deserialize;
use upgrade_desk::desk::form::{FieldRule, PartRule, Spec};
use upgrade_desk::desk::hours::{Holiday, Hours};
use upgrade_desk::desk::moment::Zones;

type Languages = BTreeMap<String, Vec<String>>;

fn words(languages: &Languages) -> Vec<String> {
    languages.values().flatten().cloned().collect()
}

fn parse<T: for<'a> Deserialize<'a>>(name: &str) -> T {
    let path = format!("{}/rules/{name}", env!("CARGO_MANIFEST_DIR"));
    toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap()
}

pub fn zones() -> Zones {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        names: BTreeMap<String, Vec<String>>,
        words: BTreeMap<String, Languages>,
    }
    let file: File = parse("zones.toml");
    let mut zones = Zones { names: file.names, words: BTreeMap::new() };
    for (meaning, languages) in &file.words {
        for word in words(languages) {
            let meaning = meaning.parse().unwrap_or_else(|_| panic!("zones.toml: no meaning called {meaning}"));
            let other = zones.words.insert(word.clone(), meaning);
            assert_eq!(other, None, "zones.toml: \"{word}\" has two meanings");
        }
    }
    zones
}

pub fn hours() -> Hours {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        zone: String,
        open: Time,
        close: Time,
        days: Vec<String>,
        whole_window_must_fit: bool,
        notice_hours_min: u32,
        days_ahead_max: u32,
        window_minutes: u32,
        window_minutes_customised: u32,
        asap_heads_up_minutes: u32,
        asap_last_start: Time,
        holidays: BTreeMap<jiff::civil::Date, Day>,
    }
    #[derive(Deserialize)]
    struct Day {
        name: String,
        closes: Option<Time>,
    }
    let file: File = parse("hours.toml");
    let all = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
    ];
    Hours {
        zone: file.zone,
        open: file.open,
        close: file.close,
        days: all.iter().filter(|(name, _)| file.days.iter().any(|day| day == name)).map(|(_, day)| *day).collect(),
        holidays: file
            .holidays
            .into_iter()
            .map(|(date, day)| (date, Holiday { name: day.name, closes: day.closes }))
            .collect(),
        whole_window_must_fit: file.whole_window_must_fit,
        notice_hours_min: file.notice_hours_min,
        days_ahead_max: file.days_ahead_max,
        window_minutes: file.window_minutes,
        window_minutes_customised: file.window_minutes_customised,
        asap_heads_up_minutes: file.asap_heads_up_minutes,
        asap_last_start: file.asap_last_start,
    }
}

pub fn spec() -> Spec {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        labels_min: usize,
        serial_pattern: String,
        phone_country: String,
        not_a_password: Languages,
        not_in_prose: Languages,
        yes: Languages,
        no: Languages,
        asap: Languages,
        unit_heads: Languages,
        question_marks: Languages,
        fields: Vec<Field>,
        parts: Vec<Part>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Field {
        key: String,
        label: String,
        required: bool,
        example: String,
        hint: String,
        labels: Languages,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Part {
        part: String,
        labels: Languages,
    }
    let file: File = parse("form.toml");
    Spec {
        fields: file
            .fields
            .iter()
            .map(|field| FieldRule {
                key: field.key.parse().unwrap(),
                label: field.label.clone(),
                labels: words(&field.labels),
                required: field.required,
                example: field.example.clone(),
                hint: field.hint.clone(),
            })
            .collect(),
        parts: file
            .parts
            .iter()
            .map(|part| PartRule { part: part.part.parse().unwrap(), labels: words(&part.labels) })
            .collect(),
        labels_min: file.labels_min,
        serial_pattern: file.serial_pattern,
        phone_country: file.phone_country,
        not_a_password: words(&file.not_a_password),
        not_in_prose: words(&file.not_in_prose),
        yes: words(&file.yes),
        no: words(&file.no),
        asap: words(&file.asap),
        unit_heads: words(&file.unit_heads),
        question_marks: words(&file.question_marks),
    }
}
