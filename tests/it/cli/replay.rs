//! A whole mailbox decided over: as it was decided before, under other rules,
//! and without a trace.

use std::fs;
use std::path::Path;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use upgrade_desk::desk::hours::Holiday;
use upgrade_desk::desk::office::AddedHoliday;
use upgrade_desk::shell::demo::sample_register;
use upgrade_desk::shell::replay::archive::Archive;
use upgrade_desk::shell::replay::{Knowing, Under, replay};

use super::mail::{PASSWORD, form};
use super::place::{Place, copy, source};

/// Mails of one day with the seconds in which they came: a request in the
/// morning, one for the late afternoon, a forged one, and prose two days later.
fn mails() -> Vec<(i64, String)> {
    let unit = |mail: String, serial: &str, mac: &str, ip: &str| {
        mail.replace("SM-0417-22A", serial).replace("00-00-5e-00-53-0a", mac).replace("203.0.113.10", ip)
    };
    let morning = form("morning");
    let late = unit(form("late"), "SM-0418-22A", "00-00-5e-00-53-0b", "203.0.113.11");
    let late = late.replace("2026-11-19 10:30", "2026-11-19 14:30");
    let wrong = form("wrong").replace("00-00-5e-00-53-0a", "00-00-5e-00-53-f1");
    let stranger = "From: Nils <nils@elsewhere.example>\nSubject: hello\nMessage-ID: <s@elsewhere.example>\n\n\
                    From here it rains.\n>From there too.\n";
    let monday = 1_794_849_120; // 2026-11-16T17:12:00Z
    vec![
        (monday, morning),
        (monday + 60, late),
        (monday + 120, wrong),
        // After the windows of Thursday: their timers have fired.
        (monday + 4 * 24 * 3600, stranger.to_owned()),
    ]
}

/// In a Maildir's subfolders, as a desk leaves them, and in no order of time.
fn maildir(folder: &Path) {
    for (number, (second, mail)) in mails().into_iter().enumerate().rev() {
        let part = if number % 2 == 0 { ".Processed/cur" } else { "new" };
        fs::create_dir_all(folder.join(part)).unwrap();
        fs::create_dir_all(folder.join("cur")).unwrap();
        fs::write(folder.join(part).join(format!("{second}.M{number}P1.host.example")), mail).unwrap();
    }
}

fn mbox() -> String {
    let mut mbox = String::new();
    for (second, mail) in mails() {
        let at = jiff::Timestamp::from_second(second).unwrap().strftime("%a %b %e %H:%M:%S %Y");
        mbox.push_str(&format!("From dana@acme-tel.example {at}\n"));
        for line in mail.lines() {
            let is_quoted = line.trim_start_matches('>').starts_with("From ");
            mbox.push_str(&format!("{}{line}\n", if is_quoted { ">" } else { "" }));
        }
        mbox.push('\n');
    }
    mbox
}

/// A copy of the rules under which work ends at one o'clock.
fn short_days(place: &Place) {
    copy(&source("rules"), &place.path("short"));
    let path = place.path("short/hours.toml");
    let hours = fs::read_to_string(&path).unwrap();
    let short = hours.replace("close = \"17:00\"", "close = \"13:00\"");
    let short = short.replace("asap_last_start = \"16:00\"", "asap_last_start = \"12:00\"");
    assert_ne!(hours, short);
    fs::write(path, short).unwrap();
}

