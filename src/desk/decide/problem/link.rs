//! What a report is about (2.6), in this order: the ticket it answers, a number
//! in its text, a unit in its text, the only upgrade of the writer's company.

use jiff::{SignedDuration, Timestamp};

use crate::desk::decide::mail::Case;
use crate::desk::form::{FieldKey, Form, Slot, Value, compact};
use crate::desk::known::{Known, UnitKnown};
use crate::desk::register::Unit;
use crate::desk::ticket::{Status, Ticket, TicketId, TicketKind};

/// An upgrade this old is linked by itself only when it is named.
const SURE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Older ones are not even suggested.
const SUGGESTED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Whose report it is, and about what.
pub struct Place {
    pub company: Option<String>,
    pub link: Link,
    /// The linked or suggested upgrade.
    pub linked: Option<Ticket>,
}

#[derive(Default)]
pub struct Link {
    pub upgrade: Option<TicketId>,
    pub suggested: Option<TicketId>,
    /// The unit, as the serial number of a form.
    pub form: Form,
    /// Which unit it is must be asked.
    pub question: bool,
    /// The mail itself names the unit.
    pub unit_named: bool,
    pub because: String,
    /// The ended problem that the mail answers (PT-15).
    pub earlier: Option<TicketId>,
    /// Units that it may be, as their owner wrote them.
    pub candidates: Vec<String>,
}

/// `None`: neither the writer nor anything that he names is known.
pub fn place(case: &Case<'_>, hint: Option<&Ticket>) -> Option<Place> {
    let writer = case.author.representative.map(|row| row.company.clone());
    let hinted = hint.and_then(|ticket| ticket.company.clone());
    let units = units(case);
    // A representative's unit is one of his company's; nobody else's is met.
    let unit = match &writer {
        Some(company) => units.iter().find(|unit| unit.company == *company).copied(),
        None => units.first().copied(),
    };
    let company = writer.or(hinted).or_else(|| unit.map(|unit| unit.company.clone()))?;
    let recent = recent(case, &company);
    let named = named(case, &company);
    let hint = hint.filter(|ticket| ticket.company.as_ref() == Some(&company));
    let answered = hint.and_then(|ticket| match ticket.kind() {
        TicketKind::Upgrade => Some(ticket),
        // What an ended problem was about, unless the mail itself says more.
        TicketKind::Problem => case.known.linked.as_ref().filter(|_| unit.is_none() && named.is_none()),
    });
    let (linked, mut link) = match (answered.zip(hint), named) {
        (Some((upgrade, ticket)), _) => linked(upgrade, format!("the mail answers a letter about {}", ticket.id)),
        (None, Some(ticket)) => linked(ticket, format!("the mail names {}", ticket.id)),
        (None, None) => find(case, unit, &recent),
    };
    link.earlier = hint.filter(|ticket| ticket.kind() == TicketKind::Problem).map(|ticket| ticket.id.clone());
    link.unit_named = unit.is_some();
    let serial = unit.map(|unit| unit.serial.clone());
    let of_upgrade = linked.and_then(|ticket| ticket.form.fields.get(&FieldKey::UnitSerial)).cloned();
    let slot = serial.map(|serial| Slot { read: Ok(Value::Serial(compact(&serial))), written: serial });
    if let Some(slot) = slot.or(of_upgrade.filter(|_| link.upgrade.is_some())) {
        link.form.fields.insert(FieldKey::UnitSerial, slot);
    }
    Some(Place { company: Some(company), link, linked: linked.cloned() })
}

fn linked(ticket: &Ticket, because: String) -> (Option<&Ticket>, Link) {
    (Some(ticket), Link { upgrade: Some(ticket.id.clone()), because, ..Link::default() })
}

