//! Where a password that comes back is told from words that only look like it.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::desk::form::value::mac;

/// How far a print reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// A word, a date, an address of a unit: only alone on a line or behind a label.
    Line,
    /// Anywhere in the mails of whoever wrote it, and of machines.
    Author,
    /// Nothing else is written like this: anywhere.
    Anywhere,
}

const ANYWHERE_CHARS_MIN: usize = 8;
const AUTHOR_CHARS_MIN: usize = 6;

pub(super) fn of(value: &str) -> Reach {
    let chars = value.chars().count();
    if chars < AUTHOR_CHARS_MIN || is_public(value) {
        return Reach::Line;
    }
    let has = |test: fn(char) -> bool| value.chars().any(test);
    let digits = has(|c| c.is_ascii_digit());
    let signs = has(|c| !c.is_alphanumeric() && !c.is_whitespace() && !"-'’/.,()&+".contains(c));
    let mixed = digits && has(char::is_alphabetic);
    let inner_capital =
        value.chars().zip(value.chars().skip(1)).any(|(one, two)| one.is_lowercase() && two.is_uppercase());
    if chars >= ANYWHERE_CHARS_MIN && (mixed || signs) {
        Reach::Anywhere
    } else if mixed || signs || digits || inner_capital || has(char::is_whitespace) {
        Reach::Author
    } else {
        Reach::Line
    }
}

/// What mails say of units, times and people in any case: blanked, a request could
/// not be read any more.
fn is_public(value: &str) -> bool {
    let sign = |c: char| " -–+/.:,()".contains(c);
    let number_like = value.chars().all(|c| c.is_ascii_digit() || sign(c)) && value.contains(sign);
    let plain = |text: &str, signs: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || signs.contains(c))
    };
    // No more than a plain address: "9UF#.GA@cP" has its signs too, and is none.
    let address_like = value
        .split_once('@')
        .is_some_and(|(local, domain)| plain(local, "._+-") && plain(domain, ".-") && domain.contains('.'));
    let link_like = value.split_once("://").is_some_and(|(scheme, _)| plain(scheme, "")) || value.starts_with("www.");
    let serial_like = value.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-') && {
        let letters = value.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
        letters.len() <= 4 && letters.len() < value.len()
    };
    let version_like = value.trim_start_matches(['v', 'V']).split('.').count() > 2
        && value.trim_start_matches(['v', 'V']).chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
        && value.trim_start_matches(['v', 'V']).starts_with(|c: char| c.is_ascii_digit());
    let command_like = value.starts_with('#') && value.chars().skip(1).all(char::is_alphabetic);
    let parsed = mac(value).is_ok() || value.parse::<IpAddr>().is_ok();
    parsed || number_like || address_like || link_like || serial_like || version_like || command_like
}
