//! The line above a quoted mail: "On Tue, 1 Dec 2026 at 10:00, Ann
//! <ann@example.org> wrote:", in any language, in one line or wrapped.

use crate::desk::mail::quotes::{Quotes, is_colon};

/// So many lines one is wrapped to.
const LINES_MAX: usize = 4;
const LINE_BYTES_MAX: usize = 300;
const WORDS_MAX: usize = 40;

/// Such a line was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attribution {
    /// How many lines it fills.
    pub lines: usize,
    pub surety: Surety,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Surety {
    /// A person may have written it: it counts above marked lines only.
    Likely,
    /// Only a program writes so: who and when to the minute.
    Sure,
}

/// The one that `rest` begins with.
pub(super) fn read(rest: &[&str], quotes: &Quotes) -> Option<Attribution> {
    if !may_begin(rest.first()?, quotes) {
        return None;
    }
    let ends = |line: &&str| line.trim_end().ends_with([':', '\u{ff1a}', '-']);
    // It ends where the first of its lines does: no line is joined more often.
    let closed = rest.iter().take(LINES_MAX).position(ends).map_or(0, |at| at + 1);
    let found = |lines| Some((lines, form(rest.get(..lines)?, quotes)?));
    let (lines, surety) = found(closed).or_else(|| found(1)).or_else(|| found(2))?;
    // A sentence above one is no part of it.
    let inner = |from: usize| {
        let (above, rest) = rest.get(..lines)?.split_at_checked(from)?;
        let goes_on = above.last().is_some_and(|line| line.trim_end().ends_with(['<', '(']));
        (!goes_on && may_begin(rest.first()?, quotes)).then(|| form(rest, quotes)).flatten()
    };
    (1..lines).all(|from| inner(from).is_none()).then_some(Attribution { lines, surety })
}

/// With "On …", with a date, or with a name and its address.
fn may_begin(line: &str, quotes: &Quotes) -> bool {
    let line = bare(line);
    // An address that begins a line belongs to the name above.
    let wrapped = line.starts_with(['<', '(']);
    !wrapped && line.len() <= LINE_BYTES_MAX && (line.contains('@') || begins_dated(&line.to_lowercase(), quotes))
}

/// Without dashes around.
fn bare(line: &str) -> &str {
    line.trim_matches(|c: char| matches!(c, '-' | '_' | '*' | '~') || c.is_whitespace())
}

fn begins_dated(text: &str, quotes: &Quotes) -> bool {
    let opens = |opener: &String| {
        let behind = text.strip_prefix(opener.as_str()).and_then(|behind| behind.chars().next());
        behind.is_some_and(|c| !c.is_alphanumeric() || opener.chars().all(is_unspaced))
    };
    let before = text.find(|c: char| c.is_ascii_digit()).and_then(|at| text.get(..at));
    // "ср, 30 апр. 2025 г.", "tir. 18. apr.": at most the weekday stands before.
    before.is_some_and(|before| before.split_whitespace().count() <= 1) || quotes.openers.iter().any(opens)
}

/// Of scripts that set no blanks between words.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{ff00}'..='\u{ffef}')
}

fn form(lines: &[&str], quotes: &Quotes) -> Option<Surety> {
    let joined = joined(lines)?;
    if !joined.ends_with([':', '\u{ff1a}', '-', '>', ')']) {
        return None;
    }
    let line = bare(&joined);
    let dashed = joined.starts_with("--") && joined.ends_with("--");
    let closed = line.strip_suffix(is_colon).map(str::trim_end);
    let text = closed.or(dashed.then_some(line)).unwrap_or(line).to_lowercase();
    if text.split_whitespace().count() > WORDS_MAX {
        return None;
    }
    match verb(&text, quotes).filter(|_| closed.is_some() || dashed) {
        Some((before, behind)) => with_verb(&text, before, behind, quotes),
        None => date_line(&text, closed.is_some(), quotes),
    }
}

fn joined(lines: &[&str]) -> Option<String> {
    let mut joined = String::new();
    for line in lines {
        let line = line.trim();
        let open = joined.matches('<').count() > joined.matches('>').count();
        if line.is_empty() || line.len() > LINE_BYTES_MAX || (line.starts_with('>') && !open) {
            return None;
        }
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(line);
    }
    Some(joined)
}

/// What stands before and behind "wrote".
fn verb<'a>(text: &'a str, quotes: &Quotes) -> Option<(&'a str, &'a str)> {
    quotes.wrote.iter().find_map(|verb| {
        let unspaced = verb.chars().any(is_unspaced);
        text.match_indices(verb.as_str()).find_map(|(at, _)| {
            let (before, rest) = text.split_at_checked(at)?;
            let behind = rest.strip_prefix(verb.as_str())?;
            let apart = !before.ends_with(char::is_alphanumeric) && !behind.starts_with(char::is_alphanumeric);
            (apart || unspaced).then_some((before, behind))
        })
    })
}

fn with_verb(text: &str, before: &str, behind: &str, quotes: &Quotes) -> Option<Surety> {
    let clock = has_clock(text);
    // "a écrit :" alone is the end of one.
    let dated = begins_dated(text, quotes) && before.trim().chars().count() >= 6;
    let is_last = behind.chars().filter(|c| c.is_alphanumeric()).count() <= 3;
    let named = if dated { has_address(text) } else { has_address(before) };
    let fits = if named { is_last || dated || clock } else { dated && (is_last || (clock && is_name(behind))) };
    let when = clock || has_year(text);
    let sure = if named { when } else { clock && has_year(text) };
    fits.then_some(if sure { Surety::Sure } else { Surety::Likely })
}

/// "30 апр. 2025 г. в 15:19, Ann <ann@example.org>:", without a verb.
fn date_line(text: &str, closed: bool, quotes: &Quotes) -> Option<Surety> {
    let ends = text.ends_with(['>', ')']) && has_address(text);
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty()).count();
    let fits = ends && numbers >= 3 && begins_dated(text, quotes) && (has_year(text) || has_clock(text));
    fits.then_some(if closed { Surety::Sure } else { Surety::Likely })
}

/// At most five words, as the name behind "schrieb" is.
fn is_name(text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_alphanumeric() || c.is_whitespace() || ".,-'\"()&".contains(c));
    plain && (1..=5).contains(&text.split_whitespace().count())
}

fn has_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(before, behind)| {
        before.ends_with(char::is_alphanumeric) && behind.starts_with(char::is_alphanumeric)
    })
}

/// `19xx` or `20xx`.
fn has_year(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit())
        .any(|number| number.len() == 4 && (number.starts_with("19") || number.starts_with("20")))
}

/// `9:05`, `09.05`.
pub(super) fn has_clock(text: &str) -> bool {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit() && c != ':' && c != '.');
    numbers.any(|piece| {
        let mut numbers = piece.split([':', '.']).filter(|number| !number.is_empty());
        let colon = piece.contains(':') || numbers.clone().count() == 2;
        colon && numbers.next().is_some_and(|hour| hour.len() <= 2) && numbers.next().is_some_and(|m| m.len() == 2)
    })
}
