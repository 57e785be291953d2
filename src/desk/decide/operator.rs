//! What the operator must hear of with whatever happens then: mail that was looked
//! at late (W-01), once a day.

use jiff::{SignedDuration, Timestamp};

use crate::desk::access::Recipient;
use crate::desk::decide::{Decision, World};
use crate::desk::input::Input;
use crate::desk::language::Language;
use crate::desk::letter::Letter;
use crate::desk::letter::say::{GapLine, Say};
use crate::desk::office::OfficeEvent;
use crate::desk::record::{OutcomeWord, Why};

/// He is told of the same again after so long.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(24);

pub fn tell(input: &Input, world: &World<'_>, decision: &mut Decision) {
    let Some(received) = late(input, world, decision.outcome) else { return };
    let minutes = world.now.duration_since(received).as_mins();
    let fact = format!("looked at {minutes} minutes after it arrived: the operator is told");
    decision.why.push(Why::new("W-01", fact));
    decision.office.push(OfficeEvent::Late { received, minutes });
    decision.letters.push(letter(world, Some(received), Vec::new()));
}

/// M-34.
pub fn letter(world: &World<'_>, late: Option<Timestamp>, gaps: Vec<GapLine>) -> Letter {
    let minutes = late.map_or(0, |received| world.now.duration_since(received).as_mins());
    Letter {
        to: Recipient::last_resort(world.rules),
        salutation: String::new(),
        say: Say::ToOperator { late, minutes, gaps, zone: world.rules.hours.zone.clone() },
        ticket: None,
        in_reply_to: None,
        references: Vec::new(),
        invite: None,
        also: Vec::new(),
        besides: Vec::new(),
        files: Vec::new(),
        language: Language::default(),
    }
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
    let told_at = known.office.late_told_at;
    let is_due = told_at.is_none_or(|told| world.now.duration_since(told) >= AGAIN_AFTER);
    (is_late && !aside && is_due).then_some(mail.received)
}
