//! The journal against damage, full disks and other hands.

use std::os::unix::fs::symlink;
use std::path::Path;

use upgrade_desk::shell::store::journal::Break;
use upgrade_desk::shell::store::{CommitError, OpenError, Store};

use crate::store::facts::*;

fn filled(folder: &Path, requests: u64) -> String {
    let (store, _) = open(folder);
    let waiting: Vec<_> = (1..=requests).map(|number| store.commit(move |_| Ok(new_request(number)))).collect();
    waiting.into_iter().for_each(|receipt| {
        wait(receipt).unwrap();
    });
    let everything = everything(&store);
    close(store);
    everything
}

fn refused(folder: &Path) -> OpenError {
    Store::open(folder, rules(), &mut |_| {}).map(|_| ()).expect_err("opened a store that must be refused")
}

fn segment(folder: &Path) -> std::path::PathBuf {
    folder.join("journal/2026-11.jsonl")
}

#[test]
fn a_torn_last_line_is_cut_off_saved_and_reported() {
    for torn in [&b"{\"seq\":11,\"prev\":\"00"[..], &b"\0\0\0\0"[..], &b"{\"seq\":11}\n"[..]] {
        let folder = tempfile::tempdir().unwrap();
        let before = filled(folder.path(), 10);
        let whole = std::fs::read(segment(folder.path())).unwrap();
        std::fs::write(segment(folder.path()), [&whole[..], torn].concat()).unwrap();
        let (store, report) = open(folder.path());
        let cut = report.torn.unwrap();
        assert_eq!((cut.segment.as_str(), cut.bytes), ("2026-11.jsonl", torn.len() as u64));
        assert_eq!(std::fs::read(folder.path().join("journal").join(&cut.saved_as)).unwrap(), torn);
        assert_eq!(std::fs::read(segment(folder.path())).unwrap(), whole);
        assert_eq!(everything(&store), before);
        commit(&store, |_| new_request(11)).unwrap();
        close(store);
        let (store, report) = open(folder.path());
        assert_eq!((report.records, report.torn), (11, None));
        close(store);
    }
}

#[test]
fn a_flipped_byte_anywhere_in_the_journal_refuses_and_names_the_record() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), 12);
    let whole = std::fs::read(segment(folder.path())).unwrap();
    let ends: Vec<usize> = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(end, _)| end).collect();
    let places = ends.iter().flat_map(|end| [end - 1, end - 40, end - 300, *end]);
    for place in places {
        let mut flipped = whole.clone();
        flipped[place] ^= 0x04;
        let line = ends.iter().filter(|end| **end < place).count() as u64 + 1;
        std::fs::write(segment(folder.path()), &flipped).unwrap();
        let error = refused(folder.path());
        // The break shows at the record itself or at the one after it.
        let named = [line, line + 1].iter().any(|seq| error.to_string().contains(&format!("record {seq}")));
        assert!(named, "byte {place} in line {line}: {error}");
        assert!(error.to_string().contains("2026-11.jsonl"), "{error}");
        assert_eq!(std::fs::read(segment(folder.path())).unwrap(), flipped, "a refused journal is left alone");
    }
    std::fs::write(segment(folder.path()), &whole).unwrap();
    open(folder.path());
}

#[test]
fn a_missing_line_is_named() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), 5);
    let text = std::fs::read_to_string(segment(folder.path())).unwrap();
    let without_third: String =
        text.split_inclusive('\n').enumerate().filter(|(at, _)| *at != 2).map(|(_, line)| line).collect();
    std::fs::write(segment(folder.path()), without_third).unwrap();
    let error = refused(folder.path());
    assert!(matches!(error, OpenError::Journal(Break::Number { line: 3, expected: 3, found: 4, .. })), "{error}");
}

#[test]
fn the_chain_runs_across_months_and_a_clock_set_back_stays_in_the_newer_file() {
    let folder = tempfile::tempdir().unwrap();
    let before = {
        let (store, _) = open(folder.path());
        for (number, time) in [(1, "2026-11-30T23:59:59Z"), (2, "2026-12-01T00:00:00Z"), (3, "2026-11-30T23:00:00Z")] {
            commit(&store, move |_| {
                let mut request = new_request(number);
                request.at = at(time);
                request
            })
            .unwrap();
        }
        let everything = everything(&store);
        close(store);
        everything
    };
    let lines = |name: &str| std::fs::read_to_string(folder.path().join("journal").join(name)).unwrap().lines().count();
    assert_eq!((lines("2026-11.jsonl"), lines("2026-12.jsonl")), (1, 2));
    std::fs::remove_dir_all(folder.path().join("sled")).unwrap();
    let (store, report) = open(folder.path());
    assert_eq!((report.records, report.applied), (3, 3));
    assert_eq!(everything(&store), before);
    close(store);
    std::fs::remove_file(folder.path().join("journal/2026-11.jsonl")).unwrap();
    let error = refused(folder.path());
    assert!(matches!(error, OpenError::Journal(Break::Number { expected: 1, found: 2, .. })), "{error}");
}

