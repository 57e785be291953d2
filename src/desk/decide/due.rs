//! A timer that has come due: compared with the ticket once more, then done.

use jiff::Timestamp;

use crate::desk::access::Actor;
use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::{Decision, notice};
use crate::desk::known::{FoundTicket, Known};
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::rules::Rules;
use crate::desk::ticket::{Event, Status, Ticket};
use crate::desk::timers::{self, Timer, TimerName};

pub fn decide(timer: &Timer, known: &Known, now: Timestamp, rules: &Rules) -> Decision {
    let name: &'static str = timer.name.into();
    let FoundTicket::ByReference(ticket) = &known.ticket else { return no_longer(name) };
    // The ticket may have moved on since the timer was read (2.8: it fires once).
    if timer.at > now || !timers::of(ticket, rules).contains(timer) {
        return no_longer(name);
    }
    fire(timer, ticket, known, now, rules).unwrap_or_else(|_refused| no_longer(name))
}

fn no_longer(name: &str) -> Decision {
    let mut decision = Decision::new(OutcomeWord::NoLongerDue, Actor::System);
    decision.why.push(Why::new(name, "the ticket has moved on; nothing is due"));
    decision
}

fn fire(timer: &Timer, ticket: &Ticket, known: &Known, now: Timestamp, rules: &Rules) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, now);
    draft.happen(Event::Reminded { timer: timer.key() })?;
    let headline = match timer.name {
        TimerName::ReadyCheck => {
            draft.settle(rules)?;
            match draft.ticket.status {
                Status::Ready => "Ready: the window opens within two hours".to_owned(),
                _ => format!("NOT READY for the window: {}", draft.missing_for_ready(rules).join("; ")),
            }
        }
        TimerName::StartLate => {
            draft.happen(Event::StartLate)?;
            "The window has opened and nobody has started".to_owned()
        }
        TimerName::WatchOver => {
            draft.happen(Event::WatchOver)?;
            String::new()
        }
    };
    let mut decision = Decision::new(OutcomeWord::Timer, Actor::System);
    let name: &'static str = timer.name.into();
    decision.why.push(Why::new(name, format!("was due at {}", timer.at)));
    if !headline.is_empty() {
        decision.letters.push(notice::about(&draft.ticket, &draft, &headline, rules, known));
    }
    decision.changes.push(draft.into_change());
    Ok(decision)
}
