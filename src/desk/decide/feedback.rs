//! The official feedback (T6): M-16, M-17, M-18, its supplement M-19, and who
//! gets them. No ticket that reached READY ends without it.

use crate::desk::decide::{World, answer};
use crate::desk::letter::Letter;
use crate::desk::letter::say::{FeedbackFacts, Say};
use crate::desk::register::Representative;
use crate::desk::ticket::{Issue, Outcome, Ticket, Window};

/// The letters of a ticket whose work has ended: to the address of the form
/// (T6d), a copy to who asked, and of what went wrong to all who may consent.
/// `problem` is the ticket that goes on about it (UT-39), or empty. None:
/// nobody on file can get them.
pub fn letters(ticket: &Ticket, problem: &str, world: &World<'_>) -> Vec<Letter> {
    let Some(outcome) = ticket.outcome else { return Vec::new() };
    let facts = FeedbackFacts { problem: problem.to_owned(), ..facts(ticket, outcome, world) };
    let failed = matches!(outcome, Outcome::RolledBack | Outcome::FailedDegraded | Outcome::NotStarted);
    let say = move |facts: FeedbackFacts| match outcome {
        Outcome::Success => Say::FeedbackSuccess { feedback: facts },
        Outcome::SuccessWithIssues | Outcome::Partial => Say::FeedbackIssues { feedback: facts },
        Outcome::RolledBack | Outcome::FailedDegraded | Outcome::NotStarted => Say::FeedbackFailed { feedback: facts },
    };
    let Some((to, instead_of)) = reader(ticket, world) else { return Vec::new() };
    let facts = FeedbackFacts { instead_of, ..facts };
    let copies = copies(ticket, to, failed, world);
    let first = answer::to_person(to, ticket, say(facts.clone()));
    let facts = FeedbackFacts { copy_of: to.address.clone(), ..facts };
    std::iter::once(first)
        .chain(copies.into_iter().map(|row| answer::to_person(row, ticket, say(facts.clone()))))
        .collect()
}

/// M-19, to the same people.
pub fn supplement(ticket: &Ticket, issues: Vec<Issue>, world: &World<'_>) -> Vec<Letter> {
    let Some((to, instead_of)) = reader(ticket, world) else { return Vec::new() };
    let say = |copy_of: &str| Say::Supplement {
        serial: answer::serial(&ticket.form),
        feedback_at: ticket.feedback_sent_at,
        issues: issues.clone(),
        agent: answer::agent_name(ticket, world.rules),
        zone: answer::zone_of(ticket, world),
        instead_of: instead_of.clone(),
        copy_of: copy_of.to_owned(),
    };
    let copies = copies(ticket, to, false, world);
    std::iter::once(answer::to_person(to, ticket, say("")))
        .chain(copies.into_iter().map(|row| answer::to_person(row, ticket, say(&to.address))))
        .collect()
}

/// M-20 (T5e).
pub fn reset(ticket: &Ticket, world: &World<'_>) -> Option<Letter> {
    let (to, _) = reader(ticket, world)?;
    let say = Say::PasswordReminder {
        serial: answer::serial(&ticket.form),
        ended: ticket.ended_at,
        zone: answer::zone_of(ticket, world),
    };
    Some(answer::to_person(to, ticket, say))
}

/// The letter that could not be delivered, to the next contact on file.
pub fn once_more(ticket: &Ticket, template: &str, world: &World<'_>) -> Vec<Letter> {
    let letters = if template == "M-19" {
        let late = ticket.issues.iter().filter(|issue| issue.late).cloned().collect();
        supplement(ticket, late, world)
    } else {
        letters(ticket, &problem_of(ticket, world).map(|problem| problem.id.0.clone()).unwrap_or_default(), world)
    };
    // The copies have theirs.
    letters.into_iter().take(1).collect()
}

