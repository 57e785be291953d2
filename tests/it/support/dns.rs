//! A real DNS server on loopback with zones of our own, over UDP and TCP, that
//! can be made to misbehave while it runs. No test asks the outside.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What the server does with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Answers from its zone; a name that is not there does not exist.
    Answers,
    /// SERVFAIL to everything.
    ServFail,
    /// Takes questions and never answers.
    BlackHole,
    /// Answers, after this time.
    Slow(Duration),
    /// Says of every name that it does not exist.
    NoSuchName,
    /// Over UDP only the truncation bit; the answer is to be had over TCP.
    Truncated,
}

/// Stopped when it is dropped.
pub struct DnsServer {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    zone: Mutex<Zone>,
    mood: Mutex<Mood>,
    /// `TXT s1._domainkey.acme-tel.example`, in the order of arrival.
    queries: Mutex<Vec<String>>,
    /// How many of them came over TCP.
    over_tcp: Mutex<usize>,
    /// Seconds that an answer may be kept.
    ttl: Mutex<u32>,
    stop: AtomicBool,
}

/// Records by lower-case name.
type Zone = BTreeMap<String, Vec<(u16, Vec<u8>)>>;

const A: u16 = 1;
const CNAME: u16 = 5;
const TXT: u16 = 16;
const OK: u8 = 0;
const SERVFAIL: u8 = 2;
const NXDOMAIN: u8 = 3;

impl DnsServer {
    /// Serves `zone`: a line a record, `name TXT text`, `name A 192.0.2.1` or
    /// `name CNAME other`; empty lines and `;` comments are skipped.
    pub fn start(zone: &str) -> DnsServer {
        let (udp, tcp, address) = bind();
        let shared = Arc::new(Shared {
            zone: Mutex::new(read_zone(zone)),
            mood: Mutex::new(Mood::Answers),
            queries: Mutex::default(),
            over_tcp: Mutex::default(),
            ttl: Mutex::new(60),
            stop: AtomicBool::new(false),
        });
        let (for_udp, for_tcp) = (Arc::clone(&shared), Arc::clone(&shared));
        let threads =
            vec![thread::spawn(move || for_udp.serve_udp(&udp)), thread::spawn(move || for_tcp.serve_tcp(&tcp))];
        DnsServer { address, shared, threads }
    }

    pub fn set(&self, mood: Mood) {
        *self.shared.mood.lock().unwrap() = mood;
    }

    /// For how many seconds answers may be kept; 60 at first.
    pub fn set_ttl(&self, seconds: u32) {
        *self.shared.ttl.lock().unwrap() = seconds;
    }

    pub fn set_zone(&self, zone: &str) {
        *self.shared.zone.lock().unwrap() = read_zone(zone);
    }

    /// Every question so far, such as `TXT _dmarc.acme-tel.example`.
    pub fn queries(&self) -> Vec<String> {
        self.shared.queries.lock().unwrap().clone()
    }

    /// How many questions so far held this text.
    pub fn count(&self, part: &str) -> usize {
        self.queries().iter().filter(|query| query.contains(part)).count()
    }

    pub fn count_over_tcp(&self) -> usize {
        *self.shared.over_tcp.lock().unwrap()
    }

    pub fn forget_queries(&self) {
        self.shared.queries.lock().unwrap().clear();
    }

    /// The part of a configuration that names this server.
    pub fn configuration(&self) -> String {
        format!("\n[dns]\nservers = [\"{}\"]\n", self.address)
    }
}

impl Drop for DnsServer {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        // Wakes both threads.
        let _ = UdpSocket::bind("127.0.0.1:0").map(|socket| socket.send_to(b"", self.address));
        let _ = TcpStream::connect(self.address);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// The same free port for both; another test may take one of them in between.
fn bind() -> (UdpSocket, TcpListener, SocketAddr) {
    for _ in 0..50 {
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = tcp.local_addr().unwrap();
        if let Ok(udp) = UdpSocket::bind(address) {
            return (udp, tcp, address);
        }
    }
    panic!("no port is free for UDP and TCP alike");
}

impl Shared {
    fn serve_udp(self: &Arc<Self>, socket: &UdpSocket) {
        let mut buffer = [0_u8; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            if self.stop.load(Ordering::SeqCst) {
                return;
            }
            let Some(question) = buffer.get(..length).and_then(Question::read) else { continue };
            self.note(&question);
            let mood = *self.mood.lock().unwrap();
            let answer = match mood {
                Mood::Truncated => Some(question.answer(OK, &[], 0, true)),
                _ => self.answer(&question, mood),
            };
            let Some(answer) = answer else { continue };
            match mood {
                Mood::Slow(delay) => {
                    let socket = socket.try_clone().unwrap();
                    thread::spawn(move || {
                        thread::sleep(delay);
                        socket.send_to(&answer, from)
                    });
                }
                _ => drop(socket.send_to(&answer, from)),
            }
        }
    }

    fn serve_tcp(self: &Arc<Self>, listener: &TcpListener) {
        while let Ok((stream, _)) = listener.accept() {
            if self.stop.load(Ordering::SeqCst) {
                return;
            }
            let shared = Arc::clone(self);
            thread::spawn(move || shared.serve_connection(stream));
        }
    }

