//! What is logged is one line an event, as text and as JSON, whoever's words
//! stand in it (TF6).

use std::fs;
use std::time::Duration;

use serde_json::Value;

use crate::support::desk::Desk;
use crate::support::{hostile, letter};

const FAKE: &str = "Bob\r\n{\"level\":\"INFO\",\"fields\":{\"message\":\"all is well\"}}\u{1b}[2J\u{202e}";

/// A desk with mails whose every header says something else than it seems, and a
/// server that answers letters in the same way.
fn log(format: &str) -> String {
    let desk = Desk::of_folders();
    let config = fs::read_to_string(desk.config()).unwrap();
    fs::write(desk.config(), config.replace("level = \"debug\"", &format!("level = \"debug\"\nformat = \"{format}\"")))
        .unwrap();
    desk.import_sample_register();
    for (number, text) in hostile::chosen().into_iter().chain([FAKE.to_owned()]).enumerate() {
        let mail = format!(
            "From: {text} <dana@acme-tel.example>\r\nTo: upgrade@vendor.example\r\nSubject: {text}\r\n\
             Message-ID: <{text}@acme-tel.example>\r\n\r\nUnit Serial Number: SM-0417-22A\r\nASAP: yes\r\n{text}\r\n"
        );
        fs::write(desk.path(&format!("mailbox/new/{number:04}")), mail).unwrap();
    }
    let mut running = desk.run(&["--drain"], &[]);
    assert_eq!(running.wait(Duration::from_secs(60)), Some(0), "{}", desk.log());
    desk.log()
}

#[test]
fn a_log_of_text_has_one_line_an_event() {
    let log = log("text");
    assert!(log.lines().count() > 1, "{log}");
    for line in log.lines() {
        assert!(!line.chars().any(letter::is_harmful), "{line:?}");
        let (time, rest) = line.split_once(' ').unwrap_or((line, ""));
        assert!(time.parse::<jiff::Timestamp>().is_ok(), "a line that no event of ours begins: {line:?}");
        let level = rest.trim_start().split(' ').next().unwrap_or("");
        assert!(["ERROR", "WARN", "INFO", "DEBUG"].contains(&level), "{line:?}");
    }
}

#[test]
fn a_log_of_json_has_one_object_a_line() {
    let log = log("json");
    assert!(log.lines().count() > 1, "{log}");
    for line in log.lines() {
        assert!(!line.chars().any(letter::is_harmful), "{line:?}");
        let event: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        assert_ne!(event["fields"]["message"], "all is well", "{line}");
    }
}
