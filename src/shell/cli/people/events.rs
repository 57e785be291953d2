//! What is worth knowing of each event, in a line.

use std::net::IpAddr;

use serde_json::Value;

use crate::desk::form::{FieldKey, Form};
use crate::desk::ports::Found;
use crate::desk::ticket::{Consent, Event, Happened, Issue, NoteKind, Scope, Window};
use crate::desk::timers::TimerName;
use crate::shell::cli::page::Page;
use crate::shell::cli::people::words::{local_times, timer};

/// The facts of an event in its JSON form; one that this version does not know
/// has none to show.
pub fn facts(page: &Page, event: &Value) -> String {
    match serde_json::from_value::<Happened>(event.clone()) {
        Ok(happened) => of(page, &happened.event),
        Err(_) => String::new(),
    }
}

/// The same for an event that has not happened yet.
pub fn planned(page: &Page, event: &Value) -> String {
    let name = event.get("type").and_then(Value::as_str).unwrap_or_default();
    match serde_json::from_value::<Event>(event.clone()).map(|event| of(page, &event)) {
        Ok(facts) if !facts.is_empty() => format!("{name}: {facts}"),
        _ => name.to_owned(),
    }
}

/// The facts of an event.
pub fn of(page: &Page, event: &Event) -> String {
    match event {
        Event::Opened { requester, parent, .. } => {
            let of = parent.as_ref().map(|parent| format!(", part of {parent}")).unwrap_or_default();
            format!("{} <{}> asked{of}", requester.name, requester.address)
        }
        Event::SetAside { reason: text } | Event::TermsRefused { reason: text } => text.clone(),
        Event::Blocked { why, cause } => with(cause.into(), why),
        Event::NotStarted { why, cause, slots } => {
            let offered: Vec<String> = slots.iter().map(|slot| span(page, slot)).collect();
            with(&with(cause.into(), why), &offered.join("; "))
        }
        Event::Incomplete { faults } => format!("missing or unclear: {}", keys(faults.keys())),
        Event::Answered { form, by } => format!("{by} answered: {}", fields(form)),
        Event::Completed { received } => format!("all that is needed is there since {}", page.moment(*received)),
        Event::Refused { denials, reason, .. } => {
            let codes: Vec<&str> = denials.iter().map(|denial| denial.code()).collect();
            with(&codes.join(", "), reason.as_deref().unwrap_or_default())
        }
        Event::Unproven { because } => because.join("; "),
        Event::Disowned { by } => by.as_ref().map(|by| format!("by {by}")).unwrap_or_default(),
        Event::Matched { company, .. } => format!("company, unit and person of {company} agree with the register"),
        Event::OutsideHours { window, why } => with(&span(page, window), why),
        Event::TermsOffered { terms } => format!("terms {terms}"),
        Event::Proposed { slots } => slots.iter().map(|slot| span(page, slot)).collect::<Vec<String>>().join("; "),
        Event::HoldAsked { by } | Event::PasswordFailed { by } => format!("by {by}"),
        Event::RollbackBegun { by, words } | Event::WentOn { by, words } => with(&format!("by {by}"), words),
        Event::HoldEnded { by, words } => with(&format!("by {by}"), words),
        Event::Scheduled { window, by } | Event::SlotFound { window, by } => format!("{}, by {by}", span(page, window)),
        Event::Consented { consent } => consented(page, consent),
        Event::Approved { by, reason, .. } => with(&format!("by {by}"), reason),
        Event::Resubmitted { of } => format!("after {of} was denied"),
        Event::Absorbed { ticket } => format!("{ticket} goes on here"),
        Event::Taken { agent } => format!("by {agent}"),
        Event::Prechecked { closed_ports, by } => prechecked(closed_ports, by),
        Event::PortsAsked { address, row, by, again } => ports_asked(*address, *row, by.as_deref(), *again),
        Event::PortsFound { address, row, found, told } => ports_found(page, (*address, *row), found, *told),
        Event::PortsUntested { why } => why.clone(),
        Event::Cancelled { by, words, .. } => with(&format!("by {by}"), words),
        Event::Extended { minutes, reason } => with(&format!("by {minutes} minutes"), reason),
        Event::Confirmed { by, .. } | Event::Started { by } | Event::StopAsked { by } | Event::Applied { by } => {
            format!("by {by}")
        }
        Event::Declined { by } | Event::Resumed { by } | Event::Stopped { by } => format!("by {by}"),
        Event::Finished { outcome, issues, words, by, service } => {
            let (outcome, service): (&'static str, &'static str) = (outcome.into(), service.into());
            with(&with(&format!("{outcome}, service {service}, by {by}"), words), &issues_of(issues))
        }
        Event::FeedbackWritten { text, by } => with(&format!("by {by}"), text),
        Event::FeedbackSent { letter } => format!("letter {letter}"),
        Event::LateIssue { issue } => issue.text.clone(),
        Event::IssueFound { issue, by } => with(&format!("by {by}"), &issue.text),
        Event::Merged { into } => format!("into {into}"),
        Event::Noted { kind, by, text } => with(&format!("{} {by}", noted(*kind)), text),
        Event::SecretKept { secret } => format!("sealed as {secret}"),
        Event::Undelivered { letter, address, why } => with(&format!("letter {letter} to {address}"), why),
        Event::Reminded { timer } => reminded(page, timer),
        Event::Escalated { by, words } => with(by, words),
        Event::Accepted | Event::Spam | Event::Lapsed | Event::Corrected | Event::Queued | Event::Readied => {
            String::new()
        }
        Event::ResetAsked => String::new(),
        Event::ResetConfirmed { by } => format!("by {by}"),
        Event::SecretsDestroyed { secrets } => secrets.join(", "),
        Event::StartLate | Event::WatchOver | Event::OfferedAgain => String::new(),
        Event::Overran | Event::OffersEnded | Event::AskedAgain => String::new(),
        Event::Challenged { to, until } => format!("{} asked, until {}", to.join(", "), page.moment(*until)),
        _ => of_problem(page, event),
    }
}

