//! Who outside is told of a report (decisions 12, 13 and 16).

use crate::desk::decide::answer;
use crate::desk::decide::mail::Case;
use crate::desk::decide::problem::link::Link;
use crate::desk::decide::problem::neutral;
use crate::desk::letter::Letter;
use crate::desk::letter::say::Say;
use crate::desk::phrase::Phrase;
use crate::desk::ticket::Ticket;
use crate::desk::urgency::Severity;
use crate::phrase;

/// A proven representative gets M-21; of anybody else's report the company's
/// people on file are told. A machine's report is answered to nobody.
pub(super) fn outside(
    case: &Case<'_>,
    ticket: &Ticket,
    link: &Link,
    upgrade: Option<&Ticket>,
    capped: bool,
) -> Vec<Letter> {
    if case.is_machine() {
        return Vec::new();
    }
    if let Some(row) = case.author.proven_representative() {
        let say = received(case, ticket, upgrade, question(case, link), String::new());
        return vec![answer::letter(row, ticket, say, case)];
    }
    let mut letters: Vec<Letter> = neutral(case).into_iter().collect();
    if let Some(row) = case.author.representative {
        // Of the address on file, but nobody vouches: that address is told.
        let say = received(case, ticket, upgrade, None, String::new());
        letters.push(answer::to_person(row, ticket, say));
    } else if !capped {
        let writer = case.input.mail.address().unwrap_or("somebody").to_owned();
        let say = received(case, ticket, upgrade, None, writer);
        let people = answer::consenting(ticket, &case.world());
        letters.extend(people.into_iter().map(|row| answer::to_person(row, ticket, say.clone())));
    }
    letters
}

/// M-21.
pub fn received(
    case: &Case<'_>,
    ticket: &Ticket,
    upgrade: Option<&Ticket>,
    question: Option<Phrase>,
    by_other: String,
) -> Say {
    let severity = ticket.problem.as_ref().map_or(Severity::P2, |problem| problem.severity);
    let severity: &'static str = severity.into();
    let linked = ticket.problem.as_ref().and_then(|problem| problem.upgrade.as_ref());
    Say::ProblemReceived {
        serial: answer::serial(&ticket.form),
        upgrade: linked.map(|id| id.0.clone()).unwrap_or_default(),
        upgraded_at: upgrade.filter(|upgrade| Some(&upgrade.id) == linked).and_then(|upgrade| upgrade.ended_at),
        severity: severity.to_owned(),
        items: ticket.problem.iter().flat_map(|problem| &problem.items).map(|item| item.text.clone()).collect(),
        question,
        by_other,
        by_desk: false,
        unproven: case.author.representative.is_some() && case.author.proven_representative().is_none(),
        reopened: false,
        password_seen: !case.input.secrets.is_empty(),
        zone: answer::zone_of(ticket, &case.world()),
    }
}

/// One question at most (PT-04): which unit; else how far it reaches; else since when.
fn question(case: &Case<'_>, link: &Link) -> Option<Phrase> {
    let mut candidates = link.candidates.clone();
    candidates.sort();
    candidates.dedup();
    if link.question && candidates.len() > 1 {
        // 2.6: units by their serial numbers, to the company's own people only.
        let units = candidates.join(", ");
        return Some(phrase!("question_units", "which of these units is it: {units}?", units = units));
    }
    if link.question {
        return Some(phrase!("question_unit", "which unit is it? Its serial number is enough."));
    }
    let reading = &case.input.urgency;
    if !reading.extent_known {
        return Some(phrase!("question_extent", "does it concern all calls and phones, or only some, and which?"));
    }
    let is_open = reading.since.is_none() && reading.severity < Severity::P4;
    is_open.then(|| phrase!("question_since", "since when has this been happening?"))
}
