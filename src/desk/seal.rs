//! Takes secrets out of a [`Mail`] before anything else sees them (F-09, TD4).

use zeroize::Zeroizing;

use crate::desk::form::label::{Ending, Label, Labels};
use crate::desk::form::{FieldKey, Spec};
use crate::desk::mail::Mail;

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

/// Shorter values are replaced at their labelled place only: a common short
/// word would be blanked all over a mail.
const ANYWHERE_CHARS_MIN: usize = 6;
/// Prose that hands over a password without a label.
const PROSE: &[&str] = &["password is ", "pw is ", "pwd is ", "pass is ", "passwd is ", "password was "];

/// Takes every password out of `mail` and leaves `[sealed]` in its place, the
/// second different one as `[sealed 2]`. Afterwards no text of the mail has it.
pub fn take(mail: &mut Mail, spec: &Spec) -> Vec<Secret> {
    let labels = Labels::new(spec);
    let mut values: Vec<String> = Vec::new();
    for text in texts(mail) {
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let next = lines.get(index + 1).copied().unwrap_or("");
            for value in labelled(line, next, &labels).into_iter().chain(in_prose(line, spec)) {
                if is_secret(&value, spec) && !values.contains(&value) {
                    values.push(value);
                }
            }
        }
    }
    redact(mail, &values, &labels);
    values.into_iter().map(Secret::new).collect()
}

fn texts(mail: &Mail) -> impl Iterator<Item = &str> {
    let names = mail.attachments.iter().map(|file| file.name.as_str());
    [&mail.text, &mail.html_text, &mail.subject].into_iter().map(String::as_str).chain(names)
}

/// The exact bytes behind a password label, blanks at the end included; on the
/// next line when the label ends its own.
fn labelled(line: &str, next: &str, labels: &Labels) -> Vec<String> {
    let plain = unquoted(line);
    let mut values = Vec::new();
    for field in labels.fields(plain).into_iter().filter(|field| field.label == Label::Field(FieldKey::ManagerPassword))
    {
        let value = plain.get(field.value.clone()).unwrap_or("");
        match field.ending {
            Ending::Sign if !value.trim().is_empty() => values.push(value.to_owned()),
            Ending::Sign | Ending::Line => {
                let below = unquoted(next);
                if !below.trim().is_empty() && labels.fields(below).is_empty() {
                    values.push(below.to_owned());
                }
            }
            Ending::Blank => {}
        }
    }
    if values.is_empty() {
        let anywhere = labels.anywhere(plain, FieldKey::ManagerPassword);
        let signed = anywhere.into_iter().filter(|field| field.ending == Ending::Sign);
        values.extend(signed.filter_map(|field| first_word(plain.get(field.value.clone())?)));
    }
    values
}

/// "the manager pw is tulip#7 ." without the full stop that ends the sentence.
fn in_prose(line: &str, spec: &Spec) -> Vec<String> {
    let lower = line.to_lowercase();
    let mut values = Vec::new();
    for phrase in PROSE {
        // Lower case can change lengths; then this line has no such phrase.
        let Some(at) = lower.find(phrase).filter(|_| lower.len() == line.len()) else { continue };
        let rest = line.get(at + phrase.len()..).unwrap_or("");
        let word = first_word(rest).unwrap_or_default();
        if !word.is_empty() && !spec.not_in_prose.contains(&word.to_lowercase()) {
            values.push(word);
        }
    }
    values
}

fn first_word(text: &str) -> Option<String> {
    let word = text.split_whitespace().next()?;
    let bare = word.trim_matches(['"', '\'', '“', '”']).trim_end_matches([',', ';']);
    let bare = if bare.len() > 4 { bare.trim_end_matches('.') } else { bare };
    (!bare.is_empty()).then(|| bare.to_owned())
}

/// A mark of ours or a word that is no password stays: the form asks for it.
fn is_secret(value: &str, spec: &Spec) -> bool {
    let plain = value.trim().trim_end_matches(['.', '!']).to_lowercase();
    let starred = plain.chars().all(|c| matches!(c, '*' | '•' | '.' | '-' | '_' | 'x'));
    !plain.is_empty()
        && !starred
        && !plain.starts_with("[sealed")
        && !spec.not_a_password.contains(&plain)
        && plain != "received"
}

fn redact(mail: &mut Mail, values: &[String], labels: &Labels) {
    // The longest first, so that no value is left in part by a shorter one.
    let mut ordered: Vec<(usize, &String)> = values.iter().enumerate().collect();
    ordered.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
    let clean = |text: &str| -> String {
        let text = at_labels(text, &ordered, labels);
        ordered.iter().fold(text, |text, (index, value)| everywhere(&text, value, &mark(*index)))
    };
    for text in [
        &mut mail.text,
        &mut mail.html_text,
        &mut mail.own_text,
        &mut mail.quoted_text,
        &mut mail.signature,
        &mut mail.subject,
    ] {
        *text = clean(text);
    }
    for file in &mut mail.attachments {
        file.name = clean(&file.name);
    }
    if let Ok(identity) = &mut mail.identity {
        identity.name = clean(&identity.name);
    }
}

fn mark(index: usize) -> String {
    if index == 0 { "[sealed]".to_owned() } else { format!("[sealed {}]", index + 1) }
}

/// Short values, where their label stands.
fn at_labels(text: &str, values: &[(usize, &String)], labels: &Labels) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let mut clean: Vec<String> = Vec::with_capacity(lines.len());
    let mut below = false;
    for line in &lines {
        let plain = unquoted(line);
        let found = labels.anywhere(plain, FieldKey::ManagerPassword);
        let is_labelled =
            !found.is_empty() || below || PROSE.iter().any(|phrase| plain.to_lowercase().contains(phrase));
        below = found.iter().any(|field| plain.get(field.value.clone()).is_none_or(|value| value.trim().is_empty()));
        let mut line = (*line).to_owned();
        if is_labelled {
            let start = found.first().map_or(0, |field| line.len() - plain.len() + field.value.start);
            for (index, value) in values {
                let (head, tail) = line.split_at_checked(start).unwrap_or(("", line.as_str()));
                line = format!("{head}{}", tail.replacen(value.as_str(), &mark(*index), 1));
            }
        }
        clean.push(line);
    }
    clean.join("\n")
}

/// Every other place, for values that are long enough to be recognised.
fn everywhere(text: &str, value: &str, mark: &str) -> String {
    let bare = value.trim();
    if bare.chars().count() < ANYWHERE_CHARS_MIN {
        return text.to_owned();
    }
    text.replace(value, mark).replace(bare, mark)
}

fn unquoted(line: &str) -> &str {
    let mut rest = line;
    while let Some(inner) = rest.trim_start().strip_prefix('>') {
        rest = inner.strip_prefix(' ').unwrap_or(inner);
    }
    rest
}
