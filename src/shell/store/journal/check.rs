//! Reads the whole chain at every start. A torn last line is what a power cut
//! leaves: it was never acknowledged, so it is cut off, saved aside and
//! reported. Any other break means that history was changed: nothing starts.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::shell::store::files;
use crate::shell::store::journal::{BEGINNING, Head, Segment};
use crate::shell::store::pack::hex;

/// Why the journal cannot be trusted; each names the record and the way out.
#[derive(Debug, thiserror::Error)]
pub enum Break {
    #[error(
        "journal {segment} line {line}, record {seq}: expected the hash of record {} to be {expected}, found {found}: \
         this record or the one before it was changed; restore the journal from a backup",
        seq.saturating_sub(1)
    )]
    Chain { segment: String, line: u64, seq: u64, expected: String, found: String },
    #[error(
        "journal {segment} line {line}: expected record {expected}, found record {found}: records are missing or were \
         moved; restore the journal from a backup"
    )]
    Number { segment: String, line: u64, expected: u64, found: u64 },
    #[error(
        "journal {segment} line {line}: expected record {seq}, found no readable record ({why}) and more lines after \
         it; restore the journal from a backup"
    )]
    NotARecord { segment: String, line: u64, seq: u64, why: String },
    #[error(
        "journal {segment}, last record {seq}: its hash is {found}, but the ticket store applied it with {expected}: \
         the record was changed; restore the journal from a backup"
    )]
    LastRecord { segment: String, seq: u64, expected: String, found: String },
    #[error(
        "journal {segment} line {line}: expected record {seq}, which the ticket store has applied, found no readable \
         record: it was changed, not torn; restore the journal from a backup, or move the folder `sled` away to go on \
         without it"
    )]
    Applied { segment: String, line: u64, seq: u64 },
    #[error(
        "journal record {seq} cannot be applied: {why}; restore the journal from a backup, or run the version of the \
         program that wrote it"
    )]
    NotApplicable { seq: u64, why: String },
    #[error("journal {segment} cannot be read: {error}; check the disk and the rights of the data folder")]
    Unreadable { segment: String, error: io::Error },
}

/// Where the readable lines end before the file does.
#[derive(Debug)]
pub struct TornEnd {
    segment: String,
    /// Number of the first line that cannot be read.
    line: u64,
    offset: u64,
    /// The record that should stand there.
    seq: u64,
}

/// A torn end that was cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    pub segment: String,
    /// How many bytes were cut off.
    pub bytes: u64,
    /// The file in the journal folder that keeps them.
    pub saved_as: String,
}

/// What every line says about its place in the chain.
#[derive(Debug, Deserialize)]
pub struct Link {
    pub seq: u64,
    pub prev: String,
}

/// The place in the chain that a line claims; `None` when it is no record.
pub fn link(bytes: &[u8]) -> Option<Link> {
    serde_json::from_slice(bytes).ok()
}

/// The whole journal, verified: its files, its last record, and what was cut off.
#[derive(Debug)]
pub struct Checked {
    pub segments: Vec<Segment>,
    pub head: Head,
    pub torn: Option<TornEnd>,
}

/// Verifies the chain from the first record to the last, and changes nothing;
/// `progress` is told the number of records now and then.
pub fn check(folder: &Path, progress: &mut dyn FnMut(u64)) -> Result<Checked, Break> {
    let names = segment_names(folder).map_err(|error| Break::Unreadable { segment: "folder".to_owned(), error })?;
    let last_filled = names.iter().rposition(|(_, length)| *length > 0);
    let mut checked = Checked { segments: Vec::new(), head: Head::beginning(), torn: None };
    for (position, (name, _)) in names.iter().enumerate() {
        let is_last = Some(position) == last_filled;
        check_segment(folder, name, is_last, &mut checked, progress)?;
    }
    Ok(checked)
}

/// Names in order of time with their lengths; `torn-…` files are not of the chain.
fn segment_names(folder: &Path) -> io::Result<Vec<(String, u64)>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".jsonl") && !name.starts_with("torn-") {
            names.push((name, entry.metadata()?.len()));
        }
    }
    names.sort();
    Ok(names)
}

