//! Every limit of `rules/limits.toml` (security 2.2) from both sides: a mail
//! that just fits is read and believed; one more is refused, or cut, by name.

use std::collections::BTreeSet;

use upgrade_desk::desk::mail::{IdentityFault, Mail};

use super::read;
use crate::support::office;

const FROM: &str = "From: dana@acme-tel.example\r\n";

fn limit(name: &str) -> usize {
    let rules = crate::sample_rules::rules();
    let limits = &rules.limits;
    match name {
        "header_bytes_max" => limits.header_bytes_max,
        "header_field_bytes_max" => limits.header_field_bytes_max,
        "header_fields_max" => limits.header_fields_max,
        "header_line_bytes_max" => limits.header_line_bytes_max,
        "mime_depth_max" => limits.mime_depth_max,
        "mime_parts_max" => limits.mime_parts_max,
        "mime_parameters_max" => limits.mime_parameters_max,
        "addresses_per_field_max" => limits.addresses_per_field_max,
        "text_bytes_max" => limits.text_bytes_max,
        "text_lines_max" => limits.text_lines_max,
        "html_depth_max" => limits.html_depth_max,
        "attachments_max" => limits.attachments_max,
        "archive_entries_max" => limits.archive_entries_max,
        "archive_ratio_max" => limits.archive_ratio_max,
        "archive_bytes_max" => limits.archive_bytes_max,
        other => panic!("{other} is no limit that a mail is read by"),
    }
}

/// What `make` gives for so many is inside, for one more it is over.
fn both_sides(tested: &mut BTreeSet<&'static str>, name: &'static str, make: impl Fn(usize) -> String) -> Mail {
    let most = limit(name);
    let inside = read(make(most).as_bytes());
    assert_eq!((inside.limits.as_slice(), inside.identity.is_ok()), (&[][..], true), "{most} of {name}");
    let over = read(make(most + 1).as_bytes());
    assert_eq!(over.limits, [name], "{} of {name}", most + 1);
    tested.insert(name);
    over
}

fn refused(tested: &mut BTreeSet<&'static str>, name: &'static str, make: impl Fn(usize) -> String) {
    let over = both_sides(tested, name, make);
    assert_eq!(over.identity, Err(IdentityFault::OverLimit), "{name}");
}

/// Cut texts are said, and the mail is believed all the same.
fn cut(tested: &mut BTreeSet<&'static str>, name: &'static str, make: impl Fn(usize) -> String) -> Mail {
    let over = both_sides(tested, name, make);
    assert!(over.identity.is_ok(), "{name}: {:?}", over.identity);
    over
}

/// A folded field of so many bytes behind its colon, no line of it long.
fn field(name: &str, bytes: usize) -> String {
    let mut value = String::new();
    while value.len() + 1002 < bytes {
        value.push_str(&format!(" {}\r\n", "a".repeat(997)));
    }
    let rest = bytes - value.len() - 3;
    format!("{name}:{value} {}\r\n", "a".repeat(rest))
}

fn parts(count: usize, head: &str) -> String {
    let part = format!("--b\r\n{head}\r\n\r\na\r\n");
    format!("{FROM}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}--b--\r\n", part.repeat(count))
}

#[test]
fn one_under_is_read_and_one_over_is_not() {
    let tested = &mut BTreeSet::new();
    header(tested);
    structure(tested);
    text(tested);
    archives(tested);
    // From the file itself: a new limit needs its two mails.
    let rules: toml::Table = toml::from_str(include_str!("../../../rules/limits.toml")).unwrap();
    let names = rules["mail"].as_table().unwrap().keys().map(String::as_str);
    // The source of mail looks at the size (`source::folder`, `source::imap`): PARK.
    let expected: BTreeSet<&str> = names.filter(|name| *name != "message_bytes_max").collect();
    assert_eq!(*tested, expected);
}

fn header(tested: &mut BTreeSet<&'static str>) {
    refused(tested, "header_bytes_max", |bytes| {
        let mut header = FROM.to_owned();
        while bytes - header.len() > 60_010 {
            header.push_str(&field("X", 50_000));
        }
        let rest = bytes - header.len() - "X:".len();
        header + &field("X", rest) + "\r\na\r\n"
    });
    refused(tested, "header_field_bytes_max", |bytes| format!("{}{FROM}\r\na\r\n", field("X", bytes)));
    refused(tested, "header_field_bytes_max", |bytes| format!("{FROM}{}\r\na\r\n", field("From-Nobody", bytes)));
    refused(tested, "header_fields_max", |count| format!("{}{FROM}\r\na\r\n", "X: a\r\n".repeat(count - 1)));
    refused(tested, "header_line_bytes_max", |bytes| format!("X:{}\r\n{FROM}\r\na\r\n", "a".repeat(bytes - 4)));
    refused(tested, "header_line_bytes_max", |bytes| format!("X:\r\n {}\r\n{FROM}\r\na\r\n", "a".repeat(bytes - 3)));
    for name in ["To", "Cc", "Reply-To"] {
        refused(tested, "addresses_per_field_max", |count| {
            format!("{FROM}{name}: {}\r\n\r\na\r\n", vec!["a@b.example"; count].join(",\r\n "))
        });
    }
}

