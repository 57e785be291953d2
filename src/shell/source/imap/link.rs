//! A logged-in connection: commands with our own check of tag and status, a
//! time limit round every answer. The library's own streams take a lost
//! connection, BYE and NO for a normal end.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_imap::Session;
use async_imap::imap_proto::{MailboxDatum, RequestId, Response, ResponseCode, Status};
use jiff::Timestamp;
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, timeout, timeout_at};

use super::dial::{Route, Stream, goodbye, is_busy, read_failed, too_slow};
use super::words::{append_date, mailbox_name, said};
use crate::shell::source::SourceError;

/// A slower server than this is taken for one that plays for time.
const BYTES_A_SECOND_MIN: u64 = 32 * 1024;

/// Owned by one call at a time. A call that fails, or is dropped half-way,
/// takes the link with it: the next one then starts on a fresh connection.
pub(super) struct Link {
    session: Session<Stream>,
    /// Bytes that came so far.
    arrived: Arc<AtomicU64>,
    step: Duration,
    /// For one whole answer, however steadily its bytes drip.
    answer: Duration,
    /// UIDVALIDITY of the selected mailbox.
    pub validity: Option<u32>,
    /// The server spoke of new mail since the last list began.
    pub news: bool,
    /// IDLE is on; its tag.
    idling: Option<RequestId>,
}

/// The tagged answer to a command.
pub(super) struct Answer {
    status: Status,
    pub read_only: bool,
    pub try_create: bool,
    pub text: String,
}

impl Answer {
    pub fn is_ok(&self) -> bool {
        self.status == Status::Ok
    }

    /// Anything but OK is an error of the kind that the server's code says.
    pub fn ok(self, what: &str) -> Result<Answer, SourceError> {
        match self.status {
            Status::Ok => Ok(self),
            Status::No if is_busy(&self.text) => {
                Err(SourceError::transient(format!("the server cannot do {what} now: {}", said(&self.text))))
            }
            Status::No => Err(SourceError::protocol(format!("the server refused {what}: {}", said(&self.text)))),
            Status::Bad | Status::PreAuth | Status::Bye => {
                Err(SourceError::protocol(format!("the server does not understand {what}: {}", said(&self.text))))
            }
        }
    }
}

impl Link {
    pub async fn open(route: &Route) -> Result<Link, SourceError> {
        let arrived = Arc::new(AtomicU64::new(0));
        let session = route.login(Arc::clone(&arrived)).await?;
        let answer = route.step + Duration::from_secs(route.literal_max / BYTES_A_SECOND_MIN);
        Ok(Link { session, arrived, step: route.step, answer, validity: None, news: false, idling: None })
    }

    /// Sends a command; its answers are still to be read.
    pub async fn send(&mut self, command: &str) -> Result<RequestId, SourceError> {
        match timeout(self.step, self.session.run_command(command)).await {
            Ok(Ok(id)) => Ok(id),
            Ok(Err(async_imap::error::Error::Io(error))) => Err(read_failed(&error)),
            Ok(Err(_)) => Err(SourceError::transient("the connection is lost")),
            Err(_) => Err(too_slow("sending a command", self.step)),
        }
    }

