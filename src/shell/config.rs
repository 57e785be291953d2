//! The configuration: what differs between machines. One TOML file; credentials
//! come from files or the environment, which nothing else reads (but logging).

mod check;
mod credential;
mod text;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::desk::rules::{Access, Rules};
use crate::shell::config::credential::Environment;
use crate::shell::toml_file::{self, FileFault, TomlFile};
use crate::shell::vault::Recipient;

pub use credential::{Password, environment};

/// A checked configuration. Relative paths were taken from the file's folder.
#[derive(Debug)]
pub struct Config {
    /// Journal, tickets, secrets: everything the desk keeps.
    pub data: PathBuf,
    /// `None`: the built-in rules, which are those of a sample vendor.
    pub rules: Option<PathBuf>,
    pub source: Source,
    pub carrier: Carrier,
    pub keys: Keys,
    /// Name servers for our own look at signatures; none: those of the system.
    pub dns_servers: Vec<SocketAddr>,
    /// A program that is told of every alarm, besides the mail; `None`: there is none.
    pub alarm_hook: Option<AlarmHook>,
    pub log: Log,
    /// Where the duty board is kept as a page; `None`: nowhere.
    pub board: Option<PathBuf>,
    /// What is allowed but deserves a word at start.
    pub warnings: Vec<String>,
    file: String,
}

/// Where mail comes from.
#[derive(Debug)]
pub enum Source {
    Imap(Imap),
    Folder(Folder),
}

#[derive(Debug, Clone)]
pub struct Imap {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub user: String,
    pub password: Password,
    pub mailbox: String,
    /// Where handled mail is moved to.
    pub processed: String,
    /// Where mail goes that is not trusted or cannot be read.
    pub quarantine: String,
    /// A PEM file with the certificate authority of the server, instead of the
    /// public ones.
    pub private_ca: Option<PathBuf>,
    pub start_from: StartFrom,
    /// Whether a redacted copy takes the place of a mail with a password (TD5).
    pub replace_secrets: bool,
}

/// A Maildir as mailbox.
#[derive(Debug)]
pub struct Folder {
    pub path: PathBuf,
    pub start_from: StartFrom,
    /// As for IMAP.
    pub replace_secrets: bool,
}

/// What is done with mail that lay in the mailbox before the first start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartFrom {
    /// Left alone: it was somebody else's to answer.
    Now,
    /// Handled like new mail.
    All,
}

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// A plain connection that must turn to TLS before anything is said.
    Starttls,
    /// No protection: only towards this machine itself.
    Plain,
}

/// How letters leave.
#[derive(Debug)]
pub enum Carrier {
    Smtp(Smtp),
    /// A Maildir as postman: for trying out.
    Folder(PathBuf),
}

#[derive(Debug)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// Name and password; `None`: the server takes our mail without.
    pub login: Option<(String, Password)>,
    pub private_ca: Option<PathBuf>,
    /// What we call ourselves in EHLO; `None`: the machine's name.
    pub helo_name: Option<String>,
    /// Connections at the same time.
    pub connections: usize,
}

/// Public keys only: the process that reads mail can seal and never open
/// (decisions 17).
#[derive(Debug)]
pub struct Keys {
    pub staff: Vec<Recipient>,
    pub evidence: Recipient,
}

impl Keys {
    /// Everybody to whom passwords are sealed: the keys of the configuration, and
    /// those of people in `access.toml`, each once, without those that were revoked.
    ///
    /// # Errors
    ///
    /// None is left, or the evidence key is revoked: what is missing, and the way out.
    pub fn with_staff(&self, access: &Access) -> Result<Vec<Recipient>, String> {
        if let Some(revoked) = access.revoked(&self.evidence.to_string()) {
            return Err(format!(
                "keys.evidence: expected a key that is not revoked, found one that is, since {} ({}); make another \
                 with `upgrade-desk key new evidence` and write the line it prints into [keys]",
                revoked.since, revoked.why
            ));
        }
        let of_people = access.staff.iter().filter_map(|person| person.key.as_ref()?.parse().ok());
        let mut all: Vec<Recipient> = Vec::new();
        for key in self.staff.iter().cloned().chain(of_people) {
            if !all.contains(&key) && access.revoked(&key.to_string()).is_none() {
                all.push(key);
            }
        }
        if all.is_empty() {
            return Err(
                "keys.staff: expected a key that is not revoked, found none; make one with `upgrade-desk key new \
                        staff` and write the line it prints into [keys]"
                    .to_owned(),
            );
        }
        Ok(all)
    }
}

/// A way to a pager or to text messages (2.8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmHook {
    /// Gets each alarm as JSON on its standard input.
    pub program: PathBuf,
    /// After so long it is ended, with everything that it started.
    pub limit: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug` or `trace`.
    pub level: String,
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Text,
    Json,
}

/// Everything that is wrong with a configuration, one thing a line.
#[derive(Debug, thiserror::Error)]
#[error("{}", toml_file::list(.0))]
pub struct ConfigError(pub Vec<FileFault>);

/// Reads and checks a configuration; `environment` is how it sees the
/// environment ([`environment`], or a table in tests).
pub fn load(path: &Path, environment: Environment<'_>) -> Result<Config, ConfigError> {
    let file = TomlFile::open(path, "name an existing file with --config, see deploy/upgrade-desk.example.toml")
        .map_err(|fault| ConfigError(vec![fault]))?;
    let text = file.parse().map_err(|fault| ConfigError(vec![fault]))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    check::check(&file, folder, text, environment).map_err(ConfigError)
}

impl Config {
    /// Whether rules and configuration fit together: a desk that speaks to real
    /// servers must not say what a sample vendor says (TG6).
    pub fn fits(&self, rules: &Rules) -> Result<(), ConfigError> {
        let real = match (&self.source, &self.carrier) {
            (Source::Imap(imap), _) if !check::is_this_machine(&imap.host) => true,
            (_, Carrier::Smtp(smtp)) => !check::is_this_machine(&smtp.host),
            _ => false,
        };
        if !real || !rules.desk.address.ends_with(".example") {
            return Ok(());
        }
        Err(ConfigError(vec![FileFault {
            file: self.file.clone(),
            line: None,
            key: "rules".to_owned(),
            expected: "a folder with your own rules, because the servers named here are real".to_owned(),
            found: format!("rules that speak for {}", rules.desk.address),
            way_out: "copy the folder rules/, write your own addresses into desk.toml and access.toml, \
                      and name it with `rules`"
                .to_owned(),
        }]))
    }
}
