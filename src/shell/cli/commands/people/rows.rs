//! The register for people: its rows, what is wrong in a file, what an import changes.

use serde_json::Value;

use crate::shell::cli::commands::people::{Printed, list, text, words};
use crate::shell::cli::commands::wrong;
use crate::shell::cli::table::{self, facts, safe};
use crate::shell::register::{Difference, Problem};

pub fn problems(problems: &[Problem]) {
    for problem in problems {
        let line = problem.line.map_or(String::new(), |line| format!("line {line}: "));
        let word = if problem.warning { "warning: ".to_owned() } else { wrong("bad: ") };
        println!("{line}{word}{}; {}", safe(&problem.what), problem.way_out);
    }
}

pub fn difference(difference: &Difference) {
    for (sign, rows) in [("+", &difference.added), ("~", &difference.changed), ("-", &difference.retired)] {
        for row in rows {
            println!("{sign} {}", safe(row));
        }
    }
    println!(
        "{} new, {} changed, {} retired, {} unchanged",
        difference.added.len(),
        difference.changed.len(),
        difference.retired.len(),
        difference.unchanged
    );
}

pub fn register(register: &Value) -> Printed {
    let retired = |row: &Value| if row.get("retired") == Some(&Value::Bool(true)) { "retired" } else { "" }.to_owned();
    let companies: Vec<Vec<String>> = list(register, "companies")
        .map(|row| vec![text(row, "id"), text(row, "name"), text(row, "zone"), text(row, "row"), retired(row)])
        .collect();
    table::print(&["COMPANY", "NAME", "ZONE", "ROW", ""], &companies);
    println!();
    let people: Vec<Vec<String>> = list(register, "representatives")
        .map(|row| {
            vec![
                text(row, "address"),
                text(row, "company"),
                text(row, "name"),
                words(row, "roles"),
                text(row, "valid_until"),
                text(row, "row"),
                retired(row),
            ]
        })
        .collect();
    table::print(&["REPRESENTATIVE", "COMPANY", "NAME", "ROLES", "VALID UNTIL", "ROW", ""], &people);
    println!();
    let units: Vec<Vec<String>> = list(register, "units")
        .map(|row| {
            vec![
                text(row, "serial"),
                text(row, "company"),
                text(row, "mac"),
                words(row, "ips"),
                text(row, "version"),
                text(row, "row"),
                retired(row),
            ]
        })
        .collect();
    table::print(&["UNIT", "COMPANY", "MAC", "IP", "VERSION", "ROW", ""], &units);
    Ok(())
}

/// The row with this id, address or serial.
pub fn row_of(register: &Value, id: &str) -> Option<Value> {
    let plain = |text: &str| {
        text.chars().filter(|c| c.is_alphanumeric() || *c == '@').flat_map(char::to_lowercase).collect::<String>()
    };
    let is = |row: &&Value| {
        ["id", "address", "serial"]
            .iter()
            .any(|key| row.get(*key).and_then(Value::as_str).is_some_and(|value| plain(value) == plain(id)))
    };
    ["companies", "representatives", "units"].iter().find_map(|kind| list(register, kind).find(is).cloned())
}

pub fn row(row: &Value) -> Printed {
    let fields: Vec<(&str, String)> = row
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| {
            let shown = if value.is_array() { words(row, name) } else { text(row, name) };
            (name.as_str(), shown)
        })
        .collect();
    facts(&fields);
    Ok(())
}
