//! What to say, to whom, and the bytes it becomes.

pub mod compose;
pub mod gallery;
pub mod header_text;
pub mod invite;
mod layout;
pub mod lint;
pub mod mime;
pub mod samples;
pub mod say;
pub mod times;
mod wording;

use serde::{Deserialize, Serialize};

use crate::desk::access::Recipient;
use crate::desk::enclosed::Enclosure;
use crate::desk::language::Language;
use crate::desk::letter::invite::Invite;
use crate::desk::letter::say::Say;
use crate::desk::phrase::Phrase;
use crate::desk::ticket::TicketId;

/// The letters of section 3.1 that exist so far; the name is the file's name
/// in `rules/letters/<language>/`.
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
pub enum Template {
    /// Acknowledgement.
    #[serde(rename = "M-01")]
    #[strum(serialize = "M-01")]
    Acknowledgement,
    /// Something is missing or unclear.
    #[serde(rename = "M-02")]
    #[strum(serialize = "M-02")]
    Missing,
    /// Words about an open ticket that can be read in two ways.
    #[serde(rename = "M-02-question")]
    #[strum(serialize = "M-02-question")]
    Question,
    /// What is open, and when it lapses.
    #[serde(rename = "M-03")]
    #[strum(serialize = "M-03")]
    Reminder,
    #[serde(rename = "M-04")]
    #[strum(serialize = "M-04")]
    Denial,
    /// The neutral form of M-04 for a proven author who is not on file.
    #[serde(rename = "M-04-neutral")]
    #[strum(serialize = "M-04-neutral")]
    NeutralNote,
    #[serde(rename = "M-05")]
    #[strum(serialize = "M-05")]
    ScheduleConfirmation,
    #[serde(rename = "M-06")]
    #[strum(serialize = "M-06")]
    AsapAccepted,
    #[serde(rename = "M-07")]
    #[strum(serialize = "M-07")]
    OutsideHours,
    /// Closed without an upgrade.
    #[serde(rename = "M-08")]
    #[strum(serialize = "M-08")]
    Expired,
    /// The window is near.
    #[serde(rename = "M-09")]
    #[strum(serialize = "M-09")]
    WindowReminder,
    /// The work cannot begin, and what the customer can do; or nobody began.
    #[serde(rename = "M-10")]
    #[strum(serialize = "M-10")]
    Blocked,
    /// Another time than the one agreed before.
    #[serde(rename = "M-11")]
    #[strum(serialize = "M-11")]
    Rescheduled,
    #[serde(rename = "M-12")]
    #[strum(serialize = "M-12")]
    Cancelled,
    #[serde(rename = "M-13")]
    #[strum(serialize = "M-13")]
    Started,
    /// The work takes longer.
    #[serde(rename = "M-14")]
    #[strum(serialize = "M-14")]
    TakingLonger,
    /// Is this request yours? To a representative on file.
    #[serde(rename = "M-15")]
    #[strum(serialize = "M-15")]
    Confirm,
    #[serde(rename = "M-16")]
    #[strum(serialize = "M-16")]
    FeedbackSuccess,
    #[serde(rename = "M-17")]
    #[strum(serialize = "M-17")]
    FeedbackIssues,
    #[serde(rename = "M-18")]
    #[strum(serialize = "M-18")]
    FeedbackFailed,
    /// What came of a rollback or patch on a problem.
    #[serde(rename = "M-18-change")]
    #[strum(serialize = "M-18-change")]
    ChangeReport,
    /// The official feedback of a window in which nothing was begun; it may offer
    /// new ones (UT-46).
    #[serde(rename = "M-18-not-started")]
    #[strum(serialize = "M-18-not-started")]
    NotStarted,
    /// The official feedback's supplement: a late issue.
    #[serde(rename = "M-19")]
    #[strum(serialize = "M-19")]
    Supplement,
    /// Please set a new manager password.
    #[serde(rename = "M-20")]
    #[strum(serialize = "M-20")]
    PasswordReminder,
    /// A problem report has arrived.
    #[serde(rename = "M-21")]
    #[strum(serialize = "M-21")]
    ProblemReceived,
    /// The neutral form of M-21 (decisions 12).
    #[serde(rename = "M-21-neutral")]
    #[strum(serialize = "M-21-neutral")]
    NeutralProblemNote,
    /// An offer that needs the customer's consent.
    #[serde(rename = "M-22")]
    #[strum(serialize = "M-22")]
    Proposal,
    /// An alarm to staff.
    #[serde(rename = "M-23")]
    #[strum(serialize = "M-23")]
    Alarm,
    /// A test of the alarm to level 1; nothing is broken.
    #[serde(rename = "M-23-test")]
    #[strum(serialize = "M-23-test")]
    TestAlarm,
    /// A person has it; or it is as urgent as a person says.
    #[serde(rename = "M-24")]
    #[strum(serialize = "M-24")]
    PersonHasIt,
    /// Words of an agent to the customer (`#reply`).
    #[serde(rename = "M-25")]
    #[strum(serialize = "M-25")]
    AgentReply,
    /// A calendar answered: what does the customer want (3.2)?
    #[serde(rename = "M-25-calendar")]
    #[strum(serialize = "M-25-calendar")]
    CalendarQuestion,
    /// Solved, please confirm.
    #[serde(rename = "M-26")]
    #[strum(serialize = "M-26")]
    Resolved,
    /// Transcript of an agent's commands.
    #[serde(rename = "M-27")]
    #[strum(serialize = "M-27")]
    Transcript,
    /// The desk as a whole, to staff: hand-offs, the board, swaps, holidays.
    #[serde(rename = "M-28")]
    #[strum(serialize = "M-28")]
    Duty,
    /// A letter could not be delivered.
    #[serde(rename = "M-29")]
    #[strum(serialize = "M-29")]
    Undelivered,
    /// News of a release, to subscribers.
    #[serde(rename = "M-30")]
    #[strum(serialize = "M-30")]
    News,
    /// News begin or end for the reader (F-14).
    #[serde(rename = "M-30-subscription")]
    #[strum(serialize = "M-30-subscription")]
    Subscription,
    /// Staff notice, one thread a ticket.
    #[serde(rename = "M-31")]
    #[strum(serialize = "M-31")]
    StaffNotice,
    /// Somebody above has the customer's words.
    #[serde(rename = "M-33")]
    #[strum(serialize = "M-33")]
    PassedOn,
    /// What the operator must hear of.
    #[serde(rename = "M-34")]
    #[strum(serialize = "M-34")]
    ToOperator,
    /// Something was tried in the reader's or his company's name.
    #[serde(rename = "M-32")]
    #[strum(serialize = "M-32")]
    HeadsUp,
}

