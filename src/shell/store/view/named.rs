//! Units and companies that an input names, with their people. For a unit of
//! somebody else as much is looked up as for one that does not exist (TD2).

use std::collections::BTreeSet;

use crate::desk::form::compact;
use crate::desk::known::{Ask, Known, Sender, UnitKnown};
use crate::desk::register::{Company, Representative, Unit};
use crate::desk::ticket::{Ticket, TicketId};
use crate::shell::store::state::{StateError, Tree, key};
use crate::shell::store::view::{View, known_ticket};

/// Of one address: more is a flood and no help.
const OWN_MAX: usize = 20;

impl View<'_> {
    /// What an address that is not on file has asked for and is still open (2.3).
    pub(super) fn own(&self, ask: &Ask) -> Result<Vec<Ticket>, StateError> {
        let mut own = Vec::new();
        if let Sender::NotOnFile = self.sender(ask.address.as_deref())? {
            let address = ask.address.as_deref().unwrap_or_default().to_ascii_lowercase();
            for (_, value) in self.state.scan(Tree::Index, &key(&[b"own", address.as_bytes(), b""]), OWN_MAX)? {
                own.extend(self.ticket(&serde_json::from_slice(&value)?)?);
            }
        }
        Ok(own)
    }

    /// Whether a mail had this Message-ID before.
    pub(super) fn had_id(&self, message_id: &str) -> Result<bool, StateError> {
        self.state.has(Tree::Index, &key(&[b"id", message_id.as_bytes()]))
    }

    pub(super) fn everybody(&self) -> Result<Vec<Representative>, StateError> {
        let mut all: Vec<Representative> = self.state.values(Tree::Register, &key(&[b"person", b""]))?;
        all.retain(|row| !row.retired);
        Ok(all)
    }

    /// The asked units, and the ones that the ticket is about: a correction of
    /// one field needs the register's word on the others too.
    pub(super) fn look_up_units(&self, ask: &Ask, known: &mut Known) -> Result<(), StateError> {
        let ticket = known_ticket(&known.ticket).cloned();
        let form = ticket.as_ref().map(|ticket| &ticket.form);
        let of_form = |field| form.and_then(|form| form.text(field)).map(str::to_owned);
        let own: Vec<String> = known.own.iter().map(|ticket| ticket.serial().to_owned()).collect();
        let serials = ask.serials.iter().cloned().chain(of_form(crate::desk::form::FieldKey::UnitSerial)).chain(own);
        for serial in serials.filter(|serial| !serial.is_empty()).collect::<BTreeSet<String>>() {
            let unit = self.unit(&serial)?;
            let open: Vec<TicketId> = self.state.values(Tree::Index, &key(&[b"unit", serial.as_bytes(), b""]))?;
            if !is_foreign(unit.as_ref(), &known.sender) {
                for id in open {
                    known.same_unit.extend(self.ticket(&id)?);
                }
            }
            known.units.insert(serial, unit.map_or(UnitKnown::Unregistered, UnitKnown::Of));
        }
        let macs = ask.macs.iter().cloned().chain(of_form(crate::desk::form::FieldKey::UnitMac));
        for mac in macs.collect::<BTreeSet<String>>() {
            if let Some(unit) = self.unit_by(b"mac", &mac)? {
                known.units_by_mac.insert(mac, unit);
            }
        }
        let ips = ask.ips.iter().copied().chain(form.and_then(crate::desk::form::Form::ip));
        for ip in ips.collect::<BTreeSet<_>>() {
            if let Some(unit) = self.unit_by(b"ip", &ip.to_string())? {
                known.units_by_ip.insert(ip, unit);
            }
        }
        Ok(())
    }

    /// Companies of everybody and everything met so far, with their people.
    pub(super) fn look_up_companies(&self, ask: &Ask, known: &mut Known) -> Result<(), StateError> {
        let mut companies: BTreeSet<String> = BTreeSet::new();
        if let Sender::OnFile(row) = &known.sender {
            companies.insert(row.company.clone());
        }
        companies.extend(known_ticket(&known.ticket).and_then(|ticket| ticket.company.clone()));
        companies.extend(known.own.iter().filter_map(|ticket| ticket.company.clone()));
        // TD2: for somebody on file nothing more is looked up about a foreign unit
        // than about one that does not exist.
        let is_on_file = matches!(known.sender, Sender::OnFile(_));
        for unit in known.units.values() {
            if let (UnitKnown::Of(unit), false) = (unit, is_on_file) {
                companies.insert(unit.company.clone());
            }
        }
        if let Some(ticket) = known_ticket(&known.ticket)
            && let Sender::OnFile(row) = self.sender(Some(&ticket.requester.address))?
        {
            companies.insert(row.company);
        }
        for address in &ask.people {
            if let Sender::OnFile(row) = self.sender(Some(address))? {
                companies.insert(row.company);
            }
        }
        for id in companies {
            known.representatives.extend(self.people(&id)?);
            if let Some(company) = self.company(&id)? {
                known.companies.insert(id, company);
            }
        }
        Ok(())
    }

    fn people(&self, company: &str) -> Result<Vec<Representative>, StateError> {
        let addresses: Vec<String> = self.state.values(Tree::Register, &key(&[b"people", company.as_bytes(), b""]))?;
        let mut people = Vec::new();
        for address in addresses {
            people.extend(self.state.get(Tree::Register, &key(&[b"person", address.as_bytes()]))?);
        }
        Ok(people)
    }

    fn company(&self, id: &str) -> Result<Option<Company>, StateError> {
        self.state.get(Tree::Register, &key(&[b"company", id.as_bytes()]))
    }

    fn unit(&self, serial: &str) -> Result<Option<Unit>, StateError> {
        self.state.get(Tree::Register, &key(&[b"serial", compact(serial).as_bytes()]))
    }

    fn unit_by(&self, what: &[u8], value: &str) -> Result<Option<Unit>, StateError> {
        // Two looks whether it is there or not (TD2): no unit has an empty serial.
        let serial: Option<String> = self.state.get(Tree::Register, &key(&[what, value.as_bytes()]))?;
        self.unit(&serial.unwrap_or_default())
    }
}

/// Another company's unit, named by somebody on file: what goes on with it is
/// none of his business, and must take no time either (TD2).
fn is_foreign(unit: Option<&Unit>, sender: &Sender) -> bool {
    match (unit, sender) {
        (Some(unit), Sender::OnFile(row)) => unit.company != row.company,
        _ => false,
    }
}
