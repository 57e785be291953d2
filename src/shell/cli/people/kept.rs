//! Letters and kept mails for people.

use serde_json::Value;

use crate::shell::cli::page::{Cell, Page, bad};
use crate::shell::cli::people::{cells, list, signatures, text};

pub fn letters(page: &mut Page, letters: &Value) {
    let rows = letters.as_array().into_iter().flatten().map(|letter| {
        // What was said to a letter that left is in `outbox show`.
        let answer = if text(letter, "state") == "sent" { String::new() } else { text(letter, "response") };
        vec![
            text(letter, "no").into(),
            state(letter),
            text(letter, "template").into(),
            text(letter, "attempts").into(),
            page.when(letter, "next_try").into(),
            text(letter, "to").into(),
            text(letter, "subject").into(),
            answer.into(),
        ]
    });
    let rows = rows.collect();
    let heads = ["NO", "STATE", "LETTER", "TRIES", "NEXT TRY", "TO", "SUBJECT", "LAST ANSWER"];
    page.table(&heads, rows, "no letters");
}

fn state(row: &Value) -> Cell {
    let state = text(row, "state");
    if matches!(state.as_str(), "failed" | "deferred" | "held") { bad(state) } else { state.into() }
}

/// `ann, Tue 17 Nov 2026 10:30 PST`.
fn by_hand(page: &Page, row: &Value) -> String {
    let hand = row.get("by_hand").cloned().unwrap_or_default();
    let at = page.when(&hand, "at");
    if at.is_empty() { at } else { format!("{}, {at}", text(&hand, "by")) }
}

fn is_changed(answer: &Value) -> bool {
    answer.get("changed") == Some(&Value::Bool(true))
}

/// What the desk has still to do, as far as it runs.
fn when_it_runs(answer: &Value, running: &str, ended: &str) -> String {
    if answer.get("running") == Some(&Value::Bool(true)) { running.to_owned() } else { ended.to_owned() }
}

pub fn retried(page: &mut Page, letter: &Value) {
    let no = text(letter, "no");
    page.line(match is_changed(letter) {
        true => {
            let then = when_it_runs(letter, "the running desk tries it at once", "it is tried when the desk runs");
            format!("letter {no} is due now; {then}")
        }
        false => format!("letter {no} is on its way already ({}); nothing was changed", text(letter, "state")),
    });
}

pub fn held(page: &mut Page, letter: &Value) {
    let no = text(letter, "no");
    page.line(match is_changed(letter) {
        true => format!("letter {no} is held: it leaves when somebody says `outbox retry {no}`"),
        false => format!("letter {no} is held already, by {}", by_hand(page, letter)),
    });
}

pub fn released(page: &mut Page, row: &Value) {
    let then = when_it_runs(row, "the running desk takes it up", "it is taken up when the desk runs");
    let no = text(row, "no");
    page.line(format!("quarantine {no} is released and lies in the mailbox again; {then}"));
    page.line("nobody vouches for it: a request in it is put to the representative on file (REP_CHECK)");
}

pub fn dropped(page: &mut Page, row: &Value) {
    let no = text(row, "no");
    page.line(match is_changed(row) {
        true => format!("quarantine {no} is dealt with; the mail stays where it is"),
        false => format!("quarantine {no} was dropped already, by {}", by_hand(page, row)),
    });
}

pub fn letter(page: &mut Page, letter: &Value) {
    let facts = vec![
        ("Letter", format!("{}, {}", text(letter, "no"), text(letter, "template")).into()),
        ("State", state(letter)),
        ("By hand", by_hand(page, letter).into()),
        ("To", text(letter, "to").into()),
        ("Subject", text(letter, "subject").into()),
        ("Ticket", text(letter, "ticket").into()),
        ("Message-ID", text(letter, "message_id").into()),
        ("Written", page.when(letter, "committed_at").into()),
        ("Tries", text(letter, "attempts").into()),
        ("Next try", page.when(letter, "next_try").into()),
        ("Sent", page.when(letter, "sent_at").into()),
        ("Last answer", text(letter, "response").into()),
    ];
    page.facts(facts);
    page.head("Text");
    page.text(&text(letter, "text").replace("\r\n", "\n"));
}

pub fn quarantine(page: &mut Page, rows: &Value) {
    let rows = rows.as_array().into_iter().flatten().map(|row| {
        let from = text(row, "from");
        let from = if from.is_empty() { "nobody".to_owned() } else { from };
        cells([
            text(row, "no"),
            text(row, "state"),
            page.when(row, "at"),
            from,
            match again_at(page, row) {
                at if at.is_empty() => text(row, "reason"),
                at => format!("{}, again {at}", text(row, "reason")),
            },
            text(row, "subject"),
        ])
    });
    let rows = rows.collect();
    let heads = ["NO", "STATE", "KEPT", "SAYS IT IS FROM", "REASON", "SUBJECT"];
    page.table(&heads, rows, "nothing waits in quarantine");
}

/// Of a held mail that is still to be decided.
fn again_at(page: &Page, row: &Value) -> String {
    let waits = text(row, "state") == "held" && text(row, "decided_again").is_empty();
    let held = row.get("held").filter(|_| waits);
    held.map(|held| page.when(held, "again_at")).unwrap_or_default()
}

pub fn quarantined(page: &mut Page, row: &Value) {
    let place = row.get("place").cloned().unwrap_or_default();
    let mail = row.get("mail").cloned().unwrap_or_default();
    let files = list(&mail, "attachments").map(|file| format!("{} ({} bytes)", text(file, "name"), text(file, "size")));
    let decided_again = match text(row, "decided_again") {
        record if record.is_empty() => record.into(),
        record => format!("in record {record}").into(),
    };
    let facts = vec![
        ("Number", text(row, "no").into()),
        ("State", text(row, "state").into()),
        ("By hand", by_hand(page, row).into()),
        ("Because", text(row, "hand_reason").into()),
        ("Decided again", decided_again),
        ("Kept", page.when(row, "at").into()),
        ("Reason", bad(text(row, "reason"))),
        ("Decided again at", again_at(page, row).into()),
        ("Detail", text(row, "detail").into()),
        ("Signatures", signatures::lines(row.get("evidence").and_then(|found| found.get("checked"))).into()),
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
        Value::String(lost) => page.line(lost.as_str()),
        _ => page.line("it was not read"),
    }
}
