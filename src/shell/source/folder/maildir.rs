//! The files of a Maildir: blocking work on one folder.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::desk::record::Folder;
use crate::shell::source::{HEADER_LOOK, SourceError};

const PROCESSED: &str = ".Processed";
pub(super) const QUARANTINE: &str = ".Quarantine";

/// A file with a mail in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MailFile {
    /// The unique name: the file name before `:2,`.
    pub item: String,
    pub path: PathBuf,
    /// The modification time (decisions 26).
    pub received: Timestamp,
    pub size: u64,
}

/// What to do with a file whose name is not a Maildir's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    Keep,
    /// Somebody dropped in `request.eml`, and may drop in another of that name
    /// later. The name is what a mail is known by, and a known mail is not
    /// handled again: so it gets a name that cannot come twice.
    MakeUnique,
}

/// Makes what a Maildir must have; gives the mailbox's name.
pub(super) fn open(path: &Path) -> Result<String, SourceError> {
    let real = path.canonicalize().map_err(|error| {
        SourceError::configuration(format!("cannot open the mail folder {}: {error}; name a Maildir", path.display()))
    })?;
    make(&real).map_err(|error| {
        let text = format!("cannot use {} as a Maildir: {error}; it must be writable", real.display());
        SourceError::configuration(text)
    })?;
    Ok(real.to_string_lossy().into_owned())
}

fn make(maildir: &Path) -> io::Result<()> {
    ["tmp", "new", "cur"].iter().try_for_each(|part| fs::create_dir_all(maildir.join(part)))
}

/// All mails of `new` and `cur`, in no order. Links and folders are no mail.
pub(super) fn scan(maildir: &Path, names: Names) -> Result<Vec<MailFile>, SourceError> {
    let mut files = Vec::new();
    for part in ["new", "cur"] {
        let folder = maildir.join(part);
        let failed = |error| failed("read the mail folder", &folder, &error);
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let file = mail_file(&folder, &entry.file_name(), names);
            files.extend(file.map_err(|error| self::failed("read the mail file", &entry.path(), &error))?);
        }
    }
    Ok(files)
}

/// None for what is no mail, or is gone by now.
fn mail_file(folder: &Path, name: &OsStr, names: Names) -> io::Result<Option<MailFile>> {
    let shown = name.to_string_lossy();
    let path = folder.join(name);
    let Some(metadata) = gone_is_none(fs::symlink_metadata(&path))? else { return Ok(None) };
    if shown.starts_with('.') || !metadata.is_file() {
        return Ok(None);
    }
    let (base, info) = shown.split_once(":2,").map_or((&*shown, None), |(base, info)| (base, Some(info)));
    let received = modified(&metadata)?;
    let kept = MailFile { item: base.to_owned(), path, received, size: metadata.len() };
    if names == Names::Keep || (is_unique(base) && name.to_str().is_some()) {
        return Ok(Some(kept));
    }
    let item = unique_name(base, &metadata);
    let renamed = folder.join(info.map_or_else(|| item.clone(), |info| format!("{item}:2,{info}")));
    let done = gone_is_none(fs::rename(&kept.path, &renamed))?;
    Ok(done.map(|()| MailFile { item, path: renamed, ..kept }))
}

/// `1764064800.M123P45.host`: seconds, something, and where it was made.
fn is_unique(base: &str) -> bool {
    base.split_once('.').is_some_and(|(seconds, rest)| {
        seconds.len() >= 9 && seconds.bytes().all(|byte| byte.is_ascii_digit()) && rest.contains('.')
    })
}

fn unique_name(base: &str, metadata: &Metadata) -> String {
    let tail: String = base.chars().filter(|letter| !letter.is_control()).take(60).collect();
    // Seconds before 1970 would need a sign, which is no Maildir name.
    let seconds = metadata.mtime().max(0);
    format!("{seconds:010}.M{}I{}.{tail}", metadata.mtime_nsec() / 1000, metadata.ino())
}

fn modified(metadata: &Metadata) -> io::Result<Timestamp> {
    let nanoseconds = i32::try_from(metadata.mtime_nsec()).unwrap_or(0);
    Timestamp::new(metadata.mtime(), nanoseconds).map_err(io::Error::other)
}

/// Where each mail lies now.
pub(super) fn by_item(maildir: &Path) -> Result<BTreeMap<String, PathBuf>, SourceError> {
    let files = scan(maildir, Names::Keep)?;
    Ok(files.into_iter().map(|file| (file.item, file.path)).collect())
}

/// The bytes, if the file is still what was listed. None: gone, or changed
/// since then: somebody is still writing, and half a mail is no mail.
pub(super) fn read(path: &Path, received: Timestamp, size: u64) -> Result<Option<Vec<u8>>, SourceError> {
    read_unchanged(path, received, size).map_err(|error| failed("read the mail file", path, &error))
}

fn read_unchanged(path: &Path, received: Timestamp, size: u64) -> io::Result<Option<Vec<u8>>> {
    let opened = OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW).open(path);
    let Some(mut file) = gone_is_none(opened)? else { return Ok(None) };
    let mut bytes = Vec::new();
    // One byte more than listed shows that it has grown.
    Read::by_ref(&mut file).take(size.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(is_as_listed(&file, &bytes, received, size)?.then_some(bytes))
}

