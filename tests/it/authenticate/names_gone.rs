//! R16: name servers that are down, slow, failing, lying or terse, against the
//! real program. Who wrote is then not known: mail is held, nobody is mailed,
//! and when the names are back everything is decided.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::support::desk::Desk;
use crate::support::dns::{DnsServer, Mood};
use crate::support::dovecot::Dovecot;
use crate::support::sign::{self, Signing};

/// Far enough away for every rule about times, whenever the test runs.
fn request(name: &str, address: &str, company: &str, unit: [&str; 4]) -> String {
    let [serial, version, mac, ip] = unit;
    format!(
        "From: {name} <{address}>\nTo: upgrade@vendor.example\nSubject: Upgrade request {serial}\n\
         Date: Wed, 25 Nov 2026 09:00:00 -0800\nMessage-ID: <request.{serial}@names.example>\nMIME-Version: 1.0\n\
         Content-Type: text/plain; charset=utf-8\n\nAdmin Name: {name}\nCompany Name: {company}\n\
         Admin Email: {address}\nAdmin Phone: +1 312 555 0101\n\nUnit Serial Number: {serial}\n\
         Unit Version: {version}\nUnit MAC Address: {mac}\nUnit IP Address: {ip}\n\
         Manager Password: tulip#7 Lake\nPassword tested: yes\n\nUpgrade Time: ASAP\n\
         Time Zone: America/Los_Angeles\n"
    )
}

fn dana() -> String {
    let unit = ["SM-0417-22A", "7.2.1", "00:00:5E:00:53:0A", "203.0.113.10"];
    request("Dana Ruiz", "dana@acme-tel.example", "Acme Telephone, Inc.", unit)
}

fn jana() -> String {
    let unit = ["SM-0501-10B", "7.2.0", "00:00:5E:00:53:01", "198.51.100.21"];
    let request = request("Jana Vogt", "jana@nordwind.example", "Nordwind Telefonie GmbH", unit);
    request.replace("+1 312 555 0101", "+49 30 555 0131")
}

