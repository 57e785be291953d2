//! What the fuzzers found (`make fuzz`), one file each in `fixtures/found/<target>/`:
//! it is read to its end, and as the real program reads it.

use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;
use upgrade_desk::desk::input;
use upgrade_desk::desk::mail::ReportKind;
use upgrade_desk::desk::moment;
use upgrade_desk::desk::seal::prints::Prints;

use crate::sample_rules;

fn file(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/found").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn received() -> Timestamp {
    "2026-12-01T17:00:30Z".parse().unwrap()
}

/// Its pieces came out empty for ever: the reader took all memory there was.
#[test]
fn a_slash_between_signs_of_a_writing_without_blanks_ends() {
    let rules = sample_rules::rules();
    for line in file("time/slash-between-signs.txt").lines() {
        let read = moment::read(line, None, received(), &rules.zones, "America/Los_Angeles");
        assert!(read.is_err(), "{line} is no time, and was read as {read:?}");
        let mail =
            format!("From: dana@acme-tel.example\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nTime: {line}\r\n");
        let read = input::understand(mail.as_bytes(), received(), rules, &Prints::default());
        assert_eq!(read.mail.own_text, format!("Time: {line}"));
    }
}

/// A returned head that ends at the boundary, without an empty line: an assertion of
/// the parser, which the real program does not have, made it unreadable in tests.
#[test]
fn a_head_that_ends_at_a_boundary_is_read() {
    let mail = file("mail/heads-end-at-a-boundary.eml").replace('\n', "\r\n");
    let read = input::understand(mail.as_bytes(), received(), sample_rules::rules(), &Prints::default());
    assert_eq!(read.mail.limits, Vec::<String>::new());
    assert_eq!(read.mail.report.map(|report| report.kind), Some(ReportKind::Failed));
}
