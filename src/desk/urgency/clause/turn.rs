//! Which states of a clause a "not" turns round (domain 4.4, polarity and scope).

use crate::desk::urgency::lexicon::{Meaning, Spot};

/// A state in a clause, and the "not" that turns it round.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head<'a> {
    pub spot: &'a Spot<'a>,
    pub turned_by: Option<&'a Spot<'a>>,
}

/// A "not" reaches so many words.
const REACH: usize = 7;

const BAD: &[Meaning] =
    &[Meaning::Standstill, Meaning::Failing, Meaning::Trouble, Meaning::Peril, Meaning::StillBroken, Meaning::Claims];
const GOOD: &[Meaning] = &[Meaning::Works, Meaning::Service, Meaning::Serves, Meaning::Fine, Meaning::Restored];

pub(super) fn heads<'a>(spots: &'a [Spot<'a>]) -> Vec<Head<'a>> {
    let mut heads: Vec<Head<'a>> = Vec::new();
    let mut no: Option<&'a Spot<'a>> = None;
    for spot in spots {
        let (bad, good) = (spot.is_any(BAD), spot.is_any(GOOD));
        if spot.is(Meaning::Negators) && !bad && !good {
            no = Some(spot);
        } else if spot.is(Meaning::TurningEnds) {
            no = None;
        }
        if !bad && !good {
            continue;
        }
        let reaches = no.filter(|no| spot.start - no.end.min(spot.start) <= REACH);
        let last = heads.last().filter(|last| last.turned_by.is_some());
        let Some(last) = last.filter(|_| reaches.is_some()) else {
            heads.push(Head { spot, turned_by: reaches });
            // "no problems with calls": one bad state is all that it turns.
            no = no.filter(|_| !bad);
            continue;
        };
        if bad && denies_both(last, spot, spots) {
            // "no calls are dropping": the whole of it is denied.
            heads.pop();
            heads.push(Head { spot, turned_by: reaches });
            no = None;
        } else {
            heads.push(Head { spot, turned_by: reaches.filter(|_| good) });
        }
    }
    heads
}

/// "no calls dropped", with nothing between but "are", "have been".
fn denies_both(good: &Head<'_>, bad: &Spot<'_>, spots: &[Spot<'_>]) -> bool {
    let none = good.turned_by.is_some_and(|no| no.is(Meaning::NoneOf));
    let between = spots.iter().filter(|spot| spot.start >= good.spot.end && spot.end <= bad.start);
    let copulas: usize = between.filter(|spot| spot.is(Meaning::Copulas)).map(|spot| spot.end - spot.start).sum();
    let near = bad.start - good.spot.end.min(bad.start) == copulas;
    none && near && bad.is_any(&[Meaning::Failing, Meaning::Trouble])
}
