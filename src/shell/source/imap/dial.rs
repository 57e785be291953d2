//! From a host name to a protected connection on which we are logged in.
//! Nothing secret is said before the protection stands (TG1).

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use async_imap::imap_proto::{Response, Status};
use async_imap::{Client, Session};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::guard::Guard;
use super::words::said;
use crate::shell::config::{Imap, Security};
use crate::shell::source::{ErrorKind, SourceError};

/// Either kind of stream: TCP or TLS over it.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send + Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Debug> Wire for T {}

pub(super) type Stream = Guard<Box<dyn Wire>>;

/// Unanswered probes and unacknowledged bytes end a dead connection: a server
/// that vanished without a word is noticed while we only listen (I-3).
const PROBE_AFTER: Duration = Duration::from_secs(60);
const PROBE_EVERY: Duration = Duration::from_secs(15);
const UNACKNOWLEDGED_MAX: Duration = Duration::from_secs(60);
/// All that a server may say before TLS.
const BEFORE_TLS_BYTES_MAX: u64 = 16 * 1024;

/// How to get to the server.
pub(super) struct Route {
    pub settings: Imap,
    pub tls: Arc<ClientConfig>,
    pub name: ServerName<'static>,
    /// Time for each step.
    pub step: Duration,
    /// Biggest literal that is read.
    pub literal_max: u64,
}

impl Route {
    /// Connects and logs in; `arrived` counts the bytes that come.
    pub async fn login(&self, arrived: Arc<AtomicU64>) -> Result<Session<Stream>, SourceError> {
        let stream = self.tcp().await?;
        let (wire, greeted): (Box<dyn Wire>, bool) = match self.settings.security {
            Security::Plain => (Box::new(stream), false),
            Security::Tls => (Box::new(self.handshake(stream).await?), false),
            Security::Starttls => (Box::new(self.start_tls(stream).await?), true),
        };
        let mut client = Client::new(Guard::new(wire, self.literal_max, arrived));
        if !greeted {
            self.within("the greeting", greeting(&mut client)).await?;
        }
        let login = async {
            let (user, password) = (&self.settings.user, self.settings.password.expose());
            client.login(user, password).await.map_err(|(error, _)| login_failed(error))
        };
        self.within("the login", login).await
    }

    async fn tcp(&self) -> Result<TcpStream, SourceError> {
        let (host, port) = (self.settings.host.as_str(), self.settings.port);
        let unreachable =
            |error: std::io::Error| SourceError::transient(format!("cannot connect to {host}:{port}: {error}"));
        let connect = async { TcpStream::connect((host, port)).await.map_err(unreachable) };
        let stream = self.within("connecting", connect).await?;
        let peer = stream.peer_addr().map_err(unreachable)?.ip();
        if self.settings.security == Security::Plain && !peer.is_loopback() {
            return Err(plain_elsewhere(host));
        }
        stream.set_nodelay(true).map_err(unreachable)?;
        let socket = SockRef::from(&stream);
        let probes = TcpKeepalive::new().with_time(PROBE_AFTER).with_interval(PROBE_EVERY).with_retries(3);
        socket.set_tcp_keepalive(&probes).map_err(unreachable)?;
        socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED_MAX)).map_err(unreachable)?;
        Ok(stream)
    }

    async fn handshake(&self, stream: TcpStream) -> Result<tokio_rustls::client::TlsStream<TcpStream>, SourceError> {
        let connector = TlsConnector::from(Arc::clone(&self.tls));
        let handshake = async {
            connector.connect(self.name.clone(), stream).await.map_err(|error| {
                let host = &self.settings.host;
                // A certificate does not get better by itself; a cut line does.
                let broken = error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>());
                let kind = if broken { ErrorKind::Protocol } else { ErrorKind::Transient };
                SourceError::new(kind, format!("no TLS with {host}: {error}"))
            })
        };
        self.within("the TLS handshake", handshake).await
    }

    /// RFC 3501 6.2.1, read line by line by ourselves: the library would drop
    /// or take for protected what came before the handshake.
    async fn start_tls(
        &self,
        mut stream: TcpStream,
    ) -> Result<tokio_rustls::client::TlsStream<TcpStream>, SourceError> {
        self.within("STARTTLS", ask_for_tls(&mut stream)).await?;
        self.handshake(stream).await
    }

    async fn within<T>(
        &self,
        what: &str,
        step: impl Future<Output = Result<T, SourceError>>,
    ) -> Result<T, SourceError> {
        timeout(self.step, step).await.unwrap_or_else(|_| Err(too_slow(what, self.step)))
    }
}

/// The error of a step that took too long.
pub(super) fn too_slow(what: &str, limit: Duration) -> SourceError {
    SourceError::transient(format!("{what} was not done within {} s", limit.as_secs_f32()))
}

