//! What happened to a ticket ([`Event`]), what it is now ([`Ticket`], the fold
//! of its events), and what may happen when ([`next`], the whole life-cycle).

mod event;
mod fold;
mod hands;
mod parts;
mod problem;
mod table;
mod work;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::denial::Denial;
use crate::desk::form::{FieldKey, Form};
use crate::desk::phrase::Phrase;

pub use event::{Event, EventKind, NoteKind};
pub use fold::apply;
pub use hands::Hands;
pub use parts::{Call, Checked, Consent, ConsentChannel, Declined, Ending, Issue, Outcome, Requester, Scope, Window};
pub use problem::{Alarm, Change, ChangeResult, Item, Problem};
pub use table::reason::{meaning, why_not};
pub use table::{PROBLEM_ROWS, ROWS, Row, next};
pub use work::{Cause, PortsTest, Service, Work};

/// `UP-2026-00417`. Never authorises anything (decisions 7).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TicketId(pub String);

impl std::fmt::Display for TicketId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a ticket is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TicketKind {
    Upgrade,
    Problem,
}

impl TicketKind {
    /// How its ids begin (decisions 7).
    pub fn prefix(self) -> &'static str {
        match self {
            TicketKind::Upgrade => "UP",
            TicketKind::Problem => "PR",
        }
    }
}

/// The states of upgrades (2.1) and of problems (2.6); both end in CLOSED.
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
    Reported,
    Triage,
    Alerting,
    Acknowledged,
    Working,
    WaitingCustomer,
    ChangeProposed,
    ChangeRunning,
    Resolved,
    Transferred,
    Merged,
}

impl Status {
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Nothing more is expected to happen.
    pub fn is_final(self) -> bool {
        matches!(self, Status::Closed | Status::Cancelled | Status::Transferred | Status::Merged)
    }

    /// Work on the unit has not begun: cancelling is still possible (UT-30).
    pub fn is_before_start(self) -> bool {
        use Status::*;
        match self {
            Received | Quarantine | NeedsInfo | Validating | RepCheck | Denied | SpecialReview => true,
            AwaitingConsent | Scheduled | QueuedAsap | Ready | Blocked => true,
            InProgress | Verifying | FeedbackDue | Watch | Closed | Cancelled => false,
            Reported | Triage | Alerting | Acknowledged | Working | WaitingCustomer => false,
            ChangeProposed | ChangeRunning | Resolved | Transferred | Merged => false,
        }
    }

    /// Work on the unit is over: what comes now is about another matter.
    pub fn has_ended(self) -> bool {
        self.is_final() || self == Status::Watch
    }
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
    pub faults: BTreeMap<FieldKey, Phrase>,
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
    /// Every sealed file of this ticket that was not destroyed yet (W-18).
    #[serde(default)]
    pub secrets: Vec<String>,
    /// T5e: when the customer was asked to set a new manager password, and when
    /// he said that he had.
    #[serde(default)]
    pub reset_asked_at: Option<Timestamp>,
    #[serde(default)]
    pub reset_confirmed_at: Option<Timestamp>,
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
    /// The numbers of these letters.
    #[serde(default)]
    pub lost_letters: Vec<u64>,
    /// When a person of the desk first did something here (W-02).
    #[serde(default)]
    pub seen_at: Option<Timestamp>,
    /// When somebody above was last called at the customer's wish (2.8).
    #[serde(default)]
    pub escalated_at: Option<Timestamp>,
    /// Timers that fired, by name and time.
    pub reminded: Vec<String>,
    /// When the present state began, or was begun anew by an answer.
    pub since: Timestamp,
    /// SEQUENCE of the calendar event (RFC 5545 3.8.7.4): one more with every
    /// change of its times or its progress; `None`: nobody was invited yet.
    pub invitation: Option<u32>,
    /// The invitation was declined, and the customer is asked what he wants.
    pub declined: Option<Declined>,
    /// When the window in force was set (W-09).
    pub window_set_at: Option<Timestamp>,
    /// When the customer was last told that the work takes longer (W-10).
    pub overrun_told_at: Option<Timestamp>,
    /// Windows that the desk offered and the customer may pick from (UT-20).
    pub offers: Vec<Window>,
    /// Terms of the special arrangement that the offered window comes with (UT-18).
    #[serde(default)]
    pub terms: Option<String>,
    /// The denied request for the same unit that this one follows (UT-16).
    #[serde(default)]
    pub resubmission_of: Option<TicketId>,
    /// Requests that go on in this one, which the customer was not told yet (UT-44).
    #[serde(default)]
    pub absorbed: Vec<TicketId>,
    /// Until when a representative on file can confirm (W-06).
    pub confirm_until: Option<Timestamp>,
    /// Who confirmed a request that somebody else sent (UT-11).
    pub confirmed_by: Option<String>,
    /// Minutes by which the work takes longer than planned (UT-34).
    pub extended_minutes: u32,
    /// Where a ticket that was merged goes on.
    #[serde(default)]
    pub merged_into: Option<TicketId>,
    /// Readiness and the work itself.
    #[serde(default)]
    pub work: Work,
    /// A problem ticket has this; an upgrade ticket has none.
    pub problem: Option<Problem>,
    /// What staff arranged about it.
    #[serde(default)]
    pub hands: Hands,
    /// How many letters there were when the work ended: the official feedback
    /// is a later one.
    #[serde(default)]
    pub letters_at_end: usize,
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
    /// The consent in force: the last one, neither withdrawn nor superseded.
    pub fn consent(&self) -> Option<&Consent> {
        let in_force = |consent: &&Consent| consent.withdrawn_at.is_none() && consent.superseded_by.is_none();
        self.consents.iter().rev().find(in_force)
    }

