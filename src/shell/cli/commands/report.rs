//! `report`: numbers for a manager, for people, as JSON, as CSV.

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use serde_json::Value;

use crate::desk::report::Name;
use crate::shell::cli::Asking;
use crate::shell::cli::commands::show;
use crate::shell::cli::page::{self, Cell, Page};
use crate::shell::cli::reach;
use crate::shell::run::Failure;
use crate::shell::view::Request;

/// Which report, over which days.
#[derive(Debug, Args)]
pub struct Wanted {
    /// The report
    #[arg(value_enum)]
    name: Name,
    /// The first day, in the desk's zone
    #[arg(long, value_name = "DAY")]
    from: Date,
    /// The last day, included
    #[arg(long, value_name = "DAY")]
    to: Date,
    /// Print a CSV table; cells that a spreadsheet would run begin with '
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Show the tickets that each number was counted from
    #[arg(long)]
    ids: bool,
    #[command(flatten)]
    asking: Asking,
}

impl ValueEnum for Name {
    fn value_variants<'a>() -> &'a [Name] {
        <Name as strum::VariantArray>::VARIANTS
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        let name: &'static str = self.into();
        let help = match self {
            Name::Upgrades => "upgrades that ended: outcome, customer, version, kind; cancelled; notice",
            Name::Funnel => "requests that came: how far, how complete, how long in each state",
            Name::Denials => "denials by code, corrected, repeated",
            Name::Downtime => "minutes from #start to the end of the work; NOT_STARTED left out",
            Name::Feedback => "official feedback in time, late, missing; supplements",
            Name::Problems => "problems after upgrades within 7 and 30 days; reopened",
            Name::P1 => "the most urgent problems until a person had them",
            Name::Passwords => "manager passwords: sealed, destroyed in time, reset confirmed",
            Name::Urgency => "alarms that people lowered, calm reports that they raised",
            Name::Sla => "met and missed of each promise about time",
            Name::Desk => "letters and kept mail",
        };
        Some(clap::builder::PossibleValue::new(name).help(help))
    }
}

pub async fn report(wanted: Wanted) -> Result<(), Failure> {
    let Wanted { name, from, to, csv, ids, asking } = wanted;
    if to < from {
        return Err(Failure::Use(format!("expected --to on or after --from, found {from} to {to}")));
    }
    let request = Request::Report { name, from, to };
    if csv {
        let reached = reach::find(&asking.which)?;
        return page::print(&table(&reach::ask(&reached, request).await?)?);
    }
    show(&asking, request, if ids { with_ids } else { without_ids }).await
}

fn rows(answer: &Value) -> impl Iterator<Item = &Value> {
    answer.get("rows").and_then(Value::as_array).into_iter().flatten()
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn ids_of(row: &Value) -> String {
    let ids = row.get("ids").and_then(Value::as_array).into_iter().flatten();
    ids.filter_map(Value::as_str).collect::<Vec<&str>>().join(", ")
}

fn with_ids(page: &mut Page, answer: &Value) {
    people(page, answer, true);
}

fn without_ids(page: &mut Page, answer: &Value) {
    people(page, answer, false);
}

fn people(page: &mut Page, answer: &Value, ids: bool) {
    let (name, zone) = (text(answer, "report"), text(answer, "zone"));
    page.line(format!("{name}, {} to {}, days in {zone}", text(answer, "from"), text(answer, "to")));
    let shown = |row: &Value| {
        let number = match text(row, "value") {
            "" => "-".to_owned(),
            value => format!("{value} {}", text(row, "unit")).trim_end().to_owned(),
        };
        let mut cells: Vec<Cell> = vec![text(row, "group").into(), text(row, "what").into(), number.into()];
        if ids {
            cells.push(ids_of(row).into());
        }
        cells
    };
    let heads: &[&str] = if ids { &["GROUP", "WHAT", "NUMBER", "COUNTED FROM"] } else { &["GROUP", "WHAT", "NUMBER"] };
    page.gap();
    page.table(heads, rows(answer).map(shown).collect(), "nothing in these days");
}

fn table(answer: &Value) -> Result<String, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::Work(format!("the table could not be written: {error}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["report", "group", "what", "value", "unit", "ids"]).map_err(|error| failed(&error))?;
    for row in rows(answer) {
        let words = ["group", "what", "value", "unit"].map(|name| safe(text(row, name)));
        let [group, what, value, unit] = words;
        let record = [safe(text(answer, "report")), group, what, value, unit, safe(&ids_of(row))];
        writer.write_record(&record).map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}

/// A cell that begins like a formula is run by spreadsheets (CWE-1236).
fn safe(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_cell_of_a_table_is_a_formula() {
        for bad in ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"] {
            let row = json!({ "group": bad, "what": bad, "value": "1", "unit": "", "ids": [bad] });
            let written = table(&json!({ "report": "upgrades", "rows": [row] })).unwrap_or_default();
            let mut reader = csv::Reader::from_reader(written.as_bytes());
            let cells: Vec<String> = reader
                .records()
                .flatten()
                .flat_map(|record| record.iter().map(str::to_owned).collect::<Vec<_>>())
                .collect();
            assert_eq!(cells.len(), 6, "{bad:?}: {written}");
            assert!(cells.iter().all(|cell| safe(cell) == *cell), "{bad:?}: {written}");
        }
    }
}
