//! What a ticket is on the board: its lines, each a fact of the ticket and the
//! timers that follow from it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::board::Seen;
use crate::desk::form::{FieldKey, Value};
use crate::desk::rules::{Precheck, Rules};
use crate::desk::ticket::{Happened, Status, Ticket};
use crate::desk::timers::{self, Timer};

/// Which ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Which {
    pub id: String,
    pub status: String,
    pub company: String,
    pub serial: String,
    /// Who has it: a name; empty: nobody.
    pub owner: String,
    /// Since when it is as it is.
    pub since: Timestamp,
}

/// P1 and P2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemLine {
    #[serde(flatten)]
    pub which: Which,
    pub severity: String,
    pub last: String,
    pub last_at: Option<Timestamp>,
    pub next: String,
    pub next_at: Option<Timestamp>,
    /// When the customer is to hear from a person again (W-13).
    pub promised: Option<Timestamp>,
}

/// A window of the next day, with its lights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowLine {
    #[serde(flatten)]
    pub which: Which,
    pub start: Timestamp,
    pub end: Timestamp,
    pub lights: Vec<Lit>,
}

/// One light: green, or what is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lit {
    pub name: String,
    pub green: bool,
}

/// Work that goes on now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningLine {
    #[serde(flatten)]
    pub which: Which,
    pub started: Option<Timestamp>,
    pub planned_end: Option<Timestamp>,
    /// Minutes beyond it; 0: in time.
    pub overrun_minutes: i64,
}

/// What happens to a ticket at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueLine {
    #[serde(flatten)]
    pub which: Which,
    /// `W-12`.
    pub timer: String,
    pub what: String,
    pub at: Timestamp,
    pub late: bool,
}

pub fn which(ticket: &Ticket, seen: &Seen, rules: &Rules) -> Which {
    let company = ticket.company.as_ref().map(|id| seen.companies.get(id).unwrap_or(id).clone());
    Which {
        id: ticket.id.0.clone(),
        status: ticket.status.name().to_owned(),
        company: company.unwrap_or_default(),
        serial: ticket.serial().to_owned(),
        owner: ticket.agent.as_deref().map(|id| name(rules, id)).unwrap_or_default(),
        since: ticket.since,
    }
}

/// The name of a member of staff; his id when he has left.
pub fn name(rules: &Rules, id: &str) -> String {
    rules.access.staff_by_id(id).map_or_else(|| id.to_owned(), |staff| staff.name.clone())
}

pub fn problem(ticket: &Ticket, seen: &Seen, rules: &Rules) -> Option<ProblemLine> {
    let problem = ticket.problem.as_ref()?;
    let severity: &'static str = problem.severity.into();
    let timers = timers::of(ticket, rules);
    let next = timers.iter().min_by_key(|timer| timer.at);
    let last = seen.last.get(&ticket.id);
    Some(ProblemLine {
        which: which(ticket, seen, rules),
        severity: severity.to_owned(),
        last: last.map(happened).unwrap_or_default(),
        last_at: last.map(|last| last.at),
        next: next.map(coming).unwrap_or_default(),
        next_at: next.map(|timer| timer.at),
        promised: timers.iter().filter(|timer| word(timer) == "W-13").map(|timer| timer.at).min(),
    })
}

/// The event's name in words; never what somebody wrote.
fn happened(last: &Happened) -> String {
    let name: &'static str = (&last.event).into();
    name.replace('_', " ")
}

pub fn window(ticket: &Ticket, seen: &Seen, rules: &Rules) -> Option<WindowLine> {
    let window = ticket.window.as_ref()?;
    let lit = |name: &str, green| Lit { name: name.to_owned(), green };
    let matched = ticket.company.is_some() && ticket.checked.is_some() && ticket.denials.is_empty();
    let ports = rules.desk.precheck == Precheck::Off || ticket.precheck_ok == Some(true);
    let lights = vec![
        lit("data", ticket.faults.is_empty()),
        lit("match", matched),
        lit("consent", ticket.consent().is_some()),
        lit(
            "password",
            ticket.secret.is_some() && matches!(ticket.form.value(FieldKey::PasswordTested), Some(Value::YesNo(true))),
        ),
        lit("ports", ports),
        lit("agent", ticket.agent.is_some()),
    ];
    Some(WindowLine { which: which(ticket, seen, rules), start: window.start, end: window.end, lights })
}

