//! The life-cycle of problems (2.6), in the same form.

use super::{E, Row, row};
use crate::desk::ticket::Status::{self, *};

/// Nobody has looked yet.
const UNSEEN: &[Status] = &[Reported, Triage, Alerting];
/// A person has it.
const SEEN: &[Status] = &[Acknowledged, Working, WaitingCustomer, ChangeProposed, ChangeRunning];
const OPEN: &[Status] =
    &[Reported, Triage, Alerting, Acknowledged, Working, WaitingCustomer, ChangeProposed, ChangeRunning, Resolved];
const ANY: &[Status] = &[
    Reported,
    Triage,
    Alerting,
    Acknowledged,
    Working,
    WaitingCustomer,
    ChangeProposed,
    ChangeRunning,
    Resolved,
    Closed,
    Transferred,
    Merged,
];

/// All that can happen to a problem ticket after it was reported (PT-01).
pub const PROBLEM_ROWS: &[Row] = &[
    row("PT-02", &[Reported, Triage], E::AlarmRaised, Some(Alerting)),
    row("PT-08", SEEN, E::AlarmRaised, Some(Alerting)),
    row("PT-04", &[Reported], E::Unsure, Some(Triage)),
    row("PT-05", UNSEEN, E::Acknowledged, Some(Acknowledged)),
    row("PT-06", &[Alerting], E::Alarmed, None),
    row("PT-07", &[Acknowledged], E::WorkBegun, Some(Working)),
    row("PT-09", &[Acknowledged, Working], E::Asked, Some(WaitingCustomer)),
    row("PT-09", &[WaitingCustomer], E::CustomerAnswered, Some(Working)),
    row("PT-10", &[Acknowledged, Working], E::ChangeProposed, Some(ChangeProposed)),
    row("PT-10", &[ChangeProposed], E::ChangeAgreed, Some(ChangeRunning)),
    row("PT-10", &[ChangeRunning], E::ChangeStarted, None),
    row("T2b", &[ChangeProposed], E::Consented, None),
    row("PT-11", &[ChangeProposed, ChangeRunning], E::ChangeEnded, Some(Working)),
    row("PT-12", &[Acknowledged, Working, WaitingCustomer, ChangeRunning], E::Resolved, Some(Resolved)),
    row("PT-13", &[Reported, Triage, Acknowledged, Working, WaitingCustomer, Resolved], E::Settled, Some(Closed)),
    row("PT-14", &[Resolved, Closed], E::Reopened, Some(Working)),
    row("Q-13", &[Acknowledged, Working, WaitingCustomer, ChangeProposed, ChangeRunning], E::ItemSettled, None),
    row("Q-22", OPEN, E::Nudged, None),
    row("4.4", OPEN, E::SinceSaid, None),
    row("PT-16", OPEN, E::SeveritySet, None),
    row("PT-17", ANY, E::Linked, None),
    row("PT-18", &[Reported, Triage, Acknowledged, Working, WaitingCustomer], E::Transferred, Some(Transferred)),
    row("2.6", OPEN, E::Merged, Some(Merged)),
    row("T5a", OPEN, E::Taken, None),
    row("T5a", OPEN, E::Assigned, None),
    row("T5a", OPEN, E::Released, None),
    row("5.1", &[Reported], E::WrittenDown, None),
    row("5.3", OPEN, E::HandedOver, None),
    row("5.1", ANY, E::Copied, None),
    row("F-09", ANY, E::Revealed, None),
    row("decisions 17", ANY, E::OriginalsOpened, None),
    row("decisions 17", ANY, E::AttachmentsSealed, None),
    row("decisions 17", ANY, E::AttachmentsOpened, None),
    row("5.1", OPEN, E::Snoozed, None),
    // To the state before, whichever it was.
    row("5.1", ANY, E::Undone, None),
    row("UT-43 5.2", ANY, E::Noted, None),
    row("T6d", ANY, E::Undelivered, None),
    row("2.8", ANY, E::Escalated, None),
    row("2.8", ANY, E::Reminded, None),
];
