//! The mails of espoofer ("Composition Kills", USENIX Security 2020), where they
//! are at hand: as they are, and each trick turned against our representative
//! and our own staff. None of them may be believed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use jiff::civil::date;
use upgrade_desk::desk::record::{Cause, Decided, LetterRow, OutcomeWord, What};
use upgrade_desk::shell::config::Keys;
use upgrade_desk::shell::demo::sample_register;
use upgrade_desk::shell::rules;
use upgrade_desk::shell::story::script::Step;
use upgrade_desk::shell::story::stage::Stage;
use upgrade_desk::shell::vault::key::new_pair;

/// Mails whose trick is in the header; the others have one plain From, and their
/// trick is in what the mail servers say to each other.
const HEADER_TRICKS: [&str; 8] =
    ["client_a1", "server_a8", "server_a10", "server_a11", "server_a12", "server_a13", "server_a16", "server_a18"];

/// What names a header in the quarantine.
const NAMED: [&str; 8] = [
    "no_from",
    "two_from_fields",
    "several_mailboxes",
    "group",
    "not_plain",
    "not_ascii",
    "bad_domain",
    "header_damaged",
];

/// What a mail host may have found about such a mail, naive as the attack wants
/// it: injected results (A4, A5, A7), an envelope below the domain (A1), the null
/// sender (A2).
const FOUND: [&str; 9] = [
    "",
    "spf=none; dkim=none; dmarc=none",
    "dkim=pass header.d=attacker.example; dmarc=pass header.from=attacker.example",
    "spf=pass smtp.mailfrom=any@attacker.example; dmarc=none header.from=DOMAIN",
    "spf=pass smtp.mailfrom=any@mailfrom.notexist.DOMAIN; dmarc=none header.from=DOMAIN",
    "spf=pass smtp.helo=DOMAIN smtp.mailfrom=\"\"; dmarc=none header.from=DOMAIN",
    "dkim=pass header.d=DOMAIN'a.attacker.example; dmarc=none header.from=DOMAIN",
    "spf=pass smtp.mailfrom=any@DOMAIN(a.attacker.example; dmarc=none header.from=DOMAIN",
    "spf=pass smtp.mailfrom=\"@DOMAIN,@any.example:'any@attacker.example\"; dmarc=none header.from=DOMAIN",
];

const FORM: &str = "Admin Name: Dana Ruiz\nCompany Name: Acme Telephone, Inc.\nAdmin Email: dana@acme-tel.example\n\
                    Admin Phone: +1 312 555 0101\n\nUnit Serial Number: SM-0417-22A\nUnit Version: 7.2.1\n\
                    Unit MAC Address: 00:00:5E:00:53:0A\nUnit IP Address: 203.0.113.10\n\
                    Manager Password: open-sesame-88\nPassword tested: yes\n\nASAP: yes\n";

/// One mail that is put before the desk.
struct Attempt {
    file: String,
    in_header: bool,
    bytes: Vec<u8>,
    /// What is different from the file.
    how: String,
}

/// Whom a trick is turned against.
struct Target {
    what: &'static str,
    local: &'static str,
    domain: &'static str,
    text: &'static str,
}

const TARGETS: [Target; 2] = [
    Target { what: "our representative", local: "dana", domain: "acme-tel.example", text: FORM },
    Target { what: "our staff", local: "noa", domain: "vendor.example", text: "#take\n#schedule 2026-12-16 10:00\n" },
];

fn with_results(found: &str, domain: &str, mail: &str) -> Vec<u8> {
    let field = match found {
        "" => String::new(),
        found => format!("Authentication-Results: mx.vendor.example; {}\r\n", found.replace("DOMAIN", domain)),
    };
    format!("{field}{mail}").into_bytes()
}

/// The file's trick with other names: who is forged, who forges, and what he asks for.
fn turned(mail: &str, target: &Target) -> String {
    let head = mail.split_once("\r\n\r\n").unwrap().0;
    let forged = format!("{}@{}", target.local, target.domain);
    let head = head
        .replace("attacker@example.com", &format!("mallory@{}", target.domain))
        .replace("admin@example.com", &forged)
        .replace("admin@legitimate.com", &forged)
        .replace("legitimate.com", target.domain)
        .replace("attack.com", "attacker.example")
        .replace("any.com", "any.example")
        .replace("victim@victim.com", "upgrade@vendor.example")
        .replace("multipart/alternative; boundary=\"001a113db9c28077e7054ee99e9c\"", "text/plain; charset=\"UTF-8\"");
    format!("{head}\r\n\r\n{}", target.text.replace('\n', "\r\n"))
}

/// The lines that say who wrote it, in other places and letters. They are at the
/// top of every file.
fn variants(mail: &str) -> Vec<(&'static str, String)> {
    let lines: Vec<&str> = mail.split_inclusive("\r\n").collect();
    let is_more = |line: &str| line.starts_with([' ', '\t']);
    let end = lines.iter().position(|line| !line.starts_with("From") && !is_more(line)).unwrap();
    let (author, rest) = lines.split_at(end);
    let blank = rest.iter().position(|line| *line == "\r\n").unwrap();
    let (fields, text) = rest.split_at(blank);
    let starts: Vec<usize> = (0..author.len()).filter(|at| !is_more(author[*at])).collect();
    let mut swapped: Vec<String> = Vec::new();
    for (number, start) in starts.iter().enumerate() {
        let end = starts.get(number + 1).copied().unwrap_or(author.len());
        swapped.insert(0, author[*start..end].concat());
    }
    let (author, fields, text) = (author.concat(), fields.concat(), text.concat());
    let mut all = vec![
        ("as it is", format!("{author}{fields}{text}")),
        ("in the other order", format!("{}{fields}{text}", swapped.concat())),
        ("at the end of the header", format!("{fields}{author}{text}")),
        ("in capitals", format!("{}{fields}{text}", author.replace("From", "FROM"))),
        ("with names", format!("{}{fields}{text}", author.replace(": <", ": \"Dana Ruiz\" <"))),
    ];
    // The same bytes twice are a duplicate, and show nothing.
    let mut seen = BTreeSet::new();
    all.retain(|(_, mail)| seen.insert(mail.clone()));
    all
}

