//! A password that was found is taken out wherever else its letters stand.

use zeroize::Zeroizing;

use crate::desk::form::lines::unquote;
use crate::desk::form::value::marker;
use crate::desk::seal::Secret;
use crate::desk::seal::spelling::spellings;

/// From this length on, letters by chance are less likely than a repetition.
const ANYWHERE_MIN: usize = 6;
/// From this length on a word by itself counts; shorter ones only alone on a line.
const WORD_MIN: usize = 4;

/// One spelling of a secret and its mark.
pub(super) struct Needle {
    text: Zeroizing<String>,
    length: usize,
    mark: String,
}

/// All spellings to look for, the longest first.
pub(super) fn needles(secrets: &[Secret]) -> Vec<Needle> {
    let mut needles: Vec<Needle> = Vec::new();
    for (n, secret) in secrets.iter().enumerate() {
        for text in spellings(secret.expose()) {
            if !needles.iter().any(|needle| needle.text == text) {
                let length = text.chars().count();
                needles.push(Needle { text, length, mark: marker(n) });
            }
        }
    }
    needles.sort_by_key(|needle| std::cmp::Reverse(needle.length));
    needles
}

/// The first line, counted from 1, that is not the same without them.
pub(super) fn first_line(text: &str, needles: &[Needle]) -> Option<usize> {
    (1..).zip(text.lines()).find(|(_, line)| redacted(line, needles) != *line).map(|(number, _)| number)
}

/// The text without any of them.
pub(super) fn redacted(text: &str, needles: &[Needle]) -> String {
    let mut clean = text.to_owned();
    for needle in needles {
        if !clean.contains(needle.text.as_str()) {
            continue;
        }
        let before = Zeroizing::new(clean);
        clean = match needle.length {
            ANYWHERE_MIN.. => before.replace(needle.text.as_str(), &needle.mark),
            WORD_MIN.. => words_replaced(&before, needle),
            _ => lines_replaced(&before, needle),
        };
    }
    clean
}

/// Where blanks or the ends of the text stand on both sides.
fn words_replaced(text: &str, needle: &Needle) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(needle.text.as_str()) {
        let part_of_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let inside = part_of_word(before.chars().next_back().or_else(|| clean.chars().next_back()));
        clean.push_str(before);
        clean.push_str(if inside || part_of_word(behind.chars().next()) { &needle.text } else { &needle.mark });
        rest = behind;
    }
    clean.push_str(rest);
    clean
}

/// Where it is all of a line.
fn lines_replaced(text: &str, needle: &Needle) -> String {
    let line = |whole: &str| {
        let (_, body) = unquote(whole);
        if body.trim() != needle.text.trim() {
            return whole.to_owned();
        }
        whole.replacen(needle.text.trim(), &needle.mark, 1)
    };
    text.split_inclusive('\n').map(line).collect()
}
