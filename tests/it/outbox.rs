//! The outbox over a real store: what is tried, what is committed about it,
//! and what must not happen.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use upgrade_desk::desk::access::Actor;
use upgrade_desk::desk::letter::header_text::HeaderText;
use upgrade_desk::desk::letter::mime::{AutoSubmitted, Draft, build};
use upgrade_desk::desk::letter::{Outgoing, Template};
use upgrade_desk::desk::record::{Cause, Decided, Did, OutcomeWord, What};
use upgrade_desk::desk::ticket::TicketId;
use upgrade_desk::shell::carrier::smtp::Smtp;
use upgrade_desk::shell::carrier::{Carrier, Envelope, Sent};
use upgrade_desk::shell::clock::Clock;
use upgrade_desk::shell::config::{self, Keys, Security};
use upgrade_desk::shell::outbox;
use upgrade_desk::shell::process::{Desk, ProcessError, plainly};
use upgrade_desk::shell::rules;
use upgrade_desk::shell::run::open_desk;
use upgrade_desk::shell::store::Commitment;
use upgrade_desk::shell::store::rows::{LetterState, OutboxRow};
use upgrade_desk::shell::vault::key::new_pair;
use upgrade_desk::shell::view::{self, Request};

use crate::support::scripted_smtp::{Act, Script, ScriptedSmtp, Step, say};

const BEGIN: &str = "2026-11-25T17:00:00Z";

/// A desk with a store of its own, a clock that stands still and no ticket.
struct World {
    desk: Arc<Desk>,
    clock: Clock,
    folder: tempfile::TempDir,
    _stop: watch::Sender<bool>,
    stop: watch::Receiver<bool>,
}

impl World {
    async fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let pair = |name: &str| new_pair(&folder.path().join(name)).unwrap();
        let keys = Keys { staff: vec![pair("staff.key")], evidence: pair("evidence.key") };
        let clock = Clock::default();
        clock.stand_at(BEGIN.parse().unwrap());
        let data = folder.path().join("data");
        let opened = |path: &Path| open_desk(path, &keys, rules::load(None).unwrap(), clock.clone(), None).unwrap();
        let desk = tokio::task::block_in_place(|| opened(&data));
        let (sender, stop) = watch::channel(false);
        World { desk, clock, folder, _stop: sender, stop }
    }

    /// Commits `count` letters as one decision, numbered from 1.
    async fn commit_letters(&self, count: u64) {
        let at = self.desk.clock.now();
        let decided = Decided {
            cause: Cause::Timer { ticket: TicketId("UP-2026-00001".to_owned()), name: "test".to_owned(), at },
            actor: Actor::System,
            outcome: OutcomeWord::Timer,
            rules: self.desk.rules.version.clone(),
            changes: Vec::new(),
            letters: Vec::new(),
            quarantine: None,
            evidence: None,
            why: Vec::new(),
            text: None,
            original: None,
            attachments: Vec::new(),
            secrets: Vec::new(),
            spent: None,
            counted: Vec::new(),
            office: Vec::new(),
            did: Vec::new(),
            redacted: false,
        };
        let letters = (1..=count).map(|no| letter(no, at)).collect();
        self.desk.store.commit(move |_| Ok(Commitment::of(at, decided, letters))).await.unwrap();
        self.desk.committed.notify_waiters();
    }

    async fn drain<C: Carrier + 'static>(&self, carriers: Vec<C>) {
        let run = outbox::run(Arc::clone(&self.desk), carriers, watch::channel(true).1, self.stop.clone());
        timeout(Duration::from_secs(60), run).await.expect("draining ends").unwrap();
    }

    fn start<C: Carrier + 'static>(&self, carrier: C) -> JoinHandle<Result<(), ProcessError>> {
        tokio::spawn(outbox::run(Arc::clone(&self.desk), vec![carrier], watch::channel(false).1, self.stop.clone()))
    }

    async fn rows(&self) -> Vec<OutboxRow> {
        self.desk.store.read(|view| view.letters()).await.unwrap()
    }

    async fn row(&self, no: u64) -> OutboxRow {
        self.desk.store.read(move |view| view.letter(no)).await.unwrap().unwrap()
    }

    fn later(&self, seconds: i64) {
        self.clock.stand_at(self.clock.now() + SignedDuration::from_secs(seconds));
    }
}

