//! The schedule gate: S-01 to S-06, over every reading of the wished time.

use jiff::{SignedDuration, Timestamp};

use crate::desk::form::{FieldKey, Form};
use crate::desk::moment::{Reading, When};
use crate::desk::rules::Rules;
use crate::desk::ticket::Window;

/// What the wished time leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// Passes all rules (UT-22).
    Regular(Window),
    /// S-04.
    Asap,
    /// S-06: weekend, holiday or hours; never denied, never scheduled by itself.
    Outside { window: Window, why: String, offers: Vec<Timestamp> },
    /// S-01: the notice is too short; other times are offered.
    TooSoon { text: String },
    /// Must be asked: the field, a stable name, the reason, and times that would do.
    Ask { field: FieldKey, rule: &'static str, text: String, offers: Vec<Timestamp> },
}

/// How many regular starts are offered.
pub const OFFERS: usize = 3;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Fit {
    Past,
    TooFar,
    TooSoon,
    Outside(String),
    Regular,
}

/// Judges the form's wish. `complete` is when the last required item arrived
/// at our server (S-01); `minutes` the planned length.
pub fn gate(form: &Form, complete: Timestamp, minutes: u32, rules: &Rules) -> Slot {
    let Some(when) = form.when() else {
        return if form.wants_asap() { Slot::Asap } else { ask_for_time(complete, minutes, rules) };
    };
    let first = fit(when.first().at, complete, minutes, rules);
    let agrees = |reading: &Reading| same_decision(&first, &fit(reading.at, complete, minutes, rules));
    if !when.others().iter().all(agrees) {
        return ambiguous(when);
    }
    let window = window_of(when.first(), minutes);
    match first {
        Fit::Regular => Slot::Regular(window),
        Fit::Outside(why) => Slot::Outside { window, why, offers: offers(complete, minutes, rules) },
        Fit::Past => ask("F-10", "this time has passed".to_owned(), complete, minutes, rules),
        Fit::TooFar => {
            let text = format!("this is more than {} days ahead", rules.hours.days_ahead_max);
            ask("F-10", text, complete, minutes, rules)
        }
        Fit::TooSoon => {
            let text = format!(
                "The time that you asked for is too near: a regular upgrade needs at least {} hours' notice, \
                 counted from your complete request.",
                rules.hours.notice_hours_min
            );
            Slot::TooSoon { text }
        }
    }
}

/// Readings that lead to the same decision need no question (decisions 8).
fn same_decision(one: &Fit, other: &Fit) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

fn fit(start: Timestamp, complete: Timestamp, minutes: u32, rules: &Rules) -> Fit {
    if start <= complete {
        return Fit::Past;
    }
    if start > hours_after(complete, i64::from(rules.hours.days_ahead_max) * 24) {
        return Fit::TooFar;
    }
    // Outside hours is told before "too soon": it needs another arrangement anyway.
    if let Err(outside) = rules.hours.judge(start, minutes) {
        return Fit::Outside(outside.why);
    }
    // Exactly 24 hours passes.
    if start < rules.hours.earliest_regular(complete) {
        return Fit::TooSoon;
    }
    Fit::Regular
}

/// The window that starts with this reading.
pub fn window_of(reading: &Reading, minutes: u32) -> Window {
    let length = SignedDuration::from_mins(i64::from(minutes));
    let end = reading.at.checked_add(length).unwrap_or(reading.at);
    Window { start: reading.at, end, zone: reading.zone.clone() }
}

fn offers(complete: Timestamp, minutes: u32, rules: &Rules) -> Vec<Timestamp> {
    rules.hours.regular_starts(rules.hours.earliest_regular(complete), minutes, OFFERS)
}

fn ask(rule: &'static str, text: String, complete: Timestamp, minutes: u32, rules: &Rules) -> Slot {
    Slot::Ask { field: FieldKey::UpgradeTime, rule, text, offers: offers(complete, minutes, rules) }
}

fn ask_for_time(complete: Timestamp, minutes: u32, rules: &Rules) -> Slot {
    ask("F-15", "a time, or ASAP, is needed".to_owned(), complete, minutes, rules)
}

fn ambiguous(when: &When) -> Slot {
    let said: Vec<&str> = when.readings().map(|reading| reading.said.as_str()).collect();
    let text = format!("this can be read in more than one way, with different results: {}", said.join("; or "));
    Slot::Ask { field: FieldKey::TimeZone, rule: "F-11", text, offers: Vec::new() }
}

fn hours_after(at: Timestamp, hours: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX)
}
