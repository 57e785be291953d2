//! What each command does to a ticket. A refusal says why, in the agent's words.

mod problem;
mod waiting;

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

use crate::desk::command::Command;
use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::mail::Case;
use crate::desk::decide::{answer, gates};
use crate::desk::denial::Denial;
use crate::desk::letter::Letter;
use crate::desk::letter::say::{FeedbackFacts, Say};
use crate::desk::letter::times::{point, span};
use crate::desk::record::TicketChange;
use crate::desk::register::Representative;
use crate::desk::ticket::{Ending, Event, Issue, NoteKind, Outcome, Scope, Status, Ticket, Window};

/// Why a command is not done.
pub struct Refusal(pub String);

impl From<NotNow> for Refusal {
    fn from(refused: NotNow) -> Refusal {
        Refusal(format!("not possible while the ticket is {}", refused.status.name()))
    }
}

/// Letters that the commands of one mail cause.
#[derive(Default)]
pub struct Effects {
    pub letters: Vec<Letter>,
    /// Other tickets that change or begin.
    pub changes: Vec<TicketChange>,
}

/// Work may start this long before and after the planned moment (UT-32).
const EARLY: SignedDuration = SignedDuration::from_mins(5);
const LATE: SignedDuration = SignedDuration::from_mins(30);

/// Does `command`; the answer is its line in the transcript.
pub fn run(case: &Case<'_>, command: &Command, draft: &mut Draft, effects: &mut Effects) -> Result<String, Refusal> {
    if command.is_for().is_some_and(|kind| kind != draft.ticket.kind()) {
        let kind: &'static str = draft.ticket.kind().into();
        return Err(Refusal(format!("this is not a command for the ticket of {} {kind}", article(kind))));
    }
    match command {
        Command::Note { text } => noted(case, draft, NoteKind::Staff, text).map(|()| "noted, internal".to_owned()),
        Command::Reply { text } => reply(case, draft, effects, text),
        Command::Take => take(case, draft, effects),
        Command::Precheck { closed_ports } => precheck(case, draft, closed_ports),
        Command::Schedule { start, zone, minutes } => schedule(case, draft, effects, *start, zone, *minutes),
        Command::Deny { code, reason } => deny(case, draft, effects, code, reason),
        Command::Start => start(case, draft, effects),
        Command::Applied => {
            own(case, draft)?;
            draft.happen(Event::Applied { by: me(case) })?;
            Ok("applied; now test, then #done, #partial, #rolledback or #failed".to_owned())
        }
        Command::Done { issues } => {
            let outcome = if issues.is_empty() { Outcome::Success } else { Outcome::SuccessWithIssues };
            let issues = issues.iter().map(|text| Issue { text: text.clone() }).collect();
            finish(case, draft, effects, outcome, issues, "")
        }
        Command::Partial { text } => finish(case, draft, effects, Outcome::Partial, Vec::new(), text),
        Command::RolledBack { text } => finish(case, draft, effects, Outcome::RolledBack, Vec::new(), text),
        Command::Failed { text } => finish(case, draft, effects, Outcome::FailedDegraded, Vec::new(), text),
        Command::Feedback { text } => feedback(case, draft, text),
        Command::Cancel { reason } => cancel(case, draft, effects, reason),
        Command::Offer { slots } => waiting::offer(case, draft, effects, slots),
        Command::Extend { minutes, reason } => waiting::extend(case, draft, effects, *minutes, reason),
        Command::Remind => waiting::remind(case, draft, effects),
        Command::Ask { text } if draft.ticket.problem.is_none() => reply(case, draft, effects, text),
        Command::Ack | Command::Work | Command::Ask { .. } | Command::Sev { .. } | Command::Link { .. } => {
            problem::run(case, command, draft, effects)
        }
        Command::Propose { .. } | Command::Resolved { .. } | Command::Transfer { .. } => {
            problem::run(case, command, draft, effects)
        }
        Command::Merge { .. } | Command::Close { .. } => problem::run(case, command, draft, effects),
        Command::Help => Ok("all commands are listed below".to_owned()),
    }
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

fn me(case: &Case<'_>) -> String {
    case.author.staff.map(|staff| staff.id.clone()).unwrap_or_default()
}

/// T5a: one agent works on a unit, and only he reports about the work.
fn own(case: &Case<'_>, draft: &Draft) -> Result<(), Refusal> {
    match &draft.ticket.agent {
        Some(agent) if *agent == me(case) => Ok(()),
        Some(agent) => Err(Refusal(format!("{agent} has this ticket; #take it first"))),
        None => Err(Refusal("nobody has this ticket; #take it first".to_owned())),
    }
}

fn noted(case: &Case<'_>, draft: &mut Draft, kind: NoteKind, text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal("there is no text".to_owned()));
    }
    Ok(draft.happen(Event::Noted { kind, by: me(case), text: text.to_owned() })?)
}

