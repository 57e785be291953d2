//! Commands about waiting: offers, reminders, more time.

use jiff::SignedDuration;

use super::{Effects, Refusal, me, window};
use crate::desk::command::Slot;
use crate::desk::decide::draft::Draft;
use crate::desk::decide::mail::Case;
use crate::desk::decide::slots::{self, Misfit};
use crate::desk::decide::{answer, challenge, due, offer, remind as reminders};
use crate::desk::letter::times::span;
use crate::desk::phrase::Phrase;
use crate::desk::ticket::{Event, Status, Window};

/// UT-20: times to choose from; nothing is set before the customer's yes (T2c).
pub(super) fn offer(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    slots: &[Slot],
) -> Result<String, Refusal> {
    let zone = answer::zone_of(&draft.ticket, &case.world());
    let minutes = super::window::planned_minutes(case, &draft.ticket);
    let windows = match slots {
        [] => slots::find(&case.world(), &draft.ticket, minutes, None),
        slots => slots
            .iter()
            .map(|slot| checked(case, draft, slot, minutes, &zone))
            .collect::<Result<Vec<Window>, Refusal>>()?,
    };
    if windows.is_empty() {
        return Err(Refusal(
            "no regular time was found; name one: #offer 2026-12-03 10:00 America/Los_Angeles".to_owned(),
        ));
    }
    let shown: Vec<String> = windows.iter().map(|slot| span(slot.start, slot.end, &case.rules.hours.zone)).collect();
    draft.happen(Event::Proposed { slots: windows })?;
    let letters = offer::letters(&case.world(), &draft.ticket, &Phrase::default(), &zone);
    if letters.is_empty() {
        return Err(Refusal("nobody on file may consent for this company; the register must name somebody".to_owned()));
    }
    effects.letters.extend(letters);
    Ok(format!("offered: {}; nothing is set before the customer answers", shown.join("; or ")))
}

/// The same rules as for everybody's wish. S-06 lets a lead offer times outside
/// business hours, for the customer must agree anyway.
fn checked(case: &Case<'_>, draft: &Draft, slot: &Slot, minutes: u32, zone: &str) -> Result<Window, Refusal> {
    let window = slots::window(slot.start, slot.minutes.unwrap_or(minutes), zone);
    let earliest = case.rules.hours.earliest_regular(case.now);
    if window.start < earliest {
        let shown = span(window.start, window.end, &case.rules.hours.zone);
        let notice = case.rules.hours.notice_hours_min;
        return Err(Refusal(format!("{shown} is too near: the customer has {notice} hours to answer")));
    }
    let is_lead = case.author.staff.is_some_and(|staff| staff.is_lead);
    match slots::misfit(&case.world(), &draft.ticket, &window) {
        Some(Misfit::Outside(_)) if is_lead => window::free(case, &draft.ticket, &window)?,
        Some(Misfit::Outside(why)) => {
            return Err(Refusal(format!("{why}: only a lead may offer it (S-06)")));
        }
        _ => window::fits(case, &draft.ticket, &window)?,
    }
    Ok(window)
}

/// W-10: said before the planned end, with the reason (M-14).
pub(super) fn extend(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    minutes: u32,
    reason: &str,
) -> Result<String, Refusal> {
    super::own(case, draft)?;
    draft.happen(Event::Extended { minutes, reason: reason.to_owned() })?;
    let until = draft.ticket.planned_end();
    effects.letters.extend(due::longer(draft, &case.world(), until, reason));
    let end = until.unwrap_or(case.now);
    let start = end.checked_sub(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(end);
    Ok(format!("{} asks for {}; the customer is told", me(case), span(start, end, &case.rules.hours.zone)))
}

/// What is open is asked for now, not only at its time.
pub(super) fn remind(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects) -> Result<String, Refusal> {
    let letters = match draft.ticket.status {
        Status::NeedsInfo | Status::AwaitingConsent => reminders::letters(&draft.ticket, &case.world(), false),
        Status::RepCheck => challenge::remind(&draft.ticket, &case.world()),
        status => {
            return Err(Refusal(format!("nothing is asked of the customer while the ticket is {}", status.name())));
        }
    };
    if letters.is_empty() {
        return Err(Refusal("nobody on file can be reminded; please call".to_owned()));
    }
    draft.happen(Event::Reminded { timer: format!("#remind@{}", case.now) })?;
    let to: Vec<String> = letters.iter().map(|letter| letter.to.address().to_owned()).collect();
    effects.letters.extend(letters);
    Ok(format!("{} reminded", to.join(", ")))
}
