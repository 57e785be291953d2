//! Any text as a written time: reading never panics, and what is read has a zone
//! and stands near the day of the mail.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use upgrade_desk::desk::moment;
use upgrade_desk::shell::rules;

static RULES: LazyLock<std::sync::Arc<upgrade_desk::desk::rules::Rules>> =
    LazyLock::new(|| rules::load(None).expect("the built-in rules"));

fuzz_target!(|text: &str| {
    let wrote: jiff::Timestamp = "2026-11-25T18:00:00Z".parse().expect("a moment");
    let (text, zone) = match text.split_once('\n') {
        Some((text, zone)) => (text, Some(zone)),
        None => (text, None),
    };
    match moment::read(text, zone, wrote, &RULES.zones, &RULES.hours.zone) {
        Ok(when) => {
            for reading in when.readings() {
                assert!(moment::time_zone(&reading.zone).is_some(), "no such zone: {:?}", reading.zone);
                let hours = reading.at.duration_since(wrote).as_hours().abs();
                assert!(hours < 20 * 366 * 24, "far from the mail: {}", reading.at);
            }
        }
        Err(fault) => assert!(!fault.text.to_string().is_empty(), "a fault without a word: {text:?}"),
    }
    let _ = moment::phrases(text, &RULES.zones, &RULES.classify.refuses);
});