fn structure(tested: &mut BTreeSet<&'static str>) {
    refused(tested, "mime_depth_max", |depth| {
        let open = |level: usize| format!("Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n");
        let levels: String = (0..depth).map(open).collect();
        format!("{FROM}{levels}Content-Type: text/plain\r\n\r\na\r\n")
    });
    // The container is one of them.
    refused(tested, "mime_parts_max", |count| parts(count - 1, "Content-Type: text/plain"));
    for name in ["Content-Type: text/plain", "Content-Disposition: inline"] {
        refused(tested, "mime_parameters_max", |count| {
            let parameters: String = (0..count).map(|number| format!(";\r\n a{number}=b")).collect();
            format!("{FROM}{name}{parameters}\r\n\r\na\r\n")
        });
    }
    refused(tested, "html_depth_max", |depth| {
        format!("{FROM}Content-Type: text/html\r\n\r\n{}a\r\n", "<div>".repeat(depth))
    });
    let over = cut(tested, "attachments_max", |count| {
        parts(count, "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf")
    });
    assert_eq!(over.attachments.len(), limit("attachments_max"));
}

fn text(tested: &mut BTreeSet<&'static str>) {
    let over = cut(tested, "text_bytes_max", |bytes| format!("{FROM}\r\n{}", "a".repeat(bytes)));
    assert_eq!(over.text.len(), limit("text_bytes_max"));
    let over = cut(tested, "text_lines_max", |lines| format!("{FROM}\r\n{}", "a\r\n".repeat(lines)));
    assert_eq!(over.text.lines().count(), limit("text_lines_max"));
    // A text of several parts has the same limit as one (mail 32, R-03).
    let half = "a".repeat(limit("text_bytes_max") / 2 + 1);
    let part = format!("--b\r\nContent-Type: text/plain\r\n\r\n{half}\r\n");
    let mail = read(format!("{FROM}Content-Type: multipart/mixed; boundary=b\r\n\r\n{part}{part}--b--\r\n").as_bytes());
    assert_eq!(mail.limits, ["text_bytes_max"]);
    assert!(mail.text.len() <= limit("text_bytes_max"), "{}", mail.text.len());
}

/// A document in a mail: read, or listed as one that nobody read. The mail is
/// believed either way.
fn is_read(archive: &[u8]) -> bool {
    use base64::Engine as _;
    let coded = base64::engine::general_purpose::STANDARD.encode(archive);
    let mail = read(
        format!(
            "{FROM}Content-Type: application/octet-stream; name=a.docx\r\nContent-Transfer-Encoding: base64\r\n\r\n\
             {coded}\r\n"
        )
        .as_bytes(),
    );
    assert_eq!((mail.limits.as_slice(), mail.identity.is_ok()), (&[][..], true));
    let is_read = mail.attached.iter().any(|attached| attached.text.contains("IP: 203.0.113.10"));
    assert_eq!(mail.unread_files().count(), usize::from(!is_read));
    is_read
}

fn archives(tested: &mut BTreeSet<&'static str>) {
    let page = office::paragraphs(&["IP: 203.0.113.10".to_owned()]);
    let relations = office::points_to("word/document.xml");
    let parts = [("_rels/.rels", relations.as_str()), ("word/document.xml", page.as_str())];
    let of_entries = |count: usize| {
        let names: Vec<String> = (parts.len()..count).map(|number| format!("word/{number}.xml")).collect();
        let more = names.iter().map(|name| (name.as_str(), ""));
        is_read(&office::zip(&parts.into_iter().chain(more).collect::<Vec<_>>(), true))
    };
    let most = limit("archive_entries_max");
    assert_eq!((of_entries(most), of_entries(most + 1)), (true, false));
    tested.insert("archive_entries_max");

    // The blanks that make a page so many times as big as it is packed.
    let blank = |count: usize| page.replace("</w:body>", &format!("{}</w:body>", " ".repeat(count)));
    let with = |page: &str, packed: bool| office::zip(&[parts[0], ("word/document.xml", page)], packed);
    let ratio = |page: &str| page.len() / (with(page, true).len() - with("", true).len());
    let over = (0..).map(|step| blank(step * 1000)).find(|page| ratio(page) > limit("archive_ratio_max")).unwrap();
    let inside = blank(over.len() - page.len() - 5000);
    assert_eq!((is_read(&with(&inside, true)), is_read(&with(&over, true))), (true, false));
    tested.insert("archive_ratio_max");

    let all = limit("archive_bytes_max") - relations.len() - page.len();
    assert_eq!((is_read(&with(&blank(all), false)), is_read(&with(&blank(all + 1), false))), (true, false));
    tested.insert("archive_bytes_max");
}
