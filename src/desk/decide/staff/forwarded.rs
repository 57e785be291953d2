//! A customer's mail that reached an agent directly and that he forwards (5.2): it
//! is read as its writer's, and proves nothing. The person on file is asked, a
//! problem calls who is on duty as any other.

use super::to_author;
use crate::desk::access::{Actor, Author, day_of};
use crate::desk::decide::draft::NotNow;
use crate::desk::decide::mail::{Case, with_problem};
use crate::desk::decide::{Decision, notice, problem, reply, request};
use crate::desk::input::{Kind, MailInput};
use crate::desk::letter::say::{Say, TranscriptLine};
use crate::desk::record::Why;
use crate::desk::ticket::{Event, NoteKind, Ticket, TicketKind};

pub fn decide<'a>(case: &Case<'a>, inner: &'a MailInput, ticket: Option<&Ticket>) -> Result<Decision, NotNow> {
    let address = inner.mail.address().unwrap_or("nobody").to_owned();
    let carried = carried(case, inner);
    let mut decision = match (ticket.map(Ticket::kind), ticket, inner.kind) {
        (Some(TicketKind::Problem), Some(ticket), _) => problem::reply::decide(&carried, ticket)?,
        (Some(TicketKind::Upgrade), Some(ticket), Kind::Problem) => problem::decide(&carried, Some(ticket))?,
        (Some(TicketKind::Upgrade), Some(ticket), _) => reply::decide(&carried, ticket)?,
        (_, _, Kind::Problem) => problem::decide(&carried, None)?,
        (_, _, Kind::Request) => with_problem(&carried, request::decide(&carried)?)?,
        _ => for_people(&carried),
    };
    decision.actor = case.author.actor.clone();
    let by = case.author.actor.name().to_owned();
    decision.why.insert(0, Why::new("5.2", format!("{by} forwards a mail of {address}, which proves nothing")));
    // What the agent wrote above it stays among staff.
    let words = case.input.mail.own_text.trim();
    if let Some(change) = decision.changes.first_mut().filter(|_| !words.is_empty()) {
        change.events.push(Event::Noted { kind: NoteKind::Staff, by, text: words.to_owned() });
    }
    let tickets: Vec<String> = decision.changes.iter().map(|change| change.ticket.0.clone()).collect();
    let text = match tickets.as_slice() {
        [] => "no ticket: neither its writer nor a unit in it is known, or nothing is asked".to_owned(),
        tickets => format!("{}; the writer is not believed: see the notice", tickets.join(", ")),
    };
    let line = TranscriptLine { line: format!("(forwarded mail of {address})"), done: !tickets.is_empty(), text };
    let say = Say::Transcript {
        done: line.done,
        lines: vec![line],
        status: String::new(),
        possible: Vec::new(),
        visible_to: decision
            .letters
            .iter()
            .filter(|letter| !letter.to.is_for_staff())
            .map(|letter| letter.to.address().to_owned())
            .collect(),
        lights: Vec::new(),
        usage: Vec::new(),
    };
    decision.letters.push(to_author(case, say, None));
    Ok(decision)
}

/// The inner mail, of whom it says, as far as he is on file; nobody vouches.
fn carried<'a>(case: &Case<'a>, inner: &'a MailInput) -> Case<'a> {
    let today = day_of(case.now, &case.rules.hours.zone);
    let address = inner.mail.address().unwrap_or("");
    let row = case.known.representatives.iter().find(|row| row.address.eq_ignore_ascii_case(address));
    let row = row.filter(|row| row.is_valid_on(today));
    let actor = match row {
        Some(row) => Actor::Claimed { address: row.address.clone() },
        None => Actor::Unknown,
    };
    Case { input: inner, author: Author { actor, representative: row, staff: None, shared: false }, ..case.again() }
}

fn for_people(carried: &Case<'_>) -> Decision {
    let why = Why::new("R-11", "a forwarded mail without a form, a problem or a ticket");
    let mut decision = Decision::quarantine(Actor::Unknown, "forwarded", "for a person to read", why);
    decision.letters.push(notice::without_ticket(carried, "A forwarded mail; no form and no problem was recognised"));
    decision
}
