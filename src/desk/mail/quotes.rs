//! How mail programs mark what is not written now (`quotes.toml`): the one table
//! of everything that tells own words from others'.

use std::collections::{BTreeMap, BTreeSet};

/// What a line of the block above a mail inside a mail names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HeadLabel {
    From,
    Date,
    To,
    Subject,
    /// Copies, answers to, attachments …
    Beside,
}

/// A line in which something varies: "von meinem … gesendet". Lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Around {
    pub before: String,
    /// Empty where nothing varies.
    pub after: String,
    pub varies: bool,
}

impl Around {
    /// `pattern` has at most one "…".
    pub fn new(pattern: &str) -> Around {
        let (before, after) = pattern.split_once('…').unwrap_or((pattern, ""));
        Around { before: before.to_owned(), after: after.to_owned(), varies: pattern.contains('…') }
    }
}

/// The words of all languages, lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quotes {
    /// Beginnings of the line above a quoted mail: "on", "am", "w dniu".
    pub openers: Vec<String>,
    /// What it says of its author: "wrote", "schrieb".
    pub wrote: Vec<String>,
    /// Lines that say that another mail begins: "original message".
    pub separators: BTreeSet<String>,
    /// Labels of the block above such a mail, without their colons.
    pub labels: BTreeMap<String, HeadLabel>,
    /// Signatures of devices, and of mail programs, whose names have capitals.
    pub devices: Vec<Around>,
    pub programs: Vec<Around>,
    /// Beginnings of notices at the end of mails.
    pub notices: Vec<String>,
    /// Words below a mail of a mailing list.
    pub lists: Vec<String>,
    /// Beginnings of subjects of forwarded mails.
    pub forwards: Vec<String>,
}

/// Labels are at the beginning of their line.
const LABEL_BYTES_MAX: usize = 60;

impl Quotes {
    /// The label that a line begins with, and its value.
    pub fn label<'a>(&self, line: &'a str) -> Option<(HeadLabel, &'a str)> {
        let line = line.trim();
        let colon = line.char_indices().take_while(|(at, _)| *at < LABEL_BYTES_MAX).find(|(_, c)| is_colon(*c))?.0;
        let (name, value) = line.split_at_checked(colon)?;
        let name = name.trim_matches(|c: char| c == '*' || c.is_whitespace()).to_lowercase();
        let label = self.labels.get(&name)?;
        Some((*label, value.trim_matches(|c: char| is_colon(c) || c == '*' || c.is_whitespace())))
    }

    /// Whether a subject says that a mail was forwarded.
    pub fn is_forward(&self, subject: &str) -> bool {
        let subject = subject.trim_start().to_lowercase();
        self.forwards.iter().any(|begin| subject.starts_with(begin.as_str()))
    }
}

/// Of either width.
pub(super) fn is_colon(c: char) -> bool {
    matches!(c, ':' | '\u{ff1a}')
}
