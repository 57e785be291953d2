//! The register as one JSON object with `companies`, `representatives` and
//! `units`; every bad row is named with its line.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::shell::register::{At, Problem, Rows};

const SECTIONS: [&str; 3] = ["companies", "representatives", "units"];
const WAY_OUT: &str = "see fixtures/register/sample.json";

/// Reads every row that can be read and names every one that cannot.
pub fn read(text: &str) -> Result<(Rows, Vec<Problem>), String> {
    let expected = format!("expected one JSON object with {}", SECTIONS.join(", "));
    let value: Value = serde_json::from_str(text).map_err(|error| format!("{expected}, found {error}; {WAY_OUT}"))?;
    let Value::Object(sections) = value else { return Err(format!("{expected}, found another value; {WAY_OUT}")) };
    let places = places(text);
    for section in &places {
        if !SECTIONS.contains(&section.name.as_str()) {
            return Err(format!("{expected}, found \"{}\" in line {}; {WAY_OUT}", section.name, section.line));
        }
        if places.iter().filter(|other| other.name == section.name).count() > 1 {
            return Err(format!("{expected}, found \"{}\" twice; put its rows together", section.name));
        }
    }
    let (mut rows, mut problems) = (Rows::default(), Vec::new());
    for section in &places {
        let Some(Value::Array(values)) = sections.get(&section.name) else {
            return Err(format!("{expected}, found no list in \"{}\"; {WAY_OUT}", section.name));
        };
        match section.name.as_str() {
            "companies" => rows.companies = read_rows(values, section, &mut problems),
            "representatives" => rows.representatives = read_rows(values, section, &mut problems),
            _ => rows.units = read_rows(values, section, &mut problems),
        }
    }
    Ok((rows, problems))
}

fn read_rows<R: DeserializeOwned>(values: &[Value], section: &Section, problems: &mut Vec<Problem>) -> Vec<At<R>> {
    let mut lines = section.rows.iter().copied();
    let mut rows = Vec::new();
    for value in values {
        // Only objects have a line; anything else in the list is no row.
        let line = if value.is_object() { lines.next() } else { None };
        match serde_json::from_value(value.clone()) {
            Ok(row) => rows.push(At { line, row }),
            Err(error) => {
                let what = format!("{}: expected a row that can be read, found {error}", section.name);
                problems.push(Problem::error(line, what, "write the row as the others are"));
            }
        }
    }
    rows
}

/// Where a list begins, and the lines on which its objects begin.
struct Section {
    name: String,
    line: u64,
    rows: Vec<u64>,
}

/// Walks over a text that is known to be an object: the parser keeps no lines.
fn places(text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let (mut line, mut depth, mut is_string, mut is_escaped) = (1, 0_u32, false, false);
    // The last string: before a colon in the outer object it is a key.
    let mut last = String::new();
    for c in text.chars() {
        match c {
            '\n' => line += 1,
            _ if is_escaped => {
                is_escaped = false;
                last.push(c);
            }
            '\\' if is_string => is_escaped = true,
            '"' => {
                is_string = !is_string;
                if is_string {
                    last.clear();
                }
            }
            _ if is_string => last.push(c),
            ':' if depth == 1 => sections.push(Section { name: std::mem::take(&mut last), line, rows: Vec::new() }),
            '{' | '[' => {
                if c == '{' && depth == 2 {
                    sections.last_mut().into_iter().for_each(|section| section.rows.push(line));
                }
                depth += 1;
            }
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    sections
}
