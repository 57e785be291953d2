//! Files of Word and Excel: zip archives of XML (ECMA-376 part 2). They are the only
//! archives that are opened, and of them nothing but the parts that are text.

use std::collections::BTreeMap;
use std::io::Read as _;

use flate2::read::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive, ZipArchiveEntryWayfinder, ZipSliceArchive};

use crate::desk::limits::Limits;
use crate::desk::mail::attached::xml::{self, Met};
use crate::desk::mail::attached::{docx, wide, xlsx};

/// An archive whose names are known.
pub(super) struct Package<'a> {
    archive: ZipSliceArchive<&'a [u8]>,
    /// By their names in lower case, which is how they compare.
    entries: BTreeMap<String, (ZipArchiveEntryWayfinder, CompressionMethod)>,
    limits: &'a Limits,
    /// Bytes that may still be inflated.
    left: usize,
}

/// The text of such a file, and how many bytes may be inflated after it; no text,
/// where it is none, is damaged, or is over a limit.
pub(super) fn text(bytes: &[u8], limits: &Limits, left: usize) -> (Option<String>, usize) {
    let Some(mut package) = Package::open(bytes, limits, left) else { return (None, left) };
    let text = package.main().and_then(|(name, xml)| match root(&xml)?.as_str() {
        "document" => docx::text(&xml, limits),
        "workbook" => xlsx::text(&mut package, &name, &xml),
        _ => None,
    });
    (text, package.left)
}

impl<'a> Package<'a> {
    /// Two parts of one name are two documents, and nobody knows which is meant.
    fn open(bytes: &'a [u8], limits: &'a Limits, left: usize) -> Option<Package<'a>> {
        let archive = ZipArchive::from_slice(bytes).ok()?;
        let mut entries = BTreeMap::new();
        let mut listed = archive.entries();
        while let Some(entry) = listed.next_entry().ok()? {
            let name = String::from_utf8_lossy(entry.file_path().as_bytes()).to_lowercase();
            let twice = entries.insert(name, (entry.wayfinder(), entry.compression_method())).is_some();
            if twice || entries.len() > limits.archive_entries_max {
                return None;
            }
        }
        Some(Package { archive, entries, limits, left })
    }

    pub(super) fn limits(&self) -> &'a Limits {
        self.limits
    }

    /// One part as text; `None` where there is none, or it is over a limit.
    pub(super) fn part(&mut self, name: &str) -> Option<String> {
        let (place, method) = self.entries.get(&name.to_lowercase())?;
        let entry = self.archive.get_entry(*place).ok()?;
        let packed = entry.data();
        let most = packed.len().saturating_mul(self.limits.archive_ratio_max).min(self.left);
        let mut bytes = Vec::new();
        let read = match *method {
            CompressionMethod::STORE => packed.take(to_u64(most).saturating_add(1)).read_to_end(&mut bytes),
            CompressionMethod::DEFLATE => {
                DeflateDecoder::new(packed).take(to_u64(most).saturating_add(1)).read_to_end(&mut bytes)
            }
            _ => return None,
        };
        self.left = self.left.saturating_sub(bytes.len());
        read.ok().filter(|length| *length <= most)?;
        match wide(&bytes) {
            Some(text) => Some(text),
            None => String::from_utf8(bytes).ok(),
        }
    }

    /// The document itself, with its name: the package says which part it is.
    fn main(&mut self) -> Option<(String, String)> {
        let relations = self.part("_rels/.rels")?;
        let (_, name) =
            relations_of(&relations, "")?.into_iter().find(|(kind, _)| kind.ends_with("/officeDocument"))?;
        let xml = self.part(&name)?;
        Some((name, xml))
    }

    /// The parts that another one names, by the ids under which it does.
    pub(super) fn related(&mut self, name: &str) -> Option<BTreeMap<String, String>> {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        let relations = self.part(format!("{folder}/_rels/{file}.rels").trim_start_matches('/'))?;
        let mut parts = BTreeMap::new();
        xml::walk(&relations, |met| {
            if let Met::Open(element) = met
                && element.name() == "Relationship"
            {
                parts.insert(element.get("Id"), beside(folder, &element.get("Target")));
            }
            true
        })?;
        Some(parts)
    }
}

/// Kinds and names of related parts.
fn relations_of(xml: &str, folder: &str) -> Option<Vec<(String, String)>> {
    let mut relations = Vec::new();
    xml::walk(xml, |met| {
        if let Met::Open(element) = met
            && element.name() == "Relationship"
        {
            relations.push((element.get("Type"), beside(folder, &element.get("Target"))));
        }
        true
    })?;
    Some(relations)
}

/// The name of a part as another in `folder` writes it.
fn beside(folder: &str, target: &str) -> String {
    match target.strip_prefix('/') {
        Some(whole) => whole.to_owned(),
        None if folder.is_empty() => target.to_owned(),
        None => format!("{folder}/{target}"),
    }
}

/// The name of the first element.
fn root(xml: &str) -> Option<String> {
    let mut root = None;
    xml::walk(xml, |met| {
        if let Met::Open(element) = met {
            root = Some(element.name().to_owned());
        }
        root.is_none()
    })?;
    root
}

fn to_u64(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
