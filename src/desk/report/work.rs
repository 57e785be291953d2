//! Upgrades that ended: outcomes, downtime, feedback.

use jiff::{SignedDuration, Timestamp};

use crate::desk::form::FieldKey;
use crate::desk::report::number::{count, counts, minutes, share, times};
use crate::desk::report::{History, Past, Row};
use crate::desk::ticket::{Event, Happened, Outcome};
use crate::desk::urgency::Severity;

pub fn upgrades(past: &Past<'_>) -> Vec<Row> {
    let ended: Vec<(&History, &Happened)> = past.ended().collect();
    let of_ended = |name: &dyn Fn(&History, &Happened) -> String| {
        ended.iter().map(|(history, end)| (name(history, end), history.id())).collect::<Vec<_>>()
    };
    let mut rows = counts("outcome", of_ended(&|_, end| outcome(&end.event).to_owned()));
    rows.extend(counts("customer", of_ended(&|history, _| company(history))));
    rows.extend(counts("version", of_ended(&|history, _| version(history))));
    rows.extend(counts("kind", of_ended(&|history, _| kind(history).to_owned())));
    let cancelled = past.upgrades().filter_map(|history| {
        let at =
            history.first(|event| matches!(event, Event::Cancelled { .. } | Event::Lapsed | Event::Merged { .. }))?;
        let word: &'static str = match history.ticket.ending? {
            crate::desk::ticket::Ending::Withdrawn => "withdrawn by the customer",
            crate::desk::ticket::Ending::CancelledByDesk => "cancelled by the desk",
            crate::desk::ticket::Ending::Expired => "no answer",
            crate::desk::ticket::Ending::Duplicate => "duplicate",
            crate::desk::ticket::Ending::NotARequest => "not a request",
        };
        past.period.has(at).then(|| (word.to_owned(), history.id()))
    });
    rows.extend(counts("cancelled", cancelled));
    rows.extend(notice(past, &ended));
    rows.push(open(past));
    rows
}

/// Tickets that had not ended when the period ended: never dropped silently.
pub fn open(past: &Past<'_>) -> Row {
    let is_open = |history: &&History| {
        history.status_at(past.period.to).is_some_and(|status| !status.has_ended())
            && history.ended(past.period.to).is_none()
    };
    count("open", "not ended when the period ended", past.upgrades().filter(is_open).map(History::id).collect())
}

fn notice(past: &Past<'_>, ended: &[(&History, &Happened)]) -> Vec<Row> {
    let named = |is: &dyn Fn(&History) -> bool| {
        ended.iter().filter(|(history, _)| is(history)).map(|(history, _)| history.id()).collect::<Vec<_>>()
    };
    let scheduled = |history: &History| {
        let sets = |happened: &&Happened| matches!(happened.event, Event::Scheduled { .. });
        history.events.iter().filter(sets).count()
    };
    let short = |history: &History| {
        let started = history.first(|event| matches!(event, Event::Started { .. }));
        let complete = history.ticket.complete_at;
        let day = i64::from(past.rules.hours.notice_hours_min).saturating_mul(60);
        started.zip(complete).is_some_and(|(started, complete)| minutes(complete, started) < day)
    };
    let causes = ended.iter().filter_map(|(history, end)| match &end.event {
        Event::NotStarted { cause, .. } => {
            let name: &'static str = cause.into();
            Some((name.to_owned(), history.id()))
        }
        _ => None,
    });
    let mut rows = vec![
        share("notice", "shorter than the rule", named(&short), ended.len()),
        share("notice", "outside hours", named(&|history| kind(history) == "special"), ended.len()),
        share("notice", "rescheduled", named(&|history| scheduled(history) > 1), ended.len()),
    ];
    rows.extend(counts("not started", causes));
    rows
}

fn outcome(event: &Event) -> &'static str {
    match event {
        Event::Finished { outcome, .. } => outcome.into(),
        _ => Outcome::NotStarted.into(),
    }
}

fn company(history: &History) -> String {
    history.ticket.company.clone().unwrap_or_else(|| "unknown".to_owned())
}

pub fn version(history: &History) -> String {
    let version = history.ticket.form.text(FieldKey::UnitVersion).unwrap_or("");
    if version.is_empty() { "not named".to_owned() } else { version.to_owned() }
}

fn kind(history: &History) -> &'static str {
    if history.has(|event| matches!(event, Event::OutsideHours { .. } | Event::TermsOffered { .. })) {
        "special"
    } else if history.has(|event| matches!(event, Event::Queued)) {
        "asap"
    } else {
        "scheduled"
    }
}

/// Work that began, from `#start` to the command that ended it.
pub fn downtime(past: &Past<'_>) -> Vec<Row> {
    let worked = |(history, end): (&History, &Happened)| {
        let started = started(history, end.at).filter(|_| matches!(end.event, Event::Finished { .. }))?;
        let customised = past.customised.contains(history.ticket.serial());
        Some((customised, (minutes(started, end.at), history.id())))
    };
    let all: Vec<(bool, (i64, String))> = past.ended().filter_map(worked).collect();
    let mut rows = Vec::new();
    for (group, which) in [("regular units", false), ("customised units", true)] {
        let values: Vec<(i64, String)> =
            all.iter().filter(|(is, _)| *is == which).map(|(_, one)| one.clone()).collect();
        let within = |low: i64, high: i64| {
            let fits = values.iter().filter(|(value, _)| (low..=high).contains(value));
            fits.map(|(_, id)| id.clone()).collect::<Vec<_>>()
        };
        rows.push(count(group, "upgrades", values.iter().map(|(_, id)| id.clone()).collect()));
        rows.push(share(group, "up to 30 min", within(0, 30), values.len()));
        rows.push(share(group, "31 to 60 min", within(31, 60), values.len()));
        rows.push(share(group, "more than 60 min", within(61, i64::MAX), values.len()));
        rows.extend(times(group, values, &["median", "mean", "p90"]));
    }
    let long = past
        .ended()
        .filter(|(history, end)| started(history, end.at).is_some_and(|started| minutes(started, end.at) > 60));
    rows.extend(counts("reason of more than 60 min", long.map(|(history, _)| (reason(history), history.id()))));
    rows.extend(planned(past));
    rows.extend(by_customers(past));
    let running = past.upgrades().filter(|history| {
        use crate::desk::ticket::Status::{InProgress, Verifying};
        matches!(history.status_at(past.period.to), Some(InProgress | Verifying))
    });
    rows.push(count("open", "work not ended when the period ended", running.map(History::id).collect()));
    rows
}

