//! A record becomes rows. The same function serves live commits and rebuilding
//! from the journal, so that a rebuilt store is the one it replaces.

mod desk;
pub mod hook;
mod letters;
mod quarantine;
mod secrets;
pub mod segments;
pub mod tally;
mod undo;

use jiff::Timestamp;

use crate::desk::bookings::Booking;
use crate::desk::form::compact;
use crate::desk::input::Place;
use crate::desk::record::{Cause, Decided, Did, Folder, OutcomeWord, TicketChange, What};
use crate::desk::register::Register;
use crate::desk::rules::Rules;
use crate::desk::ticket::{Event, Happened, LetterRef, Ticket, TicketId, apply as fold};
use crate::desk::timers::{self, Timer};
use crate::shell::store::in_force::InForce;
use crate::shell::store::journal::Line;
use crate::shell::store::rows::{ByHand, LetterState, SameBytes, WhyRow};
use crate::shell::store::state::{State, StateError, Tree, instant, key, number};

pub use desk::retime_all;
pub use quarantine::{held_key, notice_key, pass_key};
pub use secrets::{given_up, secret_key};
pub use undo::undo_key;

/// Writes what `line` says. Nothing of a record that contradicts what is
/// stored may be kept.
pub fn apply(state: &mut State, line: &Line, rules: &mut InForce) -> Result<(), StateError> {
    let at = line.at;
    desk::begin(state, at)?;
    match &line.what {
        What::Decided(decided) => {
            apply_decided(state, decided, at, line.seq, rules.rules())?;
            desk::apply(state, decided, at, rules)
        }
        What::Trying { letters } => letters.iter().try_for_each(|letter| letters::trying(state, *letter)),
        What::Sent { letter, response } => letters::finish(state, *letter, LetterState::Sent, response, at),
        What::Deferred { letter, until, response } => letters::defer(state, *letter, *until, response),
        What::HookStarted { letter, run, again } => hook::started(state, *letter, *run, *again, (at, line.seq)),
        What::HookEnded { letter, ok, result, next } => hook::ended(state, *letter, *ok, result, *next, (at, line.seq)),
        What::Imported { register, .. } => apply_register(state, register),
        What::Console { by, did } => by_hand(state, did, ByHand { by: by.clone(), at }),
        What::Floor { source, mailbox, validity, floor } => {
            let first = first_start_key(source, mailbox);
            if !state.has(Tree::Meta, &first)? {
                state.put(Tree::Meta, first, &(floor.below > 0).then_some(at))?;
            }
            state.put(Tree::Meta, floor_key(source, mailbox, *validity), floor)
        }
    }
}

fn apply_decided(
    state: &mut State,
    decided: &Decided,
    at: Timestamp,
    seq: u64,
    rules: &Rules,
) -> Result<(), StateError> {
    for letter in &decided.letters {
        letters::add(state, letter, at)?;
        hook::add(state, letter, &decided.changes, at)?;
    }
    for change in &decided.changes {
        apply_change(state, change, decided, at, rules)?;
    }
    for change in &decided.changes {
        add_why(state, &change.ticket, decided, at, seq)?;
    }
    segments::keep(state, decided, at)?;
    segments::delete(state, decided)?;
    for secret in &decided.secrets {
        state.put(Tree::Index, secrets::secret_key(secret), &seq)?;
    }
    if let Some(letter) = decided.spent {
        state.put(Tree::Index, spent_key(letter), &at)?;
    }
    for counted in &decided.counted {
        tally::add(state, counted.what, &counted.of, at)?;
    }
    for did in &decided.did {
        by_hand(state, did, ByHand { by: decided.actor.name().to_owned(), at })?;
        if let Did::Released { kept, sha256, .. } = did {
            quarantine::accept(state, *kept, sha256)?;
        }
    }
    apply_cause(state, decided, at, seq)
}

fn by_hand(state: &mut State, did: &Did, hand: ByHand) -> Result<(), StateError> {
    match did {
        Did::Retried { letter } => letters::retry(state, *letter, hand),
        Did::Held { letter } => letters::hold(state, *letter, hand),
        Did::Released { kept, sha256, reason } => quarantine::release(state, *kept, sha256, hand, reason),
        Did::OriginalOpened { .. } => Ok(()),
        Did::Dropped { kept, reason } => quarantine::drop_it(state, *kept, hand, reason),
    }
}

