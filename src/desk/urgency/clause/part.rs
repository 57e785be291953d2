//! A sentence in its clauses: between commas, contrasts, exceptions and joins.

use std::ops::Range;

use crate::desk::urgency::lexicon::Spot;
use crate::desk::urgency::meaning::Meaning;
use crate::desk::urgency::sentence::Sentence;

/// What stands before a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    Begin,
    Break,
    Joint,
    Contrast,
    Exception,
}

/// The words of one clause and the phrases in it, by tokens of the sentence.
#[derive(Debug, Clone)]
pub(super) struct Part<'a> {
    pub words: Range<usize>,
    pub opening: Opening,
    pub spots: Vec<Spot<'a>>,
}

pub(super) fn parts<'a>(sentence: &Sentence<'_>, spots: &[Spot<'a>]) -> Vec<Part<'a>> {
    let mut cuts: Vec<(usize, usize, Opening)> = Vec::new();
    for (at, _) in sentence.tokens.iter().enumerate().filter(|(_, token)| token.is_break) {
        cuts.push((at, at + 1, Opening::Break));
    }
    for spot in spots {
        let opening = match () {
            () if spot.is(Meaning::Exceptions) => Opening::Exception,
            () if spot.is(Meaning::Contrasts) => Opening::Contrast,
            () if spot.is(Meaning::Joints) => Opening::Joint,
            () => continue,
        };
        cuts.push((spot.start, spot.end, opening));
    }
    cuts.sort_by_key(|(start, _, _)| *start);
    cuts.push((sentence.tokens.len(), sentence.tokens.len(), Opening::Begin));
    let mut parts = Vec::new();
    let mut spots = spots.iter().copied().peekable();
    let (mut start, mut opening) = (0, Opening::Begin);
    for (cut, next, cut_opening) in cuts {
        let mut own = Vec::new();
        while let Some(spot) = spots.next_if(|spot| spot.start < cut.max(start)) {
            if spot.start >= start {
                own.push(spot);
            }
        }
        let empty = cut <= start;
        if !empty {
            parts.push(Part { words: start..cut, opening, spots: own });
        }
        // ", but": the comma says less than what follows it.
        opening = if empty && cut_opening == Opening::Break { opening } else { cut_opening };
        start = next.max(start);
    }
    parts
}
