//! Verifies what the desk has kept, with the desk running or not: the chain of
//! the journal, the texts, letters and originals that its records name, and an
//! outside witness of its last record (decisions 19). It only reads.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use crate::desk::office::SegmentKind;
use crate::desk::record::{Decided, PackPlace, What};
use crate::shell::store::apply::segments;
use crate::shell::store::journal::{self, Break, Head, Journal};
use crate::shell::store::pack::{PackFault, Packs};

/// What is wrong with what was kept; each names the record and the way out.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error("{0}")]
    Journal(#[from] Break),
    #[error("{}: {error}; check the rights of the data folder", path.display())]
    Folder { path: std::path::PathBuf, error: std::io::Error },
    #[error(
        "the journal ends with record {found}, but record {expected} was witnessed ({witness}): records at its end \
         are missing; restore the journal from a backup"
    )]
    Shortened { expected: u64, found: u64, witness: String },
    #[error(
        "record {seq}: its hash is {found}, but {witness} has {expected}: this record, or one before it and all after \
         it, was changed; restore the journal from a backup"
    )]
    Witness { seq: u64, expected: String, found: String, witness: String },
}

/// Who else knows the hash of a record, and what he says it is.
#[derive(Debug, Clone)]
pub struct Witness {
    pub head: Head,
    /// For people: `the ticket store`, `the hash that you gave`.
    pub name: String,
}

/// Bytes beside the journal that records name by their SHA-256.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Kept {
    pub whole: u64,
    /// Deleted because their time was over, as a record says.
    pub expired: u64,
}

/// What was found in order.
#[derive(Debug, Clone, Serialize)]
pub struct Audited {
    pub files: usize,
    pub records: u64,
    pub head: String,
    pub first_at: Option<Timestamp>,
    pub last_at: Option<Timestamp>,
    /// Bytes of a last line that is not whole: never acknowledged, or being written.
    pub unfinished: bool,
    pub texts: Kept,
    pub letters: Kept,
    pub originals: Kept,
    pub attachments: Kept,
    /// Bytes that are not what their record says, and files that are missing though
    /// no record says that they were deleted: each names the records.
    pub damaged: Vec<String>,
    /// Who confirmed the journal's end, or a record in it.
    pub witnesses: Vec<String>,
}

/// Reads everything in the data folder `data` and compares.
///
/// # Errors
///
/// The first record at which the chain is broken or a witness contradicts.
pub fn audit(data: &Path, witnesses: &[Witness], progress: &mut dyn FnMut(u64)) -> Result<Audited, AuditError> {
    let folder = data.join("journal");
    let checked = journal::check(&folder, progress)?;
    let unfinished = checked.torn.is_some();
    let files = checked.segments.len();
    let journal = Journal::new(&folder, checked.segments, checked.head.clone());
    for witness in witnesses {
        confirm(&journal, witness)?;
    }
    let packs = data.join("packs");
    let packs = Packs::open(&packs).map_err(|error| AuditError::Folder { path: packs, error })?;
    let mut audited = Audited {
        files,
        records: checked.head.seq,
        head: checked.head.hash,
        first_at: None,
        last_at: None,
        unfinished,
        texts: Kept::default(),
        letters: Kept::default(),
        originals: Kept::default(),
        attachments: Kept::default(),
        damaged: Vec::new(),
        witnesses: witnesses.iter().map(|witness| witness.name.clone()).collect(),
    };
    let mut looking = Looking { packs, lost: BTreeMap::new() };
    journal.replay(0, |line, _| {
        audited.first_at.get_or_insert(line.at);
        audited.last_at = Some(line.at);
        if let What::Decided(decided) = &line.what {
            looking.look(line.seq, decided, &mut audited);
        }
        Ok(())
    })?;
    audited.damaged = looking.lost.values().flat_map(Lost::told).collect();
    Ok(audited)
}

fn confirm(journal: &Journal, witness: &Witness) -> Result<(), AuditError> {
    let Head { seq, hash: expected } = witness.head.clone();
    match journal.hash_of(seq)? {
        None => Err(AuditError::Shortened { expected: seq, found: journal.head().seq, witness: witness.name.clone() }),
        Some(found) if found != expected => {
            Err(AuditError::Witness { seq, expected, found, witness: witness.name.clone() })
        }
        Some(_) => Ok(()),
    }
}

/// What could not be had, file by file, until a record says that the file was deleted.
struct Looking {
    packs: Packs,
    lost: BTreeMap<String, Lost>,
}

#[derive(Default)]
struct Lost {
    pieces: u64,
    /// First and last record of pieces of a file that is not there, and how many.
    missing: Option<(u64, u64, u64)>,
    /// Of a file that is there.
    faults: Vec<String>,
    name: String,
}

impl Looking {
    fn look(&mut self, seq: u64, decided: &Decided, audited: &mut Audited) {
        let Audited { texts, letters, originals, attachments, .. } = audited;
        decided.text.iter().for_each(|place| self.one(seq, place, texts));
        decided.letters.iter().for_each(|letter| self.one(seq, &letter.bytes, letters));
        decided.original.iter().for_each(|place| self.one(seq, place, originals));
        decided.attachments.iter().for_each(|place| self.one(seq, place, attachments));
        for segment in segments::named(decided) {
            let pieces = self.lost.remove(&segment.segment).map_or(0, |lost| lost.pieces);
            match segment.kind {
                SegmentKind::Originals => originals.expired += pieces,
                SegmentKind::Attachments => attachments.expired += pieces,
            }
        }
    }

    fn one(&mut self, seq: u64, place: &PackPlace, kept: &mut Kept) {
        let fault = match self.packs.read(place) {
            Ok(_) => return kept.whole += 1,
            Err(fault) => fault,
        };
        let lost = self.lost.entry(place.segment.clone()).or_default();
        lost.name.clone_from(&place.segment);
        lost.pieces += 1;
        match fault {
            PackFault::Missing { .. } => {
                let (first, _, count) = lost.missing.unwrap_or((seq, seq, 0));
                lost.missing = Some((first, seq, count + 1));
            }
            fault => lost.faults.push(format!("record {seq}: {fault}")),
        }
    }
}

impl Lost {
    fn told(&self) -> Vec<String> {
        let missing = self.missing.map(|(first, last, count)| {
            let fault = PackFault::Missing { segment: self.name.clone() };
            match count {
                1 => format!("record {first}: {fault}"),
                count => format!("records {first} to {last}: {fault}; {count} texts, letters or mails were in it"),
            }
        });
        missing.into_iter().chain(self.faults.iter().cloned()).collect()
    }
}
