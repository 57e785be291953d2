//! Phone numbers (F-04, R-18): E.164, with the configured country as default.

use crate::desk::form::Fault;
use crate::desk::form::value::{is_dash, plain};
use crate::desk::moment::shown;
use crate::phrase;

/// `+14155550123`; an extension is dropped. Of several numbers the first counts:
/// a phone is compared with the file, it opens no gate.
///
/// # Errors
///
/// What is missing in it, in the reader's words.
pub fn phone(written: &str, country: &str) -> Result<String, Fault> {
    let text = plain(written).to_lowercase();
    let number = first_number(&text);
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let unreadable = || {
        let text = phrase!(
            "phone_format",
            "expected a phone number with its country code, such as +1 415 555 0123; found \"{found}\"",
            found = shown(written)
        );
        Err(Fault::new("phone_format", text))
    };
    if digits.is_empty() {
        return unreadable();
    }
    let whole = match international(number, &digits) {
        Some(whole) => whole.to_owned(),
        // In the North American plan the area code is part of every number.
        None if country == "1" => match digits.len() {
            10 => format!("1{digits}"),
            11 if digits.starts_with('1') => digits,
            _ => {
                let text = phrase!(
                    "phone_code",
                    "expected a phone number with its country code, such as +1 415 555 0123; the area or country \
                     code is missing in \"{found}\"",
                    found = shown(written)
                );
                return Err(Fault::new("phone_format", text));
            }
        },
        None => format!("{country}{}", digits.strip_prefix('0').unwrap_or(&digits)),
    };
    // In that plan neither area code nor exchange begins with 0 or 1: it is the
    // number of another country, without its code.
    let begins_low = |at: usize| whole.get(at..).is_some_and(|rest| rest.starts_with(['0', '1']));
    if whole.starts_with('1') && (whole.len() != 11 || begins_low(1) || begins_low(4)) {
        return unreadable();
    }
    // E.164: at most 15 digits; no subscriber has fewer than 7 with his country.
    if (7..=15).contains(&whole.len()) { Ok(format!("+{whole}")) } else { unreadable() }
}

/// The digits behind `+`, `00` or the American `011`.
fn international<'a>(number: &str, digits: &'a str) -> Option<&'a str> {
    if number.trim_start_matches(['(', ' ']).starts_with('+') {
        return Some(digits);
    }
    digits.strip_prefix("00").or_else(|| digits.strip_prefix("011").filter(|rest| rest.len() >= 9))
}

/// From the first sign of a number to the first sign that it is over: a word
/// ("x22", "ext", "or"), a second number.
fn first_number(text: &str) -> &str {
    let Some(start) = text.find(|c: char| c.is_ascii_digit() || c == '+') else { return "" };
    let start =
        if text.get(..start).is_some_and(|before| before.ends_with('(')) { start.saturating_sub(1) } else { start };
    let number = text.get(start..).unwrap_or("");
    let inside = |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ' | '.' | '(' | ')' | '/') || is_dash(c);
    let end = number.find(|c| !inside(c)).unwrap_or(number.len());
    let number = number.get(..end).unwrap_or("");
    // "… / …" parts two numbers, "0711/123" is one.
    let number = number.split(" / ").next().unwrap_or(number);
    match number.get(1..).and_then(|rest| rest.find('+')) {
        Some(second) => number.get(..second + 1).unwrap_or(number),
        None => number,
    }
}
