//! Reads `rules/` once at start: from a folder, or the copies built in. Every
//! file has to be there and right; what is wrong is named all at once.

mod access;
mod by_language;
mod escalation;
mod files;
mod form;
mod marks;
mod quotes;
mod retention;
mod time;
mod urgency;
mod words;
mod zones;

use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::desk::mail::Marks;
use crate::desk::rules::Rules;
use crate::shell::rules::files::Files;
use crate::shell::toml_file::{self, FileFault};

/// Everything that is wrong with the rules, one thing a line.
#[derive(Debug, thiserror::Error)]
#[error("{}", toml_file::list(.0))]
pub struct RulesError(pub Vec<FileFault>);

/// The rules in `folder`, or the built-in ones (those of a sample vendor).
pub fn load(folder: Option<&Path>) -> Result<Arc<Rules>, RulesError> {
    let mut faults = Vec::new();
    let files = match folder {
        Some(folder) => files::read_folder(folder, &mut faults),
        None => files::built_in(),
    };
    match read(&files, &mut faults) {
        Some(rules) if faults.is_empty() => Ok(Arc::new(rules)),
        _ => Err(RulesError(faults)),
    }
}

/// Reads every file before it gives up, so that all faults come out together.
fn read(files: &Files, faults: &mut Vec<FileFault>) -> Option<Rules> {
    let mut form = files.toml("form.toml").and_then(|file| form::read(file, faults));
    let hours = files.toml("hours.toml").and_then(|file| time::hours(file, faults));
    let (names, times) = (files.toml("zones.toml"), files.toml("times.toml"));
    let zones = names.zip(times).and_then(|(names, times)| zones::zones(names, times, faults));
    let desk = files.toml("desk.toml").and_then(|file| access::desk(file, faults));
    let our_address = desk.as_ref().map(|desk| desk.address.as_str());
    let mut access = files.toml("access.toml").and_then(|file| access::access(file, our_address, faults));
    let public = files.toml("public_mail.toml").and_then(|file| access::public_mail(file, faults));
    if let (Some(access), Some(public)) = (&mut access, public) {
        access.shared_domains.extend(public);
    }
    let escalation =
        files.toml("escalation.toml").and_then(|file| escalation::escalation(file, access.as_ref(), faults));
    let mut classify = files.toml("classify.toml").and_then(|file| words::classify(file, faults));
    if let (Some(classify), Some(ours)) = (&mut classify, our_address) {
        classify.marks.ours = ours.to_lowercase();
    }
    let quotes = files.toml("quotes.toml").and_then(|file| quotes::read(file, faults)).map(Arc::new);
    if let (Some(classify), Some(form), Some(quotes)) = (&mut classify, &mut form, quotes) {
        classify.marks.quotes = Arc::clone(&quotes);
        form.quotes = quotes;
    }
    let (notes, bounces) = marks::words(files, faults);
    if let Some(classify) = &mut classify {
        classify.marks = Marks { notes, bounces, ..std::mem::take(&mut classify.marks) };
    }
    let limits = files.toml("limits.toml").and_then(|file| words::limits(file, faults));
    let denials = files.toml("denials.toml").and_then(|file| words::denials(file, faults));
    let letters = words::letters(files, faults);
    let words_of = words::words(files, faults);
    let urgency = files.toml("urgency.toml").and_then(|file| urgency::read(file, &letters, faults));
    let (limits, lookups, reply_files, counts) = limits?;
    Some(Rules {
        form: form?,
        hours: hours?,
        zones: zones?,
        access: access?,
        escalation: escalation?,
        classify: classify?,
        urgency: urgency?,
        limits,
        reply_files,
        lookups,
        counts,
        denials: denials?,
        letters,
        words: words_of,
        desk: desk?,
        version: version(files),
    })
}

/// SHA-256 over names and texts in the order of the list: two desks with the
/// same version decide alike.
fn version(files: &Files) -> String {
    let mut hash = Sha256::new();
    for (name, file) in files.all() {
        hash.update(format!("{name} {}\n", file.text.len()));
        hash.update(&file.text);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
