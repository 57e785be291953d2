//! The two servers: where they are, how they are protected, how we log in.

use std::net::IpAddr;
use std::path::PathBuf;

use toml::Spanned;

use crate::shell::config::check::{Checker, is_this_machine};
use crate::shell::config::credential::{self, Password};
use crate::shell::config::text::{ImapText, SmtpText};
use crate::shell::config::{Imap, Security, Smtp};
use crate::shell::toml_file::Span;

const CONNECTIONS_MAX: usize = 32;

impl Checker<'_> {
    pub(super) fn imap(&mut self, text: Spanned<ImapText>) -> Option<Imap> {
        let span = text.span();
        let text = text.into_inner();
        let host = self.host(&text.host, *text.security.get_ref(), &text.security.span(), "source.imap");
        let user = self.not_empty(&text.user, "source.imap.user", "the name of the mailbox's account");
        let password = self.password(&span, "source.imap", text.password_file.as_ref(), text.password_env.as_ref());
        let mailbox = self.mailbox(text.mailbox.as_ref(), "mailbox", "INBOX");
        let processed = self.mailbox(text.processed.as_ref(), "processed", "Processed");
        let quarantine = self.mailbox(text.quarantine.as_ref(), "quarantine", "Quarantine");
        if mailbox == processed || mailbox == quarantine || processed == quarantine {
            self.fault(
                &span,
                "mailbox, processed, quarantine",
                "three different mailboxes",
                "two with the same name",
                "give each its own name, or handled mail would be read again",
            );
        }
        let private_ca = self.certificate(text.private_ca.as_ref(), "source.imap.private_ca");
        let start_from = self.start_from(&span, text.start_from);
        let security = text.security.into_inner();
        let port = text.port.unwrap_or(if security == Security::Tls { 993 } else { 143 });
        Some(Imap {
            host,
            port,
            security,
            user,
            password: password?,
            mailbox,
            processed,
            quarantine,
            private_ca,
            start_from: start_from?,
            replace_secrets: text.replace_secrets.unwrap_or(true),
        })
    }

    fn mailbox(&mut self, written: Option<&Spanned<String>>, key: &str, default: &str) -> String {
        match written {
            Some(written) => self.not_empty(written, &format!("source.imap.{key}"), "the name of a mailbox"),
            None => default.to_owned(),
        }
    }

    fn not_empty(&mut self, written: &Spanned<String>, key: &str, expected: &str) -> String {
        let value = written.get_ref().trim();
        if value.is_empty() || value.chars().any(char::is_control) {
            self.fault(&written.span(), key, expected, "nothing that can be used", "write it");
        }
        value.to_owned()
    }

    /// The host; one that is reached without protection must be this machine.
    fn host(&mut self, host: &Spanned<String>, security: Security, security_span: &Span, part: &str) -> String {
        let name = self.not_empty(host, &format!("{part}.host"), "the name of a server");
        if name.contains([':', '/', ' ']) && name.parse::<IpAddr>().is_err() {
            let found = format!("`{name}`");
            let way_out = "write only the name, and the port into `port`";
            self.fault(&host.span(), &format!("{part}.host"), "the name or address of a server", &found, way_out);
        }
        if security == Security::Plain && !is_this_machine(&name) {
            self.fault(
                security_span,
                &format!("{part}.security"),
                "a protected connection, because the password and all mail pass over it",
                &format!("\"plain\" towards {name}"),
                "write \"tls\" or \"starttls\"; \"plain\" is for 127.0.0.1, ::1 and localhost, for instance a tunnel",
            );
        }
        name
    }

    fn password(
        &mut self,
        span: &Span,
        part: &str,
        file: Option<&Spanned<String>>,
        variable: Option<&Spanned<String>>,
    ) -> Option<Password> {
        let (read, span, key) = match (file, variable) {
            (Some(file), None) => {
                let read = credential::from_file(&self.path(file.get_ref()));
                (read, file.span(), format!("{part}.password_file"))
            }
            (None, Some(name)) => {
                let read = credential::from_environment(name.get_ref(), self.environment);
                (read.map(|password| (password, None)), name.span(), format!("{part}.password_env"))
            }
            (None, None) => {
                let way_out = "add password_file with a file that only the desk can read, or password_env";
                self.fault(span, part, "where the password is", "no such line", way_out);
                return None;
            }
            (Some(_), Some(name)) => {
                let expected = "password_file or password_env";
                self.fault(&name.span(), &format!("{part}.password_env"), expected, "both", "take one of them out");
                return None;
            }
        };
        match read {
            Ok((password, warning)) => {
                self.warnings.extend(warning);
                Some(password)
            }
            Err((found, way_out)) => {
                self.fault(&span, &key, "a password that only the desk can read", &found, &way_out);
                None
            }
        }
    }

    fn certificate(&mut self, written: Option<&Spanned<String>>, key: &str) -> Option<PathBuf> {
        let written = written?;
        let path = self.path(written.get_ref());
        let found = match std::fs::read_to_string(&path) {
            Ok(text) if text.contains("-----BEGIN CERTIFICATE-----") => return Some(path),
            Ok(_) => "a file without one".to_owned(),
            Err(error) => error.to_string(),
        };
        let way_out = "name the certificate of the authority that signed the server's";
        self.fault(&written.span(), key, "a PEM file with a certificate", &found, way_out);
        None
    }

    pub(super) fn smtp(&mut self, text: Spanned<SmtpText>) -> Option<Smtp> {
        let span = text.span();
        let text = text.into_inner();
        let host = self.host(&text.host, *text.security.get_ref(), &text.security.span(), "carrier.smtp");
        let login = self.login(&span, &text);
        let private_ca = self.certificate(text.private_ca.as_ref(), "carrier.smtp.private_ca");
        let helo_name = text.helo_name.as_ref().map(|written| {
            let expected = "the full name of this machine";
            self.not_empty(written, "carrier.smtp.helo_name", expected)
        });
        let connections = self.connections(text.connections.as_ref());
        let security = text.security.into_inner();
        let port = text.port.unwrap_or(match security {
            Security::Tls => 465,
            Security::Starttls => 587,
            Security::Plain => 25,
        });
        Some(Smtp { host, port, security, login: login?, private_ca, helo_name, connections })
    }

    /// The outer `None` is a fault, the inner one a server that wants no login.
    fn login(&mut self, span: &Span, text: &SmtpText) -> Option<Option<(String, Password)>> {
        let (file, variable) = (text.password_file.as_ref(), text.password_env.as_ref());
        let Some(user) = &text.user else {
            if file.is_none() && variable.is_none() {
                return Some(None);
            }
            let way_out = "add `user`, or take the password out";
            self.fault(span, "carrier.smtp.user", "whose password this is", "no such line", way_out);
            return None;
        };
        let user = self.not_empty(user, "carrier.smtp.user", "the name to log in with");
        let password = self.password(span, "carrier.smtp", file, variable)?;
        Some(Some((user, password)))
    }

    fn connections(&mut self, written: Option<&Spanned<usize>>) -> usize {
        let Some(written) = written else { return 2 };
        let value = *written.get_ref();
        if value == 0 || value > CONNECTIONS_MAX {
            let expected = format!("a number from 1 to {CONNECTIONS_MAX}");
            let way_out = "2 are enough for most desks";
            self.fault(&written.span(), "carrier.smtp.connections", &expected, &value.to_string(), way_out);
        }
        value
    }
}
