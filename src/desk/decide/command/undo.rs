//! `#undo` takes back what the same person did by his last mail on this ticket,
//! within five minutes, if no letter of it to anybody outside has left (5.1).

use jiff::SignedDuration;

use super::hands::to_colleague;
use super::{Effects, Refusal, me, my_name};
use crate::desk::access::Recipient;
use crate::desk::decide::draft::Draft;
use crate::desk::decide::mail::Case;
use crate::desk::decide::notice;
use crate::desk::known::{FoundTicket, LastLetter, Undoing};
use crate::desk::letter::{Letter, Template};
use crate::desk::ticket::{Event, Ticket};

/// From the commands to the arrival of the `#undo`.
const WITHIN: SignedDuration = SignedDuration::from_mins(5);

pub(super) fn run(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects) -> Result<String, Refusal> {
    if case.input.commands.len() != 1 {
        return Err(refusal("#undo stands alone in its mail"));
    }
    let (FoundTicket::ByReference(ticket) | FoundTicket::ByTag(ticket)) = &case.known.ticket else {
        return Err(refusal("#undo answers a letter of the ticket"));
    };
    let Some(undoing) = &case.known.undoing else {
        return Err(refusal("nothing was done here by commands, or it was taken back before"));
    };
    refuse(case, ticket, undoing)?;
    // Nothing else may happen beside it.
    *draft = Draft::of(ticket, case.now);
    let (waiting, gone): (Vec<&LastLetter>, Vec<&LastLetter>) =
        undoing.letters.iter().filter(|letter| !is_transcript(letter)).partition(|letter| letter.waits);
    draft.happen(Event::Undone {
        by: me(case),
        what: undoing.last.what.clone(),
        letters: waiting.iter().map(|letter| letter.no).collect(),
        to: undoing.last.before.clone(),
    })?;
    effects.letters.extend(corrections(case, draft, undoing, &gone));
    let what = undoing.last.what.join("; ");
    let letters = match waiting.len() {
        0 => String::new(),
        1 => "; 1 letter is withdrawn and never leaves".to_owned(),
        number => format!("; {number} letters are withdrawn and never leave"),
    };
    Ok(format!("taken back: {what}{letters}"))
}

fn refusal(text: &str) -> Refusal {
    Refusal(text.to_owned())
}

fn refuse(case: &Case<'_>, ticket: &Ticket, undoing: &Undoing) -> Result<(), Refusal> {
    let last = &undoing.last;
    if last.by != me(case) {
        return Err(Refusal(format!(
            "the last commands here are by {}, and only who gave them takes them back",
            last.by
        )));
    }
    let age = case.input.received.duration_since(last.at);
    if age > WITHIN {
        let minutes = age.as_mins();
        return Err(Refusal(format!("that was {minutes} minutes ago, and #undo is for {} only", WITHIN.as_mins())));
    }
    if last.events != ticket.events {
        return Err(refusal("something else has happened here since; please put it right by other commands"));
    }
    if !last.alone {
        return Err(refusal("another ticket was changed by them, too; please put it right by other commands"));
    }
    let left = undoing.letters.iter().find(|letter| !letter.for_staff && !letter.waits);
    left.map_or(Ok(()), |letter| {
        Err(Refusal(format!("the letter about it to {} has left, or is leaving now; please write to him", letter.to)))
    })
}

/// The agent's own answer stays true: it says what was done then.
fn is_transcript(letter: &LastLetter) -> bool {
    letter.template == Template::Transcript.name()
}

/// Staff who were told of what is no longer so.
fn corrections(case: &Case<'_>, draft: &Draft, undoing: &Undoing, gone: &[&LastLetter]) -> Vec<Letter> {
    let headline = format!("{} has taken this back: {}", my_name(case), undoing.last.what.join("; "));
    let mut told: Vec<&str> = Vec::new();
    let mut letters = Vec::new();
    for letter in gone.iter().filter(|letter| letter.for_staff) {
        if told.contains(&letter.to.as_str()) {
            continue;
        }
        told.push(&letter.to);
        letters.push(match case.rules.access.staff_by_address(&letter.to) {
            Some(staff) => to_colleague(case, draft, staff, &headline, ""),
            None => Letter { to: Recipient::desk(case.rules), ..notice::alert(case, draft, &headline) },
        });
    }
    letters
}
