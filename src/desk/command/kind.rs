//! Everything that staff can ask for by mail.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use crate::desk::ticket::{Cause, Issue, TicketId, TicketKind};
use crate::desk::urgency::Severity;

/// What staff can ask for by mail (section 5.1), as far as it exists today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "command")]
pub enum Command {
    Note {
        text: String,
    },
    Reply {
        text: String,
    },
    Take,
    /// Ports that are closed; empty means all is well.
    Precheck {
        closed_ports: Vec<u16>,
    },
    /// The desk is to test the ports itself.
    TestPorts,
    /// The manager password does not open the unit (T5g).
    PasswordFailed,
    /// Nothing was begun (UT-28); the words go to the customer.
    NotStarted {
        cause: Cause,
        text: String,
    },
    /// The agent puts the old version back, and the customer reads why (UT-35).
    Rollback {
        text: String,
    },
    /// In spite of a hold, or of a stop during the work, it goes on: why.
    Continue {
        text: String,
    },
    /// `start` has one reading only; `minutes` is the planned length if given.
    Schedule {
        start: Timestamp,
        zone: String,
        minutes: Option<u32>,
    },
    Deny {
        code: String,
        reason: String,
    },
    Start,
    Applied,
    /// Each entry an issue met on the way (T6b); empty: none.
    Done {
        issues: Vec<String>,
    },
    Partial {
        text: String,
    },
    RolledBack {
        text: String,
    },
    Failed {
        text: String,
    },
    Feedback {
        text: String,
    },
    /// Met during or after the work (T6b, T6c).
    Issue {
        issue: Issue,
    },
    /// Found when the official feedback had gone out (UT-42).
    LateIssue {
        issue: Issue,
    },
    Cancel {
        reason: String,
    },
    /// Windows to choose from; none: the desk finds some (UT-20).
    Offer {
        slots: Vec<Slot>,
    },
    Extend {
        minutes: u32,
        reason: String,
    },
    Remind,
    Ack,
    Work,
    /// The next level is called at once (2.8).
    Escalate {
        reason: String,
    },
    Ask {
        text: String,
    },
    Sev {
        severity: Severity,
        reason: String,
    },
    /// `None` takes the link away.
    Link {
        upgrade: Option<TicketId>,
    },
    /// `what` is `rollback` or `patch`.
    Propose {
        what: String,
        text: String,
        /// `None`: at once after the yes.
        when: Option<Slot>,
    },
    Resolved {
        /// One of several problems of the ticket, from 1; `None`: all of it.
        item: Option<u32>,
        text: String,
    },
    Transfer {
        to: String,
    },
    Merge {
        into: TicketId,
    },
    /// `cause`: an issue of the upgrade, for its official feedback (PT-19).
    Close {
        reason: String,
        cause: Option<Issue>,
    },
    /// Staff by their short names.
    Assign {
        to: String,
    },
    Release,
    Handover {
        to: String,
        text: String,
    },
    Cc {
        address: String,
        add: bool,
    },
    Snooze {
        until: Timestamp,
    },
    Status,
    Override {
        code: String,
        reason: String,
    },
    /// About a mail in quarantine.
    Accept,
    Spam,
    Reopen {
        reason: String,
    },
    /// `severity` and `text` of the second problem; none: the other unit of a
    /// request, in the form lines below.
    Split {
        second: Option<(Severity, String)>,
    },
    New {
        what: Opening,
    },
    /// UT-18, UT-19: a lead's word on a time outside business hours.
    Special {
        approve: bool,
        text: String,
    },
    /// 2.3: a lead accepts who asked.
    Approve {
        reason: String,
    },
    /// T2b: a consent by telephone.
    PhoneConsent {
        name: String,
        number: String,
        words: String,
    },
    /// What the same person did by his last mail here (5.1).
    Undo,
    Help,
    Board,
    Rota,
    /// The turn of these days, the last one included, goes to `who`.
    Swap {
        who: String,
        first: Date,
        last: Date,
    },
    /// `closes`: a half day.
    Holiday {
        day: Date,
        closes: Option<Time>,
        name: String,
    },
}

