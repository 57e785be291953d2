//! The lines of a mail that may answer us, each with who wrote it when.

use std::collections::BTreeSet;

use crate::desk::form::Spec;
use crate::desk::form::origin::{Part, Place};
use crate::desk::mail::{Mail, heads_mail};

/// One line without its quote marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub text: &'a str,
    /// Written in this mail, not quoted from another one.
    pub own: bool,
    /// Inside the empty form of our own question letter.
    pub asked: bool,
    pub place: Place,
}

/// The lines of the text part whose values count.
pub(super) fn of_text<'a>(mail: &'a Mail, spec: &Spec) -> Vec<Line<'a>> {
    allowed(layers(mail), is_reply(mail, spec), spec)
}

/// The same of the HTML part, in which every quoted line has its mark.
pub(super) fn of_html<'a>(mail: &'a Mail, spec: &Spec) -> Vec<Line<'a>> {
    let lines = numbered(Part::Html, &mail.html_text).map(|line| Layered { own: line.depth == 0, ..line });
    allowed(lines.collect(), is_reply(mail, spec), spec)
}

/// The lines of what is attached. They count as quoted ones do.
pub(super) fn of_attached<'a>(mail: &'a Mail, spec: &Spec) -> Vec<Line<'a>> {
    let lines = mail.attached.iter().flat_map(|attached| {
        let rows = &attached.rows;
        numbered(Part::Attachment(attached.place), &attached.text).map(|mut line| {
            let at = line.place.line;
            let row = |at: Option<usize>| at.and_then(|at| rows.get(at)).copied();
            if let Some(here) = row(at.checked_sub(1)) {
                // Several lines of one row are its cells.
                let is_cell = [row(at.checked_sub(2)), row(Some(at))].contains(&Some(here));
                line.place = Place { line: here, before: line.place.before.filter(|_| !is_cell), ..line.place };
            }
            line
        })
    });
    allowed(lines.collect(), is_reply(mail, spec), spec)
}

/// The lines of a part without their marks, none of them own.
fn numbered(part: Part, text: &str) -> impl Iterator<Item = Layered<'_>> {
    text.lines().zip(1..).map(move |(line, number)| layered(part, number, line))
}

fn layered(part: Part, line: usize, written: &str) -> Layered<'_> {
    let (depth, text) = unquote(written);
    let before = if depth == 0 { 0 } else { written.chars().count() - text.chars().count() };
    Layered { text, depth, own: false, place: Place { part, line, before: Some(before) } }
}

/// Whether a mail answers another one. Some programs set In-Reply-To when they
/// forward, and some lose it when they answer; our tag in the subject tells.
pub(super) fn is_reply(mail: &Mail, spec: &Spec) -> bool {
    let subject = mail.subject.trim_start().to_lowercase();
    let forwards = spec.quotes.is_forward(&subject);
    let answers = !mail.in_reply_to.is_empty() || !mail.reply_tags.is_empty();
    subject.contains("[up-") || (answers && !forwards)
}

/// A line in the order of the mail, where we know it.
struct Layered<'a> {
    text: &'a str,
    /// Of quotation.
    depth: usize,
    own: bool,
    place: Place,
}

fn layers(mail: &Mail) -> Vec<Layered<'_>> {
    let mut own = mail.own_text.lines().filter(|line| !line.trim().is_empty()).peekable();
    let signature: BTreeSet<&str> = mail.signature.lines().map(str::trim).collect();
    let quoted: BTreeSet<&str> = mail.quoted_text.lines().map(str::trim).collect();
    let mut lines = Vec::new();
    for (line, number) in mail.text.lines().zip(1..) {
        let layer = layered(Part::Text, number, line);
        let bare = line.trim();
        if own.peek().is_some_and(|next| next.trim() == bare) {
            own.next();
            lines.push(Layered { own: true, ..layer });
        } else if bare.is_empty() || layer.depth > 0 || quoted.contains(bare) || !signature.contains(bare) {
            lines.push(layer);
        }
    }
    if own.peek().is_none() {
        return lines;
    }
    // The own text is not made of lines of the text: take both as they are.
    let quoted = mail.quoted_text.lines().map(|line| layered(Part::Text, 0, line));
    let own = mail.own_text.lines().map(|line| Layered { own: true, ..layered(Part::Text, 0, line) });
    quoted.chain(own).collect()
}

/// Depth and text of a quoted line: `> > text`.
pub(in crate::desk) fn unquote(line: &str) -> (usize, &str) {
    let mut depth = 0;
    let mut rest = line;
    loop {
        let bare = rest.trim_start_matches([' ', '\u{A0}']);
        match bare.strip_prefix('>') {
            Some(behind) => {
                depth += 1;
                rest = behind;
            }
            // Blanks that begin a line which is not quoted may mean something.
            None if depth == 0 => return (0, line),
            None => return (depth, rest.strip_prefix(' ').unwrap_or(rest)),
        }
    }
}

/// In an answer quoted lines count only inside our own empty form: the values of
/// an earlier mail are nothing new. Elsewhere, as in a forwarded
/// request, all count.
fn allowed<'a>(lines: Vec<Layered<'a>>, reply: bool, spec: &Spec) -> Vec<Line<'a>> {
    let mut block: Option<usize> = None;
    // Our letter came back without any marks of quotation: what follows its
    // empty form is ours too.
    let mut ours_unmarked = false;
    let mut kept = Vec::new();
    for Layered { text, depth, own, place } in lines {
        if spec.question_marks.iter().any(|mark| mark.trim().eq_ignore_ascii_case(text.trim())) {
            block = Some(depth);
            ours_unmarked = own;
            continue;
        }
        if (!own || ours_unmarked)
            && block.is_some()
            && (text.trim_start().starts_with("---") || heads_mail(text, &spec.quotes))
        {
            block = None;
            if ours_unmarked {
                break;
            }
        }
        let asked = block.is_some_and(|ours| own || depth == ours);
        // A blank line keeps its neighbours apart, whoever wrote it.
        if own || asked || !reply || text.trim().is_empty() {
            kept.push(Line { text: cut(text), own, asked, place });
        }
    }
    kept
}

/// The beginning of a line that no form has so long: what is looked for in a line
/// is looked for from each of its labels on (TE4).
fn cut(line: &str) -> &str {
    const LINE_BYTES_MAX: usize = 2000;
    let end = (0..=LINE_BYTES_MAX.min(line.len())).rev().find(|end| line.is_char_boundary(*end));
    line.get(..end.unwrap_or(0)).unwrap_or(line)
}
