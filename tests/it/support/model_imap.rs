//! An IMAP server with a mailbox in memory, that can do as much or as little as
//! a test says and can break off at any command. Loopback only, plain.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

use jiff::Timestamp;
use jiff::civil::Date;

/// What the server can do and allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Can {
    pub moves: bool,
    pub uid_plus: bool,
    pub keywords: bool,
    pub write: bool,
    /// There is room in the other folders.
    pub room: bool,
    /// Folders can be made.
    pub create: bool,
    /// Mail can be put into folders (APPEND).
    pub append: bool,
    /// Header fields can be searched.
    pub searches: bool,
    /// Mail can be flagged as deleted and expunged, whatever the server says before.
    pub expunges: bool,
}

impl Can {
    pub const EVERYTHING: Can = Can {
        moves: true,
        uid_plus: true,
        keywords: true,
        write: true,
        room: true,
        create: true,
        append: true,
        searches: true,
        expunges: true,
    };
}

/// When the connection ends instead of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// At the nth command that changes something, undone.
    Before(usize),
    /// The same, done.
    After(usize),
}

#[derive(Debug, Clone)]
pub struct Mail {
    pub uid: u32,
    pub flags: BTreeSet<String>,
    pub received: Timestamp,
    pub text: Arc<str>,
}

pub struct State {
    pub can: Can,
    pub cut: Option<Cut>,
    /// Commands that changed something, or would have.
    pub changes: usize,
    pub validity: u32,
    pub next: u32,
    pub folders: BTreeMap<String, Vec<Mail>>,
    /// The folder that the connection has opened which speaks now.
    selected: String,
    /// Every command, without its tag.
    pub heard: Vec<String>,
    /// Bytes sent in answers.
    pub sent: usize,
}

pub struct ModelImap {
    pub port: u16,
    state: Arc<Mutex<State>>,
    ended: Arc<AtomicBool>,
    serving: Option<JoinHandle<()>>,
}

impl ModelImap {
    pub fn start(can: Can) -> ModelImap {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let folders = ["INBOX", "Processed", "Quarantine"].map(|name| (name.to_owned(), Vec::new()));
        let folders = if can.create { folders[..1].to_vec() } else { folders.to_vec() };
        let state = State {
            can,
            cut: None,
            changes: 0,
            validity: 7,
            next: 1,
            folders: folders.into_iter().collect(),
            selected: "INBOX".to_owned(),
            heard: Vec::new(),
            sent: 0,
        };
        let (state, ended) = (Arc::new(Mutex::new(state)), Arc::new(AtomicBool::new(false)));
        let (shared, stop) = (Arc::clone(&state), Arc::clone(&ended));
        let serving = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let (stream, shared) = (stream.unwrap(), Arc::clone(&shared));
                // Ends with its connection.
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        ModelImap { port, state, ended, serving: Some(serving) }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Puts a mail into the inbox.
    pub fn put(&self, text: &str, received: Timestamp, flags: &[&str]) -> u32 {
        let mut state = self.state();
        let uid = state.next;
        state.next += 1;
        let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
        let mail = Mail { uid, flags, received, text: text.into() };
        state.folders.get_mut("INBOX").unwrap().push(mail);
        uid
    }

    /// The same mails under another UIDVALIDITY and other UIDs.
    pub fn renumber(&self) {
        let mut state = self.state();
        state.validity += 1;
        let mut next = 1;
        for mail in state.folders.get_mut("INBOX").unwrap() {
            mail.uid = next;
            next += 1;
        }
        state.next = next;
    }

    /// What the mails of a folder say.
    pub fn texts(&self, folder: &str) -> Vec<String> {
        let state = self.state();
        state.folders.get(folder).into_iter().flatten().map(|mail| mail.text.to_string()).collect()
    }

    /// The commands since the last call.
    pub fn heard(&self) -> Vec<String> {
        std::mem::take(&mut self.state().heard)
    }
}

impl Drop for ModelImap {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        if let Some(serving) = self.serving.take() {
            drop(serving.join());
        }
    }
}

