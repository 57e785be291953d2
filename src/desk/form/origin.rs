//! Where a value stood in its mail, and which rule read it: for people who ask, never
//! kept, and nothing is decided by it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::desk::form::FieldKey;
use crate::desk::form::gather::Entry;
use crate::desk::form::label::Label;

/// A piece of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Subject,
    Text,
    Html,
    /// Which of the mail's attachments.
    Attachment(usize),
}

/// A line of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub part: Part,
    /// From 1, in a table its row; 0: which one is not known.
    pub line: usize,
    /// Characters of the line before what is read of it: marks of quotation. `None`:
    /// what is read is not the line as it stands, but a cell of it.
    pub(super) before: Option<usize>,
}

impl Place {
    pub(super) const SUBJECT: Place = Place { part: Part::Subject, line: 1, before: Some(0) };
}

/// How a value was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum Rule {
    /// Behind or below this label, as it was written.
    Label { label: String },
    /// By its shape alone, in a sentence.
    Shape,
    /// The mark of a sealed password in a sentence.
    Sentence,
    /// "ASAP" alone in an answer.
    Alone,
}

/// Where a value stood, and how it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub place: Place,
    /// Its first and last character in its line, from 1; what was sealed is counted as
    /// its mark.
    pub span: Option<(usize, usize)>,
    pub rule: Rule,
}

/// Of each field of a form; a time may stand in several places.
pub type Origins = BTreeMap<FieldKey, Vec<Origin>>;

impl Origin {
    /// A value that begins at this byte of what is read of the line.
    pub(super) fn new(place: Place, read: &str, start: usize, value: &str, rule: Rule) -> Origin {
        let value = value.trim_end();
        let skipped = value.len() - value.trim_start().len();
        let before = read.get(..start.saturating_add(skipped)).unwrap_or(read).chars().count();
        let span = place.before.filter(|_| !value.trim().is_empty()).map(|marks| {
            let first = marks + before + 1;
            (first, first + value.trim().chars().count() - 1)
        });
        Origin { place, span, rule }
    }
}

/// Those of the values that count: of own lines, if there are any, the last; of a
/// time all its pieces.
pub(super) fn of(entries: &[Entry]) -> Origins {
    let key = |entry: &Entry| match entry.label {
        Label::Field(key) => key,
        Label::Part(_) => FieldKey::UpgradeTime,
    };
    let mut origins = Origins::new();
    for own in [false, true] {
        let mut of_layer = Origins::new();
        for entry in entries.iter().filter(|entry| entry.own == own) {
            let found = of_layer.entry(key(entry)).or_default();
            if !matches!(entry.label, Label::Part(_)) {
                found.clear();
            }
            found.push(entry.origin.clone());
        }
        origins.extend(of_layer);
    }
    origins
}
