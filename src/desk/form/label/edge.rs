//! What stands before a label, and what behind it.

use crate::desk::form::label::Ending;
use crate::desk::form::label::token::{is_blank, is_mark, is_wide};

/// What follows a label: how it ends, where its value begins, and a note in brackets.
pub(super) struct Edge {
    pub ending: Ending,
    pub value: usize,
    pub note: String,
}

/// Whether what precedes byte `start` separates it from the text before.
pub(super) fn stands_apart(line: &str, start: usize) -> bool {
    let before = line.get(..start).unwrap_or("");
    let bare = before.trim_end_matches(|c: char| matches!(c, ' ' | '\u{A0}' | '*' | '【' | '［' | '¿') || is_mark(c));
    let between = before.get(bare.len()..).unwrap_or("");
    let blanks = between.chars().filter(|c| is_blank(*c)).count();
    let wide = line.get(start..).and_then(|rest| rest.chars().next()).is_some_and(is_wide);
    blanks >= 2
        || bare.ends_with(['\t', '　'])
        || between.contains(['【', '［'])
        || bare.ends_with(['；', '，', '、', '。', '｜'])
        || (bare.ends_with([';', ',', '|', '/']) && blanks > 0)
        // Where there are no blanks between words, one parts two fields.
        || (wide && blanks > 0)
}

pub(super) fn trimmed_end(line: &str, start: usize, end: usize) -> usize {
    let value = line.get(start..end).unwrap_or("");
    let kept = value.trim_end_matches(|c: char| is_blank(c) || ";,|；，、。｜【［*¿".contains(c) || is_mark(c));
    // "a / Label: b", but "http://…/".
    let kept = kept.strip_suffix(" /").map_or(kept, str::trim_end);
    start + kept.len()
}

/// Where the text of a line begins behind bullets, numbers and boxes to tick.
pub(super) fn beginning(line: &str) -> (usize, Option<bool>) {
    let mut rest = line;
    let mut tick = None;
    loop {
        let bare =
            rest.trim_start_matches(|c: char| is_blank(c) || "*•·–—-_+|#¿¡■●◆◇○□▪►→※【［".contains(c) || is_mark(c));
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
    behind.strip_prefix(['、', '）']).or_else(|| behind.strip_prefix(['.', ')']).filter(|rest| rest.starts_with(' ')))
}

/// What follows a label that ends at `end`; `says`: whether a text begins with a word
/// for "is". `None`: it is no label, for text goes on.
pub(super) fn edge(line: &str, end: usize, says: impl Fn(&str) -> bool) -> Option<Edge> {
    let offset = |rest: &str| line.len() - rest.len();
    let (rest, note) = noted(numbering(line.get(end..)?));
    let bare = rest.trim_start_matches(|c: char| is_blank(c) || c == '*' || is_mark(c));
    let gap = rest.get(..rest.len() - bare.len()).unwrap_or("");
    let at = |ending, value: &str| {
        let value = value.trim_start_matches(|c: char| is_blank(c) || is_mark(c));
        Some(Edge { ending, value: offset(value), note: note.clone() })
    };
    let asked = bare.strip_prefix(['?', '？']).map(|rest| {
        let rest = rest.trim_start_matches(|c: char| is_blank(c) || is_mark(c));
        // The star of a field that must be filled in.
        let starred = rest.strip_prefix('*').map(|behind| behind.trim_start_matches(is_mark));
        starred.filter(|behind| behind.starts_with([' ', ':', '：'])).map_or(rest, str::trim_start)
    });
    let after_question = asked.unwrap_or(bare);
    if let Some(value) = ["->", "=>", "→", "⇒"].iter().find_map(|arrow| after_question.strip_prefix(arrow)) {
        return at(Ending::Sign, value.trim_start_matches(is_blank));
    }
    if let Some(value) = after_question.strip_prefix([':', '：', '=', '＝', '︰', '﹕', '】', '］']) {
        let value = value.strip_prefix([':', '：']).unwrap_or(value).trim_start_matches(is_mark);
        let value = if gap.contains('*') || value.starts_with("* ") || value.starts_with("** ") {
            value.trim_start_matches('*')
        } else {
            value
        };
        return at(Ending::Colon, value.trim_start_matches(is_blank));
    }
    if let Some(value) = asked {
        let dash = value.strip_prefix(['-', '–', '—']).filter(|behind| behind.starts_with(' '));
        return at(Ending::Sign, dash.map_or(value, str::trim_start));
    }
    if bare.is_empty() {
        return at(Ending::Line, "");
    }
    let dash = bare.strip_prefix(['-', '–', '—']).and_then(|value| value.strip_prefix(' '));
    match dash {
        Some(value) if !gap.is_empty() => at(Ending::Sign, value.trim_start_matches(is_blank)),
        _ if gap.contains(['\t', '　']) || gap.chars().filter(|c| is_blank(*c)).count() >= 2 => at(Ending::Sign, bare),
        _ if gap.is_empty() => {
            // A label without blanks ends where letters of another kind begin.
            let before = line.get(..end).and_then(|text| text.chars().next_back()).is_some_and(is_wide);
            let behind = bare.chars().next().is_some_and(is_wide);
            let ends = before && (!behind && bare.starts_with(char::is_alphanumeric) || says(bare));
            if ends { at(Ending::Blank, bare) } else { None }
        }
        _ => at(Ending::Blank, bare),
    }
}

/// Behind "No.", "№", "n.º": signs that belong to the label.
fn numbering(rest: &str) -> &str {
    let rest = rest.trim_start_matches(['.', '#', '*', '_', '°', '№']);
    let behind = rest.trim_start_matches([' ', '\u{A0}']);
    match behind.strip_prefix(['№', '#']) {
        Some(sign) if rest.len() > sign.len() => sign,
        _ => rest,
    }
}

/// "(yes/no)" belongs to the label, "(415) 555-0123" is a value.
fn noted(rest: &str) -> (&str, String) {
    const CHARACTERS_MAX: usize = 60;
    let behind = rest.strip_prefix(' ').unwrap_or(rest);
    let split = match behind.strip_prefix('(') {
        Some(inside) => inside.split_once(')'),
        None => behind.strip_prefix('（').and_then(|inside| inside.split_once('）')),
    };
    match split {
        Some((inside, behind))
            if inside.chars().any(char::is_alphabetic)
                && inside.chars().take(CHARACTERS_MAX + 1).count() <= CHARACTERS_MAX =>
        {
            (behind, inside.trim().to_owned())
        }
        _ => (rest, String::new()),
    }
}

/// Whether a label before byte `end` is followed by a colon or such, or by the tab
/// of a table.
pub(super) fn signed_behind(line: &str, end: usize) -> bool {
    let (rest, _) = noted(numbering(line.get(end..).unwrap_or("").trim_start_matches([' ', '*', '.', '#'])));
    let behind = rest.trim_start_matches(|c: char| matches!(c, ' ' | '\u{A0}' | '*') || is_mark(c));
    behind.starts_with([':', '：', '=', '＝', '?', '？', '\t', '】', '］'])
}
