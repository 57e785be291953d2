//! Why something has no row in the life-cycle now, in words for staff: what the
//! state means, and when it would be possible. From the table itself.

use super::{E, PROBLEM_ROWS, ROWS};
use crate::desk::ticket::{EventKind, Status, TicketKind};

/// `the work on the unit has begun; this is possible only before it begins`.
pub fn why_not(of: TicketKind, status: Status, event: EventKind) -> String {
    let state = meaning(of, status);
    match only(of, event) {
        Some(when) => format!("{state}; this is possible only {when}"),
        None => state.to_owned(),
    }
}

/// When the event has a row; `None`: in no state of such a ticket.
fn only(of: TicketKind, event: EventKind) -> Option<String> {
    let rows = match of {
        TicketKind::Upgrade => ROWS,
        TicketKind::Problem => PROBLEM_ROWS,
    };
    let mut from: Vec<Status> = Vec::new();
    for row in rows.iter().filter(|row| row.event == event) {
        from.extend(row.from.iter().filter(|status| !from.contains(status)).copied().collect::<Vec<Status>>());
    }
    let before = from.iter().all(|status| status.is_before_start());
    let names: Vec<&str> = from.iter().map(|status| status.name()).collect();
    match (event, names.as_slice()) {
        (_, []) => None,
        (E::Taken | E::Assigned | E::Released | E::HandedOver | E::Snoozed, _) => Some("while it is open".to_owned()),
        (E::Cancelled, _) => Some("before the work begins".to_owned()),
        (_, [one]) => Some(format!("while it is {one}")),
        (_, [.., _, _, _, _, _]) if before => Some("before the work begins".to_owned()),
        (_, [.., _, _, _, _, _, _, _]) => Some("while it is open".to_owned()),
        (_, [others @ .., last]) => Some(format!("while it is {} or {last}", others.join(", "))),
    }
}

/// What a state means for whoever wants to do something, with the way out of it
/// where there is one.
pub fn meaning(of: TicketKind, status: Status) -> &'static str {
    match (status, of) {
        (Status::Received, _) => "the request has only just come in, and was not looked at",
        (Status::Quarantine, _) => "its mail is in quarantine: #accept or #spam first",
        (Status::NeedsInfo, _) => "the customer has not yet given all that the form asks for; #remind asks again",
        (Status::Validating, _) => "its data are not yet compared with the register",
        (Status::RepCheck, _) => "nobody on file has confirmed that the company asks for it; #approve is a lead's word",
        (Status::Denied, _) => "the request is denied: the customer corrects it, or #override lets it pass",
        (Status::SpecialReview, _) => "nobody has decided about the special time: #special approve or refuse",
        (Status::AwaitingConsent, _) => "the customer's consent to a time is not recorded yet; #remind asks again",
        (Status::Scheduled, _) => "it has a time, and is not ready; #status shows what is missing",
        (Status::QueuedAsap, _) => "it has no time yet: #schedule gives it one",
        (Status::Ready, _) => "it is ready, and the work has not begun: #start begins it",
        (Status::Blocked, _) => "something stands in the way of the work; #status shows what",
        (Status::InProgress, _) => "the work on the unit has begun: #applied, #rollback or #failed go on from here",
        (Status::Verifying, _) => "the work on the unit is done and being tested: #done, #rollback or #failed ends it",
        (Status::FeedbackDue, _) => "the work is over, and its feedback is on its way to the customer",
        (Status::Watch, _) => "the work is over and reported; it is only watched now, and closes by itself",
        (Status::Closed, TicketKind::Upgrade) => {
            "the ticket is closed: what came up later is #lateissue, another upgrade a new request"
        }
        (Status::Closed, TicketKind::Problem) => "the problem is closed: #reopen <reason> opens it again",
        (Status::Cancelled, _) => "the request has ended without an upgrade: #reopen <reason> opens what we ended",
        (Status::Reported | Status::Triage, _) => "nobody has this problem yet: #ack takes it",
        (Status::Alerting, _) => "its alarm is running: #ack ends it",
        (Status::Acknowledged, _) => "somebody has it, and has not begun: #work begins",
        (Status::Working, _) => "somebody works on it, and nothing else is open",
        (Status::WaitingCustomer, _) => "the customer was asked, and has not answered",
        (Status::ChangeProposed, _) => "the customer has not agreed to the change yet; #work gives it up",
        (Status::ChangeRunning, _) => "the change on the unit is agreed or running: #done or #failed ends it",
        (Status::Resolved, _) => "it is resolved and waits for the customer's word: #reopen <reason> goes on",
        (Status::Transferred, _) => "it was handed on to others, who answer the customer",
        (Status::Merged, _) => "it was merged: answer the notice of the ticket in which it goes on",
    }
}
