//! Who the mail says wrote it, read strictly from the raw header (security 2.1
//! step 4, TA1 to TA7): one From field with one plain ASCII mailbox, which two
//! other readers must see in the same way. Everything else has a named fault.

mod pieces;
mod readers;

pub(super) use readers::decoded;

use super::header::Header;
use super::{Identity, IdentityFault};
use pieces::{Piece, is_atom_byte, pieces};

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
    if header.damaged {
        return Err(IdentityFault::HeaderDamaged);
    }
    if !header.limits.is_empty() {
        return Err(IdentityFault::OverLimit);
    }
    let Some(field) = first else { return Err(IdentityFault::NoFrom) };
    let address = mailbox(&String::from_utf8_lossy(field.value))?;
    let name = readers::agree(header.block, &address).ok_or(IdentityFault::ReadersDisagree)?;
    Ok(Identity { address, name })
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
        [phrase @ .., Piece::Angle(spec)] if is_phrase(phrase) => address(spec),
        [Piece::Word(spec)] | [Piece::Word(spec), Piece::Comment] => address(spec),
        _ => Err(IdentityFault::NotPlain),
    }
}

/// RFC 5322 4.1, obs-phrase: dots may stand between words, never before the first;
/// Dovecot reads no address behind one.
fn is_phrase(words: &[Piece]) -> bool {
    let begins_with_dot = matches!(words.first(), Some(Piece::Word(word)) if word.starts_with('.'));
    !begins_with_dot && words.iter().all(Piece::is_phrase_word)
}

/// A dot-atom local part and a domain of at least two LDH labels (TA5); no
/// encoded word, which some readers decode (TA6). The domain is made lower case;
/// the local part stays as written.
fn address(spec: &str) -> Result<String, IdentityFault> {
    let Some((local, domain)) = spec.split_once('@') else { return Err(IdentityFault::NotPlain) };
    if domain.contains('@') || local.len() > LOCAL_BYTES_MAX || !is_dot_atom(local) || local.contains("=?") {
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
