//! The customer's recorded consent (2.4): when a mail is one, and what is kept
//! of it.

use crate::desk::decide::mail::Case;
use crate::desk::form::FieldKey;
use crate::desk::known::UnitKnown;
use crate::desk::register::Representative;
use crate::desk::ticket::{Consent, ConsentChannel, Scope, Ticket};
use crate::desk::token::Action;

/// Whose yes this mail is, and how it is the company's consent: by the single-use
/// token of the letter it answers, or by a signature that covers it (decisions 11).
pub fn given<'a>(case: &'a Case<'_>, action: Action) -> Option<(&'a Representative, ConsentChannel)> {
    let row = case.author.proven_representative().filter(|row| row.may_consent())?;
    if case.known.token.good(action).is_some() {
        return Some((row, ConsentChannel::Token));
    }
    // A yes to another question is none to this one, however well it is signed (TC6).
    let answers_this = !case.known.token.is_void();
    (case.author.consents() && answers_this).then_some((row, ConsentChannel::Reply))
}

/// The evidence: this mail, for the ticket's unit as it stands now.
pub fn recorded(
    case: &Case<'_>,
    ticket: &Ticket,
    row: &Representative,
    channel: ConsentChannel,
    scope: Scope,
) -> Consent {
    let change = ticket.problem.as_ref().and_then(|problem| problem.change.as_ref());
    let from = match case.known.units.get(ticket.serial()) {
        Some(UnitKnown::Of(unit)) if !unit.version.is_empty() => Some(unit.version.clone()),
        _ => None,
    };
    let version = change.map(|change| change.what.as_str()).or(ticket.form.text(FieldKey::UnitVersion));
    Consent {
        id: ticket.next_consent(),
        given_by: row.address.clone(),
        channel,
        message_id: case.input.mail.message_id.clone(),
        mail_sha256: case.input.original_sha256.clone(),
        proof: case.input.proof.clone(),
        at: case.input.received,
        serial: ticket.serial().to_owned(),
        from_version: from,
        version: version.map(str::to_owned),
        scope,
        extras: ticket.terms.iter().cloned().collect(),
        terms_version: case.rules.desk.terms_version.clone(),
        call: None,
        superseded_by: None,
        withdrawn_at: None,
    }
}
