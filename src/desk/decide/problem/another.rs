//! Another symptom of the same unit is a problem of its own (2.6, PT-15); what
//! may be the same one joins it.

use crate::desk::decide::mail::Case;
use crate::desk::decide::problem::link::Link;
use crate::desk::form::FieldKey;
use crate::desk::mail::Mail;
use crate::desk::ticket::Ticket;
use crate::desk::urgency::{self, Severity, Symptom};

/// Whether the mail plainly reports something else than `ticket` is about. While
/// all of a unit is down, whatever fails is that.
pub fn is(case: &Case<'_>, ticket: &Ticket) -> bool {
    // Of strangers and machines one ticket is enough.
    if case.author.proven_representative().is_none() || case.is_machine() || is_down(ticket) {
        return false;
    }
    let (before, now) = symptoms(case, ticket);
    before.zip(now).is_some_and(|(before, now)| before.differs(now))
}

/// Whether the mail plainly reports what `ticket` is about.
pub fn is_the_same(case: &Case<'_>, ticket: &Ticket) -> bool {
    let (before, now) = symptoms(case, ticket);
    is_down(ticket) || (now.is_some() && before == now)
}

/// The open problem that the report joins: about the same, else not plainly about
/// something else.
pub fn joined<'a>(case: &Case<'_>, open: &[&'a Ticket]) -> Option<&'a Ticket> {
    let same = open.iter().find(|ticket| is_the_same(case, ticket));
    same.or_else(|| open.iter().find(|ticket| !is(case, ticket))).copied()
}

fn is_down(ticket: &Ticket) -> bool {
    ticket.problem.as_ref().is_none_or(|problem| problem.severity == Severity::P1)
}

/// What the ticket was reported with, and what the mail reports.
fn symptoms(case: &Case<'_>, ticket: &Ticket) -> (Option<Symptom>, Option<Symptom>) {
    let (mail, rules) = (&case.input.mail, &case.rules.urgency);
    let own_text = ticket.problem.as_ref().map(|problem| problem.extract.clone()).unwrap_or_default();
    let reported = Mail { own_text, subject: String::new(), ..mail.clone() };
    (urgency::symptom(&reported, rules), urgency::symptom(mail, rules))
}

/// The new problem is about the unit and the upgrade of the one beside it.
pub fn beside(link: &mut Link, ticket: &Ticket) {
    let problem = ticket.problem.as_ref();
    if link.upgrade.is_none() {
        link.upgrade = problem.and_then(|problem| problem.upgrade.clone());
    }
    if let Some(slot) = ticket.form.fields.get(&FieldKey::UnitSerial) {
        link.form.fields.entry(FieldKey::UnitSerial).or_insert_with(|| slot.clone());
    }
    // It is asked on the first one, if it is not known.
    link.question &= link.form.fields.is_empty();
    link.earlier = Some(ticket.id.clone());
    link.because = format!("another symptom than that of {}: {}", ticket.id, link.because);
}
