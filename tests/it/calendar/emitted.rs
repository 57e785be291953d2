//! Every event that our letters bring, as we meant it and as programs of others
//! read it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use mail_parser::{MessageParser, MimeHeaders, PartType};
use upgrade_desk::shell::story::stage::Stage;

use crate::stories::{Played, play, stories};

/// The letters of a played story, in their order.
fn letters(folder: &Path) -> Vec<PathBuf> {
    let new = Stage::postman(&folder.join("desk")).join("new");
    let mut letters: Vec<PathBuf> = fs::read_dir(new).unwrap().map(|entry| entry.unwrap().path()).collect();
    letters.sort();
    letters
}

/// Method of the part and the object's lines by name, if there is one.
fn event(bytes: &[u8]) -> Option<(String, BTreeMap<String, String>)> {
    let message = MessageParser::default().parse(bytes).unwrap();
    let kind = |part: &&mail_parser::MessagePart<'_>| {
        part.content_type().is_some_and(|kind| kind.subtype() == Some("calendar"))
    };
    let part = message.parts.iter().find(kind)?;
    let method = part.content_type().unwrap().attribute("method").unwrap_or("").to_owned();
    let PartType::Text(object) = &part.body else { panic!("no text") };
    let object = object.replace("\r\n ", "");
    let lines = object.lines().map(|line| line.split_once(':').unwrap());
    Some((method, lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
}

/// Ticket, SEQUENCE, METHOD, X-MAINTNOTE-STATUS, start, end, and who gets it.
const EXPECTED: &str = "\
UP-2026-00001 0 REQUEST CONFIRMED 20261210T180000Z 20261210T190000Z dana
UP-2026-00001 1 REQUEST CONFIRMED 20261211T190000Z 20261211T200000Z dana
UP-2026-00002 0 REQUEST CONFIRMED 20261209T180000Z 20261209T190000Z jana
UP-2026-00003 0 REQUEST CONFIRMED 20261210T220000Z 20261210T230000Z luz
UP-2026-00002 1 REQUEST CONFIRMED 20261209T180000Z 20261209T190000Z jana
UP-2026-00003 1 CANCEL CANCELLED 20261210T220000Z 20261210T230000Z luz
UP-2026-00002 2 CANCEL CANCELLED 20261209T180000Z 20261209T190000Z jana
UP-2026-00001 2 REQUEST IN-PROCESS 20261211T190000Z 20261211T203000Z dana
UP-2026-00001 3 REQUEST IN-PROCESS 20261211T190000Z 20261211T210000Z dana
UP-2026-00001 4 REQUEST COMPLETED 20261211T190000Z 20261211T204000Z dana
";

/// The story is written by hand with these times; the events follow from it.
#[tokio::test(flavor = "multi_thread")]
async fn one_event_a_ticket_follows_its_whole_life() {
    let story = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stories/calendar");
    let Played { folder, .. } = play(&story).await;
    let (mut told, mut uids) = (String::new(), BTreeMap::new());
    for path in letters(folder.path()) {
        let bytes = fs::read(&path).unwrap();
        let Some((method, lines)) = event(&bytes) else { continue };
        let line = |name: &str| lines.get(name).cloned().unwrap_or_default();
        let attendee = lines.iter().find(|(name, _)| name.starts_with("ATTENDEE")).unwrap().1;
        let who = attendee.strip_prefix("mailto:").unwrap().split('@').next().unwrap();
        let (id, sequence) = (line("X-MAINTNOTE-MAINTENANCE-ID"), line("SEQUENCE"));
        let (status, start, end) = (line("X-MAINTNOTE-STATUS"), line("DTSTART"), line("DTEND"));
        assert_eq!(method, line("METHOD"), "{}", path.display());
        assert_eq!(line("ORGANIZER"), "mailto:upgrade@vendor.example", "{}", path.display());
        assert_eq!(line("UID"), format!("{id}@upgrade-desk.vendor.example"), "{}", path.display());
        uids.insert(id.clone(), line("UID"));
        told.push_str(&format!("{id} {sequence} {method} {status} {start} {end} {who}\n"));
    }
    assert_eq!(told, EXPECTED);
    assert_eq!(uids.len(), 3);
}

/// Every event in the letters of all stories, by circuit-maintenance-parser and
/// icalendar; the story above also by khal, in which one event stays one.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs python3 and three packages: make test installs and runs it"]
async fn programs_of_others_read_the_same() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("target/python/bin/python");
    if !python.exists() {
        // Counted by tests/run.sh, which says it in its last lines.
        println!("SKIPPED: {} is missing; tests/install.sh makes it where there is a network", python.display());
        return;
    }
    let all = tempfile::tempdir().unwrap();
    for story in stories() {
        let Played { folder, .. } = play(&story).await;
        let of_story = all.path().join(story.file_name().unwrap());
        fs::create_dir(&of_story).unwrap();
        for path in letters(folder.path()) {
            fs::copy(&path, of_story.join(path.file_name().unwrap())).unwrap();
        }
    }
    let checked = Command::new(python).arg(root.join("tests/it/calendar/check.py")).arg(all.path()).output().unwrap();
    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(checked.status.success(), "{said}{}", String::from_utf8_lossy(&checked.stderr));
    println!("{said}");
    let letters: usize = said.split(' ').next().unwrap().parse().unwrap();
    assert!(letters >= 30, "too few letters with an event to prove anything: {said}");
}
