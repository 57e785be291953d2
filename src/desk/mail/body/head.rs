//! Where a whole mail begins below the own text: "-----Original Message-----", or
//! the block From: / Sent: / To: / Subject:.

use std::collections::BTreeSet;

use crate::desk::mail::body::attribution::has_clock;
use crate::desk::mail::quotes::{HeadLabel, Quotes, is_colon};

/// So many lines are looked at for the labels of a block.
const BLOCK_LINES_MAX: usize = 14;
/// Lines between two labels: a value that goes on.
const WRAPPED_LINES_MAX: usize = 3;

/// "-----Original Message-----", "Begin forwarded message:".
pub(super) fn separates(line: &str, quotes: &Quotes) -> bool {
    let line = line.trim();
    let ruled = ["--", "__", "=="].iter().any(|rule| line.starts_with(rule));
    let plain = line.trim_matches(|c: char| is_rule(c) || is_colon(c) || c.is_whitespace());
    // Any line may be long; none of these is.
    let short = plain.len() <= 100;
    (ruled || line.ends_with(is_colon)) && short && quotes.separators.contains(&plain.to_lowercase())
}

/// A line of nothing but dashes.
pub(super) fn is_rule_line(line: &str) -> bool {
    let line = line.trim();
    line.chars().all(is_rule) && line.chars().count() >= 3
}

fn is_rule(c: char) -> bool {
    matches!(c, '-' | '_' | '=' | '*' | '–' | '—' | '―')
}

/// Labels of a mail head, directly below each other. Somebody's "From: 5.1",
/// "To: 5.2" is none: an address or a subject has to be there.
pub(super) fn is_block(rest: &[&str], quotes: &Quotes) -> bool {
    let first = rest.first().and_then(|line| quotes.label(line)).map(|(label, _)| label);
    if !first.is_some_and(|label| matches!(label, HeadLabel::From | HeadLabel::Date | HeadLabel::Subject)) {
        return false;
    }
    let mut labels = BTreeSet::new();
    let (mut address, mut clock, mut wrapped) = (false, false, 0);
    let (mut apart, mut together) = (false, true);
    for line in rest.iter().take(BLOCK_LINES_MAX) {
        // Paragraphs of HTML part the labels by blank lines.
        if line.trim().is_empty() {
            apart = true;
            continue;
        }
        if wrapped > WRAPPED_LINES_MAX {
            break;
        }
        address |= line.contains('@');
        let Some((label, value)) = quotes.label(line) else {
            wrapped += 1;
            continue;
        };
        wrapped = 0;
        together &= !apart;
        labels.insert(label);
        clock |= label == HeadLabel::Date && has_clock(value);
    }
    let has = |label| labels.contains(&label);
    match labels.len() {
        0 | 1 => false,
        2 => together && has(HeadLabel::Date) && clock && address && (has(HeadLabel::From) || has(HeadLabel::To)),
        _ => (has(HeadLabel::From) || has(HeadLabel::Date)) && (address || has(HeadLabel::Subject)),
    }
}
