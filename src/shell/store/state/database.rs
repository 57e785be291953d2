//! sled and its traps behind one door: each call is guarded against its panics
//! on damage, values are kept small, and a digest over all entries tells at the
//! next start whether every one is still there as it was written.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sled::transaction::{ConflictableTransactionError, TransactionError, TransactionalTree};
use sled::{Batch, Transactional};
use strum::VariantArray;

use crate::shell::store::journal::Head;
use crate::shell::store::pack::hex;
use crate::shell::store::state::{StateError, Tree, Writes};

/// The layout of keys and rows. Another one is rebuilt from the journal.
const LAYOUT: u32 = 5;
/// Memory that sled may use for its cache; it takes a little more.
const CACHE_BYTES: u64 = 16 * 1024 * 1024;
/// A leaf of sled holds up to 17 entries, and one above 128 KiB becomes a file
/// that is never synced. So longer values are kept in pieces.
const VALUE_BYTES_MAX: usize = 4096;
const WHOLE: u8 = 0;
const IN_PIECES: u8 = 1;

/// sled, and what lies in it.
pub struct Database {
    db: sled::Db,
    /// In the order of [`Tree`], then the pieces, then the summary.
    trees: Vec<sled::Tree>,
    head: Head,
    digest: u128,
}

const PIECES: usize = Tree::VARIANTS.len();
const SUMMARY: usize = PIECES + 1;
const SUMMARY_KEY: &[u8] = b"summary";

/// What each transaction leaves behind, stored in it.
#[derive(Serialize, Deserialize)]
struct Summary {
    layout: u32,
    /// The last record applied.
    head: Head,
    /// The sum of the hashes of all entries, hexadecimal.
    digest: String,
}

impl Database {
    /// Opens or creates it and reads all of it: where newer pages are damaged
    /// sled falls back to older ones without a word, and only the digest shows it.
    pub fn open(path: &Path) -> Result<Database, StateError> {
        let config = sled::Config::default().path(path).cache_capacity(CACHE_BYTES).flush_every_ms(Some(500));
        let db = open_patiently(&config)?;
        let mut trees = Vec::new();
        for tree in Tree::VARIANTS {
            let name: &'static str = tree.into();
            trees.push(guard(|| db.open_tree(name))?);
        }
        trees.push(guard(|| db.open_tree("pieces"))?);
        trees.push(guard(|| db.open_tree("summary"))?);
        let mut database = Database { db, trees, head: Head::beginning(), digest: 0 };
        database.read_through()?;
        Ok(database)
    }

    fn read_through(&mut self) -> Result<(), StateError> {
        let empty = Summary { layout: LAYOUT, head: Head::beginning(), digest: written(0) };
        let summary = match guard(|| self.tree(SUMMARY)?.get(SUMMARY_KEY))? {
            Some(bytes) => serde_json::from_slice(&bytes)?,
            None => empty,
        };
        if summary.layout != LAYOUT {
            return Err(StateError::Damaged(format!("expected layout {LAYOUT}, found {}", summary.layout)));
        }
        let mut digest = 0_u128;
        for tree in Tree::VARIANTS {
            self.scan(*tree, b"", usize::MAX, |key, value| {
                digest = digest.wrapping_add(entry_digest(*tree, &key, &value));
            })?;
        }
        if written(digest) != summary.digest {
            let (expected, found) = (summary.digest, written(digest));
            return Err(StateError::Damaged(format!("expected its entries to add up to {expected}, found {found}")));
        }
        self.head = summary.head;
        self.digest = digest;
        Ok(())
    }

    /// The last record applied.
    pub fn head(&self) -> &Head {
        &self.head
    }

