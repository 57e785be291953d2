//! The words of a line, in the form in which they compare. Chinese and Japanese
//! have no blanks between words: there each character is a word.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A word of a line: where it lies and how it compares.
pub(super) struct Token {
    pub range: Range<usize>,
    pub word: String,
}

/// The words of a line. A word compares without case, width and accents.
pub(super) fn tokens(line: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut start = None;
    let mut add = |range: Range<usize>| {
        let word = compare_form(line.get(range.clone()).unwrap_or(""));
        match found.last_mut() {
            // A mark of sound, which decomposed and half-width kana have behind them, is
            // of the letter before it: a label may end with one.
            Some(last) if word.is_empty() && last.range.end == range.start => last.range.end = range.end,
            _ if word.is_empty() => {}
            _ => found.push(Token { range, word }),
        }
    };
    for (at, c) in line.char_indices().chain([(line.len(), ' ')]) {
        let wide = is_wide(c);
        let inside = !wide && (c.is_alphanumeric() || (start.is_some() && is_combining_mark(c)));
        if let (false, Some(from)) = (inside, start) {
            add(from..at);
            start = None;
        }
        if wide {
            add(at..at + c.len_utf8());
        } else if inside && start.is_none() {
            start = Some(at);
        }
    }
    found
}

/// Lower case, without accents, in common width.
pub(in crate::desk) fn compare_form(word: &str) -> String {
    // Most words: neither accents nor width, and nothing to compose.
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    word.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).nfkc().collect()
}

/// A letter of a writing without blanks: Chinese characters and kana.
pub(in crate::desk) fn is_wide(c: char) -> bool {
    matches!(c,
        '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30FA}' | '\u{30FC}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF66}'..='\u{FF9F}'
        | '\u{20000}'..='\u{3134F}')
}

pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace()
}

/// Marks of writing direction and other characters without width.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}
