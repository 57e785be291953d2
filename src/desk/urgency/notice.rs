//! Notices of planned work that providers send to all their customers. Their
//! tables speak of outages, and nobody's telephones are down.

use std::collections::BTreeSet;

use crate::desk::urgency::lexicon::{Spot, UrgencyRules};
use crate::desk::urgency::meaning::Meaning;
use crate::desk::urgency::sentence;

/// So many lines of the table that such a notice has; a person who writes of a
/// maintenance has none of them.
const DETAILS_MIN: usize = 3;

/// The first line of such a notice, where lines and subject are one.
pub(super) fn begin(subject: &str, lines: &[&str], rules: &UrgencyRules) -> Option<usize> {
    let mut details = BTreeSet::new();
    let mut named = speaks_of(subject, rules);
    let mut begin = None;
    for (at, line) in lines.iter().enumerate() {
        let names_it = speaks_of(line, rules);
        let detail = detail(line, rules);
        named |= names_it;
        if names_it || detail.is_some() {
            begin = begin.or(Some(at));
        }
        details.extend(detail);
    }
    begin.filter(|_| named && details.len() >= DETAILS_MIN)
}

/// Whether a text names planned work.
pub(super) fn speaks_of(text: &str, rules: &UrgencyRules) -> bool {
    let sentences = sentence::sentences(text);
    let names_it = |spots: Vec<Spot<'_>>| spots.iter().any(|spot| spot.is(Meaning::Announcements));
    sentences.iter().any(|sentence| names_it(rules.spots_of_all(&sentence.tokens)))
}

/// The words with which a line of the table begins.
fn detail(line: &str, rules: &UrgencyRules) -> Option<String> {
    let plain = line.trim_start_matches(['*', '_', '-', '|', ' ']);
    let first = sentence::sentences(plain).into_iter().next()?;
    let spot = rules.spots_of_all(&first.tokens).into_iter().next()?;
    let written: Vec<&str> = first.tokens.get(..spot.end)?.iter().map(|token| token.key.as_str()).collect();
    (spot.start == 0 && spot.is(Meaning::AnnouncementDetails)).then(|| written.join(" "))
}
