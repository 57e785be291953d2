//! How far a state reaches: all of it, a part, one.

use crate::desk::urgency::clause::Extent;
use crate::desk::urgency::lexicon::{Spot, UrgencyRules};
use crate::desk::urgency::meaning::Meaning;
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
    // "80 % of the calls drop after some seconds": the number is plain.
    percent(sentence, spots).unwrap_or(if extent == Extent::Unknown { counted } else { extent })
}

/// Longer numbers are names: "911 calls", "extension 2040".
const COUNTS_MAX: u32 = 200;

/// "extension 2040".
fn is_numbered(spot: &Spot<'_>, sentence: &Sentence<'_>, rules: &UrgencyRules) -> bool {
    let behind = sentence.tokens.get(spot.end).is_some_and(|token| rules.number(&token.key).is_some());
    // "2031 分机": so long a number counts nothing.
    let before = spot.start.checked_sub(1).and_then(|at| sentence.tokens.get(at));
    let before = before.is_some_and(|token| token.key.parse::<u32>().is_ok_and(|number| number > COUNTS_MAX));
    (behind || before) && spot.is(Meaning::Numbered) && spot.is(Meaning::Countable)
}

/// "3 phones", "two of the extensions".
fn count(spot: &Spot<'_>, sentence: &Sentence<'_>, rules: &UrgencyRules) -> Extent {
    let first = spot.start.saturating_sub(4);
    let before = sentence.tokens.get(first..spot.start).unwrap_or_default();
    match before.iter().rev().take_while(|token| !token.is_break).find_map(|token| rules.number(&token.key)) {
        Some(1) => Extent::Single,
        Some(2..=200) => Extent::Part,
        _ => Extent::Unknown,
    }
}

/// "80% of calls": half of them is all of them (domain 2.7).
fn percent(sentence: &Sentence<'_>, spots: &[Spot<'_>]) -> Option<Extent> {
    let (first, last) = (spots.first()?.start, spots.last()?.end);
    let tokens = sentence.tokens.get(first.saturating_sub(3)..last)?;
    let joined = tokens.iter().find_map(|token| token.key.strip_suffix('%')?.parse::<u32>().ok());
    let apart = || {
        let mut pairs = tokens.iter().zip(tokens.iter().skip(1)).filter(|(_, sign)| sign.key == "%");
        pairs.find_map(|(number, _)| number.key.parse::<u32>().ok())
    };
    let number = joined.or_else(apart)?;
    Some(if number >= 50 { Extent::All } else { Extent::Part })
}
