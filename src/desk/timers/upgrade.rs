//! The timers of an upgrade ticket.

use jiff::{SignedDuration, Timestamp};

use crate::desk::hours::Hours;
use crate::desk::rules::{Precheck, Rules};
use crate::desk::ticket::{Outcome, Scope, Status, Ticket, Window};
use crate::desk::timers::{Timer, TimerName, after, before, hours, minutes};

/// How long before its window a ticket can be ready (UT-25).
pub const READY_BEFORE: SignedDuration = SignedDuration::from_hours(2);
/// It is looked at then, an hour before (T5b), and when the window opens.
const READY_CHECKS: [SignedDuration; 3] = [READY_BEFORE, SignedDuration::from_hours(1), SignedDuration::ZERO];
/// T5b: a minute before the reminder and the look of that hour, which then know
/// what was found.
const TESTED_BEFORE: [SignedDuration; 2] = [SignedDuration::from_mins(24 * 60 + 1), SignedDuration::from_mins(61)];
const WATCH: SignedDuration = SignedDuration::from_hours(7 * 24);

const RESET: SignedDuration = SignedDuration::from_hours(3 * 24);
const CORRECTION: SignedDuration = SignedDuration::from_hours(14 * 24);
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

type Due = (TimerName, Timestamp);

pub(super) fn due(ticket: &Ticket, rules: &Rules) -> Vec<Due> {
    let mut due = by_state(ticket, rules);
    due.extend(untouched(ticket, rules));
    due.extend(ports(ticket, rules));
    due.extend(destruction(ticket));
    due
}

fn by_state(ticket: &Ticket, rules: &Rules) -> Vec<Due> {
    match ticket.status {
        Status::NeedsInfo | Status::AwaitingConsent => waiting(ticket, rules),
        Status::RepCheck => confirming(ticket, rules),
        Status::Denied => {
            let days = i64::from(rules.escalation.waits.denied_days);
            vec![(TimerName::Uncorrected, after(ticket.since, SignedDuration::from_hours(24 * days)))]
        }
        Status::SpecialReview => {
            vec![(TimerName::Special, rules.hours.after_business(ticket.since, rules.escalation.waits.special_bm))]
        }
        Status::Scheduled => ready_checks(ticket).into_iter().chain(reminders(ticket, rules)).collect(),
        Status::Ready => {
            // Ready long before the window is looked at once more (UT-27).
            let early = ready_checks(ticket).into_iter().take(1).filter(|(_, at)| *at > ticket.since);
            // What was due while it was blocked is told by the word that it goes on.
            let cured = ticket.work.cured_at.unwrap_or(Timestamp::MIN);
            let reminders = reminders(ticket, rules).filter(move |(_, at)| *at > cured);
            early.chain(start_late(ticket, rules)).chain(reminders).collect()
        }
        Status::Blocked => grace(ticket, rules).into_iter().chain(declined(ticket)).collect(),
        Status::QueuedAsap => asap(ticket, rules),
        Status::InProgress => progress(ticket, rules).into_iter().chain(stop_asked(ticket, rules)).collect(),
        Status::Verifying => verifying(ticket, rules).into_iter().chain(stop_asked(ticket, rules)).collect(),
        Status::FeedbackDue if !ticket.has_feedback_letter() => feedback(ticket, rules),
        Status::Watch => watch(ticket),
        _ => Vec::new(),
    }
}

/// 3.2: an hour before the window. Who declines later than that is called.
fn declined(ticket: &Ticket) -> Option<Due> {
    let (window, declined) = (ticket.window.as_ref()?, ticket.declined.as_ref()?);
    let at = before(window.start, hours(1));
    (at > declined.at).then_some((TimerName::Declined, at))
}

