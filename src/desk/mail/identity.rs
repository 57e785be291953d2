//! Who the mail says wrote it, read strictly from the raw header (security 2.1
//! step 4, TA1 to TA7): one From field with one plain ASCII mailbox, which the
//! mail parser must see in the same way. Everything else has a named fault.

use mail_parser::MessageParser;

use super::header::Header;
use super::{Identity, IdentityFault, clean, guard};

const LOCAL_BYTES_MAX: usize = 64;
const DOMAIN_BYTES_MAX: usize = 253;
const LABEL_BYTES_MAX: usize = 63;

/// The one plain author of a mail, or why there is none.
pub(super) fn read(header: &Header<'_>) -> Result<Identity, IdentityFault> {
    let mut fields = header.all("from");
    let first = fields.next();
    if fields.next().is_some() {
        return Err(IdentityFault::TwoFromFields);
    }
    if header.damaged || !header.limits.is_empty() {
        return Err(IdentityFault::HeaderDamaged);
    }
    let Some(field) = first else { return Err(IdentityFault::NoFrom) };
    let address = mailbox(&field.unfolded())?;
    agreed(header.block, address)
}

/// The parser must find the same single address in the whole header.
fn agreed(block: &[u8], address: String) -> Result<Identity, IdentityFault> {
    let mut bytes = block.to_vec();
    bytes.extend_from_slice(b"\r\n\r\n");
    let seen = guard::parser(|| {
        let message = MessageParser::default().parse_headers(&bytes)?;
        let [author] = message.from()?.as_list()? else { return None };
        let name = clean::name(author.name.as_deref().unwrap_or_default());
        let address = author.address.as_deref()?.to_owned();
        Some((address, name))
    });
    match seen.flatten() {
        Some((seen, name)) if seen.eq_ignore_ascii_case(&address) => Ok(Identity { address, name }),
        _ => Err(IdentityFault::NotPlain),
    }
}

/// `[phrase] "<" addr-spec ">"` or `addr-spec [comment]`, nothing else (TA4).
fn mailbox(value: &str) -> Result<String, IdentityFault> {
    if !value.is_ascii() {
        return Err(IdentityFault::NotAscii);
    }
    let pieces = pieces(value)?;
    if pieces.iter().any(|piece| matches!(piece, Piece::Special(',')))
        || pieces.iter().filter(|piece| matches!(piece, Piece::Angle(_))).count() > 1
    {
        return Err(IdentityFault::SeveralMailboxes);
    }
    if pieces.iter().any(|piece| matches!(piece, Piece::Special(':' | ';'))) {
        return Err(IdentityFault::Group);
    }
    match pieces.as_slice() {
        [phrase @ .., Piece::Angle(spec)] if phrase.iter().all(Piece::is_phrase_word) => address(spec),
        [Piece::Word(spec)] | [Piece::Word(spec), Piece::Comment] => address(spec),
        _ => Err(IdentityFault::NotPlain),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Word(String),
    Quoted,
    Comment,
    /// What stands between `<` and `>`.
    Angle(String),
    Special(char),
}

impl Piece {
    /// An atom (dots are an old habit that does no harm) or a quoted string.
    fn is_phrase_word(&self) -> bool {
        match self {
            Piece::Word(word) => word.bytes().all(|byte| is_atom_byte(byte) || byte == b'.'),
            Piece::Quoted => true,
            Piece::Comment | Piece::Angle(_) | Piece::Special(_) => false,
        }
    }
}

/// Cuts a From value into pieces; what does not end is not plain.
fn pieces(value: &str) -> Result<Vec<Piece>, IdentityFault> {
    let mut pieces = Vec::new();
    let mut word = String::new();
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        if !matches!(c, ' ' | '\t' | '"' | '(' | '<' | ',' | ':' | ';') {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            pieces.push(Piece::Word(std::mem::take(&mut word)));
        }
        match c {
            '"' => {
                skip_quoted(&mut chars)?;
                pieces.push(Piece::Quoted);
            }
            '(' => {
                skip_comment(&mut chars)?;
                pieces.push(Piece::Comment);
            }
            '<' => pieces.push(Piece::Angle(angle(&mut chars)?)),
            ',' | ':' | ';' => pieces.push(Piece::Special(c)),
            _ => {}
        }
    }
    if !word.is_empty() {
        pieces.push(Piece::Word(word));
    }
    Ok(pieces)
}

fn skip_quoted(chars: &mut std::str::Chars<'_>) -> Result<(), IdentityFault> {
    while let Some(c) = chars.next() {
        match c {
            '"' => return Ok(()),
            '\\' => {
                chars.next();
            }
            _ => {}
        }
    }
    Err(IdentityFault::NotPlain)
}

fn skip_comment(chars: &mut std::str::Chars<'_>) -> Result<(), IdentityFault> {
    let mut depth = 1_usize;
    while let Some(c) = chars.next() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            '\\' => {
                chars.next();
            }
            _ => {}
        }
        if depth == 0 {
            return Ok(());
        }
    }
    Err(IdentityFault::NotPlain)
}

fn angle(chars: &mut std::str::Chars<'_>) -> Result<String, IdentityFault> {
    let mut spec = String::new();
    for c in chars.by_ref() {
        if c == '>' {
            return Ok(spec);
        }
        spec.push(c);
    }
    Err(IdentityFault::NotPlain)
}

/// A dot-atom local part and a domain of at least two LDH labels (TA5). The
/// domain is made lower case; the local part stays as written.
fn address(spec: &str) -> Result<String, IdentityFault> {
    let Some((local, domain)) = spec.split_once('@') else { return Err(IdentityFault::NotPlain) };
    if domain.contains('@') || local.len() > LOCAL_BYTES_MAX || !is_dot_atom(local) {
        return Err(IdentityFault::NotPlain);
    }
    match ldh_domain(domain) {
        Some(domain) => Ok(format!("{local}@{domain}")),
        None => Err(IdentityFault::BadDomain),
    }
}

fn is_dot_atom(local: &str) -> bool {
    local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atom_byte))
}

/// `atext` of RFC 5322 3.2.3.
fn is_atom_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

/// The domain in lower case, if it is a plain host name of two labels or more:
/// only such names may be compared with each other (TB3).
pub(super) fn ldh_domain(domain: &str) -> Option<String> {
    let labels: Vec<&str> = domain.split('.').collect();
    let plain = domain.len() <= DOMAIN_BYTES_MAX
        && labels.len() >= 2
        && labels.iter().all(|label| is_ldh_label(label))
        && labels.last().is_some_and(|top| !top.bytes().all(|byte| byte.is_ascii_digit()));
    plain.then(|| domain.to_ascii_lowercase())
}

fn is_ldh_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= LABEL_BYTES_MAX
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
