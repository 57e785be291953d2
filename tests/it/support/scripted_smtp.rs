//! An SMTP server that answers as it is told: refusals, cuts, silence, junk.
//! Loopback only, any free port, every connection ends after 20 seconds.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// Where the client stands when the server answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Greeting,
    Ehlo,
    Starttls,
    /// AUTH and what follows until 235.
    Auth,
    Mail,
    Rcpt,
    Data,
    /// The line that ends the text.
    Dot,
    Quit,
}

/// What the server does instead of being polite.
#[derive(Debug, Clone)]
pub enum Act {
    Say(Vec<u8>),
    /// One byte at a time, with that pause.
    SaySlowly(Vec<u8>, Duration),
    Cut,
    Silence,
    /// Says it, then cuts.
    SayAndCut(Vec<u8>),
}

pub fn say(text: &str) -> Act {
    Act::Say(text.as_bytes().to_vec())
}

/// How TLS is offered.
#[derive(Clone, Default)]
pub enum Protection {
    #[default]
    None,
    Implicit(Arc<ServerConfig>),
    Starttls(Arc<ServerConfig>),
}

/// One connection's script: polite but for these.
#[derive(Debug, Clone, Default)]
pub struct Script(BTreeMap<(Step, usize), Act>);

impl Script {
    pub fn polite() -> Script {
        Script::default()
    }

    /// At the first time of that step.
    pub fn at(self, step: Step, act: Act) -> Script {
        self.at_nth(step, 0, act)
    }

    /// At the n-th time of that step, counted from 0.
    pub fn at_nth(mut self, step: Step, nth: usize, act: Act) -> Script {
        self.0.insert((step, nth), act);
        self
    }
}

/// What one connection saw.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Every line but those of texts, in order.
    pub lines: Vec<String>,
    /// Texts as received: until the dot, stuffing taken off.
    pub texts: Vec<Vec<u8>>,
    /// Everything before TLS, and everything if there is none.
    pub plain_bytes: Vec<u8>,
    pub handshake_done: bool,
    /// The client ended it.
    pub closed_by_client: bool,
}

impl Seen {
    pub fn count(&self, command: &str) -> usize {
        self.lines.iter().filter(|line| line.starts_with(command)).count()
    }
}

pub struct ScriptedSmtp {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    listening: JoinHandle<()>,
}

impl ScriptedSmtp {
    /// The n-th connection follows the n-th script; later ones are polite.
    pub async fn start(protection: Protection, scripts: Vec<Script>) -> ScriptedSmtp {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let all = seen.clone();
        let listening = tokio::spawn(async move {
            let mut scripts = scripts.into_iter();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let number = all.lock().unwrap().len();
                all.lock().unwrap().push(Seen::default());
                let peer = Peer {
                    script: scripts.next().unwrap_or_default(),
                    seen: all.clone(),
                    number,
                    times: BTreeMap::new(),
                };
                let serving = peer.serve(stream, protection.clone());
                tokio::spawn(tokio::time::timeout(Duration::from_secs(20), serving));
            }
        });
        ScriptedSmtp { address, seen, listening }
    }

    pub async fn plain(scripts: Vec<Script>) -> ScriptedSmtp {
        ScriptedSmtp::start(Protection::None, scripts).await
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// All texts of all connections.
    pub fn texts(&self) -> Vec<Vec<u8>> {
        self.seen().into_iter().flat_map(|seen| seen.texts).collect()
    }
}

impl Drop for ScriptedSmtp {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// Whether the dialogue goes on.
enum Next {
    On,
    Tls,
    End,
}

struct Peer {
    script: Script,
    seen: Arc<Mutex<Vec<Seen>>>,
    number: usize,
    times: BTreeMap<Step, usize>,
}

impl Peer {
    fn note(&self, noting: impl FnOnce(&mut Seen)) {
        noting(&mut self.seen.lock().unwrap()[self.number]);
    }

    async fn serve(mut self, mut stream: TcpStream, protection: Protection) {
        match protection {
            Protection::None => {
                self.talk(&mut stream, false, true).await;
            }
            Protection::Implicit(config) => self.serve_tls(stream, config, true).await,
            Protection::Starttls(config) => {
                if let Next::Tls = self.talk(&mut stream, true, true).await {
                    self.serve_tls(stream, config, false).await;
                }
            }
        }
    }

