//! `try --json`: what would be decided about one mail, and why. Nothing is
//! committed, nothing is sent, no secret is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::desk::decide::{Decision, decide};
use crate::desk::input::{Input, Place, Unreadable, understand};
use crate::desk::known::{Ask, FoundTicket, Known, Sender, Tallies, UnitKnown};
use crate::desk::letter::Letter;
use crate::desk::letter::compose::Composer;
use crate::desk::office::Office;
use crate::desk::rules::Rules;
use crate::desk::seal::prints::Prints;
use crate::desk::ticket::{Event, Ticket, TicketId, apply};
use crate::desk::timers;
use crate::desk::token::Brought;
use crate::shell::authenticate::Authenticator;
use crate::shell::socket::Refusal;
use crate::shell::store::pack::hex;
use crate::shell::view::{Asked, gone, read};

/// One mail to be considered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// In base64.
    mail: String,
    /// When it reached our server (decisions 26).
    received: Timestamp,
    /// When it is decided upon; `None`: now.
    at: Option<Timestamp>,
}

impl Case {
    pub fn new(mail: &[u8], received: Timestamp, at: Option<Timestamp>) -> Case {
        Case { mail: STANDARD.encode(mail), received, at }
    }
}

/// Considers the mail on what the store knows.
pub async fn considered(asked: Asked<'_>, case: &Case) -> Result<Value, Refusal> {
    let now = case.at.unwrap_or_else(|| asked.clock.now());
    let input = Arc::new(input(case, asked.rules, asked.prints.clone(), asked.authenticator).await?);
    let ask = Ask::about(&input, asked.rules);
    // The rules in force: holidays may have been told by mail since they were written.
    let found = asked.store.read(move |view| Ok((view.look_up(&ask, now)?, Arc::new(view.rules().clone()))));
    let (mut known, rules) = found.await.map_err(gone)?;
    known.token = asked.composer.token(&input, &known);
    let known = Arc::new(known);
    let decision = decided(&input, &known, now, &rules).await?;
    let ids: Vec<TicketId> = decision.changes.iter().map(|change| change.ticket.clone()).collect();
    let before = asked.store.read(move |view| {
        let tickets: Result<Vec<_>, _> = ids.iter().map(|id| view.ticket(id)).collect();
        Ok(tickets?.into_iter().flatten().map(|ticket| (ticket.id.clone(), ticket)).collect())
    });
    let before = before.await.map_err(gone)?;
    Ok(shown(&input, &decision, &known, before, now, &rules, asked.composer))
}

/// Considers the mail where there is no desk yet: no register, no tickets.
pub async fn considered_alone(
    case: &Case,
    now: Timestamp,
    rules: &Arc<Rules>,
    composer: &Composer,
    authenticator: Option<&Authenticator>,
) -> Result<Value, Refusal> {
    let now = case.at.unwrap_or(now);
    let input = Arc::new(input(case, rules, Prints::default(), authenticator).await?);
    let known = Arc::new(nothing_known(&Ask::about(&input, rules)));
    let decision = decided(&input, &known, now, rules).await?;
    Ok(shown(&input, &decision, &known, BTreeMap::new(), now, rules, composer))
}

/// What an empty store knows.
fn nothing_known(ask: &Ask) -> Known {
    let units = ask.serials.iter().filter(|serial| !serial.is_empty());
    Known {
        place_done: false,
        duplicate: None,
        pass: None,
        held: None,
        register_is_empty: true,
        sender: if ask.address.is_some() { Sender::NotOnFile } else { Sender::NotAsked },
        units: units.map(|serial| (serial.clone(), UnitKnown::Unregistered)).collect(),
        units_by_mac: BTreeMap::new(),
        units_by_ip: BTreeMap::new(),
        companies: BTreeMap::new(),
        representatives: Vec::new(),
        ticket: FoundTicket::None,
        same_unit: Vec::new(),
        own: Vec::new(),
        neutral_notes_today: 0,
        letter: None,
        answered: Vec::new(),
        named: BTreeMap::new(),
        of_company: Vec::new(),
        continued: None,
        linked: None,
        bookings: Vec::new(),
        token: Brought::None,
        tallies: Tallies::default(),
        same_id: false,
        kept: None,
        challenges_today: BTreeMap::new(),
        stranger_alarms_today: 0,
        on_file: Vec::new(),
        likenesses_today: 0,
        office: Office::default(),
        seen: None,
        subscribers: Vec::new(),
        hook_failed: Vec::new(),
        segments: Vec::new(),
        undoing: None,
        next_problem: 1,
        next_ticket: 1,
        next_letter: 1,
    }
}

