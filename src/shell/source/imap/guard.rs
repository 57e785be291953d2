//! What the server sends, looked through before the IMAP library reads it. The
//! library reserves what a literal announces (up to 512 MiB) before a byte of
//! it came, and gives up the connection at a line it does not know. Here a
//! literal over the limit is an error at its announcement, and unknown lines
//! are left out, as RFC 3501 2.2.2 asks of a client.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

const CHUNK: usize = 16 * 1024;
/// No line we ask for comes near it; a line costs memory and repeated parsing.
const LINE_MAX: usize = 64 * 1024;
/// But the UIDs that a search found stand in one: 200,000 of them fit.
const SEARCH_MAX: usize = 2 * 1024 * 1024;
/// Untagged words: a response name and a number fit well.
const HELD_MAX: usize = 64;

/// A connection whose incoming lines are checked.
pub(super) struct Guard<S> {
    inner: S,
    framing: Framing,
    chunk: Vec<u8>,
    passed: Vec<u8>,
    handed_on: usize,
    /// Comes after what was good before it.
    fault: Option<io::Error>,
    arrived: Arc<AtomicU64>,
}

impl<S> Guard<S> {
    /// `arrived` counts bytes as they come: a slow answer is no dead server.
    pub fn new(inner: S, literal_max: u64, arrived: Arc<AtomicU64>) -> Guard<S> {
        let framing = Framing::new(literal_max);
        Guard { inner, framing, chunk: vec![0; CHUNK], passed: Vec::new(), handed_on: 0, fault: None, arrived }
    }
}

impl<S> fmt::Debug for Guard<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").finish_non_exhaustive()
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guard<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            let waiting = this.passed.get(this.handed_on..).unwrap_or_default();
            if !waiting.is_empty() {
                let (now, _) = waiting.split_at(waiting.len().min(to.remaining()));
                to.put_slice(now);
                this.handed_on += now.len();
                return Poll::Ready(Ok(()));
            }
            if let Some(fault) = this.fault.take() {
                return Poll::Ready(Err(fault));
            }
            this.passed.clear();
            this.handed_on = 0;
            let mut buffer = ReadBuf::new(&mut this.chunk);
            ready!(Pin::new(&mut this.inner).poll_read(cx, &mut buffer))?;
            let new = buffer.filled();
            if new.is_empty() {
                // The end. A line cut off before its name was whole is handed
                // on too: the library then knows that something is missing.
                this.passed.append(&mut this.framing.held);
                if this.passed.is_empty() {
                    return Poll::Ready(Ok(()));
                }
                continue;
            }
            this.arrived.fetch_add(u64::try_from(new.len()).unwrap_or(0), Ordering::Relaxed);
            this.fault = this.framing.feed(new, &mut this.passed).err();
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

/// Where in the stream of lines and literals we are.
struct Framing {
    literal_max: u64,
    /// The beginning of a line, until it is known what the line is.
    held: Vec<u8>,
    line: Line,
    line_bytes: usize,
    announced: Announced,
    /// Bytes of a literal still to come.
    literal: u64,
    /// Bytes of all literals of this line: together they have the one limit.
    literals: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Undecided,
    /// Handed on; free text, in which `{5}` announces nothing.
    Text,
    /// As text, and longer.
    Search,
    /// Handed on; may hold literals.
    Data,
    /// Left out, with its literals.
    Unknown,
}

/// How much of `{123}` CR LF, or `{123+}`, has been seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Announced {
    No,
    Digits(u64),
    Closed(u64),
    Cr(u64),
}

impl Framing {
    fn new(literal_max: u64) -> Framing {
        let line = Line::Undecided;
        Framing {
            literal_max,
            held: Vec::new(),
            line,
            line_bytes: 0,
            announced: Announced::No,
            literal: 0,
            literals: 0,
        }
    }

    /// After an error `passed` ends with the last whole line: the library must
    /// not see the announcement that was refused.
    fn feed(&mut self, bytes: &[u8], passed: &mut Vec<u8>) -> io::Result<()> {
        let mut whole = passed.len();
        let result = self.pass(bytes, passed, &mut whole);
        if result.is_err() {
            passed.truncate(whole);
        }
        result
    }

