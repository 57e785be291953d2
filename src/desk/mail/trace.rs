//! What mail hosts put on top of a mail, in its order: the ways it took and what
//! was found out about it (RFC 5321 4.4, RFC 8601 5).

use crate::desk::mail::TraceField;
use crate::desk::mail::header::Header;

/// Fields that the author's side writes: what stands below the first of them is
/// the author's, whoever it names. A signature is one, for it was made before
/// our host saw the mail.
const AUTHORED: [&str; 9] =
    ["from", "to", "cc", "subject", "date", "message-id", "mime-version", "content-type", "dkim-signature"];

/// The trace of a mail, topmost first, down to the first field of its author.
pub(super) fn read(header: &Header<'_>) -> Vec<TraceField> {
    let ours = header.fields.iter().take_while(|field| !AUTHORED.contains(&field.name.as_str()));
    ours.filter_map(|field| match field.name.as_str() {
        "received" => Some(received(&field.unfolded())),
        "authentication-results" => Some(TraceField::Results(field.unfolded())),
        _ => None,
    })
    .collect()
}

/// `from client (…) by host (…) with …; time`
fn received(value: &str) -> TraceField {
    let plain = without_comments(value);
    let mut words = plain.split_ascii_whitespace();
    let names_client = words.clone().next().is_some_and(|word| word.eq_ignore_ascii_case("from"));
    let by = words.by_ref().find(|word| word.eq_ignore_ascii_case("by")).and(words.next());
    let by = by.unwrap_or_default().trim_end_matches(';').to_ascii_lowercase();
    TraceField::Received { by, names_client }
}

/// What an outsider calls himself stands in comments, too.
fn without_comments(value: &str) -> String {
    let mut depth = 0_usize;
    let mut escaped = false;
    let mut plain = String::new();
    for c in value.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '(' => depth = depth.saturating_add(1),
            ')' if depth > 0 => {
                depth -= 1;
                plain.push(' ');
            }
            c if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    plain
}
