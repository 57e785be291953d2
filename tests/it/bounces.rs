//! Delivery reports in words, as mail systems write them to people: each mail of
//! `fixtures/bounces` beside what it says about whom, and about which letter.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use upgrade_desk::desk::input;
use upgrade_desk::desk::mail::{Report, ReportKind};
use upgrade_desk::desk::seal::prints::Prints;

use crate::sample_rules;

#[test]
fn reports_in_words_say_whom_they_are_about() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/bounces");
    let mut mails: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    mails.retain(|path| path.extension().is_some_and(|end| end == "eml"));
    assert!(!mails.is_empty());
    for path in mails {
        let answer = fs::read_to_string(path.with_extension("txt")).unwrap();
        assert_eq!(told(&path), answer, "{}", path.display());
    }
}

fn told(path: &Path) -> String {
    let mail = fs::read_to_string(path).unwrap().replace('\n', "\r\n");
    let received: Timestamp = "2026-12-07T17:00:30Z".parse().unwrap();
    let read = input::understand(mail.as_bytes(), received, sample_rules::rules(), &Prints::default());
    let Some(Report { kind, recipients, original_message_id }) = read.mail.report else {
        return "no report\n".to_owned();
    };
    let mut told = match kind {
        ReportKind::Failed => "failed\n".to_owned(),
        ReportKind::Delayed => "delayed\n".to_owned(),
        other => format!("{other:?}\n"),
    };
    for recipient in recipients {
        told.push_str(&format!("{}  {}\n", recipient.address, recipient.status));
    }
    told.push_str(&format!("about {}\n", original_message_id.as_deref().unwrap_or("no letter that is named")));
    told
}
