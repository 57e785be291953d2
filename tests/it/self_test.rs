//! The weekly test of level 1 (2.8) and the alarm hook; the story `self-test` tells
//! the rest of it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::date;
use serde_json::Value;
use upgrade_desk::desk::hours::Holiday;
use upgrade_desk::desk::rules::Rules;
use upgrade_desk::shell::config::{AlarmHook, Keys};
use upgrade_desk::shell::demo::sample_register;
use upgrade_desk::shell::hook;
use upgrade_desk::shell::rules;
use upgrade_desk::shell::story::script::Step;
use upgrade_desk::shell::story::stage::Stage;
use upgrade_desk::shell::vault::key::new_pair;

/// A desk whose own timers fire, in the week of Monday 7 December 2026.
async fn stage(folder: &Path, change: impl FnOnce(&mut Rules)) -> Stage {
    let mut rules = Rules::clone(&rules::load(None).unwrap());
    // Nobody hands a duty over in these tests, and nobody reads a digest.
    rules.escalation.desk.handover = false;
    rules.escalation.desk.digest = None;
    change(&mut rules);
    let keys = Keys {
        staff: vec![new_pair(&folder.join("staff.key")).unwrap()],
        evidence: new_pair(&folder.join("evidence.key")).unwrap(),
    };
    let desk = folder.join("desk");
    let monday = date(2026, 12, 7);
    let mut stage = Stage::build(&desk, monday, &keys, Arc::new(rules), sample_register().unwrap()).await.unwrap();
    stage.with_desk_timers(true);
    stage
}

/// What was told until then.
async fn until(stage: &mut Stage, at: &str) -> String {
    let step = Step::at(at);
    stage.play(&step, None).await.unwrap().lines(stage.zone()).join("\n")
}

/// The program is told that it is a test; that it failed three times, leads are
/// told at the end of the test, though somebody may have answered the mail.
#[tokio::test(flavor = "multi_thread")]
async fn the_hook_is_run_with_a_test_and_its_failure_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("page");
    let alarm = folder.path().join("alarm.json");
    fs::write(&program, format!("#!/bin/sh\ncat > {}\necho 'no route'\nexit 7\n", alarm.display())).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
    let hook = AlarmHook { program, limit: Duration::from_secs(60) };
    let mut stage = stage(folder.path(), |_| {}).await;
    let mut told = until(&mut stage, "tue 10:01").await;
    for next in ["tue 10:02", "tue 10:03", "tue 11:01"] {
        assert_eq!(hook::tell_due(&stage.desk, &hook).await.unwrap(), 1, "{told}");
        told.push_str(&until(&mut stage, next).await);
    }
    assert_eq!(hook::tell_due(&stage.desk, &hook).await.unwrap(), 0, "three runs are all");
    let alarm: Value = serde_json::from_str(&fs::read_to_string(alarm).unwrap()).unwrap();
    assert_eq!((&alarm["test"], &alarm["ticket"]), (&true.into(), &Value::Null), "{alarm}");
    assert_eq!((&alarm["who"], &alarm["run"]), (&"noa@vendor.example".into(), &3.into()), "{alarm}");
    assert!(alarm["subject"].as_str().unwrap().starts_with("TEST"), "{alarm}");
    assert_eq!(told.matches("M-23").count(), 1, "one test, and no level after it: {told}");
    assert!(told.contains("2.8: the alarm hook failed with letter"), "{told}");
    assert!(told.contains("M-28  lea@vendor.example  Test of the alarm: no answer of Noa Adler"), "{told}");
    assert!(!told.contains("ticket  "), "it is about no ticket: {told}");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holiday_puts_it_off_and_it_can_be_switched_off() {
    let folder = tempfile::tempdir().unwrap();
    let holiday = |rules: &mut Rules| {
        let holiday = Holiday { name: "a holiday".to_owned(), closes: None };
        rules.hours.holidays.insert(date(2026, 12, 8), holiday);
    };
    let mut stage = stage(folder.path(), holiday).await;
    let told = until(&mut stage, "wed 08:29").await;
    assert!(!told.contains("M-23"), "{told}");
    let told = until(&mut stage, "wed 08:31").await;
    assert!(told.contains("M-23-test  noa@vendor.example"), "{told}");
    let told = until(&mut stage, "tue+1 09:59").await;
    assert!(!told.contains("M-23"), "once a week: {told}");
    stage.close().await;

    let folder = tempfile::tempdir().unwrap();
    let mut stage = self::stage(folder.path(), |rules| rules.escalation.desk.self_test = None).await;
    let told = until(&mut stage, "tue+1 12:00").await;
    assert!(!told.contains("M-23") && !told.contains("self_test"), "{told}");
    stage.close().await;
}
