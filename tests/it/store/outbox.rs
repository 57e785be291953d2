//! Letters on their way, and mails in hand.

use jiff::Timestamp;
use upgrade_desk::desk::known::Ask;
use upgrade_desk::desk::letter::Template;
use upgrade_desk::desk::record::{Cause, OutcomeWord, What};
use upgrade_desk::desk::ticket::Event;
use upgrade_desk::shell::store::inhand::InHand;
use upgrade_desk::shell::store::rows::{LetterState, OutboxRow};
use upgrade_desk::shell::store::{Body, Commitment, Store};

use crate::store::facts::*;

fn plain(store: &Store, at: Timestamp, what: What) {
    commit(store, move |_| Commitment { at, body: Body::Plain(vec![what]) }).unwrap();
}

fn trying(store: &Store, letters: &[u64]) {
    plain(store, noon(100), What::Trying { letters: letters.to_vec() });
}

fn row(store: &Store, no: u64) -> OutboxRow {
    read(store, move |view| view.letter(no).unwrap()).unwrap()
}

fn sendable(store: &Store, now: Timestamp) -> Vec<u64> {
    read(store, move |view| view.sendable(now, 100).unwrap()).iter().map(|row| row.letter.no).collect()
}

fn delivery(no: u64, outcome: OutcomeWord) -> Commitment {
    let mut decision = about_mail(0);
    decision.cause = Cause::Delivery { letter: no, response: "the last word".to_owned() };
    decision.outcome = outcome;
    decided(noon(200), decision, Vec::new())
}

#[test]
fn an_attempt_is_counted_before_it_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path());
    commit(&store, |_| new_request(1)).unwrap();
    commit(&store, |_| new_request(2)).unwrap();
    assert_eq!(sendable(&store, noon(0)), [] as [u64; 0]);
    assert_eq!(read(&store, |view| view.next_sendable().unwrap()), Some(noon(1)));
    assert_eq!(sendable(&store, noon(10)), [1, 2]);

    trying(&store, &[1, 2]);
    assert_eq!((row(&store, 1).state, row(&store, 1).attempts), (LetterState::Trying, 1));

    plain(&store, noon(101), What::Sent { letter: 1, response: "250 ok".to_owned() });
    plain(&store, noon(102), What::Deferred { letter: 2, until: noon(500), response: "451 later".to_owned() });
    assert_eq!((row(&store, 1).state, row(&store, 1).response.as_str()), (LetterState::Sent, "250 ok"));
    assert_eq!(row(&store, 2).state, LetterState::Deferred);
    assert_eq!(read(&store, |view| view.next_sendable().unwrap()), Some(noon(500)));
    assert_eq!(sendable(&store, noon(499)), [] as [u64; 0]);
    assert_eq!(sendable(&store, noon(500)), [2]);

    // What was sent is never sent again, whoever asks.
    trying(&store, &[1]);
    plain(&store, noon(103), What::Deferred { letter: 1, until: noon(1), response: String::new() });
    assert_eq!((row(&store, 1).state, row(&store, 1).attempts), (LetterState::Sent, 1));
    assert_eq!(sendable(&store, noon(600)), [2]);
}

#[test]
fn the_mail_servers_last_word_ends_a_letter() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path());
    for number in 1..=4 {
        commit(&store, move |_| new_request(number)).unwrap();
    }
    trying(&store, &[1, 2, 3, 4]);
    commit(&store, |_| delivery(1, OutcomeWord::Delivered)).unwrap();
    commit(&store, |_| delivery(2, OutcomeWord::Undelivered)).unwrap();
    commit(&store, |_| delivery(3, OutcomeWord::NoLongerDue)).unwrap();
    assert_eq!(row(&store, 1).state, LetterState::Sent);
    assert_eq!((row(&store, 2).state, row(&store, 2).response.as_str()), (LetterState::Failed, "the last word"));
    assert_eq!(row(&store, 3).state, LetterState::Trying);
    // A report by mail about a letter that had been accepted.
    commit(&store, |_| {
        let mut decision = about_mail(9);
        let address = "ana@acme.example".to_owned();
        let undelivered = Event::Undelivered { letter: 1, address, why: "5.1.1 no such mailbox".to_owned() };
        decision.changes = vec![change(1, vec![undelivered])];
        decided(noon(300), decision, Vec::new())
    })
    .unwrap();
    assert_eq!(
        (row(&store, 1).state, row(&store, 1).response.as_str()),
        (LetterState::Failed, "5.1.1 no such mailbox")
    );
    assert_eq!(row(&store, 4).state, LetterState::Trying);
}

#[test]
fn a_letter_in_trying_when_the_process_died_is_sent_again_with_its_attempts() {
    let folder = tempfile::tempdir().unwrap();
    {
        let (store, _) = open(folder.path());
        commit(&store, |_| new_request(1)).unwrap();
        commit(&store, |_| new_request(2)).unwrap();
        trying(&store, &[2]);
        close(store);
    }
    let (store, _) = open(folder.path());
    assert_eq!(sendable(&store, noon(10)), [1, 2]);
    trying(&store, &[2]);
    assert_eq!(row(&store, 2).attempts, 2);
    assert_eq!(
        read(&store, |view| view.packed(&view.letter(2).unwrap().unwrap().letter.bytes)).unwrap(),
        letter(2, None).bytes
    );
}

#[test]
fn neutral_notes_are_counted_by_address_for_a_day() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path());
    for (no, template) in [(1, Template::NeutralNote), (2, Template::Acknowledgement)] {
        commit(&store, move |_| {
            let mut note = letter(no, None);
            note.template = template;
            note.to = "Carl@elsewhere.example".to_owned();
            decided(noon(0), about_mail(no), vec![note])
        })
        .unwrap();
    }
    let notes = |address: &str, now: Timestamp| {
        let ask = Ask { address: Some(address.to_owned()), ..Ask::default() };
        read(&store, move |view| view.look_up(&ask, now).unwrap().neutral_notes_today)
    };
    assert_eq!(notes("carl@elsewhere.example", noon(0)), 1);
    assert_eq!(notes("carl@elsewhere.example", noon(24 * 3600 - 1)), 1);
    assert_eq!(notes("carl@elsewhere.example", noon(24 * 3600)), 0);
    assert_eq!(notes("ana@acme.example", noon(0)), 0);
}

#[test]
fn a_mail_in_hand_when_the_process_died_keeps_its_attempts_until_it_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let mut in_hand = InHand::open(folder.path()).unwrap();
    in_hand.begin(&[place(1), place(2), place(3)]).unwrap();
    in_hand.done([&place(1)]).unwrap();

    let mut in_hand = InHand::open(folder.path()).unwrap();
    assert_eq!((in_hand.attempts(&place(1)), in_hand.attempts(&place(2))), (0, 1));
    in_hand.begin(&[place(2)]).unwrap();
    in_hand.done([&place(2)]).unwrap();
    in_hand.begin(&[place(3)]).unwrap();

    let mut in_hand = InHand::open(folder.path()).unwrap();
    assert_eq!(in_hand.attempts(&place(3)), 2);
    in_hand.begin(&[place(3)]).unwrap();
    assert_eq!(in_hand.attempts(&place(3)), 3);
    in_hand.done([&place(3)]).unwrap();
    let in_hand = InHand::open(folder.path()).unwrap();
    assert_eq!((in_hand.attempts(&place(2)), in_hand.attempts(&place(3))), (0, 0));
}
