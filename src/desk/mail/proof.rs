//! Who vouches for the author: the topmost `Authentication-Results` of exactly
//! our mail host, read by the strict grammar of RFC 8601 (TB1 to TB6).

use std::collections::BTreeMap;

use crate::desk::mail::identity::ldh_domain;
use crate::desk::mail::{Coverage, How, Mail, Proof, SignatureField};

/// What consent needs signed (decisions 11), beside the content fields.
const CONSENT_FIELDS: [&str; 5] = ["from", "to", "subject", "date", "message-id"];

/// One `method=verdict` with its properties, such as `header.d`.
#[derive(Debug, PartialEq, Eq)]
struct Result {
    method: String,
    verdict: String,
    properties: BTreeMap<String, String>,
}

/// The proof for the author of `mail`. No configured id: nobody is proven.
pub fn judge(mail: &Mail, authserv_id: Option<&str>) -> Proof {
    let (Some(id), Ok(identity)) = (authserv_id, &mail.identity) else { return Proof::None };
    let ours = mail.authentication_results.iter().filter_map(|field| results_of(field, id));
    let ours: Vec<Option<Vec<Result>>> = ours.collect();
    let Some(first) = ours.first() else { return Proof::None };
    let Some(results) = first else { return Proof::None };
    let domain = identity.domain();
    let from = |result: &&Result| property_domain(result, "header.from").as_deref() == Some(domain);
    // A second field of our own id that says otherwise: the worst counts.
    let fails = |results: &[Result]| {
        results.iter().filter(|result| result.method == "dmarc").filter(from).any(|result| result.verdict == "fail")
    };
    if fails(results) {
        return Proof::Fail;
    }
    if ours.iter().skip(1).flatten().any(|results| fails(results)) {
        return Proof::Ambiguous;
    }
    let dmarc_pass = results.iter().filter(|result| result.method == "dmarc").filter(from).any(passes);
    if let Some(dkim) = results.iter().find(|result| is_aligned_dkim(result, domain, dmarc_pass)) {
        let signer = signer(dkim).unwrap_or_default();
        let coverage = coverage(mail, &signer, dkim.properties.get("header.b").map(String::as_str));
        return Proof::Pass { how: How::TrustedDkim, domain: signer, coverage };
    }
    if results.iter().any(|result| is_aligned_spf(result, domain)) {
        return Proof::Pass { how: How::TrustedSpf, domain: domain.to_owned(), coverage: Coverage::Unknown };
    }
    let temporary =
        |result: &Result| result.verdict == "temperror" && matches!(result.method.as_str(), "dkim" | "dmarc");
    if results.iter().any(temporary) { Proof::Temporary } else { Proof::None }
}

fn passes(result: &Result) -> bool {
    result.verdict == "pass"
}

fn property_domain(result: &Result, name: &str) -> Option<String> {
    let value = result.properties.get(name)?;
    ldh_domain(value.rsplit_once('@').map_or(value.as_str(), |(_, domain)| domain))
}

fn signer(result: &Result) -> Option<String> {
    property_domain(result, "header.d").or_else(|| property_domain(result, "header.i"))
}

/// The signer is the From domain; or its parent or child where the mail host
/// itself found them aligned (DMARC).
fn is_aligned_dkim(result: &Result, domain: &str, dmarc_pass: bool) -> bool {
    if result.method != "dkim" || !passes(result) {
        return false;
    }
    let Some(signer) = signer(result) else { return false };
    let related = domain.ends_with(&format!(".{signer}")) || signer.ends_with(&format!(".{domain}"));
    signer == domain || (dmarc_pass && related)
}

/// Only the envelope sender's domain counts, never the HELO name (TB4).
fn is_aligned_spf(result: &Result, domain: &str) -> bool {
    let mailfrom = result.properties.get("smtp.mailfrom");
    let is_helo = result.properties.contains_key("smtp.helo") && mailfrom.is_none();
    result.method == "spf"
        && passes(result)
        && !is_helo
        && property_domain(result, "smtp.mailfrom").as_deref() == Some(domain)
}

