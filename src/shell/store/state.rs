//! The ticket store: sled's trees with what was written since over them. A
//! decision sees all earlier ones; sled gets many groups in one transaction,
//! after the journal has them, and may lag behind it: the next start catches up.

mod database;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::shell::store::journal::Head;
use database::Database;

/// The trees, each with what its keys are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::VariantArray, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Tree {
    /// Counters, floors.
    Meta,
    /// Ticket id.
    Tickets,
    /// Ticket id, number of the event.
    Events,
    /// Ticket id, record, number: the reasons of decisions.
    Why,
    /// Places, duplicate keys, Message-IDs, open units, notes, secrets.
    Index,
    /// Letter number.
    Outbox,
    /// Due time, letter number: what waits for its next try.
    Queue,
    /// Due time, ticket, name.
    Timers,
    Quarantine,
    Register,
}

/// What went wrong with the ticket store.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("the ticket store cannot be used: {0}")]
    Sled(#[from] sled::Error),
    #[error("the ticket store holds a value that cannot be read: {0}")]
    Value(#[from] serde_json::Error),
    #[error("the ticket store is damaged: {0}")]
    Damaged(String),
    /// The store is whole; it is the record that cannot be.
    #[error("the record contradicts what is stored: {0}")]
    Contradiction(String),
}

/// Key and value, as bytes.
pub type Entry = (Vec<u8>, Vec<u8>);

/// The newest value of each changed key; `None`: removed.
pub type Writes = BTreeMap<(Tree, Vec<u8>), Option<Vec<u8>>>;

/// Writes that wait for sled at most.
const WAITING_MAX: usize = 4096;

/// Sled, what the journal has and sled not yet, the running group's writes, and
/// over these the writes of the decision that is just being applied.
pub struct State {
    database: Database,
    waiting: Writes,
    /// The record up to which `waiting` goes.
    waiting_head: Option<Head>,
    group: Writes,
    decision: Writes,
    /// The first damage met; everything found after it is worth nothing.
    damage: RefCell<Option<String>>,
    /// How often each tree was asked: for one value, for a range.
    looks: RefCell<BTreeMap<Tree, Looks>>,
}

/// Questions to one tree since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Looks {
    pub values: u64,
    pub ranges: u64,
}

impl State {
    /// Opens the trees and reads them through.
    pub fn open(path: &Path) -> Result<State, StateError> {
        let database = Database::open(path)?;
        Ok(State {
            database,
            waiting: Writes::new(),
            waiting_head: None,
            group: Writes::new(),
            decision: Writes::new(),
            damage: RefCell::new(None),
            looks: RefCell::default(),
        })
    }

    /// The last record that sled has.
    pub fn head(&self) -> &Head {
        self.database.head()
    }

    /// The first damage that was met since the start.
    pub fn damage(&self) -> Option<String> {
        self.damage.borrow().clone()
    }

    /// What was asked since the start.
    pub fn looks(&self) -> BTreeMap<Tree, Looks> {
        self.looks.borrow().clone()
    }

    fn noting<T>(&self, result: Result<T, StateError>) -> Result<T, StateError> {
        if let Err(error) = &result {
            self.damage.borrow_mut().get_or_insert_with(|| error.to_string());
        }
        result
    }

    /// What lies over sled, the newest first.
    fn layers(&self) -> [&Writes; 3] {
        [&self.decision, &self.group, &self.waiting]
    }

    pub fn bytes(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        self.looks.borrow_mut().entry(tree).or_default().values += 1;
        let written = (tree, key.to_vec());
        match self.layers().iter().find_map(|layer| layer.get(&written)) {
            Some(value) => Ok(value.clone()),
            None => self.noting(self.database.get(tree, key)),
        }
    }

    pub fn get<T: DeserializeOwned>(&self, tree: Tree, key: &[u8]) -> Result<Option<T>, StateError> {
        let bytes = self.bytes(tree, key)?;
        self.noting(bytes.map(|bytes| serde_json::from_slice(&bytes)).transpose().map_err(StateError::from))
    }

