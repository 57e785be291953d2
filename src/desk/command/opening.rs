//! What stands behind the commands that open tickets, and open them again.

use crate::desk::command::{Command, CommandFault, Opening, fault};
use crate::desk::moment::shown;

/// The first word, and what follows it.
fn first(words: &str) -> (&str, &str) {
    let (first, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    (first.trim_end_matches([':', ',']), rest.trim())
}

/// `#override D-IP <reason>`.
pub(super) fn override_(words: &str) -> Result<Command, CommandFault> {
    let (code, reason) = first(words);
    let code = code.to_uppercase();
    if !code.starts_with("D-") || reason.is_empty() {
        return fault(format!(
            "expected #override with a code and a reason, such as #override D-IP new line since Monday, found \"{}\"",
            shown(words)
        ));
    }
    Ok(Command::Override { code, reason: reason.to_owned() })
}

/// `#split P3 <text>` on a problem; of a request the form lines stand below.
pub(super) fn split(words: &str) -> Result<Command, CommandFault> {
    let (number, text) = first(words);
    let severity = format!("P{}", number.trim_start_matches(['p', 'P'])).parse();
    match severity {
        Ok(severity) if !text.is_empty() => Ok(Command::Split { second: Some((severity, text.to_owned())) }),
        Ok(_) => fault(format!("expected words of the second problem behind it, found \"{}\"", shown(words))),
        // Form lines, read where forms are read.
        Err(_) => Ok(Command::Split { second: None }),
    }
}

/// `#new request` with form lines below, `#new problem <address on file> <text>`.
pub(super) fn new(words: &str) -> Result<Command, CommandFault> {
    let (what, rest) = first(words);
    match what.to_lowercase().as_str() {
        "request" => Ok(Command::New { what: Opening::Request }),
        "problem" => {
            let (person, text) = first(rest);
            let person = person.trim_matches(['<', '>']).to_lowercase();
            if !person.contains('@') || text.is_empty() {
                return fault(format!(
                    "expected who reports it and what, such as #new problem dana@acme.example no dial tone \
                     anywhere, found \"{}\"",
                    shown(words)
                ));
            }
            Ok(Command::New { what: Opening::Problem { person, text: text.to_owned() } })
        }
        _ => fault(format!(
            "expected #new request with form lines below, or #new problem with an address on file and words, found \
             \"{}\"",
            shown(words)
        )),
    }
}
