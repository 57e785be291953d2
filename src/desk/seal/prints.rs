//! Prints of sealed passwords: keyed digests that find one again which somebody
//! repeats without a label (F-09, 2.5, TD4), and from which nobody reads it back
//! without our key.

mod look;
mod reach;

use std::collections::BTreeMap;
use std::sync::Arc;

use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::desk::seal::Secret;
use crate::desk::seal::spelling::spellings;

pub use look::Looking;
pub use reach::Reach;

/// Shorter passwords leave no print: words by chance are more likely than they.
const CHARS_MIN: usize = 4;
/// So many new prints are kept apart, so that one more copies only these.
const RECENT_MAX: usize = 500;

/// The key of all prints of one desk.
#[derive(Clone)]
pub struct PrintKey(Hmac<Sha256>);

impl PrintKey {
    /// `None`: HMAC takes keys of every length, so this does not happen.
    pub fn new(key: &[u8]) -> Option<PrintKey> {
        Hmac::new_from_slice(key).ok().map(PrintKey)
    }

    /// Each use has a name of its own, so that no digest serves for two.
    fn digest(&self, used_for: &str, bytes: &[u8]) -> Digest {
        let mut mac = self.0.clone();
        mac.update(used_for.as_bytes());
        mac.update(&[0]);
        mac.update(bytes);
        Digest(mac.finalize().into_bytes().into())
    }

    fn of_text(&self, text: &str) -> Digest {
        self.digest("print of a password", text.as_bytes())
    }

    fn of_author(&self, address: &str) -> Digest {
        self.digest("author of a password", address.to_lowercase().as_bytes())
    }
}

/// HMAC-SHA-256, in files as hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
struct Digest([u8; 32]);

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl TryFrom<String> for Digest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Digest, &'static str> {
        const EXPECTED: &str = "expected 64 hexadecimal digits";
        let byte = |at: usize| text.get(at * 2..at * 2 + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        let bytes: Option<Vec<u8>> = (0..32).map(byte).collect();
        let bytes = bytes.filter(|_| text.len() == 64).ok_or(EXPECTED)?;
        bytes.try_into().map(Digest).map_err(|_| EXPECTED)
    }
}

/// What is kept of one secret to find it again. Beside the secret, never in the
/// journal: it must be possible to delete it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printed {
    /// Who wrote it, as a digest of his address.
    author: Option<Digest>,
    /// Whether anything vouched for him.
    proven: bool,
    reach: Reach,
    spellings: Vec<Print>,
}

/// One spelling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Print {
    #[serde(flatten)]
    shape: Shape,
    digest: Digest,
}

/// What is looked at before anything is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Shape {
    chars: usize,
    bytes: usize,
    /// Blanks inside.
    blanks: usize,
}

/// Who wrote a mail that a password came with, or that is looked through.
#[derive(Debug, Clone, Copy)]
pub struct Writer<'a> {
    pub address: Option<&'a str>,
    pub proven: bool,
    pub kind: WriterKind,
}

/// What he may have seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriterKind {
    /// His own passwords.
    Person,
    /// Those of tickets.
    Staff,
    /// It returns what others wrote: a bounce.
    Machine,
}

/// In whose mails a print counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// A ticket has the password: in everybody's.
    Everybody,
    /// In its author's, and in those of machines: a stranger must not be able to
    /// blank words in the mails of others.
    Author { author: Option<Digest>, proven: bool },
}

#[derive(Debug, Clone, Copy)]
struct Use {
    reach: Reach,
    whose: Whose,
}

#[derive(Debug, Clone, Default)]
struct Table {
    shapes: BTreeMap<Shape, BTreeMap<Digest, Vec<Use>>>,
    count: usize,
}

impl Table {
    fn add(&mut self, shape: Shape, digest: Digest, used: Use) {
        self.shapes.entry(shape).or_default().entry(digest).or_default().push(used);
        self.count += 1;
    }
}

/// All live prints. A copy is cheap and stays as it is.
#[derive(Clone, Default)]
pub struct Prints {
    /// `None`: there are none, and nothing is looked for.
    key: Option<PrintKey>,
    settled: Arc<Table>,
    recent: Arc<Table>,
    additions: u64,
}

impl Prints {
    pub fn new(key: PrintKey) -> Prints {
        Prints { key: Some(key), ..Prints::default() }
    }

    /// How often one was added: whether a mail was looked through with all of them.
    pub fn additions(&self) -> u64 {
        self.additions
    }

    /// What to keep of a secret; `None`: it is too short to be found again.
    pub fn of(&self, secret: &Secret, writer: Writer<'_>) -> Option<Printed> {
        let key = self.key.as_ref()?;
        let value = secret.expose().trim();
        if value.chars().count() < CHARS_MIN {
            return None;
        }
        let print = |text: Zeroizing<String>| {
            let text = look::canonical(&text);
            Print { shape: Shape::of(&text), digest: key.of_text(&text) }
        };
        // With blanks around it, it is found without them.
        let texts = spellings(value).into_iter().filter(|text| text.chars().count() >= CHARS_MIN);
        Some(Printed {
            author: writer.address.map(|address| key.of_author(address)),
            proven: writer.proven,
            reach: reach::of(value),
            spellings: texts.map(print).collect(),
        })
    }

    /// Looks for it from now on: in everybody's mails, once a ticket has it.
    pub fn add(&mut self, printed: &Printed, everybody: bool) {
        let author = Whose::Author { author: printed.author, proven: printed.proven };
        let whose = if everybody { Whose::Everybody } else { author };
        let recent = Arc::make_mut(&mut self.recent);
        for print in &printed.spellings {
            recent.add(print.shape, print.digest, Use { reach: printed.reach, whose });
        }
        self.additions += 1;
        if recent.count >= RECENT_MAX {
            let settled = Arc::make_mut(&mut self.settled);
            for (shape, digests) in std::mem::take(recent).shapes {
                for (digest, uses) in digests {
                    uses.into_iter().for_each(|used| settled.add(shape, digest, used));
                }
            }
        }
    }

    /// The same key without any print, for the ones that are left.
    #[must_use]
    pub fn emptied(&self) -> Prints {
        Prints { key: self.key.clone(), additions: self.additions + 1, ..Prints::default() }
    }

    /// What looks through one mail; `None`: there is nothing to look for.
    pub fn looking(&self, writer: Writer<'_>) -> Option<Looking<'_>> {
        let key = self.key.as_ref()?;
        if self.settled.count + self.recent.count == 0 {
            return None;
        }
        let author = writer.address.map(|address| key.of_author(address));
        Some(Looking::new(key, [&self.settled, &self.recent], author, writer))
    }
}

impl Shape {
    fn of(text: &str) -> Shape {
        let blanks = text.chars().filter(|c| c.is_whitespace()).count();
        Shape { chars: text.chars().count(), bytes: text.len(), blanks }
    }
}