/// 5.2: the customer gets these words and nothing of the thread.
fn reply(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects, text: &str) -> Result<String, Refusal> {
    let row = requester(case, draft)?;
    noted(case, draft, NoteKind::Reply, text)?;
    let say = in_words(case, draft, text, false);
    effects.letters.push(answer::to_person(row, &draft.ticket, say));
    Ok(format!("sent, visible to {}", row.address))
}

/// Who asked or reported, when he is on file (decisions 13).
fn requester<'a>(case: &Case<'a>, draft: &Draft) -> Result<&'a Representative, Refusal> {
    answer::requester(&draft.ticket, case.known)
        .ok_or_else(|| Refusal("the person who wrote is not on file; nothing can be sent to him".to_owned()))
}

/// M-25.
fn in_words(case: &Case<'_>, draft: &Draft, text: &str, asks: bool) -> Say {
    Say::AgentReply {
        text: text.to_owned(),
        agent: my_name(case),
        problem: draft.ticket.problem.is_some(),
        asks,
        handed_to: String::new(),
    }
}

fn my_name(case: &Case<'_>) -> String {
    case.author.staff.map(|staff| staff.name.clone()).unwrap_or_default()
}

fn take(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects) -> Result<String, Refusal> {
    if draft.ticket.problem.is_some() {
        return problem::run(case, &Command::Ack, draft, effects);
    }
    draft.happen(Event::Taken { agent: me(case) })?;
    draft.settle(case.rules)?;
    Ok("you have this ticket".to_owned())
}

fn precheck(case: &Case<'_>, draft: &mut Draft, closed_ports: &[u16]) -> Result<String, Refusal> {
    draft.happen(Event::Prechecked { closed_ports: closed_ports.to_vec(), by: me(case) })?;
    if closed_ports.is_empty() {
        if draft.ticket.status == Status::Blocked && draft.missing_for_ready(case.rules).is_empty() {
            draft.happen(Event::Readied)?;
        }
        draft.settle(case.rules)?;
        return Ok("ports 22, 80 and 8081 are open".to_owned());
    }
    let ports: Vec<String> = closed_ports.iter().map(u16::to_string).collect();
    let why = format!("closed ports: {}", ports.join(", "));
    let blocked = Event::Blocked { why: why.clone() };
    if draft.may(&blocked) {
        draft.happen(blocked)?;
    }
    Ok(format!("{why}; the customer has not been told: use #reply"))
}

