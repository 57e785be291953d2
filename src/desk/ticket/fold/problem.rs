//! Events become what only a problem ticket has.

use jiff::Timestamp;

use crate::desk::ticket::{Alarm, Change, Event, NoteKind, Problem, Ticket};

/// The problem of a new ticket.
pub(super) fn reported(event: &Event) -> Option<Problem> {
    let Event::Reported { upgrade, suggested, severity, claimed, because, extract, automatic, received, .. } = event
    else {
        return None;
    };
    let Event::Reported { earlier, items, since, .. } = event else { return None };
    Some(Problem {
        earlier: earlier.clone(),
        items: items.clone(),
        nudges: 0,
        severity: *severity,
        claimed: *claimed,
        because: because.clone(),
        since: since.clone(),
        set_by_staff: false,
        upgrade: upgrade.clone(),
        suggested: suggested.clone(),
        extract: extract.clone(),
        received: *received,
        automatic: *automatic,
        alarm: None,
        calls: 0,
        change: None,
        human_at: None,
        told_at: None,
        resolved_at: None,
        closed_at: None,
    })
}

pub(super) fn change(ticket: &mut Ticket, event: &Event, at: Timestamp) {
    let Some(problem) = &mut ticket.problem else { return };
    match event {
        Event::AlarmRaised { .. } | Event::Alarmed { .. } | Event::Undelivered { .. } => alarm(problem, event),
        Event::Acknowledged { by } => {
            problem.alarm = None;
            problem.human_at = Some(at);
            // The customer is told who has it, not again that he still has it.
            if ticket.agent.as_ref() != Some(by) {
                problem.told_at = Some(at);
            }
            ticket.agent = Some(by.clone());
        }
        Event::WorkBegun { .. } | Event::Taken { .. } => problem.human_at = Some(at),
        Event::Asked { .. } => spoke(problem, at),
        Event::ChangeProposed { .. }
        | Event::ChangeStarted { .. }
        | Event::ChangeAgreed { .. }
        | Event::ChangeEnded { .. } => own_change(problem, event, at),
        Event::SinceSaid { words, .. } => problem.since = Some(words.clone()),
        Event::Nudged { .. } => problem.nudges = problem.nudges.saturating_add(1),
        Event::ItemSettled { item, .. } => {
            spoke(problem, at);
            let place = usize::try_from(*item).unwrap_or(0).wrapping_sub(1);
            if let Some(item) = problem.items.get_mut(place) {
                item.settled = true;
            }
        }
        Event::Noted { kind: NoteKind::Reply, .. } => spoke(problem, at),
        Event::Noted { kind: NoteKind::Staff, .. } => problem.human_at = Some(at),
        // The customer's turn is over: what he wrote begins our time anew.
        Event::CustomerAnswered { .. } | Event::Reopened { .. } => {
            problem.human_at = Some(at);
            problem.told_at = Some(at);
            problem.resolved_at = None;
            problem.closed_at = None;
        }
        Event::Resolved { .. } => {
            spoke(problem, at);
            problem.resolved_at = Some(at);
            problem.alarm = None;
        }
        Event::Settled { .. } | Event::Transferred { .. } | Event::Merged { .. } => {
            problem.closed_at = Some(at);
            problem.alarm = None;
        }
        Event::SeveritySet { severity, by_staff, reason, .. } => {
            problem.severity = *severity;
            problem.set_by_staff = *by_staff;
            problem.because.push(reason.clone());
            if *by_staff {
                problem.human_at = Some(at);
            }
        }
        Event::Linked { upgrade, .. } => {
            problem.upgrade = upgrade.clone();
            problem.suggested = None;
            problem.human_at = Some(at);
        }
        _ => {}
    }
}

/// A rollback or patch on the problem (PT-10, PT-11).
fn own_change(problem: &mut Problem, event: &Event, at: Timestamp) {
    spoke(problem, at);
    match event {
        Event::ChangeProposed { what, text, window, .. } => {
            let (what, text, window) = (what.clone(), text.clone(), window.clone());
            problem.change = Some(Change { what, text, window, started_at: None });
        }
        Event::ChangeStarted { .. } => {
            if let Some(change) = &mut problem.change {
                change.started_at = Some(at);
            }
        }
        Event::ChangeEnded { .. } => problem.change = None,
        _ => {}
    }
}

fn alarm(problem: &mut Problem, event: &Event) {
    match event {
        Event::AlarmRaised { since, first, .. } => {
            problem.alarm =
                Some(Alarm { since: *since, fired: 0, first: first.clone(), reach: Vec::new(), tried: Vec::new() });
        }
        Event::Alarmed { step, to, addresses, .. } => {
            problem.calls = problem.calls.saturating_add(1);
            if let Some(alarm) = &mut problem.alarm {
                alarm.fired = step.saturating_add(1);
                alarm.reach.clone_from(addresses);
                alarm.tried.extend(to.iter().cloned());
            }
        }
        Event::Undelivered { address, .. } => {
            if let Some(alarm) = &mut problem.alarm {
                alarm.reach.retain(|reached| !reached.eq_ignore_ascii_case(address));
            }
        }
        _ => {}
    }
}

/// A person of the desk wrote to the customer.
fn spoke(problem: &mut Problem, at: Timestamp) {
    problem.human_at = Some(at);
    problem.told_at = Some(at);
}
