//! The truth: one line of JSON a record, a file a month, each line naming the
//! SHA-256 of the line before it. `jq` reads it, `sha256sum` checks it: `prev`
//! is the hash of the whole line before, its line feed included.

mod check;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::desk::record::{Record, What};
use crate::shell::store::files;
use crate::shell::store::pack::{cut_back_to, hex};

pub use check::{Break, Torn, TornEnd, check};

/// `prev` of the first record.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The last record: its number, and the hash that the next one will name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub seq: u64,
    pub hash: String,
}

impl Head {
    /// Before the first record.
    pub fn beginning() -> Head {
        Head { seq: 0, hash: BEGINNING.to_owned() }
    }
}

/// One line as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub seq: u64,
    pub prev: String,
    pub at: Timestamp,
    pub what: What,
}

/// A finished line, not yet written.
#[derive(Debug, Clone)]
pub struct NewLine {
    seq: u64,
    segment: String,
    bytes: Vec<u8>,
}

/// A month's file, as the check found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// `2026-11.jsonl`.
    pub name: String,
    /// Number of its first record; `None` when it is empty.
    pub first_seq: Option<u64>,
}

/// The journal, checked and open for appending.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    segments: Vec<Segment>,
    open: Option<Open>,
    head: Head,
}

#[derive(Debug)]
struct Open {
    name: String,
    file: File,
    length: u64,
}

impl Journal {
    /// What [`check`] found, ready to go on.
    pub fn new(folder: &Path, segments: Vec<Segment>, head: Head) -> Journal {
        Journal { folder: folder.to_owned(), segments, open: None, head }
    }

    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The last record is not the one that was committed: its hash was `expected`.
    pub fn last_changed(&self, expected: String, found: String) -> Break {
        let segment = self.segments.last().map_or_else(String::new, |segment| segment.name.clone());
        Break::LastRecord { segment, seq: self.head.seq, expected, found }
    }

    /// The line for `record` after `head`, and the head after it. Nothing is written.
    pub fn line(&self, head: &Head, record: &Record) -> Result<(NewLine, Head), serde_json::Error> {
        let seq = head.seq.saturating_add(1);
        let line = Line { seq, prev: head.hash.clone(), at: record.at, what: record.what.clone() };
        let mut bytes = serde_json::to_vec(&line)?;
        bytes.push(b'\n');
        let hash = hex(&Sha256::digest(&bytes));
        Ok((NewLine { seq, segment: self.segment_for(record.at), bytes }, Head { seq, hash }))
    }

    /// A clock that was set back does not make the journal go back to an old file.
    fn segment_for(&self, at: Timestamp) -> String {
        let month = format!("{}.jsonl", at.strftime("%Y-%m"));
        match self.segments.last() {
            Some(last) if last.name > month => last.name.clone(),
            _ => month,
        }
    }

    /// Writes the lines of one group, in order; not synced. Where a group
    /// crosses into a new month the old file is synced first, so that only the
    /// last file can ever have a torn end.
    pub fn write(&mut self, lines: &[NewLine], head: Head) -> io::Result<()> {
        let mut rest = lines;
        while let Some(first) = rest.first() {
            let count = rest.iter().take_while(|line| line.segment == first.segment).count();
            let (now, later) = rest.split_at(count);
            let bytes = now.iter().map(|line| line.bytes.as_slice()).collect::<Vec<_>>().concat();
            let written = self.segment(&first.segment, first.seq).and_then(|file| file.write_all(&bytes));
            match written {
                Ok(()) => rest = later,
                // The lines in the older file are synced: more than a lack of room.
                Err(error) if rest.len() < lines.len() => return Err(io::Error::other(error.to_string())),
                Err(error) => return Err(error),
            }
        }
        self.head = head;
        Ok(())
    }

    fn segment(&mut self, name: &str, first_seq: u64) -> io::Result<&mut File> {
        let is_open = self.open.as_ref().is_some_and(|open| open.name == name);
        if !is_open {
            self.sync()?;
            let file = files::open_for_append(&self.folder.join(name))?;
            let length = file.metadata()?.len();
            if self.segments.last().is_none_or(|last| last.name != name) {
                self.segments.push(Segment { name: name.to_owned(), first_seq: Some(first_seq) });
            }
            self.open = Some(Open { name: name.to_owned(), file, length });
        }
        self.open.as_mut().map(|open| &mut open.file).ok_or_else(|| io::Error::other("no journal file is open"))
    }

    /// The commit: from here on everything written holds.
    pub fn sync(&mut self) -> io::Result<()> {
        if let Some(open) = &mut self.open {
            open.file.sync_data()?;
            open.length = open.file.metadata()?.len();
        }
        Ok(())
    }

    /// Takes back what was written since the last sync and goes back to `head`.
    pub fn cut_back(&mut self, head: Head) -> io::Result<()> {
        if let Some(open) = self.open.take() {
            cut_back_to(&open.file, open.length)?;
        }
        self.head = head;
        Ok(())
    }

    /// Hands every record after number `after` to `each`, oldest first.
    pub fn replay(&self, after: u64, mut each: impl FnMut(Line, Head) -> Result<(), Break>) -> Result<(), Break> {
        for (position, segment) in self.segments.iter().enumerate() {
            let next_begins = self.segments.get(position.saturating_add(1)).and_then(|next| next.first_seq);
            if next_begins.is_some_and(|first| first <= after.saturating_add(1)) {
                continue;
            }
            self.replay_segment(&segment.name, after, &mut each)?;
        }
        Ok(())
    }

    fn replay_segment(
        &self,
        name: &str,
        after: u64,
        each: &mut impl FnMut(Line, Head) -> Result<(), Break>,
    ) -> Result<(), Break> {
        let unreadable = |error| Break::Unreadable { segment: name.to_owned(), error };
        let mut reader = BufReader::new(File::open(self.folder.join(name)).map_err(unreadable)?);
        let mut bytes = Vec::new();
        let mut number = 0;
        while reader.read_until(b'\n', &mut bytes).map_err(unreadable)? > 0 {
            number += 1;
            let seq = check::link(&bytes).map_or(0, |link| link.seq);
            if seq > after {
                let line: Line = serde_json::from_slice(&bytes).map_err(|error| Break::NotARecord {
                    segment: name.to_owned(),
                    line: number,
                    seq,
                    why: error.to_string(),
                })?;
                each(line, Head { seq, hash: hex(&Sha256::digest(&bytes)) })?;
            }
            bytes.clear();
        }
        Ok(())
    }

    /// The hash of record `seq`, if the journal has it.
    pub fn hash_of(&self, seq: u64) -> Result<Option<String>, Break> {
        if seq == self.head.seq {
            return Ok(Some(self.head.hash.clone()));
        }
        if seq > self.head.seq {
            return Ok(None);
        }
        let segment =
            self.segments.iter().rev().find(|segment| segment.first_seq.is_some_and(|first| first <= seq + 1));
        let Some(segment) = segment else { return Ok(None) };
        check::prev_of(&self.folder.join(&segment.name), &segment.name, seq + 1)
    }
}
