//! sled may be lost, cut or damaged: the same tickets stand up from the journal.

use std::path::{Path, PathBuf};

use upgrade_desk::desk::record::{OutcomeWord, Quarantined, What};
use upgrade_desk::desk::ticket::Event;
use upgrade_desk::shell::store::{Body, Commitment, OpenReport, Progress, Store};

use crate::store::facts::*;

/// A store with some of everything.
fn filled(folder: &Path, requests: u64) -> String {
    let (store, _) = open(folder);
    let mut commitments = vec![plain(0, vec![What::Imported { register: register(), by: "noa".to_owned() }])];
    for number in 1..=requests {
        commitments.push(new_request(number));
        let sent = What::Sent { letter: number, response: "250 ok".to_owned() };
        let trying = What::Trying { letters: vec![number] };
        if number % 4 == 0 {
            commitments.push(plain(number, vec![trying, sent]));
        } else if number % 2 == 0 {
            commitments.push(plain(number, vec![trying]));
        }
        if number % 3 == 0 {
            commitments.push(schedule(number, requests));
        }
        if number % 5 == 0 {
            commitments.push(quarantine(number, requests));
        }
    }
    let waiting: Vec<_> = commitments.into_iter().map(|commitment| store.commit(move |_| Ok(commitment))).collect();
    waiting.into_iter().for_each(|receipt| {
        wait(receipt).unwrap();
    });
    let everything = everything(&store);
    close(store);
    everything
}

fn plain(number: u64, whats: Vec<What>) -> Commitment {
    Commitment { at: noon(number as i64), body: Body::Plain(whats) }
}

fn schedule(number: u64, requests: u64) -> Commitment {
    let mut decision = about_mail(10 * requests + number);
    let window = window(&format!("2026-12-{:02}T15:00:00Z", 1 + number % 28));
    decision.changes = vec![change(number, vec![Event::Scheduled { window, by: "noa".to_owned() }])];
    decided(noon(number as i64), decision, Vec::new())
}

fn quarantine(number: u64, requests: u64) -> Commitment {
    let mut decision = about_mail(20 * requests + number);
    decision.outcome = OutcomeWord::Quarantine;
    decision.quarantine = Some(Quarantined {
        reason: "no_from".to_owned(),
        detail: "no From field".to_owned(),
        held: None,
        resembles: None,
    });
    decided(noon(number as i64), decision, Vec::new())
}

fn reopened(folder: &Path) -> (String, OpenReport) {
    let (store, report) = open(folder);
    let everything = everything(&store);
    close(store);
    (everything, report)
}

#[test]
fn thousands_of_records_stand_up_again_when_sled_is_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let before = filled(folder.path(), 2000);
    std::fs::remove_dir_all(folder.path().join("sled")).unwrap();
    let mut progress = Vec::new();
    let (store, report) = Store::open(folder.path(), rules(), &mut |step| progress.push(step)).unwrap();
    assert!(report.records > 4000 && report.applied == report.records);
    assert_eq!(report.rebuilt.as_deref(), Some("it was missing"));
    assert!(everything(&store) == before, "the rebuilt store differs");
    assert!(matches!(progress.last(), Some(Progress::Rebuilding { of, .. }) if *of == report.records));
    assert!(progress.len() > 4, "{progress:?}");
}

#[test]
fn what_sled_lacks_is_applied_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), 20);
    let older = folder.path().join("older");
    copy(&folder.path().join("sled"), &older);
    let before = {
        let (store, _) = open(folder.path());
        for number in 21..=30 {
            commit(&store, move |_| new_request(number)).unwrap();
        }
        let everything = everything(&store);
        close(store);
        everything
    };
    std::fs::remove_dir_all(folder.path().join("sled")).unwrap();
    std::fs::rename(&older, folder.path().join("sled")).unwrap();
    let (after, report) = reopened(folder.path());
    assert_eq!((report.applied, report.rebuilt), (10, None));
    assert_eq!(after, before);
}

/// A timer that other rules gave would not be recognised when it comes due, and
/// be lost: a start under other rules finds all of them anew.
#[test]
fn a_start_under_other_rules_finds_all_timers_anew() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), 20);
    let mut other = (*rules()).clone();
    other.version = "other".to_owned();
    other.hours.open = jiff::civil::time(10, 0, 0, 0);
    other.escalation.waits.untouched_bm *= 2;
    let other = std::sync::Arc::new(other);
    let mut seen = Vec::new();
    for thrown_away in [false, false, true] {
        if thrown_away {
            std::fs::remove_dir_all(folder.path().join("sled")).unwrap();
        }
        let (store, _) = Store::open(folder.path(), std::sync::Arc::clone(&other), &mut |_| {}).unwrap();
        let found = read(&store, |view| (view.timers().unwrap(), view.tickets().unwrap(), view.whole().unwrap()));
        close(store);
        let (timers, tickets, whole) = found;
        let mut expected: Vec<_> =
            tickets.iter().flat_map(|ticket| upgrade_desk::desk::timers::of(ticket, &other)).collect();
        expected.sort();
        let mut timers = timers;
        timers.sort();
        assert!(!timers.is_empty() && timers == expected);
        seen.push(whole);
    }
    assert!(seen.iter().all(|whole| *whole == seen[0]), "a restart or a rebuild differs");
}