impl Template {
    /// Written because a mail came, and only for that: two robots can answer each
    /// other with these for ever (TE2).
    pub fn is_answer(self) -> bool {
        match self {
            Template::Acknowledgement | Template::Missing | Template::Denial | Template::NeutralNote => true,
            Template::OutsideHours | Template::Expired | Template::Confirm | Template::ProblemReceived => true,
            Template::NeutralProblemNote | Template::Proposal | Template::CalendarQuestion | Template::PassedOn => true,
            Template::Question | Template::Subscription => true,
            Template::Rescheduled => false,
            Template::Reminder | Template::ScheduleConfirmation | Template::AsapAccepted => false,
            Template::Blocked | Template::NotStarted => false,
            Template::WindowReminder | Template::Cancelled | Template::Started | Template::TakingLonger => false,
            Template::FeedbackSuccess | Template::FeedbackIssues | Template::FeedbackFailed => false,
            Template::Supplement
            | Template::PasswordReminder
            | Template::ChangeReport
            | Template::Alarm
            | Template::TestAlarm
            | Template::PersonHasIt
            | Template::AgentReply => false,
            Template::Resolved | Template::Transcript | Template::Undelivered | Template::StaffNotice => false,
            Template::Duty | Template::News => false,
            // They have caps of their own.
            Template::HeadsUp | Template::ToOperator => false,
        }
    }

    /// Read by staff only, and so in English only.
    pub fn is_for_staff(self) -> bool {
        matches!(
            self,
            Template::Alarm
                | Template::TestAlarm
                | Template::Transcript
                | Template::Undelivered
                | Template::Duty
                | Template::StaffNotice
                | Template::ToOperator
        )
    }

    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What to say, to whom, about which ticket, as an answer to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub to: Recipient,
    /// The reader's name for the salutation; empty: none is known.
    pub salutation: String,
    pub say: Say,
    /// Staff read English. Set for all letters of a decision at once.
    pub language: Language,
    pub ticket: Option<TicketId>,
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
    /// The calendar event that goes with it (3.2).
    pub invite: Option<Invite>,
    /// Other requests that go on in this ticket, told once (UT-44).
    pub also: Vec<TicketId>,
    /// What the reader must know besides, each a sentence below the letter: one
    /// input gives one person one letter (decisions 9).
    pub besides: Vec<Phrase>,
    /// Files of an agent's mail that go with his words (5.2).
    pub files: Vec<Enclosure>,
}

/// A finished letter: bytes that never change again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub no: u64,
    pub template: Template,
    pub to: String,
    pub subject: String,
    /// Without angle brackets.
    pub message_id: String,
    pub ticket: Option<TicketId>,
    pub for_staff: bool,
    /// RFC 5322 with CRLF, 7-bit, lines of at most 76 characters.
    pub bytes: Vec<u8>,
}
