//! Big or private bytes beside the journal: append-only files, one a day and
//! kind. The journal line holds their place and SHA-256. Whole files are
//! deleted when their time is over; the journal verifies without them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::desk::record::PackPlace;
use crate::shell::store::{files, sync};

/// What lies in a pack; the name begins with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Pack {
    /// Redacted text of mails.
    Texts,
    /// The final bytes of letters.
    Letters,
    /// Original mails, sealed.
    Originals,
    /// Attachments of problem reports, sealed to staff.
    Attachments,
}

/// Why bytes of a pack cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum PackFault {
    /// The journal says that it was deleted then.
    #[error("{segment} was deleted on {}: its time to be kept was over", deleted_at.strftime("%Y-%m-%d"))]
    Expired { segment: String, deleted_at: Timestamp },
    #[error("{segment} is missing, and no record says that its time was over; restore the file from a backup")]
    Missing { segment: String },
    #[error(
        "{segment} at {offset}: expected bytes with SHA-256 {expected}, found others; restore the file from a backup"
    )]
    Damaged { segment: String, offset: u64, expected: String },
    #[error("{segment} cannot be read: {error}")]
    Unreadable { segment: String, error: io::Error },
}

/// The folder of packs, with the files that this group of commits writes.
#[derive(Debug)]
pub struct Packs {
    folder: PathBuf,
    open: BTreeMap<String, Segment>,
}

#[derive(Debug)]
struct Segment {
    file: File,
    length: u64,
    /// Length before this group: where a full disk cuts it back to.
    length_before: u64,
}

impl Packs {
    pub fn open(folder: &Path) -> io::Result<Packs> {
        files::make_folder(folder)?;
        Ok(Packs { folder: folder.to_owned(), open: BTreeMap::new() })
    }

    /// Appends to the pack of the day of `at` (UTC). Not synced yet.
    pub fn append(&mut self, pack: Pack, at: Timestamp, bytes: &[u8]) -> io::Result<PackPlace> {
        let kind: &'static str = pack.into();
        let name = format!("{kind}-{}.pack", at.strftime("%Y-%m-%d"));
        let segment = self.segment(&name)?;
        segment.file.write_all(bytes)?;
        let offset = segment.length;
        let length = bytes.len() as u64;
        segment.length += length;
        Ok(PackPlace { segment: name, offset, length, sha256: hex(&Sha256::digest(bytes)) })
    }

    fn segment(&mut self, name: &str) -> io::Result<&mut Segment> {
        if !self.open.contains_key(name) {
            let file = files::open_for_append(&self.folder.join(name))?;
            let length = file.metadata()?.len();
            self.open.insert(name.to_owned(), Segment { file, length, length_before: length });
        }
        self.open.get_mut(name).ok_or_else(|| io::Error::other("a segment just opened is not open"))
    }

    /// Makes everything appended since the last call last, and the new files
    /// `beside` it, all at the same time. Files of past days are let go.
    pub fn sync(&mut self, beside: &[PathBuf]) -> io::Result<()> {
        let changed = self.open.values().filter(|segment| segment.length != segment.length_before);
        sync::all(changed.map(|segment| &segment.file).collect(), beside)?;
        for segment in self.open.values_mut() {
            segment.length_before = segment.length;
        }
        while self.open.len() > OPEN_MAX {
            self.open.pop_first();
        }
        Ok(())
    }

    /// Takes back what was appended since the last sync.
    pub fn cut_back(&mut self) -> io::Result<()> {
        while let Some((_, segment)) = self.open.pop_first() {
            cut_back_to(&segment.file, segment.length_before)?;
        }
        Ok(())
    }

    /// Removes those of `names` that are there, for good; how many those were.
    pub fn remove(&mut self, names: &[String]) -> io::Result<usize> {
        let mut removed = 0;
        // Names come from the journal, as those that are read.
        for name in names.iter().filter(|name| !name.contains('/')) {
            self.open.remove(name);
            match std::fs::remove_file(self.folder.join(name)) {
                Ok(()) => removed += 1,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        if removed > 0 {
            files::sync_folder(&self.folder)?;
        }
        Ok(removed)
    }

    /// The bytes at `place`, checked against their SHA-256.
    pub fn read(&self, place: &PackPlace) -> Result<Vec<u8>, PackFault> {
        let segment = place.segment.clone();
        let damaged = || PackFault::Damaged {
            segment: place.segment.clone(),
            offset: place.offset,
            expected: place.sha256.clone(),
        };
        // The name comes from the journal, which we wrote; still it may only
        // ever name a file in this folder.
        if segment.contains('/') {
            return Err(damaged());
        }
        let file = match File::open(self.folder.join(&segment)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(PackFault::Missing { segment }),
            Err(error) => return Err(PackFault::Unreadable { segment, error }),
        };
        let length_of_file =
            file.metadata().map_err(|error| PackFault::Unreadable { segment: segment.clone(), error })?;
        if place.offset.saturating_add(place.length) > length_of_file.len() {
            return Err(damaged());
        }
        let mut bytes = vec![0; usize::try_from(place.length).unwrap_or(0)];
        file.read_exact_at(&mut bytes, place.offset).map_err(|error| PackFault::Unreadable { segment, error })?;
        if hex(&Sha256::digest(&bytes)) == place.sha256 { Ok(bytes) } else { Err(damaged()) }
    }
}

/// Today's four packs, and yesterday's while a group spans midnight.
const OPEN_MAX: usize = 8;

/// Cuts a file back to the length it had; a device that never grew is left alone.
pub fn cut_back_to(file: &File, length: u64) -> io::Result<()> {
    if file.metadata()?.len() == length { Ok(()) } else { file.set_len(length) }
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
