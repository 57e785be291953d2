//! What stands behind a label becomes a value of its kind, or what is wrong.
//! Format is forgiven, content never repaired (decisions 10).

mod address;
mod company;
mod ip;
mod mac;
mod password;
mod phone;
mod serial;
mod words;

use std::borrow::Cow;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use crate::desk::form::{Fault, FieldKey, Spec, Value};
use crate::desk::phrase::Phrase;
use crate::phrase;

pub(in crate::desk) use company::company_name;
pub(super) use company::plain as plain_company;
pub use mac::mac;
pub(in crate::desk) use password::{FOREIGN_MARK, is_placeholder, marker};
pub use phone::phone;
pub(super) use words::{is_asap, is_nothing, letters};

/// Reads values as the specification wants them.
pub(super) struct Kinds<'a> {
    pub spec: &'a Spec,
}

impl Kinds<'_> {
    /// Reads the value of one field. The time and its zone need each other and
    /// are read in `time.rs`; here they are words.
    pub(super) fn read(&self, key: FieldKey, written: &str) -> Result<Value, Fault> {
        match key {
            FieldKey::AdminName | FieldKey::CompanyName | FieldKey::UnitVersion => words::text(written),
            FieldKey::UpgradeTime | FieldKey::TimeZone => words::text(written),
            FieldKey::AdminEmail => address::read(written).map(Value::Address),
            FieldKey::AdminPhone => phone(written, &self.spec.phone_country).map(Value::Phone),
            FieldKey::UnitSerial => serial::read(written, self.spec.made.serial.as_ref()).map(Value::Serial),
            FieldKey::UnitMac => mac(written).map(Value::Mac),
            FieldKey::UnitIp => ip::read(written).map(Value::Ip),
            FieldKey::ManagerPassword => password::read(written, self.spec),
            FieldKey::PasswordTested | FieldKey::Subscribe => words::yes_no(written, self.spec).map(Value::YesNo),
            FieldKey::Asap => words::asap(written, self.spec).map(Value::YesNo),
        }
    }

    /// Whether the value of a field has a shape that other words lack.
    pub(super) fn is_shaped(key: FieldKey) -> bool {
        matches!(key, FieldKey::AdminEmail | FieldKey::UnitSerial | FieldKey::UnitMac | FieldKey::UnitIp)
    }
}

/// A serial number in the form in which serials compare; `pattern` is the
/// configured one.
///
/// # Errors
///
/// What is wrong with it, in the reader's words.
pub fn serial(written: &str, pattern: &str) -> Result<String, Fault> {
    serial::read(written, Regex::new(pattern).ok().as_ref())
}

/// In common width, blanks single, without the marks of bold text around it.
fn plain(written: &str) -> String {
    // ASCII is its own common width and has no invisible letters.
    let text: Cow<'_, str> = match written.is_ascii() {
        true => written.into(),
        false => written.nfkc().filter(|c| !is_invisible(*c)).collect::<String>().into(),
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.trim_matches(|c: char| matches!(c, '*' | '_' | ' ')).to_owned()
}

/// Without the quotes and the punctuation that sentences put around a value.
fn bare(written: &str) -> String {
    let text = plain(written);
    text.trim_matches(|c: char| c.is_whitespace() || "\"'“”„«»‘’`.,;".contains(c)).to_owned()
}

/// Without a note in brackets at its end: "00:00:5E:00:53:0A (eth0)".
fn without_note(text: &str) -> &str {
    match text.strip_suffix(')').and_then(|text| text.rsplit_once('(')) {
        Some((value, _)) if !value.trim().is_empty() => value.trim(),
        _ => text,
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{AD}')
}

/// Every dash there is; people and their programs use all of them.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}')
}

/// The values of a list: "A, B", "A / B", "A and B". A single one when it is none.
fn several(text: &str) -> Vec<String> {
    let marked = text.replace(" and ", ",").replace(" or ", ",").replace(" & ", ",").replace(" / ", ",");
    marked.split([',', ';', '|']).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Letters that look like Latin ones: in what order people confuse them.
fn latin_twin(c: char) -> Option<char> {
    let twins = [
        ("АаΑα", 'A'),
        ("ВвΒβ", 'B'),
        ("СсϹϲ", 'C'),
        ("ЕеΕε", 'E'),
        ("НнΗ", 'H'),
        ("Іі", 'I'),
        ("КкΚκ", 'K'),
        ("МмΜ", 'M'),
        ("ОоΟο", 'O'),
        ("РрΡρ", 'P'),
        ("ЅѕΣ", 'S'),
        ("ТтΤτ", 'T'),
        ("ХхΧχ", 'X'),
        ("УуΥυ", 'Y'),
        ("ΖζΖ", 'Z'),
    ];
    twins.iter().find(|(letters, _)| letters.contains(c)).map(|(_, latin)| *latin)
}

/// What a letter is called in a sentence about it.
fn script(c: char) -> Phrase {
    let letter = c.to_string();
    match c {
        '\u{0400}'..='\u{052F}' => phrase!("letter_cyrillic", "the Cyrillic letter {letter}", letter = letter),
        '\u{0370}'..='\u{03FF}' => phrase!("letter_greek", "the Greek letter {letter}", letter = letter),
        c if c.is_alphabetic() => phrase!("letter", "the letter {letter}", letter = letter),
        _ => phrase!("character", "the character {letter}", letter = letter),
    }
}
