//! TE3, TE1, mail 28: ten thousand forged mails lie in the mailbox, and fifty
//! honest people write meanwhile, through the real program and a real Dovecot.

mod mails;

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::time::Instant;
use upgrade_desk::shell::clock;

use crate::support::desk::{Desk, eventually, smtp_at};
use crate::support::dovecot::Dovecot;
use crate::support::smtp_sink::SmtpSink;

const HONEST: usize = 50;
/// One arrives every so often.
const PAUSE: Duration = Duration::from_millis(700);
/// "Within a minute" is the promise; a machine that does much else gets another.
const PATIENCE: Duration = Duration::from_secs(120);

/// 10,000, or as many as `FLOOD` says.
fn forged() -> usize {
    std::env::var("FLOOD").ok().and_then(|number| number.parse().ok()).unwrap_or(10_000)
}

fn desk(dovecot: &Dovecot, smtp_port: u16) -> Desk {
    let desk = Desk::on_dovecot(dovecot, "upgrade", &smtp_at(smtp_port));
    let text = fs::read_to_string(desk.config()).unwrap();
    fs::write(desk.config(), text.replace("level = \"debug\"", "level = \"warn\"")).unwrap();
    desk.import_sample_register();
    desk
}

/// Resident memory in KiB, four times a second, for as long as `goes_on`.
fn watch(pid: u32, goes_on: &AtomicBool) -> Vec<u64> {
    let mut samples = Vec::new();
    while goes_on.load(Ordering::Relaxed) {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        samples.extend(resident.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok()));
        std::thread::sleep(Duration::from_millis(250));
    }
    samples
}

#[test]
#[ignore = "needs Dovecot and Postfix: make test runs it"]
fn ten_thousand_forged_mails_reach_nobody_and_hold_up_no_honest_one() {
    let forged = forged();
    let dovecot = Dovecot::start();
    let sink = SmtpSink::start(&[]);
    let desk = desk(&dovecot, sink.address.port());
    // The first makes the mailbox.
    dovecot.deliver("upgrade", &mails::forged(0));
    dovecot.put_many("upgrade", (1..forged).map(mails::forged));
    let begun = Instant::now();
    let running = desk.run(&[], &[]);
    let goes_on = AtomicBool::new(true);
    let all = forged + HONEST;
    let (written, memory) = std::thread::scope(|scope| {
        let watching = scope.spawn(|| watch(running.id(), &goes_on));
        let mut written = Vec::new();
        for number in 0..HONEST {
            std::thread::sleep(PAUSE);
            written.push((mails::honest_id(number), clock::now()));
            dovecot.deliver("upgrade", &mails::honest(number));
        }
        eventually(&format!("the end of the flood; {}", desk.log()), Duration::from_secs(900), || {
            let there = dovecot.count("upgrade", "Processed") + dovecot.count("upgrade", "Quarantine");
            (there >= all).then_some(())
        });
        let took = begun.elapsed();
        eprintln!("{forged} forged and {HONEST} honest mails: all decided and moved in {:.1} s", took.as_secs_f64());
        goes_on.store(false, Ordering::Relaxed);
        (written, watching.join().unwrap())
    });
    eventually(&format!("the end of all letters; {}", desk.path("log").display()), Duration::from_secs(300), || {
        let outbox = desk.json(&["status"])["outbox"].clone();
        (outbox["waiting"].as_u64()? + outbox["deferred"].as_u64()? == 0).then_some(())
    });
    assert_eq!(running.end(Duration::from_secs(35)), Some(0), "{}", desk.log());
    let journal = desk.journal();
    each_is_decided_once(&journal, all);
    honest_ones_did_not_wait(&journal, &written);
    nobody_was_written_to(&sink, &journal);
    the_list_of_tickets_is_not_flooded(&journal);
    memory_is_flat(&memory);
}

/// The same through a folder: who is vouched for and came last is in the first
/// set, what one sender wrote stays in order, and nothing is left.
#[test]
fn a_folder_is_worked_fairly_too() {
    let desk = Desk::of_folders();
    desk.import_sample_register();
    let put = |number: usize, mail: &str| {
        fs::write(desk.path("mailbox/new").join(format!("{}.M{number}P1.flood", 1_764_064_800 + number)), mail)
            .unwrap();
    };
    // Only noise, so that little has to be decided.
    let noise = |number: usize| format!("From: <a{number}@s.elsewhere.example>\nSubject: {number}\n\nhello\n");
    (0..900).for_each(|number| put(number, &noise(number)));
    put(900, &mails::honest(0));
    let mut running = desk.run(&["--drain"], &[]);
    assert_eq!(running.wait(Duration::from_secs(120)), Some(0), "{}", desk.log());
    let journal = desk.journal();
    each_is_decided_once(&journal, 901);
    let ids: Vec<&str> =
        mails_of(&journal).map(|record| record["what"]["cause"]["message_id"].as_str().unwrap_or("")).collect();
    let honest = ids.iter().position(|id| *id == mails::honest_id(0)).unwrap();
    assert!(honest < 400, "it is number {honest}");
    let items: Vec<String> =
        mails_of(&journal).map(|record| record["what"]["cause"]["place"]["item"].to_string()).collect();
    let flood: Vec<&String> = items.iter().filter(|item| !item.contains("M900P")).collect();
    assert!(flood.is_sorted(), "the order of one domain is kept");
}

