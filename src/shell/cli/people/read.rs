//! One mail for people: what was read in it, what would be decided.

use serde_json::Value;

use crate::desk::mail::Proof;
use crate::desk::record::OutcomeWord;
use crate::shell::cli::page::{Cell, Page, bad, good};
use crate::shell::cli::people::words::{self as plain, local_times};
use crate::shell::cli::people::{cells, deadlines, events, list, signatures, text, words};

pub fn read(page: &mut Page, read: &Value) {
    let files = list(read, "attachments").map(|file| format!("{} ({} bytes)", text(file, "name"), text(file, "size")));
    let files = files.collect::<Vec<String>>().join("\n");
    let secrets = match text(read, "secrets").as_str() {
        "0" => String::new(),
        count => format!("{count}, to be sealed"),
    };
    let facts = vec![
        ("Kind", text(read, "kind").into()),
        ("Severity", severity(read)),
        ("From", author(read)),
        ("Proof", proof(read).into()),
        ("Signatures", signatures::lines(read.get("proof").and_then(|proof| proof.get("checked"))).into()),
        ("To", words(read, "to").into()),
        ("Subject", text(read, "subject").into()),
        ("Date", page.when(read, "date").into()),
        ("Message-ID", text(read, "message_id").into()),
        ("Answers", words(read, "in_reply_to").into()),
        ("Automatic", words(read, "automatic_because").into()),
        ("Attachments", files.into()),
        ("Secrets", secrets.into()),
        ("Over limits", bad(words(read, "limits"))),
    ];
    page.facts(facts);
    report(page, read);
    for form in list(read, "forms") {
        page.head("Form");
        fields(page, form.get("fields").unwrap_or(&Value::Null));
        for line in list(form, "rest") {
            page.line(format!("remark  {}", line.as_str().unwrap_or_default()));
        }
    }
    commands(page, read);
    for (name, key) in [("Own text", "own_text"), ("Quoted", "quoted_text"), ("Signature", "signature")] {
        let part = text(read, key);
        if !part.is_empty() {
            page.head(name);
            page.text(&part);
        }
    }
}

fn author(read: &Value) -> Cell {
    let identity = read.get("identity").cloned().unwrap_or_default();
    match text(&identity, "fault") {
        fault if fault.is_empty() => format!("{} <{}>", text(&identity, "name"), text(&identity, "address")).into(),
        fault => bad(format!("nobody: {fault}")),
    }
}

/// Of a mail that reports a problem, with the words that tell it.
fn severity(read: &Value) -> Cell {
    let Some(urgency) = read.get("urgency").filter(|urgency| urgency.is_object()) else { return String::new().into() };
    let because: Vec<String> = list(urgency, "because").filter_map(|why| Some(why.as_str()?.to_owned())).collect();
    let since = Some(text(urgency, "since")).filter(|since| !since.is_empty());
    let since: Vec<String> = since.map(|since| format!("since when: \"{since}\"")).into_iter().collect();
    let told = [vec![text(urgency, "severity")], because, since].concat().join("\n");
    if text(urgency, "severity") == "P1" { bad(told) } else { told.into() }
}

fn proof(read: &Value) -> String {
    let result = read.get("proof").and_then(|proof| proof.get("result"));
    result
        .and_then(|result| serde_json::from_value::<Proof>(result.clone()).ok())
        .as_ref()
        .map(plain::proof)
        .unwrap_or_default()
}

fn report(page: &mut Page, read: &Value) {
    let Some(report) = read.get("report").filter(|report| report.is_object()) else { return };
    page.head(&format!("Report: {}", text(report, "kind")));
    let rows = list(report, "recipients")
        .map(|recipient| cells(["address", "action", "status", "diagnostic"].map(|name| text(recipient, name))));
    page.table(&["RECIPIENT", "ACTION", "STATUS", "DIAGNOSTIC"], rows.collect(), "it names no recipient");
}

fn commands(page: &mut Page, read: &Value) {
    let rows: Vec<Vec<Cell>> = list(read, "commands")
        .map(|command| {
            let is_understood = command.get("command").is_some_and(Value::is_object);
            let verdict = if is_understood { good("understood") } else { bad(text(command, "fault")) };
            vec![text(command, "line").into(), verdict]
        })
        .collect();
    if !rows.is_empty() {
        page.head("Commands");
        page.table(&["LINE", "VERDICT"], rows, "");
    }
}

