//! Several projects have ways of their own to state the same: what they show of a
//! text, what they call a file. Each is told here once, and its answers are
//! compared in its own way. Nothing that a project states is left out.

use encoding_rs::Encoding;
use sha2::{Digest, Sha256};
use upgrade_desk::desk::mail::{self, Mail};

use crate::fields::read;
use crate::rules;

const MAIL: &str = "message/rfc822";

/// What we read, in each way in which `source` may state it.
pub fn of_text(source: &str, raw: &[u8], read: &str) -> Vec<String> {
    let mut ways = vec![read.to_owned()];
    match source {
        // What its charset does not have is dropped; we show all of it.
        "imap_tools" => {
            ways.push(read.chars().filter(char::is_ascii).collect());
            ways.extend(as_declared(raw, read));
        }
        // Stars stand round what is bold.
        "enmime" => ways.push(read.replace('*', "")),
        _ => {}
    }
    ways
}

/// A stated text, without what its project writes into it.
pub fn of_stated(source: &str, stated: &str) -> String {
    match source {
        // A line of dashes stands between two parts, stars round what is bold.
        "enmime" => stated.lines().filter(|line| *line != "--").collect::<Vec<&str>>().join("\n").replace('*', ""),
        _ => stated.to_owned(),
    }
}

/// Whether a text that is stated is a page: mail-parser lists it where a mail has
/// nothing else.
pub fn is_page(source: &str, stated: &str) -> bool {
    source == "mail-parser" && stated.starts_with("<html>")
}

/// imap_tools puts no blank between a text and an encoded word.
pub fn of_subject(source: &str, subject: &str) -> String {
    match source {
        "imap_tools" => subject.chars().filter(|c| !c.is_whitespace()).collect(),
        _ => subject.to_owned(),
    }
}

/// rspamd takes no name from a comment.
pub fn of_name<'a>(source: &str, raw: &[u8], name: &'a str) -> &'a str {
    let from = mail::field(raw, &rules().limits, "from").unwrap_or_default();
    if source == "rspamd" && from.contains(&format!("({name})")) { "" } else { name }
}

/// The text as it looks to whoever believes the charset that the mail declares: we
/// read as UTF-8 what can be nothing else.
fn as_declared(raw: &[u8], read: &str) -> Vec<String> {
    let head = String::from_utf8_lossy(raw).to_lowercase();
    let names = head.split("charset=").skip(1).map(|rest| rest.trim_start_matches('"'));
    let names = names.filter_map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next());
    names.filter_map(|name| decoded(name, read.as_bytes())).collect()
}

fn decoded(charset: &str, bytes: &[u8]) -> Option<String> {
    if charset == "iso-8859-1" {
        return Some(bytes.iter().copied().map(char::from).collect());
    }
    let charset = Encoding::for_label(charset.as_bytes())?;
    let text = charset.decode_without_bom_handling(bytes).0;
    Some(text.replace(char::REPLACEMENT_CHARACTER, ""))
}

/// The pages of attached mails, which imap_tools puts below that of the mail.
pub fn of_attached_pages(source: &str, raw: &[u8], mail: &Mail) -> String {
    let files = mail.attachments.iter().zip(mail::files(raw, &rules().limits));
    let mails = files.filter(|(file, _)| source == "imap_tools" && file.content_type == MAIL);
    mails.map(|(_, bytes)| read(&bytes).html_text).collect()
}

/// A file, as far as it is stated.
pub struct Listed {
    pub name: String,
    pub content_type: String,
    pub bytes: Vec<u8>,
    /// `source` writes it anew: not its bytes are compared, but how many they are,
    /// without blanks at the ends of lines.
    pub is_written_anew: bool,
}

impl Listed {
    /// Whether it has this size and this SHA-256.
    pub fn has(&self, size: Option<u64>, sha256: Option<&str>) -> bool {
        let lines = self.bytes.split(|byte| *byte == b'\n').count() as u64;
        let length = self.bytes.iter().filter(|byte| **byte != b'\r').count() as u64;
        if self.is_written_anew {
            return size.is_none_or(|size| size.abs_diff(length) <= lines);
        }
        size.is_none_or(|size| size == self.bytes.len() as u64)
            && sha256.is_none_or(|sha256| sha256 == hex(&self.bytes))
    }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The files that `source` lists of a mail.
pub fn of_files(source: &str, raw: &[u8], mail: &Mail) -> Vec<Listed> {
    let all = mail::files(raw, &rules().limits);
    let mut files = Vec::new();
    for (file, bytes) in mail.attachments.iter().zip(all) {
        let is_mail = source == "imap_tools" && file.content_type == MAIL;
        // A part without a name or an id, which a picture has, is no file to imap_tools.
        let is_nameless = file.name == "unnamed" && !file.is_picture();
        if source == "imap_tools" && is_nameless && !is_mail {
            continue;
        }
        // It lists the files of an attached mail beside it, and writes that anew.
        let within = if is_mail { of_files(source, &bytes, &read(&bytes)) } else { Vec::new() };
        let (name, content_type) = (file.name.clone(), file.content_type.clone());
        files.push(Listed { name, content_type, bytes, is_written_anew: is_mail });
        files.extend(within);
    }
    let has_id = || mail::field(raw, &rules().limits, "content-id").is_some();
    match source {
        // A text that has an id.
        "imap_tools" if has_id() => files.push(page("text/plain", &mail.text)),
        // It stores a page as a file.
        "django-helpdesk" if !mail.html_text.is_empty() => files.push(page("text/html", &mail.html_text)),
        _ => {}
    }
    files
}

fn page(content_type: &str, text: &str) -> Listed {
    let bytes = format!("{text}\n").into_bytes();
    Listed { name: String::new(), content_type: content_type.to_owned(), bytes, is_written_anew: false }
}
