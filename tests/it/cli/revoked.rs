//! Revoked keys: listed, left out of new seals, refused; and the desk does not
//! start when nothing is left to seal to.

use std::fs;

use serde_json::json;
use upgrade_desk::shell::vault;

use crate::cli::mail::asap;
use crate::cli::place::Place;

const PASSWORD: &str = "tulip#7 Lake";

fn public(place: &Place, file: &str) -> String {
    let file = fs::read_to_string(place.path(file)).unwrap();
    file.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap().to_owned()
}

/// A desk with noa's and lea's keys, which are not those of the configuration.
fn desk() -> Place {
    let place = Place::with_keys();
    place.import_sample();
    place
}

fn revoke(place: &Place, key: &str, since: &str) {
    let path = place.path("rules/access.toml");
    let rules = fs::read_to_string(&path).unwrap();
    let entry = format!("\n[[revoked]]\nkey = \"{key}\"\nsince = \"{since}\"\nwhy = \"the laptop was stolen\"\n");
    fs::write(path, rules + &entry).unwrap();
}

/// Whether a key opens the newest sealed password.
fn opens(place: &Place, sealed_before: &[String], identity: &str) -> bool {
    let new: Vec<String> = sealed(place).into_iter().filter(|id| !sealed_before.contains(id)).collect();
    let [id] = new.as_slice() else { panic!("expected one new secret, found {new:?}") };
    match vault::reveal(&place.path("data"), id, &place.path(identity)) {
        Ok(secret) => secret.expose() == PASSWORD,
        Err(_) => false,
    }
}

fn sealed(place: &Place) -> Vec<String> {
    let entries = fs::read_dir(place.path("data/secrets")).unwrap().map(|entry| entry.unwrap().path());
    let sealed = entries.filter(|path| path.extension().is_some_and(|end| end == "age"));
    sealed.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_revoked_key_is_listed_left_out_and_refused() {
    let place = desk();
    place.drop_mail("1", &asap("before"));
    place.drain();
    assert!(opens(&place, &[], "noa.key"), "until then it is sealed to noa, too");
    assert_eq!(place.desk_json(&["status"])["revoked_keys"], json!([]));
    let before = sealed(&place);
    let noa = public(&place, "noa.key");
    revoke(&place, &noa, "2099-01-01");
    place.drop_mail("2", &asap("after").replace("SM-0417-22A", "SM-0417-23A"));
    place.drain();
    assert!(!opens(&place, &before, "noa.key"), "what came later is not sealed to a revoked key");
    assert!(opens(&place, &before, "lea.key"));
    let listed = place.desk_json(&["status"])["revoked_keys"].clone();
    assert_eq!((&listed[0]["key"], &listed[0]["of"]), (&json!(noa), &json!("noa")));
    assert_eq!(listed[0]["may_open"], place.desk_json(&["ticket", "list"]).as_array().unwrap().len());
    let shown = place.desk(&["status"]).out;
    assert!(shown.contains("of noa, since 2099-01-01 (the laptop was stolen)"), "{shown}");
    let checked = place.desk(&["check"]).out;
    assert!(
        checked.contains("of noa is revoked since 2099-01-01 (the laptop was stolen); noa needs a new one"),
        "{checked}"
    );
    let tickets = place.desk_json(&["ticket", "list"]);
    let id = tickets[0]["id"].as_str().unwrap();
    for words in [["noa.key", "lea.key"], ["lea.key", "noa.key"]] {
        let [identity, with] = words;
        let ran = place.desk(&["reveal", id, "--identity", identity, "--with", with, "--reason", "a test"]);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{words:?}");
        assert!(ran.err.contains("is revoked since 2099-01-01 (the laptop was stolen)"), "{}", ran.err);
        ran.never_says(PASSWORD);
    }
    let log = place.desk_json(&["ticket", "log", id]);
    assert!(!log.to_string().contains("\"revealed\""), "{log}");
}

#[test]
fn without_a_key_to_seal_to_nothing_is_read() {
    for (key, expected) in [("evidence.key", "keys.evidence"), ("staff.key", "keys.staff")] {
        let place = Place::with_own_rules();
        place.import_sample();
        revoke(&place, &public(&place, key), "2026-11-01");
        place.drop_mail("1", &asap("kept"));
        let ran = place.desk(&["run", "--drain"]);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains(&format!("{expected}: expected a key that is not revoked")), "{}", ran.err);
        assert!(ran.err.contains("upgrade-desk key new"), "{}", ran.err);
        assert_eq!(place.mails("new").len(), 1, "the mail stays where it is");
    }
}

#[test]
fn what_is_wrong_with_a_revoked_key_is_said() {
    for (entry, expected) in [
        ("key = \"age1nonsense\"\nsince = \"2026-11-01\"\nwhy = \"x\"", "`revoked.key`: expected a public key (age1…)"),
        ("key = \"KEY\"\nsince = \"yesterday\"\nwhy = \"x\"", "`revoked.since`: expected a day such as"),
        ("key = \"KEY\"\nsince = \"2026-11-01\"\nwhy = \" \"", "`revoked.why`: expected a reason, found none"),
        (
            "key = \"KEY\"\nsince = \"2026-11-01\"\nwhy = \"x\"\n\
             [[revoked]]\nkey = \"KEY\"\nsince = \"2026-11-02\"\nwhy = \"y\"",
            "`revoked.key`: expected each key once",
        ),
    ] {
        let place = desk();
        let entry = entry.replace("KEY", &public(&place, "noa.key"));
        let path = place.path("rules/access.toml");
        let rules = fs::read_to_string(&path).unwrap();
        fs::write(path, format!("{rules}\n[[revoked]]\n{entry}\n")).unwrap();
        let ran = place.desk(&["check"]);
        assert_eq!(ran.code, 2, "{}", ran.out);
        let said = format!("{}{}", ran.out, ran.err);
        assert!(said.contains(expected), "{expected}: {said}");
    }
}
