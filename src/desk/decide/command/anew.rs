//! Commands that let a ticket go on, begin again, or end as nothing for us.

use std::str::FromStr;

use super::{Effects, Refusal, me, problem, requester};
use crate::desk::decide::draft::Draft;
use crate::desk::decide::mail::Case;
use crate::desk::decide::{answer, behalf, challenge};
use crate::desk::denial::Denial;
use crate::desk::ticket::{Ending, Event, NoteKind, Status, meaning};
use crate::phrase;

/// UT-14: a lead; for what identifies the unit a second person, too (T3c). The
/// request is then put to the representative on file.
pub(super) fn override_(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    code: &str,
    reason: &str,
) -> Result<String, Refusal> {
    let denied: Vec<&str> = draft.ticket.denials.iter().map(|denial| denial.code()).collect();
    if draft.ticket.status != Status::Denied {
        return Err(Refusal(format!("the ticket is {}: there is no denial to override", draft.ticket.status.name())));
    }
    let denial = Denial::from_str(code).ok().filter(|denial| draft.ticket.denials.contains(denial));
    let denial =
        denial.ok_or_else(|| Refusal(format!("the ticket is denied for {}, not for {code}", denied.join(", "))))?;
    let asked = draft.ticket.hands.override_asked.clone().filter(|(asked, _)| *asked == denial);
    if asked.as_ref().is_some_and(|(_, by)| *by == me(case)) {
        return Err(Refusal("you asked for it already: it takes a second colleague".to_owned()));
    }
    let first = asked;
    let is_lead = case.author.staff.is_some_and(|staff| staff.is_lead);
    if first.is_none() && !is_lead {
        return Err(Refusal("only a lead may override a denial; a second colleague then agrees".to_owned()));
    }
    if first.is_none() && denial.names_the_field() {
        draft.happen(Event::OverrideAsked { denial, by: me(case), reason: reason.to_owned() })?;
        effects.tell_desk = Some(format!(
            "{} wants to let {code} pass: {reason}. A second colleague must agree: #override {code} <reason>",
            me(case)
        ));
        return Ok(format!("it identifies the unit: a colleague must agree with #override {code} <reason>"));
    }
    let row = requester(case, draft)?;
    let (by, second) = match first {
        Some((_, by)) => (by, Some(me(case))),
        None => (me(case), None),
    };
    draft.happen(Event::Overridden { by, reason: reason.to_owned(), denial: Some(denial), second })?;
    let (letters, then) = behalf::weighed(case, draft, row).map_err(Refusal)?;
    effects.letters.extend(letters);
    Ok(format!("{code} no longer stands in the way; {then}"))
}

/// PT-14 by staff; a request that had ended is put to the customer once more.
pub(super) fn reopen(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    reason: &str,
) -> Result<String, Refusal> {
    if draft.ticket.problem.is_some() {
        draft.happen(Event::Noted { kind: NoteKind::Staff, by: me(case), text: reason.to_owned() })?;
        draft.happen(Event::Reopened { by: me(case) })?;
        draft.happen(Event::Taken { agent: me(case) })?;
        return Ok(format!("open again and yours; {}", problem::has_it(case, draft, effects)));
    }
    match (draft.ticket.status, draft.ticket.ending) {
        (Status::Cancelled, Some(Ending::Withdrawn)) => {
            return Err(Refusal("the customer withdrew it himself: he must ask anew".to_owned()));
        }
        (Status::Watch | Status::Closed, _) => {
            return Err(Refusal(
                "the work is over: a late issue is reported, a new upgrade is a new request".to_owned(),
            ));
        }
        _ => {}
    }
    let row = requester(case, draft)?;
    draft.happen(Event::Noted { kind: NoteKind::Staff, by: me(case), text: reason.to_owned() })?;
    draft.happen(Event::Reopened { by: me(case) })?;
    let (letters, then) = behalf::weighed(case, draft, row).map_err(Refusal)?;
    effects.letters.extend(letters);
    Ok(format!("open again; {then}"))
}

/// UT-03, second half: what nobody proved, and is no request and no report at all.
pub(super) fn spam(case: &Case<'_>, draft: &mut Draft) -> Result<String, Refusal> {
    let proven = match &draft.ticket.problem {
        Some(_) => draft.ticket.requester.on_file,
        None => draft.ticket.company.is_some(),
    };
    if proven {
        let way_out = if draft.ticket.problem.is_some() { "#close <reason>" } else { "#cancel <reason>" };
        return Err(Refusal(format!("somebody on file wrote it: {way_out} ends it")));
    }
    if draft.ticket.problem.is_some() {
        if draft.ticket.status == Status::Alerting {
            draft.happen(Event::Acknowledged { by: me(case) })?;
        }
        draft.happen(Event::Settled { by: me(case), words: "spam".to_owned() })?;
    } else {
        draft.happen(Event::Spam)?;
    }
    Ok("ended as nothing for us; nobody outside is told".to_owned())
}

/// UT-15: the customer gives up a request that was denied. Elsewhere an upgrade
/// ends by its own ways.
pub(super) fn close(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    reason: &str,
) -> Result<String, Refusal> {
    match draft.ticket.status {
        Status::Denied => {}
        Status::Watch => {
            return Err(Refusal("it closes by itself at the end of the watch period".to_owned()));
        }
        status if status.is_before_start() => {
            return Err(Refusal("#cancel <reason> ends it; the customer reads the reason".to_owned()));
        }
        status => {
            return Err(Refusal(format!(
                "{}; #close is for a request that is denied",
                meaning(draft.ticket.kind(), status)
            )));
        }
    }
    if reason.trim().is_empty() {
        return Err(Refusal("a reason is needed: #close <reason>; the customer does not read it".to_owned()));
    }
    let row = answer::requester(&draft.ticket, case.known);
    draft.happen(Event::Noted { kind: NoteKind::Staff, by: me(case), text: reason.trim().to_owned() })?;
    draft.happen(Event::Lapsed)?;
    let say = challenge::ended(
        &draft.ticket,
        phrase!("ended_denied", "it did not agree with our records, and was not corrected"),
    );
    effects.letters.extend(row.map(|row| answer::to_person(row, &draft.ticket, say)));
    Ok(match row {
        Some(row) => format!("closed; {} is told", row.address),
        None => "closed; nobody outside is told, for the person who asked is not on file".to_owned(),
    })
}
