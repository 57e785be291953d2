//! What came of a replay, for people: counts, and where two rules differ.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::shell::cli::page::{Cell, Page, bad};
use crate::shell::cli::people::{list, register_size, text, words};

/// What is counted, with the head of its table.
const COUNTS: [(&str, &str); 6] = [
    ("outcomes", "OUTCOME OF MAILS"),
    ("letters", "LETTER"),
    ("denials", "DENIAL"),
    ("quarantine", "KEPT IN QUARANTINE"),
    ("timers", "TIMER"),
    ("tickets", "TICKETS AT THE END"),
];

pub fn replayed(page: &mut Page, replayed: &Value) {
    let runs: Vec<&Value> = list(replayed, "runs").collect();
    let rules: Vec<String> = runs.iter().map(|run| text(run, "rules")).collect();
    let register = replayed.get("register").cloned().unwrap_or_default();
    let is_empty = register.get("empty") == Some(&Value::Bool(true));
    let size = if is_empty { bad("empty: nobody can be checked") } else { register_size(&register).into() };
    let times = format!("{} to {}", page.when(replayed, "from"), page.when(replayed, "to"));
    let is_one = list(replayed, "mails").next().is_some();
    page.facts(vec![
        ("Mailbox", text(replayed, "mailbox").into()),
        ("Mails", text(replayed, "mails_read").into()),
        ("Received", if is_one { times.into() } else { "".into() }),
        ("Rules", rules.join("\n").into()),
        ("Register", size),
    ]);
    for (name, head) in COUNTS {
        counts(page, &runs, name, head);
    }
    if runs.len() == 2 {
        differences(page, replayed);
    }
}

/// A column for each rules; with two, also what became more or less.
fn counts(page: &mut Page, runs: &[&Value], name: &str, head: &str) {
    let count = |run: &Value, key: &str| {
        run.get(name).and_then(|counts| counts.get(key)).and_then(Value::as_u64).unwrap_or_default()
    };
    let keys: BTreeSet<&String> =
        runs.iter().filter_map(|run| run.get(name)?.as_object()).flat_map(|counts| counts.keys()).collect();
    if keys.is_empty() {
        return;
    }
    let rows = keys.into_iter().map(|key| {
        let counts: Vec<u64> = runs.iter().map(|run| count(run, key)).collect();
        let differ = counts.windows(2).any(|pair| matches!(pair, [one, other] if one != other));
        let cell = |count: u64| if differ { bad(count.to_string()) } else { count.to_string().into() };
        std::iter::once(Cell::from(key.as_str())).chain(counts.into_iter().map(cell)).collect()
    });
    let rows: Vec<Vec<Cell>> = rows.collect();
    let heads: &[&str] = if runs.len() == 2 { &[head, "FIRST", "SECOND"] } else { &[head, "COUNT"] };
    page.gap();
    page.table(heads, rows, "");
}

fn differences(page: &mut Page, replayed: &Value) {
    page.head("Mails that came to something else");
    let rows = list(replayed, "mails").filter(|mail| mail.get("differs") == Some(&Value::Bool(true))).map(|mail| {
        let decided: Vec<&Value> = list(mail, "decided").collect();
        let outcomes: Vec<String> = decided.iter().map(|came| text(came, "outcome")).collect();
        vec![text(mail, "mail").into(), outcomes.join(" → ").into(), why(&decided).into()]
    });
    let rows = rows.collect();
    page.table(&["MAIL", "OUTCOME", "WHY"], rows, "none");
}

/// What else differs than the outcome, and the first reason that the other
/// rules did not have.
fn why(decided: &[&Value]) -> String {
    let [one, other] = decided else { return String::new() };
    let mut parts = Vec::new();
    for name in ["letters", "denials"] {
        let (before, after) = (words(one, name), words(other, name));
        if before != after {
            let shown = |words: String| if words.is_empty() { "none".to_owned() } else { words };
            parts.push(format!("{name}: {} → {}", shown(before), shown(after)));
        }
    }
    let reasons: Vec<&Value> = list(one, "why").collect();
    let new = list(other, "why").find(|why| !reasons.contains(why));
    // Where the second rules have no reason of their own, the first had one.
    let lost = || list(one, "why").find(|why| !list(other, "why").any(|reason| reason == *why));
    match (new, lost()) {
        (Some(why), _) => parts.push(format!("{} ({})", text(why, "fact"), text(why, "rule"))),
        (None, Some(why)) => parts.push(format!("no longer: {} ({})", text(why, "fact"), text(why, "rule"))),
        (None, None) => {}
    }
    parts.join("; ")
}
