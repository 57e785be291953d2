//! The words behind a command: what to do with tickets, letters, the register …

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use strum::VariantArray;

use crate::desk::ticket::Status;
use crate::shell::cli::{Asking, Form, commands};
use crate::shell::store::journal::Head;
use crate::shell::store::rows::LetterState;

#[derive(Debug, Subcommand)]
pub enum RotaAction {
    /// The shifts of the coming weeks, their gaps, and whom alarms call
    Show {
        /// How many weeks ahead
        #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=52))]
        weeks: u32,
        /// As of then (RFC 3339), also in the past
        #[arg(long, value_name = "TIME")]
        at: Option<Timestamp>,
        #[command(flatten)]
        asking: Asking,
    },
}

#[derive(Debug, Subcommand)]
pub enum RegisterAction {
    /// Import a whole register; what is missing in the file is retired
    Import {
        /// CSV or JSON, as in fixtures/register/
        file: PathBuf,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// Only add and change, retire nothing
        #[arg(long)]
        merge: bool,
        #[command(flatten)]
        asking: Asking,
    },
    /// Everything in the register
    List(Asking),
    /// One company, representative or unit
    Show {
        /// A company's id, an address or a serial number
        id: String,
        #[command(flatten)]
        asking: Asking,
    },
    /// Name every bad line of a file; imports nothing
    Check {
        /// CSV or JSON, as in fixtures/register/
        file: PathBuf,
        #[command(flatten)]
        form: Form,
    },
}

#[derive(Debug, Subcommand)]
pub enum TicketAction {
    /// All tickets
    List {
        /// Only those that are not closed or cancelled
        #[arg(long)]
        open: bool,
        /// Only those in this state, such as SCHEDULED
        #[arg(long, value_name = "STATE", value_parser = state)]
        state: Option<Status>,
        /// Only those of this company
        #[arg(long, value_name = "ID")]
        company: Option<String>,
        #[command(flatten)]
        asking: Asking,
    },
    /// All facts of a ticket
    Show(OneTicket),
    /// Why each thing was decided
    Why(OneTicket),
    /// Everything that happened
    Log(OneTicket),
    /// Who asked, what was agreed, what was done: from the journal alone, each line with its record
    Evidence(commands::evidence::Wanted),
    /// Open the files of a problem with your own key; recorded before, and the leads are told
    Attachments(commands::original::OfProblem),
    /// Open the original mails with the evidence key; recorded before, and the leads are told
    Original(commands::original::OfTicket),
}

#[derive(Debug, Args)]
pub struct OneTicket {
    /// The ticket, such as UP-2026-00417
    pub id: String,
    #[command(flatten)]
    pub asking: Asking,
}

#[derive(Debug, Subcommand)]
pub enum OutboxAction {
    /// All letters
    List {
        /// Only those in this state, such as deferred
        #[arg(long, value_name = "STATE", value_parser = letter_state)]
        state: Option<LetterState>,
        #[command(flatten)]
        asking: Asking,
    },
    /// One letter with its text
    Show(OneNumber),
    /// A deferred, failed or held letter is due now
    Retry(OneNumber),
    /// A letter does not leave until it is retried
    Hold(OneNumber),
}

#[derive(Debug, Subcommand)]
pub enum QuarantineAction {
    /// What is kept and waits, with its reason
    List {
        /// What was released or dropped, too
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        asking: Asking,
    },
    /// One mail as it was read, its secrets taken out
    Show(OneNumber),
    /// Let the desk look at a mail once more; it proves nobody
    Release {
        #[command(flatten)]
        one: OneNumber,
        /// Why it is worth a look; kept for ever
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
        /// The original mail, where the mailbox has it no more
        #[arg(long, value_name = "ORIGINAL.eml")]
        file: Option<PathBuf>,
    },
    /// Open the original mail with the evidence key; recorded before, and the leads are told
    Original(commands::original::OfKept),
    /// Say that a mail is dealt with; nothing is deleted
    Drop {
        #[command(flatten)]
        one: OneNumber,
        /// What was done about it; kept for ever, asked for on a terminal
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
}

#[derive(Debug, Args)]
pub struct OneNumber {
    /// Its number in the list
    pub no: u64,
    #[command(flatten)]
    pub asking: Asking,
}

#[derive(Debug, Subcommand)]
pub enum AuditAction {
    /// Check the chain of the journal, and everything that its records name
    Verify {
        /// A record and its hash as the daily letter told them, such as 417:9f86d0…
        #[arg(long, value_name = "RECORD:HASH", value_parser = head)]
        head: Vec<Head>,
        #[command(flatten)]
        asking: Asking,
    },
}

#[derive(Debug, Subcommand)]
pub enum KeyAction {
    /// Make a key pair: the private half into a file, the public half to see
    New {
        kind: KeyKind,
        /// The file for the private half; staff.key or evidence.key without it
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        #[command(flatten)]
        form: Form,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KeyKind {
    /// For agents: opens manager passwords
    Staff,
    /// For disputes, kept offline: opens original mails
    Evidence,
}

fn state(written: &str) -> Result<Status, String> {
    Status::from_str(&written.trim().to_ascii_uppercase().replace(['-', ' '], "_")).map_err(|_| {
        let names: Vec<&str> = Status::VARIANTS.iter().map(|status| status.name()).collect();
        format!("expected one of {}", names.join(", "))
    })
}

pub fn time(written: &str) -> Result<Timestamp, String> {
    let expected = |_| "expected a time with its offset, such as 2026-11-30T17:00:00Z or 2026-11-30T09:00:00-08:00";
    written.trim().parse().map_err(expected).map_err(str::to_owned)
}

fn letter_state(written: &str) -> Result<LetterState, String> {
    LetterState::from_str(&written.trim().to_ascii_lowercase()).map_err(|_| {
        let names: Vec<&str> = LetterState::VARIANTS.iter().map(|state| state.into()).collect();
        format!("expected one of {}", names.join(", "))
    })
}

fn head(written: &str) -> Result<Head, String> {
    let expected = "expected the number of a record, a colon and its hash of 64 hexadecimal digits, as the daily \
                    letter has them";
    let (seq, hash) = written.trim().split_once(':').ok_or(expected)?;
    let hash = hash.to_ascii_lowercase();
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let seq = seq.parse().ok().filter(|_| is_hash).ok_or(expected)?;
    Ok(Head { seq, hash })
}
