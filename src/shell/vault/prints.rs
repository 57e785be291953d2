//! Prints of sealed secrets: a file each beside the secret, with the moment of
//! the secret's destruction in its name, and all of them in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::desk::seal::Secret;
use crate::desk::seal::prints::{PrintKey, Printed, Prints, Writer};
use crate::shell::vault::{VaultError, checked_id, file_error, sync_folder, write, write_synced};

/// How long a secret is still found after its destruction (2.5).
const SECONDS_AFTER: i64 = 30 * 86_400;
/// How often old prints are looked for.
const SECONDS_BETWEEN: i64 = 86_400;
const KEY_BYTES: usize = 32;

/// The prints of one vault. Without any value: from a print nobody reads it back.
pub(super) struct Keeper {
    folder: PathBuf,
    state: Mutex<State>,
}

struct State {
    prints: Prints,
    known: BTreeMap<String, Known>,
    swept: Option<Timestamp>,
}

struct Known {
    printed: Printed,
    /// A ticket has, or had, the secret.
    kept: bool,
    destroyed: Option<Timestamp>,
}

impl std::fmt::Debug for Keeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keeper").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Keeper {
    /// Reads the key and all prints.
    pub(super) fn open(data: &Path, folder: &Path) -> Result<Keeper, VaultError> {
        let names = names(folder)?;
        let key = key(&data.join("print.key"), !names.is_empty())?;
        let mut state = State { prints: Prints::new(key), known: BTreeMap::new(), swept: None };
        for name in names {
            let path = folder.join(name.file());
            let bytes = fs::read(&path).map_err(file_error("read", &path))?;
            // A file cut short by a power cut is of a mail that will be read again.
            match serde_json::from_slice::<Printed>(&bytes) {
                Ok(printed) => {
                    let known = Known { printed, kept: name.kept, destroyed: name.destroyed };
                    state.prints.add(&known.printed, known.kept);
                    state.known.insert(name.id, known);
                }
                Err(error) => {
                    tracing::warn!(file = %path.display(), %error, "a print cannot be read, and was removed");
                    fs::remove_file(&path).map_err(file_error("remove", &path))?;
                }
            }
        }
        Ok(Keeper { folder: folder.to_owned(), state: Mutex::new(state) })
    }

    /// All of them as they are now.
    pub(super) fn prints(&self) -> Prints {
        self.state().prints.clone()
    }

    /// Makes the print of a secret that was just sealed. Written but not synced,
    /// as the secret itself.
    pub(super) fn remember(&self, id: &str, secret: &Secret, writer: Writer<'_>) -> Result<(), VaultError> {
        let prints = self.prints();
        let Some(printed) = prints.of(secret, writer) else { return Ok(()) };
        let name = Name { id: id.to_owned(), kept: false, destroyed: None };
        write(&self.folder.join(name.file()), &serde_json::to_vec(&printed).unwrap_or_default())?;
        let mut state = self.state();
        state.prints.add(&printed, false);
        state.known.insert(name.id, Known { printed, kept: false, destroyed: None });
        Ok(())
    }

    /// Tickets have these secrets from now on: they are looked for in every mail.
    pub(super) fn keep<'a>(&self, ids: impl IntoIterator<Item = &'a String>) {
        let mut guard = self.state();
        let state = &mut *guard;
        for id in ids {
            if let Some(known) = state.known.get_mut(id).filter(|known| !known.kept) {
                known.kept = true;
                state.prints.add(&known.printed, true);
            }
        }
    }

    /// Where the print of a secret lies, for syncing.
    pub(super) fn path(&self, id: &str) -> Option<PathBuf> {
        let state = self.state();
        let known = state.known.get(id)?;
        Some(self.folder.join(known.name(id).file()))
    }

    /// The secret is destroyed now: its print is kept for its time from here on. The
    /// name of the file says so, and so the next start knows.
    pub(super) fn destroyed(&self, id: &str, now: Timestamp) -> Result<(), VaultError> {
        let mut state = self.state();
        let Some(known) = state.known.get_mut(id).filter(|known| known.destroyed.is_none()) else { return Ok(()) };
        let before = self.folder.join(known.name(id).file());
        known.destroyed = Some(now);
        let behind = self.folder.join(known.name(id).file());
        fs::rename(&before, &behind).map_err(file_error("rename", &before))
    }

    /// Ids of secrets that are not destroyed, as far as prints tell.
    pub(super) fn live(&self) -> BTreeSet<String> {
        let state = self.state();
        let live = state.known.iter().filter(|(_, known)| known.destroyed.is_none());
        live.map(|(id, _)| id.clone()).collect()
    }

    /// Removes, at most once a day, the prints whose time is over. Returns how many.
    pub(super) fn sweep(&self, now: Timestamp) -> Result<usize, VaultError> {
        let mut guard = self.state();
        let state = &mut *guard;
        let passed = |since: Timestamp| now.as_second().saturating_sub(since.as_second());
        if state.swept.is_some_and(|swept| (0..SECONDS_BETWEEN).contains(&passed(swept))) {
            return Ok(0);
        }
        state.swept = Some(now);
        let is_over = |known: &Known| known.destroyed.is_some_and(|at| passed(at) >= SECONDS_AFTER);
        let old: Vec<String> =
            state.known.iter().filter(|(_, known)| is_over(known)).map(|(id, _)| id.clone()).collect();
        for id in &old {
            let Some(known) = state.known.remove(id) else { continue };
            let path = self.folder.join(known.name(id).file());
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(file_error("remove", &path)(error)),
                _ => {}
            }
        }
        if !old.is_empty() {
            sync_folder(&self.folder)?;
            let mut prints = state.prints.emptied();
            state.known.values().for_each(|known| prints.add(&known.printed, known.kept));
            state.prints = prints;
        }
        Ok(old.len())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn name(&self, id: &str) -> Name {
        // While the secret is there, the store knows whether a ticket has it.
        Name { id: id.to_owned(), kept: self.kept && self.destroyed.is_some(), destroyed: self.destroyed }
    }
}

