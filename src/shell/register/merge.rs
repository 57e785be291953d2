//! An import over what is there: what it changes, and the row versions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::desk::form::compact;
use crate::desk::register::{Company, Register, Representative, Unit};

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

/// The register after an import of `file` over `old`. A whole import retires
/// what is missing in it; a merge only adds and changes.
pub fn merge_import(old: &Register, file: Register, merge: bool) -> (Register, Difference) {
    let mut difference = Difference::default();
    let mut register = Register {
        companies: rows(&old.companies, file.companies, merge, &mut difference),
        representatives: rows(&old.representatives, file.representatives, merge, &mut difference),
        units: rows(&old.units, file.units, merge, &mut difference),
    };
    // An address that a retired unit left to another must lead to the other:
    // the last row wins in the store's index.
    register.units.sort_by_key(|unit| !unit.retired);
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
        compact(&self.serial)
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
