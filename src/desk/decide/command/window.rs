//! Commands about the window: pre-checks, and the time itself.

use jiff::{SignedDuration, Timestamp};

use super::{Effects, Refusal, me};
use crate::desk::decide::draft::Draft;
use crate::desk::decide::mail::Case;
use crate::desk::decide::{answer, gates};
use crate::desk::letter::times::span;
use crate::desk::ticket::{Event, Scope, Status, Ticket, Window};

pub(super) fn precheck(case: &Case<'_>, draft: &mut Draft, closed_ports: &[u16]) -> Result<String, Refusal> {
    draft.happen(Event::Prechecked { closed_ports: closed_ports.to_vec(), by: me(case) })?;
    if closed_ports.is_empty() {
        if draft.ticket.status == Status::Blocked && draft.missing_for_ready(case.rules).is_empty() {
            draft.happen(Event::Readied)?;
        }
        draft.settle(case.rules)?;
        return Ok("ports 22, 80 and 8081 are open".to_owned());
    }
    let ports: Vec<String> = closed_ports.iter().map(u16::to_string).collect();
    let why = format!("closed ports: {}", ports.join(", "));
    let blocked = Event::Blocked { why: why.clone() };
    if draft.may(&blocked) {
        draft.happen(blocked)?;
    }
    Ok(format!("{why}; the customer has not been told: use #reply"))
}

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
    hours.judge(start, minutes).map_err(|outside| Refusal(outside.why))?;
    let heads_up = SignedDuration::from_mins(i64::from(hours.asap_heads_up_minutes));
    let earliest = case.now.checked_add(heads_up).unwrap_or(case.now);
    // A minute of grace: the agent wrote the time before we read it.
    if start < earliest.checked_sub(SignedDuration::from_mins(1)).unwrap_or(earliest) {
        let needed = hours.asap_heads_up_minutes;
        return Err(Refusal(format!("the customer is told at least {needed} minutes before: choose a later time")));
    }
    let window = Window { start, end, zone: zone.to_owned() };
    if draft.ticket.window.as_ref().is_some_and(|now| now.start == start && now.end == end) {
        return Err(Refusal("it is scheduled for exactly this time already".to_owned()));
    }
    draft.happen(Event::Scheduled { window: window.clone(), by: me(case) })?;
    draft.settle(case.rules)?;
    let shown = answer::zone_of(&draft.ticket, &case.world());
    let say = answer::confirmation(case.known, case.rules, &draft.ticket, &window, minutes, shown);
    for row in answer::concerned(&draft.ticket, &case.world(), answer::requester(&draft.ticket, case.known)) {
        effects.letters.push(answer::to_person(row, &draft.ticket, say.clone()));
    }
    Ok(format!("scheduled for {}; the customer is told", span(start, end, &hours.zone)))
}

pub(super) fn planned_minutes(case: &Case<'_>, ticket: &Ticket) -> u32 {
    let company = ticket.company.as_deref().unwrap_or("");
    let hours = &case.rules.hours;
    match gates::unit_gate(&ticket.form, company, case.known) {
        gates::UnitGate::Green(unit) if !unit.customisations.is_empty() => hours.window_minutes_customised,
        _ => hours.window_minutes,
    }
}

fn scope(scope: &Scope, zone: &str) -> String {
    match scope {
        Scope::Window { start, end } => span(*start, *end, zone),
        Scope::AnyBusinessHours => "any business hours".to_owned(),
    }
}
