//! The change that a problem needs, a rollback or a patch (PT-10, PT-11), and
//! problems that are settled one by one.

use jiff::{SignedDuration, Timestamp};

use super::problem::{spoke, tell};
use super::{Effects, Refusal, me, my_name, own};
use crate::desk::command::{Command, Slot};
use crate::desk::decide::answer;
use crate::desk::decide::draft::Draft;
use crate::desk::decide::mail::Case;
use crate::desk::letter::say::Say;
use crate::desk::letter::times::{point, span};
use crate::desk::phrase::Phrase;
use crate::desk::ticket::{Change, ChangeResult, Event, Scope, Status, Window};
use crate::desk::token::{self, Action};
use crate::desk::urgency::Severity;

/// A yes to "at once" is no yes to tomorrow.
const AT_ONCE_FOR: SignedDuration = SignedDuration::from_hours(24);
const EARLY: SignedDuration = SignedDuration::from_mins(5);
const LATE: SignedDuration = SignedDuration::from_mins(30);

/// PT-10: a rollback or patch is a change again and needs consent (T2b).
pub(super) fn propose(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    what: &str,
    text: &str,
    when: Option<&Slot>,
) -> Result<String, Refusal> {
    let window = when.map(|slot| window(case, slot)).transpose()?;
    draft.happen(Event::ChangeProposed { what: what.to_owned(), text: text.to_owned(), window, by: me(case) })?;
    let ticket = &draft.ticket;
    let people = answer::consenting(ticket, &case.world());
    if people.is_empty() {
        return Err(Refusal("nobody on file may consent for this company; the register must name somebody".to_owned()));
    }
    let zone = answer::zone_of(ticket, &case.world());
    let window = change_of(draft)?.window.clone();
    let say = Say::Proposal {
        terms: String::new(),
        standing: None,
        serial: answer::serial(&ticket.form),
        version: String::new(),
        slots: window.into_iter().map(|window| Window { zone: zone.clone(), ..window }).collect(),
        why: Phrase::default(),
        change: what.to_owned(),
        text: text.to_owned(),
        until: None,
        zone,
        agent: my_name(case),
        digest: token::digest(ticket, Action::Change),
    };
    let to: Vec<&str> = people.iter().map(|row| row.address.as_str()).collect();
    let done = format!("proposed to {}; nothing may be done before a yes", to.join(", "));
    effects.letters.extend(people.into_iter().map(|row| answer::to_person(row, ticket, say.clone())));
    Ok(done)
}