pub fn running(ticket: &Ticket, seen: &Seen, rules: &Rules, now: Timestamp) -> RunningLine {
    let planned_end = ticket.planned_end();
    let over = planned_end.map_or(0, |end| now.duration_since(end).as_mins());
    RunningLine {
        which: which(ticket, seen, rules),
        started: ticket.started_at,
        planned_end,
        overrun_minutes: over.max(0),
    }
}

/// The official feedback that is owed (W-12).
pub fn feedback(ticket: &Ticket, seen: &Seen, rules: &Rules, now: Timestamp) -> Option<DueLine> {
    let timers = timers::of(ticket, rules);
    let due = timers.iter().filter(|timer| word(timer).starts_with("W-12")).min_by_key(|timer| timer.at);
    let which = which(ticket, seen, rules);
    match due {
        Some(timer) => {
            // Once the agent was reminded, only the lead's timer is left: it is late.
            let late = timer.at <= now || word(timer) != "W-12";
            Some(DueLine { which, timer: word(timer).to_owned(), what: coming(timer), at: timer.at, late })
        }
        None if ticket.status == Status::FeedbackDue => {
            let (at, late) = (ticket.ended_at.unwrap_or(ticket.since), !ticket.has_feedback_letter());
            let what = if late { "owed; everybody was reminded" } else { "written, on its way" };
            Some(DueLine { which, timer: "W-12".to_owned(), what: what.to_owned(), at, late })
        }
        None => None,
    }
}

/// What we owe soon: the timers of a ticket that mean a promise of ours.
pub fn at_risk(ticket: &Ticket, seen: &Seen, rules: &Rules, now: Timestamp, until: Timestamp) -> Vec<DueLine> {
    const OURS: [&str; 9] = ["W-02", "W-03", "W-04", "W-08", "W-10", "W-11", "W-12", "W-13", "W-14"];
    let ours = |timer: &&Timer| OURS.iter().any(|ours| word(timer).starts_with(ours)) && timer.at <= until;
    let line = |timer: &Timer| DueLine {
        which: which(ticket, seen, rules),
        timer: word(timer).to_owned(),
        what: coming(timer),
        at: timer.at,
        late: timer.at <= now,
    };
    timers::of(ticket, rules).iter().filter(ours).map(line).collect()
}

pub fn word(timer: &Timer) -> &'static str {
    timer.name.into()
}

/// What a timer does, in a few words.
fn coming(timer: &Timer) -> String {
    let name = word(timer);
    let words = match name {
        "UT-25" => "ready?",
        "UT-33" => "the work has not begun",
        "W-02" => "nobody has looked at it",
        "W-03" => "the next level is called",
        "W-04" => "nobody has looked at it",
        "W-05" | "W-05-last-call" => "the customer is reminded",
        "W-05-release" => "the offered times end",
        "W-05-lapse" | "W-06-lapse" => "it ends without an answer",
        "W-06" => "the representative is reminded",
        "W-07" => "it ends without a correction",
        "W-08" => "the special review waits",
        "W-09" => "the customer is reminded of the window",
        "W-10-ask" => "how does the work go?",
        "W-10" => "the work takes longer than planned",
        "W-10-lead" => "a lead is told of the overrun",
        "W-11" => "the tests take long",
        "W-12" => "the feedback is due",
        "W-12-lead" => "a lead is told of the missing feedback",
        "W-13" => "the customer is to hear from us",
        "W-14" => "silence: whoever has it is called again",
        "W-15" => "it is closed unless the customer objects",
        "W-16" => "the customer is asked to reset the password",
        "W-17" => "the watch period ends",
        "W-18" => "the password is destroyed",
        other => other,
    };
    words.to_owned()
}
