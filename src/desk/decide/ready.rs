//! What stands between a ticket and the start of its work (UT-25 to UT-28):
//! found from its facts, told to the customer once, cured or given up.

use jiff::{SignedDuration, Timestamp};

use crate::desk::access::day_of;
use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::due::tell_leads;
use crate::desk::decide::{World, answer, notice, slots};
use crate::desk::letter::Letter;
use crate::desk::letter::say::{Obstructed, Say};
use crate::desk::ports::{Answer, PortSeen, Reachable};
use crate::desk::register::Representative;
use crate::desk::rules::{Precheck, Rules};
use crate::desk::ticket::{Cause, Event, Status, Ticket, Window};
use crate::desk::timers::{READY_BEFORE, grace_ends};
use crate::desk::token::{self, Action};

/// Passwords that are tried for one window, so that nobody locks himself out (T5g).
pub const PASSWORD_TRIES_MAX: u32 = 2;

/// One thing that is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    NoAgent,
    /// T5a: who has the ticket is away at that time (`escalation.toml`).
    AgentAway(String),
    PortsUnchecked,
    PortsClosed(Vec<u16>),
    NoPassword,
    WrongPassword,
    /// T5f: tested too long before the window.
    OldPassword,
    Held(String),
}

impl Obstacle {
    /// In the agent's words.
    pub fn said(&self) -> String {
        match self {
            Obstacle::NoAgent => "no agent has taken it (#take)".to_owned(),
            Obstacle::AgentAway(agent) => format!("{agent} is away at that time; somebody else must #take it"),
            Obstacle::PortsUnchecked => "ports 22, 80 and 8081 have not been checked (#precheck ok)".to_owned(),
            Obstacle::PortsClosed(ports) => format!("closed ports: {} (#precheck ok when open)", listed(ports)),
            Obstacle::NoPassword => "there is no manager password".to_owned(),
            Obstacle::WrongPassword => "the manager password does not open the unit".to_owned(),
            Obstacle::OldPassword => "the customer tested the password too long ago; he is asked again".to_owned(),
            Obstacle::Held(by) => format!("{by} asked us to wait (#continue and how you know that it may go on)"),
        }
    }

    pub fn cause(&self) -> Cause {
        match self {
            Obstacle::NoAgent | Obstacle::AgentAway(_) | Obstacle::PortsUnchecked => Cause::Desk,
            Obstacle::PortsClosed(_) => Cause::Ports,
            Obstacle::NoPassword | Obstacle::WrongPassword | Obstacle::OldPassword => Cause::Password,
            Obstacle::Held(_) => Cause::Hold,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Obstacle::NoAgent | Obstacle::AgentAway(_) | Obstacle::PortsUnchecked => "desk",
            Obstacle::PortsClosed(_) => "ports",
            Obstacle::NoPassword => "password_missing",
            Obstacle::WrongPassword => "password_wrong",
            Obstacle::OldPassword => "password_old",
            Obstacle::Held(_) => "hold",
        }
    }
}

fn listed(ports: &[u16]) -> String {
    ports.iter().map(u16::to_string).collect::<Vec<String>>().join(", ")
}

/// Everything that is missing for the work to begin.
pub fn obstacles(ticket: &Ticket, rules: &Rules) -> Vec<Obstacle> {
    let mut found = Vec::new();
    found.extend(agent(ticket, rules));
    if !ticket.work.closed_ports.is_empty() {
        found.push(Obstacle::PortsClosed(ticket.work.closed_ports.clone()));
    } else if rules.desk.precheck != Precheck::Off && ticket.precheck_ok != Some(true) {
        found.push(Obstacle::PortsUnchecked);
    }
    found.extend(password(ticket, rules));
    let declined = ticket.declined.as_ref().map(|declined| declined.by.clone());
    found.extend(ticket.work.held_by.clone().or(declined).map(Obstacle::Held));
    found
}

fn agent(ticket: &Ticket, rules: &Rules) -> Option<Obstacle> {
    let Some(agent) = &ticket.agent else { return Some(Obstacle::NoAgent) };
    let window = ticket.window.as_ref()?;
    let mut absences = rules.escalation.absences.iter();
    let away = absences.any(|away| away.who == *agent && away.from < window.end && window.start < away.until);
    away.then(|| Obstacle::AgentAway(agent.clone()))
}

fn password(ticket: &Ticket, rules: &Rules) -> Option<Obstacle> {
    match (&ticket.secret, ticket.work.password_wrong) {
        (None, _) => Some(Obstacle::NoPassword),
        (Some(_), true) => Some(Obstacle::WrongPassword),
        (Some(_), false) => is_tested_too_long_ago(ticket, rules).then_some(Obstacle::OldPassword),
    }
}

