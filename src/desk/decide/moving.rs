//! Another time, asked for by the customer (UT-29): in words, or by the line
//! "Upgrade Time:". Every rule is asked again; who may consent consents by asking.

pub mod words;

use jiff::Timestamp;

use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::mail::Case;
use crate::desk::decide::request::keep_secret;
use crate::desk::decide::schedule::{self, Asked, Slot};
use crate::desk::decide::{Decision, answer, consent, notice, offer, question, slots};
use crate::desk::form::{FieldKey, Form, Slot as Field, Value};
use crate::desk::letter::say::Unclear;
use crate::desk::moment::When;
use crate::desk::phrase::Phrase;
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::ticket::{Cause, ConsentChannel, Event, Scope, Status, Ticket, Window};
use crate::phrase;
use words::Wish;

/// What the customer's words ask for, where the ticket has an agreed time or waits
/// for one; `None`: they ask for no other time.
pub fn asked(case: &Case<'_>, ticket: &Ticket) -> Option<Result<Decision, NotNow>> {
    if !can_move(ticket) {
        return None;
    }
    let wish = words::read(case, ticket)?;
    Some(match wish {
        Wish::Time { when, written, holds } => at(case, ticket, &of_time(written, &when), &when, holds),
        Wish::Day { near } => offered(case, ticket, Some(near), words::holds(case), &wanted()),
        Wish::Another { holds } => offered(case, ticket, None, holds, &wanted()),
        Wish::Unclear { text } => question::ask(case, ticket, Unclear::Time, &text),
    })
}

fn wanted() -> Phrase {
    phrase!("move_asked", "You asked for another time.")
}

/// "Upgrade Time:" in an answer to a letter about an agreed time.
pub fn by_form(case: &Case<'_>, ticket: &Ticket, form: &Form) -> Result<Decision, NotNow> {
    match form.fields.get(&FieldKey::UpgradeTime).map(|slot| &slot.read) {
        Some(Ok(Value::Time(when))) => at(case, ticket, form, when, false),
        Some(Err(fault)) => question::ask(case, ticket, Unclear::Time, &fault.text),
        _ => question::ask(case, ticket, Unclear::Time, &phrase!("move_zone", "the time zone is missing")),
    }
}

pub fn can_move(ticket: &Ticket) -> bool {
    matches!(ticket.status, Status::Scheduled | Status::QueuedAsap | Status::Ready | Status::Blocked)
}

/// A form that holds nothing but this time.
pub fn of_time(written: String, when: &When) -> Form {
    let mut form = Form::default();
    form.fields.insert(FieldKey::UpgradeTime, Field { written, read: Ok(Value::Time(when.clone())) });
    form
}

/// A whole new time: it is judged like the first one.
fn at(case: &Case<'_>, ticket: &Ticket, form: &Form, when: &When, holds: bool) -> Result<Decision, NotNow> {
    let minutes = minutes(case, ticket);
    let world = case.world();
    let asked = Asked { world: &world, ticket, complete: case.input.received, minutes };
    match schedule::judge(when, &asked) {
        Slot::Regular(window) => regular(case, ticket, form, window),
        Slot::Other { text, slots, .. } => unfit(case, ticket, slots, holds, &text),
        Slot::Outside { window, why, .. } => {
            let slots = slots::find(&world, ticket, minutes, Some(window.start));
            let text = phrase!(
                "move_outside",
                "The time that you asked for lies outside our business hours: {why}.",
                why = why
            );
            unfit(case, ticket, slots, holds, &text)
        }
        Slot::Ask { text, .. } => question::ask(case, ticket, Unclear::Time, &text),
        Slot::Asap => question::ask(case, ticket, Unclear::Time, &phrase!("move_time", "a time is needed")),
    }
}

/// As long as it was planned before.
fn minutes(case: &Case<'_>, ticket: &Ticket) -> u32 {
    let planned = ticket.agreed().map(|window| answer::minutes_between(window.start, window.end));
    planned.and_then(|minutes| u32::try_from(minutes).ok()).unwrap_or(case.rules.hours.window_minutes)
}

fn regular(case: &Case<'_>, ticket: &Ticket, form: &Form, window: Window) -> Result<Decision, NotNow> {
    let row = case.author.proven_representative().filter(|_| case.author.consents());
    let Some(row) = row else { return for_others(case, ticket, form, window) };
    let mut draft = Draft::of(ticket, case.now);
    draft.happen(Event::Answered { form: form.clone(), by: row.address.clone() })?;
    keep_secret(case, form, &mut draft)?;
    let scope = Scope::Window { start: window.start, end: window.end };
    let given = consent::recorded(case, &draft.ticket, row, ConsentChannel::Reply, scope);
    draft.happen(Event::Consented { consent: Box::new(given) })?;
    draft.happen(Event::Scheduled { window: window.clone(), by: row.address.clone() })?;
    draft.settle(case.rules)?;
    let reason = phrase!("moved_by", "{by} asked for another time.", by = row.name.clone());
    let say = answer::agreed(&case.world(), ticket, &draft.ticket, &reason);
    let people = answer::concerned(&draft.ticket, &case.world(), Some(row));
    let mut decision = Decision::new(OutcomeWord::Scheduled, case.author.actor.clone());
    decision.letters = people.into_iter().map(|row| answer::letter(row, &draft.ticket, say.clone(), case)).collect();
    decision.letters.push(notice::of(case, &draft, "MOVED by the customer: look at the new time"));
    decision.changes.push(draft.into_change());
    decision
        .why
        .push(Why::new("UT-29", format!("start {} passes all rules; asking for it is the consent", window.start)));
    Ok(decision)
}

