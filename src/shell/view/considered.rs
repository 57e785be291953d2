//! `try --json`: what would be decided about one mail, and why. Nothing is
//! committed, nothing is sent.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::desk::decide::decide;
use crate::desk::input::{Input, MailInput, Place, understand};
use crate::desk::known::Ask;
use crate::desk::ticket::{Event, Ticket, apply};
use crate::desk::timers;
use crate::shell::process::Desk;
use crate::shell::view::Refusal;

/// Considers the mail (base64) as if it had arrived at `received`, now being `at`.
pub async fn considered(
    desk: &Arc<Desk>,
    mail: &str,
    received: Timestamp,
    at: Option<Timestamp>,
) -> Result<Value, Refusal> {
    let bytes = STANDARD.decode(mail).map_err(|error| (2, format!("expected the mail as base64: {error}")))?;
    let understood = understand(&bytes, received, &desk.rules);
    let place = Place { source: "try".to_owned(), mailbox: String::new(), validity: 0, item: "try".to_owned() };
    // No secret is kept: the vault is not touched.
    let secrets = understood.secrets.iter().map(|_| "(sealed when it is handled)".to_owned()).collect();
    let input = Input::Mail(Box::new(MailInput {
        place,
        received,
        mail: understood.mail,
        proof: understood.proof,
        kind: understood.kind,
        forms: understood.forms,
        commands: understood.commands,
        secrets,
        original_sha256: String::new(),
    }));
    let now = at.unwrap_or_else(|| desk.clock.now());
    let asking = Arc::clone(desk);
    let answer = desk.store.read(move |view| {
        let known = view.look_up(&Ask::about(&input, &asking.rules), now)?;
        let decision = decide(&input, &known, now, &asking.rules);
        let mut tickets: Vec<Ticket> = Vec::new();
        for change in &decision.changes {
            let mut ticket = view.ticket(&change.ticket)?;
            for event in &change.events {
                ticket = apply(ticket, &change.ticket, event, now);
            }
            tickets.extend(ticket);
        }
        let letters: Vec<Value> = decision.letters.iter().map(|letter| shown(&asking, letter)).collect();
        let events: Vec<&Event> = decision.changes.iter().flat_map(|change| &change.events).collect();
        let timers: Vec<Value> = tickets
            .iter()
            .flat_map(|ticket| timers::of(ticket, &asking.rules))
            .map(|timer| json!({ "name": timer.name, "at": timer.at }))
            .collect();
        Ok(json!({
            "outcome": decision.outcome,
            "ticket": tickets.first().map(|ticket| ticket.id.clone()),
            "state": tickets.first().map(|ticket| ticket.status),
            "quarantine": decision.quarantine,
            "actor": decision.actor,
            "events": events,
            "letters": letters,
            "timers": timers,
            "why": decision.why,
        }))
    });
    answer.await.map_err(|error| (3, error.to_string()))
}

fn shown(desk: &Desk, letter: &crate::desk::letter::Letter) -> Value {
    let (subject, text) = match desk.composer.render(letter, &desk.rules) {
        Ok(rendered) => rendered,
        Err(error) => (String::new(), format!("this letter cannot be written: {error}")),
    };
    json!({
        "template": letter.say.template(),
        "to": [letter.to.address()],
        "subject": subject,
        "text": text,
    })
}
