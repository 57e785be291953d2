//! The evidence page of a ticket (decisions 19): what happened, who asked and how
//! that was proven, what was agreed to, in the words it was agreed to with. It is
//! made from the journal's records alone, and each of its lines names its record.

mod gather;
mod html;
mod rows;
mod title;
pub(super) mod words;

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use crate::desk::ticket::{Status, TicketId};
use crate::shell::cli::page::{Page, Style};
use crate::shell::store::journal::Break;

pub use html::{about, html};

use gather::Gathered;

/// What a reader in a dispute asks, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, strum::VariantArray, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    #[strum(serialize = "Who asked, and how that was proven")]
    Asked,
    #[strum(serialize = "What was compared with the register")]
    Register,
    #[strum(serialize = "Consent")]
    Consent,
    #[strum(serialize = "The time, planned and real")]
    Time,
    #[strum(serialize = "Who had it, and what they did")]
    People,
    #[strum(serialize = "The password, without the password")]
    Password,
    #[strum(serialize = "What was found, and the official feedback")]
    Feedback,
    #[strum(serialize = "Problems")]
    Problems,
    #[strum(serialize = "Letters and their delivery")]
    Letters,
}

/// One line of the page and the record that it was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    pub section: Section,
    pub at: Timestamp,
    pub text: String,
    /// Who caused it, as far as that was proven; empty: nobody in particular.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// More of it, line by line: what was written, what was compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub detail: Vec<String>,
    pub record: u64,
    /// SHA-256 of the record, which the next record names.
    pub record_sha256: String,
}

/// The page of one ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    pub ticket: TicketId,
    pub state: Status,
    pub company: Option<String>,
    pub serial: String,
    pub made_at: Timestamp,
    /// The journal that it was read from: its last record and that record's hash.
    pub records: u64,
    pub head: String,
    pub rows: Vec<Row>,
    /// Rule files that decided, by their version.
    pub rules: Vec<String>,
}

/// Makes the page of the ticket `id` from the journal in the data folder `data`,
/// with its times in `zone`; `progress` is told the number of records now and then.
/// `None`: the journal has no such ticket.
///
/// # Errors
///
/// The journal is broken, or cannot be read.
pub fn evidence(
    data: &Path,
    id: &TicketId,
    zone: &str,
    now: Timestamp,
    progress: &mut dyn FnMut(u64),
) -> Result<Option<Evidence>, Break> {
    let gathered: Gathered = gather::gather(data, id, progress)?;
    Ok(rows::evidence(&Page::new(Style::plain(zone)), &gathered, now))
}

impl Evidence {
    /// The rows of one section, in order of time.
    pub fn of(&self, section: Section) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.section == section)
    }
}