#[test]
fn sled_ahead_of_the_journal_or_of_another_journal_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), 6);
    let segment = folder.path().join("journal/2026-11.jsonl");
    let text = std::fs::read_to_string(&segment).unwrap();
    let shorter: String = text.split_inclusive('\n').take(4).collect();
    std::fs::write(&segment, shorter).unwrap();
    let (_, report) = reopened(folder.path());
    let rebuilt = report.rebuilt.unwrap();
    assert!(rebuilt.contains("ahead of the journal"), "{rebuilt}");
    assert_eq!((report.records, report.applied), (4, 4));

    let other = tempfile::tempdir().unwrap();
    let before = filled(other.path(), 9);
    std::fs::remove_dir_all(other.path().join("sled")).unwrap();
    std::fs::rename(folder.path().join("sled"), other.path().join("sled")).unwrap();
    // Same first records, so it follows from this journal and catches up.
    let (after, report) = reopened(other.path());
    assert_eq!(report.rebuilt, None);
    assert_eq!(after, before);

    let stranger = tempfile::tempdir().unwrap();
    let (store, _) = open(stranger.path());
    commit(&store, |_| new_request(7)).unwrap();
    close(store);
    std::fs::remove_dir_all(other.path().join("sled")).unwrap();
    std::fs::rename(stranger.path().join("sled"), other.path().join("sled")).unwrap();
    let (after, report) = reopened(other.path());
    assert!(report.rebuilt.unwrap().contains("is not the journal's"));
    assert_eq!(after, before);
}

#[test]
fn a_cut_or_zeroed_sled_is_rebuilt_to_the_same_tickets() {
    let original = tempfile::tempdir().unwrap();
    let before = filled(original.path(), 60);
    let files = files_of(&original.path().join("sled"));
    assert!(!files.is_empty());
    for name in &files {
        let length = std::fs::metadata(original.path().join("sled").join(name)).unwrap().len();
        for keep in [0, length / 3, length / 2, length.saturating_sub(1)] {
            let folder = copy_of(original.path());
            let file = std::fs::OpenOptions::new().write(true).open(folder.path().join("sled").join(name)).unwrap();
            file.set_len(keep).unwrap();
            let (after, _) = reopened(folder.path());
            assert!(after == before, "{} cut to {keep} of {length}", name.display());
        }
    }
}

/// A seeded pseudo-random walk: the same places on every run.
fn numbers(mut seed: u64) -> impl FnMut(u64) -> u64 {
    move |below| {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 33) % below
    }
}

#[test]
fn flipped_bytes_in_sled_never_change_what_is_seen() {
    let original = tempfile::tempdir().unwrap();
    let before = filled(original.path(), 40);
    let sled = original.path().join("sled");
    let files: Vec<PathBuf> =
        files_of(&sled).into_iter().filter(|name| std::fs::metadata(sled.join(name)).unwrap().len() > 0).collect();
    let mut number = numbers(20261125);
    let mut rebuilt = 0;
    for round in 0..200 {
        let folder = copy_of(original.path());
        let name = &files[number(files.len() as u64) as usize];
        let path = folder.path().join("sled").join(name);
        let mut bytes = std::fs::read(&path).unwrap();
        let used = bytes.iter().rposition(|byte| *byte != 0).unwrap_or(0) as u64 + 1;
        let place = number(used) as usize;
        bytes[place] ^= 1 << number(8);
        std::fs::write(&path, bytes).unwrap();
        let (after, report) = reopened(folder.path());
        assert!(after == before, "round {round}: byte {place} of {}: {report:?}", name.display());
        rebuilt += u32::from(report.rebuilt.is_some());
    }
    assert!(rebuilt > 0, "not one flipped byte was noticed: the test flips at the wrong places");
}

#[test]
fn the_honest_flush_is_in_force() {
    let folder = tempfile::tempdir().unwrap();
    let (_, report) = open(folder.path());
    assert!(!report.weak_flush);
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let mut names = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                names.push(path.strip_prefix(folder).unwrap().to_owned());
            }
        }
    }
    names.sort();
    names
}

fn copy(from: &Path, to: &Path) {
    for name in files_of(from) {
        let target = to.join(&name);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(from.join(&name), target).unwrap();
    }
}

fn copy_of(folder: &Path) -> tempfile::TempDir {
    let copied = tempfile::tempdir().unwrap();
    copy(folder, copied.path());
    copied
}
