//! Views printed for people: aligned, in plain words, times with their zone.

pub mod rows;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::shell::cli::commands::{head, wrong};
use crate::shell::cli::table::{self, facts, safe};
use crate::shell::run::Failure;

pub type Printed = Result<(), Failure>;

pub(super) fn text(value: &Value, name: &str) -> String {
    match value.get(name) {
        Some(Value::String(text)) => text.clone(),
        None | Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
    }
}

pub(super) fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

pub(super) fn words(value: &Value, name: &str) -> String {
    let words: Vec<String> =
        list(value, name).map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned)).collect();
    words.join(", ")
}

/// A moment in this machine's zone, with its offset.
fn when(value: &Value, name: &str) -> String {
    let moment: Option<Timestamp> = value.get(name).and_then(Value::as_str).and_then(|text| text.parse().ok());
    moment.map_or(String::new(), |at| at.to_zoned(TimeZone::system()).strftime("%a %Y-%m-%d %H:%M UTC%:z").to_string())
}

fn window(value: &Value) -> String {
    match value.get("window") {
        Some(window) if !window.is_null() => format!("{} to {}", when(window, "start"), when(window, "end")),
        _ => String::new(),
    }
}

pub fn read(read: &Value) {
    let identity = read.get("identity").cloned().unwrap_or_default();
    let author = match text(&identity, "fault") {
        fault if fault.is_empty() => format!("{} {}", text(&identity, "address"), text(&identity, "name")),
        fault => format!("nobody: {fault}"),
    };
    let proof = read.get("proof").and_then(|proof| proof.get("result")).map(Value::to_string).unwrap_or_default();
    facts(&[
        ("Kind", text(read, "kind")),
        ("From", author),
        ("Proof", proof),
        ("Subject", text(read, "subject")),
        ("Automatic", words(read, "automatic_because")),
        ("Attachments", list(read, "attachments").map(|file| text(file, "name")).collect::<Vec<_>>().join(", ")),
        ("Secrets", text(read, "secrets")),
        ("Limits", words(read, "limits")),
    ]);
    for form in list(read, "forms") {
        head("Form");
        fields(form.get("fields").unwrap_or(&Value::Null));
        for line in list(form, "rest") {
            println!("remark  {}", safe(line.as_str().unwrap_or("")));
        }
    }
    for command in list(read, "commands") {
        head("Command");
        let verdict = if command.get("command").is_some_and(Value::is_object) {
            "understood".to_owned()
        } else {
            wrong(&text(command, "fault"))
        };
        println!("{}  {verdict}", safe(&text(command, "line")));
    }
    for (name, key) in [("Own text", "own_text"), ("Quoted", "quoted_text"), ("Signature", "signature")] {
        let part = text(read, key);
        if !part.is_empty() {
            head(name);
            println!("{}", safe(&part));
        }
    }
}

fn fields(fields: &Value) {
    let rows: Vec<Vec<String>> = fields
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, slot)| {
            let value = match slot.get("value") {
                Some(Value::Object(time)) => time.get("utc").and_then(Value::as_str).unwrap_or("").to_owned(),
                Some(Value::Null) | None => format!("? {}", text(slot, "fault_text")),
                Some(Value::String(value)) => value.clone(),
                Some(other) => other.to_string(),
            };
            vec![key.clone(), text(slot, "written"), value]
        })
        .collect();
    table::print(&["FIELD", "WRITTEN", "UNDERSTOOD"], &rows);
}

