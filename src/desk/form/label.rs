//! Labels in a line: which, where, and where their values lie.

use std::collections::BTreeMap;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::desk::form::{FieldKey, Spec, TimePart};

/// What a label stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::desk) enum Label {
    Field(FieldKey),
    Part(TimePart),
}

/// How a label ends: what stands between it and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) enum Ending {
    /// A colon or an equals sign.
    Colon,
    /// A question mark, a tab, two blanks, a dash.
    Sign,
    /// Nothing: the line ends here.
    Line,
    /// One blank: a label only if the value fits it.
    Blank,
}

/// A label found in a line, by bytes of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::desk) struct Found {
    pub label: Label,
    pub ending: Ending,
    /// Without the blanks before it; with those behind it when it ends the line.
    pub value: Range<usize>,
    /// What stood in brackets behind the label: "Upgrade Time (PST)".
    pub note: String,
    /// A box before the label, ticked or not.
    pub tick: Option<bool>,
}

/// Every label of the configuration, ready to be found.
#[derive(Debug, Clone, Default)]
pub(in crate::desk) struct Labels {
    /// First word of a label to all labels that begin with it.
    by_first_word: BTreeMap<String, Vec<(Vec<String>, Label)>>,
    unit_heads: Vec<String>,
}

/// A word of a line: where it lies and how it compares.
struct Token {
    range: Range<usize>,
    word: String,
}

impl Labels {
    pub(in crate::desk) fn new(spec: &Spec) -> Labels {
        let mut by_first_word: BTreeMap<String, Vec<(Vec<String>, Label)>> = BTreeMap::new();
        let mut add = |text: &str, label: Label| {
            let words: Vec<String> = tokens(text).into_iter().map(|token| token.word).collect();
            if let Some(first) = words.first() {
                by_first_word.entry(first.clone()).or_default().push((words, label));
            }
        };
        for rule in &spec.fields {
            for text in rule.labels.iter().chain([&rule.label]) {
                add(text, Label::Field(rule.key));
            }
        }
        for rule in &spec.parts {
            for text in &rule.labels {
                add(text, Label::Part(rule.part));
            }
        }
        Labels { by_first_word, unit_heads: spec.unit_heads.iter().map(|head| compare_form(head)).collect() }
    }

    /// The labels of one line with their values, from left to right. The first
    /// must begin the line, the others must stand apart from what precedes them.
    pub(in crate::desk) fn fields(&self, line: &str) -> Vec<Found> {
        let (start, tick) = beginning(line);
        let tokens = tokens(line);
        let mut found: Vec<Found> = Vec::new();
        let mut next = 0;
        while let Some(token) = tokens.get(next) {
            let begins = token.range.start == start;
            let apart = !found.is_empty() && stands_apart(line, token.range.start);
            let hit = if begins || apart { self.at(line, &tokens, next) } else { None };
            let Some((label, words, mut field)) = hit else {
                if found.is_empty() && token.range.start >= start {
                    break;
                }
                next += 1;
                continue;
            };
            // Inside a value only an unmistakable label begins another field.
            if apart && !begins && !signed_behind(line, &tokens, next + words) {
                next += 1;
                continue;
            }
            if let Some(last) = found.last_mut() {
                last.value.end = last.value.end.min(trimmed_end(line, last.value.start, token.range.start));
            }
            field.label = label;
            field.tick = if begins { tick } else { None };
            found.push(field);
            next += words;
        }
        found
    }

    /// A label of `key` anywhere in a line, as whole words, with what follows it
    /// when that is separated by a sign: for secrets in the middle of prose.
    pub(in crate::desk) fn anywhere(&self, line: &str, key: FieldKey) -> Vec<Found> {
        let tokens = tokens(line);
        let mut found = Vec::new();
        let mut next = 0;
        while next < tokens.len() {
            match self.at(line, &tokens, next) {
                Some((label, words, field)) => {
                    if label == Label::Field(key) {
                        found.push(field);
                    }
                    next += words;
                }
                None => next += 1,
            }
        }
        found
    }

