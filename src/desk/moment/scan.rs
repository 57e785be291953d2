//! A written time as pieces: numbers, words, marks.

use unicode_normalization::UnicodeNormalization;

use crate::desk::moment::Word;

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
pub(super) fn pieces(folded: &str) -> Vec<Piece> {
    let mut rest: &str = folded;
    let mut glued = false;
    let mut pieces = Vec::new();
    while let Some(first) = rest.chars().next() {
        if first == ' ' {
            glued = false;
            rest = tail(rest, 1);
            continue;
        }
        let (token, bytes) = next_token(rest, first);
        pieces.push(Piece { token, glued, means: None });
        glued = true;
        rest = tail(rest, bytes);
    }
    pieces
}

/// What is one word, and how it is written there.
const SPELLED: [(&str, &str); 8] = [
    ("a.m.", "am"),
    ("p.m.", "pm"),
    ("a.m", "am"),
    ("p.m", "pm"),
    ("l'après-midi", "après_midi"),
    ("d'après-midi", "après_midi"),
    ("après-midi", "après_midi"),
    ("après-demain", "après_demain"),
];

fn tail(text: &str, bytes: usize) -> &str {
    text.get(bytes..).unwrap_or("")
}

fn next_token(rest: &str, first: char) -> (Token, usize) {
    if first.is_ascii_digit() {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        return (Token::Number(rest.get(..end).unwrap_or("").to_owned()), end);
    }
    if !first.is_alphabetic() {
        return (Token::Mark(first), first.len_utf8());
    }
    // "a.m." is one word in spite of its full stops, "l'après-midi" in spite of its dash.
    for (written, word) in SPELLED {
        if rest.starts_with(written) {
            return (Token::Word(word.to_owned()), written.len());
        }
    }
    let plain = |c: char| c.is_alphabetic() || c == '_' || c == '\'';
    let mut end = rest.find(|c: char| !plain(c)).unwrap_or(rest.len());
    // A zone name goes on behind its slash, where "etc/gmt+8" has more signs.
    let mut behind = tail(rest, end).chars();
    if behind.next() == Some('/') && behind.next().is_some_and(char::is_alphabetic) {
        let zone = |c: char| plain(c) || c.is_ascii_digit() || matches!(c, '/' | '+' | '-');
        end = rest.find(|c: char| !zone(c)).unwrap_or(rest.len());
    }
    (Token::Word(rest.get(..end).unwrap_or("").to_owned()), end)
}