fn letter(no: u64, date: Timestamp) -> Outgoing {
    let to = format!("rep{no}@acme.example");
    let message_id = format!("l{no}.test@tickets.vendor.example");
    let bytes = build(&Draft {
        from_name: HeaderText::new("Upgrade Desk"),
        from_address: "desk@vendor.example".to_owned(),
        reply_to: "desk@vendor.example".to_owned(),
        to_address: to.clone(),
        subject: HeaderText::new("Your upgrade"),
        date,
        message_id: message_id.clone(),
        in_reply_to: None,
        references: Vec::new(),
        auto_submitted: AutoSubmitted::Replied,
        text: format!("This is letter {no}.\n.\n"),
        calendar: None,
        files: Vec::new(),
    })
    .unwrap();
    let subject = "Your upgrade".to_owned();
    Outgoing { no, template: Template::Acknowledgement, to, subject, message_id, ticket: None, for_staff: false, bytes }
}

/// A way out that answers as told: the n-th try of an address gets its n-th
/// answer, and yes after that.
#[derive(Clone, Default)]
struct Told {
    answers: Arc<Mutex<BTreeMap<String, Vec<Sent>>>>,
    /// What every try gets, if set.
    always: Option<Sent>,
    tries: Arc<Mutex<Vec<Envelope>>>,
    takes: Duration,
}

impl Told {
    fn answering(to: &str, answers: &[Sent]) -> Told {
        let told = Told::default();
        told.answers.lock().unwrap().insert(to.to_owned(), answers.to_vec());
        told
    }

    fn always(sent: Sent) -> Told {
        Told { always: Some(sent), ..Told::default() }
    }

    fn tries(&self) -> Vec<Envelope> {
        self.tries.lock().unwrap().clone()
    }
}

impl Carrier for Told {
    async fn send(&mut self, letter: &Envelope) -> Sent {
        self.tries.lock().unwrap().push(letter.clone());
        tokio::time::sleep(self.takes).await;
        if let Some(sent) = &self.always {
            return sent.clone();
        }
        let mut answers = self.answers.lock().unwrap();
        let left = answers.entry(letter.to.clone()).or_default();
        if left.is_empty() { Sent::Accepted { response: "250 taken".to_owned() } } else { left.remove(0) }
    }

    async fn rest(&mut self) {}
}

