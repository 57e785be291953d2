//! The cases of `fixtures/urgency/`, each named by its id.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use upgrade_desk::desk::input::{self, Kind, Understood};
use upgrade_desk::desk::seal::prints::Prints;
use upgrade_desk::desk::urgency::{Severity, Tone};
use upgrade_desk::shell::view;

use crate::sample_rules;

struct Case {
    /// As written after `===`: id and what it is about.
    name: String,
    /// Answers of which one must hold.
    answers: Vec<String>,
    /// What else must hold.
    also: Vec<String>,
    mail: String,
}

fn cases(file: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/urgency").join(file);
    let text = fs::read_to_string(&path).unwrap();
    let blocks = text.split("\n=== ").skip(1);
    let cases: Vec<Case> = blocks.map(|block| case(block, &path)).collect();
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "two cases of {file} bear one name");
    cases
}

fn case(block: &str, path: &Path) -> Case {
    let (head, rest) = block.split_once('\n').unwrap();
    let (name, expected) = head.split_once(" = ").unwrap_or_else(|| panic!("{}: no answer: {head}", path.display()));
    let mut words = expected.split_whitespace();
    let answers = words.next().unwrap().split('|').map(str::to_owned).collect();
    let (headers, body) = rest.split_once("\n\n").unwrap_or((rest, ""));
    Case { name: name.to_owned(), answers, also: words.map(str::to_owned).collect(), mail: mail(headers, body) }
}

/// The mail as it travels; `Attach:` names an attachment.
fn mail(headers: &str, body: &str) -> String {
    let attached = headers.lines().find_map(|line| line.strip_prefix("Attach: "));
    let headers: Vec<&str> = headers.lines().filter(|line| !line.starts_with("Attach: ")).collect();
    let reply = headers.iter().any(|line| line.starts_with("Subject: Re: "));
    let mut mail = String::from("From: Dana Ruiz <dana@acme.example>\nTo: desk@upgrades.example\n");
    mail.push_str("Date: Tue, 01 Dec 2026 09:00:00 -0800\nMessage-ID: <1@acme.example>\nMIME-Version: 1.0\n");
    if reply {
        mail.push_str("In-Reply-To: <0@upgrades.example>\n");
    }
    mail.push_str(&headers.join("\n"));
    match attached {
        Some(name) => mail.push_str(&format!(
            "\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n{body}\n--b\n\
             Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"{name}\"\n\nx\n--b--\n"
        )),
        None => mail.push_str(&format!("\n\n{body}")),
    }
    mail.replace('\n', "\r\n")
}

fn understand(case: &Case) -> Understood {
    input::understand(
        case.mail.as_bytes(),
        "2026-12-01T17:00:30Z".parse().unwrap(),
        sample_rules::rules(),
        &Prints::default(),
    )
}

/// What `read --json` shows.
fn shown(case: &Case) -> serde_json::Value {
    view::read(case.mail.as_bytes(), "2026-12-01T17:00:30Z".parse().unwrap(), sample_rules::rules())
}

fn answer(read: &Understood) -> String {
    let severity: &str = read.urgency.severity.into();
    let tone: &str = read.urgency.tone.into();
    if read.urgency.tone == Tone::Problem { severity.to_owned() } else { tone.to_owned() }
}

/// What is wrong with one case; empty: nothing.
fn wrong(case: &Case) -> Vec<String> {
    let read = understand(case);
    let reading = &read.urgency;
    let mut wrong = Vec::new();
    if !case.answers.contains(&answer(&read)) {
        wrong.push(format!("read as {}, expected {}", answer(&read), case.answers.join(" or ")));
    }
    let problem = reading.tone == Tone::Problem;
    let automatic = read.mail.is_automatic();
    if !automatic && problem != (read.kind == Kind::Problem) {
        wrong.push(format!("the kind is {:?}", read.kind));
    }
    for also in &case.also {
        let holds = match also.as_str() {
            "claimed" => reading.claimed == Some(Severity::P1),
            "not-claimed" => reading.claimed.is_none(),
            "extent-known" => reading.extent_known,
            "extent-unknown" => !reading.extent_known,
            "escalate" => reading.asks_to_escalate,
            "insists" => reading.insists,
            "news" => !reading.insists,
            "not-escalate" => !reading.asks_to_escalate,
            "kind-automatic" => read.kind == Kind::Automatic,
            "kind-question" => read.kind == Kind::Question,
            "kind-request" => read.kind == Kind::Request,
            // What was answered in it is not lost.
            "reply" => read.forms.len() == 1,
            other => panic!("{}: nothing is known as {other}", case.name),
        };
        if !holds {
            wrong.push(format!("not so: {also}"));
        }
    }
    if reading.alarms() && reading.because.is_empty() {
        wrong.push("nothing says why".to_owned());
    }
    if !wrong.is_empty() {
        wrong.push(format!("{reading:?}"));
    }
    wrong
}

fn check(file: &str, cases_min: usize) {
    let cases = cases(file);
    assert!(cases.len() >= cases_min, "{file}: only {} cases", cases.len());
    let failed: Vec<String> = cases
        .iter()
        .map(|case| (case, wrong(case)))
        .filter(|(_, wrong)| !wrong.is_empty())
        .map(|(case, wrong)| format!("{}:\n  {}", case.name, wrong.join("\n  ")))
        .collect();
    assert!(failed.is_empty(), "{} of {} in {file}\n{}", failed.len(), cases.len(), failed.join("\n"));
}

#[test]
fn every_variant_of_a_report_is_read_as_its_answer_says() {
    check("variants.txt", 40);
    let named: BTreeSet<String> =
        cases("variants.txt").iter().map(|case| case.name.split(' ').next().unwrap().to_owned()).collect();
    for number in 1..=24 {
        assert!(named.contains(&format!("Q-{number:02}")), "no case for Q-{number:02}");
    }
}

#[test]
fn no_trap_of_words_is_stepped_into() {
    check("traps.txt", 80);
}

#[test]
fn harmless_mails_alarm_nobody() {
    check("harmless.txt", 25);
    for case in cases("harmless.txt") {
        let read = understand(&case);
        assert!(!read.urgency.alarms(), "{}: {:?}", case.name, read.urgency);
        let shown = shown(&case);
        assert!(shown["urgency"].is_null() && shown["kind"] != "problem", "{}: {shown}", case.name);
    }
}

#[test]
fn a_problem_shows_its_severity_and_its_reasons() {
    let cases = cases("variants.txt");
    let case = cases.iter().find(|case| case.name.starts_with("E ")).unwrap();
    let shown = shown(case);
    assert_eq!(shown["kind"], "problem");
    assert_eq!(shown["urgency"]["severity"], "P1");
    assert_eq!(shown["urgency"]["because"][0], "\"nobody can call in\": nobody or nothing is spared");
    assert_eq!(shown["urgency"]["since"], "since this morning");
    assert_eq!(shown["urgency"].as_object().unwrap().len(), 3);
}
