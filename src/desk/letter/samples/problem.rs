//! Letters about problems.

use crate::desk::letter::say::{AlarmFacts, GapLine, Say};
use crate::desk::ticket::{Issue, Window};
use crate::phrase;

pub(super) fn samples(window: &Window) -> Vec<Say> {
    let mut all: Vec<Say> = ["P1", "P2", "P3", "P4"].iter().map(|severity| received(window, severity)).collect();
    all.extend(to_the_customer(window));
    all.extend(ends(window));
    all.push(alarm(window, 2, &[]));
    all.push(alarm(window, 0, &["level 1 of 4"]));
    all.push(Say::TestAlarm { until: window.end, zone: window.zone.clone() });
    all
}

fn received(window: &Window, severity: &str) -> Say {
    let urgent = severity == "P1";
    Say::ProblemReceived {
        serial: "SM-0417-22A".to_owned(),
        upgrade: "UP-2026-00417".to_owned(),
        upgraded_at: Some(window.end),
        severity: severity.to_owned(),
        items: if severity == "P2" { vec!["no voicemail".to_owned(), "the logo".to_owned()] } else { Vec::new() },
        question: match severity {
            "P1" => None,
            "P2" => Some(phrase!("question_since", "since when has this been happening?")),
            "P3" => Some(phrase!("question_extent", "does it concern all calls and phones, or only some, and which?")),
            _ => Some(phrase!("question_unit", "which unit is it? Its serial number is enough.")),
        },
        by_other: if urgent { "someone@elsewhere.example".to_owned() } else { String::new() },
        by_desk: severity == "P4",
        unproven: severity == "P2",
        reopened: severity == "P3",
        password_seen: urgent,
        zone: window.zone.clone(),
    }
}

fn to_the_customer(window: &Window) -> Vec<Say> {
    let serial = || "SM-0417-22A".to_owned();
    let agent = || "Noa Adler".to_owned();
    let has_it = |changed, severity: &str| Say::PersonHasIt {
        agent: agent(),
        serial: serial(),
        severity: severity.to_owned(),
        changed,
        words: String::new(),
        next_update: Some(window.end),
        zone: window.zone.clone(),
    };
    let words = |asks, handed_to: &str| Say::AgentReply {
        text: "At what time did the call fail, and which number was dialled?".to_owned(),
        agent: agent(),
        problem: true,
        asks,
        handed_to: handed_to.to_owned(),
        goes_on_as: String::new(),
        files: Vec::new(),
    };
    let report = |result: &str, resolved: &str| Say::ChangeReport {
        serial: serial(),
        change: "rollback".to_owned(),
        text: "Back to version 7.1.4.".to_owned(),
        actual: window.clone(),
        minutes: 25,
        result: result.to_owned(),
        words: "The call service did not start.".to_owned(),
        resolved: resolved.to_owned(),
        days: 3,
        agent: agent(),
    };
    let gap = |goes_on| GapLine { rota: "on-call".to_owned(), from: window.start, until: window.end, goes_on };
    vec![
        Say::NeutralProblemNote {},
        Say::ToOperator { late: Some(window.start), minutes: 42, gaps: Vec::new(), zone: window.zone.clone() },
        Say::ToOperator { late: None, minutes: 0, gaps: vec![gap(false), gap(true)], zone: window.zone.clone() },
        Say::PassedOn { problem: true, serial: serial() },
        Say::PassedOn { problem: false, serial: String::new() },
        has_it(false, "P1"),
        has_it(true, "P3"),
        words(true, ""),
        words(false, ""),
        words(false, "the billing team"),
        report("DONE", "The old version is back."),
        report("ROLLED_BACK", ""),
        report("FAILED", ""),
    ]
}

/// What comes of a change, and the end.
fn ends(window: &Window) -> Vec<Say> {
    let serial = || "SM-0417-22A".to_owned();
    let agent = || "Noa Adler".to_owned();
    vec![
        Say::Started {
            serial: serial(),
            news: "started".to_owned(),
            words: String::new(),
            asked: false,
            at: window.start,
            window: window.clone(),
            agent: agent(),
            change: "patch".to_owned(),
        },
        Say::AgentReply {
            text: String::new(),
            agent: agent(),
            problem: true,
            asks: false,
            handed_to: String::new(),
            goes_on_as: "PR-2026-00089".to_owned(),
            files: Vec::new(),
        },
        Say::Resolved {
            serial: serial(),
            item: "2. the voicemail has no sound".to_owned(),
            left: vec!["the logo is gone".to_owned()],
            text: "The codec was set again.".to_owned(),
            agent: agent(),
            days: 3,
        },
        Say::Resolved {
            serial: serial(),
            item: String::new(),
            left: Vec::new(),
            text: "The trunk to your provider was set up again.".to_owned(),
            agent: agent(),
            days: 3,
        },
        Say::PasswordReminder { serial: serial(), ended: Some(window.end), zone: window.zone.clone() },
        Say::Supplement {
            serial: serial(),
            feedback_at: Some(window.end),
            issues: vec![Issue { after: true, late: true, ..Issue::plain("inbound calls failed on one trunk") }],
            agent: agent(),
            zone: window.zone.clone(),
            instead_of: String::new(),
            copy_of: "dana@acme-tel.example".to_owned(),
        },
    ]
}

fn alarm(window: &Window, level: u32, skipped: &[&str]) -> Say {
    Say::Alarm(AlarmFacts {
        severity: "P1".to_owned(),
        company: "Acme Telephone, Inc.".to_owned(),
        serial: "SM-0417-22A".to_owned(),
        call: 2,
        level,
        levels: 4,
        why: "Nobody has answered yet.".to_owned(),
        reported: window.start,
        minutes: 15,
        reporter: "dana@acme-tel.example (on file)".to_owned(),
        phones: vec!["Dana Ruiz +1 312 555 0101".to_owned()],
        upgrade: "UP-2026-00417".to_owned(),
        tried: vec!["Noa Adler".to_owned()],
        skipped: skipped.iter().map(|level| (*level).to_owned()).collect(),
        because: vec!["\"nobody can call in\": nothing works for anybody".to_owned()],
        since: "\"Since this morning\"".to_owned(),
        extract: "Since this morning nobody can call in.\nPlease hurry.".to_owned(),
        zone: window.zone.clone(),
    })
}