/// The fields of a form: as written and as understood, or what is wrong.
pub fn fields(page: &mut Page, fields: &Value) {
    let is_explained = fields.as_object().into_iter().flatten().any(|(_, slot)| slot.get("stood").is_some());
    let rows = fields.as_object().into_iter().flatten().map(|(key, slot)| {
        let understood: Cell = match slot.get("value") {
            Some(Value::Object(_)) => time(page, slot.get("value").unwrap_or(&Value::Null)).into(),
            Some(Value::Null) | None => bad(text(slot, "fault_text")),
            Some(Value::Bool(yes)) => if *yes { "yes" } else { "no" }.into(),
            Some(Value::String(value)) => value.as_str().into(),
            Some(other) => other.to_string().into(),
        };
        let mut row: Vec<Cell> = vec![key.as_str().into(), text(slot, "written").into(), understood];
        if is_explained {
            row.extend([stood(slot, place), stood(slot, rule)].map(Cell::from));
        }
        row
    });
    let rows = rows.collect();
    let heads = ["FIELD", "WRITTEN", "UNDERSTOOD", "STOOD IN", "READ BY"];
    page.table(heads.get(..if is_explained { 5 } else { 3 }).unwrap_or(&heads), rows, "it has no fields");
}

/// Each place or rule once.
fn stood(slot: &Value, tell: fn(&Value) -> String) -> String {
    let mut told: Vec<String> = list(slot, "stood").map(tell).collect();
    told.dedup();
    told.join(", ")
}

/// `text, line 3: 14-22`, or the file's name with its row.
fn place(stood: &Value) -> String {
    let file = text(stood, "file");
    let part = if file.is_empty() { text(stood, "part") } else { file };
    let line = text(stood, "line");
    let span = words(stood, "span").replace(", ", "-");
    let line = if line.is_empty() { String::new() } else { format!(", line {line}") };
    let span = if span.is_empty() { span } else { format!(": {span}") };
    format!("{part}{line}{span}")
}

fn rule(stood: &Value) -> String {
    let rule = stood.get("rule").cloned().unwrap_or_default();
    match text(&rule, "by").as_str() {
        "label" => format!("label \"{}\"", text(&rule, "label")),
        "shape" => "its shape, in prose".to_owned(),
        "sentence" => "a sentence about the password".to_owned(),
        "alone" => "ASAP alone".to_owned(),
        other => other.to_owned(),
    }
}

/// A time with all its readings when it has several.
fn time(page: &Page, time: &Value) -> String {
    let readings: Vec<&Value> = list(time, "readings").collect();
    let first = page.when(time, "utc");
    if readings.len() < 2 { first } else { format!("{first}; readings: {}", words(time, "readings")) }
}

pub fn considered(page: &mut Page, answer: &Value) {
    let word = answer.get("outcome").and_then(|word| serde_json::from_value::<OutcomeWord>(word.clone()).ok());
    let outcome = word.map_or_else(String::new, |word| format!(": {}", plain::outcome(word)));
    let kept = answer.get("quarantine").filter(|kept| kept.is_object());
    let kept = kept.map(|kept| format!("{}: {}", text(kept, "reason"), text(kept, "detail")));
    let events = list(answer, "events").map(|event| events::planned(page, event)).collect::<Vec<String>>().join("\n");
    let facts = vec![
        ("Outcome", format!("{}{outcome}", text(answer, "outcome")).into()),
        ("Ticket", text(answer, "ticket").into()),
        ("State", text(answer, "state").into()),
        ("Quarantine", bad(kept.unwrap_or_default())),
        ("Proof", proof(answer).into()),
        ("Signatures", signatures::lines(answer.get("proof").and_then(|proof| proof.get("checked"))).into()),
        ("Events", events.into()),
        ("Timers", deadlines(page, answer, "timers").into()),
    ];
    page.facts(facts);
    page.head("Because");
    for why in list(answer, "why") {
        page.line(format!("- {} ({})", local_times(page, &text(why, "fact")), text(why, "rule")));
    }
    for letter in list(answer, "letters") {
        let (template, to) = (text(letter, "template"), words(letter, "to"));
        page.head(&format!("Letter {template} to {to}: {}", text(letter, "subject")));
        page.text(&text(letter, "text"));
    }
    if list(answer, "letters").next().is_none() {
        page.head("No letter is written");
    }
}
