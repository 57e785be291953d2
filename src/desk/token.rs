//! Single-use tokens: HMAC-SHA-256 over ticket, person, action, what was shown,
//! expiry and the letter's number. One rides in the Message-ID of the letter
//! that asks (security 3 C), so an answer brings it back; it counts only from
//! the person to whom the letter went, and only while the ticket waits for it.

pub mod reply_address;

use hmac::{Hmac, Mac};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::desk::form::{FieldKey, Form};
use crate::desk::ticket::{Ticket, TicketId};

/// What an answer with the token does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Action {
    /// M-15: this request is ours (UT-11).
    Confirm,
    /// M-22: one of these windows (UT-21).
    Accept,
    /// M-22 of a problem: this rollback or patch (PT-10).
    Change,
}

/// A token of ours, for the ticket that the mail belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub action: Action,
    pub expires: Timestamp,
    /// The number of the letter that has it.
    pub letter: u64,
}

/// The token that a mail brings back, and whether it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Brought {
    None,
    /// Given to the author, for the ticket as it stands, in time, for the first time.
    Good(Token),
    /// An answer with it was taken before.
    Used(Token),
    /// The answer came too late.
    Expired(Token),
    /// What was asked is no longer what stands.
    Changed(Token),
    /// Given to somebody else: leaked, or forwarded (TC4).
    OfAnother {
        token: Token,
        person: String,
    },
}

impl Brought {
    /// The token, if it is good for `action`.
    pub fn good(&self, action: Action) -> Option<&Token> {
        match self {
            Brought::Good(token) if token.action == action => Some(token),
            _ => None,
        }
    }

    /// Answers a question that is not open any more, or not as it was.
    pub fn is_void(&self) -> bool {
        matches!(self, Brought::Used(_) | Brought::Expired(_) | Brought::Changed(_))
    }
}

/// A letter of ours that a mail answers and that asked for consent.
pub struct Asked<'a> {
    pub action: Action,
    pub message_id: &'a str,
    pub to: &'a str,
    pub spent: bool,
}

/// Everything that a token says.
pub struct Claim<'a> {
    pub ticket: &'a TicketId,
    pub person: &'a str,
    pub action: Action,
    pub digest: &'a str,
    pub expires: Timestamp,
    /// The number of the letter: no two letters have the same token.
    pub letter: u64,
}

/// 128 bits, as RFC 2104 section 5 allows to cut them.
const TAG_BYTES: usize = 16;

impl Claim<'_> {
    /// The local part of the letter's Message-ID.
    pub fn mint(&self, key: &[u8]) -> String {
        let tag = self.tag(key).map(|mac| mac.finalize().into_bytes());
        let tag: String = tag.iter().flatten().take(TAG_BYTES).map(|byte| format!("{byte:02x}")).collect();
        format!("{}.t{}.{}.{tag}", self.ticket, self.letter, self.expires.as_second())
    }

    /// Compares in constant time.
    fn is(&self, key: &[u8], tag: &[u8]) -> bool {
        self.tag(key).is_some_and(|mac| tag.len() == TAG_BYTES && mac.verify_truncated_left(tag).is_ok())
    }

    fn tag(&self, key: &[u8]) -> Option<Hmac<Sha256>> {
        // HMAC takes keys of every length.
        let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        let action: &'static str = self.action.into();
        let person = self.person.to_ascii_lowercase();
        let (expires, letter) = (self.expires.as_second().to_string(), self.letter.to_string());
        // None of the parts can hold a line break.
        mac.update([action, &self.ticket.0, &person, self.digest, &expires, &letter].join("\n").as_bytes());
        Some(mac)
    }
}

/// The token of the letter that was answered. That the letter is ours is known by
/// its Message-ID; what it asked stands in the token.
pub fn brought(key: &[u8], asked: &Asked<'_>, author: &str, received: Timestamp, ticket: &Ticket) -> Brought {
    let Some((token, tag)) = parts(asked, ticket) else { return Brought::None };
    if !asked.to.eq_ignore_ascii_case(author) {
        return Brought::OfAnother { token, person: asked.to.to_owned() };
    }
    if asked.spent {
        return Brought::Used(token);
    }
    if token.expires < received {
        return Brought::Expired(token);
    }
    let Token { action, expires, letter } = token;
    let digest = digest(ticket, action);
    let claim = Claim { ticket: &ticket.id, person: author, action, digest: &digest, expires, letter };
    if claim.is(key, &tag) { Brought::Good(token) } else { Brought::Changed(token) }
}

/// `UP-2026-00417.t12.1765000000.<tag>@domain` in its parts.
fn parts(asked: &Asked<'_>, ticket: &Ticket) -> Option<(Token, Vec<u8>)> {
    let (local, _) = asked.message_id.rsplit_once('@')?;
    let mut parts = local.split('.');
    let (named, letter, expires, tag) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let letter: u64 = letter.strip_prefix('t')?.parse().ok()?;
    let expires = Timestamp::from_second(expires.parse().ok()?).ok()?;
    let is_of_ticket = named == ticket.id.0 && parts.next().is_none();
    let tag = bytes(tag).filter(|_| is_of_ticket)?;
    Some((Token { action: asked.action, expires, letter }, tag))
}

/// What was shown when it was asked for: another form, other windows or another
/// change make the token void.
pub fn digest(ticket: &Ticket, action: Action) -> String {
    let shown = match action {
        Action::Confirm => serde_json::to_vec(&ticket.form),
        Action::Accept => serde_json::to_vec(&(&without_password(&ticket.form), &ticket.offers, &ticket.terms)),
        Action::Change => serde_json::to_vec(&ticket.problem.as_ref().map(|problem| &problem.change)),
    };
    // Plain values: this cannot fail, and an empty text would only make it void.
    Sha256::digest(shown.unwrap_or_default()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A new password changes nothing of what is agreed to (T5g).
fn without_password(form: &Form) -> Form {
    let mut form = form.clone();
    form.fields.retain(|key, _| !matches!(key, FieldKey::ManagerPassword | FieldKey::PasswordTested));
    form
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        hex.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len() == TAG_BYTES * 2)?;
    digits.chunks(2).map(|pair| Some(pair.first()? * 16 + pair.get(1)?)).collect()
}