/// Without protection only this machine itself is spoken to.
pub(super) fn plain_elsewhere(host: &str) -> SourceError {
    SourceError::configuration(format!(
        "expected this machine itself (localhost) for IMAP without TLS, found {host}; set security to tls or starttls"
    ))
}

async fn greeting(client: &mut Client<Stream>) -> Result<(), SourceError> {
    let ended = || SourceError::transient("the server closed the connection instead of a greeting");
    let greeting = client.read_response().await.map_err(|error| read_failed(&error))?.ok_or_else(ended)?;
    match greeting.parsed() {
        Response::Data { status: Status::Ok, .. } => Ok(()),
        Response::Data { status: Status::PreAuth, .. } => Err(preauth()),
        Response::Data { status: Status::Bye, outcome } => {
            Err(goodbye(outcome.information.as_deref().unwrap_or_default()))
        }
        _ => Err(SourceError::protocol("expected an IMAP greeting, found something else; check host and port")),
    }
}

async fn ask_for_tls(stream: &mut TcpStream) -> Result<(), SourceError> {
    let mut stream = BufReader::new(stream);
    let line = plain_line(&mut stream).await?;
    let greeting = line.to_ascii_uppercase();
    if greeting.starts_with("* PREAUTH") {
        return Err(preauth());
    } else if greeting.starts_with("* BYE") {
        return Err(goodbye(&line));
    } else if !greeting.starts_with("* OK") {
        return Err(SourceError::protocol("expected an IMAP greeting, found something else; check host and port"));
    }
    stream.write_all(b"S1 STARTTLS\r\n").await.map_err(|error| read_failed(&error))?;
    loop {
        let line = plain_line(&mut stream).await?;
        let upper = line.to_ascii_uppercase();
        if upper.starts_with("S1 OK") {
            break;
        } else if upper.starts_with("S1 ") {
            return Err(SourceError::configuration(format!(
                "the server refuses STARTTLS ({}); set security to tls, nothing is said without",
                said(&line)
            )));
        } else if upper.starts_with("* BYE") {
            return Err(goodbye(&line));
        } else if !upper.starts_with("* ") {
            return Err(SourceError::protocol("expected the answer to STARTTLS, found something else"));
        }
    }
    // Who can write here is between us and the server. What he sends later
    // breaks the handshake.
    if stream.buffer().is_empty() {
        Ok(())
    } else {
        Err(SourceError::protocol("the server sent bytes between STARTTLS and TLS: somebody may be in the line"))
    }
}

async fn plain_line(stream: &mut BufReader<&mut TcpStream>) -> Result<String, SourceError> {
    let mut line = Vec::new();
    stream.take(BEFORE_TLS_BYTES_MAX).read_until(b'\n', &mut line).await.map_err(|error| read_failed(&error))?;
    if line.ends_with(b"\n") {
        Ok(String::from_utf8_lossy(&line).into_owned())
    } else {
        Err(SourceError::transient("the server closed the connection before TLS"))
    }
}

fn preauth() -> SourceError {
    SourceError::protocol("the server greets with PREAUTH: it would let us in as somebody we did not choose")
}

pub(super) fn goodbye(text: &str) -> SourceError {
    SourceError::transient(format!("the server ends the connection: {}", said(text)))
}

fn login_failed(error: async_imap::error::Error) -> SourceError {
    use async_imap::error::Error;
    match error {
        Error::No(text) if is_busy(&text) => SourceError::transient(format!("no login now: {}", said(&text))),
        Error::No(text) | Error::Bad(text) => {
            let text = said(&text);
            SourceError::new(
                ErrorKind::Refused,
                format!("the server refused the login: {text}; check user and password"),
            )
        }
        Error::Io(error) => read_failed(&error),
        Error::Validate(_) => SourceError::configuration("a line break in user or password; write them without"),
        _ => SourceError::transient("the server closed the connection during the login"),
    }
}

/// Response codes (RFC 5530, RFC 9208) that mean: later.
pub(super) fn is_busy(text: &str) -> bool {
    let text = text.to_ascii_uppercase();
    ["[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "[OVERQUOTA]"].iter().any(|code| text.contains(code))
}

/// What a failed read or write means. The library puts what it could not read
/// into the error's text, perhaps a mail: that text is not shown.
pub(super) fn read_failed(error: &std::io::Error) -> SourceError {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::UnexpectedEof => {
            SourceError::transient("the server closed the connection in the middle of an answer")
        }
        ErrorKind::Other => SourceError::protocol("the server's answer cannot be read as IMAP"),
        ErrorKind::InvalidData => SourceError::protocol(error.to_string()),
        _ => SourceError::transient(format!("the connection failed: {error}")),
    }
}
