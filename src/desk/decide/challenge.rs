//! REP_CHECK (UT-10 to UT-12): a representative on file is asked whether the
//! request is his company's, by a letter whose single-use token his answer
//! brings back. Nothing of the answer is believed without it.

use jiff::Timestamp;

use crate::desk::access::{Actor, Author};
use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::mail::Case;
use crate::desk::decide::{Decision, World, answer, notice, reply};
use crate::desk::form::FieldKey;
use crate::desk::known::UnitKnown;
use crate::desk::letter::Letter;
use crate::desk::letter::say::Say;
use crate::desk::phrase::Phrase;
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::register::Representative;
use crate::desk::rules::Rules;
use crate::desk::ticket::{Event, Status, Ticket};
use crate::desk::timers;
use crate::desk::token::{self, Action};
use crate::phrase;

/// Asks those who can confirm `draft`, as far as they were not asked too often.
pub fn ask(case: &Case<'_>, draft: &mut Draft, why: &mut Vec<Why>) -> Result<Vec<Letter>, NotNow> {
    let people = people(case, &draft.ticket);
    let max = case.rules.counts.challenges_per_day_max;
    let few = |row: &&Representative| {
        case.known.challenges_today.get(&row.address.to_ascii_lowercase()).is_none_or(|count| *count < max)
    };
    let people: Vec<&Representative> = people.into_iter().filter(few).collect();
    if people.is_empty() {
        why.push(Why::new("UT-10", "nobody on file can be asked to confirm now; a person must call"));
        return Ok(Vec::new());
    }
    let until = timers::confirm_until(case.now, case.rules);
    let to = people.iter().map(|row| row.address.clone()).collect();
    draft.happen(Event::Challenged { to, until })?;
    why.push(Why::new("UT-10", format!("{} on file are asked to confirm", people.len())));
    Ok(people.into_iter().map(|row| letter(row, &draft.ticket, &case.world(), until, false)).collect())
}

/// The person himself when he can consent and only his proof falls short; else
/// all who may consent for the company (T4c).
fn people<'a>(case: &Case<'a>, ticket: &Ticket) -> Vec<&'a Representative> {
    let Some(company) = company(case, ticket) else { return Vec::new() };
    let all = answer::consenting_of(&company, &case.world());
    let author = case.author.representative.map(|row| &row.address);
    match all.iter().find(|row| Some(&row.address) == author) {
        Some(row) => vec![row],
        None => all,
    }
}

/// Of the ticket, else of the writer as he claims, else of the unit's owner.
fn company(case: &Case<'_>, ticket: &Ticket) -> Option<String> {
    let claimed = case.author.representative.map(|row| row.company.clone());
    ticket.company.clone().or(claimed).or_else(|| match case.known.units.get(ticket.serial()) {
        Some(UnitKnown::Of(unit)) if !unit.retired => Some(unit.company.clone()),
        _ => None,
    })
}

/// M-15: who asked, the end of the serial number, when; no more (3.1).
fn letter(row: &Representative, ticket: &Ticket, world: &World<'_>, until: Timestamp, reminder: bool) -> Letter {
    let serial: Vec<char> = answer::serial(&ticket.form).chars().collect();
    let end = serial.iter().skip(serial.len().saturating_sub(SERIAL_END)).collect();
    let wish = ticket.form.fields.get(&FieldKey::UpgradeTime).map(|slot| slot.written.clone());
    let asap = ticket.form.wants_asap().then(|| phrase!("wish_asap", "as soon as possible"));
    let say = Say::Confirm {
        who: ticket.requester.address.clone(),
        serial_end: end,
        wish: wish.map(Phrase::written).or(asap).unwrap_or_default(),
        arrived: ticket.opened_at,
        until,
        zone: answer::zone_of_company(Some(&row.company), world),
        reminder,
        by_staff: ticket.hands.asks_first,
        digest: token::digest(ticket, Action::Confirm),
    };
    // Out of every thread: what the writer of the request knows must not join it.
    Letter { in_reply_to: None, references: Vec::new(), ..answer::to_person(row, ticket, say) }
}

