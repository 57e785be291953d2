//! Redacted copies in a Maildir (TD5): the copy is whole in its folder before the
//! original is removed, and its name tells that it is there.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::maildir::{by_item, failed, remove, target};
use crate::shell::source::{Replaced, SourceError};
use crate::shell::steps::{self, Step};

/// Of the original's name; a file's name has 255 at most.
const NAME_BYTES_MAX: usize = 180;

/// Puts each copy into its folder, unless it is there, then removes its original.
pub(super) fn replace(maildir: &Path, copies: &[Replaced]) -> Result<(), SourceError> {
    let originals = by_item(maildir)?;
    for copy in copies {
        // What is gone was replaced before, or somebody took it.
        let Some(original) = originals.get(&copy.place.item) else { continue };
        let target = target(maildir, copy.folder)?;
        let name = name(copy);
        if !by_item(&target)?.contains_key(&name) {
            let path = target.join("cur").join(format!("{name}:2,"));
            write(&target, &name, &path, copy).map_err(|error| failed("write the redacted copy", &path, &error))?;
        }
        steps::reached(Step::CopyPut);
        remove(original)?;
    }
    Ok(())
}

/// The name of the original with the mark: two copies of one mail have the same.
fn name(copy: &Replaced) -> String {
    let item = &copy.place.item;
    let end = (0..=item.len().min(NAME_BYTES_MAX)).rev().find(|end| item.is_char_boundary(*end)).unwrap_or(0);
    let begin = item.get(..end).unwrap_or_default();
    format!("{begin}.{}", copy.mark.replace(' ', "-"))
}

/// Beside the folder first, then whole and lasting by its name.
fn write(target: &Path, name: &str, path: &PathBuf, copy: &Replaced) -> io::Result<()> {
    let half = target.join("tmp").join(name);
    let mut file = File::create(&half)?;
    file.write_all(&copy.bytes)?;
    let seconds = u64::try_from(copy.received.as_second()).unwrap_or(0);
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))?;
    file.sync_all()?;
    fs::rename(&half, path)?;
    File::open(target.join("cur"))?.sync_all()
}
