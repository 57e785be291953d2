//! What a real Dovecot says in ENVELOPE (RFC 3501 7.4.2) about the mails of an
//! inbox: its reader is one that nothing of ours is made of.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// One mail of the inbox.
pub struct Enveloped {
    pub text: String,
    /// `mailbox@host` of each author; what else stands in From, as it came.
    pub from: Vec<String>,
}

/// Every mail of the user's inbox.
pub fn inbox(port: u16, user: &str) -> Vec<Enveloped> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    for (tag, command) in [("a1", format!("LOGIN {user} secret")), ("a2", "EXAMINE INBOX".to_owned())] {
        ask(&mut stream, tag, &command);
    }
    let answer = ask(&mut stream, "a3", "FETCH 1:* (ENVELOPE BODY.PEEK[TEXT])");
    let mut cursor = Cursor { bytes: &answer, at: 0 };
    let mut mails = Vec::new();
    while cursor.skip("* ") {
        let items = cursor.line();
        if let [_, _, Item::List(fetched)] = items.as_slice() {
            mails.push(enveloped(fetched));
        }
    }
    mails
}

/// The whole answer to one command.
fn ask(stream: &mut TcpStream, tag: &str, command: &str) -> Vec<u8> {
    stream.write_all(format!("{tag} {command}\r\n").as_bytes()).unwrap();
    let (mut answer, mut buffer) = (Vec::new(), vec![0; 65536]);
    let done = format!("{tag} OK").into_bytes();
    loop {
        let length = stream.read(&mut buffer).unwrap();
        assert!(length > 0, "the server ended the talk: {}", answer.escape_ascii());
        answer.extend_from_slice(&buffer[..length]);
        let last = answer[..answer.len().saturating_sub(2)].rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        if answer.ends_with(b"\r\n") && last.starts_with(tag.as_bytes()) {
            assert!(last.starts_with(&done), "{}", last.escape_ascii());
            return answer;
        }
    }
}

fn enveloped(fetched: &[Item]) -> Enveloped {
    let after = |name: &str| {
        let at = fetched.iter().position(|item| *item == Item::Text(name.to_owned())).unwrap();
        &fetched[at + 1]
    };
    let Item::List(envelope) = after("ENVELOPE") else { panic!("no envelope: {fetched:?}") };
    let Item::Text(text) = after("BODY[TEXT]") else { panic!("no text: {fetched:?}") };
    let from = match &envelope[2] {
        Item::List(authors) => authors.iter().map(author).collect(),
        _ => Vec::new(),
    };
    Enveloped { text: text.clone(), from }
}

/// Name, route, mailbox, host; a group has no host.
fn author(item: &Item) -> String {
    match item {
        Item::List(parts) => match parts.as_slice() {
            [_, Item::Nil, Item::Text(mailbox), Item::Text(host)] => format!("{mailbox}@{host}"),
            other => format!("{other:?}"),
        },
        other => format!("{other:?}"),
    }
}

#[derive(Debug, PartialEq)]
enum Item {
    Nil,
    /// An atom, a quoted string or a literal.
    Text(String),
    List(Vec<Item>),
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn skip(&mut self, text: &str) -> bool {
        let is_there = self.bytes[self.at..].starts_with(text.as_bytes());
        self.at += if is_there { text.len() } else { 0 };
        is_there
    }

    /// The items up to the end of a line outside of literals.
    fn line(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        while !self.skip("\r\n") {
            self.skip(" ");
            items.push(self.item());
        }
        items
    }

    fn item(&mut self) -> Item {
        match self.bytes[self.at] {
            b'(' => self.list(),
            b'"' => self.quoted(),
            b'{' => self.literal(),
            _ => self.atom(),
        }
    }

    fn list(&mut self) -> Item {
        self.at += 1;
        let mut items = Vec::new();
        while !self.skip(")") {
            self.skip(" ");
            items.push(self.item());
        }
        Item::List(items)
    }

    fn quoted(&mut self) -> Item {
        let mut text = Vec::new();
        self.at += 1;
        while !self.skip("\"") {
            self.skip("\\");
            text.push(self.bytes[self.at]);
            self.at += 1;
        }
        Item::Text(String::from_utf8_lossy(&text).into_owned())
    }

    fn literal(&mut self) -> Item {
        let rest = &self.bytes[self.at + 1..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let length: usize = std::str::from_utf8(&rest[..digits]).unwrap().parse().unwrap();
        let start = self.at + 1 + digits + "}\r\n".len();
        self.at = start + length;
        Item::Text(String::from_utf8_lossy(&self.bytes[start..self.at]).into_owned())
    }

    fn atom(&mut self) -> Item {
        let length = self.bytes[self.at..].iter().take_while(|byte| !b" ()\r".contains(byte)).count();
        let text = String::from_utf8_lossy(&self.bytes[self.at..self.at + length]).into_owned();
        self.at += length;
        if text == "NIL" { Item::Nil } else { Item::Text(text) }
    }
}
