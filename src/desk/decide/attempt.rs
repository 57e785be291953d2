//! UT-47: after work that was rolled back or done in part, the customer asks
//! again: a new ticket with its own consent and window.

use crate::desk::decide::draft::NotNow;
use crate::desk::decide::mail::Case;
use crate::desk::decide::{Decision, reply, request};
use crate::desk::form::{FieldKey, Form};
use crate::desk::record::Why;
use crate::desk::ticket::{Outcome, Status, Ticket, TicketId};

/// A wish for another time, behind work that did not reach its aim.
pub fn is_asked(ticket: &Ticket, form: &Form) -> bool {
    let ended = matches!(ticket.status, Status::FeedbackDue | Status::Watch | Status::Closed);
    let wishes = form.fields.contains_key(&FieldKey::UpgradeTime) || form.wants_asap();
    ended && wishes && is_open_ended(ticket)
}

fn is_open_ended(ticket: &Ticket) -> bool {
    matches!(ticket.outcome, Some(Outcome::RolledBack | Outcome::Partial))
}

/// The ticket before, and the number of this try.
pub fn of(ticket: &Ticket) -> Option<(TicketId, u32)> {
    let tries = ticket.work.attempt.as_ref().map_or(1, |(_, number)| *number);
    is_open_ended(ticket).then(|| (ticket.id.clone(), tries.saturating_add(1)))
}

/// With the data of the ticket before, as far as it is good once more: the old
/// time is not, and the password was to be changed (T5e).
pub fn again(case: &Case<'_>, ticket: &Ticket, form: &Form) -> Result<Decision, NotNow> {
    use FieldKey::{Asap, ManagerPassword, PasswordTested, TimeZone, UpgradeTime};
    let mut whole = ticket.form.clone();
    whole.fields.retain(|key, _| !matches!(key, ManagerPassword | PasswordTested | UpgradeTime | TimeZone | Asap));
    whole.merge(form);
    let attempt = of(ticket);
    let number = attempt.as_ref().map_or(2, |(_, number)| *number);
    let draft = request::open_as(case, &whole, case.known.next_ticket, attempt)?;
    let why = Why::new("UT-47", format!("attempt {number} of {}: its own consent and its own window", ticket.id));
    reply::weighed(case, draft, vec![why])
}
