//! What each command does to a ticket. A refusal says why, in the agent's words.

mod anew;
mod consent;
mod begin;
mod enclose;
mod hands;
mod change;
mod feedback;
mod problem;
mod split;
mod undo;
mod waiting;
mod window;
mod work;

use std::str::FromStr;

use crate::desk::bookings::{Booking, Clash};
use crate::desk::command::Command;
use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::mail::Case;
use crate::desk::decide::ports::NotAsked;
use crate::desk::decide::{answer, escalate, ready, slots};
use crate::desk::denial::Denial;
use crate::desk::form::value::FOREIGN_MARK;
use crate::desk::letter::Letter;
use crate::desk::letter::say::Say;
use crate::desk::phrase::Phrase;
use crate::desk::record::TicketChange;
use crate::desk::register::Representative;
use crate::desk::ticket::{Ending, Event, NoteKind, Outcome};

/// Why a command is not done.
pub struct Refusal(pub String);

impl From<NotNow> for Refusal {
    fn from(refused: NotNow) -> Refusal {
        Refusal(refused.why())
    }
}

impl From<NotAsked> for Refusal {
    fn from(refused: NotAsked) -> Refusal {
        match refused {
            NotAsked::NotNow(refused) => refused.into(),
            NotAsked::Lately(why) | NotAsked::Cannot(why) => Refusal(why),
        }
    }
}

/// Letters that the commands of one mail cause.
#[derive(Default)]
pub struct Effects {
    pub letters: Vec<Letter>,
    /// A change of a problem that these commands ended.
    pub change: Option<crate::desk::ticket::Change>,
    /// Other tickets that change or begin.
    pub changes: Vec<TicketChange>,
    /// The agent asked how the ticket stands.
    pub shows_lights: bool,
    /// The desk's list is told of this ticket.
    pub tell_desk: Option<String>,
    /// Tickets that began, with the first line of their notice.
    pub notices: Vec<(Draft, String)>,
    /// The files of this mail go with a letter already.
    pub enclosed: bool,
}

/// Does `command`; the answer is its line in the transcript. Words with a password
/// in them reach no customer; elsewhere it was taken out, and whoever wrote it hears so.
pub fn run(case: &Case<'_>, command: &Command, draft: &mut Draft, effects: &mut Effects) -> Result<String, Refusal> {
    if command.is_for().is_some_and(|kind| kind != draft.ticket.kind()) {
        let kind: &'static str = draft.ticket.kind().into();
        return Err(Refusal(format!("this is not a command for the ticket of {} {kind}", article(kind))));
    }
    let had_password = had_password(command);
    if had_password && matches!(command, Command::Reply { .. } | Command::Ask { .. }) {
        let text = "your words had a password in them, and nothing is sent: no password leaves by mail; write them \
                    without it and send them again";
        return Err(Refusal(text.to_owned()));
    }
    let told = act(case, command, draft, effects)?;
    Ok(if had_password { format!("{told}; a password was taken out of your words") } else { told })
}

fn had_password(command: &Command) -> bool {
    // All texts of a command, whichever it is.
    serde_json::to_string(command).is_ok_and(|all| all.contains("[sealed") || all.contains(FOREIGN_MARK))
}

