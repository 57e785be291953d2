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
    Some(SignatureField {
        domain: take("d")?.to_ascii_lowercase(),
        signature: take("b")?,
        covers: take("h")?.split(':').map(str::to_ascii_lowercase).collect(),
        partial_body,
    })
}
