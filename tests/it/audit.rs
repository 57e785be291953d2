//! `audit verify` over what a story left: everything is found in order, and a
//! byte that was changed anywhere is found out, with the record that it is in.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};
use upgrade_desk::shell::audit::{AuditError, Audited, Witness, audit};
use upgrade_desk::shell::store::journal::Head;
use upgrade_desk::shell::story::stage::Stage;

use crate::stories;

async fn of_story(name: &str) -> stories::Played {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stories").join(name);
    stories::play(&folder).await
}

fn audited(data: &Path, witnesses: &[Witness]) -> Result<Audited, AuditError> {
    audit(data, witnesses, &mut |_| {})
}

fn witness(seq: u64, hash: &str) -> Witness {
    Witness { head: Head { seq, hash: hash.to_owned() }, name: "the daily letter".to_owned() }
}

/// The only file of the story's journal.
fn journal(data: &Path) -> std::path::PathBuf {
    let mut files: Vec<_> = fs::read_dir(data.join("journal")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_story_kept_is_in_order() {
    let played = of_story("all-goes-well").await;
    let data = Stage::data(&played.folder.path().join("desk"));
    let found = audited(&data, &[]).unwrap();
    // The import of the register comes before the story.
    assert_eq!((found.records as usize, found.unfinished), (played.records.len() + 1, false));
    assert_eq!(found.damaged, Vec::<String>::new());
    assert!(found.letters.whole > 5 && found.texts.whole > 2 && found.originals.whole > 2, "{found:?}");
    // A file that nobody has deleted is damage, whatever lay in it.
    for pack in fs::read_dir(data.join("packs")).unwrap().map(|entry| entry.unwrap().path()) {
        if pack.file_name().unwrap().to_string_lossy().starts_with("texts-") {
            fs::remove_file(pack).unwrap();
        }
    }
    let later = audited(&data, &[witness(found.records, &found.head)]).unwrap();
    assert_eq!((later.texts.whole, later.texts.expired), (0, 0));
    assert!(!later.damaged.is_empty(), "{later:?}");
    for told in &later.damaged {
        assert!(told.starts_with("record"), "{told}");
        assert!(told.contains("texts-") && told.contains("restore the file from a backup"), "{told}");
    }
    assert_eq!(later.letters, found.letters);
}

/// A pseudo-random walk (Knuth's multiplier): the same places in every run.
fn places(count: usize, below: usize) -> impl Iterator<Item = usize> {
    let mut state: u64 = 20_261_127;
    (0..count).map(move |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_byte_is_found_in_each_of_a_thousand_places() {
    let played = of_story("all-goes-well").await;
    let data = Stage::data(&played.folder.path().join("desk"));
    let found = audited(&data, &[]).unwrap();
    let end = witness(found.records, &found.head);
    let file = journal(&data);
    let whole = fs::read(&file).unwrap();
    let mut not_found = Vec::new();
    for place in places(1_000, whole.len()) {
        let mut changed = whole.clone();
        changed[place] ^= 1 << (place % 7);
        fs::write(&file, &changed).unwrap();
        let record = whole[..place].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
        // The break shows at the record itself or at the one after it.
        let names = |error: &AuditError| {
            [record, record + 1].iter().any(|seq| error.to_string().contains(&format!("record {seq}")))
        };
        match audited(&data, std::slice::from_ref(&end)) {
            Err(error) if names(&error) => {}
            Err(error) => not_found.push(format!("byte {place}, record {record}: {error}")),
            Ok(_) => not_found.push(format!("byte {place}, record {record}: nothing")),
        }
    }
    assert_eq!(not_found, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_missing_at_the_end_is_found_by_the_hash_that_was_mailed() {
    let played = of_story("all-goes-well").await;
    let data = Stage::data(&played.folder.path().join("desk"));
    let found = audited(&data, &[]).unwrap();
    let file = journal(&data);
    let text = fs::read_to_string(&file).unwrap();
    let shorter: Vec<&str> = text.split_inclusive('\n').collect();
    fs::write(&file, shorter[..shorter.len() - 1].concat()).unwrap();
    let before = found.records - 1;
    assert_eq!(audited(&data, &[]).unwrap().records, before, "the chain alone cannot know of it");
    let error = audited(&data, &[witness(found.records, &found.head)]).unwrap_err();
    assert!(
        matches!(error, AuditError::Shortened { expected, found, .. } if (expected, found) == (before + 1, before))
    );
    assert!(error.to_string().contains("records at its end are missing"), "{error}");
}

/// The leads' daily letter is the witness that nobody who has the machine can change.
#[tokio::test(flavor = "multi_thread")]
async fn the_daily_letter_is_a_witness() {
    let played = of_story("handover").await;
    let desk = played.folder.path().join("desk");
    let data = Stage::data(&desk);
    let mut told: Vec<Witness> = Vec::new();
    for file in fs::read_dir(Stage::postman(&desk).join("new")).unwrap().map(|entry| entry.unwrap().path()) {
        let bytes = fs::read(file).unwrap();
        let mail = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        let text = mail.body_text(0).unwrap_or_default().into_owned();
        let Some((_, witness_part)) = text.split_once("WITNESS") else { continue };
        let line =
            witness_part.lines().find_map(|line| line.trim().split_once(':').filter(|(_, hash)| hash.len() == 64));
        let (seq, hash) = line.expect("a digest without its hash");
        told.push(witness(seq.parse().unwrap(), hash));
    }
    assert!(told.len() >= 2, "{told:?}");
    audited(&data, &told).unwrap();
    let first = told.iter().min_by_key(|witness| witness.head.seq).unwrap();
    // Somebody changes the first record and makes a chain of his own of all after it.
    let lines = fs::read_to_string(journal(&data)).unwrap();
    let mut previous = String::new();
    let mut forged = String::new();
    for line in lines.lines() {
        let mut value: serde_json::Value = serde_json::from_str(line).unwrap();
        if previous.is_empty() {
            value["at"] = "2026-01-01T00:00:00Z".into();
        } else {
            value["prev"] = previous.clone().into();
        }
        let line = format!("{value}\n");
        previous = Sha256::digest(line.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        forged.push_str(&line);
    }
    fs::write(journal(&data), forged).unwrap();
    audited(&data, &[]).expect("the chain alone cannot know of it");
    let error = audited(&data, std::slice::from_ref(first)).unwrap_err();
    assert!(matches!(error, AuditError::Witness { seq, .. } if seq == first.head.seq), "{error}");
}

/// A letter or a text that is not what it was: the record is named, the rest is looked at.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_letter_is_found() {
    let played = of_story("all-goes-well").await;
    let data = Stage::data(&played.folder.path().join("desk"));
    let mut packs: Vec<_> = fs::read_dir(data.join("packs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    packs.sort();
    let letters = packs.iter().find(|pack| pack.file_name().unwrap().to_string_lossy().starts_with("letters-"));
    let letters = letters.unwrap();
    let mut bytes = fs::read(letters).unwrap();
    bytes[100] ^= 1;
    fs::write(letters, bytes).unwrap();
    let found = audited(&data, &[]).unwrap();
    assert_eq!(found.damaged.len(), 1, "{:?}", found.damaged);
    assert!(found.damaged[0].starts_with("record ") && found.damaged[0].contains("letters-"), "{:?}", found.damaged);
}