/// What is used up: this mail, this timer, this letter.
fn apply_cause(state: &mut State, decided: &Decided, at: Timestamp, seq: u64) -> Result<(), StateError> {
    match &decided.cause {
        Cause::Mail { place, duplicate_key, message_id, sha256 } => {
            let folder = if decided.quarantine.is_some() { Folder::Quarantine } else { Folder::Processed };
            state.put(Tree::Index, key(&[b"place", place.to_string().as_bytes()]), &folder)?;
            if decided.redacted {
                state.put(Tree::Index, redacted_key(place), &seq)?;
            }
            if let Some(id) = message_id {
                state.put(Tree::Index, key(&[b"id", id.as_bytes()]), &at)?;
            }
            if let Some(duplicate) = duplicate_key {
                state.put(Tree::Index, key(&[b"duplicate", duplicate.as_bytes()]), &at)?;
            }
            if let Some(sha256) = sha256.as_ref().filter(|_| decided.outcome != OutcomeWord::Duplicate) {
                state.put(Tree::Index, bytes_key(place, sha256), &SameBytes { place: place.clone(), folder })?;
            }
            if let Some(sha256) = sha256 {
                quarantine::use_pass(state, sha256, seq)?;
            }
            let is_held = match sha256 {
                Some(sha256) => quarantine::held_before(state, sha256, place, decided, seq)?,
                None => false,
            };
            match &decided.quarantine {
                Some(quarantined) if !is_held => {
                    let no = next(state, b"quarantine")?;
                    if quarantined.resembles.is_some() && decided.letters.iter().any(|letter| letter.for_staff) {
                        state.put(Tree::Index, key(&[b"likeness", &instant(at), &number(no)]), &at)?;
                    }
                    let kept = quarantine::Kept { place, message_id, sha256, quarantined };
                    quarantine::add(state, no, at, &kept, decided)
                }
                _ => Ok(()),
            }
        }
        Cause::Timer { ticket, name, at: due } => {
            // Struck off whether or not it still applied (2.8: once).
            let entries = state.scan(Tree::Timers, &instant(*due), usize::MAX)?;
            for (entry, value) in entries {
                let timer: Timer = serde_json::from_slice(&value)?;
                if timer.ticket == *ticket && timer.key() == *name {
                    state.remove(Tree::Timers, entry);
                }
            }
            Ok(())
        }
        Cause::Desk { .. } | Cause::Started | Cause::Announced { .. } => Ok(()),
        Cause::Looked { .. } | Cause::Ports { .. } => Ok(()),
        Cause::Delivery { letter, response } => match decided.outcome {
            OutcomeWord::Delivered => letters::finish(state, *letter, LetterState::Sent, response, at),
            OutcomeWord::Undelivered => letters::finish(state, *letter, LetterState::Failed, response, at),
            _ => Ok(()),
        },
    }
}

fn apply_change(
    state: &mut State,
    change: &TicketChange,
    decided: &Decided,
    at: Timestamp,
    rules: &Rules,
) -> Result<(), StateError> {
    let id = &change.ticket;
    let before: Option<Ticket> = state.get(Tree::Tickets, id.0.as_bytes())?;
    let mut ticket = before.clone();
    for event in &change.events {
        let after = fold(ticket, id, event, at)
            .ok_or_else(|| StateError::Contradiction(format!("the first event of {id} does not open it")))?;
        let happened = Happened { at, event: event.clone(), status: after.status };
        state.put(Tree::Events, key(&[id.0.as_bytes(), &number(after.events)]), &happened)?;
        match event {
            Event::Undelivered { letter, why, .. } => {
                letters::finish(state, *letter, LetterState::Failed, why, at)?;
            }
            Event::Undone { letters, .. } => letters.iter().try_for_each(|no| letters::withdraw(state, *no, at))?,
            Event::SecretKept { secret } => secrets::keep(state, secret, id)?,
            Event::SecretsDestroyed { secrets } => secrets::destroy(state, secrets, id)?,
            _ => {}
        }
        ticket = Some(after);
    }
    let Some(mut ticket) = ticket else { return Ok(()) };
    if let Cause::Mail { message_id: Some(message_id), .. } = &decided.cause {
        remember_mail(&mut ticket, message_id, decided);
    }
    let letters = decided.letters.iter().filter(|letter| letter.ticket.as_ref() == Some(id));
    if letters.clone().any(|letter| !letter.for_staff) {
        // The letter has the line about what goes on here (UT-44).
        ticket.absorbed.clear();
    }
    ticket.letters.extend(letters.map(|letter| LetterRef {
        no: letter.no,
        template: letter.template.clone(),
        to: letter.to.clone(),
        message_id: letter.message_id.clone(),
        for_staff: letter.for_staff,
    }));
    index_ticket(state, before.as_ref(), &ticket, rules)?;
    undo::remember(state, before, &ticket, decided, at)?;
    count_ticket(state, id)?;
    if is_strangers_alarm(change) {
        state.put(Tree::Index, key(&[b"stranger", &instant(at), id.0.as_bytes()]), &at)?;
    }
    state.put(Tree::Tickets, id.0.as_bytes().to_vec(), &ticket)
}

