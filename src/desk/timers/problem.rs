//! The timers of a problem ticket.

use jiff::Timestamp;

use crate::desk::rules::Rules;
use crate::desk::ticket::{Problem, Status, Ticket};
use crate::desk::timers::{Timer, TimerName, after, minutes};
use crate::desk::urgency::Severity;

type Due = (TimerName, Timestamp);

pub(super) fn due(ticket: &Ticket, rules: &Rules) -> Vec<Due> {
    let Some(problem) = &ticket.problem else { return Vec::new() };
    match ticket.status {
        Status::Alerting => alarm(problem, rules).into_iter().collect(),
        Status::Reported | Status::Triage => unseen(problem, rules).into_iter().collect(),
        Status::Acknowledged | Status::Working | Status::ChangeRunning => at_work(ticket, problem, rules),
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
fn at_work(ticket: &Ticket, problem: &Problem, rules: &Rules) -> Vec<Due> {
    let waits = &rules.escalation.waits;
    let told = problem.told_at.unwrap_or(problem.received);
    let human = problem.human_at.unwrap_or(problem.received);
    match problem.severity {
        Severity::P1 => {
            let update = |count: u32| after(told, minutes(waits.update_p1_minutes.saturating_mul(count)));
            let silence = (TimerName::Silence, after(human, minutes(waits.silence_p1_minutes)));
            again(ticket, update).into_iter().chain([silence]).collect()
        }
        Severity::P2 => {
            let update = |count: u32| rules.hours.after_business(told, waits.update_p2_bm.saturating_mul(count));
            again(ticket, update).into_iter().collect()
        }
        Severity::P3 | Severity::P4 => Vec::new(),
    }
}

/// W-13 comes again until the customer hears something: the first time that has
/// not fired yet.
fn again(ticket: &Ticket, at: impl Fn(u32) -> Timestamp) -> Option<Due> {
    const TIMES_MAX: u32 = 50;
    let timer = |at| Timer { at, ticket: ticket.id.clone(), name: TimerName::Update };
    let mut times = (1..=TIMES_MAX).map(at);
    let next = times.find(|at| !ticket.reminded.contains(&timer(*at).key()))?;
    Some((TimerName::Update, next))
}
