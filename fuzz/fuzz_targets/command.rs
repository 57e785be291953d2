//! Any text as an agent's answer: reading commands never panics, and each line
//! that is reported was written.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use upgrade_desk::desk::command;
use upgrade_desk::shell::rules;

static RULES: LazyLock<std::sync::Arc<upgrade_desk::desk::rules::Rules>> =
    LazyLock::new(|| rules::load(None).expect("the built-in rules"));

fuzz_target!(|text: &str| {
    let lines = command::read(text, &RULES.zones, &RULES.hours.zone, jiff::Timestamp::UNIX_EPOCH);
    for line in lines {
        assert!(line.line.trim_start().starts_with(['#', '＃']), "not a command line: {:?}", line.line);
        if let Err(fault) = line.read {
            assert!(!fault.text.is_empty(), "a fault without a word: {:?}", line.line);
        }
    }
});
