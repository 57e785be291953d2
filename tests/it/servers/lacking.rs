//! The whole desk on a Dovecot that lacks something, is read-only, or has
//! numbered its mail anew: no mail is lost, none is handled twice, and what
//! somebody else has flagged as deleted is still there.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::{asap_form, trusted};
use crate::support::desk::{Desk, eventually};
use crate::support::dovecot::Dovecot;

const USER: &str = "upgrade";
const LIMIT: Duration = Duration::from_secs(60);
const NO_MOVE: &str = "imap_capability = IMAP4rev1 IDLE LITERAL+ UIDPLUS";
const NO_UIDPLUS: &str = "imap_capability = IMAP4rev1 IDLE LITERAL+ MOVE";
const NEITHER: &str = "imap_capability = IMAP4rev1 IDLE LITERAL+";
/// Looking and delivering; no flag, no deleting.
const READ_ONLY: &str = "lrp";
/// Known flags and deleting; no keyword of ours.
const NO_KEYWORDS: &str = "lrstep";

/// Where handled mail is in the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Goes {
    Away,
    /// Stays, with the keyword.
    Marked,
    /// Stays as it is.
    Nowhere,
}

/// A desk for mail from now on, whose letters go into a folder.
fn desk(dovecot: &Dovecot) -> Desk {
    let source = format!(
        "imap]\nhost = \"localhost\"\nport = {}\nsecurity = \"tls\"\nuser = \"{USER}\"\n\
         password_file = \"password\"\nprivate_ca = \"{}\"\nstart_from = \"now\"\nreplace_secrets = false",
        dovecot.imaps_port,
        dovecot.authority().display()
    );
    let desk = Desk::new(&source, "folder]\npath = \"postman\"");
    for part in ["new", "cur", "tmp"] {
        std::fs::create_dir_all(desk.path("postman").join(part)).unwrap();
    }
    std::fs::write(desk.path("password"), "secret\n").unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(desk.path("password"), std::fs::Permissions::from_mode(0o600)).unwrap();
    desk.import_sample_register();
    desk
}

fn drain(desk: &Desk) {
    let mut running = desk.run(&["--drain"], &[]);
    assert_eq!(running.wait(LIMIT), Some(0), "{}", desk.log());
}

fn letters(desk: &Desk) -> usize {
    std::fs::read_dir(desk.path("postman/new")).unwrap().count()
}

/// How often mail was decided upon, and how often it was a duplicate, by Message-ID.
fn decided(desk: &Desk) -> BTreeMap<String, (usize, usize)> {
    let mut found = BTreeMap::<String, (usize, usize)>::new();
    for record in desk.journal() {
        let Some(id) = record["what"]["cause"]["message_id"].as_str() else { continue };
        let (decisions, duplicates) = found.entry(id.to_owned()).or_default();
        *(if record["what"]["outcome"] == "duplicate" { duplicates } else { decisions }) += 1;
    }
    found
}

fn unproven(id: &str) -> String {
    asap_form(id).replace("dkim=pass", "dkim=none").replace("dmarc=pass", "dmarc=none")
}

/// The story of one mailbox: somebody's mail that he flagged as deleted, a form,
/// the same once more by way of a Cc, an unproven form twice to the byte; the
/// desk again and again, the server perhaps numbering anew; and a last form.
fn survives(what: &str, dovecot: &Dovecot, goes: Goes, renumbers: usize) {
    let begun = Instant::now();
    dovecot.deliver(USER, &trusted("pat@elsewhere.example", "theirs@elsewhere.example", "Old", "", "theirs\n"));
    dovecot.flag_deleted(USER, "theirs@elsewhere.example");
    let desk = desk(dovecot);
    // In the second of that mail, perhaps: it is old all the same.
    drain(&desk);
    std::thread::sleep(Duration::from_millis(1100));
    let form = asap_form("form@acme-tel.example");
    dovecot.deliver(USER, &form);
    dovecot.deliver(USER, &form);
    dovecot.deliver(USER, &unproven("unproven@acme-tel.example"));
    dovecot.copy(USER, "unproven@acme-tel.example");
    drain(&desk);
    let (sent, tickets) = (letters(&desk), desk.json(&["ticket", "list"]));
    for _ in 0..renumbers {
        dovecot.renumber(USER);
        drain(&desk);
    }
    drain(&desk);
    assert_eq!((letters(&desk), desk.json(&["ticket", "list"])), (sent, tickets), "{what}: nothing more came of it");
    dovecot.deliver(USER, &trusted("dana@acme-tel.example", "last@acme-tel.example", "Hello", "", "Are you there?\n"));
    drain(&desk);

    let decided = decided(&desk);
    let once: Vec<(&str, usize)> = decided.iter().map(|(id, (decisions, _))| (id.as_str(), *decisions)).collect();
    let expected = [("form@acme-tel.example", 1), ("last@acme-tel.example", 1), ("unproven@acme-tel.example", 1)];
    assert_eq!(once, expected, "{what}: each is decided upon once");
    let duplicates: usize = decided.values().map(|(_, duplicates)| duplicates).sum();
    // What stays unmarked is found again under each numbering.
    assert_eq!(duplicates, if goes == Goes::Nowhere { 2 + 4 * renumbers } else { 2 }, "{what}");
    let away = dovecot.count(USER, "Processed") + dovecot.count(USER, "Quarantine");
    let inbox = dovecot.count(USER, "");
    assert_eq!((inbox, away), if goes == Goes::Away { (1, 5) } else { (6, 0) }, "{what}: no mail is lost or doubled");
    assert_eq!(dovecot.flags_of(USER, "theirs@elsewhere.example"), ["ST"], "{what}: the mail of somebody else");
    let marked = dovecot.flags_of(USER, "unproven@acme-tel.example").iter().all(|flags| flags.contains('a'));
    assert!(goes == Goes::Away || marked == (goes == Goes::Marked), "{what}: the keyword");
    told(what, &desk, goes);
    println!(
        "mailbox on Dovecot, {what}: 5 mails, 3 decided once, {duplicates} duplicates, 0 lost, 0 twice, \
         1 of 1 foreign \\Deleted mail kept, {:.1} s",
        begun.elapsed().as_secs_f32()
    );
}

