//! The manager password: never here, only the mark that `seal` left (F-09).

use crate::desk::form::label::compare_form;
use crate::desk::form::value::bare;
use crate::desk::form::{Fault, Spec, Value};
use crate::phrase;

/// What stands in a mail for its `n`-th secret, from 0.
pub(in crate::desk) fn marker(n: usize) -> String {
    if n == 0 { "[sealed]".to_owned() } else { format!("[sealed {}]", n + 1) }
}

/// What other mails' marks are turned into, so that nobody can write ours.
pub(in crate::desk) const FOREIGN_MARK: &str = "(sealed before)";

pub(super) fn read(written: &str, spec: &Spec) -> Result<Value, Fault> {
    if let Some(n) = number(written.trim()) {
        return Ok(Value::Sealed(n));
    }
    let text = match placeholder(written, spec) {
        // A quotation, or the copy of a mail that was kept (TD5).
        Some(_) if written.trim().starts_with(FOREIGN_MARK) => phrase!(
            "password_sealed",
            "found only the mark of a password that was sealed before; please send it once more"
        ),
        Some(found) => phrase!(
            "password_words",
            "expected the manager password itself; found words that stand for one: \"{found}\"",
            found = found.to_string()
        ),
        None => {
            phrase!("password_none", "expected the manager password itself; found something that is none")
        }
    };
    Err(Fault::new("password_placeholder", text))
}

/// The secret's number behind its mark; what follows the mark was no secret.
fn number(written: &str) -> Option<usize> {
    let (inside, _) = written.trim_start_matches(['*', ' ']).strip_prefix("[sealed")?.split_once(']')?;
    if inside.is_empty() {
        return Some(0);
    }
    inside.trim().parse::<usize>().ok()?.checked_sub(1)
}

pub(in crate::desk) fn is_placeholder(written: &str, spec: &Spec) -> bool {
    placeholder(written, spec).is_some()
}

/// The words of the configuration that this answer is: no password.
pub(in crate::desk) fn placeholder(written: &str, spec: &Spec) -> Option<String> {
    let trimmed = written.trim();
    if trimmed.starts_with(FOREIGN_MARK) || trimmed.starts_with("[sealed") {
        return Some("sealed".to_owned());
    }
    let mut letters = trimmed.chars();
    let first = letters.next()?;
    if letters.all(|c| c == first)
        && (trimmed.chars().count() >= 3 && "*.x-_•●?".contains(first) || "-?".contains(first))
    {
        return Some(trimmed.chars().take(10).collect());
    }
    let text = compare_form(&bare(written)).replace('’', "'");
    let text = text.trim_matches(['(', ')', '[', ']', '<', '>', ' ', '!']);
    let hit = spec.made.not_a_password.iter().find(|(entry, _)| {
        let behind = text.strip_prefix(entry.as_str()).map(|rest| rest.chars().next());
        match behind {
            Some(None) => true,
            Some(Some(c)) => entry.contains(' ') && !c.is_alphanumeric(),
            None => false,
        }
    });
    hit.map(|(_, as_configured)| as_configured.clone())
}
