//! A timer that has come due: compared with the ticket once more, then done.

mod ended;
mod problem;
mod upgrade;
mod work;

use crate::desk::access::{Actor, Recipient};
use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::{Decision, World, notice};
use crate::desk::known::FoundTicket;
use crate::desk::letter::Letter;
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::rules::Rules;
use crate::desk::ticket::{Event, Ticket, TicketKind};
use crate::desk::timers::{self, Timer, TimerName};

pub use upgrade::longer;
pub use work::after_test;

pub fn decide(timer: &Timer, world: &World<'_>) -> Decision {
    let name: &'static str = timer.name.into();
    let FoundTicket::ByReference(ticket) = &world.known.ticket else { return no_longer(name) };
    // The ticket may have moved on since the timer was read (2.8: it fires once).
    if timer.at > world.now || !timers::of(ticket, world.rules).contains(timer) {
        return no_longer(name);
    }
    fire(timer, ticket, world).unwrap_or_else(|_refused| no_longer(name))
}

fn no_longer(name: &str) -> Decision {
    let mut decision = Decision::new(OutcomeWord::NoLongerDue, Actor::System);
    decision.why.push(Why::new(name, "the ticket has moved on; nothing is due"));
    decision
}

fn fire(timer: &Timer, ticket: &Ticket, world: &World<'_>) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, world.now);
    draft.happen(Event::Reminded { timer: timer.key() })?;
    if is_overtaken(timer, &draft.ticket, world) {
        let mut decision = Decision::new(OutcomeWord::Timer, Actor::System);
        let name: &'static str = timer.name.into();
        decision.why.push(Why::new(name, format!("was due at {}; a later one is due as well: not sent", timer.at)));
        decision.changes.push(draft.into_change());
        return Ok(decision);
    }
    let letters = match ticket.kind() {
        TicketKind::Upgrade => upgrade::fire(timer, &mut draft, world)?,
        TicketKind::Problem => problem::fire(timer, &mut draft, world)?,
    };
    let mut decision = Decision::new(OutcomeWord::Timer, Actor::System);
    let name: &'static str = timer.name.into();
    decision.why.push(Why::new(name, format!("was due at {}", timer.at)));
    if matches!(timer.name, TimerName::Reset | TimerName::WatchOver)
        && let Some(problem) = ended::open_problem(ticket, world)
    {
        decision.why.push(Why::new(name, format!("{} is open: looked at again tomorrow", problem.id)));
    }
    decision.letters = letters;
    decision.changes.push(draft.into_change());
    Ok(decision)
}

/// After the desk was down a reminder may be older than what it reminds of: of
/// several that are due only the last is sent (2.8: no storm).
fn is_overtaken(timer: &Timer, ticket: &Ticket, world: &World<'_>) -> bool {
    use TimerName::{
        BeforeWindow, ConfirmLapse, ConfirmRemind, Lapse, LastCall, Overrun, Ports, Progress, Release, Remind, Special,
        Untouched, UntouchedLead, Update,
    };
    let by: &[TimerName] = match timer.name {
        Remind => &[Remind, LastCall, Release, Lapse],
        LastCall => &[Release, Lapse],
        ConfirmRemind => &[ConfirmLapse],
        Untouched => &[UntouchedLead, Special],
        BeforeWindow => &[BeforeWindow],
        Ports => &[Ports],
        Progress => &[Overrun],
        Update => &[Update],
        _ => return false,
    };
    let begun = ticket.window.as_ref().is_some_and(|window| window.start <= world.now);
    let due = timers::of(ticket, world.rules);
    let later = due.iter().any(|other| by.contains(&other.name) && timer.at < other.at && other.at <= world.now);
    later || (matches!(timer.name, BeforeWindow | Ports) && begun)
}

/// A notice to the agent who has the ticket, else to the desk's list.
pub fn tell(draft: &Draft, headline: &str, world: &World<'_>) -> Letter {
    notice::about(&draft.ticket, draft, headline, world.rules, world.known)
}

/// A notice to every lead; without a lead to the desk's list.
pub fn tell_leads(draft: &Draft, headline: &str, world: &World<'_>) -> Vec<Letter> {
    to_leads(&tell(draft, headline, world), world.rules)
}

/// The same letter to every lead; without a lead to the desk's list.
pub fn to_leads(letter: &Letter, rules: &Rules) -> Vec<Letter> {
    let leads: Vec<Letter> =
        rules.access.leads().map(|lead| Letter { to: Recipient::staff(lead), ..letter.clone() }).collect();
    if leads.is_empty() { vec![Letter { to: Recipient::desk(rules), ..letter.clone() }] } else { leads }
}
