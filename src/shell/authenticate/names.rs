//! What the name servers say for one mail: the keys of its signatures, the
//! policy of its author's domain, and which signers may speak for it (RFC 9989).

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::{join, join_all};
use mail_auth::common::verify::DomainKey;
use mail_auth::dkim::Signature;
use mail_auth::dmarc;
use mail_auth::dmarc::verify::DmarcParameters;
use mail_auth::hickory_resolver::proto::op::ResponseCode;
use mail_auth::{
    AuthenticatedMessage, DkimOutput, DmarcOutput, DmarcResult, DnsError, Error, MessageAuthenticator, Parameters,
    SpfOutput,
};
use tokio::time::{Instant, timeout_at};

use crate::desk::mail::SignatureField;
use crate::desk::mail::proof::own::{Failure, Flaw, Policy, Verdict, Wanted};
use crate::shell::authenticate::answers::Answers;

/// The flag `t=y` of a key record, as mail-auth 0.13 keeps it.
const TESTING: u64 = 0x10;
/// RFC 8301 3.2.
const RSA_BITS_MIN: usize = 1024;

/// A key that may be used, or what its signature is without one.
pub type Key = Result<Arc<DomainKey>, Verdict>;

/// What was found out, and what could not be.
pub struct Found {
    /// By the name of the key record.
    pub keys: BTreeMap<String, Key>,
    pub policy: Policy,
    /// Signers other than the author's own domain; `None`: not known now.
    pub aligned: BTreeMap<String, Option<bool>>,
}

impl Found {
    /// Whether any question at all has its answer.
    pub fn has_answer(&self) -> bool {
        let is_definite = |key: &Key| !matches!(key, Err(Verdict::Temporary));
        self.policy != Policy::Temporary || self.keys.values().any(is_definite)
    }
}

/// Where the key of a signature stands (RFC 6376 3.6.2.1), as mail-auth asks.
pub fn key_name(field: &SignatureField) -> String {
    format!("{}._domainkey.{}.", field.selector, field.domain)
}

/// Asks everything at the same time; what is not answered `until` then is not
/// known now.
pub async fn look_up(resolver: &MessageAuthenticator, wanted: &Wanted, queries_max: usize, until: Instant) -> Found {
    let answers = Answers::new(queries_max);
    let evaluated = || wanted.signatures.iter().filter(|(_, flaw)| flaw.is_none()).map(|(field, _)| field);
    let names: BTreeMap<String, ()> = evaluated().map(|field| (key_name(field), ())).collect();
    let keys = join_all(names.into_keys().map(|name| key(resolver, &answers, name, until)));
    let others: BTreeMap<&str, ()> = evaluated()
        .map(|field| field.domain.as_str())
        .filter(|domain| *domain != wanted.domain)
        .map(|d| (d, ()))
        .collect();
    let policies = async {
        // The author's names are known to what follows: nothing is asked twice.
        let own = dmarc(resolver, &answers, &wanted.domain, None, until).await;
        let others = others.into_keys().map(|signer| async {
            (signer.to_owned(), dmarc(resolver, &answers, &wanted.domain, Some(signer), until).await)
        });
        (own, join_all(others).await)
    };
    let (keys, (own, others)) = join(keys, policies).await;
    Found {
        keys: keys.into_iter().map(|(name, read)| (name, read.or(Err(Verdict::Temporary)))).collect(),
        policy: own.map(|output| policy(&output)).or(Policy::Temporary),
        aligned: others
            .into_iter()
            .map(|(name, read)| (name, read.map(|output| is_aligned(&output)).or(None)))
            .collect(),
    }
}

/// An answer, whatever it says, or none in time.
enum Read<T> {
    InTime(T),
    Late,
}

impl<T> Read<T> {
    fn map<U>(self, read: impl FnOnce(T) -> U) -> Read<U> {
        match self {
            Read::InTime(value) => Read::InTime(read(value)),
            Read::Late => Read::Late,
        }
    }

    fn or(self, late: T) -> T {
        match self {
            Read::InTime(value) => value,
            Read::Late => late,
        }
    }
}

async fn key(resolver: &MessageAuthenticator, answers: &Answers, name: String, until: Instant) -> (String, Read<Key>) {
    let read = match timeout_at(until, resolver.txt_lookup::<DomainKey>(name.as_str(), Some(answers))).await {
        Ok(Ok(key)) => Read::InTime(usable(key)),
        Ok(Err(error)) => Read::InTime(Err(without_key(&error))),
        Err(_) => Read::Late,
    };
    (name, read)
}

fn usable(key: Arc<DomainKey>) -> Key {
    match key.p.public_key_bits() {
        _ if key.f & TESTING != 0 => Err(Verdict::Ignored(Flaw::Testing)),
        // What stands there is no RSA key at all.
        0 => Err(Verdict::Failed(Failure::BadKey)),
        bits if bits < RSA_BITS_MIN => Err(Verdict::Ignored(Flaw::ShortKey)),
        _ => Ok(key),
    }
}

/// RFC 6376 6.1.2: no key is no signature, no answer is none yet.
fn without_key(error: &Error) -> Verdict {
    match error {
        Error::Dns(DnsError::RecordNotFound(ResponseCode::NXDomain | ResponseCode::NoError)) => {
            Verdict::Failed(Failure::NoKey)
        }
        Error::Dns(DnsError::Resolver(_) | DnsError::RecordNotFound(_)) => Verdict::Temporary,
        Error::Dkim(mail_auth::dkim::DkimError::RevokedPublicKey) => Verdict::Ignored(Flaw::Revoked),
        _ => Verdict::Failed(Failure::BadKey),
    }
}

/// The policy of `author`; with `signer`, also whether that domain, should its
/// signature be good, speaks for the author.
async fn dmarc(
    resolver: &MessageAuthenticator,
    answers: &Answers,
    author: &str,
    signer: Option<&str>,
    until: Instant,
) -> Read<DmarcOutput> {
    let message = AuthenticatedMessage { from: vec![format!("author@{author}")], ..AuthenticatedMessage::default() };
    let signature = Signature { d: signer.unwrap_or_default().to_owned(), ..Signature::default() };
    let signed = [DkimOutput::pass().with_signature(&signature)];
    let spf = SpfOutput::default();
    let parameters = DmarcParameters {
        message: &message,
        dkim_output: if signer.is_some() { &signed } else { &[] },
        dkim2_output: None,
        rfc5321_mail_from_domain: "",
        spf_output: &spf,
    };
    let parameters = Parameters::new(parameters).with_txt_cache(answers);
    match timeout_at(until, resolver.verify_dmarc(parameters)).await {
        Ok(output) => Read::InTime(output),
        Err(_) => Read::Late,
    }
}

fn policy(output: &DmarcOutput) -> Policy {
    match (output.dkim_result(), output.dmarc_record(), output.policy()) {
        (DmarcResult::TempError(_), _, _) => Policy::Temporary,
        (_, None, _) | (_, _, dmarc::Policy::Unspecified) => Policy::NotPublished,
        (_, Some(_), dmarc::Policy::None) => Policy::None,
        (_, Some(_), dmarc::Policy::Quarantine) => Policy::Quarantine,
        (_, Some(_), dmarc::Policy::Reject) => Policy::Reject,
    }
}

fn is_aligned(output: &DmarcOutput) -> Option<bool> {
    match output.dkim_result() {
        DmarcResult::Pass => Some(true),
        DmarcResult::TempError(_) => None,
        DmarcResult::Fail(_) | DmarcResult::PermError(_) | DmarcResult::None => Some(false),
    }
}