    async fn serve_tls(mut self, stream: TcpStream, config: Arc<ServerConfig>, greet: bool) {
        if let Ok(mut stream) = TlsAcceptor::from(config).accept(stream).await {
            self.note(|seen| seen.handshake_done = true);
            self.talk(&mut stream, false, greet).await;
        }
    }

    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(&mut self, stream: &mut S, offer_tls: bool, greet: bool) -> Next {
        let encrypted = !greet || self.seen.lock().unwrap()[self.number].handshake_done;
        if greet && let Next::End = self.answer(stream, Step::Greeting, "220 scripted ESMTP\r\n").await {
            return Next::End;
        }
        let mut in_text = false;
        let mut text = Vec::new();
        while let Some(line) = self.line(stream, encrypted).await {
            if in_text {
                if line != b".\r\n" {
                    text.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
                    continue;
                }
                in_text = false;
                let whole = std::mem::take(&mut text);
                self.note(|seen| seen.texts.push(whole));
                if let Next::End = self.answer(stream, Step::Dot, "250 2.0.0 taken\r\n").await {
                    return Next::End;
                }
                continue;
            }
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            self.note(|seen| seen.lines.push(line.clone()));
            let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let offer = if offer_tls { "250-STARTTLS\r\n" } else { "" };
            let ehlo = format!("250-scripted\r\n{offer}250-AUTH PLAIN LOGIN\r\n250 ENHANCEDSTATUSCODES\r\n");
            let (step, polite) = match word.as_str() {
                "EHLO" => (Step::Ehlo, ehlo.as_str()),
                "STARTTLS" => (Step::Starttls, "220 go ahead\r\n"),
                "MAIL" => (Step::Mail, "250 2.1.0 sender ok\r\n"),
                "RCPT" => (Step::Rcpt, "250 2.1.5 recipient ok\r\n"),
                "DATA" => (Step::Data, "354 go on\r\n"),
                "QUIT" => (Step::Quit, "221 bye\r\n"),
                _ => (Step::Auth, "235 2.7.0 welcome\r\n"),
            };
            match (self.answer(stream, step, polite).await, step) {
                (Next::End, _) | (_, Step::Quit) => return Next::End,
                (_, Step::Starttls) => return Next::Tls,
                (_, Step::Data) => in_text = self.text_follows(),
                _ => {}
            }
        }
        self.note(|seen| seen.closed_by_client = true);
        Next::End
    }

    /// Whether DATA was answered with 354 this time.
    fn text_follows(&self) -> bool {
        let nth = self.times.get(&Step::Data).map_or(0, |times| times - 1);
        match self.script.0.get(&(Step::Data, nth)) {
            None => true,
            Some(Act::Say(bytes) | Act::SaySlowly(bytes, _)) => bytes.windows(4).any(|code| code == b"354 "),
            Some(_) => false,
        }
    }

    async fn answer<S: AsyncWrite + Unpin>(&mut self, stream: &mut S, step: Step, polite: &str) -> Next {
        let times = self.times.entry(step).or_default();
        let act = self.script.0.get(&(step, *times)).cloned();
        *times += 1;
        let written = match act {
            None => stream.write_all(polite.as_bytes()).await,
            Some(Act::Say(bytes)) => stream.write_all(&bytes).await,
            Some(Act::SaySlowly(bytes, pause)) => {
                for byte in bytes {
                    if stream.write_all(&[byte]).await.is_err() || stream.flush().await.is_err() {
                        return Next::End;
                    }
                    tokio::time::sleep(pause).await;
                }
                Ok(())
            }
            Some(Act::SayAndCut(bytes)) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.flush().await;
                return Next::End;
            }
            Some(Act::Cut) => return Next::End,
            Some(Act::Silence) => Ok(()),
        };
        match written {
            Ok(()) if stream.flush().await.is_ok() => Next::On,
            _ => Next::End,
        }
    }

    async fn line<S: AsyncRead + Unpin>(&self, stream: &mut S, encrypted: bool) -> Option<Vec<u8>> {
        let mut line = Vec::new();
        loop {
            let byte = stream.read_u8().await.ok()?;
            line.push(byte);
            if !encrypted {
                self.note(|seen| seen.plain_bytes.push(byte));
            }
            if byte == b'\n' || line.len() > 100_000 {
                return Some(line);
            }
        }
    }
}
