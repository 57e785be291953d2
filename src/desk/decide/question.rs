//! Words that can be read in two ways become one question (0.3): nothing is set,
//! moved or ended by a guess.

use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::mail::Case;
use crate::desk::decide::{Decision, answer, notice};
use crate::desk::letter::Letter;
use crate::desk::letter::say::{Say, Unclear};
use crate::desk::phrase::Phrase;
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::register::Representative;
use crate::desk::ticket::{Event, NoteKind, Status, Ticket};

/// The question to who wrote, and a notice to staff.
pub fn ask(case: &Case<'_>, ticket: &Ticket, what: Unclear, text: &Phrase) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, case.now);
    let by = case.author.actor.name().to_owned();
    draft.happen(Event::Noted { kind: NoteKind::Customer, by, text: case.input.mail.own_text.clone() })?;
    let mut decision = Decision::new(OutcomeWord::Note, case.author.actor.clone());
    let row = case.author.proven_representative();
    decision.letters.extend(row.map(|row| letter(case, &draft.ticket, row, what, text)));
    decision.letters.push(notice::of(
        case,
        &draft,
        "The customer's words can be read in two ways; the customer was asked",
    ));
    decision.changes.push(draft.into_change());
    let name: &'static str = what.into();
    decision.why.push(Why::new(
        "0.3",
        format!("unclear ({name}): {}", if text.is_empty() { "asked once" } else { &text.text }),
    ));
    Ok(decision)
}

pub fn letter(case: &Case<'_>, ticket: &Ticket, row: &Representative, what: Unclear, text: &Phrase) -> Letter {
    let standing = answer::agreed_window(ticket, &case.world());
    let say = Say::Question {
        what,
        serial: answer::serial(&ticket.form),
        text: text.clone(),
        standing: standing.filter(|_| matches!(ticket.status, Status::Scheduled | Status::Ready)),
    };
    answer::letter(row, ticket, say, case)
}
