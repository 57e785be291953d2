//! The pieces that letters are told with.

use jiff::Timestamp;
use serde::Serialize;

use crate::desk::form::FieldKey;
use crate::desk::phrase::{Part, Phrase};
use crate::desk::ports::PortSeen;
use crate::desk::ticket::{Issue, Window};

/// A line of a list for staff: a label or command, and words about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldLine {
    pub label: String,
    pub value: String,
}

/// A field as understood: which, and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Understood {
    pub field: FieldKey,
    pub value: Part,
}

/// How a written time was read, where it could be read otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Read {
    pub written: String,
    pub at: Timestamp,
    pub zone: String,
}

/// Something to ask for (M-02).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingItem {
    pub field: FieldKey,
    /// As written, if anything was; the password never.
    pub written: String,
    pub problem: Phrase,
    pub example: String,
}

/// One unit of a request with several (F-17).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnitLine {
    pub ticket: String,
    pub serial: String,
    pub result: UnitResult,
    pub window: Option<Window>,
    /// Windows to choose from.
    pub slots: Vec<Window>,
    /// Faults or reasons, one a line.
    pub details: Vec<Detail>,
}

/// What is wrong with a unit's request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Detail {
    /// The field that it is about.
    pub field: Option<FieldKey>,
    pub text: Phrase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitResult {
    Missing,
    Checking,
    Denied,
    Scheduled,
    Asap,
    Outside,
    Offered,
    AlreadyOpen,
}

/// A light of the checklist in a staff notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Light {
    pub name: String,
    pub green: bool,
    pub text: String,
}

/// One line of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TranscriptLine {
    pub line: String,
    pub done: bool,
    pub text: String,
}

/// What the official feedback reports (T6e).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeedbackFacts {
    pub serial: String,
    pub version: String,
    pub planned: Option<Window>,
    pub actual: Option<Window>,
    /// Minutes from start to the end of the work.
    pub minutes: i64,
    pub outcome: String,
    /// How the unit serves its users: `up`, `degraded` or `down` (UT-37).
    pub service: String,
    /// Met during the work.
    pub issues: Vec<Issue>,
    /// Met after it.
    pub after: Vec<Issue>,
    pub words: String,
    pub agent: String,
    /// The problem ticket that goes on about it (UT-39); else empty.
    pub problem: String,
    /// The address that could not be reached (T6d); else empty.
    pub instead_of: String,
    /// To whom it went, when this is a copy; else empty.
    pub copy_of: String,
}

/// What somebody's calendar answered to an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CalendarAnswer {
    Declined,
    Tentative,
    Counter,
}

/// What stands in the way of the work (M-10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Obstructed {
    pub serial: String,
    pub window: Option<Window>,
    /// `ports`, `password_missing`, `password_wrong`, `password_old`, `hold`,
    /// `desk`; or alone `no_show`.
    pub kinds: Vec<String>,
    pub ports: Vec<u16>,
    pub tested: Option<Timestamp>,
    /// From where, when it is an address that customers can let in; else empty.
    pub tested_from: String,
    /// What each closed port said, when the desk itself asked.
    pub seen: Vec<PortSeen>,
    pub password_days: u32,
    pub zone: String,
    pub agent: String,
}

/// What was tried in somebody's name (M-32).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tried {
    /// TC4: somebody else answered with the reader's token.
    Answer,
    /// TC11: a stop that nobody proved has paused the upgrade.
    Paused,
    /// TC11: such a stop, and nothing was planned that could be paused.
    Stop,
    /// TA13: another contact was asked for; the register stays as it is.
    Contact,
}

/// A time with nobody on duty in a rota (M-34).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GapLine {
    pub rota: String,
    pub from: Timestamp,
    pub until: Timestamp,
    /// It goes on then: nobody looked further.
    pub goes_on: bool,
}

/// What in a customer's words is asked about (M-02-question).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Unclear {
    /// Cancel, move, or leave it.
    Cancel,
    /// Another time, but which.
    Time,
    /// Nothing is unclear: somebody else decides (2.3).
    Colleague,
}

/// An alarm to staff (M-23).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlarmFacts {
    pub severity: String,
    pub company: String,
    pub serial: String,
    /// From 1; what the subject counts.
    pub call: u32,
    /// 0: the last address.
    pub level: u32,
    pub levels: u32,
    pub why: String,
    pub reported: Timestamp,
    pub minutes: i64,
    pub reporter: String,
    pub phones: Vec<String>,
    pub upgrade: String,
    pub tried: Vec<String>,
    pub skipped: Vec<String>,
    pub because: Vec<String>,
    /// In the words of the report.
    pub since: String,
    pub extract: String,
    pub zone: String,
}

/// What is asked to plan better; nothing waits for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// T1c: custom CRM pages or web settings, which take longer.
    Customisations,
    /// T1b: when an interruption hurts least.
    QuietHours,
}
