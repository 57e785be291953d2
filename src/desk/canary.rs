//! A mail that we send to ourselves with fields forged in our mail host's name:
//! what of it arrives says whether that host's word can be believed (TB2).

use hmac::{Hmac, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use crate::desk::limits::Limits;
use crate::desk::mail;
use crate::desk::mail::proof::{self, Probe};
use crate::desk::rules::Rules;

/// The field by which a canary is known; what stands in it nobody else can write.
pub const FIELD: &str = "X-Upgrade-Desk-Canary";
/// 128 bits, as RFC 2104 section 5 allows to cut them.
const TAG_BYTES: usize = 16;

/// Which way a canary goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Through our own submission, to our address.
    Ours,
    /// The same, to our address with a plus.
    Plus,
    /// From anywhere outside, by hand.
    Outside,
}

impl Way {
    fn letter(self) -> &'static str {
        match self {
            Way::Ours => "s",
            Way::Plus => "p",
            Way::Outside => "o",
        }
    }
}

/// What a canary says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub way: Way,
    pub at: Timestamp,
    /// Stands in every forged field of this canary.
    pub nonce: String,
}

/// The address with a plus that is tried.
pub fn plus_address(rules: &Rules) -> String {
    let address = &rules.desk.address;
    address.rsplit_once('@').map_or(address.clone(), |(local, domain)| format!("{local}+canary@{domain}"))
}

/// The bytes of a canary. `id` is the authserv-id in whose name it is forged.
pub fn write(mark: &Mark, key: &[u8], id: &str, rules: &Rules) -> Vec<u8> {
    let Mark { way, at, nonce } = mark;
    let desk = &rules.desk;
    let to = if *way == Way::Plus { plus_address(rules) } else { desk.address.clone() };
    let date = at.strftime("%a, %d %b %Y %H:%M:%S +0000");
    let verdict = format!("dkim=pass header.d=c{nonce}.example; dmarc=pass header.from=c{nonce}.example");
    let folded = verdict.replace("; ", ";\n\t");
    format!(
        "Authentication-Results: {id}; {verdict}\nAuthentication-Results: {}; {verdict}\n\
         Authentication-Results: (a) {id} (b) 1; {verdict}\nAuthentication-Results:\n\t{id};\n\t{folded}\n\
         AUTHENTICATION-RESULTS: \"{id}\"; {verdict}\n\
         {FIELD}: {}\nAuto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\n\
         From: <{}>\nTo: <{to}>\nSubject: Canary: are forged fields taken out?\nDate: {date}\n\
         Message-ID: <canary.{nonce}@{}>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n\n\
         The upgrade desk sent this to itself. It forges fields in the name of its own\n\
         mail host, to see whether that host takes them out. Nothing has to be done.\n",
        id.to_ascii_uppercase(),
        text(mark, key),
        desk.address,
        desk.message_id_domain,
    )
    .replace('\n', "\r\n")
    .into_bytes()
}

fn text(mark: &Mark, key: &[u8]) -> String {
    let head = format!("{}.{}.{}", mark.way.letter(), mark.at.as_second(), mark.nonce);
    let tag = tag(&head, key).map(|mac| mac.finalize().into_bytes());
    let tag: String = tag.iter().flatten().take(TAG_BYTES).map(|byte| format!("{byte:02x}")).collect();
    format!("{head}.{tag}")
}

fn tag(head: &str, key: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(b"canary\0");
    mac.update(head.as_bytes());
    Some(mac)
}

/// The mark of a mail that is one of our canaries. Nobody can write it without
/// our key; compared in constant time.
pub fn marked(raw: &[u8], limits: &Limits, key: &[u8]) -> Option<Mark> {
    let text = mail::field(raw, limits, &FIELD.to_ascii_lowercase())?;
    let (head, written) = text.rsplit_once('.')?;
    let bytes: Vec<u8> = written.as_bytes().chunks(2).map_while(hex_byte).collect();
    if bytes.len() != TAG_BYTES || tag(head, key)?.verify_truncated_left(&bytes).is_err() {
        return None;
    }
    let mut parts = head.split('.');
    let (way, at, nonce) = (parts.next()?, parts.next()?, parts.next()?);
    let way = [Way::Ours, Way::Plus, Way::Outside].into_iter().find(|one| one.letter() == way)?;
    Some(Mark { way, at: Timestamp::from_second(at.parse().ok()?).ok()?, nonce: nonce.to_owned() })
}

fn hex_byte(pair: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()
}

/// What an arrived canary tells about the host `id`.
pub fn judge(raw: &[u8], mark: &Mark, id: &str, rules: &Rules) -> Probe {
    proof::probe(raw, &rules.limits, id, rules.access.mail_host, &mark.nonce)
}

/// Of several: a forgery that survived by any way; else the best.
pub fn worst(probes: Vec<Probe>) -> Option<Probe> {
    let rank = |probe: &Probe| match probe {
        Probe::Survived => 0,
        Probe::Good => 1,
        Probe::Elsewhere => 2,
        Probe::OtherName(_) => 3,
        Probe::Missing => 4,
    };
    probes.into_iter().min_by_key(rank)
}

/// What is said of it, in words that an operator can act on.
pub fn sentence(probe: &Probe, id: &str) -> String {
    match probe {
        Probe::Good => format!("forged fields of {id} are taken out, and its own stands where mail_host says"),
        Probe::Survived => format!(
            "DANGER: a field forged in the name of {id} came through, so anybody can write one: its word is not \
             believed; let the mail host take such fields out (RFC 8601, section 5), then try again"
        ),
        Probe::Elsewhere => format!(
            "forged fields are taken out, but the one that {id} writes stands elsewhere than mail_host says: \
             choose another mail_host in access.toml"
        ),
        Probe::OtherName(name) => format!(
            "forged fields are taken out, but the mail host signs its own as {name:?}, and access.toml says {id}: \
             correct authserv_id"
        ),
        Probe::Missing => format!(
            "forged fields are taken out, but {id} wrote no field of its own; many hosts write none for mail that \
             one submits oneself: send a canary from outside (check --canary-mail FILE), then try again"
        ),
    }
}

pub const BLANK: &str = "access.toml names no authserv_id: the mail host's word counts for nothing, and there is \
                         nothing to forge; name it, or let the desk check signatures itself (checks = \"own\")";
pub const MICROSOFT: &str = "Microsoft 365 names nobody in its fields: they can say no and prove nobody; let the desk \
                             check signatures itself (checks = \"both\")";
pub const OFF: &str = "canary = \"off\" in access.toml: nobody looks whether the mail host takes out forged fields";
pub const NO_WAY: &str = "letters go into a folder here, so no canary can be sent";

/// The mail host refuses a plus address at once.
pub fn refused_plus(rules: &Rules, why: &str) -> String {
    format!(
        "mail to {} bounces ({why}): write plus_addressing = false in desk.toml, or let the mail host take it",
        plus_address(rules)
    )
}

/// `wait` in seconds.
pub fn lost_plus(rules: &Rules, wait: u64) -> String {
    format!(
        "mail to {} did not arrive within {wait} seconds: write plus_addressing = false in desk.toml, or let the \
         mail host deliver it",
        plus_address(rules)
    )
}

/// `wait` in seconds.
pub fn lost(rules: &Rules, wait: u64) -> String {
    format!(
        "the canary to {} did not arrive within {wait} seconds: look into the spam folder and the log of the mail \
         server, or give it more time (--wait SECONDS)",
        rules.desk.address
    )
}
