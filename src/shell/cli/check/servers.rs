//! The mailbox and the way out, through the same types that the desk uses.

use std::time::Duration;

use tokio::time::timeout;

use crate::desk::mail::proof::own::Wanted;
use crate::desk::rules::Rules;
use crate::shell::carrier::smtp::Smtp;
use crate::shell::cli::check::Verdicts;
use crate::shell::config::{self, Carrier, Config};
use crate::shell::run::authenticator;
use crate::shell::source::folder::FolderSource;
use crate::shell::source::imap::ImapSource;
use crate::shell::source::{ErrorKind, Source, SourceError};

/// A server that says nothing for so long has its verdict.
const PATIENCE: Duration = Duration::from_secs(60);

/// Settings always; with `connect` each server is logged into and left again.
pub async fn check(config: &Config, rules: &Rules, connect: bool, verdicts: &mut Verdicts) {
    let size_max = rules.limits.message_bytes_max;
    match &config.source {
        config::Source::Imap(settings) => imap(settings, size_max, connect, verdicts).await,
        config::Source::Folder(folder) if connect => {
            let mut source = FolderSource::new(folder.path.clone(), size_max);
            opened("mailbox", connected(&mut source).await, &source, verdicts);
        }
        config::Source::Folder(folder) => verdicts.fine("mailbox", format!("the Maildir {}", folder.path.display())),
    }
    names(config, rules, connect, verdicts).await;
    match &config.carrier {
        Carrier::Smtp(settings) => smtp(settings, connect, verdicts).await,
        Carrier::Folder(path) => verdicts.fine("way out", format!("the Maildir {}", path.display())),
    }
}

/// Where the desk looks at signatures itself, mail is held for as long as nobody
/// answers (R16).
async fn names(config: &Config, rules: &Rules, connect: bool, verdicts: &mut Verdicts) {
    let authenticator = match authenticator(Some(config), rules) {
        Ok(Some(authenticator)) => authenticator,
        Ok(None) => return,
        Err(failure) => return verdicts.wrong("names", failure.to_string()),
    };
    if !connect {
        return verdicts.fine("names", "the desk checks signatures itself; --connect asks the name servers".to_owned());
    }
    let domain = rules.desk.address.rsplit_once('@').map_or("", |(_, domain)| domain).to_owned();
    let wanted = Wanted { domain: domain.clone(), signatures: Vec::new() };
    let found = authenticator.look_up(&wanted).await;
    let policy: &'static str = found.policy.into();
    if found.has_answer() {
        verdicts.fine("names", format!("the name servers answer: the DMARC policy of {domain} is {policy}"));
    } else {
        let text = "the name servers do not answer, so that all mail would be held; correct `servers` under [dns]";
        verdicts.broken("names", format!("_dmarc.{domain}: {text}"));
    }
}

async fn imap(settings: &config::Imap, size_max: u64, connect: bool, verdicts: &mut Verdicts) {
    let at = format!("{}:{}", settings.host, settings.port);
    match ImapSource::new(settings.clone(), size_max) {
        Err(error) => verdicts.wrong("IMAP", error.to_string()),
        Ok(_) if !connect => verdicts.fine("IMAP", format!("settings for {at}; --connect tries them")),
        Ok(mut source) => {
            eprintln!("connecting to {at} …");
            opened("IMAP", connected(&mut source).await, &source, verdicts);
        }
    }
}

/// Opens a source; the verdict says what was opened.
async fn connected(source: &mut impl Source) -> Result<String, SourceError> {
    let silent = || SourceError::transient(format!("no answer within {} seconds", PATIENCE.as_secs()));
    let opened = timeout(PATIENCE, source.connect()).await.unwrap_or_else(|_| Err(silent()))?;
    Ok(format!("reached; {} is open", opened.mailbox))
}

fn opened(what: &'static str, result: Result<String, SourceError>, source: &impl Source, verdicts: &mut Verdicts) {
    match result {
        Ok(text) => {
            verdicts.fine(what, text);
            source.shortcomings().into_iter().for_each(|text| verdicts.note(what, text));
        }
        Err(error) if error.kind == ErrorKind::Configuration => verdicts.wrong(what, error.to_string()),
        Err(error) => verdicts.broken(what, error.to_string()),
    }
}

async fn smtp(settings: &config::Smtp, connect: bool, verdicts: &mut Verdicts) {
    let at = format!("{}:{}", settings.host, settings.port);
    let carrier = match Smtp::several(settings) {
        Ok(carriers) => carriers.into_iter().next(),
        Err(error) => return verdicts.wrong("SMTP", error.to_string()),
    };
    match carrier {
        Some(mut carrier) if connect => {
            eprintln!("connecting to {at} …");
            match timeout(PATIENCE, carrier.try_out()).await {
                Ok(Ok(())) => verdicts.fine("SMTP", format!("reached {at}, which would take letters")),
                Ok(Err(text)) => verdicts.broken("SMTP", text),
                Err(_) => verdicts.broken("SMTP", format!("{at}: no answer within {} seconds", PATIENCE.as_secs())),
            }
        }
        _ => verdicts.fine("SMTP", format!("settings for {at}; --connect tries them")),
    }
}
