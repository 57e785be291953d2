//! The calendar part of a letter (3.2, 3.3): one event for people's calendars,
//! with the properties that the networks of customers read.

use jiff::Timestamp;

use crate::desk::calendar::write::Lines;
use crate::desk::letter::header_text::HeaderText;
use crate::desk::letter::say::Say;
use crate::desk::register::{CalendarWish, Representative};
use crate::desk::rules::Desk;
use crate::desk::ticket::{Outcome, Ticket, TicketId};

/// The calendar event of a ticket, as one letter tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    pub ticket: TicketId,
    /// The company's id in the register: the receiver's account with us.
    pub account: String,
    pub serial: String,
    pub version: String,
    /// Equal in all copies of one change, higher with every change.
    pub sequence: u32,
    pub start: Timestamp,
    pub end: Timestamp,
    pub progress: Progress,
    /// As a proposal that the reader's calendar answers, or only as a file.
    pub answerable: bool,
}

/// The words of X-MAINTNOTE-STATUS; there are no others (3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Confirmed,
    /// It takes longer than planned.
    InProcess,
    /// The work has ended, however it ended: the standard has no "failed".
    Completed(Outcome),
    Cancelled,
}

/// A finished part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarPart {
    /// The METHOD in the object and of the part (RFC 6047 2.4); `None`: a file.
    pub method: Option<&'static str>,
    /// Its name as a file.
    pub name: String,
    /// Lines that end with CRLF.
    pub text: String,
}

/// The event that goes with a letter, if one does: only to people who want it,
/// and only about a time that was agreed.
pub fn of(ticket: &Ticket, say: &Say, row: &Representative) -> Option<Invite> {
    let (window, sequence, account) = (ticket.window.as_ref()?, ticket.invitation?, ticket.company.clone()?);
    let worked_until = ticket.ended_at.filter(|end| *end > window.start && ticket.started_at.is_some());
    let (progress, end) = match say {
        Say::ScheduleConfirmation { .. } | Say::Rescheduled { .. } | Say::WindowReminder { heads_up: true, .. } => {
            (Progress::Confirmed, window.end)
        }
        Say::Cancelled { .. } => (Progress::Cancelled, window.end),
        Say::TakingLonger { until, next_update, .. } => (Progress::InProcess, until.unwrap_or(*next_update)),
        Say::FeedbackSuccess { .. }
        | Say::FeedbackIssues { .. }
        | Say::FeedbackFailed { .. }
        | Say::NotStarted { .. } => (Progress::Completed(ticket.outcome?), worked_until.unwrap_or(window.end)),
        // Every letter that tells a new time moves the event, however it is worded.
        other if other.template().name() == "M-11" => (Progress::Confirmed, window.end),
        _ => return None,
    };
    let wants = row.calendar != CalendarWish::None;
    wants.then(|| Invite {
        ticket: ticket.id.clone(),
        account,
        serial: ticket.serial().to_owned(),
        version: ticket.form.text(crate::desk::form::FieldKey::UnitVersion).unwrap_or("").to_owned(),
        sequence,
        start: window.start,
        end: end.max(window.start),
        progress,
        answerable: row.calendar == CalendarWish::Invite,
    })
}

impl Invite {
    /// The part for one reader, written at `now`.
    pub fn part(&self, to: &str, now: Timestamp, desk: &Desk) -> CalendarPart {
        let method = self.answerable.then(|| self.method());
        let mut lines = Lines::default();
        lines.plain("BEGIN", "VCALENDAR");
        lines.plain("VERSION", "2.0");
        lines.plain("PRODID", "-//upgrade-desk//upgrade-desk//EN");
        if let Some(method) = method {
            lines.plain("METHOD", method);
        }
        lines.plain("BEGIN", "VEVENT");
        lines.plain("UID", &uid(&self.ticket, desk));
        lines.plain("SEQUENCE", &self.sequence.to_string());
        lines.instant("DTSTAMP", now);
        lines.instant("DTSTART", self.start);
        lines.instant("DTEND", self.end);
        lines.plain("STATUS", if self.progress == Progress::Cancelled { "CANCELLED" } else { "CONFIRMED" });
        lines.text("SUMMARY", &self.summary());
        lines.text("DESCRIPTION", &self.description());
        // Bare, and the address of From: else an update is taken for a new event (3.2).
        lines.plain("ORGANIZER", &format!("mailto:{}", desk.address));
        if self.answerable {
            // One letter has one reader (decisions 9), so one attendee. A file that
            // asks nothing may name none (RFC 5545 3.8.4.1).
            let asked = "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE";
            lines.plain(asked, &format!("mailto:{to}"));
        }
        lines.plain("TRANSP", "OPAQUE");
        self.maintnote(&mut lines, desk);
        lines.plain("END", "VEVENT");
        lines.plain("END", "VCALENDAR");
        CalendarPart { method, name: format!("{}.ics", self.ticket), text: lines.into_text() }
    }

