//! `reveal`: the sealed password, recorded before it is shown.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use serde_json::Value;

use crate::shell::cli::reach::{self, Reached};
use crate::shell::cli::who::who;
use crate::shell::cli::{Which, page};
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
    let (key, answer) = prove(&desk, &wanted.identity).await?;
    let (second_key, second_answer) = match &wanted.with {
        Some(with) => Some(prove(&desk, with).await?).unzip(),
        None => (None, None),
    };
    let request = Request::Reveal {
        id: wanted.id.clone(),
        key,
        answer,
        second_key,
        second_answer,
        reason: wanted.reason.clone(),
        by: who(),
    };
    let answer = reach::ask(&desk, request).await?;
    reached(Step::RevealRecorded);
    let secret = answer.get("secret").and_then(Value::as_str).unwrap_or_default();
    let value = vault::reveal(&desk.data, secret, &wanted.identity).map_err(failed)?;
    page::print(&format!("{}\n", value.expose()))
}

/// The public key of a private key's file, and what the desk sealed to it, opened.
pub async fn prove(desk: &Reached, identity: &Path) -> Result<(String, String), Failure> {
    let failed = |error: vault::VaultError| Failure::Work(error.to_string());
    let key = vault::public_key(identity).map_err(failed)?.to_string();
    let posed = reach::ask(desk, Request::Challenge { key: key.clone() }).await?;
    let sealed = posed.get("sealed").and_then(Value::as_str).unwrap_or_default();
    let sealed = STANDARD.decode(sealed).map_err(|error| Failure::Work(error.to_string()))?;
    let opened = vault::open_original(&sealed, identity).map_err(failed)?;
    Ok((key, String::from_utf8_lossy(&opened).into_owned()))
}