/// Reads the mail as the desk would: one that is too big or makes the reader
/// fail is an input too.
async fn input(
    case: &Case,
    rules: &Arc<Rules>,
    prints: Prints,
    authenticator: Option<&Authenticator>,
) -> Result<Input, Refusal> {
    let bytes = STANDARD.decode(&case.mail).map_err(|error| (2, format!("expected the mail as base64: {error}")))?;
    let received = case.received;
    let place = Place { source: "try".to_owned(), mailbox: String::new(), validity: 0, item: "try".to_owned() };
    let unread = |reason, place| Input::Unreadable { place, received, reason, original_sha256: None };
    if bytes.len() as u64 > rules.limits.message_bytes_max {
        return Ok(unread(Unreadable::TooBig, place));
    }
    let (reading, bytes) = (Arc::clone(rules), Arc::new(bytes));
    let original_sha256 = hex(&Sha256::digest(bytes.as_slice()));
    let (raw, known) = (Arc::clone(&bytes), prints.clone());
    let read = tokio::task::spawn_blocking(move || understand(&raw, received, &reading, &prints)).await.ok();
    let read = match (read, authenticator) {
        (Some(read), Some(authenticator)) => authenticator.with_own_look(&bytes, read, received, rules).await,
        (read, _) => read,
    };
    let Some(mut understood) = read else { return Ok(unread(Unreadable::CrashedReader, place)) };
    let (reading, raw) = (Arc::clone(rules), bytes);
    let looking = move || {
        understood.attached = understood.attachments(&raw, &known, &reading);
        understood
    };
    let Ok(understood) = tokio::task::spawn_blocking(looking).await else {
        return Ok(unread(Unreadable::CrashedReader, place));
    };
    let secrets = understood.secrets.iter().map(|_| "(sealed when it is handled)".to_owned()).collect();
    Ok(understood.into_input(place, received, secrets, original_sha256))
}

/// Decides on a thread of its own: a fault in the rules or in us must not stop
/// the desk that was asked.
async fn decided(
    input: &Arc<Input>,
    known: &Arc<Known>,
    now: Timestamp,
    rules: &Arc<Rules>,
) -> Result<Decision, Refusal> {
    let (input, known, rules) = (Arc::clone(input), Arc::clone(known), Arc::clone(rules));
    let deciding = tokio::task::spawn_blocking(move || decide(&input, &known, now, &rules));
    let broke = |_| (1, "deciding on this mail failed: the desk would keep it in quarantine as not_decided".to_owned());
    deciding.await.map_err(broke)
}

fn shown(
    input: &Input,
    decision: &Decision,
    known: &Known,
    mut before: BTreeMap<TicketId, Ticket>,
    now: Timestamp,
    rules: &Rules,
    composer: &Composer,
) -> Value {
    let mut tickets: Vec<Ticket> = Vec::new();
    for change in &decision.changes {
        let mut ticket = before.remove(&change.ticket);
        for event in &change.events {
            ticket = apply(ticket, &change.ticket, event, now);
        }
        tickets.extend(ticket);
    }
    let events: Vec<&Event> = decision.changes.iter().flat_map(|change| &change.events).collect();
    let timers = tickets.iter().flat_map(|ticket| timers::of(ticket, rules));
    json!({
        "outcome": decision.outcome,
        "ticket": tickets.first().map(|ticket| ticket.id.clone()),
        "state": tickets.first().map(|ticket| ticket.status),
        "quarantine": decision.quarantine,
        "actor": decision.actor,
        "proof": proof_of(input),
        "events": events,
        "letters": decision.letters.iter().map(|letter| rendered(letter, rules, composer)).collect::<Vec<Value>>(),
        "timers": timers.map(|timer| json!({ "name": timer.name, "at": timer.at })).collect::<Vec<Value>>(),
        "why": decision.why,
        "register_is_empty": known.register_is_empty,
    })
}

fn proof_of(input: &Input) -> Value {
    match input {
        Input::Mail(mail) => read::proof(&mail.proof, mail.checked.as_ref()),
        _ => Value::Null,
    }
}

pub(super) fn rendered(letter: &Letter, rules: &Rules, composer: &Composer) -> Value {
    let (subject, text) = match composer.render(letter, rules) {
        Ok(rendered) => rendered,
        Err(error) => (String::new(), format!("this letter cannot be written: {error}")),
    };
    json!({
        "template": letter.say.template(),
        "to": [letter.to.address()],
        "subject": subject,
        "text": text,
    })
}
