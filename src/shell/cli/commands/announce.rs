//! `announce`: news of a release to whoever asked for them (M-30).

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::shell::cli::Asking;
use crate::shell::cli::commands::print_json;
use crate::shell::cli::page;
use crate::shell::cli::reach;
use crate::shell::cli::who::who;
use crate::shell::run::Failure;
use crate::shell::terminal;
use crate::shell::view::Request;

/// What is announced.
#[derive(Debug, Args)]
pub struct Wanted {
    /// The version, such as 7.3.0
    #[arg(long, value_name = "VERSION")]
    version: String,
    /// A text file: what is new, in words for customers
    #[arg(long, value_name = "FILE")]
    notes: PathBuf,
    /// Show to whom it would go and in which words; write to nobody
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Although this version was announced before
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    asking: Asking,
}

pub async fn announce(wanted: Wanted) -> Result<(), Failure> {
    let Wanted { version, notes, dry_run, yes, again, asking } = wanted;
    let unreadable = |error| Failure::Use(format!("{}: expected a text file, found: {error}", notes.display()));
    let notes = std::fs::read_to_string(&notes).map_err(unreadable)?;
    let reached = reach::find(&asking.which)?;
    let look = Request::Announcement { version: version.clone(), notes: notes.clone() };
    let planned = reach::ask(&reached, look).await?;
    if dry_run {
        return if asking.form.json { print_json(&planned) } else { shown(&planned) };
    }
    let count = planned.get("letters").and_then(Value::as_u64).unwrap_or(0);
    if !yes && count > 0 {
        agreed(&version, count)?;
    }
    let request = Request::Announce { version: version.clone(), notes, by: who(), again };
    let answer = reach::ask(&reached, request).await?;
    if asking.form.json {
        return print_json(&json!({ "letters": count, "announcement": answer }));
    }
    page::print(&format!("release {} is announced to {count}\n", terminal::line(&version)))
}

fn shown(planned: &Value) -> Result<(), Failure> {
    let to = planned.get("to").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let to: Vec<&str> = to.collect();
    let of = |name: &str| planned.pointer(&format!("/letter/{name}")).and_then(Value::as_str).unwrap_or_default();
    let mut text = format!("letters that would leave: {}\n", to.len());
    for address in to {
        let _ = writeln!(text, "  {}", terminal::line(address));
    }
    if let Some(at) = planned.get("announced_at").and_then(Value::as_str) {
        let _ = writeln!(text, "this version was announced before, on {at}");
    }
    if !of("subject").is_empty() {
        let _ = write!(text, "\nSubject: {}\n\n{}\n", terminal::line(of("subject")), terminal::lines(of("text")));
    }
    page::print(&text)
}

fn agreed(version: &str, count: u64) -> Result<(), Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::Use(format!(
            "nobody can be asked here, so nothing was announced: {count} letters would leave; look with --dry-run, \
             then run it again with --yes"
        )));
    }
    let fail = |error: std::io::Error| Failure::Work(error.to_string());
    eprint!("Announce {} to {count} people? [y/N] ", terminal::line(version));
    std::io::stderr().flush().map_err(fail)?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(fail)?;
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::Work("nothing was announced".to_owned())),
    }
}
