//! `status --json`: how the desk is doing.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::desk::letter::times::zone_of;
use crate::desk::rules::Revoked;
use crate::desk::ticket::{Event, Status, Ticket, TicketId};
use crate::desk::urgency::Severity;
use crate::shell::health::Health;
use crate::shell::store::View;
use crate::shell::store::rows::{KeptState, LetterState};
use crate::shell::store::state::StateError;
use crate::shell::view::rota;

pub fn status(view: &View<'_>, now: Timestamp) -> Result<Value, StateError> {
    let letters = view.letters()?;
    let count = |state: LetterState| letters.iter().filter(|row| row.state == state).count();
    let deferred = letters.iter().rev().find(|row| row.state == LetterState::Deferred);
    let tickets = view.tickets()?;
    let timers = view.timers()?;
    let kept = view.quarantine()?;
    let register = view.register()?;
    Ok(json!({
        "now": now,
        "journal": { "records": view.head().seq, "head": view.head().hash },
        "tickets": { "open": tickets.iter().filter(|ticket| !ticket.status.is_final()).count(), "all": tickets.len() },
        "outbox": {
            "waiting": count(LetterState::Pending) + count(LetterState::Trying),
            "deferred": count(LetterState::Deferred),
            "held": count(LetterState::Held),
            "sent": count(LetterState::Sent),
            "failed": count(LetterState::Failed),
            "withdrawn": count(LetterState::Withdrawn),
            "last_trouble": deferred.map(|row| row.response.clone()),
        },
        "quarantine": kept.iter().filter(|row| row.state == KeptState::Open).count(),
        "held": kept.iter().filter(|row| row.state == KeptState::Held && row.waits()).count(),
        "timers": { "waiting": timers.len(), "overdue": timers.iter().filter(|timer| timer.at <= now).count(),
            "next": timers.first().map(|timer| timer.at) },
        "register": { "companies": register.companies.len(), "representatives": register.representatives.len(),
            "units": register.units.len(), "empty": register.units.is_empty() },
        "problems": problems(&tickets),
        "late_mail_told_at": view.office()?.late_told_at,
        "revoked_keys": revoked(view, &tickets)?,
        "rota_gaps": rota::gaps(view.rules(), &view.office()?.takeovers, now),
    }))
}

/// Keys that were revoked, whose they are, and how many passwords that are still
/// there were sealed while they counted: these may open with them.
fn revoked(view: &View<'_>, tickets: &[Ticket]) -> Result<Vec<Value>, StateError> {
    let access = &view.rules().access;
    let zone = zone_of(&view.rules().hours.zone);
    let mut sealed = Vec::new();
    for ticket in tickets.iter().filter(|ticket| !access.revoked.is_empty() && !ticket.secrets.is_empty()) {
        sealed.extend(view.events(&ticket.id)?.into_iter().filter_map(|happened| match happened.event {
            Event::SecretKept { secret } if ticket.secrets.contains(&secret) => Some(happened.at),
            _ => None,
        }));
    }
    let of = |key: &str| access.staff.iter().find(|person| person.key.as_deref() == Some(key)).map(|person| &person.id);
    let one = |key: &Revoked| {
        let before = sealed.iter().filter(|at| at.to_zoned(zone.clone()).date() <= key.since).count();
        json!({ "key": key.key, "of": of(&key.key), "since": key.since, "why": key.why, "may_open": before })
    };
    Ok(access.revoked.iter().map(one).collect())
}

/// Open problems by severity, and the alarms that nobody has answered.
fn problems(tickets: &[Ticket]) -> Value {
    let open = || tickets.iter().filter(|ticket| ticket.problem.is_some() && !ticket.status.is_final());
    let of = |severity: Severity| {
        open().filter(|ticket| ticket.problem.as_ref().is_some_and(|problem| problem.severity == severity)).count()
    };
    let alarms: Vec<&TicketId> =
        open().filter(|ticket| ticket.status == Status::Alerting).map(|ticket| &ticket.id).collect();
    json!({ "P1": of(Severity::P1), "P2": of(Severity::P2), "P3": of(Severity::P3), "P4": of(Severity::P4),
        "alarms": alarms })
}

/// What only a desk that runs knows.
pub fn with_health(mut status: Value, health: Option<&Health>) -> Value {
    if let Some(fields) = status.as_object_mut() {
        fields.insert("running".to_owned(), Value::Bool(health.is_some()));
        fields.insert("source".to_owned(), json!(health.map(Health::state)));
    }
    status
}
