//! Our own look at who signed a mail: which signatures are worth it, and what
//! was found. The looking is done by `shell/authenticate.rs`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::mail::identity::ldh_domain;
use crate::desk::mail::proof::is_below;
use crate::desk::mail::{Mail, SignatureField};

/// Signatures of one mail that are kept as facts.
const FACTS_MAX: usize = 20;
/// Characters of `b=` that name a signature (RFC 6008 asks for eight at least).
const TAG: usize = 16;

/// What is to be looked up about one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The author's domain.
    pub domain: String,
    /// Every signature that may be the author's, topmost first; with what makes
    /// it count for nothing, as far as the mail itself shows it.
    pub signatures: Vec<(SignatureField, Option<Flaw>)>,
}

/// What our own look found. The value that `proof` is judged on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    pub signatures: Vec<Signed>,
    pub policy: Policy,
}

/// One signature and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    pub domain: String,
    pub selector: String,
    /// How its `b=` begins.
    pub tag: String,
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Names of the fields that it covers, lower case.
    pub covers: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verdict", content = "because")]
pub enum Verdict {
    /// It verifies, and its domain speaks for the author's (RFC 9989 4.10.2).
    Pass,
    Failed(Failure),
    /// It is as if it were not there (RFC 6376 6.1.1 and 6.1.2, RFC 8301).
    Ignored(Flaw),
    /// Could not be found out now.
    Temporary,
}

/// Why a signature did not verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Failure {
    /// The signer's domain has no such key.
    NoKey,
    /// What stands there is no key, or one of another kind.
    BadKey,
    BodyChanged,
    /// The signed fields were changed, or another key signed.
    HeaderChanged,
    /// Whole, but its domain does not speak for the author's.
    NotAligned,
}

/// Why a signature is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Flaw {
    Malformed,
    /// `l=`: anybody may add to the body (TB5).
    PartialBody,
    /// rsa-sha1 (RFC 8301 3.1), or something nobody knows.
    Algorithm,
    Expired,
    /// `From` is not in `h=`.
    FromNotSigned,
    /// `i=` lies outside `d=`.
    AgentOutside,
    /// Others stand above it; only so many are evaluated.
    TooMany,
    /// An RSA key below 1024 bits (RFC 8301 3.2).
    ShortKey,
    /// `t=y`: the signer only tries it out (RFC 6376 3.6.1).
    Testing,
    /// An empty `p=`.
    Revoked,
}

/// What the author's domain wants done with mail that nobody vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Policy {
    /// It publishes no policy.
    NotPublished,
    None,
    Quarantine,
    Reject,
    /// Could not be found out now.
    Temporary,
}

impl Signed {
    pub fn new(field: &SignatureField, verdict: Verdict) -> Signed {
        Signed {
            domain: field.domain.clone(),
            selector: field.selector.clone(),
            tag: field.signature.chars().take(TAG).collect(),
            verdict,
            covers: field.covers.iter().cloned().collect(),
        }
    }
}

/// What to look up for `mail`, received at `received`; `None`: it has no plain
/// author, so that nobody can vouch for one.
pub fn wanted(mail: &Mail, received: Timestamp, signatures_max: usize) -> Option<Wanted> {
    let domain = mail.identity.as_ref().ok()?.domain().to_owned();
    let mut evaluated = 0;
    let related = mail.signatures.iter().filter(|field| may_speak_for(&field.domain, &domain));
    let signatures = related.take(FACTS_MAX.max(signatures_max)).map(|field| {
        let mut flaw = flaw(field, received);
        if flaw.is_none() && evaluated >= signatures_max {
            flaw = Some(Flaw::TooMany);
        }
        evaluated += usize::from(flaw.is_none());
        (field.clone(), flaw)
    });
    let signatures = signatures.collect();
    Some(Wanted { domain, signatures })
}

/// Whether two domains may belong to one organisation, which the name servers
/// then have to say: the same, one below the other, or both below a third.
fn may_speak_for(signer: &str, author: &str) -> bool {
    let family = |domain: &str| {
        let (rest, top) = domain.rsplit_once('.')?;
        let second = rest.rsplit_once('.').map_or(rest, |(_, second)| second);
        Some(format!("{second}.{top}"))
    };
    let both = family(signer).zip(family(author));
    signer == author || is_below(author, signer) || is_below(signer, author) || both.is_some_and(|(a, b)| a == b)
}

fn flaw(field: &SignatureField, received: Timestamp) -> Option<Flaw> {
    let label = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_selector = !field.selector.is_empty() && field.selector.len() <= 200 && field.selector.chars().all(label);
    // Its time ran out before the mail was here: how long we held it is our affair.
    let is_over = |expires: i64| expires <= received.as_second() || field.signed_at.is_some_and(|at| expires <= at);
    let is_outside = |agent: &str| agent != field.domain && !is_below(agent, &field.domain);
    if ldh_domain(&field.domain).as_deref() != Some(field.domain.as_str()) || !is_selector {
        Some(Flaw::Malformed)
    } else if !matches!(field.algorithm.as_str(), "rsa-sha256" | "ed25519-sha256") {
        Some(Flaw::Algorithm)
    } else if field.partial_body {
        Some(Flaw::PartialBody)
    } else if !field.covers.contains("from") {
        Some(Flaw::FromNotSigned)
    } else if field.agent.as_deref().is_some_and(is_outside) {
        Some(Flaw::AgentOutside)
    } else if field.expires.is_some_and(is_over) {
        Some(Flaw::Expired)
    } else {
        None
    }
}
