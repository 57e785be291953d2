//! Lists of words, a line a language: `en = ["yes", "y"]`.

use std::collections::BTreeMap;

use toml::Spanned;

use crate::shell::toml_file::{FileFault, TomlFile};

/// Language to its words.
pub type ByLanguage = BTreeMap<String, Vec<Spanned<String>>>;

/// The words of all languages, in lower case.
pub fn lower(file: &TomlFile, key: &str, words: &ByLanguage, faults: &mut Vec<FileFault>) -> Vec<String> {
    as_written(file, key, words, faults).iter().map(|word| word.to_lowercase()).collect()
}

/// The words of each language, in lower case.
pub fn lower_each(
    file: &TomlFile,
    key: &str,
    words: &ByLanguage,
    faults: &mut Vec<FileFault>,
) -> BTreeMap<String, Vec<String>> {
    check(file, key, words, faults);
    let lower = |word: &Spanned<String>| word.get_ref().trim().to_lowercase();
    words.iter().map(|(language, list)| (language.clone(), list.iter().map(lower).collect())).collect()
}

/// The words of all languages.
pub fn as_written(file: &TomlFile, key: &str, words: &ByLanguage, faults: &mut Vec<FileFault>) -> Vec<String> {
    check(file, key, words, faults);
    words.values().flatten().map(|word| word.get_ref().trim().to_owned()).collect()
}

/// An empty word would match everything, an empty list nothing.
pub fn check(file: &TomlFile, key: &str, words: &ByLanguage, faults: &mut Vec<FileFault>) {
    for word in words.values().flatten().filter(|word| word.get_ref().trim().is_empty()) {
        faults.push(file.fault(Some(&word.span()), key, "words", "an empty one", "take it out"));
    }
    if words.values().all(Vec::is_empty) {
        faults.push(file.fault(None, key, "at least one word", "none", "write it, for instance en = [\"…\"]"));
    }
}
