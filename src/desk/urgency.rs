//! Whether a mail reports a problem, and how severe it is (domain 2.7, 4.2, 4.4).
//!
//! States turn round behind a "not", up to a comma or a "but"; what was, what
//! may be and what is asked alarms nobody. Only words count that the writer
//! wrote now.

mod because;
mod clause;
mod lexicon;
mod meaning;
mod notice;
mod phrase;
mod sentence;
mod since;
mod symptom;
mod text;
mod weigh;

use serde::{Deserialize, Serialize};

use crate::desk::mail::Mail;

pub use lexicon::{Lists, UrgencyRules};
pub use meaning::Meaning;
pub use symptom::Symptom;

/// How severe a problem is (domain 2.7), the most severe first.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::VariantArray,
    strum::IntoStaticStr,
    strum::EnumString,
)]
pub enum Severity {
    /// The unit is down, nobody can call, emergency calls fail, fraud.
    P1,
    /// A part of the calls or users, or a main function.
    P2,
    /// One user, one feature, appearance.
    P3,
    /// A question or a wish.
    P4,
}

impl Severity {
    /// People are called, at any hour that the ladder has.
    pub fn is_urgent(self) -> bool {
        matches!(self, Severity::P1 | Severity::P2)
    }
}

/// What the writer's own words are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::EnumString)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Tone {
    Problem,
    /// It works again, and nothing is left to look into.
    Restored,
    Thanks,
    /// "Any update?"
    Nudge,
    /// None of these: an answer, a request, anything else.
    Plain,
}

/// What was read, and from which words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub tone: Tone,
    /// Means something for [`Tone::Problem`] only.
    pub severity: Severity,
    /// From the writer's loud words alone: "urgent", "emergency".
    pub claimed: Option<Severity>,
    /// Plain sentences that name the words found. Never empty for P1 and P2.
    pub because: Vec<String>,
    /// Whether the mail says how far the problem reaches.
    pub extent_known: bool,
    /// The words that say since when it is so, quoted: "since 8:15".
    pub since: Option<String>,
    pub asks_to_escalate: bool,
    /// All that it reports is that something is still so: "still not working".
    pub insists: bool,
}

impl Reading {
    /// The severity of a problem; `None` for any other tone.
    pub fn problem(&self) -> Option<Severity> {
        (self.tone == Tone::Problem).then_some(self.severity)
    }

    /// Whether people must be called: a problem that is P1 or P2.
    pub fn alarms(&self) -> bool {
        self.problem().is_some_and(Severity::is_urgent)
    }
}

/// Reads the writer's own new words. Total, and linear in their length.
pub fn read(mail: &Mail, rules: &UrgencyRules) -> Reading {
    let sentences = text::sentences(mail, rules);
    let facts = clause::facts(&sentences, rules);
    let machine = text::machine(mail, rules);
    let only_a_log = text::is_only_a_log(mail, &sentences, rules);
    let since = since::since(&sentences, &facts, rules);
    let reading = weigh::reading(&sentences, facts, machine, only_a_log);
    // Words that report nothing may be the answer to our question.
    Reading { since: since.filter(|_| matches!(reading.tone, Tone::Problem | Tone::Plain)), ..reading }
}

/// Whether a provider tells all its customers of planned work: it asks for nothing.
pub fn is_notice(mail: &Mail, rules: &UrgencyRules) -> bool {
    text::sentences(mail, rules).iter().any(|sentence| sentence.announced)
}

/// Which part of the unit the writer's new words are about, where that is plain.
pub fn symptom(mail: &Mail, rules: &UrgencyRules) -> Option<Symptom> {
    let sentences = text::sentences(mail, rules);
    symptom::of(&clause::facts(&sentences, rules), &sentences, rules)
}
