//! The register as one CSV table: a `kind` column says what a row is, lists
//! are separated by semicolons.

use std::collections::BTreeMap;

use crate::desk::register::{Company, Register, Representative, Role, Unit};
use crate::shell::register::Problem;

/// Line of a row in the file, by "kind key".
pub type Lines = BTreeMap<String, u64>;

const COLUMNS: [&str; 15] = [
    "kind",
    "id",
    "company",
    "name",
    "aliases",
    "zone",
    "address",
    "phones",
    "roles",
    "valid_until",
    "serial",
    "mac",
    "ips",
    "version",
    "customisations",
];

/// Reads every row that can be read and names every line that cannot.
pub fn read(text: &str) -> Result<(Register, Lines, Vec<Problem>), String> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|error| error.to_string())?.clone();
    let unknown: Vec<&str> = headers.iter().filter(|name| !COLUMNS.contains(name) && *name != "retired").collect();
    if !headers.iter().any(|name| name == "kind") || !unknown.is_empty() {
        return Err(format!(
            "expected the columns {} and retired, found {}; see fixtures/register/sample.csv",
            COLUMNS.join(", "),
            if unknown.is_empty() { "none named kind".to_owned() } else { format!("also {}", unknown.join(", ")) }
        ));
    }
    let (mut register, mut lines, mut problems) = (Register::default(), Lines::new(), Vec::new());
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map(csv::Position::line);
                problems.push(problem(line, &error.to_string(), "write the line as the others are"));
                continue;
            }
        };
        let line = record.position().map(csv::Position::line);
        let row =
            Row { cells: headers.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect(), line };
        add(&row, &mut register, &mut lines, &mut problems);
    }
    Ok((register, lines, problems))
}

struct Row {
    cells: BTreeMap<String, String>,
    line: Option<u64>,
}

impl Row {
    fn text(&self, column: &str) -> String {
        self.cells.get(column).cloned().unwrap_or_default()
    }

    fn list(&self, column: &str) -> Vec<String> {
        self.text(column).split(';').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    fn is_retired(&self) -> bool {
        matches!(self.text("retired").to_lowercase().as_str(), "yes" | "true" | "1" | "x")
    }
}

fn add(row: &Row, register: &mut Register, lines: &mut Lines, problems: &mut Vec<Problem>) {
    let key = match row.text("kind").as_str() {
        "company" => {
            let company = company(row);
            let key = format!("company {}", company.id);
            register.companies.push(company);
            key
        }
        "representative" => {
            let person = representative(row, problems);
            let key = format!("representative {}", person.address);
            register.representatives.push(person);
            key
        }
        "unit" => {
            let unit = unit(row, problems);
            let key = format!("unit {}", unit.serial);
            register.units.push(unit);
            key
        }
        other => {
            let what = format!("expected company, representative or unit as kind, found \"{other}\"");
            problems.push(problem(row.line, &what, "correct the word in the column kind"));
            return;
        }
    };
    if let Some(line) = row.line {
        lines.entry(key).or_insert(line);
    }
}

fn company(row: &Row) -> Company {
    let zone = row.text("zone");
    Company {
        id: row.text("id"),
        name: row.text("name"),
        aliases: row.list("aliases"),
        zone: (!zone.is_empty()).then_some(zone),
        row: 0,
        retired: row.is_retired(),
    }
}

fn representative(row: &Row, problems: &mut Vec<Problem>) -> Representative {
    let mut roles = Vec::new();
    for word in row.list("roles") {
        match word.parse::<Role>() {
            Ok(role) => roles.push(role),
            Err(_) => {
                let what = format!("expected request, consent, feedback or updates as role, found \"{word}\"");
                problems.push(problem(row.line, &what, "correct the word in the column roles"));
            }
        }
    }
    let written = row.text("valid_until");
    let valid_until = match written.parse() {
        Ok(date) => Some(date),
        Err(_) if written.is_empty() => None,
        Err(_) => {
            let what = format!("expected a day like 2027-12-31 in valid_until, found \"{written}\"");
            problems.push(problem(row.line, &what, "correct the date"));
            None
        }
    };
    Representative {
        address: row.text("address"),
        company: row.text("company"),
        name: row.text("name"),
        phones: row.list("phones"),
        roles,
        valid_until,
        row: 0,
        retired: row.is_retired(),
    }
}

fn unit(row: &Row, problems: &mut Vec<Problem>) -> Unit {
    let mut ips = Vec::new();
    for word in row.list("ips") {
        match word.parse() {
            Ok(ip) => ips.push(ip),
            Err(_) => {
                let what = format!("expected an IP address in ips, found \"{word}\"");
                problems.push(problem(row.line, &what, "write it like 203.0.113.10"));
            }
        }
    }
    Unit {
        serial: row.text("serial"),
        company: row.text("company"),
        mac: row.text("mac"),
        ips,
        version: row.text("version"),
        customisations: row.list("customisations"),
        row: 0,
        retired: row.is_retired(),
    }
}

fn problem(line: Option<u64>, what: &str, way_out: &str) -> Problem {
    Problem { line, warning: false, what: what.to_owned(), way_out: way_out.to_owned() }
}
