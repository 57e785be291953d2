//! Who may look at a sealed password, and who is told of it (decisions 17, TD4).
//! The value itself never comes here: the record is written first, and only then
//! is the sealed file opened, with a key that the desk does not have.

use crate::desk::access::{Actor, Recipient};
use crate::desk::decide::draft::Draft;
use crate::desk::decide::{Decision, World, notice};
use crate::desk::input::Look;
use crate::desk::letter::Letter;
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::ticket::{Event, Status, Ticket};

/// Allowed and told to a second person, or refused; recorded in both cases.
pub fn reveal(look: &Look, world: &World<'_>) -> Decision {
    let actor = Actor::Staff { id: look.person.clone() };
    let refused = |why: String| {
        let mut decision = Decision::new(OutcomeWord::Refused, actor.clone());
        decision.why.push(Why::new("TD4", why));
        decision
    };
    let Some(ticket) = world.known.named.get(&look.ticket) else {
        return refused(format!("there is no ticket {}; `ticket list` shows all", look.ticket));
    };
    let secret = match allowed(look, ticket) {
        Ok(secret) => secret,
        Err(why) => return refused(why),
    };
    let mut draft = Draft::of(ticket, world.now);
    let shown = Event::Revealed {
        secret,
        by: look.person.clone(),
        second: look.second.clone(),
        reason: look.reason.clone(),
        console: look.by.clone(),
    };
    if let Err(refusal) = draft.happen(shown) {
        return refused(refusal.why());
    }
    let mut decision = Decision::new(OutcomeWord::Revealed, actor);
    decision.why.push(Why::new("TD4", format!("{} may look at it", people(look))));
    decision.letters = told(look, ticket, &draft, world);
    decision.changes.push(draft.into_change());
    decision
}

/// The assigned agent alone from READY until the feedback is out; at any other
/// time, and for anybody else, two persons with a reason.
fn allowed(look: &Look, ticket: &Ticket) -> Result<String, String> {
    let Some(secret) = ticket.secret.clone() else {
        return Err(format!("{} has no sealed password: it was removed, or none came", ticket.id));
    };
    let is_agent = ticket.agent.as_ref() == Some(&look.person);
    let is_time = matches!(
        ticket.status,
        Status::Ready | Status::Blocked | Status::InProgress | Status::Verifying | Status::FeedbackDue
    );
    if is_agent && is_time {
        return Ok(secret);
    }
    let are_two = look.second.as_ref().is_some_and(|second| *second != look.person);
    if are_two && !look.reason.is_empty() {
        return Ok(secret);
    }
    let agent = ticket.agent.as_deref().unwrap_or("nobody");
    Err(format!(
        "only its agent may look at it alone ({agent}), and only from READY until the feedback is out; it is {} now. \
         Otherwise two persons look together: name the key of the second with --with FILE, and why with --reason TEXT",
        ticket.status.name()
    ))
}

fn people(look: &Look) -> String {
    let second = look.second.as_ref().map(|second| format!(" and {second}")).unwrap_or_default();
    format!("{}{second}", look.person)
}

/// The leads and the agent, less those who look; where none is left, the desk's list.
pub fn witnesses(world: &World<'_>, agent: Option<&str>, looking: &[&str]) -> Vec<Recipient> {
    let rules = world.rules;
    let agent = agent.and_then(|id| rules.access.staff_by_id(id));
    let mut to: Vec<Recipient> = Vec::new();
    for staff in rules.access.leads().chain(agent).filter(|staff| !looking.contains(&staff.id.as_str())) {
        let recipient = Recipient::staff(staff);
        if !to.iter().any(|other| other.address().eq_ignore_ascii_case(recipient.address())) {
            to.push(recipient);
        }
    }
    if to.is_empty() {
        to.push(Recipient::desk(rules));
    }
    to
}

fn told(look: &Look, ticket: &Ticket, draft: &Draft, world: &World<'_>) -> Vec<Letter> {
    let World { rules, known, .. } = *world;
    let looking: Vec<&str> = std::iter::once(look.person.as_str()).chain(look.second.as_deref()).collect();
    let to = witnesses(world, ticket.agent.as_deref(), &looking);
    let why = if look.reason.is_empty() { String::new() } else { format!(" The reason: {}", look.reason) };
    let headline = format!("{} looked at the manager password, at the console as {}.{why}", people(look), look.by);
    let letter = notice::about(&draft.ticket, draft, &headline, rules, known);
    to.into_iter().map(|to| Letter { to, ..letter.clone() }).collect()
}
