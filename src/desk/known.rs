//! The one question the store is asked about an input, and its answer.
//! "Not asked" is never the same as "not there": absence grants nothing.

mod tally;
mod undo;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::board::Seen;
use crate::desk::bookings::Booking;
use crate::desk::command::{Command, CommandLine, Opening};
use crate::desk::form::FieldKey;
use crate::desk::input::{Input, Kind, MailInput, OriginalsOf, Place};
use crate::desk::mail::{Mail, ReplyTag};
use crate::desk::office::{DeskTimerName, Office, Segment};
use crate::desk::register::{Company, Representative, Unit};
use crate::desk::rules::Rules;
use crate::desk::ticket::{Outcome, Ticket, TicketId, ids_in, subject_tag};
use crate::desk::timers::TimerName;
use crate::desk::token::Brought;
use crate::desk::urgency::Tone;

pub use tally::{Counted, Tallies, Tally};
pub use undo::{LastCommands, LastLetter, Undoing};

/// What must be looked up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    pub place: Option<Place>,
    /// Decisions 21: `sender|message id|body hash`, when the sender is proven.
    pub duplicate_key: Option<String>,
    /// The mail's own Message-ID.
    pub message_id: Option<String>,
    /// SHA-256 of the bytes as fetched: a pass or an earlier mail may have the same.
    pub sha256: Option<String>,
    /// The author's address.
    pub address: Option<String>,
    pub serials: Vec<String>,
    pub macs: Vec<String>,
    pub ips: Vec<std::net::IpAddr>,
    /// Message-IDs that the mail answers.
    pub in_reply_to: Vec<String>,
    /// Reply addresses of ours that it came to.
    pub reply_tags: Vec<ReplyTag>,
    /// Message-IDs of the thread that it belongs to, the latest first.
    pub references: Vec<String>,
    /// `[UP-2026-00417]` in the subject: a hint only (TC1).
    pub subject_tag: Option<TicketId>,
    /// Every number in the subject: one of several units of a mail (F-17).
    pub subject_ids: Vec<TicketId>,
    /// The ticket itself, for a timer.
    pub ticket: Option<TicketId>,
    pub letter: Option<u64>,
    /// The Message-ID of ours that a delivery report is about.
    pub reported: Option<String>,
    /// Everybody on file, when the author is not: whom he could be mistaken for.
    pub likeness: bool,
    /// Tickets named in words or commands.
    pub named: Vec<TicketId>,
    /// The tickets of the writer's company and of the named units' companies.
    pub of_company: bool,
    /// The agreed windows of all tickets (S-08).
    pub bookings: bool,
    /// People whom a mail of staff names: their companies are looked up.
    pub people: Vec<String>,
    /// How the whole desk stands, for the board.
    pub board: bool,
    /// Who gets news of releases.
    pub subscribers: bool,
    /// What was last done by commands on the ticket.
    pub undoing: bool,
    /// What this timer of the desk as a whole looks at.
    pub desk_timer: Option<DeskTimerName>,
}

