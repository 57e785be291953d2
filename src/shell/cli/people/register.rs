//! The register for people: its rows, what is wrong in a file, what an import
//! changes.

use serde_json::Value;

use crate::desk::command::word::difference as letters_apart;
use crate::shell::cli::page::{Page, bad};
use crate::shell::cli::people::{cells, list, text, words};
use crate::shell::register::{Difference, Problem};

pub fn problems(page: &mut Page, problems: &[Problem]) {
    for problem in problems {
        let line = problem.line.map_or(String::new(), |line| format!("line {line}: "));
        let said = format!("{}; {}", problem.what, problem.way_out);
        if problem.warning {
            page.line(format!("{line}warning: {said}"));
        } else {
            page.line(bad(format!("{line}bad: {said}")));
        }
    }
}

pub fn difference(page: &mut Page, difference: &Difference) {
    for (sign, rows) in [("+", &difference.added), ("~", &difference.changed), ("-", &difference.retired)] {
        for row in rows {
            page.line(format!("{sign} {row}"));
        }
    }
    page.line(format!(
        "{} new, {} changed, {} retired, {} unchanged",
        difference.added.len(),
        difference.changed.len(),
        difference.retired.len(),
        difference.unchanged
    ));
}

/// The difference in the answer to an import.
pub fn answered(page: &mut Page, answer: &Value) {
    if let Some(made) = answer.get("difference").cloned().and_then(|value| serde_json::from_value(value).ok()) {
        difference(page, &made);
    }
}

fn retired(row: &Value) -> String {
    if row.get("retired") == Some(&Value::Bool(true)) { "retired".to_owned() } else { String::new() }
}

pub fn register(page: &mut Page, register: &Value) {
    let companies = list(register, "companies")
        .map(|row| cells([text(row, "id"), text(row, "name"), text(row, "zone"), text(row, "row"), retired(row)]));
    page.head("Companies");
    page.table(&["COMPANY", "NAME", "ZONE", "ROW", ""], companies.collect(), "none");
    let people = list(register, "representatives").map(|row| {
        cells([
            text(row, "address"),
            text(row, "company"),
            text(row, "name"),
            words(row, "roles"),
            text(row, "valid_until"),
            text(row, "row"),
            retired(row),
        ])
    });
    page.head("Representatives");
    page.table(&["ADDRESS", "COMPANY", "NAME", "ROLES", "VALID UNTIL", "ROW", ""], people.collect(), "none");
    let units = list(register, "units").map(|row| {
        cells([
            text(row, "serial"),
            text(row, "company"),
            text(row, "mac"),
            words(row, "ips"),
            text(row, "version"),
            text(row, "row"),
            retired(row),
        ])
    });
    page.head("Units");
    page.table(&["SERIAL", "COMPANY", "MAC", "IP", "VERSION", "ROW", ""], units.collect(), "none");
}

/// The row with this id, address or serial; else the words for what may be meant.
pub fn row_of(register: &Value, id: &str) -> Result<Value, String> {
    let wanted = plain(id);
    let names =
        |row: &Value| ["id", "address", "serial"].iter().find_map(|key| row.get(*key)?.as_str().map(str::to_owned));
    let rows = || ["companies", "representatives", "units"].into_iter().flat_map(|kind| list(register, kind));
    if let Some(row) = rows().find(|row| names(row).is_some_and(|name| plain(&name) == wanted)) {
        return Ok(row.clone());
    }
    let begins = |name: &String| wanted.len() >= 3 && plain(name).starts_with(&wanted);
    let near = rows().filter_map(names).find(begins).or_else(|| {
        rows()
            .filter_map(names)
            .min_by_key(|name| letters_apart(&wanted, &plain(name)))
            .filter(|name| letters_apart(&wanted, &plain(name)) <= 2)
    });
    let hint = near.map_or("`register list` shows all".to_owned(), |near| format!("did you mean {near}?"));
    Err(format!("the register has no company, representative or unit {id}; {hint}"))
}

/// As people compare: letters and digits alone, small.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || *c == '@').flat_map(char::to_lowercase).collect()
}

pub fn row(page: &mut Page, row: &Value) {
    let fields = row.as_object().into_iter().flatten().map(|(name, value)| {
        let shown = if value.is_array() { words(row, name) } else { text(row, name) };
        (name.as_str(), shown.into())
    });
    page.facts(fields.collect());
}