fn check_segment(
    folder: &Path,
    name: &str,
    is_last: bool,
    checked: &mut Checked,
    progress: &mut dyn FnMut(u64),
) -> Result<(), Break> {
    let unreadable = |error| Break::Unreadable { segment: name.to_owned(), error };
    let path = folder.join(name);
    let mut reader = BufReader::new(File::open(&path).map_err(unreadable)?);
    let (mut bytes, mut number, mut offset, mut first_seq) = (Vec::new(), 0, 0, None);
    loop {
        bytes.clear();
        let length = reader.read_until(b'\n', &mut bytes).map_err(unreadable)? as u64;
        if length == 0 {
            break;
        }
        number += 1;
        let expected = checked.head.seq + 1;
        let Some(link) = whole_link(&bytes) else {
            let nothing_follows = reader.fill_buf().map_err(unreadable)?.is_empty();
            if is_last && nothing_follows {
                checked.torn = Some(TornEnd { segment: name.to_owned(), line: number, offset, seq: expected });
                break;
            }
            let why = "it is not one line of JSON with seq and prev".to_owned();
            return Err(Break::NotARecord { segment: name.to_owned(), line: number, seq: expected, why });
        };
        follows(name, number, &checked.head, &link)?;
        first_seq.get_or_insert(link.seq);
        checked.head = Head { seq: link.seq, hash: hex(&Sha256::digest(&bytes)) };
        offset += length;
        if link.seq % PROGRESS_EVERY == 0 {
            progress(link.seq);
        }
    }
    checked.segments.push(Segment { name: name.to_owned(), first_seq });
    Ok(())
}

const PROGRESS_EVERY: u64 = 10_000;

fn whole_link(bytes: &[u8]) -> Option<Link> {
    if bytes.last() == Some(&b'\n') { link(bytes) } else { None }
}

fn follows(name: &str, line: u64, head: &Head, link: &Link) -> Result<(), Break> {
    let (segment, expected) = (name.to_owned(), head.seq + 1);
    if link.seq != expected {
        return Err(Break::Number { segment, line, expected, found: link.seq });
    }
    if link.prev != head.hash {
        let expected = if head.seq == 0 { BEGINNING.to_owned() } else { head.hash.clone() };
        return Err(Break::Chain { segment, line, seq: link.seq, expected, found: link.prev.clone() });
    }
    Ok(())
}

impl TornEnd {
    /// The ticket store has this record, so it was whole and synced once.
    pub fn applied(&self) -> Break {
        Break::Applied { segment: self.segment.clone(), line: self.line, seq: self.seq }
    }

    /// Saves the bytes in a file of their own, then cuts them off.
    pub fn cut_off(&self, folder: &Path) -> Result<Torn, Break> {
        let unreadable = |error| Break::Unreadable { segment: self.segment.clone(), error };
        cut_off(folder, &self.segment, self.offset).map_err(unreadable)
    }
}

fn cut_off(folder: &Path, name: &str, offset: u64) -> io::Result<Torn> {
    let mut file = OpenOptions::new().read(true).write(true).open(folder.join(name))?;
    file.seek(SeekFrom::Start(offset))?;
    let mut torn = Vec::new();
    file.read_to_end(&mut torn)?;
    let saved_as = format!("torn-{name}-at-{offset}");
    files::write_synced(&folder.join(&saved_as), &torn)?;
    file.set_len(offset)?;
    file.sync_all()?;
    Ok(Torn { segment: name.to_owned(), bytes: torn.len() as u64, saved_as })
}

/// The `prev` that record `seq` names, read from its file.
pub fn prev_of(path: &Path, name: &str, seq: u64) -> Result<Option<String>, Break> {
    let unreadable = |error| Break::Unreadable { segment: name.to_owned(), error };
    let mut reader = BufReader::new(File::open(path).map_err(unreadable)?);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes).map_err(unreadable)? > 0 {
        if let Some(link) = link(&bytes)
            && link.seq == seq
        {
            return Ok(Some(link.prev));
        }
        bytes.clear();
    }
    Ok(None)
}
