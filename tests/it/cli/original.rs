//! `ticket original` and `quarantine original`: what came is opened byte for byte
//! with the evidence key alone, and never without a record (decisions 17).

use std::fs;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::cli::mail::{PASSWORD, asap};
use crate::cli::place::{Place, Running};
use crate::support::desk::BINARY;

/// A desk with one request of two mails, and one mail of nobody; the ticket's id
/// and the bytes that came.
fn asked() -> (Place, String, Vec<String>) {
    let place = Place::new();
    place.import_sample();
    let request = asap("one");
    place.drop_mail("1", &request);
    place.drain();
    let id = place.desk_json(&["ticket", "list"])[0]["id"].as_str().unwrap().to_owned();
    let note = request.split("\n\n").next().unwrap().replace("<one@", "<two@");
    let note = note.replace("Subject: Upgrade request SM-0417-22A", &format!("Subject: Re: [{id}] our gate code"));
    let note = format!("{note}\n\nThe gate code is at the front desk.\n");
    place.drop_mail("2", &note);
    let stranger = "From: eve@elsewhere.example\nTo: upgrade@vendor.example\nSubject: hello\n\nAre you there?\n";
    place.drop_mail("3", stranger);
    place.drain();
    let came = [request, note, stranger.to_owned()].map(|mail| mail.replace('\n', "\r\n"));
    (place, id, came.into())
}

fn opened(place: &Place, id: &str) -> Vec<Value> {
    let log = place.desk_json(&["ticket", "log", id]);
    let events = log["events"].as_array().unwrap().clone();
    events.into_iter().filter(|event| event["type"] == "originals_opened").collect()
}

pub fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn name(number: usize, mail: &str) -> String {
    let hash = format!("{:x}", Sha256::digest(mail.as_bytes()));
    format!("{number:02}-{}.eml", &hash[..12])
}

#[test]
fn all_mails_of_a_ticket_come_out_as_they_came_while_the_desk_runs() {
    let (place, id, came) = asked();
    let running = Running::start(&place);
    let open = ["ticket", "original", &id, "--identity", "evidence.key", "--out", "out", "--reason", "a dispute"];
    let ran = place.desk(&open);
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    assert_eq!(running.stop(), 0);
    assert_eq!(files(&place.path("out")), [name(1, &came[0]), name(2, &came[1])]);
    for (number, mail) in [(1, &came[0]), (2, &came[1])] {
        let file = format!("out/{}", name(number, mail));
        assert_eq!(fs::read_to_string(place.path(&file)).unwrap(), *mail);
        assert_eq!(place.mode(&file), 0o600);
        let hash = format!("SHA-256 {:x}, as in record", Sha256::digest(mail.as_bytes()));
        assert!(ran.out.contains(&hash), "{}", ran.out);
    }
    assert_eq!(place.mode("out"), 0o700);
    ran.never_says(PASSWORD);
    let events = opened(&place, &id);
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(events[0]["reason"], "a dispute");
    assert!(events[0]["console"].as_str().unwrap().contains("tester"), "{events:?}");
    assert_eq!(events[0]["records"].as_array().unwrap().len(), 2);
    // A lead is told, and the page of evidence tells it.
    let letters = place.desk_json(&["outbox", "list"]);
    let no = letters.as_array().unwrap().last().unwrap()["no"].to_string();
    let letter = place.desk(&["outbox", "show", &no]);
    assert!(letter.out.contains("2 original mails of this ticket were opened with the evidence"), "{}", letter.out);
    assert!(letter.out.contains("lea@"), "{}", letter.out);
    letter.never_says(PASSWORD);
    let page = place.desk(&["ticket", "evidence", &id]);
    assert!(page.out.contains("Sealed original mails were opened"), "{}", page.out);
    assert!(!page.out.contains("Something else happened"), "{}", page.out);
    // Nothing is written over, and what is refused leaves no record.
    let again = place.desk(&open);
    assert_eq!(again.code, 1);
    assert!(again.err.contains("nothing is written over"), "{}", again.err);
    assert_eq!(opened(&place, &id).len(), 1);
    let one =
        place.desk_json(&["ticket", "original", &id, "--identity", "evidence.key", "--out", "two", "--mail", "2"]);
    assert_eq!((one["opened"].as_array().unwrap().len(), &one["opened"][0]["agrees"]), (1, &true.into()));
    assert_eq!(files(&place.path("two")), [name(2, &came[1])]);
}

