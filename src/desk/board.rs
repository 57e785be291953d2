//! The duty board (5.3): how all stands, from all tickets, the rota and the mail.

mod lines;
mod tables;

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::desk::escalation::Rota;
use crate::desk::hours::{Freeze, Holiday};
use crate::desk::moment::time_zone;
use crate::desk::office::Office;
use crate::desk::rules::Rules;
use crate::desk::ticket::{Happened, Status, Ticket, TicketId};
use crate::desk::urgency::Severity;

pub use lines::{DueLine, Lit, ProblemLine, RunningLine, Which, WindowLine, name};
pub use tables::{Entry, Section, Table, Tone};

/// What the board is made from, looked up in the store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Every ticket that is not ended.
    pub open: Vec<Ticket>,
    /// Names of companies by id.
    pub companies: BTreeMap<String, String>,
    /// The last thing that happened to each of them.
    pub last: BTreeMap<TicketId, Happened>,
    pub troubles: Vec<Trouble>,
    /// The journal's last record and its hash, `417:9f86d0…`: whoever was told of it
    /// is a witness of all that was written up to there (decisions 19).
    pub head: String,
}

/// Mail that needs a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    pub kind: TroubleKind,
    pub what: String,
    pub since: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TroubleKind {
    /// A letter of ours came back or was refused for good.
    Undelivered,
    /// A letter of ours waits for another try, or for a person.
    Waiting,
    /// A mail that was not trusted.
    Quarantine,
    /// A mail that could not be read.
    Unread,
    /// A mail that is decided later.
    Held,
}

/// How all stands. Field names are a contract (cli.md).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Board {
    pub at: Timestamp,
    pub zone: String,
    pub duty: Vec<DutyLine>,
    /// Times with nobody on duty in the next two weeks.
    pub gaps: Vec<Gap>,
    /// P1 and P2 that are open, the worst first.
    pub problems: Vec<ProblemLine>,
    /// Windows of the next 24 hours.
    pub windows: Vec<WindowLine>,
    pub running: Vec<RunningLine>,
    pub blocked: Vec<Which>,
    /// What waits for us and what for the customer, the oldest first.
    pub ours: Vec<Which>,
    pub theirs: Vec<Which>,
    /// What we owe within four hours, or already.
    pub at_risk: Vec<DueLine>,
    pub feedback: Vec<DueLine>,
    pub special: Vec<Which>,
    /// Denials whose corrections are used up: a person looks.
    pub denials: Vec<Which>,
    pub mail: Vec<Trouble>,
    /// Days of the next 30 without work, or with less of it.
    pub days: Vec<DayLine>,
    /// Days of the next 30 on which nothing is upgraded (S-09).
    pub freezes: Vec<FreezeLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyLine {
    pub rota: String,
    /// Names; `None`: nobody.
    pub now: Option<String>,
    /// He keeps it until the next one acknowledges it.
    pub kept_for: Option<String>,
    pub next: Option<String>,
    pub next_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    pub rota: String,
    pub from: Timestamp,
    pub until: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayLine {
    pub day: Date,
    pub name: String,
    pub closes: Option<Time>,
}

/// Both days belong to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreezeLine {
    pub from: Date,
    pub to: Date,
    pub reason: String,
}

const DAY: SignedDuration = SignedDuration::from_hours(24);
const RISK: SignedDuration = SignedDuration::from_hours(4);
const FORTNIGHT: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Holidays and freezes are shown so far ahead.
const MONTH: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Letters that came back longer ago are no news.
const TROUBLE: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Board {
    /// The board at `now`. `rules` are those in force.
    pub fn of(seen: &Seen, office: &Office, rules: &Rules, now: Timestamp) -> Board {
        let tickets = || seen.open.iter();
        let which = |ticket: &Ticket| lines::which(ticket, seen, rules);
        let of_status = |status: Status| {
            let tickets = tickets().filter(move |ticket| ticket.status == status);
            oldest_first(tickets.map(which).collect())
        };
        let soon = plus(now, DAY);
        let mut windows: Vec<WindowLine> = tickets()
            .filter(|ticket| ticket.status.is_before_start())
            .filter_map(|ticket| lines::window(ticket, seen, rules))
            .filter(|line| line.end > now && line.start <= soon)
            .collect();
        windows.sort_by_key(|line| line.start);
        let mut problems: Vec<ProblemLine> = tickets()
            .filter(|ticket| is_grave(ticket))
            .filter_map(|ticket| lines::problem(ticket, seen, rules))
            .collect();
        problems.sort_by(|one, other| (&one.severity, one.which.since).cmp(&(&other.severity, other.which.since)));
        let works = |ticket: &&Ticket| matches!(ticket.status, Status::InProgress | Status::Verifying);
        let mut at_risk: Vec<DueLine> =
            tickets().flat_map(|ticket| lines::at_risk(ticket, seen, rules, now, plus(now, RISK))).collect();
        at_risk.sort_by_key(|line| line.at);
        let mut feedback: Vec<DueLine> =
            tickets().filter_map(|ticket| lines::feedback(ticket, seen, rules, now)).collect();
        feedback.sort_by_key(|line| line.at);
        let waits = |side: Side| {
            let tickets = tickets().filter(move |ticket| side_of(ticket) == Some(side));
            oldest_first(tickets.map(which).collect())
        };
        let used_up =
            |ticket: &&Ticket| ticket.status == Status::Denied && ticket.corrections >= rules.counts.corrections_max;
        Board {
            at: now,
            zone: rules.hours.zone.clone(),
            duty: duty(office, rules, now),
            gaps: gaps(office, rules, now),
            problems,
            windows,
            running: tickets().filter(works).map(|ticket| lines::running(ticket, seen, rules, now)).collect(),
            blocked: of_status(Status::Blocked),
            ours: waits(Side::Ours),
            theirs: waits(Side::Theirs),
            at_risk,
            feedback,
            special: of_status(Status::SpecialReview),
            denials: oldest_first(tickets().filter(used_up).map(which).collect()),
            mail: troubles(seen, now),
            days: days(rules, now),
            freezes: freezes(rules, now),
        }
    }
}

