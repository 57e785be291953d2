//! Logs and screenshots of a proven person's report are sealed to the staff's keys
//! (decisions 17): kept with the ticket, opened by whoever works on it.

use crate::desk::access::Actor;
use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::mail::Case;
use crate::desk::decide::reveal::witnesses;
use crate::desk::decide::{Decision, World, notice};
use crate::desk::input::Look;
use crate::desk::letter::Letter;
use crate::desk::mail::LeftOut;
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::ticket::{Event, Ticket};

/// Keeps what a person of the ticket's own company brought.
pub fn keep(case: &Case<'_>, draft: &mut Draft) -> Result<(), NotNow> {
    let files = &case.input.attached;
    if files.is_empty() || !is_of_the_company(case, &draft.ticket) {
        return Ok(());
    }
    draft.happen(Event::AttachmentsSealed { files: files.clone() })
}

fn is_of_the_company(case: &Case<'_>, ticket: &Ticket) -> bool {
    case.author.proven_representative().is_some_and(|row| ticket.company.as_ref() == Some(&row.company))
}

/// The files of a mail as staff read of them, and below what can be done with them.
pub fn told(case: &Case<'_>, draft: &Draft) -> (Vec<String>, Vec<String>) {
    let mail = &case.input.mail;
    if mail.attachments.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let line = |name: &str, size: u64| format!("{name} ({size} bytes)");
    let kept = draft.events().iter().rev().find_map(|event| match event {
        Event::AttachmentsSealed { files } => Some(files),
        _ => None,
    });
    let Some(files) = kept else {
        let names = mail.attachments.iter().map(|file| line(&file.name, file.size)).collect();
        let mut how = vec!["They lie in the sealed original, for the evidence key alone.".to_owned()];
        if draft.ticket.problem.is_some() && !is_of_the_company(case, &draft.ticket) {
            how.push("It is not proven that somebody of this company sent them.".to_owned());
        }
        return (names, how);
    };
    let of_file = |why: Option<LeftOut>| match why {
        None => "",
        Some(LeftOut::Password) => ", not sealed to you: a password stands in it",
        Some(LeftOut::Mail) => ", not sealed to you: a whole mail",
    };
    let names = files.iter().map(|file| format!("{}{}", line(&file.name, file.size), of_file(file.left_out))).collect();
    let mut how = Vec::new();
    if files.iter().any(|file| file.left_out.is_none()) {
        how.push("They are sealed to the keys of staff. On the desk's machine:".to_owned());
        how.push(format!("  upgrade-desk ticket attachments {} \\", draft.ticket.id));
        how.push("    --identity YOUR.key --out FOLDER".to_owned());
        how.push("They come from outside: look at them as at any file of a stranger.".to_owned());
    }
    if files.iter().any(|file| file.left_out.is_some()) {
        how.push("What is not sealed to you lies in the sealed original.".to_owned());
    }
    (names, how)
}

/// Somebody of the staff opens them. Anybody with a key may: an alarm at night
/// cannot wait until the ticket is given to him. It is recorded first.
pub fn open(look: &Look, records: &[u64], world: &World<'_>) -> Decision {
    let actor = Actor::Staff { id: look.person.clone() };
    let refused = |why: String| {
        let mut decision = Decision::new(OutcomeWord::Refused, actor.clone());
        decision.why.push(Why::new("decisions 17", why));
        decision
    };
    let Some(ticket) = world.known.named.get(&look.ticket) else {
        return refused(format!("there is no ticket {}; `ticket list` shows all", look.ticket));
    };
    let mut draft = Draft::of(ticket, world.now);
    let opened = Event::AttachmentsOpened {
        records: records.to_vec(),
        by: look.person.clone(),
        reason: look.reason.clone(),
        console: look.by.clone(),
    };
    if let Err(refusal) = draft.happen(opened) {
        return refused(refusal.why());
    }
    let is_agent = ticket.agent.as_ref() == Some(&look.person);
    let why = if is_agent { "has the ticket" } else { "is of the staff; the ticket is not his" };
    let reason = if look.reason.is_empty() { String::new() } else { format!(" The reason: {}", look.reason) };
    let headline =
        format!("{} ({why}) opened attachments of this ticket, at the console as {}.{reason}", look.person, look.by);
    let letter = notice::about(&draft.ticket, &draft, &headline, world.rules, world.known);
    let to = witnesses(world, ticket.agent.as_deref(), &[look.person.as_str()]);
    let mut decision = Decision::new(OutcomeWord::AttachmentsOpened, actor);
    decision.why.push(Why::new("decisions 17", format!("{} {why}", look.person)));
    decision.letters = to.into_iter().map(|to| Letter { to, ..letter.clone() }).collect();
    decision.changes.push(draft.into_change());
    decision
}
