//! Reports over one small history, counted by hand: each number with its tickets.
//!
//! | ticket | what happened (December 2026, UTC) |
//! |---|---|
//! | U1 acme | complete at once; window 8th 18:00 to 19:00; 40 min, SUCCESS, feedback 10 min later; then P1 |
//! | U2 acme | the MAC was missing; window 9th 18:00 to 19:00; extended at 18:50; 80 min, ROLLED_BACK, feedback late |
//! | U3 nordwind | ASAP; window 10th 17:00 to 18:00; 20 min, SUCCESS, no feedback; customised; then P2 |
//! | U4 cobalt | denied for its MAC, corrected, scheduled for the 20th |
//! | U5 cobalt | denied for its MAC, corrected, denied for its IP |
//! | P1 | P1 about U1, 120 min after its end; two calls; a person after 20 min |
//! | P2 | read as P2, about U3, 60 min after its end; a person says P3 |
//! | P3 | read as P3, about nothing; a person says P2; waits for the customer for 90 min |

use std::collections::BTreeSet;

use jiff::Timestamp;
use upgrade_desk::desk::denial::Denial;
use upgrade_desk::desk::form::{FieldKey, Form};
use upgrade_desk::desk::phrase::Phrase;
use upgrade_desk::desk::report::{History, Kept, Name, Past, Period, Posted, rows};
use upgrade_desk::desk::ticket::{Checked, Event, Happened, Outcome, Requester, Service, TicketId, Window, apply};
use upgrade_desk::desk::urgency::Severity;

use crate::sample_rules::rules;

fn at(written: &str) -> Timestamp {
    format!("2026-12-{}:00Z", written.replace(' ', "T")).parse().unwrap()
}

fn history(id: &str, events: Vec<(&str, Event)>) -> History {
    let id = TicketId(id.to_owned());
    let (mut ticket, mut happened) = (None, Vec::new());
    for (when, event) in events {
        ticket = apply(ticket, &id, &event, at(when));
        happened.push(Happened { at: at(when), status: ticket.as_ref().unwrap().status, event });
    }
    History { ticket: ticket.unwrap(), events: happened }
}

fn requester() -> Requester {
    Requester {
        address: "dana@acme-tel.example".to_owned(),
        name: "Dana Ruiz".to_owned(),
        on_file: true,
        language: None,
    }
}

fn opened(company: &str) -> Event {
    let company = Some(company.to_owned());
    Event::Opened {
        requester: requester(),
        company,
        form: Form::default(),
        parent: None,
        received: at("07 17:00"),
        attempt: None,
    }
}

fn completed(when: &str) -> Event {
    Event::Completed { received: at(when) }
}

fn matched(company: &str) -> Event {
    Event::Matched { company: company.to_owned(), checked: Checked::default() }
}

fn scheduled(start: &str, end: &str) -> Event {
    let window = Window { start: at(start), end: at(end), zone: "America/Los_Angeles".to_owned() };
    Event::Scheduled { window, by: "dana".to_owned() }
}

fn noa(make: fn(String) -> Event) -> Event {
    make("noa".to_owned())
}

fn finished(outcome: Outcome) -> Event {
    Event::Finished { outcome, issues: Vec::new(), words: String::new(), by: "noa".to_owned(), service: Service::Up }
}

fn refused(denial: Denial) -> Event {
    Event::Refused { denials: vec![denial], reason: None, checked: Checked::default() }
}

fn reported(severity: Severity, upgrade: Option<&str>, received: &str) -> Event {
    Event::Reported {
        earlier: None,
        items: Vec::new(),
        requester: requester(),
        company: Some("acme".to_owned()),
        form: Form::default(),
        upgrade: upgrade.map(|id| TicketId(id.to_owned())),
        suggested: None,
        severity,
        claimed: None,
        because: Vec::new(),
        since: None,
        extract: String::new(),
        automatic: false,
        received: at(received),
    }
}

fn set(severity: Severity) -> Event {
    Event::SeveritySet { severity, reason: String::new(), by: "noa".to_owned(), by_staff: true }
}

fn alarmed(step: u32) -> Event {
    Event::Alarmed { step, to: Vec::new(), addresses: Vec::new(), skipped: Vec::new() }
}

fn started() -> Event {
    noa(|by| Event::Started { by })
}

