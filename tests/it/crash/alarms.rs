//! What the journal says of alarms and timers: each step once, none early, none
//! after an answer.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use upgrade_desk::desk::urgency::Severity;
use upgrade_desk::shell::rules;

use super::mails::Alarm;
use crate::support::desk::Desk;

/// One problem ticket as the journal tells it.
#[derive(Default)]
struct Told {
    severity: Option<Severity>,
    /// From when the steps of the running alarm are counted.
    since: Option<Timestamp>,
    last_step: Option<u64>,
}

#[derive(Default)]
struct Figures {
    alarms: usize,
    steps: usize,
    letters: usize,
    twice: usize,
    early: usize,
    after_an_answer: usize,
    timers: usize,
    timers_twice: usize,
}

/// The alarm letters so far, the oldest first. The desk may have died while it
/// wrote the last line.
pub fn written(desk: &Desk) -> Vec<Alarm> {
    let Ok(entries) = fs::read_dir(desk.path("data/journal")) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut alarms = Vec::new();
    for line in paths.iter().flat_map(|path| fs::read(path).unwrap()).collect::<Vec<u8>>().split(|byte| *byte == b'\n')
    {
        let Ok(record) = serde_json::from_slice::<Value>(line) else { continue };
        for letter in record["what"]["letters"].as_array().into_iter().flatten() {
            let text = |name: &str| letter[name].as_str().unwrap_or_default().to_owned();
            if letter["template"] == "M-23" {
                alarms.push(Alarm { ticket: text("ticket"), to: text("to"), message_id: text("message_id") });
            }
        }
    }
    alarms
}

/// Asserts all of it; the figures in one line.
pub fn check(journal: &[Value]) -> String {
    let mut tickets: BTreeMap<String, Told> = BTreeMap::new();
    let mut timers: BTreeSet<(String, String)> = BTreeSet::new();
    let mut figures = Figures::default();
    for record in journal.iter().filter(|record| record["what"]["kind"] == "decided") {
        let at: Timestamp = record["at"].as_str().unwrap().parse().unwrap();
        let mut called = 0;
        for change in record["what"]["changes"].as_array().unwrap() {
            let id = change["ticket"].as_str().unwrap().to_owned();
            for event in change["events"].as_array().unwrap() {
                if event["type"] == "reminded" {
                    figures.timers += 1;
                    let timer = event["timer"].as_str().unwrap().to_owned();
                    figures.timers_twice += usize::from(!timers.insert((id.clone(), timer)));
                }
                called += of_problem(event, at, tickets.entry(id.clone()).or_default(), &mut figures);
            }
        }
        let letters = record["what"]["letters"].as_array().unwrap();
        let alarms = letters.iter().filter(|letter| letter["template"] == "M-23").count();
        assert_eq!(alarms, called, "a letter for everybody who is called, and no other: {record}");
        figures.letters += alarms;
    }
    let Figures { alarms, steps, letters, twice, early, after_an_answer, timers, timers_twice } = figures;
    assert_eq!((twice, early, after_an_answer, timers_twice), (0, 0, 0, 0), "alarms twice, early, after an answer");
    assert!(alarms >= 9 && steps > alarms, "{alarms} alarms, {steps} steps: too few to tell");
    format!(
        "alarms: {alarms} raised, {steps} steps, {letters} letters; twice {twice}, early {early}, \
         after an answer {after_an_answer}; timers: {timers} fired, {timers_twice} twice"
    )
}

/// How many people the event calls.
fn of_problem(event: &Value, at: Timestamp, told: &mut Told, figures: &mut Figures) -> usize {
    match event["type"].as_str().unwrap() {
        "reported" | "severity_set" => told.severity = event["severity"].as_str().unwrap().parse().ok(),
        "alarm_raised" => {
            figures.alarms += 1;
            told.since = event["since"].as_str().unwrap().parse().ok();
            told.last_step = None;
        }
        "acknowledged" => told.since = None,
        "alarmed" => {
            figures.steps += 1;
            let step = event["step"].as_u64().unwrap();
            figures.twice += usize::from(told.last_step.is_some_and(|last| step <= last));
            told.last_step = Some(step);
            match told.since {
                Some(since) => figures.early += usize::from(at < since + due_after(told.severity.unwrap(), step)),
                None => figures.after_an_answer += 1,
            }
            return event["addresses"].as_array().unwrap().len();
        }
        _ => {}
    }
    0
}

/// By the rules' own numbers, not by the code that is tried.
fn due_after(severity: Severity, step: u64) -> SignedDuration {
    let rules = rules::load(None).unwrap();
    let ladder = rules.escalation.ladder(severity).unwrap();
    let levels: Vec<u64> = ladder.levels.iter().map(|level| u64::from(level.after_minutes)).collect();
    let repeats = (0..ladder.repeats).map(|_| u64::from(ladder.repeat_minutes));
    let rest = repeats.chain(std::iter::repeat(u64::from(ladder.then_every_minutes)));
    let step = usize::try_from(step).unwrap();
    let minutes = match levels.get(step) {
        Some(minutes) => *minutes,
        None => levels.last().unwrap() + rest.take(step + 1 - levels.len()).sum::<u64>(),
    };
    SignedDuration::from_mins(i64::try_from(minutes).unwrap())
}
