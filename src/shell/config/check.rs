//! The written configuration becomes a [`Config`], or everything that is wrong.

mod hook;
mod keys;
mod server;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use toml::Spanned;

use crate::shell::config::credential::Environment;
use crate::shell::config::text::{BoardText, CarrierText, ConfigText, DnsText, FolderText, LogText, SourceText};
use crate::shell::config::{Carrier, Config, Folder, Log, LogFormat, Source, StartFrom};
use crate::shell::toml_file::{FileFault, Span, TomlFile};

const LOG_LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// Checks everything before it complains, so that one start shows all faults.
pub fn check(
    file: &TomlFile,
    folder: &Path,
    text: ConfigText,
    environment: Environment<'_>,
) -> Result<Config, Vec<FileFault>> {
    let mut checker = Checker { file, folder, environment, faults: Vec::new(), warnings: Vec::new() };
    let data = checker.data(&text.data);
    let rules = text.rules.as_ref().map(|rules| checker.folder_that_exists(rules, "rules"));
    let source = checker.source(text.source);
    let carrier = checker.carrier(text.carrier);
    checker.two_folders(source.as_ref(), carrier.as_ref());
    let keys = checker.keys(text.keys);
    let dns_servers = checker.dns_servers(text.dns);
    let alarm_hook = text.alarm_hook.and_then(|hook| checker.alarm_hook(hook));
    let log = checker.log(text.log);
    let board = text.board.and_then(|board| checker.board(&board));
    let Checker { mut faults, warnings, .. } = checker;
    faults.sort_by_key(|fault| fault.line);
    match (source, carrier, keys) {
        (Some(source), Some(carrier), Some(keys)) if faults.is_empty() => {
            let file = file.name.clone();
            Ok(Config { data, rules, source, carrier, keys, dns_servers, alarm_hook, log, board, warnings, file })
        }
        _ => Err(faults),
    }
}

/// Whether `host` can only be this machine, so that nobody listens in between.
pub fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

pub(super) struct Checker<'a> {
    file: &'a TomlFile,
    folder: &'a Path,
    environment: Environment<'a>,
    faults: Vec<FileFault>,
    warnings: Vec<String>,
}

