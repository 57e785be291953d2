//! Commands about who has a ticket, who gets its letters, and when its reminders
//! rest (5.1, 5.3).

use jiff::{SignedDuration, Timestamp};

use super::{Effects, Refusal, me, my_name};
use crate::desk::access::{Recipient, day_of};
use crate::desk::decide::draft::Draft;
use crate::desk::decide::mail::Case;
use crate::desk::decide::notice;
use crate::desk::letter::Letter;
use crate::desk::letter::say::Say;
use crate::desk::letter::times::point;
use crate::desk::rules::Staff;
use crate::desk::ticket::{Event, Status};

/// Reminders that rest longer are forgotten.
const REST_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);

/// He who writes has it from now on; who had it and who handed it over is told.
pub(super) fn taken(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects) -> Result<(), Refusal> {
    let before = draft.ticket.agent.clone().filter(|agent| *agent != me(case));
    draft.happen(Event::Taken { agent: me(case) })?;
    if let Some(before) = before.and_then(|agent| case.rules.access.staff_by_id(&agent)) {
        let headline = format!("{} has this now; it is no longer yours", my_name(case));
        effects.letters.push(to_colleague(case, draft, before, &headline, ""));
    }
    Ok(())
}

/// `#ack` on an upgrade is the answer to a handing over, and to nothing else.
pub(super) fn acknowledge(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects) -> Result<String, Refusal> {
    if draft.ticket.hands.to.as_deref() != Some(me(case).as_str()) {
        return Err(Refusal("this ticket was not handed over to you; #take makes it yours".to_owned()));
    }
    super::take(case, draft, effects)
}

pub(super) fn assign(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects, to: &str) -> Result<String, Refusal> {
    let colleague = colleague(case, to)?;
    if colleague.id == me(case) {
        return super::take(case, draft, effects);
    }
    if draft.ticket.agent.as_deref() == Some(to) {
        return Err(Refusal(format!("{to} has this ticket already")));
    }
    let before = draft.ticket.agent.clone().filter(|agent| *agent != me(case));
    draft.happen(Event::Assigned { agent: colleague.id.clone(), by: me(case) })?;
    draft.settle(case.rules)?;
    let headline = format!("{} gives this to you: it is yours now", my_name(case));
    effects.letters.push(to_colleague(case, draft, colleague, &headline, ""));
    if let Some(before) = before.and_then(|agent| case.rules.access.staff_by_id(&agent)) {
        let headline = format!("{} gave this to {}; it is no longer yours", my_name(case), colleague.name);
        effects.letters.push(to_colleague(case, draft, before, &headline, ""));
    }
    Ok(format!("{} has this ticket and is told", colleague.name))
}

/// Work that has begun and what is urgent always have somebody.
pub(super) fn release(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects) -> Result<String, Refusal> {
    super::own(case, draft)?;
    let ticket = &draft.ticket;
    let bound = matches!(
        ticket.status,
        Status::Ready | Status::InProgress | Status::Verifying | Status::FeedbackDue | Status::ChangeRunning
    );
    let urgent = ticket.problem.as_ref().is_some_and(|problem| problem.severity.is_urgent());
    if bound || urgent {
        let why = if urgent { "an urgent problem".to_owned() } else { format!("a ticket in {}", ticket.status.name()) };
        return Err(Refusal(format!("{why} always has somebody: #handover or #assign it")));
    }
    draft.happen(Event::Released { by: me(case) })?;
    let headline = format!("{} gives this back: nobody has it now, please #take it", my_name(case));
    effects.letters.push(notice::about(&draft.ticket, draft, &headline, case.rules, case.known));
    Ok("nobody has this ticket now; the desk is told".to_owned())
}

/// 5.3: the incoming one acknowledges; until then the outgoing one stays owner.
pub(super) fn handover(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    to: &str,
    text: &str,
) -> Result<String, Refusal> {
    let colleague = colleague(case, to)?;
    let is_lead = case.author.staff.is_some_and(|staff| staff.is_lead);
    if !is_lead {
        super::own(case, draft)?;
    }
    if draft.ticket.agent.as_ref() == Some(&colleague.id) {
        return Err(Refusal(format!("{to} has this ticket already")));
    }
    draft.happen(Event::HandedOver { to: colleague.id.clone(), by: me(case), text: text.to_owned() })?;
    let headline = format!("{} hands this over to you: #take it or just answer #ack", my_name(case));
    effects.letters.push(to_colleague(case, draft, colleague, &headline, text));
    let owner = draft.ticket.agent.clone().unwrap_or_else(|| "nobody".to_owned());
    Ok(format!("{} is asked to take it; until then {owner} has it", colleague.name))
}

/// Only people on file of the ticket's own company (decisions 13).
pub(super) fn cc(case: &Case<'_>, draft: &mut Draft, address: &str, add: bool) -> Result<String, Refusal> {
    let on_the_list = draft.ticket.hands.cc.iter().any(|known| known == address);
    if !add {
        if !on_the_list {
            return Err(Refusal(format!("{address} gets no copies of this ticket")));
        }
        draft.happen(Event::Copied { address: address.to_owned(), add, by: me(case) })?;
        return Ok(format!("{address} gets no more copies"));
    }
    if on_the_list {
        return Err(Refusal(format!("{address} gets the letters of this ticket already")));
    }
    let today = day_of(case.now, &case.rules.hours.zone);
    let company = draft.ticket.company.as_deref();
    let row = case.known.representatives.iter().find(|row| {
        row.address.eq_ignore_ascii_case(address) && row.is_valid_on(today) && Some(row.company.as_str()) == company
    });
    let Some(row) = row else {
        let refusal = match company {
            Some(_) => format!("{address} is nobody on file of the ticket's company: the register must name him first"),
            None => "whose ticket this is has not been proven yet: nobody can be copied".to_owned(),
        };
        return Err(Refusal(refusal));
    };
    draft.happen(Event::Copied { address: address.to_owned(), add, by: me(case) })?;
    Ok(format!("{} gets a copy of every letter to the customer from now on", row.name))
}

/// Reminders to staff rest; alarms and what the customer is owed never do.
pub(super) fn snooze(case: &Case<'_>, draft: &mut Draft, until: Timestamp) -> Result<String, Refusal> {
    let zone = &case.rules.hours.zone;
    let last = case.now.checked_add(REST_MAX).unwrap_or(case.now);
    if until > last || until <= case.now {
        return Err(Refusal(format!("expected a time after now and before {}", point(last, zone))));
    }
    draft.happen(Event::Snoozed { until, by: me(case) })?;
    Ok(format!("reminders to staff rest until {}; alarms and what the customer is owed go on", point(until, zone)))
}

fn colleague<'a>(case: &Case<'a>, id: &str) -> Result<&'a Staff, Refusal> {
    case.rules.access.staff_by_id(id).ok_or_else(|| {
        let all: Vec<&str> = case.rules.access.staff.iter().map(|staff| staff.id.as_str()).collect();
        Refusal(format!("there is no colleague {id}; expected one of {}", all.join(", ")))
    })
}

/// A notice of the ticket to one colleague: words of staff stay among staff.
pub(super) fn to_colleague(case: &Case<'_>, draft: &Draft, to: &Staff, headline: &str, words: &str) -> Letter {
    let mut letter = notice::about(&draft.ticket, draft, headline, case.rules, case.known);
    if let Say::StaffNotice { text, from, .. } = &mut letter.say {
        words.clone_into(text);
        *from = format!("{} of the desk", my_name(case));
    }
    Letter { to: Recipient::staff(to), ..letter }
}
