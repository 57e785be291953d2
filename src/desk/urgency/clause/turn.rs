//! Which states of a clause a "not" turns round (domain 4.4, polarity and scope).

use crate::desk::urgency::lexicon::Spot;
use crate::desk::urgency::meaning::Meaning;

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
        if spot.is_any(&[Meaning::Negators, Meaning::NegatorsAround]) && !bad && !good {
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
        if good && denied_before(last, reaches) {
            continue;
        }
        if bad && denies_both(last, spot, spots) {
            // "no calls are dropping": the whole of it is denied.
            heads.pop();
            heads.push(Head { spot, turned_by: reaches });
            no = None;
        } else {
            heads.push(Head { spot, turned_by: reaches.filter(|_| good) });
        }
    }
    spots.iter().for_each(|spot| turn_back(spot, &mut heads));
    heads
}

/// Where the "not" stands behind its state: "geht nicht", "marche plus",
/// "使えません". Of words that may stand before it too the state behind them is
/// meant, if there is one: "nicht erreichbar"; but "nobody" and its like turn all.
fn turn_back<'a>(no: &'a Spot<'a>, heads: &mut [Head<'a>]) {
    let (around, behind) = (no.is(Meaning::NegatorsAround), no.is(Meaning::NegatorsBehind));
    if !(around || behind) {
        return;
    }
    let turns = |head: &Head<'_>| head.spot.start > no.start && head.turned_by.is_some_and(|by| by.start == no.start);
    let forward = around && heads.iter().any(turns);
    let denies = heads.iter().any(|head| turns(head) && head.spot.is_any(BAD));
    let all = no.is(Meaning::NoneOf) && !denies;
    let reach = if forward && !all { 0 } else { REACH };
    let turnable = |head: &&mut Head<'a>| {
        // "kein Anschluss unter keiner Nummer": what has its own "not" keeps it.
        let whole = !no.is(Meaning::NoneOf) || behind || head.spot.is_any(GOOD) || head.spot.is(Meaning::Failing);
        head.spot.end <= no.start && head.turned_by.is_none() && whole
    };
    let before = heads.iter_mut().rev().filter(turnable);
    let mut near = before.filter(|head| no.start - head.spot.end <= reach);
    let Some(nearest) = near.next() else { return };
    nearest.turned_by = Some(no);
    if all && nearest.spot.is_any(GOOD) {
        near.filter(|head| head.spot.is_any(GOOD)).for_each(|head| head.turned_by = Some(no));
    }
}

/// "no se ha cortado ninguna llamada": the second "not" belongs to the first.
fn denied_before(last: &Head<'_>, no: Option<&Spot<'_>>) -> bool {
    let bad = last.spot.is_any(&[Meaning::Failing, Meaning::Trouble, Meaning::Standstill]);
    bad && no.is_some_and(|no| no.is(Meaning::NoneOf) && no.start >= last.spot.end && no.start - last.spot.end <= 1)
}

/// "no calls dropped", with nothing between but "are", "have been".
fn denies_both(good: &Head<'_>, bad: &Spot<'_>, spots: &[Spot<'_>]) -> bool {
    let none = good.turned_by.is_some_and(|no| no.is(Meaning::NoneOf));
    let between = spots.iter().filter(|spot| spot.start >= good.spot.end && spot.end <= bad.start);
    let copulas: usize = between.filter(|spot| spot.is(Meaning::Copulas)).map(|spot| spot.end - spot.start).sum();
    let near = bad.start - good.spot.end.min(bad.start) == copulas;
    none && near && bad.is_any(&[Meaning::Failing, Meaning::Trouble])
}