/// The line of the old month is synced before that of the new one is written,
/// so it can no longer be taken back.
#[test]
fn a_disk_that_is_full_at_the_turn_of_the_month_breaks_no_chain() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path());
    commit(&store, |_| new_request(1)).unwrap();
    symlink("/dev/full", folder.path().join("journal/2026-12.jsonl")).unwrap();
    let (go, wait_for_go) = std::sync::mpsc::channel::<()>();
    let second = store.commit(move |_| {
        wait_for_go.recv().unwrap();
        Ok(new_request(2))
    });
    let mut third = new_request(3);
    third.at = at("2026-12-01T12:00:00Z");
    let third = store.commit(move |_| Ok(third));
    go.send(()).unwrap();
    assert!(matches!(wait(second), Err(CommitError::Unknown(_))));
    assert!(matches!(wait(third), Err(CommitError::Unknown(_))));
    close(store);
    std::fs::remove_file(folder.path().join("journal/2026-12.jsonl")).unwrap();
    let (store, report) = open(folder.path());
    // A store that broke hands nothing more to sled: both are applied now.
    assert_eq!((report.records, report.applied, report.rebuilt), (2, 2, None));
    assert!(read(&store, |view| view.place_done(&place(2)).unwrap().is_some()
        && view.place_done(&place(3)).unwrap().is_none()));
}

/// `/dev/full` answers every write as a full disk does.
#[test]
fn a_full_disk_commits_nothing_and_the_store_goes_on_when_there_is_room() {
    for full in ["packs/letters-2026-11-26.pack", "packs/originals-2026-11-26.pack", "journal/2026-12.jsonl"] {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = open(folder.path());
        commit(&store, |_| new_request(1)).unwrap();
        symlink("/dev/full", folder.path().join(full)).unwrap();
        let before = everything(&store);
        let tomorrow = |number: u64| {
            let mut request = new_request(number);
            request.at = if full.starts_with("journal") { at("2026-12-01T12:00:00Z") } else { noon(24 * 3600) };
            request
        };
        let (second, third) = (tomorrow(2), tomorrow(3));
        let (second, third) = (store.commit(move |_| Ok(second)), store.commit(move |_| Ok(third)));
        assert!(matches!(wait(second), Err(CommitError::DiskFull(_))), "{full}");
        assert!(matches!(wait(third), Err(CommitError::DiskFull(_))), "{full}");
        assert_eq!(everything(&store), before, "{full}: no half effects");

        std::fs::remove_file(folder.path().join(full)).unwrap();
        let second = tomorrow(2);
        assert_eq!(commit(&store, move |_| second).unwrap().seq, Some(2), "{full}");
        let after = everything(&store);
        close(store);
        let (store, report) = open(folder.path());
        assert_eq!((report.records, report.rebuilt), (2, None), "{full}");
        assert_eq!(everything(&store), after, "{full}");
        let letter = read(&store, |view| view.packed(&view.letter(2).unwrap().unwrap().letter.bytes)).unwrap();
        assert_eq!(letter, self::letter(2, None).bytes, "{full}");
    }
}

#[test]
fn any_other_write_error_leaves_the_outcome_unknown_and_the_store_takes_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path());
    commit(&store, |_| new_request(1)).unwrap();
    // The next month's file cannot be created.
    std::fs::rename(folder.path().join("journal"), folder.path().join("journal-moved")).unwrap();
    let mut later = new_request(2);
    later.at = at("2026-12-01T12:00:00Z");
    let error = commit(&store, move |_| later).unwrap_err();
    assert!(matches!(error, CommitError::Unknown(_)), "{error}");
    let error = commit(&store, |_| new_request(3)).unwrap_err();
    assert!(matches!(error, CommitError::Unknown(_)), "{error}");
    assert!(wait(store.read(|view| Ok(view.head().seq))).is_err());
    close(store);
    std::fs::rename(folder.path().join("journal-moved"), folder.path().join("journal")).unwrap();
    let (_, report) = open(folder.path());
    assert_eq!(report.records, 1);
}

#[test]
fn bytes_of_a_pack_are_checked_and_a_missing_pack_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path());
    commit(&store, |_| new_request(1)).unwrap();
    let look = |view: &upgrade_desk::shell::store::view::View<'_>| {
        view.packed(&view.letter(1).unwrap().unwrap().letter.bytes).map_err(|fault| fault.to_string())
    };
    let pack = folder.path().join("packs/letters-2026-11-25.pack");
    let mut bytes = std::fs::read(&pack).unwrap();
    bytes[3] ^= 1;
    std::fs::write(&pack, &bytes).unwrap();
    assert!(read(&store, look).unwrap_err().contains("letters-2026-11-25.pack"));
    std::fs::write(&pack, &bytes[..5]).unwrap();
    assert!(read(&store, look).unwrap_err().contains("SHA-256"));
    std::fs::remove_file(&pack).unwrap();
    assert!(read(&store, look).unwrap_err().contains("letters-2026-11-25.pack is missing, and no record says"));
}