/// What customers said of it: a P1 about an upgrade that ended in the period, from
/// their report to our word that it is solved.
fn by_customers(past: &Past<'_>) -> Vec<Row> {
    const GROUP: &str = "reported down by customers";
    let ended: Vec<String> = past.ended().map(|(history, _)| history.id()).collect();
    let is_of_these = |one: &&History| {
        let problem = one.ticket.problem.as_ref();
        let upgrade = problem.and_then(|problem| problem.upgrade.as_ref());
        upgrade.is_some_and(|id| ended.contains(&id.0))
            && one.has(|event| matches!(event, Event::Reported { severity: Severity::P1, .. }))
    };
    let reported: Vec<&History> = past.problems().filter(is_of_these).collect();
    let solved = |one: &&History| {
        let at = one.first(|event| matches!(event, Event::Resolved { .. } | Event::Settled { .. }))?;
        (at < past.period.to).then(|| (minutes(one.ticket.opened_at, at), one.id()))
    };
    let values = reported.iter().filter_map(solved).collect();
    let mut rows = vec![count(GROUP, "P1 reports after these upgrades", reported.iter().map(|one| one.id()).collect())];
    rows.extend(times(GROUP, values, &["median", "worst"]));
    rows
}

fn started(history: &History, before: Timestamp) -> Option<Timestamp> {
    let is = |happened: &&Happened| happened.at <= before && matches!(happened.event, Event::Started { .. });
    history.events.iter().rev().find(is).map(|happened| happened.at)
}

fn reason(history: &History) -> String {
    let mut reasons = history.events.iter().rev().filter_map(|happened| match &happened.event {
        Event::Extended { reason, .. } => Some(reason.clone()),
        _ => None,
    });
    reasons.next().unwrap_or_else(|| "not given".to_owned())
}

/// Planned and actual end of the window.
fn planned(past: &Past<'_>) -> Vec<Row> {
    let over = |(history, end): &(&History, &Happened)| {
        history.ticket.window.as_ref().is_some_and(|window| end.at > window.end)
            && matches!(end.event, Event::Finished { .. })
    };
    let announced = |history: &History| {
        let window = history.ticket.window.as_ref();
        let said = history.first(|event| matches!(event, Event::Extended { .. }));
        said.zip(window).is_some_and(|(said, window)| said < window.end)
    };
    let over: Vec<&History> = past.ended().filter(over).map(|(history, _)| history).collect();
    let early: Vec<String> = over.iter().filter(|history| announced(history)).map(|history| history.id()).collect();
    let ids = over.iter().map(|history| history.id()).collect();
    vec![
        count("window", "overran", ids),
        share("window", "of these announced before the planned end", early, over.len()),
    ]
}

/// From the end of the work to the mail server's word that it took the feedback.
pub fn feedback(past: &Past<'_>) -> Vec<Row> {
    let (mut timely, mut late, mut missing, mut values) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (history, end) in past.ended() {
        let sent = history.events.iter().find(|happened| {
            happened.at >= end.at
                && happened.at < past.period.to
                && matches!(happened.event, Event::FeedbackSent { .. })
        });
        match sent {
            None => missing.push(history.id()),
            Some(sent) => {
                values.push((minutes(end.at, sent.at), history.id()));
                let list = if sent.at <= feedback_due(past, end) { &mut timely } else { &mut late };
                list.push(history.id());
            }
        }
    }
    let supplements = past.upgrades().filter(|history| {
        let is_late = |event: &Event| matches!(event, Event::LateIssue { .. });
        history.events.iter().any(|happened| past.period.has(happened.at) && is_late(&happened.event))
    });
    let all = timely.len() + late.len() + missing.len();
    let mut rows = vec![
        share("feedback", "sent within its target", timely, all),
        count("feedback", "late", late),
        count("feedback", "missing when the period ended", missing),
        count("feedback", "upgrades with a supplement", supplements.map(History::id).collect()),
    ];
    rows.extend(times("from the end of the work", values, &["median", "worst"]));
    rows
}

/// W-12: business time after work that ended well, any time otherwise.
pub fn feedback_due(past: &Past<'_>, end: &Happened) -> Timestamp {
    let waits = &past.rules.escalation.waits;
    let well = matches!(
        end.event,
        Event::Finished { outcome: Outcome::Success | Outcome::SuccessWithIssues | Outcome::Partial, .. }
    );
    let later = SignedDuration::from_mins(i64::from(waits.feedback_failed_minutes));
    match well {
        true => past.rules.hours.after_business(end.at, waits.feedback_bm),
        false => end.at.checked_add(later).unwrap_or(Timestamp::MAX),
    }
}
