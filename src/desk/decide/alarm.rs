//! The alarm ladder (2.8): raised once, climbed until a person answers.

use jiff::Timestamp;

use crate::desk::access::Recipient;
use crate::desk::decide::World;
use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::escalation::{Clock, Post, Step};
use crate::desk::language::Language;
use crate::desk::letter::Letter;
use crate::desk::letter::say::{AlarmFacts, Say};
use crate::desk::rules::Staff;
use crate::desk::ticket::{Event, Problem, Ticket};
use crate::desk::urgency::Severity;

/// Raises the alarm, with its first step if its hour has come. `first` fell
/// silent and is called in place of the first level.
pub fn raise(
    world: &World<'_>,
    draft: &mut Draft,
    received: Timestamp,
    first: Option<String>,
    why: &str,
) -> Result<Vec<Letter>, NotNow> {
    let severity = draft.ticket.problem.as_ref().map(|problem| problem.severity);
    let clock = severity.and_then(|severity| world.rules.escalation.ladder(severity)).map(|ladder| ladder.clock);
    let since = match clock {
        Some(Clock::BusinessHours) => world.rules.hours.opening(received),
        Some(Clock::Always) | None => received,
    };
    draft.happen(Event::AlarmRaised { since, first, why: why.to_owned() })?;
    step(world, draft, why)
}

/// Does the step that is due. A level with nobody on duty is skipped at once;
/// the last address is never empty.
pub fn step(world: &World<'_>, draft: &mut Draft, why: &str) -> Result<Vec<Letter>, NotNow> {
    let Some((problem, since, fired)) = running(&draft.ticket) else { return Ok(Vec::new()) };
    let Some(ladder) = world.rules.escalation.ladder(problem.severity) else { return Ok(Vec::new()) };
    match ladder.due(fired, since, world.now) {
        Some(step) => call(world, draft, step, why),
        None => Ok(Vec::new()),
    }
}

/// `#escalate`: the level above the last call, now and not at its time. Without a
/// running alarm the first level is who calls, and the second is called.
pub fn next_level(world: &World<'_>, draft: &mut Draft, why: &str) -> Result<Vec<Letter>, NotNow> {
    if running(&draft.ticket).is_none() {
        draft.happen(Event::AlarmRaised { since: world.now, first: None, why: why.to_owned() })?;
    }
    let Some((problem, since, fired)) = running(&draft.ticket) else { return Ok(Vec::new()) };
    let Some(ladder) = world.rules.escalation.ladder(problem.severity) else { return Ok(Vec::new()) };
    call(world, draft, ladder.step(fired.max(1), since), why)
}

fn call(world: &World<'_>, draft: &mut Draft, mut step: Step, why: &str) -> Result<Vec<Letter>, NotNow> {
    let Some((problem, since, _)) = running(&draft.ticket) else { return Ok(Vec::new()) };
    let Some(ladder) = world.rules.escalation.ladder(problem.severity) else { return Ok(Vec::new()) };
    let mut skipped = Vec::new();
    let mut people = people(&step, &problem, world);
    while people.is_empty() && !step.to.is_empty() {
        skipped.push(format!("level {} of {}", step.level, step.levels));
        step = ladder.step(step.number.saturating_add(1), since);
        people = self::people(&step, &problem, world);
    }
    let to: Vec<String> = match people.is_empty() {
        true => vec![world.rules.escalation.last_address.clone()],
        false => people.iter().map(|staff| staff.name.clone()).collect(),
    };
    let recipients: Vec<Recipient> = match people.is_empty() {
        true => vec![Recipient::last_resort(world.rules)],
        false => people.into_iter().map(Recipient::staff).collect(),
    };
    let addresses = recipients.iter().map(|to| to.address().to_owned()).collect();
    let say = say(world, &draft.ticket, &problem, &step, &skipped, why);
    draft.happen(Event::Alarmed { step: step.number, to, addresses, skipped })?;
    Ok(recipients.into_iter().map(|to| letter(to, &draft.ticket, say.clone())).collect())
}

/// When nobody of the last call could be reached, the next one is called now and
/// not at its time.
pub fn step_early(world: &World<'_>, draft: &mut Draft, why: &str) -> Result<Vec<Letter>, NotNow> {
    let Some((problem, since, fired)) = running(&draft.ticket) else { return Ok(Vec::new()) };
    let Some(ladder) = world.rules.escalation.ladder(problem.severity) else { return Ok(Vec::new()) };
    let next = ladder.step(fired, since);
    let reached = problem.alarm.as_ref().is_some_and(|alarm| !alarm.reach.is_empty());
    // The last address is the last there is.
    if reached || next.to.is_empty() {
        return Ok(Vec::new());
    }
    step(&World { now: next.at.max(world.now), ..*world }, draft, why)
}

