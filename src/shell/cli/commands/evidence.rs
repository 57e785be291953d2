//! `ticket evidence`: one page that ends a dispute.

use clap::Args;
use strum::VariantArray;

use crate::desk::ticket::TicketId;
use crate::shell::cli::commands::print_json;
use crate::shell::cli::evidence::{Evidence, Section, about, evidence, html};
use crate::shell::cli::page::{self, Page, Style};
use crate::shell::cli::{Which, reach};
use crate::shell::clock;
use crate::shell::run::Failure;

/// What is wanted, and how it is to be shown.
#[derive(Debug, Args)]
pub struct Wanted {
    /// The ticket, such as UP-2026-00417
    id: String,
    /// Print the page for a browser and for paper
    #[arg(long)]
    html: bool,
    /// Print one JSON value
    #[arg(long, conflicts_with = "html")]
    json: bool,
    /// Print it as text, as without any of the three
    #[arg(long, conflicts_with_all = ["html", "json"])]
    text: bool,
    #[command(flatten)]
    which: Which,
}

pub fn show(wanted: &Wanted) -> Result<(), Failure> {
    let reached = reach::find(&wanted.which)?;
    let id = TicketId(wanted.id.trim().to_ascii_uppercase());
    let mut progress = |records| eprintln!("reading the journal: {records} records so far");
    let zone = reached.rules.hours.zone.as_str();
    let made = evidence(&reached.data, &id, zone, clock::now(), &mut progress);
    let made = made.map_err(|error| Failure::Work(error.to_string()))?;
    let made = made.ok_or_else(|| Failure::Work(format!("there is no ticket {id}; `ticket list` shows all")))?;
    if wanted.json {
        return print_json(&serde_json::to_value(&made).map_err(|error| Failure::Work(error.to_string()))?);
    }
    if wanted.html {
        return page::print(&html(&made, zone, &reached.rules.desk.name));
    }
    let mut page = Page::new(Style::here(zone));
    text(&mut page, &made, &reached.rules.desk.name);
    page.print()
}

fn text(page: &mut Page, made: &Evidence, desk: &str) {
    page.head(&made.ticket.0);
    about(made, page, desk).iter().for_each(|line| page.line(line.as_str()));
    for section in Section::VARIANTS {
        page.gap();
        page.head(section.into());
        for row in made.of(*section) {
            let by = if row.by.is_empty() { String::new() } else { format!(" ({})", row.by) };
            page.line(format!("{}  {}{by}  [{}]", page.moment(row.at), row.text, row.record));
            row.detail.iter().for_each(|line| page.line(format!("    {line}")));
        }
    }
}
