//! Which mails are being read now. Outlives the process that dies reading one
//! of them, so that the next start knows the suspect (R14).

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::desk::input::Place;
use crate::shell::store::files;

/// Attempts by place, as text, so that the file can be read by a person.
pub struct InHand {
    file: File,
    /// Bytes that the file holds.
    length: usize,
    /// Attempts that ended without a reading, from this and earlier processes.
    attempts: BTreeMap<String, u32>,
}

impl InHand {
    /// Reads what an earlier process left. A file that cannot be understood
    /// counts as empty: it can only cost a suspect one more try.
    pub fn open(folder: &Path) -> io::Result<InHand> {
        let mut file = files::open_to_overwrite(&folder.join("in-hand.json"))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let attempts = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(InHand { file, length: bytes.len(), attempts })
    }

    /// How often reading this mail has begun and not ended.
    pub fn attempts(&self, place: &Place) -> u32 {
        self.attempts.get(&place.to_string()).copied().unwrap_or(0)
    }

    /// These are about to be read: counted before the attempt.
    pub fn begin(&mut self, places: &[Place]) -> io::Result<()> {
        for place in places {
            *self.attempts.entry(place.to_string()).or_insert(0) += 1;
        }
        self.write()
    }

    /// These were read, whatever was read in them.
    pub fn done<'a>(&mut self, places: impl IntoIterator<Item = &'a Place>) -> io::Result<()> {
        for place in places {
            self.attempts.remove(&place.to_string());
        }
        self.write()
    }

    /// Not synced: it guards against the death of the process, not of the
    /// machine. One call writes all of it, blanks over what was longer; a new
    /// file in place of the old one costs more than reading a mail does.
    fn write(&mut self) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(&self.attempts).map_err(io::Error::other)?;
        bytes.resize(bytes.len().max(self.length), b' ');
        self.length = bytes.len();
        self.file.write_all_at(&bytes, 0)
    }
}
