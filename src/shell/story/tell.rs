//! What happened in one step, as lines for a person and for the tests.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::desk::office::OfficeEvent;
use crate::desk::record::{Decided, Did, Record, What};
use crate::desk::ticket::Event;

/// One step as it was played.
pub struct Told {
    pub at: Timestamp,
    pub says: String,
    /// The mail's file, if one came.
    pub mail: Option<String>,
    pub records: Vec<Record>,
    /// What `ticket why` shows after it.
    pub standing: Vec<String>,
}

impl Told {
    /// The step as lines: when and what, then what was decided, written, refused.
    pub fn lines(&self, zone: &TimeZone) -> Vec<String> {
        let at = self.at.to_zoned(zone.clone()).strftime("%a %-d %b %Y, %H:%M %Z");
        let mut lines = vec![format!("{at}  {}", self.says)];
        if let Some(mail) = &self.mail {
            lines.push(format!("    came      {mail}"));
        }
        for record in &self.records {
            match &record.what {
                What::Decided(decided) => lines.extend(decision(decided)),
                What::Deferred { letter, .. } => lines.push(format!("    later     letter {letter} is tried again")),
                What::Console { by, did } => lines.push(format!("    by hand   {by} {}", by_hand(did))),
                What::HookStarted { .. } | What::HookEnded { .. } => {}
                What::Trying { .. } | What::Sent { .. } | What::Imported { .. } | What::Floor { .. } => {}
            }
        }
        lines.extend(self.standing.iter().map(|line| format!("    asked     {line}").trim_end().to_owned()));
        lines
    }
}

fn by_hand(did: &Did) -> String {
    match did {
        Did::Retried { letter } => format!("made letter {letter} due"),
        Did::Held { letter } => format!("held letter {letter}"),
        Did::Released { kept, reason, .. } => format!("released quarantine {kept}: {reason}"),
        Did::OriginalOpened { kept, reason, .. } => format!("opened the original of quarantine {kept}: {reason}"),
        Did::Dropped { kept, reason } => format!("dropped quarantine {kept}: {reason}"),
    }
}

fn decision(decided: &Decided) -> Vec<String> {
    let word: &'static str = (&decided.outcome).into();
    let quiet = word == "delivered" && decided.changes.is_empty();
    if quiet {
        return Vec::new();
    }
    let mut lines = vec![format!("    decided   {word}")];
    if let Some(quarantined) = &decided.quarantine {
        lines.push(format!("    kept      in quarantine: {} ({})", quarantined.reason, quarantined.detail));
    }
    lines.extend(decided.why.iter().map(|why| format!("    because   {}: {}", why.rule, why.fact)));
    for change in &decided.changes {
        let events: Vec<String> = change.events.iter().map(event).collect();
        lines.push(format!("    ticket    {}: {}", change.ticket, events.join(", ")));
    }
    // What a letter asks besides stands in the letter.
    let told = decided.office.iter().filter(|event| !matches!(event, OfficeEvent::QuietHoursAsked { .. }));
    lines.extend(told.map(|event| format!("    desk      {}", office(event))));
    for letter in &decided.letters {
        let audience = if letter.for_staff { "to staff " } else { "to       " };
        lines.push(format!("    {audience} {}  {}  {}", letter.template, letter.to, letter.subject));
    }
    lines
}