/// W-02: it is our turn, and nobody of the desk has done anything yet.
fn untouched(ticket: &Ticket, rules: &Rules) -> Vec<Due> {
    let ours = match ticket.status {
        Status::Received | Status::Quarantine | Status::SpecialReview => true,
        Status::Scheduled | Status::QueuedAsap | Status::Blocked => true,
        Status::AwaitingConsent => ticket.offers.is_empty(),
        _ => false,
    };
    if !ours || ticket.agent.is_some() || ticket.seen_at.is_some() {
        return Vec::new();
    }
    let waits = &rules.escalation.waits;
    let list = (TimerName::Untouched, rules.hours.after_business(ticket.since, waits.untouched_bm));
    let lead = (TimerName::UntouchedLead, rules.hours.after_business(ticket.since, waits.untouched_lead_bm));
    // W-08 tells the leads of a special time already.
    if ticket.status == Status::SpecialReview { vec![list] } else { vec![list, lead] }
}

/// W-16 and W-17. Each comes again every day for as long as something holds it:
/// a problem is open, or the reminder has not gone out.
fn watch(ticket: &Ticket) -> Vec<Due> {
    let mut due = Vec::new();
    let well = matches!(ticket.outcome, Some(Outcome::Success | Outcome::SuccessWithIssues));
    let answered = ticket.reset_asked_at.or(ticket.reset_confirmed_at).is_some();
    if let Some(ended) = ticket.ended_at.filter(|_| well && !answered) {
        due.extend(daily(ticket, TimerName::Reset, after(ended, RESET)));
    }
    if let Some(sent) = ticket.feedback_sent_at {
        due.extend(daily(ticket, TimerName::WatchOver, after(sent, WATCH)));
    }
    due
}

/// The first of these times that has not fired yet.
fn daily(ticket: &Ticket, name: TimerName, first: Timestamp) -> Option<Due> {
    const DAYS_MAX: i64 = 400;
    let at = |days: i64| after(first, SignedDuration::from_hours(24 * days));
    let timer = |at| Timer { at, ticket: ticket.id.clone(), name };
    (0..DAYS_MAX).map(at).find(|at| !ticket.reminded.contains(&timer(*at).key())).map(|at| (name, at))
}

/// W-18 and 2.5: at the end of the ticket; of what is denied once it cannot be
/// corrected any more; of everything else a week after its window.
fn destruction(ticket: &Ticket) -> Option<Due> {
    let (_, window) = (ticket.secrets.first()?, ticket.window.as_ref());
    let at = match ticket.status {
        Status::Closed | Status::Cancelled => ticket.since,
        Status::Denied => after(ticket.since, CORRECTION),
        _ => after(window.filter(|_| ticket.window_set_at.is_some())?.end, KEPT),
    };
    Some((TimerName::Destroy, at))
}

/// T5b, where the desk tests by itself. Whoever has just agreed to a time gets an
/// hour to open the ports; when less than that is left, it is tested at once.
fn ports(ticket: &Ticket, rules: &Rules) -> Vec<Due> {
    let planned = matches!(ticket.status, Status::Scheduled | Status::Ready | Status::Blocked);
    let (true, Precheck::ByDesk, Some(set), Some(window)) =
        (planned, rules.desk.precheck, ticket.window_set_at, &ticket.window)
    else {
        return Vec::new();
    };
    let [early, last] = TESTED_BEFORE.map(|distance| before(window.start, distance));
    let early = early.max(after(set, hours(1)));
    if last <= set {
        return vec![(TimerName::Ports, set)];
    }
    [early].into_iter().filter(|at| *at < last).chain([last]).map(|at| (TimerName::Ports, at)).collect()
}

/// UT-25, without those whose moment had passed when the window was set.
fn ready_checks(ticket: &Ticket) -> Vec<Due> {
    let Some(window) = &ticket.window else { return Vec::new() };
    let set = ticket.window_set_at.unwrap_or(ticket.opened_at);
    let all = READY_CHECKS.iter().map(|distance| before(window.start, *distance));
    all.filter(|at| *at > set).map(|at| (TimerName::ReadyCheck, at)).collect()
}

