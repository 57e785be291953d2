//! `reveal`: who may see a password, that it is recorded before it is shown, and
//! who is told (decisions 17, TD4).

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use upgrade_desk::shell::{socket, vault};

use crate::cli::mail::asap;
use crate::cli::place::{Place, Running};
use crate::support::desk::BINARY;

const PASSWORD: &str = "tulip#7 Lake";

/// A desk with one request, and keys of two persons; the ticket's id.
fn asked() -> (Place, String) {
    let place = Place::with_keys();
    place.import_sample();
    place.drop_mail("1", &asap("one"));
    place.drain();
    let list = place.desk_json(&["ticket", "list"]);
    let id = list[0]["id"].as_str().unwrap_or_else(|| panic!("no ticket in {list}")).to_owned();
    (place, id)
}

fn shown(place: &Place, id: &str) -> Vec<Value> {
    let log = place.desk_json(&["ticket", "log", id]);
    let events = log["events"].as_array().unwrap().clone();
    events.into_iter().filter(|event| event["type"] == "revealed").collect()
}

#[test]
fn one_person_alone_is_refused_before_it_is_ready_and_two_are_recorded_and_told() {
    let (place, id) = asked();
    for words in [
        &["--identity", "noa.key"][..],
        &["--identity", "noa.key", "--reason", "curious"],
        &["--identity", "noa.key", "--with", "noa.key", "--reason", "the same person twice"],
        &["--identity", "noa.key", "--with", "lea.key"],
    ] {
        let ran = place.desk(&[&["reveal", &id], words].concat());
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{words:?}: {}", ran.err);
        assert!(ran.err.contains("only from READY until the feedback is out"), "{words:?}: {}", ran.err);
        assert!(ran.err.contains("--with FILE") && ran.err.contains("--reason TEXT"), "{}", ran.err);
        ran.never_says(PASSWORD);
    }
    assert_eq!(shown(&place, &id), Vec::<Value>::new());
    let two = ["reveal", &id, "--identity", "noa.key", "--with", "lea.key", "--reason", "the customer calls at night"];
    let ran = place.desk(&two);
    assert_eq!((ran.code, ran.out.as_str()), (0, format!("{PASSWORD}\n").as_str()), "{}", ran.err);
    let shown = shown(&place, &id);
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert_eq!((&shown[0]["by"], &shown[0]["second"]), (&"noa".into(), &"lea".into()));
    assert_eq!(shown[0]["reason"], "the customer calls at night");
    assert!(shown[0]["console"].as_str().unwrap().contains("tester"), "{shown:?}");
    // Both leads looked or are told; here the lead looked, so the desk's list is.
    let letters = place.desk_json(&["outbox", "list"]);
    let told: Vec<&Value> = letters.as_array().unwrap().iter().filter(|row| row["template"] == "M-31").collect();
    let no = told.last().unwrap()["no"].to_string();
    let text = place.desk(&["outbox", "show", &no]).out;
    assert!(text.contains("noa and lea looked at the manager password"), "{text}");
    assert!(text.contains("The reason: the customer calls at night"), "{text}");
    // The page of evidence tells it, and never the password.
    let page = place.desk(&["ticket", "evidence", &id]);
    assert!(page.out.contains("The password was shown: to noa and lea"), "{}", page.out);
    page.never_says(PASSWORD);
}

#[test]
fn a_key_that_is_nobodys_opens_nothing() {
    let (place, id) = asked();
    // It is one of the keys for which passwords are sealed, but no person's.
    for key in ["staff.key", "evidence.key"] {
        let ran = place.desk(&["reveal", &id, "--identity", key, "--with", "lea.key", "--reason", "why not"]);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""));
        assert!(ran.err.contains("expected the key of a person in access.toml"), "{}", ran.err);
    }
    assert_eq!(shown(&place, &id), Vec::<Value>::new());
}

