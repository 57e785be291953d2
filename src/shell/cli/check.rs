//! `check`: configuration, rules, register, every letter; with `--connect` the
//! servers too, each with a clear verdict.

use crate::desk::access::Recipient;
use crate::desk::letter::Letter;
use crate::desk::letter::compose::Composer;
use crate::desk::letter::samples::samples;
use crate::desk::rules::Rules;
use crate::shell::carrier::smtp::Smtp;
use crate::shell::cli::table::{bad, good};
use crate::shell::cli::{Which, reach};
use crate::shell::config::{Carrier, Config, Source};
use crate::shell::run::Failure;
use crate::shell::source::Source as _;
use crate::shell::source::imap::ImapSource;
use crate::shell::view::Request;

/// Every verdict on a line of its own; fails when one is bad.
pub async fn check(which: &Which, connect: bool) -> Result<(), Failure> {
    let reached = reach::find(which)?;
    let mut verdicts = Verdicts::default();
    verdicts.add("configuration", Ok(format!("data in {}", reached.data.display())));
    verdicts.add("rules", Ok(format!("version {}", reached.rules.version.chars().take(12).collect::<String>())));
    if let Some(config) = &reached.config {
        for warning in &config.warnings {
            verdicts.add("warning", Ok(warning.clone()));
        }
        verdicts.add(
            "rules fit the servers",
            config.fits(&reached.rules).map(|()| "yes".to_owned()).map_err(|error| error.to_string()),
        );
    }
    let proof = match &reached.rules.access.authserv_id {
        Some(id) => Ok(format!("Authentication-Results of {id} are believed")),
        None => Err("no authserv_id in access.toml: nobody can be proven, every request will wait".to_owned()),
    };
    verdicts.add("who vouches", proof);
    letters(&reached.rules, &mut verdicts);
    let status = reach::ask_at(&reached, Request::Status).await;
    verdicts.add("store and register", status.map_err(|error| error.to_string()).and_then(|status| register(&status)));
    if connect && let Some(config) = &reached.config {
        servers(config, &reached.rules, &mut verdicts).await;
    }
    verdicts.end()
}

#[derive(Default)]
struct Verdicts {
    bad: usize,
}

impl Verdicts {
    fn add(&mut self, what: &str, verdict: Result<String, String>) {
        match verdict {
            Ok(text) => println!("{}   {what}: {text}", good("ok")),
            Err(text) => {
                self.bad += 1;
                println!("{}  {what}: {text}", bad("BAD"));
            }
        }
    }

    fn end(self) -> Result<(), Failure> {
        match self.bad {
            0 => Ok(()),
            bad => Err(Failure::Use(format!("{bad} of the checks above are bad"))),
        }
    }
}

fn register(status: &serde_json::Value) -> Result<String, String> {
    let register = status.get("register").cloned().unwrap_or_default();
    if register.get("empty") == Some(&serde_json::Value::Bool(true)) {
        return Err("the register is empty: nobody is denied and nobody is served; `register import FILE`".to_owned());
    }
    Ok(format!("{register}"))
}

/// Each letter is written with sample facts.
fn letters(rules: &Rules, verdicts: &mut Verdicts) {
    let composer = match Composer::new(rules, vec![0; 32]) {
        Ok(composer) => composer,
        Err(error) => return verdicts.add("letters", Err(error.to_string())),
    };
    let mut written = 0;
    for say in samples() {
        let letter = Letter {
            to: Recipient::desk(rules),
            salutation: "Dana Ruiz".to_owned(),
            say,
            ticket: Some(crate::desk::ticket::TicketId("UP-2026-00417".to_owned())),
            in_reply_to: None,
            references: Vec::new(),
        };
        match composer.compose(&[letter], 1, jiff::Timestamp::UNIX_EPOCH, rules) {
            Ok(_) => written += 1,
            Err(error) => verdicts.add("letter", Err(error.to_string())),
        }
    }
    verdicts.add("letters", Ok(format!("{written} written with sample facts")));
}

async fn servers(config: &Config, rules: &Rules, verdicts: &mut Verdicts) {
    match &config.source {
        Source::Imap(imap) => {
            let verdict = match ImapSource::new(imap.clone(), rules.limits.message_bytes_max) {
                Ok(mut source) => source
                    .connect()
                    .await
                    .map(|opened| format!("logged in, {} is open, UIDVALIDITY {}", opened.mailbox, opened.validity)),
                Err(error) => Err(error),
            };
            verdicts.add("IMAP", verdict.map_err(|error| error.to_string()));
        }
        Source::Folder(folder) => {
            let there = folder.path.is_dir();
            let path = folder.path.display().to_string();
            verdicts.add("mailbox folder", if there { Ok(path) } else { Err(format!("{path} is not there")) });
        }
    }
    match &config.carrier {
        Carrier::Smtp(smtp) => {
            let verdict = match Smtp::several(smtp) {
                Ok(carriers) => match carriers.into_iter().next() {
                    Some(mut carrier) => carrier.try_out().await.map(|()| "reached and ready".to_owned()),
                    None => Err("no connection is allowed: set connections to at least 1".to_owned()),
                },
                Err(error) => Err(error.to_string()),
            };
            verdicts.add("SMTP", verdict);
        }
        Carrier::Folder(path) => verdicts.add("postman folder", Ok(path.display().to_string())),
    }
}
