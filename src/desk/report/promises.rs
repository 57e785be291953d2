//! What was kept and missed of each promise about time (2.8).

use jiff::{SignedDuration, Timestamp};

use crate::desk::report::number::{count, counts, minutes, times};
use crate::desk::report::trouble::answered;
use crate::desk::report::work::feedback_due;
use crate::desk::report::{History, Past, Row};
use crate::desk::ticket::{Event, Status};
use crate::desk::urgency::Severity;

pub fn sla(past: &Past<'_>) -> Vec<Row> {
    let mut rows = first_answers(past);
    rows.extend(by_end(past, "W-05 the customer's answer", past.upgrades(), |history| {
        let asked = history.has(|event| matches!(event, Event::Incomplete { .. } | Event::Proposed { .. }));
        let lapsed = history.first(|event| matches!(event, Event::Lapsed));
        let came = history.first(|event| matches!(event, Event::Completed { .. } | Event::Scheduled { .. }));
        if asked { lapsed.map(|at| (at, false)).or(came.map(|at| (at, true))) } else { None }
    }));
    rows.extend(by_end(past, "W-06 the representative's confirmation", past.upgrades(), |history| {
        let ran_out = history.first(|event| matches!(event, Event::Disowned { by: None }));
        let said = history.first(|event| matches!(event, Event::Confirmed { .. } | Event::Disowned { by: Some(_) }));
        ran_out.map(|at| (at, false)).or(said.map(|at| (at, true)))
    }));
    rows.extend(by_end(past, "W-12 the official feedback", past.upgrades(), |history| {
        let end = history.ended(past.period.to)?;
        let sent =
            history.events.iter().find(|one| one.at >= end.at && matches!(one.event, Event::FeedbackSent { .. }));
        let due = feedback_due(past, end);
        match sent.filter(|sent| sent.at <= due) {
            Some(sent) => Some((sent.at, true)),
            None if due < past.period.to => Some((due, false)),
            None => None,
        }
    }));
    rows.extend(fired(past));
    let paused = past.problems().filter_map(|one| {
        let spent = waited(one, past.period.to);
        (spent > 0).then(|| (spent, one.id()))
    });
    rows.extend(times("pause: waiting for the customer of a problem", paused.collect(), &["median", "worst"]));
    rows
}

/// W-03.
fn first_answers(past: &Past<'_>) -> Vec<Row> {
    // Until the second level is called a person should have it.
    let ladder = past.rules.escalation.ladders.get(&Severity::P1);
    let second = ladder.and_then(|ladder| ladder.levels.get(1)).map(|level| i64::from(level.after_minutes));
    let Some(wait) = second.map(SignedDuration::from_mins) else { return Vec::new() };
    let rows = by_end(past, "W-03 a person has a P1", past.problems(), |one| {
        let is_p1 = |event: &Event| matches!(event, Event::Reported { severity: Severity::P1, .. });
        let due = one.ticket.opened_at.checked_add(wait).ok().filter(|_| one.has(is_p1))?;
        match answered(one, past.period.to).filter(|at| *at <= due) {
            Some(at) => Some((at, true)),
            None if due < past.period.to => Some((due, false)),
            None => None,
        }
    });
    rows.into()
}

/// Kept and missed, by the instant at which it was settled which.
fn by_end<'a>(
    past: &Past<'_>,
    group: &str,
    histories: impl Iterator<Item = &'a History>,
    settled: impl Fn(&History) -> Option<(Timestamp, bool)>,
) -> [Row; 2] {
    let (mut kept, mut missed) = (Vec::new(), Vec::new());
    for history in histories {
        match settled(history).filter(|(at, _)| past.period.has(*at)) {
            Some((_, true)) => kept.push(history.id()),
            Some((_, false)) => missed.push(history.id()),
            None => {}
        }
    }
    [count(group, "met", kept), count(group, "missed", missed)]
}

/// Every timer that fired, whatever it does: reminders too.
fn fired(past: &Past<'_>) -> Vec<Row> {
    let of_one = |history: &History| {
        let id = history.id();
        let named = history.events.iter().filter_map(move |happened| match &happened.event {
            Event::Reminded { timer } if past.period.has(happened.at) => {
                let (name, _) = timer.split_once('@')?;
                name.starts_with("W-").then(|| (name.to_owned(), id.clone()))
            }
            _ => None,
        });
        named.collect::<Vec<_>>()
    };
    counts("timers that came due", past.histories.iter().flat_map(of_one))
}

/// Minutes in which the customer was waited for.
fn waited(one: &History, end: Timestamp) -> i64 {
    let mut since: Option<Timestamp> = None;
    let mut spent: i64 = 0;
    for happened in one.events.iter().take_while(|happened| happened.at < end) {
        let waits = happened.status == Status::WaitingCustomer;
        if let Some(from) = since.take_if(|_| !waits) {
            spent = spent.saturating_add(minutes(from, happened.at));
        } else if waits && since.is_none() {
            since = Some(happened.at);
        }
    }
    spent
}
