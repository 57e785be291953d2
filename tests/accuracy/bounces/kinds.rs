//! What else machines send: absence notes, complaints, receipts, delays, successes.

use serde_json::Value;
use upgrade_desk::desk::input::Kind;
use upgrade_desk::desk::mail::ReportKind;

use crate::bounces::answers::is_mail;
use crate::bounces::lines::Line;
use crate::bounces::{FLOORS, Seen, see};
use crate::corpus::cases;
use crate::score::judge;

/// Answers that are wrong for our purpose, each with the reason.
const WRONG: &str = include_str!("../../../fixtures/accuracy/kinds-wrong.toml");

/// Those that state one of these kinds.
const SOURCES: [&str; 7] =
    ["sisimai", "flufl.bounce", "flanker", "php-bounce-handler", "mimekit", "imap_tools", "roundup"];

#[test]
fn corpus_mails_of_machines_are_what_they_are() {
    let wrong: toml::Table = toml::from_str(WRONG).unwrap();
    let mut used = 0;
    let mut lines: Vec<(&str, Line)> = ["automatic", "complaint", "delivered", "receipt", "delay"]
        .iter()
        .map(|name| (*name, Line::new(&format!("kind: {name}"))))
        .collect();
    for source in SOURCES {
        let Some(cases) = cases(source) else { return };
        for case in cases.iter().filter(|case| is_mail(case)) {
            let Some(name) = stated(&case.expected) else { continue };
            if wrong.get(&case.name).is_some_and(toml::Value::is_str) {
                used += 1;
                continue;
            }
            let seen = see(&case.raw);
            let answer = if is(&seen, name) { Ok(()) } else { Err(seen.told()) };
            let line = lines.iter_mut().find(|(known, _)| *known == name).map(|(_, line)| line);
            line.unwrap().count(case, answer);
        }
    }
    assert_eq!(used, wrong.len(), "nothing states some of these any more");
    let scores: Vec<_> = lines.into_iter().map(|(_, line)| line.score()).collect();
    judge(FLOORS, &scores);
}

fn stated(expected: &Value) -> Option<&'static str> {
    match (expected["kind"].as_str()?, expected["subkind"].as_str()) {
        ("auto_reply", Some("read_receipt_mdn")) => Some("receipt"),
        ("auto_reply", _) => Some("automatic"),
        ("feedback", _) => Some("complaint"),
        ("dsn_success", _) => Some("delivered"),
        ("bounce", Some("delay_warning")) => Some("delay"),
        _ => None,
    }
}

fn is(seen: &Seen, name: &str) -> bool {
    let report = seen.report.as_ref().map(|report| report.kind);
    match name {
        "automatic" => report.is_none() && seen.is_automatic,
        "complaint" => seen.kind == Kind::FeedbackReport,
        "delivered" => matches!(report, Some(ReportKind::Delivered | ReportKind::Relayed)),
        "receipt" => report == Some(ReportKind::Disposition),
        _ => report == Some(ReportKind::Delayed),
    }
}
