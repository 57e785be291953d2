//! Original mails, sealed to the offline evidence key, and attachments, sealed to the
//! staff's keys (decisions 17): found by the records of the journal, opened, compared
//! with their SHA-256, written as files.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::desk::input::OriginalsOf;
use crate::desk::record::{Cause, Decided, PackPlace, What};
use crate::desk::ticket::{Event, TicketId};
use crate::shell::store::apply::segments;
use crate::shell::store::journal::{self, Break, Journal};
use crate::shell::store::pack::{PackFault, Packs, hex};
use crate::shell::vault::{self, VaultError};

/// Why originals cannot be had. Nothing of their content is part of it.
#[derive(Debug, thiserror::Error)]
pub enum OriginalError {
    #[error("{0}")]
    Journal(#[from] Break),
    #[error("{}: cannot {doing}: {error}", path.display())]
    File { doing: &'static str, path: PathBuf, error: io::Error },
    #[error(
        "{}: expected a folder for its owner alone (mode 0700), found mode {mode:04o}; name another one",
        path.display()
    )]
    OpenFolder { path: PathBuf, mode: u32 },
    #[error("{}: exists already, and nothing is written over; name another folder", .0.display())]
    Exists(PathBuf),
    #[error("record {record}: {fault}")]
    Pack { record: u64, fault: PackFault },
    #[error(
        "record {record}: the key in {} does not open it ({error}); originals open with the private key of \
         keys.evidence, attachments with those of staff, the ones in force when the mail came",
        file.display()
    )]
    Key { record: u64, file: PathBuf, error: VaultError },
    #[error("{0}")]
    Vault(#[from] VaultError),
}

/// One original or attachment as the journal knows it.
#[derive(Debug, Clone, Serialize)]
pub struct Original {
    /// Its place among those of the ticket, from 1.
    pub number: usize,
    /// Of the file that it becomes.
    pub name: String,
    pub record: u64,
    pub at: Timestamp,
    /// Of what was sealed; it stands in its record.
    pub sha256: String,
    #[serde(skip)]
    pub place: PackPlace,
    /// When it was deleted because its time was over.
    #[serde(skip)]
    pub deleted_at: Option<Timestamp>,
}

/// The originals of a ticket, or that of a kept mail by its place, oldest first.
///
/// # Errors
///
/// The journal is broken, or cannot be read.
pub fn find(
    data: &Path,
    of: &OriginalsOf,
    kept: Option<&PackPlace>,
    progress: &mut dyn FnMut(u64),
) -> Result<Vec<Original>, Break> {
    let folder = data.join("journal");
    let checked = journal::check(&folder, progress)?;
    let journal = Journal::new(&folder, checked.segments, checked.head);
    let is_wanted = |decided: &Decided| match of {
        OriginalsOf::Ticket(id) => decided.changes.iter().any(|change| change.ticket == *id),
        OriginalsOf::Kept(_) => decided.original.as_ref() == kept,
    };
    let mut found: Vec<Original> = Vec::new();
    journal.replay(0, |line, _| {
        let What::Decided(decided) = line.what else { return Ok(()) };
        mark_deleted(&mut found, &decided, line.at);
        let number = found.len().saturating_add(1);
        if is_wanted(&decided)
            && let Some(place) = decided.original
            && let Cause::Mail { sha256: Some(sha256), .. } = decided.cause
        {
            let hash: String = sha256.chars().take(12).collect();
            let name = format!("{number:02}-{hash}.eml");
            found.push(Original { number, name, record: line.seq, at: line.at, sha256, place, deleted_at: None });
        }
        Ok(())
    })?;
    Ok(found)
}

/// The attachments of a problem that are sealed to staff, oldest first.
///
/// # Errors
///
/// The journal is broken, or cannot be read.
pub fn attachments(data: &Path, ticket: &TicketId, progress: &mut dyn FnMut(u64)) -> Result<Vec<Original>, Break> {
    let folder = data.join("journal");
    let checked = journal::check(&folder, progress)?;
    let journal = Journal::new(&folder, checked.segments, checked.head);
    let mut found: Vec<Original> = Vec::new();
    journal.replay(0, |line, _| {
        let What::Decided(decided) = line.what else { return Ok(()) };
        mark_deleted(&mut found, &decided, line.at);
        let mine = decided.changes.iter().filter(|change| change.ticket == *ticket);
        let files = mine.flat_map(|change| &change.events).find_map(|event| match event {
            Event::AttachmentsSealed { files } => Some(files),
            _ => None,
        });
        let sealed = files.into_iter().flatten().filter(|file| file.left_out.is_none());
        for (file, place) in sealed.zip(decided.attachments) {
            let number = found.len().saturating_add(1);
            // Cleaned when it was read (TF8); once more, whatever the journal says.
            let plain = file.name.replace(['/', '\\', '\0'], "_");
            let name = format!("{number:02}-{plain}");
            let sha256 = file.sha256.clone();
            found.push(Original { number, name, record: line.seq, at: line.at, sha256, place, deleted_at: None });
        }
        Ok(())
    })?;
    Ok(found)
}

