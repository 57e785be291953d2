//! The commands of cli.md: arguments in, views out.

mod check;
mod commands;
mod log;
mod reach;
mod table;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::shell::run::Failure;

/// An upgrade desk that works by mail.
#[derive(Debug, Parser)]
#[command(name = "upgrade-desk", version, about, propagate_version = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// Which desk is meant.
#[derive(Debug, Clone, Args)]
pub struct Which {
    /// The configuration (see deploy/upgrade-desk.example.toml)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A folder that `demo` made, instead of a configuration
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The whole desk on this machine, with nothing to configure
    Demo {
        /// Where it keeps everything
        #[arg(long, value_name = "DIR", default_value = "demo-desk")]
        dir: PathBuf,
        /// Tell the story and end, instead of watching the mailbox
        #[arg(long)]
        once: bool,
    },
    /// Run the desk
    Run {
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// Handle what is there, fire what is due, send what can be sent, end
        #[arg(long)]
        drain: bool,
    },
    /// Check configuration, rules, register and letters
    Check {
        #[command(flatten)]
        which: Which,
        /// The mail servers too
        #[arg(long)]
        connect: bool,
    },
    /// Show what the desk reads in one mail; touches nothing
    Read {
        /// A mail file, or - for standard input
        file: PathBuf,
        /// The rules to read with, instead of the built-in ones
        #[arg(long, value_name = "DIR")]
        rules: Option<PathBuf>,
        #[arg(long)]
        json: bool,
    },
    /// Show what the desk would decide about one mail; commits nothing
    Try {
        /// A mail file, or - for standard input
        file: PathBuf,
        #[command(flatten)]
        which: Which,
        /// As if it were then (RFC 3339)
        #[arg(long, value_name = "TIME")]
        at: Option<Timestamp>,
        #[arg(long)]
        json: bool,
    },
    /// The vendor's companies, representatives and units
    Register {
        #[command(subcommand)]
        action: RegisterAction,
    },
    /// Tickets, their facts, reasons and events
    Ticket {
        #[command(subcommand)]
        action: TicketAction,
    },
    /// Letters on their way
    Outbox {
        #[command(subcommand)]
        action: OutboxAction,
    },
    /// Mail that was not trusted or could not be read
    Quarantine {
        #[command(subcommand)]
        action: QuarantineAction,
    },
    /// How the desk is doing
    Status {
        #[command(flatten)]
        which: Which,
        #[arg(long)]
        json: bool,
    },
    /// Show the sealed password of a ticket with a staff key
    Reveal {
        id: String,
        /// The staff key's private file
        #[arg(long, value_name = "FILE")]
        identity: PathBuf,
        #[command(flatten)]
        which: Which,
    },
    /// Make keys
    Key {
        #[command(subcommand)]
        action: KeyAction,
    },
}

#[derive(Debug, Subcommand)]
enum RegisterAction {
    /// Import a whole register (CSV or JSON); what is missing in it is retired
    Import {
        file: PathBuf,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// Only add and change, retire nothing
        #[arg(long)]
        merge: bool,
        #[command(flatten)]
        which: Which,
        #[arg(long)]
        json: bool,
    },
    /// Everything in the register
    List {
        #[command(flatten)]
        which: Which,
        #[arg(long)]
        json: bool,
    },
    /// One company, representative or unit
    Show {
        /// A company's id, an address or a serial number
        id: String,
        #[command(flatten)]
        which: Which,
        #[arg(long)]
        json: bool,
    },
    /// Name every bad line of a file; imports nothing
    Check {
        file: PathBuf,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
enum TicketAction {
    /// All tickets
    List {
        /// Only those that are not closed or cancelled
        #[arg(long)]
        open: bool,
        /// Only those in this state, such as SCHEDULED
        #[arg(long, value_name = "STATE")]
        state: Option<String>,
        /// Only those of this company
        #[arg(long, value_name = "ID")]
        company: Option<String>,
        #[command(flatten)]
        which: Which,
        #[arg(long)]
        json: bool,
    },
    /// All facts of a ticket
    Show(OneTicket),
    /// Why each thing was decided
    Why(OneTicket),
    /// Everything that happened
    Log(OneTicket),
}

#[derive(Debug, Args)]
struct OneTicket {
    id: String,
    #[command(flatten)]
    which: Which,
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum OutboxAction {
    /// All letters
    List {
        #[command(flatten)]
        which: Which,
        #[arg(long)]
        json: bool,
    },
    /// One letter with its bytes
    Show {
        no: u64,
        #[command(flatten)]
        which: Which,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
enum QuarantineAction {
    /// Everything kept, with its reason
    List {
        #[command(flatten)]
        which: Which,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
enum KeyAction {
    /// Make a key pair: the private half into a file, the public half to see
    New {
        kind: KeyKind,
        /// The file for the private half
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KeyKind {
    /// For agents: opens manager passwords
    Staff,
    /// For disputes, kept offline: opens original mails
    Evidence,
}

/// Does what the arguments say.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::Demo { dir, once } => {
            log::start("warn", false);
            crate::shell::demo::demo(&dir, once).await
        }
        Command::Run { config, drain } => commands::run(&config, drain).await,
        Command::Check { which, connect } => check::check(&which, connect).await,
        Command::Read { file, rules, json } => commands::read(&file, rules.as_deref(), json),
        Command::Try { file, which, at, json } => commands::try_mail(&file, &which, at, json).await,
        Command::Register { action } => commands::register(action).await,
        Command::Ticket { action } => commands::ticket(action).await,
        Command::Outbox { action } => commands::outbox(action).await,
        Command::Quarantine { action: QuarantineAction::List { which, json } } => {
            commands::quarantine(&which, json).await
        }
        Command::Status { which, json } => commands::status(&which, json).await,
        Command::Reveal { id, identity, which } => commands::reveal(&id, &identity, &which).await,
        Command::Key { action: KeyAction::New { kind, out } } => commands::key_new(kind, out),
    }
}