    /// "Unit 2" at the beginning of a line: the number, and where the rest begins.
    /// The rest must be empty or begin with a label: "Unit 2 is down" is no head.
    pub(in crate::desk) fn unit_head(&self, line: &str) -> Option<(u32, usize)> {
        let (start, _) = beginning(line);
        let tokens = tokens(line);
        let first = tokens.iter().position(|token| token.range.start >= start)?;
        let token = tokens.get(first)?;
        let word = token.word.trim_end_matches(|c: char| c.is_ascii_digit());
        if !self.unit_heads.iter().any(|head| head == word) {
            return None;
        }
        let (digits, end) = match token.word.get(word.len()..) {
            Some("") | None => {
                let number = tokens.get(first + 1)?;
                (number.word.clone(), number.range.end)
            }
            Some(digits) => (digits.to_owned(), token.range.end),
        };
        let number = digits.parse().ok()?;
        let rest = line.get(end..)?;
        let skipped = rest.len() - rest.trim_start_matches(|c: char| is_blank(c) || ":.-–—)*#：|".contains(c)).len();
        let rest_start = end + skipped;
        let rest = line.get(rest_start..)?;
        let fields = self.fields(rest);
        let with_values = fields.first().is_some_and(|field| field.ending != Ending::Blank);
        (rest.trim().is_empty() || with_values).then_some((number, rest_start))
    }

    /// The longest label whose words begin at token `first`.
    fn at(&self, line: &str, tokens: &[Token], first: usize) -> Option<(Label, usize, Found)> {
        let candidates = self.by_first_word.get(&tokens.get(first)?.word)?;
        let fits = |words: &[String]| {
            words.iter().enumerate().all(|(place, word)| {
                let Some(token) = tokens.get(first + place) else { return false };
                token.word == *word && (place == 0 || joined(line, tokens, first + place))
            })
        };
        let hit = candidates.iter().filter(|(words, _)| fits(words));
        let (words, label) =
            hit.max_by_key(|(words, _)| (words.len(), words.iter().map(String::len).sum::<usize>()))?;
        let end = tokens.get(first + words.len() - 1)?.range.end;
        let (ending, start, note) = ending(line, end)?;
        let field = Found { label: *label, ending, value: start..line.len(), note, tick: None };
        Some((*label, words.len(), field))
    }
}

/// Whether a token belongs to the same label as the one before it.
fn joined(line: &str, tokens: &[Token], place: usize) -> bool {
    let before = place.checked_sub(1).and_then(|before| tokens.get(before));
    let (Some(before), Some(token)) = (before, tokens.get(place)) else { return false };
    let gap = line.get(before.range.end..token.range.start).unwrap_or("");
    gap.chars().count() <= 3 && !gap.contains("  ") && !gap.contains(['\t', ':', '：', '=', ';', ',', '(', '?', '\n'])
}

/// Whether what precedes byte `start` separates it from the text before.
fn stands_apart(line: &str, start: usize) -> bool {
    let before = line.get(..start).unwrap_or("");
    let bare = before.trim_end_matches([' ', '\u{A0}', '*']);
    let blanks = before.get(bare.len()..).unwrap_or("").chars().filter(|c| is_blank(*c)).count();
    blanks >= 2 || bare.ends_with(['\t', '　']) || (bare.ends_with([';', ',', '|', '；', '，', '、']) && blanks > 0)
}

/// Whether the label that ends before token `next` is followed by a colon or
/// such, or by the tab of a table.
fn signed_behind(line: &str, tokens: &[Token], next: usize) -> bool {
    let Some(last) = next.checked_sub(1).and_then(|last| tokens.get(last)) else { return false };
    let behind = line.get(last.range.end..).unwrap_or("").trim_start_matches([' ', '*', '.', '#']);
    let behind = match behind.strip_prefix('(').and_then(|note| note.split_once(')')) {
        Some((_, behind)) => behind.trim_start(),
        None => behind,
    };
    behind.starts_with([':', '：', '=', '?', '\t'])
}

fn trimmed_end(line: &str, start: usize, end: usize) -> usize {
    let value = line.get(start..end).unwrap_or("");
    start + value.trim_end_matches(|c: char| is_blank(c) || ";,|；，、*".contains(c)).len()
}

