//! The ticket store: sled's trees with what the running group has written over
//! them. A later decision of a group sees the earlier ones; sled gets them all
//! in one transaction, after the journal has them.

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

/// Sled, the group's writes over it, and over these the writes of the decision
/// that is just being applied.
pub struct State {
    database: Database,
    group: Writes,
    decision: Writes,
    /// The first damage met; everything found after it is worth nothing.
    damage: RefCell<Option<String>>,
}

impl State {
    /// Opens the trees and reads them through.
    pub fn open(path: &Path) -> Result<State, StateError> {
        let database = Database::open(path)?;
        Ok(State { database, group: Writes::new(), decision: Writes::new(), damage: RefCell::new(None) })
    }

    /// The last record that sled has.
    pub fn head(&self) -> &Head {
        self.database.head()
    }

    /// The first damage that was met since the start.
    pub fn damage(&self) -> Option<String> {
        self.damage.borrow().clone()
    }

    fn noting<T>(&self, result: Result<T, StateError>) -> Result<T, StateError> {
        if let Err(error) = &result {
            self.damage.borrow_mut().get_or_insert_with(|| error.to_string());
        }
        result
    }

    pub fn bytes(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        let written = (tree, key.to_vec());
        match self.decision.get(&written).or_else(|| self.group.get(&written)) {
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
        let from = (tree, prefix.to_vec());
        let in_prefix = |writes: &Writes| -> Writes {
            let after = writes.range((Bound::Included(&from), Bound::Unbounded));
            let wanted = after.take_while(|((of, key), _)| *of == tree && key.starts_with(prefix));
            wanted.map(|(entry, value)| (entry.clone(), value.clone())).collect()
        };
        let mut written = in_prefix(&self.group);
        written.extend(in_prefix(&self.decision));
        let mut found = BTreeMap::new();
        // What was written or removed can shift at most that many entries.
        let enough = max.saturating_add(written.len());
        self.noting(self.database.scan(tree, prefix, enough, |key, value| drop(found.insert(key, value))))?;
        for ((_, key), value) in written {
            match value {
                Some(value) => drop(found.insert(key, value)),
                None => drop(found.remove(&key)),
            }
        }
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

    /// Hands the group's writes to sled, all or none; `head` is the last record.
    pub fn store_writes(&mut self, head: &Head) -> Result<(), StateError> {
        let group = std::mem::take(&mut self.group);
        let stored = self.database.write(&group, head);
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
