//! Commands before the work begins: is the unit ready, and if not, what then
//! (UT-26 to UT-28).

use super::{Effects, Refusal, me};
use crate::desk::command::Command;
use crate::desk::decide::draft::Draft;
use crate::desk::decide::mail::Case;
use crate::desk::decide::{pause, ports, ready};
use crate::desk::letter::times::point;
use crate::desk::rules::Precheck;
use crate::desk::ticket::{Cause, Event, Status, meaning};

/// T5b: tested by the agent, or by the desk from now on.
pub(super) fn ports(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    command: &Command,
) -> Result<String, Refusal> {
    match command {
        Command::Precheck { closed_ports } => precheck(case, draft, effects, closed_ports),
        _ => test_ports(case, draft),
    }
}

/// T5b. Closed ports block, and the customer is told which.
fn precheck(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    closed_ports: &[u16],
) -> Result<String, Refusal> {
    let before = draft.ticket.clone();
    draft.happen(Event::Prechecked { closed_ports: closed_ports.to_vec(), by: me(case) })?;
    if closed_ports.is_empty() {
        draft.settle(case.rules)?;
        effects.letters.extend(ready::cured(before.status, draft, &case.world()));
        return Ok(with_what_is_left(case, draft, "ports 22, 80 and 8081 are open"));
    }
    let ports: Vec<String> = closed_ports.iter().map(u16::to_string).collect();
    let why = format!("closed ports: {}", ports.join(", "));
    // The same once more is no news to the customer.
    if before.work.closed_ports == closed_ports {
        return Ok(format!("{why}; the customer knows it already"));
    }
    let told = block(case, draft, effects)?;
    Ok(format!("{why}; {told}"))
}

/// T5b. The result comes by a notice.
fn test_ports(case: &Case<'_>, draft: &mut Draft) -> Result<String, Refusal> {
    if case.rules.desk.precheck != Precheck::ByDesk {
        let text = "this desk does not test by itself (precheck in desk.toml): #precheck ok, or #precheck fail 8081";
        return Err(Refusal(text.to_owned()));
    }
    let address = ports::ask(draft, &case.world(), Some(me(case)))?;
    Ok(format!("the ports 22, 80 and 8081 of {address} are tested now; what is found comes in a mail of its own"))
}

/// T5g: never a second guess with the same password, and two passwords at most.
pub(super) fn password_failed(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects) -> Result<String, Refusal> {
    super::own(case, draft)?;
    if matches!(draft.ticket.status, Status::InProgress | Status::Verifying) {
        return Err(Refusal("the work has begun: end it with #rolledback, or ask for the password (#ask)".to_owned()));
    }
    if draft.ticket.work.password_wrong {
        return Err(Refusal("this password is known to be wrong, and the customer was asked for another".to_owned()));
    }
    draft.happen(Event::PasswordFailed { by: me(case) })?;
    if draft.ticket.work.password_tries < ready::PASSWORD_TRIES_MAX {
        let told = block(case, draft, effects)?;
        return Ok(format!("the password does not open the unit; {told}; please call him, too"));
    }
    let words = "The second password that we had did not open the unit either; we do not try a third, so that \
                 nobody is locked out.";
    effects.letters.extend(ready::not_started(draft, &case.world(), Cause::Password, words)?);
    Ok("the second password does not open the unit either: not started; the customer is told".to_owned())
}

/// UT-26, in the words of the transcript.
fn block(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects) -> Result<String, Refusal> {
    let letters = ready::block(draft, &case.world())?;
    // The transcript tells who wrote the command.
    let outside: Vec<_> = letters.into_iter().filter(|letter| !letter.to.is_for_staff()).collect();
    let to: Vec<String> = outside.iter().map(|letter| letter.to.address().to_owned()).collect();
    effects.letters.extend(outside);
    if to.is_empty() {
        return Ok("nobody outside was told".to_owned());
    }
    Ok(format!("{} is told", to.join(", ")))
}

fn with_what_is_left(case: &Case<'_>, draft: &Draft, done: &str) -> String {
    if draft.ticket.status != Status::Blocked {
        return done.to_owned();
    }
    let left = draft.missing_for_ready(case.rules);
    if left.is_empty() {
        format!("{done}; but the time to begin is over")
    } else {
        format!("{done}; still: {}", left.join("; "))
    }
}

/// UT-28: from the start of the window on; before it, another time is better.
pub(super) fn not_started(
    case: &Case<'_>,
    draft: &mut Draft,
    effects: &mut Effects,
    cause: Cause,
    text: &str,
) -> Result<String, Refusal> {
    super::own(case, draft)?;
    let status = draft.ticket.status;
    if !matches!(status, Status::Scheduled | Status::Ready | Status::Blocked) {
        let state = meaning(draft.ticket.kind(), status);
        return Err(Refusal(format!("{state}; this is possible only while it is SCHEDULED, READY or BLOCKED")));
    }
    let window = draft.ticket.window.clone().ok_or_else(|| Refusal("there is no window; #schedule one".to_owned()))?;
    if case.now < window.start {
        let zone = &case.rules.hours.zone;
        return Err(Refusal(format!(
            "the window opens only at {}; before that #offer another time, or #cancel",
            point(window.start, zone)
        )));
    }
    let letters = ready::not_started(draft, &case.world(), cause, text.trim())?;
    if letters.is_empty() {
        return Err(Refusal(
            "nobody on file can get the official feedback; the register must name a contact".to_owned(),
        ));
    }
    effects.letters.extend(letters);
    let offers = match draft.ticket.work.slots.len() {
        0 => "no new times are offered".to_owned(),
        number => format!("{number} new times are offered"),
    };
    Ok(format!("not started; the official feedback goes out, {offers}"))
}

/// A hold is over because the customer said so, by telephone for instance.
pub(super) fn go_on(case: &Case<'_>, draft: &mut Draft, effects: &mut Effects, text: &str) -> Result<String, Refusal> {
    super::own(case, draft)?;
    if draft.ticket.work.held_by.is_none() && draft.ticket.declined.is_none() {
        return Err(Refusal("nobody asked to wait or to stop".to_owned()));
    }
    effects.letters.extend(pause::go_on(draft, case, me(case), text.to_owned())?);
    Ok(with_what_is_left(case, draft, "the hold is over; noted who says so"))
}
