//! No mail of a person is taken for a delivery report: nobody would answer it.

use std::path::{Path, PathBuf};

use crate::bounces::{FLOORS, Seen, see};
use crate::corpus::cases;
use crate::score::{Score, judge};

/// Every source, for the mails that it calls normal or replies.
pub const SOURCES: [&str; 22] = [
    "circuit-maintenance-parser",
    "crisp-email-reply-parser",
    "django-helpdesk",
    "email_reply_trimmer",
    "enmime",
    "espoofer",
    "flanker",
    "flufl.bounce",
    "github-email_reply_parser",
    "imap_tools",
    "mail-parser",
    "mail-parser-reply",
    "mikel-mail",
    "mime4j",
    "mimekit",
    "php-bounce-handler",
    "quotequail",
    "roundup",
    "rspamd",
    "sisimai",
    "talon",
    "zapier-email-reply-parser",
];

/// Our own mails that are reports.
const REPORTS: &str = include_str!("../../../fixtures/accuracy/reports.txt");

#[test]
fn no_corpus_mail_of_a_person_is_a_report() {
    let mut score = Score::new("no report: people's mails");
    for source in SOURCES {
        let Some(cases) = cases(source) else { return };
        for case in &cases {
            if ["normal", "reply", "spam"].iter().any(|kind| case.expected["kind"] == *kind) {
                score.count(&case.name, is_none(&see(&case.raw)));
            }
        }
    }
    let misses = score.misses.len();
    judge(FLOORS, &[score]);
    assert_eq!(misses, 0, "a mail of a person is taken for a report");
}

#[test]
fn no_mail_of_ours_is_a_report_but_those_that_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut mails = Vec::new();
    collect(&root.join("fixtures"), &mut mails);
    let mut score = Score::new("no report: our own mails");
    for path in mails {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        let seen = see(&std::fs::read(&path).unwrap());
        if REPORTS.lines().any(|line| line == name) {
            assert!(seen.report.is_some(), "{name} is a report: {}", seen.told());
        } else {
            score.count(&name, is_none(&seen));
        }
    }
    for (name, reason) in &score.misses {
        println!("{name} is taken for a report: {reason}");
    }
    assert!(score.misses.is_empty(), "a mail of ours is taken for a report");
}

fn is_none(seen: &Seen) -> Result<(), String> {
    if seen.report.is_none() { Ok(()) } else { Err(seen.told()) }
}

fn collect(folder: &Path, mails: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, mails);
        } else if path.extension().is_some_and(|end| end == "eml") {
            mails.push(path);
        }
    }
}
