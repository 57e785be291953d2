//! Collections of delivery reports: each is seen as one, with its recipients, its
//! status, and whether it is for good.

use std::collections::BTreeSet;

use serde_json::Value;
use upgrade_desk::desk::input::Kind;
use upgrade_desk::desk::mail::ReportKind;

use crate::bounces::lines::Line;
use crate::bounces::{FLOORS, SOURCES, Seen, see};
use crate::corpus::{Case, cases};
use crate::score::judge;

#[test]
fn corpus_reports_of_every_mail_system_are_seen() {
    let (mut scores, mut all) = (Vec::new(), Line::new("seen"));
    for source in SOURCES {
        let Some(cases) = cases(source) else { return };
        let mut line = Line::new(&format!("seen: {source}"));
        for case in cases.iter().filter(|case| is_bounce(case)) {
            let seen = see(&case.raw);
            let answer = || if seen.kind == Kind::Bounce { Ok(()) } else { Err(seen.told()) };
            line.count(case, answer());
            all.count(case, answer());
        }
        scores.push(line.score());
    }
    scores.push(all.score());
    judge(FLOORS, &scores);
}

#[test]
fn corpus_reports_name_their_recipients() {
    let mut scores = Vec::new();
    for source in ["flufl.bounce", "mimekit"] {
        let Some(cases) = cases(source) else { return };
        let mut line = Line::new(&format!("recipients: {source}"));
        for case in &cases {
            let stated = stated_recipients(&case.expected);
            if !stated.is_empty() {
                let found = recipients(&see(&case.raw));
                line.count(case, same(&stated, &found));
            }
        }
        scores.push(line.score());
    }
    judge(FLOORS, &scores);
}

#[test]
fn corpus_reports_state_their_status() {
    let Some(cases) = cases("sisimai") else { return };
    let mut line = Line::new("status: sisimai");
    let mut many = Line::new("number of recipients: sisimai");
    for case in cases.iter().filter(|case| is_bounce(case)) {
        let seen = see(&case.raw);
        let bounces = case.expected["bounces"].as_array().unwrap();
        let found = statuses(&seen);
        many.count(case, same(&bounces.len(), &found.len()));
        let stated = bounces.iter().filter_map(|bounce| bounce["status"].as_str());
        let mut stated: Vec<String> = stated.filter(|status| !is_internal(status)).map(str::to_owned).collect();
        if stated.is_empty() {
            continue;
        }
        let all = stated.clone();
        for status in &found {
            if let Some(place) = stated.iter().position(|known| known == status) {
                stated.remove(place);
            }
        }
        line.count(case, if stated.is_empty() { Ok(()) } else { Err(format!("{all:?}, read {found:?}")) });
    }
    judge(FLOORS, &[line.score(), many.score()]);
}

#[test]
fn corpus_reports_are_for_good_or_for_now() {
    let (mut permanent, mut temporary) = (Line::new("permanent"), Line::new("temporary"));
    let Some(sisimai) = cases("sisimai") else { return };
    for case in sisimai.iter().filter(|case| is_bounce(case)) {
        let Some(class) = case.expected["status"].as_str().and_then(|status| status.chars().next()) else { continue };
        let found = statuses(&see(&case.raw));
        let is_same = found.first().is_some_and(|status| status.starts_with(class));
        let answer = if is_same { Ok(()) } else { Err(format!("{class}, read {found:?}")) };
        (if class == '5' { &mut permanent } else { &mut temporary }).count(case, answer);
    }
    let Some(flufl) = cases("flufl.bounce") else { return };
    for case in &flufl {
        let Some(is_temporary) = case.expected["temporary"].as_bool() else { continue };
        let seen = see(&case.raw);
        let wanted = if is_temporary { ReportKind::Delayed } else { ReportKind::Failed };
        let is_same = seen.report.as_ref().is_some_and(|report| report.kind == wanted);
        let answer = if is_same { Ok(()) } else { Err(format!("{wanted:?}, read {}", seen.told())) };
        (if is_temporary { &mut temporary } else { &mut permanent }).count(case, answer);
    }
    judge(FLOORS, &[permanent.score(), temporary.score()]);
}

fn stated_recipients(expected: &Value) -> BTreeSet<String> {
    let lists = ["bounced_recipients", "temporary_recipients"].iter().filter_map(|key| expected[key].as_array());
    let one = expected["bounced_recipient"].as_str().map(str::to_lowercase);
    lists.flatten().filter_map(Value::as_str).map(str::to_lowercase).chain(one).collect()
}

fn recipients(seen: &Seen) -> BTreeSet<String> {
    let all = seen.report.iter().flat_map(|report| &report.recipients);
    all.map(|recipient| recipient.address.to_lowercase()).collect()
}

fn statuses(seen: &Seen) -> Vec<String> {
    let all = seen.report.iter().flat_map(|report| &report.recipients);
    all.map(|recipient| recipient.status.clone()).collect()
}

fn same<T: PartialEq + std::fmt::Debug>(stated: &T, found: &T) -> Result<(), String> {
    if stated == found { Ok(()) } else { Err(format!("{stated:?}, read {found:?}")) }
}

/// Codes of sisimai's own, for mails that state none.
fn is_internal(status: &str) -> bool {
    status.starts_with("5.0.9") || status.starts_with("4.0.9")
}

fn is_bounce(case: &Case) -> bool {
    case.expected["kind"] == "bounce" && is_mail(case)
}

/// No mail that comes by a mailbox has lines that end with a bare CR (RFC 5322 2.3).
pub fn is_mail(case: &Case) -> bool {
    case.expected["line_endings"] != "CR"
}
