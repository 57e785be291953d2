//! What a ticket went through, for people: its consents, its issues, the problems
//! in it, and the tickets that it belongs with.

use serde_json::Value;

use crate::shell::cli::page::Page;
use crate::shell::cli::people::{list, span, text, words};

/// Every consent, the oldest first, and what became of it (2.4): one a line.
pub fn consents(page: &Page, ticket: &Value) -> String {
    let lines: Vec<String> = list(ticket, "consents").map(|consent| one_consent(page, consent)).collect();
    if lines.is_empty() { "none recorded".to_owned() } else { lines.join("\n") }
}

fn one_consent(page: &Page, consent: &Value) -> String {
    let scope = match consent.get("scope") {
        Some(Value::String(scope)) => scope.clone(),
        _ => span(page, consent, "scope"),
    };
    let (withdrawn, superseded) = (page.when(consent, "withdrawn_at"), text(consent, "superseded_by"));
    let became = match (withdrawn.is_empty(), superseded.is_empty()) {
        (false, _) => format!("WITHDRAWN {withdrawn}"),
        (true, false) => format!("superseded by {superseded}"),
        (true, true) => "in force".to_owned(),
    };
    let who = format!("{} by {}, {}", text(consent, "given_by"), text(consent, "channel"), page.when(consent, "at"));
    let extras = words(consent, "extras");
    let extras = if extras.is_empty() { extras } else { format!("; with {extras}") };
    format!("{}: {who}; for {scope}{extras}; {became}", text(consent, "id"))
}

/// Several problems of one mail, with the numbers that `#resolved 2` names.
pub fn items(ticket: &Value) -> String {
    let problem = ticket.get("problem").cloned().unwrap_or_default();
    let items = (1..).zip(list(&problem, "items")).map(|(number, item)| {
        let settled = if item.get("settled") == Some(&Value::Bool(true)) { "settled" } else { "open" };
        format!("{number}. {}, {settled}: {}", text(item, "severity"), text(item, "text"))
    });
    items.collect::<Vec<String>>().join("\n")
}

/// As the official feedback tells them (T6b, T6c).
pub fn issues(ticket: &Value) -> String {
    let issues = list(ticket, "issues").map(|issue| {
        let when = if issue.get("after") == Some(&Value::Bool(true)) { "after" } else { "during" };
        let late = if issue.get("late") == Some(&Value::Bool(true)) { ", found late" } else { "" };
        let mut line = format!("{when}{late}: {}", text(issue, "text"));
        for part in ["effect", "cure", "open"] {
            let words = text(issue, part);
            if !words.is_empty() {
                line = format!("{line}; {part}: {words}");
            }
        }
        line
    });
    issues.collect::<Vec<String>>().join("\n")
}

/// Attempts, parts, what was denied before, and where it goes on: one a line.
pub fn kin(ticket: &Value) -> String {
    let mut lines = Vec::new();
    if let Some(attempt) = ticket.get("attempt").filter(|attempt| attempt.is_object()) {
        lines.push(format!("attempt {} of {}", text(attempt, "number"), text(attempt, "of")));
    }
    let problem = ticket.get("problem").cloned().unwrap_or_default();
    let named = [
        ("part of", text(ticket, "parent")),
        ("asked anew after the denied", text(ticket, "resubmission_of")),
        ("reported after", text(&problem, "earlier")),
        ("goes on as", text(ticket, "merged_into")),
        ("the same request as", words(ticket, "absorbed")),
    ];
    lines.extend(named.into_iter().filter(|(_, id)| !id.is_empty()).map(|(how, id)| format!("{how} {id}")));
    lines.join("\n")
}
