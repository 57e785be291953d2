//! What `rules/form.toml` must keep.

use std::collections::BTreeMap;

use strum::VariantArray;
use upgrade_desk::desk::form::{FieldKey, TimePart};

use crate::sample_rules;

#[test]
fn every_field_has_its_rule_and_no_label_two_meanings() {
    let spec = sample_rules::spec();
    for key in FieldKey::VARIANTS {
        assert_eq!(spec.fields.iter().filter(|rule| rule.key == *key).count(), 1, "{}", key.key());
    }
    for part in TimePart::VARIANTS {
        assert_eq!(spec.parts.iter().filter(|rule| rule.part == *part).count(), 1, "{part:?}");
    }
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let fields = spec.fields.iter().flat_map(|rule| rule.labels.iter().map(|label| (label, rule.key.key().to_owned())));
    let parts = spec.parts.iter().flat_map(|rule| rule.labels.iter().map(|label| (label, format!("{:?}", rule.part))));
    for (label, meaning) in fields.chain(parts) {
        let other = seen.insert(label.to_lowercase(), meaning.clone());
        assert!(other.as_ref().is_none_or(|other| *other == meaning), "\"{label}\" is both {other:?} and {meaning}");
    }
}

#[test]
fn the_pattern_of_serials_is_one() {
    let pattern = regex::Regex::new(&sample_rules::spec().serial_pattern).unwrap();
    assert!(pattern.is_match("SM041722A"));
    assert!(!pattern.is_match("SEELABEL"));
    assert!(!pattern.is_match(""));
}
