//! The life-cycle as one table (domain 2.2). Whatever has no row is refused,
//! whoever asked. ARCHITECTURE.md prints it; `tests/tidy.rs` compares.

mod problem;
pub(super) mod reason;

use crate::desk::ticket::{Event, EventKind, Status, TicketKind};

pub use problem::PROBLEM_ROWS;

/// One row: in any of `from`, `event` leads to `to` (`None`: the state stays).
pub struct Row {
    /// Ids of the transitions in the domain's table.
    pub ids: &'static str,
    pub from: &'static [Status],
    pub event: EventKind,
    pub to: Option<Status>,
}

use EventKind as E;
use Status::*;

const BEFORE_START: &[Status] = &[
    Received,
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
];
const ANY: &[Status] = &[
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
];
const BEFORE_WINDOW: &[Status] = &[Received, NeedsInfo, Validating, RepCheck, SpecialReview, AwaitingConsent];
const OPEN: &[Status] = &[
    Received,
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
];

const fn row(ids: &'static str, from: &'static [Status], event: EventKind, to: Option<Status>) -> Row {
    Row { ids, from, event, to }
}

/// All that can happen to an upgrade ticket after it was opened (UT-01).
pub const ROWS: &[Row] = &[
    row("UT-02", &[Received], E::SetAside, Some(Quarantine)),
    row("UT-03", &[Quarantine], E::Accepted, Some(Received)),
    row("UT-03", &[Quarantine], E::Spam, Some(Cancelled)),
    row("UT-04", &[Received], E::Incomplete, Some(NeedsInfo)),
    row("UT-06", &[NeedsInfo], E::Incomplete, Some(NeedsInfo)),
    // A gate found the time unclear or too early: asked like any missing item.
    row("S-01 S-03", &[Validating], E::Incomplete, Some(NeedsInfo)),
    // Another wish in place of a special time or of an offer, with open points.
    row("UT-19", &[SpecialReview], E::Incomplete, Some(NeedsInfo)),
    row("UT-20", &[AwaitingConsent], E::Incomplete, Some(NeedsInfo)),
    row("UT-05", &[NeedsInfo], E::Completed, Some(Validating)),
    row("UT-08", &[Received], E::Completed, Some(Validating)),
    row("UT-07", &[NeedsInfo], E::Lapsed, Some(Cancelled)),
    row("UT-15", &[Denied], E::Lapsed, Some(Cancelled)),
    row("W-05", &[AwaitingConsent], E::Lapsed, Some(Cancelled)),
    row("UT-09", &[Validating], E::Refused, Some(Denied)),
    // 2.3: staff may deny whatever has no window yet.
    row("UT-09", &[Received, NeedsInfo, RepCheck, SpecialReview, AwaitingConsent], E::Refused, Some(Denied)),
    row("UT-10", &[Received, NeedsInfo, Validating], E::Unproven, Some(RepCheck)),
    row("UT-10", &[RepCheck], E::Challenged, None),
    row("UT-11", &[RepCheck], E::Confirmed, Some(Validating)),
    row("UT-12", &[RepCheck], E::Disowned, Some(Denied)),
    row("2.3", &[RepCheck], E::Approved, Some(Validating)),
    row("UT-16", &[Received], E::Resubmitted, None),
    row("UT-13", &[Denied], E::Corrected, Some(Validating)),
    row("UT-14", &[Denied], E::OverrideAsked, None),
    row("UT-14", &[Denied], E::Overridden, Some(Validating)),
    row("5.1", &[Received], E::WrittenDown, None),
    // What nobody has proven and is no request at all.
    row("UT-03", &[Received, NeedsInfo, RepCheck, Denied], E::Spam, Some(Cancelled)),
    row("5.1", &[Cancelled], E::Reopened, Some(Received)),
    row("T3b T4", &[Validating], E::Matched, None),
    row("UT-17", &[Validating], E::OutsideHours, Some(SpecialReview)),
    row("UT-18", &[SpecialReview], E::TermsOffered, Some(AwaitingConsent)),
    row("UT-19", &[SpecialReview], E::TermsRefused, Some(NeedsInfo)),
    // UT-19, second half: the customer picks a regular slot himself.
    row("UT-19", &[SpecialReview], E::Completed, Some(Validating)),
    row("UT-20", &[AwaitingConsent], E::Completed, Some(Validating)),
    row("UT-20", &[Validating, SpecialReview, AwaitingConsent, QueuedAsap], E::Proposed, Some(AwaitingConsent)),
    // T2c: another time for what is scheduled needs a yes; until then it stands.
    row("UT-29", &[Scheduled, Ready, Blocked], E::Proposed, None),
    row("W-05", &[AwaitingConsent, Scheduled, Ready, Blocked], E::OffersEnded, None),
    row("UT-21", &[AwaitingConsent], E::Queued, Some(QueuedAsap)),
    row("UT-21", &[AwaitingConsent], E::Scheduled, Some(Scheduled)),
    row("UT-22", &[Validating], E::Scheduled, Some(Scheduled)),
    row("UT-29", &[Scheduled, QueuedAsap, Ready, Blocked], E::Scheduled, Some(Scheduled)),
    row("UT-23", &[Validating], E::Queued, Some(QueuedAsap)),
    row("S-05", &[QueuedAsap], E::AskedAgain, None),
    row("S-05", &[QueuedAsap], E::Lapsed, Some(Cancelled)),
    row("T2a", &[Validating, AwaitingConsent, Scheduled, QueuedAsap, Ready, Blocked], E::Consented, None),
    row("T5a", OPEN, E::Taken, None),
    row("T5a", OPEN, E::Assigned, None),
    row("T5a", OPEN, E::Released, None),
    row("5.3", OPEN, E::HandedOver, None),
    row("5.1", ANY, E::Copied, None),
    row("F-09", ANY, E::Revealed, None),
    row("decisions 17", ANY, E::OriginalsOpened, None),
    row("5.1", OPEN, E::Snoozed, None),
    // To the state before, whichever it was.
    row("5.1", ANY, E::Undone, None),
    row("T5b", &[Scheduled, QueuedAsap, Ready, Blocked], E::Prechecked, None),
    row("T5b", &[Scheduled, QueuedAsap, Ready, Blocked], E::PortsAsked, None),
    row("T5b", &[Scheduled, QueuedAsap, Ready, Blocked], E::PortsFound, None),
    row("T5b", &[Scheduled, QueuedAsap, Ready, Blocked], E::PortsUntested, None),
    row("UT-24", &[QueuedAsap], E::SlotFound, Some(Ready)),
    row("UT-25", &[Scheduled], E::Readied, Some(Ready)),
    row("UT-27", &[Blocked], E::Readied, Some(Ready)),
    row("UT-26", &[Scheduled, Ready], E::Blocked, Some(Blocked)),
    // Evidence for the pause that follows, and for the end if nobody answers.
    row("3.2", &[Scheduled, Ready, Blocked], E::Declined, None),
    row("UT-27", &[Blocked], E::Resumed, Some(Scheduled)),
    row("T5g", &[Scheduled, Ready, Blocked], E::PasswordFailed, None),
    row("2.3", &[Scheduled, QueuedAsap, Ready, Blocked], E::HoldAsked, None),
    row("2.3", &[Scheduled, QueuedAsap, Ready, Blocked], E::HoldEnded, None),
    row("UT-28", &[Blocked], E::NotStarted, Some(FeedbackDue)),
    row("UT-30 UT-31", BEFORE_START, E::Cancelled, Some(Cancelled)),
    row("UT-32", &[Ready], E::Started, Some(InProgress)),
    row("UT-33", &[Ready], E::StartLate, None),
    row("UT-34", &[InProgress], E::Extended, None),
    row("UT-34", &[InProgress], E::Overran, None),
    row("UT-35", &[InProgress, Verifying], E::StopAsked, None),
    row("UT-35", &[InProgress, Verifying], E::RollbackBegun, Some(InProgress)),
    row("UT-35", &[InProgress, Verifying], E::WentOn, None),
    row("UT-36", &[InProgress], E::Applied, Some(Verifying)),
    row("UT-36", &[InProgress], E::Stopped, Some(Verifying)),
    row("UT-37", &[Verifying], E::Finished, Some(FeedbackDue)),
    row("T6b T6c", &[InProgress, Verifying, FeedbackDue], E::IssueFound, None),
    row("T6", &[Verifying, FeedbackDue], E::FeedbackWritten, None),
    row("UT-38", &[FeedbackDue], E::FeedbackSent, Some(Watch)),
    row("T5e", &[Watch], E::ResetAsked, None),
    row("T5e", &[FeedbackDue, Watch, Closed], E::ResetConfirmed, None),
    row("2.5 W-18", ANY, E::SecretsDestroyed, None),
    row("UT-40", &[Watch], E::WatchOver, Some(Closed)),
    // Also while the first feedback is on its way: the supplement follows it.
    row("UT-42", &[FeedbackDue, Watch, Closed], E::LateIssue, Some(FeedbackDue)),
    row("UT-46", &[FeedbackDue], E::OfferedAgain, Some(AwaitingConsent)),
    row("UT-44", BEFORE_WINDOW, E::Merged, Some(Cancelled)),
    row("UT-44", BEFORE_START, E::Absorbed, None),
    row("UT-05 UT-13", BEFORE_START, E::Answered, None),
    row("UT-43 5.2", ANY, E::Noted, None),
    row("2.5", BEFORE_START, E::SecretKept, None),
    row("T6d", ANY, E::Undelivered, None),
    row("2.8", ANY, E::Escalated, None),
    row("2.8", ANY, E::Reminded, None),
];

/// The state after `event`, or `None` when it may not happen now.
pub fn next(of: TicketKind, status: Status, event: &Event) -> Option<Status> {
    let rows = match of {
        TicketKind::Upgrade => ROWS,
        TicketKind::Problem => PROBLEM_ROWS,
    };
    let kind = EventKind::from(event);
    let row = rows.iter().find(|row| row.event == kind && row.from.contains(&status))?;
    Some(row.to.unwrap_or(status))
}