/// 2.3: who may not consent, or is not proven enough, asks; those who may are asked.
fn for_others(case: &Case<'_>, ticket: &Ticket, form: &Form, window: Window) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, case.now);
    let by = case.author.actor.name().to_owned();
    draft.happen(Event::Noted {
        kind: crate::desk::ticket::NoteKind::Customer,
        by: by.clone(),
        text: case.input.mail.own_text.clone(),
    })?;
    keep_secret(case, form, &mut draft)?;
    draft.happen(Event::Proposed { slots: vec![window.clone()] })?;
    let zone = answer::zone_of(ticket, &case.world());
    let mut decision = Decision::new(OutcomeWord::Offered, case.author.actor.clone());
    decision.letters = offer::letters(
        &case.world(),
        &draft.ticket,
        &phrase!("move_by", "{by} asks for another time.", by = by.clone()),
        &zone,
    );
    let is_asked = |address: &str| decision.letters.iter().any(|letter| letter.to.address() == address);
    if let Some(row) = case.author.proven_representative().filter(|row| !is_asked(&row.address)) {
        decision.letters.insert(0, question::letter(case, &draft.ticket, row, Unclear::Colleague, &Phrase::default()));
    }
    decision.letters.push(notice::of(case, &draft, "Another time is asked for; who may consent was asked"));
    decision.changes.push(draft.into_change());
    decision.why.push(Why::new("2.3", format!("{by} asks; a move to {} waits for a yes", window.start)));
    Ok(decision)
}

/// The wish does not fit: the rule, and what would.
fn unfit(case: &Case<'_>, ticket: &Ticket, slots: Vec<Window>, holds: bool, text: &Phrase) -> Result<Decision, NotNow> {
    proposed(case, ticket, slots, holds, text)
}

/// Times near a day, or the next ones.
fn offered(
    case: &Case<'_>,
    ticket: &Ticket,
    near: Option<Timestamp>,
    holds: bool,
    text: &Phrase,
) -> Result<Decision, NotNow> {
    let slots = slots::find(&case.world(), ticket, minutes(case, ticket), near);
    proposed(case, ticket, slots, holds, text)
}

/// M-22. When the customer says that the planned time is not possible, nothing is
/// done then (decisions 14); else it stands.
fn proposed(
    case: &Case<'_>,
    ticket: &Ticket,
    slots: Vec<Window>,
    holds: bool,
    text: &Phrase,
) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, case.now);
    let by = case.author.actor.name().to_owned();
    let words = case.input.mail.own_text.clone();
    draft.happen(Event::Noted { kind: crate::desk::ticket::NoteKind::Customer, by: by.clone(), text: words })?;
    let why = format!("{by} says that the planned time is not possible");
    let pause = Event::Blocked { why, cause: Cause::Hold };
    let held = holds && draft.may(&pause);
    if held {
        // Only he ends it, or another time: what else is in order opens nothing.
        draft.happen(Event::HoldAsked { by: by.clone() })?;
        draft.happen(pause)?;
    }
    draft.happen(Event::Proposed { slots })?;
    let zone = answer::zone_of(ticket, &case.world());
    let text = if held {
        phrase!(
            "move_held",
            "{text} The upgrade is on hold: nothing is done at the time that was planned.",
            text = text.clone()
        )
    } else {
        text.clone()
    };
    let mut decision = Decision::new(OutcomeWord::Offered, case.author.actor.clone());
    decision.letters = offer::letters(&case.world(), &draft.ticket, &text, &zone);
    for letter in &mut decision.letters {
        let is_author =
            case.input.mail.address().is_some_and(|address| letter.to.address().eq_ignore_ascii_case(address));
        if let Some(id) = case.input.mail.message_id.as_ref().filter(|_| is_author) {
            letter.in_reply_to = Some(id.clone());
            letter.references.push(id.clone());
        }
    }
    let headline = if held {
        "ON HOLD: the customer cannot keep the planned time; other times were offered"
    } else {
        "The customer asks for another time; others were offered, the old one stands"
    };
    decision.letters.push(notice::of(case, &draft, headline));
    decision.changes.push(draft.into_change());
    decision.why.push(Why::new("UT-29", text.text));
    Ok(decision)
}