/// More tickets in one mail are not looked up.
const NAMED_MAX: usize = 10;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// This place was handled before: nothing may happen twice.
    pub place_done: bool,
    /// The same mail was handled at another place, as is known by this.
    pub duplicate: Option<Duplicate>,
    /// Somebody took these bytes out of the quarantine.
    pub pass: Option<Pass>,
    /// A mail with these bytes is held: its number in the quarantine, and since when.
    pub held: Option<(u64, Held)>,
    pub register_is_empty: bool,
    pub sender: Sender,
    /// Every asked serial has an entry.
    pub units: BTreeMap<String, UnitKnown>,
    /// Units that carry an asked MAC or IP, whoever owns them.
    pub units_by_mac: BTreeMap<String, Unit>,
    pub units_by_ip: BTreeMap<std::net::IpAddr, Unit>,
    pub companies: BTreeMap<String, Company>,
    /// All representatives of every company met above.
    pub representatives: Vec<Representative>,
    pub ticket: FoundTicket,
    /// Open tickets for the asked serials.
    pub same_unit: Vec<Ticket>,
    /// Open requests of this address, which is not on file, the oldest first.
    pub own: Vec<Ticket>,
    /// Neutral notes sent to this address in the last 24 hours (decisions 12).
    pub neutral_notes_today: u32,
    pub letter: Option<LetterKnown>,
    /// Letters of ours that the mail answers, the ones it answers directly first.
    pub answered: Vec<Answered>,
    /// Tickets that were named, as far as they exist.
    pub named: BTreeMap<TicketId, Ticket>,
    /// The newest tickets of the companies met, upgrades and problems.
    pub of_company: Vec<Ticket>,
    /// Where the found ticket goes on, if it was merged.
    pub continued: Option<Ticket>,
    /// The upgrade that the found problem ticket is linked to.
    pub linked: Option<Ticket>,
    /// The agreed windows of all tickets, when they were asked for.
    pub bookings: Vec<Booking>,
    /// The single-use token that the mail brings back, and whether it is good.
    pub token: Brought,
    /// What was counted of whom in the last 24 hours, alarms in the last hour.
    pub tallies: Tallies,
    /// Another mail had this Message-ID (TC8).
    pub same_id: bool,
    /// The mail in quarantine whose notice this mail answers.
    pub kept: Option<Kept>,
    /// Letters M-15 to each representative met, in the last 24 hours.
    pub challenges_today: BTreeMap<String, u32>,
    /// Alarms of strangers and machines in the last 24 hours (TC14).
    pub stranger_alarms_today: u32,
    /// All representatives, where the author is none of them and it was asked.
    pub on_file: Vec<Representative>,
    /// Mails of the last 24 hours that staff were told of for a likeness only.
    pub likenesses_today: u32,
    /// What is so of the desk itself: who took over whose duty.
    pub office: Office,
    /// `None`: not asked.
    pub seen: Option<Box<Seen>>,
    /// Whoever is on file for news of releases, or asked for them; `office` says
    /// who no longer wants them.
    pub subscribers: Vec<Representative>,
    /// Letters of the last test of level 1 of which the alarm hook could not be
    /// told, with the reason.
    pub hook_failed: Vec<(u64, String)>,
    /// Files whose time is over, each with its tickets that are still open.
    pub segments: Vec<(Segment, Vec<TicketId>)>,
    /// The last commands on the ticket; `None`: there are none, or it was not asked.
    pub undoing: Option<Box<Undoing>>,
    pub next_problem: u64,
    pub next_ticket: u64,
    pub next_letter: u64,
}

impl Known {
    /// TC8: one and the same Message-ID, and not one and the same mail.
    pub fn another_had_its_id(&self) -> bool {
        self.same_id && self.duplicate.is_none() && self.pass.is_none() && self.held.is_none()
    }
}

/// How a mail is known to be one that was handled before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duplicate {
    /// Proven sender, Message-ID and text (decisions 21).
    SameMail,
    /// The very same bytes, whoever wrote them (I-1, I-7).
    SameBytes,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sender {
    NotAsked,
    NotOnFile,
    OnFile(Representative),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitKnown {
    Unregistered,
    Of(Unit),
}

/// The ticket that a mail belongs to, and how we know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundTicket {
    None,
    /// By one of our own Message-IDs, or by the timer or letter itself.
    ByReference(Box<Ticket>),
    /// Only by the tag in the subject: anybody can write that.
    ByTag(Box<Ticket>),
}

/// A mail in quarantine, whose notice staff answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub no: u64,
    pub sha256: Option<String>,
    /// Nobody has dealt with it.
    pub is_open: bool,
}

/// How long a mail has waited for its author to be found out (TB8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// When it was held first.
    pub since: Timestamp,
    /// How often it was decided to hold it.
    pub tries: u32,
    /// When it is decided again, or at the next start.
    pub again_at: Timestamp,
}