/// UT-33: the agent, then a lead, then the customer; nothing begins after that.
fn start_late(ticket: &Ticket, rules: &Rules) -> Vec<Due> {
    let Some(window) = &ticket.window else { return Vec::new() };
    let waits = &rules.escalation.waits.work;
    let late = |number: u32| after(window.start, minutes(number));
    vec![
        (TimerName::StartLate, late(waits.start_late_minutes)),
        (TimerName::StartLateLead, late(waits.start_late_lead_minutes)),
        (TimerName::NoShow, late(waits.start_late_customer_minutes)),
        (TimerName::Grace, window.end.max(late(waits.start_late_customer_minutes))),
    ]
}

/// S-05: asked after some days, and then again and again; without an answer it ends.
fn asap(ticket: &Ticket, rules: &Rules) -> Vec<Due> {
    let waits = &rules.escalation.waits;
    let consented = ticket.consent().map_or(ticket.since, |consent| consent.at.max(ticket.since));
    let asked = ticket.work.asked_again;
    let from = asked.map_or(consented, |(_, last)| last);
    let again = rules.hours.after_business_days(from, waits.work.asap_again_business_days);
    let lapse = asked.map(|(first, _)| (TimerName::Lapse, rules.hours.after_business_days(first, waits.lapse_bd)));
    std::iter::once((TimerName::AsapAged, again)).chain(lapse).collect()
}

/// UT-35.
fn stop_asked(ticket: &Ticket, rules: &Rules) -> Option<Due> {
    let wait = minutes(rules.escalation.waits.work.stop_answer_minutes);
    ticket.work.stop_asked_at.map(|asked| (TimerName::StopUnanswered, after(asked, wait)))
}

/// W-11: longer when the customer was asked to test.
fn verifying(ticket: &Ticket, rules: &Rules) -> Vec<Due> {
    let waits = &rules.escalation.waits.work;
    let due = match ticket.work.test_asked_at {
        Some(asked) => after(asked, minutes(waits.verify_asked_minutes)),
        None => after(ticket.since, minutes(waits.verify_minutes)),
    };
    vec![(TimerName::Verifying, due)]
}

/// UT-28: what blocks, and was not cured.
fn grace(ticket: &Ticket, rules: &Rules) -> Vec<Due> {
    let window = ticket.window.as_ref();
    window.map(|window| (TimerName::Grace, grace_ends(window, rules))).into_iter().collect()
}

/// UT-27: until when what blocks can be cured: some minutes behind the start,
/// and only while the planned minutes still fit.
pub fn grace_ends(window: &Window, rules: &Rules) -> Timestamp {
    let minutes = window.end.duration_since(window.start).as_mins();
    let minutes = u32::try_from(minutes).unwrap_or(u32::MAX);
    let fits = |start: Timestamp, hours: &Hours| hours.judge(start, minutes).is_ok();
    // A special arrangement lies outside hours anyway.
    let regular = fits(window.start, &rules.hours);
    let later = |late: u32| window.start.checked_add(SignedDuration::from_mins(i64::from(late))).ok();
    let mut moments = (0..=rules.escalation.waits.work.grace_minutes).rev().filter_map(later);
    moments.find(|at| !regular || fits(*at, &rules.hours)).unwrap_or(window.start)
}

/// W-05: the customer's answer.
fn waiting(ticket: &Ticket, rules: &Rules) -> Vec<Due> {
    let waits = &rules.escalation.waits;
    let days = |days: u32| rules.hours.after_business_days(ticket.since, days);
    if ticket.status == Status::AwaitingConsent && ticket.offers.is_empty() {
        // Nothing is asked of the customer now: it is our turn to offer.
        return vec![(TimerName::Lapse, days(waits.lapse_bd))];
    }
    let mut due: Vec<Due> = waits.remind_bd.iter().map(|number| (TimerName::Remind, days(*number))).collect();
    due.push((TimerName::Lapse, days(waits.lapse_bd)));
    let offered = ticket.offers.iter().map(|window| window.start).max();
    let wished = ticket.form.when().map(|when| when.first().at);
    if let Some(start) = offered.or(wished) {
        due.push((TimerName::LastCall, before(start, hours(waits.last_call_hours))));
        if offered.is_some() {
            due.push((TimerName::Release, before(start, hours(waits.release_hours))));
        }
    }
    // What lies before the question was asked cannot be a reminder of it.
    due.retain(|(_, at)| *at > ticket.since);
    due
}