const SERIAL_END: usize = 4;

/// W-06: those who were asked, once more.
pub fn remind(ticket: &Ticket, world: &World<'_>) -> Vec<Letter> {
    let Some(until) = ticket.confirm_until else { return Vec::new() };
    asked(ticket, world).map(|row| letter(row, ticket, world, until, true)).collect()
}

/// Everybody who got a letter M-15 of this ticket and is still on file.
pub fn asked<'a>(ticket: &'a Ticket, world: &World<'a>) -> impl Iterator<Item = &'a Representative> + use<'a> {
    world.known.representatives.iter().filter(|row| {
        let was = |letter: &&crate::desk::ticket::LetterRef| letter.to.eq_ignore_ascii_case(&row.address);
        !row.retired && ticket.letters.iter().filter(|letter| letter.template == "M-15").any(|letter| was(&letter))
    })
}

/// The answer to M-15, when this is one: the right person brings the token back
/// while the ticket waits for it. A pass is not needed, for only his mailbox
/// has the token (TB7); a failed check never gets here.
pub fn answered(case: &Case<'_>, ticket: &Ticket) -> Option<Result<Decision, NotNow>> {
    // What was released from quarantine proves nothing, not even by a token.
    let token = case.known.token.good(Action::Confirm).filter(|_| case.known.pass.is_none())?;
    let row = case.author.representative.filter(|row| row.may_consent())?;
    if ticket.status != Status::RepCheck || ticket.confirm_until.is_none() {
        return None;
    }
    let decision = if case.says_yes() {
        confirmed(case, ticket, row)
    } else if case.says_no() {
        disowned(case, ticket, row)
    } else {
        return None;
    };
    Some(decision.map(|decision| Decision { spent: Some(token.letter), ..decision }))
}

/// UT-11: from here on the request is this person's, with his consent.
fn confirmed(case: &Case<'_>, ticket: &Ticket, row: &Representative) -> Result<Decision, NotNow> {
    let actor =
        Actor::Representative { address: row.address.clone(), company: row.company.clone(), consent_level: true };
    let author = Author { actor, representative: Some(row), staff: None, shared: case.author.shared };
    let case = Case { author, confirmed: true, ..case.again() };
    let mut draft = Draft::of(ticket, case.now);
    draft.happen(Event::Confirmed { by: row.address.clone(), company: row.company.clone() })?;
    let why = vec![Why::new("UT-11", format!("{} confirmed with the single-use token", row.address))];
    reply::weighed(&case, draft, why)
}

/// UT-12.
fn disowned(case: &Case<'_>, ticket: &Ticket, row: &Representative) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, case.now);
    draft.happen(Event::Disowned { by: Some(row.address.clone()) })?;
    let mut decision = Decision::new(OutcomeWord::Denied, case.author.actor.clone());
    let say = ended(ticket, phrase!("ended_disowned", "your company did not confirm it"));
    decision.letters.push(answer::letter(row, &draft.ticket, say, case));
    decision.letters.push(notice::of(case, &draft, "NOT CONFIRMED: the representative on file says no"));
    decision.changes.push(draft.into_change());
    decision.why.push(Why::new("UT-12", format!("{} said no", row.address)));
    Ok(decision)
}

/// M-08 for a request that nobody confirmed.
pub fn ended(ticket: &Ticket, why: Phrase) -> Say {
    Say::Expired { serial: answer::serial(&ticket.form), why }
}

/// How long a challenge of this desk lives, for the notice to staff.
pub fn headline(letters: &[Letter], rules: &Rules) -> String {
    if letters.is_empty() {
        return "Request that waits for proof; nobody on file could be asked: please call".to_owned();
    }
    let days = rules.escalation.waits.confirm_lapse_bd;
    format!("Request that waits for proof; the contact on file was asked and has {days} business days")
}
