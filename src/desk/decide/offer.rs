//! Windows to choose from (UT-20, UT-21): the desk offers, the customer picks
//! by number, by "yes" when there is one, or by another wish.

use jiff::SignedDuration;

use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::mail::Case;
use crate::desk::decide::request::keep_secret;
use crate::desk::decide::{Decision, World, answer, consent, notice, slots};
use crate::desk::form::{FieldKey, Form};
use crate::desk::letter::Letter;
use crate::desk::letter::say::Say;
use crate::desk::phrase::Phrase;
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::ticket::{Event, Scope, Status, Ticket, Window};
use crate::desk::token::{self, Action, Brought};
use crate::phrase;

/// M-22 about the ticket's offers.
pub fn say(world: &World<'_>, ticket: &Ticket, why: &Phrase, zone: String) -> Say {
    let release = SignedDuration::from_hours(i64::from(world.rules.escalation.waits.release_hours));
    let latest = ticket.offers.iter().map(|slot| slot.start).max();
    Say::Proposal {
        serial: answer::serial(&ticket.form),
        version: answer::version(&ticket.form),
        slots: ticket.offers.iter().map(|slot| Window { zone: zone.clone(), ..slot.clone() }).collect(),
        why: why.clone(),
        change: String::new(),
        text: String::new(),
        terms: ticket.terms.clone().unwrap_or_default(),
        standing: answer::agreed_window(ticket, world)
            .filter(|_| matches!(ticket.status, Status::Scheduled | Status::Ready)),
        until: latest.and_then(|latest| latest.checked_sub(release).ok()),
        zone,
        agent: answer::agent_name(ticket, world.rules),
        digest: token::digest(ticket, Action::Accept),
    }
}

/// To everybody who may say yes.
pub fn letters(world: &World<'_>, ticket: &Ticket, why: &Phrase, zone: &str) -> Vec<Letter> {
    let people = answer::consenting(ticket, world);
    people.into_iter().map(|row| answer::to_person(row, ticket, say(world, ticket, why, zone.to_owned()))).collect()
}

/// What may stand beside the number of a choice, in every language of our letters.
const BESIDE_A_NUMBER: [&str; 41] = [
    "yes", "ok", "please", "number", "no", "nr", "option", "slot", "time", "the", "we", "take", "i", "thanks",
    // German
    "ja", "bitte", "nummer", "die", "den", "zeit", "termin", "wir", "nehmen", "danke", "gern", "gerne",
    // Spanish
    "sí", "si", "número", "numero", "opción", "opcion", "por", "favor", "gracias", // French
    "oui", "numéro", "le", "la", "svp", "merci",
];

/// The customer's choice, when his first line is one.
pub fn picked<'a>(case: &Case<'_>, ticket: &'a Ticket) -> Option<&'a Window> {
    let slots = &ticket.offers;
    if slots.is_empty()
        || !matches!(ticket.status, Status::AwaitingConsent | Status::Scheduled | Status::Ready | Status::Blocked)
    {
        return None;
    }
    if let [only] = slots.as_slice()
        && case.says_yes()
    {
        return Some(only);
    }
    if case.is_doubted() {
        return None;
    }
    // "2", "2 please", "number 2", "option 2)": one number, and no other words.
    let line = case.first_line();
    let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let numbers: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let rest = words.iter().filter(|word| word.parse::<usize>().is_err());
    match numbers.as_slice() {
        [number] if rest.clone().all(|word| BESIDE_A_NUMBER.contains(word)) => slots.get(number.checked_sub(1)?),
        _ => None,
    }
}

/// The answer agrees with something and is no clear choice: "yes but …", "1 or 2",
/// "ok, not Friday though", or a bare yes to several times.
pub fn is_mixed(case: &Case<'_>, ticket: &Ticket) -> bool {
    let open = matches!(ticket.status, Status::AwaitingConsent | Status::Scheduled | Status::Ready | Status::Blocked);
    if ticket.offers.is_empty() || !open || !case.input.forms.is_empty() {
        return false;
    }
    let line = case.first_line();
    let mut words = line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let first = words.clone().next().unwrap_or("");
    let number = |word: &str| word.parse::<usize>().is_ok_and(|number| (1..=ticket.offers.len()).contains(&number));
    let agrees = case.rules.classify.agrees.iter().any(|word| word == first);
    agrees || number(first) || (words.clone().count() <= 8 && words.any(number))
}

/// Never a consent: asked again, in the same words (T2).
pub fn unclear(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let mut decision = crate::desk::decide::mail::note(case, ticket, crate::desk::ticket::NoteKind::Customer)?;
    decision.outcome = OutcomeWord::Offered;
    let zone = answer::zone_of(ticket, &case.world());
    let why = if ticket.offers.len() == 1 {
        phrase!(
            "offer_unclear_one",
            "Your answer has a condition or can be read in more than one way, so nothing was set. To accept, please \
             answer with the single word YES and nothing else."
        )
    } else {
        phrase!(
            "offer_unclear",
            "Your answer has a condition or can be read in more than one way, so nothing was set. To accept, please \
             answer with the number of one time and nothing else."
        )
    };
    let to = case.author.proven_representative().filter(|row| row.may_consent());
    let say = say(&case.world(), ticket, &why, zone);
    decision.letters.extend(to.map(|row| answer::letter(row, ticket, say, case)));
    let draft = Draft::of(ticket, case.now);
    decision.letters.push(notice::of(case, &draft, "A conditional or mixed answer; the customer was asked again"));
    decision.why.push(Why::new("T2", "a conditional or mixed answer is no consent"));
    Ok(decision)
}