fn each_is_decided_once(journal: &[Value], all: usize) {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for record in mails_of(journal) {
        *places.entry(record["what"]["cause"]["place"]["item"].to_string()).or_default() += 1;
    }
    assert_eq!(places.len(), all, "every mail is decided");
    assert!(places.values().all(|times| *times == 1), "and once");
}

/// Records of decisions about mails.
fn mails_of(journal: &[Value]) -> impl Iterator<Item = &Value> {
    journal.iter().filter(|record| record["what"]["cause"]["cause"] == "mail")
}

fn honest_ones_did_not_wait(journal: &[Value], written: &[(String, Timestamp)]) {
    let decided: BTreeMap<&str, &Value> = mails_of(journal)
        .filter_map(|record| Some((record["what"]["cause"]["message_id"].as_str()?, record)))
        .collect();
    let mut waits: Vec<f64> = Vec::new();
    for (id, sent) in written {
        let record = decided.get(id.as_str()).unwrap_or_else(|| panic!("{id} was not decided"));
        assert_eq!(record["what"]["quarantine"], Value::Null, "{record}");
        assert!(record["what"]["changes"].as_array().is_some_and(|changes| !changes.is_empty()), "heard: {record}");
        let at: Timestamp = record["at"].as_str().unwrap().parse().unwrap();
        waits.push(at.duration_since(*sent).as_secs_f64());
    }
    waits.sort_by(f64::total_cmp);
    let (median, worst) = (waits[waits.len() / 2], waits[waits.len() - 1]);
    eprintln!("honest mails decided after {median:.1} s in the middle, {worst:.1} s at worst");
    assert!(worst < PATIENCE.as_secs_f64(), "{waits:?}");
}

/// By address and template, as committed and as taken by the mail server.
fn nobody_was_written_to(sink: &SmtpSink, journal: &[Value]) {
    let mut to: BTreeMap<(String, String), usize> = BTreeMap::new();
    for letter in journal.iter().filter_map(|record| record["what"]["letters"].as_array()).flatten() {
        let Some(address) = letter["to"].as_str() else { continue };
        let template = letter["template"].as_str().unwrap().to_owned();
        *to.entry((address.to_owned(), template)).or_default() += 1;
    }
    for ((address, template), times) in &to {
        eprintln!("{times:6} letters {template} to {address}");
        assert!(mails::is_ours_or_on_file(address), "{address} is nobody we know");
        // Three a day to the one whose name was used, and none where the domain's
        // owner says that it is forged.
        if template == "M-15" {
            assert!(address == mails::NAME_WITHOUT_DMARC && *times <= 3, "{times} to {address}");
        }
    }
    assert!(!to.keys().any(|(address, _)| address == mails::NAME_WITH_DMARC), "{to:?}");
    // Nor are people at the desk told of each.
    let told: usize = to.iter().filter(|((address, _), _)| address == "agents@vendor.example").map(|(_, n)| n).sum();
    assert!(told <= HONEST + 40, "{told} notices to staff");
    for letter in sink.letters() {
        let head = letter.split("\n\n").next().unwrap_or_default().to_lowercase();
        assert!(!head.contains("attacker") && !head.contains("stranger"), "{head}");
    }
}

/// What nobody can be asked or told about any more that day stays in quarantine.
fn the_list_of_tickets_is_not_flooded(journal: &[Value]) {
    let opened = |change: &Value| change["events"].to_string().contains("\"opened\"");
    let changes = mails_of(journal).filter_map(|record| record["what"]["changes"].as_array()).flatten();
    let tickets = changes.filter(|change| opened(change)).count();
    eprintln!("{tickets} tickets were opened");
    assert!((1..=HONEST + 40).contains(&tickets), "{tickets}");
}

fn memory_is_flat(samples: &[u64]) {
    let quarter = samples.len() / 4;
    let most = |samples: &[u64]| samples.iter().copied().max().unwrap_or(0) / 1024;
    let (first, last) = (most(&samples[..quarter]), most(&samples[samples.len() - quarter..]));
    eprintln!("memory: at most {first} MiB in the first quarter, {last} MiB in the last, {} at all", most(samples));
    assert!(last <= first + first / 2 + 64, "{samples:?}");
}
