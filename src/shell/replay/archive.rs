//! A mailbox to be replayed: a Maildir with its subfolders, or an mbox file.
//! Only its list is kept in memory.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::shell::replay::mbox;

/// The mails of a mailbox, in the order in which they arrived.
#[derive(Debug)]
pub struct Archive {
    pub entries: Vec<Entry>,
}

/// One mail, not read yet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    pub received: Timestamp,
    /// `new/1764064800.M1P2.host`, or `#12` for the twelfth mail of an mbox.
    pub name: String,
    at: At,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum At {
    File(PathBuf),
    /// Bytes of an mbox, the line that begins with `From ` left out.
    Part {
        path: PathBuf,
        offset: u64,
        length: u64,
    },
}

impl Archive {
    /// Finds what it is and lists it. Two lists of the same mailbox are the same.
    ///
    /// # Errors
    /// What was expected and what was found instead, in words.
    pub fn open(path: &Path) -> Result<Archive, String> {
        let fail = |error: io::Error| format!("{}: the mailbox cannot be read: {error}", path.display());
        let metadata = fs::metadata(path).map_err(|error| {
            format!("{}: expected a Maildir or an mbox file, found: {error}; name one of both", path.display())
        })?;
        let mut entries = if metadata.is_dir() {
            let entries = maildir(path).map_err(fail)?;
            entries.ok_or_else(|| {
                format!(
                    "{}: expected a Maildir, found a folder without `cur` and `new`; name the folder that has them",
                    path.display()
                )
            })?
        } else {
            mbox_entries(path, &metadata)?
        };
        entries.sort();
        Ok(Archive { entries })
    }

    /// The bytes of a mail; `None` when there are more than `most`.
    pub fn read(&self, entry: &Entry, most: u64) -> io::Result<Option<Vec<u8>>> {
        let bytes = match &entry.at {
            At::File(path) => {
                let mut bytes = Vec::new();
                File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
                bytes
            }
            At::Part { length, .. } if *length > most.saturating_mul(2) => return Ok(None),
            At::Part { path, offset, length } => {
                let mut file = File::open(path)?;
                file.seek(SeekFrom::Start(*offset))?;
                let mut bytes = Vec::new();
                file.take(*length).read_to_end(&mut bytes)?;
                mbox::unquoted(&bytes)
            }
        };
        Ok(if bytes.len() as u64 > most { None } else { Some(bytes) })
    }
}

/// `None`: the folder is no Maildir. Subfolders begin with a dot (Maildir++).
fn maildir(path: &Path) -> io::Result<Option<Vec<Entry>>> {
    if !path.join("cur").is_dir() && !path.join("new").is_dir() {
        return Ok(None);
    }
    let mut entries = Vec::new();
    for part in ["new", "cur"] {
        let folder = path.join(part);
        if !folder.is_dir() {
            continue;
        }
        for file in fs::read_dir(folder)? {
            let file = file?;
            let name = file.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') || !file.file_type()?.is_file() {
                continue;
            }
            let received = arrived(&name, &file.metadata()?)?;
            entries.push(Entry { received, name: format!("{part}/{name}"), at: At::File(file.path()) });
        }
    }
    for folder in fs::read_dir(path)? {
        let folder = folder?;
        let name = folder.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') && folder.file_type()?.is_dir() {
            let inside = maildir(&folder.path())?.unwrap_or_default();
            entries.extend(inside.into_iter().map(|entry| Entry { name: format!("{name}/{}", entry.name), ..entry }));
        }
    }
    Ok(Some(entries))
}

/// The second that begins a Maildir's file name, which a copy keeps; else the
/// file's time.
fn arrived(name: &str, metadata: &fs::Metadata) -> io::Result<Timestamp> {
    let digits = name.split_once('.').map(|(digits, _)| digits).filter(|digits| digits.len() >= 9);
    let second = digits.and_then(|digits| digits.parse().ok());
    match second.and_then(|second| Timestamp::from_second(second).ok()) {
        Some(at) => Ok(at),
        None => modified(metadata),
    }
}

fn modified(metadata: &fs::Metadata) -> io::Result<Timestamp> {
    Timestamp::try_from(metadata.modified()?).map_err(io::Error::other)
}

/// A mail whose `From ` line has no time that can be read came when the one
/// before it came, the first with the file.
fn mbox_entries(path: &Path, metadata: &fs::Metadata) -> Result<Vec<Entry>, String> {
    let fail = |error: io::Error| format!("{}: the mailbox cannot be read: {error}", path.display());
    let parts = mbox::parts(File::open(path).map_err(fail)?).map_err(fail)?.ok_or_else(|| {
        format!("{}: expected an mbox, found a file that does not begin with a `From ` line", path.display())
    })?;
    let mut last = modified(metadata).map_err(fail)?;
    let mut entries = Vec::new();
    for (number, part) in (1_u64..).zip(parts) {
        last = part.received.unwrap_or(last);
        let at = At::Part { path: path.to_owned(), offset: part.offset, length: part.length };
        entries.push(Entry { received: last, name: format!("#{number}"), at });
    }
    Ok(entries)
}
