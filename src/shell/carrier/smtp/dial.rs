//! From a host name to a stream that may carry letters: TCP, then TLS at once,
//! after STARTTLS, or never (to this machine only).

use std::net::SocketAddr;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::shell::carrier::smtp::link::Link;
use crate::shell::carrier::smtp::{Deadlines, Server};
use crate::shell::config::Security;

/// Unanswered bytes and unanswered probes end the connection after this long:
/// a cable pulled after the final dot is noticed before its ten minutes are over.
const SILENCE_MAX: Duration = Duration::from_secs(60);

/// Longest line and most lines of an answer before TLS (RFC 5321 4.5.3.1.5 allows 512).
const LINE_BYTES_MAX: u64 = 1000;
const LINES_MAX: usize = 100;

/// A stream that is protected as the settings say, before lettre's first word.
///
/// # Errors
/// One line that says what was tried and what happened.
pub async fn dial(server: &Server, deadlines: &Deadlines) -> Result<Link, String> {
    let stream = connect(server, deadlines).await?;
    prepare(&stream).map_err(|error| format!("the socket cannot be set up: {error}"))?;
    match server.security {
        Security::Plain => Ok(Link::plain(stream)),
        Security::Tls => Ok(Link::tls(handshake(server, stream, deadlines).await?)),
        Security::Starttls => {
            let asked = within(deadlines.greeting, "STARTTLS", ask_for_tls(server, stream)).await?;
            Ok(Link::tls_after_greeting(handshake(server, asked, deadlines).await?))
        }
    }
}

/// Waits for a step no longer than its deadline.
pub async fn within<T>(
    deadline: Duration,
    what: &str,
    step: impl Future<Output = Result<T, String>>,
) -> Result<T, String> {
    let late = || Err(format!("{what} was not done within {} s", deadline.as_secs_f32()));
    timeout(deadline, step).await.unwrap_or_else(|_| late())
}

async fn connect(server: &Server, deadlines: &Deadlines) -> Result<TcpStream, String> {
    let (host, port) = (server.host.as_str(), server.port);
    let look_up = async { lookup_host((host, port)).await.map_err(|error| format!("cannot find {host}: {error}")) };
    let addresses: Vec<SocketAddr> = within(deadlines.connect, "the address look-up", look_up).await?.collect();
    let elsewhere = addresses.iter().any(|address| !address.ip().is_loopback());
    if server.security == Security::Plain && elsewhere {
        return Err(format!(
            "expected this machine itself for SMTP without TLS, found {host}; set security to tls or starttls"
        ));
    }
    let mut trouble = format!("{host} has no address");
    for address in addresses {
        let reach = async { TcpStream::connect(address).await.map_err(|error| error.to_string()) };
        match within(deadlines.connect, "connecting", reach).await {
            Ok(stream) => return Ok(stream),
            Err(why) => trouble = format!("cannot connect to {address}: {why}"),
        }
    }
    Err(trouble)
}

/// Without TCP_NODELAY each letter waits 40 ms for nothing: the text and the
/// final dot are two writes.
fn prepare(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    let probes = TcpKeepalive::new().with_time(SILENCE_MAX / 2).with_interval(SILENCE_MAX / 6);
    socket.set_tcp_keepalive(&probes)?;
    socket.set_tcp_user_timeout(Some(SILENCE_MAX))
}

async fn handshake(server: &Server, stream: TcpStream, deadlines: &Deadlines) -> Result<TlsStream<TcpStream>, String> {
    let connector = TlsConnector::from(server.tls.clone());
    let name = server.name.clone();
    let greet = async { connector.connect(name, stream).await.map_err(|error| format!("no TLS: {error}")) };
    within(deadlines.handshake, "the TLS handshake", greet).await
}

/// Greeting, EHLO, STARTTLS (RFC 3207). lettre's own way keeps what the server
/// sent behind its "go ahead" and would read it as said under TLS; here that
/// is an error, and bytes that come later break the handshake.
async fn ask_for_tls(server: &Server, stream: TcpStream) -> Result<TcpStream, String> {
    let mut stream = BufReader::new(stream);
    expect(&mut stream, "a greeting", "220").await?;
    say(&mut stream, &format!("EHLO {}\r\n", server.hello)).await?;
    let extensions = expect(&mut stream, "the answer to EHLO", "250").await?;
    if !extensions.iter().any(|line| line.eq_ignore_ascii_case("STARTTLS")) {
        return Err(
            "expected STARTTLS among the server's extensions, found none; nothing was sent without it".to_owned()
        );
    }
    say(&mut stream, "STARTTLS\r\n").await?;
    expect(&mut stream, "the answer to STARTTLS", "220").await?;
    if !stream.buffer().is_empty() {
        return Err("the server, or somebody between, sent more behind its answer to STARTTLS".to_owned());
    }
    Ok(stream.into_inner())
}

async fn say(stream: &mut BufReader<TcpStream>, command: &str) -> Result<(), String> {
    stream.write_all(command.as_bytes()).await.map_err(|error| format!("cannot write: {error}"))
}

/// Reads one answer with that code; its lines without the codes.
async fn expect(stream: &mut BufReader<TcpStream>, what: &str, code: &str) -> Result<Vec<String>, String> {
    let mut texts = Vec::new();
    while texts.len() < LINES_MAX {
        let mut line = Vec::new();
        let read = stream.take(LINE_BYTES_MAX).read_until(b'\n', &mut line).await;
        read.map_err(|error| format!("expected {what}, found {error}"))?;
        let line = String::from_utf8_lossy(&line);
        let Some(rest) = line.strip_prefix(code).filter(|_| line.ends_with("\r\n")) else {
            return Err(format!("expected {what} with {code}, found {:?}", line.trim_end()));
        };
        let last = !rest.starts_with('-');
        texts.push(rest.trim_start_matches(['-', ' ']).trim_end().to_owned());
        if last {
            return Ok(texts);
        }
    }
    Err(format!("expected {what}, found more than {LINES_MAX} lines"))
}
