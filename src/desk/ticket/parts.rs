//! What a ticket is made of: windows, consents, outcomes, who asked.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::language::Language;
use crate::desk::mail::Proof;

/// How work on a unit ended (section 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[derive(strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    Success,
    SuccessWithIssues,
    Partial,
    RolledBack,
    FailedDegraded,
    NotStarted,
}

/// Why a ticket ended without an upgrade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Ending {
    Withdrawn,
    CancelledByDesk,
    Expired,
    Duplicate,
    NotARequest,
}

/// A planned time of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub start: Timestamp,
    pub end: Timestamp,
    /// The zone the customer wrote in, or his company's: for showing.
    pub zone: String,
}

/// The customer's recorded consent (2.4). Evidence: never changed, only superseded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// `UP-2026-00417-C1`: the ticket, and the how many-th of it.
    #[serde(default)]
    pub id: String,
    pub given_by: String,
    pub channel: ConsentChannel,
    pub message_id: Option<String>,
    /// SHA-256 of the original mail.
    pub mail_sha256: String,
    pub proof: Proof,
    pub at: Timestamp,
    pub serial: String,
    /// From which version, as the register said; to which one.
    #[serde(default)]
    pub from_version: Option<String>,
    pub version: Option<String>,
    pub scope: Scope,
    /// What was agreed besides: the terms of a special arrangement (UT-18).
    #[serde(default)]
    pub extras: Vec<String>,
    pub terms_version: String,
    /// How it was given by telephone (T2b).
    #[serde(default)]
    pub call: Option<Call>,
    /// The consent that took its place (T2c).
    #[serde(default)]
    pub superseded_by: Option<String>,
    pub withdrawn_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentChannel {
    Request,
    Reply,
    /// By the single-use token of a letter to the address on file.
    Token,
    /// By telephone; a confirmation in writing is asked for.
    Phone,
}

/// A consent by telephone: who called which number on file, and what was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub agent: String,
    pub number: String,
    pub words: String,
}

/// The time a consent covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    Window {
        start: Timestamp,
        end: Timestamp,
    },
    /// ASAP: any time in business hours.
    AnyBusinessHours,
    /// A change of a problem (T2b): at once, and not a day later.
    AtOnce,
}

/// An issue met during or after the work (T6b, T6c).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    pub text: String,
    /// After the work, and not during it.
    #[serde(default)]
    pub after: bool,
    /// What it did to the service; empty: not said.
    #[serde(default)]
    pub effect: String,
    /// What was done about it; empty: not said.
    #[serde(default)]
    pub cure: String,
    /// What is still open, with its date if there is one; empty: nothing.
    #[serde(default)]
    pub open: String,
    /// Found when the official feedback had been written: in a supplement (M-19).
    #[serde(default)]
    pub late: bool,
}

impl Issue {
    /// One of which nothing more is said.
    pub fn plain(text: &str) -> Issue {
        Issue { text: text.to_owned(), ..Issue::default() }
    }
}

/// Who asked, and how sure we are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requester {
    pub address: String,
    pub name: String,
    /// On file as a representative, whether or not this mail proved it.
    pub on_file: bool,
    /// In which he wrote, when that could be told; all letters of the ticket follow
    /// it where the register names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

/// Somebody's calendar said no (3.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declined {
    pub by: String,
    pub at: Timestamp,
}

/// What the register said when the request was checked: evidence (decisions 19).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    pub unit_row: Option<u64>,
    pub representative_row: Option<u64>,
    pub company_row: Option<u64>,
}
