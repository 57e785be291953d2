//! Where passwords stand in a text. In doubt a word is sealed: what was sealed
//! can be opened by the agent, what was not cannot be called back.

use std::ops::Range;

use crate::desk::form::label::{Ending, Label, Labels, compare_form};
use crate::desk::form::lines::unquote;
use crate::desk::form::value::is_placeholder;
use crate::desk::form::{FieldKey, Spec};

/// Blank lines between a label of our empty form and the answer below it.
const BLANK_LINES_MAX: usize = 4;

pub(super) struct Finder<'a> {
    pub labels: &'a Labels,
    pub spec: &'a Spec,
    /// In sentences, too, and not only where a field can begin.
    pub prose: bool,
}

/// What the lines above have led to.
#[derive(Default)]
struct State {
    /// Inside our own empty form.
    asked: bool,
    /// A password label without a value stands above, so many blank lines ago.
    waiting: Option<usize>,
}

impl Finder<'_> {
    /// The byte ranges of all password values, in order.
    pub(super) fn find(&self, text: &str) -> Vec<Range<usize>> {
        let mut spans = Vec::new();
        let mut state = State::default();
        let mut offset = 0;
        for whole in text.split_inclusive('\n') {
            let line = whole.trim_end_matches(['\n', '\r']);
            let (_, body) = unquote(line);
            let start = offset + line.len() - body.len();
            let found = self.line(body, &mut state);
            spans.extend(found.into_iter().map(|span| start + span.start..start + span.end));
            offset += whole.len();
        }
        spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
        spans
    }

    /// Whether the value of a password field begins where this piece of a line ends.
    pub(super) fn leads_to_value(&self, before: &str) -> bool {
        let text = beginning_of_end(before);
        self.labels.anywhere(text, FieldKey::ManagerPassword).iter().any(|field| {
            let value = text.get(field.value.clone()).unwrap_or("");
            let value = value.trim_start();
            let rest = self.labels.behind_is(value).unwrap_or(value);
            rest.chars().all(|c| !c.is_alphanumeric())
        })
    }

    fn line(&self, body: &str, state: &mut State) -> Vec<Range<usize>> {
        if self.spec.question_marks.iter().any(|mark| mark.trim().eq_ignore_ascii_case(body.trim())) {
            *state = State { asked: true, waiting: None };
            return Vec::new();
        }
        if let Some(blanks) = state.waiting.take() {
            if body.trim().is_empty() {
                state.waiting = (state.asked && blanks < BLANK_LINES_MAX).then_some(blanks + 1);
                return Vec::new();
            }
            let start = body.len() - body.trim_start().len();
            if !self.is_labelled(body) {
                let secret = !is_placeholder(body, self.spec);
                return secret.then_some(start..body.len()).into_iter().collect();
            }
        }
        let pieces = pieces(body).into_iter().flat_map(|from| {
            let end = ends_at(body, from.saturating_add(PIECE_BYTES));
            let found = self.piece(body.get(from..end).unwrap_or(""), state);
            found.into_iter().map(move |span| from + span.start..from + span.end)
        });
        pieces.collect()
    }

    /// What stands in a line, or in a piece of one that nobody has so long.
    fn piece(&self, body: &str, state: &mut State) -> Vec<Range<usize>> {
        let mut spans = self.labelled(body, state);
        let prose: Vec<Range<usize>> = if self.prose { self.prose(body) } else { Vec::new() };
        let covered =
            |span: &Range<usize>| spans.iter().any(|other| other.start <= span.start && span.start < other.end);
        let more: Vec<Range<usize>> = prose.into_iter().filter(|span| !covered(span)).collect();
        spans.extend(more);
        spans
    }

    fn is_labelled(&self, body: &str) -> bool {
        let certain = |text: &str| self.labels.fields(text).iter().any(|field| field.ending != Ending::Blank);
        certain(body) || self.labels.unit_head(body).is_some()
    }

    /// Values behind a password label where a field can begin: to the end of the
    /// line or to the next label, blanks included.
    fn labelled(&self, body: &str, state: &mut State) -> Vec<Range<usize>> {
        let from = self.labels.unit_head(body).map_or(0, |(_, from)| from);
        let text = body.get(from..).unwrap_or("");
        let fields = self.labels.fields(text);
        let mut spans = Vec::new();
        for field in fields.iter().filter(|field| field.label == Label::Field(FieldKey::ManagerPassword)) {
            let value = text.get(field.value.clone()).unwrap_or("");
            if value.trim().is_empty() {
                state.waiting = (field.value.end == text.len()).then_some(0);
            } else if matches!(field.ending, Ending::Colon | Ending::Sign) && !is_placeholder(value, self.spec) {
                spans.push(from + field.value.start..from + field.value.end);
            }
        }
        spans
    }

    /// Passwords in sentences: one word behind "password:", "pw is", "pw".
    fn prose(&self, body: &str) -> Vec<Range<usize>> {
        let mut spans = Vec::new();
        for field in self.labels.anywhere(body, FieldKey::ManagerPassword) {
            let value = beginning(body.get(field.value.clone()).unwrap_or(""));
            let all = value;
            let behind = self.labels.behind_is(value);
            let (value, said) = (behind.unwrap_or(value), behind.is_some());
            let before = all.len() - value.trim_start().len();
            let value = value.trim_start();
            let word = quoted(value).or_else(|| value.split_whitespace().next()).unwrap_or("");
            let taken = match (field.ending, said) {
                _ if is_placeholder(value, self.spec) || is_placeholder(word, self.spec) => false,
                (Ending::Colon, _) => true,
                (_, true) => !self.begins_no_password(word),
                (_, false) => looks_secret(word),
            };
            if taken && !word.is_empty() {
                // A word that is longer than what was looked at is taken whole.
                let start = field.value.start + before;
                let rest = body.get(start..).unwrap_or("");
                let whole = quoted(rest).or_else(|| rest.split_whitespace().next()).unwrap_or(word);
                spans.push(start..start + whole.len());
            }
        }
        spans
    }

    fn begins_no_password(&self, word: &str) -> bool {
        let plain = word.trim_matches(|c: char| !c.is_alphanumeric());
        let word = compare_form(plain);
        // A word with anything but letters in it is none of a sentence.
        plain.chars().all(char::is_alphabetic) && self.spec.made.not_in_prose.contains(&word)
    }
}

