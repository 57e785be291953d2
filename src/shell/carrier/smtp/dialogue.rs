//! What is said over one connection, and how each answer is judged.

use std::error::Error as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::response::Response;
use tokio::time::timeout;

use crate::shell::carrier::smtp::dial::{dial, within};
use crate::shell::carrier::smtp::{Deadlines, Server};
use crate::shell::carrier::{Envelope, one_line};

/// How long a goodbye may take: nothing depends on it.
const GOODBYE: Duration = Duration::from_secs(2);

/// Codes that speak of the session, never of a letter: 421 closing, 454 and
/// 503 out of step, 53x who are you (RFC 4954 6).
const ABOUT_THE_SESSION: [u16; 7] = [421, 454, 503, 530, 534, 535, 538];

/// Why a letter was not taken.
pub enum Trouble {
    /// The server will never take this letter.
    Refused(String),
    /// The server said "not now", or said no to us, not to the letter.
    Deferred(String),
    /// There is no connection, or it was dead or closing before MAIL was answered.
    Stale(String),
    /// No answer that could be understood. After the final dot: unknown.
    Later(String),
}

/// A greeted, protected and logged-in connection.
pub struct Dialogue {
    connection: AsyncSmtpConnection,
}

impl Dialogue {
    /// # Errors
    /// One line; everything that goes wrong here is about the server, and
    /// never about a letter.
    pub async fn open(server: &Server, deadlines: &Deadlines) -> Result<Dialogue, String> {
        let link = dial(server, deadlines).await?;
        let greet = async {
            let connection = AsyncSmtpConnection::connect_with_transport(Box::new(link), &server.hello).await;
            connection.map_err(|error| format!("greeting refused: {}", told(&error)))
        };
        let mut connection = within(deadlines.greeting, "the greeting", greet).await?;
        if let Some((user, password)) = &server.login {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            let log_in = async {
                let answer = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
                let answer = answer.map_err(|error| format!("login refused: {}", told(&error)))?;
                let welcome = answer.has_code(235);
                if welcome { Ok(()) } else { Err(format!("login refused: {}", said(&answer))) }
            };
            within(deadlines.greeting, "the login", log_in).await?;
        }
        Ok(Dialogue { connection })
    }

    /// MAIL, RCPT, DATA, the text, the dot. `at_dot` is set before the dot can
    /// leave. Each answer must have its own code: an answer that belongs to
    /// an earlier command is then found at DATA, whose 354 nothing else has.
    pub async fn hand_over(
        &mut self,
        letter: &Envelope,
        deadlines: &Deadlines,
        at_dot: &AtomicBool,
    ) -> Result<String, Trouble> {
        let (from, to) = addresses(letter)?;
        let mail = answer(deadlines.mail, "MAIL", self.connection.command(Mail::new(from, Vec::new()))).await;
        match mail {
            Ok(answer) if answer.has_code(250) => {}
            Ok(answer) => return Err(odd("MAIL", &answer)),
            // Our own address or the session displeases: no fault of this letter.
            Err(Trouble::Refused(said) | Trouble::Deferred(said)) if !said.starts_with("421") => {
                return Err(Trouble::Deferred(said));
            }
            Err(Trouble::Refused(why) | Trouble::Deferred(why) | Trouble::Stale(why) | Trouble::Later(why)) => {
                return Err(Trouble::Stale(why));
            }
        }
        let recipient = self.connection.command(Rcpt::new(to, Vec::new()));
        let recipient = answer(deadlines.recipient, "RCPT", recipient).await?;
        if !(recipient.has_code(250) || recipient.has_code(251)) {
            return Err(odd("RCPT", &recipient));
        }
        let data = answer(deadlines.data, "DATA", self.connection.command(Data)).await?;
        if !data.has_code(354) {
            return Err(odd("DATA", &data));
        }
        self.text(&letter.bytes, deadlines, at_dot).await
    }

    async fn text(&mut self, bytes: &[u8], deadlines: &Deadlines, at_dot: &AtomicBool) -> Result<String, Trouble> {
        // lettre ends the text with a line break of its own.
        let mut whole = Some(bytes.strip_suffix(b"\r\n").unwrap_or(bytes));
        let parts = std::iter::from_fn(|| {
            let part = whole.take();
            if part.is_none() {
                at_dot.store(true, Ordering::Relaxed);
            }
            part
        });
        let mut sending = std::pin::pin!(self.connection.message_iter(parts));
        let answered = match timeout(deadlines.text, &mut sending).await {
            Ok(answered) => answered,
            Err(_) if at_dot.load(Ordering::Relaxed) => {
                let patience = deadlines.after_dot.saturating_sub(deadlines.text);
                let late =
                    || Trouble::Later(format!("no answer to the dot in {} s", deadlines.after_dot.as_secs_f32()));
                timeout(patience, sending).await.map_err(|_| late())?
            }
            Err(_) => {
                return Err(Trouble::Later(format!("the text did not leave in {} s", deadlines.text.as_secs_f32())));
            }
        };
        let answer = answered.map_err(|error| judged("the text", &error))?;
        // Success is a 2xx and nothing else; lettre lets 3xx pass.
        if u16::from(answer.code()) / 100 == 2 { Ok(said(&answer)) } else { Err(odd("the text", &answer)) }
    }

    /// QUIT, as politeness wants; the answer changes nothing.
    pub async fn close(mut self) {
        if timeout(GOODBYE, self.connection.quit()).await.is_err() {
            tracing::debug!("the SMTP server did not answer QUIT");
        }
    }
}

/// A wrong recipient can never work; a wrong sender is ours to correct.
fn addresses(letter: &Envelope) -> Result<(Option<Address>, Address), Trouble> {
    let from = match letter.from.as_str() {
        "" => None,
        from => Some(from.parse().map_err(|error| Trouble::Deferred(format!("our own address as sender: {error}")))?),
    };
    let to = letter.to.parse().map_err(|error| Trouble::Refused(format!("the recipient's address: {error}")))?;
    Ok((from, to))
}

async fn answer(
    deadline: Duration,
    command: &str,
    saying: impl Future<Output = Result<Response, SmtpError>>,
) -> Result<Response, Trouble> {
    match timeout(deadline, saying).await {
        Ok(answered) => answered.map_err(|error| judged(command, &error)),
        Err(_) => Err(Trouble::Later(format!("no answer to {command} in {} s", deadline.as_secs_f32()))),
    }
}

/// What an error of lettre means for the letter.
fn judged(command: &str, error: &SmtpError) -> Trouble {
    match error.status().map(u16::from) {
        None => Trouble::Later(format!("no clear answer to {command}: {}", told(error))),
        Some(code) if error.is_permanent() && !ABOUT_THE_SESSION.contains(&code) => Trouble::Refused(told(error)),
        Some(_) => Trouble::Deferred(told(error)),
    }
}

/// A polite answer to another question.
fn odd(command: &str, answer: &Response) -> Trouble {
    Trouble::Later(format!("an answer that does not belong to {command}: {}", said(answer)))
}

fn said(answer: &Response) -> String {
    one_line(&format!("{} {}", answer.code(), answer.message().collect::<Vec<_>>().join(" ")))
}

/// `550 5.1.1 no such user`, or what broke.
fn told(error: &SmtpError) -> String {
    match (error.status(), error.source()) {
        (Some(code), Some(text)) => one_line(&format!("{code} {text}")),
        _ => one_line(&error.to_string()),
    }
}
