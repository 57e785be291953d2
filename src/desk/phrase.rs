//! A sentence as a fact: its code and what is filled in. Letters word it in the
//! reader's language; records and staff read the English beside it.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::desk::language::Language;

/// What [`phrase!`](crate::phrase) makes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrase {
    /// Its name in `rules/letters/<language>/words.toml`; empty: the words of a
    /// person, which stay as they were written.
    pub code: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, Part>,
    /// In English, for records and staff.
    pub text: String,
}

/// What is filled into a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Part {
    /// As it was written, or a number or name: the same in every language.
    Text(String),
    Day {
        day: Date,
    },
    /// `said` in English.
    At {
        at: Timestamp,
        zone: String,
        said: String,
    },
    AllOf {
        all_of: Vec<Part>,
    },
    AnyOf {
        any_of: Vec<Part>,
    },
    Phrase(Phrase),
}

impl Phrase {
    /// Words of a person: they stay as they are.
    pub fn written(text: impl Into<String>) -> Phrase {
        Phrase { code: String::new(), with: BTreeMap::new(), text: text.into() }
    }
}

/// Where English is wanted, a phrase is its English text.
impl Deref for Phrase {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let english = |parts: &[Part]| parts.iter().map(Part::to_string).collect::<Vec<String>>();
        match self {
            Part::Text(text) => f.write_str(text),
            Part::Day { day } => f.write_str(&Language::En.day(*day)),
            Part::At { said, .. } => f.write_str(said),
            Part::AllOf { all_of } => f.write_str(&Language::En.all_of(&english(all_of))),
            Part::AnyOf { any_of } => f.write_str(&Language::En.any_of(&english(any_of))),
            Part::Phrase(phrase) => f.write_str(&phrase.text),
        }
    }
}

impl From<String> for Part {
    fn from(text: String) -> Part {
        Part::Text(text)
    }
}

impl From<&str> for Part {
    fn from(text: &str) -> Part {
        Part::Text(text.to_owned())
    }
}

impl From<Date> for Part {
    fn from(day: Date) -> Part {
        Part::Day { day }
    }
}

impl From<Phrase> for Part {
    fn from(phrase: Phrase) -> Part {
        Part::Phrase(phrase)
    }
}

/// `phrase!("mac_length", "a MAC address has 12 digits, this one has {count}", count = "11")`:
/// the code, the English sentence, and what is filled in by name. The sentence
/// stands in `words.toml` of every other language under the same code
/// (`tests/it/letters.rs` sees to that).
#[macro_export]
macro_rules! phrase {
    ($code:literal, $text:literal $(, $name:ident = $value:expr)* $(,)?) => {{
        $(let $name = $crate::desk::phrase::Part::from($value);)*
        $crate::desk::phrase::Phrase {
            code: $code.to_owned(),
            text: format!($text),
            with: [$((stringify!($name).to_owned(), $name)),*].into(),
        }
    }};
}