    fn pass(&mut self, mut bytes: &[u8], passed: &mut Vec<u8>, whole: &mut usize) -> io::Result<()> {
        loop {
            if self.literal > 0 {
                let length = usize::try_from(self.literal).unwrap_or(usize::MAX).min(bytes.len());
                let (literal, rest) = bytes.split_at(length);
                if self.line != Line::Unknown {
                    passed.extend_from_slice(literal);
                }
                self.literal -= u64::try_from(length).unwrap_or(0);
                bytes = rest;
            }
            let Some((byte, rest)) = bytes.split_first() else { return Ok(()) };
            self.byte(*byte, passed)?;
            if self.line == Line::Undecided {
                *whole = passed.len();
            }
            bytes = rest;
        }
    }

    fn byte(&mut self, byte: u8, passed: &mut Vec<u8>) -> io::Result<()> {
        self.line_bytes += 1;
        let most = if self.line == Line::Search { SEARCH_MAX } else { LINE_MAX };
        if self.line_bytes > most {
            return Err(broken(format!("a line of more than {most} bytes")));
        }
        match self.line {
            Line::Undecided => {
                self.held.push(byte);
                self.line = decide(&self.held);
                match self.line {
                    Line::Undecided => {}
                    Line::Text | Line::Search | Line::Data => passed.append(&mut self.held),
                    Line::Unknown => self.held.clear(),
                }
            }
            Line::Text | Line::Search | Line::Data => passed.push(byte),
            Line::Unknown => {}
        }
        let before = self.announced;
        self.announced = before.next(byte);
        if byte == b'\n' {
            self.end_of_line(before)?;
        }
        Ok(())
    }

    fn end_of_line(&mut self, before: Announced) -> io::Result<()> {
        self.announced = Announced::No;
        if let (Announced::Cr(length), Line::Data | Line::Unknown) = (before, self.line) {
            self.literals = self.literals.saturating_add(length);
            if self.literals > self.literal_max {
                let most = self.literal_max;
                return Err(broken(format!("a literal of {length} bytes, where at most {most} were expected")));
            }
            // The line goes on behind the literal.
            self.literal = length;
        } else {
            self.line = Line::Undecided;
            self.line_bytes = 0;
            self.literals = 0;
        }
        Ok(())
    }
}

impl Announced {
    fn next(self, byte: u8) -> Announced {
        match (self, byte) {
            (_, b'{') => Announced::Digits(0),
            (Announced::Digits(so_far), b'0'..=b'9') => {
                Announced::Digits(so_far.saturating_mul(10).saturating_add(u64::from(byte - b'0')))
            }
            (Announced::Digits(length), b'+') => Announced::Digits(length),
            (Announced::Digits(length), b'}') => Announced::Closed(length),
            (Announced::Closed(length), b'\r') => Announced::Cr(length),
            _ => Announced::No,
        }
    }
}

/// What a line is, by its beginning. What cannot be read at all is handed on:
/// the library then ends the connection, which is right.
fn decide(held: &[u8]) -> Line {
    let Some(untagged) = held.strip_prefix(b"* ") else {
        return if held == b"*" { Line::Undecided } else { Line::Text };
    };
    let ends = |byte: &u8| matches!(byte, b' ' | b'\r' | b'\n' | b'(');
    let mut words = untagged.split(ends);
    // The last piece is a word that may still go on.
    let complete = untagged.iter().filter(|byte| ends(byte)).count();
    let first = words.next().unwrap_or_default();
    if complete == 0 {
        return if held.len() > HELD_MAX { Line::Unknown } else { Line::Undecided };
    }
    if first.is_empty() || !first.iter().all(u8::is_ascii_digit) {
        return match first.to_ascii_uppercase().as_slice() {
            b"OK" | b"NO" | b"BAD" | b"BYE" | b"PREAUTH" | b"CAPABILITY" => Line::Text,
            b"SEARCH" => Line::Search,
            b"LIST" => Line::Data,
            _ => Line::Unknown,
        };
    }
    if complete == 1 && !held.ends_with(b"\n") {
        return if held.len() > HELD_MAX { Line::Unknown } else { Line::Undecided };
    }
    match words.next().unwrap_or_default().to_ascii_uppercase().as_slice() {
        b"EXISTS" | b"RECENT" | b"EXPUNGE" => Line::Text,
        b"FETCH" => Line::Data,
        _ => Line::Unknown,
    }
}

