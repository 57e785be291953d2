//! Flowed text (RFC 3676): a line that ends with a blank goes on in the next one.

use mail_parser::{MessagePart, MimeHeaders};

pub(in crate::desk::mail) fn unflowed(text: &str, part: &MessagePart<'_>) -> String {
    let attribute = |name| part.content_type().and_then(|kind| kind.attribute(name)).unwrap_or("");
    if !attribute("format").eq_ignore_ascii_case("flowed") {
        return text.to_owned();
    }
    let delete_space = attribute("delsp").eq_ignore_ascii_case("yes");
    let mut joined = String::with_capacity(text.len());
    let mut open = false;
    for line in text.lines() {
        // Quoted lines stay as they came: each is read by its mark. A paragraph
        // ends where the depth changes and above a signature (4.3, 4.5).
        let quoted = line.starts_with('>');
        let line = line.strip_prefix(' ').unwrap_or(line);
        let signs = line == "-- ";
        if !joined.is_empty() && (!open || quoted || signs) {
            joined.push('\n');
        }
        let flows = line.ends_with(' ') && !signs && !quoted;
        joined.push_str(if flows && delete_space { line.strip_suffix(' ').unwrap_or(line) } else { line });
        open = flows;
    }
    joined.push('\n');
    joined
}
