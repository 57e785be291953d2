//! The commands of cli.md: arguments in, views out.

mod actions;
mod check;
mod commands;
pub mod evidence;
mod letters;
mod log;
mod page;
mod people;
mod reach;
mod who;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;

use crate::shell::run::Failure;

use actions::{
    AuditAction, KeyAction, KeyKind, OneNumber, OneTicket, OutboxAction, QuarantineAction, RegisterAction, RotaAction,
    TicketAction, time,
};

/// An upgrade desk that works by mail.
///
/// Requests come as mail and become checked tickets; staff work by replying.
/// Exit codes: 0 done, 1 the work failed, 2 wrong use or configuration,
/// 3 the outcome of a commit is unknown: start again.
#[derive(Debug, Parser)]
#[command(name = "upgrade-desk", version, about, long_about, propagate_version = true)]
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
    /// Instead: a folder that `demo` made, or a data folder with the built-in rules
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    dir: Option<PathBuf>,
}

/// Which desk, and how to show the answer.
#[derive(Debug, Clone, Args)]
pub struct Asking {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    form: Form,
}

/// How an answer is shown.
#[derive(Debug, Clone, Copy, Args)]
pub struct Form {
    /// Print one JSON value
    #[arg(long)]
    json: bool,
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
        /// The configuration (see deploy/upgrade-desk.example.toml)
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// Handle what is there, fire what is due, send what can be sent, end
        #[arg(long)]
        drain: bool,
    },
    /// Check configuration, rules, register and letters
    Check {
        /// The mail servers too: log in, and send a canary to the desk's own address
        /// where access.toml asks for one
        #[arg(long)]
        connect: bool,
        /// How many seconds the canary may take
        #[arg(long, value_name = "SECONDS", default_value_t = 60)]
        wait: u64,
        /// Run the alarm hook with a test alarm
        #[arg(long)]
        alarm_hook: bool,
        /// Instead: write a canary to FILE, to be sent to the desk from anywhere outside
        #[arg(long, value_name = "FILE", conflicts_with = "connect")]
        canary_mail: Option<PathBuf>,
        #[command(flatten)]
        asking: Asking,
    },
    /// Write all letters in all languages with sample facts as one HTML page
    Letters {
        /// Where the page goes
        #[arg(long, value_name = "FILE", default_value = "target/letters.html")]
        html: PathBuf,
        /// The rules to write with, instead of the built-in ones
        #[arg(long, value_name = "DIR")]
        rules: Option<PathBuf>,
    },
    /// Show what the desk reads in one mail; touches nothing
    Read {
        /// A mail file, or - for standard input
        file: PathBuf,
        /// The rules to read with, instead of the built-in ones
        #[arg(long, value_name = "DIR")]
        rules: Option<PathBuf>,
        /// The configuration of a desk: its rules, and its own look at signatures
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        #[command(flatten)]
        form: Form,
    },
    /// Show what the desk would decide about one mail, and why; commits nothing
    Try {
        /// A mail file, or - for standard input
        file: PathBuf,
        /// As if it were received and decided then, such as 2026-11-30T17:00:00Z
        #[arg(long, value_name = "TIME", value_parser = time)]
        at: Option<Timestamp>,
        #[command(flatten)]
        asking: Asking,
    },
    /// Decide over a whole mailbox, in the order of time; commits nothing, sends nothing
    Replay {
        /// A Maildir with its subfolders, or an mbox file
        mailbox: PathBuf,
        /// The rules to decide by; twice: show where the two differ
        #[arg(long, value_name = "DIR")]
        rules: Vec<PathBuf>,
        #[command(flatten)]
        asking: Asking,
    },
    /// The vendor's companies, representatives and units
    #[command(subcommand)]
    Register(RegisterAction),
    /// Tickets, their facts, reasons and events
    #[command(subcommand)]
    Ticket(TicketAction),
    /// Letters on their way
    #[command(subcommand)]
    Outbox(OutboxAction),
    /// Mail that was not trusted or could not be read
    #[command(subcommand)]
    Quarantine(QuarantineAction),
    /// Who is on duty
    #[command(subcommand)]
    Rota(RotaAction),
    /// Write to everybody who asked for news that a release is there
    #[command(disable_version_flag = true)]
    Announce(commands::announce::Wanted),
    /// How all stands: duty, windows, problems, what is owed
    Board(commands::board::Wanted),
    /// How the desk is doing
    Status(Asking),
    /// Numbers over a period, each with the tickets it was counted from
    ///
    /// Medians are the middle value (of an even number of values the mean of both
    /// in the middle); p90 and p95 the smallest value that at least so many percent
    /// of the values do not exceed. A ticket counts in the period in which the
    /// thing happened: the end of the work, the report, the letter.
    Report(commands::report::Wanted),
    /// Show the sealed password of a ticket, with a staff key
    ///
    /// Its agent may look alone from READY until the feedback is out; at any other
    /// time, and anybody else, only two persons together, with a reason. It is
    /// recorded before it is shown, and the leads and the agent are told.
    Reveal(commands::reveal::Wanted),
    /// Whether what was kept is as it was written
    #[command(subcommand)]
    Audit(AuditAction),
    /// Copy everything that counts into one file, also while the desk runs
    Backup {
        /// The file to be made; it must not be there yet
        file: PathBuf,
        #[command(flatten)]
        which: Which,
    },
    /// Put a backup into the empty data folder of a desk that does not run
    Restore {
        /// A file that `backup` made
        file: PathBuf,
        #[command(flatten)]
        which: Which,
    },
    /// Make keys
    #[command(subcommand)]
    Key(KeyAction),
}

/// Does what the arguments say.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    if !matches!(arguments.command, Command::Run { .. }) {
        log::start("warn", false);
    }
    match arguments.command {
        Command::Demo { dir, once } => crate::shell::demo::demo(&dir, once).await,
        Command::Run { config, drain } => commands::run(&config, drain).await,
        Command::Check { asking, canary_mail: Some(file), .. } => check::canary_mail(&asking, &file),
        Command::Check { connect, wait, alarm_hook, asking, .. } => {
            check::check(&asking, connect, alarm_hook, wait).await
        }
        Command::Letters { html, rules } => letters::write(&html, rules.as_deref()),
        Command::Read { file, rules, config, form } => {
            commands::mail::read(&file, rules.as_deref(), config.as_deref(), form.json).await
        }
        Command::Try { file, at, asking } => commands::mail::try_mail(&file, at, &asking).await,
        Command::Replay { mailbox, rules, asking } => commands::replay::replay(&mailbox, &rules, &asking).await,
        Command::Register(action) => commands::register::register(action).await,
        Command::Ticket(action) => commands::ticket(action).await,
        Command::Outbox(action) => commands::outbox::outbox(action).await,
        Command::Quarantine(action) => commands::quarantine::quarantine(action).await,
        Command::Rota(RotaAction::Show { weeks, at, asking }) => commands::rota(&asking, weeks, at).await,
        Command::Announce(wanted) => commands::announce::announce(wanted).await,
        Command::Board(wanted) => commands::board::board(wanted).await,
        Command::Report(wanted) => commands::report::report(wanted).await,
        Command::Status(asking) => commands::status(&asking).await,
        Command::Reveal(wanted) => commands::reveal::reveal(wanted).await,
        Command::Backup { file, which } => commands::backup::backup(&file, &which),
        Command::Restore { file, which } => commands::backup::restore(&file, &which),
        Command::Audit(AuditAction::Verify { head, asking }) => commands::audit::verify(&asking, head).await,
        Command::Key(KeyAction::New { kind, out, form }) => commands::key_new(kind, out, form.json),
    }
}
