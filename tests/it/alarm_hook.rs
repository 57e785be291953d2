//! The alarm hook as a real program: one that ends well, one that fails, one that
//! hangs with a child, and a desk that is killed while it runs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::support::desk::{Desk, eventually};

/// Far longer than any of it takes on a loaded machine.
const LIMIT: Duration = Duration::from_secs(60);

const REPORT: &str = "Authentication-Results: mx.vendor.example;\n\t\
    dkim=pass header.d=acme-tel.example header.b=Zk3Hook1;\n\t\
    dmarc=pass header.from=acme-tel.example\n\
    DKIM-Signature: v=1; a=rsa-sha256; d=acme-tel.example; s=m1; b=Zk3Hook1;\n\t\
    h=from:to:subject:date:message-id:mime-version:content-type; bh=47DEQpj8\n\
    From: <dana@acme-tel.example>\nTo: upgrade@vendor.example\nSubject: Nobody can call\n\
    Date: Mon, 7 Dec 2026 09:00:00 -0800\nMessage-ID: <hook-1@acme-tel.example>\nMIME-Version: 1.0\n\
    Content-Type: text/plain\n\nNobody can call. It is unit SM-0417-22A.\nManager Password: hook canary 77!\n";

fn desk(script: &str, seconds: u64) -> Desk {
    let desk = Desk::of_folders();
    desk.import_sample_register();
    fs::write(desk.path("page"), format!("#!/bin/sh\n{script}")).unwrap();
    fs::set_permissions(desk.path("page"), fs::Permissions::from_mode(0o700)).unwrap();
    let mut config = fs::read_to_string(desk.config()).unwrap();
    config.push_str(&format!("\n[alarm_hook]\nprogram = \"page\"\nseconds_max = {seconds}\n"));
    fs::write(desk.config(), config).unwrap();
    fs::write(desk.path("mailbox/tmp/1.hook"), REPORT.replace('\n', "\r\n")).unwrap();
    fs::rename(desk.path("mailbox/tmp/1.hook"), desk.path("mailbox/new/1.hook")).unwrap();
    desk
}

/// What the journal says of the hook; the last line may be half written.
fn told(desk: &Desk) -> Vec<Value> {
    let Ok(entries) = fs::read_dir(desk.path("data/journal")) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let text: String = paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let whats =
        text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).map(|line| line["what"].clone());
    whats.filter(|what| what["kind"].as_str().is_some_and(|kind| kind.starts_with("hook_"))).collect()
}

fn ended_for_good(desk: &Desk) -> Option<Value> {
    told(desk).into_iter().find(|what| what["kind"] == "hook_ended" && what["next"].is_null())
}

/// The lines of `ticket why` about the hook.
fn reasons(desk: &Desk) -> Vec<String> {
    let tickets = desk.json(&["ticket", "list"]);
    let id =
        tickets.as_array().or_else(|| tickets["tickets"].as_array()).unwrap()[0]["id"].as_str().unwrap().to_owned();
    let why = desk.json(&["ticket", "why", &id]);
    let rows = why["why"].as_array().unwrap().iter().filter(|row| row["outcome"] == "alarm_hook");
    rows.map(|row| row["fact"].as_str().unwrap().to_owned()).collect()
}

