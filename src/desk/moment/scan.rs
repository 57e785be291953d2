//! A written time as pieces: numbers, words, marks.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use crate::desk::moment::{Word, Zones};

/// One piece, and whether it follows the last one without a blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub token: Token,
    pub glued: bool,
    /// What it means where it stands (`sense`).
    pub means: Option<Word>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// Its digits; value and width both count ("06", "2026").
    Number(String),
    /// Lower case. Zone names stay whole: `america/los_angeles`, `etc/gmt+8`.
    Word(String),
    Mark(char),
}

impl Token {
    pub(super) fn number(&self) -> Option<(i16, usize)> {
        match self {
            Token::Number(digits) => digits.parse().ok().map(|value| (value, digits.len())),
            Token::Word(_) | Token::Mark(_) => None,
        }
    }

    pub(super) fn word(&self) -> Option<&str> {
        match self {
            Token::Word(word) => Some(word),
            Token::Number(_) | Token::Mark(_) => None,
        }
    }

    pub(super) fn is_mark(&self, mark: char) -> bool {
        *self == Token::Mark(mark)
    }
}

/// Width and spelling of dashes, blanks and digits are format, not content.
pub(super) fn fold(text: &str) -> String {
    let plain = |c: char| match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' => '-',
        '\u{2019}' | '\u{2018}' | '\u{02BC}' => '\'',
        c if c.is_whitespace() => ' ',
        c => c,
    };
    text.nfkc().map(plain).filter(|c| !c.is_control()).flat_map(char::to_lowercase).collect()
}

/// The pieces of a text that was folded.
pub(super) fn pieces(folded: &str, zones: &Zones) -> Vec<Piece> {
    let single = folded.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let mut rest: &str = &single;
    let mut glued = false;
    let mut pieces = Vec::new();
    while let Some(first) = rest.chars().next() {
        if first == ' ' {
            glued = false;
            rest = tail(rest, 1);
            continue;
        }
        let (token, bytes) = next_token(rest, first, zones);
        pieces.push(Piece { token, glued, means: None });
        glued = true;
        // A piece of nothing would be read for ever.
        rest = tail(rest, bytes.max(first.len_utf8()));
    }
    pieces
}

/// Words that a reader of single words would cut ("a.m.", "pasado mañana", and all
/// of a script without blanks), the longest first, by what they begin with.
pub fn uncut<'a>(words: impl Iterator<Item = &'a str>) -> BTreeMap<String, Vec<String>> {
    let mut uncut: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for word in words {
        let first = first_word(word);
        if !first.is_empty() && (first != word || word.chars().any(has_no_blanks)) {
            uncut.entry(first.to_owned()).or_default().push(word.to_owned());
        }
    }
    for words in uncut.values_mut() {
        words.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        words.dedup();
    }
    uncut
}

/// The pieces as one text, with a blank where one was.
pub(super) fn joined(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        if !piece.glued && !text.is_empty() {
            text.push(' ');
        }
        match &piece.token {
            Token::Number(part) | Token::Word(part) => text.push_str(part),
            Token::Mark(mark) => text.push(*mark),
        }
    }
    text
}

fn tail(text: &str, bytes: usize) -> &str {
    text.get(bytes..).unwrap_or("")
}

/// Chinese and Japanese are written without blanks between words.
fn has_no_blanks(c: char) -> bool {
    matches!(c, '\u{3005}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}') && c.is_alphabetic()
}

fn is_plain(c: char) -> bool {
    (c.is_alphabetic() && !has_no_blanks(c)) || c == '_' || c == '\''
}

/// One sign of a script without blanks, else letters up to what is none.
fn first_word(text: &str) -> &str {
    let end = match text.chars().next() {
        Some(first) if has_no_blanks(first) => first.len_utf8(),
        _ => text.find(|c: char| !is_plain(c)).unwrap_or(text.len()),
    };
    text.get(..end).unwrap_or("")
}

fn next_token(rest: &str, first: char, zones: &Zones) -> (Token, usize) {
    if first.is_ascii_digit() {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        return (Token::Number(rest.get(..end).unwrap_or("").to_owned()), end);
    }
    if !first.is_alphabetic() {
        return (Token::Mark(first), first.len_utf8());
    }
    let word = first_word(rest);
    let whole = zones.uncut.get(word).into_iter().flatten().find(|whole| stands_alone(rest, whole));
    if let Some(whole) = whole {
        return (Token::Word(whole.clone()), whole.len());
    }
    let mut end = word.len();
    // A zone name goes on behind its slash, where "etc/gmt+8" has more signs; "月/日"
    // is none (fixtures/found/time/slash-between-signs.txt).
    let mut behind = tail(rest, end).chars();
    if is_plain(first) && behind.next() == Some('/') && behind.next().is_some_and(char::is_alphabetic) {
        let zone = |c: char| is_plain(c) || c.is_ascii_digit() || matches!(c, '/' | '+' | '-');
        end = rest.find(|c: char| !zone(c)).unwrap_or(rest.len());
    }
    (Token::Word(rest.get(..end).unwrap_or("").to_owned()), end)
}

/// Whether `rest` begins with `whole` and not with a longer word.
fn stands_alone(rest: &str, whole: &str) -> bool {
    let Some(behind) = rest.strip_prefix(whole) else { return false };
    let ends = whole.chars().next_back().is_some_and(|c| has_no_blanks(c) || !c.is_alphanumeric());
    ends || !behind.chars().next().is_some_and(|c| c.is_alphanumeric() && !has_no_blanks(c))
}
