//! Commands that lead to a consent or stand in its way: special arrangements,
//! who asked, the telephone, and one request sent twice.

use super::{Effects, Refusal, me, window};
use crate::desk::command::Command;
use crate::desk::decide::draft::Draft;
use crate::desk::decide::mail::Case;
use crate::desk::decide::schedule::{self, Asked};
use crate::desk::decide::{answer, consent, gates, offer, slots};
use crate::desk::known::UnitKnown;
use crate::desk::letter::say::Say;
use crate::desk::letter::times::span;
use crate::desk::record::TicketChange;
use crate::desk::register::Representative;
use crate::desk::ticket::{Call, ConsentChannel, Event, Scope, Status, TicketId, Window};
use crate::phrase;

/// Each to its own.
pub(super) fn run(
    case: &Case<'_>,
    command: &Command,
    draft: &mut Draft,
    effects: &mut Effects,
) -> Result<String, Refusal> {
    match command {
        Command::Special { approve: true, text } => approve(case, draft, effects, text),
        Command::Special { approve: false, text } => refuse(case, draft, effects, text),
        Command::Approve { reason } => accept_requester(case, draft, effects, reason),
        Command::PhoneConsent { name, number, words } => by_phone(case, draft, effects, name, number, words),
        _ => Err(Refusal("this is no command about a consent".to_owned())),
    }
}

fn lead(case: &Case<'_>, what: &str) -> Result<(), Refusal> {
    if case.author.staff.is_some_and(|staff| staff.is_lead) {
        return Ok(());
    }
    let leads: Vec<&str> = case.rules.access.leads().map(|lead| lead.id.as_str()).collect();
    Err(Refusal(format!("{what} is a lead's decision; leads are: {}", leads.join(", "))))
}

/// UT-18: the wished time can be had, on these terms.
fn approve(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects, terms: &str) -> Result<String, Refusal> {
    lead(case, "a special arrangement")?;
    draft.happen(Event::TermsOffered { terms: terms.trim().to_owned() })?;
    let wished = draft.ticket.offers.first().cloned().ok_or_else(|| Refusal("no time is wished for".to_owned()))?;
    let earliest = case.rules.hours.earliest_regular(case.now);
    if wished.start < earliest {
        let notice = case.rules.hours.notice_hours_min;
        return Err(Refusal(format!(
            "the wished time is too near: the customer has {notice} hours to answer; #special refuse, or #offer"
        )));
    }
    window::free(case, &draft.ticket, &wished)?;
    let zone = answer::zone_of(&draft.ticket, &case.world());
    ask(case, draft, effects, "", &zone)?;
    let shown = span(wished.start, wished.end, &case.rules.hours.zone);
    Ok(format!("offered with these terms: {shown}; nothing is set before the customer answers"))
}

/// M-22 to everybody who may say yes.
fn ask(case: &Case<'_>, draft: &Draft, effects: &mut Effects, why: &str, zone: &str) -> Result<(), Refusal> {
    let letters = offer::letters(&case.world(), &draft.ticket, &crate::desk::phrase::Phrase::written(why), zone);
    if letters.is_empty() {
        return Err(Refusal("nobody on file may consent for this company; the register must name somebody".to_owned()));
    }
    effects.letters.extend(letters);
    Ok(())
}

/// UT-19: not at that time; regular ones are named.
fn refuse(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects, reason: &str) -> Result<String, Refusal> {
    lead(case, "a special arrangement")?;
    let wished = draft.ticket.window.clone();
    draft.happen(Event::TermsRefused { reason: reason.trim().to_owned() })?;
    let Some(row) = answer::requester(&draft.ticket, case.known) else {
        return Ok("refused; nobody outside was told, for the person who asked is not on file".to_owned());
    };
    let wished = wished.ok_or_else(|| Refusal("no time is wished for".to_owned()))?;
    let minutes = window::planned_minutes(case, &draft.ticket);
    let near = slots::find(&case.world(), &draft.ticket, minutes, Some(wished.start));
    let say = Say::OutsideHours {
        serial: answer::serial(&draft.ticket.form),
        wanted: Window { zone: answer::zone_of(&draft.ticket, &case.world()), ..wished },
        why: Default::default(),
        offers: near.iter().map(|slot| slot.start).collect(),
        refused: reason.trim().to_owned(),
    };
    effects.letters.push(answer::to_person(row, &draft.ticket, say));
    Ok(format!("refused; {} is told, with regular times", row.address))
}

