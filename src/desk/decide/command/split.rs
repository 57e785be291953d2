//! `#split`: two matters in one ticket become two tickets (5.1).

use super::{Effects, Refusal, me, problem, requester};
use crate::desk::decide::draft::Draft;
use crate::desk::decide::mail::Case;
use crate::desk::decide::problem::letters;
use crate::desk::decide::{answer, behalf, ticket_id};
use crate::desk::form::{FieldKey, Form};
use crate::desk::ticket::{Event, NoteKind, TicketKind};
use crate::desk::urgency::Severity;

/// The second problem is the reporter's, about the same upgrade, and in the hands
/// of who split it; the reporter learns its number (M-21).
pub(super) fn of_problem(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    severity: Severity,
    text: &str,
) -> Result<String, Refusal> {
    if problem::is_unseen(draft) {
        draft.happen(Event::Acknowledged { by: me(case) })?;
    }
    let first = &draft.ticket;
    let of = first.problem.as_ref().ok_or_else(|| Refusal("this is no problem".to_owned()))?;
    let id = ticket_id(TicketKind::Problem, case.known.next_problem, case.now, case.rules);
    let reported = Event::Reported {
        earlier: None,
        items: Vec::new(),
        requester: first.requester.clone(),
        company: first.company.clone(),
        form: first.form.clone(),
        upgrade: of.upgrade.clone(),
        suggested: of.suggested.clone(),
        severity,
        claimed: None,
        because: vec![format!("{} split it from {}", me(case), first.id)],
        since: of.since.clone(),
        extract: text.to_owned(),
        automatic: of.automatic,
        received: of.received,
    };
    let mut second = Draft::open(&id, reported, case.now)?;
    second.happen(Event::Acknowledged { by: me(case) })?;
    // Decisions 9: that somebody has the first one now is the letter of this mail.
    let just_taken = draft.events().iter().any(|event| matches!(event, Event::Acknowledged { .. }));
    let told = answer::requester(first, case.known).filter(|_| !of.automatic && !just_taken);
    if let Some(row) = told {
        let say = letters::received(case, &second.ticket, None, None, String::new());
        effects.letters.push(answer::to_person(row, &second.ticket, say));
    }
    effects.notices.push((second.clone(), format!("Split from {}: it is yours, too", first.id)));
    effects.changes.push(second.into_change());
    let told = told.map_or("its number goes to nobody outside in this mail".to_owned(), |row| {
        format!("{} is told its number", row.address)
    });
    draft.happen(Event::Noted {
        kind: NoteKind::Staff,
        by: me(case),
        text: format!("split: {id} is the second problem"),
    })?;
    Ok(format!("{id} is the second problem, and yours; {told}"))
}

/// The other unit of a request: the form lines below the command, over those of
/// the first. Its password is another one, so it is asked for.
pub(super) fn of_request(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects) -> Result<String, Refusal> {
    if !draft.ticket.status.is_before_start() {
        return Err(Refusal("the work has begun: the other unit is a new request (#new request)".to_owned()));
    }
    let lines = case.input.forms.first().filter(|form| form.fields.contains_key(&FieldKey::UnitSerial));
    let lines = lines.ok_or_else(|| {
        Refusal(
            "expected the other unit below #split: Unit Serial Number, Unit MAC Address, Unit IP Address".to_owned(),
        )
    })?;
    if lines.text(FieldKey::UnitSerial) == draft.ticket.form.text(FieldKey::UnitSerial) {
        return Err(Refusal("that is the unit of this ticket".to_owned()));
    }
    let row = requester(case, draft)?;
    let id = ticket_id(TicketKind::Upgrade, case.known.next_ticket, case.now, case.rules);
    let opened = Event::Opened {
        requester: draft.ticket.requester.clone(),
        company: draft.ticket.company.clone(),
        form: other_unit(&draft.ticket.form, lines),
        parent: Some(draft.ticket.id.clone()),
        received: case.input.received,
        attempt: None,
    };
    let mut second = Draft::open(&id, opened, case.now)?;
    second.happen(Event::WrittenDown { by: me(case), person: row.address.clone() })?;
    let (letters, then) = behalf::weighed(case, &mut second, row).map_err(Refusal)?;
    effects.letters.extend(letters);
    let text = format!("split: {id} is the other unit");
    draft.happen(Event::Noted { kind: NoteKind::Staff, by: me(case), text })?;
    effects.notices.push((second.clone(), format!("Split from {}", draft.ticket.id)));
    effects.changes.push(second.into_change());
    Ok(format!("{id} is the other unit; {then}"))
}

fn other_unit(first: &Form, lines: &Form) -> Form {
    const OF_THE_UNIT: [FieldKey; 6] = [
        FieldKey::UnitSerial,
        FieldKey::UnitMac,
        FieldKey::UnitIp,
        FieldKey::UnitVersion,
        FieldKey::ManagerPassword,
        FieldKey::PasswordTested,
    ];
    let mut form = first.clone();
    form.fields.retain(|key, _| !OF_THE_UNIT.contains(key));
    form.rest.clear();
    form.merge(lines);
    form
}
