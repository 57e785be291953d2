//! Letters over SMTP (RFC 5321): our own socket, lettre's dialogue, a deadline
//! for every step. A connection is kept between letters and dropped on any doubt.

mod dial;
mod dialogue;
mod link;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lettre::transport::smtp::extension::ClientId;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::time::timeout;

use crate::shell::carrier::smtp::dialogue::{Dialogue, Trouble};
use crate::shell::carrier::{Carrier, Envelope, Sent};
use crate::shell::config::{self, Password, Security};
use crate::shell::tls::{self, TlsError};

/// How long each step may take (RFC 5321 4.5.3.2; `whole` is ours, security S-7).
#[derive(Debug, Clone, Copy)]
pub struct Deadlines {
    /// Address look-up and TCP, for each address.
    pub connect: Duration,
    /// TLS handshake, once connected.
    pub handshake: Duration,
    /// The greeting and EHLO; each answer of AUTH.
    pub greeting: Duration,
    pub mail: Duration,
    pub recipient: Duration,
    pub data: Duration,
    /// Our text until the final dot.
    pub text: Duration,
    /// The answer to the final dot.
    pub after_dot: Duration,
    /// From MAIL to the answer to the dot, whatever the steps would allow.
    pub whole: Duration,
}

impl Default for Deadlines {
    fn default() -> Deadlines {
        let minutes = |count: u64| Duration::from_secs(count * 60);
        Deadlines {
            connect: Duration::from_secs(30),
            handshake: Duration::from_secs(60),
            greeting: minutes(5),
            mail: minutes(5),
            recipient: minutes(5),
            data: minutes(2),
            text: minutes(3),
            after_dot: minutes(10),
            whole: minutes(20),
        }
    }
}

/// Settings that can never work.
#[derive(Debug, thiserror::Error)]
pub enum SmtpSetupError {
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("expected a host name or an address as SMTP host, found {0:?}")]
    Host(String),
    #[error("expected a host name like desk.vendor.example as SMTP helo_name, found {0:?}")]
    HeloName(String),
}

/// One connection to the server, opened when there is something to send.
pub struct Smtp {
    server: Arc<Server>,
    deadlines: Deadlines,
    /// Only ever a dialogue whose last letter got a clean 2xx.
    kept: Option<Dialogue>,
}

/// What every connection needs to know, checked once.
struct Server {
    host: String,
    port: u16,
    security: Security,
    login: Option<(String, Password)>,
    /// What the certificate must name.
    name: ServerName<'static>,
    tls: Arc<ClientConfig>,
    hello: ClientId,
}

impl Smtp {
    /// As many carriers as the settings allow connections, at least one.
    ///
    /// # Errors
    /// When the settings can never work; nothing is connected yet.
    pub fn several(settings: &config::Smtp) -> Result<Vec<Smtp>, SmtpSetupError> {
        let host = settings.host.clone();
        let name = ServerName::try_from(host.clone()).map_err(|_| SmtpSetupError::Host(host.clone()))?;
        let hello = match &settings.helo_name {
            None => ClientId::default(),
            Some(helo) if is_host_name(helo) => ClientId::Domain(helo.clone()),
            Some(other) => return Err(SmtpSetupError::HeloName(other.clone())),
        };
        let server = Arc::new(Server {
            host,
            port: settings.port,
            security: settings.security,
            login: settings.login.clone(),
            name,
            tls: tls::client_config(settings.private_ca.as_deref())?,
            hello,
        });
        let one = || Smtp { server: server.clone(), deadlines: Deadlines::default(), kept: None };
        Ok(std::iter::repeat_with(one).take(settings.connections.max(1)).collect())
    }

    /// The same carrier with other patience.
    pub fn with_deadlines(self, deadlines: Deadlines) -> Smtp {
        Smtp { deadlines, ..self }
    }

    /// Connects, greets, logs in and says goodbye: whether letters could be sent.
    ///
    /// # Errors
    /// What the server said or did not say, as one line.
    pub async fn try_out(&mut self) -> Result<(), String> {
        let dialogue = Dialogue::open(&self.server, &self.deadlines).await?;
        dialogue.close().await;
        Ok(())
    }

    /// One letter over the kept connection or a new one. A kept one that the
    /// server has closed meanwhile is found at MAIL; then a new one is tried,
    /// since no byte of the letter has left.
    async fn hand_over(&mut self, letter: &Envelope, at_dot: &AtomicBool) -> Result<String, Trouble> {
        if let Some(mut dialogue) = self.kept.take() {
            match dialogue.hand_over(letter, &self.deadlines, at_dot).await {
                Err(Trouble::Stale(_)) => dialogue.close().await,
                judged => return self.keep_if_clean(dialogue, judged),
            }
        }
        let mut dialogue = Dialogue::open(&self.server, &self.deadlines).await.map_err(Trouble::Stale)?;
        let judged = dialogue.hand_over(letter, &self.deadlines, at_dot).await;
        self.keep_if_clean(dialogue, judged)
    }

    fn keep_if_clean(&mut self, dialogue: Dialogue, judged: Result<String, Trouble>) -> Result<String, Trouble> {
        if judged.is_ok() {
            self.kept = Some(dialogue);
        }
        judged
    }
}

/// A name or an address literal; nothing that could end the line of EHLO.
fn is_host_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.[]:".contains(&byte))
}

/// Whether every server reads these bytes as one letter: 8-bit bytes would
/// need an agreement, and a lone CR or LF around a dot ends the letter for
/// some servers and not for others (TF2).
fn is_seven_bit_lines(bytes: &[u8]) -> bool {
    let mut after_return = false;
    for byte in bytes {
        if after_return != (*byte == b'\n') || !byte.is_ascii() {
            return false;
        }
        after_return = *byte == b'\r';
    }
    !after_return
}

impl Carrier for Smtp {
    async fn send(&mut self, letter: &Envelope) -> Sent {
        if !is_seven_bit_lines(&letter.bytes) {
            let response = "our own letter is not 7-bit text with CRLF line ends; it was not offered".to_owned();
            return Sent::Failed { response };
        }
        let at_dot = AtomicBool::new(false);
        let whole = self.deadlines.whole;
        let judged = timeout(whole, self.hand_over(letter, &at_dot)).await;
        let late = || Trouble::Later(format!("the letter was not taken within {} s", whole.as_secs()));
        let trouble = match judged.unwrap_or_else(|_| Err(late())) {
            Ok(response) => return Sent::Accepted { response },
            Err(trouble) => trouble,
        };
        match trouble {
            Trouble::Refused(response) => Sent::Failed { response },
            Trouble::Deferred(response) => Sent::Deferred { response },
            Trouble::Stale(why) => Sent::Unreachable { why },
            Trouble::Later(why) if at_dot.load(Ordering::Relaxed) => Sent::Unknown { why },
            Trouble::Later(why) => Sent::Deferred { response: why },
        }
    }

    async fn rest(&mut self) {
        if let Some(dialogue) = self.kept.take() {
            dialogue.close().await;
        }
    }
}
