//! What a person wrote now, apart from what he quotes and how he signs.

mod attribution;
mod flowed;
mod head;
mod tail;

use crate::desk::mail::body::attribution::Surety;
use crate::desk::mail::quotes::{HeadLabel, Quotes};

pub(super) use flowed::unflowed;

/// A text in its three parts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub own: String,
    pub quoted: String,
    pub signature: String,
}

/// Cuts at a character, and says that it did.
pub(super) fn limited(text: &str, bytes_max: usize, exceeded: &mut Vec<String>) -> String {
    if text.len() <= bytes_max {
        return text.to_owned();
    }
    exceeded.push("text_bytes_max".to_owned());
    let mut length = 0;
    text.chars()
        .take_while(|c| {
            length += c.len_utf8();
            length <= bytes_max
        })
        .collect()
}

/// Cuts behind so many lines, and says that it did: each line costs more than
/// its bytes.
pub(super) fn cut_lines(text: &mut String, lines_max: usize, exceeded: &mut Vec<String>) {
    let end = text.match_indices('\n').nth(lines_max.saturating_sub(1)).map(|(place, _)| place + 1);
    if let Some(end) = end.filter(|end| *end < text.len()) {
        exceeded.push("text_lines_max".to_owned());
        text.truncate(end);
    }
}

pub(super) fn append(to: &mut String, text: &str) {
    if !to.is_empty() && !to.ends_with('\n') {
        to.push('\n');
    }
    to.push_str(text);
}

/// Whose a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Own,
    Quoted,
    Signature,
}

/// Cuts a text into own words, quoted words and signature. Interleaved answers
/// are own text, whatever stands around them.
pub(super) fn split(text: &str, quotes: &Quotes) -> Parts {
    let lines: Vec<&str> = text.lines().collect();
    let mut kinds = quoted(&lines, quotes);
    mark_between(&lines, &mut kinds);
    tail::mark(&lines, &mut kinds, quotes);
    let mut parts = Parts::default();
    for (line, kind) in lines.iter().zip(&kinds) {
        let to = match kind {
            Kind::Own => &mut parts.own,
            Kind::Quoted => &mut parts.quoted,
            Kind::Signature => &mut parts.signature,
        };
        to.push_str(line);
        to.push('\n');
    }
    for part in [&mut parts.own, &mut parts.quoted, &mut parts.signature] {
        let trimmed = part.trim_matches('\n').trim_end().to_owned();
        *part = trimmed;
    }
    parts
}

/// The text with a mark before every line that is quoted, for those who see no
/// more of it than its lines.
pub(super) fn marked(text: &str, quotes: &Quotes) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let kinds = quoted(&lines, quotes);
    let mut marked = String::with_capacity(text.len());
    for (line, kind) in lines.iter().zip(kinds) {
        if kind == Kind::Quoted && !is_marked(line) {
            marked.push_str("> ");
        }
        marked.push_str(line);
        marked.push('\n');
    }
    marked
}

/// Whether a line alone heads another mail inside this one.
pub(in crate::desk) fn heads_mail(line: &str, quotes: &Quotes) -> bool {
    let address = |value: &str| value.contains('@');
    head::separates(line, quotes)
        || quotes.label(line).is_some_and(|(label, value)| label == HeadLabel::From && address(value))
        || attribution::read(&[line], quotes).is_some()
}

/// How far others' words go from a line on.
enum Reach {
    Lines(usize),
    /// A mail below the own text.
    Rest,
}

fn quoted(lines: &[&str], quotes: &Quotes) -> Vec<Kind> {
    let mut kinds = Vec::with_capacity(lines.len());
    let mut written = false;
    while let Some(line) = lines.get(kinds.len()) {
        let rest = lines.get(kinds.len()..).unwrap_or_default();
        match reach(rest, written, quotes) {
            None => {
                written |= !is_blank(line);
                kinds.push(Kind::Own);
            }
            Some(Reach::Lines(count)) => kinds.extend(rest.iter().take(count).map(|_| Kind::Quoted)),
            Some(Reach::Rest) => kinds.extend(rest.iter().map(|_| Kind::Quoted)),
        }
    }
    kinds
}

/// `written`: own words stand above. Where none do, somebody answers below.
fn reach(rest: &[&str], written: bool, quotes: &Quotes) -> Option<Reach> {
    let line = rest.first()?;
    if is_blank(line) {
        return None;
    }
    if is_marked(line) {
        return Some(Reach::Lines(1));
    }
    if head::separates(line, quotes) {
        let below = rest.iter().skip(1).find(|line| !is_blank(line));
        return Some(if below.is_some_and(|line| is_marked(line)) { Reach::Lines(1) } else { Reach::Rest });
    }
    if head::is_block(rest, quotes) {
        return Some(Reach::Rest);
    }
    let found = attribution::read(rest, quotes)?;
    let below = rest.iter().skip(found.lines).find(|line| !is_blank(line)).copied().unwrap_or("");
    if is_marked(below) {
        Some(Reach::Lines(found.lines))
    } else if below.trim_start().starts_with('|') {
        Some(Reach::Rest)
    } else if found.surety == Surety::Sure {
        Some(if written { Reach::Rest } else { Reach::Lines(found.lines) })
    } else {
        None
    }
}

/// Lines that programs leave between quoted ones: a rule above, a link that was
/// put on a line of its own.
fn mark_between(lines: &[&str], kinds: &mut [Kind]) {
    let mut quoted_below = false;
    for at in (0..lines.len()).rev() {
        let (Some(line), Some(kind)) = (lines.get(at), kinds.get(at).copied()) else { continue };
        let above = at.checked_sub(1).and_then(|above| kinds.get(above)).copied();
        let between = above == Some(Kind::Quoted) && kinds.get(at + 1) == Some(&Kind::Quoted);
        let residue = kind == Kind::Own && (quoted_below && head::is_rule_line(line) || between && is_link(line));
        if residue && let Some(kind) = kinds.get_mut(at) {
            *kind = Kind::Quoted;
        }
        if !is_blank(line) {
            quoted_below = residue || kind == Kind::Quoted;
        }
    }
}

/// "(https://…) >"
fn is_link(line: &str) -> bool {
    let link = line.trim_matches(|c: char| "<>() ".contains(c));
    (link.starts_with("http://") || link.starts_with("https://")) && !link.contains(' ')
}

fn is_marked(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}
