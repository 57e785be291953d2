//! The command line as people and scripts meet it: the real program in a folder
//! of its own.

mod announce;
mod attachments;
mod backup;
mod board;
mod by_hand;
mod closed;
mod desk;
mod mail;
mod original;
mod place;
mod register;
mod replay;
mod retention;
mod reveal;
mod revoked;
mod rota;
mod running;

use std::fs;

use place::Place;

/// What every kind of wrong use says; each ends with 2 and prints nothing.
#[test]
fn wrong_use_is_told_from_failed_work() {
    let place = Place::new();
    for (words, expected) in [
        (&["ticket", "list"][..], "say which desk: --config FILE"),
        (&["status", "--config", "no.toml"], "no.toml: expected a readable text file"),
        (&["status", "--dir", "nowhere"], "found no journal"),
        (&["ticket", "list", "--state", "ASLEEP", "--config", "desk.toml"], "expected one of RECEIVED, QUARANTINE"),
        (&["ticket", "show", "--config", "desk.toml"], "<ID>"),
        (&["try", "mail.eml", "--at", "noon", "--config", "desk.toml"], "--at"),
        (&["read", "no.eml"], "no.eml: expected a mail, found"),
        (&["read", "."], ".: expected a mail, found"),
        (&["register", "check", "no.csv"], "no.csv: expected a register as CSV or JSON"),
        (&["status", "--config", "desk.toml", "--dir", "."], "cannot be used with"),
        (&["no-such-command"], "unrecognized subcommand"),
        (&["outbox", "show", "first", "--config", "desk.toml"], "invalid value 'first'"),
    ] {
        let ran = place.run(words);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{words:?}: {}", ran.err);
        assert!(ran.err.contains(expected), "{words:?}: {}", ran.err);
    }
}

#[test]
fn help_and_version_are_no_failures() {
    let place = Place::new();
    let version = place.run(&["--version"]);
    assert_eq!((version.code, version.err.as_str()), (0, ""));
    assert_eq!(version.out, format!("upgrade-desk {}\n", env!("CARGO_PKG_VERSION")));
    let commands = [
        "demo",
        "run",
        "check",
        "read",
        "try",
        "replay",
        "register",
        "ticket",
        "outbox",
        "quarantine",
        "announce",
        "board",
        "status",
        "reveal",
        "audit",
        "backup",
        "restore",
        "key",
    ];
    let help = place.run(&["--help"]);
    assert!(help.out.contains("3 the outcome of a commit is unknown: start again"), "{}", help.out);
    for command in commands {
        assert!(help.out.contains(&format!("\n  {command} ")), "{command}: {}", help.out);
        assert_eq!(place.run(&[command, "--help"]).code, 0, "{command}");
    }
}

/// Only `run` and an import make a store; whoever looks leaves no trace.
#[test]
fn looking_makes_nothing() {
    let place = Place::new();
    fs::write(place.path("mail.eml"), mail::form("looking")).unwrap();
    for words in [
        &["status"][..],
        &["ticket", "list"],
        &["ticket", "show", "UP-2026-00001"],
        &["outbox", "list"],
        &["quarantine", "list"],
        &["register", "list"],
    ] {
        let ran = place.desk(words);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{words:?}: {}", ran.err);
        assert!(ran.err.contains("there is no desk in"), "{words:?}: {}", ran.err);
    }
    let check = place.desk(&["check"]);
    assert_eq!(check.code, 0, "{}", check.err);
    assert!(check.out.contains("note  register"), "{}", check.out);
    let tried = place.desk(&["try", "mail.eml"]);
    assert_eq!(tried.code, 0, "{}", tried.err);
    assert!(tried.err.contains("there is no desk in") && tried.err.contains("the register is empty"), "{}", tried.err);
    assert!(!place.path("data").exists(), "somebody only looked, and there is a store");
}