/// 2.3: a lead stands for who asked, not for the consent: that is asked of those
/// on file who may give it.
fn accept_requester(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    reason: &str,
) -> Result<String, Refusal> {
    lead(case, "who may ask")?;
    let faults = gates::faults(&draft.ticket.form, case.rules);
    if !faults.is_empty() {
        return Err(Refusal(format!("{} points of the request are open; #reply asks for them", faults.len())));
    }
    let owner = match case.known.units.get(draft.ticket.serial()) {
        Some(UnitKnown::Of(unit)) => Some(unit.company.clone()),
        _ => None,
    };
    let company = draft.ticket.company.clone().or(owner);
    let company = company.ok_or_else(|| Refusal("the unit is nobody's in the register".to_owned()))?;
    let by = me(case);
    draft.happen(Event::Approved { by: by.clone(), company: company.clone(), reason: reason.trim().to_owned() })?;
    if !matches!(gates::unit_gate_of(&draft.ticket, &company, case.known), gates::UnitGate::Green(_)) {
        return Err(Refusal("serial, MAC and IP do not agree with the register; #deny names the reason".to_owned()));
    }
    let minutes = window::planned_minutes(case, &draft.ticket);
    let world = case.world();
    let asked = Asked { world: &world, ticket: &draft.ticket, complete: case.now, minutes };
    let wish = draft.ticket.form.when().map(|when| when.first().at);
    let slots = match schedule::gate(&draft.ticket.form, &asked) {
        schedule::Slot::Regular(window) => vec![window],
        _ => slots::find(&world, &draft.ticket, minutes, wish),
    };
    if slots.is_empty() {
        return Err(Refusal("no regular time was found; #offer names one".to_owned()));
    }
    draft.happen(Event::Proposed { slots })?;
    let zone = answer::zone_of(&draft.ticket, &world);
    let why = format!("{} asked us for the upgrade of this unit of your company.", draft.ticket.requester.address);
    ask(case, draft, effects, &why, &zone)?;
    Ok("accepted as a request; those on file who may consent are asked".to_owned())
}

/// T2b: agent, number on file, time and words are kept; the written form is asked.
fn by_phone(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    name: &str,
    number: &str,
    words: &str,
) -> Result<String, Refusal> {
    let row = called(case, draft, name, number)?;
    let [slot] = draft.ticket.offers.as_slice() else {
        return Err(Refusal("a consent needs one time: #offer the one that was agreed, then #consent".to_owned()));
    };
    let slot = slot.clone();
    if slot.start <= case.now {
        return Err(Refusal("the offered time has passed".to_owned()));
    }
    window::free(case, &draft.ticket, &slot)?;
    let before = draft.ticket.clone();
    let scope = Scope::Window { start: slot.start, end: slot.end };
    let mut given = consent::recorded(case, &before, row, ConsentChannel::Phone, scope);
    given.call = Some(Call { agent: me(case), number: number.to_owned(), words: words.to_owned() });
    draft.happen(Event::Consented { consent: Box::new(given) })?;
    draft.happen(Event::Scheduled { window: slot.clone(), by: row.address.clone() })?;
    draft.settle(case.rules)?;
    let reason = phrase!(
        "moved_by_phone",
        "{by} agreed to another time by telephone, and is asked to confirm it in writing, with the single word YES.",
        by = row.name.clone()
    );
    let say = answer::agreed(&case.world(), &before, &draft.ticket, &reason);
    for person in answer::concerned(&draft.ticket, &case.world(), Some(row)) {
        let mut say = say.clone();
        // Only who gave it is asked for the written form.
        if let Say::ScheduleConfirmation { by_phone, .. } = &mut say
            && person.address != row.address
        {
            by_phone.clear();
        }
        effects.letters.push(answer::to_person(person, &draft.ticket, say));
    }
    let shown = span(slot.start, slot.end, &case.rules.hours.zone);
    Ok(format!("consent of {} recorded, scheduled for {shown}; a confirmation in writing is asked for", row.address))
}

/// The person on file who may consent and has this number.
fn called<'a>(case: &Case<'a>, draft: &Draft, name: &str, number: &str) -> Result<&'a Representative, Refusal> {
    let people = answer::consenting(&draft.ticket, &case.world());
    let named = people.into_iter().find(|row| row.name.eq_ignore_ascii_case(name));
    let row = named.ok_or_else(|| Refusal(format!("{name} is not on file as somebody who may consent")))?;
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    if row.phones.iter().any(|phone| digits(phone) == digits(number)) {
        return Ok(row);
    }
    Err(Refusal(format!("{number} is not a number on file of {name}; a consent counts only from there")))
}

/// UT-44: the same request twice; staff say so, and the other one goes on.
pub(super) fn merge(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    into: &TicketId,
) -> Result<String, Refusal> {
    let other = case.known.named.get(into).filter(|other| other.problem.is_none());
    let other = other.ok_or_else(|| Refusal(format!("{into} is no upgrade request of this desk")))?;
    let same = other.company == draft.ticket.company && other.serial() == draft.ticket.serial();
    if *into == draft.ticket.id || !same || draft.ticket.company.is_none() {
        return Err(Refusal(format!("{into} is not another request of the same company for the same unit")));
    }
    if !other.status.is_before_start() || other.status == Status::Denied {
        return Err(Refusal(format!("{into} is {}: nothing can go on there", other.status.name())));
    }
    if draft.ticket.window_set_at.is_some() {
        return Err(Refusal(format!("this one has a time; merge {into} into it instead, or #cancel it")));
    }
    draft.happen(Event::Merged { into: into.clone() })?;
    let absorbed = Event::Absorbed { ticket: draft.ticket.id.clone() };
    effects.changes.push(TicketChange { ticket: into.clone(), events: vec![absorbed] });
    Ok(format!("goes on as {into}; the customer reads it in the next letter there"))
}
