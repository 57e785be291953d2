//! What of a mail was not read, so that a password may stand in it (TD5).

use crate::desk::mail::{Attachment, Mail, Stays};

/// Field of a redacted copy (TD5): the content fields that its original had, since
/// the copy's own are others.
pub const CONTENT_FIELD: &str = "X-Upgrade-Desk-Original-Content";

impl Mail {
    /// Attachments of a format that only one mail program opens (TNEF): what the
    /// writer put into them we do not see (TE6).
    pub fn opaque_attachments(&self) -> impl Iterator<Item = &Attachment> {
        let kinds = ["application/ms-tnef", "application/vnd.ms-tnef"];
        self.attachments.iter().filter(move |file| {
            kinds.contains(&file.content_type.as_str()) || file.name.eq_ignore_ascii_case("winmail.dat")
        })
    }

    /// Files that may hold a form, of which nothing could be read.
    pub fn unread_files(&self) -> impl Iterator<Item = &Attachment> {
        self.attachments.iter().filter(|file| file.unread)
    }

    /// Whether something in the mail was not read, so that a password may stand in
    /// it: a file, whatever it is, or text over the limits. Pictures that the text
    /// itself shows are mostly logos, and no signature of the mail itself holds one.
    pub fn has_unread(&self) -> bool {
        const MACHINES: [&str; 4] = [
            "message/delivery-status",
            "message/disposition-notification",
            "message/feedback-report",
            "text/rfc822-headers",
        ];
        const CUT: [&str; 3] = ["text_bytes_max", "text_lines_max", "attachments_max"];
        // What a mail server says of a delivery, and what it sends back with it.
        let of_report = |file: &Attachment| {
            let kind = file.content_type.as_str();
            self.report.is_some()
                && (MACHINES.contains(&kind) || (kind == "message/rfc822" && self.forwarded.is_some()))
        };
        let is_unread =
            |file: &Attachment| !matches!(file.stays, Some(Stays::InText | Stays::OfMail)) && !of_report(file);
        self.attachments.iter().any(is_unread) || self.limits.iter().any(|name| CUT.contains(&name.as_str()))
    }
}
