//! Everything that can happen to a ticket.

use std::collections::BTreeMap;
use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::denial::Denial;
use crate::desk::form::{FieldKey, Form};
use crate::desk::mail::AttachedFile;
use crate::desk::phrase::Phrase;
use crate::desk::ports::Found;
use crate::desk::ticket::{
    Cause, ChangeResult, Checked, Consent, Ending, Issue, Item, Outcome, Requester, Service, Ticket, TicketId, Window,
};
use crate::desk::urgency::Severity;

/// What can happen to a ticket. The ids are those of the life-cycle table 2.2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::EnumDiscriminants)]
#[strum_discriminants(name(EventKind), derive(strum::VariantArray, strum::IntoStaticStr, PartialOrd, Ord))]
#[strum_discriminants(strum(serialize_all = "snake_case"))]
#[serde(rename_all = "snake_case", tag = "type")]
#[strum(serialize_all = "snake_case")]
// One event a line where it fits: read as a table.
#[rustfmt::skip]
pub enum Event {
    /// UT-01.
    Opened {
        requester: Requester,
        company: Option<String>,
        form: Form,
        parent: Option<TicketId>,
        received: Timestamp,
        /// UT-47: the upgrade before, and the number of this try.
        #[serde(default)]
        attempt: Option<(TicketId, u32)>,
    },
    /// UT-02, UT-03.
    SetAside { reason: String },
    Accepted,
    Spam,
    /// UT-04, UT-06: what is missing or unclear, by field.
    Incomplete { faults: BTreeMap<FieldKey, Phrase> },
    /// New values from a reply; the state does not change by itself.
    Answered { form: Form, by: String },
    /// UT-05, UT-08: all that is needed is there, since `received`.
    Completed { received: Timestamp },
    /// UT-07, UT-15: nothing came in time.
    Lapsed,
    /// UT-09, and `#deny`.
    Refused { denials: Vec<Denial>, reason: Option<String>, checked: Checked },
    /// UT-10: the sender, company or phone is not proven.
    Unproven { because: Vec<String> },
    /// UT-10: representatives on file were asked to confirm.
    Challenged { to: Vec<String>, until: Timestamp },
    /// UT-11: from here on the request is that company's.
    Confirmed { by: String, company: String },
    /// UT-12: `None`: nobody answered in time.
    Disowned { by: Option<String> },
    /// UT-13: corrected data came by reply.
    Corrected,
    /// UT-14: one person lets `denial` pass; a second one must agree (T3c).
    OverrideAsked { denial: Denial, by: String, reason: String },
    /// UT-14: `denial` no longer stands in the way; `second` agreed.
    Overridden {
        by: String,
        reason: String,
        #[serde(default)]
        denial: Option<Denial>,
        #[serde(default)]
        second: Option<String>,
    },
    /// 5.1: staff wrote down what a person on file said on the telephone.
    WrittenDown { by: String, person: String },
    /// Serial, MAC, IP, company and person agree with the register.
    Matched { company: String, checked: Checked },
    /// UT-17.
    OutsideHours { window: Window, why: String },
    /// UT-18, UT-19.
    TermsOffered { terms: String },
    TermsRefused { reason: String },
    /// 2.3: a lead accepts who asked, after a call; consent is asked all the same.
    Approved { by: String, company: String, reason: String },
    /// UT-16: follows a denied request for the same unit.
    Resubmitted { of: TicketId },
    /// UT-44: another request goes on in this one.
    Absorbed { ticket: TicketId },
    /// UT-20.
    Proposed { slots: Vec<Window> },
    /// W-05: the offered windows can no longer be kept.
    OffersEnded,
    /// UT-21, UT-22, UT-29.
    Scheduled { window: Window, by: String },
    /// UT-23.
    Queued,
    /// The customer's consent, with its scope.
    Consented { consent: Box<Consent> },
    /// Agents and lights (T5a, T5b).
    Taken { agent: String },
    Prechecked { closed_ports: Vec<u16>, by: String },
    /// T5b: the desk is to ask the ports of the register's address (unit row `row`);
    /// committed before anything is connected. `by`: who of the staff wants it.
    PortsAsked { address: IpAddr, row: u64, by: Option<String>, again: u32 },
    /// What it found; `told`: M-10 goes with it.
    PortsFound { address: IpAddr, row: u64, #[serde(flatten)] found: Found, told: bool },
    /// It was not made, or says nothing.
    PortsUntested { why: String },
    /// UT-24, UT-25, UT-27.
    Readied,
    /// UT-24: a time for an ASAP request, and everything is ready for it.
    SlotFound { window: Window, by: String },
    /// UT-26.
    Blocked { why: String, #[serde(default)] cause: Cause },
    /// 3.2: a representative declined the invitation.
    Declined { by: String },
    /// UT-27: he keeps the time after all.
    Resumed { by: String },
    /// The customer asks us to wait; `HoldEnded`: he, or staff after a call, say go on.
    HoldAsked { by: String },
    HoldEnded { by: String, words: String },
    /// T5g: the manager password does not open the unit.
    PasswordFailed { by: String },
    /// UT-28; `slots` are the new windows that the customer is offered (UT-46).
    NotStarted { why: String, #[serde(default)] cause: Cause, #[serde(default)] slots: Vec<Window> },
    /// UT-30, UT-31: `by` wrote `words`.
    Cancelled { ending: Ending, by: String, words: String },
    /// UT-32.
    Started { by: String },
    /// UT-33.
    StartLate,
    /// UT-34.
    Extended { minutes: u32, reason: String },
    /// UT-34: the planned end has passed, and the customer is told.
    Overran,
    /// UT-35.
    StopAsked { by: String },
    /// UT-35: the agent puts the old version back.
    RollbackBegun { by: String, words: String },
    /// UT-35: the customer asked to stop, and it goes on; he reads why.
    WentOn { by: String, words: String },
    /// UT-36: the work ended without the new version: rolled back, or stopped.
    Stopped { by: String },
    /// S-05: the customer was asked whether his waiting ASAP request still stands.
    AskedAgain,
    /// UT-36.
    Applied { by: String },
    /// UT-37.
    Finished {
        outcome: Outcome,
        issues: Vec<Issue>,
        words: String,
        by: String,
        #[serde(default)]
        service: Service,
    },
    /// `#issue`: something met during or after the work (T6b, T6c).
    IssueFound { issue: Issue, by: String },
    /// `#feedback`: words for the official feedback (T6).
    FeedbackWritten { text: String, by: String },
    /// UT-38: the official feedback was accepted by the mail server.
    FeedbackSent { letter: u64 },
    /// T5e: the customer was asked to set a new manager password.
    ResetAsked,
    /// T5e: he says that he has.
    ResetConfirmed { by: String },
    /// W-18: from the commit of this on, the sealed files are removed from the desk.
    SecretsDestroyed { secrets: Vec<String> },
    /// UT-40.
    WatchOver,
    /// UT-42.
    LateIssue { issue: Issue },
    /// UT-46.
    OfferedAgain,
    /// UT-44.
    Merged { into: TicketId },
    /// Words on the ticket: a customer's, staff's, or an unproven person's.
    Noted { kind: NoteKind, by: String, text: String },
    /// A sealed secret now belongs to the ticket; the id names its file.
    SecretKept { secret: String },
    /// A sealed password is shown from here on; `console` is the system's user.
    Revealed { secret: String, by: String, second: Option<String>, reason: String, console: String },
    /// Files of a proven person's report: those that nothing is against are sealed to
    /// the staff's keys, their places stand in the record in the same order.
    AttachmentsSealed { files: Vec<AttachedFile> },
    /// Somebody of the staff opens them from here on, those of the mails in these
    /// records; `console` is the system's user.
    AttachmentsOpened { records: Vec<u64>, by: String, reason: String, console: String },
    /// Sealed originals are opened with the evidence key from here on, each named by
    /// the record of its decision; `console` is the system's user.
    OriginalsOpened { records: Vec<u64>, reason: String, console: String },
    /// A letter could not be delivered to this address (decisions: no bounce by us).
    Undelivered { letter: u64, address: String, why: String },
    /// 2.8: a customer asked for somebody above, or a member of staff called him.
    Escalated { by: String, words: String },
    /// A timer fired and was handled.
    Reminded { timer: String },
    /// PT-01: a problem was reported.
    Reported {
        requester: Requester,
        company: Option<String>,
        form: Form,
        upgrade: Option<TicketId>,
        suggested: Option<TicketId>,
        severity: Severity,
        claimed: Option<Severity>,
        because: Vec<String>,
        /// Since when it is so, in the words of the report.
        #[serde(default)]
        since: Option<String>,
        extract: String,
        automatic: bool,
        /// The ended problem that came back too late to be the same (PT-15).
        #[serde(default)]
        earlier: Option<TicketId>,
        /// Several problems in one mail.
        #[serde(default)]
        items: Vec<Item>,
        received: Timestamp,
    },
    /// "any news?"
    Nudged { by: String },
    /// 4.4: since when it is so, in the customer's words, where his report did not say.
    SinceSaid { words: String, by: String },
    /// One of several problems is settled; the numbers count from 1.
    ItemSettled { item: u32, text: String, by: String },
    /// PT-04: which unit or upgrade it is about is not sure.
    Unsure { why: String },
    /// PT-02, PT-08: a person must answer now; steps are counted from `since`.
    AlarmRaised { since: Timestamp, first: Option<String>, why: String },
    /// PT-06: step number `step` fired: names and addresses of who was called;
    /// `skipped` names levels with nobody on duty.
    Alarmed { step: u32, to: Vec<String>, addresses: Vec<String>, skipped: Vec<String> },
    /// PT-05.
    Acknowledged { by: String },
    /// PT-07.
    WorkBegun { by: String },
    /// PT-09.
    Asked { by: String, text: String },
    CustomerAnswered { by: String },
    /// PT-10: a rollback or patch needs the customer's consent (T2b).
    ChangeProposed {
        what: String,
        text: String,
        /// When it is to be done; `None`: at once after the yes.
        #[serde(default)]
        window: Option<Window>,
        by: String,
    },
    ChangeAgreed { by: String },
    ChangeStarted { by: String },
    /// PT-11: how the change ended; `None`: it was given up.
    ChangeEnded { by: String, #[serde(default)] result: Option<ChangeResult>, #[serde(default)] words: String },
    /// PT-12.
    Resolved { text: String, by: String },
    /// PT-13: confirmed, silent, or closed by staff.
    Settled { by: String, words: String },
    /// PT-14.
    Reopened { by: String },
    /// PT-16.
    SeveritySet { severity: Severity, reason: String, by: String, by_staff: bool },
    /// PT-17: `None` takes a link away.
    Linked { upgrade: Option<TicketId>, by: String },
    /// PT-18.
    Transferred { to: String, by: String },
    /// T5a: somebody else of the staff has it from now on.
    Assigned { agent: String, by: String },
    /// T5a: nobody has it any more.
    Released { by: String },
    /// 5.3: a colleague is asked to take it; until then its agent keeps it.
    HandedOver { to: String, by: String, text: String },
    /// 5.1: a person on file gets the letters of this ticket, or no longer.
    Copied { address: String, add: bool, by: String },
    /// 5.1: reminders to staff rest.
    Snoozed { until: Timestamp, by: String },
    /// 5.1: the last commands of `by` are taken back: the ticket is what it was
    /// before them, and these letters, which nobody has, never leave.
    Undone { by: String, what: Vec<String>, letters: Vec<u64>, to: Box<Ticket> },
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