#[test]
fn what_cannot_be_opened_is_said_and_leaves_no_record() {
    let (place, id, _) = asked();
    fs::create_dir(place.path("open")).unwrap();
    let all = ["--identity", "evidence.key", "--out", "out"];
    for (of, how, expected) in [
        (id.as_str(), &["--identity", "staff.key", "--out", "out"][..], "the key in staff.key does not open it"),
        (&id, &["--identity", "staff.pub", "--out", "out"], "expected a private key file"),
        (&id, &["--identity", "none.key", "--out", "out"], "none.key"),
        (&id, &["--identity", "evidence.key", "--out", "open"], "expected a folder for its owner alone (mode 0700)"),
        (&id, &["--identity", "evidence.key", "--out", "out", "--mail", "3"], "expected mail 1 to 2, found 3"),
        ("UP-2026-09999", &all, "there is no ticket UP-2026-09999"),
    ] {
        let ran = place.desk(&[&["ticket", "original", of], how].concat());
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{of} {how:?}: {}", ran.err);
        assert!(ran.err.contains(expected), "{how:?}: {}", ran.err);
        assert!(!place.path("out").exists());
    }
    assert_eq!(opened(&place, &id), Vec::<Value>::new());
    // Their segment is gone, and nobody has deleted it.
    for entry in fs::read_dir(place.path("data/packs")).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with("originals-") {
            fs::remove_file(path).unwrap();
        }
    }
    let ran = place.desk(&[&["ticket", "original", &id][..], &all].concat());
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("no record says that its time was over"), "{}", ran.err);
    assert_eq!(opened(&place, &id), Vec::<Value>::new());
}

#[test]
fn the_original_of_a_kept_mail_is_opened_and_told() {
    let (place, _, came) = asked();
    let kept = place.desk_json(&["quarantine", "list"]);
    let no = kept[0]["no"].to_string();
    let open = ["quarantine", "original", &no, "--identity", "evidence.key", "--out", "out"];
    let ran = place.desk(&open);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(fs::read_to_string(place.path(&format!("out/{}", name(1, &came[2])))).unwrap(), came[2]);
    let letters = place.desk_json(&["outbox", "list"]);
    let last = letters.as_array().unwrap().last().unwrap();
    assert_eq!(last["subject"], format!("The original of quarantine {no} was opened"));
    let none = place.desk(&["quarantine", "original", "99", "--identity", "evidence.key", "--out", "other"]);
    assert_eq!(none.code, 1);
    assert!(none.err.contains("there is nothing in quarantine under 99"), "{}", none.err);
    place.lose_the_ticket_store();
    assert_eq!(place.desk(&["audit", "verify"]).code, 0);
}

/// Whoever kills it between the record and the opening leaves the record.
#[test]
fn a_kill_before_it_is_opened_leaves_the_record_and_no_file() {
    let (place, id, _) = asked();
    let words = ["ticket", "original", &id, "--identity", "evidence.key", "--out", "out", "--config", "desk.toml"];
    let killed = std::process::Command::new(BINARY)
        .args(words)
        .current_dir(place.path(""))
        .env("UPGRADE_DESK_CRASH_AT", "original_recorded:1")
        .output()
        .unwrap();
    assert!(!killed.status.success() && killed.stdout.is_empty(), "{killed:?}");
    assert!(!place.path("out").exists());
    assert_eq!(opened(&place, &id).len(), 1);
}
