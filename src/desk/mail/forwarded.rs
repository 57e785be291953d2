//! A mail that somebody forwarded: as an attachment (RFC 2046 5.2.1), or as a
//! block below his own words. Who wrote it is only what the forwarder's mail says.

use std::fmt;

use mail_parser::Message;

use crate::desk::mail::{HeadLabel, Identity, Mail, Quotes, body, clean};

/// A block of headers is looked for in so many lines.
const HEAD_LINES: usize = 8;
const NAME_CHARS_MAX: usize = 200;

/// A mail inside a mail. Nothing vouches for who wrote it.
#[derive(Clone, PartialEq, Eq)]
pub struct Forwarded {
    pub from: Identity,
    pub subject: String,
    pub text: String,
}

impl fmt::Debug for Forwarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forwarded").finish_non_exhaustive()
    }
}

impl Mail {
    /// The mail that this one carries on, as if it had come by itself.
    pub fn inner(&self, quotes: &Quotes) -> Option<Mail> {
        let Forwarded { from, subject, text } = self.forwarded.clone()?;
        let parts = body::split(&text, quotes);
        Some(Mail {
            identity: Ok(from),
            subject,
            text,
            html_text: String::new(),
            own_text: parts.own,
            quoted_text: parts.quoted,
            attached: Vec::new(),
            signature: parts.signature,
            in_reply_to: Vec::new(),
            reply_tags: Vec::new(),
            references: Vec::new(),
            automatic_because: Vec::new(),
            report: None,
            calendar: None,
            forwarded: None,
            ..self.clone()
        })
    }
}

/// The first mail that `mail` carries. An attached one counts before a block.
pub(super) fn read(mail: &Mail, message: &Message<'_>, bytes_max: usize, quotes: &Quotes) -> Option<Forwarded> {
    attached(message, bytes_max).or_else(|| inline(&mail.subject, &mail.text, quotes))
}

fn attached(message: &Message<'_>, bytes_max: usize) -> Option<Forwarded> {
    let inner = message.attachments().find_map(|part| part.message())?;
    let from = inner.from()?.first()?;
    let name = from.name.as_deref().unwrap_or("");
    let text = inner.body_text(0)?;
    Some(Forwarded {
        from: identity(name, from.address.as_deref()?)?,
        subject: clean::subject(inner.subject().unwrap_or("")),
        text: body::limited(&clean::text(&text), bytes_max, &mut Vec::new()),
    })
}

/// "From: …, Subject: …", a blank line, and what was written; below a subject
/// that says "forwarded", for answers quote in the same way.
fn inline(subject: &str, text: &str, quotes: &Quotes) -> Option<Forwarded> {
    if !quotes.is_forward(subject) {
        return None;
    }
    let value = |line, wanted| quotes.label(line).filter(|(label, _)| *label == wanted).map(|(_, value)| value);
    let lines: Vec<&str> = text.lines().map(bare).collect();
    let start = lines.iter().position(|line| value(line, HeadLabel::From).is_some())?;
    let head: Vec<&str> =
        lines.iter().skip(start).take(HEAD_LINES).take_while(|line| !line.is_empty()).copied().collect();
    let subject = head.iter().find_map(|line| value(line, HeadLabel::Subject))?;
    let from = head.iter().find_map(|line| value(line, HeadLabel::From))?;
    let (name, address) = match from.rsplit_once('<') {
        Some((name, address)) => (name, address.split('>').next().unwrap_or("")),
        None => ("", from),
    };
    let body: Vec<&str> = lines.iter().skip(start + head.len()).copied().collect();
    let text = body.join("\n").trim().to_owned();
    Some(Forwarded { from: identity(name, address)?, subject: clean::subject(subject), text })
}

/// Without the marks of a quotation.
fn bare(line: &str) -> &str {
    line.trim_start_matches(['>', ' ']).trim_end()
}

fn identity(name: &str, address: &str) -> Option<Identity> {
    let address = address.trim().trim_start_matches("mailto:");
    let (local, domain) = address.split_once('@')?;
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"(),:;\\[]".contains(&byte));
    if !plain || local.is_empty() || domain.is_empty() || domain.contains('@') {
        return None;
    }
    let name = clean::line(name.trim_matches(['"', ' ', '\'']), NAME_CHARS_MAX);
    Some(Identity { address: format!("{local}@{}", domain.to_lowercase()), name })
}
