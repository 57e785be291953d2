//! What no letter to a customer may say: promises, and lines that a mail client
//! breaks.

use std::collections::BTreeMap;

use crate::desk::language::Language;
use crate::desk::letter::Template;
use crate::desk::letter::gallery::Shown;
use crate::desk::letter::layout::{COLUMNS_MAX, width};

/// Words that promise, with the ways to say that nothing is promised.
type Promises = (&'static [&'static str], &'static [&'static str]);

fn promises(language: Language) -> Promises {
    match language {
        Language::En => (
            &["guarantee", "will be back by", "will be ready by", "we promise"],
            &["cannot be guaranteed", "not guaranteed", "no guarantee"],
        ),
        Language::Es => (
            &["garantiza", "garantía", "prometemos", "estará listo a", "estará de vuelta a"],
            &["no se puede garantizar", "no garantiza", "sin garantía"],
        ),
        Language::De => (
            &["garantie", "versprechen", "zugesichert", "wird fertig sein um", "wieder verfügbar sein um"],
            &["nicht garantiert", "nicht zu garantieren", "keine garantie"],
        ),
        Language::Fr => (
            &["garanti", "nous promettons", "sera rétabli à", "sera de retour à"],
            &["pas être garanti", "pas être garantie", "pas garanti", "aucune garantie"],
        ),
    }
}

/// Each promise in a text, by word and line (from 1), wherever its lines break.
fn promised(text: &str, language: Language) -> Vec<(&'static str, usize)> {
    let (forbidden, allowed) = promises(language);
    let mut plain = String::new();
    let mut begins = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        for word in line.split_whitespace() {
            begins.push((plain.len(), number));
            plain.push_str(&word.to_lowercase());
            plain.push(' ');
        }
    }
    for denial in allowed {
        plain = plain.replace(denial, &" ".repeat(denial.len()));
    }
    let line = |at: usize| begins.iter().rev().find(|(begin, _)| *begin <= at).map_or(1, |(_, line)| *line);
    let found = forbidden.iter().flat_map(|word| plain.match_indices(*word).map(|(at, _)| (*word, line(at))));
    found.collect()
}

/// The promises in the letters as they are written in the files, each with file
/// and line. Staff letters may speak as they like.
pub fn promises_in(letters: &BTreeMap<String, String>) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, text) in letters {
        let Some((code, template)) = name.split_once('/') else { continue };
        let for_staff = template.parse::<Template>().is_ok_and(Template::is_for_staff);
        let Some(language) = code.parse::<Language>().ok().filter(|_| !for_staff) else { continue };
        for (word, line) in promised(text, language) {
            faults.push(format!("letters/{name}.txt:{line}: {}", no_promise(word)));
        }
    }
    faults
}

fn no_promise(word: &str) -> String {
    format!("expected no promise, found \"{word}\"; say what is planned, and that it cannot be guaranteed")
}

/// Letters that no sample writes: nobody would see what is wrong with them before
/// a customer does.
pub fn without_sample(letters: &BTreeMap<String, String>, shown: &[Shown]) -> Vec<String> {
    let is_shown = |name: &str| {
        shown.iter().any(|one| name.strip_prefix(one.language.code()) == Some(&format!("/{}", one.template.name())))
    };
    let is_letter = |name: &str| name.rsplit('/').next().is_some_and(|name| name.parse::<Template>().is_ok());
    let lonely = letters.keys().filter(|name| is_letter(name) && !is_shown(name));
    lonely
        .map(|name| format!("letters/{name}.txt: expected a sample that writes it, found none; add one to the samples"))
        .collect()
}

/// What is wrong with a letter, each with its file; nothing in a staff letter.
pub fn faults(shown: &Shown) -> Vec<String> {
    if shown.template.is_for_staff() {
        return Vec::new();
    }
    let file = format!("letters/{}/{}.txt", shown.language.code(), shown.template.name());
    let mut faults = Vec::new();
    for (word, _) in promised(&format!("{}\n{}", shown.subject, shown.text), shown.language) {
        faults.push(format!("{file}: {}", no_promise(word)));
    }
    for line in shown.text.lines().filter(|line| width(line) > COLUMNS_MAX && line.trim().contains(' ')) {
        faults.push(format!("{file}: expected at most {COLUMNS_MAX} columns, found {}: \"{line}\"", width(line)));
    }
    faults
}
