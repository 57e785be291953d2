//! The lines of a letter: no empty ones in a row, none wider than a mail client
//! of 1990 shows.

use unicode_normalization::char::is_combining_mark;

/// Columns of a customer's letter.
pub const COLUMNS_MAX: usize = 72;

/// Stands before each line of a moment in several zones (see [`hung`]). What else
/// brings one along loses it.
pub(super) const ZONES: char = '\u{1e}';

/// A moment's lines in the other zones hang below its first; where they are too
/// wide behind their label, all stand below it.
fn hung(body: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut lines = body.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((before, first)) = line.split_once(ZONES) else {
            out.push(line.to_owned());
            continue;
        };
        let mut others: Vec<&str> = Vec::new();
        while let Some(other) = lines.next_if(|next| next.starts_with(ZONES)) {
            others.push(other.trim_start_matches(ZONES));
        }
        let column = width(before);
        let widest = others.iter().map(|line| width(line)).chain([width(first)]).max().unwrap_or(0);
        let (first, hang) = if before.trim().is_empty() {
            (line.to_owned(), column)
        } else if column + widest <= COLUMNS_MAX {
            // The moments stand in one column, the signs before them.
            (line.to_owned(), column.saturating_sub(2))
        } else {
            out.push(before.trim_end().to_owned());
            let hang = indent(before) + 2;
            (format!("{}{first}", " ".repeat(hang)), hang)
        };
        out.push(first);
        out.extend(others.iter().map(|other| format!("{}= {other}", " ".repeat(hang))));
    }
    out.join("\n").replace(ZONES, "")
}

/// At most one empty line in a row, one line end at the end.
pub(super) fn tidy(body: &str) -> String {
    let body = hung(body);
    let mut lines: Vec<&str> = Vec::new();
    for line in body.lines().map(str::trim_end) {
        if !(line.is_empty() && lines.last().is_none_or(|last| last.is_empty())) {
            lines.push(line);
        }
    }
    let mut text = lines.join("\n").trim_end().to_owned();
    text.push('\n');
    text
}

/// Folds what is wider than [`COLUMNS_MAX`]. A paragraph flows on into its next
/// lines; a point of a list hangs below its mark.
pub(super) fn folded(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut lines = text.lines().peekable();
    // Where the text of the point stands that the lines belong to.
    let mut point = 0;
    while let Some(line) = lines.next() {
        let indent = indent(line);
        let hang = indent + mark(line.get(indent..).unwrap_or(""));
        if hang > indent || indent < point {
            point = if hang > indent { hang } else { 0 };
        }
        let broken = lines.peek().is_some_and(|next| breaks_early(line, next));
        if width(line) <= COLUMNS_MAX && !broken {
            out.push(line.to_owned());
            continue;
        }
        let mut words: Vec<&str> = line.split_whitespace().collect();
        // Lines that stand in without a mark are a table: each is its own. Those
        // of a point go on in it.
        let flows = indent == 0 || hang > indent || indent == point;
        while let Some(next) = lines.next_if(|next| flows && flows_on(next, hang)) {
            words.extend(next.split_whitespace());
        }
        out.extend(filled(&words, indent, hang));
    }
    let mut text = out.join("\n");
    text.push('\n');
    text
}

/// A sentence that goes on in the next line though there was room for its next
/// word: something in it was left out, or is shorter than it was thought.
fn breaks_early(line: &str, next: &str) -> bool {
    const ROOM: usize = 2;
    let first = next.split(' ').next().unwrap_or("");
    let ends = line.trim_end().ends_with([':', '.', ';', '!', '?']);
    let prose = first.chars().next().is_some_and(char::is_lowercase) && !first.contains(['@', '/', ':']);
    let both = indent(line) == 0 && mark(line) == 0 && !line.trim().is_empty();
    both && prose && !ends && width(line) + 1 + width(first) + ROOM <= COLUMNS_MAX
}

/// Whether a line belongs to the paragraph above it.
fn flows_on(line: &str, hang: usize) -> bool {
    let inner = line.trim_start();
    !inner.is_empty() && indent(line) == hang && mark(inner) == 0 && !inner.starts_with(['=', '-', '|'])
}

fn filled(words: &[&str], indent: usize, hang: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = " ".repeat(indent);
    let mut empty = true;
    for word in whole_numbers(words) {
        let word = word.as_str();
        if !empty && width(&line) + 1 + width(word) > COLUMNS_MAX {
            lines.push(std::mem::replace(&mut line, " ".repeat(hang)));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    lines.push(line);
    lines
}

/// A number in groups, such as a telephone number, is not broken.
fn whole_numbers(words: &[&str]) -> Vec<String> {
    let is_group = |word: &str| {
        let bare = word.trim_start_matches('+').trim_end_matches(['.', ',', ';', ')']);
        !bare.is_empty() && bare.chars().all(|c| c.is_ascii_digit())
    };
    let mut whole: Vec<String> = Vec::new();
    for word in words {
        match whole.last_mut() {
            Some(last) if is_group(word) && last.rsplit(' ').next().is_some_and(is_group) => {
                last.push(' ');
                last.push_str(word);
            }
            _ => whole.push((*word).to_owned()),
        }
    }
    whole
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// How far the text of a list stands behind its mark; 0: there is no mark.
fn mark(line: &str) -> usize {
    match line.as_bytes() {
        [b'*' | b'-' | b'=', b' ', ..] => 2,
        _ => 0,
    }
}

/// Columns, for letters of the languages that we write.
pub(super) fn width(line: &str) -> usize {
    line.chars().filter(|c| !is_combining_mark(*c)).count()
}
