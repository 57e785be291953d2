//! Opening the store: lock, chain, trees. What sled lacks is applied; a sled
//! folder that is damaged, missing, too new or ahead of the journal is set
//! aside and rebuilt from the journal.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::desk::rules::Rules;
use crate::shell::clock;
use crate::shell::store::apply::apply;
use crate::shell::store::journal::{self, Break, Head, Journal, Torn};
use crate::shell::store::lock::{self, Taken};
use crate::shell::store::owner::{FREE_BYTES_MIN, Owner};
use crate::shell::store::pack::Packs;
use crate::shell::store::state::{State, StateError, Tree};
use crate::shell::store::{Store, files, sync_file_range};

/// Version of everything in the data folder.
const FORMAT: &str = "1";
/// Version of the trees and their keys: another one is rebuilt.
const TREES: &str = "1";
/// Records applied to sled in one transaction while rebuilding.
const AT_ONCE: u64 = 256;
/// Memory that sled may use for its cache; it takes a little more.
const CACHE_BYTES: u64 = 64 * 1024 * 1024;

/// Why the store does not open; each says what was expected, found, and the way out.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(
        "{} is in use by process {}: only one desk may run on a data folder; stop the other one first",
        folder.display(),
        pid.map_or("(unknown)".to_owned(), |pid| pid.to_string())
    )]
    Locked { folder: PathBuf, pid: Option<u32> },
    #[error(
        "{}: expected a data folder of format {FORMAT}, found format {found}; run the version of the program that \
         wrote it, or a newer one",
        folder.display()
    )]
    TooNew { folder: PathBuf, found: String },
    #[error("{0}")]
    Journal(#[from] Break),
    #[error("{}: {error}; check the disk and the rights of the folder", path.display())]
    Io { path: PathBuf, error: io::Error },
    #[error("the ticket store could not be rebuilt: {0}; check the disk, then start again")]
    State(#[from] StateError),
}

/// What is going on, for somebody who waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    Verifying { records: u64 },
    Rebuilding { records: u64, of: u64 },
}

/// What was found at the start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenReport {
    pub records: u64,
    /// Records that sled lacked.
    pub applied: u64,
    /// Why the trees were rebuilt, and where the old ones are.
    pub rebuilt: Option<String>,
    pub torn: Option<Torn>,
    /// sled's flush would not reach the disk (see `sync_file_range`).
    pub weak_flush: bool,
}

