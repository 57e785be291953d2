//! Any bytes as a mail: reading never panics, gives the same twice, and every
//! limit holds.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use upgrade_desk::desk::{mail, seal};
use upgrade_desk::shell::rules;

static RULES: LazyLock<std::sync::Arc<upgrade_desk::desk::rules::Rules>> = LazyLock::new(|| {
    // The fuzzer's hook ends at any panic. The desk catches those of the parser
    // (TE9), so only one that gets out is a finding.
    drop(std::panic::take_hook());
    rules::load(None).expect("the built-in rules")
});

fuzz_target!(|raw: &[u8]| {
    let mut mail = mail::read(raw, &RULES.limits, &RULES.classify.marks);
    assert_eq!(mail, mail::read(raw, &RULES.limits, &RULES.classify.marks));
    assert!(mail.attachments.len() <= RULES.limits.attachments_max);
    assert!(!mail.subject.contains(['\r', '\n', '\0']));
    let secrets = seal::take(&mut mail, &RULES.form, None).secrets;
    for secret in secrets.iter().filter(|secret| secret.expose().len() >= 8) {
        assert!(!mail.own_text.contains(secret.expose()), "a secret was left in the mail");
    }
});
