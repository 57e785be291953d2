//! The words of mail systems that write no report for machines (`bounces.toml`).

/// Phrases in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BounceWords {
    /// Beginnings of subjects.
    pub failed_subjects: Vec<String>,
    pub delayed_subjects: Vec<String>,
    /// In the text: not delivered.
    pub failed: Vec<String>,
    /// In the text: not yet delivered.
    pub delayed: Vec<String>,
    /// In the text beside those: it has given up.
    pub is_final: Vec<String>,
    /// Beginnings of the names under which mail systems write.
    pub senders: Vec<String>,
    /// In a line of dashes: the mail that comes back stands below.
    pub returned: Vec<String>,
    /// Words before a reply code.
    pub reply: Vec<String>,
    /// What is the matter, each with the status (RFC 3463) that says the same.
    pub reasons: Vec<Reason>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// `5.1.1`
    pub status: String,
    pub phrases: Vec<String>,
}

impl BounceWords {
    /// The status of the longest phrase that `text` (lower case) has.
    pub(super) fn reason(&self, text: &str) -> Option<&str> {
        let found = self.reasons.iter().filter_map(|reason| {
            let longest =
                reason.phrases.iter().filter(|phrase| text.contains(phrase.as_str())).map(String::len).max()?;
            Some((longest, reason.status.as_str()))
        });
        found.max_by_key(|(length, _)| *length).map(|(_, status)| status)
    }
}