/// UT-39: once the feedback is out, its reader gets the number of the problem that
/// goes on about it. Not with the feedback: one letter at a time (decisions 9).
pub fn problem_opened(ticket: &Ticket, world: &World<'_>) -> Option<Letter> {
    let told = ticket.feedback_letters().nth(1).is_some();
    let problem = problem_of(ticket, world).filter(|_| !told)?;
    let (to, _) = reader(ticket, world)?;
    Some(answer::to_person(to, problem, say_opened(ticket, problem, world)))
}

/// The open problem that the end of this work opened by itself.
fn problem_of<'a>(ticket: &Ticket, world: &World<'a>) -> Option<&'a Ticket> {
    if ticket.outcome != Some(Outcome::FailedDegraded) {
        return None;
    }
    world.known.of_company.iter().find(|other| {
        let problem = other.problem.as_ref().filter(|problem| problem.upgrade.as_ref() == Some(&ticket.id));
        problem.is_some_and(|problem| ticket.ended_at == Some(problem.received)) && !other.status.is_final()
    })
}

fn say_opened(upgrade: &Ticket, problem: &Ticket, world: &World<'_>) -> Say {
    Say::ProblemReceived {
        serial: answer::serial(&problem.form),
        upgrade: upgrade.id.0.clone(),
        upgraded_at: upgrade.ended_at,
        severity: "P1".to_owned(),
        items: Vec::new(),
        question: None,
        by_other: String::new(),
        by_desk: true,
        unproven: false,
        reopened: false,
        password_seen: false,
        zone: answer::zone_of(problem, world),
    }
}

/// Who gets it, and the address that could not be reached instead (T6d).
fn reader<'a>(ticket: &Ticket, world: &World<'a>) -> Option<(&'a Representative, String)> {
    let lost = |row: &Representative| {
        let to_him = ticket.feedback_letters().filter(|letter| letter.to.eq_ignore_ascii_case(&row.address));
        to_him.into_iter().any(|letter| ticket.lost_letters.contains(&letter.no))
    };
    let first = answer::feedback_to(ticket, world.known)?;
    if !lost(first) {
        return Some((first, String::new()));
    }
    let requester = answer::requester(ticket, world.known);
    let others = requester.into_iter().chain(answer::consenting(ticket, world));
    let other = others.into_iter().find(|row| !lost(row))?;
    Some((other, first.address.clone()))
}

fn copies<'a>(ticket: &Ticket, to: &Representative, failed: bool, world: &World<'a>) -> Vec<&'a Representative> {
    let today = crate::desk::access::day_of(world.now, &world.rules.hours.zone);
    let requester = answer::requester(ticket, world.known);
    let requester = requester.filter(|row| row.is_valid_on(today) && ticket.company.as_ref() == Some(&row.company));
    let consenting = if failed { answer::consenting(ticket, world) } else { Vec::new() };
    let mut copies: Vec<&Representative> = Vec::new();
    for row in requester.into_iter().chain(consenting) {
        let known = |other: &Representative| other.address.eq_ignore_ascii_case(&row.address);
        if !known(to) && !copies.iter().any(|other| known(other)) {
            copies.push(row);
        }
    }
    copies
}

fn facts(ticket: &Ticket, outcome: Outcome, world: &World<'_>) -> FeedbackFacts {
    let zone = answer::zone_of(ticket, world);
    let actual = ticket.started_at.zip(ticket.ended_at).filter(|_| outcome != Outcome::NotStarted);
    let name: &'static str = outcome.into();
    let met = |after: bool| ticket.issues.iter().filter(|issue| issue.after == after).cloned().collect();
    FeedbackFacts {
        serial: answer::serial(&ticket.form),
        version: answer::version(&ticket.form),
        planned: ticket.window.clone().map(|window| Window { zone: zone.clone(), ..window }),
        minutes: actual.map_or(0, |(start, end)| answer::minutes_between(start, end)),
        actual: actual.map(|(start, end)| Window { start, end, zone }),
        outcome: name.to_owned(),
        service: ticket.work.service.map_or("up", Into::into).to_owned(),
        issues: met(false),
        after: met(true),
        words: ticket.closing_words.clone(),
        agent: answer::agent_name(ticket, world.rules),
        problem: String::new(),
        instead_of: String::new(),
        copy_of: String::new(),
    }
}