fn attempts(folder: &Path) -> (Vec<Attempt>, Vec<Attempt>) {
    let (mut plain, mut rewritten) = (Vec::new(), Vec::new());
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names.len(), 15, "{names:?}");
    for name in names {
        let mail = fs::read_to_string(folder.join(&name)).unwrap();
        let file = name.trim_end_matches(".eml").to_owned();
        let in_header = HEADER_TRICKS.contains(&file.as_str());
        let one = |how: String, bytes: Vec<u8>| Attempt { file: file.clone(), in_header, bytes, how };
        plain.extend(FOUND.iter().map(|found| one(format!("{found:?}"), with_results(found, "legitimate.com", &mail))));
        for target in &TARGETS {
            for (variant, mail) in variants(&turned(&mail, target)) {
                rewritten.extend(FOUND.iter().map(|found| {
                    let how = format!("against {}, {variant}, {found:?}", target.what);
                    one(how, with_results(found, target.domain, &mail))
                }));
            }
        }
    }
    (plain, rewritten)
}

/// What is wrong with what came of it, if anything.
fn fault(attempt: &Attempt, decided: &Decided) -> Option<String> {
    let word: &'static str = (&decided.outcome).into();
    let reason = decided.quarantine.as_ref().map_or("", |kept| kept.reason.as_str());
    // The files are older or younger than the day of the play: one of them may be
    // looked at late, which only the operator hears of (W-01).
    let is_to_operator = |letter: &LetterRow| letter.template == "M-34" && letter.to == "alarms@vendor.example";
    let is_right = match (attempt.in_header, decided.outcome) {
        (true, OutcomeWord::Quarantine) => NAMED.contains(&reason) && decided.letters.iter().all(is_to_operator),
        (false, OutcomeWord::Quarantine | OutcomeWord::RepCheck) => true,
        // In the name of staff: filed and shown to staff, never obeyed.
        (false, OutcomeWord::Note | OutcomeWord::Refused) => attempt.how.contains("our staff"),
        _ => false,
    };
    let is_outside = |to: &str| !to.ends_with("@vendor.example") && to != "dana@acme-tel.example";
    let stranger = decided.letters.iter().find(|letter| is_outside(&letter.to));
    let told: String =
        decided.letters.iter().map(|letter| format!(" and {} to {}", letter.template, letter.to)).collect();
    (!is_right || stranger.is_some()).then(|| format!("{} {}: {word} {reason}{told}", attempt.file, attempt.how))
}

/// Puts them all before one desk; what is wrong, and how many came to what.
async fn play(attempts: &[Attempt]) -> (Vec<String>, BTreeMap<String, usize>) {
    let folder = tempfile::tempdir().unwrap();
    let staff = vec![new_pair(&folder.path().join("staff.key")).unwrap()];
    let keys = Keys { staff, evidence: new_pair(&folder.path().join("evidence.key")).unwrap() };
    let desk = folder.path().join("desk");
    let (rules, register) = (rules::load(None).unwrap(), sample_register().unwrap());
    let mut stage = Stage::build(&desk, date(2026, 12, 7), &keys, rules, register).await.unwrap();
    for (number, attempt) in attempts.iter().enumerate() {
        fs::write(Stage::mailbox(&desk).join("new").join(format!("{number:05}")), &attempt.bytes).unwrap();
    }
    let step = Step::at("mon 09:00");
    let told = stage.play(&step, None).await.unwrap();
    let (mut faults, mut counts, mut seen) = (Vec::new(), BTreeMap::new(), 0);
    for record in told.records {
        let What::Decided(decided) = record.what else { continue };
        let Cause::Mail { place, .. } = &decided.cause else { continue };
        seen += 1;
        // The Maildir's own name goes before the one that the file came with.
        let number: usize = place.item.rsplit('.').next().unwrap().parse().unwrap();
        faults.extend(fault(&attempts[number], &decided));
        let word: &'static str = (&decided.outcome).into();
        let reason = decided.quarantine.as_ref().map_or("", |kept| kept.reason.as_str());
        *counts.entry(format!("{word} {reason}")).or_insert(0) += 1;
    }
    stage.close().await;
    assert_eq!(seen, attempts.len(), "every mail is decided upon");
    (faults, counts)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_trick_of_espoofer_is_believed() {
    let Some(corpus) = std::env::var_os("CORPUS") else {
        eprintln!("SKIPPED: no_trick_of_espoofer_is_believed (set CORPUS=FOLDER)");
        return;
    };
    let (plain, rewritten) = attempts(&Path::new(&corpus).join("espoofer/inline"));
    for (what, attempts) in [("as they are", plain), ("rewritten", rewritten)] {
        let (faults, counts) = play(&attempts).await;
        println!(
            "espoofer {what}: {} mails of 15 files, 0 exceptions expected, {} found",
            attempts.len(),
            faults.len()
        );
        counts.iter().for_each(|(what, count)| println!("    {count:>5}  {what}"));
        assert!(faults.is_empty(), "{} are wrong:\n{}", faults.len(), faults.join("\n"));
    }
}
