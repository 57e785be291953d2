//! Signs that a machine wrote a mail (RFC 3834, decisions 16, TE2).

mod note;
mod words;

use crate::desk::mail::header::{Field, Header};
use crate::desk::mail::{AutomaticSign, Mail, Marks};

pub(super) use note::is_challenge;
pub use words::NoteWords;

/// Every sign found, each once. Empty: a person wrote this.
pub(super) fn signs(header: &Header<'_>, mail: &Mail, marks: &Marks) -> Vec<AutomaticSign> {
    let mut signs = Vec::new();
    let mut add = |found: bool, sign: AutomaticSign| {
        if found && !signs.contains(&sign) {
            signs.push(sign);
        }
    };
    let value = |name: &str| header.all(name).map(|field| field.unfolded().to_lowercase()).collect::<Vec<String>>();
    add(value("return-path").iter().any(|path| path.replace(' ', "") == "<>"), AutomaticSign::NullReturnPath);
    // RFC 3834 5: a token, perhaps with parameters or a comment.
    let submitted = |field: &String| {
        let mut rest = field.trim_start();
        while let Some((_, after)) = rest.strip_prefix('(').and_then(|comment| comment.split_once(')')) {
            rest = after.trim_start();
        }
        let token = rest.split([';', '(', ' ', '\t']).next().unwrap_or("");
        !token.is_empty() && token != "no"
    };
    add(value("auto-submitted").iter().any(submitted), AutomaticSign::AutoSubmitted);
    add(mail.report.is_some() || is_report(header), AutomaticSign::Report);
    let said = ["x-autoreply", "x-autorespond", "x-autoresponder", "x-failed-recipients", "x-auto-reply"];
    add(
        said.iter().any(|name| header.first(name).is_some_and(|field| field.unfolded() != "no")),
        AutomaticSign::AutoSubmitted,
    );
    let is_ours = |field: &String| !marks.ours.is_empty() && *field == marks.ours;
    add(value("x-loop").iter().any(is_ours), AutomaticSign::OurLoop);
    let notes = &marks.notes;
    let is_absence = note::is_absence_subject(&mail.subject, notes) || note::is_absence(mail, notes);
    add(is_absence, AutomaticSign::Absence);
    let by_system = note::is_acknowledgement(mail, notes) || note::is_challenge(mail, notes);
    add(by_system, AutomaticSign::Robot);
    add(senders(header, mail).iter().any(|sender| is_robot(sender, marks)), AutomaticSign::Robot);
    add(value("precedence").iter().any(|field| field == "auto_reply"), AutomaticSign::AutoSubmitted);
    add(
        value("precedence").iter().any(|field| matches!(field.as_str(), "bulk" | "junk" | "list")),
        AutomaticSign::Bulk,
    );
    let lists = ["list-id", "list-unsubscribe", "list-post", "list-help"];
    add(lists.iter().any(|name| header.first(name).is_some()), AutomaticSign::Bulk);
    signs
}

/// Who wrote it; where that is not plain, whatever stands in From: many mail systems
/// write none (`MAILER-DAEMON <>`), or a name without a host.
fn senders(header: &Header<'_>, mail: &Mail) -> Vec<String> {
    if let Some(address) = mail.address() {
        return vec![address.to_owned()];
    }
    let from: Vec<String> = header.all("from").map(Field::unfolded).collect();
    let pieces = from.iter().flat_map(|from| from.split([' ', '<', '>', '(', ')', ',', '"', ':']));
    pieces.filter(|piece| !piece.is_empty()).map(str::to_owned).collect()
}

/// Whether an address is one that machines write from: its local part without
/// what stands behind a `+`, however its words are joined, or one of its words.
pub(super) fn is_robot(address: &str, marks: &Marks) -> bool {
    let local = address.rsplit_once('@').map_or(address, |(local, _)| local);
    let local = local.split_once('+').map_or(local, |(local, _)| local).to_lowercase();
    let whole = joined(&local);
    marks.robots.iter().any(|robot| joined(robot) == whole)
        || local.split(['-', '_', '.']).any(|word| marks.robot_words.iter().any(|known| known == word))
}

fn joined(local: &str) -> String {
    local.chars().filter(|c| !matches!(c, '-' | '_' | '.')).collect()
}

/// RFC 6522: a report, whatever it reports.
fn is_report(header: &Header<'_>) -> bool {
    header.first("content-type").is_some_and(|field| field.unfolded().to_lowercase().starts_with("multipart/report"))
}
