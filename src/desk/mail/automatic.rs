//! Signs that a machine wrote a mail (RFC 3834, decisions 16, TE2).

use crate::desk::mail::header::Header;
use crate::desk::mail::{AutomaticSign, Mail, Marks};

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
    let subject = mail.subject.to_lowercase();
    add(marks.absence.iter().any(|mark| subject.starts_with(mark.as_str())), AutomaticSign::Absence);
    let local = mail.address().and_then(|address| address.rsplit_once('@')).map(|(local, _)| local.to_lowercase());
    add(local.is_some_and(|local| marks.robots.contains(&local)), AutomaticSign::Robot);
    add(value("precedence").iter().any(|field| field == "auto_reply"), AutomaticSign::AutoSubmitted);
    add(
        value("precedence").iter().any(|field| matches!(field.as_str(), "bulk" | "junk" | "list")),
        AutomaticSign::Bulk,
    );
    let lists = ["list-id", "list-unsubscribe", "list-post", "list-help"];
    add(lists.iter().any(|name| header.first(name).is_some()), AutomaticSign::Bulk);
    signs
}

/// RFC 6522: a report, whatever it reports.
fn is_report(header: &Header<'_>) -> bool {
    header.first("content-type").is_some_and(|field| field.unfolded().to_lowercase().starts_with("multipart/report"))
}
