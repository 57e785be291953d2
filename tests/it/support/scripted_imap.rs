//! An IMAP server that follows a script, right or wrong. Loopback only, any
//! free port, every connection ends after 20 seconds.

use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

const CONNECTION_LIMIT: Duration = Duration::from_secs(20);

/// What the server does next.
#[derive(Clone)]
pub enum Act {
    /// Sends this; `{tag}` is the tag of the last line heard, `{tag1}` that of the one before.
    Say(String),
    /// Waits for a command that begins like this (behind its tag).
    Hear(String),
    Pause(Duration),
    /// Turns to TLS.
    Tls(Arc<ServerConfig>),
    /// Says nothing more and keeps the connection.
    Hang,
}

pub fn say(text: &str) -> Act {
    Act::Say(text.to_owned())
}

/// Hears a command and answers it with `text` and then OK.
pub fn ok(command: &str, text: &str) -> Vec<Act> {
    vec![Act::Hear(command.to_owned()), Act::Say(format!("{text}{{tag}} OK done\r\n"))]
}

/// Hears a command and answers it with exactly this.
pub fn answer(command: &str, text: &str) -> Vec<Act> {
    vec![Act::Hear(command.to_owned()), say(text)]
}

/// From LOGIN to a mailbox of UIDVALIDITY 7 and UIDNEXT 100.
pub fn opening() -> Vec<Act> {
    [
        ok("LOGIN", ""),
        ok("CAPABILITY", "* CAPABILITY IMAP4rev1 IDLE MOVE UIDPLUS\r\n"),
        ok("LIST \"\" \"Processed\"", "* LIST () \"/\" Processed\r\n"),
        ok("LIST \"\" \"Quarantine\"", "* LIST () \"/\" Quarantine\r\n"),
        ok("SELECT \"INBOX\"", "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] it is\r\n* OK [UIDNEXT 100] next\r\n"),
    ]
    .concat()
}

/// Greeting and [`opening`], then what follows.
pub fn session(then: Vec<Vec<Act>>) -> Vec<Act> {
    [vec![say("* OK ready\r\n")], opening(), then.concat()].concat()
}

/// A running server: one script a connection, in turn; then it takes no more.
pub struct ScriptedImap {
    pub port: u16,
    serving: JoinHandle<Vec<Vec<String>>>,
}

impl ScriptedImap {
    pub async fn start(scripts: Vec<Vec<Act>>) -> ScriptedImap {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = tokio::spawn(async move {
            let mut heard = Vec::new();
            for script in scripts {
                let accepted = tokio::time::timeout(CONNECTION_LIMIT, listener.accept());
                let (stream, _) = accepted.await.expect("nobody connected").unwrap();
                let mut lines = Vec::new();
                let played = tokio::time::timeout(CONNECTION_LIMIT, play(stream, script, &mut lines));
                played.await.expect("the connection went on for too long");
                heard.push(lines);
            }
            heard
        });
        ScriptedImap { port, serving }
    }

    /// What the clients said, line by line and connection by connection. To be
    /// called when they are gone.
    pub async fn heard(self) -> Vec<Vec<String>> {
        self.serving.await.unwrap()
    }
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

async fn play(stream: TcpStream, script: Vec<Act>, heard: &mut Vec<String>) {
    let mut plain = Some(stream);
    let mut secured: Option<Box<dyn Wire>> = None;
    let mut tags = (String::new(), String::new());
    for act in script {
        if let Act::Tls(config) = &act {
            let acceptor = TlsAcceptor::from(Arc::clone(config));
            let Ok(stream) = acceptor.accept(plain.take().unwrap()).await else { return };
            secured = Some(Box::new(stream));
            continue;
        }
        let stream: &mut dyn Wire = match (&mut secured, &mut plain) {
            (Some(stream), _) => stream,
            (None, Some(stream)) => stream,
            (None, None) => return,
        };
        match act {
            Act::Say(text) => {
                let text = text.replace("{tag}", &tags.1).replace("{tag1}", &tags.0);
                if stream.write_all(text.as_bytes()).await.is_err() || stream.flush().await.is_err() {
                    return;
                }
            }
            Act::Hear(expected) => {
                let Some(line) = line(stream).await else { return };
                heard.push(line.clone());
                let (tag, command) = line.split_once(' ').unwrap_or(("", &line));
                assert!(command.starts_with(&expected), "expected {expected:?}, heard {line:?}");
                if !tag.is_empty() {
                    tags = (tags.1, tag.to_owned());
                }
            }
            Act::Hang => {
                // Until the client gives up, or the limit of the connection.
                while let Some(line) = line(stream).await {
                    heard.push(line);
                }
                return;
            }
            Act::Pause(time) => tokio::time::sleep(time).await,
            Act::Tls(_) => {}
        }
    }
    // Nothing more to say: FIN, and what the client still says is written down.
    let stream: &mut dyn Wire = match (&mut secured, &mut plain) {
        (Some(stream), _) => stream,
        (None, Some(stream)) => stream,
        (None, None) => return,
    };
    if stream.shutdown().await.is_ok() {
        while let Some(line) = line(stream).await {
            heard.push(line);
        }
    }
}

/// Without its line end; None at the end of the connection.
async fn line(stream: &mut dyn Wire) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        match stream.read_u8().await {
            Ok(b'\n') => break,
            Ok(byte) => bytes.push(byte),
            Err(_) => return None,
        }
    }
    Some(String::from_utf8_lossy(&bytes).trim_end().to_owned())
}
