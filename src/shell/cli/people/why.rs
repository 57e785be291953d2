//! `ticket why` in plain sentences: the checks in order, what would let it pass,
//! and each decision with what brought it and the rules that fired.

use serde_json::Value;

use crate::desk::access::Actor;
use crate::desk::record::{Cause, OutcomeWord};
use crate::shell::cli::evidence::words::actor;
use crate::shell::cli::page::{Page, bad, good};
use crate::shell::cli::people::words::{local_times, outcome};
use crate::shell::cli::people::{list, text};

pub fn why(page: &mut Page, why: &Value) {
    standing(page, why);
    page.head("WHAT WAS DECIDED, AND WHY");
    let mut record = None;
    for row in list(why, "why") {
        if record != row.get("record") {
            record = row.get("record");
            page.line(format!("{}  {}", page.when(row, "at"), sentence(row)));
            page.line(format!("  because of {}", brought(page, row)));
        }
        page.line(format!("  - {} ({})", local_times(page, &text(row, "fact")), text(row, "rule")));
    }
    if record.is_none() {
        page.line("  no reasons are recorded");
    }
}

/// How it stands: each check, and what would let it pass.
fn standing(page: &mut Page, why: &Value) {
    page.head(&format!("{}  {}", text(why, "id"), text(why, "state")));
    page.head("CHECKS, IN ORDER");
    let row = |check: &Value| {
        let passed = check.get("passed") == Some(&Value::Bool(true));
        let mark = if passed { good("passed") } else { bad("open") };
        vec![mark, text(check, "name").into(), local_times(page, &text(check, "found")).into()]
    };
    let rows = list(why, "checks").map(row).collect();
    page.table(&["RESULT", "CHECK", "FOUND"], rows, "nothing is checked");
    page.head("WHAT STANDS IN ITS WAY");
    let lacking: Vec<String> = list(why, "lacking").filter_map(Value::as_str).map(str::to_owned).collect();
    for sentence in &lacking {
        page.line(format!("  - {}", local_times(page, sentence)));
    }
    if lacking.is_empty() {
        page.line("  nothing");
    }
}

fn sentence(row: &Value) -> String {
    let word = row.get("outcome").and_then(|word| serde_json::from_value::<OutcomeWord>(word.clone()).ok());
    word.map_or_else(|| text(row, "outcome"), |word| outcome(word).to_owned())
}

/// What came in and from whom, with the number of the record in the journal.
fn brought(page: &Page, row: &Value) -> String {
    let cause = row.get("cause").and_then(|cause| serde_json::from_value::<Cause>(cause.clone()).ok());
    let who = row.get("actor").and_then(|actor| serde_json::from_value::<Actor>(actor.clone()).ok());
    let who = who.as_ref().map(actor).unwrap_or_default();
    let what = match cause {
        Some(Cause::Mail { message_id: Some(id), .. }) => format!("a mail of {who}, {id}"),
        Some(Cause::Mail { message_id: None, .. }) => format!("a mail of {who}"),
        Some(Cause::Timer { name, at, .. }) => {
            format!("the timer {} of {}", name.split('@').next().unwrap_or_default(), page.moment(at))
        }
        Some(Cause::Delivery { letter, response }) => format!("what became of letter {letter}: {response}"),
        Some(Cause::Desk { timer }) => format!("the desk's timer of {}", page.moment(timer.at)),
        Some(Cause::Ports { asked, .. }) => format!("the test of the ports, wished for at {}", page.moment(asked)),
        Some(Cause::Started) => "the start of the desk".to_owned(),
        Some(Cause::Announced { by } | Cause::Looked { by }) => format!("{by} at the console"),
        None => "what the alarm program answered".to_owned(),
    };
    format!("{what} (record {})", text(row, "record"))
}
