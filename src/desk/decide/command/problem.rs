//! Commands about problems (2.6).

use jiff::{SignedDuration, Timestamp};

use super::{Effects, Refusal, change, feedback, hands, in_words, me, my_name, requester};
use crate::desk::access::Recipient;
use crate::desk::command::Command;
use crate::desk::decide::draft::Draft;
use crate::desk::decide::mail::Case;
use crate::desk::decide::{answer, notice, ticket_id};
use crate::desk::letter::Letter;
use crate::desk::letter::say::Say;
use crate::desk::ticket::{Event, Issue, NoteKind, Requester, Status, TicketId, TicketKind};
use crate::desk::urgency::Severity;

pub(super) fn run(
    case: &Case<'_>,
    command: &Command,
    draft: &mut Draft,
    effects: &mut Effects,
) -> Result<String, Refusal> {
    match command {
        Command::Ack => acknowledge(case, draft, effects),
        Command::Work => work(case, draft, effects),
        Command::Ask { text } => ask(case, draft, effects, text),
        Command::Sev { severity, reason } => severity_set(case, draft, effects, *severity, reason),
        Command::Link { upgrade } => link(case, draft, upgrade.as_ref()),
        Command::Propose { what, text, when } => change::propose(case, draft, effects, what, text, when.as_ref()),
        Command::Resolved { item: Some(item), text } if has_items(draft) => {
            change::item_settled(case, draft, effects, *item, text)
        }
        Command::Resolved { item, text } => {
            let text = item.map_or_else(|| text.clone(), |number| format!("{number} {text}"));
            resolved(case, draft, effects, &text)
        }
        Command::Transfer { to } => transfer(case, draft, effects, to),
        Command::Merge { into } => merge(case, draft, effects, into),
        Command::Close { reason, cause } => close(case, draft, effects, reason, cause.as_ref()),
        _ => Err(Refusal("this is not a command for a problem".to_owned())),
    }
}

/// PT-07: the first words to the customer begin the work.
pub(super) fn spoke(case: &Case<'_>, draft: &mut Draft) -> Result<(), Refusal> {
    if is_unseen(draft) {
        draft.happen(Event::Acknowledged { by: me(case) })?;
    }
    if draft.ticket.status == Status::Acknowledged {
        draft.happen(Event::WorkBegun { by: me(case) })?;
    }
    Ok(())
}

fn has_items(draft: &Draft) -> bool {
    draft.ticket.problem.as_ref().is_some_and(|problem| !problem.items.is_empty())
}

pub(super) fn is_unseen(draft: &Draft) -> bool {
    matches!(draft.ticket.status, Status::Reported | Status::Triage | Status::Alerting)
}

/// PT-05: the alarm stops, and the customer learns who has it (M-24).
fn acknowledge(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects) -> Result<String, Refusal> {
    if !is_unseen(draft) {
        hands::taken(case, draft, effects)?;
        return Ok("you have this problem".to_owned());
    }
    let had_it = draft.ticket.agent.as_deref() == Some(me(case).as_str());
    draft.happen(Event::Acknowledged { by: me(case) })?;
    if had_it {
        return Ok("you still have this problem, the alarm is off".to_owned());
    }
    let told = tell(case, draft, effects, person_has_it(case, draft, false, ""));
    Ok(format!("you have this problem, the alarm is off; {told}"))
}

/// M-24: who has it now.
pub(super) fn has_it(case: &Case<'_>, draft: &Draft, effects: &mut Effects) -> String {
    tell(case, draft, effects, person_has_it(case, draft, false, ""))
}

/// To the reporter when he is on file; a machine is answered by nobody.
pub(super) fn tell(case: &Case<'_>, draft: &Draft, effects: &mut Effects, say: Say) -> String {
    let automatic = draft.ticket.problem.as_ref().is_some_and(|problem| problem.automatic);
    match answer::requester(&draft.ticket, case.known).filter(|_| !automatic) {
        Some(row) => {
            effects.letters.push(answer::to_person(row, &draft.ticket, say));
            format!("{} is told", row.address)
        }
        None => "nobody outside is told, for the reporter is not on file".to_owned(),
    }
}

/// M-24.
fn person_has_it(case: &Case<'_>, draft: &Draft, changed: bool, words: &str) -> Say {
    let severity = draft.ticket.problem.as_ref().map_or(Severity::P3, |problem| problem.severity);
    let name: &'static str = severity.into();
    Say::PersonHasIt {
        agent: my_name(case),
        serial: answer::serial(&draft.ticket.form),
        severity: name.to_owned(),
        changed,
        words: words.to_owned(),
        next_update: next_update(case, severity),
        zone: answer::zone_of(&draft.ticket, &case.world()),
    }
}

