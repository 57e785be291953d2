//! Mails built by hand, for readers that begin where a mail was read.

use std::collections::BTreeSet;

use upgrade_desk::desk::mail::{Identity, Mail};

/// A first mail whose text is all there is; lines with `>` count as quoted.
pub fn request(text: &str) -> Mail {
    let (quoted, own): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('>'));
    Mail {
        from_text: String::new(),
        identity: Ok(Identity { address: "dana@acme-tel.example".to_owned(), name: "Dana Ruiz".to_owned() }),
        to: vec!["upgrade@vendor.example".to_owned()],
        cc: Vec::new(),
        reply_to: Vec::new(),
        delivered_to: Vec::new(),
        reply_tags: Vec::new(),
        subject: "Upgrade".to_owned(),
        message_id: Some("1@acme-tel.example".to_owned()),
        in_reply_to: Vec::new(),
        references: Vec::new(),
        date: None,
        text: text.to_owned(),
        html_text: String::new(),
        own_text: own.join("\n"),
        quoted_text: quoted.join("\n"),
        signature: String::new(),
        attachments: Vec::new(),
        attached: Vec::new(),
        automatic_because: Vec::new(),
        report: None,
        calendar: None,
        forwarded: None,
        trace: Vec::new(),
        signatures: Vec::new(),
        content_fields: BTreeSet::new(),
        duplicated_fields: BTreeSet::new(),
        body_sha256: String::new(),
        limits: Vec::new(),
    }
}

/// The same as an answer to one of our letters.
pub fn reply(text: &str) -> Mail {
    Mail { in_reply_to: vec!["t1.l1@vendor.example".to_owned()], ..request(text) }
}
