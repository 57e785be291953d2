//! Commands beside a desk that runs, and beside each other.

use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use serde_json::json;
use upgrade_desk::shell::socket;

use super::mail::form;
use super::place::{Place, Running, source, wait_for};

#[test]
fn commands_reach_the_desk_that_runs() {
    let place = Place::new();
    let running = Running::start(&place);
    let status = place.desk_json(&["status"]);
    assert_eq!((&status["running"], &status["register"]["empty"]), (&json!(true), &json!(true)));
    place.import_sample();
    assert_eq!(place.desk_json(&["status"])["register"]["units"], 11);
    place.drop_mail("1", &form("running"));
    wait_for("the ticket", || place.desk_json(&["ticket", "list"]) != json!([]));
    let connected = place.desk_json(&["status"])["source"]["source_connected_at"].clone();
    assert!(connected.is_string(), "{connected}");
    fs::write(place.path("mail.eml"), form("tried")).unwrap();
    assert_eq!(place.desk(&["try", "mail.eml"]).code, 0);
    let missing = place.desk(&["ticket", "show", "UP-1999-77777"]);
    assert_eq!((missing.code, missing.out.as_str()), (1, ""));
    assert_eq!(running.stop(), 0);
    let status = place.desk_json(&["status"]);
    assert_eq!((&status["running"], &status["source"]), (&json!(false), &json!(null)));
    assert_eq!(status["tickets"]["all"], 1);
}

/// TD4: what is in its memory is in no dump, whatever the system does with dumps.
#[test]
fn a_desk_that_dies_leaves_no_memory_behind() {
    let place = Place::new();
    let running = Running::start(&place);
    let of_process = Path::new("/proc").join(running.pid().to_string());
    let limits = fs::read_to_string(of_process.join("limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
    // proc(5): what may not be dumped belongs to root, whoever started it.
    assert_eq!(fs::metadata(of_process.join("mem")).unwrap().uid(), 0);
    assert_eq!(running.stop(), 0);
}

#[test]
fn only_a_second_run_is_refused() {
    let place = Place::new();
    let running = Running::start(&place);
    for words in [&["run"][..], &["run", "--drain"]] {
        let second = place.desk(words);
        assert_eq!((second.code, second.out.as_str()), (2, ""), "{}", second.err);
        assert!(second.err.contains("only one desk may run on a data folder"), "{}", second.err);
    }
    assert_eq!(place.desk(&["status"]).code, 0, "the first one still answers");
    assert_eq!(running.stop(), 0);
}

/// Nobody runs, so each opens the store; they wait for each other.
#[test]
fn commands_wait_for_each_other() {
    let place = Place::new();
    place.import_sample();
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let ran = place.desk(&["status"]);
                assert_eq!(ran.code, 0, "{}", ran.err);
            });
        }
    });
}

/// The store is in other hands for a moment, and nobody listens: a command.
#[test]
fn a_desk_waits_for_commands() {
    let place = Place::new();
    place.import_sample();
    let lock = fs::OpenOptions::new().read(true).write(true).open(place.path("data/lock")).unwrap();
    lock.lock().unwrap();
    thread::scope(|scope| {
        let ran = scope.spawn(|| place.desk(&["run", "--drain"]));
        thread::sleep(Duration::from_millis(1500));
        assert!(!ran.is_finished(), "it did not wait");
        lock.unlock().unwrap();
        let ran = ran.join().unwrap();
        assert_eq!(ran.code, 0, "{}", ran.err);
    });
}

/// A store in the hands of a process that answers nothing is not waited for
/// for ever.
#[test]
fn a_locked_store_without_a_socket_is_named() {
    let place = Place::new();
    place.import_sample();
    let lock = fs::OpenOptions::new().read(true).write(true).open(place.path("data/lock")).unwrap();
    lock.lock().unwrap();
    let ran = place.desk(&["status"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
    assert!(ran.err.contains("is in use by process") && ran.err.contains("answers no commands"), "{}", ran.err);
}

/// The difference that somebody agreed to is no longer what would happen.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_refused_when_the_register_changed_meanwhile() {
    let place = Place::new();
    let running = Running::start(&place);
    let path = socket::path(&place.path("data"));
    let text = fs::read_to_string(source("fixtures/register/sample.json")).unwrap();
    let register: serde_json::Value = serde_json::from_str(&text).unwrap();
    let agreed = json!({ "added": ["unit SM-0417-22A"], "changed": [], "retired": [], "unchanged": 0 });
    let import = |agreed: serde_json::Value| {
        let (view, merge, by) = ("import", false, "tester");
        json!({ "view": view, "register": register, "merge": merge, "by": by, "agreed": agreed })
    };
    let (code, text) = socket::ask(&path, &import(agreed)).await.unwrap().unwrap_err();
    assert_eq!(code, 1);
    assert!(text.contains("was changed meanwhile and nothing was imported"), "{text}");
    let status = socket::ask(&path, &json!({ "view": "status" })).await.unwrap().unwrap();
    assert_eq!(status["register"]["empty"], true);
    let done = socket::ask(&path, &import(json!(null))).await.unwrap().unwrap();
    assert_eq!(done["imported"], true);
    let (code, text) = socket::ask(&path, &json!({ "view": "everything" })).await.unwrap().unwrap_err();
    assert_eq!(code, 2);
    assert!(text.contains("does not know this request"), "{text}");
    assert_eq!(running.stop(), 0);
}

/// A desk that hangs up on a change leaves its outcome unknown; on a question
/// it has only not answered.
#[test]
fn an_unanswered_change_has_an_unknown_outcome() {
    let place = Place::new();
    place.import_sample();
    let listener = std::os::unix::net::UnixListener::bind(place.path("data/desk.sock")).unwrap();
    let hangs_up = thread::spawn(move || {
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().unwrap();
            stream.read_exact(&mut [0; 1]).unwrap();
        }
    });
    let sample = source("fixtures/register/sample.json");
    let changed = place.desk(&["register", "import", sample.to_str().unwrap(), "--yes"]);
    assert_eq!((changed.code, changed.out.as_str()), (3, ""), "{}", changed.err);
    assert!(changed.err.contains("unknown") && changed.err.contains("start again"), "{}", changed.err);
    let asked = place.desk(&["status"]);
    assert_eq!((asked.code, asked.out.as_str()), (1, ""), "{}", asked.err);
    hangs_up.join().unwrap();
}

/// `ticket list | head` is no failure.
#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let place = Place::new();
    place.import_sample();
    let mut child = place.start(&["register", "list", "--config", "desk.toml"]);
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}

/// Files that root leaves in a desk's folder would stop the desk.
#[test]
fn root_does_not_open_the_store_of_another_user() {
    if !crate::support::program::is_root() {
        eprintln!("SKIPPED: only root can stand in for root");
        return;
    }
    let place = Place::new();
    place.import_sample();
    let nobody = 65534;
    std::os::unix::fs::chown(place.path("data/lock"), Some(nobody), None).unwrap();
    let ran = place.desk(&["status"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
    assert!(ran.err.contains("belongs to user 65534") && ran.err.contains("sudo -u"), "{}", ran.err);
}
