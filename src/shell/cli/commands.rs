//! Each command: asks a view, prints it as JSON or for people.

mod people;

use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::Value;

use crate::shell::cli::table::{self, bad, bold};
use crate::shell::cli::{KeyKind, OneTicket, OutboxAction, RegisterAction, TicketAction, Which, log, reach};
use crate::shell::run::{self, Failure};
use crate::shell::view::{self, Request};
use crate::shell::{clock, register as files, rules, vault};

pub async fn run(config: &Path, drain: bool) -> Result<(), Failure> {
    let config = reach::load(config)?;
    log::start(&config.log.level, config.log.format == crate::shell::config::LogFormat::Json);
    let rules = rules::load(config.rules.as_deref()).map_err(|error| Failure::Use(error.to_string()))?;
    run::run(config, rules, drain).await
}

pub fn read(file: &Path, rules: Option<&Path>, json: bool) -> Result<(), Failure> {
    let rules = rules::load(rules).map_err(|error| Failure::Use(error.to_string()))?;
    let (bytes, received) = mail(file)?;
    let read = view::read(&bytes, received, &rules);
    if json {
        return print_json(&read);
    }
    people::read(&read);
    Ok(())
}

/// A mail's bytes and when it arrived: the file's time (decisions 26).
fn mail(file: &Path) -> Result<(Vec<u8>, Timestamp), Failure> {
    let fail = |error: std::io::Error| {
        Failure::Use(format!(
            "expected a mail file, found none at {}: {error}; name one, or - for standard input",
            file.display()
        ))
    };
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map_err(fail)?;
        return Ok((bytes, clock::now()));
    }
    let bytes = std::fs::read(file).map_err(fail)?;
    let modified = std::fs::metadata(file).and_then(|metadata| metadata.modified()).map_err(fail)?;
    Ok((bytes, Timestamp::try_from(modified).unwrap_or_else(|_| clock::now())))
}

pub async fn try_mail(file: &Path, which: &Which, at: Option<Timestamp>, json: bool) -> Result<(), Failure> {
    let (bytes, received) = mail(file)?;
    // Asked about another time, the mail arrived then.
    let request = Request::Try { mail: STANDARD.encode(bytes), received: at.unwrap_or(received), at };
    let answer = reach::ask(which, request).await?;
    if json {
        return print_json(&answer);
    }
    people::considered(&answer);
    Ok(())
}

pub async fn register(action: RegisterAction) -> Result<(), Failure> {
    match action {
        RegisterAction::Check { file, json } => register_check(&file, json),
        RegisterAction::List { which, json } => {
            let register = reach::ask(&which, Request::Register).await?;
            if json { print_json(&register) } else { people::rows::register(&register) }
        }
        RegisterAction::Show { id, which, json } => {
            let register = reach::ask(&which, Request::Register).await?;
            let found = people::rows::row_of(&register, &id).ok_or_else(|| {
                Failure::Work(format!(
                    "the register has no company, representative or unit {id}; `register list` shows all"
                ))
            })?;
            if json { print_json(&found) } else { people::rows::row(&found) }
        }
        RegisterAction::Import { file, yes, merge, which, json } => import(&file, yes, merge, &which, json).await,
    }
}

fn register_check(file: &Path, json: bool) -> Result<(), Failure> {
    let read = files::read(file).map_err(Failure::Work)?;
    let bad = read.problems.iter().filter(|problem| !problem.warning).count();
    if json {
        print_json(&serde_json::json!({ "problems": read.problems, "companies": read.register.companies.len(),
            "representatives": read.register.representatives.len(), "units": read.register.units.len() }))?;
    } else {
        people::rows::problems(&read.problems);
        println!(
            "{} companies, {} representatives, {} units; {bad} faults, {} warnings",
            read.register.companies.len(),
            read.register.representatives.len(),
            read.register.units.len(),
            read.problems.len() - bad
        );
    }
    if bad == 0 { Ok(()) } else { Err(Failure::Work(format!("{}: {bad} faults", file.display()))) }
}

/// Shows the difference, asks, imports.
async fn import(file: &Path, yes: bool, merge: bool, which: &Which, json: bool) -> Result<(), Failure> {
    let read = files::read(file).map_err(Failure::Work)?;
    if read.problems.iter().any(|problem| !problem.warning) {
        people::rows::problems(&read.problems);
        return Err(Failure::Work(format!("{}: nothing was imported; correct the lines above", file.display())));
    }
    if read.register.units.is_empty() && !merge {
        let text =
            "the file has no units: importing it would retire the whole register; use --merge, or check the file";
        return Err(Failure::Work(text.to_owned()));
    }
    let reached = reach::find(which)?;
    let mut warnings = read.problems;
    warnings.extend(files::unreadable_serials(&read.register, &reached.rules.form));
    if !json {
        people::rows::problems(&warnings);
    }
    if !yes {
        let old = reach::ask_at(&reached, Request::Register).await?;
        let old = serde_json::from_value(old).map_err(|error| Failure::Work(error.to_string()))?;
        let (_, difference) = files::merge_import(&old, read.register.clone(), merge);
        people::rows::difference(&difference);
        if difference.is_empty() {
            println!("nothing changes");
            return Ok(());
        }
        if !agreed()? {
            return Err(Failure::Work("nothing was imported".to_owned()));
        }
    }
    let by = std::env::var("USER").unwrap_or_else(|_| "console".to_owned());
    let mut answer = reach::ask_at(&reached, Request::Import { register: read.register, merge, by }).await?;
    if json {
        if let Some(fields) = answer.as_object_mut() {
            fields.insert("problems".to_owned(), serde_json::json!(warnings));
        }
        return print_json(&answer);
    }
    if let Some(difference) = answer.get("difference").cloned().and_then(|value| serde_json::from_value(value).ok()) {
        people::rows::difference(&difference);
    }
    let imported = answer.get("imported").and_then(serde_json::Value::as_bool) == Some(true);
    println!("{}", if imported { "imported" } else { "nothing changes" });
    Ok(())
}