pub fn considered(answer: &Value) {
    facts(&[
        ("Outcome", text(answer, "outcome")),
        ("Ticket", text(answer, "ticket")),
        ("State", text(answer, "state")),
        ("Quarantine", answer.get("quarantine").map(|kept| text(kept, "reason")).unwrap_or_default()),
        ("Events", list(answer, "events").map(|event| text(event, "type")).collect::<Vec<_>>().join(", ")),
        (
            "Timers",
            list(answer, "timers")
                .map(|timer| format!("{} {}", text(timer, "name"), when(timer, "at")))
                .collect::<Vec<_>>()
                .join(", "),
        ),
    ]);
    head("Because");
    let rows: Vec<Vec<String>> = list(answer, "why").map(|why| vec![text(why, "rule"), text(why, "fact")]).collect();
    table::print(&["RULE", "FACT"], &rows);
    for letter in list(answer, "letters") {
        head(&format!("Letter {} to {}: {}", text(letter, "template"), words(letter, "to"), text(letter, "subject")));
        println!("{}", safe(&text(letter, "text")));
    }
}

pub fn tickets(tickets: &[Value]) -> Printed {
    let rows: Vec<Vec<String>> = tickets
        .iter()
        .map(|ticket| {
            vec![
                text(ticket, "id"),
                text(ticket, "state"),
                text(ticket, "company"),
                text(ticket, "serial"),
                text(ticket, "agent"),
                window(ticket),
                when(ticket, "updated_at"),
            ]
        })
        .collect();
    table::print(&["TICKET", "STATE", "COMPANY", "UNIT", "AGENT", "WINDOW", "UPDATED"], &rows);
    Ok(())
}

pub fn ticket(ticket: &Value) -> Printed {
    let requester = list(ticket, "contacts")
        .map(|contact| format!("{} {}", text(contact, "name"), text(contact, "address")))
        .collect::<Vec<_>>()
        .join(", ");
    let consent = ticket.get("consent").filter(|consent| !consent.is_null());
    facts(&[
        ("Ticket", text(ticket, "id")),
        ("State", text(ticket, "state")),
        ("Outcome", text(ticket, "outcome")),
        ("Company", text(ticket, "company")),
        ("Requester", requester),
        ("Agent", text(ticket, "agent")),
        ("Window", window(ticket)),
        (
            "Consent",
            consent
                .map(|consent| format!("{} at {}", text(consent, "given_by"), when(consent, "at")))
                .unwrap_or_default(),
        ),
        ("Password", text(ticket, "password")),
        ("Denials", words(ticket, "denials")),
        ("Not proven", words(ticket, "unproven")),
        ("Undelivered", words(ticket, "undelivered")),
        ("Opened", when(ticket, "opened_at")),
        ("Updated", when(ticket, "updated_at")),
        (
            "Deadlines",
            list(ticket, "deadlines")
                .map(|due| format!("{} {}", text(due, "name"), when(due, "at")))
                .collect::<Vec<_>>()
                .join(", "),
        ),
    ]);
    for unit in list(ticket, "units") {
        head(&format!("Unit {}", text(unit, "serial")));
        fields(unit.get("fields").unwrap_or(&Value::Null));
    }
    head("Letters");
    letters(ticket.get("letters").unwrap_or(&Value::Null))?;
    head("Events");
    events(ticket)
}

pub fn events(ticket: &Value) -> Printed {
    let rows: Vec<Vec<String>> = list(ticket, "events")
        .map(|event| {
            let known = ["at", "type", "status"];
            let more: Vec<String> = event
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(name, _)| !known.contains(&name.as_str()))
                .map(|(name, value)| format!("{name} {}", short(value)))
                .collect();
            vec![when(event, "at"), text(event, "type"), text(event, "status"), more.join(", ")]
        })
        .collect();
    table::print(&["AT", "EVENT", "STATE AFTER", "FACTS"], &rows);
    Ok(())
}

fn short(value: &Value) -> String {
    const CHARS_MAX: usize = 60;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned).replace('\n', " ");
    if text.chars().count() <= CHARS_MAX { text } else { text.chars().take(CHARS_MAX).chain(['…']).collect() }
}

pub fn why(why: &Value) -> Printed {
    let mut record = String::new();
    for row in list(why, "why") {
        if text(row, "record") != record {
            record = text(row, "record");
            println!("{}  {}", when(row, "at"), table::bold(&text(row, "outcome")));
        }
        println!("    {:<10}  {}", text(row, "rule"), safe(&text(row, "fact")));
    }
    Ok(())
}

