//! The schedule gate: S-01 to S-06, over every reading of the wished time.

use jiff::{SignedDuration, Timestamp};

use crate::desk::decide::slots::{self, Misfit};
use crate::desk::decide::{World, gates};
use crate::desk::form::{FieldKey, Form};
use crate::desk::moment::{Reading, When};
use crate::desk::phrase::{Part, Phrase};
use crate::desk::ticket::{Ticket, Window};
use crate::phrase;

/// What the wished time leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// Passes all rules (UT-22).
    Regular(Window),
    /// S-04.
    Asap,
    /// S-06: weekend, holiday or hours; never denied, never scheduled by itself.
    Outside { window: Window, why: Phrase, offers: Vec<Timestamp> },
    /// UT-20: too short notice (S-01), a freeze (S-09) or no agent (S-08); other
    /// times are offered.
    Other { rule: &'static str, text: Phrase, slots: Vec<Window> },
    /// Must be asked: the field, a stable name, the reason, and times that would do.
    Ask { field: FieldKey, rule: &'static str, text: Phrase, offers: Vec<Timestamp> },
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Fit {
    Past,
    TooFar,
    TooSoon,
    Outside(Phrase),
    Unfit(Misfit),
    Regular,
}

/// What a wish is judged against.
pub struct Asked<'a> {
    pub world: &'a World<'a>,
    pub ticket: &'a Ticket,
    /// When the last required item arrived at our server (S-01).
    pub complete: Timestamp,
    /// The planned length.
    pub minutes: u32,
}

/// Judges the form's wish.
pub fn gate(form: &Form, asked: &Asked<'_>) -> Slot {
    let Some(when) = form.when() else {
        let text = phrase!("time_needed", "a time, or ASAP, is needed");
        return if form.wants_asap() { Slot::Asap } else { asked.ask("F-15", text) };
    };
    judge(when, asked)
}

/// Judges one wished time, in all its readings.
pub fn judge(when: &When, asked: &Asked<'_>) -> Slot {
    let (rules, minutes) = (asked.world.rules, asked.minutes);
    let first = asked.fit(when.first());
    let agrees = |reading: &Reading| same_decision(&first, &asked.fit(reading));
    if !when.others().iter().all(agrees) {
        return ambiguous(when);
    }
    let window = window_of(when.first(), minutes);
    match first {
        Fit::Regular => Slot::Regular(window),
        Fit::Outside(why) => {
            let offers = asked.offers(Some(window.start)).iter().map(|slot| slot.start).collect();
            Slot::Outside { window, why, offers }
        }
        Fit::Unfit(misfit) => {
            let text = phrase!(
                "time_impossible",
                "The time that you asked for is not possible: {why}.",
                why = misfit.why().clone()
            );
            Slot::Other { rule: misfit.rule(), text, slots: asked.offers(Some(window.start)) }
        }
        Fit::Past => asked.ask("F-10", phrase!("time_passed", "this time has passed")),
        Fit::TooFar => {
            let days = rules.hours.days_ahead_max.to_string();
            asked.ask("F-10", phrase!("time_too_far", "this is more than {days} days ahead", days = days))
        }
        Fit::TooSoon => {
            let text = phrase!(
                "too_soon",
                "The time that you asked for is too near: a regular upgrade needs at least {hours} hours' notice, \
                 counted from your complete request.",
                hours = rules.hours.notice_hours_min.to_string()
            );
            Slot::Other { rule: "S-01", text, slots: asked.offers(None) }
        }
    }
}

/// Readings that lead to the same decision need no question (decisions 8).
fn same_decision(one: &Fit, other: &Fit) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

impl Asked<'_> {
    fn fit(&self, reading: &Reading) -> Fit {
        let (start, complete, hours) = (reading.at, self.complete, &self.world.rules.hours);
        if start <= complete {
            return Fit::Past;
        }
        if start > hours_after(complete, i64::from(hours.days_ahead_max) * 24) {
            return Fit::TooFar;
        }
        let misfit = slots::misfit(self.world, self.ticket, &window_of(reading, self.minutes));
        // Outside hours is told before "too soon": it needs another arrangement anyway.
        if let Some(Misfit::Outside(why)) = misfit {
            return Fit::Outside(why);
        }
        // Exactly 24 hours passes.
        if start < hours.earliest_regular(complete) {
            return Fit::TooSoon;
        }
        misfit.map_or(Fit::Regular, Fit::Unfit)
    }

    fn offers(&self, wish: Option<Timestamp>) -> Vec<Window> {
        slots::find(self.world, self.ticket, self.minutes, wish)
    }

    fn ask(&self, rule: &'static str, text: Phrase) -> Slot {
        let offers = self.offers(None).iter().map(|slot| slot.start).collect();
        Slot::Ask { field: FieldKey::UpgradeTime, rule, text, offers }
    }
}

/// The window that starts with this reading.
pub fn window_of(reading: &Reading, minutes: u32) -> Window {
    let length = SignedDuration::from_mins(i64::from(minutes));
    let end = reading.at.checked_add(length).unwrap_or(reading.at);
    Window { start: reading.at, end, zone: reading.zone.clone() }
}

fn ambiguous(when: &When) -> Slot {
    let text = in_several_ways(when);
    Slot::Ask { field: FieldKey::TimeZone, rule: "F-11", text, offers: Vec::new() }
}

/// Each reading of a time, in the reader's language.
pub fn in_several_ways(when: &When) -> Phrase {
    let readings = when.readings().map(|reading| gates::at(reading.at, &reading.zone)).collect();
    phrase!(
        "time_ambiguous",
        "this can be read in more than one way, with different results: {readings}",
        readings = Part::AnyOf { any_of: readings }
    )
}

fn hours_after(at: Timestamp, hours: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX)
}