/// A line is looked through in pieces of so many bytes, each beginning a little
/// before the end of the one before it, so that no label loses its value (TE4).
const PIECE_BYTES: usize = 4000;
const OVERLAP_BYTES: usize = 300;

/// Where the pieces of a line begin.
fn pieces(line: &str) -> Vec<usize> {
    let step = PIECE_BYTES - OVERLAP_BYTES;
    let count = line.len().saturating_sub(OVERLAP_BYTES).div_ceil(step).max(1);
    (0..count).map(|number| ends_at(line, number * step)).collect()
}

/// The last boundary of characters at or before a place.
fn ends_at(line: &str, place: usize) -> usize {
    (0..=place.min(line.len())).rev().find(|end| line.is_char_boundary(*end)).unwrap_or(0)
}

/// As much of a value as tells what it is: with the whole rest of the line behind
/// each of its labels, a long line would cost the square of its length (TE4).
fn beginning(value: &str) -> &str {
    const BYTES_MAX: usize = 100;
    value.get(..ends_at(value, BYTES_MAX)).unwrap_or(value)
}

/// The end of a line: no label stands further from its value (TE4).
fn beginning_of_end(line: &str) -> &str {
    const BYTES_MAX: usize = 200;
    let from = line.len().saturating_sub(BYTES_MAX);
    let start = (from..=line.len()).find(|start| line.is_char_boundary(*start)).unwrap_or(from);
    line.get(start..).unwrap_or(line)
}

/// What stands in quotes is one password, with its blanks and the quotes.
fn quoted(text: &str) -> Option<&str> {
    const BYTES_MAX: usize = 300;
    const QUOTES: [(char, &[char]); 7] = [
        ('"', &['"']),
        ('\'', &['\'']),
        ('`', &['`']),
        ('“', &['”', '"']),
        ('„', &['“', '”']),
        ('«', &['»']),
        ('‘', &['’']),
    ];
    let text = text.get(..ends_at(text, BYTES_MAX))?;
    let (open, closing) = QUOTES.iter().find(|(open, _)| text.starts_with(*open))?;
    let inside = text.get(open.len_utf8()..)?;
    let (at, close) = inside.char_indices().find(|(at, c)| *at > 0 && closing.contains(c))?;
    text.get(..open.len_utf8() + at + close.len_utf8())
}

/// A word that no sentence holds: letters with digits or signs inside.
fn looks_secret(word: &str) -> bool {
    let inner = word.trim_matches(|c: char| ".,;:!?()\"'“”„«»-–—".contains(c));
    let letters = inner.chars().any(char::is_alphabetic);
    let digits = inner.chars().any(|c| c.is_ascii_digit());
    let signs = inner.chars().any(|c| !c.is_alphanumeric() && !"-'’/.".contains(c));
    inner.chars().count() >= 4 && ((letters && digits) || signs)
}
