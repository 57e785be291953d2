//! Times of the next two weeks with nobody on duty (2.8): the operator is told of
//! each once, and from two days before it each day.

use jiff::{SignedDuration, Timestamp};

use crate::desk::decide::{Decision, World, operator};
use crate::desk::letter::say::GapLine;
use crate::desk::office::{Gap, OfficeEvent};
use crate::desk::record::Why;

/// How far ahead gaps are looked for.
const AHEAD: SignedDuration = SignedDuration::from_hours(14 * 24);
/// A gap that begins so soon is told of each time.
const SOON: SignedDuration = SignedDuration::from_hours(48);
/// More gaps are not listed.
const LINES_MAX: usize = 20;

pub fn look(world: &World<'_>, decision: &mut Decision) {
    let office = &world.known.office;
    let [until, soon] = [AHEAD, SOON].map(|far| world.now.checked_add(far).unwrap_or(Timestamp::MAX));
    let found = world.rules.escalation.gaps(world.now, until, &office.takeovers);
    let gap = |(rota, gap): (&str, crate::desk::escalation::Shift)| Gap {
        rota: rota.to_owned(),
        from: gap.from,
        // What reaches as far as was looked goes on, and is no other gap tomorrow.
        until: Some(gap.until).filter(|end| *end < until),
    };
    let gaps: Vec<Gap> = found.into_iter().map(gap).collect();
    let is_told = |gap: &&Gap| gap.from <= soon || !office.gaps.iter().any(|known| known.covers(gap));
    let told: Vec<&Gap> = gaps.iter().filter(is_told).collect();
    let line = |gap: &&Gap| GapLine {
        rota: gap.rota.clone(),
        from: gap.from,
        until: gap.until.unwrap_or(until),
        goes_on: gap.until.is_none(),
    };
    let lines: Vec<GapLine> = told.iter().map(line).take(LINES_MAX).collect();
    let count = u32::try_from(told.len()).unwrap_or(u32::MAX);
    if count > 0 {
        decision.why.push(Why::new("2.8", "nobody is on duty in the next two weeks: the operator is told"));
        decision.letters.push(operator::letter(world, None, lines));
    }
    // How far a gap goes that was told of before may be seen today.
    if count > 0 || gaps != office.gaps {
        decision.office.push(OfficeEvent::GapsTold { gaps: count, known: gaps });
    }
}
