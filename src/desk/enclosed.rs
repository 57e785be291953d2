//! Files of an agent's mail that go to a customer with his words (5.2): which
//! may, why another may not, and their bytes.

use crate::desk::limits::ReplyFiles;
use crate::desk::mail::{self, Attachment, Mail, Opener, Stays};
use crate::desk::rules::Rules;
use crate::desk::seal::prints::{Looking, Prints, Writer, WriterKind};
use crate::desk::seal::{Secret, line_with_password};
use crate::desk::token::reply_address;

/// A file that goes with a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosure {
    /// Cleaned, as the mail lists it.
    pub name: String,
    /// As the agent's mail program wrote it: not believed.
    pub content_type: String,
    /// In bytes.
    pub size: u64,
    /// Its place among the attachments of the mail that it came with.
    pub place: usize,
}

/// The bytes of all attachments in their order, once what their texts show was
/// looked at. Empty where none may leave: more is never read than could be sent.
pub fn read(raw: &[u8], mail: &mut Mail, secrets: &[Secret], prints: &Prints, rules: &Rules) -> Vec<Vec<u8>> {
    // Staff may have seen what a ticket has; nothing of it leaves in a file.
    let looking = prints.looking(Writer { address: None, proven: true, kind: WriterKind::Staff });
    let Ok(going) = chosen(mail, &rules.reply_files) else { return Vec::new() };
    if going.is_empty() {
        return Vec::new();
    }
    let files = mail::files(raw, &rules.limits);
    let mut opener = Opener::new(&rules.limits);
    for file in going {
        let (Some(bytes), Some(listed)) = (files.get(file.place), mail.attachments.get_mut(file.place)) else {
            continue;
        };
        let text = opener.text(bytes, &file.name, &file.content_type);
        listed.stays = text.and_then(|text| shown_in(&text, secrets, looking.as_ref(), rules));
    }
    files
}

/// The files that go, or everything that speaks against it, each with the way out.
pub fn chosen(mail: &Mail, limits: &ReplyFiles) -> Result<Vec<Enclosure>, String> {
    let is_file = |file: &Attachment| !matches!(file.stays, Some(Stays::InText | Stays::OfMail));
    let going: Vec<(usize, &Attachment)> =
        mail.attachments.iter().enumerate().filter(|(_, file)| is_file(file)).collect();
    let mut faults = Vec::new();
    let more = mail.limits.iter().any(|limit| limit == "attachments_max");
    if limits.files_max == 0 && !going.is_empty() {
        faults.push("this desk sends no files (files_max in limits.toml); write what matters".to_owned());
    } else if going.len() > limits.files_max || more {
        let count = format!("{}{}", if more { "more than " } else { "" }, going.len());
        faults.push(format!(
            "there are {count} files, and a letter carries {} at most; pack them into one, or send the rest by \
             another #reply",
            limits.files_max
        ));
    }
    for (_, file) in &going {
        if file.size > limits.file_bytes_max {
            faults.push(format!(
                "{} has {}, and a file may have {} at most; send the part that matters, or say where the customer \
                 can fetch it",
                file.name,
                size(file.size),
                size(limits.file_bytes_max)
            ));
        }
    }
    let all = going.iter().fold(0_u64, |sum, (_, file)| sum.saturating_add(file.size));
    if all > limits.files_bytes_max {
        faults.push(format!(
            "all files together have {}, and a letter carries {} at most; send the rest by another #reply",
            size(all),
            size(limits.files_bytes_max)
        ));
    }
    let one_program: Vec<&Attachment> = mail.opaque_attachments().collect();
    for (_, file) in &going {
        let stays = if one_program.contains(file) { Some(&Stays::OneProgram) } else { file.stays.as_ref() };
        faults.extend(stays.map(|stays| fault(file, stays)));
    }
    if !faults.is_empty() {
        return Err(format!("no file leaves, and so nothing is sent: {}", faults.join("; ")));
    }
    Ok(going.into_iter().map(|(place, file)| enclosure(place, file)).collect())
}

/// What stays without a fault of the agent's: part of how his mail is made.
pub fn left_out(mail: &Mail) -> Vec<String> {
    let shown = mail.attachments.iter().filter_map(|file| match file.stays {
        Some(Stays::InText) => Some(format!("{} (a picture in your text)", file.name)),
        Some(Stays::OfMail) => Some(format!("{} (your mail's own signature)", file.name)),
        _ => None,
    });
    shown.collect()
}

/// `trace.log (12 KB)`.
pub fn shown(file: &Enclosure) -> String {
    format!("{} ({})", file.name, size(file.size))
}

fn enclosure(place: usize, file: &Attachment) -> Enclosure {
    Enclosure { name: file.name.clone(), content_type: file.content_type.clone(), size: file.size, place }
}

fn fault(file: &Attachment, stays: &Stays) -> String {
    let name = &file.name;
    match stays {
        Stays::Mail => format!(
            "{name} is a mail, with words and addresses of others in it; write what the customer needs of it into \
             your own"
        ),
        Stays::OneProgram => format!(
            "{name} can be opened by Outlook only; send your mail as plain text or HTML, not as rich text, with its \
             files attached anew"
        ),
        Stays::Password { line } => format!(
            "line {line} of {name} looks like a password; take it out of the file and send all of it again, for no \
             password leaves by mail"
        ),
        Stays::Address { address } => format!(
            "{name} names {address}, which customers do not get; take it out of the file and send all of it again"
        ),
        Stays::InText | Stays::OfMail => format!("{name} is a part of your mail"),
    }
}

/// In words, rounded up: 1 KB has 1,000 bytes.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} KB", bytes.div_ceil(1_000)),
        _ => {
            let tenths = bytes.div_ceil(100_000);
            format!("{}.{} MB", tenths / 10, tenths % 10)
        }
    }
}

/// What of a text no customer may get: a password, an address of one of us, an
/// address by which a letter of ours is answered (5.2, TD4).
fn shown_in(text: &str, secrets: &[Secret], looking: Option<&Looking<'_>>, rules: &Rules) -> Option<Stays> {
    if let Some(line) = line_with_password(text, &rules.form, secrets, looking) {
        return Some(Stays::Password { line });
    }
    let lower = text.to_lowercase();
    let ours = rules.access.staff.iter().map(|staff| &staff.address).chain([&rules.access.desk_address]);
    let named = ours.filter(|address| !address.is_empty()).find(|address| lower.contains(&address.to_lowercase()));
    let answer = || reply_address::blanked(text).map(|_| "the address to which only one person answers".to_owned());
    named.cloned().or_else(answer).map(|address| Stays::Address { address })
}
