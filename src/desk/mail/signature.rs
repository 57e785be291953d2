//! The tags of a `DKIM-Signature` that matter to coverage (RFC 6376 3.5).

use std::collections::BTreeMap;

use crate::desk::mail::SignatureField;

/// What the field claims. `None` when it is not by the grammar, a tag standing
/// twice included: such a signature is to be ignored (RFC 6376 6.1.1).
pub(super) fn read(value: &str) -> Option<SignatureField> {
    let mut tags: BTreeMap<&str, String> = BTreeMap::new();
    for tag in value.trim_end().trim_end_matches(';').split(';') {
        let (name, value) = tag.split_once('=')?;
        let plain: String = value.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        if tags.insert(name.trim(), plain).is_some() {
            return None;
        }
    }
    let partial_body = tags.contains_key("l");
    let mut take = |name| tags.remove(name).filter(|value| !value.is_empty());
    // A time that is no number has passed: such a signature counts for nothing.
    let time = |value: String| value.parse().unwrap_or(0);
    Some(SignatureField {
        domain: take("d")?.to_ascii_lowercase(),
        selector: take("s").unwrap_or_default().to_ascii_lowercase(),
        algorithm: take("a").unwrap_or_default().to_ascii_lowercase(),
        signature: take("b")?,
        covers: take("h")?.split(':').map(str::to_ascii_lowercase).collect(),
        partial_body,
        agent: take("i").map(|agent| agent.rsplit_once('@').map_or("", |(_, domain)| domain).to_ascii_lowercase()),
        signed_at: take("t").map(time),
        expires: take("x").map(time),
    })
}
