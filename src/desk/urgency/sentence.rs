//! Text as sentences, sentences as words and breaks. A word is whole or not at
//! all: "up" is no part of "upgrade", "down" none of "upstream_down".

use crate::desk::urgency::phrase::Language;

/// A word, or a break: comma, colon, dash, bracket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub written: &'a str,
    /// In small letters, as words are compared.
    pub key: String,
    pub is_break: bool,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Sentence<'a> {
    pub tokens: Vec<Token<'a>>,
    /// Ends with a question mark.
    pub asks: bool,
    pub language: Language,
    /// Stands in a notice of planned work.
    pub announced: bool,
}

/// Longer ones are cut: nobody means a "not" so far on, and pasted tables
/// without a full stop must not cost more than their length.
const WORDS_MAX: usize = 80;
/// A line at least so long goes on in the next one, unless that begins anew.
const WRAPPED_LENGTH_MIN: usize = 45;

/// The words of a phrase as they are compared.
pub(super) fn keys(text: &str) -> Vec<String> {
    sentences(text).into_iter().flat_map(|sentence| sentence.tokens).map(|token| token.key).collect()
}

pub(super) fn sentences(text: &str) -> Vec<Sentence<'_>> {
    of_lines(text.lines())
}

pub(super) fn of_lines<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<Sentence<'a>> {
    let mut reader = Reader::default();
    let mut previous = "";
    for line in lines {
        if !goes_on(previous, line) {
            reader.end();
        }
        reader.line(line);
        previous = line;
    }
    reader.end();
    reader.done
}

/// Whether a line only goes on because the one before it was full.
fn goes_on(previous: &str, line: &str) -> bool {
    let begin = line.trim_start().chars().next();
    let small = begin.is_some_and(|c| c.is_lowercase());
    let letter = begin.is_some_and(|c| c.is_alphanumeric() || matches!(c, '"' | '(' | '\''));
    !previous.trim().is_empty() && (small || (letter && previous.trim_end().chars().count() >= WRAPPED_LENGTH_MIN))
}

#[derive(Default)]
struct Reader<'a> {
    done: Vec<Sentence<'a>>,
    open: Sentence<'a>,
}

impl<'a> Reader<'a> {
    fn end(&mut self) {
        let sentence = std::mem::take(&mut self.open);
        if sentence.tokens.iter().any(|token| !token.is_break) {
            self.done.push(sentence);
        } else if let (true, Some(last)) = (sentence.asks, self.done.last_mut()) {
            // "any update???"
            last.asks = true;
        }
    }

    fn line(&mut self, line: &'a str) {
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            let length = if is_word(c) { word_length(rest) } else { c.len_utf8() };
            let (piece, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
            rest = behind;
            if is_word(c) {
                self.word(piece);
            } else {
                self.mark(c, piece, behind);
            }
        }
    }

    fn word(&mut self, written: &'a str) {
        let key = written.to_lowercase().replace('\u{2019}', "'");
        self.open.tokens.push(Token { written, key, is_break: false });
        if self.open.tokens.len() >= WORDS_MAX {
            self.end();
        }
    }

    fn mark(&mut self, c: char, written: &'a str, behind: &str) {
        match c {
            '?' | '\u{ff1f}' => {
                self.open.asks = true;
                self.end();
            }
            '.' | '!' | '\u{3002}' | '\u{ff01}' | '\u{2026}' => self.end(),
            ',' | ';' | ':' | '(' | ')' | '\u{2013}' | '\u{2014}' | '\u{ff0c}' | '\u{ff1b}' | '\u{ff1a}'
            | '\u{3001}' | '\u{bf}' | '\u{a1}' => self.word_break(written),
            '%' => self.open.tokens.push(Token { written, key: written.to_owned(), is_break: false }),
            '-' if behind.starts_with(char::is_whitespace) || behind.starts_with('-') => self.word_break(written),
            _ => {}
        }
    }

    fn word_break(&mut self, written: &'a str) {
        self.open.tokens.push(Token { written, key: written.to_owned(), is_break: true });
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Writing without blanks: each sign is a word of its own.
fn stands_alone(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// Whether a word follows without a blank, as it is written: behind "l'", and
/// beside the signs of a writing without blanks.
pub(super) fn joins(before: &str, next: &str) -> bool {
    let shortened = before.ends_with(['\'', '\u{2019}']);
    shortened || before.ends_with(stands_alone) || next.starts_with(stands_alone)
}

/// Articles and pronouns that lose their vowel before another one are words of
/// their own: "l'appel", "n'arrive", "dell'ufficio"; "isn't" and "Bill's" are not.
fn is_shortened(before: &str, next: char) -> bool {
    let vowel = next.is_alphabetic() && !"bcdfgjklmnpqrstvwxyz".contains(next.to_ascii_lowercase());
    let lower = before.to_lowercase();
    let single = lower.chars().count() == 1 && lower.contains(['l', 'd', 'n', 'j', 's', 'c', 'm', 't']);
    let longer = ["qu", "ll", "un", "st", "tt", "ov", "ch"].iter().any(|end| lower.ends_with(end));
    vowel && (single || longer)
}

/// Bytes of the word with which `text` begins; "one-way", "5.2", "isn't" and
/// "80%" are one word each.
fn word_length(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    let mut length = 0;
    let mut before = ' ';
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or(' ', |(_, next)| *next);
        if stands_alone(c) {
            return if at == 0 { c.len_utf8() } else { at };
        }
        let digits = before.is_ascii_digit() && next.is_ascii_digit();
        if matches!(c, '\'' | '\u{2019}') && is_shortened(text.get(..at).unwrap_or(""), next) {
            return at + c.len_utf8();
        }
        let joins = match c {
            '-' | '\'' | '\u{2019}' => is_word(next) && !stands_alone(next),
            '@' => is_word(next),
            // "pbx.example", but not "is down.Nobody".
            '.' => digits || next.is_lowercase(),
            ':' => digits,
            '%' => before.is_ascii_digit(),
            _ => is_word(c),
        };
        if !joins {
            break;
        }
        length = at + c.len_utf8();
        before = c;
    }
    length
}
