//! Takes one finished letter to one recipient, once. Never retries by itself
//! and never changes a byte.

pub mod folder;
pub mod smtp;

use std::future::Future;
use std::sync::Arc;

/// Longest answer of a server that is kept, in characters.
const ANSWER_CHARS_MAX: usize = 300;

/// A letter on its way: one recipient, so that an answer is about one person.
#[derive(Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Where reports about the letter go (RFC 5321 4.4); empty is the null path.
    pub from: String,
    pub to: String,
    pub bytes: Arc<[u8]>,
    /// The same for every try of the same letter, and no other's: a Maildir
    /// then never holds it twice.
    pub file_name: String,
}

/// What became of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The letter is theirs now: a 2xx to the final dot, or a synced file.
    Accepted { response: String },
    /// Not taken this time, and surely not taken: 4xx, or no clear answer
    /// before the final dot. Try again later.
    Deferred { response: String },
    /// The server was not reached, or did not want us: TLS, greeting, login.
    /// That says nothing about this letter, and every other would fare alike.
    Unreachable { why: String },
    /// Refused for good: 5xx to the recipient or the text of this letter.
    Failed { response: String },
    /// After the final dot came no clear answer. The server may have it: the
    /// same bytes again later, a second copy is better than none.
    Unknown { why: String },
}

/// A way to hand letters over.
pub trait Carrier: Send {
    /// One try. Dropping the future half-way is safe: what was begun is not used again.
    fn send(&mut self, letter: &Envelope) -> impl Future<Output = Sent> + Send;

    /// Nothing to send for now: give up what is held open. Takes two seconds at most.
    fn rest(&mut self) -> impl Future<Output = ()> + Send;
}

/// Text of a server as one bounded line without control characters.
fn one_line(text: &str) -> String {
    let visible: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    words.join(" ").chars().take(ANSWER_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_become_one_bounded_line() {
        assert_eq!(one_line("550 no\r\nsuch\tuser \u{1b}[2J"), "550 no such user [2J");
        assert_eq!(one_line(&"x".repeat(1000)).len(), ANSWER_CHARS_MAX);
    }
}
