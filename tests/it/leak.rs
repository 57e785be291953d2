//! TD4, TD5, mail 33: a thousand random passwords, each in one pair of twelve
//! encodings and eight places, through the real program, a real Dovecot and a real
//! mail server, with answers that quote everything and reports that return it.
//! Afterwards they are nowhere but under seal, and the right key gives each back.
//!
//! `SEED` takes another run, `LEAK_TURNS=96` is the full product with one by chance.

mod answers;
mod files;
mod mails;
mod memory;
mod passwords;
mod search;
mod short;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use mail_parser::MessageParser;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::time::Instant;
use upgrade_desk::shell::vault;

use self::answers::Letter;
use self::passwords::{Encoding, Password, Place};
use self::search::{Hit, Searcher};
use crate::support::desk::{Desk, Running, eventually, smtp_at};
use crate::support::dovecot::Dovecot;
use crate::support::smtp_sink::SmtpSink;

const COUNT: usize = 1000;
/// Found a password that begins with "Pw", like a label.
const FOUND_ONE: u64 = 1_795_812_858_613;
const PATIENCE: Duration = Duration::from_secs(900);
/// Each ticket is looked at by many commands; so many are.
const LOOKED_AT: usize = 6;
/// So many are revealed by the command; all are by the library.
const REVEALED: usize = 5;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|number| number.parse().ok()).unwrap_or(otherwise)
}

#[test]
#[ignore = "needs Dovecot and Postfix: make test runs it"]
fn no_password_is_anywhere_but_under_seal() {
    // `make test` takes one that has found something; `make soak` others.
    let other = std::env::var_os("LEAK_TURNS").is_some();
    let by_chance = || u64::from(std::process::id()) ^ clock_bits();
    let seed = number("SEED", if other { by_chance() } else { FOUND_ONE });
    let count = usize::try_from(number("LEAK_COUNT", COUNT as u64)).unwrap();
    for turn in 0..number("LEAK_TURNS", 1) {
        eprintln!("SEED={seed}, turn {turn}");
        Run::new(passwords::all(seed, count, usize::try_from(turn).unwrap())).go();
    }
}

fn clock_bits() -> u64 {
    upgrade_desk::shell::clock::now().as_millisecond().unsigned_abs()
}

struct Run {
    passwords: Vec<Password>,
    searcher: Searcher,
    dovecot: Dovecot,
    sink: SmtpSink,
    desk: Desk,
    delivered: usize,
}

impl Run {
    fn new(passwords: Vec<Password>) -> Run {
        let searcher = Searcher::new(passwords.iter().map(|one| (one.number, one.value.as_str())));
        let dovecot = Dovecot::start();
        let sink = SmtpSink::start(&[]);
        let desk = Desk::on_dovecot(&dovecot, "upgrade", &smtp_at(sink.address.port()));
        let text = fs::read_to_string(desk.config()).unwrap();
        fs::write(desk.config(), text.replace("level = \"debug\"", "level = \"trace\"\nformat = \"json\"")).unwrap();
        for person in ["noa", "lea"] {
            let made = desk.command(&["key", "new", "staff", "--out", &format!("{person}.key")]);
            let entry = format!("id = \"{person}\"");
            let key = String::from_utf8(made.stdout).unwrap();
            desk.change_rule("access.toml", &entry, &format!("{entry}\nkey = \"{}\"", key.trim()));
        }
        let register = desk.path("register.json");
        fs::write(&register, world::register(passwords.len()).to_string()).unwrap();
        let words = ["register", "import", "register.json", "--yes", "--config", "desk.toml"];
        let imported = desk.command(&words);
        assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
        // The first one makes the mailbox.
        dovecot.deliver("upgrade", "From: nobody@elsewhere.example\nSubject: hello\n\nhello\n");
        Run { passwords, searcher, dovecot, sink, desk, delivered: 1 }
    }

