//! The timers of a problem ticket.

use jiff::Timestamp;

use crate::desk::rules::Rules;
use crate::desk::ticket::{Problem, Status, Ticket};
use crate::desk::timers::{TimerName, after, minutes};
use crate::desk::urgency::Severity;

type Due = (TimerName, Timestamp);

pub(super) fn due(ticket: &Ticket, rules: &Rules) -> Vec<Due> {
    let Some(problem) = &ticket.problem else { return Vec::new() };
    match ticket.status {
        Status::Alerting => alarm(problem, rules).into_iter().collect(),
        Status::Reported | Status::Triage => unseen(problem, rules).into_iter().collect(),
        Status::Acknowledged | Status::Working | Status::ChangeRunning => at_work(problem, rules),
        Status::Resolved => {
            let since = problem.resolved_at.unwrap_or(ticket.since);
            let at = rules.hours.after_business_days(since, rules.escalation.waits.settle_bd);
            vec![(TimerName::Settle, at)]
        }
        // The clocks rest while the customer is asked (2.8).
        _ => Vec::new(),
    }
}

/// W-03: the next step of the ladder.
fn alarm(problem: &Problem, rules: &Rules) -> Option<Due> {
    let alarm = problem.alarm.as_ref()?;
    let ladder = rules.escalation.ladder(problem.severity)?;
    Some((TimerName::Alarm, ladder.step(alarm.fired, alarm.since).at))
}

/// W-04.
fn unseen(problem: &Problem, rules: &Rules) -> Option<Due> {
    let waits = &rules.escalation.waits;
    let wait = match problem.severity {
        Severity::P4 => waits.unseen_p4_bm,
        Severity::P1 | Severity::P2 | Severity::P3 => waits.unseen_p3_bm,
    };
    Some((TimerName::Unseen, rules.hours.after_business(problem.received, wait)))
}

/// W-13 and W-14.
fn at_work(problem: &Problem, rules: &Rules) -> Vec<Due> {
    let waits = &rules.escalation.waits;
    let told = problem.told_at.unwrap_or(problem.received);
    let human = problem.human_at.unwrap_or(problem.received);
    match problem.severity {
        Severity::P1 => vec![
            (TimerName::Update, after(told, minutes(waits.update_p1_minutes))),
            (TimerName::Silence, after(human, minutes(waits.silence_p1_minutes))),
        ],
        Severity::P2 => vec![(TimerName::Update, rules.hours.after_business(told, waits.update_p2_bm))],
        Severity::P3 | Severity::P4 => Vec::new(),
    }
}