/// Lets one mail of the quarantine be decided once more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// Its number in the quarantine.
    pub kept: u64,
    /// Why it was kept there.
    pub because: String,
    /// Who let it out.
    pub by: String,
    pub reason: String,
}

/// A letter of ours that somebody has who wrote to us: nobody can guess its
/// Message-ID or its reply address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    pub letter: LetterKnown,
    /// In-Reply-To or the address it was sent to names it; not only the thread.
    pub directly: bool,
}

/// The outbox row of a letter that was delivered or refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterKnown {
    pub no: u64,
    pub template: String,
    pub message_id: String,
    pub to: String,
    pub ticket: Option<TicketId>,
    pub for_staff: bool,
    /// Its single-use token was used.
    pub spent: bool,
    /// It is known already that it never arrived.
    pub failed: bool,
}

impl Ask {
    /// The one question about `input`.
    pub fn about(input: &Input, rules: &Rules) -> Ask {
        match input {
            Input::Mail(mail) => Ask::about_mail(mail, rules),
            Input::Unreadable { place, original_sha256, .. } => {
                Ask { place: Some(place.clone()), sha256: original_sha256.clone(), ..Ask::default() }
            }
            Input::Due(timer) => Ask {
                ticket: Some(timer.ticket.clone()),
                bookings: true,
                // A problem holds its upgrade (W-16, W-17).
                of_company: matches!(timer.name, TimerName::Reset | TimerName::WatchOver),
                ..Ask::default()
            },
            Input::Started => Ask { board: true, ..Ask::default() },
            Input::DeskDue(timer) => Ask { board: true, desk_timer: Some(timer.name), ..Ask::default() },
            Input::Ports(test) => Ask { ticket: Some(test.ticket.clone()), bookings: true, ..Ask::default() },
            Input::Reveal(look) | Input::OpenAttachments(look, _) => {
                Ask { named: vec![look.ticket.clone()], ..Ask::default() }
            }
            Input::OpenOriginals(opening) => match &opening.of {
                OriginalsOf::Ticket(id) => Ask { named: vec![id.clone()], ..Ask::default() },
                OriginalsOf::Kept(_) => Ask::default(),
            },
            Input::Announce { .. } => Ask { subscribers: true, ..Ask::default() },
            Input::Delivered { letter, .. } | Input::Undelivered { letter, .. } => {
                Ask { letter: Some(*letter), of_company: true, ..Ask::default() }
            }
        }
    }

    /// What a ticket is weighed by: its person, its company, its unit.
    pub fn about_ticket(ticket: &Ticket) -> Ask {
        let text = |key: FieldKey| ticket.form.text(key).map(str::to_owned).into_iter().collect();
        Ask {
            ticket: Some(ticket.id.clone()),
            address: Some(ticket.requester.address.clone()),
            serials: text(FieldKey::UnitSerial),
            macs: text(FieldKey::UnitMac),
            ips: ticket.form.ip().into_iter().collect(),
            ..Ask::default()
        }
    }

    fn about_mail(input: &MailInput, rules: &Rules) -> Ask {
        let mail = &input.mail;
        let inner = input.forwarded.as_ref().map_or("", |inner| inner.mail.own_text.as_str());
        let mut named = ids_in(&format!("{} {} {inner}", mail.subject, mail.own_text));
        named.truncate(NAMED_MAX);
        named.extend(input.commands.iter().filter_map(|line| match &line.read {
            Ok(Command::Link { upgrade: Some(id) } | Command::Merge { into: id }) => Some(id.clone()),
            _ => None,
        }));
        let people = people(input, rules);
        let opens = !people.is_empty();
        let carried = input.forwarded.as_ref().map(|inner| inner.units.clone()).unwrap_or_default();
        let units = input.units.clone().and(carried);
        Ask {
            place: Some(input.place.clone()),
            duplicate_key: duplicate_key(input),
            message_id: mail.message_id.clone(),
            sha256: Some(input.original_sha256.clone()),
            address: mail.address().map(str::to_owned),
            serials: units.serials,
            macs: units.macs,
            ips: units.ips,
            in_reply_to: mail.in_reply_to.clone(),
            reply_tags: mail.reply_tags.clone(),
            references: mail.references.iter().rev().cloned().collect(),
            subject_ids: ids_in(&mail.subject),
            subject_tag: subject_tag(&mail.subject).or_else(|| invited(mail)),
            reported: mail.report.as_ref().and_then(|report| report.original_message_id.clone()),
            likeness: is_nobody_of_ours(mail, rules),
            named,
            bookings: !matches!(input.kind, Kind::Bounce | Kind::FeedbackReport | Kind::Automatic | Kind::Noise),
            of_company: opens || (input.kind != Kind::Request && input.urgency.tone != Tone::Plain),
            people,
            board: looks_at_the_desk(input, rules),
            undoing: input.commands.iter().any(|line| line.read == Ok(Command::Undo)),
            ..Ask::default()
        }
        .with_own_domain(rules)
    }