    fn go(mut self) {
        let begun = Instant::now();
        let running = self.desk.run(&[], &[]);
        let first: Vec<Vec<u8>> = self.passwords.iter().map(mails::first).collect();
        self.deliver(&first);
        let letters = self.letters();
        let answers: Vec<Vec<u8>> =
            self.passwords.iter().map(|one| answers::answer(one, &letters[one.number].0)).collect();
        self.deliver(&answers);
        let bounces: Vec<Vec<u8>> = self
            .passwords
            .iter()
            .map(|one| {
                let (letter, bytes) = &letters[one.number];
                answers::bounce(one, bytes.as_bytes(), &letter.message_id, &first[one.number], &answers[one.number])
            })
            .collect();
        self.deliver(&bounces);
        let took = begun.elapsed().as_secs_f64();
        let busy = memory::processor_seconds(running.id());
        eprintln!("{} mails and their letters: {took:.1} s, {busy:.1} s of them at work", self.delivered);
        self.look_at_everything();
        self.reveal_some();
        eprintln!("every command: {:.1} s", begun.elapsed().as_secs_f64());
        self.in_memory(&running);
        let code = running.end(Duration::from_secs(35));
        let hits = self.hits();
        eprintln!("searched: {:.1} s", begun.elapsed().as_secs_f64());
        self.tell(&hits);
        assert_eq!(code, Some(0), "{}", self.desk.path("log").display());
        self.all_come_back(&first, &answers);
        eprintln!("all of it: {:.1} s", begun.elapsed().as_secs_f64());
        assert_eq!(hits.len(), 0);
    }

    /// Into the mailbox, and on until the desk has moved them and sent its letters.
    fn deliver(&mut self, mails: &[Vec<u8>]) {
        self.delivered += mails.len();
        self.dovecot.put_all("upgrade", &format!("n{}", self.delivered), mails);
        let what = format!("the end of {} mails; {}", self.delivered, self.desk.path("log").display());
        eventually(&what, PATIENCE, || {
            let there = self.dovecot.count("upgrade", "Processed") + self.dovecot.count("upgrade", "Quarantine");
            (there >= self.delivered).then_some(())
        });
        eventually("the end of all letters", PATIENCE, || {
            let outbox = self.desk.json(&["status"])["outbox"].clone();
            (outbox["waiting"].as_u64()? + outbox["deferred"].as_u64()? == 0).then_some(())
        });
    }

    /// The last letter to each customer, in the order of the passwords.
    fn letters(&self) -> Vec<(Letter, String)> {
        let mut by_address: BTreeMap<String, (Letter, String)> = BTreeMap::new();
        for bytes in self.sink.letters() {
            let message = MessageParser::default().parse(bytes.as_bytes()).unwrap();
            let to = message.to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap_or("").to_owned();
            let letter = Letter {
                message_id: message.message_id().unwrap_or("").to_owned(),
                subject: message.subject().unwrap_or("").to_owned(),
                text: message.body_text(0).unwrap_or_default().into_owned(),
            };
            by_address.insert(to, (letter, bytes.clone()));
        }
        let one = |one: &Password| {
            let address = world::address(one.number);
            by_address
                .remove(&address)
                .unwrap_or_else(|| panic!("no letter to {address}: {:?} {:?}", one.encoding, one.place))
        };
        self.passwords.iter().map(one).collect()
    }

