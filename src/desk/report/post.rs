//! The desk's own health: letters and mail that was kept.

use jiff::Timestamp;

use crate::desk::report::number::counts;
use crate::desk::report::{Past, Row};

/// A letter of ours.
#[derive(Debug, Clone)]
pub struct Posted {
    pub no: u64,
    pub at: Timestamp,
    pub template: String,
    pub for_staff: bool,
    /// How far it came: `sent`, `failed` …
    pub state: String,
}

/// A mail in quarantine.
#[derive(Debug, Clone)]
pub struct Kept {
    pub no: u64,
    pub at: Timestamp,
    pub reason: String,
}

/// Numbers of `outbox list` and `quarantine list` stand for ids.
pub fn desk(past: &Past<'_>) -> Vec<Row> {
    let posted = || past.posted.iter().filter(|letter| past.period.has(letter.at));
    let audience = |for_staff| if for_staff { "to staff" } else { "to customers" };
    let id = |no: u64| format!("letter {no}");
    let mut rows = counts("letters", posted().map(|one| (audience(one.for_staff).to_owned(), id(one.no))));
    rows.extend(counts("letters by state", posted().map(|one| (one.state.clone(), id(one.no)))));
    rows.extend(counts("letters by kind", posted().map(|one| (one.template.clone(), id(one.no)))));
    let kept = past.kept.iter().filter(|mail| past.period.has(mail.at));
    rows.extend(counts(
        "kept in quarantine",
        kept.map(|mail| (mail.reason.clone(), format!("quarantine {}", mail.no))),
    ));
    rows
}
