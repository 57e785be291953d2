//! Letters about readiness and about the work.

use crate::desk::letter::say::{Obstructed, Say};
use crate::desk::ports::{Answer, PortSeen};
use crate::desk::ticket::Window;

pub(super) fn samples(window: &Window) -> Vec<Say> {
    let kinds = [
        vec!["ports", "password_old"],
        vec!["password_missing"],
        vec!["password_wrong", "hold"],
        vec!["desk"],
        vec!["no_show"],
    ];
    let mut all: Vec<Say> = kinds.iter().map(|kinds| blocked(window, kinds, true)).collect();
    all.push(blocked(window, &["ports"], false));
    let causes = ["ports", "password", "hold", "desk"];
    all.extend(causes.map(|cause| not_started(window, cause, vec![window.clone(), window.clone()])));
    all.push(not_started(window, "password", vec![window.clone()]));
    all.push(not_started(window, "customer", Vec::new()));
    all.extend([(true, true), (false, false)].map(|(password_old, cured)| Say::WindowReminder {
        serial: "SM-0417-22A".to_owned(),
        version: "7.3.0".to_owned(),
        window: window.clone(),
        agent: "Noa Adler".to_owned(),
        password_tested: true,
        password_old,
        ports_open: cured,
        cured,
        heads_up: !cured,
    }));
    all.push(Say::Reminder {
        serial: "SM-0417-22A".to_owned(),
        items: Vec::new(),
        slots: Vec::new(),
        last_call: false,
        asap: true,
        ends: window.start,
        zone: window.zone.clone(),
    });
    all.extend([("rollback", true), ("rollback", false), ("goes_on", true)].map(|(news, asked)| Say::Started {
        serial: "SM-0417-22A".to_owned(),
        news: news.to_owned(),
        words: "The new version does not start its call service.".to_owned(),
        asked,
        at: window.start,
        window: window.clone(),
        agent: "Noa Adler".to_owned(),
        change: String::new(),
    }));
    all
}

fn blocked(window: &Window, kinds: &[&str], planned: bool) -> Say {
    let obstacles = Obstructed {
        serial: "SM-0417-22A".to_owned(),
        window: planned.then(|| window.clone()),
        kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        ports: vec![22, 8081],
        tested: Some(window.start),
        tested_from: "192.0.2.7".to_owned(),
        seen: vec![PortSeen { port: 22, answer: Answer::Refused }, PortSeen { port: 8081, answer: Answer::NoAnswer }],
        password_days: 7,
        zone: window.zone.clone(),
        agent: "Noa Adler".to_owned(),
    };
    Say::Blocked { obstacles, until: planned.then_some(window.start) }
}

fn not_started(window: &Window, cause: &str, slots: Vec<Window>) -> Say {
    Say::NotStarted {
        serial: "SM-0417-22A".to_owned(),
        version: "7.3.0".to_owned(),
        planned: Some(window.clone()),
        cause: cause.to_owned(),
        words: "Port 8081 did not answer from 10:00 to 10:15.".to_owned(),
        ports: vec![8081],
        password_needed: cause == "password",
        until: (!slots.is_empty()).then_some(window.start),
        slots,
        zone: window.zone.clone(),
        agent: "Noa Adler".to_owned(),
        digest: String::new(),
    }
}