fn deferred() -> Sent {
    Sent::Deferred { response: "450 4.2.0 greylisted".to_owned() }
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begin = Instant::now();
    while !holds().await {
        assert!(begin.elapsed() < Duration::from_secs(10), "{what} did not come");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_letter_leaves_once_over_several_connections() {
    let world = World::new().await;
    world.commit_letters(150).await;
    let told = Told { takes: Duration::from_millis(1), ..Told::default() };
    world.drain(vec![told.clone(), told.clone(), told.clone(), told.clone()]).await;
    let mut addresses: Vec<String> = told.tries().into_iter().map(|letter| letter.to).collect();
    assert_eq!(addresses.len(), 150);
    addresses.sort();
    addresses.dedup();
    assert_eq!(addresses.len(), 150, "none twice");
    for row in world.rows().await {
        assert_eq!((row.state, row.attempts), (LetterState::Sent, 1), "{row:?}");
        assert_eq!(row.response, "250 taken");
    }
    world.drain(vec![told.clone()]).await;
    assert_eq!(told.tries().len(), 150, "nothing is sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_attempt_is_counted_before_the_letter_leaves() {
    /// Looks into the store while it has the letter in hands.
    struct Looking(Arc<Desk>, Arc<Mutex<Vec<(LetterState, u32)>>>);
    impl Carrier for Looking {
        async fn send(&mut self, _: &Envelope) -> Sent {
            let row = self.0.store.read(|view| view.letter(1)).await.unwrap().unwrap();
            self.1.lock().unwrap().push((row.state, row.attempts));
            Sent::Accepted { response: "250 taken".to_owned() }
        }
        async fn rest(&mut self) {}
    }
    let world = World::new().await;
    world.commit_letters(1).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    world.drain(vec![Looking(Arc::clone(&world.desk), Arc::clone(&seen))]).await;
    assert_eq!(*seen.lock().unwrap(), [(LetterState::Trying, 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_put_off_waits_longer_each_time_and_keeps_its_bytes() {
    let world = World::new().await;
    world.commit_letters(1).await;
    let unknown = Sent::Unknown { why: "no answer to the dot in 600 s".to_owned() };
    let told = Told::answering("rep1@acme.example", &[deferred(), unknown, deferred()]);
    for (tries, minutes) in [(1_usize, 1), (2, 5), (3, 15)] {
        world.drain(vec![told.clone()]).await;
        let row = world.row(1).await;
        assert_eq!((row.state, row.attempts as usize), (LetterState::Deferred, tries));
        let wait = row.next_try.duration_since(world.clock.now()).as_secs();
        assert!((minutes * 54..=minutes * 66).contains(&wait), "try {tries}: {wait} s");
        world.later(wait - 1);
        world.drain(vec![told.clone()]).await;
        assert_eq!(told.tries().len(), tries, "not before its time");
        world.later(1);
    }
    world.drain(vec![told.clone()]).await;
    assert_eq!(world.row(1).await.state, LetterState::Sent);
    let tries = told.tries();
    assert_eq!(tries.len(), 4);
    assert!(tries.iter().all(|letter| *letter == tries[0]), "the same envelope, name and bytes each time");
    let text = String::from_utf8(tries[0].bytes.to_vec()).unwrap();
    assert!(text.contains("Message-ID: <l1.test@tickets.vendor.example>"), "{text}");
    assert!(text.contains("This is letter 1."), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_letter_is_never_tried_again_and_staff_are_told_once() {
    let world = World::new().await;
    world.commit_letters(1).await;
    let no = Sent::Failed { response: "550 5.1.1 no such user".to_owned() };
    let told = Told::answering("rep1@acme.example", &[no]);
    world.drain(vec![told.clone()]).await;
    let row = world.row(1).await;
    assert_eq!((row.state, row.attempts), (LetterState::Failed, 1));
    assert!(row.response.contains("550 5.1.1"), "{row:?}");
    world.later(6 * 24 * 3600);
    world.drain(vec![told.clone()]).await;
    let to_rep = told.tries().iter().filter(|letter| letter.to == "rep1@acme.example").count();
    assert_eq!(to_rep, 1);
    let rows = world.rows().await;
    let tasks: Vec<&OutboxRow> = rows.iter().filter(|row| row.letter.for_staff).collect();
    assert_eq!(tasks.len(), 1, "{rows:?}");
    assert_eq!((tasks[0].letter.template.as_str(), tasks[0].state), ("M-29", LetterState::Sent));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_to_staff_that_fails_makes_no_further_letter() {
    let world = World::new().await;
    world.commit_letters(1).await;
    world.drain(vec![Told::always(Sent::Failed { response: "550 no".to_owned() })]).await;
    let rows = world.rows().await;
    assert_eq!(rows.len(), 2, "the letter and one task: {rows:?}");
    assert!(rows.iter().all(|row| row.state == LetterState::Failed), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_five_days_a_letter_is_given_up() {
    let world = World::new().await;
    world.commit_letters(1).await;
    let told = Told::always(deferred());
    let mut tries = 0;
    while world.row(1).await.state != LetterState::Failed {
        world.drain(vec![told.clone()]).await;
        tries += 1;
        assert!(tries < 60, "it is never given up");
        let wait = world.row(1).await.next_try.duration_since(world.clock.now()).as_secs();
        world.later(wait.max(1));
    }
    let row = world.row(1).await;
    assert!(row.response.contains("five days") && row.response.contains("450 4.2.0"), "{row:?}");
    let lived = row.done_at.unwrap().duration_since(row.committed_at).as_secs();
    assert!((5 * 24 * 3600..5 * 24 * 3600 + 600).contains(&lived), "{lived} s");
    assert!((30..45).contains(&tries), "{tries} tries");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_is_not_asked_for_every_letter() {
    let world = World::new().await;
    world.commit_letters(200).await;
    let gone = Told::always(Sent::Unreachable { why: "cannot connect".to_owned() });
    world.drain(vec![gone.clone(), gone.clone(), gone.clone(), gone.clone()]).await;
    assert!((1..=4).contains(&gone.tries().len()), "{} tries", gone.tries().len());
    for row in world.rows().await {
        assert!([LetterState::Pending, LetterState::Trying, LetterState::Deferred].contains(&row.state), "{row:?}");
        assert!(row.next_try <= world.clock.now() + SignedDuration::from_secs(300), "{row:?}");
    }
    // The server is back five minutes later: everything leaves.
    world.later(300);
    let well = Told::default();
    world.drain(vec![well.clone(), well.clone()]).await;
    assert_eq!(well.tries().len(), 200);
    assert!(world.rows().await.iter().all(|row| row.state == LetterState::Sent));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_left_under_way_is_sent() {
    let world = World::new().await;
    world.commit_letters(2).await;
    plainly(&world.desk, vec![What::Trying { letters: vec![1] }]).await.unwrap();
    let told = Told::default();
    world.drain(vec![told.clone()]).await;
    assert_eq!(told.tries().len(), 2);
    assert_eq!((world.row(1).await.attempts, world.row(2).await.attempts), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_letter_wakes_the_outbox_and_the_end_ends_it() {
    let world = World::new().await;
    let told = Told::default();
    let running = world.start(told.clone());
    // It has found nothing and sleeps for half a minute.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let begin = Instant::now();
    world.commit_letters(1).await;
    until("the letter", async || world.row(1).await.state == LetterState::Sent).await;
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    world._stop.send(true).unwrap();
    timeout(Duration::from_secs(5), running).await.expect("it ends").unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_end_the_letter_under_way_is_finished_and_no_other_begun() {
    let world = World::new().await;
    world.commit_letters(5).await;
    let told = Told { takes: Duration::from_millis(700), ..Told::default() };
    let running = world.start(told.clone());
    until("the first try", async || !told.tries().is_empty()).await;
    world._stop.send(true).unwrap();
    timeout(Duration::from_secs(5), running).await.expect("it ends").unwrap().unwrap();
    assert_eq!(told.tries().len(), 1);
    assert_eq!(world.row(1).await.state, LetterState::Sent, "its answer was waited for and noted");
    assert!(world.rows().await.iter().skip(1).all(|row| row.state == LetterState::Trying));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_whose_bytes_are_gone_fails_and_nothing_is_sent_for_it() {
    let world = World::new().await;
    world.commit_letters(1).await;
    let packs = world.folder.path().join("data");
    let mut removed = 0;
    for folder in std::fs::read_dir(&packs).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.file_name().unwrap().to_string_lossy().starts_with("letters-") {
                std::fs::remove_file(path).unwrap();
                removed += 1;
            }
        }
    }
    assert_eq!(removed, 1);
    let told = Told::default();
    world.drain(vec![told.clone()]).await;
    assert!(told.tries().iter().all(|letter| letter.to != "rep1@acme.example"));
    assert_eq!(world.row(1).await.state, LetterState::Failed);
}

#[tokio::test(flavor = "multi_thread")]
async fn over_smtp_a_cut_after_the_dot_gives_a_copy_and_never_a_loss() {
    let world = World::new().await;
    world.commit_letters(3).await;
    let scripts = vec![
        Script::polite().at(Step::Dot, Act::Cut),
        Script::polite().at(Step::Rcpt, say("550 5.1.1 no such user\r\n")),
    ];
    let server = ScriptedSmtp::plain(scripts).await;
    let smtp = || {
        Smtp::several(&config::Smtp {
            host: "127.0.0.1".to_owned(),
            port: server.address.port(),
            security: Security::Plain,
            login: None,
            private_ca: None,
            helo_name: Some("desk.vendor.example".to_owned()),
            connections: 1,
        })
        .unwrap()
    };
    world.drain(smtp()).await;
    let states: Vec<LetterState> = world.rows().await.iter().take(3).map(|row| row.state).collect();
    assert_eq!(states, [LetterState::Deferred, LetterState::Failed, LetterState::Sent]);
    world.later(120);
    world.drain(smtp()).await;
    assert_eq!(world.row(1).await.state, LetterState::Sent);
    let texts = server.texts();
    let copies: Vec<&Vec<u8>> =
        texts.iter().filter(|text| String::from_utf8_lossy(text).contains("This is letter 1.")).collect();
    assert_eq!(copies.len(), 2, "the server has it twice");
    assert_eq!(copies[0], copies[1], "the same bytes");
    let count = |text: &str| texts.iter().filter(|found| String::from_utf8_lossy(found).contains(text)).count();
    assert_eq!((count("This is letter 2."), count("This is letter 3.")), (0, 1));
}

async fn by_hand(world: &World, did: Did) -> Result<serde_json::Value, (u8, String)> {
    view::answer(&world.desk, Request::ByHand { by: "ann".to_owned(), did }, None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_in_hands_cannot_be_held_and_a_held_one_is_never_tried() {
    let world = World::new().await;
    world.commit_letters(2).await;
    by_hand(&world, Did::Held { letter: 2 }).await.unwrap();
    let slow = Told { takes: Duration::from_secs(2), ..Told::default() };
    let sending = world.start(slow.clone());
    until("the try of letter 1", async || slow.tries().len() == 1).await;
    let (code, text) = by_hand(&world, Did::Held { letter: 1 }).await.unwrap_err();
    assert_eq!(code, 1);
    assert!(text.contains("is being handed over right now"), "{text}");
    assert_eq!(by_hand(&world, Did::Retried { letter: 1 }).await.unwrap()["changed"], false, "it is under way");
    until("letter 1 to be sent", async || world.row(1).await.state == LetterState::Sent).await;
    assert_eq!(world.row(2).await.state, LetterState::Held);
    by_hand(&world, Did::Retried { letter: 2 }).await.unwrap();
    until("letter 2 to be sent", async || world.row(2).await.state == LetterState::Sent).await;
    assert_eq!(slow.tries().len(), 2);
    sending.abort();
}

/// Five days after its commit a letter is given up; whoever retries it gives it
/// five days more.
#[tokio::test(flavor = "multi_thread")]
async fn a_failed_letter_that_is_retried_has_its_whole_time_again() {
    let world = World::new().await;
    world.commit_letters(1).await;
    let carrier = Told::always(deferred());
    world.later(5 * 24 * 3600);
    world.drain(vec![carrier.clone()]).await;
    assert_eq!(world.row(1).await.state, LetterState::Failed);
    let (_, text) = by_hand(&world, Did::Held { letter: 1 }).await.unwrap_err();
    assert!(text.contains("`outbox retry 1`"), "{text}");
    assert_eq!(by_hand(&world, Did::Retried { letter: 1 }).await.unwrap()["state"], "pending");
    world.drain(vec![carrier.clone()]).await;
    let row = world.row(1).await;
    assert_eq!((row.state, row.attempts), (LetterState::Deferred, 2), "{row:?}");
}
