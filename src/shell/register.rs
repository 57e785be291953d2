//! The vendor's register from files: read, checked line by line, compared with
//! what is there, merged with row versions.

mod check;
mod csv_file;

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::desk::register::{Company, Register, Representative, Unit};

pub use check::check;

/// Something wrong in a file, or worth a word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// From 1 in a CSV; `None` in a JSON file, where `what` names the row.
    pub line: Option<u64>,
    /// A warning does not forbid the import.
    pub warning: bool,
    pub what: String,
    pub way_out: String,
}

/// A file as it was read, its values in the forms in which they compare.
pub struct Read {
    pub register: Register,
    pub problems: Vec<Problem>,
}

/// What an import changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub added: Vec<String>,
    /// Row and the fields that differ: "unit SM-0417-22A: ips".
    pub changed: Vec<String>,
    pub retired: Vec<String>,
    pub unchanged: usize,
}

impl Difference {
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.retired.is_empty()
    }
}

/// Reads a register from CSV or JSON, by the file's name.
pub fn read(path: &Path) -> Result<Read, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let is_csv = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    read_text(&text, is_csv).map_err(|error| format!("{}: {error}", path.display()))
}

/// The same from text.
pub fn read_text(text: &str, is_csv: bool) -> Result<Read, String> {
    let (register, lines, mut problems) = if is_csv {
        csv_file::read(text)?
    } else {
        let register: Register = serde_json::from_str(text).map_err(|error| {
            format!(
                "expected one JSON object with companies, representatives and units: {error}; \
                 see fixtures/register/sample.json"
            )
        })?;
        (register, BTreeMap::new(), Vec::new())
    };
    let register = check::normalised(register);
    problems.extend(check(&register, &lines));
    problems.sort_by_key(|problem| problem.line);
    Ok(Read { register, problems })
}

/// The register after an import of `file` over `old`. A whole import retires
/// what is missing in it; a merge only adds and changes.
pub fn merge_import(old: &Register, file: Register, merge: bool) -> (Register, Difference) {
    let mut difference = Difference::default();
    let register = Register {
        companies: rows(&old.companies, file.companies, merge, &mut difference),
        representatives: rows(&old.representatives, file.representatives, merge, &mut difference),
        units: rows(&old.units, file.units, merge, &mut difference),
    };
    (register, difference)
}

/// What rows of all three kinds have in common.
trait Row: Clone + PartialEq + Serialize {
    fn key(&self) -> String;
    fn name(&self) -> String;
    fn version(&mut self) -> &mut u64;
    fn retired(&mut self) -> &mut bool;
}

impl Row for Company {
    fn key(&self) -> String {
        self.id.clone()
    }
    fn name(&self) -> String {
        format!("company {}", self.id)
    }
    fn version(&mut self) -> &mut u64 {
        &mut self.row
    }
    fn retired(&mut self) -> &mut bool {
        &mut self.retired
    }
}

impl Row for Representative {
    fn key(&self) -> String {
        self.address.to_ascii_lowercase()
    }
    fn name(&self) -> String {
        format!("representative {}", self.address)
    }
    fn version(&mut self) -> &mut u64 {
        &mut self.row
    }
    fn retired(&mut self) -> &mut bool {
        &mut self.retired
    }
}

impl Row for Unit {
    fn key(&self) -> String {
        crate::shell::store::apply::compare_form(&self.serial)
    }
    fn name(&self) -> String {
        format!("unit {}", self.serial)
    }
    fn version(&mut self) -> &mut u64 {
        &mut self.row
    }
    fn retired(&mut self) -> &mut bool {
        &mut self.retired
    }
}

fn rows<R: Row>(old: &[R], new: Vec<R>, merge: bool, difference: &mut Difference) -> Vec<R> {
    let mut rest: BTreeMap<String, R> = old.iter().map(|row| (row.key(), row.clone())).collect();
    let mut rows = Vec::new();
    for mut row in new {
        match rest.remove(&row.key()) {
            None => {
                *row.version() = 1;
                difference.added.push(row.name());
            }
            Some(mut before) => {
                let version = *before.version();
                *row.version() = version;
                if row == before {
                    difference.unchanged += 1;
                } else {
                    *row.version() = version + 1;
                    difference.changed.push(format!("{}: {}", row.name(), changed_fields(&before, &row)));
                }
            }
        }
        rows.push(row);
    }
    for (_, mut row) in rest {
        if !merge && !*row.retired() {
            *row.retired() = true;
            *row.version() += 1;
            difference.retired.push(row.name());
        }
        rows.push(row);
    }
    rows
}

/// The names of the fields that differ.
fn changed_fields<R: Serialize>(before: &R, after: &R) -> String {
    let fields = |row: &R| match serde_json::to_value(row) {
        Ok(serde_json::Value::Object(fields)) => fields,
        // Rows are plain structs; anything else has no fields to name.
        _ => serde_json::Map::new(),
    };
    let (before, after) = (fields(before), fields(after));
    let differs = |name: &&String| before.get(*name) != after.get(*name) && name.as_str() != "row";
    after.keys().filter(differs).cloned().collect::<Vec<_>>().join(", ")
}