fn is_as_listed(file: &File, bytes: &[u8], received: Timestamp, size: u64) -> io::Result<bool> {
    let now = file.metadata()?;
    Ok(u64::try_from(bytes.len()).ok() == Some(size) && now.len() == size && modified(&now)? == received)
}

/// The beginning of each of these mails; what is gone is left out.
pub(super) fn headers(maildir: &Path, items: &[String]) -> Result<Vec<(String, Vec<u8>)>, SourceError> {
    let files = by_item(maildir)?;
    let mut headers = Vec::new();
    for item in items {
        let Some(path) = files.get(item) else { continue };
        let header = beginning(path).map_err(|error| failed("read the mail file", path, &error))?;
        headers.extend(header.map(|header| (item.clone(), header)));
    }
    Ok(headers)
}

/// Mails whose beginning names this header field, wherever the desk puts mail.
pub(super) fn with_field(maildir: &Path, field: &str) -> Result<Vec<(PathBuf, Vec<u8>)>, SourceError> {
    let line = format!("\n{}:", field.to_ascii_lowercase()).into_bytes();
    let mut found = Vec::new();
    for folder in [maildir.to_owned(), maildir.join(PROCESSED), maildir.join(QUARANTINE)] {
        if !folder.is_dir() {
            continue;
        }
        make(&folder).map_err(|error| failed("open the mail folder", &folder, &error))?;
        for file in scan(&folder, Names::Keep)? {
            let header = beginning(&file.path).map_err(|error| failed("read the mail file", &file.path, &error))?;
            let names_it = |header: &Vec<u8>| header.to_ascii_lowercase().windows(line.len()).any(|at| at == line);
            found.extend(header.filter(names_it).map(|header| (file.path, header)));
        }
    }
    Ok(found)
}

pub(super) fn remove(path: &Path) -> Result<(), SourceError> {
    gone_is_none(fs::remove_file(path)).map(drop).map_err(|error| failed("remove the mail file", path, &error))
}

fn beginning(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let opened = OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW).open(path);
    let Some(file) = gone_is_none(opened)? else { return Ok(None) };
    let mut bytes = Vec::new();
    file.take(u64::try_from(HEADER_LOOK).unwrap_or(u64::MAX)).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// The folder for handled mail, itself a Maildir; made where it is missing.
pub(super) fn target(maildir: &Path, folder: Folder) -> Result<PathBuf, SourceError> {
    let target = maildir.join(match folder {
        Folder::Processed => PROCESSED,
        Folder::Quarantine => QUARANTINE,
    });
    make(&target).map_err(|error| failed("make the folder", &target, &error))?;
    Ok(target)
}

/// Renames each item into its folder's `cur`; what is not here is done already.
pub(super) fn move_away(maildir: &Path, done: &[(String, Folder)]) -> Result<(), SourceError> {
    let files = by_item(maildir)?;
    for folder in [Folder::Processed, Folder::Quarantine] {
        let target = target(maildir, folder)?;
        for (item, _) in done.iter().filter(|(_, its)| *its == folder) {
            let Some(path) = files.get(item) else { continue };
            let to = free_name(&target.join("cur"), path);
            gone_is_none(fs::rename(path, &to)).map_err(|error| failed("move the mail file", path, &error))?;
        }
    }
    Ok(())
}

/// Renames an item into the `new` of another Maildir, its name with `mark`.
/// False: it is gone.
pub(super) fn bring_back(from: &Path, item: &str, to: &Path, mark: &str) -> Result<bool, SourceError> {
    let Some(path) = by_item(from)?.remove(item) else { return Ok(false) };
    make(to).map_err(|error| failed("make the folder", to, &error))?;
    let moved = gone_is_none(fs::rename(&path, to.join("new").join(format!("{item}.{mark}"))));
    Ok(moved.map_err(|error| failed("move the mail file", &path, &error))?.is_some())
}

/// Writes a mail beside the folder, then renames it into `new` whole.
pub(super) fn put(maildir: &Path, name: &str, bytes: &[u8]) -> Result<(), SourceError> {
    let (half, whole) = (maildir.join("tmp").join(name), maildir.join("new").join(name));
    let written = make(maildir).and_then(|()| fs::write(&half, bytes)).and_then(|()| fs::rename(&half, &whole));
    written.map_err(|error| failed("write the mail file", &whole, &error))
}

/// A name that nothing has yet in `folder`: renaming must not wipe out another mail.
fn free_name(folder: &Path, path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (base, info) = name.split_once(":2,").unwrap_or((&*name, ""));
    let first = folder.join(format!("{base}:2,{info}"));
    let others = (1_u32..).map(|number| folder.join(format!("{base}_{number}:2,{info}")));
    std::iter::once(first.clone()).chain(others).find(|free| fs::symlink_metadata(free).is_err()).unwrap_or(first)
}

pub(super) fn gone_is_none<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn failed(what: &str, path: &Path, error: &io::Error) -> SourceError {
    SourceError::transient(format!("cannot {what} {}: {error}", path.display()))
}