#[test]
fn check_gives_a_verdict_on_everything() {
    let place = Place::new();
    let fine = place.desk_json(&["check", "--connect"]);
    assert_eq!(fine["ok"], true);
    let verdict = |value: &serde_json::Value, what: &str| {
        let rows = value["verdicts"].as_array().unwrap();
        let row = rows.iter().find(|row| row["what"] == what).unwrap_or_else(|| panic!("no verdict on {what}"));
        (row["verdict"].as_str().unwrap().to_owned(), row["text"].as_str().unwrap().to_owned())
    };
    for what in ["configuration", "rules", "rules and servers", "who vouches", "letters", "mailbox", "way out"] {
        assert_eq!(verdict(&fine, what).0, "ok", "{what}");
    }
    assert_eq!(verdict(&fine, "register").0, "note");

    // Nothing listens there: the settings are fine, the servers are not.
    let port = crate::support::program::free_port();
    let servers = format!(
        "[source.imap]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"plain\"\nuser = \"desk\"\n\
         password_file = \"password\"\nstart_from = \"now\"\nmailbox = \"INBOX\"\nprocessed = \"Processed\"\n\
         quarantine = \"Quarantine\"\n[carrier.smtp]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"plain\"\n"
    );
    place.configure(&servers);
    fs::write(place.path("password"), "tulip#7 Lake\n").unwrap();
    place.protect("password");
    assert_eq!(place.desk(&["check"]).code, 0);
    let ran = place.desk(&["check", "--connect", "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let answer = ran.json();
    assert_eq!(answer["ok"], false);
    for what in ["IMAP", "SMTP"] {
        let (word, text) = verdict(&answer, what);
        assert_eq!(word, "bad", "{what}");
        assert!(text.contains("127.0.0.1"), "{what}: {text}");
    }
    ran.never_says("tulip#7 Lake");

    fs::write(place.path("desk.toml"), "data = 3\n").unwrap();
    let ran = place.desk(&["check"]);
    assert_eq!(ran.code, 2);
    assert!(ran.out.contains("BAD  configuration  desk.toml:1: `data`"), "{}", ran.out);
}

#[test]
fn check_names_what_is_wrong_in_the_rules() {
    let place = Place::with_own_rules();
    place.change_rule("desk.toml", "precheck = \"by_agent\"", "precheck = \"sometimes\"");
    let ran = place.desk(&["check"]);
    assert_eq!(ran.code, 2);
    assert!(ran.out.contains("BAD  rules") && ran.out.contains("desk.toml"), "{}", ran.out);
    let place = Place::with_own_rules();
    place.change_rule("letters/en/M-12.txt", "\n", "\n{{ no_such_fact }}\n");
    let ran = place.desk(&["check"]);
    assert_eq!(ran.code, 2, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("M-12") && ran.out.contains("no_such_fact"), "{}", ran.out);
}

#[test]
fn a_key_pair_keeps_its_private_half_to_itself() {
    let place = Place::new();
    let made = place.run(&["key", "new", "staff", "--out", "noa.key"]);
    assert_eq!(made.code, 0, "{}", made.err);
    assert!(made.out.starts_with("age1") && made.out.lines().count() == 1, "{}", made.out);
    made.never_says("AGE-SECRET-KEY");
    assert_eq!(place.mode("noa.key"), 0o600);
    let private = fs::read_to_string(place.path("noa.key")).unwrap();
    let again = place.run(&["key", "new", "staff", "--out", "noa.key"]);
    assert_eq!((again.code, again.out.as_str()), (1, ""));
    assert!(again.err.contains("exists already"), "{}", again.err);
    assert_eq!(fs::read_to_string(place.path("noa.key")).unwrap(), private, "a key was overwritten");
    let json = place.run(&["key", "new", "evidence", "--out", "e.key", "--json"]).json();
    assert_eq!((&json["kind"], &json["private_key_file"]), (&"evidence".into(), &"e.key".into()));
    assert!(json["public_key"].as_str().unwrap().starts_with("age1"));
}