fn of_problem(page: &Page, event: &Event) -> String {
    match event {
        Event::Reported { requester, severity, because, .. } => {
            let severity: &'static str = severity.into();
            with(&format!("{severity}, by {} <{}>", requester.name, requester.address), &because.join("; "))
        }
        Event::Unsure { why } => why.clone(),
        Event::AlarmRaised { since, why, .. } => with(&format!("counted from {}", page.moment(*since)), why),
        Event::Alarmed { step, to, skipped, .. } => {
            let called = format!("step {}: {}", step.saturating_add(1), to.join(", "));
            if skipped.is_empty() { called } else { format!("{called}; nobody on duty at {}", skipped.join(", ")) }
        }
        Event::Asked { by, text } | Event::Resolved { by, text } => with(&format!("by {by}"), text),
        Event::ItemSettled { item, text, by } => with(&format!("number {item}, by {by}"), text),
        Event::SinceSaid { words, by } => with(&format!("by {by}"), words),
        Event::Nudged { by } | Event::ChangeStarted { by } => format!("by {by}"),
        Event::ChangeEnded { by, result: Some(result), words } => {
            let result: &'static str = result.into();
            with(&format!("{result}, by {by}"), words)
        }
        Event::ChangeProposed { what, text, by, .. } => with(&format!("{what}, by {by}"), text),
        Event::Settled { by, words } => with(&format!("by {by}"), words),
        Event::SeveritySet { severity, reason, by, .. } => {
            let severity: &'static str = severity.into();
            with(&format!("{severity}, by {by}"), reason)
        }
        Event::Linked { upgrade, by } => {
            format!("{}, by {by}", upgrade.as_ref().map_or("to nothing", |id| id.0.as_str()))
        }
        Event::Transferred { to, by } => format!("to {to}, by {by}"),
        Event::Acknowledged { by } | Event::WorkBegun { by } | Event::CustomerAnswered { by } => format!("by {by}"),
        Event::ChangeAgreed { by } | Event::ChangeEnded { by, .. } | Event::Reopened { by } => format!("by {by}"),
        _ => among_staff(page, event),
    }
}