    /// The id of the next consent.
    pub fn next_consent(&self) -> String {
        format!("{}-C{}", self.id, self.consents.len() + 1)
    }

    /// The window that was agreed: a wish is none.
    pub fn agreed(&self) -> Option<&Window> {
        self.window.as_ref().filter(|_| self.window_set_at.is_some())
    }

    pub fn serial(&self) -> &str {
        self.form.text(FieldKey::UnitSerial).unwrap_or("")
    }

    pub fn kind(&self) -> TicketKind {
        if self.problem.is_some() { TicketKind::Problem } else { TicketKind::Upgrade }
    }

    /// When the work is to end by now: as planned, and what it was extended by.
    pub fn planned_end(&self) -> Option<Timestamp> {
        let end = self.window.as_ref()?.end;
        let longer = jiff::SignedDuration::from_mins(i64::from(self.extended_minutes));
        Some(end.checked_add(longer).unwrap_or(end))
    }

    /// The official feedback of the last work was written and is not known to be
    /// lost, whether or not it has been sent (T6d).
    pub fn has_feedback_letter(&self) -> bool {
        let last = self.feedback_letters().rfind(|letter| letter.template != "M-19");
        last.is_some_and(|letter| !self.lost_letters.contains(&letter.no))
    }

    /// Letters of the official feedback since the work ended, copies apart, the
    /// oldest first. A copy follows its letter at once, with the next number.
    pub fn feedback_letters(&self) -> impl DoubleEndedIterator<Item = &LetterRef> {
        let is_feedback = |letter: &&LetterRef| FEEDBACK.contains(&letter.template.as_str());
        let of_the_end = self.letters.iter().skip(self.letters_at_end).filter(is_feedback);
        of_the_end.filter(|letter| {
            let same = |other: &&LetterRef| other.template == letter.template && other.no < letter.no;
            let mut earlier = self.letters.iter().skip(self.letters_at_end).filter(same);
            // `#cc`: a copy as well, somewhere behind its letter.
            let is_copied = self.hands.cc.iter().any(|address| address.eq_ignore_ascii_case(&letter.to));
            !earlier.any(|other| is_copied || other.no.saturating_add(1) == letter.no)
        })
    }
}

/// The official feedback and its supplement (T6).
pub const FEEDBACK: [&str; 5] = ["M-16", "M-17", "M-18", "M-18-not-started", "M-19"];

/// An event with its circumstances, as the journal and the views keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    pub at: Timestamp,
    #[serde(flatten)]
    pub event: Event,
    /// The state after it.
    pub status: Status,
}

/// The last `[UP-2026-00417]` or `[PR-2026-00088]` in a subject.
pub fn subject_tag(subject: &str) -> Option<TicketId> {
    let (_, tail) = subject.rsplit_once('[')?;
    let (id, _) = tail.split_once(']')?;
    named(id)
}

/// The ids of tickets that stand in a text, each once, in order.
pub fn ids_in(text: &str) -> Vec<TicketId> {
    let mut ids: Vec<TicketId> = Vec::new();
    for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')) {
        ids.extend(named(&word.to_ascii_uppercase()).filter(|id| !ids.contains(id)));
    }
    ids
}

fn named(id: &str) -> Option<TicketId> {
    let (kind, number) = id.split_once('-')?;
    let plain = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || c == '-');
    (matches!(kind, "UP" | "PR") && plain).then(|| TicketId(id.to_owned()))
}