/// W-13.
fn next_update(case: &Case<'_>, severity: Severity) -> Option<Timestamp> {
    let waits = &case.rules.escalation.waits;
    match severity {
        Severity::P1 => case.now.checked_add(SignedDuration::from_mins(i64::from(waits.update_p1_minutes))).ok(),
        Severity::P2 => Some(case.rules.hours.after_business(case.now, waits.update_p2_bm)),
        Severity::P3 | Severity::P4 => None,
    }
}

/// PT-07, and PT-11: back to work after a change.
fn work(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects) -> Result<String, Refusal> {
    if is_unseen(draft) {
        acknowledge(case, draft, effects)?;
    }
    match draft.ticket.status {
        Status::ChangeProposed | Status::ChangeRunning => {
            draft.happen(Event::ChangeEnded { by: me(case), result: None, words: String::new() })?
        }
        _ => draft.happen(Event::WorkBegun { by: me(case) })?,
    }
    Ok("you are working on it".to_owned())
}

/// PT-09.
fn ask(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects, text: &str) -> Result<String, Refusal> {
    let row = requester(case, draft)?;
    if is_unseen(draft) {
        draft.happen(Event::Acknowledged { by: me(case) })?;
    }
    draft.happen(Event::Asked { by: me(case), text: text.to_owned() })?;
    let letter = answer::to_person(row, &draft.ticket, in_words(case, draft, text, true));
    let (letter, with) = effects.enclosing(case, letter)?;
    effects.letters.push(letter);
    Ok(format!("asked, visible to {}{with}; the clocks wait for the answer", row.address))
}

/// PT-16: a person's word stands over the desk's reading.
fn severity_set(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    severity: Severity,
    reason: &str,
) -> Result<String, Refusal> {
    let before = draft.ticket.problem.as_ref().map(|problem| problem.severity);
    if is_unseen(draft) {
        draft.happen(Event::Acknowledged { by: me(case) })?;
    }
    draft.happen(Event::SeveritySet { severity, reason: reason.to_owned(), by: me(case), by_staff: true })?;
    let name: &'static str = severity.into();
    if before == Some(severity) {
        return Ok(format!("it was {name} already; now a person says so"));
    }
    let told = tell(case, draft, effects, person_has_it(case, draft, true, ""));
    Ok(format!("now {name}; {told}, without the reason"))
}

/// PT-17: only an upgrade of the same company.
fn link(case: &Case<'_>, draft: &mut Draft, upgrade: Option<&TicketId>) -> Result<String, Refusal> {
    let Some(id) = upgrade else {
        draft.happen(Event::Linked { upgrade: None, by: me(case) })?;
        return Ok("no longer linked".to_owned());
    };
    let ticket = case.known.named.get(id).ok_or_else(|| Refusal(format!("there is no ticket {id}")))?;
    if draft.ticket.company.is_some() && ticket.company != draft.ticket.company {
        return Err(Refusal(format!("{id} is of another company")));
    }
    draft.happen(Event::Linked { upgrade: Some(id.clone()), by: me(case) })?;
    Ok(format!("linked to {id}"))
}

/// PT-12.
fn resolved(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects, text: &str) -> Result<String, Refusal> {
    if is_unseen(draft) {
        draft.happen(Event::Acknowledged { by: me(case) })?;
    }
    draft.happen(Event::Resolved { text: text.to_owned(), by: me(case) })?;
    // PT-11: what came of the change and that it is solved are one letter.
    if change::is_ended_now(draft) {
        return Ok("resolved; the customer reads it in the report of the change".to_owned());
    }
    let say = Say::Resolved {
        serial: answer::serial(&draft.ticket.form),
        item: String::new(),
        left: Vec::new(),
        text: text.to_owned(),
        agent: my_name(case),
        days: case.rules.escalation.waits.settle_bd,
    };
    let told = tell(case, draft, effects, say);
    Ok(format!("resolved; {told}"))
}

/// PT-18.
fn transfer(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects, to: &str) -> Result<String, Refusal> {
    if draft.ticket.status == Status::Alerting {
        draft.happen(Event::Acknowledged { by: me(case) })?;
    }
    draft.happen(Event::Transferred { to: to.to_owned(), by: me(case) })?;
    let say = Say::AgentReply {
        text: String::new(),
        agent: my_name(case),
        problem: true,
        asks: false,
        handed_to: to.to_owned(),
        goes_on_as: String::new(),
        files: Vec::new(),
    };
    let told = tell(case, draft, effects, say);
    effects.letters.push(summary(case, draft, to));
    Ok(format!("handed on to {to}; {told}"))
}