    pub fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        let stored = guard(|| self.tree(tree as usize)?.get(key))?;
        stored.map(|stored| self.whole(tree, key, &stored)).transpose()
    }

    /// Hands the entries whose keys begin with `prefix` to `each`, in order, at most `max`.
    pub fn scan(
        &self,
        tree: Tree,
        prefix: &[u8],
        max: usize,
        mut each: impl FnMut(Vec<u8>, Vec<u8>),
    ) -> Result<(), StateError> {
        let mut entries = guard(|| Ok(self.tree(tree as usize)?.scan_prefix(prefix)))?.take(max);
        while let Some((key, stored)) = guard(|| entries.next().transpose())? {
            let value = self.whole(tree, &key, &stored)?;
            each(key.to_vec(), value);
        }
        Ok(())
    }

    /// A value, put together from its pieces.
    fn whole(&self, tree: Tree, key: &[u8], stored: &[u8]) -> Result<Vec<u8>, StateError> {
        match stored.split_first() {
            Some((&WHOLE, value)) => Ok(value.to_vec()),
            Some((&IN_PIECES, count)) => {
                let mut value = Vec::new();
                for number in 0..piece_count(count) {
                    let piece = guard(|| self.tree(PIECES)?.get(piece_key(tree, key, number)))?;
                    let missing = || StateError::Damaged("a piece of a value is missing".to_owned());
                    value.extend_from_slice(&piece.ok_or_else(missing)?);
                }
                Ok(value)
            }
            _ => Err(StateError::Damaged("a value has no mark".to_owned())),
        }
    }

    /// Writes everything up to `head`, all or none.
    pub fn write(&mut self, writes: &Writes, head: &Head) -> Result<(), StateError> {
        let mut batches: Vec<Batch> = self.trees.iter().map(|_| Batch::default()).collect();
        let mut digest = self.digest;
        for ((tree, key), value) in writes {
            let before = guard(|| self.tree(*tree as usize)?.get(key))?;
            if let Some(before) = &before {
                digest = digest.wrapping_sub(entry_digest(*tree, key, &self.whole(*tree, key, before)?));
            }
            if let Some(value) = value {
                digest = digest.wrapping_add(entry_digest(*tree, key, value));
            }
            write_entry(&mut batches, *tree, key, value.as_deref(), before.as_deref().map_or(0, pieces_of));
        }
        let summary = Summary { layout: LAYOUT, head: head.clone(), digest: written(digest) };
        let summary = serde_json::to_vec(&summary)?;
        if let Some(batch) = batches.get_mut(SUMMARY) {
            batch.insert(SUMMARY_KEY, summary);
        }
        self.transact(&batches)?;
        self.head = head.clone();
        self.digest = digest;
        Ok(())
    }

    /// The closure may run again, so it does nothing but hand the batches over.
    fn transact(&self, batches: &[Batch]) -> Result<(), StateError> {
        guard(|| {
            let hand_over = |trees: &Vec<TransactionalTree>| {
                for (tree, batch) in trees.iter().zip(batches) {
                    tree.apply_batch(batch)?;
                }
                Ok::<(), ConflictableTransactionError<()>>(())
            };
            self.trees.as_slice().transaction(hand_over).map_err(|error| match error {
                TransactionError::Storage(error) => error,
                TransactionError::Abort(()) => sled::Error::Unsupported("nothing here aborts".to_owned()),
            })
        })
    }

    /// Blocking; called at the end, never per decision.
    pub fn flush(&self) -> Result<(), StateError> {
        guard(|| self.db.flush()).map(|_| ())
    }

    fn tree(&self, position: usize) -> sled::Result<&sled::Tree> {
        self.trees.get(position).ok_or_else(|| sled::Error::Unsupported(format!("no tree at {position}")))
    }
}

/// One call of sled, whose panics are damage, too.
fn guard<T>(call: impl FnOnce() -> sled::Result<T>) -> Result<T, StateError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => Ok(result?),
        Err(_) => Err(StateError::Damaged("sled panicked".to_owned())),
    }
}

/// The files of a store just closed can stay locked for a moment; sled says so
/// only in words.
fn open_patiently(config: &sled::Config) -> Result<sled::Db, StateError> {
    let mut tries = 0;
    loop {
        match guard(|| config.open()) {
            Err(StateError::Sled(sled::Error::Io(error)))
                if error.to_string().contains("could not acquire lock") && tries < 20 =>
            {
                tries += 1;
                std::thread::sleep(Duration::from_millis(50));
            }
            result => return result,
        }
    }
}

fn write_entry(batches: &mut [Batch], tree: Tree, key: &[u8], value: Option<&[u8]>, pieces_before: u32) {
    let mut pieces = 0;
    let stored = match value {
        Some(value) if value.len() > VALUE_BYTES_MAX => {
            if let Some(batch) = batches.get_mut(PIECES) {
                for piece in value.chunks(VALUE_BYTES_MAX) {
                    batch.insert(piece_key(tree, key, pieces), piece);
                    pieces += 1;
                }
            }
            Some([&[IN_PIECES], pieces.to_be_bytes().as_slice()].concat())
        }
        Some(value) => Some([&[WHOLE], value].concat()),
        None => None,
    };
    if let Some(batch) = batches.get_mut(PIECES) {
        (pieces..pieces_before).for_each(|number| batch.remove(piece_key(tree, key, number)));
    }
    if let Some(batch) = batches.get_mut(tree as usize) {
        match stored {
            Some(stored) => batch.insert(key, stored),
            None => batch.remove(key),
        }
    }
}

fn pieces_of(stored: &[u8]) -> u32 {
    match stored.split_first() {
        Some((&IN_PIECES, count)) => piece_count(count),
        _ => 0,
    }
}

fn piece_count(bytes: &[u8]) -> u32 {
    bytes.try_into().map_or(0, u32::from_be_bytes)
}

fn piece_key(tree: Tree, key: &[u8], number: u32) -> Vec<u8> {
    [&[tree as u8], key, number.to_be_bytes().as_slice()].concat()
}

/// 128 bits of the hash of one entry; the length keeps key and value apart.
fn entry_digest(tree: Tree, key: &[u8], value: &[u8]) -> u128 {
    let mut hasher = Sha256::new();
    hasher.update([tree as u8]);
    hasher.update((key.len() as u64).to_be_bytes());
    hasher.update(key);
    hasher.update(value);
    hasher.finalize().iter().take(16).fold(0, |sum, byte| (sum << 8) | u128::from(*byte))
}

fn written(digest: u128) -> String {
    hex(&digest.to_be_bytes())
}
