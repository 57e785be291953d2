//! `(input, known, now, rules) -> Decision`: everything that can follow.
//! A decision is made on values; nothing is looked up, sent or worded here.

mod alarm;
mod answer;
mod attempt;
mod behalf;
mod bounce;
mod calendar;
mod caps;
mod challenge;
pub mod closed;
mod command;
mod consent;
mod contact;
mod copies;
mod delivery;
mod draft;
mod due;
mod feedback;
mod escalate;
mod gates;
mod hold;
mod language;
mod likeness;
mod mail;
mod moving;
mod notice;
mod offer;
mod office;
mod operator;
mod original;
mod own;
mod page;
pub mod passing;
mod pause;
pub mod ports;
mod problem;
mod question;
mod ready;
mod released;
mod remind;
mod reply;
mod request;
mod reveal;
mod schedule;
mod slots;
mod staff;
mod stop;
mod unknown;
mod warning;
mod weigh;

use jiff::Timestamp;

use crate::desk::access::Actor;
use crate::desk::bookings::Booking;
use crate::desk::input::Input;
use crate::desk::known::{Counted, Duplicate, Known, Tally};
use crate::desk::letter::Letter;
use crate::desk::office::OfficeEvent;
use crate::desk::record::{Did, OutcomeWord, Quarantined, TicketChange, Why};
use crate::desk::rules::Rules;
use crate::desk::ticket::{TicketId, TicketKind};

/// What every decision may look at besides its input.
#[derive(Clone, Copy)]
pub struct World<'a> {
    pub known: &'a Known,
    pub now: Timestamp,
    pub rules: &'a Rules,
    /// Windows agreed by the same input, which the store does not have yet (F-17).
    pub agreed: &'a [Booking],
}

/// Everything that follows from one input, for one ticket or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub outcome: OutcomeWord,
    pub actor: Actor,
    pub changes: Vec<TicketChange>,
    pub letters: Vec<Letter>,
    pub quarantine: Option<Quarantined>,
    pub why: Vec<Why>,
    /// The letter whose single-use token this uses up.
    pub spent: Option<u64>,
    pub counted: Vec<Counted>,
    /// What happens to the desk itself.
    pub office: Vec<OfficeEvent>,
    /// What staff did by mail that is otherwise done by hand.
    pub did: Vec<Did>,
}

impl Decision {
    fn new(outcome: OutcomeWord, actor: Actor) -> Decision {
        Decision {
            outcome,
            actor,
            changes: Vec::new(),
            letters: Vec::new(),
            quarantine: None,
            why: Vec::new(),
            spent: None,
            counted: Vec::new(),
            office: Vec::new(),
            did: Vec::new(),
        }
    }

    fn count(&mut self, what: Tally, of: &str) {
        self.counted.push(Counted { what, of: of.to_ascii_lowercase() });
    }

    /// Handled before, at another place: nothing follows from it.
    fn duplicate(actor: Actor, how: Duplicate) -> Decision {
        let why = match how {
            Duplicate::SameMail => {
                Why::new("decisions 21", "same proven sender, Message-ID and text as a mail already handled")
            }
            Duplicate::SameBytes => Why::new("I-1", "the very same bytes as a mail already handled"),
        };
        Decision { why: vec![why], ..Decision::new(OutcomeWord::Duplicate, actor) }
    }

    /// Kept for people, answered to nobody.
    fn quarantine(actor: Actor, reason: &str, detail: impl Into<String>, why: Why) -> Decision {
        Decision {
            quarantine: Some(Quarantined {
                reason: reason.to_owned(),
                detail: detail.into(),
                held: None,
                resembles: None,
            }),
            why: vec![why],
            ..Decision::new(OutcomeWord::Quarantine, actor)
        }
    }
}

/// What `input` means, given what is known of it.
pub fn decide(input: &Input, known: &Known, now: Timestamp, rules: &Rules) -> Decision {
    let mut decision = by_input(input, known, now, rules);
    let world = World { known, now, rules, agreed: &[] };
    unknown::ask(&mut decision, &world);
    copies::add(&mut decision, &world);
    operator::tell(input, &world, &mut decision);
    language::choose(&mut decision, input, known, rules);
    decision
}

fn by_input(input: &Input, known: &Known, now: Timestamp, rules: &Rules) -> Decision {
    match input {
        Input::Mail(mail) => mail::decide(mail, known, now, rules),
        Input::Unreadable { reason, .. } => {
            if let (Some(duplicate), None) = (known.duplicate, &known.pass) {
                return Decision::duplicate(Actor::Unknown, duplicate);
            }
            let name: &'static str = reason.into();
            let why = Why::new("security 2.2", format!("the mail was not read: {name}"));
            Decision::quarantine(Actor::Unknown, name, "the original lies unread, sealed or in its folder", why)
        }
        Input::Due(timer) => due::decide(timer, &World { known, now, rules, agreed: &[] }),
        Input::Delivered { letter, .. } => delivery::delivered(*letter, &World { known, now, rules, agreed: &[] }),
        Input::DeskDue(timer) => office::due(timer, &World { known, now, rules, agreed: &[] }),
        Input::Started => closed::started(&World { known, now, rules, agreed: &[] }),
        Input::Ports(test) => ports::ended(test, &World { known, now, rules, agreed: &[] }),
        Input::Reveal(look) => reveal::reveal(look, &World { known, now, rules, agreed: &[] }),
        Input::OpenAttachments(look, records) => {
            problem::attached::open(look, records, &World { known, now, rules, agreed: &[] })
        }
        Input::OpenOriginals(opening) => original::open(opening, &World { known, now, rules, agreed: &[] }),
        Input::Announce { version, notes, by } => {
            office::news::announce(version, notes, by, &World { known, now, rules, agreed: &[] })
        }
        Input::Undelivered { letter, address, why } => {
            delivery::undelivered(*letter, address, why, &World { known, now, rules, agreed: &[] })
        }
    }
}

/// `UP-2026-00417`: the year in the desk's zone.
fn ticket_id(kind: TicketKind, number: u64, now: Timestamp, rules: &Rules) -> TicketId {
    let year = crate::desk::access::day_of(now, &rules.hours.zone).year();
    TicketId(format!("{}-{year}-{number:05}", kind.prefix()))
}
