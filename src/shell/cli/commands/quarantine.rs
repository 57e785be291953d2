//! `quarantine`: mail that was not trusted or could not be read, released and
//! dropped by hand.

use std::io::{IsTerminal, Write};
use std::path::Path;

use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::desk::letter::mime::copy;
use crate::desk::record::Did;
use crate::shell::cli::commands::mail::mail;
use crate::shell::cli::commands::{answered, original, show};
use crate::shell::cli::reach::{self, Reached};
use crate::shell::cli::who::who;
use crate::shell::cli::{OneNumber, QuarantineAction, people};
use crate::shell::clock;
use crate::shell::run::{self, Failure};
use crate::shell::source::SourceError;
use crate::shell::source::recall::{Found, Mailbox};
use crate::shell::store::pack::hex;
use crate::shell::story::stage::Stage;
use crate::shell::view::Request;

pub async fn quarantine(action: QuarantineAction) -> Result<(), Failure> {
    match action {
        QuarantineAction::List { all, asking } => {
            show(&asking, Request::Quarantine { all }, people::kept::quarantine).await
        }
        QuarantineAction::Show(OneNumber { no, asking }) => {
            show(&asking, Request::Quarantined { no }, people::kept::quarantined).await
        }
        QuarantineAction::Release { one, reason, file } => release(one, reason, file.as_deref()).await,
        QuarantineAction::Original(wanted) => original::of_kept(wanted).await,
        QuarantineAction::Drop { one: OneNumber { no, asking }, reason } => {
            let reason = reason.map_or_else(ask_for_reason, Ok)?;
            let drop = Request::ByHand { by: who(), did: Did::Dropped { kept: no, reason } };
            show(&asking, drop, people::kept::dropped).await
        }
    }
}

fn ask_for_reason() -> Result<String, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::Use("nobody can be asked here: say with --reason TEXT what was done about it".to_owned()));
    }
    let fail = |error: std::io::Error| Failure::Work(error.to_string());
    eprint!("What was done about it? ");
    std::io::stderr().flush().map_err(fail)?;
    let mut reason = String::new();
    std::io::stdin().read_line(&mut reason).map_err(fail)?;
    Ok(reason)
}

/// The mail that is to go back into the mailbox.
enum Original {
    /// It still lies in the Quarantine folder.
    There(Box<Found>),
    /// From a file, with a name for a Maildir.
    Given { bytes: Vec<u8>, name: String },
}

/// Finds the mail first, commits that it may be decided once more, then puts it
/// where the desk finds it. Whatever breaks off can be done again.
async fn release(one: OneNumber, reason: String, file: Option<&Path>) -> Result<(), Failure> {
    let OneNumber { no, asking } = one;
    let reached = reach::find(&asking.which)?;
    let mailbox = mailbox(&reached)?;
    let kept = reach::ask(&reached, Request::Quarantined { no }).await?;
    if let Some(record) = kept.get("decided_again").and_then(Value::as_u64) {
        let text = format!("quarantine {no} was released before, and decided again in record {record}");
        return Err(Failure::Work(text));
    }
    let size_max = reached.rules.limits.message_bytes_max;
    let (original, sha256) = match file {
        Some(file) => given(file, no, &kept, &mailbox, &reached)?,
        None => there(no, &kept, &mailbox, &reached).await?,
    };
    let did = Did::Released { kept: no, sha256, reason };
    let answer = reach::ask(&reached, Request::ByHand { by: who(), did }).await?;
    let moved = match original {
        Original::There(found) => found.bring_back(format!("released-{no}")).await,
        Original::Given { bytes, name } => mailbox.put(bytes, name, size_max).await.map(|()| true),
    };
    match moved {
        Ok(true) => answered(&reached, asking.form.json, &answer, people::kept::released),
        Ok(false) => Err(Failure::Work(format!("quarantine {no}: the mail was moved away meanwhile; {WAY_OUT}"))),
        Err(error) => Err(Failure::Work(format!(
            "quarantine {no} is released, but its mail could not be put into the mailbox: {error}; run this again"
        ))),
    }
}

const WAY_OUT: &str = "with the mail in a file, say `--file ORIGINAL.eml`";

fn mailbox(reached: &Reached) -> Result<Mailbox, Failure> {
    match (&reached.config, &reached.demo) {
        (Some(config), _) => Ok(Mailbox::from(&config.source)),
        (None, Some(demo)) => Ok(Mailbox::Folder(Stage::mailbox(demo))),
        (None, None) => {
            let text = "expected to know the mailbox, found a data folder alone; name the desk's configuration with \
                        --config";
            Err(Failure::Use(text.to_owned()))
        }
    }
}

async fn there(no: u64, kept: &Value, mailbox: &Mailbox, reached: &Reached) -> Result<(Original, String), Failure> {
    let text = |name: &str| kept.get(name).and_then(Value::as_str);
    let Some(sha256) = text("sha256") else {
        return Err(Failure::Work(format!(
            "quarantine {no} was never fetched ({}), so it cannot be found again; {WAY_OUT}",
            text("reason").unwrap_or_default()
        )));
    };
    let at = text("at").and_then(|at| at.parse::<Timestamp>().ok()).unwrap_or_default();
    let out_of_reach = |error: SourceError| Failure::Work(format!("the mailbox cannot be searched: {error}"));
    let (key, limits) = (run::message_key(&reached.data)?, &reached.rules.limits);
    let copied = |bytes: &[u8]| copy::original(bytes, limits, &key);
    match mailbox.find(sha256, at, limits.message_bytes_max, &copied).await.map_err(out_of_reach)? {
        Some(found) => Ok((Original::There(Box::new(found)), sha256.to_owned())),
        None => Err(Failure::Work(format!(
            "quarantine {no}: expected its mail (SHA-256 {sha256}) in the Quarantine folder of the mailbox, found no \
             such mail; {WAY_OUT}"
        ))),
    }
}

/// A saved mail may have lost the CR of its lines on the way; the mail that was
/// kept is told by its hash, whichever it was. No copy: its mark says nothing of
/// the words that stand in it.
fn given(
    file: &Path,
    no: u64,
    kept: &Value,
    mailbox: &Mailbox,
    reached: &Reached,
) -> Result<(Original, String), Failure> {
    let (bytes, _) = mail(file, &reached.rules)?;
    let limit = reached.rules.limits.message_bytes_max;
    if bytes.len() as u64 > limit {
        return Err(Failure::Work(format!(
            "{}: expected a mail of at most {limit} bytes (message_bytes_max in limits.toml), found a bigger one",
            file.display()
        )));
    }
    let with_cr = with_cr(&bytes);
    let hash = |bytes: &[u8]| hex(&Sha256::digest(bytes));
    let bytes = match kept.get("sha256").and_then(Value::as_str) {
        Some(expected) if hash(&bytes) == expected => bytes,
        Some(expected) if hash(&with_cr) == expected => with_cr,
        Some(expected) => {
            return Err(Failure::Work(format!(
                "{}: expected the mail that was kept under {no}, with SHA-256 {expected}, found one with {}",
                file.display(),
                hash(&bytes)
            )));
        }
        None if mailbox.ends_lines_itself() => with_cr,
        None => bytes,
    };
    let sha256 = hash(&bytes);
    let name = format!("{:010}.M0R{no}.released-{no}", clock::now().as_second());
    Ok((Original::Given { bytes, name }, sha256))
}

fn with_cr(bytes: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(bytes.len());
    let mut before = 0;
    for byte in bytes {
        if *byte == b'\n' && before != b'\r' {
            lines.push(b'\r');
        }
        lines.push(*byte);
        before = *byte;
    }
    lines
}
