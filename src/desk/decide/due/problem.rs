//! The timers of a problem: alarms, silence, updates, the end.

use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::due::{tell, tell_leads};
use crate::desk::decide::{World, alarm};
use crate::desk::letter::Letter;
use crate::desk::ticket::Event;
use crate::desk::timers::{Timer, TimerName};

pub(super) fn fire(timer: &Timer, draft: &mut Draft, world: &World<'_>) -> Result<Vec<Letter>, NotNow> {
    match timer.name {
        TimerName::Alarm => alarm::step(world, draft, "Nobody has answered yet."),
        TimerName::Unseen => {
            Ok(tell_leads(draft, "Nobody has looked at this problem yet; please see that somebody takes it", world))
        }
        TimerName::Update => {
            let headline = "The customer has heard nothing for too long: #reply, #ask or #resolved";
            Ok(vec![tell(draft, headline, world)])
        }
        TimerName::Silence => {
            let first = draft.ticket.agent.clone();
            let why = "Somebody has this problem, but nothing has happened for too long.";
            alarm::raise(world, draft, timer.at, first, why)
        }
        TimerName::Settle => {
            draft.happen(Event::Settled { by: "the desk program".to_owned(), words: "no answer".to_owned() })?;
            Ok(Vec::new())
        }
        _ => Ok(Vec::new()),
    }
}
