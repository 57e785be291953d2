//! Two readers that are not ours, each with its own habits (security 2.3): where
//! they do not see the same author as we do, nobody is believed.

use mail_parser::MessageParser;
use mailparse::MailAddr;

use crate::desk::mail::{clean, guard, parse};

/// The author's name for showing, if both find this address alone in the whole
/// header block.
pub(super) fn agree(block: &[u8], address: &str) -> Option<String> {
    let mut bytes = parse::padded(block).into_owned();
    bytes.extend_from_slice(b"\r\n\r\n");
    let (first, name) = guard::parser(|| by_mail_parser(&bytes)).flatten()?;
    let (second, with_blanks) = guard::parser(|| by_mailparse(&bytes)).flatten()?;
    let is_same = first.eq_ignore_ascii_case(address) && second.eq_ignore_ascii_case(address);
    let is_better = !name.contains('"') && letters(&name).eq(letters(&with_blanks));
    is_same.then(|| if is_better { unquoted(&with_blanks) } else { name })
}

fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| !c.is_whitespace() && *c != '"')
}

/// The second reader leaves the quotes of a string between two words.
fn unquoted(name: &str) -> String {
    clean::name(&name.replace('"', ""))
}

/// A From line with its encoded words decoded, as a person sees it.
pub(in crate::desk::mail) fn decoded(line: &str) -> String {
    let field = format!("From: {line}");
    let read = || Some(mailparse::parse_header(field.as_bytes()).ok()?.0.get_value());
    guard::parser(read).flatten().unwrap_or_default()
}

/// Of several From fields it takes the last. It reads the charsets of names best, but
/// puts no blank between a word and a quoted string (RFC 5322 3.2.5).
fn by_mail_parser(bytes: &[u8]) -> Option<(String, String)> {
    let message = MessageParser::default().parse_headers(bytes)?;
    let [author] = message.from()?.as_list()? else { return None };
    let name = clean::name(author.name.as_deref().unwrap_or_default());
    Some((author.address.as_deref()?.to_owned(), name))
}

/// Of several From fields it takes the first; here there may be one only.
fn by_mailparse(bytes: &[u8]) -> Option<(String, String)> {
    let (headers, _) = mailparse::parse_headers(bytes).ok()?;
    let mut fields = headers.iter().filter(|header| header.get_key_ref().eq_ignore_ascii_case("from"));
    let (Some(field), None) = (fields.next(), fields.next()) else { return None };
    match mailparse::addrparse_header(field).ok()?.as_slice() {
        [MailAddr::Single(author)] => {
            Some((author.addr.clone(), clean::name(author.display_name.as_deref().unwrap_or_default())))
        }
        _ => None,
    }
}