/// The operator is told, in `check` and while the desk runs, once.
fn told(what: &str, desk: &Desk, goes: Goes) {
    let config = desk.config();
    let ended = desk.command(&["check", "--config", config.to_str().unwrap(), "--connect"]);
    let checked = String::from_utf8(ended.stdout).unwrap();
    let words = match goes {
        Goes::Away => "handled mail stays",
        Goes::Marked => "marked with the keyword $UpgradeDeskDone",
        Goes::Nowhere => "only the desk's store remembers it",
    };
    assert_eq!(checked.contains(words), goes != Goes::Away, "{what}: {checked}");
    std::fs::remove_file(desk.path("log")).unwrap();
    let running = desk.run(&[], &[]);
    // Until it listens a command would open the store itself and hold the desk up.
    let socket = desk.path("data/desk.sock");
    eventually("the desk's socket", LIMIT, || std::os::unix::net::UnixStream::connect(&socket).ok());
    let status = eventually("a desk that runs", LIMIT, || {
        let ended = desk.command(&["status", "--json", "--config", config.to_str().unwrap()]);
        let status: Value = serde_json::from_slice(&ended.stdout).ok()?;
        status["source"]["source_connected_at"].is_string().then_some(status)
    });
    let said = status["source"]["source_shortcomings"].as_array().unwrap().len();
    assert_eq!(said, usize::from(goes != Goes::Away), "{what}: {status}");
    assert_eq!(status["source"]["source_trouble"], Value::Null, "{what}: it works");
    assert_eq!(running.end(LIMIT), Some(0));
    assert_eq!(desk.log().matches(words).count(), said, "{what}: {}", desk.log());
}

#[test]
#[ignore = "needs Dovecot: make test runs it"]
fn without_move() {
    survives("MOVE off", &Dovecot::with(NO_MOVE), Goes::Away, 1);
}

#[test]
#[ignore = "needs Dovecot: make test runs it"]
fn without_uidplus() {
    survives("UIDPLUS off", &Dovecot::with(NO_UIDPLUS), Goes::Away, 0);
}

#[test]
#[ignore = "needs Dovecot: make test runs it"]
fn without_move_and_uidplus() {
    survives("MOVE and UIDPLUS off", &Dovecot::with(NEITHER), Goes::Marked, 0);
    survives("MOVE and UIDPLUS off, numbered anew twice", &Dovecot::with(NEITHER), Goes::Marked, 2);
}

#[test]
#[ignore = "needs Dovecot: make test runs it"]
fn without_move_uidplus_and_keywords() {
    survives("and keywords off", &Dovecot::with_rights(NEITHER, NO_KEYWORDS), Goes::Nowhere, 0);
}

#[test]
#[ignore = "needs Dovecot: make test runs it"]
fn read_only() {
    survives("read-only", &Dovecot::with_rights("", READ_ONLY), Goes::Nowhere, 0);
    survives("read-only, numbered anew twice", &Dovecot::with_rights("", READ_ONLY), Goes::Nowhere, 2);
}

#[test]
#[ignore = "needs Dovecot: make test runs it"]
fn numbered_anew() {
    survives("numbered anew twice", &Dovecot::start(), Goes::Away, 2);
}

#[test]
#[ignore = "needs Dovecot: make test runs it"]
fn twenty_thousand_old_mails_are_not_answered() {
    const OLD: usize = 20_000;
    let dovecot = Dovecot::start();
    dovecot.deliver(USER, &asap_form("old@acme-tel.example"));
    dovecot.fill(USER, "old@acme-tel.example", OLD - 1);
    let desk = desk(&dovecot);
    // Dovecot reads its files for the first time here; that is not our start.
    let config = desk.config();
    assert!(desk.command(&["check", "--config", config.to_str().unwrap(), "--connect"]).status.success());
    let begun = Instant::now();
    drain(&desk);
    let first = begun.elapsed();
    dovecot.renumber(USER);
    drain(&desk);
    dovecot.deliver(USER, &asap_form("new@acme-tel.example"));
    drain(&desk);
    let decided = decided(&desk);
    assert_eq!(decided.into_iter().collect::<Vec<_>>(), [("new@acme-tel.example".to_owned(), (1, 0))]);
    assert_eq!((dovecot.count(USER, ""), dovecot.count(USER, "Processed")), (OLD, 1));
    println!(
        "mailbox on Dovecot, {OLD} old mails: first start {:.1} s, then numbered anew: 0 answered, 1 new one handled",
        first.as_secs_f32()
    );
}
