//! In which language each letter is written: what the register says, else what the
//! ticket's first mail was written in, else English.

use crate::desk::decide::Decision;
use crate::desk::input::Input;
use crate::desk::known::{FoundTicket, Known, Sender};
use crate::desk::language::{Language, detect};
use crate::desk::letter::Letter;
use crate::desk::mail::Mail;
use crate::desk::register::Representative;
use crate::desk::rules::Rules;
use crate::desk::ticket::{Event, TicketId};

/// The language of a customer's own words.
pub fn written(mail: &Mail, rules: &Rules) -> Option<Language> {
    detect(&mail.own_text, &rules.classify.languages)
}

/// Sets it for all letters at once, so that those of one ticket agree.
pub(super) fn choose(decision: &mut Decision, input: &Input, known: &Known, rules: &Rules) {
    let opened: Vec<(TicketId, Option<Language>)> = decision
        .changes
        .iter()
        .filter_map(|change| Some((change.ticket.clone(), opened_in(change.events.first()?)?)))
        .collect();
    for letter in &mut decision.letters {
        if letter.to.is_for_staff() || letter.say.template().is_for_staff() {
            continue;
        }
        let of_register = row(letter, known).and_then(|row| of_row(row, known));
        let of_ticket = || match &letter.ticket {
            Some(id) => {
                let new = opened.iter().find(|(opened, _)| opened == id).map(|(_, language)| *language);
                new.unwrap_or_else(|| stored(id, known))
            }
            // Without a ticket the letter answers the mail itself.
            None => match input {
                Input::Mail(input) => written(&input.mail, rules),
                _ => None,
            },
        };
        letter.language = of_register.or_else(of_ticket).unwrap_or_default();
    }
}

fn opened_in(event: &Event) -> Option<Option<Language>> {
    match event {
        Event::Opened { requester, .. } | Event::Reported { requester, .. } => Some(requester.language),
        _ => None,
    }
}

fn stored(id: &TicketId, known: &Known) -> Option<Language> {
    let found = match &known.ticket {
        FoundTicket::ByReference(ticket) | FoundTicket::ByTag(ticket) => Some(ticket.as_ref()),
        FoundTicket::None => None,
    };
    let others = known.same_unit.iter().chain(&known.of_company).chain(&known.linked).chain(known.named.values());
    let mut tickets = found.into_iter().chain(others);
    tickets.find(|ticket| ticket.id == *id)?.requester.language
}

fn row<'a>(letter: &Letter, known: &'a Known) -> Option<&'a Representative> {
    let is_his = |row: &&Representative| row.address.eq_ignore_ascii_case(letter.to.address());
    let sender = match &known.sender {
        Sender::OnFile(row) => Some(row),
        Sender::NotOnFile | Sender::NotAsked => None,
    };
    known.representatives.iter().chain(sender).find(is_his)
}

fn of_row(row: &Representative, known: &Known) -> Option<Language> {
    row.language.or_else(|| known.companies.get(&row.company)?.language)
}
