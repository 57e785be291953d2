//! Letters about waiting: reminders, offers, confirmation, more time, the end.

use crate::desk::form::FieldKey;
use crate::desk::letter::say::{CalendarAnswer, MissingItem, Say, Tried, Unclear};
use crate::desk::phrase::Phrase;
use crate::desk::ticket::Window;
use crate::phrase;

pub(super) fn samples(window: &Window) -> Vec<Say> {
    let mut all = asked(window);
    all.extend(told(window));
    let tried = [Tried::Answer, Tried::Paused, Tried::Stop, Tried::Contact];
    all.extend(tried.map(|what| Say::HeadsUp {
        what,
        serial: "SM-0417-22A".to_owned(),
        by: "dana@acme-tel.example".to_owned(),
    }));
    all
}

/// Letters that want an answer.
fn asked(window: &Window) -> Vec<Say> {
    let serial = || "SM-0417-22A".to_owned();
    let zone = || window.zone.clone();
    let item = MissingItem {
        field: FieldKey::UnitMac,
        written: String::new(),
        problem: phrase!("missing", "this is missing"),
        example: "00:00:5E:00:53:0A".to_owned(),
    };
    let reminder = |items: Vec<MissingItem>, slots: Vec<Window>, last_call| Say::Reminder {
        serial: serial(),
        items,
        slots,
        last_call,
        asap: false,
        ends: window.start,
        zone: zone(),
    };
    let proposal = |slots: Vec<Window>, change: &str| Say::Proposal {
        terms: if slots.len() == 1 { "the work is charged by the hour".to_owned() } else { String::new() },
        standing: (slots.len() > 1).then(|| window.clone()),
        serial: serial(),
        version: "7.3.0".to_owned(),
        slots,
        why: phrase!("offer_too_late", "The time that you chose is too near by now to be kept."),
        change: change.to_owned(),
        text: "Back to version 7.2.1, which takes about half an hour.".to_owned(),
        until: Some(window.start),
        zone: zone(),
        agent: "Noa Adler".to_owned(),
        digest: String::new(),
    };
    let confirm = |reminder| Say::Confirm {
        who: "someone@elsewhere.example".to_owned(),
        serial_end: "-22A".to_owned(),
        wish: Phrase::written("2026-12-03 10:00 PST"),
        arrived: window.start,
        until: window.end,
        zone: zone(),
        reminder,
        by_staff: !reminder,
        digest: String::new(),
    };
    let calendar = |what, by: &str, until| Say::CalendarQuestion {
        serial: serial(),
        what,
        by_other: by.to_owned(),
        window: window.clone(),
        wish: Some(window.clone()),
        until,
    };
    vec![
        calendar(CalendarAnswer::Declined, "", Some(window.start)),
        calendar(CalendarAnswer::Declined, "Dana Ruiz", None),
        calendar(CalendarAnswer::Tentative, "", None),
        calendar(CalendarAnswer::Counter, "", None),
        reminder(vec![item.clone()], Vec::new(), false),
        reminder(vec![item], Vec::new(), true),
        reminder(Vec::new(), vec![window.clone(), window.clone()], true),
        confirm(false),
        confirm(true),
        proposal(vec![window.clone(), window.clone(), window.clone()], ""),
        proposal(vec![window.clone()], ""),
        proposal(Vec::new(), "rollback"),
    ]
}

/// Letters that want none.
fn told(window: &Window) -> Vec<Say> {
    let serial = || "SM-0417-22A".to_owned();
    let question =
        |what: Unclear, text: Phrase| Say::Question { what, serial: serial(), text, standing: Some(window.clone()) };
    vec![
        question(Unclear::Cancel, Phrase::default()),
        question(Unclear::Time, phrase!("move_zone", "the time zone is missing")),
        question(Unclear::Colleague, Phrase::default()),
        Say::Rescheduled {
            serial: serial(),
            version: "7.3.0".to_owned(),
            old: window.clone(),
            window: window.clone(),
            minutes: 120,
            longer: true,
            reason: phrase!("moved_chosen", "You chose another time."),
            reading: None,
            agent: "Noa Adler".to_owned(),
            shifted: vec!["Chicago".to_owned()],
            clocks: vec!["Berlin".to_owned()],
        },
        Say::Expired { serial: serial(), why: phrase!("ended_lapsed", "our questions were not answered in time") },
        Say::WindowReminder {
            serial: serial(),
            version: "7.3.0".to_owned(),
            window: window.clone(),
            agent: "Noa Adler".to_owned(),
            password_tested: false,
            password_old: false,
            ports_open: false,
            cured: false,
            heads_up: false,
        },
        Say::TakingLonger {
            serial: serial(),
            planned: window.clone(),
            until: Some(window.end),
            reason: "the database is bigger than we thought".to_owned(),
            back: false,
            next_update: window.end,
            agent: "Noa Adler".to_owned(),
        },
        Say::TakingLonger {
            serial: serial(),
            planned: window.clone(),
            until: None,
            reason: String::new(),
            back: true,
            next_update: window.end,
            agent: String::new(),
        },
    ]
}
