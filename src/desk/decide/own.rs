//! Who asked and is not on file (2.3): he takes his own request back while nobody
//! on file has confirmed it. After that his stop pauses it, and whatever else he
//! writes is for people to read.

use crate::desk::access::Actor;
use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::mail::Case;
use crate::desk::decide::stop::{self, InWords};
use crate::desk::decide::{Decision, answer, challenge, notice};
use crate::desk::input::Kind;
use crate::desk::known::FoundTicket;
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::ticket::{Ending, Event, NoteKind, Ticket};
use crate::phrase;

/// The one open request that began with a mail of this proven address. Whoever has
/// several says by the number in the subject which one he means.
pub fn of<'a>(case: &Case<'a>) -> Option<&'a Ticket> {
    let stranger = matches!(case.author.actor, Actor::Stranger { .. });
    if !stranger || !matches!(case.input.kind, Kind::Reply | Kind::Question | Kind::Noise) {
        return None;
    }
    let named = match &case.known.ticket {
        FoundTicket::ByReference(ticket) | FoundTicket::ByTag(ticket) => Some(&ticket.id),
        FoundTicket::None => None,
    };
    let mut own = case.known.own.iter().filter(|ticket| named.is_none_or(|id| ticket.id == *id));
    own.next().filter(|_| own.next().is_none())
}

pub fn decide(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let stops = stop::is_one(case) || stop::in_words(case) == InWords::Clear;
    match (stops, &ticket.company) {
        (true, None) if ticket.status.is_before_start() => withdrawn(case, ticket),
        (true, _) => stop::asked(case, ticket),
        (false, _) => told(case, ticket),
    }
}

/// The safe direction needs little proof, and nobody on file has said yes to it.
/// Those who were asked whether it is theirs need not answer any more.
fn withdrawn(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, case.now);
    let by = case.author.actor.name().to_owned();
    let words = case.input.mail.own_text.clone();
    let mut decision = Decision::new(OutcomeWord::Cancelled, case.author.actor.clone());
    decision.why.push(Why::new("2.3", format!("{by} takes back what he had asked for himself")));
    draft.happen(Event::Cancelled { ending: Ending::Withdrawn, by, words })?;
    let say = challenge::ended(ticket, phrase!("ended_withdrawn", "who asked for it has taken it back"));
    let asked = challenge::asked(ticket, &case.world());
    decision.letters = asked.map(|row| answer::to_person(row, &draft.ticket, say.clone())).collect();
    decision.letters.push(notice::of(case, &draft, "WITHDRAWN by who asked for it; nobody on file had confirmed it"));
    decision.changes.push(draft.into_change());
    Ok(decision)
}

/// He may say more of his request, and nobody acts on it unseen: what stands in it
/// was put to those on file.
fn told(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, case.now);
    let by = case.author.actor.name().to_owned();
    let text = case.input.mail.own_text.clone();
    draft.happen(Event::Noted { kind: NoteKind::Unproven, by: by.clone(), text })?;
    let mut decision = Decision::new(OutcomeWord::Note, case.author.actor.clone());
    decision.why.push(Why::new("2.3", "who asked is not on file: people read what he adds, nothing changes by it"));
    if notice::tells_again(case, &mut decision, &by) {
        let headline = format!(
            "{by}, who asked for this and is not on file, wrote more about it; nothing was changed: a representative \
             must say it, or you call him"
        );
        decision.letters.push(notice::of(case, &draft, &headline));
    }
    decision.changes.push(draft.into_change());
    Ok(decision)
}
