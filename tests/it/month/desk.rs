//! The desk of the month: the real path, store, timers and outbox, a clock that
//! the month moves, and a postman whose answers are the month's.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use tokio::sync::watch;
use upgrade_desk::desk::input::Place;
use upgrade_desk::desk::record::{LetterRow, Record, What};
use upgrade_desk::desk::ticket::{Ticket, TicketId};
use upgrade_desk::shell::carrier::{Carrier, Envelope, Sent};
use upgrade_desk::shell::clock::Clock;
use upgrade_desk::shell::config::Keys;
use upgrade_desk::shell::process::{Desk, plainly};
use upgrade_desk::shell::run::open_desk;
use upgrade_desk::shell::source::Fetched;
use upgrade_desk::shell::store::inhand::InHand;
use upgrade_desk::shell::store::journal::Line;
use upgrade_desk::shell::vault::key::new_pair;
use upgrade_desk::shell::{outbox, timers};

use crate::month::world::World;

/// A letter that arrived.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub row: LetterRow,
    pub at: Timestamp,
    pub bytes: Arc<[u8]>,
}

/// The answers of the mail server, in the order of the letters.
#[derive(Default)]
struct Post {
    handed: Vec<Envelope>,
    /// Of every so many letters one is refused for now.
    refuses_one_in: usize,
    count: usize,
}

pub struct MonthDesk {
    desk: Arc<Desk>,
    clock: Clock,
    folder: tempfile::TempDir,
    keys: Keys,
    in_hand: Mutex<InHand>,
    post: Arc<Mutex<Post>>,
    next_item: u64,
    read: (PathBuf, u64),
    rows: BTreeMap<String, LetterRow>,
}

impl MonthDesk {
    pub async fn new(world: &World, start: Timestamp) -> MonthDesk {
        // Where there is memory for it the many small syncs cost nothing.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        let staff = vec![new_pair(&folder.path().join("staff.key")).unwrap()];
        let keys = Keys { staff, evidence: new_pair(&folder.path().join("evidence.key")).unwrap() };
        let clock = Clock::default();
        clock.stand_at(start);
        let data = folder.path().join("data");
        let desk = opened(&data, &keys, world, &clock);
        plainly(&desk, vec![What::Imported { register: world.register(), by: "month".to_owned() }]).await.unwrap();
        let in_hand = Mutex::new(InHand::open(&data).unwrap());
        let post = Arc::new(Mutex::new(Post { refuses_one_in: 40, ..Post::default() }));
        let read = (PathBuf::new(), 0);
        MonthDesk { desk, clock, folder, keys, in_hand, post, next_item: 1, read, rows: BTreeMap::new() }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The desk was down; its clock goes on and nothing else.
    pub fn sleep_until(&self, at: Timestamp) {
        self.clock.stand_at(at);
    }

    /// Stops and starts again, over the same files.
    pub async fn restart(&mut self, world: &World) {
        self.desk.store.clone().close().await;
        let data = self.folder.path().join("data");
        self.desk = opened(&data, &self.keys, world, &self.clock);
        self.in_hand = Mutex::new(InHand::open(&data).unwrap());
    }

    /// Lets everything come due at its own time until `till`.
    pub async fn pass_time(&self, till: Timestamp) {
        loop {
            let next = self.desk.store.read(|view| Ok([view.next_due()?, view.next_sendable()?])).await;
            let next = next.unwrap().into_iter().flatten().min();
            match next.filter(|next| *next < till) {
                Some(next) => self.clock.stand_at(next.max(self.clock.now())),
                None => break,
            }
            self.work().await;
        }
        self.clock.stand_at(till.max(self.clock.now()));
        self.work().await;
    }

    async fn work(&self) {
        timers::fire_due(&self.desk).await.unwrap();
        let carrier = Postman(Arc::clone(&self.post));
        let (_, drain) = watch::channel(true);
        let (_never, stop) = watch::channel(false);
        outbox::run(Arc::clone(&self.desk), vec![carrier], drain, stop).await.unwrap();
    }

    /// A mail comes in, and what can follow at once follows.
    pub async fn mail(&mut self, bytes: Vec<u8>) {
        let item = self.next_item;
        self.next_item += 1;
        let place =
            Place { source: "folder".to_owned(), mailbox: "month".to_owned(), validity: 0, item: item.to_string() };
        let fetched = Fetched { place, received: self.clock.now(), size: bytes.len() as u64, bytes: Some(bytes) };
        let prepared = tokio::task::block_in_place(|| self.desk.prepare(fetched, &self.in_hand)).unwrap();
        self.desk.happened(prepared).await.unwrap();
        self.work().await;
    }

    pub async fn ticket(&self, id: &TicketId) -> Option<Ticket> {
        let id = id.clone();
        self.desk.store.read(move |view| view.ticket(&id)).await.unwrap()
    }

    pub async fn tickets(&self) -> Vec<Ticket> {
        self.desk.store.read(|view| view.tickets()).await.unwrap()
    }

    /// Timers that should have fired by now.
    pub async fn overdue(&self) -> usize {
        let now = self.clock.now();
        self.desk.store.read(move |view| view.due(now, 1000)).await.unwrap().len()
    }

    /// Records since the last look.
    pub fn news(&mut self) -> Vec<Record> {
        let folder = self.folder.path().join("data/journal");
        let mut paths: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let mut records = Vec::new();
        paths.retain(|path| *path >= self.read.0);
        for path in paths {
            let skip = if path == self.read.0 { self.read.1 } else { 0 };
            let mut file = fs::File::open(&path).unwrap();
            file.seek(SeekFrom::Start(skip)).unwrap();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            for line in text.lines() {
                let line: Line = serde_json::from_str(line).unwrap();
                records.push(Record { at: line.at, what: line.what });
            }
            self.read = (path, skip + text.len() as u64);
        }
        for record in &records {
            if let What::Decided(decided) = &record.what {
                self.rows.extend(decided.letters.iter().map(|row| (row.message_id.clone(), row.clone())));
            }
        }
        records
    }

    /// Letters that arrived since the last look; ask for the news first.
    pub fn arrived(&mut self) -> Vec<Arrived> {
        let handed = std::mem::take(&mut self.post.lock().unwrap().handed);
        let at = self.clock.now();
        let arrived = handed.into_iter().map(|envelope| {
            let message = mail_parser::MessageParser::default().parse(&*envelope.bytes).unwrap();
            let row = self.rows[message.message_id().unwrap()].clone();
            assert_eq!(row.to, envelope.to, "letter {}", row.no);
            Arrived { row, at, bytes: envelope.bytes }
        });
        arrived.collect()
    }
}

fn opened(data: &Path, keys: &Keys, world: &World, clock: &Clock) -> Arc<Desk> {
    tokio::task::block_in_place(|| open_desk(data, keys, Arc::clone(&world.rules), clock.clone(), None)).unwrap()
}

struct Postman(Arc<Mutex<Post>>);

impl Carrier for Postman {
    async fn send(&mut self, letter: &Envelope) -> Sent {
        let mut post = self.0.lock().unwrap();
        post.count += 1;
        if post.count.is_multiple_of(post.refuses_one_in) {
            return Sent::Deferred { response: "451 4.3.0 try again later".to_owned() };
        }
        post.handed.push(letter.clone());
        Sent::Accepted { response: "250 2.0.0 ok".to_owned() }
    }

    async fn rest(&mut self) {}
}
