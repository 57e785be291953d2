//! Nothing of a mail is lost: base64 that breaks off without its padding, fields
//! that stand twice.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use upgrade_desk::desk::mail;

use super::read;
use crate::sample_rules;

const HEAD: &str = "From: dana@acme-tel.example\r\nMIME-Version: 1.0\r\n";

/// Texts of three lengths in a row: none, one and two bytes in the last group.
const TEXTS: [&str; 3] = ["Manager Password: wren", "Manager Password: wrens", "Manager Password: wrench"];

#[test]
fn a_text_without_padding_is_read_to_its_last_letter() {
    for text in TEXTS {
        for body in [coded(text), format!("{}\r\n", coded(text))] {
            let raw = format!("{HEAD}Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n{body}");
            assert_eq!(read(raw.as_bytes()).text.trim_end(), text);
        }
        let page = format!("<p>{text}");
        let raw =
            format!("{HEAD}Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n", coded(&page));
        assert_eq!(read(raw.as_bytes()).text.trim_end(), text);
    }
}

#[test]
fn parts_and_files_without_padding_are_whole() {
    for text in TEXTS {
        let within = format!("{HEAD}Subject: forwarded\r\n\r\n{text}");
        let part = |kind: &str, text: &str| {
            format!("--b\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n", coded(text))
        };
        let raw = format!(
            "{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}{}{}{}--b--\r\n",
            part("text/plain; charset=windows-1252", text),
            part("application/octet-stream; name=a.bin", text),
            part("text/plain; name=a.txt", text),
            part("message/rfc822", &within),
        );
        let mail = read(raw.as_bytes());
        assert_eq!(mail.text.trim_end(), text);
        let sizes: Vec<u64> = mail.attachments.iter().map(|file| file.size).collect();
        assert_eq!(sizes, [text.len() as u64, text.len() as u64, within.len() as u64]);
        let files = mail::files(raw.as_bytes(), &sample_rules::rules().limits);
        assert_eq!(files, [text.as_bytes(), text.as_bytes(), within.as_bytes()]);
        let attached: Vec<&str> = mail.attached.iter().map(|file| file.text.trim_end()).collect();
        assert!(attached.iter().all(|attached| attached.ends_with(text)) && attached.len() == 3, "{attached:?}");
    }
}

#[test]
fn subjects_and_names_without_padding_are_whole() {
    for text in TEXTS {
        let raw = format!("{HEAD}Subject: =?utf-8?B?{}?=\r\n\r\nHello\r\n", coded(text));
        assert_eq!(read(raw.as_bytes()).subject, text);
        let raw = format!("From: =?utf-8?B?{}?= <dana@acme-tel.example>\r\n\r\nHello\r\n", coded("Dana Ruiz"));
        assert_eq!(read(raw.as_bytes()).identity.map(|identity| identity.name), Ok("Dana Ruiz".to_owned()));
    }
}

#[test]
fn of_two_subjects_the_first_is_shown_and_of_readers_all() {
    let raw = format!(
        "{HEAD}Subject: one\r\nSubject: two\r\nTo: a@vendor.example\r\nTo: b@vendor.example\r\nTo:\r\n\
         Cc: c@vendor.example\r\nCc: d@vendor.example\r\nReply-To: e@acme-tel.example\r\n\
         Reply-To: f@acme-tel.example\r\n\r\nHello\r\n"
    );
    let mail = read(raw.as_bytes());
    assert_eq!(mail.subject, "one");
    assert_eq!(mail.to, ["a@vendor.example", "b@vendor.example"]);
    assert_eq!(mail.cc, ["c@vendor.example", "d@vendor.example"]);
    assert_eq!(mail.reply_to, ["e@acme-tel.example", "f@acme-tel.example"]);
    assert!(mail.identity.is_err(), "two subjects that differ are nobody's");
}

fn coded(text: &str) -> String {
    STANDARD_NO_PAD.encode(text)
}
