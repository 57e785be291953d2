//! The ticket store: sled's trees with what the running group has written over
//! them. A later decision of a group sees the earlier ones; sled gets them all
//! in one transaction, after the journal has them.

use std::collections::BTreeMap;
use std::ops::Bound;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sled::Transactional;
use sled::transaction::{ConflictableTransactionError, TransactionError};

/// The trees, each with what its keys are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::VariantArray, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Tree {
    /// Head, counters, floors.
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

/// What went wrong with sled or with a value in it: the store is rebuilt.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("the ticket store cannot be used: {0}")]
    Sled(#[from] sled::Error),
    #[error("the ticket store holds a value that cannot be read: {0}")]
    Value(#[from] serde_json::Error),
    #[error("the ticket store is damaged: {0}")]
    Damaged(String),
}

/// Key and value, as bytes.
pub type Entry = (Vec<u8>, Vec<u8>);

/// Sled and the group's writes.
pub struct State {
    db: sled::Db,
    trees: Vec<sled::Tree>,
    writes: BTreeMap<(Tree, Vec<u8>), Option<Vec<u8>>>,
}

impl State {
    pub fn open(db: sled::Db) -> Result<State, StateError> {
        let names = <Tree as strum::VariantArray>::VARIANTS;
        let open = |tree: &Tree| {
            let name: &'static str = tree.into();
            db.open_tree(name)
        };
        let trees = names.iter().map(open).collect::<Result<Vec<_>, _>>()?;
        Ok(State { db, trees, writes: BTreeMap::new() })
    }

    fn tree(&self, tree: Tree) -> Result<&sled::Tree, StateError> {
        self.trees.get(tree as usize).ok_or_else(|| StateError::Damaged(format!("no tree {tree:?}")))
    }

    pub fn bytes(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        match self.writes.get(&(tree, key.to_vec())) {
            Some(written) => Ok(written.clone()),
            None => Ok(self.tree(tree)?.get(key)?.map(|value| value.to_vec())),
        }
    }

    pub fn get<T: DeserializeOwned>(&self, tree: Tree, key: &[u8]) -> Result<Option<T>, StateError> {
        let bytes = self.bytes(tree, key)?;
        Ok(bytes.map(|bytes| serde_json::from_slice(&bytes)).transpose()?)
    }

    pub fn has(&self, tree: Tree, key: &[u8]) -> Result<bool, StateError> {
        Ok(self.bytes(tree, key)?.is_some())
    }

    pub fn put<T: Serialize>(&mut self, tree: Tree, key: Vec<u8>, value: &T) -> Result<(), StateError> {
        let bytes = serde_json::to_vec(value)?;
        self.writes.insert((tree, key), Some(bytes));
        Ok(())
    }

    pub fn remove(&mut self, tree: Tree, key: Vec<u8>) {
        self.writes.insert((tree, key), None);
    }

    /// Keys and values that begin with `prefix`, in order, at most `max`.
    pub fn scan(&self, tree: Tree, prefix: &[u8], max: usize) -> Result<Vec<Entry>, StateError> {
        let from = (tree, prefix.to_vec());
        let written: Vec<_> = self
            .writes
            .range((Bound::Included(from), Bound::Unbounded))
            .take_while(|((of, key), _)| *of == tree && key.starts_with(prefix))
            .collect();
        let mut found = BTreeMap::new();
        // What the group wrote or removed can shift at most that many entries.
        let enough = max.saturating_add(written.len());
        for entry in self.tree(tree)?.scan_prefix(prefix).take(enough) {
            let (key, value) = entry?;
            found.insert(key.to_vec(), value.to_vec());
        }
        for ((_, key), value) in written {
            match value {
                Some(value) => drop(found.insert(key.clone(), value.clone())),
                None => drop(found.remove(key)),
            }
        }
        Ok(found.into_iter().take(max).collect())
    }

    /// Like [`State::scan`], with the values read.
    pub fn values<T: DeserializeOwned>(&self, tree: Tree, prefix: &[u8]) -> Result<Vec<T>, StateError> {
        let entries = self.scan(tree, prefix, usize::MAX)?;
        entries.iter().map(|(_, value)| Ok(serde_json::from_slice(value)?)).collect()
    }

    /// Hands the group's writes to sled, all or none.
    pub fn store_writes(&mut self) -> Result<(), StateError> {
        if self.writes.is_empty() {
            return Ok(());
        }
        let writes = std::mem::take(&mut self.writes);
        let result = self.trees.as_slice().transaction(|trees| {
            for ((tree, key), value) in &writes {
                let Some(tree) = trees.get(*tree as usize) else {
                    return Err(ConflictableTransactionError::Abort("no such tree"));
                };
                match value {
                    Some(value) => drop(tree.insert(key.as_slice(), value.as_slice())?),
                    None => drop(tree.remove(key.as_slice())?),
                }
            }
            Ok(())
        });
        result.map_err(|error| match error {
            TransactionError::Abort(text) => StateError::Damaged(text.to_owned()),
            TransactionError::Storage(error) => StateError::Sled(error),
        })
    }

    /// Forgets the group's writes: nothing of it was committed.
    pub fn forget_writes(&mut self) {
        self.writes.clear();
    }

    /// Reads every tree through, so that damage shows now and not at night.
    pub fn read_through(&self) -> Result<(), StateError> {
        for tree in &self.trees {
            for entry in tree.iter() {
                let (_, value) = entry?;
                serde_json::from_slice::<serde::de::IgnoredAny>(&value)?;
            }
        }
        Ok(())
    }

    /// Blocking; called at the end, never per decision.
    pub fn flush(&self) -> Result<(), StateError> {
        self.db.flush()?;
        Ok(())
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
