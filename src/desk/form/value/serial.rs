//! Serial numbers (F-05, R-16): the form in which they compare, and no repair.

use regex::Regex;

use crate::desk::form::Fault;
use crate::desk::form::value::{bare, is_dash, script, several, without_note};
use crate::desk::moment::shown;
use crate::phrase;

/// Upper case, without blanks and dashes.
pub(super) fn read(written: &str, pattern: Option<&Regex>) -> Result<String, Fault> {
    let text = bare(written);
    let text = without_prefix(without_note(&text));
    let compact: String = text.chars().filter(|c| *c != ' ' && !is_dash(*c)).flat_map(char::to_uppercase).collect();
    if let Some((place, wrong)) = compact.chars().enumerate().find(|(_, c)| c.is_alphanumeric() && !c.is_ascii()) {
        let text = phrase!(
            "serial_letters",
            "a serial number is written in Latin letters and digits; \"{found}\" has {letter} in place {place}",
            found = shown(text),
            letter = script(wrong),
            place = (place + 1).to_string()
        );
        return Err(Fault::new("serial_letters", text));
    }
    let Some(pattern) = pattern else {
        let text = phrase!("serial_pattern", "our desk cannot read serial numbers now; a person will look at it");
        return Err(Fault::new("serial_pattern", text));
    };
    // Joined, two numbers may look like one.
    let parts = several(text);
    if parts.len() > 1 && parts.iter().all(|part| pattern.is_match(&compare(part))) {
        let text = phrase!(
            "two_serials",
            "\"{found}\" holds several serial numbers; expected one, and a block of lines a unit",
            found = shown(text)
        );
        return Err(Fault::new("two_values", text));
    }
    // A dash at the end: the number goes on elsewhere.
    if pattern.is_match(&compact) && !text.ends_with(is_dash) {
        return Ok(compact);
    }
    let text = phrase!(
        "serial_format",
        "\"{found}\" does not look like one of our serial numbers; read it from the unit's label",
        found = shown(text)
    );
    Err(Fault::new("serial_format", text))
}

fn compare(part: &str) -> String {
    let compact = part.chars().filter(|c| *c != ' ' && !is_dash(*c));
    compact.flat_map(char::to_uppercase).collect()
}

/// Without "#", "SN:", "S/N", "No." in front. "SN0042" stays whole: there the
/// letters belong to the number.
fn without_prefix(text: &str) -> &str {
    let mut rest = text;
    loop {
        let bare = rest.trim_start_matches(['#', ':', '=', '.', ' ']);
        let word = ["serial", "s/n", "sn", "number", "no", "nr"].iter().find_map(|word| {
            let start = bare.get(..word.len())?;
            let behind = bare.get(word.len()..)?;
            (start.eq_ignore_ascii_case(word) && behind.starts_with(['#', ':', '=', '.', ' '])).then_some(behind)
        });
        match word {
            Some(behind) if behind.chars().any(char::is_alphanumeric) => rest = behind,
            _ => return bare,
        }
    }
}
