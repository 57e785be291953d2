//! The timers of an upgrade: what the customer owes us, what we owe him.

use jiff::{SignedDuration, Timestamp};

use crate::desk::access::{Recipient, day_of};
use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::due::{ended, tell, tell_leads, work};
use crate::desk::decide::{World, answer, calendar, challenge, ports, ready, remind};
use crate::desk::letter::Letter;
use crate::desk::letter::say::Say;
use crate::desk::ticket::{Event, Window};
use crate::desk::timers::{Timer, TimerName};
use crate::phrase;

pub(super) fn fire(timer: &Timer, draft: &mut Draft, world: &World<'_>) -> Result<Vec<Letter>, NotNow> {
    match timer.name {
        TimerName::Ports => ports::due(draft, world),
        TimerName::ReadyCheck => work::ready_check(draft, world),
        TimerName::Grace => work::grace_over(draft, world),
        TimerName::StartLate => work::start_late(draft, world),
        TimerName::StartLateLead => {
            Ok(tell_leads(draft, "The window is open and the agent has not started; please look at it", world))
        }
        TimerName::Declined => calendar::unanswered(draft, world),
        TimerName::NoShow => Ok(work::no_show(draft, world)),
        TimerName::Reset | TimerName::WatchOver | TimerName::Destroy => ended::fire(timer, draft, world),
        TimerName::AsapAged => work::asap_aged(draft, world),
        TimerName::StopUnanswered => {
            let headline = "The customer asked to STOP during the work, and nobody has decided: see to it at once";
            Ok(tell_leads(draft, headline, world))
        }
        TimerName::Verifying => Ok(tell_leads(draft, "The tests after the work take long; please look at it", world)),
        TimerName::Remind => Ok(remind::letters(&draft.ticket, world, false)),
        TimerName::LastCall => Ok(remind::letters(&draft.ticket, world, true)),
        TimerName::Release => {
            draft.happen(Event::OffersEnded)?;
            Ok(vec![tell(draft, "No answer: the offered times are given up; #offer makes new ones", world)])
        }
        TimerName::Untouched => {
            Ok(vec![tell(draft, "Nobody has looked at this request yet; please take it (#take)", world)])
        }
        TimerName::UntouchedLead => {
            Ok(tell_leads(draft, "Nobody has looked at this request for a whole business day", world))
        }
        TimerName::Special => {
            Ok(tell_leads(draft, "A special time is asked for and nobody has arranged it yet", world))
        }
        TimerName::Uncorrected => uncorrected(draft, world),
        TimerName::Lapse => lapse(draft, world),
        TimerName::ConfirmRemind => Ok(challenge::remind(&draft.ticket, world)),
        TimerName::ConfirmLapse => unconfirmed(draft, world),
        TimerName::BeforeWindow => Ok(before_window(draft, world)),
        TimerName::Progress => {
            let headline = "The planned end is near: #applied, or #extend 30 and the reason for the customer";
            Ok(vec![tell(draft, headline, world)])
        }
        TimerName::Overrun => overrun(draft, world),
        TimerName::OverrunLead => {
            Ok(tell_leads(draft, "This upgrade runs far beyond its planned end; please look at it", world))
        }
        TimerName::Feedback => {
            Ok(vec![tell(draft, "The official feedback is OWED: #feedback and the words for the customer", world)])
        }
        TimerName::FeedbackManager => {
            let letter = tell(draft, "The official feedback is VERY late: agent and lead were asked", world);
            Ok(vec![Letter { to: Recipient::last_resort(world.rules), ..letter }])
        }
        TimerName::FeedbackLead => Ok(tell_leads(draft, "The official feedback is late; please see to it", world)),
        TimerName::Alarm | TimerName::Unseen | TimerName::Update => Ok(Vec::new()),
        TimerName::Silence | TimerName::Settle => Ok(Vec::new()),
    }
}

/// UT-07: no answer came; silence is never consent (T2d).
fn lapse(draft: &mut Draft, world: &World<'_>) -> Result<Vec<Letter>, NotNow> {
    let row = answer::requester(&draft.ticket, world.known);
    draft.happen(Event::Lapsed)?;
    let say = challenge::ended(&draft.ticket, phrase!("ended_lapsed", "our questions were not answered in time"));
    Ok(row.map(|row| answer::to_person(row, &draft.ticket, say)).into_iter().collect())
}

/// UT-15: a denial was not corrected. Who was told of its end already (UT-12)
/// gets no second letter.
fn uncorrected(draft: &mut Draft, world: &World<'_>) -> Result<Vec<Letter>, NotNow> {
    let was_refused = !draft.ticket.denials.is_empty();
    let row = answer::requester(&draft.ticket, world.known).filter(|_| was_refused);
    draft.happen(Event::Lapsed)?;
    let why = phrase!("ended_uncorrected", "what did not agree was not corrected in time");
    let say = challenge::ended(&draft.ticket, why);
    Ok(row.map(|row| answer::to_person(row, &draft.ticket, say)).into_iter().collect())
}

/// UT-12: nobody on file confirmed; those who were asked are told, and staff.
fn unconfirmed(draft: &mut Draft, world: &World<'_>) -> Result<Vec<Letter>, NotNow> {
    let before = draft.ticket.clone();
    draft.happen(Event::Disowned { by: None })?;
    let say =
        challenge::ended(&draft.ticket, phrase!("ended_unconfirmed", "nobody of your company confirmed it in time"));
    let asked = challenge::asked(&before, world);
    let mut letters: Vec<Letter> = asked.map(|row| answer::to_person(row, &draft.ticket, say.clone())).collect();
    letters.push(tell(draft, "Nobody confirmed this request in time: denied", world));
    Ok(letters)
}

/// W-09: M-09 to everybody who knows of the window.
fn before_window(draft: &Draft, world: &World<'_>) -> Vec<Letter> {
    let ticket = &draft.ticket;
    let Some(say) = ready::reminder(ticket, world, false, false) else { return Vec::new() };
    let people = answer::concerned(ticket, world, answer::requester(ticket, world.known));
    people.into_iter().map(|row| answer::to_person(row, ticket, say.clone())).collect()
}

/// W-10: told at the planned end and every while after it, with nothing promised.
fn overrun(draft: &mut Draft, world: &World<'_>) -> Result<Vec<Letter>, NotNow> {
    draft.happen(Event::Overran)?;
    Ok(longer(draft, world, None, ""))
}

/// M-14 to who gets the feedback.
pub fn longer(draft: &Draft, world: &World<'_>, until: Option<Timestamp>, reason: &str) -> Vec<Letter> {
    let ticket = &draft.ticket;
    let Some(window) = &ticket.window else { return Vec::new() };
    let every = SignedDuration::from_mins(i64::from(world.rules.escalation.waits.overrun_every_minutes));
    let next = until.unwrap_or(world.now).checked_add(every).unwrap_or(Timestamp::MAX);
    let say = Say::TakingLonger {
        serial: answer::serial(&ticket.form),
        planned: Window { zone: answer::zone_of(ticket, world), ..window.clone() },
        until,
        reason: reason.to_owned(),
        back: ticket.work.rolling_back,
        next_update: next,
        agent: answer::agent_name(ticket, world.rules),
    };
    let today = day_of(world.now, &world.rules.hours.zone);
    let row = answer::feedback_to(ticket, world.known).filter(|row| row.is_valid_on(today));
    row.map(|row| answer::to_person(row, ticket, say)).into_iter().collect()
}
