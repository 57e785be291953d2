//! `board`: how all stands (5.3), for people, as JSON, as a page.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use crate::desk::board::{Board, Entry, Table, Tone};
use crate::shell::board;
use crate::shell::cli::Asking;
use crate::shell::cli::commands::print_json;
use crate::shell::cli::page::{Cell, Page, Style, bad, good};
use crate::shell::cli::reach::{self, Reached};
use crate::shell::run::Failure;
use crate::shell::view::Request;

/// Where the board goes.
#[derive(Debug, Args)]
pub struct Wanted {
    /// Write it as a page without a script to FILE
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    #[command(flatten)]
    asking: Asking,
}

pub async fn board(wanted: Wanted) -> Result<(), Failure> {
    let Wanted { html, asking } = wanted;
    let reached = reach::find(&asking.which)?;
    let answer = reach::ask(&reached, Request::Board).await?;
    if let Some(file) = &html {
        board::write(file, &understood(&answer)?, &reached.rules.desk.name)
            .map_err(|error| Failure::Work(format!("{}: {error}", file.display())))?;
    }
    match (asking.form.json, html) {
        (true, _) => print_json(&answer),
        (false, Some(file)) => told(&file),
        (false, None) => people(&reached, &understood(&answer)?),
    }
}

fn understood(answer: &Value) -> Result<Board, Failure> {
    let other = |error| Failure::Work(format!("the running desk answered otherwise; is it another version? {error}"));
    serde_json::from_value(answer.clone()).map_err(other)
}

fn told(file: &Path) -> Result<(), Failure> {
    crate::shell::cli::page::print(&format!("the board is in {}\n", file.display()))
}

fn people(reached: &Reached, board: &Board) -> Result<(), Failure> {
    let mut page = Page::new(Style::here(&reached.rules.hours.zone));
    page.line(format!("{}, {}, all times in {}", reached.rules.desk.name, page.moment(board.at), board.zone));
    let (full, empty): (Vec<Table>, Vec<Table>) = board.tables().into_iter().partition(|table| !table.rows.is_empty());
    for table in full {
        page.head(table.title);
        let rows = table.rows.into_iter().map(|row| row.into_iter().map(cell).collect()).collect();
        page.table(&table.heads, rows, table.none);
    }
    if !empty.is_empty() {
        page.head("Nothing in");
        for table in empty {
            page.line(table.title);
        }
    }
    page.print()
}

fn cell(entry: Entry) -> Cell {
    match entry.tone {
        Tone::Plain => entry.text.into(),
        Tone::Good => good(entry.text),
        Tone::Bad => bad(entry.text),
    }
}
