//! HOLD (TB8): who wrote cannot be found out now. The mail waits in quarantine
//! and is decided again later; nobody is mailed meanwhile (decisions 27).

use jiff::SignedDuration;

use crate::desk::access::Actor;
use crate::desk::decide::Decision;
use crate::desk::decide::mail::Case;
use crate::desk::decide::{notice, stop};
use crate::desk::known::Held;
use crate::desk::mail::{AutomaticSign, Proof};
use crate::desk::record::{OutcomeWord, Quarantined, Why};

/// Minutes to the next try, and then hourly.
const WAITS: [i64; 4] = [1, 5, 15, 60];
const HOURLY: i64 = 60;
/// When the tries end and people look.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);
/// The name in `quarantine list`.
const REASON: &str = "authentication_unknown";

/// Whether the mail waits. An urgent report and a stop are the safe direction:
/// they are heard at once, as from somebody unproven (decisions 14 and 16). A
/// machine gets no answer whoever it is.
pub fn waits(case: &Case<'_>) -> bool {
    let is_machine = case.input.mail.automatic_because.iter().any(|sign| *sign != AutomaticSign::Bulk);
    case.input.proof == Proof::Temporary && !is_machine && !is_safe(case)
}

fn is_safe(case: &Case<'_>) -> bool {
    case.input.urgency.alarms() || stop::is_one(case)
}

/// Tried again after 1, 5, 15 and 60 minutes, then hourly; after a day it stays
/// where it is.
pub fn decide(case: &Case<'_>) -> Decision {
    let before = case.known.held.as_ref().map(|(_, held)| *held);
    let since = before.map_or(case.now, |held| held.since);
    let tries = before.map_or(0, |held| held.tries);
    let actor = case.author.actor.clone();
    if case.now.duration_since(since) >= LONGEST {
        return given_up(case, actor);
    }
    let wait = WAITS.get(usize::try_from(tries).unwrap_or(usize::MAX)).unwrap_or(&HOURLY);
    let last = since.checked_add(LONGEST).unwrap_or(case.now);
    let again_at = case.now.checked_add(SignedDuration::from_mins(*wait)).unwrap_or(last).min(last);
    let held = Held { since, tries: tries.saturating_add(1), again_at };
    let detail = "who wrote could not be found out: the name servers did not answer in time; it is tried again";
    Decision {
        quarantine: Some(Quarantined {
            reason: REASON.to_owned(),
            detail: detail.to_owned(),
            held: Some(held),
            resembles: None,
        }),
        why: vec![Why::new("TB8", "the proof of the author is not known now")],
        ..Decision::new(OutcomeWord::Hold, actor)
    }
}

/// People are told once, of those who may be somebody: a stranger whose own
/// name servers are broken waits in the list like any other stranger.
fn given_up(case: &Case<'_>, actor: Actor) -> Decision {
    let why = Why::new("TB8", "the proof of the author could not be found out in 24 hours");
    let detail = "who wrote could not be found out in 24 hours: the name servers did not answer";
    let may_be_somebody = case.author.representative.is_some() || case.author.staff.is_some();
    let mut decision = Decision::quarantine(actor, REASON, detail, why);
    if may_be_somebody {
        let headline = "For 24 hours it could not be found out who wrote this; it stays in quarantine";
        decision.letters.push(notice::without_ticket(case, headline));
    }
    decision
}

/// What was decided at once although the proof is not known: people are called,
/// whatever else came of it.
pub fn called(case: &Case<'_>, mut decision: Decision) -> Decision {
    let claims = case.author.representative.is_some() || case.author.staff.is_some();
    let is_told = decision.letters.iter().any(|letter| letter.to.is_for_staff());
    if case.input.proof == Proof::Temporary && is_safe(case) && claims && !is_told {
        let headline = "Who wrote this could not be found out now; it reads as urgent or as a stop: please call";
        decision.letters.push(notice::without_ticket(case, headline));
    }
    decision
}