fn upgrades() -> Vec<History> {
    let missing = [(FieldKey::UnitMac, Phrase::written("this is missing"))].into();
    let sent = || Event::FeedbackSent { letter: 1 };
    vec![
        history(
            "U1",
            vec![
                ("07 17:00", opened("acme")),
                ("07 17:00", completed("07 17:00")),
                ("07 17:00", matched("acme")),
                ("07 17:00", scheduled("08 18:00", "08 19:00")),
                ("08 16:00", Event::Readied),
                ("08 18:00", started()),
                ("08 18:30", noa(|by| Event::Applied { by })),
                ("08 18:40", finished(Outcome::Success)),
                ("08 18:50", sent()),
            ],
        ),
        history(
            "U2",
            vec![
                ("07 17:00", opened("acme")),
                ("07 17:00", Event::Incomplete { faults: missing }),
                ("07 19:00", Event::Answered { form: Form::default(), by: "dana".to_owned() }),
                ("07 19:00", completed("07 19:00")),
                ("07 19:00", matched("acme")),
                ("07 19:00", scheduled("09 18:00", "09 19:00")),
                ("09 16:00", Event::Readied),
                ("09 18:00", started()),
                ("09 18:50", Event::Extended { minutes: 30, reason: "a slow disk".to_owned() }),
                ("09 19:10", noa(|by| Event::Applied { by })),
                ("09 19:20", finished(Outcome::RolledBack)),
                ("09 21:00", sent()),
            ],
        ),
        history(
            "U3",
            vec![
                ("07 17:00", opened("nordwind")),
                ("07 17:00", completed("07 17:00")),
                ("07 17:00", matched("nordwind")),
                ("07 17:00", Event::Queued),
                ("10 16:00", scheduled("10 17:00", "10 18:00")),
                ("10 16:00", Event::Readied),
                ("10 17:00", started()),
                ("10 17:10", noa(|by| Event::Applied { by })),
                ("10 17:20", finished(Outcome::Success)),
            ],
        ),
        history(
            "U4",
            vec![
                ("07 17:00", opened("cobalt")),
                ("07 17:00", completed("07 17:00")),
                ("07 17:00", refused(Denial::Mac)),
                ("07 17:30", Event::Corrected),
                ("07 17:30", matched("cobalt")),
                ("07 17:30", scheduled("20 18:00", "20 19:00")),
            ],
        ),
        history(
            "U5",
            vec![
                ("07 17:00", opened("cobalt")),
                ("07 17:00", completed("07 17:00")),
                ("07 17:00", refused(Denial::Mac)),
                ("07 17:10", Event::Corrected),
                ("07 17:10", refused(Denial::Ip)),
            ],
        ),
    ]
}

fn problems() -> Vec<History> {
    let raised = Event::AlarmRaised { since: at("08 20:40"), first: None, why: String::new() };
    let ask = Event::Asked { by: "noa".to_owned(), text: String::new() };
    vec![
        history(
            "P1",
            vec![
                ("08 20:40", reported(Severity::P1, Some("U1"), "08 20:40")),
                ("08 20:40", raised),
                ("08 20:40", alarmed(0)),
                ("08 20:55", alarmed(1)),
                ("08 21:00", noa(|by| Event::Acknowledged { by })),
            ],
        ),
        history(
            "P2",
            vec![("10 18:20", reported(Severity::P2, Some("U3"), "10 18:20")), ("10 18:30", set(Severity::P3))],
        ),
        history(
            "P3",
            vec![
                ("11 18:00", reported(Severity::P3, None, "11 18:00")),
                ("11 18:05", noa(|by| Event::Acknowledged { by })),
                ("11 18:10", set(Severity::P2)),
                ("11 18:30", ask),
                ("11 20:00", Event::CustomerAnswered { by: "dana".to_owned() }),
            ],
        ),
    ]
}