/// Where the text of a line begins behind bullets, numbers and boxes to tick.
fn beginning(line: &str) -> (usize, Option<bool>) {
    let mut rest = line;
    let mut tick = None;
    loop {
        let bare = rest.trim_start_matches(|c: char| is_blank(c) || "*•·–—-_+|#".contains(c) || is_mark(c));
        let boxed = [("[x]", true), ("[X]", true), ("(x)", true), ("☑", true), ("☒", true), ("✔", true), ("✓", true)]
            .into_iter()
            .chain([("[ ]", false), ("[]", false), ("( )", false), ("☐", false)])
            .find_map(|(written, ticked)| bare.strip_prefix(written).map(|rest| (rest, ticked)));
        let next = match boxed {
            Some((next, ticked)) => {
                tick = Some(ticked);
                next
            }
            None => numbered(bare).unwrap_or(bare),
        };
        if next.len() == rest.len() {
            return (line.len() - rest.len(), tick);
        }
        rest = next;
    }
}

/// Behind "1." or "2)".
fn numbered(text: &str) -> Option<&str> {
    let behind = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = text.len() - behind.len();
    if digits == 0 || digits > 2 {
        return None;
    }
    behind.strip_prefix(['.', ')']).filter(|rest| rest.starts_with(' '))
}

/// What follows a label that ends at `end`: how it ends, where its value begins,
/// and a note in brackets. `None`: it is no label, for text goes on.
fn ending(line: &str, end: usize) -> Option<(Ending, usize, String)> {
    let offset = |rest: &str| line.len() - rest.len();
    let mut rest = line.get(end..)?.trim_start_matches(['.', '#', '*', '_', '°']);
    let mut note = String::new();
    // "(yes/no)" belongs to the label, "(415) 555-0123" is a value.
    if let Some((inside, behind)) = rest.strip_prefix(' ').unwrap_or(rest).strip_prefix('(').and_then(split_bracket)
        && inside.chars().any(char::is_alphabetic)
        && inside.chars().count() <= 60
    {
        inside.trim().clone_into(&mut note);
        rest = behind;
    }
    let bare = rest.trim_start_matches(|c: char| is_blank(c) || c == '*' || is_mark(c));
    let gap = rest.get(..rest.len() - bare.len()).unwrap_or("");
    let asked = bare.strip_prefix('?').map(|rest| rest.trim_start_matches(is_blank));
    let after_question = asked.unwrap_or(bare);
    if let Some(value) = after_question.strip_prefix([':', '：', '=', '︰', '﹕']) {
        let value = value.trim_start_matches(|c: char| is_mark(c));
        let value = if gap.contains('*') || value.starts_with("* ") || value.starts_with("** ") {
            value.trim_start_matches('*')
        } else {
            value
        };
        return Some((Ending::Colon, offset(value.trim_start_matches(is_blank)), note));
    }
    if let Some(value) = asked {
        return Some((Ending::Sign, offset(value), note));
    }
    if bare.is_empty() {
        return Some((Ending::Line, line.len(), note));
    }
    let dash = bare.strip_prefix(['-', '–', '—']).and_then(|value| value.strip_prefix(' '));
    match dash {
        Some(value) if !gap.is_empty() => Some((Ending::Sign, offset(value.trim_start_matches(is_blank)), note)),
        _ if gap.contains('\t') || gap.chars().filter(|c| is_blank(*c)).count() >= 2 => {
            Some((Ending::Sign, offset(bare), note))
        }
        _ if gap.is_empty() => None,
        _ => Some((Ending::Blank, offset(bare), note)),
    }
}

fn split_bracket(text: &str) -> Option<(&str, &str)> {
    text.split_once(')')
}

/// The words of a line. A word compares without case, width and accents.
fn tokens(line: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut start = None;
    for (at, c) in line.char_indices().chain([(line.len(), ' ')]) {
        let inside = c.is_alphanumeric() || (start.is_some() && is_combining_mark(c));
        match (inside, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                let word = compare_form(line.get(from..at).unwrap_or(""));
                found.push(Token { range: from..at, word });
                start = None;
            }
            (true, Some(_)) | (false, None) => {}
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

fn is_blank(c: char) -> bool {
    c.is_whitespace()
}

/// Marks of writing direction and other characters without width.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}