/// Asks on the terminal; without one the answer is no, and says how to say yes.
fn agreed() -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::Use("nobody can be asked here: run it again with --yes".to_owned()));
    }
    print!("Import this? [y/N] ");
    let fail = |error: std::io::Error| Failure::Work(error.to_string());
    std::io::stdout().flush().map_err(fail)?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(fail)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

pub async fn ticket(action: TicketAction) -> Result<(), Failure> {
    match action {
        TicketAction::List { open, state, company, which, json } => {
            let all = reach::ask(&which, Request::Tickets).await?;
            let fits = |ticket: &Value| {
                let text = |name: &str| ticket.get(name).and_then(Value::as_str).unwrap_or("").to_owned();
                let is_open = ticket.get("open").and_then(Value::as_bool).unwrap_or(false);
                (!open || is_open)
                    && state.as_ref().is_none_or(|state| text("state").eq_ignore_ascii_case(state))
                    && company.as_ref().is_none_or(|company| text("company") == *company)
            };
            let tickets: Vec<Value> =
                all.as_array().into_iter().flatten().filter(|ticket| fits(ticket)).cloned().collect();
            if json { print_json(&Value::Array(tickets)) } else { people::tickets(&tickets) }
        }
        TicketAction::Show(OneTicket { id, which, json }) => {
            let ticket = reach::ask(&which, Request::Ticket { id }).await?;
            if json { print_json(&ticket) } else { people::ticket(&ticket) }
        }
        TicketAction::Why(OneTicket { id, which, json }) => {
            let why = reach::ask(&which, Request::Why { id }).await?;
            if json { print_json(&why) } else { people::why(&why) }
        }
        TicketAction::Log(OneTicket { id, which, json }) => {
            let events = reach::ask(&which, Request::Log { id }).await?;
            if json { print_json(&events) } else { people::events(&events) }
        }
    }
}

pub async fn outbox(action: OutboxAction) -> Result<(), Failure> {
    match action {
        OutboxAction::List { which, json } => {
            let letters = reach::ask(&which, Request::Outbox).await?;
            if json { print_json(&letters) } else { people::letters(&letters) }
        }
        OutboxAction::Show { no, which, json } => {
            let letter = reach::ask(&which, Request::Letter { no }).await?;
            if json { print_json(&letter) } else { people::letter(&letter) }
        }
    }
}

pub async fn quarantine(which: &Which, json: bool) -> Result<(), Failure> {
    let rows = reach::ask(which, Request::Quarantine).await?;
    if json { print_json(&rows) } else { people::quarantine(&rows) }
}

pub async fn status(which: &Which, json: bool) -> Result<(), Failure> {
    let status = reach::ask(which, Request::Status).await?;
    if json { print_json(&status) } else { people::status(&status) }
}

/// Local, with the agent's own key; the value goes to this terminal only.
pub async fn reveal(id: &str, identity: &Path, which: &Which) -> Result<(), Failure> {
    let reached = reach::find(which)?;
    let ticket = reach::ask_at(&reached, Request::Log { id: id.to_owned() }).await?;
    let events = ticket.get("events").and_then(Value::as_array).cloned().unwrap_or_default();
    let kept = events.iter().rev().find_map(|event| event.get("secret").and_then(Value::as_str));
    let secret = kept.ok_or_else(|| Failure::Work(format!("{id} has no sealed password")))?;
    let value = vault::reveal(&reached.data, secret, identity).map_err(|error| Failure::Work(error.to_string()))?;
    println!("{}", value.expose());
    Ok(())
}

pub fn key_new(kind: KeyKind, out: Option<PathBuf>) -> Result<(), Failure> {
    let name = match kind {
        KeyKind::Staff => "staff.key",
        KeyKind::Evidence => "evidence.key",
    };
    let path = out.unwrap_or_else(|| PathBuf::from(name));
    let recipient = vault::key::new_pair(&path).map_err(|error| Failure::Work(error.to_string()))?;
    eprintln!("The private key is in {}: keep it where the desk cannot read it.", path.display());
    eprintln!("Put the public key into the configuration, under [keys]:");
    println!("{recipient}");
    Ok(())
}

pub fn print_json(value: &Value) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::Work(error.to_string()))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").map_err(|error| Failure::Work(format!("the answer could not be written: {error}")))
}

/// A heading between parts of an answer.
pub(super) fn head(text: &str) {
    println!("\n{}", bold(&table::safe(text)));
}

pub(super) fn wrong(text: &str) -> String {
    bad(&table::safe(text))
}