/// `<id>.print`; once the secret is destroyed `<id>.kept-<second>.print`, or
/// `unkept` where no ticket had it.
struct Name {
    id: String,
    kept: bool,
    destroyed: Option<Timestamp>,
}

impl Name {
    fn file(&self) -> String {
        let kept = if self.kept { "kept" } else { "unkept" };
        match self.destroyed {
            Some(at) => format!("{}.{kept}-{}.print", self.id, at.as_second()),
            None => format!("{}.print", self.id),
        }
    }

    fn read(file: &str) -> Option<Name> {
        let stem = file.strip_suffix(".print")?;
        let (id, end) = stem.split_once('.').map_or((stem, None), |(id, end)| (id, Some(end)));
        let id = checked_id(id).ok()?.to_owned();
        let Some(end) = end else { return Some(Name { id, kept: false, destroyed: None }) };
        let (word, second) = end.split_once('-')?;
        let destroyed = second.parse().ok().and_then(|second| Timestamp::from_second(second).ok())?;
        Some(Name { id, kept: word == "kept", destroyed: Some(destroyed) })
    }
}

fn names(folder: &Path) -> Result<Vec<Name>, VaultError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(file_error("list", folder))? {
        let name = entry.map_err(file_error("list", folder))?.file_name();
        names.extend(name.to_str().and_then(Name::read));
    }
    Ok(names)
}

/// The key of all prints: made once, known to nobody else.
fn key(path: &Path, is_needed: bool) -> Result<PrintKey, VaultError> {
    let unfit = |found: String, way_out: &'static str| VaultError::PrintKey { path: path.to_owned(), found, way_out };
    const RESTORE: &str = "restore it from a backup; without one, move it and secrets/*.print away: the desk makes a \
                           new one, and finds passwords that are repeated only from then on";
    let bytes = match fs::read(path) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound && is_needed => {
            return Err(unfit("no file, but prints that it was made for".to_owned(), RESTORE));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let mut fresh = Zeroizing::new(vec![0_u8; KEY_BYTES]);
            getrandom::fill(&mut fresh).map_err(VaultError::Random)?;
            write_synced(path, &fresh)?;
            path.parent().map_or(Ok(()), sync_folder)?;
            fresh
        }
        Err(error) => return Err(file_error("read", path)(error)),
    };
    let mode = fs::metadata(path).map_err(file_error("read", path))?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(unfit(format!("mode {mode:03o}, so that others can read it"), "set its mode to 600 (chmod 600)"));
    }
    let key = PrintKey::new(&bytes).filter(|_| bytes.len() == KEY_BYTES);
    key.ok_or_else(|| unfit(format!("{} bytes", bytes.len()), RESTORE))
}
