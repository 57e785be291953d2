//! What is made from a [`Spec`] once, at start: reading a mail makes none of it.

use regex::Regex;

use crate::desk::form::Spec;
use crate::desk::form::label::{Labels, compare_form};
use crate::desk::form::value::{letters, plain_company};

/// Labels, pattern and words in the form in which they compare.
#[derive(Debug, Clone, Default)]
pub struct Made {
    pub(in crate::desk) labels: Labels,
    /// `None`: it is no regular expression, and no serial can be read.
    pub(in crate::desk) serial: Option<Regex>,
    /// Each with the entry as configured.
    pub(in crate::desk) not_a_password: Vec<(String, String)>,
    pub(in crate::desk) not_in_prose: Vec<String>,
    /// As they compare, the longest first, each with its name.
    pub(in crate::desk) legal_forms: Vec<(String, String)>,
    pub(in crate::desk) yes: Vec<String>,
    pub(in crate::desk) no: Vec<String>,
    /// Letters, digits and single blanks only.
    pub(in crate::desk) asap: Vec<String>,
}

impl Made {
    pub(super) fn of(spec: &Spec) -> Made {
        let comparing = |words: &[String]| words.iter().map(|word| compare_form(word)).collect();
        let mut legal_forms: Vec<(String, String)> =
            spec.legal_forms.iter().map(|(written, name)| (plain_company(written), name.clone())).collect();
        legal_forms.sort_by_key(|(written, _)| std::cmp::Reverse(written.len()));
        Made {
            legal_forms,
            labels: Labels::new(spec),
            serial: Regex::new(&spec.serial_pattern).ok(),
            not_a_password: spec.not_a_password.iter().map(|entry| (compare_form(entry), entry.clone())).collect(),
            not_in_prose: comparing(&spec.not_in_prose),
            yes: comparing(&spec.yes),
            no: comparing(&spec.no),
            asap: spec.asap.iter().map(|word| letters(&compare_form(word))).collect(),
        }
    }
}
