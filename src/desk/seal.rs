//! Takes secrets out of a [`Mail`] before anything else sees them (F-09, TD4).

mod find;
pub mod prints;
mod redact;
mod spelling;

use std::ops::Range;

use zeroize::Zeroizing;

use crate::desk::form::value::{FOREIGN_MARK, marker};
use crate::desk::form::{Spec, table};
use crate::desk::mail::{Mail, safe_name};
use crate::desk::seal::find::Finder;
use crate::desk::seal::prints::Looking;
use crate::desk::seal::redact::needles;

/// A secret on its way from the mail to the vault: it cannot print or copy itself.
pub struct Secret {
    value: Zeroizing<String>,
}

impl Secret {
    pub fn new(value: String) -> Secret {
        Secret { value: Zeroizing::new(value) }
    }

    /// The exact bytes, for sealing only.
    pub fn expose(&self) -> &str {
        &self.value
    }
}

/// Passwords of one mail that are sealed by themselves. More are taken out all
/// the same, and lie in the sealed original only (TE4).
const SECRETS_MAX: usize = 30;

/// What was taken out of a mail.
pub struct Taken {
    pub secrets: Vec<Secret>,
    /// Whether anything was: a secret, or one that was sealed before.
    pub redacted: bool,
    /// Whether any was found in a sentence: it may be a piece of one that is not
    /// known yet.
    pub in_prose: bool,
}

/// Takes every password out of a mail: behind a label of the password field, in
/// any part and any quotation, on its line or below it, and in prose ("pw is …").
/// Each is replaced by `[sealed]`, `[sealed 2]` …, and so is every other place
/// where its letters stand. What an earlier mail had is found by its print.
/// Answers that are no password ("same as last time") stay. The secrets come in
/// the order of their marks, to the exact byte.
pub fn take(mail: &mut Mail, spec: &Spec, looking: Option<&Looking<'_>>) -> Taken {
    let finder = Finder { labels: &spec.made.labels, spec, prose: true };
    let mut secrets = Vec::new();
    let mut redacted = false;
    let mut texts = texts(mail);
    let fields = Finder { prose: false, ..finder };
    // Marks stand for secrets by their order, so prints never change which there are.
    for text in &mut texts {
        // Below its label in a table a password is behind it.
        rewrite(text, |text| table::unfolded_text(text, spec).unwrap_or_else(|| text.to_owned()));
        // Our own marks may come back in a quotation; there they name nothing.
        rewrite(text, defused);
        rewrite(text, |text| replace_spans(text, &fields.find(text), &[], &mut secrets));
    }
    // A value may read like a sentence about another: "Pw x#1 y" is one password
    // where it is known, and `x#1` where it is not. So the known ones go first.
    let (known, of_fields) = (needles(&secrets), secrets.len());
    for text in &mut texts {
        rewrite(text, |text| redact::redacted(text, &known));
        let inside = finder.find(text);
        let around = looking.map_or_else(Vec::new, |looking| around(text, &inside, looking, &finder));
        redacted |= !around.is_empty();
        rewrite(text, |text| replace_spans(text, &inside, &around, &mut secrets));
    }
    let in_prose = secrets.len() > of_fields;
    let needles = needles(&secrets);
    for text in &mut texts {
        rewrite(text, |text| redact::redacted(text, &needles));
        if let Some(looking) = looking {
            let spans = looking.find(text, &|before| finder.leads_to_value(before));
            if !spans.is_empty() {
                redacted = true;
                rewrite(text, |text| without(text, &spans));
            }
        }
    }
    hide_in_names(mail, &secrets);
    redacted |= !secrets.is_empty();
    Taken { secrets, redacted, in_prose }
}