/// UT-21: the choice is the consent, when it is proven by the letter's token or
/// by a signature that covers it.
pub fn accepted(case: &Case<'_>, ticket: &Ticket, slot: &Window) -> Result<Decision, NotNow> {
    let Some((row, channel)) = consent::given(case, Action::Accept) else {
        return match &case.known.token {
            Brought::Expired(_) => too_late(case, ticket),
            Brought::Changed(_) => changed(case, ticket),
            _ => not_enough(case, ticket),
        };
    };
    let release = SignedDuration::from_hours(i64::from(case.rules.escalation.waits.release_hours));
    if case.input.received.checked_add(release).is_ok_and(|earliest| slot.start < earliest) {
        return too_late(case, ticket);
    }
    if let Some(taken) = slots::taken(&case.world(), ticket, slot) {
        return gone(case, ticket, slot, &taken);
    }
    let mut draft = Draft::of(ticket, case.now);
    let scope = Scope::Window { start: slot.start, end: slot.end };
    // UT-46: the password that was asked for may come with the choice.
    if let [form] = case.input.forms.as_slice()
        && form.fields.contains_key(&FieldKey::ManagerPassword)
    {
        let password =
            form.fields.iter().filter(|(key, _)| matches!(key, FieldKey::ManagerPassword | FieldKey::PasswordTested));
        let form = Form { fields: password.map(|(key, slot)| (*key, slot.clone())).collect(), ..Form::default() };
        let by = row.address.clone();
        draft.happen(Event::Answered { form: form.clone(), by })?;
        keep_secret(case, &form, &mut draft)?;
    }
    draft.happen(Event::Consented { consent: Box::new(consent::recorded(case, ticket, row, channel, scope)) })?;
    draft.happen(Event::Scheduled { window: slot.clone(), by: row.address.clone() })?;
    draft.settle(case.rules)?;
    let say = answer::agreed(&case.world(), ticket, &draft.ticket, &phrase!("moved_chosen", "You chose another time."));
    let people = answer::concerned(&draft.ticket, &case.world(), Some(row));
    let mut decision = Decision::new(OutcomeWord::Scheduled, case.author.actor.clone());
    decision.spent = case.known.token.good(Action::Accept).map(|token| token.letter);
    decision.letters = people.into_iter().map(|row| answer::letter(row, &draft.ticket, say.clone(), case)).collect();
    decision.letters.push(notice::of(case, &draft, "The customer has chosen: scheduled"));
    decision.changes.push(draft.into_change());
    decision.why.push(Why::new("UT-21", format!("the customer chose {}", slot.start)));
    Ok(decision)
}

/// The words are there, the proof is not: a person must call.
fn not_enough(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let mut decision = crate::desk::decide::mail::note(case, ticket, crate::desk::ticket::NoteKind::Customer)?;
    let draft = Draft::of(ticket, case.now);
    let headline = "The customer chose a time, but his mail is not proof enough for consent: please call him";
    decision.letters.push(notice::of(case, &draft, headline));
    decision.why.push(Why::new("decisions 11", "neither the letter's token nor a signature that covers the answer"));
    Ok(decision)
}

/// TC6: the letter that he answers asked something else than what stands now.
fn changed(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let mut decision = crate::desk::decide::mail::note(case, ticket, crate::desk::ticket::NoteKind::Customer)?;
    let zone = answer::zone_of(ticket, &case.world());
    let why = &phrase!(
        "offer_changed",
        "The request was changed after the letter that you have answered; so your answer was not taken."
    );
    let to = case.author.proven_representative().filter(|row| row.may_consent());
    let say = say(&case.world(), ticket, why, zone);
    decision.letters.extend(to.map(|row| answer::letter(row, ticket, say, case)));
    let draft = Draft::of(ticket, case.now);
    decision.letters.push(notice::of(case, &draft, "The customer answered an old offer; he was asked again"));
    decision.why.push(Why::new("TC6", "the request was changed after the letter that was answered"));
    Ok(decision)
}

/// S-08: somebody else was faster; offers are kept for nobody.
fn gone(case: &Case<'_>, ticket: &Ticket, slot: &Window, taken: &Phrase) -> Result<Decision, NotNow> {
    let why = phrase!("offer_taken", "The time that you chose was taken meanwhile: {why}.", why = taken.clone());
    let mut decision = anew(case, ticket, Some(slot.start), &why)?;
    decision.why.push(Why::new("S-08", format!("the chosen {} is taken: {taken}", slot.start)));
    Ok(decision)
}

/// W-05: a time too near is offered no more; new ones are.
fn too_late(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let mut decision =
        anew(case, ticket, None, &phrase!("offer_too_late", "The time that you chose is too near by now to be kept."))?;
    decision.why.push(Why::new("W-05", "the chosen time had been given up"));
    Ok(decision)
}

/// Other windows in place of those that were offered.
fn anew(case: &Case<'_>, ticket: &Ticket, wish: Option<jiff::Timestamp>, why: &Phrase) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, case.now);
    let minutes = ticket.offers.first().map_or(60, |slot| answer::minutes_between(slot.start, slot.end));
    let minutes = u32::try_from(minutes).unwrap_or(60);
    let zone = answer::zone_of(ticket, &case.world());
    let slots = slots::find(&case.world(), ticket, minutes, wish);
    draft.happen(Event::Proposed { slots })?;
    let mut decision = Decision::new(OutcomeWord::Offered, case.author.actor.clone());
    decision.letters = letters(&case.world(), &draft.ticket, why, &zone);
    decision.letters.push(notice::of(case, &draft, "The customer chose a time that is gone; new ones were offered"));
    decision.changes.push(draft.into_change());
    Ok(decision)
}
