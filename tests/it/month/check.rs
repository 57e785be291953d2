//! What must hold, whatever happened: each ticket has one state that its events
//! lead to, no start without consent, no end without feedback, no letter to a
//! wrong person, and nothing internal in a customer's letter.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use regex::Regex;
use std::sync::LazyLock;
use upgrade_desk::desk::record::{Decided, OutcomeWord, What};
use upgrade_desk::desk::ticket::{Event, Scope, Status, Ticket, TicketId, apply, next};

use crate::month::desk::Arrived;
use crate::month::play::{History, INTERNAL};
use crate::month::world::World;

static PASSWORD: LazyLock<Regex> = LazyLock::new(|| Regex::new("Zq[0-9a-f]{12}!").unwrap());
static SERIAL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"SM-\d{4}-\d{2}A").unwrap());
/// What the sample rules give as an example; nobody in the month has it.
const EXAMPLE: &str = "SM-0417-22A";

/// All faults, in words.
pub fn faults(history: &History, world: &World) -> Vec<String> {
    let mut walk = Walk { world, tickets: BTreeMap::new(), faults: Vec::new() };
    for record in &history.records {
        if let What::Decided(decided) = &record.what {
            walk.decided(decided, record.at);
        }
    }
    for stored in &history.tickets {
        let told = walk.tickets.get(&stored.id).map(|ticket| ticket.status);
        if told != Some(stored.status) {
            walk.faults.push(format!("{}: stored as {}, its events say {told:?}", stored.id, stored.status.name()));
        }
    }
    let (tickets, mut faults) = (walk.tickets, walk.faults);
    if tickets.len() != history.tickets.len() {
        faults.push(format!("{} tickets in the journal, {} in the store", tickets.len(), history.tickets.len()));
    }
    faults.extend(history.letters.iter().filter_map(|letter| letter_fault(letter, &tickets, world)));
    faults.extend(feedback(history, &tickets));
    faults
}

struct Walk<'a> {
    world: &'a World,
    tickets: BTreeMap<TicketId, Ticket>,
    faults: Vec<String>,
}

impl Walk<'_> {
    fn decided(&mut self, decided: &Decided, at: jiff::Timestamp) {
        if decided.outcome == OutcomeWord::Duplicate && !(decided.changes.is_empty() && decided.letters.is_empty()) {
            self.faults.push(format!("a copy of a mail did something at {at}"));
        }
        for change in &decided.changes {
            for event in &change.events {
                let before = self.tickets.remove(&change.ticket);
                if let Some(ticket) = &before {
                    self.allowed(ticket, event);
                }
                match apply(before, &change.ticket, event, at) {
                    Some(after) => {
                        self.tickets.insert(change.ticket.clone(), after);
                    }
                    None => self.faults.push(format!("{}: begins with {event:?}", change.ticket)),
                }
            }
        }
    }

    fn allowed(&mut self, ticket: &Ticket, event: &Event) {
        let name: &'static str = event.into();
        let (id, status) = (&ticket.id, ticket.status.name());
        if next(ticket.kind(), ticket.status, event).is_none() {
            self.faults.push(format!("{id}: {name} happened in {status}"));
        }
        if let Event::Started { .. } = event
            && let Some(fault) = self.start_fault(ticket)
        {
            self.faults.push(format!("{id}: started, but {fault}"));
        }
        if matches!(event, Event::WatchOver) && ticket.feedback_sent_at.is_none() {
            self.faults.push(format!("{id}: closed without feedback"));
        }
    }

    /// T2a, looked at anew: somebody who may consent said yes to this unit and
    /// time, and did not take it back.
    fn start_fault(&self, ticket: &Ticket) -> Option<String> {
        let Some(window) = &ticket.window else { return Some("no window was set".to_owned()) };
        let Some(consent) = ticket.consents.iter().rfind(|consent| consent.withdrawn_at.is_none()) else {
            return Some("no consent is in force".to_owned());
        };
        let covered = match &consent.scope {
            Scope::Window { start, end } => *start == window.start && window.end <= *end,
            Scope::AtOnce => false,
            Scope::AnyBusinessHours => true,
        };
        let customer = self.world.customer_of(&consent.given_by);
        let may = customer.is_some_and(|customer| {
            let person = customer.people.iter().find(|person| person.address.eq_ignore_ascii_case(&consent.given_by));
            Some(&customer.id) == ticket.company.as_ref()
                && person.is_some_and(|person| person.roles.contains(&upgrade_desk::desk::register::Role::Consent))
        });
        if !covered {
            return Some(format!("the consent is for {:?}, the window {window:?}", consent.scope));
        }
        if !may {
            return Some(format!("{} may not consent", consent.given_by));
        }
        (consent.serial != ticket.serial()).then(|| format!("the consent is for unit {}", consent.serial))
    }
}

