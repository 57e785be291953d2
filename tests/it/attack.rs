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

use upgrade_desk::shell::config::Keys;
use upgrade_desk::shell::rules;
use upgrade_desk::shell::vault::key::new_pair;

use case::cases;

fn keys(folder: &Path) -> Keys {
    let staff = vec![new_pair(&folder.join("staff.key")).unwrap()];
    Keys { staff, evidence: new_pair(&folder.join("evidence.key")).unwrap() }
}

/// `ATTACK=03` plays only the cases whose names begin so.
fn is_wanted(name: &str) -> bool {
    std::env::var("ATTACK").map_or(true, |wanted| name.starts_with(&wanted))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_attack_is_believed() {
    let folder = tempfile::tempdir().unwrap();
    let (keys, rules) = (keys(folder.path()), rules::load(None).unwrap());
    let host = host::Host::new();
    let mut faults = Vec::new();
    for case in cases(is_wanted) {
        faults.extend(rehearsal::play(&case, &host, &keys, &rules).await);
    }
    assert!(faults.is_empty(), "{} are wrong:\n{}", faults.len(), faults.join("\n"));
}

#[test]
#[ignore = "needs Dovecot: make test runs it"]
fn no_attack_is_believed_over_a_real_mail_server() {
    real::play(&cases(is_wanted));
}