    pub fn has(&self, tree: Tree, key: &[u8]) -> Result<bool, StateError> {
        Ok(self.bytes(tree, key)?.is_some())
    }

    pub fn put<T: Serialize>(&mut self, tree: Tree, key: Vec<u8>, value: &T) -> Result<(), StateError> {
        let bytes = serde_json::to_vec(value)?;
        self.decision.insert((tree, key), Some(bytes));
        Ok(())
    }

    pub fn remove(&mut self, tree: Tree, key: Vec<u8>) {
        self.decision.insert((tree, key), None);
    }

    /// Keys and values that begin with `prefix`, in order, at most `max`.
    pub fn scan(&self, tree: Tree, prefix: &[u8], max: usize) -> Result<Vec<Entry>, StateError> {
        self.looks.borrow_mut().entry(tree).or_default().ranges += 1;
        let from = (tree, prefix.to_vec());
        let mut written: BTreeMap<&[u8], Option<&[u8]>> = BTreeMap::new();
        for layer in self.layers().into_iter().rev() {
            let after = layer.range((Bound::Included(&from), Bound::Unbounded));
            let wanted = after.take_while(|((of, key), _)| *of == tree && key.starts_with(prefix));
            written.extend(wanted.map(|((_, key), value)| (key.as_slice(), value.as_deref())));
        }
        let mut found = BTreeMap::new();
        // What was removed can shift at most that many entries.
        let removed = written.values().filter(|value| value.is_none()).count();
        let enough = max.saturating_add(removed);
        self.noting(self.database.scan(tree, prefix, enough, |key, value| drop(found.insert(key, value))))?;
        found.retain(|key, _| !written.contains_key(key.as_slice()));
        let written = written.into_iter().filter_map(|(key, value)| Some((key.to_vec(), value?.to_vec())));
        found.extend(written.take(max));
        Ok(found.into_iter().take(max).collect())
    }

    /// Like [`State::scan`], with the values read.
    pub fn values<T: DeserializeOwned>(&self, tree: Tree, prefix: &[u8]) -> Result<Vec<T>, StateError> {
        let entries = self.scan(tree, prefix, usize::MAX)?;
        let values = entries.iter().map(|(_, value)| Ok(serde_json::from_slice(value)?)).collect();
        self.noting(values)
    }

    /// The decision becomes part of the group.
    pub fn keep_decision(&mut self) {
        self.group.extend(std::mem::take(&mut self.decision));
    }

    /// The decision never was; the group stays.
    pub fn forget_decision(&mut self) {
        self.decision.clear();
    }

    /// The journal has the group: `head` is its last record.
    pub fn keep_group(&mut self, head: &Head) {
        self.waiting.extend(std::mem::take(&mut self.group));
        self.waiting_head = Some(head.clone());
    }

    /// Whether so much waits for sled that it should get it now.
    pub fn is_full(&self) -> bool {
        self.waiting.len() >= WAITING_MAX
    }

    /// Hands what waits to sled, all or none.
    pub fn store_writes(&mut self) -> Result<(), StateError> {
        let waiting = std::mem::take(&mut self.waiting);
        let Some(head) = self.waiting_head.take() else { return Ok(()) };
        let stored = self.database.write(&waiting, &head);
        self.noting(stored)
    }

    /// Forgets the group's writes: nothing of it was committed.
    pub fn forget_writes(&mut self) {
        self.group.clear();
        self.decision.clear();
    }

    /// Blocking; called at the end, never per decision.
    pub fn flush(&self) -> Result<(), StateError> {
        self.database.flush()
    }
}

/// Parts joined so that no part can run into the next.
pub fn key(parts: &[&[u8]]) -> Vec<u8> {
    parts.join(&0)
}

/// A number that sorts as bytes.
pub fn number(number: u64) -> [u8; 8] {
    number.to_be_bytes()
}

/// An instant that sorts as bytes; before 1970 counts as 1970.
pub fn instant(at: jiff::Timestamp) -> [u8; 8] {
    number(u64::try_from(at.as_second()).unwrap_or(0))
}
