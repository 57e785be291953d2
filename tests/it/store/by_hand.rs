//! What is done by hand to letters: any order of events, restarts and rebuilds.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use upgrade_desk::desk::record::{Did, What};
use upgrade_desk::shell::store::rows::LetterState;
use upgrade_desk::shell::store::{Body, Commitment, Store};

use crate::store::facts::*;

const LETTERS: u64 = 3;

#[derive(Debug, Clone, Copy)]
enum Act {
    Hold,
    Retry,
    Trying,
    Deferred,
    Sent,
    /// The process ends and starts again.
    Restart,
    /// The same without its ticket store.
    Rebuild,
}

fn acts() -> impl Strategy<Value = Vec<(u64, Act)>> {
    let act = prop_oneof![
        3 => Just(Act::Hold),
        2 => Just(Act::Retry),
        2 => Just(Act::Trying),
        2 => Just(Act::Deferred),
        1 => Just(Act::Sent),
        1 => Just(Act::Restart),
        1 => Just(Act::Rebuild),
    ];
    prop::collection::vec((1..=LETTERS, act), 1..20)
}

fn what(no: u64, act: Act) -> Option<What> {
    let console = |did| What::Console { by: "ann".to_owned(), did };
    match act {
        Act::Hold => Some(console(Did::Held { letter: no })),
        Act::Retry => Some(console(Did::Retried { letter: no })),
        Act::Trying => Some(What::Trying { letters: vec![no] }),
        Act::Deferred => Some(What::Deferred { letter: no, until: noon(50), response: "451 later".to_owned() }),
        Act::Sent => Some(What::Sent { letter: no, response: "250 ok".to_owned() }),
        Act::Restart | Act::Rebuild => None,
    }
}

/// What a person expects of a letter, after each thing that was committed.
fn expected(before: LetterState, act: Act) -> LetterState {
    match (before, act) {
        (LetterState::Sent, _) | (_, Act::Sent) => LetterState::Sent,
        (_, Act::Hold) => LetterState::Held,
        (_, Act::Retry) => LetterState::Pending,
        (LetterState::Held, _) => LetterState::Held,
        (_, Act::Trying) => LetterState::Trying,
        (_, Act::Deferred) => LetterState::Deferred,
        (state, Act::Restart | Act::Rebuild) => state,
    }
}

fn reopened(store: Store, folder: &Path, rebuild: bool) -> Store {
    let before = everything(&store);
    close(store);
    if rebuild {
        std::fs::remove_dir_all(folder.join("sled")).unwrap();
    }
    let (store, _) = open(folder);
    assert_eq!(everything(&store), before);
    store
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_held_letter_never_leaves_before_it_is_retried(acts in acts()) {
        let folder = tempfile::tempdir().unwrap();
        let (mut store, _) = open(folder.path());
        let mut states = BTreeMap::new();
        for no in 1..=LETTERS {
            commit(&store, move |_| new_request(no)).unwrap();
            states.insert(no, LetterState::Pending);
        }
        for (no, act) in acts {
            let Some(what) = what(no, act) else {
                store = reopened(store, folder.path(), matches!(act, Act::Rebuild));
                continue;
            };
            let done = commit(&store, |_| Commitment { at: noon(60), body: Body::Plain(vec![what]) });
            let is_sent = states[&no] == LetterState::Sent;
            let by_hand = matches!(act, Act::Hold | Act::Retry);
            prop_assert_eq!(done.is_err(), is_sent && by_hand, "{:?} of a sent letter", act);
            states.insert(no, expected(states[&no], act));
            let rows = read(&store, |view| view.letters().unwrap());
            let found: BTreeMap<u64, LetterState> = rows.iter().map(|row| (row.letter.no, row.state)).collect();
            prop_assert_eq!(&found, &states);
            let leaving = read(&store, |view| view.sendable(noon(10_000), 100).unwrap());
            let may_leave: Vec<u64> = leaving.iter().map(|row| row.letter.no).collect();
            for (no, state) in &states {
                let waits = !matches!(state, LetterState::Held | LetterState::Sent);
                prop_assert_eq!(may_leave.contains(no), waits, "letter {} is {:?}", no, state);
            }
        }
        reopened(store, folder.path(), true);
    }
}
