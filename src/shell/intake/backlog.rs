//! More mail waits than one set holds: a first look at each header says whose
//! turn it is. It is looked at once, and forgotten with the mail.

use std::collections::{BTreeMap, BTreeSet};

use crate::desk::input;
use crate::desk::rules::Rules;
use crate::shell::intake::fair::{self, Hint};
use crate::shell::source::{Listed, Source, SourceError};

/// Headers looked at in one go: a mailbox of a million mails must not keep the
/// first one waiting. Those beyond come in the next goes.
const LOOKS_MAX: usize = 10_000;
/// After so many sets even what could not be fetched is tried again.
const SETS_MAX: usize = 25;

/// What is known about the mails that wait.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    hints: BTreeMap<String, Hint>,
    /// Tried since the backlog began, and still there.
    tried: BTreeSet<String>,
    sets: usize,
}

impl Backlog {
    /// What is waited for no longer is forgotten; mail that was tried in vain
    /// comes again after the others.
    pub fn untried(&mut self, waiting: Vec<Listed>) -> Vec<Listed> {
        let there: BTreeSet<&str> = waiting.iter().map(|mail| mail.place.item.as_str()).collect();
        self.hints.retain(|item, _| there.contains(item.as_str()));
        self.tried.retain(|item| there.contains(item.as_str()));
        if self.sets >= SETS_MAX || self.tried.len() == waiting.len() {
            self.forget_tries();
        }
        waiting.into_iter().filter(|mail| !self.tried.contains(&mail.place.item)).collect()
    }

    /// A set was tried; the next one takes others.
    pub fn tried(&mut self, set: &[Listed]) {
        self.sets += 1;
        self.tried.extend(set.iter().map(|mail| mail.place.item.clone()));
    }

    /// All were tried.
    pub fn forget_tries(&mut self) {
        self.sets = 0;
        self.tried.clear();
    }

    /// Mails whose header was not looked at yet.
    fn unknown(&self, waiting: &[Listed]) -> Vec<Listed> {
        waiting.iter().filter(|mail| !self.hints.contains_key(&mail.place.item)).take(LOOKS_MAX).cloned().collect()
    }

    /// Looks at the headers of those that were not looked at yet.
    pub async fn look(
        &mut self,
        source: &mut impl Source,
        rules: &Rules,
        waiting: &[Listed],
    ) -> Result<(), SourceError> {
        let unknown = self.unknown(waiting);
        let hints = &mut self.hints;
        let see = &mut |item: &str, header: &[u8]| {
            let (address, vouched) = input::first_look(header, rules);
            let on_file = address.as_deref().is_some_and(|address| rules.access.staff_by_address(address).is_some());
            hints.insert(item.to_owned(), Hint { address, vouched, on_file });
        };
        source.headers(&unknown, see).await
    }

    /// Addresses that the register must be asked about.
    pub fn addresses(&self) -> Vec<String> {
        let all: BTreeSet<&String> = self.hints.values().filter_map(|hint| hint.address.as_ref()).collect();
        all.into_iter().cloned().collect()
    }

    /// The next set, in the order of the mailbox.
    pub fn next(&self, waiting: &[Listed], on_file: &BTreeSet<String>, size: usize) -> Vec<Listed> {
        let hint = |mail: &Listed| {
            let mut hint = self.hints.get(&mail.place.item).cloned().unwrap_or_default();
            hint.on_file |= hint.address.as_ref().is_some_and(|address| on_file.contains(address));
            hint
        };
        let hints: Vec<Hint> = waiting.iter().map(hint).collect();
        fair::choose(&hints, size).into_iter().filter_map(|at| waiting.get(at).cloned()).collect()
    }
}
