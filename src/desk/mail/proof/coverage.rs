//! How much of a mail its passing signature signed (decisions 11, TB5, TB6).

use crate::desk::mail::{Coverage, Mail, SignatureField};

/// What consent needs signed, beside the content fields that the mail has.
const CONSENT_FIELDS: [&str; 5] = ["from", "to", "subject", "date", "message-id"];

/// What the signature of `signer` covers whose `b=` begins with `tag` (RFC 6008).
/// If that names no signature, or several, it stays open which one passed.
pub(super) fn coverage(mail: &Mail, signer: &str, tag: Option<&str>) -> Coverage {
    let is_named = |field: &&SignatureField| {
        field.domain == signer && tag.is_none_or(|tag| !tag.is_empty() && field.signature.starts_with(tag))
    };
    let named: Vec<&SignatureField> = mail.signatures.iter().filter(is_named).collect();
    let [signature] = named.as_slice() else { return Coverage::Unknown };
    let needed = CONSENT_FIELDS.into_iter().chain(mail.content_fields.iter().map(String::as_str));
    // A field that stands twice is covered once: readers disagree which one.
    let is_open = |name: &&str| !signature.covers.contains(*name) || mail.duplicated_fields.contains(*name);
    let mut lacks: Vec<String> = needed.filter(is_open).map(str::to_owned).collect();
    if signature.partial_body {
        lacks.push("body".to_owned());
    }
    if lacks.is_empty() { Coverage::Consent } else { Coverage::Lacks(lacks) }
}
