//! Somebody above is wanted (2.8): a customer asks for him, or a member of staff
//! calls the next level.

use jiff::SignedDuration;

use crate::desk::decide::command::{Effects, Refusal};
use crate::desk::decide::draft::Draft;
use crate::desk::decide::mail::Case;
use crate::desk::decide::{Decision, alarm, answer, due, notice};
use crate::desk::known::FoundTicket;
use crate::desk::letter::say::Say;
use crate::desk::record::Why;
use crate::desk::ticket::{Event, Ticket};

/// A customer is passed on once in this time and ticket.
const ONCE_IN: SignedDuration = SignedDuration::from_hours(24);

/// A proven person of the customer asks for somebody above about a ticket that he
/// has: every lead gets his words, and he is told so, if nothing else is written
/// to him now (decisions 9). A first report is no reason: its alarm runs anyway.
pub fn asked(case: &Case<'_>, decision: &mut Decision) {
    let Some((ticket, place)) = ticket_of(case, decision) else { return };
    let recently = ticket.escalated_at.is_some_and(|at| case.now.duration_since(at) < ONCE_IN);
    let Some(row) = case.author.proven_representative().filter(|row| ticket.company.as_ref() == Some(&row.company))
    else {
        return;
    };
    if recently {
        decision.why.push(Why::new("2.8", "somebody above was asked for again within a day: only noted"));
        return;
    }
    let Some(change) = decision.changes.get_mut(place) else { return };
    let mut draft = Draft::of(&ticket, case.now);
    let mut events = change.events.clone();
    events.push(Event::Escalated { by: row.address.clone(), words: case.first_line() });
    for event in events {
        if draft.happen(event).is_err() {
            return;
        }
    }
    let headline = "ESCALATION: the customer asks for somebody above; please see to it yourself";
    let letter = notice::of(case, &draft, headline);
    decision.letters.extend(due::to_leads(&letter, case.rules));
    let is_told = decision.letters.iter().any(|letter| letter.to.address().eq_ignore_ascii_case(&row.address));
    if !is_told {
        let say = Say::PassedOn { problem: draft.ticket.problem.is_some(), serial: answer::serial(&draft.ticket.form) };
        decision.letters.push(answer::letter(row, &draft.ticket, say, case));
    }
    decision.why.push(Why::new("2.8", "the customer asked for somebody above: the leads are told"));
    *change = draft.into_change();
}

/// The ticket that the mail changes, as it was before, and which change it is.
fn ticket_of(case: &Case<'_>, decision: &Decision) -> Option<(Ticket, usize)> {
    let found = match &case.known.ticket {
        FoundTicket::ByReference(ticket) | FoundTicket::ByTag(ticket) => Some(ticket.as_ref()),
        FoundTicket::None => None,
    };
    let known: Vec<&Ticket> = found.into_iter().chain(&case.known.of_company).collect();
    let wanted = case.input.urgency.asks_to_escalate && !case.is_machine();
    let mut changes = decision.changes.iter().enumerate().filter(|_| wanted);
    changes.find_map(|(place, change)| {
        let ticket = known.iter().find(|ticket| ticket.id == change.ticket)?;
        Some(((*ticket).clone(), place))
    })
}

/// `#escalate`: of a problem the next level is called at once, of an upgrade the
/// leads. What it says stays inside.
pub fn by_staff(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects, reason: &str) -> Result<String, Refusal> {
    let by = case.author.staff.map(|staff| (staff.id.clone(), staff.name.clone())).unwrap_or_default();
    draft.happen(Event::Escalated { by: by.0, words: reason.to_owned() })?;
    let letters = match draft.ticket.problem.is_some() {
        true => alarm::next_level(&case.world(), draft, &format!("{} calls the next level: {reason}", by.1))?,
        false => {
            let headline = format!("ESCALATION: {} asks for a lead: {reason}", by.1);
            let letter = notice::about(&draft.ticket, draft, &headline, case.rules, case.known);
            due::to_leads(&letter, case.rules)
        }
    };
    let to: Vec<&str> = letters.iter().map(|letter| letter.to.address()).collect();
    let said = format!("called: {}", to.join(", "));
    effects.letters.extend(letters);
    Ok(said)
}
