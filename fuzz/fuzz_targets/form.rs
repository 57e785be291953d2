//! Any text as the body of a request: reading the form never panics, and no
//! password stays in it.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use upgrade_desk::desk::{form, mail, seal};
use upgrade_desk::shell::rules;

static RULES: LazyLock<std::sync::Arc<upgrade_desk::desk::rules::Rules>> = LazyLock::new(|| {
    // The fuzzer's hook ends at any panic. The desk catches those of the parser
    // (TE9), so only one that gets out is a finding.
    drop(std::panic::take_hook());
    rules::load(None).expect("the built-in rules")
});

fuzz_target!(|text: &str| {
    let raw = format!("From: dana@acme-tel.example\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}");
    let mut mail = mail::read(raw.as_bytes(), &RULES.limits, &RULES.classify.marks);
    let secrets = seal::take(&mut mail, &RULES.form, None).secrets;
    let received = jiff::Timestamp::UNIX_EPOCH;
    for form in form::read(&mail, &RULES.form, &RULES.zones, &RULES.hours.zone, received) {
        if let Some(form::Value::Sealed(index)) = form.value(form::FieldKey::ManagerPassword) {
            assert!(*index < secrets.len(), "a form points at a secret that does not exist");
        }
        if let Some(slot) = form.fields.get(&form::FieldKey::ManagerPassword) {
            let sealed = slot.read.is_err() || slot.written == "[sealed]";
            assert!(sealed, "a password stands in the form");
        }
    }
});
