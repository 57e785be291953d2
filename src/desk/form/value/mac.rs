//! MAC addresses (F-07, R-15).

use crate::desk::form::Fault;
use crate::desk::form::value::{is_dash, latin_twin, plain, script, several, without_note};
use crate::desk::moment::shown;
use crate::desk::phrase::Phrase;
use crate::phrase;

/// `00:00:5E:00:53:0A`, from any grouping.
///
/// # Errors
///
/// What is wrong with it, in the reader's words.
pub fn mac(written: &str) -> Result<String, Fault> {
    let text = plain(written);
    let text = stripped(without_note(&text));
    let digits = match digits(text) {
        Ok(digits) => digits,
        Err(fault) => return one_of_several(text).unwrap_or(Err(fault)),
    };
    check(&digits).map_err(|fault| if fault.name == "mac_length" { two(text).unwrap_or(fault) } else { fault })?;
    Ok(grouped(&digits))
}

/// Without what people put around it: "MAC=…", quotes, a full stop.
fn stripped(text: &str) -> &str {
    let text = text.trim_matches(|c: char| c == ' ' || "\"'“”„`.,;[]<>".contains(c));
    let behind = text.get(..3).filter(|start| start.eq_ignore_ascii_case("mac")).and_then(|_| text.get(3..));
    match behind {
        Some(rest) if rest.starts_with([':', '=', ' ']) => rest.trim_start_matches([':', '=', ' ']),
        _ => text,
    }
}

/// The digits alone, upper case. Groups without their leading zeros are filled
/// up only where separators say which group is meant.
fn digits(text: &str) -> Result<String, Fault> {
    match text.chars().find(|c| !is_separator(*c) && !c.is_ascii_hexdigit()) {
        Some(wrong) => Err(letter_fault(text, wrong)),
        None => Ok(without_separators(text)),
    }
}

fn is_separator(c: char) -> bool {
    matches!(c, ':' | '.' | ' ') || is_dash(c)
}

fn without_separators(text: &str) -> String {
    let groups: Vec<&str> = text.split(is_separator).filter(|group| !group.is_empty()).collect();
    let short = groups.len() == 6 && groups.iter().all(|group| group.len() <= 2) && !text.contains(' ');
    let filled = groups.iter().map(|group| if short { format!("{group:0>2}") } else { (*group).to_owned() });
    filled.collect::<String>().to_ascii_uppercase()
}

fn check(digits: &str) -> Result<(), Fault> {
    if digits.len() != 12 {
        let text = if digits.len() == 16 {
            phrase!(
                "mac_eui64",
                "a MAC address has 12 hexadecimal digits, such as 00:00:5E:00:53:0A; this one has 16 (that is the \
                 length of an EUI-64, not of a MAC address)"
            )
        } else {
            phrase!(
                "mac_length",
                "a MAC address has 12 hexadecimal digits, such as 00:00:5E:00:53:0A; this one has {count}",
                count = digits.len().to_string()
            )
        };
        return Err(Fault::new("mac_length", text));
    }
    let special = |what: Phrase| {
        let text = phrase!(
            "mac_special",
            "{found} is {what}, which no unit has; a MAC address has 12 hexadecimal digits, such as 00:00:5E:00:53:0A",
            found = grouped(digits),
            what = what
        );
        Err(Fault::new("mac_special", text))
    };
    if digits.chars().all(|c| c == '0') {
        return special(phrase!("mac_empty", "the empty address"));
    }
    if digits.chars().all(|c| c == 'F') {
        return special(phrase!("mac_broadcast", "the broadcast address"));
    }
    // The lowest bit of the first octet marks a group of receivers (IEEE 802).
    let first = digits.get(1..2).and_then(|digit| u8::from_str_radix(digit, 16).ok());
    if first.is_some_and(|nibble| nibble % 2 == 1) {
        special(phrase!("mac_multicast", "a multicast address"))
    } else {
        Ok(())
    }
}

fn grouped(digits: &str) -> String {
    let pair = |place: usize| digits.get(place * 2..place * 2 + 2).unwrap_or("");
    (0..digits.len() / 2).map(pair).collect::<Vec<_>>().join(":")
}

/// Names the wrong letter. Where exactly one digit can be meant the likely
/// reading is shown, never taken (decisions 10).
fn letter_fault(text: &str, wrong: char) -> Fault {
    let meant = |c: char| match c {
        'O' | 'o' => '0',
        'I' | 'i' | 'l' | 'L' => '1',
        c => latin_twin(c).map_or(c, |twin| if twin == 'O' { '0' } else { twin }),
    };
    let repaired: String = text.chars().map(meant).collect();
    let likely = repaired.chars().all(|c| c.is_ascii_hexdigit() || is_separator(c));
    let repaired = likely.then(|| without_separators(&repaired)).filter(|digits| check(digits).is_ok());
    match repaired {
        Some(digits) => {
            let text = phrase!(
                "mac_letter_meant",
                "a MAC address has 12 hexadecimal digits, such as 00:00:5E:00:53:0A; \"{found}\" contains {letter}; \
                 did you mean {meant}?",
                found = shown(text),
                letter = script(wrong),
                meant = grouped(&digits)
            );
            Fault::new("mac_letter", text)
        }
        None => {
            let text = phrase!(
                "mac_letter",
                "a MAC address has 12 hexadecimal digits, such as 00:00:5E:00:53:0A; \"{found}\" contains {letter}",
                found = shown(text),
                letter = script(wrong)
            );
            Fault::new("mac_letter", text)
        }
    }
}

/// One address among words ("eth0 00:00:…"), or two that differ.
fn one_of_several(text: &str) -> Option<Result<String, Fault>> {
    let words = text.split([' ', ',', ';', '|', '(', ')', '=']).map(|word| word.trim_matches([':', '/']));
    let whole = words.filter_map(|word| digits(word).ok().filter(|digits| check(digits).is_ok()));
    let mut found: Vec<String> = whole.map(|digits| grouped(&digits)).collect();
    found.sort();
    found.dedup();
    match found.as_slice() {
        [] => None,
        [one] => Some(Ok(one.clone())),
        [first, second, ..] => Some(Err(differing(first, second))),
    }
}

/// Two addresses in one value.
fn two(text: &str) -> Option<Fault> {
    let mut parts = several(text);
    if parts.len() < 2 {
        parts = text.split_whitespace().map(str::to_owned).collect();
    }
    let whole = parts.iter().filter_map(|part| digits(part).ok().filter(|digits| check(digits).is_ok()));
    let found: Vec<String> = whole.map(|digits| grouped(&digits)).collect();
    match found.as_slice() {
        [first, second, ..] if first != second => Some(differing(first, second)),
        _ => None,
    }
}

fn differing(first: &str, second: &str) -> Fault {
    let text = phrase!(
        "two_macs",
        "two MAC addresses were found, {first} and {second}; expected the one of this unit",
        first = first,
        second = second
    );
    Fault::new("two_values", text)
}
