//! What a notice about a problem shows, and what can be done about it.

use crate::desk::known::Known;
use crate::desk::letter::say::Light;
use crate::desk::ticket::{Problem, Status, Ticket};

/// Severity, person, upgrade, unit, agent.
pub(super) fn lights(ticket: &Ticket, problem: &Problem, known: &Known) -> Vec<Light> {
    let light = |name: &str, green: bool, text: String| Light { name: name.to_owned(), green, text };
    let severity: &'static str = problem.severity.into();
    let by = if problem.set_by_staff { "set by staff" } else { "as the desk reads it" };
    let because = problem.because.join("; ");
    let company = ticket.company.as_deref().and_then(|id| known.companies.get(id));
    let company = company.map_or("unknown company", |company| company.name.as_str());
    let on_file = if ticket.requester.on_file { "on file" } else { "NOT on file" };
    let upgrade = match (&problem.upgrade, &problem.suggested) {
        (Some(id), _) => id.0.clone(),
        (None, Some(id)) => format!("perhaps {id}; #link {id} if so"),
        (None, None) => "not linked; #link UP-…".to_owned(),
    };
    let serial = super::answer::serial(&ticket.form);
    let unit = if serial.is_empty() { "not named".to_owned() } else { serial.clone() };
    let mut lights = vec![
        light("Severity", problem.set_by_staff, format!("{severity}, {by}: {because}")),
        light("Person", ticket.requester.on_file, format!("{} of {company}, {on_file}", ticket.requester.address)),
        light("Upgrade", problem.upgrade.is_some(), upgrade),
        light("Unit", !serial.is_empty(), unit),
        light("Agent", ticket.agent.is_some(), ticket.agent.clone().unwrap_or_else(|| "nobody yet".to_owned())),
    ];
    if let Some(since) = &problem.since {
        lights.push(light("Since", true, since.clone()));
    }
    if let Some(earlier) = &problem.earlier {
        lights.push(light("Earlier", false, format!("{earlier} was reported before")));
    }
    if problem.nudges > 0 {
        lights.push(light("News", false, format!("the customer asked for news {} times", problem.nudges)));
    }
    for (number, item) in (1..).zip(&problem.items) {
        let severity: &'static str = item.severity.into();
        lights.push(light(&format!("Number {number}"), item.settled, format!("{severity}, {}", item.text)));
    }
    lights
}

/// The commands that make sense now, each with what it does.
pub(super) fn possible(ticket: &Ticket, problem: &Problem) -> Vec<(&'static str, &'static str)> {
    let mut commands: Vec<(&str, &str)> = Vec::new();
    match ticket.status {
        Status::Reported | Status::Triage | Status::Alerting => {
            commands.push(("#ack", "you have it; the alarm stops, the customer is told (or just: ack)"));
        }
        Status::Acknowledged => commands.push(("#work", "you are looking into it")),
        Status::ChangeRunning if problem.change.as_ref().is_some_and(|change| change.started_at.is_none()) => {
            commands.push(("#start", "the change begins now; the customer is told"));
        }
        Status::ChangeRunning => {
            commands.push(("#done", "the change is done (with #resolved <text> below it: so is the problem)"));
            commands.push(("#rolledback / #failed <words>", "it ended otherwise; the words go to the customer"));
        }
        Status::ChangeProposed => commands.push(("#work", "the change is given up; back to work")),
        _ => {}
    }
    if matches!(ticket.status, Status::Acknowledged | Status::Working) {
        commands.push(("#ask <text>", "a question to the customer"));
        commands.push(("#propose rollback <text>", "ask the customer's consent (or: #propose patch <text>)"));
    }
    if matches!(ticket.status, Status::Acknowledged | Status::Working | Status::WaitingCustomer | Status::ChangeRunning)
    {
        commands.push(("#resolved <text>", "what was done; the customer is asked to confirm"));
    }
    if problem.items.iter().any(|item| !item.settled) && !ticket.status.is_final() {
        commands.push(("#resolved 2 <text>", "one of the numbers is solved; the customer is told what is left"));
    }
    if problem.upgrade.is_none() {
        commands.push(("#link UP-2026-00417", "which upgrade it is about"));
    }
    if !ticket.status.is_final() {
        commands.push(("#sev 2 <reason>", "how severe it is, 1 to 4"));
        commands.push(("#close <reason>", "end it (or: #close upgrade: <issue for the official feedback>)"));
        commands.push(("#transfer <where>", "not about the upgrade: hand it on"));
    }
    if !ticket.status.is_final() && ticket.status != Status::Resolved {
        commands.push(("#escalate <reason>", "call the next level at once"));
    }
    commands.push(("#reply <text>", "your words to the customer"));
    commands.push(("#help", "all commands"));
    commands
}