/// What was sealed before and begins before what would be taken for a password by
/// itself, and ends with it or behind it.
fn around(text: &str, inside: &[Range<usize>], looking: &Looking<'_>, finder: &Finder<'_>) -> Vec<Range<usize>> {
    if inside.is_empty() {
        return Vec::new();
    }
    let mut known = looking.find(text, &|before| finder.leads_to_value(before));
    known.retain(|known| inside.iter().any(|span| known.start < span.start && span.end <= known.end));
    known
}

/// Whether something that was sealed since stands in what was kept of a mail.
pub fn holds_print(mail: &mut Mail, spec: &Spec, looking: &Looking<'_>) -> bool {
    let finder = Finder { labels: &spec.made.labels, spec, prose: true };
    texts(mail).into_iter().any(|text| !looking.find(text, &|before| finder.leads_to_value(before)).is_empty())
}

/// The text with each place blanked.
fn without(text: &str, spans: &[Range<usize>]) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut done = 0;
    for span in spans.iter().filter(|span| !span.is_empty()) {
        let Some(before) = text.get(done..span.start) else { continue };
        clean.push_str(before);
        clean.push_str(FOREIGN_MARK);
        done = span.end;
    }
    clean.push_str(text.get(done..).unwrap_or(""));
    clean
}

/// Names of files lost some signs on their way (TF8), and so a password in one is
/// another text: of its name nothing stays.
fn hide_in_names(mail: &mut Mail, secrets: &[Secret]) {
    const CHARS_MIN: usize = 4;
    let left = secrets.iter().map(|secret| Zeroizing::new(safe_name(secret.expose())));
    let left: Vec<Zeroizing<String>> = left.filter(|text| text.chars().count() >= CHARS_MIN).collect();
    for file in &mut mail.attachments {
        if left.iter().any(|text| file.name.contains(text.as_str())) {
            file.name = marker(0);
        }
    }
}

/// The first line, counted from 1, in which a password stands: as [`take`] would
/// find it, or one of `secrets`, or one that was sealed before.
pub fn line_with_password(text: &str, spec: &Spec, secrets: &[Secret], looking: Option<&Looking<'_>>) -> Option<usize> {
    // A password may stand below its label in a table.
    let with_tables = |(unfolded, rows): (String, Vec<usize>)| {
        if unfolded.trim_end() == text.trim_end() {
            return None;
        }
        let line = line_of_fields(&unfolded, spec, secrets, looking)?;
        Some(rows.get(line.saturating_sub(1)).copied().unwrap_or(line))
    };
    let in_tables = table::unfolded(&[text], spec).into_iter().find_map(with_tables);
    let as_it_stands = line_of_fields(text, spec, secrets, looking);
    in_tables.into_iter().chain(as_it_stands).min()
}

fn line_of_fields(text: &str, spec: &Spec, secrets: &[Secret], looking: Option<&Looking<'_>>) -> Option<usize> {
    let finder = Finder { labels: &spec.made.labels, spec, prose: true };
    let labelled = finder.find(text).first().map(|span| span.start);
    let before = looking.and_then(|looking| {
        let found = looking.find(text, &|before| finder.leads_to_value(before));
        found.first().map(|span| span.start)
    });
    let needles = needles(secrets);
    let repeated = if needles.is_empty() { None } else { redact::first_line(text, &needles) };
    let line_of = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
    [labelled.map(line_of), before.map(line_of), repeated].into_iter().flatten().min()
}

/// How many passwords were taken out of a redacted text, by the marks in it.
pub fn marks(text: &str) -> usize {
    (0..SECRETS_MAX).take_while(|n| text.contains(&marker(*n))).count()
}

/// A text that stands beside those of [`texts`], without any of `secrets`.
pub fn without_secrets(text: &str, secrets: &[Secret]) -> String {
    redact::redacted(text, &needles(secrets))
}

