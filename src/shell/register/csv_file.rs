//! The register as one CSV table: a `kind` column says what a row is, lists
//! are separated by semicolons.

use strum::VariantArray;

use crate::desk::language::Language;
use crate::desk::register::{CalendarWish, Company, QuietHours, Representative, Role, Unit};
use crate::shell::register::{At, Problem, Rows};

/// Every column, and the kinds of rows that may fill it.
const COLUMNS: [(&str, &[&str]); 19] = [
    ("kind", &["company", "representative", "unit"]),
    ("id", &["company"]),
    ("company", &["representative", "unit"]),
    ("name", &["company", "representative"]),
    ("aliases", &["company"]),
    ("zone", &["company"]),
    ("quiet_hours", &["company"]),
    ("language", &["company", "representative"]),
    ("address", &["representative"]),
    ("phones", &["representative"]),
    ("roles", &["representative"]),
    ("calendar", &["representative"]),
    ("valid_until", &["representative"]),
    ("serial", &["unit"]),
    ("mac", &["unit"]),
    ("ips", &["unit"]),
    ("version", &["unit"]),
    ("customisations", &["unit"]),
    ("retired", &["company", "representative", "unit"]),
];
const WAY_OUT: &str = "see fixtures/register/sample.csv";

/// Reads every row that can be read and names every line that cannot.
pub fn read(text: &str) -> Result<(Rows, Vec<Problem>), String> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers: Vec<String> =
        reader.headers().map_err(|error| format!("{error}; {WAY_OUT}"))?.iter().map(str::to_owned).collect();
    check_headers(&headers)?;
    let (mut rows, mut problems) = (Rows::default(), Vec::new());
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map(csv::Position::line);
                problems.push(Problem::error(line, error.to_string(), "write the line as the others are"));
                continue;
            }
        };
        let row = Row { headers: &headers, cells: &record, line: record.position().map(csv::Position::line) };
        if record.len() > headers.len() {
            let what = format!("expected at most {} cells, found {}", headers.len(), record.len());
            problems.push(Problem::error(row.line, what, "put a value that has a comma into quotation marks"));
            continue;
        }
        add(&row, &mut rows, &mut problems);
    }
    Ok((rows, problems))
}

fn check_headers(headers: &[String]) -> Result<(), String> {
    let known = |name: &str| COLUMNS.iter().any(|(column, _)| *column == name);
    let count = |name: &str| headers.iter().filter(|header| *header == name).count();
    let found = if count("kind") == 0 {
        "none named kind".to_owned()
    } else if let Some(name) = headers.iter().find(|name| !known(name)) {
        format!("also \"{name}\"")
    } else if let Some(name) = headers.iter().find(|name| count(name) > 1) {
        format!("{name} twice")
    } else {
        return Ok(());
    };
    let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
    Err(format!("expected the columns {}, found {found}; {WAY_OUT}", names.join(", ")))
}

struct Row<'a> {
    headers: &'a [String],
    cells: &'a csv::StringRecord,
    line: Option<u64>,
}

impl Row<'_> {
    fn text(&self, column: &str) -> String {
        let mut cells = self.headers.iter().zip(self.cells.iter());
        cells.find(|(header, _)| *header == column).map(|(_, cell)| cell.to_owned()).unwrap_or_default()
    }

    fn list(&self, column: &str) -> Vec<String> {
        self.text(column).split(';').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    fn is_retired(&self, problems: &mut Vec<Problem>) -> bool {
        match self.text("retired").to_lowercase().as_str() {
            "yes" | "true" | "1" | "x" => true,
            "" | "no" | "false" | "0" => false,
            other => {
                let what = format!("expected yes, no or nothing in retired, found \"{other}\"");
                problems.push(Problem::error(self.line, what, "correct the word"));
                false
            }
        }
    }

    fn language(&self, problems: &mut Vec<Problem>) -> Option<Language> {
        let written = self.text("language").to_lowercase();
        let language = written.parse().ok();
        if language.is_none() && !written.is_empty() {
            let codes: Vec<&str> = Language::VARIANTS.iter().map(|language| language.code()).collect();
            let what = format!("expected {} or nothing in language, found \"{written}\"", codes.join(", "));
            problems.push(Problem::error(self.line, what, "correct the code; letters are written in these languages"));
        }
        language
    }

    /// A value in a column of another kind is a slip of one cell.
    fn check_columns(&self, kind: &str, problems: &mut Vec<Problem>) {
        for (column, kinds) in &COLUMNS {
            if !kinds.contains(&kind) && !self.text(column).is_empty() {
                let what = format!("expected nothing in {column} of a {kind}, found \"{}\"", self.text(column));
                problems.push(Problem::error(self.line, what, "move the values to their columns"));
            }
        }
    }
}