    fn method(&self) -> &'static str {
        match self.progress {
            Progress::Cancelled => "CANCEL",
            Progress::Confirmed | Progress::InProcess | Progress::Completed(_) => "REQUEST",
        }
    }

    /// 3.3. Readers break on a second MAINTENANCE-ID and on a status of their
    /// own; an upgrade interrupts the service, so the impact is an outage.
    fn maintnote(&self, lines: &mut Lines, desk: &Desk) {
        let status = match self.progress {
            Progress::Confirmed => "CONFIRMED",
            Progress::InProcess => "IN-PROCESS",
            Progress::Completed(_) => "COMPLETED",
            Progress::Cancelled => "CANCELLED",
        };
        lines.text("X-MAINTNOTE-PROVIDER", domain(&desk.address));
        lines.text("X-MAINTNOTE-ACCOUNT", &self.account);
        lines.text("X-MAINTNOTE-MAINTENANCE-ID", &self.ticket.0);
        lines.text("X-MAINTNOTE-OBJECT-ID", &self.serial);
        lines.plain("X-MAINTNOTE-IMPACT", "OUTAGE");
        lines.plain("X-MAINTNOTE-STATUS", status);
    }

    fn summary(&self) -> String {
        let end: Vec<char> = self.serial.chars().rev().take(4).collect();
        let unit: String = end.into_iter().rev().collect();
        let what = match self.progress {
            Progress::Confirmed | Progress::InProcess => "service interruption",
            Progress::Completed(outcome) => result(outcome),
            Progress::Cancelled => "cancelled",
        };
        HeaderText::new(&format!("Upgrade of unit …{unit} – {what}")).to_string()
    }

    fn description(&self) -> String {
        let to = if self.version.is_empty() { String::new() } else { format!(" to {}", self.version) };
        let what = format!("Upgrade {} of unit {}{to}.", self.ticket, self.serial);
        let more = match self.progress {
            Progress::Confirmed => {
                "The service of the unit will be interrupted, usually for 30 to 60 minutes.\n\
                 To stop it, or for another time, answer the letter that this came with."
            }
            Progress::InProcess => "The work takes longer than planned; the end is an estimate.",
            Progress::Completed(outcome) => match outcome {
                Outcome::NotStarted => "The upgrade did not begin; nothing was changed on the unit.",
                Outcome::RolledBack => "The work has ended: the unit was taken back to its version of before.",
                Outcome::Partial => "The work has ended: the upgrade was done in part.",
                Outcome::FailedDegraded => "The work has ended; the service is not fully restored.",
                Outcome::Success | Outcome::SuccessWithIssues => "The work has ended.",
            },
            Progress::Cancelled => "The upgrade is cancelled; nothing was changed on the unit.",
        };
        format!("{what}\n{more}")
    }
}

fn result(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "completed",
        Outcome::SuccessWithIssues => "completed with issues",
        Outcome::Partial => "completed in part",
        Outcome::RolledBack => "rolled back",
        Outcome::FailedDegraded => "failed",
        Outcome::NotStarted => "not started",
    }
}

/// Names the event for ever: the ticket at the desk's own domain.
pub fn uid(ticket: &TicketId, desk: &Desk) -> String {
    format!("{ticket}@{}", desk.message_id_domain)
}

fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or(address, |(_, domain)| domain)
}