    /// Whether the company's other tickets matter. Of a letter they do when a
    /// problem goes on about its upgrade (UT-39): most letters need no look.
    pub fn wants_company(&self, found: Option<&Ticket>) -> bool {
        let degraded = found.is_some_and(|ticket| ticket.outcome == Some(Outcome::FailedDegraded));
        self.of_company && (self.letter.is_none() || degraded)
    }

    /// Only ids of our own domain can name our letters.
    fn with_own_domain(mut self, rules: &Rules) -> Ask {
        let ours = format!("@{}", rules.desk.message_id_domain);
        self.in_reply_to.retain(|id| id.ends_with(&ours));
        self.references.retain(|id| id.ends_with(&ours));
        self
    }
}

/// For whom an agent opens a ticket (`#new`).
fn people(input: &MailInput, rules: &Rules) -> Vec<String> {
    if input.mail.address().and_then(|address| rules.access.staff_by_address(address)).is_none() {
        return Vec::new();
    }
    let of_form = || input.forms.iter().filter_map(|form| form.text(FieldKey::AdminEmail)).map(str::to_owned);
    let named = |line: &CommandLine| match &line.read {
        Ok(Command::New { what: Opening::Request }) => of_form().collect(),
        Ok(Command::New { what: Opening::Problem { person, .. } }) => vec![person.clone()],
        _ => Vec::new(),
    };
    let carried = input.forwarded.iter().filter_map(|inner| inner.mail.address()).map(str::to_owned);
    input.commands.iter().flat_map(named).chain(carried).take(NAMED_MAX).collect()
}

/// The ticket whose event a calendar answers: a hint like a tag, for anybody can
/// write it.
fn invited(mail: &Mail) -> Option<TicketId> {
    let (id, _) = mail.calendar.as_ref()?.uid.split_once('@')?;
    ids_in(id).into_iter().next()
}

/// A command of staff about all tickets, or a word that may take the duty over.
fn looks_at_the_desk(input: &MailInput, rules: &Rules) -> bool {
    let is_staff = input.mail.address().is_some_and(|address| rules.access.staff_by_address(address).is_some());
    let looks = |line: &CommandLine| line.read.as_ref().is_ok_and(Command::looks_at_the_desk);
    is_staff && (input.commands.is_empty() || input.commands.iter().any(looks))
}

/// Somebody wrote, or tried to look as if, who is not of the staff.
fn is_nobody_of_ours(mail: &Mail, rules: &Rules) -> bool {
    match mail.address() {
        Some(address) => rules.access.staff_by_address(address).is_none(),
        None => !mail.from_text.is_empty(),
    }
}

/// Decisions 21: proven sender, Message-ID and body hash; without a Message-ID
/// the hash of the whole mail stands in.
pub fn duplicate_key(input: &MailInput) -> Option<String> {
    let address = input.mail.address()?;
    if !input.proof.is_pass() {
        return None;
    }
    let id = input.mail.message_id.as_deref().unwrap_or(&input.original_sha256);
    Some(format!("{address}|{id}|{}", input.mail.body_sha256))
}
