//! What became of a letter. A 5xx and a bounce are the same fact (T6d).

use jiff::Timestamp;

use crate::desk::access::{Actor, Recipient};
use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::{Decision, World, alarm};
use crate::desk::known::{FoundTicket, Known, LetterKnown};
use crate::desk::letter::Letter;
use crate::desk::letter::say::Say;
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::rules::Rules;
use crate::desk::ticket::{Event, Status, Ticket};

/// The mail server took the letter. For the official feedback that is an event.
pub fn delivered(letter: u64, known: &Known, now: Timestamp) -> Decision {
    let mut decision = Decision::new(OutcomeWord::Delivered, Actor::System);
    let Some(row) = &known.letter else { return decision };
    let is_feedback = matches!(row.template.as_str(), "M-16" | "M-17" | "M-18" | "M-19");
    let FoundTicket::ByReference(ticket) = &known.ticket else { return decision };
    let is_feedback = is_feedback && !is_copy(row, ticket);
    if is_feedback && ticket.status == Status::FeedbackDue {
        let mut draft = Draft::of(ticket, now);
        if draft.happen(Event::FeedbackSent { letter }).is_ok() {
            decision.why.push(Why::new("UT-38", format!("the official feedback, letter {letter}, was accepted")));
            decision.changes.push(draft.into_change());
        }
    }
    decision
}

/// A copy by `#cc` is not the official feedback itself, which goes to F-03 (T6d).
fn is_copy(row: &LetterKnown, ticket: &Ticket) -> bool {
    let copied = ticket.hands.cc.iter().any(|address| row.to.eq_ignore_ascii_case(address));
    copied && ticket.letters.iter().any(|other| other.template == row.template && other.no < row.no)
}

/// The letter will never arrive: an event on the ticket and a task for staff.
/// A letter to staff that fails makes no further letter.
pub fn undelivered(letter: u64, address: &str, why: &str, world: &World<'_>) -> Decision {
    let World { known, rules, .. } = *world;
    let mut decision = Decision::new(OutcomeWord::Undelivered, Actor::System);
    decision.why.push(Why::new("T6d", format!("letter {letter} could not be delivered")));
    let Some(row) = &known.letter else { return decision };
    let ticket = match &known.ticket {
        FoundTicket::ByReference(ticket) => Some(ticket.as_ref()),
        FoundTicket::ByTag(_) | FoundTicket::None => None,
    };
    if let Some(ticket) = ticket {
        match noted(ticket, row, address, why, world) {
            Ok((draft, alarms)) => {
                decision.letters.extend(alarms);
                decision.changes.push(draft.into_change());
            }
            Err(refused) => decision.why.push(Why::new("2.2", format!("not possible in {}", refused.status.name()))),
        }
    }
    if !row.for_staff {
        decision.letters.push(tell_staff(row, address, why, rules));
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
    let alarms = if row.template == "M-23" && ticket.status == Status::Alerting {
        alarm::step_early(world, &mut draft, "The level before could not be reached.")?
    } else {
        Vec::new()
    };
    Ok((draft, alarms))
}

fn tell_staff(row: &LetterKnown, address: &str, why: &str, rules: &Rules) -> Letter {
    Letter {
        to: Recipient::desk(rules),
        salutation: String::new(),
        say: Say::Undelivered {
            to: address.to_owned(),
            letter: row.template.clone(),
            subject: String::new(),
            why: why.to_owned(),
        },
        ticket: row.ticket.clone(),
        in_reply_to: None,
        references: Vec::new(),
        invite: None,
    }
}
