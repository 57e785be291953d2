//! Requests on their way: the funnel, completeness, denials.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::desk::report::number::{Measured, count, counts, minutes, ratio, share, times};
use crate::desk::report::work::open;
use crate::desk::report::{History, Past, Row};
use crate::desk::ticket::{Event, Happened, Outcome, Status};

/// Requests that came in the period, and how far they are by its end.
pub fn funnel(past: &Past<'_>) -> Vec<Row> {
    let came: Vec<&History> = past.upgrades().filter(|history| past.period.has(history.ticket.opened_at)).collect();
    let reached = |is: &dyn Fn(&Event) -> bool| {
        let reached = |history: &&&History| history.first(is).is_some_and(|at| at < past.period.to);
        came.iter().filter(reached).map(|history| history.id()).collect::<Vec<_>>()
    };
    let won =
        |event: &Event| matches!(event, Event::Finished { outcome: Outcome::Success | Outcome::SuccessWithIssues, .. });
    let mut rows = vec![
        count("funnel", "1 received", came.iter().map(|history| history.id()).collect()),
        count("funnel", "2 complete", reached(&|event| matches!(event, Event::Completed { .. }))),
        count("funnel", "3 validated", reached(&|event| matches!(event, Event::Matched { .. }))),
        count("funnel", "4 scheduled", reached(&|event| matches!(event, Event::Scheduled { .. } | Event::Queued))),
        count("funnel", "5 started", reached(&|event| matches!(event, Event::Started { .. }))),
        count("funnel", "6 success", reached(&won)),
    ];
    rows.extend(completeness(&came));
    let mut by_state: BTreeMap<&'static str, Vec<Measured>> = BTreeMap::new();
    for history in &came {
        for (status, spent) in stays(history, past.period.to) {
            by_state.entry(status.name()).or_default().push((spent, history.id()));
        }
    }
    for (state, values) in by_state {
        let median = times("time in a state", values, &["median"]);
        rows.extend(median.into_iter().map(|row| Row { what: format!("{state}, median"), ..row }));
    }
    rows.push(open(past));
    rows
}

/// States that were left before `end`, with the minutes in them.
fn stays(history: &History, end: Timestamp) -> Vec<(Status, i64)> {
    let mut stays = Vec::new();
    let mut now: Option<(Status, Timestamp)> = None;
    for Happened { at, status, .. } in history.events.iter().take_while(|happened| happened.at < end) {
        match now {
            Some((before, _)) if before == *status => {}
            Some((before, since)) => {
                stays.push((before, minutes(since, *at)));
                now = Some((*status, *at));
            }
            None => now = Some((*status, *at)),
        }
    }
    // What passes within one decision is no stay.
    stays.retain(|(status, _)| !matches!(status, Status::Received | Status::Validating));
    stays
}

fn completeness(came: &[&History]) -> Vec<Row> {
    let asked = |history: &History| history.has(|event| matches!(event, Event::Incomplete { .. }));
    let whole: Vec<String> = came.iter().filter(|history| !asked(history)).map(|history| history.id()).collect();
    let mut rows = vec![share("completeness", "complete in the first mail", whole, came.len())];
    let answers = |history: &&History| {
        let answers = history.events.iter().filter(|happened| matches!(happened.event, Event::Answered { .. }));
        answers.count().saturating_add(1)
    };
    let mails: usize = came.iter().map(answers).sum();
    rows.push(Row {
        value: ratio(mails, came.len()),
        ..count("completeness", "mails for one request", came.iter().map(|history| history.id()).collect())
    });
    let missed = came.iter().filter_map(|history| {
        let faults = history.events.iter().find_map(|happened| match &happened.event {
            Event::Incomplete { faults } => Some(faults),
            _ => None,
        })?;
        Some(faults.keys().map(|key| (key.key().to_owned(), history.id())).collect::<Vec<_>>())
    });
    rows.extend(counts("missed field", missed.flatten()));
    rows
}

/// Every denial of the period by its codes.
pub fn denials(past: &Past<'_>) -> Vec<Row> {
    let mut codes: Vec<(String, String)> = Vec::new();
    let (mut denied, mut corrected) = (Vec::new(), Vec::new());
    let mut companies: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for history in past.upgrades() {
        let mut own = history.events.iter().filter_map(|happened| match &happened.event {
            Event::Refused { denials, .. } if past.period.has(happened.at) => Some((happened.at, denials)),
            _ => None,
        });
        let Some((first, denials)) = own.next() else { continue };
        let rest: Vec<_> = own.collect();
        for denial in denials.iter().chain(rest.iter().flat_map(|(_, denials)| denials.iter())) {
            let row = (denial.code().to_owned(), history.id());
            if !codes.contains(&row) {
                codes.push(row);
            }
        }
        let mut matched = history.events.iter().filter(|happened| matches!(happened.event, Event::Matched { .. }));
        if matched.any(|happened| happened.at > first && happened.at < past.period.to) {
            corrected.push(history.id());
        }
        let company = history.ticket.company.clone().unwrap_or_else(|| "unknown".to_owned());
        let times = rest.len().saturating_add(1);
        companies.entry(company).or_default().extend(std::iter::repeat_n(history.id(), times));
        denied.push(history.id());
    }
    let all = denied.len();
    let mut rows =
        vec![count("denials", "tickets denied", denied), share("denials", "corrected later", corrected, all)];
    rows.extend(counts("code", codes));
    let repeated = companies.into_iter().filter(|(_, ids)| ids.len() > 1);
    rows.extend(repeated.map(|(company, ids)| count("denied more than once", company, ids)));
    let waiting = past.upgrades().filter(|history| history.status_at(past.period.to) == Some(Status::Denied));
    rows.push(count("open", "denied, may be corrected", waiting.map(History::id).collect()));
    rows
}