/// Whose turn it is to do something, where no section of its own says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Ours,
    Theirs,
}

fn side_of(ticket: &Ticket) -> Option<Side> {
    use Status::*;
    match ticket.status {
        _ if is_grave(ticket) => None,
        Received | Quarantine | Validating | QueuedAsap | Reported | Triage | Alerting => Some(Side::Ours),
        Acknowledged | Working | ChangeRunning => Some(Side::Ours),
        // It is our turn to offer.
        AwaitingConsent if ticket.offers.is_empty() => Some(Side::Ours),
        NeedsInfo | RepCheck | AwaitingConsent | WaitingCustomer | ChangeProposed | Resolved => Some(Side::Theirs),
        _ => None,
    }
}

fn is_grave(ticket: &Ticket) -> bool {
    ticket.problem.as_ref().is_some_and(|problem| matches!(problem.severity, Severity::P1 | Severity::P2))
}

fn oldest_first(mut lines: Vec<Which>) -> Vec<Which> {
    lines.sort_by_key(|line| line.since);
    lines
}

fn plus(at: Timestamp, distance: SignedDuration) -> Timestamp {
    at.checked_add(distance).unwrap_or(Timestamp::MAX)
}

/// Who has each duty now, and who is next.
pub fn duty(office: &Office, rules: &Rules, now: Timestamp) -> Vec<DutyLine> {
    let escalation = &rules.escalation;
    let kept = office.duty();
    let name = |id: &str| lines::name(rules, id);
    let of = |rota: &Rota| {
        let on_duty = escalation.on_duty(&rota.name, now, &kept);
        let open = office.open_handover().filter(|open| open.rota == rota.name && open.from.as_deref() == on_duty);
        let shifts = rota.shifts(now, plus(now, FORTNIGHT), &escalation.absences, &office.takeovers);
        let next = shifts.get(1);
        DutyLine {
            rota: rota.name.clone(),
            now: on_duty.map(name),
            kept_for: open.and_then(|open| open.to.as_deref()).map(name),
            next: next.and_then(|shift| shift.who.as_deref()).map(name),
            next_at: next.map(|shift| shift.from),
        }
    };
    escalation.rotas.iter().map(of).collect()
}

/// Times with nobody on duty in the next two weeks (2.8).
pub fn gaps(office: &Office, rules: &Rules, now: Timestamp) -> Vec<Gap> {
    let gaps = rules.escalation.gaps(now, plus(now, FORTNIGHT), &office.takeovers);
    gaps.into_iter().map(|(rota, gap)| Gap { rota: rota.to_owned(), from: gap.from, until: gap.until }).collect()
}

fn troubles(seen: &Seen, now: Timestamp) -> Vec<Trouble> {
    let oldest = now.checked_sub(TROUBLE).unwrap_or(Timestamp::MIN);
    let is_news = |trouble: &&Trouble| trouble.kind != TroubleKind::Undelivered || trouble.since >= oldest;
    let mut troubles: Vec<Trouble> = seen.troubles.iter().filter(is_news).cloned().collect();
    troubles.sort_by_key(|trouble| (trouble.kind, trouble.since));
    troubles
}

fn days(rules: &Rules, now: Timestamp) -> Vec<DayLine> {
    let (first, last) = month(rules, now);
    let line =
        |(day, holiday): (&Date, &Holiday)| DayLine { day: *day, name: holiday.name.clone(), closes: holiday.closes };
    rules.hours.holidays.range(first..=last).map(line).collect()
}

fn freezes(rules: &Rules, now: Timestamp) -> Vec<FreezeLine> {
    let (first, last) = month(rules, now);
    let line = |freeze: &Freeze| FreezeLine { from: freeze.from, to: freeze.to, reason: freeze.reason.clone() };
    rules.hours.freezes.iter().filter(|freeze| freeze.to >= first && freeze.from <= last).map(line).collect()
}

/// The first and the last of the days that are looked at.
fn month(rules: &Rules, now: Timestamp) -> (Date, Date) {
    let zone = time_zone(&rules.hours.zone).unwrap_or(TimeZone::UTC);
    (zone.to_datetime(now).date(), zone.to_datetime(plus(now, MONTH)).date())
}
