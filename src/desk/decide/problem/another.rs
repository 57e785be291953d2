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
    let Some(problem) = ticket.problem.as_ref().filter(|problem| problem.severity != Severity::P1) else {
        return false;
    };
    // Of strangers and machines one ticket is enough.
    if case.author.proven_representative().is_none() || case.is_machine() {
        return false;
    }
    let (mail, rules) = (&case.input.mail, &case.rules.urgency);
    let reported = Mail { own_text: problem.extract.clone(), subject: String::new(), ..mail.clone() };
    let before = urgency::symptom(&reported, rules);
    matches!(
        (before, urgency::symptom(mail, rules)),
        (Some(Symptom::Calls), Some(Symptom::Function)) | (Some(Symptom::Function), Some(Symptom::Calls))
    )
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
