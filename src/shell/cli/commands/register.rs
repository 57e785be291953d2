//! `register`: shows it, checks a file, imports one.

use std::io::{IsTerminal, Write};
use std::path::Path;

use serde_json::{Value, json};

use crate::shell::cli::commands::{answered, print_json, show};
use crate::shell::cli::page::{Page, Style};
use crate::shell::cli::reach::{self, Reached};
use crate::shell::cli::who::who;
use crate::shell::cli::{Asking, RegisterAction, people};
use crate::shell::register::{self as files, Difference, Problem, Read};
use crate::shell::run::Failure;
use crate::shell::view::Request;

pub async fn register(action: RegisterAction) -> Result<(), Failure> {
    match action {
        RegisterAction::Check { file, form } => check(&file, form.json),
        RegisterAction::List(asking) => show(&asking, Request::Register, people::register::register).await,
        RegisterAction::Show { id, asking } => one(&id, &asking).await,
        RegisterAction::Import { file, yes, merge, asking } => import(&file, yes, merge, &asking).await,
    }
}

async fn one(id: &str, asking: &Asking) -> Result<(), Failure> {
    let reached = reach::find(&asking.which)?;
    let register = reach::ask(&reached, Request::Register).await?;
    let found = people::register::row_of(&register, id).map_err(Failure::Work)?;
    answered(&reached, asking.form.json, &found, people::register::row)
}

fn check(file: &Path, json: bool) -> Result<(), Failure> {
    let read = file_of(file)?;
    let bad = faults(&read);
    let counts = [read.register.companies.len(), read.register.representatives.len(), read.register.units.len()];
    let [companies, representatives, units] = counts;
    if json {
        print_json(&json!({ "problems": read.problems, "companies": companies, "representatives": representatives,
            "units": units }))?;
    } else {
        let mut page = page();
        people::register::problems(&mut page, &read.problems);
        page.line(format!(
            "{companies} companies, {representatives} representatives, {units} units; {bad} faults, {} warnings",
            read.problems.len() - bad
        ));
        page.print()?;
    }
    match bad {
        0 => Ok(()),
        bad => Err(Failure::Work(format!("{}: {bad} faults; correct them before an import", file.display()))),
    }
}

fn file_of(file: &Path) -> Result<Read, Failure> {
    if !file.is_file() {
        let text = format!("{}: expected a register as CSV or JSON, found no such file", file.display());
        return Err(Failure::Use(text));
    }
    files::read(file).map_err(Failure::Work)
}

fn faults(read: &Read) -> usize {
    read.problems.iter().filter(|problem| !problem.warning).count()
}

/// Files have no desk, so no zone: nothing here shows a time.
fn page() -> Page {
    Page::new(Style::here("UTC"))
}

/// Shows the difference, asks, imports. What is asked goes to standard error
/// when standard output belongs to JSON.
async fn import(file: &Path, yes: bool, merge: bool, asking: &Asking) -> Result<(), Failure> {
    let json = asking.form.json;
    let read = file_of(file)?;
    told(&read.problems)?;
    if faults(&read) > 0 {
        return Err(Failure::Work(format!("{}: nothing was imported; correct the faults above", file.display())));
    }
    if read.register.units.is_empty() && !merge {
        let text =
            "the file has no units: importing it would retire the whole register; use --merge, or check the file";
        return Err(Failure::Work(text.to_owned()));
    }
    let reached = reach::find(&asking.which)?;
    let unreadable = files::unreadable_serials(&read.register, &reached.rules.form);
    told(&unreadable)?;
    let agreed = if yes {
        None
    } else {
        let difference = difference(&reached, &read, merge).await?;
        if !difference.is_empty() {
            agree(&difference, json)?;
        }
        Some(difference)
    };
    let request = Request::Import { register: read.register.clone(), merge, by: who(), agreed };
    let mut answer = reach::ask(&reached, request).await?;
    if json {
        let problems: Vec<&Problem> = read.problems.iter().chain(&unreadable).collect();
        if let Some(fields) = answer.as_object_mut() {
            fields.insert("problems".to_owned(), json!(problems));
        }
        return print_json(&answer);
    }
    let mut page = page();
    let imported = answer.get("imported") == Some(&Value::Bool(true));
    // Whoever was asked has seen the difference.
    if yes || !imported {
        people::register::answered(&mut page, &answer);
    }
    page.line(if imported { "imported" } else { "nothing changes, so nothing was imported" });
    page.print()
}

/// What the import would change; a desk that was never started has no register.
async fn difference(reached: &Reached, read: &Read, merge: bool) -> Result<Difference, Failure> {
    let old = if reached.has_store() {
        let old = reach::ask(reached, Request::Register).await?;
        serde_json::from_value(old).map_err(|error| Failure::Work(error.to_string()))?
    } else {
        Default::default()
    };
    Ok(files::merge_import(&old, read.register.clone(), merge).1)
}

/// Shows the difference and asks on the terminal; without one the answer is no,
/// and says how to say yes.
fn agree(difference: &Difference, json: bool) -> Result<(), Failure> {
    let mut page = page();
    people::register::difference(&mut page, difference);
    if json {
        aside(page)?
    } else {
        page.print()?
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::Use(
            "nobody can be asked here, so nothing was imported: run it again with --yes".to_owned(),
        ));
    }
    eprint!("Import this? [y/N] ");
    let fail = |error: std::io::Error| Failure::Work(error.to_string());
    std::io::stderr().flush().map_err(fail)?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(fail)?;
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::Work("nothing was imported".to_owned())),
    }
}

fn told(problems: &[Problem]) -> Result<(), Failure> {
    let mut page = page();
    people::register::problems(&mut page, problems);
    aside(page)
}

/// Standard output belongs to the answer.
fn aside(page: Page) -> Result<(), Failure> {
    let written = std::io::stderr().write_all(page.finish().as_bytes());
    written.map_err(|error| Failure::Work(format!("standard error cannot be written: {error}")))
}
