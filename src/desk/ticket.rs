//! What happened to a ticket ([`Event`]), what it is now ([`Ticket`], the fold
//! of its events), and what may happen when ([`next`], the whole life-cycle).

mod fold;
mod table;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::denial::Denial;
use crate::desk::form::{FieldKey, Form};
use crate::desk::mail::Proof;

pub use fold::apply;
pub use table::{ROWS, Row, next};

/// `UP-2026-00417`. Never authorises anything (decisions 7).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TicketId(pub String);

impl std::fmt::Display for TicketId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The states of section 2.1.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::VariantArray,
    strum::IntoStaticStr,
    strum::EnumString,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    Received,
    Quarantine,
    NeedsInfo,
    Validating,
    RepCheck,
    Denied,
    SpecialReview,
    AwaitingConsent,
    Scheduled,
    QueuedAsap,
    Ready,
    Blocked,
    InProgress,
    Verifying,
    FeedbackDue,
    Watch,
    Closed,
    Cancelled,
}

impl Status {
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Nothing more is expected to happen.
    pub fn is_final(self) -> bool {
        matches!(self, Status::Closed | Status::Cancelled)
    }

    /// Work on the unit has not begun: cancelling is still possible (UT-30).
    pub fn is_before_start(self) -> bool {
        use Status::*;
        match self {
            Received | Quarantine | NeedsInfo | Validating | RepCheck | Denied | SpecialReview => true,
            AwaitingConsent | Scheduled | QueuedAsap | Ready | Blocked => true,
            InProgress | Verifying | FeedbackDue | Watch | Closed | Cancelled => false,
        }
    }
}

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
    pub given_by: String,
    pub channel: ConsentChannel,
    pub message_id: Option<String>,
    /// SHA-256 of the original mail.
    pub mail_sha256: String,
    pub proof: Proof,
    pub at: Timestamp,
    pub serial: String,
    pub version: Option<String>,
    pub scope: Scope,
    pub terms_version: String,
    pub withdrawn_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentChannel {
    Request,
    Reply,
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
}

/// An issue met during or after the work (T6b, T6c).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    pub text: String,
}

/// Who asked, and how sure we are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requester {
    pub address: String,
    pub name: String,
    /// On file as a representative, whether or not this mail proved it.
    pub on_file: bool,
}

/// What the register said when the request was checked: evidence (decisions 19).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    pub unit_row: Option<u64>,
    pub representative_row: Option<u64>,
    pub company_row: Option<u64>,
}