fn is_running(process: &str) -> bool {
    // A killed child that nobody has reaped yet runs no more.
    let stat = fs::read_to_string(Path::new("/proc").join(process.trim()).join("stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}

#[test]
fn a_program_gets_the_alarm_and_its_first_line_is_recorded() {
    let desk = desk("cat > alarm.json\nenv > environment\necho 'queued as 4711'\necho more\n", 20);
    let running = desk.run(&[], &[("DESK_TEST_PASSWORD", "not for programs")]);
    let ended = eventually("the end of the run", LIMIT, || ended_for_good(&desk));
    assert_eq!((&ended["ok"], &ended["result"]), (&Value::Bool(true), &Value::from("exit 0: queued as 4711")));
    assert_eq!(running.end(LIMIT), Some(0));
    let text = fs::read_to_string(desk.path("alarm.json")).unwrap();
    let alarm: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&alarm["severity"], &alarm["level"], &alarm["test"]),
        (&"P1".into(), &1.into(), &false.into()),
        "{text}"
    );
    assert_eq!((&alarm["run"], &alarm["may_be_repeated"]), (&1.into(), &false.into()), "{text}");
    assert_eq!(alarm["phones"][0]["phone"], "+13125550101", "{text}");
    assert!(alarm["who"].as_str().unwrap().ends_with("@vendor.example"), "{text}");
    assert!(alarm["text"].as_str().unwrap().contains("Nobody can call"), "{text}");
    assert!(alarm["subject"].as_str().unwrap().contains(alarm["ticket"].as_str().unwrap()), "{text}");
    assert!(!text.contains("canary"), "no password: {text}");
    let environment = fs::read_to_string(desk.path("environment")).unwrap();
    assert!(!environment.contains("not for programs"), "{environment}");
    assert_eq!(told(&desk).len(), 2, "started once, ended once");
    let reasons = reasons(&desk);
    assert!(reasons[0].ends_with("run 1 started") && reasons[1].ends_with("run 1 done: exit 0: queued as 4711"));
}

#[test]
fn one_that_fails_is_run_three_times_and_the_letter_leaves_all_the_same() {
    let desk = desk("echo run >> runs\necho 'no route to the gateway'\nexit 7\n", 20);
    let running = desk.run(&[], &[]);
    eventually("the letter", LIMIT, || fs::read_dir(desk.path("postman/new")).unwrap().next().map(drop));
    let ended = eventually("the last run", LIMIT, || ended_for_good(&desk));
    assert_eq!((&ended["ok"], &ended["result"]), (&Value::Bool(false), &"exit 7: no route to the gateway".into()));
    assert_eq!(running.end(LIMIT), Some(0));
    assert_eq!(fs::read_to_string(desk.path("runs")).unwrap().lines().count(), 3);
    assert_eq!(told(&desk).len(), 6);
}

#[test]
fn one_that_hangs_is_ended_with_its_children() {
    let desk = desk("sleep 600 &\necho $! > child\necho waiting\nsleep 600\n", 1);
    let running = desk.run(&[], &[]);
    eventually("the letter", LIMIT, || fs::read_dir(desk.path("postman/new")).unwrap().next().map(drop));
    let ended =
        eventually("the end by the desk", LIMIT, || told(&desk).into_iter().find(|what| what["kind"] == "hook_ended"));
    assert_eq!(ended["result"], "ended by the desk after 1 seconds: waiting");
    let child = fs::read_to_string(desk.path("child")).unwrap();
    eventually("the end of its child", LIMIT, || (!is_running(&child)).then_some(()));
    assert!(running.end(LIMIT).is_some());
}

#[test]
fn a_desk_that_died_during_a_run_runs_it_once_more_and_says_so() {
    let script = "cat > alarm.json\nif [ -e first ]; then echo again; exit 0; fi\necho $$ > first\nexec sleep 30\n";
    let desk = desk(script, 25);
    let first = desk.run(&[], &[]);
    eventually("the first run", LIMIT, || {
        fs::read_to_string(desk.path("first")).ok().filter(|text| text.ends_with('\n'))
    });
    first.kill();
    let second = desk.run(&[], &[]);
    let ended = eventually("the end of the second run", LIMIT, || ended_for_good(&desk));
    assert_eq!((&ended["ok"], &ended["result"]), (&Value::Bool(true), &"exit 0: again".into()));
    assert_eq!(second.end(LIMIT), Some(0));
    let alarm: Value = serde_json::from_str(&fs::read_to_string(desk.path("alarm.json")).unwrap()).unwrap();
    assert_eq!((&alarm["run"], &alarm["may_be_repeated"]), (&2.into(), &true.into()));
    let started: Vec<Value> = told(&desk).into_iter().filter(|what| what["kind"] == "hook_started").collect();
    assert_eq!(started.len(), 2);
    assert_eq!((&started[0]["again"], &started[1]["again"]), (&Value::Null, &Value::Bool(true)));
}

#[test]
fn check_runs_it_with_a_test_alarm_and_refuses_what_cannot_be_run() {
    let desk = desk("cat > alarm.json\necho fine\n", 20);
    let answer = desk.json(&["check", "--alarm-hook"]);
    let verdicts = answer["verdicts"].as_array().unwrap();
    assert!(verdicts.iter().any(|row| row["what"] == "alarm hook" && row["text"] == "exit 0: fine"), "{answer}");
    let alarm: Value = serde_json::from_str(&fs::read_to_string(desk.path("alarm.json")).unwrap()).unwrap();
    assert!(alarm["test"] == true && alarm["subject"].as_str().unwrap().starts_with("TEST"), "{alarm}");
    for (mode, found) in [(0o600, "which may not be run"), (0o000, "no file")] {
        match mode {
            0 => fs::remove_file(desk.path("page")).unwrap(),
            mode => fs::set_permissions(desk.path("page"), fs::Permissions::from_mode(mode)).unwrap(),
        }
        let refused = desk.command(&["check", "--config", "desk.toml"]);
        let said = String::from_utf8_lossy(&refused.stdout).into_owned();
        assert!(!refused.status.success() && said.contains("alarm_hook.program") && said.contains(found), "{said}");
    }
}