impl Checker<'_> {
    fn fault(&mut self, span: &Span, key: &str, expected: &str, found: &str, way_out: &str) {
        self.faults.push(self.file.fault(Some(span), key, expected, found, way_out));
    }

    /// Like [`Self::fault`], for what may have no line at all.
    fn missing(&mut self, span: Option<&Span>, key: &str, expected: &str, found: &str, way_out: &str) {
        self.faults.push(self.file.fault(span, key, expected, found, way_out));
    }

    /// Relative paths count from the folder of the configuration file.
    fn path(&self, written: &str) -> PathBuf {
        self.folder.join(written)
    }

    fn data(&mut self, written: &Spanned<String>) -> PathBuf {
        let path = self.path(written.get_ref());
        if written.get_ref().is_empty() || (path.exists() && !path.is_dir()) {
            let found = if path.exists() { "a file of that name" } else { "nothing" };
            self.fault(
                &written.span(),
                "data",
                "a folder for the desk's data",
                found,
                "name a folder, new or existing",
            );
        }
        path
    }

    fn folder_that_exists(&mut self, written: &Spanned<String>, key: &str) -> PathBuf {
        let path = self.path(written.get_ref());
        if !path.is_dir() {
            let found = format!("no folder {}", path.display());
            self.fault(&written.span(), key, "an existing folder", &found, "create it, or correct the path");
        }
        path
    }

    fn source(&mut self, text: Spanned<SourceText>) -> Option<Source> {
        let span = text.span();
        match text.into_inner() {
            SourceText { imap: Some(imap), folder: None } => self.imap(imap).map(Source::Imap),
            SourceText { imap: None, folder: Some(folder) } => self.folder_source(folder).map(Source::Folder),
            SourceText { imap: None, folder: None } => {
                self.fault(&span, "source", "[source.imap] or [source.folder]", "none", "add one of them");
                None
            }
            SourceText { imap: Some(_), folder: Some(_) } => {
                self.fault(&span, "source", "[source.imap] or [source.folder]", "both", "take one of them out");
                None
            }
        }
    }

    fn folder_source(&mut self, text: Spanned<FolderText>) -> Option<Folder> {
        let span = text.span();
        let text = text.into_inner();
        let path = self.folder_that_exists(&text.path, "source.folder.path");
        let start_from = self.start_from(&span, text.start_from)?;
        Some(Folder { path, start_from, replace_secrets: text.replace_secrets.unwrap_or(true) })
    }

    fn start_from(&mut self, span: &Span, written: Option<StartFrom>) -> Option<StartFrom> {
        if written.is_none() {
            self.fault(
                span,
                "start_from",
                "what to do with mail that lies in the mailbox before the first start",
                "no such line",
                "add start_from = \"now\" to leave it alone, or start_from = \"all\" to handle it",
            );
        }
        written
    }

    fn carrier(&mut self, text: Spanned<CarrierText>) -> Option<Carrier> {
        let span = text.span();
        match text.into_inner() {
            CarrierText { smtp: Some(smtp), folder: None } => self.smtp(smtp).map(Carrier::Smtp),
            CarrierText { smtp: None, folder: Some(folder) } => {
                Some(Carrier::Folder(self.folder_that_exists(&folder.path, "carrier.folder.path")))
            }
            CarrierText { smtp: None, folder: None } => {
                self.fault(&span, "carrier", "[carrier.smtp] or [carrier.folder]", "none", "add one of them");
                None
            }
            CarrierText { smtp: Some(_), folder: Some(_) } => {
                self.fault(&span, "carrier", "[carrier.smtp] or [carrier.folder]", "both", "take one of them out");
                None
            }
        }
    }

    /// A postman who delivers into the mailbox would make the desk answer itself.
    fn two_folders(&mut self, source: Option<&Source>, carrier: Option<&Carrier>) {
        if let (Some(Source::Folder(source)), Some(Carrier::Folder(carrier))) = (source, carrier)
            && source.path == *carrier
        {
            self.faults.push(self.file.fault(
                None,
                "carrier.folder.path",
                "another folder than the mailbox's",
                "the same one",
                "name a folder of its own, or the desk would read its own letters",
            ));
        }
    }

    fn dns_servers(&mut self, text: Option<DnsText>) -> Vec<SocketAddr> {
        let Some(text) = text else { return Vec::new() };
        let way_out = "write for instance \"127.0.0.1:53\", or take [dns] out to use the system's name servers";
        let expected = "addresses of name servers with their ports";
        let span = text.servers.span();
        let servers = text.servers.into_inner();
        if servers.is_empty() {
            self.fault(&span, "dns.servers", expected, "none", way_out);
        }
        let mut addresses = Vec::new();
        for server in &servers {
            match server.get_ref().parse() {
                Ok(address) => addresses.push(address),
                Err(_) => {
                    let found = format!("\"{}\"", server.get_ref());
                    self.fault(&server.span(), "dns.servers", expected, &found, way_out);
                }
            }
        }
        addresses
    }

    /// A folder that is missing now is no reason for the desk not to work.
    fn board(&mut self, text: &BoardText) -> Option<PathBuf> {
        let written = text.file.get_ref();
        let path = self.path(written);
        if written.is_empty() || written.ends_with('/') || path.is_dir() {
            let found = if written.is_empty() { "nothing" } else { "a folder" };
            let way_out = "name a file in an existing folder";
            self.fault(&text.file.span(), "board.file", "a file for the board as a page", found, way_out);
            return None;
        }
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
            let folder = folder.display();
            self.warnings.push(format!("board.file: there is no folder {folder}; the board is kept once it is there"));
        }
        Some(path)
    }

    fn log(&mut self, text: Option<LogText>) -> Log {
        let text = text.unwrap_or(LogText { level: None, format: None });
        let format = text.format.unwrap_or(LogFormat::Text);
        let Some(written) = text.level else { return Log { level: "info".to_owned(), format } };
        if !LOG_LEVELS.contains(&written.get_ref().as_str()) {
            let expected = format!("one of {}", LOG_LEVELS.join(", "));
            let found = format!("\"{}\"", written.get_ref());
            self.fault(&written.span(), "log.level", &expected, &found, "write one of them");
        }
        Log { level: written.into_inner(), format }
    }
}
