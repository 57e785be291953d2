//! A mail: who wrote it comes first, then what it is.

use jiff::Timestamp;

use crate::desk::access::{Actor, Author, Recipient, author};
use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::{Decision, notice, released, reply, request, staff};
use crate::desk::input::{Kind, MailInput};
use crate::desk::known::{FoundTicket, Known};
use crate::desk::letter::Letter;
use crate::desk::letter::say::Say;
use crate::desk::mail::{AutomaticSign, Proof};
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::rules::Rules;
use crate::desk::ticket::{Event, NoteKind, Ticket};

/// All that a decision about one mail stands on.
pub struct Case<'a> {
    pub input: &'a MailInput,
    pub known: &'a Known,
    pub rules: &'a Rules,
    pub now: Timestamp,
    pub author: Author<'a>,
}

pub fn decide(input: &MailInput, known: &Known, now: Timestamp, rules: &Rules) -> Decision {
    let author = author(input, known, rules, now);
    // Whoever let a mail out of quarantine says that it is worth a look, and no more.
    let author = if known.pass.is_some() { author.unproven() } else { author };
    let case = Case { input, known, rules, now, author };
    let actor = case.author.actor.clone();
    let mut decision = by_sender(&case).unwrap_or_else(|refused| {
        // The life-cycle refused what this module tried: a fault of ours, kept for people.
        let fact = format!("{} is not possible in {}", refused.event, refused.status.name());
        Decision::quarantine(actor, "not_possible_now", fact.clone(), Why::new("2.2", fact))
    });
    if input.mail.is_automatic() {
        // The one place where answers to machines are dropped (decisions 16).
        let address = input.mail.address().unwrap_or("");
        decision.letters.retain(|letter| !letter.to.address().eq_ignore_ascii_case(address));
    }
    decision
}

fn by_sender(case: &Case<'_>) -> Result<Decision, NotNow> {
    if let Some(pass) = &case.known.pass {
        return released::decide(case, pass);
    }
    let mail = &case.input.mail;
    let actor = &case.author.actor;
    if let Err(fault) = mail.identity {
        let name: &'static str = fault.into();
        let fact = format!("the From line is not one plain address: {name}");
        return Ok(Decision::quarantine(Actor::Unknown, name, fact.clone(), Why::new("TA1-TA7", fact)));
    }
    if mail.address().is_some_and(|address| address.eq_ignore_ascii_case(&case.rules.desk.address)) {
        let why = Why::new("TE2", "the mail says that we wrote it ourselves");
        return Ok(Decision::quarantine(actor.clone(), "our_own_address", "From is our own mailbox", why));
    }
    if case.input.proof == Proof::Fail {
        let why = Why::new("UT-02", "the sender's domain says that this mail is forged");
        return Ok(Decision::quarantine(Actor::Unknown, "authentication_failed", "DMARC failed at our mail host", why));
    }
    if is_machine(case) {
        return automatic(case);
    }
    if case.known.duplicate {
        let mut decision = Decision::new(OutcomeWord::Duplicate, actor.clone());
        decision
            .why
            .push(Why::new("decisions 21", "same proven sender, Message-ID and text as a mail already handled"));
        return Ok(decision);
    }
    if case.author.staff.is_some() {
        return staff::decide(case);
    }
    if case.known.register_is_empty {
        return request::register_is_empty(case);
    }
    match (&case.known.ticket, case.input.kind) {
        (FoundTicket::ByReference(ticket), _) => reply::decide(case, ticket),
        // A stranger's tag proves nothing (TC1); a representative's own company
        // is heard, though not believed: a stop must not be overheard (TC11).
        (FoundTicket::ByTag(ticket), _) if is_of_the_company(case, ticket) => reply::decide(case, ticket),
        (_, Kind::Request) => request::decide(case),
        _ => Ok(unclassified(case)),
    }
}

fn is_of_the_company(case: &Case<'_>, ticket: &Ticket) -> bool {
    let company = case.author.representative.map(|row| &row.company);
    case.author.may_change(ticket) || (company.is_some() && company == ticket.company.as_ref())
}

/// A list header alone does not make a proven representative's mail a
/// machine's (decisions 16).
fn is_machine(case: &Case<'_>) -> bool {
    let signs = &case.input.mail.automatic_because;
    let only_bulk = signs.iter().all(|sign| *sign == AutomaticSign::Bulk);
    let person = only_bulk && case.author.proven_representative().is_some();
    !signs.is_empty() && !person
}

/// Read, filed, never answered, and nothing changes its state by it (UT-43).
fn automatic(case: &Case<'_>) -> Result<Decision, NotNow> {
    let actor = case.author.actor.clone();
    let signs: Vec<&'static str> = case.input.mail.automatic_because.iter().map(|sign| sign.into()).collect();
    let why = Why::new("RFC 3834", format!("automatic mail: {}", signs.join(", ")));
    let FoundTicket::ByReference(ticket) = &case.known.ticket else {
        let mut decision = Decision::quarantine(actor, "automatic_mail", signs.join(", "), why);
        decision.outcome = OutcomeWord::Loop;
        return Ok(decision);
    };
    let mut decision = note(case, ticket, NoteKind::Automatic)?;
    decision.outcome = OutcomeWord::Loop;
    decision.why.push(why);
    Ok(decision)
}

/// The mail becomes a note on the ticket; nothing else changes.
pub fn note(case: &Case<'_>, ticket: &Ticket, kind: NoteKind) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, case.now);
    let by = case.input.mail.address().unwrap_or("unknown").to_owned();
    draft.happen(Event::Noted { kind, by, text: case.input.mail.own_text.clone() })?;
    let mut decision = Decision::new(OutcomeWord::Note, case.author.actor.clone());
    decision.changes.push(draft.into_change());
    Ok(decision)
}

/// No form, no ticket, not staff: nobody is left without a reader.
fn unclassified(case: &Case<'_>) -> Decision {
    let actor = case.author.actor.clone();
    if case.author.proven_representative().is_some() {
        let why = Why::new("R-11", "a representative wrote, but no form and no ticket was recognised");
        let mut decision =
            Decision::quarantine(actor, "unclassified", "a representative's mail for a person to read", why);
        decision.letters.push(notice::without_ticket(case, "A representative wrote; no form was recognised"));
        return decision;
    }
    unknown_sender(case)
}

/// Decisions 12: a proven author gets the neutral note, at most so often a day;
/// anybody else gets nothing.
pub fn unknown_sender(case: &Case<'_>) -> Decision {
    let why = Why::new("T4c", "the sender is not a representative on file");
    let actor = case.author.actor.clone();
    let mut decision = Decision::quarantine(actor, "unknown_sender", "not on file as a representative", why);
    decision.letters.extend(neutral_note(case));
    decision
}

pub fn neutral_note(case: &Case<'_>) -> Option<Letter> {
    let identity = case.input.mail.identity.as_ref().ok()?;
    let few = case.known.neutral_notes_today < case.rules.counts.neutral_notes_per_day_max;
    // A representative's own address is on file, proven or not: never a stranger.
    let stranger = matches!(case.author.actor, Actor::Stranger { .. });
    let to = Recipient::proven_author(identity, &case.input.proof).filter(|_| few && stranger)?;
    Some(Letter {
        to,
        salutation: String::new(),
        say: Say::NeutralNote {},
        ticket: None,
        in_reply_to: case.input.mail.message_id.clone(),
        references: Vec::new(),
    })
}
