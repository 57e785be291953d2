//! Who takes part: customers with their people and units, and the desk's staff.

use std::sync::Arc;

use upgrade_desk::desk::register::{Company, Register, Representative, Role, Unit};
use upgrade_desk::desk::rules::{Rules, Staff};
use upgrade_desk::shell::rules;

use crate::support::random::Random;

const ZONES: &[&str] = &["America/Chicago", "Europe/Berlin", "Asia/Manila", "America/Los_Angeles", "Europe/Madrid"];

pub struct World {
    pub customers: Vec<Customer>,
    pub staff: Vec<Staff>,
    pub rules: Arc<Rules>,
}

pub struct Customer {
    pub id: String,
    pub name: String,
    pub zone: &'static str,
    /// The first may consent.
    pub people: Vec<Person>,
    pub units: Vec<Unit>,
}

#[derive(Clone)]
pub struct Person {
    pub name: String,
    pub address: String,
    pub phone: String,
    pub roles: Vec<Role>,
}

impl World {
    pub fn new(random: &mut Random, customers: usize) -> World {
        let customers = (0..customers).map(|number| customer(number, random)).collect();
        let mut rules = Rules::clone(&rules::load(None).unwrap());
        let staff: Vec<Staff> = ["noa", "sam", "lea", "kim", "rui", "eva"].iter().map(|id| member(id)).collect();
        rules.access.staff.clone_from(&staff);
        for (shift, rota) in rules.escalation.rotas.iter_mut().enumerate() {
            rota.turns = (0..staff.len()).map(|turn| staff[(turn + shift) % staff.len()].id.clone()).collect();
        }
        World { customers, staff, rules: Arc::new(rules) }
    }

    pub fn register(&self) -> Register {
        let company = |customer: &Customer| Company {
            id: customer.id.clone(),
            name: customer.name.clone(),
            zone: Some(customer.zone.to_owned()),
            ..blank_company()
        };
        let person = |customer: &Customer, person: &Person| Representative {
            address: person.address.clone(),
            company: customer.id.clone(),
            name: person.name.clone(),
            phones: vec![person.phone.clone()],
            roles: person.roles.clone(),
            ..blank_person()
        };
        let people = self.customers.iter().flat_map(|one| one.people.iter().map(move |who| person(one, who)));
        Register {
            companies: self.customers.iter().map(company).collect(),
            representatives: people.collect(),
            units: self.customers.iter().flat_map(|customer| customer.units.clone()).collect(),
        }
    }

    /// The customer whose person has this address.
    pub fn customer_of(&self, address: &str) -> Option<&Customer> {
        let is_his = |person: &Person| person.address.eq_ignore_ascii_case(address);
        self.customers.iter().find(|customer| customer.people.iter().any(is_his))
    }

    pub fn is_staff(&self, address: &str) -> bool {
        let desk = [&self.rules.access.desk_address, &self.rules.escalation.last_address];
        desk.iter().any(|list| list.eq_ignore_ascii_case(address))
            || self.staff.iter().any(|staff| staff.address.eq_ignore_ascii_case(address))
    }
}

fn blank_company() -> Company {
    serde_json::from_str(r#"{"id": "", "name": ""}"#).unwrap()
}

fn blank_person() -> Representative {
    serde_json::from_str(r#"{"address": "", "company": "", "name": ""}"#).unwrap()
}

fn member(id: &str) -> Staff {
    let name = format!("{}{} Desk", id[..1].to_uppercase(), &id[1..]);
    Staff {
        id: id.to_owned(),
        name,
        address: format!("{id}@vendor.example"),
        is_lead: matches!(id, "lea" | "eva"),
        key: None,
    }
}

fn customer(number: usize, random: &mut Random) -> Customer {
    let id = format!("c{number:03}");
    let roles = [vec![Role::Consent], vec![Role::Request], vec![Role::Feedback]];
    let people = (0..=random.below(3)).map(|place| Person {
        name: format!("{} Person{number:03}", ["Ada", "Bo", "Cy"][place]),
        address: format!("{}@customer{number:03}.example", ["ada", "bo", "cy"][place]),
        phone: format!("+1 312 555 01{:02}", (number * 3 + place) % 100),
        roles: roles[place].clone(),
    });
    let zone = random.one_of(ZONES);
    let units = (0..=random.below(2)).map(|place| Unit {
        serial: format!("SM-{:04}-{:02}A", 1000 + number * 10 + place, place),
        company: id.clone(),
        mac: format!("00:00:5E:00:{:02X}:{:02X}", 0x53 - place, number),
        ips: vec![format!("203.0.{}.{}", 113 - place, 1 + number).parse().unwrap()],
        version: "7.2.1".to_owned(),
        customisations: if random.once_in(8) { vec!["custom CRM pages".to_owned()] } else { Vec::new() },
        row: 0,
        retired: false,
    });
    Customer {
        name: format!("Customer {number:03} Telephony, Inc."),
        zone,
        people: people.collect(),
        units: units.collect(),
        id,
    }
}
