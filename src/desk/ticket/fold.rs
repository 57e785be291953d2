//! Events become the ticket. What happened, happened: nothing is refused here.

mod hands;
mod problem;
mod undone;
mod work;

use jiff::Timestamp;

use crate::desk::form::{FieldKey, Form};
use crate::desk::ticket::{
    Consent, Declined, Event, NoteKind, Outcome, Requester, Scope, Status, Ticket, TicketId, next,
};

/// The ticket after `event`. The first event of a ticket is [`Event::Opened`]
/// or [`Event::Reported`]; `None` when the first is another one, which the
/// store reports as damage.
pub fn apply(ticket: Option<Ticket>, id: &TicketId, event: &Event, at: Timestamp) -> Option<Ticket> {
    let mut ticket = match ticket {
        None => first(id, event, at)?,
        Some(ticket) => ticket,
    };
    if let Event::Undone { letters, to, .. } = event {
        return Some(undone::taken_back(ticket, to, letters, at));
    }
    let before = ticket.status;
    if let Some(status) = next(ticket.kind(), before, event) {
        // An answer that leaves a question open begins the waiting anew (W-05).
        let anew = matches!(event, Event::Incomplete { .. } | Event::Proposed { .. } | Event::Challenged { .. });
        if status != ticket.status || anew {
            ticket.since = at;
        }
        if status != ticket.status {
            // What was offered in another state is offered no more.
            ticket.offers.clear();
        }
        ticket.status = status;
    }
    ticket.invitation = invitation(ticket.invitation, event);
    if is_by_a_person(event) {
        ticket.seen_at.get_or_insert(at);
    }
    change(&mut ticket, event, at);
    work::change(&mut ticket, before, event, at);
    problem::change(&mut ticket, event, at);
    hands::change(&mut ticket, event);
    ticket.updated_at = at;
    ticket.events += 1;
    Some(ticket)
}

/// Every change that a letter carries into calendars counts once, so all copies
/// of it have one number and the next change a higher one (3.2).
fn invitation(sequence: Option<u32>, event: &Event) -> Option<u32> {
    match (event, sequence) {
        (Event::Scheduled { .. } | Event::SlotFound { .. }, None) => Some(0),
        (Event::Scheduled { .. } | Event::SlotFound { .. } | Event::Resumed { .. }, Some(number))
        | (Event::Extended { .. } | Event::Overran, Some(number))
        | (Event::Finished { .. } | Event::NotStarted { .. } | Event::Cancelled { .. }, Some(number)) => {
            Some(number.saturating_add(1))
        }
        _ => sequence,
    }
}

/// Only a member of staff can make this happen.
fn is_by_a_person(event: &Event) -> bool {
    match event {
        Event::Noted { kind, .. } => matches!(kind, NoteKind::Staff | NoteKind::Reply),
        Event::Taken { .. } | Event::Prechecked { .. } | Event::TermsOffered { .. } => true,
        Event::TermsRefused { .. } | Event::Overridden { .. } | Event::Acknowledged { .. } => true,
        _ => false,
    }
}

fn first(id: &TicketId, event: &Event, at: Timestamp) -> Option<Ticket> {
    match event {
        Event::Opened { requester, company, form, parent, .. } => {
            Some(Ticket { parent: parent.clone(), ..blank(id, Status::Received, requester, company, form, at) })
        }
        Event::Reported { requester, company, form, .. } => {
            let problem = problem::reported(event);
            Some(Ticket { problem, ..blank(id, Status::Reported, requester, company, form, at) })
        }
        _ => None,
    }
}

fn blank(
    id: &TicketId,
    status: Status,
    requester: &Requester,
    company: &Option<String>,
    form: &Form,
    at: Timestamp,
) -> Ticket {
    Ticket {
        id: id.clone(),
        status,
        outcome: None,
        ending: None,
        requester: requester.clone(),
        company: company.clone(),
        form: form.clone(),
        parent: None,
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
        secrets: Vec::new(),
        reset_asked_at: None,
        reset_confirmed_at: None,
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
        lost_letters: Vec::new(),
        seen_at: None,
        escalated_at: None,
        reminded: Vec::new(),
        since: at,
        invitation: None,
        declined: None,
        window_set_at: None,
        overrun_told_at: None,
        offers: Vec::new(),
        terms: None,
        resubmission_of: None,
        absorbed: Vec::new(),
        confirm_until: None,
        confirmed_by: None,
        extended_minutes: 0,
        merged_into: None,
        work: Default::default(),
        problem: None,
        hands: Default::default(),
        letters_at_end: 0,
        letters: Vec::new(),
        customer_mails: Vec::new(),
        events: 0,
    }
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
        Event::Confirmed { by, company } => {
            ticket.unproven.clear();
            ticket.confirmed_by = Some(by.clone());
            ticket.company = Some(company.clone());
            // A token is good once.
            ticket.confirm_until = None;
        }
        Event::Disowned { .. } => ticket.confirm_until = None,
        Event::Corrected => {
            ticket.corrections += 1;
            ticket.denials.clear();
        }
        Event::Overridden { .. } => ticket.denials.clear(),
        Event::Matched { company, checked } => {
            ticket.company = Some(company.clone());
            ticket.checked = Some(checked.clone());
        }
        Event::OutsideHours { window, .. } => ticket.window = Some(window.clone()),
        Event::Scheduled { window, .. } | Event::SlotFound { window, .. } => {
            ticket.window = Some(window.clone());
            ticket.window_set_at = Some(at);
            ticket.declined = None;
            ticket.offers.clear();
            ticket.terms = None;
        }
        Event::Declined { by } => ticket.declined = Some(Declined { by: by.clone(), at }),
        Event::Resumed { .. } | Event::Readied => ticket.declined = None,
        Event::OffersEnded => ticket.offers.clear(),
        Event::Challenged { until, .. } => ticket.confirm_until = Some(*until),
        Event::Consented { consent } => agree(ticket, consent),
        Event::Taken { agent } => ticket.agent = Some(agent.clone()),
        Event::NotStarted { .. } => {
            ticket.outcome = Some(Outcome::NotStarted);
            ticket.ended_at = Some(at);
            ticket.letters_at_end = ticket.letters.len();
        }
        Event::Cancelled { ending, .. } => {
            ticket.ending = Some(*ending);
            withdraw_consent(ticket, at);
        }
        Event::Lapsed => ticket.ending = Some(crate::desk::ticket::Ending::Expired),
        Event::Merged { into } => {
            ticket.ending = Some(crate::desk::ticket::Ending::Duplicate);
            ticket.merged_into = Some(into.clone());
        }
        Event::Spam => ticket.ending = Some(crate::desk::ticket::Ending::NotARequest),
        Event::Undelivered { letter, address, .. } => {
            ticket.undelivered.push(address.clone());
            ticket.lost_letters.push(*letter);
        }
        // An address: a customer. Staff who call a lead use up nothing of his.
        Event::Escalated { by, .. } if by.contains('@') => ticket.escalated_at = Some(at),
        Event::Reminded { timer } => ticket.reminded.push(timer.clone()),
        _ => working(ticket, event, at),
    }
}