/// Two honest requests, one in a representative's name that nobody signed, and
/// a stranger's who proves himself.
fn mails() -> [(&'static str, Vec<u8>); 4] {
    let stranger = "From: X <x@attacker.example>\nTo: upgrade@vendor.example\nSubject: hello\n\
                    Date: Wed, 25 Nov 2026 09:00:00 -0800\nMessage-ID: <x@attacker.example>\n\nWhat do you sell?\n";
    let forged = dana().replace("SM-0417-22A", "SM-0419-22A");
    [
        ("a-dana", sign::honestly_signed(&dana(), "acme-tel.example")),
        ("b-jana", sign::honestly_signed(&jana(), "nordwind.example")),
        ("c-forged", sign::with_crlf(&forged).into_bytes()),
        ("d-stranger", sign::signed(stranger, &Signing::of("attacker.example"))),
    ]
}

struct World {
    desk: Desk,
    server: DnsServer,
}

impl World {
    fn new() -> World {
        World::on(Desk::of_folders())
    }

    fn on(desk: Desk) -> World {
        let server = DnsServer::start(&sign::zone());
        desk.change_rule("access.toml", "checks = \"host\"", "checks = \"own\"");
        // The same limits, in a time that a test can wait for.
        desk.change_rule("limits.toml", "seconds_max = 20", "seconds_max = 2");
        desk.change_rule("limits.toml", "silent_seconds_max = 2", "silent_seconds_max = 1");
        let config = fs::read_to_string(desk.config()).unwrap();
        fs::write(desk.config(), config + &server.configuration()).unwrap();
        desk.import_sample_register();
        World { desk, server }
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        fs::write(self.desk.path("mailbox/new").join(name), bytes).unwrap();
    }

    fn drain(&self) {
        let mut running = self.desk.run(&["--drain"], &[]);
        assert_eq!(running.wait(Duration::from_secs(120)), Some(0), "{}", self.desk.log());
    }

    /// How often each outcome was decided, of mails.
    fn outcomes(&self) -> BTreeMap<String, usize> {
        let mut outcomes = BTreeMap::new();
        for record in self.desk.journal() {
            let what = &record["what"];
            if what["kind"] == "decided" && what["cause"]["cause"] == "mail" {
                *outcomes.entry(what["outcome"].as_str().unwrap().to_owned()).or_insert(0) += 1;
            }
        }
        outcomes
    }

    /// To whom letters went that are no notices to staff, and their templates.
    fn letters_outside(&self) -> Vec<String> {
        let letters = self.desk.json(&["outbox", "list"]);
        let outside = letters
            .as_array()
            .unwrap()
            .iter()
            .filter(|letter| !letter["to"].as_str().unwrap().ends_with("@vendor.example"));
        outside
            .map(|letter| format!("{} {}", letter["template"].as_str().unwrap(), letter["to"].as_str().unwrap()))
            .collect()
    }

    fn held(&self) -> Vec<Value> {
        let rows = self.desk.json(&["quarantine", "list"]);
        rows.as_array().unwrap().iter().filter(|row| row["state"] == "held").cloned().collect()
    }

    fn in_folder(&self, folder: &str) -> usize {
        ["new", "cur"]
            .iter()
            .map(|part| self.desk.path(folder).join(part))
            .filter_map(|path| fs::read_dir(path).ok())
            .map(Iterator::count)
            .sum()
    }
}

fn count(outcomes: &BTreeMap<String, usize>, words: &[&str]) -> usize {
    words.iter().filter_map(|word| outcomes.get(*word)).sum()
}

const TICKETS: [&str; 7] = ["new", "scheduled", "queued_asap", "offered", "special_review", "needs_info", "consent"];

#[test]
fn whoever_cannot_be_found_out_is_held_until_the_names_are_back() {
    println!("R16: four mails while the names are gone, and after they are back");
    println!("names     | held | tickets | denied | rep_check | letters outside | after: held, tickets, to outside");
    for (name, mood) in [
        ("down", Mood::BlackHole),
        ("slow", Mood::Slow(Duration::from_secs(8))),
        ("servfail", Mood::ServFail),
        ("nxdomain", Mood::NoSuchName),
        ("truncated", Mood::Truncated),
    ] {
        let world = World::new();
        world.server.set(mood);
        for (file, bytes) in mails() {
            world.put(file, &bytes);
        }
        world.drain();
        let first = world.outcomes();
        let (held, tickets) = (count(&first, &["hold"]), count(&first, &TICKETS));
        let (denied, asked) = (count(&first, &["denied"]), count(&first, &["rep_check"]));
        let outside = world.letters_outside();
        let line = format!("{name:9} | {held:4} | {tickets:7} | {denied:6} | {asked:9} | {:15}", outside.len());
        assert_eq!(world.in_folder("mailbox"), 0, "{name}: nothing blocks the mailbox");
        assert_eq!(denied, 0, "{name}");
        match mood {
            // Nobody vouches for the two honest ones: the people on file are asked.
            Mood::NoSuchName => {
                assert_eq!((held, tickets), (0, 0), "{name}: {first:?}");
                assert!(outside.iter().all(|letter| letter.starts_with("M-15 ")), "{outside:?}");
            }
            Mood::Truncated => assert_eq!((held, tickets, asked), (0, 2, 0), "{name}: {first:?}"),
            _ => {
                assert_eq!((held, tickets, asked), (4, 0, 0), "{name}: {first:?}");
                assert_eq!(outside, [""; 0], "{name}");
                for row in world.held() {
                    assert_eq!(row["reason"], "authentication_unknown");
                    assert!(row["held"]["again_at"].is_string(), "{row}");
                    assert_eq!(row["evidence"]["checked"]["policy"], "temporary", "{row}");
                }
                // Down still: held on under the same numbers, nothing else.
                world.drain();
                assert_eq!(world.held().len(), 4, "{name}");
                assert_eq!(world.letters_outside(), [""; 0], "{name}");
            }
        }
        world.server.set(Mood::Answers);
        let begun = Instant::now();
        world.drain();
        let seconds = begun.elapsed().as_secs_f32();
        let after = world.outcomes();
        let to: Vec<String> = world.letters_outside();
        println!("{line} | {}, {}, {to:?} in {seconds:.1} s", world.held().len(), count(&after, &TICKETS));
        assert_eq!(world.held().len(), 0, "{name}");
        assert_eq!(world.in_folder("mailbox"), 0, "{name}");
        if mood != Mood::NoSuchName {
            assert_eq!(count(&after, &TICKETS), 2, "{name}: {after:?}");
            assert_eq!(count(&after, &["duplicate", "denied", "rep_check"]), 0, "{name}: {after:?}");
            assert!(!to.iter().any(|letter| letter.starts_with("M-15 ")), "{to:?}");
            let kept = world.desk.json(&["quarantine", "list"]);
            let mut reasons: Vec<&str> =
                kept.as_array().unwrap().iter().filter_map(|row| row["reason"].as_str()).collect();
            reasons.sort_unstable();
            assert_eq!(reasons, ["authentication_failed", "unknown_sender"], "{name}");
        }
    }
}

/// Decisions 14: what is urgent and what stops is heard while nobody can be
/// proven; people are called, and nobody outside learns anything.
#[test]
fn an_urgent_report_is_not_held() {
    let world = World::new();
    world.server.set(Mood::ServFail);
    let urgent = "From: Dana Ruiz <dana@acme-tel.example>\nTo: upgrade@vendor.example\n\
                  Subject: SM-0417-22A is down, no calls at all\nDate: Wed, 25 Nov 2026 09:00:00 -0800\n\
                  Message-ID: <urgent@acme-tel.example>\n\n\
                  Since the upgrade all phones are down, no calls go in or out.\n";
    world.put("urgent", &sign::honestly_signed(urgent, "acme-tel.example"));
    world.drain();
    let outcomes = world.outcomes();
    assert_eq!((count(&outcomes, &["problem"]), count(&outcomes, &["hold"])), (1, 0), "{outcomes:?}");
    let letters = world.desk.json(&["outbox", "list"]);
    let to_staff =
        letters.as_array().unwrap().iter().filter(|letter| letter["to"].as_str().unwrap().ends_with("@vendor.example"));
    assert!(to_staff.count() >= 1, "{letters}");
}

/// Forty mails of forty domains do not wait forty times for servers that are
/// dead, and none of them is lost.
#[test]
fn dead_name_servers_do_not_stop_the_intake() {
    let world = World::new();
    world.server.set(Mood::BlackHole);
    for number in 0..40 {
        let mail = format!(
            "From: x@firm-{number}.example\nTo: upgrade@vendor.example\nSubject: hello {number}\n\
             Date: Wed, 25 Nov 2026 09:00:00 -0800\nMessage-ID: <{number}@firm.example>\n\nWhat do you sell?\n"
        );
        world.put(&format!("mail-{number:02}"), sign::with_crlf(&mail).as_bytes());
    }
    let begun = Instant::now();
    world.drain();
    println!(
        "TE8: 40 mails while the name servers are dead: {:.1} s (2 s a mail alone)",
        begun.elapsed().as_secs_f32()
    );
    assert_eq!((world.held().len(), world.in_folder("mailbox")), (40, 0));
    assert_eq!(world.letters_outside(), [""; 0]);
}

/// A death at any step of coming back loses nothing and decides nothing twice.
#[test]
fn a_held_mail_survives_a_death_at_every_step() {
    for step in ["mail_fetched", "pack_synced", "journal_written", "journal_synced", "answered", "moved_on_server"] {
        let world = World::new();
        world.server.set(Mood::ServFail);
        world.put("a-dana", &sign::honestly_signed(&dana(), "acme-tel.example"));
        let mut dies = world.desk.run(&["--drain"], &[("UPGRADE_DESK_CRASH_AT", &format!("{step}:1"))]);
        assert_ne!(dies.wait(Duration::from_secs(60)), Some(0), "{step}");
        world.drain();
        assert_eq!(world.held().len(), 1, "{step}");
        world.server.set(Mood::Answers);
        let mut dies = world.desk.run(&["--drain"], &[("UPGRADE_DESK_CRASH_AT", &format!("{step}:1"))]);
        assert_ne!(dies.wait(Duration::from_secs(60)), Some(0), "{step}");
        world.drain();
        let outcomes = world.outcomes();
        assert_eq!((world.held().len(), count(&outcomes, &TICKETS)), (0, 1), "{step}: {outcomes:?}");
        assert_eq!(count(&outcomes, &["duplicate", "quarantine"]), 0, "{step}: {outcomes:?}");
        assert_eq!(world.in_folder("mailbox") + world.in_folder("mailbox/.Quarantine"), 0, "{step}");
    }
}

/// The same over IMAP, where coming back is a MOVE; and the server has numbered
/// its mailbox anew meanwhile, so that the held bytes are known from elsewhere.
#[test]
#[ignore = "needs Dovecot: make test runs it"]
fn held_mail_comes_back_over_imap_and_after_a_new_numbering() {
    let dovecot = Dovecot::start();
    let desk = Desk::on_dovecot(&dovecot, "upgrade", "folder]\npath = \"postman\"");
    fs::create_dir(desk.path("postman")).unwrap();
    let world = World::on(desk);
    world.server.set(Mood::BlackHole);
    for (_, bytes) in mails() {
        dovecot.deliver("upgrade", &String::from_utf8(bytes).unwrap());
    }
    world.drain();
    assert_eq!((dovecot.count("upgrade", ""), dovecot.count("upgrade", "Quarantine")), (0, 4));
    assert_eq!((world.held().len(), world.letters_outside().len()), (4, 0));
    world.drain();
    assert_eq!((world.held().len(), dovecot.count("upgrade", "Quarantine")), (4, 4));
    dovecot.renumber("upgrade");
    world.server.set(Mood::Answers);
    world.drain();
    let outcomes = world.outcomes();
    assert_eq!((world.held().len(), count(&outcomes, &TICKETS)), (0, 2), "{outcomes:?}");
    assert_eq!(count(&outcomes, &["duplicate", "denied", "rep_check"]), 0, "{outcomes:?}");
    let folders = ["", "Quarantine", "Processed"].map(|folder| dovecot.count("upgrade", folder));
    assert_eq!(folders, [0, 2, 2]);
}

/// What an operator is told before any mail is held.
#[test]
fn check_asks_the_name_servers() {
    let world = World::new();
    let config = world.desk.config();
    let check = || {
        let ended = world.desk.command(&["check", "--connect", "--json", "--config", config.to_str().unwrap()]);
        (ended.status.success(), String::from_utf8_lossy(&ended.stdout).into_owned())
    };
    let (fine, said) = check();
    assert!(fine && said.contains("the DMARC policy of vendor.example is reject"), "{said}");
    world.server.set(Mood::BlackHole);
    let (fine, said) = check();
    assert!(!fine && said.contains("all mail would be held; correct `servers` under [dns]"), "{said}");
}
