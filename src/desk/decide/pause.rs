//! The customer asks us to wait, and says later that we may go on (UT-26, UT-27).

use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::mail::Case;
use crate::desk::decide::{Decision, consent, notice, ready};
use crate::desk::letter::Letter;
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::ticket::{Event, NoteKind, Scope, Status, Ticket};
use crate::desk::token::Action;

/// The first own line asks to wait, and the work has not begun.
pub fn is_asked(case: &Case<'_>, ticket: &Ticket) -> bool {
    use Status::{Blocked, QueuedAsap, Ready, Scheduled};
    let waits = matches!(ticket.status, Scheduled | QueuedAsap | Ready | Blocked);
    waits && case.rules.classify.hold.contains(&case.first_line())
}

/// The safe direction: whoever may act on the ticket pauses it (2.3).
pub fn asked(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let world = case.world();
    let mut draft = Draft::of(ticket, case.now);
    let by = case.author.actor.name().to_owned();
    draft.happen(Event::HoldAsked { by })?;
    let mut decision = Decision::new(OutcomeWord::Note, case.author.actor.clone());
    let letters = ready::block(&mut draft, &world)?;
    decision.letters = letters.into_iter().filter(|letter| !letter.to.is_for_staff()).collect();
    let headline = "HOLD: the customer asks us to wait; do not begin before he says so";
    decision.letters.push(notice::of(case, &draft, headline));
    decision.changes.push(draft.into_change());
    decision.why.push(Why::new("UT-26", "the customer asked to wait in his first line"));
    Ok(decision)
}

/// S-05: yes, a waiting ASAP request still stands.
pub fn still_stands(case: &Case<'_>, ticket: &Ticket) -> bool {
    ticket.status == Status::QueuedAsap && ticket.work.asked_again.is_some() && case.says_yes()
}

/// The consent is given anew, when the mail is proof enough.
pub fn consented_again(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, case.now);
    let mut decision = Decision::new(OutcomeWord::Consent, case.author.actor.clone());
    let headline = match consent::given(case, Action::Accept) {
        Some((row, channel)) => {
            let consent = consent::recorded(case, ticket, row, channel, Scope::AnyBusinessHours);
            draft.happen(Event::Consented { consent: Box::new(consent) })?;
            "The ASAP request still stands: please #schedule it"
        }
        None => {
            let by = case.author.actor.name().to_owned();
            let text = case.input.mail.own_text.clone();
            draft.happen(Event::Noted { kind: NoteKind::Customer, by, text })?;
            "The customer says that it still stands, but his mail is not proof enough for consent: please call him"
        }
    };
    decision.letters.push(notice::of(case, &draft, headline));
    decision.changes.push(draft.into_change());
    decision.why.push(Why::new("S-05", "the answer whether the ASAP request still stands"));
    Ok(decision)
}

/// Yes, while his own hold is all that is asked.
pub fn is_ended(case: &Case<'_>, ticket: &Ticket) -> bool {
    let may = case.author.proven_representative().is_some_and(|row| row.may_consent());
    ticket.work.held_by.is_some() && ticket.offers.is_empty() && may && case.says_yes()
}

pub fn ended(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, case.now);
    let by = case.author.actor.name().to_owned();
    let words = case.input.mail.own_text.clone();
    let mut decision = Decision::new(OutcomeWord::Note, case.author.actor.clone());
    decision.letters = go_on(&mut draft, case, by, words)?;
    decision.letters.push(notice::of(case, &draft, "The customer says that it may go on"));
    decision.changes.push(draft.into_change());
    decision.why.push(Why::new("UT-27", "who asked to wait says go on"));
    Ok(decision)
}

/// The hold is over; what else is missing is told.
pub fn go_on(draft: &mut Draft, case: &Case<'_>, by: String, words: String) -> Result<Vec<Letter>, NotNow> {
    let before = draft.ticket.status;
    draft.happen(Event::HoldEnded { by, words })?;
    draft.settle(case.rules)?;
    let world = case.world();
    let left = ready::in_the_way(&draft.ticket, case.rules, case.now);
    let mut letters = ready::cured(before, draft, &world);
    if draft.ticket.status == Status::Blocked {
        letters.extend(ready::told(draft, &left, &world));
    }
    Ok(letters)
}
