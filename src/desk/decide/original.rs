//! Original mails are opened with the evidence key (decisions 17): for a dispute,
//! by whoever holds that key. The record is written first; what was opened never
//! comes here.

use crate::desk::access::{Actor, Recipient};
use crate::desk::decide::draft::Draft;
use crate::desk::decide::office::letter;
use crate::desk::decide::reveal::witnesses;
use crate::desk::decide::{Decision, World, notice};
use crate::desk::input::{Opening, OriginalsOf};
use crate::desk::letter::Letter;
use crate::desk::letter::say::Say;
use crate::desk::record::{Did, OutcomeWord, Why};
use crate::desk::ticket::{Event, Ticket, TicketId};

/// Recorded and told to the leads, or refused. The key itself is the permission:
/// the desk does not have it.
pub fn open(opening: &Opening, world: &World<'_>) -> Decision {
    let mut decision = Decision::new(OutcomeWord::OriginalsOpened, Actor::System);
    if opening.records.is_empty() {
        return refused("no original mail was named".to_owned());
    }
    match &opening.of {
        OriginalsOf::Ticket(id) => match world.known.named.get(id) {
            Some(ticket) => of_ticket(opening, ticket, world, &mut decision),
            None => return refused(no_such_ticket(id)),
        },
        OriginalsOf::Kept(no) => of_kept(opening, *no, world, &mut decision),
    }
    let fact = format!("recorded before it is opened with the evidence key, at the console as {}", opening.by);
    decision.why.push(Why::new("decisions 17", fact));
    decision
}

fn refused(why: String) -> Decision {
    let mut decision = Decision::new(OutcomeWord::Refused, Actor::System);
    decision.why.push(Why::new("decisions 17", why));
    decision
}

fn no_such_ticket(id: &TicketId) -> String {
    format!("there is no ticket {id}; `ticket list` shows all")
}

fn of_ticket(opening: &Opening, ticket: &Ticket, world: &World<'_>, decision: &mut Decision) {
    let mut draft = Draft::of(ticket, world.now);
    let opened = Event::OriginalsOpened {
        records: opening.records.clone(),
        reason: opening.reason.clone(),
        console: opening.by.clone(),
    };
    if let Err(refusal) = draft.happen(opened) {
        *decision = refused(refusal.why());
        return;
    }
    let mails = match opening.records.len() {
        1 => "1 original mail of this ticket was".to_owned(),
        count => format!("{count} original mails of this ticket were"),
    };
    let headline = format!("{mails} opened with the evidence key, at the console as {}.{}", opening.by, why(opening));
    let letter = notice::about(&draft.ticket, &draft, &headline, world.rules, world.known);
    let to = witnesses(world, ticket.agent.as_deref(), &[]);
    decision.letters = to.into_iter().map(|to| Letter { to, ..letter.clone() }).collect();
    decision.changes.push(draft.into_change());
}

fn of_kept(opening: &Opening, no: u64, world: &World<'_>, decision: &mut Decision) {
    let lines = vec![
        format!("The original mail of quarantine {no} was opened with the evidence key,"),
        format!("at the console as {}.{}", opening.by, why(opening)),
        format!("To see what is kept of it: upgrade-desk quarantine show {no}"),
    ];
    let say = Say::Duty {
        subject: format!("The original of quarantine {no} was opened"),
        lines,
        ack: String::new(),
        sections: Vec::new(),
        commands: Vec::new(),
    };
    decision.letters =
        witnesses(world, None, &[]).into_iter().map(|to: Recipient| letter(to, "", say.clone())).collect();
    for record in &opening.records {
        decision.did.push(Did::OriginalOpened { kept: no, record: *record, reason: opening.reason.clone() });
    }
}

fn why(opening: &Opening) -> String {
    if opening.reason.is_empty() { String::new() } else { format!(" The reason: {}", opening.reason) }
}
