//! What stands below own words and is none: signatures of people, devices and
//! mailing lists, and the notices of lawyers. Only what nobody writes as his
//! message counts: a word that is lost here may be the urgent one.

use crate::desk::mail::body::head::is_rule_line;
use crate::desk::mail::body::{Kind, is_blank};
use crate::desk::mail::quotes::{Around, Quotes};

/// Lines below a "--" whose blank was lost on the way, which people also write to
/// part their text.
const BARE_SIGNATURE_LINES_MAX: usize = 15;
const LIST_LINES_MAX: usize = 8;
const DEVICE_BYTES_MAX: usize = 200;

/// Finds what signs among the own lines.
pub(super) fn mark(lines: &[&str], kinds: &mut [Kind], quotes: &Quotes) {
    let mut signs = false;
    for at in 0..lines.len() {
        if kinds.get(at) != Some(&Kind::Own) {
            // Below a quotation somebody may answer again.
            signs &= kinds.get(at) == Some(&Kind::Signature);
            continue;
        }
        let block = block(lines, kinds, at);
        signs = signs || begins_signature(block, quotes);
        let above = at.checked_sub(1).and_then(|above| Some((*lines.get(above)?, *kinds.get(above)?)));
        if signs || is_device(above, block, quotes) {
            set(kinds, at, Kind::Signature);
        }
    }
    mark_notices(lines, kinds, quotes);
}

/// The own lines from here to the next quotation.
fn block<'a>(lines: &'a [&'a str], kinds: &[Kind], at: usize) -> &'a [&'a str] {
    // Nobody looks at more lines than this.
    let own = kinds.iter().skip(at).take(BARE_SIGNATURE_LINES_MAX * 3).take_while(|kind| **kind == Kind::Own).count();
    lines.get(at..at + own).unwrap_or_default()
}

/// RFC 3676 4.3, or the rule above the lines of a mailing list.
fn begins_signature(block: &[&str], quotes: &Quotes) -> bool {
    let Some((line, below)) = block.split_first() else { return false };
    let written = below.iter().filter(|line| !is_blank(line));
    if *line == "-- " {
        return true;
    }
    if line.trim_end() == "--" {
        return written.count() <= BARE_SIGNATURE_LINES_MAX;
    }
    (is_rule_line(line) || *line == "__") && is_list_footer(below, quotes)
}

fn is_list_footer(below: &[&str], quotes: &Quotes) -> bool {
    let names = |line: &str| {
        let line = line.to_lowercase();
        quotes.lists.iter().any(|word| line.contains(word.as_str()))
    };
    let is_place = |line: &str| !line.trim().contains(' ') && (line.contains('@') || line.contains("://"));
    let mut written = below.iter().filter(|line| !is_blank(line)).take(LIST_LINES_MAX + 1).peekable();
    let first_names = written.peek().is_some_and(|line| names(line));
    let (count, all) =
        written.fold((0, true), |(count, all), line| (count + 1, all && (names(line) || is_place(line))));
    first_names && all && count <= LIST_LINES_MAX
}

/// "Sent from my phone", alone between blank lines or at the end; what stands below is no part
/// of it, for people write there too.
fn is_device(above: Option<(&str, Kind)>, block: &[&str], quotes: &Quotes) -> bool {
    let Some((line, below)) = block.split_first() else { return false };
    let apart = |line: Option<&&str>| line.is_none_or(|line| is_blank(line) || signs_device(line, quotes));
    let above_apart = above.is_none_or(|(line, kind)| is_blank(line) || kind != Kind::Own);
    // A page may set no blank line above what is the last of the text.
    let is_last = below.iter().all(|line| is_blank(line));
    (above_apart || is_last) && signs_device(line, quotes) && apart(below.first())
}

fn signs_device(line: &str, quotes: &Quotes) -> bool {
    let line = line.trim();
    if line.is_empty() || line.len() > DEVICE_BYTES_MAX {
        return false;
    }
    // "Sent from Outlook<https://…>", "Sent with X (https://…)"
    let link = line.find("http").and_then(|at| line.get(..at)).unwrap_or(line);
    let said = link.trim_end_matches(|c: char| "<([.!".contains(c) || c.is_whitespace());
    quotes.devices.iter().any(|pattern| fits(said, pattern, false))
        || quotes.programs.iter().any(|pattern| fits(said, pattern, true))
}

fn fits(said: &str, pattern: &Around, named: bool) -> bool {
    let lower = said.to_lowercase();
    if !pattern.varies {
        return lower == pattern.before;
    }
    let inner = lower.strip_prefix(pattern.before.as_str()).and_then(|rest| rest.strip_suffix(pattern.after.as_str()));
    let Some(inner) = inner.filter(|inner| !inner.trim().is_empty() && !inner.contains([',', ';', ':', '?', '!', '.']))
    else {
        return false;
    };
    let words: Vec<&str> = said
        .split_whitespace()
        .skip(pattern.before.split_whitespace().count())
        .take(inner.split(' ').count())
        .collect();
    let has_capital = |word: &&&str| word.chars().any(|c| c.is_uppercase() || c.is_ascii_digit());
    let small = words.len() - words.iter().filter(has_capital).count();
    // "my Verizon Wireless 4G LTE smartphone", but not "my phone nothing works now".
    let short = inner.chars().count() <= 60 && (words.len() <= 3 || (words.len() <= 6 && small <= 2));
    short && (!named || words.first().is_some_and(|word| has_capital(&word)))
}

/// Paragraphs of lawyers at the end of the own text, the last one first.
fn mark_notices(lines: &[&str], kinds: &mut [Kind], quotes: &Quotes) {
    let mut end = lines.len();
    while let Some(last) = last_own(lines, kinds, end) {
        let is_of =
            |at: &usize| kinds.get(*at) == Some(&Kind::Own) && lines.get(*at).is_some_and(|line| !is_blank(line));
        let first = (0..=last).rev().take_while(is_of).last().unwrap_or(last);
        if !lines.get(first).is_some_and(|line| begins_notice(line, quotes)) {
            return;
        }
        for at in first..=last {
            set(kinds, at, Kind::Signature);
        }
        end = first;
    }
}

fn last_own(lines: &[&str], kinds: &[Kind], end: usize) -> Option<usize> {
    (0..end).rev().find(|at| kinds.get(*at) == Some(&Kind::Own) && lines.get(*at).is_some_and(|line| !is_blank(line)))
}

fn begins_notice(line: &str, quotes: &Quotes) -> bool {
    let begin: String = line.chars().skip_while(|c| !c.is_alphanumeric()).take(80).collect();
    let begin = begin.to_lowercase().replace('\u{2019}', "'");
    quotes.notices.iter().any(|notice| begin.starts_with(notice.as_str()))
}

fn set(kinds: &mut [Kind], at: usize, kind: Kind) {
    if let Some(place) = kinds.get_mut(at) {
        *place = kind;
    }
}
