//! A From value cut into its pieces (RFC 5322 3.4, without its obsolete forms).

use std::str::Chars;

use crate::desk::mail::IdentityFault;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Word(String),
    Quoted,
    Comment,
    /// What stands between `<` and `>`.
    Angle(String),
    Special(char),
}

impl Piece {
    /// An atom (dots are an old habit that does no harm) or a quoted string.
    pub fn is_phrase_word(&self) -> bool {
        match self {
            Piece::Word(word) => {
                let is_plain = word.bytes().all(|byte| is_atom_byte(byte) || byte == b'.');
                is_plain && has_whole_encoded_words(word)
            }
            Piece::Quoted => true,
            Piece::Comment | Piece::Angle(_) | Piece::Special(_) => false,
        }
    }
}

/// Each encoded word stands alone between blanks (RFC 2047 2 and 5); of half a one
/// readers make what they like. In quoted strings they are wrong, but common.
fn has_whole_encoded_words(text: &str) -> bool {
    text.split_whitespace().all(|word| !(word.contains("=?") || word.contains("?=")) || is_encoded_word(word))
}

fn is_encoded_word(word: &str) -> bool {
    let Some(inside) = word.strip_prefix("=?").and_then(|word| word.strip_suffix("?=")) else { return false };
    let parts: Vec<&str> = inside.split('?').collect();
    matches!(parts.as_slice(), [charset, "q" | "Q" | "b" | "B", _] if !charset.is_empty())
}

/// Cuts a From value, folded or not, into pieces; what does not end is not plain.
pub(super) fn pieces(value: &str) -> Result<Vec<Piece>, IdentityFault> {
    let mut pieces = Vec::new();
    let mut word = String::new();
    let mut inside = Inside::default();
    let mut was_quoted = false;
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        if !matches!(c, ' ' | '\t' | '\r' | '\n' | '"' | '(' | '<' | ',' | ':' | ';') {
            if was_quoted {
                return Err(IdentityFault::NotPlain);
            }
            word.push(c);
            continue;
        }
        // A word and a string without a blank between them are one word to some.
        if c == '"' && (was_quoted || !word.is_empty()) {
            return Err(IdentityFault::NotPlain);
        }
        if !word.is_empty() {
            pieces.push(Piece::Word(std::mem::take(&mut word)));
        }
        was_quoted = c == '"';
        match c {
            '"' => {
                skip_quoted(&mut chars, &mut inside)?;
                pieces.push(Piece::Quoted);
            }
            '(' => {
                skip_comment(&mut chars, &mut inside)?;
                pieces.push(Piece::Comment);
            }
            '<' => pieces.push(Piece::Angle(angle(&mut chars)?)),
            ',' | ':' | ';' => pieces.push(Piece::Special(c)),
            _ => {}
        }
    }
    if !word.is_empty() {
        pieces.push(Piece::Word(word));
    }
    inside.plain()?;
    Ok(pieces)
}

fn skip_quoted(chars: &mut Chars<'_>, inside: &mut Inside) -> Result<(), IdentityFault> {
    let mut text = String::new();
    while let Some(c) = chars.next() {
        match c {
            '"' if has_whole_encoded_words(&text) => return Ok(()),
            '"' => return Err(IdentityFault::NotPlain),
            _ => text.push(c),
        }
        inside.see(c);
        if c == '\\'
            && let Some(next) = chars.next()
        {
            text.push(next);
            inside.see(next);
        }
    }
    Err(IdentityFault::NotPlain)
}

/// What was met in all quoted strings and comments.
#[derive(Default)]
struct Inside {
    has_line_end: bool,
    has_mark: bool,
}

impl Inside {
    fn see(&mut self, c: char) {
        self.has_line_end |= matches!(c, '\r' | '\n');
        self.has_mark |= "@<>\\\"".contains(c);
    }

    /// Some readers end a string at the end of the line (CPython's `email.utils`
    /// does): what is inside and outside is turned round from there on.
    fn plain(&self) -> Result<(), IdentityFault> {
        if self.has_line_end && self.has_mark { Err(IdentityFault::NotPlain) } else { Ok(()) }
    }
}

fn skip_comment(chars: &mut Chars<'_>, inside: &mut Inside) -> Result<(), IdentityFault> {
    let mut depth = 1_usize;
    while let Some(c) = chars.next() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            '\\' => {
                inside.see(c);
                inside.see(chars.next().unwrap_or(c));
            }
            _ => inside.see(c),
        }
        if depth == 0 {
            return Ok(());
        }
    }
    Err(IdentityFault::NotPlain)
}

fn angle(chars: &mut Chars<'_>) -> Result<String, IdentityFault> {
    let mut spec = String::new();
    for c in chars.by_ref() {
        if c == '>' {
            return Ok(spec);
        }
        spec.push(c);
    }
    Err(IdentityFault::NotPlain)
}

/// `atext` of RFC 5322 3.2.3.
pub(super) fn is_atom_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}