/// Whoever kills it between the record and the showing leaves the record.
#[test]
fn a_kill_before_it_is_shown_leaves_the_record() {
    let (place, id) = asked();
    let words =
        ["reveal", &id, "--identity", "noa.key", "--with", "lea.key", "--reason", "a test", "--config", "desk.toml"];
    let killed = std::process::Command::new(BINARY)
        .args(words)
        .current_dir(place.path(""))
        .env("UPGRADE_DESK_CRASH_AT", "reveal_recorded:1")
        .output()
        .unwrap();
    assert!(!killed.status.success() && killed.stdout.is_empty(), "{killed:?}");
    assert_eq!(shown(&place, &id).len(), 1);
    let audited = place.desk(&["audit", "verify"]);
    assert_eq!(audited.code, 0, "{}", audited.err);
}

#[test]
fn a_key_of_two_persons_and_one_that_is_none_are_refused_in_the_rules() {
    let (place, _) = asked();
    let access = fs::read_to_string(place.path("rules/access.toml")).unwrap();
    let line = access.lines().find(|line| line.starts_with("key = \"age1")).unwrap().to_owned();
    let other = access.lines().filter(|line| line.starts_with("key = \"age1")).nth(1).unwrap().to_owned();
    for (to, expected) in [(line.as_str(), "the key of two"), ("key = \"age1nonsense\"", "expected a public key")] {
        fs::write(place.path("rules/access.toml"), access.replacen(&other, to, 1)).unwrap();
        let ran = place.desk(&["check"]);
        assert_eq!(ran.code, 2, "{}", ran.out);
        assert!(format!("{}{}", ran.out, ran.err).contains(expected), "{}{}", ran.out, ran.err);
    }
}

/// Public keys stand in the rules for all to read: who names one must open what the
/// desk seals to it, each of two persons his own, and once.
#[test]
fn a_public_key_alone_is_nobody() {
    let (place, id) = asked();
    let running = Running::start(&place);
    let key = |name: &str| {
        let file = fs::read_to_string(place.path(name)).unwrap();
        file.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap().to_owned()
    };
    let (noa, lea) = (key("noa.key"), key("lea.key"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let socket = place.path("data/desk.sock");
    let ask = |request: Value| runtime.block_on(socket::ask(&socket, &request)).unwrap();
    let open = |key: &str, identity: &str| {
        let posed = ask(json!({ "view": "challenge", "key": key })).unwrap();
        let sealed = STANDARD.decode(posed["sealed"].as_str().unwrap()).unwrap();
        let opened = vault::open_original(&sealed, &place.path(identity)).ok()?;
        Some(String::from_utf8(opened.to_vec()).unwrap())
    };
    let reveal = |answer: &str, second: &str| {
        ask(json!({
            "view": "reveal", "id": id, "key": noa, "answer": answer, "second_key": lea, "second_answer": second,
            "reason": "why not", "by": "nobody",
        }))
    };
    assert_eq!(open(&lea, "noa.key"), None, "another key opens it");
    let mine = open(&noa, "noa.key").unwrap();
    for (first, second) in [("", ""), ("0", "0"), (mine.as_str(), "")] {
        let (code, text) = reveal(first, second).unwrap_err();
        assert_eq!(code, 1);
        assert!(text.contains("must be shown with the private one"), "{text}");
    }
    // It was good once; and what was sealed to one is no answer for the other.
    let (first, second) = (open(&noa, "noa.key").unwrap(), open(&noa, "noa.key").unwrap());
    assert!(reveal(&mine, "").is_err() && reveal(&first, &second).is_err());
    assert_eq!(shown(&place, &id), Vec::<Value>::new());
    let (first, second) = (open(&noa, "noa.key").unwrap(), open(&lea, "lea.key").unwrap());
    assert!(reveal(&first, &second).is_ok());
    assert!(reveal(&first, &second).is_err(), "it is good once");
    assert_eq!(shown(&place, &id).len(), 1);
    assert_eq!(running.stop(), 0);
}
