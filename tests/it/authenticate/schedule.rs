//! When a held mail is tried again (TB8), over a real store and a clock that the
//! test moves. The mail host itself says that it could not find out who wrote.

use std::path::Path;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use upgrade_desk::desk::input::Place;
use upgrade_desk::desk::record::What;
use upgrade_desk::shell::clock::Clock;
use upgrade_desk::shell::config::Keys;
use upgrade_desk::shell::process::{Desk, plainly};
use upgrade_desk::shell::rules;
use upgrade_desk::shell::run::open_desk;
use upgrade_desk::shell::source::Fetched;
use upgrade_desk::shell::store::inhand::InHand;
use upgrade_desk::shell::store::rows::{KeptState, QuarantineRow};
use upgrade_desk::shell::vault::key::new_pair;

use crate::store::facts::register;

struct World {
    desk: Arc<Desk>,
    clock: Clock,
    keys: Keys,
    folder: tempfile::TempDir,
    item: u32,
}

fn opened(data: &Path, keys: &Keys, clock: &Clock) -> Arc<Desk> {
    tokio::task::block_in_place(|| open_desk(data, keys, rules::load(None).unwrap(), clock.clone(), None).unwrap())
}

impl World {
    async fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let pair = |name: &str| new_pair(&folder.path().join(name)).unwrap();
        let keys = Keys { staff: vec![pair("staff.key")], evidence: pair("evidence.key") };
        let clock = Clock::default();
        clock.stand_at("2026-11-25T17:00:00Z".parse().unwrap());
        let desk = opened(&folder.path().join("data"), &keys, &clock);
        plainly(&desk, vec![What::Imported { register: register(), by: "test".to_owned() }]).await.unwrap();
        World { desk, clock, keys, folder, item: 0 }
    }

    /// The mail arrives, at another place each time.
    async fn arrives(&mut self, mail: &str) {
        self.item += 1;
        let place = Place {
            source: "folder".to_owned(),
            mailbox: "/mail".to_owned(),
            validity: 0,
            item: format!("item-{}", self.item),
        };
        let bytes = mail.as_bytes().to_vec();
        let fetched = Fetched {
            place,
            received: "2026-11-25T17:00:00Z".parse().unwrap(),
            size: bytes.len() as u64,
            bytes: Some(bytes),
        };
        let in_hand = Mutex::new(InHand::open(self.folder.path()).unwrap());
        let prepared = tokio::task::block_in_place(|| self.desk.prepare(fetched, &in_hand)).unwrap();
        self.desk.happened(prepared).await.unwrap();
    }

    async fn rows(&self) -> Vec<QuarantineRow> {
        self.desk.store.read(|view| view.quarantine()).await.unwrap()
    }

    async fn letters(&self) -> Vec<String> {
        let letters = self.desk.store.read(|view| view.letters()).await.unwrap();
        letters.into_iter().map(|row| row.letter.to).collect()
    }

    /// The store is opened anew from the journal alone.
    async fn restart(self) -> World {
        let World { desk, clock, keys, folder, item } = self;
        desk.store.clone().close().await;
        drop(desk);
        let data = folder.path().join("data");
        std::fs::remove_dir_all(data.join("sled")).unwrap();
        let desk = opened(&data, &keys, &clock);
        World { desk, clock, keys, folder, item }
    }
}

const UNKNOWN: &str = "Authentication-Results: mx.vendor.example; dkim=temperror header.d=acme.example\r\n\
From: Ana <ana@acme.example>\r\nTo: upgrade@vendor.example\r\nSubject: A question\r\n\
Date: Wed, 25 Nov 2026 09:00:00 -0800\r\nMessage-ID: <q@acme.example>\r\n\r\nWhen do you open?\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn it_is_tried_after_1_5_15_60_minutes_then_hourly_for_a_day() {
    let mut world = World::new().await;
    let began: Timestamp = world.clock.now();
    let mut waits = Vec::new();
    for _ in 0..40 {
        world.arrives(UNKNOWN).await;
        let rows = world.rows().await;
        let Some(held) = rows.iter().find(|row| row.state == KeptState::Held && row.waits()).cloned() else { break };
        assert_eq!(rows.len(), 1, "one row for one mail");
        assert_eq!(world.letters().await, [""; 0], "nobody is mailed meanwhile");
        let held = held.quarantined.held.unwrap();
        assert_eq!((held.since, usize::try_from(held.tries).unwrap()), (began, waits.len() + 1));
        waits.push(held.again_at.duration_since(world.clock.now()).as_mins());
        world.clock.stand_at(held.again_at);
        if waits.len() == 3 {
            world = world.restart().await;
            assert_eq!(world.rows().await.first().unwrap().quarantined.held, Some(held), "a restart forgets nothing");
        }
    }
    assert_eq!(waits.get(..6), Some([1, 5, 15, 60, 60, 60].as_slice()));
    assert!(waits.iter().skip(3).all(|wait| *wait <= 60), "{waits:?}");
    assert_eq!(world.clock.now().duration_since(began), SignedDuration::from_hours(24), "{waits:?}");
    // After the day: in quarantine for people, who are told once.
    let rows = world.rows().await;
    let open: Vec<&QuarantineRow> = rows.iter().filter(|row| row.waits()).collect();
    assert_eq!((rows.len(), open.len()), (2, 1), "{rows:#?}");
    assert_eq!(open.first().map(|row| (row.state, row.quarantined.held)), Some((KeptState::Open, None)));
    assert_eq!(world.letters().await, ["agents@vendor.example"]);
}

/// What is known at the next try is decided as if it had just come, once.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_decided_ends_the_waiting() {
    let mut world = World::new().await;
    world.arrives(UNKNOWN).await;
    world.arrives(&UNKNOWN.replace("A question", "Another question")).await;
    let rows = world.rows().await;
    assert_eq!(rows.iter().filter(|row| row.state == KeptState::Held).count(), 2, "other bytes are another mail");
    let held = world.desk.store.read(|view| view.held()).await.unwrap();
    assert_eq!(held.len(), 2);
}

/// Decisions 14: a stop is the safe direction. It is heard at once, as from
/// somebody unproven, and people call; nobody outside is answered.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_is_not_held() {
    let mut world = World::new().await;
    world.arrives(&UNKNOWN.replace("When do you open?", "Stop.")).await;
    let rows = world.rows().await;
    assert!(rows.iter().all(|row| row.state == KeptState::Open && row.quarantined.held.is_none()), "{rows:#?}");
    assert_eq!(world.letters().await, ["agents@vendor.example"]);
}
