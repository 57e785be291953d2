//! `(input, known, now, rules) -> Decision`: everything that can follow.

use serde::{Deserialize, Serialize};

/// The outcome word of `try --json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum OutcomeWord {
    New,
    NeedsInfo,
    RepCheck,
    Denied,
    Scheduled,
    QueuedAsap,
    SpecialReview,
    Consent,
    Cancelled,
    /// Commands of staff were done.
    Commands,
    /// Commands of staff were refused, all of them.
    Refused,
    Note,
    Quarantine,
    /// Automatic mail: filed, never answered.
    Loop,
    Duplicate,
    Hold,
    Park,
    /// A timer did its work.
    Timer,
    /// A timer or report that no longer applies.
    NoLongerDue,
    Delivered,
    Undelivered,
}

/// One reason of a decision: the rule and the fact it met (`ticket why`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// `T3b`, `S-01`, `D-MAC`, `TA8` …
    pub rule: String,
    pub fact: String,
}

impl Why {
    pub fn new(rule: &str, fact: impl Into<String>) -> Why {
        Why { rule: rule.to_owned(), fact: fact.into() }
    }
}