fn window(case: &Case<'_>, slot: &Slot) -> Result<Window, Refusal> {
    if slot.start <= case.now {
        return Err(Refusal(format!("{} has passed already", point(slot.start, &slot.zone))));
    }
    let minutes = slot.minutes.unwrap_or(case.rules.hours.window_minutes);
    let end = slot.start.checked_add(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(Timestamp::MAX);
    Ok(Window { start: slot.start, end, zone: slot.zone.clone() })
}

fn change_of(draft: &Draft) -> Result<&Change, Refusal> {
    let change = draft.ticket.problem.as_ref().and_then(|problem| problem.change.as_ref());
    change.ok_or_else(|| Refusal("no change was proposed; #propose rollback or #propose patch first".to_owned()))
}

/// From the start of an agreed change to its end.
pub(super) fn run(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    command: &Command,
) -> Result<String, Refusal> {
    match command {
        Command::Start => start(case, draft, effects),
        _ => ended(case, draft, effects, command),
    }
}

/// M-13 of a change: with the consent to it, and within its time.
fn start(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects) -> Result<String, Refusal> {
    own(case, draft)?;
    let change = change_of(draft)?.clone();
    if draft.ticket.status == Status::ChangeProposed {
        return Err(Refusal(format!("the customer has not agreed to the {} yet", change.what)));
    }
    if change.started_at.is_some() {
        return Err(Refusal(format!("the {} has begun already; #done, #rolledback or #failed ends it", change.what)));
    }
    is_time(case, draft, &change)?;
    draft.happen(Event::ChangeStarted { by: me(case) })?;
    let zone = answer::zone_of(&draft.ticket, &case.world());
    let say = Say::Started {
        serial: answer::serial(&draft.ticket.form),
        news: "started".to_owned(),
        words: String::new(),
        asked: false,
        at: case.now,
        window: Window { start: case.now, end: case.now, zone },
        agent: my_name(case),
        change: change.what,
    };
    let told = tell(case, draft, effects, say);
    Ok(format!("started; {told}"))
}

/// T2b: only under the consent that was given to this very change.
fn is_time(case: &Case<'_>, draft: &Draft, change: &Change) -> Result<(), Refusal> {
    let consent = draft.ticket.consent().ok_or_else(|| Refusal("there is no consent in force".to_owned()))?;
    let zone = &case.rules.hours.zone;
    let (opens, shuts) = match (&change.window, &consent.scope) {
        (Some(window), Scope::Window { start, .. }) if *start == window.start => {
            (window.start.checked_sub(EARLY), window.start.checked_add(LATE))
        }
        (None, Scope::AtOnce) => (Ok(consent.at), consent.at.checked_add(AT_ONCE_FOR)),
        _ => return Err(Refusal("the customer's consent is to another change; #propose it anew".to_owned())),
    };
    let (opens, shuts) = (opens.unwrap_or(Timestamp::MIN), shuts.unwrap_or(Timestamp::MAX));
    if case.now < opens || case.now > shuts {
        let now = point(case.now, zone);
        return Err(Refusal(format!(
            "the customer agreed to {}; it is {now}; #propose it anew",
            span(opens, shuts, zone)
        )));
    }
    Ok(())
}

/// PT-11: how the change ended.
fn ended(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects, command: &Command) -> Result<String, Refusal> {
    own(case, draft)?;
    let change = change_of(draft)?;
    if change.started_at.is_none() {
        return Err(Refusal(format!("the {} has not begun; #start it first", change.what)));
    }
    let (result, words) = match command {
        Command::RolledBack { text } => (ChangeResult::RolledBack, text.trim().to_owned()),
        Command::Failed { text } => (ChangeResult::Failed, text.trim().to_owned()),
        Command::Done { issues } => (ChangeResult::Done, issues.join("; ")),
        _ => return Err(Refusal("this does not end a change".to_owned())),
    };
    if result != ChangeResult::Done && words.is_empty() {
        return Err(Refusal("words for the customer are needed: what happened, and how the unit is now".to_owned()));
    }
    effects.change = Some(change.clone());
    draft.happen(Event::ChangeEnded { by: me(case), result: Some(result), words })?;
    if result == ChangeResult::Failed {
        let reason = "the change failed".to_owned();
        draft.happen(Event::SeveritySet { severity: Severity::P1, reason, by: me(case), by_staff: true })?;
    }
    Ok("ended; the customer gets the report".to_owned())
}

/// The commands of this mail ended a change: its report says the rest, too.
pub(super) fn is_ended_now(draft: &Draft) -> bool {
    draft.events().iter().any(|event| matches!(event, Event::ChangeEnded { result: Some(_), .. }))
}

/// One of several problems is settled; the ticket goes on about the others.
pub(super) fn item_settled(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    number: u32,
    text: &str,
) -> Result<String, Refusal> {
    let item = |draft: &Draft| {
        let problem = draft.ticket.problem.clone()?;
        problem.items.get(usize::try_from(number).ok()?.checked_sub(1)?).cloned()
    };
    let found = item(draft).ok_or_else(|| Refusal(format!("there is no number {number} in this report")))?;
    if found.settled {
        return Err(Refusal(format!("number {number} is settled already")));
    }
    spoke(case, draft)?;
    draft.happen(Event::ItemSettled { item: number, text: text.to_owned(), by: me(case) })?;
    let items = draft.ticket.problem.as_ref().map(|problem| problem.items.as_slice()).unwrap_or_default();
    let left: Vec<String> = items.iter().filter(|item| !item.settled).map(|item| item.text.clone()).collect();
    let all = left.is_empty();
    let say = Say::Resolved {
        serial: answer::serial(&draft.ticket.form),
        item: format!("{number}. {}", found.text),
        left,
        text: text.to_owned(),
        agent: my_name(case),
        days: case.rules.escalation.waits.settle_bd,
    };
    let told = tell(case, draft, effects, say);
    let rest = if all { "; all are settled now: #resolved <text> ends the ticket" } else { "" };
    Ok(format!("number {number} is settled; {told}{rest}"))
}

impl Effects {
    /// PT-11: the report about a change that these commands ended (M-18 style),
    /// with what else they say about the problem.
    pub(super) fn report_change(&mut self, case: &Case<'_>, draft: &Draft) {
        let Some(change) = self.change.take() else { return };
        let ended = draft.events().iter().find_map(|event| match event {
            Event::ChangeEnded { result: Some(result), words, .. } => Some((*result, words.clone())),
            _ => None,
        });
        let Some((result, words)) = ended else { return };
        let resolved = draft.events().iter().find_map(|event| match event {
            Event::Resolved { text, .. } => Some(text.clone()),
            _ => None,
        });
        let zone = answer::zone_of(&draft.ticket, &case.world());
        let start = change.started_at.unwrap_or(case.now);
        let name: &'static str = result.into();
        let say = Say::ChangeReport {
            serial: answer::serial(&draft.ticket.form),
            change: change.what,
            text: change.text,
            actual: Window { start, end: case.now, zone },
            minutes: answer::minutes_between(start, case.now),
            result: name.to_owned(),
            words,
            resolved: resolved.unwrap_or_default(),
            days: case.rules.escalation.waits.settle_bd,
            agent: my_name(case),
        };
        tell(case, draft, self, say);
    }
}