/// An alarm that somebody raised who is not on file, or a machine (TC14).
fn is_strangers_alarm(change: &TicketChange) -> bool {
    let strange = |event: &Event| match event {
        Event::Reported { requester, automatic, .. } => *automatic || !requester.on_file,
        _ => false,
    };
    let raised = |event: &Event| matches!(event, Event::AlarmRaised { .. });
    change.events.iter().any(strange) && change.events.iter().any(raised)
}

/// The customer's mails, for threading our answers; a staff mail is none.
fn remember_mail(ticket: &mut Ticket, message_id: &str, decided: &Decided) {
    const REMEMBERED_MAX: usize = 20;
    let by_customer = matches!(decided.actor, crate::desk::access::Actor::Representative { .. });
    if by_customer && !ticket.customer_mails.iter().any(|id| id == message_id) {
        ticket.customer_mails.push(message_id.to_owned());
        let surplus = ticket.customer_mails.len().saturating_sub(REMEMBERED_MAX);
        ticket.customer_mails.drain(..surplus);
    }
}

fn index_ticket(state: &mut State, before: Option<&Ticket>, ticket: &Ticket, rules: &Rules) -> Result<(), StateError> {
    if let Some(before) = before {
        state.remove(Tree::Index, unit_key(before.serial(), &before.id));
    }
    replace_timers(state, ticket, rules)?;
    let booking = key(&[b"booking", ticket.id.0.as_bytes()]);
    match Booking::of(ticket) {
        Some(booked) => state.put(Tree::Index, booking, &booked)?,
        None => state.remove(Tree::Index, booking),
    }
    // One key whether or not there was one: a ticket has a wish for seconds.
    let wish = key(&[b"ports", ticket.id.0.as_bytes()]);
    match ticket.work.ports_wish.is_some() {
        true => state.put(Tree::Index, wish, &ticket.id)?,
        false => state.remove(Tree::Index, wish),
    }
    if let Some(company) = &ticket.company {
        state.put(Tree::Index, company_key(company, &ticket.id), &ticket.id)?;
    }
    let own = key(&[b"own", ticket.requester.address.to_ascii_lowercase().as_bytes(), ticket.id.0.as_bytes()]);
    let is_own = ticket.problem.is_none() && !ticket.requester.on_file && !ticket.status.is_final();
    match is_own {
        true => state.put(Tree::Index, own, &ticket.id)?,
        false => state.remove(Tree::Index, own),
    }
    // What somebody unproven asked for is nobody's open request: a flood of forged
    // ones for a unit costs no later look at it (TE3).
    if ticket.company.is_some() && ticket.status.is_before_start() && !ticket.serial().is_empty() {
        state.put(Tree::Index, unit_key(ticket.serial(), &ticket.id), &ticket.id)?;
    }
    Ok(())
}

/// The old ones are those that were written, not those that today's rules
/// would have given.
fn replace_timers(state: &mut State, ticket: &Ticket, rules: &Rules) -> Result<(), StateError> {
    let of_ticket = key(&[b"timers", ticket.id.0.as_bytes()]);
    let old: Vec<Timer> = state.get(Tree::Index, &of_ticket)?.unwrap_or_default();
    let new = timers::of(ticket, rules);
    if old.is_empty() && new.is_empty() {
        return Ok(());
    }
    for timer in &old {
        state.remove(Tree::Timers, timer_key(timer));
    }
    for timer in &new {
        state.put(Tree::Timers, timer_key(timer), timer)?;
    }
    if new.is_empty() {
        state.remove(Tree::Index, of_ticket);
        return Ok(());
    }
    state.put(Tree::Index, of_ticket, &new)
}

