//! M-30: news of releases to whoever asked for them (F-14), and the end of it.
//! To get no more mail needs little proof (2.3).

use crate::desk::access::{Actor, Recipient};
use crate::desk::decide::mail::Case;
use crate::desk::decide::office::letter;
use crate::desk::decide::{Decision, World, notice};
use crate::desk::form::{FieldKey, Value};
use crate::desk::letter::Letter;
use crate::desk::letter::say::Say;
use crate::desk::office::OfficeEvent;
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::register::{Representative, Role};
use crate::phrase;

/// One letter to each subscriber who is on file today.
pub fn announce(version: &str, notes: &str, by: &str, world: &World<'_>) -> Decision {
    let today = super::today(world);
    let mut decision = Decision::new(OutcomeWord::Announced, Actor::System);
    for row in world.known.subscribers.iter().filter(|row| row.is_valid_on(today)) {
        let say = Say::News { version: version.to_owned(), notes: notes.to_owned() };
        decision.letters.push(letter(Recipient::representative(row), &row.name, say));
    }
    let letters = u32::try_from(decision.letters.len()).unwrap_or(u32::MAX);
    decision.why.push(Why::new("F-14", format!("{by} announces release {version}; subscribers: {letters}")));
    let (version, notes, by) = (version.to_owned(), notes.to_owned(), by.to_owned());
    decision.office.push(OfficeEvent::Announced { version, notes, by, letters });
    decision
}

/// The whole first line is the word, or the subject is.
pub fn is_unsubscribing(case: &Case<'_>) -> bool {
    let subject = case.input.mail.subject.trim().to_lowercase();
    let says = |text: &str| case.rules.classify.unsubscribe.iter().any(|word| word == text);
    case.author.representative.is_some() && (says(&case.first_line()) || says(&subject))
}

/// The address gets no more news, whoever wrote it; the person on file is told of
/// it once, and staff are.
pub fn unsubscribed(case: &Case<'_>) -> Decision {
    let row = case.author.representative;
    let address = row.map(|row| row.address.clone()).unwrap_or_default();
    let mut decision = Decision::new(OutcomeWord::Unsubscribed, case.author.actor.clone());
    let flag = row.is_some_and(|row| row.roles.contains(&Role::Updates));
    let wanted = case.known.office.subscriptions.get(&address.to_lowercase()).copied().unwrap_or(flag);
    if !wanted {
        decision.why.push(Why::new("F-14", format!("{address} gets no news of releases already")));
        return decision;
    }
    decision.why.push(Why::new("F-14", format!("{address} wants no more news of releases")));
    decision.letters.extend(row.map(|row| told(case, row, false)));
    decision.letters.push(notice::without_ticket(case, &format!("{address} gets no more news of releases (M-30)")));
    decision
        .office
        .push(OfficeEvent::Unsubscribed { address: address.clone(), by: case.author.actor.name().to_owned() });
    decision
}

/// F-14: a proven representative ticked the field of the form, and does not get
/// news yet. The letter about his request says so, too; where none goes to him,
/// one of its own.
pub fn subscribed(case: &Case<'_>, decision: &mut Decision) {
    let Some(row) = case.author.proven_representative().filter(|_| decision.quarantine.is_none()) else { return };
    let ticked = |value: Option<&Value>| matches!(value, Some(Value::YesNo(true)));
    let ticks = case.input.forms.iter().any(|form| ticked(form.value(FieldKey::Subscribe)));
    let known = case.known.office.subscriptions.get(&row.address.to_lowercase()).copied();
    if !ticks || known.unwrap_or(row.roles.contains(&Role::Updates)) {
        return;
    }
    let to_him = |letter: &&mut Letter| letter.to.address().eq_ignore_ascii_case(&row.address);
    match decision.letters.iter_mut().find(to_him) {
        Some(letter) => letter.besides.push(phrase!(
            "news_on",
            "PS: As you asked in the form, you will get our news of releases. To end that, answer one of them with \
             the single word unsubscribe."
        )),
        None => decision.letters.push(told(case, row, true)),
    }
    decision.office.push(OfficeEvent::Subscribed { address: row.address.clone() });
}

/// The answer to the address on file.
fn told(case: &Case<'_>, row: &Representative, on: bool) -> Letter {
    let message_id = &case.input.mail.message_id;
    Letter {
        in_reply_to: message_id.clone(),
        references: message_id.iter().cloned().collect(),
        ..letter(Recipient::representative(row), &row.name, Say::Subscription { on })
    }
}
