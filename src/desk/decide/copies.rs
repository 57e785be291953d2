//! `#cc`: people on file whom staff named get the letters of a ticket, too. Who
//! is no longer on file gets nothing, whatever was arranged (decisions 13).

use crate::desk::access::{Recipient, day_of};
use crate::desk::decide::{Decision, World};
use crate::desk::known::FoundTicket;
use crate::desk::letter::say::Say;
use crate::desk::letter::{Letter, Template};
use crate::desk::register::Representative;
use crate::desk::ticket::{Event, Ticket};

/// Adds the copies of this decision's letters about the ticket it was about.
pub fn add(decision: &mut Decision, world: &World<'_>) {
    let FoundTicket::ByReference(ticket) = &world.known.ticket else { return };
    let people = people(ticket, decision, world);
    let originals: Vec<Letter> = decision.letters.iter().filter(|letter| is_copied(letter, ticket)).cloned().collect();
    // Of several letters one is copied: one input, one letter a person (decisions 9).
    let Some(original) = originals.first() else { return };
    for row in people {
        let to = Recipient::representative(row);
        if decision.letters.iter().any(|letter| letter.to == to) {
            continue;
        }
        for letter in &mut decision.letters {
            // 5.2: the transcript names everybody who reads along.
            if let Say::Transcript { visible_to, .. } = &mut letter.say {
                visible_to.push(row.address.clone());
            }
        }
        decision.letters.push(copy(original, row, ticket, to));
    }
}

/// What goes to a customer about the ticket, but for what is meant for one person
/// only: a question with a token, a denial that names what differs, a warning.
fn is_copied(letter: &Letter, ticket: &Ticket) -> bool {
    let personal = matches!(
        letter.say.template(),
        Template::Denial | Template::NeutralNote | Template::NeutralProblemNote | Template::HeadsUp
    );
    !letter.to.is_for_staff() && letter.ticket.as_ref() == Some(&ticket.id) && letter.say.token().is_none() && !personal
}

/// Whom staff named, and still name after this decision, as far as they are on
/// file of the ticket's company today.
fn people<'a>(ticket: &Ticket, decision: &Decision, world: &World<'a>) -> Vec<&'a Representative> {
    let mut addresses = ticket.hands.cc.clone();
    let changes = decision.changes.iter().filter(|change| change.ticket == ticket.id);
    for event in changes.flat_map(|change| &change.events) {
        if let Event::Copied { address, add, .. } = event {
            addresses.retain(|known| known != address);
            addresses.extend(add.then(|| address.clone()));
        }
    }
    let today = day_of(world.now, &world.rules.hours.zone);
    let of_company = world.known.representatives.iter().filter(|row| Some(&row.company) == ticket.company.as_ref());
    of_company
        .filter(|row| row.is_valid_on(today) && addresses.iter().any(|known| row.address.eq_ignore_ascii_case(known)))
        .collect()
}

fn copy(original: &Letter, row: &Representative, ticket: &Ticket, to: Recipient) -> Letter {
    let earlier = ticket.letters.iter().filter(|letter| letter.to.eq_ignore_ascii_case(&row.address));
    let references: Vec<String> = earlier.map(|letter| letter.message_id.clone()).collect();
    Letter { to, salutation: row.name.clone(), in_reply_to: references.last().cloned(), references, ..original.clone() }
}