    fn serve_connection(&self, mut stream: TcpStream) -> Option<()> {
        stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
        loop {
            let mut length = [0_u8; 2];
            stream.read_exact(&mut length).ok()?;
            let mut bytes = vec![0_u8; usize::from(u16::from_be_bytes(length))];
            stream.read_exact(&mut bytes).ok()?;
            let question = Question::read(&bytes)?;
            self.note(&question);
            *self.over_tcp.lock().unwrap() += 1;
            let mood = *self.mood.lock().unwrap();
            if let Mood::Slow(delay) = mood {
                thread::sleep(delay);
            }
            let answer = self.answer(&question, mood)?;
            let length = u16::try_from(answer.len()).ok()?;
            stream.write_all(&[&length.to_be_bytes(), answer.as_slice()].concat()).ok()?;
        }
    }

    fn note(&self, question: &Question) {
        let kind = match question.kind {
            A => "A".to_owned(),
            TXT => "TXT".to_owned(),
            CNAME => "CNAME".to_owned(),
            other => format!("TYPE{other}"),
        };
        self.queries.lock().unwrap().push(format!("{kind} {}", question.name));
    }

    fn answer(&self, question: &Question, mood: Mood) -> Option<Vec<u8>> {
        match mood {
            Mood::BlackHole => None,
            Mood::ServFail => Some(question.answer(SERVFAIL, &[], 0, false)),
            Mood::NoSuchName => Some(question.answer(NXDOMAIN, &[], 0, false)),
            Mood::Answers | Mood::Slow(_) | Mood::Truncated => {
                let zone = self.zone.lock().unwrap();
                let (records, exists) = find(&zone, &question.name, question.kind);
                Some(question.answer(if exists { OK } else { NXDOMAIN }, &records, *self.ttl.lock().unwrap(), false))
            }
        }
    }
}

/// Records with their owner's name, aliases followed; and whether the name exists.
fn find(zone: &Zone, name: &str, kind: u16) -> (Vec<(String, u16, Vec<u8>)>, bool) {
    let mut found = Vec::new();
    let mut owner = name.to_owned();
    for _ in 0..8 {
        let records = zone.get(&owner).map(Vec::as_slice).unwrap_or_default();
        found.extend(records.iter().filter(|record| record.0 == kind).map(|(k, v)| (owner.clone(), *k, v.clone())));
        let Some((_, alias)) = records.iter().find(|record| record.0 == CNAME && kind != CNAME) else { break };
        found.push((owner.clone(), CNAME, alias.clone()));
        owner = names(alias);
    }
    // A name exists where something is at it or below it (RFC 8020).
    let below = format!(".{owner}");
    let exists = zone.keys().any(|key| *key == owner || key.ends_with(&below));
    (found, exists)
}

struct Question {
    id: [u8; 2],
    name: String,
    kind: u16,
    /// As it was asked, to be repeated in the answer.
    bytes: Vec<u8>,
}

impl Question {
    fn read(bytes: &[u8]) -> Option<Question> {
        let id = [*bytes.first()?, *bytes.get(1)?];
        let rest = bytes.get(12..)?;
        let end = rest.iter().position(|byte| *byte == 0)? + 1;
        let name = names(rest.get(..end)?).to_lowercase();
        let kind = u16::from_be_bytes([*rest.get(end)?, *rest.get(end + 1)?]);
        Some(Question { id, name, kind, bytes: rest.get(..end + 4)?.to_vec() })
    }

    fn answer(&self, code: u8, records: &[(String, u16, Vec<u8>)], ttl: u32, is_truncated: bool) -> Vec<u8> {
        let count = u16::try_from(records.len()).unwrap().to_be_bytes();
        let flags = [0x84 | if is_truncated { 2 } else { 0 }, 0x80 | code];
        let mut bytes = [&self.id[..], &flags, &[0, 1], &count, &[0, 0, 0, 0]].concat();
        bytes.extend(&self.bytes);
        for (owner, kind, data) in records {
            bytes.extend(labels(owner));
            bytes.extend(kind.to_be_bytes());
            bytes.extend([0, 1]);
            bytes.extend(ttl.to_be_bytes());
            bytes.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
            bytes.extend(data);
        }
        bytes
    }
}

fn read_zone(text: &str) -> Zone {
    let mut zone = Zone::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(';')) {
        let mut parts = line.splitn(3, ' ');
        let (name, kind, value) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap_or(""));
        let record = match kind {
            "TXT" => (TXT, strings(value)),
            "A" => (A, value.parse::<std::net::Ipv4Addr>().unwrap().octets().to_vec()),
            "CNAME" => (CNAME, labels(value)),
            other => panic!("no record of kind {other} can be served"),
        };
        zone.entry(name.to_lowercase()).or_default().push(record);
    }
    zone
}

/// A text as strings of at most 255 bytes (RFC 1035 3.3.14).
fn strings(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for chunk in text.as_bytes().chunks(255) {
        bytes.push(u8::try_from(chunk.len()).unwrap());
        bytes.extend(chunk);
    }
    bytes
}

fn labels(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in name.split('.').filter(|label| !label.is_empty()) {
        bytes.push(u8::try_from(label.len()).unwrap());
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

fn names(labels: &[u8]) -> String {
    let mut name = String::new();
    let mut rest = labels;
    while let Some((&length, after)) = rest.split_first() {
        let Some(label) = after.get(..usize::from(length)).filter(|label| !label.is_empty()) else { break };
        let dot = if name.is_empty() { "" } else { "." };
        let _ = write!(name, "{dot}{}", String::from_utf8_lossy(label));
        rest = after.get(usize::from(length)..).unwrap_or_default();
    }
    name
}
