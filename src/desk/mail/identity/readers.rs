//! Two readers that are not ours, each with its own habits (security 2.3): where
//! they do not see the same author as we do, nobody is believed.

use mail_parser::MessageParser;
use mailparse::MailAddr;

use crate::desk::mail::{clean, guard};

/// The author's name for showing, if both find this address alone in the whole
/// header block.
pub(super) fn agree(block: &[u8], address: &str) -> Option<String> {
    let mut bytes = block.to_vec();
    bytes.extend_from_slice(b"\r\n\r\n");
    let (first, name) = guard::parser(|| by_mail_parser(&bytes)).flatten()?;
    let second = guard::parser(|| by_mailparse(&bytes)).flatten()?;
    let is_same = first.eq_ignore_ascii_case(address) && second.eq_ignore_ascii_case(address);
    is_same.then_some(name)
}

/// A From line with its encoded words decoded, as a person sees it.
pub(in crate::desk::mail) fn decoded(line: &str) -> String {
    let field = format!("From: {line}");
    let read = || Some(mailparse::parse_header(field.as_bytes()).ok()?.0.get_value());
    guard::parser(read).flatten().unwrap_or_default()
}

/// Of several From fields it takes the last.
fn by_mail_parser(bytes: &[u8]) -> Option<(String, String)> {
    let message = MessageParser::default().parse_headers(bytes)?;
    let [author] = message.from()?.as_list()? else { return None };
    let name = clean::name(author.name.as_deref().unwrap_or_default());
    Some((author.address.as_deref()?.to_owned(), name))
}

/// Of several From fields it takes the first; here there may be one only.
fn by_mailparse(bytes: &[u8]) -> Option<String> {
    let (headers, _) = mailparse::parse_headers(bytes).ok()?;
    let mut fields = headers.iter().filter(|header| header.get_key_ref().eq_ignore_ascii_case("from"));
    let (Some(field), None) = (fields.next(), fields.next()) else { return None };
    match mailparse::addrparse_header(field).ok()?.as_slice() {
        [MailAddr::Single(author)] => Some(author.addr.clone()),
        _ => None,
    }
}
