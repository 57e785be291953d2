//! What the operator must hear of: mail that was looked at late (W-01), and times
//! with nobody on duty (2.8). Of each once a day, with whatever happens then.

use jiff::{SignedDuration, Timestamp};

use crate::desk::access::Recipient;
use crate::desk::decide::{Decision, World};
use crate::desk::input::Input;
use crate::desk::language::Language;
use crate::desk::letter::Letter;
use crate::desk::letter::say::{GapLine, Say};
use crate::desk::office::OfficeEvent;
use crate::desk::record::{OutcomeWord, Why};

/// How far ahead gaps are looked for.
const GAPS_AHEAD: SignedDuration = SignedDuration::from_hours(14 * 24);
/// He is told of the same again after so long.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// More gaps are not listed.
const LINES_MAX: usize = 20;

pub fn tell(input: &Input, world: &World<'_>, decision: &mut Decision) {
    let late = late(input, world, decision.outcome);
    let gaps = gaps(world);
    if late.is_none() && gaps.is_empty() {
        return;
    }
    let minutes = late.map_or(0, |received| world.now.duration_since(received).as_mins());
    if let Some(received) = late {
        decision
            .why
            .push(Why::new("W-01", format!("looked at {minutes} minutes after it arrived: the operator is told")));
        decision.office.push(OfficeEvent::Late { received, minutes });
    }
    if !gaps.is_empty() {
        decision.why.push(Why::new("2.8", "nobody is on duty in the next two weeks: the operator is told"));
        decision.office.push(OfficeEvent::GapsTold { gaps: u32::try_from(gaps.len()).unwrap_or(u32::MAX) });
    }
    let zone = world.rules.hours.zone.clone();
    decision.letters.push(Letter {
        to: Recipient::last_resort(world.rules),
        salutation: String::new(),
        say: Say::ToOperator { late, minutes, gaps, zone },
        ticket: None,
        in_reply_to: None,
        references: Vec::new(),
        invite: None,
        also: Vec::new(),
        besides: Vec::new(),
        files: Vec::new(),
        language: Language::default(),
    });
}

fn is_due(told_at: Option<Timestamp>, now: Timestamp) -> bool {
    told_at.is_none_or(|told| now.duration_since(told) >= AGAIN_AFTER)
}

/// When a mail of a person arrived that waited too long. One that was held, or
/// kept for people, has waited for a reason.
fn late(input: &Input, world: &World<'_>, outcome: OutcomeWord) -> Option<Timestamp> {
    let Input::Mail(mail) = input else { return None };
    let known = world.known;
    let waited = known.held.is_some() || known.pass.is_some();
    let aside = waited || matches!(outcome, OutcomeWord::Duplicate | OutcomeWord::Hold | OutcomeWord::Loop);
    let limit = SignedDuration::from_mins(i64::from(world.rules.escalation.waits.looked_at_minutes));
    let is_late = world.now.duration_since(mail.received) > limit;
    (is_late && !aside && is_due(known.office.late_told_at, world.now)).then_some(mail.received)
}

fn gaps(world: &World<'_>) -> Vec<GapLine> {
    let office = &world.known.office;
    if !is_due(office.gaps_told_at, world.now) {
        return Vec::new();
    }
    let until = world.now.checked_add(GAPS_AHEAD).unwrap_or(Timestamp::MAX);
    let gaps = world.rules.escalation.gaps(world.now, until, &office.takeovers);
    let line = |(rota, gap): (&str, crate::desk::escalation::Shift)| GapLine {
        rota: rota.to_owned(),
        from: gap.from,
        until: gap.until,
    };
    gaps.into_iter().take(LINES_MAX).map(line).collect()
}