/// The desk sets the window within what the customer has consented to (T2a).
fn schedule(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    start: Timestamp,
    zone: &str,
    minutes: Option<u32>,
) -> Result<String, Refusal> {
    let hours = &case.rules.hours;
    let minutes = minutes.unwrap_or_else(|| planned_minutes(case, &draft.ticket));
    let end = start.checked_add(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(start);
    let consent = draft.ticket.consent().ok_or_else(|| {
        Refusal("the customer's consent is not recorded for this request; use #reply to ask him".to_owned())
    })?;
    if !consent.scope.covers(start, end) {
        return Err(Refusal(format!(
            "the customer has consented to {} only; use #reply to ask him",
            scope(&consent.scope, &hours.zone)
        )));
    }
    hours.judge(start, minutes).map_err(|outside| Refusal(outside.why))?;
    let heads_up = SignedDuration::from_mins(i64::from(hours.asap_heads_up_minutes));
    let earliest = case.now.checked_add(heads_up).unwrap_or(case.now);
    // A minute of grace: the agent wrote the time before we read it.
    if start < earliest.checked_sub(SignedDuration::from_mins(1)).unwrap_or(earliest) {
        let needed = hours.asap_heads_up_minutes;
        return Err(Refusal(format!("the customer is told at least {needed} minutes before: choose a later time")));
    }
    let window = Window { start, end, zone: zone.to_owned() };
    if draft.ticket.window.as_ref().is_some_and(|now| now.start == start && now.end == end) {
        return Err(Refusal("it is scheduled for exactly this time already".to_owned()));
    }
    draft.happen(Event::Scheduled { window: window.clone(), by: me(case) })?;
    draft.settle(case.rules)?;
    let shown = answer::zone_of(&draft.ticket, &case.world());
    let say = answer::confirmation(case.known, case.rules, &draft.ticket, &window, minutes, shown);
    for row in answer::concerned(&draft.ticket, &case.world(), answer::requester(&draft.ticket, case.known)) {
        effects.letters.push(answer::to_person(row, &draft.ticket, say.clone()));
    }
    Ok(format!("scheduled for {}; the customer is told", span(start, end, &hours.zone)))
}

fn planned_minutes(case: &Case<'_>, ticket: &Ticket) -> u32 {
    let company = ticket.company.as_deref().unwrap_or("");
    let hours = &case.rules.hours;
    match gates::unit_gate(&ticket.form, company, case.known) {
        gates::UnitGate::Green(unit) if !unit.customisations.is_empty() => hours.window_minutes_customised,
        _ => hours.window_minutes,
    }
}

fn scope(scope: &Scope, zone: &str) -> String {
    match scope {
        Scope::Window { start, end } => span(*start, *end, zone),
        Scope::AnyBusinessHours => "any business hours".to_owned(),
    }
}

fn deny(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    code: &str,
    reason: &str,
) -> Result<String, Refusal> {
    let denial = Denial::from_str(&code.to_uppercase()).map_err(|_| {
        let codes: Vec<&str> = <Denial as strum::VariantArray>::VARIANTS.iter().map(|denial| denial.code()).collect();
        Refusal(format!("expected one of {}, found {code}", codes.join(", ")))
    })?;
    let checked = draft.ticket.checked.clone().unwrap_or_default();
    let reason_given = (!reason.trim().is_empty()).then(|| reason.trim().to_owned());
    draft.happen(Event::Refused { denials: vec![denial], reason: reason_given, checked })?;
    let Some(row) = answer::requester(&draft.ticket, case.known) else {
        return Ok("denied; nobody outside was told, for the person who asked is not on file".to_owned());
    };
    let say = answer::denial(case, &draft.ticket, &[denial], reason.trim());
    effects.letters.push(answer::to_person(row, &draft.ticket, say));
    Ok(format!("denied; {} is told", row.address))
}

/// UT-32: consent in force, window open, password there.
fn start(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects) -> Result<String, Refusal> {
    own(case, draft)?;
    let missing = draft.missing_for_ready(case.rules);
    if draft.ticket.status == Status::Scheduled && !missing.is_empty() {
        return Err(Refusal(format!("not ready: {}", missing.join("; "))));
    }
    let window = draft.ticket.window.clone().ok_or_else(|| Refusal("there is no window; #schedule one".to_owned()))?;
    let consent = draft.ticket.consent().ok_or_else(|| Refusal("there is no consent in force".to_owned()))?;
    if !consent.scope.covers(window.start, window.end) {
        return Err(Refusal("the customer's consent does not cover this window".to_owned()));
    }
    let opens = window.start.checked_sub(EARLY).unwrap_or(Timestamp::MIN);
    let shuts = window.start.checked_add(LATE).unwrap_or(Timestamp::MAX);
    if case.now < opens || case.now > shuts {
        let zone = &case.rules.hours.zone;
        let now = point(case.now, zone);
        return Err(Refusal(format!("work may start {}; it is {now}", span(opens, shuts, zone))));
    }
    draft.happen(Event::Started { by: me(case) })?;
    let zone = answer::zone_of(&draft.ticket, &case.world());
    let say = Say::Started {
        serial: answer::serial(&draft.ticket.form),
        at: case.now,
        window: Window { zone, ..window },
        agent: answer::agent_name(&draft.ticket, case.rules),
    };
    let row = answer::feedback_to(&draft.ticket, case.known);
    effects.letters.extend(row.map(|row| answer::to_person(row, &draft.ticket, say)));
    Ok("started; the customer is told".to_owned())
}

fn finish(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    outcome: Outcome,
    issues: Vec<Issue>,
    words: &str,
) -> Result<String, Refusal> {
    own(case, draft)?;
    draft.happen(Event::Finished { outcome, issues, words: words.trim().to_owned(), by: me(case) })?;
    let name: &'static str = outcome.into();
    if outcome == Outcome::FailedDegraded {
        let id = problem::degraded(case, draft, effects, words)?;
        return Ok(format!("ended with {name}; the problem {id} is open and yours"));
    }
    Ok(format!("ended with {name}"))
}

fn feedback(case: &Case<'_>, draft: &mut Draft, text: &str) -> Result<String, Refusal> {
    own(case, draft)?;
    if text.trim().is_empty() {
        return Err(Refusal("there is no text".to_owned()));
    }
    if draft.ticket.has_feedback_letter() {
        return Err(Refusal("the official feedback has been sent already; use #reply".to_owned()));
    }
    draft.happen(Event::FeedbackWritten { text: text.trim().to_owned(), by: me(case) })?;
    Ok("the words stand in the official feedback".to_owned())
}

fn cancel(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects, reason: &str) -> Result<String, Refusal> {
    let words = reason.trim().to_owned();
    if words.is_empty() {
        return Err(Refusal("a reason is needed: #cancel <reason>; the customer will read it".to_owned()));
    }
    let people = answer::concerned(&draft.ticket, &case.world(), answer::requester(&draft.ticket, case.known));
    let say = Say::Cancelled {
        serial: answer::serial(&draft.ticket.form),
        window: answer::agreed_window(&draft.ticket, &case.world()),
        by_customer: false,
        words: words.clone(),
    };
    draft.happen(Event::Cancelled { ending: Ending::CancelledByDesk, by: me(case), words })?;
    effects.letters.extend(people.into_iter().map(|row| answer::to_person(row, &draft.ticket, say.clone())));
    Ok("cancelled; the customer is told".to_owned())
}

impl Effects {
    /// Decisions 9: who gets another letter anyway need not be told apart from
    /// it that a person has his problem.
    pub fn say_it_once(&mut self) {
        let is_only_that = |letter: &Letter| matches!(letter.say, Say::PersonHasIt { changed: false, .. });
        let others: Vec<Letter> = self.letters.iter().filter(|letter| !is_only_that(letter)).cloned().collect();
        self.letters.retain(|letter| !is_only_that(letter) || !others.iter().any(|other| other.to == letter.to));
    }

    /// What follows from all commands together: the official feedback, once,
    /// when the work has ended and its words are there (T6, UT-38).
    pub fn conclude(&mut self, case: &Case<'_>, draft: &mut Draft) -> Result<(), Refusal> {
        let ticket = &draft.ticket;
        let touched =
            draft.events().iter().any(|event| matches!(event, Event::Finished { .. } | Event::FeedbackWritten { .. }));
        let Some(outcome) = ticket.outcome.filter(|_| touched && ticket.status == Status::FeedbackDue) else {
            return Ok(());
        };
        let needs_words = !matches!(outcome, Outcome::Success | Outcome::SuccessWithIssues);
        if ticket.has_feedback_letter() || (needs_words && ticket.closing_words.is_empty()) {
            return Ok(());
        }
        let facts = facts(case, ticket, outcome);
        let say = match outcome {
            Outcome::Success => Say::FeedbackSuccess { feedback: facts },
            Outcome::SuccessWithIssues | Outcome::Partial => Say::FeedbackIssues { feedback: facts },
            Outcome::RolledBack | Outcome::FailedDegraded | Outcome::NotStarted => {
                Say::FeedbackFailed { feedback: facts }
            }
        };
        let row = answer::feedback_to(ticket, case.known).ok_or_else(|| {
            Refusal("nobody on file can get the official feedback; the register must name a contact first".to_owned())
        })?;
        self.letters.push(answer::to_person(row, ticket, say));
        Ok(())
    }
}

fn facts(case: &Case<'_>, ticket: &Ticket, outcome: Outcome) -> FeedbackFacts {
    let zone = answer::zone_of(ticket, &case.world());
    let actual = ticket.started_at.zip(ticket.ended_at);
    let name: &'static str = outcome.into();
    FeedbackFacts {
        serial: answer::serial(&ticket.form),
        version: answer::version(&ticket.form),
        planned: ticket.window.clone().map(|window| Window { zone: zone.clone(), ..window }),
        minutes: actual.map_or(0, |(start, end)| answer::minutes_between(start, end)),
        actual: actual.map(|(start, end)| Window { start, end, zone }),
        outcome: name.to_owned(),
        issues: ticket.issues.clone(),
        words: ticket.closing_words.clone(),
        agent: answer::agent_name(ticket, case.rules),
    }
}
