//! What became of a letter. A 5xx and a bounce are the same fact (T6d).

use crate::desk::access::{Actor, Recipient};
use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::{Decision, World, alarm, feedback};
use crate::desk::known::{FoundTicket, LetterKnown};
use crate::desk::language::Language;
use crate::desk::letter::Letter;
use crate::desk::letter::say::Say;
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::rules::Rules;
use crate::desk::ticket::{Event, Status, Ticket};

/// The mail server took the letter. For the official feedback that is an event;
/// copies, and letters that another one adds to, are none (T6d).
pub fn delivered(letter: u64, world: &World<'_>) -> Decision {
    let World { known, now, .. } = *world;
    let mut decision = Decision::new(OutcomeWord::Delivered, Actor::System);
    let FoundTicket::ByReference(ticket) = &known.ticket else { return decision };
    let is_feedback = ticket.feedback_letters().next_back().is_some_and(|last| last.no == letter);
    if is_feedback && ticket.status == Status::FeedbackDue {
        let mut draft = Draft::of(ticket, now);
        // UT-46: the letter that nothing was begun has offered new times.
        let (event, id) = match ticket.work.slots.is_empty() {
            true => (Event::FeedbackSent { letter }, "UT-38"),
            false => (Event::OfferedAgain, "UT-46"),
        };
        if draft.happen(event).is_ok() {
            decision.why.push(Why::new(id, format!("the official feedback, letter {letter}, was accepted")));
            decision.letters.extend(feedback::problem_opened(&draft.ticket, world));
            decision.changes.push(draft.into_change());
        }
    }
    decision
}

/// The letter will never arrive: an event on the ticket and a task for staff.
/// A letter to staff that fails makes no further letter; the official feedback
/// goes to another contact on file (T6d).
pub fn undelivered(letter: u64, address: &str, why: &str, world: &World<'_>) -> Decision {
    let World { known, rules, .. } = *world;
    let mut decision = Decision::new(OutcomeWord::Undelivered, Actor::System);
    decision.why.push(Why::new("T6d", format!("letter {letter} could not be delivered")));
    let Some(row) = &known.letter else { return decision };
    let ticket = match &known.ticket {
        FoundTicket::ByReference(ticket) => Some(ticket.as_ref()),
        FoundTicket::ByTag(_) | FoundTicket::None => None,
    };
    let mut instead = String::new();
    if let Some(ticket) = ticket {
        match noted(ticket, row, address, why, world) {
            Ok((draft, letters)) => {
                let other = letters.iter().find(|letter| !letter.to.is_for_staff());
                instead = other.map(|letter| letter.to.address().to_owned()).unwrap_or_default();
                decision.letters.extend(letters);
                decision.changes.push(draft.into_change());
            }
            Err(refused) => decision.why.push(Why::new("2.2", format!("not possible in {}", refused.status.name()))),
        }
    }
    if !row.for_staff {
        decision.letters.push(tell_staff(row, address, why, instead, rules));
    }
    decision
}

fn noted(
    ticket: &Ticket,
    row: &LetterKnown,
    address: &str,
    why: &str,
    world: &World<'_>,
) -> Result<(Draft, Vec<Letter>), NotNow> {
    let mut draft = Draft::of(ticket, world.now);
    draft.happen(Event::Undelivered { letter: row.no, address: address.to_owned(), why: why.to_owned() })?;
    // An alarm that reaches nobody must not wait for its next level.
    let letters = if row.template == "M-23" && ticket.status == Status::Alerting {
        alarm::step_early(world, &mut draft, "The level before could not be reached.")?
    } else if ticket.feedback_letters().next_back().is_some_and(|last| last.no == row.no) {
        feedback::once_more(&draft.ticket, &row.template, world)
    } else {
        Vec::new()
    };
    Ok((draft, letters))
}

fn tell_staff(row: &LetterKnown, address: &str, why: &str, instead: String, rules: &Rules) -> Letter {
    Letter {
        to: Recipient::desk(rules),
        salutation: String::new(),
        say: Say::Undelivered {
            to: address.to_owned(),
            letter: row.template.clone(),
            subject: String::new(),
            why: why.to_owned(),
            instead,
        },
        language: Language::default(),
        ticket: row.ticket.clone(),
        in_reply_to: None,
        references: Vec::new(),
        invite: None,
        also: Vec::new(),
        besides: Vec::new(),
        files: Vec::new(),
    }
}
