//! One letter of each kind with sample facts, so that `check` and the tests can
//! write them all before a customer needs one.

mod problem;
mod waiting;
mod work;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::desk::board::Section;
use crate::desk::form::FieldKey;
use crate::desk::letter::say::{
    Detail, FeedbackFacts, FieldLine, Light, MissingItem, Read, Say, TranscriptLine, Understood, UnitLine, UnitResult,
    Unknown,
};
use crate::desk::phrase::Phrase;
use crate::desk::ticket::{Issue, Window};
use crate::phrase;

/// Thursday 3 December 2026, 18:00 UTC.
const START_SECOND: i64 = 1_796_320_800;

fn start() -> Timestamp {
    Timestamp::from_second(START_SECOND).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn window() -> Window {
    let start = start();
    let end = start.checked_add(SignedDuration::from_hours(1)).unwrap_or(start);
    Window { start, end, zone: "America/Chicago".to_owned() }
}

fn line(label: &str, value: &str) -> FieldLine {
    FieldLine { label: label.to_owned(), value: value.to_owned() }
}

const SATURDAY: Date = jiff::civil::date(2026, 12, 5);

fn short_mac() -> Phrase {
    phrase!(
        "mac_length",
        "a MAC address has 12 hexadecimal digits, such as 00:00:5E:00:53:0A; this one has {count}",
        count = "11"
    )
}

/// At least one letter for each template.
pub fn samples() -> Vec<Say> {
    let mut all = customer_letters();
    all.extend(window_letters());
    all.extend(feedback());
    all.extend(waiting::samples(&window()));
    all.extend(work::samples(&window()));
    all.extend(problem::samples(&window()));
    all.extend(staff_letters());
    all.extend(desk_letters());
    all
}

fn customer_letters() -> Vec<Say> {
    let unit = |result, window: Option<Window>| UnitLine {
        ticket: "UP-2026-00417".to_owned(),
        serial: "SM-0417-22A".to_owned(),
        result,
        slots: if result == UnitResult::Offered { window.clone().into_iter().collect() } else { Vec::new() },
        window,
        details: unit_details(result),
    };
    let fields = || {
        vec![
            Understood { field: FieldKey::UnitSerial, value: "SM-0417-22A".into() },
            Understood { field: FieldKey::ManagerPassword, value: phrase!("value_received", "received").into() },
        ]
    };
    vec![
        Say::Acknowledgement { units: vec![unit(UnitResult::Checking, None)], fields: fields() },
        Say::Acknowledgement { units: vec![unit(UnitResult::AlreadyOpen, Some(window()))], fields: Vec::new() },
        Say::Acknowledgement {
            units: [
                UnitResult::Scheduled,
                UnitResult::Asap,
                UnitResult::Missing,
                UnitResult::Denied,
                UnitResult::Outside,
                UnitResult::Offered,
            ]
            .map(|result| unit(result, Some(window())))
            .into(),
            fields: Vec::new(),
        },
        Say::Missing {
            items: vec![MissingItem {
                field: FieldKey::UnitMac,
                written: "00:00:5E:00:53:A".to_owned(),
                problem: short_mac(),
                example: "00:00:5E:00:53:0A".to_owned(),
            }],
            fields: fields(),
            unreadable: vec!["request.pdf".to_owned()],
            offers: vec![start()],
            zone: "America/Chicago".to_owned(),
        },
        Say::Denial {
            fields: vec![Understood { field: FieldKey::UnitMac, value: "00:00:5E:00:53:7A".into() }],
            sentences: vec![phrase!("D-MAC", "The MAC address does not match our record of this unit.")],
            reason: String::new(),
            corrections_left: 2,
        },
        Say::NeutralNote {},
    ]
}

fn unit_details(result: UnitResult) -> Vec<Detail> {
    let text = match result {
        UnitResult::Missing => short_mac(),
        UnitResult::Denied => phrase!("D-MAC", "The MAC address does not match our record of this unit."),
        UnitResult::Outside => phrase!("hours_no_business_day", "{day} is not a business day", day = SATURDAY),
        UnitResult::Offered => phrase!("offer_too_late", "The time that you chose is too near by now to be kept."),
        _ => return Vec::new(),
    };
    vec![Detail { field: (result == UnitResult::Missing).then_some(FieldKey::UnitMac), text }]
}

fn window_letters() -> Vec<Say> {
    let serial = || "SM-0417-22A".to_owned();
    vec![
        Say::ScheduleConfirmation {
            clocks: vec!["Berlin".to_owned()],
            by_phone: String::new(),
            terms: Vec::new(),
            serial: serial(),
            version: "7.3.0".to_owned(),
            window: window(),
            minutes: 120,
            longer: true,
            feedback_to: "dana@acme-tel.example".to_owned(),
            agent: "Noa Adler".to_owned(),
            reading: Some(Read {
                written: "3 December 10:00 PST".to_owned(),
                at: start(),
                zone: "America/Los_Angeles".to_owned(),
            }),
            password_tested: false,
            unknown: vec![Unknown::QuietHours],
        },
        Say::AsapAccepted {
            serial: serial(),
            version: String::new(),
            first: Some(start()),
            zone: "America/Chicago".to_owned(),
            feedback_to: "dana@acme-tel.example".to_owned(),
            password_tested: true,
            unknown: vec![Unknown::Customisations, Unknown::QuietHours],
        },
        Say::OutsideHours {
            refused: String::new(),
            serial: serial(),
            wanted: window(),
            why: phrase!("hours_no_business_day", "{day} is not a business day", day = SATURDAY),
            offers: vec![start()],
        },
        Say::Cancelled { serial: serial(), window: Some(window()), by_customer: true, words: Phrase::default() },
        Say::Cancelled {
            serial: serial(),
            window: None,
            by_customer: false,
            words: Phrase::written("the release was withdrawn"),
        },
        Say::Started {
            serial: serial(),
            news: "started".to_owned(),
            words: String::new(),
            asked: false,
            at: start(),
            window: window(),
            agent: "Noa Adler".to_owned(),
            change: String::new(),
        },
        Say::AgentReply {
            text: "Please have somebody at the phones.".to_owned(),
            agent: "Noa Adler".to_owned(),
            problem: false,
            asks: false,
            handed_to: String::new(),
            goes_on_as: String::new(),
            files: vec!["port-plan.pdf".to_owned(), "trace.log".to_owned()],
        },
    ]
}

fn feedback() -> Vec<Say> {
    let facts = |outcome: &str, words: &str| FeedbackFacts {
        serial: "SM-0417-22A".to_owned(),
        version: "7.3.0".to_owned(),
        planned: Some(window()),
        actual: (outcome != "NOT_STARTED").then(window),
        minutes: 43,
        outcome: outcome.to_owned(),
        service: "degraded".to_owned(),
        issues: vec![Issue {
            effect: "no fax for 10 minutes".to_owned(),
            cure: "the card was restarted".to_owned(),
            ..Issue::plain("the fax line was dead")
        }],
        after: if outcome == "NOT_STARTED" {
            Vec::new()
        } else {
            vec![Issue { after: true, open: "until Friday".to_owned(), ..Issue::plain("the report is in English") }]
        },
        words: words.to_owned(),
        agent: "Noa Adler".to_owned(),
        problem: if outcome == "FAILED_DEGRADED" { "PR-2026-00088".to_owned() } else { String::new() },
        instead_of: if outcome == "PARTIAL" { "old@acme-tel.example".to_owned() } else { String::new() },
        copy_of: if outcome == "ROLLED_BACK" { "dana@acme-tel.example".to_owned() } else { String::new() },
    };
    vec![
        Say::FeedbackSuccess {
            feedback: FeedbackFacts { issues: Vec::new(), after: Vec::new(), ..facts("SUCCESS", "") },
        },
        Say::FeedbackIssues { feedback: facts("SUCCESS_WITH_ISSUES", "") },
        Say::FeedbackIssues { feedback: facts("PARTIAL", "The new console follows next week.") },
        Say::FeedbackFailed { feedback: facts("ROLLED_BACK", "The call service did not start.") },
        Say::FeedbackFailed { feedback: facts("FAILED_DEGRADED", "Inbound calls do not work yet.") },
        Say::FeedbackFailed { feedback: facts("NOT_STARTED", "Port 8081 was closed.") },
    ]
}

fn desk_letters() -> Vec<Say> {
    let lines = ["ROTA     NOW         NEXT", "on-call  Sam Ortiz   Noa Adler, Mon 7 Dec 09:00 PST"];
    let section = Section { title: "ON DUTY".to_owned(), lines: lines.map(str::to_owned).into() };
    vec![
        Say::Duty {
            subject: "Handover of the duty (on-call): Noa Adler to Sam Ortiz".to_owned(),
            lines: vec!["Until Sam Ortiz acknowledges, Noa Adler has the duty.".to_owned()],
            ack: "Reply with the single word\n\n  ack".to_owned(),
            sections: vec![section.clone()],
            commands: Vec::new(),
        },
        Say::Duty {
            subject: "Daily digest, Thursday 3 December 2026".to_owned(),
            lines: vec!["As of Thu 3 December 2026, 10:00 (Los Angeles, UTC-08:00).".to_owned()],
            ack: String::new(),
            sections: vec![section],
            commands: vec![line("#swap <id> 2026-12-24", "the duty of that day goes to him")],
        },
        Say::News { version: "7.4.0".to_owned(), notes: "Calls are set up faster.".to_owned() },
        Say::Subscription { on: true },
        Say::Subscription { on: false },
    ]
}

fn staff_letters() -> Vec<Say> {
    vec![
        Say::Transcript {
            lines: vec![
                TranscriptLine { line: "#take".to_owned(), done: true, text: "you have this ticket".to_owned() },
                TranscriptLine { line: "#shedule".to_owned(), done: false, text: "did you mean #schedule?".to_owned() },
            ],
            done: false,
            status: "SCHEDULED".to_owned(),
            possible: vec!["#start  (work begins now)".to_owned()],
            visible_to: vec!["dana@acme-tel.example".to_owned()],
            lights: vec![Light { name: "Consent".to_owned(), green: true, text: "given by Dana Ruiz".to_owned() }],
            usage: vec![line("#take", "you do this upgrade")],
        },
        Say::Undelivered {
            to: "dana@acme-tel.example".to_owned(),
            letter: "M-05".to_owned(),
            subject: String::new(),
            why: "550 5.1.1 no such user".to_owned(),
            instead: "lee@acme-tel.example".to_owned(),
        },
        Say::StaffNotice {
            headline: "Checked request, scheduled; please take it".to_owned(),
            status: "SCHEDULED".to_owned(),
            from: "dana@acme-tel.example (proven, the signature covers the request)".to_owned(),
            serial: "SM-0417-22A".to_owned(),
            window: Some(window()),
            agent: String::new(),
            lights: vec![Light { name: "Unit".to_owned(), green: true, text: "serial, MAC and IP agree".to_owned() }],
            fields: vec![line("Unit Serial Number", "SM-0417-22A")],
            text: "Dear desk,\nplease upgrade.".to_owned(),
            attachments: vec!["trace.pcap (12000 bytes)".to_owned()],
            attachments_how: vec!["They lie in the sealed original, for the evidence key alone.".to_owned()],
            commands: vec![line("#take", "you do this upgrade")],
        },
    ]
}
