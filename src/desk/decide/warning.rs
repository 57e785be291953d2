//! M-32: people on file are told what was tried in their name, a few times a day
//! at most. Nothing of the text that was written goes along.

use crate::desk::access::{Recipient, day_of};
use crate::desk::decide::answer;
use crate::desk::decide::mail::Case;
use crate::desk::known::Tally;
use crate::desk::language::Language;
use crate::desk::letter::Letter;
use crate::desk::letter::say::{Say, Tried};
use crate::desk::register::Representative;
use crate::desk::ticket::Ticket;

/// To each of `people` that was not warned too often.
pub fn letters<'a>(
    case: &Case<'_>,
    ticket: Option<&Ticket>,
    people: impl IntoIterator<Item = &'a Representative>,
    what: Tried,
) -> Vec<Letter> {
    let by = case.input.mail.address().unwrap_or("an unknown address").to_owned();
    let serial = ticket.map(|ticket| answer::serial(&ticket.form)).unwrap_or_default();
    let today = day_of(case.now, &case.rules.hours.zone);
    let mut letters: Vec<Letter> = Vec::new();
    for row in people {
        let few = case.known.tallies.of(Tally::Warning, &row.address) < case.rules.counts.warnings_per_day_max;
        let to = Recipient::representative(row);
        // Whose time has ended may be the one who left.
        let on_file = !row.retired && row.is_valid_on(today);
        if few && on_file && !letters.iter().any(|letter| letter.to == to) {
            // Out of every thread: what the writer knows must not join it.
            letters.push(Letter {
                to,
                salutation: row.name.clone(),
                say: Say::HeadsUp { what, serial: serial.clone(), by: by.clone() },
                language: Language::default(),
                ticket: ticket.map(|ticket| ticket.id.clone()),
                in_reply_to: None,
                references: Vec::new(),
                invite: None,
                also: Vec::new(),
                besides: Vec::new(),
                files: Vec::new(),
            });
        }
    }
    letters
}

/// TC4: the person whose token somebody else brought back.
pub fn token_of_another(case: &Case<'_>, ticket: &Ticket, person: &str) -> Vec<Letter> {
    let owner = case.known.representatives.iter().filter(|row| row.address.eq_ignore_ascii_case(person));
    letters(case, Some(ticket), owner, Tried::Answer)
}
