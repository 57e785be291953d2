//! `#new`: a ticket after a call, for somebody on file. It needs no notice to
//! answer, for nothing follows from it but a question to the register's own people
//! and an alarm (2.3: the safe direction).

use super::{answer, to_author, transcript_of_one};
use crate::desk::access::day_of;
use crate::desk::command::{Command, CommandLine, Opening};
use crate::desk::decide::command::Effects;
use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::gates::{self, UnitGate};
use crate::desk::decide::mail::Case;
use crate::desk::decide::problem::{letters, link};
use crate::desk::decide::{Decision, alarm, answer as customers, behalf, notice, ticket_id};
use crate::desk::form::FieldKey;
use crate::desk::letter::Letter;
use crate::desk::letter::say::TranscriptLine;
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::register::Representative;
use crate::desk::ticket::{Event, Requester, TicketKind};
use crate::desk::urgency::Severity;

/// What began, what the agent reads of it, and the letters.
struct Begun {
    draft: Draft,
    letters: Vec<Letter>,
    text: String,
}

pub fn is_one(line: &CommandLine) -> bool {
    matches!(line.read, Ok(Command::New { .. }))
}

pub fn decide(case: &Case<'_>, line: &CommandLine) -> Result<Decision, NotNow> {
    let begun = match &line.read {
        Ok(Command::New { what: Opening::Request }) => request(case),
        Ok(Command::New { what: Opening::Problem { person, text } }) => problem(case, person, text)?,
        _ => Err("expected #new request or #new problem".to_owned()),
    };
    let begun = match begun {
        Ok(begun) => begun,
        Err(text) => return Ok(refused(case, line, text)),
    };
    let mut decision = Decision::new(OutcomeWord::Commands, case.author.actor.clone());
    decision.why.push(Why::new("5.1", format!("{}: {}", line.line, begun.text)));
    let done = TranscriptLine { line: line.line.clone(), done: true, text: begun.text };
    let effects = Effects { letters: begun.letters, ..Effects::default() };
    let transcript = answer(case, &begun.draft, vec![done], true, &effects);
    decision.letters = effects.letters;
    decision.letters.push(notice::of(case, &begun.draft, "Opened after a call"));
    decision.letters.push(transcript);
    decision.changes.push(begun.draft.into_change());
    Ok(decision)
}

fn refused(case: &Case<'_>, line: &CommandLine, text: String) -> Decision {
    let mut decision = Decision::new(OutcomeWord::Refused, case.author.actor.clone());
    decision.why.push(Why::new("5.1", format!("{}: {text}", line.line)));
    let say = transcript_of_one(line, false, text);
    decision.letters.push(to_author(case, say, None));
    decision
}

/// The form below names who asked (F-03); he or his company's people confirm it.
fn request(case: &Case<'_>) -> Result<Begun, String> {
    let [form] = case.input.forms.as_slice() else {
        return Err("expected the form of one unit below #new request, a field a line".to_owned());
    };
    let address = form.text(FieldKey::AdminEmail).ok_or("expected a line Admin Email: who asked for it")?;
    let row = on_file(case, address).filter(|row| row.may_request());
    let row = row.ok_or_else(|| format!("{address} is nobody on file who may request an upgrade"))?;
    if let Some(open) = case.known.same_unit.iter().find(|ticket| ticket.company.as_ref() == Some(&row.company)) {
        return Err(format!("{} is open for this unit: reply to its notice", open.id));
    }
    let opened = Event::Opened {
        requester: requester(row),
        company: Some(row.company.clone()),
        form: form.clone(),
        parent: None,
        received: case.input.received,
        attempt: None,
    };
    let id = ticket_id(TicketKind::Upgrade, case.known.next_ticket, case.now, case.rules);
    let impossible = |now: NotNow| now.why();
    let mut draft = Draft::open(&id, opened, case.now).map_err(impossible)?;
    crate::desk::decide::request::keep_secret(case, form, &mut draft).map_err(impossible)?;
    draft.happen(written_down(case, row)).map_err(impossible)?;
    // Before anybody is asked for what is missing: what is there must agree.
    let named = [FieldKey::UnitSerial, FieldKey::UnitMac, FieldKey::UnitIp];
    if let (true, UnitGate::Red { denials, .. }) = (
        named.iter().all(|key| form.value(*key).is_some()),
        gates::unit_gate_of(&draft.ticket, &row.company, case.known),
    ) {
        let codes: Vec<&str> = denials.iter().map(|denial| denial.code()).collect();
        return Err(format!("it does not agree with the register: {}; ask the caller once more", codes.join(", ")));
    }
    let (letters, then) = behalf::weighed(case, &mut draft, row)?;
    Ok(Begun { draft, letters, text: format!("{id} is open for {}; {then}", row.name) })
}

/// PT-01 after a call: the alarm runs as for any report.
fn problem(case: &Case<'_>, person: &str, text: &str) -> Result<Result<Begun, String>, NotNow> {
    let Some(row) = on_file(case, person) else {
        return Ok(Err(format!("{person} is nobody on file; write down who called as a #note of the unit's ticket")));
    };
    let caller = behalf::of(case, row);
    let Some(place) = link::place(&caller, None) else {
        return Ok(Err("the company of the caller was not found".to_owned()));
    };
    if let Some(open) = link::open_problem(&caller, &place) {
        return Ok(Err(format!("{} is open about it: reply to its notice", open.id)));
    }
    let reading = &case.input.urgency;
    // Whoever has it written down has a problem, however calm the words are.
    let severity = reading.problem().unwrap_or(Severity::P3);
    let id = ticket_id(TicketKind::Problem, case.known.next_problem, case.now, case.rules);
    let reported = Event::Reported {
        earlier: None,
        items: Vec::new(),
        requester: requester(row),
        company: place.company.clone(),
        form: place.link.form.clone(),
        upgrade: place.link.upgrade.clone(),
        suggested: place.link.suggested.clone(),
        severity,
        claimed: reading.claimed,
        because: reading.because.clone(),
        since: reading.since.clone(),
        extract: text.to_owned(),
        automatic: false,
        received: case.input.received,
    };
    let mut draft = Draft::open(&id, reported, case.now)?;
    draft.happen(written_down(case, row))?;
    if place.link.question {
        draft.happen(Event::Unsure { why: place.link.because.clone() })?;
    }
    let mut all = Vec::new();
    if severity.is_urgent() {
        all.extend(alarm::raise(&case.world(), &mut draft, case.input.received, None, "A problem was reported.")?);
    }
    let say = letters::received(&caller, &draft.ticket, place.linked.as_ref(), None, String::new());
    all.push(customers::to_person(row, &draft.ticket, say));
    let name: &'static str = severity.into();
    Ok(Ok(Begun {
        draft,
        letters: all,
        text: format!("{id} is open for {}, read as {name}; {} is told", row.name, row.address),
    }))
}

fn written_down(case: &Case<'_>, row: &Representative) -> Event {
    Event::WrittenDown { by: case.author.actor.name().to_owned(), person: row.address.clone() }
}

fn requester(row: &Representative) -> Requester {
    Requester { address: row.address.clone(), name: row.name.clone(), on_file: true, language: None }
}

fn on_file<'a>(case: &Case<'a>, address: &str) -> Option<&'a Representative> {
    let today = day_of(case.now, &case.rules.hours.zone);
    let mut all = case.known.representatives.iter();
    all.find(|row| row.address.eq_ignore_ascii_case(address) && row.is_valid_on(today))
}