/// W-06: a representative's word.
fn confirming(ticket: &Ticket, rules: &Rules) -> Vec<Due> {
    let waits = &rules.escalation.waits;
    let Some(until) = ticket.confirm_until else { return Vec::new() };
    let remind = rules.hours.after_business_days(ticket.since, waits.confirm_remind_bd);
    let mut due = vec![(TimerName::ConfirmLapse, until)];
    if remind < until {
        due.push((TimerName::ConfirmRemind, remind));
    }
    due
}

/// When a challenge that goes out at `at` ends.
pub fn confirm_until(at: Timestamp, rules: &Rules) -> Timestamp {
    rules.hours.after_business_days(at, rules.escalation.waits.confirm_lapse_bd)
}

/// W-09, without those whose moment had passed when the window was set.
fn reminders(ticket: &Ticket, rules: &Rules) -> impl Iterator<Item = Due> {
    let start = ticket.window.as_ref().map(|window| window.start);
    let set = ticket.window_set_at.unwrap_or(ticket.opened_at);
    let distances = &rules.escalation.waits.before_window_minutes;
    let due = start.map(|start| distances.iter().map(move |number| before(start, minutes(*number))));
    let due = due.into_iter().flatten().filter(move |at| *at > set);
    due.chain(heads_up(ticket, rules)).map(|at| (TimerName::BeforeWindow, at))
}

/// S-04: right before an ASAP time that was set long before.
fn heads_up(ticket: &Ticket, rules: &Rules) -> Option<Timestamp> {
    let number = rules.hours.asap_heads_up_minutes;
    let is_asap = ticket.consent().is_some_and(|consent| consent.scope == Scope::AnyBusinessHours);
    let told_already = rules.escalation.waits.before_window_minutes.contains(&number);
    let at = before(ticket.window.as_ref()?.start, minutes(number));
    let set = ticket.window_set_at.unwrap_or(ticket.opened_at);
    (is_asap && !told_already && at > after(set, minutes(number))).then_some(at)
}

/// W-10. The customer is told at the planned end and then again and again.
fn progress(ticket: &Ticket, rules: &Rules) -> Vec<Due> {
    let waits = &rules.escalation.waits;
    let Some(end) = ticket.planned_end() else { return Vec::new() };
    let told = ticket.overrun_told_at.filter(|told| *told >= end);
    let next = told.map_or(end, |told| after(told, minutes(waits.overrun_every_minutes)));
    vec![
        (TimerName::Progress, before(end, minutes(waits.progress_before_minutes))),
        (TimerName::Overrun, next),
        (TimerName::OverrunLead, after(end, minutes(waits.overrun_lead_minutes))),
    ]
}

/// W-12: business time after work that ended well, any time otherwise.
fn feedback(ticket: &Ticket, rules: &Rules) -> Vec<Due> {
    let waits = &rules.escalation.waits;
    let Some(ended) = ticket.ended_at else { return Vec::new() };
    let well = matches!(ticket.outcome, Some(Outcome::Success | Outcome::SuccessWithIssues | Outcome::Partial));
    let due = if well {
        rules.hours.after_business(ended, waits.feedback_bm)
    } else {
        after(ended, minutes(waits.feedback_failed_minutes))
    };
    vec![
        (TimerName::Feedback, due),
        (TimerName::FeedbackLead, after(due, minutes(waits.feedback_lead_minutes))),
        (TimerName::FeedbackManager, after(due, minutes(waits.feedback_manager_minutes))),
    ]
}
