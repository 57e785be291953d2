//! A delivery report (RFC 3464): the same fact as a refusal by the mail server
//! (T6d), when it is about a letter of ours; else filed without effect.

use crate::desk::decide::draft::NotNow;
use crate::desk::decide::mail::{Case, note};
use crate::desk::decide::{Decision, delivery};
use crate::desk::known::FoundTicket;
use crate::desk::mail::{Report, ReportKind};
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::ticket::NoteKind;

/// Whoever sent it: only a report that names a Message-ID or comes to an address
/// which we gave, and which nobody can guess, is about a letter of ours.
pub fn decide(case: &Case<'_>, report: &Report) -> Result<Decision, NotNow> {
    // By its Message-ID, or by the address that the letter was sent from.
    let sent_from = case.known.answered.iter().find(|answered| answered.directly).map(|answered| &answered.letter);
    let Some(letter) = case.known.letter.as_ref().or(sent_from) else {
        let why = Why::new("S-10", "a delivery report that names no letter of ours");
        let mut decision =
            Decision::quarantine(case.author.actor.clone(), "foreign_report", "not about our letters", why);
        decision.outcome = OutcomeWord::Loop;
        return Ok(decision);
    };
    if report.kind == ReportKind::Failed && !letter.failed {
        let mut decision = delivery::undelivered(letter.no, &letter.to, &reason(report), &case.world());
        decision.actor = case.author.actor.clone();
        decision.why.push(Why::new("S-10", "a delivery report about a letter of ours"));
        return Ok(decision);
    }
    let why = match report.kind {
        ReportKind::Failed => "a further report about a letter that is known to have failed",
        _ => "the letter is late; the mail host goes on trying",
    };
    let mut decision = match &case.known.ticket {
        FoundTicket::ByReference(ticket) => note(case, ticket, NoteKind::Automatic)?,
        FoundTicket::ByTag(_) | FoundTicket::None => {
            Decision::quarantine(case.author.actor.clone(), "automatic_mail", why, Why::new("S-10", why))
        }
    };
    decision.outcome = OutcomeWord::Loop;
    decision.why.push(Why::new("S-10", why));
    Ok(decision)
}

/// What the mail host said, as far as the report has it.
fn reason(report: &Report) -> String {
    let said = report.recipients.first().map(|recipient| {
        let parts = [recipient.status.as_str(), recipient.diagnostic.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<&str>>().join(" ")
    });
    said.filter(|said| !said.is_empty()).unwrap_or_else(|| "a delivery report came back".to_owned())
}