fn serve(stream: TcpStream, state: &Mutex<State>) {
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let _gone = writer.write_all(b"* OK ready\r\n");
    let (mut idling, mut selected) = (String::new(), "INBOX".to_owned());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            break;
        }
        let line = line.trim_end().to_owned();
        let (tag, command) = match line.split_once(' ') {
            Some((tag, command)) => (tag.to_owned(), command.to_owned()),
            None => (std::mem::take(&mut idling), line.clone()),
        };
        let answer = {
            let mut state = state.lock().unwrap();
            state.heard.push(command.clone());
            state.selected.clone_from(&selected);
            let literal =
                command.strip_suffix('}').and_then(|command| command.rsplit_once('{')?.1.parse::<usize>().ok());
            let answer = match literal.filter(|_| state.can.append) {
                Some(length) => {
                    let _gone = writer.write_all(b"+ go on\r\n");
                    let mut mail = vec![0; length + 2];
                    if reader.read_exact(&mut mail).is_err() {
                        break;
                    }
                    mail.truncate(length);
                    state.appended(&tag, &command, &String::from_utf8(mail).unwrap())
                }
                None => state.answer(&tag, &command),
            };
            selected.clone_from(&state.selected);
            state.sent += answer.as_ref().map_or(0, String::len);
            answer
        };
        if command == "IDLE" {
            idling = tag;
        }
        let Some(answer) = answer else { break };
        if writer.write_all(answer.as_bytes()).is_err() {
            break;
        }
    }
    let _gone = stream.shutdown(Shutdown::Both);
}

impl State {
    fn inbox(&self) -> &[Mail] {
        &self.folders[&self.selected]
    }

    fn inbox_mut(&mut self) -> &mut Vec<Mail> {
        self.folders.get_mut(&self.selected).unwrap()
    }

    /// APPEND: `None` as for [`State::answer`].
    fn appended(&mut self, tag: &str, command: &str, text: &str) -> Option<String> {
        self.changes += 1;
        if self.cut == Some(Cut::Before(self.changes)) {
            return None;
        }
        let (name, date) = (quoted(command, 0), quoted(command, 1));
        if !self.folders.contains_key(&name) {
            return Some(format!("{tag} NO [TRYCREATE] no such folder\r\n"));
        } else if !self.can.room {
            return Some(format!("{tag} NO [OVERQUOTA] full\r\n"));
        }
        let received = jiff::fmt::strtime::parse("%d-%b-%Y %H:%M:%S %z", date).unwrap().to_timestamp().unwrap();
        let uid = self.next;
        self.next += 1;
        let mail = Mail { uid, flags: BTreeSet::new(), received, text: text.into() };
        self.folders.get_mut(&name).unwrap().push(mail);
        let is_cut = self.cut == Some(Cut::After(self.changes));
        (!is_cut).then(|| format!("{tag} OK [APPENDUID 1 {uid}] done\r\n"))
    }

    /// None: the connection ends.
    fn answer(&mut self, tag: &str, command: &str) -> Option<String> {
        let words: Vec<&str> = command.split(' ').collect();
        let verb = if words[0] == "UID" { format!("UID {}", words[1]) } else { words[0].to_owned() };
        if !matches!(verb.as_str(), "UID MOVE" | "UID COPY" | "UID STORE" | "UID EXPUNGE" | "CREATE" | "APPEND") {
            if matches!(verb.as_str(), "SELECT" | "EXAMINE") {
                self.selected = quoted(command, 0);
            }
            return Some(self.look(tag, command, &verb));
        }
        self.changes += 1;
        if self.cut == Some(Cut::Before(self.changes)) {
            return None;
        }
        let refusal = self.change(command, &verb);
        if self.cut == Some(Cut::After(self.changes)) {
            return None;
        }
        Some(refusal.map_or(format!("{tag} OK done\r\n"), |text| format!("{tag} NO {text}\r\n")))
    }

