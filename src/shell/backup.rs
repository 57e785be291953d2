//! A copy of everything that counts in one file, made while the desk runs, and the
//! way back (decisions 6). The journal goes first: whatever a record names was
//! written before the record, so what is copied after it is whole. Passwords and
//! originals are in it as they lie on the disk: sealed.

pub mod last;

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};

use crate::shell::store::files;

/// Single files of a data folder that belong to it.
const FILES: [&str; 3] = ["format", "message-id.key", "print.key"];
/// Folders, in the order in which they are copied, and how names in them end.
const FOLDERS: [(&str, &str); 4] = [("journal", "jsonl"), ("packs", "pack"), ("secrets", "age"), ("secrets", "print")];

/// Why there is no copy, or no way back from one.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{}: {error}; check the disk and the rights", path.display())]
    Io { path: PathBuf, error: io::Error },
    #[error("{}: exists already; name another file", .0.display())]
    Exists(PathBuf),
    #[error("{}: expected an empty folder or none, found files in it; restore into another one", .0.display())]
    NotEmpty(PathBuf),
    #[error("{}: expected a desk's data folder, found no journal in it", .0.display())]
    NoJournal(PathBuf),
    #[error("{}: expected a backup of a desk, found {found:?} in it; nothing was restored", path.display())]
    NotOurs { path: PathBuf, found: String },
}

fn io_error(path: &Path) -> impl Fn(io::Error) -> BackupError {
    let path = path.to_owned();
    move |error| BackupError::Io { path: path.clone(), error }
}

/// Copies the data folder `data` into the new file `to` (a tar archive, for its owner
/// alone); what is there under that name is whole or nothing. Returns its size in bytes.
///
/// # Errors
///
/// The file exists, or something cannot be read or written.
pub fn backup(data: &Path, to: &Path) -> Result<u64, BackupError> {
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    if !data.join("journal").is_dir() {
        return Err(BackupError::NoJournal(data.to_owned()));
    }
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = to.with_file_name(name);
    let written = write(data, &part);
    if written.is_err() {
        let _nothing_half_written_stays = fs::remove_file(&part);
    }
    let bytes = written?;
    fs::rename(&part, to).map_err(io_error(to))?;
    Ok(bytes)
}

fn write(data: &Path, part: &Path) -> Result<u64, BackupError> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(part);
    let mut archive = tar::Builder::new(BufWriter::new(file.map_err(io_error(part))?));
    for (folder, end) in FOLDERS {
        for name in names(&data.join(folder), end)? {
            add(&mut archive, data, &Path::new(folder).join(name))?;
        }
    }
    for name in FILES {
        add(&mut archive, data, Path::new(name))?;
    }
    let failed = io_error(part);
    let file = archive.into_inner().and_then(|inner| inner.into_inner().map_err(io::IntoInnerError::into_error));
    let file = file.map_err(&failed)?;
    file.sync_all().map_err(&failed)?;
    Ok(file.metadata().map_err(&failed)?.len())
}

fn names(folder: &Path, end: &str) -> Result<Vec<PathBuf>, BackupError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(io_error(folder))?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = PathBuf::from(entry.map_err(io_error(folder))?.file_name());
        if name.extension().is_some_and(|found| found == end) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// As long as it is now: what is appended meanwhile belongs to the next copy. What
/// was removed meanwhile (a password, a day whose time is over) is left out.
fn add(archive: &mut tar::Builder<impl Write>, data: &Path, name: &Path) -> Result<(), BackupError> {
    let path = data.join(name);
    let failed = io_error(&path);
    let mut file = match File::open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        file => file.map_err(&failed)?,
    };
    let length = whole(&mut file, name).map_err(&failed)?;
    let mut header = tar::Header::new_gnu();
    header.set_size(length);
    header.set_mode(0o600);
    header.set_cksum();
    archive.append_data(&mut header, name, BufReader::new(file.take(length))).map_err(&failed)
}

/// The length of a file; of the journal up to its last whole line.
fn whole(file: &mut File, name: &Path) -> io::Result<u64> {
    let length = file.metadata()?.len();
    if !name.starts_with("journal") {
        return Ok(length);
    }
    const LOOK: u64 = 64 * 1024;
    let mut end = length;
    while end > 0 {
        let from = end.saturating_sub(LOOK);
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        (&mut *file).take(end - from).read_to_end(&mut bytes)?;
        if let Some(last) = bytes.iter().rposition(|byte| *byte == b'\n') {
            end = from + last as u64 + 1;
            break;
        }
        end = from;
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(end)
}

/// Puts a copy into the empty or missing folder `data`. The ticket store is rebuilt
/// from the journal at the next start.
///
/// # Errors
///
/// The folder is not empty, or the file is no backup of a desk.
pub fn restore(from: &Path, data: &Path) -> Result<usize, BackupError> {
    let is_empty = fs::read_dir(data).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty {
        return Err(BackupError::NotEmpty(data.to_owned()));
    }
    let failed = io_error(from);
    // First all names, then the first byte: a file that is no backup leaves nothing.
    let mut archive = tar::Archive::new(BufReader::new(File::open(from).map_err(&failed)?));
    for entry in archive.entries().map_err(&failed)? {
        let entry = entry.map_err(&failed)?;
        let name = entry.path().map_err(&failed)?.into_owned();
        if !is_ours(&name) || !entry.header().entry_type().is_file() {
            return Err(BackupError::NotOurs { path: from.to_owned(), found: name.display().to_string() });
        }
    }
    files::make_folder(data).map_err(io_error(data))?;
    let mut archive = tar::Archive::new(BufReader::new(File::open(from).map_err(&failed)?));
    let mut restored = 0;
    for entry in archive.entries().map_err(&failed)? {
        let mut entry = entry.map_err(&failed)?;
        let path = data.join(entry.path().map_err(&failed)?);
        let broken = io_error(&path);
        if let Some(folder) = path.parent().filter(|folder| *folder != data) {
            files::make_folder(folder).map_err(&broken)?;
            fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(&broken)?;
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(&broken)?;
        io::copy(&mut entry, &mut file).map_err(&broken)?;
        file.sync_all().map_err(&broken)?;
        restored += 1;
    }
    Ok(restored)
}

/// Only names that a backup has: nothing can be written anywhere else.
fn is_ours(name: &Path) -> bool {
    let parts: Vec<Component<'_>> = name.components().collect();
    match parts.as_slice() {
        [Component::Normal(file)] => FILES.iter().any(|known| *file == *known),
        [Component::Normal(folder), Component::Normal(file)] => FOLDERS
            .iter()
            .any(|(known, end)| *folder == *known && Path::new(file).extension().is_some_and(|found| found == *end)),
        _ => false,
    }
}
