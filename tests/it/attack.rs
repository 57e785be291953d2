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
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::runtime::Runtime;
use upgrade_desk::shell::config::Keys;
use upgrade_desk::shell::rules;
use upgrade_desk::shell::vault::key::new_pair;

use case::cases;

const AT_A_TIME: usize = 4;

fn keys(folder: &Path) -> Keys {
    let staff = vec![new_pair(&folder.join("staff.key")).unwrap()];
    Keys { staff, evidence: new_pair(&folder.join("evidence.key")).unwrap() }
}

/// `ATTACK=03` plays only the cases whose names begin so.
fn is_wanted(name: &str) -> bool {
    std::env::var("ATTACK").map_or(true, |wanted| name.starts_with(&wanted))
}

#[test]
fn no_attack_is_believed() {
    let folder = tempfile::tempdir().unwrap();
    let (keys, rules) = (keys(folder.path()), rules::load(None).unwrap());
    let (cases, next, faults) = (cases(is_wanted), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let play = || {
        let runtime = Runtime::new().unwrap();
        let host = runtime.block_on(async { host::Host::new() });
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
            let wrong = runtime.block_on(rehearsal::play(case, &host, &keys, &rules));
            faults.lock().unwrap().extend(wrong);
        }
    };
    // Several at a time: most of the time a desk waits for the disk.
    std::thread::scope(|scope| (0..AT_A_TIME).for_each(|_| drop(scope.spawn(play))));
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{} are wrong:\n{}", faults.len(), faults.join("\n"));
}

#[test]
#[ignore = "needs Dovecot: make test runs it"]
fn no_attack_is_believed_over_a_real_mail_server() {
    real::play(&cases(is_wanted));
}
