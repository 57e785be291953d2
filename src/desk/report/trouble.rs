//! Problems: how many after upgrades, how fast people had them, how well read.

use jiff::Timestamp;

use crate::desk::report::number::{count, counts, minutes, ratio, share, times};
use crate::desk::report::work::version;
use crate::desk::report::{History, Past, Row};
use crate::desk::ticket::{Event, Happened};
use crate::desk::urgency::Severity;

const DAY_MINUTES: i64 = 24 * 60;

/// Problems of upgrades that ended in the period, whenever they were reported.
pub fn problems(past: &Past<'_>) -> Vec<Row> {
    let ended: Vec<(&History, &Happened)> = past.ended().collect();
    let mut after = Vec::new();
    for problem in past.problems() {
        let of = problem.ticket.problem.as_ref().and_then(|about| about.upgrade.as_ref().zip(Some(about.received)));
        let Some((upgrade, received)) = of else { continue };
        if let Some((history, end)) =
            ended.iter().find(|(history, end)| history.ticket.id == *upgrade && end.at <= received)
        {
            after.push((minutes(end.at, received), *history, problem));
        }
    }
    let within = |days: i64| {
        let near = after.iter().filter(move |(late, ..)| *late <= days.saturating_mul(DAY_MINUTES));
        near.map(|(_, _, problem)| problem.id()).collect::<Vec<_>>()
    };
    let per_hundred = |what: &str, ids: Vec<String>| {
        let value = ratio(ids.len().saturating_mul(100), ended.len());
        Row { value, unit: "per 100 upgrades".to_owned(), ..count("after upgrades", what, ids) }
    };
    let mut rows = vec![
        count("after upgrades", "upgrades that ended", ended.iter().map(|(history, _)| history.id()).collect()),
        per_hundred("problems within 7 days", within(7)),
        per_hundred("problems within 30 days", within(30)),
    ];
    let month = || after.iter().filter(|(late, ..)| *late <= 30 * DAY_MINUTES);
    rows.extend(counts("version, within 30 days", month().map(|(_, history, one)| (version(history), one.id()))));
    let severity = |one: &History| word(one.ticket.problem.as_ref().map(|problem| problem.severity));
    rows.extend(counts("severity, within 30 days", month().map(|(_, _, one)| (severity(one), one.id()))));
    let values = month().map(|(late, _, one)| (*late, one.id())).collect();
    rows.extend(times("from the end of the work to the report", values, &["median"]));
    let in_period = |history: &&History| past.period.has(history.ticket.opened_at);
    let unlinked = past
        .problems()
        .filter(in_period)
        .filter(|one| one.ticket.problem.as_ref().is_some_and(|about| about.upgrade.is_none()));
    rows.push(count("reported", "linked to no upgrade", unlinked.map(History::id).collect()));
    let again = |happened: &Happened| past.period.has(happened.at) && matches!(happened.event, Event::Reopened { .. });
    let reopened = past.problems().filter(|one| one.events.iter().any(again));
    rows.push(count("reported", "reopened", reopened.map(History::id).collect()));
    let open = past.problems().filter(|one| one.status_at(past.period.to).is_some_and(|status| !status.is_final()));
    rows.push(count("open", "not closed when the period ended", open.map(History::id).collect()));
    rows
}

fn word(severity: Option<Severity>) -> String {
    let word: &'static str = severity.map_or("unknown", |severity| severity.into());
    word.to_owned()
}

/// Problems that were P1 at any time, reported in the period.
pub fn p1(past: &Past<'_>) -> Vec<Row> {
    let is_p1 = |event: &Event| match event {
        Event::Reported { severity, .. } | Event::SeveritySet { severity, .. } => *severity == Severity::P1,
        _ => false,
    };
    let urgent: Vec<&History> =
        past.problems().filter(|one| past.period.has(one.ticket.opened_at) && one.has(is_p1)).collect();
    let (mut values, mut missed) = (Vec::new(), Vec::new());
    for one in &urgent {
        match answered(one, past.period.to) {
            Some(at) => values.push((minutes(one.ticket.opened_at, at), one.id())),
            None => missed.push(one.id()),
        }
    }
    let steps = urgent.iter().filter_map(|one| {
        let steps = one.events.iter().filter_map(|happened| match happened.event {
            Event::Alarmed { step, .. } => Some(step),
            _ => None,
        });
        Some((format!("up to call {}", steps.max()?.saturating_add(1)), one.id()))
    });
    let again = urgent.iter().filter(|one| {
        let raised = |happened: &&Happened| matches!(happened.event, Event::AlarmRaised { .. });
        one.events.iter().filter(raised).count() > 1
    });
    let mut rows = vec![count("P1", "reported", urgent.iter().map(|one| one.id()).collect())];
    rows.extend(times("until a person had it", values, &["median", "p95", "worst"]));
    rows.extend(counts("calls", steps));
    rows.push(count("P1", "alarmed again after a person had it", again.map(|one| one.id()).collect()));
    rows.push(count("P1", "nobody had it when the period ended", missed));
    rows
}

/// When a person had it (PT-05).
pub fn answered(one: &History, end: Timestamp) -> Option<Timestamp> {
    one.first(|event| matches!(event, Event::Acknowledged { .. })).filter(|at| *at < end)
}

/// What people made of the desk's own reading, for problems reported in the period.
pub fn urgency(past: &Past<'_>) -> Vec<Row> {
    let alarms = |severity: Severity| matches!(severity, Severity::P1 | Severity::P2);
    let (mut loud, mut lowered, mut calm, mut raised) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for one in past.problems().filter(|one| past.period.has(one.ticket.opened_at)) {
        let read = one.events.iter().find_map(|happened| match happened.event {
            Event::Reported { severity, .. } => Some(severity),
            _ => None,
        });
        let by_people = one.events.iter().rev().find_map(|happened| match happened.event {
            Event::SeveritySet { severity, by_staff: true, .. } if happened.at < past.period.to => Some(severity),
            _ => None,
        });
        let Some(read) = read else { continue };
        let (all, wrong) = if alarms(read) { (&mut loud, &mut lowered) } else { (&mut calm, &mut raised) };
        all.push(one.id());
        if by_people.is_some_and(|severity| alarms(severity) != alarms(read)) {
            wrong.push(one.id());
        }
    }
    let (loud_count, calm_count) = (loud.len(), calm.len());
    vec![
        count("read as P1 or P2", "reports", loud),
        share("read as P1 or P2", "lowered by people: false alarms", lowered, loud_count),
        count("read as P3 or P4", "reports", calm),
        share("read as P3 or P4", "raised by people: missed alarms", raised, calm_count),
    ]
}
