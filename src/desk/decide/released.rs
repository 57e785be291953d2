//! A mail that somebody took out of quarantine. It is heard, and that is all: a
//! request is put to the representative on file, a reply becomes a note, anything
//! else goes to people.

use crate::desk::decide::draft::NotNow;
use crate::desk::decide::mail::Case;
use crate::desk::decide::{Decision, challenge, notice, reply, request};
use crate::desk::known::{FoundTicket, Pass};
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::ticket::Event;

pub fn decide(case: &Case<'_>, pass: &Pass) -> Result<Decision, NotNow> {
    let mut decision = match &case.known.ticket {
        // The author proves nothing, so nothing of the ticket is changed (TC2).
        FoundTicket::ByReference(ticket) | FoundTicket::ByTag(ticket) => reply::decide(case, ticket)?,
        FoundTicket::None if case.input.forms.is_empty() => for_people(case, pass),
        FoundTicket::None => opened(case, pass)?,
    };
    decision.why.insert(0, Why::new("UT-03", in_words(pass)));
    Ok(decision)
}

/// UT-03, UT-10: a ticket for each form, put to the representative on file (TB9).
/// The writer, who proves nothing, gets no letter.
fn opened(case: &Case<'_>, pass: &Pass) -> Result<Decision, NotNow> {
    let mut decision = Decision::new(OutcomeWord::RepCheck, case.author.actor.clone());
    for (number, form) in (case.known.next_ticket..).zip(&case.input.forms) {
        let mut draft = request::open(case, form, number)?;
        draft.happen(Event::SetAside { reason: pass.because.clone() })?;
        draft.happen(Event::Accepted)?;
        draft.happen(Event::Unproven { because: vec![in_words(pass)] })?;
        let letters = challenge::ask(case, &mut draft, &mut decision.why)?;
        let headline =
            format!("Released from quarantine by {}. {}", pass.by, challenge::headline(&letters, case.rules));
        decision.letters.extend(letters);
        decision.letters.push(notice::of(case, &draft, &headline));
        decision.changes.push(draft.into_change());
    }
    Ok(decision)
}

fn for_people(case: &Case<'_>, pass: &Pass) -> Decision {
    let mut decision = Decision::new(OutcomeWord::Hold, case.author.actor.clone());
    let headline = format!("Released from quarantine by {}; there is no form in it: please read it", pass.by);
    decision.letters.push(notice::without_ticket(case, &headline));
    decision
}

fn in_words(pass: &Pass) -> String {
    let Pass { kept, because, by, reason } = pass;
    let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
    format!("quarantine {kept} ({because}) was released by {by}{reason}")
}
