//! Letters and kept mails for people.

use serde_json::Value;

use crate::shell::cli::page::{Cell, Page, bad};
use crate::shell::cli::people::{cells, list, text};

pub fn letters(page: &mut Page, letters: &Value) {
    let rows = letters.as_array().into_iter().flatten().map(|letter| {
        let state = text(letter, "state");
        let state: Cell = if matches!(state.as_str(), "failed" | "deferred") { bad(state) } else { state.into() };
        let subject = match (text(letter, "state") == "sent", text(letter, "response")) {
            (false, answer) if !answer.is_empty() => format!("{}; last answer: {answer}", text(letter, "subject")),
            _ => text(letter, "subject"),
        };
        vec![
            text(letter, "no").into(),
            text(letter, "template").into(),
            state,
            text(letter, "attempts").into(),
            page.when(letter, "committed_at").into(),
            text(letter, "to").into(),
            subject.into(),
        ]
    });
    let rows = rows.collect();
    page.table(&["NO", "LETTER", "STATE", "TRIES", "WRITTEN", "TO", "SUBJECT"], rows, "no letters");
}

pub fn letter(page: &mut Page, letter: &Value) {
    let waits = matches!(text(letter, "state").as_str(), "pending" | "deferred");
    let next = if waits { page.when(letter, "next_try") } else { String::new() };
    let facts = vec![
        ("Letter", format!("{}, {}", text(letter, "no"), text(letter, "template")).into()),
        ("State", text(letter, "state").into()),
        ("To", text(letter, "to").into()),
        ("Subject", text(letter, "subject").into()),
        ("Ticket", text(letter, "ticket").into()),
        ("Message-ID", text(letter, "message_id").into()),
        ("Written", page.when(letter, "committed_at").into()),
        ("Tries", text(letter, "attempts").into()),
        ("Next try", next.into()),
        ("Sent", page.when(letter, "sent_at").into()),
        ("Last answer", text(letter, "response").into()),
    ];
    page.facts(facts);
    page.head("Text");
    page.text(&text(letter, "text").replace("\r\n", "\n"));
}

pub fn quarantine(page: &mut Page, rows: &Value) {
    let rows = rows.as_array().into_iter().flatten().map(|row| {
        cells([
            text(row, "no"),
            page.when(row, "at"),
            text(row, "reason"),
            text(row, "message_id"),
            text(row, "detail"),
        ])
    });
    let rows = rows.collect();
    page.table(&["NO", "AT", "REASON", "MESSAGE-ID", "DETAIL"], rows, "nothing is in quarantine");
}

pub fn quarantined(page: &mut Page, row: &Value) {
    let place = row.get("place").cloned().unwrap_or_default();
    let mail = row.get("mail").cloned().unwrap_or_default();
    let files = list(&mail, "attachments").map(|file| format!("{} ({} bytes)", text(file, "name"), text(file, "size")));
    let facts = vec![
        ("Number", text(row, "no").into()),
        ("Kept", page.when(row, "at").into()),
        ("Reason", bad(text(row, "reason"))),
        ("Detail", text(row, "detail").into()),
        ("Lies in", format!("{} {}", text(&place, "mailbox"), text(&place, "item")).into()),
        ("Message-ID", text(row, "message_id").into()),
        ("Says it is from", text(&mail, "from").into()),
        ("Subject", text(&mail, "subject").into()),
        ("Attachments", files.collect::<Vec<String>>().join("\n").into()),
    ];
    page.facts(facts);
    page.head("Text");
    match &mail {
        Value::Object(_) => page.text(&text(&mail, "text")),
        Value::String(expired) => page.line(expired.as_str()),
        _ => page.line("it was not read"),
    }
}
