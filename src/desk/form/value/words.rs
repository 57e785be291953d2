//! Names, versions, yes and no.

use crate::desk::form::label::compare_form;
use crate::desk::form::value::{bare, plain};
use crate::desk::form::{Fault, Spec, Value};
use crate::desk::moment::shown;
use crate::phrase;

/// A text longer than this is no name, company or version.
const CHARACTERS_MAX: usize = 200;

pub(super) fn text(written: &str) -> Result<Value, Fault> {
    let text = plain(written);
    let length = text.chars().count();
    if length > CHARACTERS_MAX {
        let text = phrase!(
            "text_length",
            "expected at most {max} characters, found {count}: \"{found}\"",
            max = CHARACTERS_MAX.to_string(),
            count = length.to_string(),
            found = shown(&text)
        );
        return Err(Fault::new("text_length", text));
    }
    Ok(Value::Text(text))
}

/// The first words decide: "Yes, this morning". What is neither is asked about.
pub(super) fn yes_no(written: &str, spec: &Spec) -> Result<bool, Fault> {
    let text = compare_form(&bare(written));
    let boxed = text.trim_matches(['[', ']', '(', ')', '!', ' ']);
    let begins = |words: &[String]| words.iter().any(|word| begins_with(boxed, word));
    match (begins(&spec.made.yes), begins(&spec.made.no)) {
        (true, false) => Ok(true),
        (false, true) => Ok(false),
        // "not tested" begins with a no; "no, tested" says both.
        _ => Err(Fault::new(
            "yes_no",
            phrase!("yes_no", "expected yes or no; found \"{found}\"", found = shown(written)),
        )),
    }
}

/// As [`yes_no`], and every word for ASAP means yes.
pub(super) fn asap(written: &str, spec: &Spec) -> Result<bool, Fault> {
    if is_asap(written, spec) { Ok(true) } else { yes_no(written, spec) }
}

/// Whether a text says "as soon as possible" and nothing else (F-12).
pub(in crate::desk::form) fn is_asap(written: &str, spec: &Spec) -> bool {
    let text = letters(&compare_form(&bare(written)));
    spec.made.asap.contains(&text)
}

/// Whether a value is only strokes and dots, as in an empty form.
pub(in crate::desk::form) fn is_nothing(written: &str) -> bool {
    !plain(written).chars().any(|c| c.is_alphanumeric() || matches!(c, '✓' | '✔' | '☑' | '☒' | '*'))
}

fn begins_with(text: &str, word: &str) -> bool {
    let behind = text.strip_prefix(word).map(|rest| rest.chars().next());
    matches!(behind, Some(None)) || matches!(behind, Some(Some(c)) if !c.is_alphanumeric() && !word.is_empty())
}

/// Letters and digits, blanks single.
pub(in crate::desk::form) fn letters(text: &str) -> String {
    let kept: String = text.chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}
