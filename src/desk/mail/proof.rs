//! Who vouches for the author: the topmost `Authentication-Results` of exactly
//! our mail host (RFC 8601, TB1 to TB6), and how much of the mail is covered.

mod coverage;
pub mod own;
mod place;
mod probe;
mod results;
mod weigh;

use crate::desk::mail::identity::ldh_domain;
use crate::desk::mail::proof::coverage::coverage;
use crate::desk::mail::proof::results::{Claim, Verdict};
use crate::desk::mail::{Coverage, How, Mail, MailHost, Proof};

pub use probe::probe;
pub use weigh::{Checks, Trusted, weigh};

/// What became of fields that we forged in our host's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// They are gone, and the host's own stands where it should.
    Good,
    /// Anybody can write in our host's name.
    Survived,
    /// Gone; the host's own is somewhere else.
    Elsewhere,
    /// Gone; where the host's own should be, another name writes.
    OtherName(String),
    /// Gone, and nothing instead.
    Missing,
}

/// The proof for the author of `mail`. No configured id, no plain author, or no
/// usable field of ours where `host` writes it: nobody is proven. A field of our
/// name that is broken or silent hides those below it, which anybody may have
/// written.
pub fn judge(mail: &Mail, authserv_id: Option<&str>, host: MailHost) -> Proof {
    let Ok(identity) = &mail.identity else { return Proof::None };
    let fields = place::fields(&mail.trace, host);
    if host == MailHost::Microsoft365 {
        return denied(&fields, identity.domain());
    }
    let Some(id) = authserv_id else { return Proof::None };
    let claims = fields.into_iter().map(|field| results::read(field, id));
    let mut ours = claims.filter(|claim| *claim != Claim::NotOurs);
    let Some(Claim::Results(top)) = ours.next() else { return Proof::None };
    if let Some(proof) = failed(&top) {
        return proof;
    }
    // Other fields of our own host cannot vouch, but where one of them says
    // otherwise, the worst counts.
    let below: Vec<Verdict> = ours
        .flat_map(|claim| match claim {
            Claim::Results(results) => results,
            Claim::Broken | Claim::NotOurs => Vec::new(),
        })
        .collect();
    let is_denied_below = below.iter().any(is_dmarc_fail);
    if is_denied_below
        || saw_another_author(&top, identity.domain())
        || contradict(&top, &top)
        || contradict(&top, &below)
    {
        return Proof::Ambiguous;
    }
    // An address is compared only as a whole plain name; a signer that is none
    // makes the whole field unusable.
    if top.iter().any(|result| is_pass(result, "dkim") && signer(result).is_none()) {
        return Proof::None;
    }
    by_dkim(mail, &top, identity.domain())
        .or_else(|| by_spf(&top, identity.domain()))
        .unwrap_or_else(|| without_pass(&top, identity.domain()))
}

/// What a field says that names nobody: its place tells that it is our host's,
/// but a host that does not name itself cannot be told from a forger by name, so
/// it is heard only where it says no (TB2).
fn denied(fields: &[&str], domain: &str) -> Proof {
    let Some(Claim::Results(top)) = fields.first().map(|field| results::read_nameless(field)) else {
        return Proof::None;
    };
    failed(&top).unwrap_or_else(|| without_pass(&top, domain))
}

/// A failed DMARC is the owner's word that the mail is forged; but where he asks
/// for nothing (`p=none`), a forwarder may have done it: nobody vouches (TB9).
fn failed(results: &[Verdict]) -> Option<Proof> {
    let mut fails = results.iter().filter(|result| is_dmarc_fail(result)).peekable();
    fails.peek()?;
    Some(if fails.all(Verdict::asks_for_nothing) { Proof::None } else { Proof::Fail })
}

fn is_dmarc_fail(result: &Verdict) -> bool {
    result.method == "dmarc" && result.verdict == "fail"
}

fn is_pass(result: &Verdict, method: &str) -> bool {
    result.method == method && result.verdict == "pass"
}

/// Our mail host passed an author of another domain than the one we read: two
/// readers disagree about who wrote this.
fn saw_another_author(results: &[Verdict], domain: &str) -> bool {
    results.iter().filter(|result| is_pass(result, "dmarc")).any(|result| {
        result.property("header.from").is_some_and(|from| ldh_domain(from).is_none_or(|seen| seen != domain))
    })
}

/// One and the same check passed and failed. Two signatures of one domain are
/// two checks: RFC 6376 6.1 takes the one that passes.
fn contradict(results: &[Verdict], others: &[Verdict]) -> bool {
    let subject = |result: &Verdict| match result.method.as_str() {
        "dkim" => Some((signer(result)?, [result.property("header.s"), result.property("header.b")].map(owned))),
        "spf" => Some((property_domain(result, "smtp.mailfrom")?, [None, None])),
        _ => None,
    };
    let passed = |result: &&Verdict| result.verdict == "pass";
    let failed = |result: &&Verdict| matches!(result.verdict.as_str(), "fail" | "softfail");
    results.iter().filter(passed).any(|good| {
        let good_subject = subject(good);
        good_subject.is_some()
            && others.iter().filter(failed).any(|bad| bad.method == good.method && subject(bad) == good_subject)
    })
}

