//! Files of a proven sender's problem report, which staff may open (decisions 17):
//! which are sealed to them, and why another is not. The others, and those of all
//! other mails, lie in the sealed original alone.

use crate::desk::mail::{self, AttachedFile, LeftOut, Mail, Opener, Stays};
use crate::desk::rules::Rules;
use crate::desk::seal::prints::{Prints, Writer, WriterKind};
use crate::desk::seal::{Secret, line_with_password};

/// A file with its bytes; none, where it is left out.
pub struct Attached {
    pub file: AttachedFile,
    pub bytes: Vec<u8>,
}

/// What a mail brings that may be about a problem.
pub fn read(raw: &[u8], mail: &Mail, secrets: &[Secret], prints: &Prints, rules: &Rules) -> Vec<Attached> {
    // Whatever a ticket has is looked for, whoever wrote.
    let looking = prints.looking(Writer { address: None, proven: true, kind: WriterKind::Staff });
    let files = mail::files(raw, &rules.limits);
    let (mut attached, mut opener) = (Vec::new(), Opener::new(&rules.limits));
    for (listed, bytes) in mail.attachments.iter().zip(files) {
        let left_out = match listed.stays {
            Some(Stays::OfMail) => continue,
            Some(Stays::Mail) => Some(LeftOut::Mail),
            _ => {
                let text = opener.text(&bytes, &listed.name, &listed.content_type);
                let line = text.and_then(|text| line_with_password(&text, &rules.form, secrets, looking.as_ref()));
                line.map(|_| LeftOut::Password)
            }
        };
        let file =
            AttachedFile { name: listed.name.clone(), size: listed.size, sha256: listed.sha256.clone(), left_out };
        let bytes = if left_out.is_some() { Vec::new() } else { bytes };
        attached.push(Attached { file, bytes });
    }
    attached
}