    /// All that the program shows, kept in files.
    fn look_at_everything(&self) {
        let list = self.desk.json(&["ticket", "list"]);
        let ids: Vec<String> =
            list.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        fs::create_dir(self.desk.path("shown")).unwrap();
        let mut wanted: Vec<Vec<&str>> = vec![
            vec!["ticket", "list", "--json"],
            vec!["status", "--json"],
            vec!["status"],
            vec!["quarantine", "list", "--json"],
            vec!["quarantine", "list"],
            vec!["outbox", "list", "--json"],
            vec!["board"],
            vec!["board", "--json"],
            vec!["report", "--from", "2026-01-01", "--to", "2099-12-31", "passwords"],
            vec!["report", "--from", "2026-01-01", "--to", "2099-12-31", "--json", "desk"],
            vec!["audit", "verify", "--json"],
            vec!["backup", "backup.tar"],
        ];
        let step = (ids.len() / LOOKED_AT).max(1);
        for id in ids.iter().step_by(step) {
            for words in [vec!["show", id, "--json"], vec!["show", id], vec!["why", id], vec!["log", id, "--json"]] {
                wanted.push([vec!["ticket"], words].concat());
            }
            for form in ["--html", "--json", "--text"] {
                wanted.push(vec!["ticket", "evidence", id, form]);
            }
        }
        let kept = self.desk.json(&["quarantine", "list"]);
        let numbers: Vec<String> = kept.as_array().unwrap().iter().map(|row| row["no"].to_string()).collect();
        let step = (numbers.len() / LOOKED_AT).max(1);
        for no in numbers.iter().step_by(step) {
            wanted.push(vec!["quarantine", "show", no]);
            wanted.push(vec!["quarantine", "show", no, "--json"]);
        }
        for (place, words) in wanted.iter().enumerate() {
            let output = self.desk.command(&[words.as_slice(), &["--config", "desk.toml"]].concat());
            assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
            let file = self.desk.path(&format!("shown/{place:03}-{}", words[..2.min(words.len())].join("-")));
            fs::write(file, [output.stdout, output.stderr].concat()).unwrap();
        }
    }

    /// By the command, as two persons: the exact value to whoever asks, and what is
    /// written about it meanwhile is searched with all the rest.
    fn reveal_some(&self) {
        let list = self.desk.json(&["ticket", "list"]);
        let rows = list.as_array().unwrap().iter().filter(|row| row["id"].as_str().unwrap().starts_with("UP-"));
        for row in rows.step_by(self.passwords.len() / REVEALED + 1) {
            let (id, company) = (row["id"].as_str().unwrap(), row["company"].as_str().unwrap());
            let words = ["reveal", id, "--identity", "noa.key", "--with", "lea.key", "--reason", "a test"];
            let shown = self.desk.command(&[words.as_slice(), &["--config", "desk.toml"]].concat());
            assert!(shown.status.success(), "{id}: {}", String::from_utf8_lossy(&shown.stderr));
            let number: usize = company.trim_start_matches('c').parse().unwrap();
            assert_eq!(String::from_utf8(shown.stdout).unwrap(), format!("{}\n", self.passwords[number].written()));
        }
    }

    fn in_memory(&self, running: &Running) {
        let Some(holders) = memory::holders(running.id(), &self.searcher) else {
            eprintln!("memory of the idle process: nobody but root may look");
            assert!(memory::core(running.id(), &self.desk.path("")).is_none(), "a core was taken");
            return;
        };
        eprintln!("memory of the idle process, passwords by holder: {holders:?}");
        match memory::core(running.id(), &self.desk.path("")) {
            Some(core) => {
                let found: BTreeSet<usize> = self.searcher.in_raw(&core).into_iter().map(|(who, _)| who).collect();
                eprintln!("core by gcore: {} MB, {} passwords", core.len() / 1_000_000, found.len());
            }
            None => eprintln!("gcore: not installed or refused"),
        }
    }

