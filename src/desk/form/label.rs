//! Labels in a line: which, where, and where their values lie.

mod edge;
mod token;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::desk::form::label::edge::{Edge, beginning, edge, signed_behind, stands_apart, trimmed_end};
use crate::desk::form::label::token::{Token, is_blank, is_mark, tokens};
use crate::desk::form::{FieldKey, Spec, TimePart};

pub(in crate::desk) use token::{compare_form, is_wide};

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
    /// The words of each.
    unit_heads: Vec<Vec<String>>,
    /// Words for "is", in the form in which they compare.
    says: Vec<String>,
    /// Words for "the same for both units", as they compare.
    shared: Vec<String>,
}

impl Labels {
    pub(in crate::desk) fn new(spec: &Spec) -> Labels {
        let mut by_first_word: BTreeMap<String, Vec<(Vec<String>, Label)>> = BTreeMap::new();
        let mut add = |text: &str, label: Label| {
            let words = words(text);
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
        let unit_heads = spec.unit_heads.iter().map(|head| words(head)).filter(|words| !words.is_empty()).collect();
        let comparing = |words: &[String]| words.iter().map(|word| compare_form(word)).collect();
        Labels { by_first_word, unit_heads, says: comparing(&spec.says), shared: comparing(&spec.shared) }
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
            if apart && !begins && !signed_behind(line, end_of(&tokens, next + words)) {
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
        let (number, end) = self.unit_heads.iter().find_map(|head| numbered_head(&tokens, first, head))?;
        let rest = line.get(end..)?;
        let skipped =
            rest.len() - rest.trim_start_matches(|c: char| is_blank(c) || ":.-–—)*#：|）】］".contains(c)).len();
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
        let mut hits: Vec<&(Vec<String>, Label)> = candidates.iter().filter(|(words, _)| fits(words)).collect();
        hits.sort_by_key(|(words, _)| (words.len(), words.iter().map(String::len).sum::<usize>()));
        // "Upgrade Time - ASAP" is a label and its answer, not the label "upgrade time asap".
        let answered = hits.iter().position(|(words, _)| is_dashed(line, tokens, first + words.len()));
        let (words, label) = answered.map_or_else(|| hits.last(), |place| hits.get(place))?;
        let end = tokens.get(first + words.len() - 1)?.range.end;
        let Edge { ending, value, note } = edge(line, end, |rest| self.behind_is(rest).is_some())?;
        let text = line.get(value..).unwrap_or("");
        let value = self.behind_shared(text).map_or(value, |behind| line.len() - behind.len());
        // Marks of writing direction belong to the line, not to its last value.
        let text = line.get(value..).unwrap_or("");
        let value_end = value + text.trim_end_matches(is_mark).len();
        let field = Found { label: *label, ending, value: value..value_end, note, tick: None };
        Some((*label, words.len(), field))
    }

    /// What follows words that say of a value that it is that of several units, as in
    /// "same for both: …" (domain 4.5 D).
    fn behind_shared<'a>(&self, text: &'a str) -> Option<&'a str> {
        let begin = text.trim_start_matches(['(', '（']);
        let apart = |c: char| is_blank(c) || "：:，,）)".contains(c);
        let behind = self.shared.iter().filter_map(|phrase| {
            let length = begin.chars().take(phrase.chars().count()).map(char::len_utf8).sum();
            let (first, behind) = begin.split_at_checked(length)?;
            let value = behind.trim_start_matches(apart);
            let stands_apart = value.len() < behind.len() && !value.is_empty();
            (stands_apart && compare_form(first) == *phrase).then_some(value)
        });
        // Of several that fit the longest: "für beide Geräte", not "für beide".
        behind.min_by_key(|value| value.len())
    }

    /// What follows "is" or "was" at the beginning of a text.
    pub(in crate::desk) fn behind_is<'a>(&self, text: &'a str) -> Option<&'a str> {
        let end = text.find([' ', ':', '：', '\u{A0}', '"', '“', '「']).unwrap_or(text.len());
        let (first, behind) = text.split_at_checked(end)?;
        let whole = compare_form(first);
        let apart = |c: char| matches!(c, ' ' | ':' | '：' | '\u{A0}');
        if self.says.contains(&whole) {
            return Some(behind.trim_start_matches(apart));
        }
        // Without blanks between words: its first letters.
        let wide = first.char_indices().take_while(|(_, c)| is_wide(*c)).map(|(at, c)| at + c.len_utf8());
        let ends = wide.filter(|end| first.get(..*end).is_some_and(|word| self.says.iter().any(|says| says == word)));
        ends.last().and_then(|end| text.get(end..)).map(|behind| behind.trim_start_matches(apart))
    }
}

/// The words of a label as they compare.
fn words(text: &str) -> Vec<String> {
    tokens(text).into_iter().map(|token| token.word).collect()
}

/// Where the token before `next` ends.
fn end_of(tokens: &[Token], next: usize) -> usize {
    next.checked_sub(1).and_then(|last| tokens.get(last)).map_or(0, |last| last.range.end)
}

/// A head with its number, and where that ends: "Unit 2", "unit2".
fn numbered_head(tokens: &[Token], first: usize, head: &[String]) -> Option<(u32, usize)> {
    let (last, before) = head.split_last()?;
    let found = tokens.get(first..first + head.len())?;
    let (last_found, before_found) = found.split_last()?;
    if !before_found.iter().map(|token| &token.word).eq(before) {
        return None;
    }
    let digits = last_found.word.strip_prefix(last.as_str())?;
    if digits.is_empty() {
        let number = tokens.get(first + head.len())?;
        return number.word.parse().ok().map(|parsed| (parsed, number.range.end));
    }
    digits.parse().ok().map(|parsed| (parsed, last_found.range.end))
}

/// Whether a dash between blanks stands before a token.
fn is_dashed(line: &str, tokens: &[Token], place: usize) -> bool {
    let before = place.checked_sub(1).and_then(|before| tokens.get(before));
    let (Some(before), Some(token)) = (before, tokens.get(place)) else { return false };
    let gap = line.get(before.range.end..token.range.start).unwrap_or("");
    matches!(gap, " - " | " – " | " — ")
}

/// Whether a token belongs to the same label as the one before it.
fn joined(line: &str, tokens: &[Token], place: usize) -> bool {
    let before = place.checked_sub(1).and_then(|before| tokens.get(before));
    let (Some(before), Some(token)) = (before, tokens.get(place)) else { return false };
    let gap = line.get(before.range.end..token.range.start).unwrap_or("");
    gap.chars().count() <= 3 && !gap.contains("  ") && !gap.contains(['\t', ':', '：', '=', ';', ',', '(', '?', '\n'])
}