impl Store {
    /// Opens the store in `folder`, or makes it.
    pub fn open(
        folder: &Path,
        rules: Arc<Rules>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(Store, OpenReport), OpenError> {
        let fail = |path: &Path| {
            let path = path.to_owned();
            move |error| OpenError::Io { path, error }
        };
        files::make_folder(folder).map_err(fail(folder))?;
        let lock = match lock::take(&folder.join("lock")).map_err(fail(folder))? {
            Taken::Held(lock) => lock,
            Taken::ByOther(pid) => return Err(OpenError::Locked { folder: folder.to_owned(), pid }),
        };
        check_format(folder)?;
        let journals = folder.join("journal");
        files::make_folder(&journals).map_err(fail(&journals))?;
        let checked = journal::check(&journals, &mut |records| progress(Progress::Verifying { records }))?;
        let mut report = OpenReport { records: checked.head.seq, torn: checked.torn, ..OpenReport::default() };
        let journal = Journal::new(&journals, checked.segments, checked.head);
        let packs = Packs::open(&folder.join("packs")).map_err(fail(folder))?;
        let state = trees(folder, &journal, &rules, &mut report, progress)?;
        report.weak_flush = !flush_is_honest(folder).map_err(fail(folder))?;
        let owner = Owner {
            folder: folder.to_owned(),
            state,
            journal,
            packs,
            rules,
            free_bytes_min: FREE_BYTES_MIN,
            broken: None,
            _lock: lock,
        };
        let store = Store::new(owner).map_err(fail(folder))?;
        Ok((store, report))
    }
}

fn check_format(folder: &Path) -> Result<(), OpenError> {
    let path = folder.join("format");
    let fail = |error| OpenError::Io { path: path.clone(), error };
    match std::fs::read_to_string(&path) {
        Ok(found) if found.trim() == FORMAT => Ok(()),
        Ok(found) => Err(OpenError::TooNew { folder: folder.to_owned(), found: found.trim().to_owned() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            files::write_synced(&path, FORMAT.as_bytes()).map_err(fail)
        }
        Err(error) => Err(fail(error)),
    }
}

/// The trees as they must be for the journal's head.
fn trees(
    folder: &Path,
    journal: &Journal,
    rules: &Rules,
    report: &mut OpenReport,
    progress: &mut dyn FnMut(Progress),
) -> Result<State, OpenError> {
    let path = folder.join("sled");
    let clean = folder.join("clean");
    let was_clean = clean.exists();
    if was_clean {
        std::fs::remove_file(&clean).map_err(|error| OpenError::Io { path: clean.clone(), error })?;
    }
    let existed = path.exists();
    // sled panics on damage, so every look at old trees is fenced.
    let fenced = catch_unwind(AssertUnwindSafe(|| -> Result<State, String> {
        let mut state = open_sled(&path).map_err(|error| error.to_string())?;
        let seq = fitting_head(&state, journal, was_clean)?;
        report.applied = catch_up(&mut state, journal, seq, rules, progress).map_err(|error| error.to_string())?;
        Ok(state)
    }));
    let why = match fenced {
        Ok(Ok(state)) => {
            if !existed && journal.head().seq > 0 {
                report.rebuilt = Some("it was missing".to_owned());
            }
            return Ok(state);
        }
        Ok(Err(why)) => why,
        Err(_) => "it is damaged".to_owned(),
    };
    let aside = set_aside(folder, &path)?;
    report.rebuilt = Some(format!("{why}; the old one is kept as {}", aside.display()));
    let mut state = open_sled(&path)?;
    report.applied = catch_up(&mut state, journal, 0, rules, progress)?;
    Ok(state)
}

/// The record up to which the trees are right, or why they are not.
fn fitting_head(state: &State, journal: &Journal, was_clean: bool) -> Result<u64, String> {
    let text = |error: StateError| error.to_string();
    let version: Option<String> = state.get(Tree::Meta, b"trees").map_err(text)?;
    let head: Option<Head> = state.get(Tree::Meta, b"head").map_err(text)?;
    let Some(head) = head else { return Ok(0) };
    if version.as_deref() != Some(TREES) {
        return Err(format!("expected trees of version {TREES}, found {}", version.unwrap_or_default()));
    }
    if !was_clean {
        state.read_through().map_err(text)?;
    }
    match journal.hash_of(head.seq).map_err(|error| error.to_string())? {
        Some(hash) if hash == head.hash => Ok(head.seq),
        Some(_) => Err(format!("its record {} is not the journal's", head.seq)),
        None => Err(format!("it is ahead of the journal, which ends at record {}", journal.head().seq)),
    }
}

fn open_sled(path: &Path) -> Result<State, StateError> {
    let config = sled::Config::default().path(path).cache_capacity(CACHE_BYTES).flush_every_ms(Some(500));
    let mut tries = 0;
    loop {
        match config.open() {
            Ok(db) => return State::open(db),
            // The files of a store just closed can stay locked for a moment.
            Err(sled::Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock && tries < 20 => {
                tries += 1;
                std::thread::sleep(Duration::from_millis(50));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Applies every record after `seq`; how many those were.
fn catch_up(
    state: &mut State,
    journal: &Journal,
    seq: u64,
    rules: &Rules,
    progress: &mut dyn FnMut(Progress),
) -> Result<u64, OpenError> {
    let of = journal.head().seq;
    let mut records = 0;
    state.put(Tree::Meta, b"trees".to_vec(), &TREES)?;
    journal.replay(seq, |line, head| {
        let not_applicable = |error: StateError| Break::NotApplicable { seq: head.seq, why: error.to_string() };
        apply(state, &line, &head, rules).map_err(not_applicable)?;
        records += 1;
        if records % AT_ONCE == 0 {
            state.store_writes().map_err(not_applicable)?;
            progress(Progress::Rebuilding { records, of });
        }
        Ok(())
    })?;
    state.store_writes()?;
    Ok(records)
}

fn set_aside(folder: &Path, path: &Path) -> Result<PathBuf, OpenError> {
    let mut aside = folder.join(format!("sled-damaged-{}", clock::now().strftime("%Y%m%dT%H%M%SZ")));
    let mut count = 1;
    while aside.exists() {
        count += 1;
        aside = folder.join(format!("sled-damaged-{}-{count}", clock::now().strftime("%Y%m%dT%H%M%SZ")));
    }
    std::fs::rename(path, &aside).map_err(|error| OpenError::Io { path: path.to_owned(), error })?;
    Ok(aside)
}

fn flush_is_honest(folder: &Path) -> io::Result<bool> {
    let file = std::fs::File::open(folder.join("format"))?;
    Ok(sync_file_range::is_refused(&file))
}
