//! What comes due after the work: the reminder to set a new password, the end
//! of the watch, the end of the sealed password.

use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::{World, feedback};
use crate::desk::letter::Letter;
use crate::desk::ticket::{Event, Outcome, Ticket, TicketKind};
use crate::desk::timers::{Timer, TimerName};

pub(super) fn fire(timer: &Timer, draft: &mut Draft, world: &World<'_>) -> Result<Vec<Letter>, NotNow> {
    let held = open_problem(&draft.ticket, world).is_some();
    match timer.name {
        // Not before a rollback is out of the question (T5e).
        TimerName::Reset if !held => {
            draft.happen(Event::ResetAsked)?;
            Ok(feedback::reset(&draft.ticket, world).into_iter().collect())
        }
        // UT-40.
        TimerName::WatchOver if !held && !is_reset_owed(&draft.ticket) => {
            draft.happen(Event::WatchOver)?;
            Ok(Vec::new())
        }
        TimerName::Destroy => {
            draft.happen(Event::SecretsDestroyed { secrets: draft.ticket.secrets.clone() })?;
            Ok(Vec::new())
        }
        _ => Ok(Vec::new()),
    }
}

/// What holds the timers of this upgrade: looked at again tomorrow.
pub(super) fn open_problem<'a>(ticket: &Ticket, world: &World<'a>) -> Option<&'a Ticket> {
    world.known.of_company.iter().find(|other| {
        let upgrade = other.problem.as_ref().and_then(|problem| problem.upgrade.as_ref());
        other.kind() == TicketKind::Problem && upgrade == Some(&ticket.id) && !other.status.is_final()
    })
}

fn is_reset_owed(ticket: &Ticket) -> bool {
    let well = matches!(ticket.outcome, Some(Outcome::Success | Outcome::SuccessWithIssues));
    well && ticket.reset_asked_at.or(ticket.reset_confirmed_at).is_none()
}
