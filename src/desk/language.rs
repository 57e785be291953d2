//! The languages of our letters: how each writes dates and lists, and which one a
//! customer writes.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A language that customers' letters exist in. Staff are written to in English.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::VariantArray,
    strum::IntoStaticStr,
    strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Language {
    #[default]
    En,
    Es,
    De,
    Fr,
}

/// Monday first, as jiff counts them from 0.
const WEEKDAYS: [[&str; 7]; 4] = [
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
    ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
    ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
];

const MONTHS: [[&str; 12]; 4] = [
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
];

impl Language {
    /// `en`, `es`, `de`, `fr`: the name of the folder in `rules/letters/`.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// "Friday 11 December 2026", "viernes, 11 de diciembre de 2026".
    pub fn day(self, date: Date) -> String {
        let (weekday, day, month, year) = (self.weekday(date), date.day(), self.month(date), date.year());
        match self {
            Language::En => format!("{weekday} {day} {month} {year}"),
            Language::Es => format!("{weekday}, {day} de {month} de {year}"),
            Language::De => format!("{weekday}, {day}. {month} {year}"),
            Language::Fr if day == 1 => format!("{weekday} 1er {month} {year}"),
            Language::Fr => format!("{weekday} {day} {month} {year}"),
        }
    }

    /// As [`Language::day`], its weekday shortened: "Fri 11 December 2026".
    pub fn short_day(self, date: Date) -> String {
        let weekday = self.weekday(date);
        let length = self.of([3, 3, 2, 3]);
        let short: String = weekday.chars().take(length).collect();
        let dot = self.of(["", "", "", "."]);
        self.day(date).replacen(weekday, &format!("{short}{dot}"), 1)
    }

    /// "a, b and c".
    pub fn all_of(self, items: &[String]) -> String {
        self.joined(items, ["and", "y", "und", "et"])
    }

    /// "a, b or c".
    pub fn any_of(self, items: &[String]) -> String {
        self.joined(items, ["or", "o", "oder", "ou"])
    }

    /// Between two times: "10:00 to 11:00".
    pub fn until(self) -> &'static str {
        self.of(["to", "a", "bis", "à"])
    }

    fn weekday(self, date: Date) -> &'static str {
        let place = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default();
        self.of(WEEKDAYS).get(place).copied().unwrap_or_default()
    }

    fn month(self, date: Date) -> &'static str {
        let place = usize::try_from(date.month() - 1).unwrap_or_default();
        self.of(MONTHS).get(place).copied().unwrap_or_default()
    }

    fn joined(self, items: &[String], words: [&'static str; 4]) -> String {
        match items {
            [] => String::new(),
            [one] => one.clone(),
            [before @ .., last] => format!("{} {} {last}", before.join(", "), self.of(words)),
        }
    }

    fn of<T>(self, [en, es, de, fr]: [T; 4]) -> T {
        match self {
            Language::En => en,
            Language::Es => es,
            Language::De => de,
            Language::Fr => fr,
        }
    }
}

/// Common words of each language (`classify.toml`), lower case.
pub type CommonWords = BTreeMap<Language, Vec<String>>;

/// Fewer words than this are no evidence of a language.
const HITS_MIN: usize = 3;

/// The language of what a customer wrote himself, by its common words: a guess is
/// taken only when it is far ahead of every other. `None`: too short or too mixed.
pub fn detect(text: &str, words: &CommonWords) -> Option<Language> {
    let text = text.to_lowercase();
    let mut hits: Vec<(usize, Language)> = words
        .iter()
        .map(|(language, known)| {
            let found = text.split(|c: char| !c.is_alphabetic()).filter(|word| known.iter().any(|one| one == word));
            (found.count(), *language)
        })
        .collect();
    hits.sort_unstable();
    let (best, language) = hits.pop()?;
    let next = hits.pop().map_or(0, |(count, _)| count);
    (best >= HITS_MIN && best >= 2 * next).then_some(language)
}