fn find<'a>(case: &Case<'_>, unit: Option<&Unit>, recent: &[&'a Ticket]) -> (Option<&'a Ticket>, Link) {
    if let Some(unit) = unit {
        let serial = compact(&unit.serial);
        let upgrade = recent.iter().copied().find(|ticket| ticket.serial() == serial);
        let because = format!("the mail names unit {}", unit.serial);
        return (upgrade, Link { upgrade: upgrade.map(|ticket| ticket.id.clone()), because, ..Link::default() });
    }
    match recent {
        [only] if is_sure(case, only) => {
            let because = format!("{} is the company's only upgrade of the last days", only.id);
            (Some(*only), Link { upgrade: Some(only.id.clone()), because, ..Link::default() })
        }
        [only] => {
            let because = format!("{} is the company's only upgrade, but some time ago", only.id);
            (Some(*only), Link { suggested: Some(only.id.clone()), question: true, because, ..Link::default() })
        }
        [] => (
            None,
            Link {
                question: true,
                because: "no unit is named, and none was upgraded lately".to_owned(),
                ..Link::default()
            },
        ),
        several => {
            let because = format!("no unit is named, and {} were upgraded lately", several.len());
            let candidates = several.iter().map(|ticket| super::super::answer::serial(&ticket.form)).collect();
            (None, Link { question: true, because, candidates, ..Link::default() })
        }
    }
}

fn is_sure(case: &Case<'_>, ticket: &Ticket) -> bool {
    touched(ticket).is_some_and(|at| case.input.received.duration_since(at) <= SURE)
}

/// When work on the unit last began or ended.
fn touched(ticket: &Ticket) -> Option<Timestamp> {
    ticket.ended_at.or(ticket.started_at)
}

/// The company's upgrades of the last 30 days, the newest work first.
fn recent<'a>(case: &Case<'a>, company: &str) -> Vec<&'a Ticket> {
    let upgrades = case.known.of_company.iter().filter(|ticket| {
        ticket.kind() == TicketKind::Upgrade
            && ticket.company.as_deref() == Some(company)
            && touched(ticket).is_some_and(|at| case.input.received.duration_since(at) <= SUGGESTED)
    });
    let mut upgrades: Vec<&Ticket> = upgrades.collect();
    upgrades.sort_by_key(|ticket| std::cmp::Reverse(touched(ticket)));
    upgrades
}

/// An upgrade of the company whose number stands in the mail. A number alone
/// proves nothing: it must be the writer's own company's (TC1).
fn named<'a>(case: &Case<'a>, company: &str) -> Option<&'a Ticket> {
    let mut of_company = case.known.named.values().filter(|ticket| ticket.company.as_deref() == Some(company));
    of_company.find(|ticket| ticket.kind() == TicketKind::Upgrade)
}

/// Registered units that the mail names by serial number, MAC or IP. That of the
/// ticket is known, too, but a guessed number of a ticket names nothing (TC1).
pub fn units<'a>(case: &Case<'a>) -> Vec<&'a Unit> {
    let Known { units, units_by_mac, units_by_ip, .. } = case.known;
    let named = &case.input.units;
    let by_serial = named.serials.iter().filter_map(|serial| match units.get(serial)? {
        UnitKnown::Of(unit) => Some(unit),
        UnitKnown::Unregistered => None,
    });
    let by_mac = named.macs.iter().filter_map(|mac| units_by_mac.get(mac));
    let by_ip = named.ips.iter().filter_map(|ip| units_by_ip.get(ip));
    by_serial.chain(by_mac).chain(by_ip).filter(|unit| !unit.retired).collect()
}

/// The one that other words than a report belong to.
pub fn open_problem<'a>(case: &Case<'a>, place: &Place) -> Option<&'a Ticket> {
    open_problems(case, place).first().copied()
}

/// The open problems that a further report may belong to: of the same unit or
/// upgrade, or the company's only one when no unit is named.
pub fn open_problems<'a>(case: &Case<'a>, place: &Place) -> Vec<&'a Ticket> {
    let Some(company) = place.company.as_deref() else { return Vec::new() };
    let open: Vec<&Ticket> = (case.known.of_company.iter())
        .filter(|ticket| ticket.kind() == TicketKind::Problem && ticket.company.as_deref() == Some(company))
        .filter(|ticket| !ticket.status.is_final() && ticket.status != Status::Resolved)
        .collect();
    let serial = place.link.form.text(FieldKey::UnitSerial).unwrap_or("");
    let same = |ticket: &&&Ticket| {
        let upgrade = ticket.problem.as_ref().and_then(|problem| problem.upgrade.as_ref());
        (!serial.is_empty() && ticket.serial() == serial)
            || (upgrade.is_some() && upgrade == place.link.upgrade.as_ref())
    };
    let of_the_unit: Vec<&Ticket> = open.iter().filter(same).copied().collect();
    match open.as_slice() {
        // A stranger names a unit or opens his own.
        [_] if serial.is_empty() && case.author.representative.is_some() => open,
        _ => of_the_unit,
    }
}