fn outcomes(replayed: &Value, run: usize) -> Vec<String> {
    let mails = replayed["mails"].as_array().unwrap();
    mails.iter().map(|mail| mail["decided"][run]["outcome"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_maildir_is_decided_in_the_order_of_time_and_nothing_is_left() {
    let place = Place::new();
    place.import_sample();
    maildir(&place.path("old"));
    let before = place.desk_json(&["status"]);
    let ran = place.desk(&["replay", "old", "--json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    ran.never_says(PASSWORD);
    let replayed = ran.json();
    assert_eq!(outcomes(&replayed, 0), ["scheduled", "scheduled", "denied", "quarantine"]);
    for name in ["mailbox", "mails_read", "from", "to", "register", "runs", "differences", "mails"] {
        assert!(replayed.get(name).is_some(), "{name} is missing");
    }
    assert_eq!((&replayed["mails_read"], &replayed["from"]), (&json!(4), &json!("2026-11-16T17:12:00Z")));
    let run = &replayed["runs"][0];
    assert_eq!(run["outcomes"], json!({ "scheduled": 2, "denied": 1, "quarantine": 1 }));
    assert_eq!(run["denials"], json!({ "D-MAC": 1 }));
    assert_eq!(run["quarantine"], json!({ "unknown_sender": 1 }));
    assert_eq!(run["letters"]["M-05"], 2);
    // Nobody took them: staff and a lead were told, each was blocked before its window
    // after one reminder, and not started.
    assert_eq!(run["timers"], json!({ "UT-25": 2, "UT-28": 2, "W-02": 2, "W-02-lead": 2, "W-09": 2 }));
    assert_eq!(run["tickets"], json!({ "AWAITING_CONSENT": 2, "DENIED": 1 }));
    let first = &replayed["mails"][0];
    assert_eq!(first["mail"], ".Processed/cur/1794849120.M0P1.host.example");
    for name in ["outcome", "ticket", "letters", "denials", "quarantine", "why"] {
        assert!(first["decided"][0].get(name).is_some(), "{name} is missing");
    }

    assert_eq!(place.desk(&["replay", "old", "--json"]).out, ran.out, "the same mailbox came to something else");
    let after = place.desk_json(&["status"]);
    assert_eq!((&before["journal"], &before["outbox"]), (&after["journal"], &after["outbox"]));
    assert_eq!(place.desk_json(&["ticket", "list"]), json!([]));
    assert_eq!(fs::read_dir(place.path("postman")).unwrap().count(), 0, "a letter left");
    assert_eq!(fs::read_dir(place.path("tmp")).unwrap().count(), 0, "the throw-away store was not thrown away");
    assert!(place.path("old/.Processed/cur/1794849120.M0P1.host.example").exists(), "a mail was moved");
}

#[test]
fn an_mbox_comes_to_the_same_as_a_maildir() {
    let place = Place::new();
    place.import_sample();
    maildir(&place.path("old"));
    fs::write(place.path("old.mbox"), mbox()).unwrap();
    let (maildir, mbox) = (place.desk_json(&["replay", "old"]), place.desk_json(&["replay", "old.mbox"]));
    assert_eq!(maildir["runs"], mbox["runs"]);
    let decided = |replayed: &Value| -> Vec<Value> {
        replayed["mails"].as_array().unwrap().iter().map(|mail| mail["decided"].clone()).collect()
    };
    assert_eq!(decided(&maildir), decided(&mbox));
    let names: Vec<&Value> = mbox["mails"].as_array().unwrap().iter().map(|mail| &mail["mail"]).collect();
    assert_eq!(names, ["#1", "#2", "#3", "#4"]);
}

#[test]
fn two_rules_show_where_they_differ() {
    let place = Place::new();
    place.import_sample();
    maildir(&place.path("old"));
    short_days(&place);
    let rules = source("rules");
    let words = ["replay", "old", "--rules", rules.to_str().unwrap(), "--rules", "short"];
    let replayed = place.desk_json(&words);
    assert_eq!(outcomes(&replayed, 0), ["scheduled", "scheduled", "denied", "quarantine"]);
    assert_eq!(outcomes(&replayed, 1), ["scheduled", "special_review", "denied", "quarantine"]);
    assert_eq!(replayed["differences"], 1);
    let differs: Vec<bool> =
        replayed["mails"].as_array().unwrap().iter().map(|mail| mail["differs"].as_bool().unwrap()).collect();
    assert_eq!(differs, [false, true, false, false]);
    assert_ne!(replayed["runs"][0]["version"], replayed["runs"][1]["version"]);

    let shown = place.desk(&words).out;
    let line = shown.lines().find(|line| line.contains("new/1794849180")).unwrap_or_else(|| panic!("{shown}"));
    assert!(line.contains("scheduled → special_review") && line.contains("(S-06)"), "{line}");
    assert!(line.contains("letters: M-05 dana@acme-tel.example"), "{line}");
    assert!(!shown.contains("1794849120"), "a mail that came to the same is named: {shown}");
    let same = place.desk(&["replay", "old", "--rules", "short", "--rules", "short"]).out;
    assert!(same.ends_with("Mails that came to something else\nnone\n"), "{same}");
}

/// With the desk's own key, replies find their tickets: the mails of the demo
/// come to what they came to when its story was told.
#[test]
fn what_a_desk_handled_comes_to_the_same_again() {
    let place = Place::new();
    assert_eq!(place.run(&["demo", "--once", "--dir", "demo"]).code, 0);
    let journal = fs::read_dir(place.path("demo/data/journal")).unwrap().map(|file| file.unwrap().path());
    let mut paths: Vec<_> = journal.collect();
    paths.sort();
    let lines: Vec<Value> = paths
        .iter()
        .flat_map(|path| {
            let text = fs::read_to_string(path).unwrap();
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
        })
        .collect();
    let of_mails = lines.iter().filter(|line| line["what"]["cause"]["cause"] == "mail");
    let told: Vec<String> = of_mails.map(|line| line["what"]["outcome"].as_str().unwrap().to_owned()).collect();
    let ran = place.run(&["replay", "demo/mailbox", "--dir", "demo", "--json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(outcomes(&ran.json(), 0), told);
    assert!(told.len() > 12, "{told:?}");
}

/// S-09: a day without work counts from the moment at which the desk was told of
/// it, whether or not that mail is in the mailbox.
#[tokio::test(flavor = "multi_thread")]
async fn a_holiday_told_by_mail_counts_from_its_telling_on() {
    let folder = tempfile::tempdir().unwrap();
    maildir(folder.path());
    let archive = Archive::open(folder.path()).unwrap();
    let first: Timestamp = archive.entries[0].received;
    let rules = Arc::new(crate::sample_rules::rules().clone());
    let under = [Under { name: "rules".to_owned(), rules }];
    let told = |seconds: i64| {
        let holiday = Holiday { name: "Works outing".to_owned(), closes: None };
        let at = first + SignedDuration::from_secs(seconds);
        Knowing {
            register: sample_register().unwrap(),
            holidays: vec![AddedHoliday { at, day: "2026-11-19".parse().unwrap(), holiday }],
            message_key: vec![0; 32],
        }
    };
    for (seconds, expected) in [
        (-3600, ["special_review", "special_review", "denied", "quarantine"]),
        (30, ["scheduled", "special_review", "denied", "quarantine"]),
        (3600, ["scheduled", "scheduled", "denied", "quarantine"]),
    ] {
        let replayed = replay(&archive, &under, &told(seconds), &mut |_, _| {}).await.unwrap();
        let outcomes: Vec<&str> = replayed.mails.iter().map(|mail| mail.decided[0].outcome.as_str()).collect();
        assert_eq!(outcomes, expected, "told {seconds} s after the first mail");
    }
}

#[test]
fn what_is_no_mailbox_is_named() {
    let place = Place::new();
    fs::write(place.path("mail.eml"), form("one")).unwrap();
    fs::create_dir(place.path("folder")).unwrap();
    for (words, expected) in [
        (&["replay", "nowhere"][..], "nowhere: expected a Maildir or an mbox file, found"),
        (&["replay", "folder"], "folder: expected a Maildir, found a folder without `cur` and `new`"),
        (&["replay", "mail.eml"], "mail.eml: expected an mbox, found a file that does not begin with a `From ` line"),
        (&["replay", "mailbox", "--rules", "a", "--rules", "b", "--rules", "c"], "expected --rules once or twice"),
        (&["replay", "mailbox", "--rules", "nowhere"], "nowhere"),
    ] {
        let ran = place.desk(words);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{words:?}: {}", ran.err);
        assert!(ran.err.contains(expected), "{words:?}: {}", ran.err);
    }
    // No desk yet: it is said, and an empty register denies nobody.
    maildir(&place.path("old"));
    let ran = place.desk(&["replay", "old", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("the register is empty"), "{}", ran.err);
    assert_eq!(outcomes(&ran.json(), 0), ["hold", "hold", "hold", "quarantine"]);
    assert!(!place.path("data").exists(), "somebody only looked, and there is a store");
    let empty = place.desk_json(&["replay", "mailbox"]);
    assert_eq!((&empty["mails_read"], &empty["from"]), (&json!(0), &json!(null)));
}
