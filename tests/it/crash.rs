//! The desk is killed at random moments and at every named step, while requests,
//! problems and due alarms come; afterwards every mail has exactly one effect,
//! every letter has left, and every alarm has fired once and not early.

mod alarms;
mod mails;
mod poison;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use strum::VariantArray;
use upgrade_desk::shell::steps::Step;

use crate::support::desk::{Desk, Running, eventually};

const MAILS: usize = 300;
/// Besides one at each named step: sixty in all.
const RANDOM_KILLS: usize = 47;
const LONGEST: Duration = Duration::from_secs(120);

/// A small generator of our own, so that a seed gives the same run everywhere.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn put(desk: &Desk, numbers: std::ops::Range<usize>) {
    let alarms = alarms::written(desk);
    for number in numbers {
        let (text, ago) = mails::mail(number, &alarms);
        let name = format!("{:010}.crash", 1_000_000 + number);
        let draft = desk.path("mailbox/tmp").join(&name);
        fs::write(&draft, text).unwrap();
        // What arrived in the past has alarms whose next step is due soon.
        let file = fs::File::options().write(true).open(&draft).unwrap();
        let written = file.metadata().unwrap().modified().unwrap();
        file.set_modified(written - ago).unwrap();
        fs::rename(draft, desk.path("mailbox/new").join(name)).unwrap();
    }
}

#[derive(Default)]
struct Figures {
    random: usize,
    at_steps: BTreeMap<&'static str, usize>,
}

/// Those of a desk that runs over Maildirs: showing what is sealed is a command
/// (`cli/reveal.rs`, `cli/original.rs`), only on a server mail is flagged
/// (`source/copies.rs`), and only an old desk deletes (`cli/retention.rs`).
fn steps() -> Vec<Step> {
    let elsewhere = [Step::RevealRecorded, Step::OriginalRecorded, Step::OriginalFlagged, Step::SegmentsRecorded];
    Step::VARIANTS.iter().copied().filter(|step| !elsewhere.contains(step)).collect()
}

fn kill_often(desk: &Desk) -> Figures {
    let mut chance = Chance(20_261_125);
    let mut figures = Figures::default();
    let mut delivered = 0;
    let steps = steps();
    let rounds = RANDOM_KILLS.max(steps.len()) * 2;
    for round in 0..rounds {
        let next = (MAILS * (round + 1) / rounds).max(delivered);
        put(desk, delivered..next);
        delivered = next;
        if round % 2 == 0 && figures.random < RANDOM_KILLS {
            let running = desk.run(&[], &[]);
            std::thread::sleep(Duration::from_millis(30 + chance.below(500)));
            running.kill();
            figures.random += 1;
        } else if let Some(step) = steps.get(round / 2) {
            let name: &'static str = step.into();
            let when = format!("{name}:{}", 1 + chance.below(3));
            let mut running = desk.run(&["--drain"], &[("UPGRADE_DESK_CRASH_AT", &when)]);
            // A step that was not reached so often ends in order.
            if running.wait(LONGEST) == Some(-1) {
                *figures.at_steps.entry(name).or_default() += 1;
            }
        }
    }
    put(desk, delivered..MAILS);
    // The steps that the rounds above did not reach often enough.
    for step in steps {
        let name: &'static str = step.into();
        if figures.at_steps.contains_key(name) {
            continue;
        }
        put_again(desk, name);
        let mut running = desk.run(&["--drain"], &[("UPGRADE_DESK_CRASH_AT", &format!("{name}:1"))]);
        if running.wait(LONGEST) == Some(-1) {
            *figures.at_steps.entry(name).or_default() += 1;
        }
    }
    figures
}

/// One more mail, so that there is something to crash on.
fn put_again(desk: &Desk, step: &str) {
    let text = mails::request(0).replace("crash-0@", &format!("extra-{step}@")).replace("8.0.0", &format!("9.{step}"));
    fs::write(desk.path("mailbox/new").join(format!("extra-{step}")), text).unwrap();
}