/// `group / what / value unit: ids`, one a line. The week begins on Monday the 7th
/// and ends with Sunday the 13th, in the desk's zone.
fn told(name: Name) -> String {
    let histories: Vec<History> = upgrades().into_iter().chain(problems()).collect();
    let posted = |no, when: &str, template: &str, for_staff, state: &str| Posted {
        no,
        at: at(when),
        template: template.to_owned(),
        for_staff,
        state: state.to_owned(),
    };
    // The first letter left before the week began in Los Angeles, where it is eight hours earlier.
    let posted = [
        posted(1, "07 07:59", "M-05", false, "sent"),
        posted(2, "07 08:00", "M-05", false, "sent"),
        posted(3, "14 07:59", "M-31", true, "failed"),
        posted(4, "14 08:00", "M-31", true, "sent"),
    ];
    let kept = [Kept { no: 1, at: at("08 10:00"), reason: "unknown_sender".to_owned() }];
    let mut rules = rules().clone();
    rules.hours.zone = "America/Los_Angeles".to_owned();
    let period = Period { from: at("07 08:00"), to: at("14 08:00") };
    // All forms of this history are empty, so only U3 is told apart, by its serial.
    let mut histories = histories;
    histories[2].ticket.form = form_of("SM-0503-10B");
    let customised = BTreeSet::from([histories[2].ticket.serial().to_owned()]);
    let past =
        Past { histories: &histories, posted: &posted, kept: &kept, customised: &customised, rules: &rules, period };
    let line = |row: upgrade_desk::desk::report::Row| {
        let number = format!("{} {}", row.value, row.unit);
        format!("{} / {} / {}: {}\n", row.group, row.what, number.trim(), row.ids.join(" "))
    };
    rows(name, &past).into_iter().map(line).collect()
}

fn form_of(serial: &str) -> Form {
    use upgrade_desk::desk::form::{Slot, Value};
    let mut form = Form::default();
    let slot = Slot { written: serial.to_owned(), read: Ok(Value::Serial(serial.to_owned())) };
    form.fields.insert(FieldKey::UnitSerial, slot);
    form
}

#[test]
fn upgrades_that_ended_by_outcome_customer_version_and_kind() {
    let expected = "\
outcome / ROLLED_BACK / 1: U2
outcome / SUCCESS / 2: U1 U3
customer / acme / 2: U1 U2
customer / nordwind / 1: U3
version / not named / 3: U1 U2 U3
kind / asap / 1: U3
kind / scheduled / 2: U1 U2
notice / shorter than the rule / 0.0 %: \n\
notice / outside hours / 0.0 %: \n\
notice / rescheduled / 0.0 %: \n\
open / not ended when the period ended / 2: U4 U5
";
    assert_eq!(told(Name::Upgrades), expected);
}

#[test]
fn the_funnel_says_how_far_requests_came_and_where_they_waited() {
    let expected = "\
funnel / 1 received / 5: U1 U2 U3 U4 U5
funnel / 2 complete / 5: U1 U2 U3 U4 U5
funnel / 3 validated / 4: U1 U2 U3 U4
funnel / 4 scheduled / 4: U1 U2 U3 U4
funnel / 5 started / 3: U1 U2 U3
funnel / 6 success / 2: U1 U3
completeness / complete in the first mail / 80.0 %: U1 U3 U4 U5
completeness / mails for one request / 1.2: U1 U2 U3 U4 U5
missed field / unit_mac / 1: U2
time in a state / DENIED, median / 20 min: U4 U5
time in a state / FEEDBACK_DUE, median / 55 min: U1 U2
time in a state / IN_PROGRESS, median / 30 min: U1 U2 U3
time in a state / NEEDS_INFO, median / 120 min: U2
time in a state / QUEUED_ASAP, median / 4260 min: U3
time in a state / READY, median / 120 min: U1 U2 U3
time in a state / SCHEDULED, median / 1380 min: U1 U2 U3
time in a state / VERIFYING, median / 10 min: U1 U2 U3
open / not ended when the period ended / 2: U4 U5
";
    assert_eq!(told(Name::Funnel), expected);
}

#[test]
fn denials_by_code_with_those_that_come_again() {
    let expected = "\
denials / tickets denied / 2: U4 U5
denials / corrected later / 50.0 %: U4
code / D-IP / 1: U5
code / D-MAC / 2: U4 U5
denied more than once / cobalt / 3: U4 U5 U5
open / denied, may be corrected / 1: U5
";
    assert_eq!(told(Name::Denials), expected);
}