fn broken(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the server sent {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is handed on, fed whole and byte by byte.
    fn check(sent: &str, expected: Result<&str, &str>) {
        for size in [1, 2, 3, 7, 100_000] {
            let mut framing = Framing::new(1000);
            let mut passed = Vec::new();
            let result = sent.as_bytes().chunks(size).try_for_each(|bytes| framing.feed(bytes, &mut passed));
            let result = result.map(|()| String::from_utf8_lossy(&passed)).map_err(|error| error.to_string());
            match expected {
                Ok(expected) => assert_eq!(result.as_deref(), Ok(expected), "in pieces of {size}"),
                Err(expected) => assert!(result.as_ref().is_err_and(|text| text.contains(expected)), "{result:?}"),
            }
        }
    }

    #[test]
    fn known_lines_pass_and_unknown_ones_do_not() {
        for known in [
            "* OK [UIDVALIDITY 7] hello {5}\r\n* 3 EXISTS\r\n",
            "A0001 OK done {9999}\r\n+ idling\r\n",
            "* 12 fetch (UID 3 BODY[] {7}\r\nab\r\n\r\nc)\r\nA1 OK\r\n",
            "* 1 FETCH (BODY[] {5+}\r\n* FOO)\r\n* BYE\r\n",
            "* LIST () \"/\" {3}\r\na b\r\n",
            "nonsense\r\n",
        ] {
            check(known, Ok(known));
        }
        for unknown in [
            "* ESEARCH (TAG \"A1\") ALL 1\r\n",
            "* 12 THREADS\r\n",
            "* 12\r\n",
            "* FOO {7}\r\n* 1 EXI\r\n",
            "* FOO {3}\r\nabc {2}\r\nxy\r\n",
            "* FOO\r\n",
            "* \r\n",
            &format!("* {} EXISTS\r\n", "1".repeat(100)),
        ] {
            check(&format!("* OK a\r\n{unknown}* OK b\r\n"), Ok("* OK a\r\n* OK b\r\n"));
        }
    }

    #[test]
    fn a_literal_over_the_limit_is_refused_before_it_comes() {
        check("* 1 FETCH (BODY[] {1000}\r\n", Ok("* 1 FETCH (BODY[] {1000}\r\n"));
        for length in ["1001", "4294967296", "99999999999999999999999999"] {
            check(&format!("* 1 FETCH (BODY[] {{{length}}}\r\n"), Err("a literal of"));
            check(&format!("* FOO {{{length}}}\r\n"), Err("a literal of"));
        }
        let two = format!("* 1 FETCH (A {{600}}\r\n{} B {{600}}\r\n", "a".repeat(600));
        check(&two, Err("a literal of 600 bytes"));
        let each_its_own = format!("* 1 FETCH (A {{600}}\r\n{})\r\n", "a".repeat(600)).repeat(2);
        check(&each_its_own, Ok(&each_its_own));
    }

    #[test]
    fn a_refused_announcement_is_not_handed_on() {
        let mut passed = Vec::new();
        let sent = b"* 1 FETCH (UID 1 BODY[] {1}\r\na)\r\n* 2 FETCH (UID 2 BODY[] {1}\r\nb X {400000000}\r\n";
        assert!(Framing::new(1000).feed(sent, &mut passed).is_err());
        assert_eq!(String::from_utf8_lossy(&passed), "* 1 FETCH (UID 1 BODY[] {1}\r\na)\r\n");
    }

    #[test]
    fn a_line_without_end_is_refused() {
        check(&format!("* OK {}", "a".repeat(LINE_MAX)), Err("a line of more than"));
        check(&format!("* FOO {}", "a".repeat(LINE_MAX)), Err("a line of more than"));
        let found = format!("* SEARCH{}\r\n", " 123456789".repeat(20_000));
        check(&found, Ok(&found));
    }

    #[test]
    fn even_a_search_has_an_end() {
        let mut framing = Framing::new(1000);
        let sent = format!("* SEARCH{}", " 123456789".repeat(SEARCH_MAX / 10));
        assert!(framing.feed(sent.as_bytes(), &mut Vec::new()).is_err());
    }
}