fn count(folder: PathBuf) -> usize {
    ["new", "cur"].iter().map(|part| fs::read_dir(folder.join(part)).map_or(0, Iterator::count)).sum()
}

#[test]
fn no_kill_loses_or_doubles_anything() {
    let desk = Desk::of_folders();
    desk.import_sample_register();
    let figures = kill_often(&desk);
    let mut last = desk.run(&["--drain"], &[]);
    assert_eq!(last.wait(LONGEST), Some(0), "{}", tail(&desk.log()));
    let journal = desk.journal();
    let (lost, doubled, mails) = effects(&journal);
    assert_eq!((lost, doubled), (0, 0), "lost and doubled mails");
    let handled = count(desk.path("mailbox/.Processed")) + count(desk.path("mailbox/.Quarantine"));
    assert_eq!(count(desk.path("mailbox")), 0, "mail is left in the mailbox");
    assert_eq!(handled, mails, "every mail lies in exactly one folder");
    let letters = letters(&desk, &journal);
    let expected: Vec<&'static str> = steps().iter().map(|step| step.into()).collect();
    let reached: Vec<&'static str> = figures.at_steps.keys().copied().collect();
    let missed: Vec<&&str> = expected.iter().filter(|step| !reached.contains(step)).collect();
    assert!(missed.is_empty(), "steps without a kill: {missed:?}");
    assert!(!journal.iter().any(|record| record.to_string().contains("crashed_reader")), "an innocent mail was blamed");
    let kills = figures.random + figures.at_steps.values().sum::<usize>();
    assert!(kills >= 60, "only {kills} kills");
    println!(
        "crash test: {mails} mails, {kills} kills ({} at {} steps); lost 0, double 0, letters {} of {} sent, \
         {} tried more than once",
        figures.at_steps.values().sum::<usize>(),
        figures.at_steps.len(),
        letters.0,
        letters.0,
        letters.1
    );
    println!("{}", alarms::check(&journal));
    answer_all(&desk);
    damages(&desk);
}

/// Somebody answers every alarm, so that none goes on while tickets are compared.
fn answer_all(desk: &Desk) {
    let alarms = alarms::written(desk);
    let latest: BTreeMap<&str, &mails::Alarm> = alarms.iter().map(|alarm| (alarm.ticket.as_str(), alarm)).collect();
    for (number, alarm) in latest.values().enumerate() {
        let text = mails::answer(1_000_000 + number, alarm);
        fs::write(desk.path("mailbox/new").join(format!("answer-{number}")), text).unwrap();
    }
    let mut running = desk.run(&["--drain"], &[]);
    assert_eq!(running.wait(LONGEST), Some(0), "{}", tail(&desk.log()));
    let open = desk.json(&["ticket", "list", "--state", "ALERTING"]);
    assert_eq!(open.as_array().unwrap().len(), 0, "{open}");
}

fn tail(log: &str) -> String {
    log.lines().rev().take(15).collect::<Vec<_>>().join("\n")
}

/// Mails without an effect, mails with two, and all mails.
fn effects(journal: &[Value]) -> (usize, usize, usize) {
    let mut by_mail: BTreeMap<String, usize> = BTreeMap::new();
    for record in journal {
        let cause = &record["what"]["cause"];
        if record["what"]["kind"] == "decided" && cause["cause"] == "mail" {
            // The source gives a file a unique name; the one it came with ends it.
            let item = cause["place"]["item"].as_str().unwrap();
            *by_mail.entry(item.splitn(3, '.').nth(2).unwrap().to_owned()).or_default() += 1;
        }
    }
    let lost = (0..MAILS).filter(|number| {
        let name = format!("{:010}.crash", 1_000_000 + number);
        !by_mail.contains_key(&name)
    });
    (lost.count(), by_mail.values().filter(|count| **count > 1).count(), by_mail.len())
}

