//! The whole desk is killed while it takes handled mail away, at each command
//! between the copy and the expunging, and while a mailbox is numbered anew.

use std::time::Duration;

use upgrade_desk::shell::clock;

use crate::support::desk::{Desk, eventually};
use crate::support::model_imap::{Can, Cut, ModelImap};

const LIMIT: Duration = Duration::from_secs(60);

pub(super) fn desk(model: &ModelImap) -> Desk {
    let source = format!(
        "imap]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nuser = \"upgrade\"\n\
         password_file = \"password\"\nstart_from = \"now\"",
        model.port
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

/// A form that nobody vouches for: only its bytes tell it from another.
fn form() -> String {
    "From: dana@acme-tel.example\r\nTo: upgrade@vendor.example\r\nSubject: upgrade\r\n\
     Message-ID: <form@acme-tel.example>\r\n\r\nCompany Name: Acme Telephone\r\nAdmin Email: dana@acme-tel.example\r\n\
     Unit Serial Number: SM-0417-22A\r\nASAP: yes\r\n"
        .to_owned()
}

pub(super) fn drain(desk: &Desk) {
    let mut running = desk.run(&["--drain"], &[]);
    assert_eq!(running.wait(LIMIT), Some(0), "{}", desk.log());
}

/// Decisions about the form: those with an effect, and the others.
fn decided(desk: &Desk) -> (usize, usize) {
    let records = desk.journal();
    let about = records.iter().filter(|record| record["what"]["cause"]["message_id"] == "form@acme-tel.example");
    let (duplicates, decisions): (Vec<_>, Vec<_>) = about.partition(|record| record["what"]["outcome"] == "duplicate");
    (decisions.len(), duplicates.len())
}

#[test]
fn a_kill_between_copy_and_expunge_decides_nothing_again() {
    let mut copies = Vec::new();
    // COPY, STORE, EXPUNGE: before and after each of them.
    for change in 1..=3 {
        for cut in [Cut::Before(change), Cut::After(change)] {
            let model = ModelImap::start(Can { moves: false, ..Can::EVERYTHING });
            let desk = desk(&model);
            model.put("theirs", clock::now(), &["\\Deleted"]);
            drain(&desk);
            // The folders were made in this run.
            let before = model.state().changes;
            model.state().cut = Some(match cut {
                Cut::Before(_) => Cut::Before(before + change),
                Cut::After(_) => Cut::After(before + change),
            });
            model.put(&form(), clock::now(), &[]);
            let running = desk.run(&[], &[]);
            eventually("the command", LIMIT, || (model.state().changes == before + change).then_some(()));
            running.kill();
            model.state().cut = None;
            drain(&desk);
            drain(&desk);
            assert_eq!(decided(&desk), (1, 0), "{cut:?}");
            assert_eq!(model.texts("INBOX"), ["theirs"], "{cut:?}");
            let there = model.texts("Processed").len() + model.texts("Quarantine").len();
            copies.push(there);
        }
    }
    // Only a kill between the copy's being made and its being noted costs one more.
    let most = [1, 2, 2, 1, 1, 1];
    assert!(copies.iter().zip(most).all(|(there, most)| (1..=most).contains(there)), "{copies:?}");
    println!("mailbox: 6 kills between COPY and EXPUNGE: 0 mails decided twice, 0 lost, 0 of others expunged");
}

#[test]
fn a_mailbox_numbered_anew_is_no_new_mail_even_unproven() {
    let model = ModelImap::start(Can { write: false, ..Can::EVERYTHING });
    let desk = desk(&model);
    let an_hour_ago = clock::now() - Duration::from_secs(3600);
    for _ in 0..1000 {
        model.put(&form(), an_hour_ago, &[]);
    }
    drain(&desk);
    assert_eq!(decided(&desk), (0, 0), "old mail");
    let soon = clock::now() + Duration::from_secs(5);
    model.put(&form(), soon, &[]);
    drain(&desk);
    assert_eq!(decided(&desk), (1, 0));
    for round in 1..=2 {
        model.renumber();
        drain(&desk);
        drain(&desk);
        assert_eq!(decided(&desk), (1, round), "known by its bytes, once a numbering");
    }
    assert!(desk.log().contains("numbered the mailbox anew"), "{}", desk.log());
}