fn act(case: &Case<'_>, command: &Command, draft: &mut Draft, effects: &mut Effects) -> Result<String, Refusal> {
    match command {
        Command::Note { text } => noted(case, draft, NoteKind::Staff, text).map(|()| "noted, internal".to_owned()),
        Command::Reply { text } => reply(case, draft, effects, text),
        Command::Take => take(case, draft, effects),
        Command::Precheck { .. } | Command::TestPorts => begin::ports(case, draft, effects, command),
        Command::Schedule { start, zone, minutes } => window::schedule(case, draft, effects, *start, zone, *minutes),
        Command::Deny { code, reason } => deny(case, draft, effects, code, reason),
        Command::Start | Command::Done { .. } | Command::RolledBack { .. } | Command::Failed { .. }
            if draft.ticket.problem.is_some() =>
        {
            change::run(case, draft, effects, command)
        }
        Command::PasswordFailed => begin::password_failed(case, draft, effects),
        Command::NotStarted { cause, text } => begin::not_started(case, draft, effects, *cause, text),
        Command::Rollback { text } => work::rollback(case, draft, effects, text),
        Command::Continue { text } => work::go_on(case, draft, effects, text),
        Command::Start => work::start(case, draft, effects),
        Command::Applied => work::applied(case, draft),
        Command::Done { issues } => work::done(case, draft, effects, issues),
        Command::Partial { text } => work::finish(case, draft, effects, Outcome::Partial, Vec::new(), text),
        Command::RolledBack { text } => work::finish(case, draft, effects, Outcome::RolledBack, Vec::new(), text),
        Command::Failed { text } => work::finish(case, draft, effects, Outcome::FailedDegraded, Vec::new(), text),
        Command::Feedback { text } => feedback::words(case, draft, text),
        Command::Issue { issue } => feedback::issue(case, draft, issue),
        Command::LateIssue { issue } => feedback::late(draft, issue),
        Command::Cancel { reason } => cancel(case, draft, effects, reason),
        Command::Offer { slots } => waiting::offer(case, draft, effects, slots),
        Command::Extend { minutes, reason } => waiting::extend(case, draft, effects, *minutes, reason),
        Command::Remind => waiting::remind(case, draft, effects),
        Command::Escalate { reason } => escalate::by_staff(case, draft, effects, reason),
        Command::Ask { text } if draft.ticket.problem.is_none() => reply(case, draft, effects, text),
        Command::Assign { to } => hands::assign(case, draft, effects, to),
        Command::Release => hands::release(case, draft, effects),
        Command::Handover { to, text } => hands::handover(case, draft, effects, to, text),
        Command::Cc { address, add } => hands::cc(case, draft, address, *add),
        Command::Snooze { until } => hands::snooze(case, draft, *until),
        Command::Status => Ok(shown_below(effects)),
        Command::Ack if draft.ticket.problem.is_none() => hands::acknowledge(case, draft, effects),
        Command::Ack
        | Command::Work
        | Command::Ask { .. }
        | Command::Sev { .. }
        | Command::Link { .. }
        | Command::Propose { .. }
        | Command::Resolved { .. }
        | Command::Transfer { .. } => problem::run(case, command, draft, effects),
        Command::Override { code, reason } => anew::override_(case, draft, effects, code, reason),
        Command::Reopen { reason } => anew::reopen(case, draft, effects, reason),
        Command::Spam => anew::spam(case, draft),
        Command::Split { second: Some((severity, text)) } if draft.ticket.problem.is_some() => {
            split::of_problem(case, draft, effects, *severity, text)
        }
        Command::Split { second: None } if draft.ticket.problem.is_none() => split::of_request(case, draft, effects),
        Command::Accept | Command::New { .. } | Command::Split { .. } | Command::Board | Command::Rota => {
            Err(misplaced(command))
        }
        Command::Swap { .. } | Command::Holiday { .. } => Err(misplaced(command)),
        Command::Close { reason, .. } if draft.ticket.problem.is_none() => anew::close(case, draft, effects, reason),
        Command::Special { .. } | Command::Approve { .. } | Command::PhoneConsent { .. } => {
            consent::run(case, command, draft, effects)
        }
        Command::Merge { into } if draft.ticket.problem.is_none() => consent::merge(case, draft, effects, into),
        Command::Merge { .. } | Command::Close { .. } => problem::run(case, command, draft, effects),
        Command::Undo => undo::run(case, draft, effects),
        Command::Help => Ok("all commands are listed below".to_owned()),
    }
}

fn shown_below(effects: &mut Effects) -> String {
    effects.shows_lights = true;
    "how it stands is shown below".to_owned()
}

/// Not a command of a ticket.
fn misplaced(command: &Command) -> Refusal {
    let text = match command {
        Command::Accept => "nothing of this ticket is in quarantine: #accept answers the notice of a mail there",
        Command::Split { .. } => "expected #split P3 <words> on a problem, and #split with form lines on a request",
        _ => "#new begins a mail of its own, not an answer to a notice",
    };
    Refusal(text.to_owned())
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
    if draft.ticket.problem.is_some() {
        problem::spoke(case, draft)?;
    }
    noted(case, draft, NoteKind::Reply, text)?;
    let letter = answer::to_person(row, &draft.ticket, in_words(case, draft, text, false));
    let (letter, with) = effects.enclosing(case, letter)?;
    effects.letters.push(letter);
    Ok(format!("sent, visible to {}{with}", row.address))
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
        goes_on_as: String::new(),
        files: Vec::new(),
    }
}

fn my_name(case: &Case<'_>) -> String {
    case.author.staff.map(|staff| staff.name.clone()).unwrap_or_default()
}

fn take(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects) -> Result<String, Refusal> {
    if draft.ticket.problem.is_some() {
        return problem::run(case, &Command::Ack, draft, effects);
    }
    let before = draft.ticket.status;
    hands::taken(case, draft, effects)?;
    if let Some(window) = Booking::of(&draft.ticket).and(draft.ticket.window.as_ref())
        && let Some(Clash::Agent(other)) = slots::clash(&case.world(), &draft.ticket, window)
    {
        return Err(Refusal(format!("you have {other} at that time, and one agent works on one unit at a time")));
    }
    draft.settle(case.rules)?;
    effects.letters.extend(ready::cured(before, draft, &case.world()));
    Ok("you have this ticket".to_owned())
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
        words: Phrase::written(words.clone()),
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
}