/// What can happen to a ticket. The ids are those of the life-cycle table 2.2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::EnumDiscriminants)]
#[strum_discriminants(name(EventKind), derive(strum::VariantArray, strum::IntoStaticStr, PartialOrd, Ord))]
#[strum_discriminants(strum(serialize_all = "snake_case"))]
#[serde(rename_all = "snake_case", tag = "type")]
#[strum(serialize_all = "snake_case")]
pub enum Event {
    /// UT-01.
    Opened {
        requester: Requester,
        company: Option<String>,
        form: Form,
        parent: Option<TicketId>,
        received: Timestamp,
    },
    /// UT-02, UT-03.
    SetAside {
        reason: String,
    },
    Accepted,
    Spam,
    /// UT-04, UT-06: what is missing or unclear, by field.
    Incomplete {
        faults: BTreeMap<FieldKey, String>,
    },
    /// New values from a reply; the state does not change by itself.
    Answered {
        form: Form,
        by: String,
    },
    /// UT-05, UT-08: all that is needed is there, since `received`.
    Completed {
        received: Timestamp,
    },
    /// UT-07, UT-15: nothing came in time.
    Lapsed,
    /// UT-09, and `#deny`.
    Refused {
        denials: Vec<Denial>,
        reason: Option<String>,
        checked: Checked,
    },
    /// UT-10: the sender, company or phone is not proven.
    Unproven {
        because: Vec<String>,
    },
    /// UT-11, UT-12.
    Confirmed {
        by: String,
    },
    Disowned {
        by: Option<String>,
    },
    /// UT-13: corrected data came by reply.
    Corrected,
    /// UT-14.
    Overridden {
        by: String,
        reason: String,
    },
    /// Serial, MAC, IP, company and person agree with the register.
    Matched {
        company: String,
        checked: Checked,
    },
    /// UT-17.
    OutsideHours {
        window: Window,
        why: String,
    },
    /// UT-18, UT-19.
    TermsOffered {
        terms: String,
    },
    TermsRefused {
        reason: String,
    },
    /// UT-20.
    Proposed {
        slots: Vec<Window>,
    },
    /// UT-21, UT-22, UT-29.
    Scheduled {
        window: Window,
        by: String,
    },
    /// UT-23.
    Queued,
    /// The customer's consent, with its scope.
    Consented {
        consent: Consent,
    },
    /// Agents and lights (T5a, T5b).
    Taken {
        agent: String,
    },
    Prechecked {
        closed_ports: Vec<u16>,
        by: String,
    },
    /// UT-24, UT-25, UT-27.
    Readied,
    /// UT-26.
    Blocked {
        why: String,
    },
    /// UT-28.
    NotStarted {
        why: String,
    },
    /// UT-30, UT-31: `by` wrote `words`.
    Cancelled {
        ending: Ending,
        by: String,
        words: String,
    },
    /// UT-32.
    Started {
        by: String,
    },
    /// UT-33.
    StartLate,
    /// UT-34.
    Extended {
        minutes: u32,
        reason: String,
    },
    /// UT-35.
    StopAsked {
        by: String,
    },
    /// UT-36.
    Applied {
        by: String,
    },
    /// UT-37.
    Finished {
        outcome: Outcome,
        issues: Vec<Issue>,
        words: String,
        by: String,
    },
    /// `#feedback`: words for the official feedback (T6).
    FeedbackWritten {
        text: String,
        by: String,
    },
    /// UT-38: the official feedback was accepted by the mail server.
    FeedbackSent {
        letter: u64,
    },
    /// UT-40.
    WatchOver,
    /// UT-42.
    LateIssue {
        issue: Issue,
    },
    /// UT-46.
    OfferedAgain,
    /// UT-44.
    Merged {
        into: TicketId,
    },
    /// Words on the ticket: a customer's, staff's, or an unproven person's.
    Noted {
        kind: NoteKind,
        by: String,
        text: String,
    },
    /// A sealed secret now belongs to the ticket; the id names its file.
    SecretKept {
        secret: String,
    },
    /// A letter could not be delivered to this address (decisions: no bounce by us).
    Undelivered {
        letter: u64,
        address: String,
        why: String,
    },
    /// A timer fired and was handled.
    Reminded {
        timer: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// From a proven person of the customer.
    Customer,
    /// Internal; never reaches a customer (5.2).
    Staff,
    /// From somebody who is not proven: held for staff.
    Unproven,
    /// Sent to the customer by `#reply`.
    Reply,
    /// Written by a machine.
    Automatic,
}

/// The fold of a ticket's events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    pub id: TicketId,
    pub status: Status,
    pub outcome: Option<Outcome>,
    pub ending: Option<Ending>,
    pub requester: Requester,
    pub company: Option<String>,
    pub form: Form,
    pub parent: Option<TicketId>,
    pub faults: BTreeMap<FieldKey, String>,
    pub denials: Vec<Denial>,
    /// Why the sender was not proven; empty when he was.
    pub unproven: Vec<String>,
    /// Corrections after a denial (UT-13: at most 3).
    pub corrections: u32,
    pub checked: Option<Checked>,
    pub consents: Vec<Consent>,
    pub window: Option<Window>,
    pub agent: Option<String>,
    pub precheck_ok: Option<bool>,
    /// Id of the sealed manager password, while it exists.
    pub secret: Option<String>,
    pub opened_at: Timestamp,
    pub updated_at: Timestamp,
    /// When the last required item reached our server (S-01).
    pub complete_at: Option<Timestamp>,
    pub started_at: Option<Timestamp>,
    pub applied_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub feedback_sent_at: Option<Timestamp>,
    pub issues: Vec<Issue>,
    pub closing_words: String,
    pub undelivered: Vec<String>,
    /// Timers that fired, by name and time.
    pub reminded: Vec<String>,
    pub letters: Vec<LetterRef>,
    /// Message-IDs of the customer's mails, newest last (for threading).
    pub customer_mails: Vec<String>,
    /// Number of events so far.
    pub events: u64,
}

/// A letter of this ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterRef {
    pub no: u64,
    pub template: String,
    pub to: String,
    pub message_id: String,
    pub for_staff: bool,
}

impl Ticket {
    /// The consent in force: the last one that was not withdrawn.
    pub fn consent(&self) -> Option<&Consent> {
        self.consents.iter().rev().find(|consent| consent.withdrawn_at.is_none())
    }

    pub fn serial(&self) -> &str {
        self.form.text(FieldKey::UnitSerial).unwrap_or("")
    }
}

/// An event with its circumstances, as the journal and the views keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    pub at: Timestamp,
    #[serde(flatten)]
    pub event: Event,
    /// The state after it.
    pub status: Status,
}