/// PT-18: what is handed on, for whoever carries it there.
fn summary(case: &Case<'_>, draft: &Draft, to: &str) -> Letter {
    let headline = format!("HANDED ON to {to}: this is the summary to give them");
    let mut letter = notice::about(&draft.ticket, draft, &headline, case.rules, case.known);
    letter.to = Recipient::desk(case.rules);
    if let (Say::StaffNotice { text, .. }, Some(problem)) = (&mut letter.say, &draft.ticket.problem) {
        text.clone_from(&problem.extract);
    }
    letter
}

/// The same problem as another one, where it goes on; the reporter is told so,
/// and what he writes later is read there.
fn merge(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects, into: &TicketId) -> Result<String, Refusal> {
    let other = case.known.named.get(into).ok_or_else(|| Refusal(format!("there is no ticket {into}")))?;
    if other.id == draft.ticket.id || other.company != draft.ticket.company {
        return Err(Refusal(format!("{into} is not another problem of the same company")));
    }
    if other.status.is_final() {
        return Err(Refusal(format!("{into} is {}; merge into one that is open", other.status.name())));
    }
    draft.happen(Event::Noted { kind: NoteKind::Staff, by: me(case), text: format!("merged into {into}") })?;
    draft.happen(Event::Merged { into: into.clone() })?;
    let mut goes_on = Draft::of(other, case.now);
    let merged = draft.ticket.problem.as_ref();
    let extract = merged.map(|problem| problem.extract.clone()).unwrap_or_default();
    let text = format!("{} is about the same problem and was merged into this one: {extract}", draft.ticket.id);
    goes_on.happen(Event::Noted { kind: NoteKind::Staff, by: me(case), text })?;
    let worse = merged.map(|problem| problem.severity).filter(|severity| {
        other.problem.as_ref().is_some_and(|problem| !problem.set_by_staff && *severity < problem.severity)
    });
    if let Some(severity) = worse {
        let reason = format!("as {} was", draft.ticket.id);
        goes_on.happen(Event::SeveritySet { severity, reason, by: me(case), by_staff: false })?;
    }
    effects.changes.push(goes_on.into_change());
    let mut say = in_words(case, draft, "", false);
    if let Say::AgentReply { goes_on_as, .. } = &mut say {
        goes_on_as.clone_from(&into.0);
    }
    let told = tell(case, draft, effects, say);
    Ok(format!("merged into {into}; go on there; {told}"))
}

/// PT-13 by staff; PT-19: an issue of the upgrade goes into its feedback (M-19).
fn close(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    reason: &str,
    cause: Option<&Issue>,
) -> Result<String, Refusal> {
    if reason.trim().is_empty() && draft.ticket.status != Status::Resolved {
        return Err(Refusal("a reason is needed: #close <reason>; the customer does not read it".to_owned()));
    }
    if draft.ticket.status == Status::Alerting {
        draft.happen(Event::Acknowledged { by: me(case) })?;
    }
    // The customer may have closed it before us; the cause is told all the same (PT-19).
    match cause.filter(|_| draft.ticket.status == Status::Closed) {
        Some(issue) => {
            let text = format!("caused by the upgrade: {}", issue.text);
            draft.happen(Event::Noted { kind: NoteKind::Staff, by: me(case), text })?;
        }
        None => draft.happen(Event::Settled { by: me(case), words: reason.trim().to_owned() })?,
    }
    let Some(issue) = cause else { return Ok("closed; nobody outside is told".to_owned()) };
    let upgrade = case.known.linked.as_ref();
    let upgrade = upgrade.ok_or_else(|| Refusal("it is linked to no upgrade; #link it first".to_owned()))?;
    let letters = feedback::late_of_problem(case, upgrade, effects, issue)?;
    Ok(format!("closed; {letters} gets the supplement to the official feedback of {}", upgrade.id))
}

/// UT-39: work that left the unit degraded is a P1 by itself, in the hands of
/// who did it; his silence calls the next level (W-14).
pub(super) fn degraded(
    case: &Case<'_>,
    upgrade: &Draft,
    effects: &mut Effects,
    words: &str,
) -> Result<TicketId, Refusal> {
    let id = ticket_id(TicketKind::Problem, case.known.next_problem, case.now, case.rules);
    let ticket = &upgrade.ticket;
    let reported = Event::Reported {
        requester: Requester { ..ticket.requester.clone() },
        company: ticket.company.clone(),
        form: ticket.form.clone(),
        upgrade: Some(ticket.id.clone()),
        suggested: None,
        severity: Severity::P1,
        earlier: None,
        items: Vec::new(),
        claimed: None,
        because: vec!["the upgrade left the service not fully restored".to_owned()],
        since: None,
        extract: words.to_owned(),
        automatic: false,
        received: case.now,
    };
    let mut draft = Draft::open(&id, reported, case.now)?;
    draft.happen(Event::Acknowledged { by: me(case) })?;
    effects.changes.push(draft.into_change());
    Ok(id)
}
