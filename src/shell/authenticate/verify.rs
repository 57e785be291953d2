//! The signatures of one mail against the keys that were found.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt;
use mail_auth::common::headers::Header;
use mail_auth::common::verify::VerifySignature;
use mail_auth::dkim::{DkimError, Signature};
use mail_auth::{AuthenticatedMessage, DkimResult, Error, MessageAuthenticator, Parameters, Txt};

use crate::desk::mail::SignatureField;
use crate::desk::mail::proof::own::{Checked, Failure, Flaw, Signed, Verdict, Wanted};
use crate::shell::authenticate::answers::Answers;
use crate::shell::authenticate::names::{Found, key_name};

/// Whatever the bytes are, each wanted signature has its verdict.
pub fn verify(resolver: &MessageAuthenticator, raw: &[u8], wanted: &Wanted, found: &Found) -> Checked {
    let raw = as_sent(raw);
    let message = AuthenticatedMessage::parse(&raw);
    let signatures = wanted.signatures.iter().map(|(field, flaw)| {
        let verdict = match (flaw, found.keys.get(&key_name(field)), &message) {
            (Some(flaw), _, _) => Verdict::Ignored(*flaw),
            (None, Some(Err(verdict)), _) => *verdict,
            (None, None, _) => Verdict::Temporary,
            (None, Some(Ok(_)), None) => Verdict::Ignored(Flaw::Malformed),
            (None, Some(Ok(key)), Some(message)) => {
                let key = Txt::DomainKey(key.clone());
                aligned(verdict(resolver, message, field, key), field, wanted, found)
            }
        };
        Signed::new(field, verdict)
    });
    Checked { signatures: signatures.collect(), policy: found.policy }
}

/// Signatures are made over CR LF; a Maildir keeps lines with LF alone.
fn as_sent(raw: &[u8]) -> Cow<'_, [u8]> {
    if raw.contains(&b'\r') {
        return Cow::Borrowed(raw);
    }
    let mut lines = Vec::with_capacity(raw.len().saturating_add(raw.len() / 32));
    for byte in raw {
        if *byte == b'\n' {
            lines.push(b'\r');
        }
        lines.push(*byte);
    }
    Cow::Owned(lines)
}

fn verdict(
    resolver: &MessageAuthenticator,
    message: &AuthenticatedMessage<'_>,
    field: &SignatureField,
    key: Txt,
) -> Verdict {
    let is_it = |header: &&Header<'_, Signature>| {
        header.header.d.eq_ignore_ascii_case(&field.domain) && STANDARD.encode(&header.header.b) == field.signature
    };
    let Some(header) = message.dkim_headers.iter().find(is_it) else { return Verdict::Ignored(Flaw::Malformed) };
    let mut header = header.clone();
    // Its time was looked at against that of the mail; reports and third parties
    // (RFC 6651, RFC 6541) would only be more questions.
    header.header.x = 0;
    header.header.r = false;
    header.header.atps = None;
    let known = Answers::new(0);
    known.put(header.header.domain_key().into_boxed_str(), key);
    let one = AuthenticatedMessage { dkim_headers: vec![header], errors: Vec::new(), ..message.clone() };
    let parameters = Parameters::new(&one).with_txt_cache(&known);
    // Everything it asks for is there, so that it never waits.
    let outputs = resolver.verify_dkim(parameters).now_or_never().unwrap_or_default();
    outputs.first().map_or(Verdict::Temporary, |output| match output.result() {
        DkimResult::Pass => Verdict::Pass,
        DkimResult::TempError(_) => Verdict::Temporary,
        DkimResult::Neutral(Error::Dkim(DkimError::FailedBodyHashMatch)) => Verdict::Failed(Failure::BodyChanged),
        DkimResult::Fail(Error::Crypto(mail_auth::common::crypto::CryptoError::IncompatibleAlgorithms)) => {
            Verdict::Failed(Failure::BadKey)
        }
        DkimResult::Fail(_) => Verdict::Failed(Failure::HeaderChanged),
        DkimResult::Neutral(_) | DkimResult::PermError(_) | DkimResult::None => Verdict::Ignored(Flaw::Malformed),
    })
}

/// A good signature proves its own domain; it is the author's only if that one
/// speaks for his (RFC 9989 4.10.2).
fn aligned(verdict: Verdict, field: &SignatureField, wanted: &Wanted, found: &Found) -> Verdict {
    if verdict != Verdict::Pass || field.domain == wanted.domain {
        return verdict;
    }
    match found.aligned.get(&field.domain) {
        Some(Some(true)) => Verdict::Pass,
        Some(Some(false)) => Verdict::Failed(Failure::NotAligned),
        Some(None) | None => Verdict::Temporary,
    }
}
