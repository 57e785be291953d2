//! The files of words and numbers: `classify.toml`, `limits.toml`,
//! `denials.toml` and the letters.

use std::collections::BTreeMap;

use serde::Deserialize;
use strum::VariantArray;
use toml::Spanned;

use crate::desk::denial::Denial;
use crate::desk::form::FieldKey;
use crate::desk::language::{CommonWords, Language};
use crate::desk::letter::Template;
use crate::desk::letter::compose::KEY_FACTS;
use crate::desk::limits::{Limits, Lookups, ReplyFiles};
use crate::desk::rules::{Classify, Counts, Words};
use crate::shell::rules::files::Files;
use crate::shell::rules::marks::{self, MarksText};
use crate::shell::toml_file::{FileFault, TomlFile};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassifyText {
    withdraw: Vec<String>,
    done: Vec<String>,
    cancels: Vec<String>,
    moves: Vec<String>,
    wishes: Vec<String>,
    declines: Vec<String>,
    holds: Vec<String>,
    refuses: Vec<String>,
    same_time: Vec<String>,
    agrees: Vec<String>,
    conditions: Vec<String>,
    hold: Vec<String>,
    request: Vec<String>,
    contact: Vec<String>,
    yes: Vec<String>,
    no: Vec<String>,
    keep: Vec<String>,
    doubt: Vec<String>,
    courtesies: Vec<String>,
    languages: BTreeMap<Spanned<String>, Vec<String>>,
    unsubscribe: Vec<String>,
    marks: MarksText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsText {
    mail: Spanned<Limits>,
    lookups: Spanned<Lookups>,
    reply: Spanned<ReplyFiles>,
    counts: CountsText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CountsText {
    corrections_max: u32,
    neutral_notes_per_day_max: u32,
    challenges_per_day_max: u32,
    stranger_alarms_per_day_max: u32,
    letters_per_day_max: u32,
    letters_per_ticket_max: u32,
    warnings_per_day_max: u32,
    unproven_stops_per_day_max: u32,
    unproven_notices_per_day_max: u32,
    data_tries_per_day_max: u32,
    unit_tries_per_day_max: u32,
}

pub fn classify(file: &TomlFile, faults: &mut Vec<FileFault>) -> Option<Classify> {
    let text: ClassifyText = file.parse().map_err(|fault| faults.push(fault)).ok()?;
    let lists = [
        ("withdraw", &text.withdraw),
        ("done", &text.done),
        ("cancels", &text.cancels),
        ("moves", &text.moves),
        ("wishes", &text.wishes),
        ("declines", &text.declines),
        ("holds", &text.holds),
        ("refuses", &text.refuses),
        ("same_time", &text.same_time),
        ("agrees", &text.agrees),
        ("conditions", &text.conditions),
        ("hold", &text.hold),
        ("request", &text.request),
        ("contact", &text.contact),
        ("yes", &text.yes),
        ("no", &text.no),
        ("keep", &text.keep),
        ("doubt", &text.doubt),
        ("courtesies", &text.courtesies),
        ("unsubscribe", &text.unsubscribe),
    ];
    for (key, list) in lists {
        // The beginning of every subject is the empty text: all mail would match.
        if list.iter().any(|word| word.trim().is_empty()) {
            faults.push(file.fault(None, key, "words", "an empty one", "take it out: it would match every mail"));
        }
    }
    let mut languages = CommonWords::new();
    for (code, words) in &text.languages {
        let Ok(language) = code.get_ref().parse::<Language>() else {
            let found = format!("\"{}\"", code.get_ref());
            faults.push(file.fault(Some(&code.span()), "languages", LANGUAGES, &found, "correct the code"));
            continue;
        };
        languages.insert(language, words.iter().map(|word| word.to_lowercase()).collect());
    }
    let lower = |words: Vec<String>| words.iter().map(|word| word.to_lowercase()).collect();
    Some(Classify {
        marks: marks::read(text.marks, file, faults),
        withdraw: lower(text.withdraw),
        done: lower(text.done),
        cancels: lower(text.cancels),
        moves: lower(text.moves),
        wishes: lower(text.wishes),
        declines: lower(text.declines),
        holds: lower(text.holds),
        refuses: lower(text.refuses),
        same_time: lower(text.same_time),
        agrees: lower(text.agrees),
        conditions: lower(text.conditions),
        hold: lower(text.hold),
        request: lower(text.request),
        contact: lower(text.contact),
        yes: lower(text.yes),
        no: lower(text.no),
        keep: lower(text.keep),
        doubt: lower(text.doubt),
        courtesies: lower(text.courtesies),
        languages,
        unsubscribe: lower(text.unsubscribe),
    })
}

pub fn limits(file: &TomlFile, faults: &mut Vec<FileFault>) -> Option<(Limits, Lookups, ReplyFiles, Counts)> {
    let text: LimitsText = file.parse().map_err(|fault| faults.push(fault)).ok()?;
    let span = text.mail.span();
    let limits = text.mail.into_inner();
    for (key, value) in numbers(&limits) {
        if value == 0 {
            let way_out = "write a number, or take the file that came with the program";
            faults.push(file.fault(Some(&span), key, "a number above 0", "0, which lets no mail through", way_out));
        }
    }
    let span = text.lookups.span();
    let lookups = text.lookups.into_inner();
    for (key, value) in lookup_numbers(&lookups) {
        if value == 0 {
            let found = "0, which leaves every sender unknown";
            let way_out = "write a number, or take the file that came with the program";
            faults.push(file.fault(Some(&span), key, "a number above 0", found, way_out));
        }
    }
    let counts = Counts {
        corrections_max: text.counts.corrections_max,
        neutral_notes_per_day_max: text.counts.neutral_notes_per_day_max,
        challenges_per_day_max: text.counts.challenges_per_day_max,
        stranger_alarms_per_day_max: text.counts.stranger_alarms_per_day_max,
        letters_per_day_max: text.counts.letters_per_day_max,
        letters_per_ticket_max: text.counts.letters_per_ticket_max,
        warnings_per_day_max: text.counts.warnings_per_day_max,
        unproven_stops_per_day_max: text.counts.unproven_stops_per_day_max,
        unproven_notices_per_day_max: text.counts.unproven_notices_per_day_max,
        data_tries_per_day_max: text.counts.data_tries_per_day_max,
        unit_tries_per_day_max: text.counts.unit_tries_per_day_max,
    };
    Some((limits, lookups, reply_files(file, text.reply, faults), counts))
}

fn reply_files(file: &TomlFile, text: Spanned<ReplyFiles>, faults: &mut Vec<FileFault>) -> ReplyFiles {
    let span = text.span();
    let reply = text.into_inner();
    let way_out = "correct it, or take the file that came with the program";
    if reply.file_bytes_max == 0 {
        let expected = "a number above 0";
        faults.push(file.fault(
            Some(&span),
            "file_bytes_max",
            expected,
            "0: write files_max = 0 to send none",
            way_out,
        ));
    }
    if reply.files_bytes_max < reply.file_bytes_max {
        let found = format!("{}, less than file_bytes_max", reply.files_bytes_max);
        let expected = "room for one file at least";
        faults.push(file.fault(Some(&span), "files_bytes_max", expected, &found, way_out));
    }
    reply
}

fn lookup_numbers(lookups: &Lookups) -> [(&'static str, u64); 4] {
    let wide = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    [
        ("signatures_max", wide(lookups.signatures_max)),
        ("queries_max", wide(lookups.queries_max)),
        ("seconds_max", lookups.seconds_max),
        ("silent_seconds_max", lookups.silent_seconds_max),
    ]
}

fn numbers(limits: &Limits) -> [(&'static str, u64); 16] {
    let wide = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    [
        ("message_bytes_max", limits.message_bytes_max),
        ("header_bytes_max", wide(limits.header_bytes_max)),
        ("header_field_bytes_max", wide(limits.header_field_bytes_max)),
        ("header_fields_max", wide(limits.header_fields_max)),
        ("header_line_bytes_max", wide(limits.header_line_bytes_max)),
        ("mime_depth_max", wide(limits.mime_depth_max)),
        ("mime_parts_max", wide(limits.mime_parts_max)),
        ("mime_parameters_max", wide(limits.mime_parameters_max)),
        ("addresses_per_field_max", wide(limits.addresses_per_field_max)),
        ("text_bytes_max", wide(limits.text_bytes_max)),
        ("text_lines_max", wide(limits.text_lines_max)),
        ("html_depth_max", wide(limits.html_depth_max)),
        ("attachments_max", wide(limits.attachments_max)),
        ("archive_entries_max", wide(limits.archive_entries_max)),
        ("archive_ratio_max", wide(limits.archive_ratio_max)),
        ("archive_bytes_max", wide(limits.archive_bytes_max)),
    ]
}

/// One sentence for each denial, none left over.
pub fn denials(file: &TomlFile, faults: &mut Vec<FileFault>) -> Option<BTreeMap<Denial, String>> {
    let text: BTreeMap<Spanned<String>, Spanned<String>> = file.parse().map_err(|fault| faults.push(fault)).ok()?;
    let mut sentences = BTreeMap::new();
    for (code, sentence) in &text {
        let Ok(denial) = code.get_ref().parse::<Denial>() else {
            let way_out = "correct the code, or take the line out";
            let found = "a code that nothing uses";
            faults.push(file.fault(Some(&code.span()), code.get_ref(), "the code of a denial", found, way_out));
            continue;
        };
        if sentence.get_ref().trim().is_empty() {
            let way_out = "write what the customer is told";
            faults.push(file.fault(Some(&sentence.span()), code.get_ref(), "a sentence", "nothing", way_out));
        }
        sentences.insert(denial, sentence.get_ref().trim().to_owned());
    }
    for denial in Denial::VARIANTS {
        if !sentences.contains_key(denial) {
            let way_out = "add a line with what the customer is told";
            faults.push(file.fault(None, denial.code(), "a sentence for every denial", "none", way_out));
        }
    }
    Some(sentences)
}

const LANGUAGES: &str = "one of en, es, de, fr";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordsText {
    answers: BTreeMap<String, String>,
    #[serde(default)]
    labels: BTreeMap<FieldKey, String>,
    #[serde(default)]
    hints: BTreeMap<FieldKey, String>,
    #[serde(default)]
    phrases: BTreeMap<String, String>,
}

/// The small words of each language's letters.
pub fn words(files: &Files, faults: &mut Vec<FileFault>) -> BTreeMap<Language, Words> {
    let mut all = BTreeMap::new();
    for language in Language::VARIANTS {
        let Some(file) = files.toml(&format!("letters/{}/words.toml", language.code())) else { continue };
        match file.parse::<WordsText>() {
            Ok(WordsText { answers, labels, hints, phrases }) => {
                all.insert(*language, Words { answers, labels, hints, phrases });
            }
            Err(fault) => faults.push(fault),
        }
    }
    all
}

/// One file for each template, with a subject and a text.
pub fn letters(files: &Files, faults: &mut Vec<FileFault>) -> BTreeMap<String, String> {
    let mut letters = BTreeMap::new();
    for (name, file) in files.all() {
        let Some(name) = name.strip_prefix("letters/").and_then(|name| name.strip_suffix(".txt")) else { continue };
        let template = name.rsplit('/').next().unwrap_or(name);
        if template == KEY_FACTS {
            letters.insert(name.to_owned(), file.text.clone());
            continue;
        }
        let (subject, body) = file.text.split_once('\n').unwrap_or((&file.text, ""));
        if subject.trim().is_empty() || body.trim().is_empty() {
            let way_out = "write the subject into the first line and the text below it";
            faults.push(file.fault(Some(&(0..0)), "", "a subject and a text", "less", way_out));
        }
        if template.parse::<Template>().is_err() {
            faults.push(file.fault(None, "", "a letter that is sent", "a name that no template has", "take it out"));
        }
        letters.insert(name.to_owned(), file.text.clone());
    }
    letters
}

/// Templates that no file of the list has: found by a test, for both lists are
/// ours.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::rules::files;

    #[test]
    fn every_template_has_a_letter() {
        let mut faults = Vec::new();
        let letters = letters(&files::built_in(), &mut faults);
        assert_eq!(faults, Vec::new());
        for template in Template::VARIANTS {
            assert!(letters.contains_key(&format!("en/{}", template.name())), "{}", template.name());
        }
    }
}