    fn look(&self, tag: &str, command: &str, verb: &str) -> String {
        let ok = format!("{tag} OK done\r\n");
        match verb {
            "LOGIN" | "DONE" => ok,
            "IDLE" => "+ idling\r\n".to_owned(),
            "CAPABILITY" => {
                let named = [(self.can.moves, " MOVE"), (self.can.uid_plus, " UIDPLUS")];
                let more: String = named.iter().filter(|(can, _)| *can).map(|(_, name)| *name).collect();
                format!("* CAPABILITY IMAP4rev1 IDLE{more}\r\n{ok}")
            }
            "LIST" => {
                let name = quoted(command, 1);
                let known = self.folders.contains_key(&name);
                if known { format!("* LIST () \"/\" \"{name}\"\r\n{ok}") } else { ok }
            }
            "SELECT" | "EXAMINE" if !self.folders.contains_key(&self.selected) => {
                format!("{tag} NO no such folder\r\n")
            }
            "SELECT" | "EXAMINE" => {
                let flags = match (self.can.write, self.can.keywords) {
                    (false, _) => "",
                    (true, false) => "\\Deleted \\Seen",
                    (true, true) => "\\Deleted \\Seen \\*",
                };
                let code = if self.can.write { "READ-WRITE" } else { "READ-ONLY" };
                format!(
                    "* {} EXISTS\r\n* OK [PERMANENTFLAGS ({flags})] flags\r\n* OK [UIDVALIDITY {}] it is\r\n\
                     * OK [UIDNEXT {}] next\r\n{tag} OK [{code}] done\r\n",
                    self.inbox().len(),
                    self.validity,
                    self.next
                )
            }
            "UID SEARCH" if command.contains("HEADER") && !self.can.searches => format!("{tag} BAD what\r\n"),
            "UID SEARCH" => {
                let found: Vec<String> = self
                    .inbox()
                    .iter()
                    .filter(|mail| self.fits(mail, command.strip_prefix("UID SEARCH ").unwrap()))
                    .map(|mail| mail.uid.to_string())
                    .collect();
                format!("* SEARCH {}\r\n{ok}", found.join(" "))
            }
            "UID FETCH" => {
                let set = command.split(' ').nth(2).unwrap();
                let wanted = (1..).zip(self.inbox()).filter(|(_, mail)| self.is_in(set, mail.uid));
                let with_body = command.contains("BODY.PEEK[]");
                wanted.map(|(number, mail)| fetched(number, mail, with_body)).collect::<String>() + &ok
            }
            // Everything else is a command that the desk must never use.
            _ => format!("{tag} BAD never\r\n"),
        }
    }

    /// Gives why it is refused.
    fn change(&mut self, command: &str, verb: &str) -> Option<String> {
        // CREATE names none.
        let set = if verb.starts_with("UID") { command.split(' ').nth(2).unwrap() } else { "0" };
        let wanted: Vec<u32> = self.inbox().iter().map(|mail| mail.uid).filter(|uid| self.is_in(set, *uid)).collect();
        match verb {
            "CREATE" if !self.can.create => Some("no".to_owned()),
            "CREATE" => {
                self.folders.insert(quoted(command, 0), Vec::new());
                None
            }
            "APPEND" => Some("[CANNOT] nobody puts mail here".to_owned()),
            _ if !self.can.write => Some("[NOPERM] look only".to_owned()),
            "UID MOVE" | "UID COPY" => {
                let name = quoted(command, 0);
                if !self.folders.contains_key(&name) {
                    return Some("[TRYCREATE] no such folder".to_owned());
                } else if !self.can.room {
                    return Some("[OVERQUOTA] full".to_owned());
                } else if verb == "UID MOVE" && !self.can.moves {
                    return Some("what".to_owned());
                }
                let copies: Vec<Mail> =
                    self.inbox().iter().filter(|mail| wanted.contains(&mail.uid)).cloned().collect();
                self.folders.get_mut(&name).unwrap().extend(copies);
                if verb == "UID MOVE" {
                    self.inbox_mut().retain(|mail| !wanted.contains(&mail.uid));
                }
                None
            }
            "UID STORE" if command.contains("Deleted") && !self.can.expunges => Some("[NOPERM] keep it".to_owned()),
            "UID STORE" => {
                let flags: Vec<String> =
                    command.rsplit_once('(').unwrap().1.trim_end_matches(')').split(' ').map(str::to_owned).collect();
                if flags.iter().any(|flag| flag.starts_with('$')) && !self.can.keywords {
                    return Some("[CANNOT] no keywords".to_owned());
                }
                let inbox = self.inbox_mut();
                inbox.iter_mut().filter(|mail| wanted.contains(&mail.uid)).for_each(|mail| {
                    mail.flags.extend(flags.iter().cloned());
                });
                None
            }
            _ => {
                let gone = |mail: &Mail| wanted.contains(&mail.uid) && mail.flags.contains("\\Deleted");
                if !self.can.uid_plus {
                    return Some("what".to_owned());
                }
                self.inbox_mut().retain(|mail| !gone(mail));
                None
            }
        }
    }