pub fn letters(letters: &Value) -> Printed {
    let rows: Vec<Vec<String>> = letters
        .as_array()
        .into_iter()
        .flatten()
        .map(|letter| {
            vec![
                text(letter, "no"),
                text(letter, "template"),
                text(letter, "state"),
                text(letter, "to"),
                text(letter, "attempts"),
                text(letter, "subject"),
                text(letter, "response"),
            ]
        })
        .collect();
    table::print(&["NO", "LETTER", "STATE", "TO", "TRIES", "SUBJECT", "ANSWER"], &rows);
    Ok(())
}

pub fn letter(letter: &Value) -> Printed {
    facts(&[
        ("Letter", text(letter, "no")),
        ("Template", text(letter, "template")),
        ("State", text(letter, "state")),
        ("To", text(letter, "to")),
        ("Ticket", text(letter, "ticket")),
        ("Tries", text(letter, "attempts")),
        ("Next try", when(letter, "next_try")),
        ("Sent", when(letter, "sent_at")),
        ("Answer", text(letter, "response")),
    ]);
    println!("\n{}", safe(&text(letter, "bytes").replace("\r\n", "\n")));
    Ok(())
}

pub fn quarantine(rows: &Value) -> Printed {
    let rows: Vec<Vec<String>> = rows
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| {
            vec![text(row, "no"), when(row, "at"), text(row, "reason"), text(row, "detail"), text(row, "message_id")]
        })
        .collect();
    table::print(&["NO", "AT", "REASON", "DETAIL", "MESSAGE-ID"], &rows);
    Ok(())
}

pub fn status(status: &Value) -> Printed {
    let part = |name: &str| status.get(name).cloned().unwrap_or_default();
    let (outbox, tickets, timers, register, journal, source) =
        (part("outbox"), part("tickets"), part("timers"), part("register"), part("journal"), part("source"));
    let running = status.get("running") == Some(&Value::Bool(true));
    let mailbox = match (running, text(&source, "source_trouble")) {
        (false, _) => "not running".to_owned(),
        (true, trouble) if !trouble.is_empty() => {
            wrong(&format!("in trouble since {}: {trouble}", when(&source, "source_trouble_at")))
        }
        (true, _) => format!(
            "connected since {}, {} mails handled",
            when(&source, "source_connected_at"),
            text(&source, "mails_handled")
        ),
    };
    let empty = register.get("empty") == Some(&Value::Bool(true));
    facts(&[
        ("Desk", if running { "running".to_owned() } else { "not running".to_owned() }),
        ("Mailbox", mailbox),
        ("Tickets", format!("{} open, {} in all", text(&tickets, "open"), text(&tickets, "all"))),
        (
            "Letters",
            format!(
                "{} waiting, {} deferred, {} failed, {} sent",
                text(&outbox, "waiting"),
                text(&outbox, "deferred"),
                text(&outbox, "failed"),
                text(&outbox, "sent")
            ),
        ),
        ("Last trouble", text(&outbox, "last_trouble")),
        (
            "Timers",
            format!(
                "{} waiting, {} overdue, next {}",
                text(&timers, "waiting"),
                text(&timers, "overdue"),
                when(&timers, "next")
            ),
        ),
        ("Quarantine", text(status, "quarantine")),
        (
            "Register",
            if empty {
                wrong("EMPTY: nobody is checked and nobody is denied; import it")
            } else {
                format!(
                    "{} companies, {} representatives, {} units",
                    text(&register, "companies"),
                    text(&register, "representatives"),
                    text(&register, "units")
                )
            },
        ),
        (
            "Journal",
            format!(
                "{} records, head {}",
                text(&journal, "records"),
                text(&journal, "head").chars().take(16).collect::<String>()
            ),
        ),
        ("Now", when(status, "now")),
    ]);
    Ok(())
}
