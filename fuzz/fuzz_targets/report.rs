//! Any text as a report of a problem, and any bytes as the parts of a delivery
//! report: reading never panics, and what alarms says why.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use upgrade_desk::desk::input;
use upgrade_desk::desk::seal::prints::Prints;
use upgrade_desk::shell::rules;

static RULES: LazyLock<std::sync::Arc<upgrade_desk::desk::rules::Rules>> = LazyLock::new(|| {
    // The fuzzer's hook ends at any panic. The desk catches those of the parser
    // (TE9), so only one that gets out is a finding.
    drop(std::panic::take_hook());
    rules::load(None).expect("the built-in rules")
});

const PROBLEM: &[u8] = b"From: dana@acme-tel.example\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n";

const DELIVERY: &[u8] = b"From: mailer-daemon@mail.example\r\nMIME-Version: 1.0\r\n\
Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n";

fuzz_target!(|bytes: &[u8]| {
    let received = jiff::Timestamp::UNIX_EPOCH;
    for head in [PROBLEM, DELIVERY] {
        let raw = [head, bytes].concat();
        let read = input::understand(&raw, received, &RULES, &Prints::default());
        assert!(!read.urgency.alarms() || !read.urgency.because.is_empty(), "an alarm without a word");
    }
});
