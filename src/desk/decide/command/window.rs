//! Commands about the time of the window.

use jiff::{SignedDuration, Timestamp};

use super::{Effects, Refusal, me};
use crate::desk::bookings::Clash;
use crate::desk::decide::draft::Draft;
use crate::desk::decide::mail::Case;
use crate::desk::decide::{answer, gates, ready, slots};
use crate::desk::letter::times::{point, span};
use crate::desk::ticket::{Cause, Event, Scope, Status, Ticket, Window};
use crate::phrase;

/// The desk sets the window within what the customer has consented to (T2a).
pub(super) fn schedule(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    start: Timestamp,
    zone: &str,
    minutes: Option<u32>,
) -> Result<String, Refusal> {
    let hours = &case.rules.hours;
    let queued = draft.ticket.status == Status::QueuedAsap;
    if queued {
        queue(case, draft, effects)?;
    }
    let heads_up = SignedDuration::from_mins(i64::from(hours.asap_heads_up_minutes));
    let earliest = case.now.checked_add(heads_up).unwrap_or(case.now);
    // `#schedule now` on an ASAP request is the first moment that a heads-up leaves.
    let is_now = queued && start.duration_since(case.now).abs() <= SignedDuration::from_mins(1);
    let start = if is_now { start.checked_add(heads_up).unwrap_or(start) } else { start };
    let minutes = minutes.unwrap_or_else(|| planned_minutes(case, &draft.ticket));
    let end = start.checked_add(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(start);
    let consent = draft.ticket.consent().ok_or_else(|| {
        Refusal("the customer's consent is not recorded for this request; use #reply to ask him".to_owned())
    })?;
    if !consent.scope.covers(start, end) {
        return Err(Refusal(format!(
            "the customer has consented to {} only; use #reply to ask him",
            scope(&consent.scope, &hours.zone)
        )));
    }
    // A minute of grace: the agent wrote the time before we read it.
    if start < earliest.checked_sub(SignedDuration::from_mins(1)).unwrap_or(earliest) {
        let needed = hours.asap_heads_up_minutes;
        return Err(Refusal(format!("the customer is told at least {needed} minutes before: choose a later time")));
    }
    let window = Window { start, end, zone: zone.to_owned() };
    fits(case, &draft.ticket, &window)?;
    if draft.ticket.window.as_ref().is_some_and(|now| now.start == start && now.end == end) {
        return Err(Refusal("it is scheduled for exactly this time already".to_owned()));
    }
    if queued && let Some(said) = slot_found(case, draft, effects, &window)? {
        return Ok(said);
    }
    let before = draft.ticket.clone();
    draft.happen(Event::Scheduled { window: window.clone(), by: me(case) })?;
    draft.settle(case.rules)?;
    let reason = phrase!("moved_within", "We have set another time within what you agreed to.");
    let say = answer::agreed(&case.world(), &before, &draft.ticket, &reason);
    for row in answer::concerned(&draft.ticket, &case.world(), answer::requester(&draft.ticket, case.known)) {
        effects.letters.push(answer::to_person(row, &draft.ticket, say.clone()));
    }
    Ok(format!("scheduled for {}; the customer is told", span(start, end, &hours.zone)))
}

/// UT-24: who gives an ASAP request its time has it, when nobody has; what the
/// customer must do first, or must answer (S-05), comes before.
fn queue(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects) -> Result<(), Refusal> {
    if let Some((_, asked)) = draft.ticket.work.asked_again {
        let asked = point(asked, &case.rules.hours.zone);
        return Err(Refusal(format!(
            "the customer was asked on {asked} whether it still stands, and has not answered; call him, or #remind"
        )));
    }
    let found = ready::obstacles(&draft.ticket, case.rules);
    let his: Vec<String> = found.iter().filter(|one| one.cause() != Cause::Desk).map(ready::Obstacle::said).collect();
    if !his.is_empty() {
        return Err(Refusal(format!("not ready: {}", his.join("; "))));
    }
    if draft.ticket.agent.is_none() {
        super::hands::taken(case, draft, effects)?;
    }
    Ok(())
}

/// UT-24: near, and everything is ready: the heads-up goes out (M-09).
fn slot_found(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    window: &Window,
) -> Result<Option<String>, Refusal> {
    let mut ticket = draft.ticket.clone();
    ticket.window = Some(window.clone());
    if !ready::is_near(&ticket, case.now) || !ready::obstacles(&ticket, case.rules).is_empty() {
        return Ok(None);
    }
    draft.happen(Event::SlotFound { window: window.clone(), by: me(case) })?;
    let world = case.world();
    let Some(say) = ready::reminder(&draft.ticket, &world, false, true) else { return Ok(None) };
    for row in answer::concerned(&draft.ticket, &world, answer::requester(&draft.ticket, case.known)) {
        effects.letters.push(answer::to_person(row, &draft.ticket, say.clone()));
    }
    let shown = span(window.start, window.end, &case.rules.hours.zone);
    Ok(Some(format!("ready for {shown}; the customer has the heads-up")))
}

/// S-02, S-08, S-09: with the nearest times that would do.
pub(super) fn fits(case: &Case<'_>, ticket: &Ticket, window: &Window) -> Result<(), Refusal> {
    free(case, ticket, window)?;
    let Some(misfit) = slots::misfit(&case.world(), ticket, window) else { return Ok(()) };
    Err(Refusal(with_others(case, ticket, window, misfit.why())))
}

/// S-08 alone: an agent is free, and no other unit of the company is down.
pub(super) fn free(case: &Case<'_>, ticket: &Ticket, window: &Window) -> Result<(), Refusal> {
    let why = match slots::clash(&case.world(), ticket, window) {
        None => return Ok(()),
        Some(Clash::Agents) => {
            format!("all {} agents have another unit then", case.rules.hours.capacity.agents)
        }
        Some(Clash::Agent(other)) => format!("the agent of this ticket has {other} then"),
        Some(Clash::Company(serial)) => format!("unit {serial} of the same company is worked on then"),
    };
    Err(Refusal(with_others(case, ticket, window, &why)))
}

fn with_others(case: &Case<'_>, ticket: &Ticket, window: &Window, why: &str) -> String {
    let minutes = u32::try_from(answer::minutes_between(window.start, window.end)).unwrap_or(u32::MAX);
    let (world, wish) = (case.world(), Some(window.start));
    // Whoever asked for ASAP waives the notice, and only that (S-04).
    let is_asap = ticket.consent().is_some_and(|consent| consent.scope == Scope::AnyBusinessHours);
    let heads_up = SignedDuration::from_mins(i64::from(case.rules.hours.asap_heads_up_minutes));
    let soon = case.now.checked_add(heads_up).unwrap_or(case.now);
    let near = if is_asap {
        slots::find_from(&world, ticket, minutes, soon, wish)
    } else {
        slots::find(&world, ticket, minutes, wish)
    };
    let zone = &case.rules.hours.zone;
    let near: Vec<String> = near.iter().map(|slot| span(slot.start, slot.end, zone)).collect();
    if near.is_empty() { why.to_owned() } else { format!("{why}; possible would be: {}", near.join("; or ")) }
}

pub(super) fn planned_minutes(case: &Case<'_>, ticket: &Ticket) -> u32 {
    let company = ticket.company.as_deref().unwrap_or("");
    let hours = &case.rules.hours;
    match gates::unit_gate_of(ticket, company, case.known) {
        gates::UnitGate::Green(unit) if unit.is_customised() => hours.window_minutes_customised,
        _ => hours.window_minutes,
    }
}

fn scope(scope: &Scope, zone: &str) -> String {
    match scope {
        Scope::Window { start, end } => span(*start, *end, zone),
        Scope::AnyBusinessHours => "any business hours".to_owned(),
        Scope::AtOnce => "at once".to_owned(),
    }
}