/// Everything in a mail that a person may have written, the body first.
pub fn texts(mail: &mut Mail) -> Vec<&mut String> {
    let mut texts = vec![
        &mut mail.text,
        &mut mail.html_text,
        &mut mail.own_text,
        &mut mail.quoted_text,
        &mut mail.signature,
        &mut mail.subject,
        &mut mail.from_text,
    ];
    texts.extend(mail.attached.iter_mut().map(|attached| &mut attached.text));
    texts.extend(
        mail.forwarded.iter_mut().flat_map(|inner| [&mut inner.text, &mut inner.subject, &mut inner.from.name]),
    );
    texts.extend(mail.attachments.iter_mut().map(|attachment| &mut attachment.name));
    texts.extend(mail.identity.as_mut().map(|identity| &mut identity.name));
    let recipients = mail.report.iter_mut().flat_map(|report| &mut report.recipients);
    texts.extend(recipients.map(|recipient| &mut recipient.diagnostic));
    texts
}

/// Replaces a text and wipes what it was.
fn rewrite(text: &mut String, change: impl FnOnce(&str) -> String) {
    let before = Zeroizing::new(std::mem::take(text));
    *text = change(&before);
}

/// Marks that we did not make in this mail, so that nobody can write ours.
fn defused(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("[sealed") {
        clean.push_str(before);
        let number = behind.trim_start_matches(|c: char| c == ' ' || c.is_ascii_digit());
        rest = number.strip_prefix(']').unwrap_or(number);
        clean.push_str(FOREIGN_MARK);
    }
    clean.push_str(rest);
    clean
}

/// The text with a mark for each of `spans`; one inside one of `known` has its place
/// among the secrets, and the whole of the known one is blanked.
fn replace_spans(text: &str, spans: &[Range<usize>], known: &[Range<usize>], secrets: &mut Vec<Secret>) -> String {
    let mut marks: Vec<(Range<usize>, String)> = known.iter().map(|span| (span.clone(), FOREIGN_MARK.into())).collect();
    let mut done = 0;
    for span in spans.iter().flat_map(|span| around_marks(text, span)) {
        let Some(value) = text.get(span.clone()).filter(|_| span.start >= done) else { continue };
        done = span.end;
        marks.push((span, mark_of(value, secrets)));
    }
    marks.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
    let mut sealed = String::with_capacity(text.len());
    let mut done = 0;
    for (span, mark) in marks.iter().filter(|(span, _)| !span.is_empty()) {
        // Two may overlap: what lies in either is taken out.
        if span.end > done {
            sealed.push_str(text.get(done..span.start).unwrap_or(""));
            sealed.push_str(mark);
            done = span.end;
        }
    }
    sealed.push_str(text.get(done..).unwrap_or(""));
    sealed
}

/// What of a place is no mark yet: a mark inside it names its secret, and stays
/// ("password  password?> ", of which ">" was taken first).
fn around_marks(text: &str, span: &Range<usize>) -> Vec<Range<usize>> {
    let whole = text.get(span.clone()).unwrap_or("");
    let (mut pieces, mut rest) = (Vec::new(), whole);
    while let Some((before, behind)) = rest.split_once("[sealed") {
        let start = span.end - rest.len();
        pieces.push(start..start + before.len());
        rest = behind.split_once(']').map_or("", |(_, rest)| rest);
    }
    pieces.push(span.end - rest.len()..span.end);
    let is_blank = |piece: &Range<usize>| text.get(piece.clone()).is_none_or(|piece| piece.trim().is_empty());
    // A value may be blanks alone; what parts two marks is none.
    pieces.retain(|piece| !piece.is_empty() && (piece == span || !is_blank(piece)));
    pieces
}

/// The mark of a value, which is a secret of this mail from now on.
fn mark_of(value: &str, secrets: &mut Vec<Secret>) -> String {
    // The same with and without blanks around it is one password in two parts.
    match secrets.iter().position(|secret| secret.expose().trim() == value.trim()) {
        Some(n) => marker(n),
        None if secrets.len() < SECRETS_MAX => {
            secrets.push(Secret::new(value.to_owned()));
            marker(secrets.len() - 1)
        }
        None => FOREIGN_MARK.to_owned(),
    }
}