fn owned(value: Option<&str>) -> Option<String> {
    value.map(str::to_owned)
}

/// The domain of `local@domain`, `@domain` or `domain`, if it is a plain name.
fn property_domain(result: &Verdict, name: &str) -> Option<String> {
    let value = result.property(name)?;
    let domain = match value.split_once('@') {
        Some((_, domain)) if domain.contains('@') => return None,
        Some((_, domain)) => domain,
        None => value,
    };
    ldh_domain(domain)
}

/// Who signed: `header.d`, or the domain of `header.i`, which may only be the
/// same domain or one below it (RFC 6376 3.5).
fn signer(result: &Verdict) -> Option<String> {
    let Some(signer) = result.property("header.d") else { return property_domain(result, "header.i") };
    let signer = ldh_domain(signer)?;
    let fits = match result.property("header.i") {
        Some(_) => {
            property_domain(result, "header.i").is_some_and(|agent| agent == signer || is_below(&agent, &signer))
        }
        None => true,
    };
    fits.then_some(signer)
}

/// Whether `domain` is a name under `parent`.
fn is_below(domain: &str, parent: &str) -> bool {
    domain.strip_suffix(parent).is_some_and(|head| head.ends_with('.'))
}

/// A passing signature of the author's domain; of its parent or child only
/// where the mail host itself found author and signer aligned (DMARC).
fn by_dkim(mail: &Mail, results: &[Verdict], domain: &str) -> Option<Proof> {
    let is_dmarc_pass = results.iter().any(|result| {
        is_pass(result, "dmarc") && result.property("header.from").and_then(ldh_domain).as_deref() == Some(domain)
    });
    let is_aligned =
        |signer: &str| signer == domain || (is_dmarc_pass && (is_below(domain, signer) || is_below(signer, domain)));
    let mut proofs = results.iter().filter(|result| is_pass(result, "dkim")).filter_map(|result| {
        let signer = signer(result).filter(|signer| is_aligned(signer))?;
        let coverage = coverage(mail, &signer, result.property("header.b"));
        Some((signer, coverage))
    });
    let first = proofs.next()?;
    // Of several passing signatures the one that covers all is enough.
    let best = match first {
        (_, Coverage::Consent) => first,
        first => proofs.find(|(_, coverage)| *coverage == Coverage::Consent).unwrap_or(first),
    };
    let (domain, coverage) = best;
    Some(Proof::Pass { how: How::TrustedDkim, domain, coverage })
}

/// Only the envelope sender's domain counts, never the HELO name (TB4).
fn by_spf(results: &[Verdict], domain: &str) -> Option<Proof> {
    let passes = results
        .iter()
        .any(|result| is_pass(result, "spf") && property_domain(result, "smtp.mailfrom").as_deref() == Some(domain));
    passes.then(|| Proof::Pass { how: How::TrustedSpf, domain: domain.to_owned(), coverage: Coverage::Unknown })
}

/// What our mail host says of SPF alone: a pass, none, or not known now. Fields
/// that contradict each other say nothing.
fn spf_of_host(mail: &Mail, authserv_id: Option<&str>, host: MailHost, domain: &str) -> Proof {
    let (Some(id), true) = (authserv_id, host != MailHost::Microsoft365) else { return Proof::None };
    let claims = place::fields(&mail.trace, host).into_iter().map(|field| results::read(field, id));
    let mut ours = claims.filter(|claim| *claim != Claim::NotOurs);
    let Some(Claim::Results(top)) = ours.next() else { return Proof::None };
    let below = ours.flat_map(|claim| if let Claim::Results(results) = claim { results } else { Vec::new() });
    let of_author = |result: &&Verdict| {
        result.method == "spf" && property_domain(result, "smtp.mailfrom").as_deref() == Some(domain)
    };
    if contradict(&top, &top) || contradict(&top, &below.collect::<Vec<Verdict>>()) {
        return Proof::None;
    }
    let is_temporary = top.iter().filter(of_author).any(|result| result.verdict == "temperror");
    let unproven = if is_temporary { Proof::Temporary } else { Proof::None };
    by_spf(&top, domain).unwrap_or(unproven)
}

/// Nothing passed: was that because something could not be looked up (TB8)?
/// A stranger's signature that could not be checked is no reason to wait.
fn without_pass(results: &[Verdict], domain: &str) -> Proof {
    let concerns_author = |result: &Verdict| match result.method.as_str() {
        "dmarc" => true,
        "dkim" => signer(result)
            .is_none_or(|signer| signer == domain || is_below(domain, &signer) || is_below(&signer, domain)),
        _ => false,
    };
    let is_temporary = results.iter().any(|result| result.verdict == "temperror" && concerns_author(result));
    if is_temporary { Proof::Temporary } else { Proof::None }
}
