//! Names of companies (F-02): what counts when two are compared, and the legal form.

use crate::desk::form::Spec;
use crate::desk::form::label::{compare_form, is_wide};

/// A company's name in the form in which names compare, and which legal form it has.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::desk) struct CompanyName<'a> {
    name: String,
    legal_form: Option<&'a str>,
}

impl CompanyName<'_> {
    /// Whether both may be the same company: many leave the legal form out, nobody
    /// writes another one.
    pub(in crate::desk) fn may_be(&self, other: &CompanyName<'_>) -> bool {
        let differ = self.legal_form.zip(other.legal_form).is_some_and(|(one, other)| one != other);
        !self.name.is_empty() && self.name == other.name && !differ
    }
}

/// Without case, accents, width, punctuation and the legal form at either end.
pub(in crate::desk) fn company_name<'a>(written: &str, spec: &'a Spec) -> CompanyName<'a> {
    let text = plain(written);
    let found = spec.made.legal_forms.iter().find_map(|(form, called)| {
        let rest = without(&text, form)?.trim();
        // A name that is a legal form and nothing else is a name.
        (!rest.is_empty()).then(|| (rest.to_owned(), called.as_str()))
    });
    match found {
        Some((name, legal_form)) => CompanyName { name, legal_form: Some(legal_form) },
        None => CompanyName { name: text, legal_form: None },
    }
}

/// Words with single blanks; full stops belong to abbreviations ("S.A." is "sa").
pub(in crate::desk::form) fn plain(text: &str) -> String {
    let folded = compare_form(text);
    let letters = folded.chars().filter(|c| *c != '.').map(|c| if c.is_alphanumeric() { c } else { ' ' });
    letters.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text without a legal form at its end or its beginning, as whole words where
/// its writing has words.
fn without<'a>(text: &'a str, form: &str) -> Option<&'a str> {
    let wide = form.chars().all(is_wide);
    let behind = text.strip_suffix(form).filter(|rest| wide || rest.ends_with(' '));
    behind.or_else(|| text.strip_prefix(form).filter(|rest| wide || rest.starts_with(' ')))
}