/// What happened to the desk itself.
fn office(event: &OfficeEvent) -> String {
    let name: &'static str = event.into();
    match event {
        OfficeEvent::SwapAsked { takeover, by }
        | OfficeEvent::TookOver { takeover, by }
        | OfficeEvent::SwapRefused { takeover, by } => {
            let who = takeover.who.as_deref().unwrap_or("as the rules say");
            format!("{name} {}: {who} from {} until {}, by {by}", takeover.rota, takeover.from, takeover.until)
        }
        OfficeEvent::HolidaySet { day, name: of_day, by, .. } => format!("{name} {day} {of_day}, by {by}"),
        OfficeEvent::HandedOver { rota, from, to } => {
            let shown = |who: &Option<String>| who.clone().unwrap_or_else(|| "nobody".to_owned());
            format!("{name} {rota}: {} to {}", shown(from), shown(to))
        }
        OfficeEvent::Late { received, minutes } => format!("{name}: {minutes} minutes after {received}"),
        OfficeEvent::GapsTold { gaps: 0, .. } => "gaps seen, of which none is news".to_owned(),
        OfficeEvent::GapsTold { gaps, .. } => format!("{name} {gaps}"),
        OfficeEvent::SelfTested { called } if called.is_empty() => format!("{name}: nobody is on duty"),
        OfficeEvent::SelfTested { called } => format!("{name} {}", called.join(", ")),
        OfficeEvent::SelfTestAnswered { by, minutes } => format!("{name} by {by} after {minutes} minutes"),
        OfficeEvent::DutyTaken { rota, by } => format!("{name} {rota}, by {by}"),
        OfficeEvent::Fired { timer, due } => format!("{name} {timer}, due {due}"),
        OfficeEvent::Subscribed { address } => format!("{name} {address}"),
        OfficeEvent::Unsubscribed { address, by } => format!("{name} {address}, by {by}"),
        OfficeEvent::QuietHoursAsked { company } => format!("{name} {company}"),
        OfficeEvent::SegmentsDeleted { segments } => {
            let names: Vec<&str> = segments.iter().map(|segment| segment.segment.as_str()).collect();
            format!("{name} {}", names.join(", "))
        }
        OfficeEvent::Announced { version, by, letters, .. } => format!("{name} {version} to {letters}, by {by}"),
    }
}

/// An event by name, with what tells it from others.
fn event(event: &Event) -> String {
    let name: &'static str = event.into();
    match event {
        Event::Refused { denials, .. } => {
            let codes: Vec<&str> = denials.iter().map(|denial| denial.code()).collect();
            format!("{name} {}", codes.join(" "))
        }
        Event::Incomplete { faults } => {
            let keys: Vec<&str> = faults.keys().map(|key| key.key()).collect();
            format!("{name} {}", keys.join(" "))
        }
        Event::Blocked { cause, .. } | Event::NotStarted { cause, .. } => {
            let cause: &'static str = cause.into();
            format!("{name} {cause}")
        }
        Event::Scheduled { window, .. } | Event::SlotFound { window, .. } => {
            format!("{name} {} to {}", window.start, window.end)
        }
        Event::Finished { outcome, .. } => {
            let outcome: &'static str = outcome.into();
            format!("{name} {outcome}")
        }
        Event::Noted { kind, .. } => format!("{name} {kind:?}"),
        Event::Reported { severity, upgrade, .. } => {
            let severity: &'static str = severity.into();
            let of = upgrade.as_ref().map_or_else(|| "linked to nothing".to_owned(), |id| format!("linked to {id}"));
            format!("{name} {severity}, {of}")
        }
        Event::SeveritySet { severity, .. } => {
            let severity: &'static str = severity.into();
            format!("{name} {severity}")
        }
        Event::Alarmed { step, to, skipped, .. } => {
            let skipped: String = skipped.iter().map(|level| format!(", nobody at {level}")).collect();
            format!("{name} step {} to {}{skipped}", step.saturating_add(1), to.join(" and "))
        }
        Event::Proposed { slots } => {
            let starts: Vec<String> = slots.iter().map(|slot| slot.start.to_string()).collect();
            format!("{name} {}", starts.join(" or "))
        }
        Event::Escalated { by, .. } => format!("{name} by {by}"),
        Event::PortsAsked { address, row, .. } => format!("{name} {address} (row {row})"),
        Event::PortsFound { found, told, .. } => {
            format!("{name} {}{}", found.said(), if *told { ", and the customer is told" } else { "" })
        }
        Event::PortsUntested { why } => format!("{name}: {why}"),
        Event::Reminded { timer } => format!("{name} {timer}"),
        Event::Assigned { agent, .. } => format!("{name} {agent}"),
        Event::OverrideAsked { denial, .. } => format!("{name} {}", denial.code()),
        Event::HandedOver { to, .. } => format!("{name} to {to}"),
        Event::Copied { address, add, .. } => format!("{name} {} {address}", if *add { "to" } else { "no more to" }),
        Event::Snoozed { until, .. } => format!("{name} until {until}"),
        Event::Undone { by, to, .. } => format!("{name} by {by}: {} as before", to.status.name()),
        _ => name.to_owned(),
    }
}
