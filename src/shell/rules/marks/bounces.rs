//! `bounces.toml`: the words of delivery reports.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::desk::mail::{BounceWords, Reason};
use crate::shell::rules::by_language::{self, ByLanguage};
use crate::shell::toml_file::{FileFault, TomlFile};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BouncesText {
    failed_subjects: ByLanguage,
    delayed_subjects: ByLanguage,
    failed: ByLanguage,
    delayed: ByLanguage,
    #[serde(rename = "final")]
    is_final: ByLanguage,
    senders: ByLanguage,
    returned: ByLanguage,
    reply: ByLanguage,
    reasons: BTreeMap<Spanned<String>, ByLanguage>,
}

pub fn read(file: &TomlFile, faults: &mut Vec<FileFault>) -> Option<BounceWords> {
    let text: BouncesText = file.parse().map_err(|fault| faults.push(fault)).ok()?;
    let mut reasons = Vec::new();
    for (status, phrases) in &text.reasons {
        let name = status.get_ref();
        let is_status =
            name.starts_with(['4', '5']) && name.split('.').filter(|part| part.parse::<u16>().is_ok()).count() == 3;
        if !is_status {
            let expected = "a status of a failure (RFC 3463)";
            let way_out = "write it as in \"5.1.1\"";
            faults.push(file.fault(Some(&status.span()), name, expected, &format!("\"{name}\""), way_out));
        }
        reasons.push(Reason { status: name.clone(), phrases: by_language::lower(file, name, phrases, faults) });
    }
    let mut lower = |key: &str, words: &ByLanguage| by_language::lower(file, key, words, faults);
    Some(BounceWords {
        failed_subjects: lower("failed_subjects", &text.failed_subjects),
        delayed_subjects: lower("delayed_subjects", &text.delayed_subjects),
        failed: lower("failed", &text.failed),
        delayed: lower("delayed", &text.delayed),
        is_final: lower("final", &text.is_final),
        senders: lower("senders", &text.senders),
        returned: lower("returned", &text.returned),
        reply: lower("reply", &text.reply),
        reasons,
    })
}