fn add(row: &Row<'_>, rows: &mut Rows, problems: &mut Vec<Problem>) {
    let (line, kind) = (row.line, row.text("kind"));
    match kind.as_str() {
        "company" => rows.companies.push(At { line, row: company(row, problems) }),
        "representative" => rows.representatives.push(At { line, row: representative(row, problems) }),
        "unit" => rows.units.push(At { line, row: unit(row, problems) }),
        other => {
            let what = format!("expected company, representative or unit as kind, found \"{other}\"");
            problems.push(Problem::error(line, what, "correct the word in the column kind"));
            return;
        }
    }
    row.check_columns(&kind, problems);
}

fn company(row: &Row<'_>, problems: &mut Vec<Problem>) -> Company {
    let zone = row.text("zone");
    let written = row.text("quiet_hours");
    let quiet_hours = match QuietHours::try_from(written.clone()) {
        Ok(hours) => Some(hours),
        Err(_) if written.is_empty() => None,
        Err(what) => {
            problems.push(Problem::error(row.line, what, "write the hours of the customer's own clock"));
            None
        }
    };
    Company {
        id: row.text("id"),
        name: row.text("name"),
        aliases: row.list("aliases"),
        zone: (!zone.is_empty()).then_some(zone),
        quiet_hours,
        language: row.language(problems),
        row: 0,
        retired: row.is_retired(problems),
    }
}

fn representative(row: &Row<'_>, problems: &mut Vec<Problem>) -> Representative {
    let mut roles = Vec::new();
    for word in row.list("roles") {
        match word.parse::<Role>() {
            Ok(role) => roles.push(role),
            Err(_) => {
                let what = format!("expected request, consent, feedback or updates as role, found \"{word}\"");
                problems.push(Problem::error(row.line, what, "correct the word in the column roles"));
            }
        }
    }
    let written = row.text("valid_until");
    let valid_until = match written.parse() {
        Ok(date) => Some(date),
        Err(_) if written.is_empty() => None,
        Err(_) => {
            let what = format!("expected a day like 2027-12-31 in valid_until, found \"{written}\"");
            problems.push(Problem::error(row.line, what, "correct the date"));
            None
        }
    };
    Representative {
        address: row.text("address"),
        company: row.text("company"),
        name: row.text("name"),
        phones: row.list("phones"),
        roles,
        calendar: calendar(row, problems),
        language: row.language(problems),
        valid_until,
        row: 0,
        retired: row.is_retired(problems),
    }
}

fn calendar(row: &Row<'_>, problems: &mut Vec<Problem>) -> CalendarWish {
    let written = row.text("calendar");
    if written.is_empty() {
        return CalendarWish::default();
    }
    written.parse().unwrap_or_else(|_| {
        let what = format!("expected invite, plain, none or nothing in calendar, found \"{written}\"");
        problems.push(Problem::error(row.line, what, "correct the word"));
        CalendarWish::default()
    })
}

fn unit(row: &Row<'_>, problems: &mut Vec<Problem>) -> Unit {
    let mut ips = Vec::new();
    for word in row.list("ips") {
        match word.parse() {
            Ok(ip) => ips.push(ip),
            Err(_) => {
                let what = format!("expected an IP address in ips, found \"{word}\"");
                problems.push(Problem::error(row.line, what, "write it like 203.0.113.10"));
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
        retired: row.is_retired(problems),
    }
}
