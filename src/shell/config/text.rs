//! The configuration file as it is written, before it is checked.

use serde::Deserialize;
use toml::Spanned;

use crate::shell::config::{LogFormat, Security, StartFrom};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigText {
    pub data: Spanned<String>,
    pub rules: Option<Spanned<String>>,
    pub source: Spanned<SourceText>,
    pub carrier: Spanned<CarrierText>,
    pub keys: Option<Spanned<KeysText>>,
    pub dns: Option<DnsText>,
    pub alarm_hook: Option<AlarmHookText>,
    pub log: Option<LogText>,
    pub board: Option<BoardText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmHookText {
    pub program: Spanned<String>,
    pub seconds_max: Option<Spanned<u64>>,
}

/// Exactly one of the two.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceText {
    pub imap: Option<Spanned<ImapText>>,
    pub folder: Option<Spanned<FolderText>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImapText {
    pub host: Spanned<String>,
    pub port: Option<u16>,
    pub security: Spanned<Security>,
    pub user: Spanned<String>,
    pub password_file: Option<Spanned<String>>,
    pub password_env: Option<Spanned<String>>,
    pub mailbox: Option<Spanned<String>>,
    pub processed: Option<Spanned<String>>,
    pub quarantine: Option<Spanned<String>>,
    pub private_ca: Option<Spanned<String>>,
    pub start_from: Option<StartFrom>,
    pub replace_secrets: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FolderText {
    pub path: Spanned<String>,
    pub start_from: Option<StartFrom>,
    pub replace_secrets: Option<bool>,
}

/// Exactly one of the two.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarrierText {
    pub smtp: Option<Spanned<SmtpText>>,
    pub folder: Option<CarrierFolderText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarrierFolderText {
    pub path: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpText {
    pub host: Spanned<String>,
    pub port: Option<u16>,
    pub security: Spanned<Security>,
    pub user: Option<Spanned<String>>,
    pub password_file: Option<Spanned<String>>,
    pub password_env: Option<Spanned<String>>,
    pub private_ca: Option<Spanned<String>>,
    pub helo_name: Option<Spanned<String>>,
    pub connections: Option<Spanned<usize>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysText {
    #[serde(default)]
    pub staff: Vec<Spanned<String>>,
    pub evidence: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogText {
    pub level: Option<Spanned<String>>,
    pub format: Option<LogFormat>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoardText {
    pub file: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DnsText {
    pub servers: Spanned<Vec<Spanned<String>>>,
}
