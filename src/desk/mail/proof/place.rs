//! Where our mail host writes its field. Anybody may write one in its name; only
//! the host can write above what came in from outside (TB1).

use crate::desk::mail::{MailHost, TraceField};

/// Google's border: every mail from outside passes it and is told so on top.
const GOOGLE_BORDER: &str = "mx.google.com";
/// The border of Exchange Online.
const MICROSOFT_BORDER: &str = ".mail.protection.outlook.com";

/// The `Authentication-Results` that stand where `host` writes its own, topmost
/// first. What stands elsewhere says nothing.
pub(super) fn fields(trace: &[TraceField], host: MailHost) -> Vec<&str> {
    match host {
        MailHost::Below(received) => below(trace, received),
        MailHost::Google => google(trace),
        MailHost::Microsoft365 => microsoft(trace),
    }
}

/// Above everything, or below at most so many `Received`: those of our own host.
fn below(trace: &[TraceField], received_max: usize) -> Vec<&str> {
    let mut received = 0;
    let mut found = Vec::new();
    for field in trace {
        match field {
            TraceField::Received { .. } if received == received_max => break,
            TraceField::Received { .. } => received += 1,
            TraceField::Results(value) => found.push(value.as_str()),
        }
    }
    found
}

/// Directly below the border's `Received: from … by mx.google.com`. Above that
/// stand only steps inside Google, which name no client: so nothing that came
/// in can pose as the border.
fn google(trace: &[TraceField]) -> Vec<&str> {
    let inside = |field: &&TraceField| !matches!(field, TraceField::Received { names_client: true, .. });
    let mut rest = trace.iter().skip_while(inside);
    match rest.next() {
        Some(TraceField::Received { by, .. }) if by == GOOGLE_BORDER => results(rest),
        _ => Vec::new(),
    }
}

/// Directly above the topmost `Received: from … by ….mail.protection.outlook.com`.
fn microsoft(trace: &[TraceField]) -> Vec<&str> {
    let is_border = |field: &TraceField| match field {
        TraceField::Received { by, names_client } => *names_client && by.ends_with(MICROSOFT_BORDER),
        TraceField::Results(_) => false,
    };
    let Some(border) = trace.iter().position(is_border) else { return Vec::new() };
    let above: Vec<&TraceField> = trace.iter().take(border).collect();
    let inside = above.iter().rposition(|field| matches!(field, TraceField::Received { .. }));
    results(above.into_iter().skip(inside.map_or(0, |at| at + 1)))
}

/// Down to the next `Received`.
fn results<'a>(fields: impl Iterator<Item = &'a TraceField>) -> Vec<&'a str> {
    fields
        .map_while(|field| match field {
            TraceField::Results(value) => Some(value.as_str()),
            TraceField::Received { .. } => None,
        })
        .collect()
}
