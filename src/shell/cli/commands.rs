//! Each command: asks a view, shows it as JSON or for people.

pub mod announce;
pub mod audit;
pub mod backup;
pub mod board;
pub mod evidence;
pub mod mail;
pub mod original;
pub mod outbox;
pub mod quarantine;
pub mod register;
pub mod replay;
pub mod report;
pub mod reveal;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::desk::office::Office;
use crate::shell::backup::last;
use crate::shell::cli::page::{self, Page, Style};
use crate::shell::cli::reach::{self, Reached};
use crate::shell::cli::{Asking, KeyKind, OneTicket, TicketAction, log, people};
use crate::shell::config::LogFormat;
use crate::shell::run::{self, Failure};
use crate::shell::view::{self, Request};
use crate::shell::{canary, clock, terminal, vault};

/// Writes an answer for people.
type People = fn(&mut Page, &Value);

pub async fn run(config: &Path, drain: bool) -> Result<(), Failure> {
    let config = reach::load(config)?;
    log::start(&config.log.level, config.log.format == LogFormat::Json);
    let rules = reach::load_rules(config.rules.as_deref())?;
    reach::wait_for_commands(&config.data).await?;
    run::run(config, rules, drain).await
}

pub async fn ticket(action: TicketAction) -> Result<(), Failure> {
    match action {
        TicketAction::List { open, state, company, asking } => {
            show(&asking, Request::Tickets { open, state, company }, people::tickets).await
        }
        TicketAction::Show(OneTicket { id, asking }) => show(&asking, Request::Ticket { id }, people::ticket).await,
        TicketAction::Why(OneTicket { id, asking }) => show(&asking, Request::Why { id }, people::why).await,
        TicketAction::Evidence(wanted) => evidence::show(&wanted),
        TicketAction::Attachments(wanted) => original::of_problem(wanted).await,
        TicketAction::Original(wanted) => original::of_ticket(wanted).await,
        TicketAction::Log(OneTicket { id, asking }) => show(&asking, Request::Log { id }, people::log).await,
    }
}

/// What became of the last canary and of the last backup lies beside the store,
/// whoever answers.
pub async fn status(asking: &Asking) -> Result<(), Failure> {
    let reached = reach::find(&asking.which)?;
    let mut status = reach::ask(&reached, Request::Status).await?;
    if let Some(fields) = status.as_object_mut() {
        fields.insert("canary".to_owned(), canary::status(&reached.data, &reached.rules.access, clock::now()));
        fields.insert("last_backup".to_owned(), json!(last::known(&reached.data)));
    }
    answered(&reached, asking.form.json, &status, people::status)
}

/// Where no desk has run yet, from the rules alone: nobody took over anything.
pub async fn rota(asking: &Asking, weeks: u32, at: Option<Timestamp>) -> Result<(), Failure> {
    let reached = reach::find(&asking.which)?;
    let rota = match reached.has_store() {
        true => reach::ask(&reached, Request::Rota { weeks, at }).await?,
        false => view::rota(&reached.rules, &Office::default(), at.unwrap_or_else(clock::now), weeks),
    };
    answered(&reached, asking.form.json, &rota, people::rota::rota)
}

/// Asks and shows the answer.
async fn show(asking: &Asking, request: Request, people: People) -> Result<(), Failure> {
    let reached = reach::find(&asking.which)?;
    let answer = reach::ask(&reached, request).await?;
    answered(&reached, asking.form.json, &answer, people)
}

fn answered(reached: &Reached, json: bool, answer: &Value, people: People) -> Result<(), Failure> {
    if json {
        return print_json(answer);
    }
    let mut page = Page::new(Style::here(&reached.rules.hours.zone));
    people(&mut page, answer);
    page.print()
}

pub fn key_new(kind: KeyKind, out: Option<PathBuf>, json: bool) -> Result<(), Failure> {
    let (name, file, place) = match kind {
        KeyKind::Staff => {
            ("staff", "staff.key", "give it to the agent it is for, and keep it where the desk cannot read it")
        }
        KeyKind::Evidence => ("evidence", "evidence.key", "keep it off this machine: it opens every original mail"),
    };
    let path = out.unwrap_or_else(|| PathBuf::from(file));
    let recipient = vault::key::new_pair(&path).map_err(|error| Failure::Work(error.to_string()))?;
    if json {
        let recipient = recipient.to_string();
        return print_json(&json!({ "kind": name, "public_key": recipient, "private_key_file": path }));
    }
    eprintln!("The private key is in {}: {place}.", terminal::line(&path.display().to_string()));
    eprintln!("The public key goes into the configuration, under [keys], as {name}:");
    page::print(&format!("{recipient}\n"))
}

pub fn print_json(value: &Value) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::Work(error.to_string()))?;
    page::print(&format!("{text}\n"))
}
