//! What stands behind the commands of problems and of waiting.

use crate::desk::command::issue;
use crate::desk::command::{Command, CommandFault, fault};
use crate::desk::moment::shown;
use crate::desk::ticket::{TicketId, ids_in};

/// The first word, and what follows it.
fn first(words: &str) -> (&str, &str) {
    let (first, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    (first.trim_end_matches([':', ',']), rest.trim())
}

/// `#extend 30 <reason>`: minutes more.
pub(super) fn extend(words: &str) -> Result<Command, CommandFault> {
    let (number, reason) = first(words);
    let number = number.trim_end_matches(['m', 'M']);
    match number.parse::<u32>() {
        Ok(minutes) if (1..=24 * 60).contains(&minutes) && !reason.is_empty() => {
            Ok(Command::Extend { minutes, reason: reason.to_owned() })
        }
        _ => fault(format!(
            "expected #extend with minutes and the reason that the customer will read, such as \
             #extend 30 the database is bigger than we thought, found \"{}\"",
            shown(words)
        )),
    }
}

/// `#notstarted ports <words>`.
pub(super) fn not_started(words: &str) -> Result<Command, CommandFault> {
    let (cause, text) = first(words);
    match cause.to_lowercase().parse() {
        Ok(cause) => Ok(Command::NotStarted { cause, text: text.to_owned() }),
        Err(_) => fault(format!(
            "expected #notstarted with the cause password, ports, customer, hold or desk, and words for the \
             customer, found \"{}\"",
            shown(words)
        )),
    }
}

/// `#sev 1 <reason>`, also `#sev P1`.
pub(super) fn severity(words: &str) -> Result<Command, CommandFault> {
    let (number, reason) = first(words);
    let name = format!("P{}", number.trim_start_matches(['p', 'P']));
    match name.parse() {
        Ok(severity) if !reason.is_empty() => Ok(Command::Sev { severity, reason: reason.to_owned() }),
        _ => fault(format!(
            "expected #sev with 1, 2, 3 or 4 and a reason, such as #sev 2 only one trunk, found \"{}\"",
            shown(words)
        )),
    }
}

/// `#link UP-2026-00417`, or `#link none`.
pub(super) fn link(words: &str) -> Result<Command, CommandFault> {
    if words.eq_ignore_ascii_case("none") {
        return Ok(Command::Link { upgrade: None });
    }
    match one_id(words, "UP-") {
        Some(id) => Ok(Command::Link { upgrade: Some(id) }),
        None => {
            fault(format!("expected #link with one upgrade such as UP-2026-00417, or none, found \"{}\"", shown(words)))
        }
    }
}

pub(super) fn merge(words: &str) -> Result<Command, CommandFault> {
    match one_id(words, "PR-").or_else(|| one_id(words, "UP-")) {
        Some(into) => Ok(Command::Merge { into }),
        None => fault(format!(
            "expected #merge with one problem such as PR-2026-00088, or one request such as UP-2026-00417, \
             found \"{}\"",
            shown(words)
        )),
    }
}

/// `#resolved <text>`, or `#resolved 2 <text>` of several problems.
pub(super) fn resolved(words: &str) -> Command {
    let (number, text) = first(words);
    match number.parse::<u32>() {
        Ok(item) if item > 0 && !text.is_empty() => Command::Resolved { item: Some(item), text: text.to_owned() },
        _ => Command::Resolved { item: None, text: words.to_owned() },
    }
}

fn one_id(words: &str, prefix: &str) -> Option<TicketId> {
    let ids = ids_in(words);
    match ids.as_slice() {
        [id] if id.0.starts_with(prefix) => Some(id.clone()),
        _ => None,
    }
}

/// `#propose rollback <text>` or `#propose patch <text>` (T2b).
pub(super) fn propose(words: &str) -> Result<(String, String), CommandFault> {
    let (what, text) = first(words);
    let what = what.to_lowercase();
    if matches!(what.as_str(), "rollback" | "patch") && !text.is_empty() {
        return Ok((what, text.to_owned()));
    }
    fault(format!(
        "expected #propose rollback or #propose patch, and what the customer is to agree to, found \"{}\"",
        shown(words)
    ))
}

/// `#close <reason>`, or `#close upgrade: <issue>` when the upgrade caused it:
/// the issue then goes into the official feedback (PT-19).
pub(super) fn close(words: &str) -> Result<Command, CommandFault> {
    let (cause, issue) = words.split_once(':').unwrap_or((words, ""));
    if cause.trim().eq_ignore_ascii_case("upgrade") {
        let Some(cause) = issue::parts(issue) else {
            return fault("expected #close upgrade: and the issue, in words for the customer");
        };
        return Ok(Command::Close { reason: cause.text.clone(), cause: Some(cause) });
    }
    Ok(Command::Close { reason: words.to_owned(), cause: None })
}

/// `#special approve <terms>` or `#special refuse <reason>`.
pub(super) fn special(words: &str) -> Result<Command, CommandFault> {
    let (what, text) = first(words);
    let approve = what.eq_ignore_ascii_case("approve");
    let text = text.trim_start_matches("terms=").trim().to_owned();
    if text.is_empty() || !(approve || what.eq_ignore_ascii_case("refuse")) {
        return fault(format!(
            "expected #special approve and the terms, or #special refuse and the reason, which the customer will \
             read, found \"{}\"",
            shown(words)
        ));
    }
    Ok(Command::Special { approve, text })
}

/// `#consent phone "Dana Ruiz" +13125550101 <what was read out and answered>`.
pub(super) fn phone_consent(words: &str) -> Result<Command, CommandFault> {
    let expected = || {
        fault(format!(
            "expected for instance #consent phone \"Dana Ruiz\" +13125550101 and what was read out and answered, \
             found \"{}\"",
            shown(words)
        ))
    };
    let (channel, rest) = first(words);
    let quoted = rest.replace(['\u{201C}', '\u{201D}'], "\"");
    let Some((name, rest)) = quoted.strip_prefix('"').and_then(|rest| rest.split_once('"')) else { return expected() };
    let rest = rest.trim();
    let end = rest.find(|c: char| !(c.is_ascii_digit() || " +-().".contains(c))).unwrap_or(rest.len());
    let (number, said) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let is_number = number.trim().starts_with('+') && number.chars().filter(char::is_ascii_digit).count() >= 7;
    if !channel.eq_ignore_ascii_case("phone") || name.trim().is_empty() || !is_number || said.trim().is_empty() {
        return expected();
    }
    Ok(Command::PhoneConsent {
        name: name.trim().to_owned(),
        number: number.trim().to_owned(),
        words: said.trim().to_owned(),
    })
}
