//! The lines of a mail that may answer us, each with who wrote it when.

use std::collections::BTreeSet;

use crate::desk::form::Spec;
use crate::desk::mail::{Mail, heads_mail};

/// One line without its quote marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub text: &'a str,
    /// Written in this mail, not quoted from another one.
    pub own: bool,
    /// Inside the empty form of our own question letter.
    pub asked: bool,
}

/// The lines of the text part whose values count.
pub(super) fn of_text<'a>(mail: &'a Mail, spec: &Spec) -> Vec<Line<'a>> {
    allowed(layers(mail), is_reply(mail, spec), spec)
}

/// The same of the HTML part, in which every quoted line has its mark.
pub(super) fn of_html<'a>(mail: &'a Mail, spec: &Spec) -> Vec<Line<'a>> {
    let lines = mail.html_text.lines().map(unquote).map(|(depth, text)| (text, depth, depth == 0));
    allowed(lines.collect(), is_reply(mail, spec), spec)
}

/// The lines of what is attached. They count as quoted ones do.
pub(super) fn of_attached<'a>(mail: &'a Mail, spec: &Spec) -> Vec<Line<'a>> {
    let lines = mail.attached.iter().flat_map(|attached| attached.text.lines());
    allowed(lines.map(unquote).map(|(depth, text)| (text, depth, false)).collect(), is_reply(mail, spec), spec)
}

/// Whether a mail answers another one. Some programs set In-Reply-To when they
/// forward, and some lose it when they answer; our tag in the subject tells.
pub(super) fn is_reply(mail: &Mail, spec: &Spec) -> bool {
    let subject = mail.subject.trim_start().to_lowercase();
    let forwards = spec.quotes.is_forward(&subject);
    let answers = !mail.in_reply_to.is_empty() || !mail.reply_tags.is_empty();
    subject.contains("[up-") || (answers && !forwards)
}

/// Text, depth of quotation, own: in the order of the mail where we know it.
type Layered<'a> = (&'a str, usize, bool);

fn layers(mail: &Mail) -> Vec<Layered<'_>> {
    let mut own = mail.own_text.lines().filter(|line| !line.trim().is_empty()).peekable();
    let signature: BTreeSet<&str> = mail.signature.lines().map(str::trim).collect();
    let quoted: BTreeSet<&str> = mail.quoted_text.lines().map(str::trim).collect();
    let mut lines = Vec::new();
    for line in mail.text.lines() {
        let (depth, text) = unquote(line);
        let bare = line.trim();
        if own.peek().is_some_and(|next| next.trim() == bare) {
            own.next();
            lines.push((text, depth, true));
        } else if bare.is_empty() || depth > 0 || quoted.contains(bare) || !signature.contains(bare) {
            lines.push((text, depth, false));
        }
    }
    if own.peek().is_none() {
        return lines;
    }
    // The own text is not made of lines of the text: take both as they are.
    let quoted = mail.quoted_text.lines().map(unquote).map(|(depth, text)| (text, depth, false));
    quoted.chain(mail.own_text.lines().map(unquote).map(|(depth, text)| (text, depth, true))).collect()
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
    for (text, depth, own) in lines {
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
            kept.push(Line { text: cut(text), own, asked });
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
