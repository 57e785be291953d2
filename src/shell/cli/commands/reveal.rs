//! `reveal`: the sealed password, recorded before it is shown.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use crate::shell::cli::who::who;
use crate::shell::cli::{Which, page, reach};
use crate::shell::run::Failure;
use crate::shell::steps::{Step, reached};
use crate::shell::vault;
use crate::shell::view::Request;

/// Whose password, with whose keys, and why.
#[derive(Debug, Args)]
pub struct Wanted {
    /// The ticket, such as UP-2026-00417
    id: String,
    /// Your own private key's file
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
    /// The private key's file of a second person, who looks with you
    #[arg(long, value_name = "FILE")]
    with: Option<PathBuf>,
    /// Why; kept for ever, and told to the leads
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    #[command(flatten)]
    which: Which,
}

/// The value goes to standard output only.
pub async fn reveal(wanted: Wanted) -> Result<(), Failure> {
    let desk = reach::find(&wanted.which)?;
    let failed = |error: vault::VaultError| Failure::Work(error.to_string());
    let key = vault::public_key(&wanted.identity).map_err(failed)?.to_string();
    let second_key = wanted.with.as_deref().map(vault::public_key).transpose().map_err(failed)?;
    let request = Request::Reveal {
        id: wanted.id.clone(),
        key,
        second_key: second_key.map(|key| key.to_string()),
        reason: wanted.reason.clone(),
        by: who(),
    };
    let answer = reach::ask(&desk, request).await?;
    reached(Step::RevealRecorded);
    let secret = answer.get("secret").and_then(Value::as_str).unwrap_or_default();
    let value = vault::reveal(&desk.data, secret, &wanted.identity).map_err(failed)?;
    page::print(&format!("{}\n", value.expose()))
}
