//! What mail programs' markup says of quoted text, beside `<blockquote>`: names of
//! elements that hold it, or from which on all is quoted.

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Quoted {
    #[default]
    No,
    /// What this element holds.
    Inside,
    /// It and all that follows.
    FromHere,
}

/// Classes and ids, in lower case. An element that also holds what is written
/// between quotations (`gmail_quote`) is none, nor one that holds the line above a
/// forwarded mail and not the mail (`gmail_attr`): their text tells better.
const INSIDE: &[&str] = &[
    "mail-editor-reference-message-container",
    "moz-cite-prefix",
    "moz-forward-container",
    "olk_src_body_section",
    "protonmail_quote",
    "yahoo_quoted",
    "zmail_extra",
];
const FROM_HERE: &[&str] = &["appendonsend", "divrplyfwdmsg", "stopspelling"];

/// By the values of `class` and `id`.
pub(super) fn of(class: &str, id: &str) -> Quoted {
    let names = || class.split_whitespace().chain([id.trim()]).map(plain);
    if names().any(|name| FROM_HERE.contains(&name.as_str())) {
        Quoted::FromHere
    } else if names().any(|name| INSIDE.iter().any(|known| name == *known || is_prefixed(&name, known))) {
        Quoted::Inside
    } else {
        Quoted::No
    }
}

/// Without the prefixes that readers put before the names of mails they show.
fn plain(name: &str) -> String {
    let mut name = name.to_lowercase();
    while let Some(rest) = name.strip_prefix("x_") {
        name = rest.to_owned();
    }
    name
}

/// `ydp1a2b3cyahoo_quoted`: a program makes its names anew in each mail.
fn is_prefixed(name: &str, known: &str) -> bool {
    known == "yahoo_quoted" && name.starts_with("ydp") && name.ends_with(known)
}
