//! Addresses and telephone numbers of people (F-03, F-04).

use crate::desk::form::{Fault, Value};

/// One e-mail address; what stands around it does not count.
pub(super) fn address(text: &str) -> Result<Value, Fault> {
    let candidates: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || "<>,;()[]\"'".contains(c))
        .map(|word| word.strip_prefix("mailto:").unwrap_or(word).trim_matches('.'))
        .filter(|word| word.contains('@'))
        .collect();
    let mut distinct = candidates.clone();
    distinct.dedup();
    match distinct.as_slice() {
        [one] => plain(one),
        [] => Err(Fault::new("email_missing", "an e-mail address has an @, this has none")),
        _ => Err(Fault::new("email_several", "please name one e-mail address only")),
    }
}

fn plain(word: &str) -> Result<Value, Fault> {
    let bad = || Fault::new("email_format", "this does not look like an e-mail address");
    let (local, domain) = word.rsplit_once('@').ok_or_else(bad)?;
    let local_fits =
        !local.is_empty() && local.is_ascii() && !local.contains('@') && local.bytes().all(|b| b.is_ascii_graphic());
    let label_fits =
        |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !local_fits || !domain.contains('.') || !domain.split('.').all(label_fits) {
        return Err(bad());
    }
    Ok(Value::Address(format!("{local}@{}", domain.to_ascii_lowercase())))
}

/// Digits after a `+`; a number without a country gets `country`'s. The
/// extension is dropped: it does not tell people apart.
pub fn phone(text: &str, country: &str) -> Result<String, Fault> {
    let lower = text.to_lowercase();
    let end = ["ext", "x", "#", "durchwahl", "poste"]
        .iter()
        .filter_map(|mark| lower.find(mark))
        .filter(|at| lower.get(..*at).is_some_and(|before| before.chars().filter(char::is_ascii_digit).count() >= 7))
        .min();
    let number = end.and_then(|end| lower.get(..end)).unwrap_or(&lower);
    // "+44 (0)20 …": the trunk zero is not dialled from abroad.
    let number = number.replace("(0)", "");
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < 5 {
        return Err(Fault::new(
            "phone_short",
            format!("a telephone number has at least 5 digits, this one has {}", digits.len()),
        ));
    }
    if digits.len() > 15 {
        return Err(Fault::new(
            "phone_long",
            format!("a telephone number has at most 15 digits, this one has {}", digits.len()),
        ));
    }
    if number.trim_start().starts_with('+') {
        return Ok(format!("+{digits}"));
    }
    if let Some(international) = digits.strip_prefix("00").or_else(|| digits.strip_prefix("011")) {
        return Ok(format!("+{international}"));
    }
    let with_country = digits.len() == 11 && country == "1" && digits.starts_with('1');
    let national = digits.trim_start_matches('0');
    Ok(if with_country { format!("+{digits}") } else { format!("+{country}{national}") })
}