/// What staff arranged about a ticket.
fn among_staff(page: &Page, event: &Event) -> String {
    match event {
        Event::Assigned { agent, by } => format!("to {agent}, by {by}"),
        Event::OverrideAsked { denial, by, reason } => with(&format!("{}, asked by {by}", denial.code()), reason),
        Event::Overridden { by, reason, denial, second } => {
            let code = denial.map_or("denial", |denial| denial.code());
            let second = second.as_ref().map(|second| format!(" and {second}")).unwrap_or_default();
            with(&format!("{code}, by {by}{second}"), reason)
        }
        Event::WrittenDown { by, person } => format!("by {by}, after a call of {person}"),
        Event::Released { by } => format!("by {by}"),
        Event::Revealed { by, second, reason, .. } => {
            let second = second.as_ref().map(|second| format!(" and {second}")).unwrap_or_default();
            with(&format!("to {by}{second}"), reason)
        }
        Event::AttachmentsSealed { files } => {
            let names = files.iter().map(|file| match file.left_out {
                None => format!("{}, sealed to staff, SHA-256 {}", file.name, file.sha256),
                Some(_) => format!("{}, in the sealed original, SHA-256 {}", file.name, file.sha256),
            });
            names.collect::<Vec<String>>().join("; ")
        }
        Event::AttachmentsOpened { by, reason, console, .. } => {
            with(&format!("by {by}, at the console as {console}"), reason)
        }
        Event::OriginalsOpened { records, reason, console } => {
            let records: Vec<String> = records.iter().map(u64::to_string).collect();
            with(&format!("of record {}, at the console by {console}", records.join(", ")), reason)
        }
        Event::HandedOver { to, by, text } => with(&format!("to {to}, by {by}"), text),
        Event::Copied { address, add, by } => {
            format!("{address} {} copies, by {by}", if *add { "gets" } else { "gets no more" })
        }
        Event::Snoozed { until, by } => format!("until {}, by {by}", page.moment(*until)),
        Event::Undone { by, what, .. } => with(&format!("by {by}"), &what.join("; ")),
        _ => String::new(),
    }
}

fn with(first: &str, more: &str) -> String {
    let more = more.trim().replace('\n', " ");
    if more.is_empty() { first.to_owned() } else { format!("{first}: {more}") }
}

fn span(page: &Page, window: &Window) -> String {
    page.span(window.start, window.end)
}

fn keys<'a>(keys: impl Iterator<Item = &'a FieldKey>) -> String {
    keys.map(|key| key.key()).collect::<Vec<&str>>().join(", ")
}

fn fields(form: &Form) -> String {
    keys(form.fields.keys())
}

fn consented(page: &Page, consent: &Consent) -> String {
    let scope = match &consent.scope {
        Scope::Window { start, end } => page.span(*start, *end),
        Scope::AnyBusinessHours => "any business hours".to_owned(),
        Scope::AtOnce => "at once".to_owned(),
    };
    format!("by {}, for {scope}", consent.given_by)
}

fn prechecked(closed_ports: &[u16], by: &str) -> String {
    if closed_ports.is_empty() {
        return format!("all ports are open, says {by}");
    }
    let ports: Vec<String> = closed_ports.iter().map(u16::to_string).collect();
    format!("closed: {}, says {by}", ports.join(", "))
}

/// Each line of the evidence page stands on one event: nothing is looked up.
fn ports_asked(address: IpAddr, row: u64, by: Option<&str>, again: u32) -> String {
    let by = by.map_or_else(|| "as planned".to_owned(), |by| format!("asked for by {by}"));
    let again = if again == 0 { String::new() } else { format!("; begun anew, {again}") };
    format!("22, 80 and 8081 of {address} (register, row {row}), {by}{again}")
}

fn ports_found(page: &Page, (address, row): (IpAddr, u64), found: &Found, told: bool) -> String {
    let from = found.from.map(|from| format!(" from {from}")).unwrap_or_default();
    let told = if told { "; the customer is told" } else { "" };
    format!("{address} (register, row {row}): {}; tested {}{from}{told}", found.said(), page.moment(found.tested))
}

/// `UT-25@2026-11-17T16:30:00Z`, see [`crate::desk::timers::Timer::key`].
fn reminded(page: &Page, key: &str) -> String {
    let (name, at) = key.split_once('@').unwrap_or((key, ""));
    if let Some(rule) = name.strip_prefix("S-09 ") {
        return format!("staff were told that the agreed time lies in {rule}");
    }
    let known = serde_json::from_value::<TimerName>(Value::String(name.to_owned())).ok();
    format!("{}, due {}", known.map_or_else(|| name.to_owned(), |name| timer(name).to_owned()), local_times(page, at))
}

fn issues_of(issues: &[Issue]) -> String {
    issues.iter().map(|issue| issue.text.as_str()).collect::<Vec<&str>>().join("; ")
}

fn noted(kind: NoteKind) -> &'static str {
    match kind {
        NoteKind::Customer => "the customer",
        NoteKind::Staff => "internal, by",
        NoteKind::Unproven => "not proven to be",
        NoteKind::Reply => "to the customer, by",
        NoteKind::Automatic => "written by a machine of",
    }
}