    /// Runs a command to its tagged answer and shows the untagged ones to `each`.
    pub async fn run(
        &mut self,
        command: &str,
        what: &str,
        each: impl FnMut(&Response<'_>),
    ) -> Result<Answer, SourceError> {
        let id = self.send(command).await?;
        self.finish(&id, what, each).await
    }

    async fn finish(
        &mut self,
        id: &RequestId,
        what: &str,
        mut each: impl FnMut(&Response<'_>),
    ) -> Result<Answer, SourceError> {
        loop {
            let answer = self.read(what, |response| {
                let answer = tagged(response);
                if answer.is_none() {
                    each(response);
                }
                answer
            });
            match answer.await? {
                Some((tag, answer)) if tag == *id => return Ok(answer),
                Some(_) => {
                    return Err(SourceError::protocol(format!("expected the answer to {what}, found another's")));
                }
                None => {}
            }
        }
    }

    /// Puts a mail into a folder, with a time of arrival of its own.
    pub async fn append(
        &mut self,
        folder: &str,
        received: Option<Timestamp>,
        bytes: &[u8],
    ) -> Result<Answer, SourceError> {
        let what = "putting a mail into a folder";
        let time = received.map(|at| format!(" {}", append_date(at))).unwrap_or_default();
        let id = self.send(&format!("APPEND {}{time} {{{}}}", mailbox_name(folder), bytes.len())).await?;
        loop {
            let look = |response: &Response<'_>| (matches!(response, Response::Continue(_)), tagged(response));
            let (go_on, answer) = self.read(what, look).await?;
            match answer {
                // Refused before a byte of it was sent.
                Some((tag, answer)) if tag == id => return Ok(answer),
                Some(_) => {
                    return Err(SourceError::protocol(format!("expected the answer to {what}, found another's")));
                }
                None if go_on => break,
                None => {}
            }
        }
        let stream = self.session.get_mut();
        let sending = async {
            stream.write_all(bytes).await?;
            stream.write_all(b"\r\n").await?;
            stream.flush().await
        };
        match timeout(self.answer, sending).await {
            Ok(sent) => sent.map_err(|error| read_failed(&error))?,
            Err(_) => return Err(too_slow(what, self.answer)),
        }
        self.finish(&id, what, |_| {}).await
    }

    /// Shows the next answer to `look`. It may take as long as bytes keep
    /// coming, within reason.
    pub async fn read<T>(&mut self, what: &str, look: impl FnOnce(&Response<'_>) -> T) -> Result<T, SourceError> {
        let until = Instant::now() + self.answer;
        let mut seen = self.arrived.load(Ordering::Relaxed);
        let read = {
            let mut reading = pin!(self.session.read_response());
            loop {
                if let Ok(read) = timeout(self.step, &mut reading).await {
                    break read;
                }
                let now = self.arrived.load(Ordering::Relaxed);
                if now == seen || Instant::now() >= until {
                    return Err(too_slow(what, self.step));
                }
                seen = now;
            }
        };
        let response = read.map_err(|error| read_failed(&error))?.ok_or_else(closed)?;
        self.notice(response.parsed())?;
        Ok(look(response.parsed()))
    }

    /// What the server may say at any time.
    fn notice(&mut self, response: &Response<'_>) -> Result<(), SourceError> {
        match response {
            Response::Data { status: Status::Bye, outcome } => {
                return Err(goodbye(outcome.information.as_deref().unwrap_or_default()));
            }
            Response::Data { outcome, .. } => match outcome.code {
                Some(ResponseCode::UidValidity(now)) if self.validity.is_some_and(|before| before != now) => {
                    return Err(SourceError::transient("the server has renumbered the mailbox"));
                }
                Some(ResponseCode::Alert) => {
                    let text = said(outcome.information.as_deref().unwrap_or_default());
                    tracing::warn!("the mail server says: {text}");
                }
                _ => {}
            },
            Response::MailboxData(MailboxDatum::Exists(_) | MailboxDatum::Recent(_)) => self.news = true,
            _ => {}
        }
        Ok(())
    }

    /// Starts IDLE (RFC 2177). False: the server does not want to.
    pub async fn start_idle(&mut self) -> Result<bool, SourceError> {
        let id = self.send("IDLE").await?;
        loop {
            let look = |response: &Response<'_>| (matches!(response, Response::Continue(_)), tagged(response));
            let (go_on, answer) = self.read("IDLE", look).await?;
            if go_on {
                self.idling = Some(id);
                return Ok(true);
            }
            if let Some((_, answer)) = answer {
                tracing::warn!("the mail server refuses IDLE: {}", said(&answer.text));
                return Ok(false);
            }
        }
    }

    /// Listens until there is news or it is time. May be dropped at any point.
    pub async fn listen(&mut self, deadline: Instant) -> Result<(), SourceError> {
        while !self.news {
            let Ok(read) = timeout_at(deadline, self.session.read_response()).await else { return Ok(()) };
            let response = read.map_err(|error| read_failed(&error))?.ok_or_else(closed)?;
            self.notice(response.parsed())?;
            if tagged(response.parsed()).is_some() {
                return Err(SourceError::protocol("the server ended IDLE by itself"));
            }
        }
        Ok(())
    }

    /// Ends IDLE, if it is on.
    pub async fn end_idle(&mut self) -> Result<(), SourceError> {
        let Some(id) = self.idling.take() else { return Ok(()) };
        match timeout(self.step, self.session.run_command_untagged("DONE")).await {
            Ok(Ok(())) => self.finish(&id, "the end of IDLE", |_| {}).await?.ok("the end of IDLE").map(|_| ()),
            Ok(Err(_)) => Err(SourceError::transient("the connection was lost during IDLE")),
            Err(_) => Err(too_slow("the end of IDLE", self.step)),
        }
    }
}

fn closed() -> SourceError {
    SourceError::transient("the server closed the connection")
}

/// Tag and status, if this is the end of a command.
pub(super) fn tagged(response: &Response<'_>) -> Option<(RequestId, Answer)> {
    let Response::Done { tag, status, outcome } = response else { return None };
    let status = match status {
        Status::Ok => Status::Ok,
        Status::No => Status::No,
        Status::Bad | Status::PreAuth | Status::Bye => Status::Bad,
    };
    let answer = Answer {
        status,
        read_only: outcome.code == Some(ResponseCode::ReadOnly),
        try_create: outcome.code == Some(ResponseCode::TryCreate),
        text: outcome.information.as_deref().unwrap_or_default().to_owned(),
    };
    Some((tag.clone(), answer))
}
