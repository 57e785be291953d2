//! Opening the store: lock, chain, trees. What sled lacks is applied; a sled
//! folder that is damaged, missing, too new or ahead of the journal is set
//! aside and rebuilt from the journal.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::desk::rules::Rules;
use crate::shell::clock;
use crate::shell::store::apply::{apply, retime_all, segments};
use crate::shell::store::in_force::{self, InForce};
use crate::shell::store::journal::{self, Break, Head, Journal, Torn, TornEnd};
use crate::shell::store::lock::{self, Taken};
use crate::shell::store::owner::{FREE_BYTES_MIN, Owner};
use crate::shell::store::pack::Packs;
use crate::shell::store::state::{State, StateError};
use crate::shell::store::{Store, files, sync_file_range};

/// Version of everything in the data folder.
const FORMAT: &str = "1";
/// Records applied to sled in one transaction while rebuilding.
const AT_ONCE: u64 = 256;

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
    /// Files whose time is over, left by a stop or brought back by a backup.
    pub removed: usize,
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
        let mut report = OpenReport { records: checked.head.seq, ..OpenReport::default() };
        let journal = Journal::new(&journals, checked.segments, checked.head);
        let mut packs = Packs::open(&folder.join("packs")).map_err(fail(folder))?;
        let mut state = trees(folder, &journal, checked.torn.as_ref(), &mut report)?;
        report.torn = checked.torn.map(|torn| torn.cut_off(&journals)).transpose()?;
        let mut rules = InForce::of(&state, rules)?;
        report.applied = catch_up(&mut state, &journal, &mut rules, progress)?;
        retime(&mut state, &rules, journal.head())?;
        report.removed = packs.remove(&segments::deleted(&state)?).map_err(fail(&folder.join("packs")))?;
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

/// Trees that follow from the journal: those that are there, or empty ones
/// beside which they are kept.
fn trees(
    folder: &Path,
    journal: &Journal,
    torn: Option<&TornEnd>,
    report: &mut OpenReport,
) -> Result<State, OpenError> {
    let path = folder.join("sled");
    let existed = path.exists();
    match fitting(&path, journal, torn)? {
        Ok(state) => {
            if !existed && journal.head().seq > 0 {
                report.rebuilt = Some("it was missing".to_owned());
            }
            Ok(state)
        }
        Err(why) => {
            let aside = set_aside(folder, &path)?;
            report.rebuilt = Some(format!("{why}; the old one is kept as {}", aside.display()));
            Ok(State::open(&path)?)
        }
    }
}

/// The trees, when they are whole and follow from this journal, or why not.
/// An error only where it is the journal that is wrong.
fn fitting(path: &Path, journal: &Journal, torn: Option<&TornEnd>) -> Result<Result<State, String>, Break> {
    let state = match State::open(path) {
        Ok(state) => state,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let Head { seq, hash } = state.head().clone();
    let why = match journal.hash_of(seq)? {
        Some(found) if found == hash => return Ok(Ok(state)),
        // No record after the last one vouches for it, but these trees do.
        Some(found) if seq == journal.head().seq => return Err(journal.last_changed(hash, found)),
        Some(_) => format!("its record {seq} is not the journal's"),
        None if let Some(torn) = torn => return Err(torn.applied()),
        None => format!("it is ahead of the journal, which ends at record {}", journal.head().seq),
    };
    // sled may panic once more when it lets go of its files.
    drop(catch_unwind(AssertUnwindSafe(|| drop(state))));
    Ok(Err(why))
}

/// Applies every record that the trees lack; how many those were.
fn catch_up(
    state: &mut State,
    journal: &Journal,
    rules: &mut InForce,
    progress: &mut dyn FnMut(Progress),
) -> Result<u64, OpenError> {
    let of = journal.head().seq;
    let mut records = 0;
    journal.replay(state.head().seq, |line, head| {
        let not_applicable = |error: StateError| Break::NotApplicable { seq: head.seq, why: error.to_string() };
        apply(state, &line, rules).map_err(not_applicable)?;
        state.keep_decision();
        records += 1;
        if records % AT_ONCE == 0 || head.seq == of {
            state.keep_group(&head);
            state.store_writes().map_err(not_applicable)?;
            progress(Progress::Rebuilding { records, of });
        }
        Ok(())
    })?;
    Ok(records)
}

/// Timers follow from the ticket and the rules: those that other rules have given
/// would not be recognised when they come due, and be lost.
fn retime(state: &mut State, rules: &InForce, head: &Head) -> Result<(), StateError> {
    if in_force::timed_by(state)?.as_ref() == Some(&rules.rules().version) {
        return Ok(());
    }
    retime_all(state, rules.rules())?;
    in_force::put_timed_by(state, &rules.rules().version)?;
    state.keep_decision();
    state.keep_group(head);
    state.store_writes()
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
