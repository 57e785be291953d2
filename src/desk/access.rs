//! Who wrote, and what they may. Absence grants nothing.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::desk::input::MailInput;
use crate::desk::known::{Known, Sender};
use crate::desk::mail::{Identity, Proof};
use crate::desk::moment::time_zone;
use crate::desk::register::Representative;
use crate::desk::rules::{Rules, Staff};
use crate::desk::ticket::Ticket;

/// Who caused something, as far as it was proven. An unproven person can never
/// later look proven: the variant says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "actor")]
pub enum Actor {
    System,
    /// A proven member of staff.
    Staff {
        id: String,
    },
    /// A proven representative on file.
    Representative {
        address: String,
        company: String,
        consent_level: bool,
    },
    /// Says he is somebody on file or of staff; not proven.
    Claimed {
        address: String,
    },
    /// Proven to write from this address, which is not on file.
    Stranger {
        address: String,
    },
    /// Nobody we can name.
    Unknown,
}

impl Actor {
    /// For events and notices; never for a decision.
    pub fn name(&self) -> &str {
        match self {
            Actor::System => "the desk program",
            Actor::Staff { id } => id,
            Actor::Representative { address, .. } | Actor::Claimed { address } | Actor::Stranger { address } => address,
            Actor::Unknown => "unknown",
        }
    }
}

/// The author of a mail: who he is on file, and whether that was proven.
#[derive(Debug, Clone)]
pub struct Author<'a> {
    pub actor: Actor,
    /// The row on file for the address, valid today, proven or not.
    pub representative: Option<&'a Representative>,
    pub staff: Option<&'a Staff>,
    /// He writes from a domain that many share: a pass is not his (TA12).
    pub shared: bool,
}

/// Finds out who wrote `input`. A person whose validity has ended is not on file.
pub fn author<'a>(input: &MailInput, known: &'a Known, rules: &'a Rules, now: Timestamp) -> Author<'a> {
    let Some(address) = input.mail.address().map(str::to_owned) else {
        return Author { actor: Actor::Unknown, representative: None, staff: None, shared: false };
    };
    let proven = input.proof.is_pass();
    if let Some(staff) = rules.access.staff_by_address(&address) {
        let actor = if proven { Actor::Staff { id: staff.id.clone() } } else { Actor::Claimed { address } };
        return Author { actor, representative: None, staff: Some(staff), shared: false };
    }
    let today = day_of(now, &rules.hours.zone);
    let representative = match &known.sender {
        Sender::OnFile(representative) if representative.is_valid_on(today) => Some(representative),
        Sender::OnFile(_) | Sender::NotOnFile | Sender::NotAsked => None,
    };
    let shared = address.rsplit_once('@').is_some_and(|(_, domain)| rules.access.is_shared(domain));
    let proven = proven && (!shared || has_a_letter(known, &address));
    let actor = match (representative, proven) {
        (Some(row), true) => Actor::Representative {
            address: row.address.clone(),
            company: row.company.clone(),
            consent_level: input.proof.is_consent_level() && !shared,
        },
        (Some(_), false) => Actor::Claimed { address },
        (None, true) => Actor::Stranger { address },
        (None, false) => Actor::Unknown,
    };
    Author { actor, representative, staff: None, shared }
}

/// Whoever answers a letter that went to this address has its mailbox: of two
/// neighbours in one domain that tells which wrote (TA12).
fn has_a_letter(known: &Known, address: &str) -> bool {
    let mut answered = known.answered.iter().filter(|answered| answered.directly && !answered.letter.for_staff);
    answered.any(|answered| answered.letter.to.eq_ignore_ascii_case(address))
}

impl Author<'_> {
    /// The same person, as far as a mail may go that nobody vouches for.
    #[must_use]
    pub fn unproven(self) -> Self {
        let actor = match self.actor {
            Actor::Staff { .. } => self.staff.map(|staff| Actor::Claimed { address: staff.address.clone() }),
            Actor::Representative { address, .. } | Actor::Claimed { address } => Some(Actor::Claimed { address }),
            Actor::System | Actor::Stranger { .. } | Actor::Unknown => None,
        };
        Author { actor: actor.unwrap_or(Actor::Unknown), ..self }
    }

    /// The proven representative, if the author is one.
    pub fn proven_representative(&self) -> Option<&Representative> {
        match self.actor {
            Actor::Representative { .. } => self.representative,
            _ => None,
        }
    }

    /// Whether this author may change `ticket` (2.3): a proven representative
    /// of the ticket's company who may request.
    pub fn may_change(&self, ticket: &Ticket) -> bool {
        let Some(row) = self.proven_representative() else { return false };
        row.may_request() && belongs_to(ticket, row)
    }

    /// Whether what this author asks for is also his company's consent (decisions 11).
    pub fn consents(&self) -> bool {
        let Actor::Representative { consent_level, .. } = self.actor else { return false };
        consent_level && self.representative.is_some_and(Representative::may_consent)
    }
}

/// A ticket without a company was opened by somebody unproven: only the person
/// whose address stands in it belongs to it.
fn belongs_to(ticket: &Ticket, row: &Representative) -> bool {
    match &ticket.company {
        Some(company) => *company == row.company,
        None => ticket.requester.address.eq_ignore_ascii_case(&row.address),
    }
}

/// The day of `at` in a zone; UTC where the zone is unknown (rules are checked at start).
pub fn day_of(at: Timestamp, zone: &str) -> Date {
    let zone = time_zone(zone).unwrap_or(TimeZone::UTC);
    at.to_zoned(zone).date()
}

/// Where a letter goes. Only the register, the configuration and a proven
/// author of a neutral note are doors (decisions 13): never a text in a mail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recipient {
    address: String,
    for_staff: bool,
}

impl Recipient {
    pub fn representative(row: &Representative) -> Recipient {
        Recipient { address: row.address.clone(), for_staff: false }
    }

    pub fn staff(staff: &Staff) -> Recipient {
        Recipient { address: staff.address.clone(), for_staff: true }
    }

    pub fn desk(rules: &Rules) -> Recipient {
        Recipient { address: rules.access.desk_address.clone(), for_staff: true }
    }

    /// 2.8: where an alarm goes when all levels were silent.
    pub fn last_resort(rules: &Rules) -> Recipient {
        Recipient { address: rules.escalation.last_address.clone(), for_staff: true }
    }

    /// Decisions 12: a proven author who is not on file, for the neutral note only.
    pub fn proven_author(identity: &Identity, proof: &Proof) -> Option<Recipient> {
        proof.is_dkim_pass().then(|| Recipient { address: identity.address.clone(), for_staff: false })
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn is_for_staff(&self) -> bool {
        self.for_staff
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The desk's zone may be a fixed offset (O1); its day is not UTC's.
    #[test]
    fn the_day_is_the_desks_own_by_city_and_by_offset() {
        let evening: Timestamp = "2026-11-30T01:45:00Z".parse().unwrap_or_default();
        let days = ["America/Los_Angeles", "-08:00", "UTC", "+09:00", "no zone"].map(|zone| day_of(evening, zone));
        assert_eq!(days.map(|day| day.day()), [29, 29, 30, 30, 30], "{evening}");
    }
}
