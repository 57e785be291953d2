//! Mails and mailboxes that were seen before under another name.

use upgrade_desk::desk::input::Place;
use upgrade_desk::desk::known::{Ask, Duplicate};
use upgrade_desk::desk::record::{Cause, Floor, OutcomeWord, Quarantined, What};
use upgrade_desk::shell::store::{Body, Commitment, Store};

use crate::store::facts::*;

/// An unproven mail of these bytes is handled.
fn handle(store: &Store, place: Place, bytes: &str, outcome: OutcomeWord) {
    let sha256 = Some(bytes.to_owned());
    commit(store, move |_| {
        let mut decision = about_mail(1);
        decision.cause = Cause::Mail { place, message_id: None, sha256, duplicate_key: None };
        decision.outcome = outcome;
        decision.quarantine = (outcome == OutcomeWord::Quarantine).then(|| Quarantined {
            reason: "unknown_sender".to_owned(),
            detail: String::new(),
            held: None,
            resembles: None,
        });
        decided(noon(1), decision, Vec::new())
    })
    .unwrap();
}

fn known(store: &Store, place: Place, bytes: &str) -> Option<Duplicate> {
    let ask = Ask { place: Some(place), sha256: Some(bytes.to_owned()), ..Ask::default() };
    read(store, move |view| view.look_up(&ask, noon(2)).unwrap().duplicate)
}

#[test]
fn the_very_same_bytes_in_the_same_mailbox_are_the_same_mail() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path());
    handle(&store, place(1), "filed", OutcomeWord::Note);
    handle(&store, place(2), "kept", OutcomeWord::Quarantine);
    let renumbered = |item: u64| Place { validity: 8, ..place(item) };
    let elsewhere = Place { mailbox: "other@vendor.example/INBOX".to_owned(), ..place(9) };
    let same = Some(Duplicate::SameBytes);
    for (place, bytes, expected) in [
        (place(9), "filed", same),
        (renumbered(1), "filed", same),
        // Put back out of the quarantine to be read again; or only renumbered.
        (place(9), "kept", None),
        (renumbered(9), "kept", same),
        (place(1), "filed", None),
        (elsewhere, "filed", None),
        (place(9), "other", None),
    ] {
        assert_eq!(known(&store, place.clone(), bytes), expected, "{bytes} at {place}");
    }
    // The duplicate itself is no first mail: a third numbering still knows it.
    handle(&store, renumbered(5), "kept", OutcomeWord::Duplicate);
    assert_eq!(known(&store, Place { validity: 9, ..place(5) }, "kept"), same);
    assert_eq!(known(&store, place(9), "kept"), None);
}

#[test]
fn the_first_start_is_remembered_over_all_numberings() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path());
    let first_start =
        |store: &Store, mailbox: &'static str| read(store, move |view| view.first_start("imap", mailbox).unwrap());
    let begin = |store: &Store, mailbox: &str, validity: u32, floor: Floor, second: i64| {
        let what = What::Floor { source: "imap".to_owned(), mailbox: mailbox.to_owned(), validity, floor };
        commit(store, move |_| Commitment { at: noon(second), body: Body::Plain(vec![what]) }).unwrap();
    };
    assert_eq!(first_start(&store, "now"), None);
    begin(&store, "now", 1, Floor { below: 50, since: None }, 1);
    begin(&store, "now", 2, Floor { below: 20, since: Some(noon(1)) }, 2);
    begin(&store, "all", 1, Floor::default(), 3);
    let check = |store: &Store| {
        assert_eq!(first_start(store, "now"), Some(Some(noon(1))));
        assert_eq!(first_start(store, "all"), Some(None), "all mail is ours");
        let floor = read(store, |view| view.floor("imap", "now", 2).unwrap());
        assert_eq!(floor, Some(Floor { below: 20, since: Some(noon(1)) }));
    };
    check(&store);
    close(store);
    // The same out of the journal alone.
    std::fs::remove_dir_all(folder.path().join("sled")).unwrap();
    let (store, report) = open(folder.path());
    assert!(report.rebuilt.is_some() || report.applied == 3, "{report:?}");
    check(&store);
}
