//! `backup` beside a desk that works, and `restore`: each copy is whole, holds no
//! password, and becomes the desk that it was taken from.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::mail::asap;
use super::place::{Place, Running, wait_for};

const PASSWORD: &str = "tulip#7 Lake";

/// The raw journal of a data folder.
fn journal(data: &Path) -> String {
    let mut files: Vec<_> = fs::read_dir(data.join("journal")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
}

#[test]
fn each_copy_that_is_made_while_it_works_is_whole() {
    let place = Place::new();
    place.import_sample();
    let running = Running::start(&place);
    for round in 0..8 {
        place.drop_mail(&format!("m{round}"), &asap(&format!("round-{round}")));
        let file = format!("copy-{round}.tar");
        let made = place.desk(&["backup", &file]);
        assert_eq!(made.code, 0, "{}", made.err);
        assert_eq!(place.mode(&file), 0o600);
    }
    wait_for("all mails", || place.desk_json(&["status"])["journal"]["records"].as_u64().unwrap() > 16);
    assert_eq!(running.stop(), 0);
    assert_eq!(place.desk(&["backup", "last.tar"]).code, 0);
    let whole = journal(&place.path("data"));
    for name in (0..8).map(|round| format!("copy-{round}")).chain(["last".to_owned()]) {
        let bytes = fs::read(place.path(&format!("{name}.tar"))).unwrap();
        let holds = bytes.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes());
        assert!(!holds, "{name} holds a password");
        let back = place.run(&["restore", &format!("{name}.tar"), "--dir", &name]);
        assert_eq!(back.code, 0, "{name}: {}", back.err);
        let copied = journal(&place.path(&name));
        assert!(whole.starts_with(&copied) && copied.ends_with('\n'), "{name}");
        // The store is made of it; everything that its records name is there.
        let audited = place.run(&["audit", "verify", "--dir", &name, "--json"]);
        assert_eq!(audited.code, 0, "{name}: {}", audited.err);
        assert_eq!(audited.json()["damaged"], Value::Array(Vec::new()));
        assert_eq!(audited.json()["originals"]["expired"], 0);
    }
    let tickets = place.desk_json(&["ticket", "list"]);
    assert_eq!(place.run(&["ticket", "list", "--dir", "last", "--json"]).json(), tickets);
    assert_eq!(place.mode("last/secrets"), 0o700);
}

#[test]
fn nothing_is_overwritten_and_what_is_no_backup_restores_nothing() {
    let place = Place::new();
    place.import_sample();
    assert_eq!(place.desk_json(&["status"])["last_backup"], Value::Null);
    assert_eq!(place.desk(&["backup", "copy.tar"]).code, 0);
    let last = place.desk_json(&["status"])["last_backup"].clone();
    assert_eq!(last["bytes"], fs::metadata(place.path("copy.tar")).unwrap().len());
    assert!(place.desk(&["status"]).out.lines().any(|line| line.starts_with("Last backup") && line.ends_with("bytes")));
    let again = place.desk(&["backup", "copy.tar"]);
    assert_eq!(again.code, 1);
    assert!(again.err.contains("exists already"), "{}", again.err);
    let over = place.desk(&["restore", "copy.tar"]);
    assert_eq!(over.code, 1);
    assert!(over.err.contains("expected an empty folder"), "{}", over.err);
    for (name, bytes) in hostile() {
        fs::write(place.path("hostile.tar"), bytes).unwrap();
        let ran = place.run(&["restore", "hostile.tar", "--dir", "new"]);
        assert_eq!(ran.code, 1, "{name}: {}", ran.out);
        assert!(!place.path("new").exists() && !place.path("evil").exists(), "{name}");
    }
    fs::write(place.path("hostile.tar"), b"no archive at all, only text that goes on and on".repeat(40)).unwrap();
    assert_eq!(place.run(&["restore", "hostile.tar", "--dir", "new"]).code, 1);
    assert!(!place.path("new").exists());
}

/// Archives with names that would lead elsewhere, or are not of a desk.
fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let one = |name: &'static str, kind: tar::EntryType| {
        let mut archive = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_old();
        // The library refuses such names itself; a stranger's would not.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(kind);
        header.set_size(4);
        header.set_mode(0o777);
        header.set_cksum();
        archive.append(&header, &b"evil"[..]).unwrap();
        (name, archive.into_inner().unwrap())
    };
    vec![
        one("../evil", tar::EntryType::Regular),
        one("journal/../../evil", tar::EntryType::Regular),
        one("/evil", tar::EntryType::Regular),
        one("sled/conf", tar::EntryType::Regular),
        one("journal/2026-11.jsonl", tar::EntryType::Symlink),
        one("secrets/x.age", tar::EntryType::Link),
        one("journal/2026-11.txt", tar::EntryType::Regular),
    ]
}