#[test]
fn downtime_of_regular_and_customised_units_apart() {
    let expected = "\
regular units / upgrades / 2: U1 U2
regular units / up to 30 min / 0.0 %: \n\
regular units / 31 to 60 min / 50.0 %: U1
regular units / more than 60 min / 50.0 %: U2
regular units / median / 60 min: U1 U2
regular units / mean / 60 min: U1 U2
regular units / p90 / 80 min: U1 U2
customised units / upgrades / 1: U3
customised units / up to 30 min / 100.0 %: U3
customised units / 31 to 60 min / 0.0 %: \n\
customised units / more than 60 min / 0.0 %: \n\
customised units / median / 20 min: U3
customised units / mean / 20 min: U3
customised units / p90 / 20 min: U3
reason of more than 60 min / a slow disk / 1: U2
window / overran / 1: U2
window / of these announced before the planned end / 100.0 %: U2
reported down by customers / P1 reports after these upgrades / 1: P1
reported down by customers / median / min: \n\
reported down by customers / worst / min: \n\
open / work not ended when the period ended / 0: \n";
    assert_eq!(told(Name::Downtime), expected);
}

/// Nothing was sealed in these weeks: no share is made of nothing.
#[test]
fn passwords_of_weeks_without_any() {
    let expected = "\
passwords / sealed / 0: \n\
passwords / shown to people / 0: \n\
passwords / wrong when the work was to begin / 0: \n\
passwords / destroyed in time / %: \n\
passwords / destroyed late, or not yet / 0: \n\
passwords / reset confirmed, of those asked / %: \n\
passwords / asked to be reset / 0: \n";
    assert_eq!(told(Name::Passwords), expected);
}

#[test]
fn feedback_in_time_late_and_missing() {
    let expected = "\
feedback / sent within its target / 33.3 %: U1
feedback / late / 1: U2
feedback / missing when the period ended / 1: U3
feedback / upgrades with a supplement / 0: \n\
from the end of the work / median / 55 min: U1 U2
from the end of the work / worst / 100 min: U1 U2
";
    assert_eq!(told(Name::Feedback), expected);
}

#[test]
fn problems_after_upgrades_and_those_of_nothing() {
    let expected = "\
after upgrades / upgrades that ended / 3: U1 U2 U3
after upgrades / problems within 7 days / 66.6 per 100 upgrades: P1 P2
after upgrades / problems within 30 days / 66.6 per 100 upgrades: P1 P2
version, within 30 days / not named / 2: P1 P2
severity, within 30 days / P1 / 1: P1
severity, within 30 days / P3 / 1: P2
from the end of the work to the report / median / 90 min: P1 P2
reported / linked to no upgrade / 1: P3
reported / reopened / 0: \n\
open / not closed when the period ended / 3: P1 P2 P3
";
    assert_eq!(told(Name::Problems), expected);
}

#[test]
fn the_most_urgent_and_how_well_reports_were_read() {
    let expected = "\
P1 / reported / 1: P1
until a person had it / median / 20 min: P1
until a person had it / p95 / 20 min: P1
until a person had it / worst / 20 min: P1
calls / up to call 2 / 1: P1
P1 / alarmed again after a person had it / 0: \n\
P1 / nobody had it when the period ended / 0: \n";
    assert_eq!(told(Name::P1), expected);
    let expected = "\
read as P1 or P2 / reports / 2: P1 P2
read as P1 or P2 / lowered by people: false alarms / 50.0 %: P2
read as P3 or P4 / reports / 1: P3
read as P3 or P4 / raised by people: missed alarms / 100.0 %: P3
";
    assert_eq!(told(Name::Urgency), expected);
}

#[test]
fn promises_about_time_met_and_missed() {
    let expected = "\
W-03 a person has a P1 / met / 0: \n\
W-03 a person has a P1 / missed / 1: P1
W-05 the customer's answer / met / 1: U2
W-05 the customer's answer / missed / 0: \n\
W-06 the representative's confirmation / met / 0: \n\
W-06 the representative's confirmation / missed / 0: \n\
W-12 the official feedback / met / 1: U1
W-12 the official feedback / missed / 2: U2 U3
pause: waiting for the customer of a problem / median / 90 min: P3
pause: waiting for the customer of a problem / worst / 90 min: P3
";
    assert_eq!(told(Name::Sla), expected);
}

/// Days of the desk's zone: 07:59 UTC is still the day before in Los Angeles.
#[test]
fn letters_and_kept_mail_of_the_weeks_days() {
    let expected = "\
letters / to customers / 1: letter 2
letters / to staff / 1: letter 3
letters by state / failed / 1: letter 3
letters by state / sent / 1: letter 2
letters by kind / M-05 / 1: letter 2
letters by kind / M-31 / 1: letter 3
kept in quarantine / unknown_sender / 1: quarantine 1
";
    assert_eq!(told(Name::Desk), expected);
}
