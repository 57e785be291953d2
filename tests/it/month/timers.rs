//! Timers, seen from outside: none early, none twice, none missing. What must
//! have fired is reckoned here from the story of each ticket, not from `timers`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use upgrade_desk::desk::record::{Cause, OutcomeWord, What};
use upgrade_desk::desk::ticket::{Event, Status, Ticket, TicketId, apply};
use upgrade_desk::desk::urgency::Severity;

use crate::month::play::History;
use crate::month::world::World;

pub fn faults(history: &History, world: &World) -> Vec<String> {
    let mut faults = Vec::new();
    let mut fired: BTreeSet<(TicketId, String)> = BTreeSet::new();
    for record in &history.records {
        let What::Decided(decided) = &record.what else { continue };
        let Cause::Timer { ticket, name, at } = &decided.cause else { continue };
        if record.at < *at {
            faults.push(format!("{ticket}: {name} fired early, at {}", record.at));
        }
        if decided.outcome == OutcomeWord::Timer && !fired.insert((ticket.clone(), name.clone())) {
            faults.push(format!("{ticket}: {name} fired twice"));
        }
    }
    let mut tickets: BTreeMap<TicketId, Ticket> = BTreeMap::new();
    let mut owed: Vec<Owed> = Vec::new();
    for record in &history.records {
        let What::Decided(decided) = &record.what else { continue };
        for change in &decided.changes {
            for event in &change.events {
                let before = tickets.remove(&change.ticket);
                let Some(after) = apply(before.clone(), &change.ticket, event, record.at) else { continue };
                owed.iter_mut()
                    .filter(|owed| owed.ticket == change.ticket)
                    .for_each(|owed| owed.seen(&after, event, record.at));
                owed.extend(begun(before.as_ref(), &after, event, record.at, world));
                tickets.insert(change.ticket.clone(), after);
            }
        }
    }
    for owed in owed.iter().filter(|owed| owed.is_owed(history)) {
        if !fired.iter().any(|(ticket, key)| *ticket == owed.ticket && *key == owed.key) {
            faults.push(format!("{}: {} never fired", owed.ticket, owed.key));
        }
    }
    faults
}

/// A timer that must fire unless the ticket leaves what it is about before.
struct Owed {
    ticket: TicketId,
    key: String,
    at: Timestamp,
    window: Option<Timestamp>,
    states: &'static [Status],
    /// When it stopped to matter.
    ended: Option<Timestamp>,
}

impl Owed {
    fn seen(&mut self, ticket: &Ticket, event: &Event, at: Timestamp) {
        let window = ticket.window.as_ref().map(|window| window.start);
        // Who asks how it stands has the next people called at once.
        let called = self.key.starts_with("W-03") && matches!(event, Event::Alarmed { step: 1.., .. });
        let left = called || !self.states.contains(&ticket.status) || (self.window.is_some() && self.window != window);
        if left && self.ended.is_none() {
            self.ended = Some(at);
        }
    }

    fn is_owed(&self, history: &History) -> bool {
        let Some(ended) = self.ended else { return self.at < history.end };
        // What came due before it while the desk was down, and fired first when it
        // was up again, may have ended what it was about.
        let overtaken = history.down.iter().any(|(from, to)| *from <= self.at && self.at < *to && ended <= *to);
        self.at < history.end && ended > self.at && !overtaken
    }
}

const AGREED: &[Status] = &[Status::Scheduled, Status::Ready];

fn begun(before: Option<&Ticket>, ticket: &Ticket, event: &Event, now: Timestamp, world: &World) -> Vec<Owed> {
    let owe = |name: &str, at: Timestamp, states, window| Owed {
        ticket: ticket.id.clone(),
        key: format!("{name}@{at}"),
        at,
        window,
        states,
        ended: None,
    };
    let minutes = |at: Timestamp, minutes: i64| at.checked_add(SignedDuration::from_mins(minutes)).unwrap();
    match event {
        Event::Scheduled { window, .. } => {
            let start = window.start;
            let mut owed: Vec<Owed> = Vec::new();
            for before in &world.rules.escalation.waits.before_window_minutes {
                let at = minutes(start, -i64::from(*before));
                if at > now {
                    owed.push(owe("W-09", at, AGREED, Some(start)));
                }
            }
            owed
        }
        Event::Readied => {
            let start = ticket.window.as_ref().map(|window| window.start);
            start.map(|start| owe("UT-33", minutes(start, 10), &[Status::Ready], Some(start))).into_iter().collect()
        }
        Event::AlarmRaised { since, .. } => {
            let problem = ticket.problem.as_ref();
            let always = problem.is_some_and(|problem| problem.severity == Severity::P1);
            let silent = before.is_some_and(|before| before.status == Status::Alerting);
            if !always || silent || *since < now {
                return Vec::new();
            }
            vec![owe("W-03", minutes(*since, 15), &[Status::Alerting], None)]
        }
        _ => Vec::new(),
    }
}
