//! Whose word counts: the mail host's, our own, or that of both together.

use serde::Deserialize;

use crate::desk::mail::proof::coverage::coverage;
use crate::desk::mail::proof::own::{Checked, Flaw, Policy, Verdict};
use crate::desk::mail::proof::{judge, spf_of_host};
use crate::desk::mail::{Coverage, How, Mail, MailHost, Proof};

/// Who looks at signatures and policies (`access.toml`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Checks {
    /// The trusted mail host.
    #[default]
    Host,
    /// We; the mail host is asked about SPF alone.
    Own,
    /// Both, and the worse verdict counts.
    Both,
}

/// Whose word is heard, and how the mail host is told from a forger.
#[derive(Debug, Clone, Copy)]
pub struct Trusted<'a> {
    pub checks: Checks,
    pub authserv_id: Option<&'a str>,
    pub host: MailHost,
}

/// The proof for the author of `mail`. `checked` is `None` where we did not
/// look: then our own word is that nobody is proven.
pub fn weigh(mail: &Mail, trusted: Trusted<'_>, checked: Option<&Checked>) -> Proof {
    let host = || judge(mail, trusted.authserv_id, trusted.host);
    let own = || own(mail, trusted, checked);
    match trusted.checks {
        Checks::Host => host(),
        Checks::Own => own(),
        // A host that names nobody can say no, but it is not asked to agree.
        Checks::Both if trusted.authserv_id.is_none() => match host() {
            Proof::None => own(),
            host => worse(host, own()),
        },
        Checks::Both => worse(host(), own()),
    }
}

/// DKIM and DMARC as we found them, SPF as the mail host did.
fn own(mail: &Mail, trusted: Trusted<'_>, checked: Option<&Checked>) -> Proof {
    let (Some(checked), Ok(identity)) = (checked, &mail.identity) else { return Proof::None };
    let verdicts = || checked.signatures.iter().map(|signed| signed.verdict);
    if let Some(pass) = by_signature(mail, checked) {
        return pass;
    }
    // The author's own signature may yet turn out to be good (TB8).
    if verdicts().any(|verdict| verdict == Verdict::Temporary) {
        return Proof::Temporary;
    }
    let spf = spf_of_host(mail, trusted.authserv_id, trusted.host, identity.domain());
    let was_signed = verdicts().any(|verdict| matches!(verdict, Verdict::Failed(_)));
    match (spf, checked.policy) {
        // Where both must agree, a broken signature is not outweighed by SPF.
        (Proof::Pass { .. }, _) if trusted.checks == Checks::Both && was_signed => Proof::None,
        (Proof::None, Policy::Quarantine | Policy::Reject) if !has_prefix_signature(checked) => Proof::Fail,
        (Proof::None, Policy::Temporary) => Proof::Temporary,
        (spf, _) => spf,
    }
}

/// By the rules of others such a signature may be good, so that its domain does
/// not say that the mail is forged; by ours it proves nothing (TB5).
fn has_prefix_signature(checked: &Checked) -> bool {
    checked.signatures.iter().any(|signed| signed.verdict == Verdict::Ignored(Flaw::PartialBody))
}

/// Of several passing signatures the one that covers all is enough.
fn by_signature(mail: &Mail, checked: &Checked) -> Option<Proof> {
    let passed = checked.signatures.iter().filter(|signed| signed.verdict == Verdict::Pass);
    let proofs: Vec<(&str, Coverage)> =
        passed.map(|signed| (signed.domain.as_str(), coverage(mail, &signed.domain, Some(&signed.tag)))).collect();
    let best = proofs.iter().find(|(_, coverage)| *coverage == Coverage::Consent).or(proofs.first())?;
    let (domain, coverage) = best.clone();
    Some(Proof::Pass { how: How::OwnDkim, domain: domain.to_owned(), coverage })
}

/// The worse of the mail host's word and our own.
fn worse(host: Proof, own: Proof) -> Proof {
    match (host, own) {
        (Proof::Fail, _) | (_, Proof::Fail) => Proof::Fail,
        (Proof::Ambiguous, _) | (_, Proof::Ambiguous) => Proof::Ambiguous,
        (Proof::Temporary, _) | (_, Proof::Temporary) => Proof::Temporary,
        (Proof::None, _) | (_, Proof::None) => Proof::None,
        (host @ Proof::Pass { how: How::TrustedSpf, .. }, Proof::Pass { .. }) => host,
        // Which signature the mail host means it may not say; ours is known.
        (Proof::Pass { coverage: Coverage::Lacks(lacks), .. }, Proof::Pass { how, domain, .. }) => {
            Proof::Pass { how, domain, coverage: Coverage::Lacks(lacks) }
        }
        (Proof::Pass { .. }, own @ Proof::Pass { .. }) => own,
    }
}
