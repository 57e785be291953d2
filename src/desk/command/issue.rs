//! `#issue during <text>; effect: …; cure: …; open: no` (T6b, T6c).

use crate::desk::command::{Command, CommandFault, fault};
use crate::desk::moment::shown;
use crate::desk::ticket::Issue;

/// `#issue during …` and `#issue after …`.
pub(super) fn read(words: &str) -> Result<Command, CommandFault> {
    let (when, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let after = match when.trim_end_matches([':', ',']).to_lowercase().as_str() {
        "during" => false,
        "after" => true,
        _ => return unclear(words),
    };
    match parts(rest) {
        Some(issue) => Ok(Command::Issue { issue: Issue { after, ..issue } }),
        None => unclear(words),
    }
}

/// `#lateissue …`: after the work, unless it says "during".
pub(super) fn read_late(words: &str) -> Result<Command, CommandFault> {
    let (first, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let (after, rest) = match first.trim_end_matches([':', ',']).to_lowercase().as_str() {
        "during" => (false, rest),
        "after" => (true, rest),
        _ => (true, words),
    };
    match parts(rest) {
        Some(issue) => Ok(Command::LateIssue { issue: Issue { after, late: true, ..issue } }),
        None => fault(format!(
            "expected #lateissue with words for the customer, such as #lateissue faxes were lost; effect: none \
             since Monday; cure: the card was set up again; open: no, found \"{}\"",
            shown(words)
        )),
    }
}

fn unclear<T>(words: &str) -> Result<T, CommandFault> {
    fault(format!(
        "expected #issue during or #issue after, and words for the customer, such as #issue during the fax line \
         was dead; effect: no fax for 10 minutes; cure: the card was restarted; open: no, found \"{}\"",
        shown(words)
    ))
}

/// The parts between semicolons; one without a name belongs to what stands
/// before it. Without words of its own the effect is the issue.
pub(super) fn parts(words: &str) -> Option<Issue> {
    let mut issue = Issue::default();
    let mut last = Part::Text;
    for piece in words.split(';').map(str::trim).filter(|piece| !piece.is_empty()) {
        let (name, value) = piece.split_once(':').unwrap_or(("", piece));
        let (part, value) = match name.trim().to_lowercase().as_str() {
            "effect" => (Part::Effect, value.trim()),
            "cure" => (Part::Cure, value.trim()),
            "open" => (Part::Open, value.trim()),
            _ => (last, piece),
        };
        last = part;
        let place = match part {
            Part::Text => &mut issue.text,
            Part::Effect => &mut issue.effect,
            Part::Cure => &mut issue.cure,
            Part::Open => &mut issue.open,
        };
        if !place.is_empty() {
            place.push_str("; ");
        }
        place.push_str(value);
    }
    if matches!(issue.open.to_lowercase().as_str(), "no" | "none" | "nothing") {
        issue.open.clear();
    }
    if issue.text.is_empty() {
        issue.text = std::mem::take(&mut issue.effect);
    }
    (!issue.text.is_empty()).then_some(issue)
}

#[derive(Clone, Copy)]
enum Part {
    Text,
    Effect,
    Cure,
    Open,
}