/// From the start of the work to its feedback. Events that are not met here or
/// above change nothing but the state, or belong to problems.
fn working(ticket: &mut Ticket, event: &Event, at: Timestamp) {
    match event {
        Event::Started { .. } => {
            ticket.started_at = Some(at);
            // What an earlier attempt met stands in its own feedback (UT-46).
            ticket.issues.clear();
            ticket.closing_words.clear();
        }
        Event::IssueFound { issue, .. } => ticket.issues.push(issue.clone()),
        Event::Applied { .. } => ticket.applied_at = Some(at),
        Event::Finished { outcome, issues, words, .. } => {
            ticket.outcome = Some(*outcome);
            ticket.issues.extend(issues.iter().cloned());
            ticket.letters_at_end = ticket.letters.len();
            ticket.closing_words = words.clone();
            ticket.ended_at = Some(at);
        }
        Event::FeedbackWritten { text, .. } => ticket.closing_words = text.clone(),
        Event::FeedbackSent { .. } | Event::OfferedAgain => ticket.feedback_sent_at = Some(at),
        Event::LateIssue { issue } => ticket.issues.push(issue.clone()),
        Event::SecretKept { secret } => {
            ticket.secret = Some(secret.clone());
            ticket.secrets.push(secret.clone());
        }
        Event::SecretsDestroyed { secrets } => {
            ticket.secrets.retain(|secret| !secrets.contains(secret));
            ticket.secret = ticket.secret.take().filter(|secret| !secrets.contains(secret));
        }
        Event::ResetAsked => ticket.reset_asked_at = Some(at),
        Event::ResetConfirmed { .. } => ticket.reset_confirmed_at = Some(at),
        Event::Extended { minutes, .. } => ticket.extended_minutes = ticket.extended_minutes.saturating_add(*minutes),
        Event::Overran => ticket.overrun_told_at = Some(at),
        _ => agreement(ticket, event),
    }
}

/// What is offered, and who may agree to it.
fn agreement(ticket: &mut Ticket, event: &Event) {
    match event {
        Event::Proposed { slots } => {
            ticket.offers = slots.clone();
            ticket.terms = None;
        }
        Event::TermsOffered { terms } => {
            ticket.offers = ticket.window.iter().cloned().collect();
            ticket.terms = Some(terms.clone());
        }
        Event::TermsRefused { reason } => {
            ticket.faults.insert(FieldKey::UpgradeTime, crate::desk::phrase::Phrase::written(reason.clone()));
        }
        Event::Approved { company, .. } => {
            ticket.unproven.clear();
            ticket.confirm_until = None;
            ticket.company = Some(company.clone());
        }
        Event::Resubmitted { of } => ticket.resubmission_of = Some(of.clone()),
        Event::Absorbed { ticket: other } => ticket.absorbed.push(other.clone()),
        _ => {}
    }
}

/// T2c: a new consent takes the place of the one in force.
fn agree(ticket: &mut Ticket, consent: &Consent) {
    for earlier in ticket.consents.iter_mut().filter(|earlier| earlier.withdrawn_at.is_none()) {
        earlier.superseded_by.get_or_insert_with(|| consent.id.clone());
    }
    ticket.consents.push(consent.clone());
}

fn withdraw_consent(ticket: &mut Ticket, at: Timestamp) {
    for consent in &mut ticket.consents {
        consent.withdrawn_at.get_or_insert(at);
    }
}

impl Scope {
    /// Whether a consent with this scope allows work in `start..end`.
    pub fn covers(&self, start: Timestamp, end: Timestamp) -> bool {
        match self {
            Scope::Window { start: from, end: to } => *from == start && end <= *to,
            // That the window lies in business hours is checked where it is set.
            Scope::AnyBusinessHours => true,
            // Of a problem's change; no upgrade is done under it.
            Scope::AtOnce => false,
        }
    }
}