/// What was found so far and lies in a file that this decision deleted.
fn mark_deleted(found: &mut [Original], decided: &Decided, at: Timestamp) {
    for segment in segments::named(decided) {
        for original in found.iter_mut().filter(|original| original.place.segment == segment.segment) {
            original.deleted_at.get_or_insert(at);
        }
    }
}

/// What is sealed, and the key that opens it.
pub struct Chest<'a> {
    packs: Packs,
    identity: &'a Path,
    out: &'a Path,
}

impl<'a> Chest<'a> {
    /// Looks whether files can be written to the folder `out`; makes nothing.
    ///
    /// # Errors
    ///
    /// Others may look into the folder, or it is none.
    pub fn new(data: &Path, identity: &'a Path, out: &'a Path) -> Result<Chest<'a>, OriginalError> {
        let file = |doing, path: &Path| {
            let path = path.to_owned();
            move |error| OriginalError::File { doing, path, error }
        };
        match fs::metadata(out) {
            Ok(found) if !found.is_dir() => return Err(OriginalError::Exists(out.to_owned())),
            Ok(found) if found.permissions().mode() & 0o077 != 0 => {
                let mode = found.permissions().mode() & 0o7777;
                return Err(OriginalError::OpenFolder { path: out.to_owned(), mode });
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(file("look at", out)(error)),
        }
        let packs = data.join("packs");
        let packs = Packs::open(&packs).map_err(file("open", &packs))?;
        Ok(Chest { packs, identity, out })
    }

    /// Whether it is there, whole, and this key opens it; nothing of it is opened.
    ///
    /// # Errors
    ///
    /// Its time to be kept is over, the key is another one, or its file is there.
    pub fn look(&self, original: &Original) -> Result<(), OriginalError> {
        let sealed = self.sealed(original)?;
        vault::fits(&sealed, self.identity).map_err(|error| self.not_opened(original, error))?;
        match self.path(original) {
            path if path.exists() => Err(OriginalError::Exists(path)),
            _ => Ok(()),
        }
    }

    /// Opens it and writes it into the folder, which is made if it is missing. `None`:
    /// it is not the mail that its record names, and was not written.
    ///
    /// # Errors
    ///
    /// As for [`Chest::look`], or the file cannot be written.
    pub fn open(&self, original: &Original) -> Result<Option<PathBuf>, OriginalError> {
        let sealed = self.sealed(original)?;
        let opened = vault::open_original(&sealed, self.identity).map_err(|error| self.not_opened(original, error))?;
        if hex(&Sha256::digest(&opened)) != original.sha256 {
            return Ok(None);
        }
        let failed = |doing, path: &Path| {
            let path = path.to_owned();
            move |error| OriginalError::File { doing, path, error }
        };
        if !self.out.is_dir() {
            DirBuilder::new().recursive(true).mode(0o700).create(self.out).map_err(failed("make", self.out))?;
        }
        let path = self.path(original);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let mut file = file.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => OriginalError::Exists(path.clone()),
            _ => failed("create", &path)(error),
        })?;
        file.write_all(&opened).and_then(|()| file.sync_all()).map_err(failed("write", &path))?;
        Ok(Some(path))
    }

    fn sealed(&self, original: &Original) -> Result<Vec<u8>, OriginalError> {
        let sealed = match original.deleted_at {
            Some(deleted_at) => Err(PackFault::Expired { segment: original.place.segment.clone(), deleted_at }),
            None => self.packs.read(&original.place),
        };
        sealed.map_err(|fault| OriginalError::Pack { record: original.record, fault })
    }

    fn not_opened(&self, original: &Original, error: VaultError) -> OriginalError {
        match error {
            VaultError::Open(_) => {
                OriginalError::Key { record: original.record, file: self.identity.to_owned(), error }
            }
            error => OriginalError::Vault(error),
        }
    }

    fn path(&self, original: &Original) -> PathBuf {
        self.out.join(&original.name)
    }
}
