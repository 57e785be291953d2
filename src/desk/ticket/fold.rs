//! Events become the ticket. What happened, happened: nothing is refused here.

use jiff::Timestamp;

use crate::desk::ticket::{Event, Outcome, Scope, Status, Ticket, TicketId, next};

/// The ticket after `event`. The first event of a ticket is [`Event::Opened`];
/// `None` when the first is another one, which the store reports as damage.
pub fn apply(ticket: Option<Ticket>, id: &TicketId, event: &Event, at: Timestamp) -> Option<Ticket> {
    let mut ticket = match (ticket, event) {
        (None, Event::Opened { .. }) => opened(id, event, at)?,
        (None, _) => return None,
        (Some(ticket), _) => ticket,
    };
    if let Some(status) = next(ticket.status, event) {
        ticket.status = status;
    }
    change(&mut ticket, event, at);
    ticket.updated_at = at;
    ticket.events += 1;
    Some(ticket)
}

fn opened(id: &TicketId, event: &Event, at: Timestamp) -> Option<Ticket> {
    let Event::Opened { requester, company, form, parent, .. } = event else { return None };
    Some(Ticket {
        id: id.clone(),
        status: Status::Received,
        outcome: None,
        ending: None,
        requester: requester.clone(),
        company: company.clone(),
        form: form.clone(),
        parent: parent.clone(),
        faults: Default::default(),
        denials: Vec::new(),
        unproven: Vec::new(),
        corrections: 0,
        checked: None,
        consents: Vec::new(),
        window: None,
        agent: None,
        precheck_ok: None,
        secret: None,
        opened_at: at,
        updated_at: at,
        complete_at: None,
        started_at: None,
        applied_at: None,
        ended_at: None,
        feedback_sent_at: None,
        issues: Vec::new(),
        closing_words: String::new(),
        undelivered: Vec::new(),
        reminded: Vec::new(),
        letters: Vec::new(),
        customer_mails: Vec::new(),
        events: 0,
    })
}

fn change(ticket: &mut Ticket, event: &Event, at: Timestamp) {
    match event {
        Event::Incomplete { faults } => ticket.faults = faults.clone(),
        Event::Answered { form, .. } => ticket.form.merge(form),
        Event::Completed { received } => {
            ticket.complete_at = Some(*received);
            ticket.faults.clear();
        }
        Event::Refused { denials, checked, .. } => {
            ticket.denials = denials.clone();
            ticket.checked = Some(checked.clone());
        }
        Event::Unproven { because } => ticket.unproven = because.clone(),
        Event::Confirmed { .. } => ticket.unproven.clear(),
        Event::Corrected => {
            ticket.corrections += 1;
            ticket.denials.clear();
        }
        Event::Overridden { .. } => ticket.denials.clear(),
        Event::Matched { company, checked } => {
            ticket.company = Some(company.clone());
            ticket.checked = Some(checked.clone());
        }
        Event::OutsideHours { window, .. } | Event::Scheduled { window, .. } => ticket.window = Some(window.clone()),
        Event::Consented { consent } => ticket.consents.push(consent.clone()),
        Event::Taken { agent } => ticket.agent = Some(agent.clone()),
        Event::Prechecked { closed_ports, .. } => ticket.precheck_ok = Some(closed_ports.is_empty()),
        Event::NotStarted { .. } => {
            ticket.outcome = Some(Outcome::NotStarted);
            ticket.ended_at = Some(at);
        }
        Event::Cancelled { ending, .. } => {
            ticket.ending = Some(*ending);
            withdraw_consent(ticket, at);
        }
        Event::Lapsed => ticket.ending = Some(crate::desk::ticket::Ending::Expired),
        Event::Merged { .. } => ticket.ending = Some(crate::desk::ticket::Ending::Duplicate),
        Event::Spam => ticket.ending = Some(crate::desk::ticket::Ending::NotARequest),
        Event::Started { .. } => ticket.started_at = Some(at),
        Event::Applied { .. } => ticket.applied_at = Some(at),
        Event::Finished { outcome, issues, words, .. } => {
            ticket.outcome = Some(*outcome);
            ticket.issues = issues.clone();
            ticket.closing_words = words.clone();
            ticket.ended_at = Some(at);
        }
        Event::FeedbackWritten { text, .. } => ticket.closing_words = text.clone(),
        Event::FeedbackSent { .. } => ticket.feedback_sent_at = Some(at),
        Event::LateIssue { issue } => ticket.issues.push(issue.clone()),
        Event::SecretKept { secret } => ticket.secret = Some(secret.clone()),
        Event::Undelivered { address, .. } => ticket.undelivered.push(address.clone()),
        Event::Reminded { timer } => ticket.reminded.push(timer.clone()),
        Event::Extended { minutes, .. } => extend(ticket, *minutes),
        Event::Opened { .. } | Event::SetAside { .. } | Event::Accepted | Event::Disowned { .. } => {}
        Event::TermsOffered { .. } | Event::TermsRefused { .. } | Event::Proposed { .. } | Event::Queued => {}
        Event::Readied | Event::Blocked { .. } | Event::StartLate | Event::StopAsked { .. } => {}
        Event::WatchOver | Event::OfferedAgain | Event::Noted { .. } => {}
    }
}

fn withdraw_consent(ticket: &mut Ticket, at: Timestamp) {
    for consent in &mut ticket.consents {
        consent.withdrawn_at.get_or_insert(at);
    }
}

fn extend(ticket: &mut Ticket, minutes: u32) {
    let Some(window) = &mut ticket.window else { return };
    let longer = jiff::SignedDuration::from_mins(i64::from(minutes));
    window.end = window.end.checked_add(longer).unwrap_or(window.end);
}

impl Scope {
    /// Whether a consent with this scope allows work in `start..end`.
    pub fn covers(&self, start: Timestamp, end: Timestamp) -> bool {
        match self {
            Scope::Window { start: from, end: to } => *from == start && end <= *to,
            // That the window lies in business hours is checked where it is set.
            Scope::AnyBusinessHours => true,
        }
    }
}
