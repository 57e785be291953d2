//! What stands behind the commands about who has a ticket and who gets its letters.

use crate::desk::command::{Command, CommandFault, fault};
use crate::desk::moment::shown;

/// `#assign sam`.
pub(super) fn assign(words: &str) -> Result<Command, CommandFault> {
    match one_word(words) {
        Some(to) => Ok(Command::Assign { to: name(to) }),
        None => fault(format!("expected #assign with one colleague, such as #assign sam, found \"{}\"", shown(words))),
    }
}

/// `#handover sam <text>`; the text goes to him and to nobody else.
pub(super) fn handover(words: &str) -> Result<Command, CommandFault> {
    let (to, text) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let text = text.trim();
    if name(to).is_empty() || text.is_empty() {
        return fault(format!(
            "expected #handover with a colleague and what he must know, such as #handover sam the customer \
             calls back at three, found \"{}\"",
            shown(words)
        ));
    }
    Ok(Command::Handover { to: name(to), text: text.to_owned() })
}

/// `#cc add dana@acme.example`, `#cc remove dana@acme.example`.
pub(super) fn cc(words: &str) -> Result<Command, CommandFault> {
    let (what, address) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let add = match what.to_lowercase().as_str() {
        "add" => Some(true),
        "remove" => Some(false),
        _ => None,
    };
    match (add, one_word(address.trim()).filter(|address| address.contains('@'))) {
        (Some(add), Some(address)) => {
            let bare = address.trim_matches(['<', '>', ',', ';']);
            Ok(Command::Cc { address: bare.to_lowercase(), add })
        }
        _ => fault(format!(
            "expected #cc add or #cc remove with one address on file, such as #cc add dana@acme.example, found \"{}\"",
            shown(words)
        )),
    }
}

fn one_word(words: &str) -> Option<&str> {
    Some(words).filter(|words| !words.is_empty() && !words.contains(char::is_whitespace))
}

fn name(word: &str) -> String {
    word.trim_start_matches('@').trim_end_matches([':', ',', '.']).to_lowercase()
}
