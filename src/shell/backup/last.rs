//! When the last copy was made: `status` tells it, and no copy holds it.

use std::fs;
use std::io;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::shell::store::files;

const NAME: &str = "last-backup";

/// The last copy that was finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    pub at: Timestamp,
    pub bytes: u64,
}

/// Notes in the data folder that a copy is finished.
///
/// # Errors
///
/// The note cannot be written; the copy is good all the same.
pub fn remember(data: &Path, last: &Last) -> io::Result<()> {
    files::write_synced(&data.join(NAME), serde_json::to_string(last)?.as_bytes())
}

/// `None`: none was made, or nobody can read the note.
pub fn known(data: &Path) -> Option<Last> {
    serde_json::from_slice(&fs::read(data.join(NAME)).ok()?).ok()
}
