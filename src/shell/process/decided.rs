//! A decision becomes what the journal says of it.

use crate::desk::decide::Decision;
use crate::desk::input::Input;
use crate::desk::known::duplicate_key;
use crate::desk::record::{Cause, Decided, Evidence};
use crate::desk::rules::Rules;
use crate::desk::ticket::Event;

/// The record of a decision, without the places that the store gives.
pub fn decided(input: &Input, decision: Decision, rules: &Rules) -> Decided {
    let kept: Vec<String> = decision
        .changes
        .iter()
        .flat_map(|change| &change.events)
        .filter_map(|event| match event {
            Event::SecretKept { secret } => Some(secret.clone()),
            _ => None,
        })
        .collect();
    Decided {
        cause: cause(input),
        actor: decision.actor,
        outcome: decision.outcome,
        rules: rules.version.clone(),
        changes: decision.changes,
        letters: Vec::new(),
        quarantine: decision.quarantine,
        evidence: evidence(input),
        why: decision.why,
        text: None,
        original: None,
        attachments: Vec::new(),
        secrets: kept,
        spent: decision.spent,
        counted: decision.counted,
        office: decision.office,
        did: decision.did,
        redacted: false,
    }
}

fn evidence(input: &Input) -> Option<Evidence> {
    match input {
        Input::Mail(mail) => Some(Evidence { proof: mail.proof.clone(), checked: mail.checked.clone() }),
        _ => None,
    }
}

fn cause(input: &Input) -> Cause {
    match input {
        Input::Mail(mail) => Cause::Mail {
            place: mail.place.clone(),
            message_id: mail.mail.message_id.clone(),
            sha256: Some(mail.original_sha256.clone()),
            duplicate_key: duplicate_key(mail),
        },
        Input::Unreadable { place, original_sha256, .. } => {
            Cause::Mail { place: place.clone(), message_id: None, sha256: original_sha256.clone(), duplicate_key: None }
        }
        Input::Due(timer) => Cause::Timer { ticket: timer.ticket.clone(), name: timer.key(), at: timer.at },
        Input::DeskDue(timer) => Cause::Desk { timer: timer.clone() },
        Input::Started => Cause::Started,
        Input::OpenAttachments(look, _) => Cause::Looked { by: look.by.clone() },
        Input::OpenOriginals(opening) => Cause::Looked { by: opening.by.clone() },
        Input::Ports(test) => Cause::Ports { ticket: test.ticket.clone(), asked: test.asked },
        Input::Reveal(look) => Cause::Looked { by: look.by.clone() },
        Input::Announce { by, .. } => Cause::Announced { by: by.clone() },
        Input::Delivered { letter, response } => Cause::Delivery { letter: *letter, response: response.clone() },
        Input::Undelivered { letter, why, .. } => Cause::Delivery { letter: *letter, response: why.clone() },
    }
}