/// The customer asks for news of an alarm that nobody has answered: the next step
/// now, unless the last one is so fresh that an answer may be on its way.
pub fn nudged(world: &World<'_>, draft: &mut Draft) -> Result<Vec<Letter>, NotNow> {
    const FRESH: jiff::SignedDuration = jiff::SignedDuration::from_mins(5);
    let Some((problem, since, fired)) = running(&draft.ticket) else { return Ok(Vec::new()) };
    let Some(ladder) = world.rules.escalation.ladder(problem.severity) else { return Ok(Vec::new()) };
    let last = fired.checked_sub(1).map(|step| ladder.step(step, since).at);
    let next = ladder.step(fired, since);
    // The last address is the last there is; before its hour the ladder has not begun.
    let began = last.is_some_and(|last| world.now.duration_since(last) >= FRESH);
    if !began || next.to.is_empty() {
        return Ok(Vec::new());
    }
    let world = World { now: next.at.max(world.now), ..*world };
    step(&world, draft, "The customer asks for news, and nobody has answered yet.")
}

/// Who would be called first about a problem of this severity.
pub fn on_duty(world: &World<'_>, severity: Severity) -> Vec<Recipient> {
    let people: Vec<Recipient> = first_level(world, severity).into_iter().map(Recipient::staff).collect();
    if people.is_empty() { vec![Recipient::last_resort(world.rules)] } else { people }
}

/// Who is on duty at the first level of an alarm of this severity, each once.
pub fn first_level<'a>(world: &World<'a>, severity: Severity) -> Vec<&'a Staff> {
    let step = world.rules.escalation.ladder(severity).map(|ladder| ladder.step(0, world.now));
    step.map(|step| everybody(&step.to, world)).unwrap_or_default()
}

fn running(ticket: &Ticket) -> Option<(Problem, Timestamp, u32)> {
    let problem = ticket.problem.clone()?;
    let alarm = problem.alarm.clone()?;
    Some((problem, alarm.since, alarm.fired))
}

/// Who is called at a step, each once.
fn people<'a>(step: &Step, problem: &Problem, world: &World<'a>) -> Vec<&'a Staff> {
    let silent = problem.alarm.as_ref().and_then(|alarm| alarm.first.as_deref()).filter(|_| step.number == 0);
    if let Some(staff) = silent.and_then(|id| world.rules.access.staff_by_id(id)) {
        return vec![staff];
    }
    everybody(&step.to, world)
}

fn everybody<'a>(posts: &[Post], world: &World<'a>) -> Vec<&'a Staff> {
    let mut people: Vec<&Staff> = Vec::new();
    for post in posts {
        for staff in holders(post, world) {
            if !people.iter().any(|known| known.id == staff.id) {
                people.push(staff);
            }
        }
    }
    people
}

fn holders<'a>(post: &Post, world: &World<'a>) -> Vec<&'a Staff> {
    let rules = world.rules;
    match post {
        Post::Rota(name) => {
            let duty = world.known.office.duty();
            let id = rules.escalation.on_duty(name, world.now, &duty);
            id.and_then(|id| rules.access.staff_by_id(id)).into_iter().collect()
        }
        Post::Leads => rules.access.leads().collect(),
        Post::Everyone => rules.access.staff.iter().collect(),
        Post::Person(id) => rules.access.staff_by_id(id).into_iter().collect(),
    }
}

fn say(world: &World<'_>, ticket: &Ticket, problem: &Problem, step: &Step, skipped: &[String], why: &str) -> Say {
    let known = world.known;
    let severity: &'static str = problem.severity.into();
    let company = ticket.company.as_deref().and_then(|id| known.companies.get(id));
    let of_company = |address: &str| known.representatives.iter().find(|row| row.address.eq_ignore_ascii_case(address));
    let reporter = of_company(&ticket.requester.address);
    let on_file = if reporter.is_some() { "on file" } else { "NOT on file" };
    let consenting = known.representatives.iter().find(|row| row.may_consent() && !row.retired);
    let phones = reporter.or(consenting).map(|row| row.phones.iter().map(|phone| format!("{} {phone}", row.name)));
    Say::Alarm(AlarmFacts {
        severity: severity.to_owned(),
        company: company.map(|company| company.name.clone()).unwrap_or_default(),
        serial: super::answer::serial(&ticket.form),
        call: problem.calls.saturating_add(1),
        level: if step.to.is_empty() { 0 } else { step.level },
        levels: step.levels,
        why: why.to_owned(),
        reported: problem.received,
        minutes: super::answer::minutes_between(problem.received, world.now),
        reporter: format!("{} ({on_file})", ticket.requester.address),
        phones: phones.into_iter().flatten().collect(),
        upgrade: problem.upgrade.as_ref().or(problem.suggested.as_ref()).map(|id| id.0.clone()).unwrap_or_default(),
        tried: problem.alarm.as_ref().map(|alarm| alarm.tried.clone()).unwrap_or_default(),
        skipped: skipped.to_vec(),
        because: problem.because.clone(),
        since: problem.since.clone().unwrap_or_default(),
        extract: problem.extract.clone(),
        zone: world.rules.hours.zone.clone(),
    })
}

/// A subject of its own and no thread: it must not fall into a muted one (2.8).
fn letter(to: Recipient, ticket: &Ticket, say: Say) -> Letter {
    Letter {
        to,
        salutation: String::new(),
        say,
        language: Language::default(),
        ticket: Some(ticket.id.clone()),
        in_reply_to: None,
        references: Vec::new(),
        invite: None,
        also: Vec::new(),
        besides: Vec::new(),
        files: Vec::new(),
    }
}