/// T5f. Whoever said nothing of a test is reminded, not stopped.
pub fn is_tested_too_long_ago(ticket: &Ticket, rules: &Rules) -> bool {
    let days = rules.escalation.waits.work.password_tested_days;
    let good_for = SignedDuration::from_hours(24 * i64::from(days));
    let tested = ticket.work.password_tested_at.zip(ticket.window.as_ref());
    tested.is_some_and(|(tested, window)| window.start.duration_since(tested) > good_for)
}

/// The same without what need not be there long before the window.
pub fn in_the_way(ticket: &Ticket, rules: &Rules, now: Timestamp) -> Vec<Obstacle> {
    let mut found = obstacles(ticket, rules);
    if !is_near(ticket, now) {
        found.retain(|one| !matches!(one, Obstacle::NoAgent | Obstacle::PortsUnchecked | Obstacle::OldPassword));
    }
    found
}

/// How long before its window a ticket becomes ready (UT-25).
pub fn is_near(ticket: &Ticket, now: Timestamp) -> bool {
    let Some(window) = &ticket.window else { return false };
    let near = window.start.checked_sub(READY_BEFORE).unwrap_or(Timestamp::MIN);
    now >= near
}

/// UT-26: blocked, and the customer is told what he can do (M-10); staff, too.
/// A desk that is itself the reason calls its leads.
pub fn block(draft: &mut Draft, world: &World<'_>) -> Result<Vec<Letter>, NotNow> {
    let found = in_the_way(&draft.ticket, world.rules, world.now);
    stop_by(draft, &found)?;
    let mut letters = told(draft, &found, world);
    let said: Vec<String> = found.iter().map(Obstacle::said).collect();
    let headline = format!("BLOCKED, the work cannot begin: {}", said.join("; "));
    letters.push(notice::about(&draft.ticket, draft, &headline, world.rules, world.known));
    if found.iter().any(|one| one.cause() == Cause::Desk) {
        let already: Vec<_> = letters.iter().map(|letter| letter.to.clone()).collect();
        letters.extend(tell_leads(draft, &headline, world).into_iter().filter(|letter| !already.contains(&letter.to)));
    }
    Ok(letters)
}

/// The state only.
fn stop_by(draft: &mut Draft, found: &[Obstacle]) -> Result<(), NotNow> {
    let said: Vec<String> = found.iter().map(Obstacle::said).collect();
    let blocked = Event::Blocked { why: said.join("; "), cause: main_cause(found) };
    if draft.may(&blocked) { draft.happen(blocked) } else { Ok(()) }
}

/// What the customer can do something about comes before what we must do.
pub fn main_cause(found: &[Obstacle]) -> Cause {
    let first = found.iter().map(Obstacle::cause).find(|cause| *cause != Cause::Desk);
    first.unwrap_or(Cause::Desk)
}

/// M-10 to who gets the feedback and who asked, while it can still be cured.
pub fn told(draft: &Draft, found: &[Obstacle], world: &World<'_>) -> Vec<Letter> {
    let ticket = &draft.ticket;
    let until = ticket.window.as_ref().map(|window| grace_ends(window, world.rules));
    if found.is_empty() || until.is_some_and(|until| until <= world.now) {
        return Vec::new();
    }
    let mut items: Vec<String> = found.iter().map(|one| one.kind().to_owned()).collect();
    items.dedup();
    let say = Say::Blocked { obstacles: obstructed(ticket, items, world), until };
    people(ticket, world).into_iter().map(|row| answer::to_person(row, ticket, say.clone())).collect()
}

pub fn obstructed(ticket: &Ticket, kinds: Vec<String>, world: &World<'_>) -> Obstructed {
    let zone = answer::zone_of(ticket, world);
    Obstructed {
        serial: answer::serial(&ticket.form),
        window: ticket.window.clone().map(|window| Window { zone: zone.clone(), ..window }),
        kinds,
        ports: ticket.work.closed_ports.clone(),
        tested: ticket.work.ports_tested_at,
        tested_from: tested_from(ticket),
        seen: seen(ticket),
        password_days: world.rules.escalation.waits.work.password_tested_days,
        zone,
        agent: answer::agent_name(ticket, world.rules),
    }
}

/// Behind a translator our own address is a private one: nothing for a firewall.
fn tested_from(ticket: &Ticket) -> String {
    let from = ticket.work.ports_found.as_ref().and_then(|found| found.from);
    from.filter(|from| Reachable::new(*from, &[]).is_ok()).map(|from| from.to_string()).unwrap_or_default()
}