/// What `#new` opens after a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opening {
    /// The form lines below it.
    Request,
    /// `person` is on file.
    Problem { person: String, text: String },
}

/// A time to choose: `minutes` is the planned length if given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    pub start: Timestamp,
    pub zone: String,
    pub minutes: Option<u32>,
}

impl Command {
    /// It begins, ends or decides something about the unit: an old mail must not
    /// do that when it arrives at last (5.1).
    pub fn acts_on_the_unit(&self) -> bool {
        let works = matches!(
            self,
            Command::Start
                | Command::Applied
                | Command::Done { .. }
                | Command::Partial { .. }
                | Command::RolledBack { .. }
                | Command::Failed { .. }
                | Command::Extend { .. }
                | Command::Precheck { .. }
                | Command::TestPorts
                | Command::PasswordFailed
                | Command::NotStarted { .. }
                | Command::Continue { .. }
        );
        works
            || matches!(
                self,
                Command::Deny { .. } | Command::Override { .. } | Command::Cancel { .. } | Command::Schedule { .. }
            )
    }

    /// Its answer is made from all tickets.
    pub fn looks_at_the_desk(&self) -> bool {
        matches!(self, Command::Board | Command::Status | Command::Holiday { .. } | Command::Ack)
    }

    /// About the desk and no ticket.
    pub fn is_for_the_desk(&self) -> bool {
        matches!(self, Command::Board | Command::Rota | Command::Swap { .. } | Command::Holiday { .. })
    }

    /// What it is for; `None`: for every ticket.
    pub fn is_for(&self) -> Option<TicketKind> {
        match self {
            Command::Note { .. }
            | Command::Reply { .. }
            | Command::Take
            | Command::Undo
            | Command::Help
            | Command::Ask { .. }
            | Command::Escalate { .. } => None,
            Command::Board | Command::Rota | Command::Swap { .. } | Command::Holiday { .. } => None,
            Command::Precheck { .. } | Command::Schedule { .. } | Command::Deny { .. } => Some(TicketKind::Upgrade),
            // Also of the change that a problem needs (PT-11).
            Command::Start | Command::Done { .. } | Command::RolledBack { .. } | Command::Failed { .. } => None,
            Command::Applied | Command::Partial { .. } => Some(TicketKind::Upgrade),
            Command::Feedback { .. } | Command::Cancel { .. } | Command::Offer { .. } => Some(TicketKind::Upgrade),
            Command::TestPorts
            | Command::PasswordFailed
            | Command::NotStarted { .. }
            | Command::Continue { .. }
            | Command::Rollback { .. } => Some(TicketKind::Upgrade),
            Command::Extend { .. } | Command::Remind => Some(TicketKind::Upgrade),
            Command::Assign { .. } | Command::Release | Command::Handover { .. } | Command::Ack => None,
            Command::Cc { .. } | Command::Snooze { .. } | Command::Status => None,
            Command::Issue { .. } | Command::LateIssue { .. } => Some(TicketKind::Upgrade),
            Command::Accept | Command::Spam | Command::Reopen { .. } | Command::Split { .. } => None,
            Command::New { .. } | Command::Close { .. } => None,
            Command::Override { .. } => Some(TicketKind::Upgrade),
            Command::Work | Command::Sev { .. } | Command::Link { .. } => Some(TicketKind::Problem),
            Command::Propose { .. } | Command::Resolved { .. } => Some(TicketKind::Problem),
            Command::Special { .. } | Command::Approve { .. } => Some(TicketKind::Upgrade),
            Command::PhoneConsent { .. } | Command::Merge { .. } => None,
            Command::Transfer { .. } => Some(TicketKind::Problem),
        }
    }
}