    /// All that is kept anywhere.
    fn folders(&self) -> [(&'static str, PathBuf); 3] {
        [("desk", self.desk.path("")), ("Dovecot", self.dovecot.folder()), ("letters", self.sink.folder())]
    }

    fn hits(&self) -> BTreeSet<Hit> {
        let mut all = BTreeSet::new();
        for (name, folder) in self.folders() {
            let (hits, files, bytes) = self.searcher.in_folder(&folder);
            eprintln!("{name}: {files} files, {} MB, {} hits", bytes / 1_000_000, hits.len());
            all.extend(hits.into_iter().map(|hit| Hit { file: format!("{name}/{}", hit.file), ..hit }));
        }
        all
    }

    /// The hits by kind of file, place and encoding, with one example each.
    fn tell(&self, hits: &BTreeSet<Hit>) {
        let mut kinds: BTreeMap<(String, Place), BTreeMap<Encoding, Vec<&Hit>>> = BTreeMap::new();
        for hit in hits {
            let file: String = hit.file.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect();
            let file = file.split("Maildir/").last().unwrap_or("").chars().take(28).collect();
            let one = &self.passwords[hit.number];
            kinds.entry((file, one.place)).or_default().entry(one.encoding).or_default().push(hit);
        }
        for ((file, place), by_encoding) in &kinds {
            let counts: Vec<String> =
                by_encoding.iter().map(|(encoding, hits)| format!("{encoding:?} {}", hits.len())).collect();
            let example = by_encoding.values().next().map(|hits| hits[0]).unwrap();
            eprintln!("HIT {file} {place:?}: {}; {example:?}", counts.join(", "));
            let (name, path) = example.file.split_once('/').unwrap_or_default();
            let folder = self.folders().into_iter().find(|(known, _)| *known == name).unwrap().1;
            let around = self.searcher.around(&fs::read(folder.join(path)).unwrap_or_default(), example.number);
            eprintln!("    {}: {around:?}", self.passwords[example.number].value);
        }
    }

    /// Each by the staff's key, or where no ticket keeps it by the evidence key.
    fn all_come_back(&self, first: &[Vec<u8>], answers: &[Vec<u8>]) {
        let mut wanted: BTreeMap<String, Vec<&Password>> = BTreeMap::new();
        self.passwords.iter().for_each(|one| wanted.entry(one.written()).or_default().push(one));
        let key = self.desk.path("staff.key");
        let mut kept = BTreeSet::new();
        let mut others = Vec::new();
        for path in search::files(&self.desk.path("data/secrets")) {
            let id = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let Ok(secret) = vault::reveal(&self.desk.path("data"), &id, &key) else { continue };
            match wanted.get(secret.expose()) {
                Some(ones) => kept.extend(ones.iter().map(|one| one.number)),
                None => others.push(secret.expose().to_owned()),
            }
        }
        let mut originals = BTreeSet::new();
        for record in self.desk.journal() {
            let place = &record["what"]["original"];
            if let Some(sealed) = packed(&self.desk, place) {
                let open = vault::open_original(&sealed, &self.desk.path("evidence.key")).unwrap();
                originals.insert(Sha256::digest(&**open).to_vec());
            }
        }
        let mut by_place: BTreeMap<Place, BTreeMap<Encoding, usize>> = BTreeMap::new();
        let mut lost = Vec::new();
        for one in &self.passwords {
            let mail = if one.place == Place::QuotedForm { &answers[one.number] } else { &first[one.number] };
            // The server gives every line its CRLF.
            let sent: Vec<u8> =
                mail.iter().flat_map(|byte| if *byte == b'\n' { vec![b'\r', b'\n'] } else { vec![*byte] }).collect();
            let is_sealed = originals.contains(&Sha256::digest(&sent).to_vec());
            if !kept.contains(&one.number) {
                *by_place.entry(one.place).or_default().entry(one.encoding).or_default() += 1;
            }
            if !kept.contains(&one.number) && !is_sealed {
                lost.push(one.number);
            }
        }
        eprintln!(
            "{} of {} come back by the staff's key, {} others are kept: {:?}",
            kept.len(),
            self.passwords.len(),
            others.len(),
            others.iter().take(5).collect::<Vec<_>>()
        );
        eprintln!("by the evidence key alone: {by_place:?}");
        assert_eq!(lost, Vec::<usize>::new(), "neither key gives them back");
    }
}

/// The bytes of a pack that a record names.
fn packed(desk: &Desk, place: &Value) -> Option<Vec<u8>> {
    let number = |name: &str| usize::try_from(place[name].as_u64()?).ok();
    let segment = fs::read(desk.path("data").join("packs").join(place["segment"].as_str()?)).ok()?;
    let from = number("offset")?;
    segment.get(from..from + number("length")?).map(<[u8]>::to_vec)
}
