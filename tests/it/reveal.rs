//! In which states whom the desk lets see a password: every state against every
//! kind of person, decided without a disk.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use strum::VariantArray;
use upgrade_desk::desk::decide::decide;
use upgrade_desk::desk::input::{Input, Look};
use upgrade_desk::desk::known::{Ask, Known};
use upgrade_desk::desk::record::{OutcomeWord, Record, What};
use upgrade_desk::desk::ticket::{Event, Status, Ticket, apply};
use upgrade_desk::shell::store::Store;
use upgrade_desk::shell::story::stage::Stage;

use crate::sample_rules::rules;
use crate::stories::play;

/// A ticket as it is once it is scheduled, with noa as its agent; and what the
/// desk knows besides.
async fn scheduled() -> (Ticket, Known) {
    let story = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stories/all-goes-well");
    let played = play(&story).await;
    let data = Stage::data(&played.folder.path().join("desk"));
    let noon: Timestamp = "2026-12-08T20:00:00Z".parse().unwrap();
    let (store, _) = Store::open(&data, Arc::new(rules().clone()), &mut |_| {}).unwrap();
    let known = store.read(move |view| view.look_up(&Ask::default(), noon)).await.unwrap();
    store.close().await;
    for record in played.records {
        let What::Decided(decided) = record.what else { continue };
        let Some(change) = decided.changes.into_iter().next() else { continue };
        let ticket = change.events.iter().fold(None, |ticket, event| apply(ticket, &change.ticket, event, record.at));
        let mut ticket = ticket.unwrap();
        assert!(ticket.secret.is_some(), "the request brought a password");
        ticket.agent = Some("noa".to_owned());
        return (ticket, known);
    }
    panic!("no ticket in the story");
}

fn allowed(known: &Known, ticket: Option<&Ticket>, person: &str, second: Option<&str>, reason: &str) -> bool {
    let id = ticket.map_or_else(|| "UP-2026-09999".to_owned(), |ticket| ticket.id.0.clone());
    let look = Look {
        ticket: upgrade_desk::desk::ticket::TicketId(id),
        person: person.to_owned(),
        second: second.map(str::to_owned),
        reason: reason.to_owned(),
        by: "tester".to_owned(),
    };
    let named: BTreeMap<_, _> = ticket.iter().map(|ticket| (ticket.id.clone(), (*ticket).clone())).collect();
    let known = Known { named, ..known.clone() };
    let now = ticket.map_or_else(|| "2026-12-08T18:00:00Z".parse().unwrap(), |ticket| ticket.updated_at);
    let decision = decide(&Input::Reveal(look), &known, now, rules());
    let shows = decision
        .changes
        .iter()
        .flat_map(|change| &change.events)
        .filter(|event| matches!(event, Event::Revealed { by, .. } if by == person));
    let shows = shows.count();
    // Whoever sees it is recorded and somebody else is told; otherwise nothing happens.
    assert_eq!(shows, usize::from(decision.outcome == OutcomeWord::Revealed));
    assert_eq!(decision.letters.is_empty(), shows == 0);
    let told = decision.letters.iter().map(|letter| letter.to.address());
    assert!(told.into_iter().all(|to| !to.starts_with(person) && second.is_none_or(|second| !to.starts_with(second))));
    assert!(!decision.why.is_empty());
    shows == 1
}

#[tokio::test(flavor = "multi_thread")]
async fn alone_only_its_agent_and_only_from_ready_until_the_feedback() {
    let window = [Status::Ready, Status::Blocked, Status::InProgress, Status::Verifying, Status::FeedbackDue];
    let (mut ticket, known) = scheduled().await;
    // From `Reported` on they are those of problems.
    for status in Status::VARIANTS.iter().take_while(|status| **status != Status::Reported) {
        ticket.status = *status;
        let is_time = window.contains(status);
        assert_eq!(allowed(&known, Some(&ticket), "noa", None, ""), is_time, "its agent alone, {status:?}");
        for other in ["sam", "lea"] {
            assert!(!allowed(&known, Some(&ticket), other, None, "I lead this desk"), "{other} alone, {status:?}");
        }
        assert!(
            allowed(&known, Some(&ticket), "sam", Some("lea"), "the agent is ill"),
            "two with a reason, {status:?}"
        );
        assert!(!allowed(&known, Some(&ticket), "sam", Some("lea"), ""), "two without a reason, {status:?}");
        assert!(!allowed(&known, Some(&ticket), "sam", Some("sam"), "twice"), "one person twice, {status:?}");
        let secret = ticket.secret.take();
        assert!(!allowed(&known, Some(&ticket), "noa", Some("lea"), "why"), "nothing is there, {status:?}");
        ticket.secret = secret;
    }
    ticket.status = Status::InProgress;
    ticket.agent = None;
    assert!(!allowed(&known, Some(&ticket), "noa", None, ""), "nobody has it");
    assert!(!allowed(&known, None, "noa", Some("lea"), "no such ticket"));
}

/// The ticket as its records make it, up to a moment.
fn standing_at(records: &[Record], at: Timestamp) -> Option<Ticket> {
    let mut ticket = None;
    for record in records.iter().filter(|record| record.at <= at) {
        let What::Decided(decided) = &record.what else { continue };
        let changes = decided.changes.iter().filter(|change| change.ticket.0.starts_with("UP-"));
        for (change, event) in changes.flat_map(|change| change.events.iter().map(move |event| (change, event))) {
            ticket = apply(ticket, &change.ticket, event, record.at);
        }
    }
    ticket
}

/// Issue line: a second before it is READY, and from the second on in which the
/// feedback has left, the agent sees nothing.
#[tokio::test(flavor = "multi_thread")]
async fn one_second_outside_the_window_is_refused() {
    let story = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stories/all-goes-well");
    let records = play(&story).await.records;
    let (_, known) = scheduled().await;
    let second = jiff::SignedDuration::from_secs(1);
    let sees = |at: Timestamp| {
        let ticket = standing_at(&records, at).unwrap();
        (allowed(&known, Some(&ticket), "noa", None, ""), ticket.status)
    };
    let at = |status: Status| {
        let mut moments = records.iter().map(|record| record.at);
        moments.find(|at| standing_at(&records, *at).is_some_and(|ticket| ticket.status == status)).unwrap()
    };
    let (ready, feedback) = (at(Status::Ready), at(Status::Watch));
    assert_eq!(ready.to_string(), "2026-12-09T16:30:00Z");
    assert_eq!(sees(ready.checked_sub(second).unwrap()), (false, Status::Scheduled));
    assert_eq!(sees(ready), (true, Status::Ready));
    assert_eq!(sees(feedback.checked_sub(second).unwrap()), (true, Status::Verifying));
    assert_eq!(sees(feedback), (false, Status::Watch));
}