/// Letters whose single-use token is used up.
pub fn spent_key(letter: u64) -> Vec<u8> {
    key(&[b"spent", &number(letter)])
}

pub fn company_key(company: &str, ticket: &TicketId) -> Vec<u8> {
    key(&[b"company", company.as_bytes(), ticket.0.as_bytes()])
}

pub fn unit_key(serial: &str, ticket: &TicketId) -> Vec<u8> {
    key(&[b"unit", serial.as_bytes(), ticket.0.as_bytes()])
}

fn timer_key(timer: &Timer) -> Vec<u8> {
    let name: &'static str = timer.name.into();
    key(&[&instant(timer.at), timer.ticket.0.as_bytes(), name.as_bytes()])
}

/// `UP-2026-00417`: the counter of a year is its highest number.
fn count_ticket(state: &mut State, id: &TicketId) -> Result<(), StateError> {
    let Some((prefix, text)) = id.0.rsplit_once('-') else { return Ok(()) };
    let Ok(count) = text.parse::<u64>() else { return Ok(()) };
    let counter = key(&[b"tickets", prefix.as_bytes()]);
    let highest: u64 = state.get(Tree::Meta, &counter)?.unwrap_or(0);
    if count > highest { state.put(Tree::Meta, counter, &count) } else { Ok(()) }
}

fn add_why(state: &mut State, ticket: &TicketId, decided: &Decided, at: Timestamp, seq: u64) -> Result<(), StateError> {
    let outcome: &'static str = decided.outcome.into();
    for (count, why) in (0_u64..).zip(&decided.why) {
        let row = WhyRow {
            at,
            record: seq,
            outcome: outcome.to_owned(),
            rule: why.rule.clone(),
            fact: why.fact.clone(),
            cause: Some(decided.cause.clone()),
            actor: Some(decided.actor.clone()),
        };
        state.put(Tree::Why, key(&[ticket.0.as_bytes(), &number(seq), &number(count)]), &row)?;
    }
    Ok(())
}

fn next(state: &State, counter: &[u8]) -> Result<u64, StateError> {
    Ok(state.get::<u64>(Tree::Meta, counter)?.unwrap_or(0).saturating_add(1))
}

pub fn floor_key(source: &str, mailbox: &str, validity: u32) -> Vec<u8> {
    key(&[b"floor", source.as_bytes(), mailbox.as_bytes(), &validity.to_be_bytes()])
}

/// When the desk first looked into a mailbox, whatever its numbering then.
pub fn first_start_key(source: &str, mailbox: &str) -> Vec<u8> {
    key(&[b"first start", source.as_bytes(), mailbox.as_bytes()])
}

/// Handled mails whose place in the mailbox a redacted copy takes (TD5).
pub fn redacted_key(place: &Place) -> Vec<u8> {
    key(&[b"redacted", place.to_string().as_bytes()])
}

/// Mails of one mailbox by their bytes.
pub fn bytes_key(place: &Place, sha256: &str) -> Vec<u8> {
    key(&[b"bytes", place.source.as_bytes(), place.mailbox.as_bytes(), sha256.as_bytes()])
}

/// The register as imported replaces the one before, index and all.
fn apply_register(state: &mut State, register: &Register) -> Result<(), StateError> {
    for (entry, _) in state.scan(Tree::Register, b"", usize::MAX)? {
        state.remove(Tree::Register, entry);
    }
    for company in &register.companies {
        state.put(Tree::Register, key(&[b"company", company.id.as_bytes()]), company)?;
    }
    for row in &register.representatives {
        let address = row.address.to_ascii_lowercase();
        state.put(Tree::Register, key(&[b"person", address.as_bytes()]), row)?;
        state.put(Tree::Register, key(&[b"people", row.company.as_bytes(), address.as_bytes()]), &address)?;
    }
    for unit in &register.units {
        let serial = compact(&unit.serial);
        state.put(Tree::Register, key(&[b"serial", serial.as_bytes()]), unit)?;
        state.put(Tree::Register, key(&[b"mac", unit.mac.as_bytes()]), &serial)?;
        for ip in &unit.ips {
            state.put(Tree::Register, key(&[b"ip", ip.to_string().as_bytes()]), &serial)?;
        }
    }
    Ok(())
}
