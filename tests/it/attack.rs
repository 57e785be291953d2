//! The attack set: hostile mails of `fixtures/attack/` through the whole desk,
//! each with what must come of it. None may begin an upgrade, none may make a
//! letter leave to somebody who is not on file, none may stop the desk.

mod case;
mod fill;
mod host;
mod letters;
mod real;
mod rehearsal;
mod secret;
mod seen;
mod table;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::runtime::Runtime;
use upgrade_desk::desk::mail::proof::Checks;
use upgrade_desk::desk::rules::Rules;
use upgrade_desk::shell::config::Keys;
use upgrade_desk::shell::rules;
use upgrade_desk::shell::vault::key::new_pair;

use case::cases;
use rehearsal::Desks;

const AT_A_TIME: usize = 4;

fn keys(folder: &Path) -> Keys {
    let staff = vec![new_pair(&folder.join("staff.key")).unwrap()];
    Keys { staff, evidence: new_pair(&folder.join("evidence.key")).unwrap() }
}

/// `ATTACK=03` plays only the cases whose names begin so.
fn is_wanted(name: &str) -> bool {
    std::env::var("ATTACK").map_or(true, |wanted| name.starts_with(&wanted))
}

/// Everything that is wrong when whose word counts is as in `checks`.
fn rehearse(checks: Checks, wanted: fn(&str) -> bool) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let keys = keys(folder.path());
    let mut rules = Rules::clone(&rules::load(None).unwrap());
    rules.access.checks = checks;
    // Many honest mails wish the same hour: here it is asked who wrote, not who is free.
    rules.hours.capacity.agents = 1000;
    rules.hours.capacity.units_of_a_company = 1000;
    let rules = Arc::new(rules);
    let (cases, next, faults) = (cases(wanted), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let play = || {
        let runtime = Runtime::new().unwrap();
        let host = runtime.block_on(async { host::Host::new() });
        let desks = Desks { keys: &keys, rules: &rules };
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
            let wrong = runtime.block_on(rehearsal::play(case, &host, &desks));
            faults.lock().unwrap().extend(wrong);
        }
    };
    // Several at a time: most of the time a desk waits for the disk.
    std::thread::scope(|scope| (0..AT_A_TIME).for_each(|_| drop(scope.spawn(play))));
    faults.into_inner().unwrap()
}

fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "{} are wrong:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn no_attack_is_believed() {
    assert_none(&rehearse(Checks::Host, is_wanted));
}

/// The forty and the extras; the other mails of the folder are not really signed.
#[test]
fn no_attack_is_believed_by_our_own_look() {
    let is_attack = |name: &str| is_wanted(name) && name.starts_with(|c: char| c.is_ascii_digit());
    assert_none(&rehearse(Checks::Own, is_attack));
    assert_none(&rehearse(Checks::Both, is_attack));
}

#[test]
#[ignore = "needs Dovecot: make test runs it"]
fn no_attack_is_believed_over_a_real_mail_server() {
    real::play(&cases(is_wanted));
}