    /// RFC 3501 9: `*` is the last mail, and a range may be written backwards.
    fn is_in(&self, set: &str, uid: u32) -> bool {
        let last = self.inbox().last().map_or(0, |mail| mail.uid);
        let number = |text: &str| if text == "*" { last } else { text.parse::<u32>().unwrap() };
        set.split(',').any(|run| {
            let (first, second) = run.split_once(':').unwrap_or((run, run));
            let (first, second) = (number(first), number(second));
            (first.min(second)..=first.max(second)).contains(&uid)
        })
    }

    /// All keys must hold; OR takes the next two.
    fn fits(&self, mail: &Mail, keys: &str) -> bool {
        let mut words = keys.split(' ');
        let mut all = true;
        while let Some(word) = words.next() {
            all &= self.key(mail, word, &mut words);
        }
        all
    }

    fn key<'a>(&self, mail: &Mail, word: &str, words: &mut impl Iterator<Item = &'a str>) -> bool {
        match word {
            "UID" => self.is_in(words.next().unwrap(), mail.uid),
            "KEYWORD" => mail.flags.contains(words.next().unwrap()),
            "UNKEYWORD" => !mail.flags.contains(words.next().unwrap()),
            "UNDELETED" => !mail.flags.contains("\\Deleted"),
            "HEADER" => {
                let (name, mut value) = (words.next().unwrap(), words.next().unwrap().to_owned());
                while !(value.len() > 1 && value.ends_with('"')) {
                    value = format!("{value} {}", words.next().unwrap());
                }
                mail.text.contains(&format!("\n{name}: {}", value.trim_matches('"')))
            }
            "DELETED" => mail.flags.contains("\\Deleted"),
            "SINCE" => {
                let day = Date::strptime("%d-%b-%Y", words.next().unwrap()).unwrap();
                mail.received.to_zoned(jiff::tz::TimeZone::UTC).date() >= day
            }
            "OR" => {
                let first = words.next().unwrap();
                let one = self.key(mail, first, words);
                let second = words.next().unwrap();
                self.key(mail, second, words) | one
            }
            _ => panic!("the model knows no search key {word}"),
        }
    }
}

fn fetched(number: usize, mail: &Mail, with_body: bool) -> String {
    let Mail { uid, text, received, .. } = mail;
    if with_body {
        return format!("* {number} FETCH (UID {uid} BODY[] {{{}}}\r\n{text})\r\n", text.len());
    }
    let date = received.strftime("%d-%b-%Y %H:%M:%S +0000");
    format!("* {number} FETCH (UID {uid} RFC822.SIZE {} INTERNALDATE \"{date}\")\r\n", text.len())
}

/// The nth text in quotes of a command.
fn quoted(command: &str, nth: usize) -> String {
    command.split('"').skip(1).step_by(2).nth(nth).unwrap().to_owned()
}