/// Who may read it, and what must not stand in it.
fn letter_fault(letter: &Arrived, tickets: &BTreeMap<TicketId, Ticket>, world: &World) -> Option<String> {
    let message = mail_parser::MessageParser::default().parse(&*letter.bytes)?;
    let text = message.body_text(0).unwrap_or_default();
    let whole = format!("{}\n{text}\n{}", message.subject().unwrap_or(""), String::from_utf8_lossy(&letter.bytes));
    let name = format!("letter {} {} to {}", letter.row.no, letter.row.template, letter.row.to);
    if PASSWORD.is_match(&whole) {
        return Some(format!("{name}: holds a password"));
    }
    if world.is_staff(&letter.row.to) {
        return None;
    }
    if whole.contains(INTERNAL) {
        return Some(format!("{name}: holds an internal note"));
    }
    let Some(customer) = world.customer_of(&letter.row.to) else { return Some(format!("{name}: to a stranger")) };
    if let Some(ticket) = letter.row.ticket.as_ref().and_then(|id| tickets.get(id))
        && let Some(company) = &ticket.company
        && *company != customer.id
    {
        return Some(format!("{name}: the ticket is of {company}"));
    }
    let own: BTreeSet<&str> = customer.units.iter().map(|unit| unit.serial.as_str()).collect();
    let mut named = SERIAL.find_iter(&text).map(|found| found.as_str());
    let foreign = named.find(|serial| !own.contains(serial) && *serial != EXAMPLE);
    foreign.map(|serial| format!("{name}: names {serial}, which is another customer's"))
}

/// T6: every end of work is reported, and nothing is closed before.
fn feedback(history: &History, tickets: &BTreeMap<TicketId, Ticket>) -> Vec<String> {
    let mut faults = Vec::new();
    for (id, ended) in ends(history) {
        let is_told = history.letters.iter().any(|letter| {
            // With its variants: not started, a change on a problem.
            let reports = ["M-16", "M-17", "M-18"].iter().any(|name| letter.row.template.starts_with(name));
            reports && letter.row.ticket.as_ref() == Some(&id) && letter.at >= ended
        });
        let is_owed = tickets.get(&id).is_some_and(|ticket| ticket.status == Status::FeedbackDue);
        if !is_told && !is_owed {
            faults.push(format!("{id}: work that ended at {ended} is without feedback"));
        }
    }
    // Whatever waits for the customer ends by itself, and no window passes unseen.
    const ASLEEP: &[Status] = &[
        Status::Received,
        Status::Validating,
        Status::NeedsInfo,
        Status::RepCheck,
        Status::Denied,
        Status::Scheduled,
        Status::Ready,
        Status::Blocked,
    ];
    // The longest wait of all is that of a denial (W-07): 14 days.
    let long = |ticket: &&Ticket| history.end.duration_since(ticket.since) > SignedDuration::from_hours(15 * 24);
    let asleep = tickets.values().filter(|ticket| ASLEEP.contains(&ticket.status)).filter(long);
    faults.extend(asleep.map(|ticket| format!("{}: asleep in {}", ticket.id, ticket.status.name())));
    faults
}

/// When work on which ticket ended, or its window passed.
fn ends(history: &History) -> Vec<(TicketId, jiff::Timestamp)> {
    let mut ends = Vec::new();
    for record in &history.records {
        let What::Decided(decided) = &record.what else { continue };
        for change in &decided.changes {
            let is_end = |event: &Event| matches!(event, Event::Finished { .. } | Event::NotStarted { .. });
            if change.events.iter().any(is_end) {
                ends.push((change.ticket.clone(), record.at));
            }
        }
    }
    ends
}
