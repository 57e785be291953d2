//! `[retention]` of `desk.toml`: how long what is sealed is kept (decisions 17).

use serde::Deserialize;
use toml::Spanned;

use crate::desk::rules::Retention;
use crate::shell::toml_file::{FileFault, TomlFile};

/// Fewer days would delete what a dispute of this month needs; more are a slip.
const DAYS: std::ops::RangeInclusive<u32> = 30..=3650;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionText {
    originals_days: Spanned<u32>,
    attachments_days: Spanned<u32>,
}

/// A file without this part has what decisions 17 say.
pub fn read(file: &TomlFile, text: Option<RetentionText>, faults: &mut Vec<FileFault>) -> Retention {
    let Some(RetentionText { originals_days, attachments_days }) = text else { return Retention::default() };
    let mut days = |key: &str, written: &Spanned<u32>| {
        if !DAYS.contains(written.get_ref()) {
            let expected = format!("days from {} to {}", DAYS.start(), DAYS.end());
            let found = written.get_ref().to_string();
            let way_out = "correct the number: what is older is deleted for good";
            faults.push(file.fault(Some(&written.span()), key, &expected, &found, way_out));
        }
        *written.get_ref()
    };
    Retention {
        originals_days: days("originals_days", &originals_days),
        attachments_days: days("attachments_days", &attachments_days),
    }
}