fn seen(ticket: &Ticket) -> Vec<PortSeen> {
    let found = ticket.work.ports_found.iter().flat_map(|found| &found.ports);
    found.filter(|seen| seen.answer != Answer::Open).copied().collect()
}

/// F-03 and who asked, each once, while they are on file.
pub fn people<'a>(ticket: &Ticket, world: &World<'a>) -> Vec<&'a Representative> {
    let today = day_of(world.now, &world.rules.hours.zone);
    let feedback = answer::feedback_to(ticket, world.known);
    let asked = answer::requester(ticket, world.known);
    let mut people: Vec<&Representative> = Vec::new();
    for row in feedback.into_iter().chain(asked).filter(|row| row.is_valid_on(today)) {
        if !people.iter().any(|known| known.address.eq_ignore_ascii_case(&row.address)) {
            people.push(row);
        }
    }
    people
}

/// UT-27: M-09 says that it goes on as planned, to those who had been told
/// that it could not.
pub fn cured(before: Status, draft: &Draft, world: &World<'_>) -> Vec<Letter> {
    if before != Status::Blocked || draft.ticket.status != Status::Ready {
        return Vec::new();
    }
    let Some(say) = reminder(&draft.ticket, world, true, false) else { return Vec::new() };
    people(&draft.ticket, world).into_iter().map(|row| answer::to_person(row, &draft.ticket, say.clone())).collect()
}

/// M-09.
pub fn reminder(ticket: &Ticket, world: &World<'_>, cured: bool, heads_up: bool) -> Option<Say> {
    let window = ticket.window.clone()?;
    Some(Say::WindowReminder {
        serial: answer::serial(&ticket.form),
        version: answer::version(&ticket.form),
        window: Window { zone: answer::zone_of(ticket, world), ..window },
        agent: answer::agent_name(ticket, world.rules),
        password_tested: answer::password_tested(&ticket.form),
        password_old: is_tested_too_long_ago(ticket, world.rules),
        ports_open: ticket.precheck_ok == Some(true),
        cured,
        heads_up,
    })
}

/// UT-28: nothing was begun. The official feedback says why and offers new
/// windows (UT-46), unless the customer gave it up.
pub fn not_started(draft: &mut Draft, world: &World<'_>, cause: Cause, words: &str) -> Result<Vec<Letter>, NotNow> {
    let found = obstacles(&draft.ticket, world.rules);
    if draft.ticket.status != Status::Blocked {
        stop_by(draft, &found)?;
    }
    let planned = draft.ticket.window.clone();
    let minutes = planned.as_ref().map_or(i64::from(world.rules.hours.window_minutes), |window| {
        answer::minutes_between(window.start, window.end)
    });
    let slots = match cause {
        Cause::Customer => Vec::new(),
        _ => slots::find(world, &draft.ticket, u32::try_from(minutes).unwrap_or(u32::MAX), None),
    };
    draft.happen(Event::NotStarted { why: words.to_owned(), cause, slots })?;
    let say = not_started_say(draft, world, cause, words);
    let mut people = people(&draft.ticket, world);
    for row in answer::consenting(&draft.ticket, world) {
        if !people.iter().any(|known| known.address.eq_ignore_ascii_case(&row.address)) {
            people.push(row);
        }
    }
    Ok(people.into_iter().map(|row| answer::to_person(row, &draft.ticket, say.clone())).collect())
}

fn not_started_say(draft: &Draft, world: &World<'_>, cause: Cause, words: &str) -> Say {
    let ticket = &draft.ticket;
    let zone = answer::zone_of(ticket, world);
    let release = SignedDuration::from_hours(i64::from(world.rules.escalation.waits.release_hours));
    let latest = ticket.work.slots.iter().map(|slot| slot.start).max();
    let name: &'static str = cause.into();
    // What the letter asks is bound to the ticket as it is once it has left (UT-46).
    let mut offered = ticket.clone();
    offered.offers = ticket.work.slots.clone();
    Say::NotStarted {
        serial: answer::serial(&ticket.form),
        version: answer::version(&ticket.form),
        planned: ticket.window.clone().map(|window| Window { zone: zone.clone(), ..window }),
        cause: name.to_owned(),
        words: words.to_owned(),
        ports: ticket.work.closed_ports.clone(),
        password_needed: ticket.secret.is_none() || ticket.work.password_wrong,
        slots: ticket.work.slots.iter().map(|slot| Window { zone: zone.clone(), ..slot.clone() }).collect(),
        until: latest.and_then(|latest| latest.checked_sub(release).ok()),
        zone,
        agent: answer::agent_name(ticket, world.rules),
        digest: token::digest(&offered, Action::Accept),
    }
}
