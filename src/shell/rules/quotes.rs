//! `quotes.toml`: how mail programs mark what is not written now.

use serde::Deserialize;

use crate::desk::mail::{Around, HeadLabel, Quotes};
use crate::shell::rules::by_language::{self, ByLanguage};
use crate::shell::toml_file::{FileFault, TomlFile};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuotesText {
    openers: ByLanguage,
    wrote: ByLanguage,
    separators: ByLanguage,
    from: ByLanguage,
    date: ByLanguage,
    to: ByLanguage,
    subject: ByLanguage,
    beside: ByLanguage,
    devices: ByLanguage,
    programs: ByLanguage,
    notices: ByLanguage,
    lists: ByLanguage,
    forwards: ByLanguage,
}

pub fn read(file: &TomlFile, faults: &mut Vec<FileFault>) -> Option<Quotes> {
    let text: QuotesText = file.parse().map_err(|fault| faults.push(fault)).ok()?;
    let labels = [
        ("from", &text.from, HeadLabel::From),
        ("date", &text.date, HeadLabel::Date),
        ("to", &text.to, HeadLabel::To),
        ("subject", &text.subject, HeadLabel::Subject),
        ("beside", &text.beside, HeadLabel::Beside),
    ];
    let mut words = |key: &str, list: &ByLanguage| by_language::lower(file, key, list, faults);
    let mut named = std::collections::BTreeMap::new();
    for (key, list, label) in labels {
        named.extend(words(key, list).into_iter().map(|word| (word, label)));
    }
    let quotes = Quotes {
        openers: words("openers", &text.openers),
        wrote: words("wrote", &text.wrote),
        separators: words("separators", &text.separators).into_iter().collect(),
        labels: named,
        devices: patterns(words("devices", &text.devices)),
        programs: patterns(words("programs", &text.programs)),
        notices: words("notices", &text.notices),
        lists: words("lists", &text.lists),
        forwards: words("forwards", &text.forwards),
    };
    for (key, list) in [("devices", &quotes.devices), ("programs", &quotes.programs)] {
        // What varies alone would make every line a signature.
        if list.iter().any(|pattern| format!("{}{}", pattern.before, pattern.after).trim().is_empty()) {
            faults.push(file.fault(None, key, "words around \"…\"", "none", "take it out: it would match every line"));
        }
    }
    Some(quotes)
}

fn patterns(words: Vec<String>) -> Vec<Around> {
    words.iter().map(|word| Around::new(word)).collect()
}
