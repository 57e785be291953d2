//! `#undo` while letters wait (5.1): what it takes back never leaves, and what may
//! have left is never taken back. The story `undo` tells the rest.

use std::fs;

use jiff::Timestamp;
use upgrade_desk::desk::record::OutcomeWord;
use upgrade_desk::desk::ticket::{Event, Ticket};
use upgrade_desk::shell::store::rows::{LetterState, OutboxRow};
use upgrade_desk::shell::store::{Store, View};

use super::desk::{Came, DANA, Desk, Mail, right_form};

const NOA: &str = "noa@vendor.example";
const WORDS: &str = "The wrong customer reads this.";

/// A scheduled request, and Noa's reply to the customer that waits to leave: the
/// next mail is decided before any letter is looked for.
async fn replied() -> (Desk, String) {
    let mut desk = Desk::open().await;
    let came = desk.mail("mon 09:00", &Mail::new(DANA, "Upgrade request", &right_form())).await;
    assert_eq!(came.outcome(), OutcomeWord::Scheduled);
    let notice = came.message_id("M-31");
    // Just before 09:10 in Los Angeles.
    let at: Timestamp = "2026-12-07T17:09:50Z".parse().unwrap();
    desk.beforehand(at, &Mail::new(NOA, "Re: x", &format!("#reply {WORDS}")).answers(&notice));
    desk.left();
    (desk, notice)
}

async fn undo(desk: &mut Desk, notice: &str) -> Came {
    desk.mail("mon 09:10", &Mail::new(NOA, "Re: x", "#undo").answers(notice)).await
}

fn everything(view: &View<'_>) -> (Vec<Ticket>, Vec<OutboxRow>) {
    (view.tickets().unwrap(), view.letters().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_waits_is_withdrawn_and_never_leaves_also_after_a_rebuild() {
    let (mut desk, notice) = replied().await;
    let came = undo(&mut desk, &notice).await;
    let reply = &came.decided[0];
    let number = reply.letters.iter().find(|letter| letter.to == DANA).unwrap().no;
    let undone = &came.decided[1];
    assert_eq!(undone.outcome, OutcomeWord::Commands, "{:?}", undone.why);
    let Event::Undone { letters, .. } = &undone.changes[0].events[0] else { panic!("{:?}", undone.changes) };
    assert_eq!(letters, &[number]);
    let left = desk.left();
    let left: Vec<String> = left.iter().map(|letter| String::from_utf8_lossy(letter).into_owned()).collect();
    assert_eq!(left.iter().filter(|letter| letter.contains("your commands")).count(), 2, "both transcripts");
    let to_dana = left.iter().filter(|letter| letter.contains(&format!("To: {DANA}")) || letter.contains("To: Dana"));
    assert_eq!(to_dana.collect::<Vec<_>>(), [""; 0]);
    let row = desk.stage.desk.store.read(move |view| view.letter(number)).await.unwrap().unwrap();
    assert_eq!((row.state, row.attempts), (LetterState::Withdrawn, 0));

    let before = desk.stage.desk.store.read(|view| Ok(everything(view))).await.unwrap();
    let ticket = &before.0[0];
    assert!(ticket.letters.iter().all(|letter| letter.no != number), "it never was one of the ticket's");
    desk.stage.desk.store.clone().close().await;
    fs::remove_dir_all(desk.data().join("sled")).unwrap();
    let (data, rules) = (desk.data(), desk.rules.clone());
    let (store, _) = tokio::task::block_in_place(|| Store::open(&data, rules, &mut |_| {})).unwrap();
    assert_eq!(store.read(|view| Ok(everything(view))).await.unwrap(), before);
    store.close().await;
}

/// Decided on the store's thread: a letter is in somebody's hands, or it waits.
#[tokio::test(flavor = "multi_thread")]
async fn a_letter_in_the_hands_of_a_worker_cannot_be_taken_back() {
    let (mut desk, notice) = replied().await;
    let number = desk.stage.desk.store.read(|view| view.letters()).await.unwrap().len() as u64 + 1;
    desk.stage.desk.in_hands.lock().unwrap().insert(number);
    let came = undo(&mut desk, &notice).await;
    let reply = &came.decided[0];
    assert_eq!(reply.letters.iter().find(|letter| letter.to == DANA).unwrap().no, number);
    let undone = &came.decided[1];
    assert_eq!((undone.outcome, undone.changes.len()), (OutcomeWord::Refused, 0), "{:?}", undone.why);
    assert!(undone.why[0].fact.contains("is leaving now"), "{:?}", undone.why);
    desk.stage.desk.in_hands.lock().unwrap().clear();
    desk.left();
    desk.stage.work().await.unwrap();
    let left = desk.left();
    assert!(left.iter().any(|letter| String::from_utf8_lossy(letter).contains(WORDS)), "it leaves as it was written");
}
