//! How far a state reaches: all of it, a part, one.

use crate::desk::urgency::clause::Extent;
use crate::desk::urgency::lexicon::{Meaning, Spot, UrgencyRules};
use crate::desk::urgency::sentence::Sentence;

/// What the words of a clause say about it. Where both are said the one that
/// stands last narrows: "all calls of one trunk".
pub(super) fn extent(spots: &[Spot<'_>], sentence: &Sentence<'_>, rules: &UrgencyRules) -> Extent {
    let mut extent = Extent::Unknown;
    let mut not_only = false;
    let mut counted = Extent::Unknown;
    for spot in spots {
        // "not only one trunk", "not only some".
        not_only |= spot.is(Meaning::PseudoNegations);
        let said = match () {
            () if spot.is(Meaning::Everything) => Extent::All,
            () if spot.is(Meaning::APart) => Extent::Part,
            () if spot.is(Meaning::ASingle) => Extent::Single,
            () if is_numbered(spot, sentence, rules) => Extent::Single,
            () if spot.is(Meaning::Countable) && counted == Extent::Unknown => {
                counted = count(spot, sentence, rules);
                continue;
            }
            () => continue,
        };
        extent = if not_only && said != Extent::All { Extent::All } else { said };
    }
    match (extent, counted) {
        (Extent::Unknown, counted) => percent(sentence, spots).unwrap_or(counted),
        (extent, _) => extent,
    }
}

/// "extension 2040".
fn is_numbered(spot: &Spot<'_>, sentence: &Sentence<'_>, rules: &UrgencyRules) -> bool {
    let number = sentence.tokens.get(spot.end).is_some_and(|token| rules.number(&token.key).is_some());
    number && spot.is(Meaning::Numbered) && spot.is(Meaning::Countable)
}

/// "3 phones", "two of the extensions".
fn count(spot: &Spot<'_>, sentence: &Sentence<'_>, rules: &UrgencyRules) -> Extent {
    let first = spot.start.saturating_sub(4);
    let before = sentence.tokens.get(first..spot.start).unwrap_or_default();
    match before.iter().rev().take_while(|token| !token.is_break).find_map(|token| rules.number(&token.key)) {
        Some(1) => Extent::Single,
        // Longer numbers are names: "911 calls", "extension 2040".
        Some(2..=200) => Extent::Part,
        _ => Extent::Unknown,
    }
}

/// "80% of calls": half of them is all of them (domain 2.7).
fn percent(sentence: &Sentence<'_>, spots: &[Spot<'_>]) -> Option<Extent> {
    let (first, last) = (spots.first()?.start, spots.last()?.end);
    let tokens = sentence.tokens.get(first.saturating_sub(3)..last)?;
    let number = tokens.iter().find_map(|token| token.key.strip_suffix('%')?.parse::<u32>().ok())?;
    Some(if number >= 50 { Extent::All } else { Extent::Part })
}
