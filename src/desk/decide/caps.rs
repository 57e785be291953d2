//! TE2: answers to mail are counted by address and ticket, whatever the mail's
//! headers say. Over the cap an answer is not written; staff are told once, and
//! the ticket shows it. Confirmations, cancellations and feedback are duties and
//! always written, and so is everything to staff.

use crate::desk::decide::draft::Draft;
use crate::desk::decide::mail::Case;
use crate::desk::decide::{Decision, notice};
use crate::desk::known::{FoundTicket, Tally};
use crate::desk::letter::Letter;
use crate::desk::record::Why;
use crate::desk::ticket::{Event, NoteKind, Ticket, TicketId};

/// Takes out of `decision` the answers that are too many.
pub fn apply(case: &Case<'_>, decision: &mut Decision) {
    let letters = std::mem::take(&mut decision.letters);
    let mut told = false;
    for letter in letters {
        let written = decision.letters.iter().filter(|other| is_answer(other) && other.to == letter.to).count();
        let Some(why) = too_many(case, &letter, written) else {
            decision.letters.push(letter);
            continue;
        };
        let name = letter.say.template().name();
        let to = letter.to.address();
        let fact = format!("{name} to {to} was not written: {why}");
        note(case, decision, letter.ticket.as_ref(), &fact);
        if case.known.tallies.of(Tally::Capped, to) == 0 && !told {
            told = true;
            let headline = format!("{fact}. Does a robot answer us? Please look, and write yourself if need be");
            decision.letters.push(notice::without_ticket(case, &headline));
            decision.count(Tally::Capped, to);
        }
        decision.why.push(Why::new("TE2", fact));
    }
}

fn is_answer(letter: &Letter) -> bool {
    !letter.to.is_for_staff() && letter.say.template().is_answer()
}

fn too_many(case: &Case<'_>, letter: &Letter, written: usize) -> Option<String> {
    if !is_answer(letter) {
        return None;
    }
    let counts = &case.rules.counts;
    let sent = case.known.tallies.of(Tally::Letter, letter.to.address());
    let sent = sent.saturating_add(u32::try_from(written).unwrap_or(u32::MAX));
    if sent >= counts.letters_per_day_max {
        return Some(format!("{} answers in 24 hours", counts.letters_per_day_max));
    }
    let about = letter.ticket.as_ref().and_then(|id| known_ticket(case, id))?;
    let outside = about.letters.iter().filter(|letter| !letter.for_staff).count();
    (u32::try_from(outside).unwrap_or(u32::MAX) >= counts.letters_per_ticket_max)
        .then(|| format!("{} letters about {}", counts.letters_per_ticket_max, about.id))
}

/// The ticket shows what was not written.
fn note(case: &Case<'_>, decision: &mut Decision, ticket: Option<&TicketId>, fact: &str) {
    let Some(id) = ticket else { return };
    let noted = Event::Noted { kind: NoteKind::Automatic, by: "the desk program".to_owned(), text: fact.to_owned() };
    if let Some(change) = decision.changes.iter_mut().find(|change| change.ticket == *id) {
        change.events.push(noted);
    } else if let Some(ticket) = known_ticket(case, id) {
        let mut draft = Draft::of(ticket, case.now);
        // It may be noted in every state.
        if draft.happen(noted).is_ok() {
            decision.changes.push(draft.into_change());
        }
    }
}

fn known_ticket<'a>(case: &Case<'a>, id: &TicketId) -> Option<&'a Ticket> {
    let found = match &case.known.ticket {
        FoundTicket::ByReference(ticket) | FoundTicket::ByTag(ticket) => Some(ticket.as_ref()),
        FoundTicket::None => None,
    };
    found
        .into_iter()
        .chain(&case.known.same_unit)
        .chain(&case.known.own)
        .chain(&case.known.of_company)
        .find(|ticket| ticket.id == *id)
}
