//! `[marks]` of `classify.toml` and `automatic.toml`: by what mail of machines is known.

mod bounces;

use serde::Deserialize;

use crate::desk::mail::{BounceWords, Marks, NoteWords};
use crate::shell::rules::by_language::{self, ByLanguage};
use crate::shell::rules::files::Files;
use crate::shell::toml_file::{FileFault, TomlFile};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarksText {
    robots: Vec<String>,
    robot_words: Vec<String>,
}

/// The words of notes and of delivery reports and our own address are not in this file.
pub fn read(text: MarksText, file: &TomlFile, faults: &mut Vec<FileFault>) -> Marks {
    let mut lower = |key: &str, words: Vec<String>| -> Vec<String> {
        // Every text begins with the empty one: all mail would match.
        if words.iter().any(|word| word.trim().is_empty()) {
            faults.push(file.fault(None, key, "words", "an empty one", "take it out: it would match every mail"));
        }
        words.iter().map(|word| word.to_lowercase()).collect()
    };
    let (robots, robot_words) = (lower("robots", text.robots), lower("robot_words", text.robot_words));
    Marks { robots, robot_words, ..Marks::default() }
}

/// The words of notes and of delivery reports, each from its own file.
pub fn words(files: &Files, faults: &mut Vec<FileFault>) -> (NoteWords, BounceWords) {
    let notes = files.toml("automatic.toml").and_then(|file| notes(file, faults));
    let bounces = files.toml("bounces.toml").and_then(|file| bounces::read(file, faults));
    (notes.unwrap_or_default(), bounces.unwrap_or_default())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NotesText {
    subjects: ByLanguage,
    replies: ByLanguage,
    away: ByLanguage,
    back: ByLanguage,
    meanwhile: ByLanguage,
    courtesies: ByLanguage,
    closings: ByLanguage,
    wants: ByLanguage,
    received: ByLanguage,
    case: ByLanguage,
    held: ByLanguage,
    prove: ByLanguage,
}

/// `automatic.toml`.
fn notes(file: &TomlFile, faults: &mut Vec<FileFault>) -> Option<NoteWords> {
    let text: NotesText = file.parse().map_err(|fault| faults.push(fault)).ok()?;
    let mut lower = |key: &str, words: &ByLanguage| by_language::lower(file, key, words, faults);
    Some(NoteWords {
        subjects: lower("subjects", &text.subjects),
        replies: lower("replies", &text.replies),
        away: lower("away", &text.away),
        back: lower("back", &text.back),
        meanwhile: lower("meanwhile", &text.meanwhile),
        courtesies: lower("courtesies", &text.courtesies),
        closings: lower("closings", &text.closings),
        wants: lower("wants", &text.wants),
        received: lower("received", &text.received),
        case: lower("case", &text.case),
        held: lower("held", &text.held),
        prove: lower("prove", &text.prove),
    })
}
