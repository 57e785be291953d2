//! `replay`: a whole mailbox decided over, with a register like the desk's.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::desk::mail::proof::Checks;
use crate::desk::office::AddedHoliday;
use crate::desk::register::Register;
use crate::desk::rules::Rules;
use crate::shell::cli::commands::answered;
use crate::shell::cli::reach::{self, Reached};
use crate::shell::cli::{Asking, people};
use crate::shell::replay::archive::Archive;
use crate::shell::replay::{self, Knowing, Under};
use crate::shell::run::Failure;
use crate::shell::view::Request;
use crate::shell::{socket, terminal};

/// Progress is told this often, and only on a terminal.
const TELL: Duration = Duration::from_secs(1);

pub async fn replay(mailbox: &Path, rules: &[PathBuf], asking: &Asking) -> Result<(), Failure> {
    if rules.len() > 2 {
        return Err(Failure::Use(format!("expected --rules once or twice, found it {} times", rules.len())));
    }
    let reached = reach::find(&asking.which)?;
    let under = under(rules, &reached)?;
    let archive = Archive::open(mailbox).map_err(Failure::Use)?;
    let (register, holidays) = register(&reached).await?;
    let knowing = Knowing { register, holidays, message_key: replay::message_key(&reached.data) };
    let mut progress = progress();
    let replaying = replay::replay(&archive, &under, &knowing, &mut progress);
    let replayed = tokio::select! {
        replayed = replaying => replayed.map_err(|error| Failure::Work(error.to_string()))?,
        _ = tokio::signal::ctrl_c() => return Err(Failure::Work("ended before all mails were decided".to_owned())),
    };
    let mut answer = serde_json::to_value(&replayed).map_err(|error| Failure::Work(error.to_string()))?;
    if let Some(fields) = answer.as_object_mut() {
        let register = &knowing.register;
        let size = json!({ "companies": register.companies.len(), "representatives": register.representatives.len(),
            "units": register.units.len(), "empty": register.units.is_empty() });
        fields.insert("mailbox".to_owned(), Value::from(mailbox.display().to_string()));
        fields.insert("register".to_owned(), size);
    }
    answered(&reached, asking.form.json, &answer, people::replay::replayed)
}

/// The rules that were named; without any, those of the desk.
fn under(rules: &[PathBuf], reached: &Reached) -> Result<Vec<Under>, Failure> {
    if rules.is_empty() {
        return Ok(vec![Under { name: "the desk's own".to_owned(), rules: as_then(&reached.rules) }]);
    }
    let load = |folder: &PathBuf| {
        let rules = reach::load_rules(Some(folder))?;
        Ok(Under { name: folder.display().to_string(), rules: as_then(&rules) })
    };
    rules.iter().map(load).collect()
}

/// Keys change: what was signed then cannot be looked up now. The mail host's
/// word of that day stands in the mail, and is the one that counts here.
fn as_then(rules: &Rules) -> Arc<Rules> {
    let mut rules = rules.clone();
    rules.access.checks = Checks::Host;
    Arc::new(rules)
}

/// The desk's register as it is now, and the days without work that it was told
/// of. Where no desk was ever started both are empty.
async fn register(reached: &Reached) -> Result<(Register, Vec<AddedHoliday>), Failure> {
    if !reached.has_store() && !socket::path(&reached.data).exists() {
        eprintln!("note: there is no desk in {} yet, so the register is empty", reached.data.display());
        return Ok((Register::default(), Vec::new()));
    }
    let unread = |error: serde_json::Error| Failure::Work(error.to_string());
    let register = serde_json::from_value(reach::ask(reached, Request::Register).await?).map_err(unread)?;
    let holidays = serde_json::from_value(reach::ask(reached, Request::Holidays).await?).map_err(unread)?;
    Ok((register, holidays))
}

fn progress() -> impl FnMut(usize, usize) {
    let is_seen = std::io::stderr().is_terminal();
    let mut told = Instant::now();
    move |done, of| {
        if is_seen && told.elapsed() >= TELL {
            told = Instant::now();
            eprintln!("{}", terminal::line(&format!("{done} of {of} mails are decided")));
        }
    }
}