/// How much of the mail the passing signature signed.
fn coverage(mail: &Mail, signer: &str, tag: Option<&str>) -> Coverage {
    let candidates: Vec<&SignatureField> = mail
        .signatures
        .iter()
        .filter(|field| field.domain == signer)
        .filter(|field| tag.is_none_or(|tag| !tag.is_empty() && field.signature.starts_with(tag)))
        .collect();
    // Without a tag that names one, several signatures leave it open which passed.
    let [signature] = candidates.as_slice() else { return Coverage::Unknown };
    let mut needed: Vec<&str> = CONSENT_FIELDS.to_vec();
    needed.extend(mail.content_fields.iter().map(String::as_str));
    let mut lacks: Vec<String> = needed
        .iter()
        .filter(|name| !signature.covers.contains(**name) || mail.duplicated_fields.contains(**name))
        .map(|name| (*name).to_owned())
        .collect();
    if signature.partial_body {
        lacks.push("body".to_owned());
    }
    if lacks.is_empty() { Coverage::Consent } else { Coverage::Lacks(lacks) }
}

/// The results of a field of our host; `Some(None)` when it is ours but broken,
/// `None` when it is somebody else's.
fn results_of(field: &str, id: &str) -> Option<Option<Vec<Result>>> {
    let Some(plain) = without_comments(field) else {
        // A broken field that begins with our id still hides what is below it.
        let begins = field.trim_start().get(..id.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(id));
        return begins.then_some(None);
    };
    let mut pieces = split_outside_quotes(&plain, ';');
    let head = if pieces.is_empty() { String::new() } else { pieces.remove(0) };
    let mut words = head.split_whitespace();
    let named = words.next().unwrap_or("");
    if !named.eq_ignore_ascii_case(id) || words.next().is_some_and(|version| version != "1") {
        return None;
    }
    let pieces: Vec<String> = pieces.into_iter().filter(|piece| !piece.trim().is_empty()).collect();
    Some(
        pieces
            .iter()
            .map(|piece| result(piece))
            .collect::<Option<Vec<_>>>()
            .map(|results| results.into_iter().filter(|result| result.method != "none").collect()),
    )
}

/// `dkim=pass reason="…" header.d=…`; `none` alone is no result.
fn result(piece: &str) -> Option<Result> {
    let mut words = split_outside_quotes(piece.trim(), ' ').into_iter().filter(|word| !word.is_empty());
    let first = words.next()?;
    if first.eq_ignore_ascii_case("none") {
        return Some(Result { method: "none".to_owned(), verdict: String::new(), properties: BTreeMap::new() });
    }
    let (method, verdict) = first.split_once('=')?;
    let method = method.split('/').next().unwrap_or("").to_ascii_lowercase();
    let token = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    if !token(&method) || !token(verdict) {
        return None;
    }
    let mut properties = BTreeMap::new();
    for word in words {
        let (name, value) = word.split_once('=')?;
        let value = value.trim_matches('"').to_owned();
        // The same property twice says two things.
        if properties.insert(name.to_ascii_lowercase(), value).is_some() {
            return None;
        }
    }
    Some(Result { method, verdict: verdict.to_ascii_lowercase(), properties })
}

/// RFC 5322 comments removed; `None` when one does not end, or a quote.
fn without_comments(field: &str) -> Option<String> {
    let mut plain = String::with_capacity(field.len());
    let (mut depth, mut quoted) = (0_usize, false);
    let mut chars = field.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if quoted || depth > 0 => {
                let escaped = chars.next()?;
                if depth == 0 {
                    plain.push(escaped);
                }
            }
            '"' if depth == 0 => {
                quoted = !quoted;
                plain.push(c);
            }
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.checked_sub(1)?,
            c if depth == 0 => plain.push(if c == '\t' { ' ' } else { c }),
            _ => {}
        }
    }
    (depth == 0 && !quoted).then_some(plain)
}

fn split_outside_quotes(text: &str, at: char) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        if c == '"' {
            quoted = !quoted;
        }
        if c == at && !quoted {
            pieces.push(String::new());
        } else if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
    }
    pieces
}