/// Every committed letter was sent, with one Message-ID and its own bytes; how
/// many there are, and how many were tried more than once.
fn letters(desk: &Desk, journal: &[Value]) -> (usize, usize) {
    let rows = desk.json(&["outbox", "list"]);
    let rows = rows.as_array().unwrap();
    let committed: usize = journal
        .iter()
        .filter_map(|record| record["what"]["letters"].as_array())
        .map(|letters| letters.iter().filter(|letter| letter.is_object()).count())
        .sum();
    assert_eq!(rows.len(), committed);
    let mut ids: Vec<&str> = rows.iter().map(|row| row["message_id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), rows.len(), "each letter has its own Message-ID");
    let mut sent: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for entry in fs::read_dir(desk.path("postman/new")).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        let id = mail_parser::MessageParser::default().parse(&bytes).unwrap().message_id().unwrap().to_owned();
        assert!(sent.insert(id, bytes).is_none(), "a letter lies there twice");
    }
    for row in rows {
        assert_eq!(row["state"], "sent", "{row}");
        assert!(sent.contains_key(row["message_id"].as_str().unwrap()), "not in the postman's folder: {row}");
    }
    let running = running(desk);
    for row in rows {
        let shown = desk.json(&["outbox", "show", &row["no"].to_string()]);
        let sent = sent.get(row["message_id"].as_str().unwrap()).unwrap();
        assert_eq!(shown["bytes"].as_str().unwrap().as_bytes(), sent.as_slice(), "the same bytes: {row}");
    }
    assert_eq!(running.end(LONGEST), Some(0));
    (rows.len(), rows.iter().filter(|row| row["attempts"].as_u64().unwrap() > 1).count())
}

/// The sled folder deleted, cut, and with 200 flipped bytes: rebuilt each time.
fn damages(desk: &Desk) {
    let sled = desk.path("data/sled");
    let before = tickets(desk);
    assert!(before.len() > 50, "{} tickets", before.len());
    for name in ["deleted", "truncated", "flipped"] {
        match name {
            "deleted" => delete(&sled),
            "truncated" => truncate(&sled),
            _ => flip(&sled),
        }
        // An unclean stop is what comes with damage.
        let _ = fs::remove_file(desk.path("data/clean"));
        assert_eq!(tickets(desk), before, "after sled was {name}");
    }
    println!("rebuilt after sled was deleted, truncated and flipped: {} tickets the same each time", before.len() - 1);
}

/// A desk that answers commands.
fn running(desk: &Desk) -> Running {
    let running = desk.run(&[], &[]);
    let socket = desk.path("data/desk.sock");
    eventually("the desk's socket", LONGEST, || UnixStream::connect(&socket).ok());
    running
}

/// The list and every ticket in full, asked of a desk that runs: it is the one
/// that finds the damage and rebuilds.
fn tickets(desk: &Desk) -> Vec<Value> {
    let running = running(desk);
    let mut shown = vec![desk.json(&["ticket", "list"])];
    let ids: Vec<String> =
        shown[0].as_array().unwrap().iter().map(|ticket| ticket["id"].as_str().unwrap().to_owned()).collect();
    shown.extend(ids.iter().map(|id| desk.json(&["ticket", "show", id])));
    assert_eq!(running.end(LONGEST), Some(0));
    shown
}

fn delete(sled: &Path) {
    fs::remove_dir_all(sled).unwrap();
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn truncate(sled: &Path) {
    for path in files(sled) {
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    }
}

fn flip(sled: &Path) {
    let mut chance = Chance(7);
    let paths = files(sled);
    for _ in 0..200 {
        let path = &paths[usize::try_from(chance.below(paths.len() as u64)).unwrap()];
        let mut bytes = fs::read(path).unwrap();
        if bytes.is_empty() {
            continue;
        }
        let at = usize::try_from(chance.below(bytes.len() as u64)).unwrap();
        bytes[at] ^= 0xA5;
        fs::write(path, bytes).unwrap();
    }
}
