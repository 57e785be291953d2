//! What our own look at a mail's signatures found, for people.

use serde_json::Value;

use crate::shell::cli::people::{list, text, words};

/// A line a signature, and one for the policy; empty where nobody looked.
pub fn lines(checked: Option<&Value>) -> String {
    let Some(checked) = checked.filter(|checked| checked.is_object()) else { return String::new() };
    let mut lines: Vec<String> = list(checked, "signatures").map(line).collect();
    if lines.is_empty() {
        lines.push("none that could be the author's".to_owned());
    }
    lines.push(format!("policy of the author's domain: {}", text(checked, "policy").replace('_', " ")));
    lines.join("\n")
}

fn line(signed: &Value) -> String {
    let because = text(signed, "because").replace('_', " ");
    let verdict = match (text(signed, "verdict").as_str(), because.as_str()) {
        ("temporary", _) => "could not be looked up now".to_owned(),
        (verdict, "") => verdict.to_owned(),
        (verdict, because) => format!("{verdict}: {because}"),
    };
    let covers = words(signed, "covers");
    format!("{} ({}): {verdict}; covers {covers}", text(signed, "domain"), text(signed, "selector"))
}
