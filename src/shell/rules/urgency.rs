//! `urgency.toml`: lists of words, each under the name of its meaning.

use std::collections::BTreeMap;

use strum::VariantArray;
use toml::Spanned;

use crate::desk::urgency::{Lists, Meaning, UrgencyRules};
use crate::shell::rules::by_language::{self, ByLanguage};
use crate::shell::toml_file::{FileFault, TomlFile};

/// The lists, and the letters whose lines are never a customer's words.
pub fn read(file: &TomlFile, letters: &BTreeMap<String, String>, faults: &mut Vec<FileFault>) -> Option<UrgencyRules> {
    let text: BTreeMap<Spanned<String>, ByLanguage> = file.parse().map_err(|fault| faults.push(fault)).ok()?;
    let mut lists = Lists::new();
    for (name, words) in &text {
        match name.get_ref().parse::<Meaning>() {
            Ok(meaning) => {
                lists.insert(meaning, by_language::lower_each(file, name.get_ref(), words, faults));
            }
            Err(_) => {
                let found = "a name that nothing uses";
                let way_out = "correct the name, or take the list out";
                faults.push(file.fault(Some(&name.span()), name.get_ref(), "the name of a list", found, way_out));
            }
        }
    }
    for meaning in Meaning::VARIANTS.iter().filter(|meaning| !lists.contains_key(*meaning)) {
        let name: &str = meaning.into();
        let way_out = "add the list, or take the file that came with the program";
        faults.push(file.fault(None, name, "every list of words", "none", way_out));
    }
    Some(UrgencyRules::new(&lists, letters.values().map(String::as_str)))
}
