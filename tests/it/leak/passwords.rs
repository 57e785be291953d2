//! Random passwords, and in which pair of encoding and place each is written.

use std::collections::BTreeSet;

use crate::support::random::Random;

/// How a mail carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    SevenBit,
    EightBit,
    QuotedPrintable,
    Base64,
    HtmlNamed,
    HtmlNumeric,
    HtmlInQuotedPrintable,
    AttachedBase64,
    AttachedUtf16,
    Windows1252,
    Flowed,
    Forwarded,
}

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Field,
    BelowLabel,
    OtherLanguage,
    Subject,
    Prose,
    AttachedForm,
    QuotedForm,
    Report,
}

pub const ENCODINGS: [Encoding; 12] = [
    Encoding::SevenBit,
    Encoding::EightBit,
    Encoding::QuotedPrintable,
    Encoding::Base64,
    Encoding::HtmlNamed,
    Encoding::HtmlNumeric,
    Encoding::HtmlInQuotedPrintable,
    Encoding::AttachedBase64,
    Encoding::AttachedUtf16,
    Encoding::Windows1252,
    Encoding::Flowed,
    Encoding::Forwarded,
];

pub const PLACES: [Place; 8] = [
    Place::Field,
    Place::BelowLabel,
    Place::OtherLanguage,
    Place::Subject,
    Place::Prose,
    Place::AttachedForm,
    Place::QuotedForm,
    Place::Report,
];

impl Encoding {
    pub fn is_html(self) -> bool {
        matches!(self, Encoding::HtmlNamed | Encoding::HtmlNumeric | Encoding::HtmlInQuotedPrintable)
    }

    /// The password is in a part of its own, beside the words of the mail.
    pub fn is_apart(self) -> bool {
        matches!(self, Encoding::AttachedBase64 | Encoding::AttachedUtf16 | Encoding::Forwarded)
    }
}

pub struct Password {
    /// Whose: the customer of this number.
    pub number: usize,
    pub encoding: Encoding,
    pub place: Place,
    pub value: String,
}

impl Password {
    /// In prose nobody can tell where a value with blanks ends, so people quote it.
    pub fn is_quoted(&self) -> bool {
        self.place == Place::Prose && self.value.contains(' ')
    }

    /// As it stands in the mail, and as it is to come back.
    pub fn written(&self) -> String {
        if self.is_quoted() { format!("\"{}\"", self.value) } else { self.value.clone() }
    }
}

/// So many with each pair equally often, the rest at random. `turn` moves every
/// password to the next pair: after 96 turns each has been in all of them.
pub fn all(seed: u64, count: usize, turn: usize) -> Vec<Password> {
    let pairs = ENCODINGS.len() * PLACES.len();
    let mut random = Random::new(seed, 0);
    let mut places: Vec<usize> =
        (0..count).map(|n| if n < count / pairs * pairs { n % pairs } else { random.below(pairs) }).collect();
    for last in (1..places.len()).rev() {
        places.swap(last, random.below(last + 1));
    }
    let mut known = BTreeSet::new();
    let mut one = |(number, pair): (usize, &usize)| {
        let pair = (pair + turn) % pairs;
        let (encoding, place) = (ENCODINGS[pair % ENCODINGS.len()], PLACES[pair / ENCODINGS.len()]);
        let mut random = Random::new(seed, 1 + number as u64);
        loop {
            let length = 12 + random.below(53);
            let value = value(&mut random, length, &Kind::of(encoding, place));
            if known.insert(value.clone()) {
                return Password { number, encoding, place, value };
            }
        }
    };
    places.iter().enumerate().map(&mut one).collect()
}

/// What a pair can carry to the byte.
pub struct Kind {
    /// Beside ASCII.
    letters: &'static [&'static str],
    blanks: bool,
    /// Several blanks together, and one at the end.
    wide: bool,
    quotable: bool,
}

impl Kind {
    pub fn of(encoding: Encoding, place: Place) -> Kind {
        let letters: &[&str] = match encoding {
            Encoding::SevenBit => &[],
            Encoding::Windows1252 => &["ä", "ß", "é", "Ñ", "€", "§"],
            _ => &["ä", "ß", "é", "Ñ", "€", "ж", "中", "🔑"],
        };
        // Header folding, HTML and format=flowed make one blank of many.
        let narrow = encoding.is_html() || encoding == Encoding::Flowed;
        let wide = !narrow && !matches!(place, Place::Subject | Place::Prose);
        Kind { letters, blanks: true, wide, quotable: place == Place::Prose }
    }
}

/// What mail and programs could take for something else.
const TRAPS: [&str; 16] =
    ["\\", "\"", "'", "=20", "=3D", "&amp;", "&lt;", "&#39;", "%20", "\\n", "\\u0041", "${x}", "<b>", "&", "`", "--"];
const PLAIN: &[u8] = b"abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!#$%()+,./:;<=>?@^_{|}~*-";
/// With which words of a mail begin, and lines that are none of its forms.
const FIRST: &[u8] = b"abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789#$%&\\@^_~!";

/// So many characters.
pub fn value(random: &mut Random, length: usize, kind: &Kind) -> String {
    let blanks = kind.blanks && random.once_in(2);
    let mut value = String::from(char::from(random.one_of(FIRST)));
    let mut left = length - 1;
    while left > 0 {
        let piece = match random.below(10) {
            0 => random.one_of(&TRAPS).to_owned(),
            1 if !kind.letters.is_empty() => random.one_of(kind.letters).to_owned(),
            2 if blanks && left > 1 => if kind.wide && random.once_in(4) { "  " } else { " " }.to_owned(),
            _ => char::from(random.one_of(PLAIN)).to_string(),
        };
        let size = piece.chars().count();
        let twice = !kind.wide && piece.starts_with(' ') && value.ends_with(' ');
        let unquotable = kind.quotable && piece.contains('"');
        if size > left || (piece.starts_with(' ') && size >= left) || twice || unquotable {
            continue;
        }
        value.push_str(&piece);
        left -= size;
    }
    if kind.wide && blanks && random.once_in(4) {
        value.pop();
        value.push(' ');
    }
    value
}

#[test]
fn every_pair_is_there_and_every_password_has_its_length() {
    let passwords = all(7, 1000, 0);
    for encoding in ENCODINGS {
        for place in PLACES {
            let count = passwords.iter().filter(|one| (one.encoding, one.place) == (encoding, place)).count();
            assert!(count >= 8, "{encoding:?} and {place:?}: {count}");
        }
    }
    assert!(passwords.iter().all(|one| (12..=64).contains(&one.value.chars().count())));
    for trap in [" ", "  ", "\\", "\"", "=20", "&amp;", "ä", "🔑"] {
        assert!(passwords.iter().filter(|one| one.value.contains(trap)).count() > 10, "{trap}");
    }
    let again = all(7, 1000, 0);
    assert!(passwords.iter().zip(&again).all(|(one, other)| one.value == other.value), "a seed says all");
    let next = all(7, 1000, 1);
    assert!(passwords.iter().zip(&next).all(|(one, other)| one.encoding != other.encoding));
}
