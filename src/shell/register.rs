//! The vendor's register from files: read, checked line by line, compared with
//! what is there, merged with row versions.

mod check;
mod csv_file;
mod json_file;
mod merge;

use std::path::Path;

use serde::Serialize;

use crate::desk::register::{Company, Register, Representative, Unit};

pub use check::{clashes, unreadable_serials};
pub use merge::{Difference, merge_import};

/// Something wrong in a file, or worth a word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Of the file, from 1; `None` where no single line is meant.
    pub line: Option<u64>,
    /// A warning does not forbid the import.
    pub warning: bool,
    /// The row, what was expected, and what was found.
    pub what: String,
    pub way_out: String,
}

/// A file as it was read, its values in the forms in which they compare.
#[derive(Debug)]
pub struct Read {
    pub register: Register,
    /// In the order of the lines.
    pub problems: Vec<Problem>,
}

/// A row and the line on which it stands.
#[derive(Debug)]
struct At<R> {
    line: Option<u64>,
    row: R,
}

/// The rows that could be read.
#[derive(Debug, Default)]
struct Rows {
    companies: Vec<At<Company>>,
    representatives: Vec<At<Representative>>,
    units: Vec<At<Unit>>,
}

/// Reads a register from CSV or JSON, by the file's name.
///
/// The error is for a file that is no register at all; bad rows are problems.
pub fn read(path: &Path) -> Result<Read, String> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        format!("{}: expected a register as CSV or JSON, found {error}; name an existing text file", path.display())
    })?;
    let is_csv = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    read_text(&text, is_csv).map_err(|error| format!("{}: {error}", path.display()))
}

/// The same from text.
pub fn read_text(text: &str, is_csv: bool) -> Result<Read, String> {
    // Spreadsheets begin their files with a byte order mark.
    let text = text.trim_start_matches('\u{feff}');
    let (mut rows, mut problems) = if is_csv { csv_file::read(text)? } else { json_file::read(text)? };
    check::normalise(&mut rows);
    problems.extend(check::check(&rows));
    problems.sort_by_key(|problem| problem.line);
    Ok(Read { register: rows.into_register(), problems })
}

impl Rows {
    fn into_register(self) -> Register {
        fn plain<R>(rows: Vec<At<R>>) -> Vec<R> {
            rows.into_iter().map(|at| at.row).collect()
        }
        Register {
            companies: plain(self.companies),
            representatives: plain(self.representatives),
            units: plain(self.units),
        }
    }
}

impl Problem {
    fn error(line: Option<u64>, what: impl Into<String>, way_out: &str) -> Problem {
        Problem { line, warning: false, what: what.into(), way_out: way_out.to_owned() }
    }
}
