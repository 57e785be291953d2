//! What is wrong in a register: every bad row is named, not only the first.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use crate::desk::form::value::{mac, phone};
use crate::desk::register::{Company, Register, Representative, Unit};
use crate::shell::register::Problem;
use crate::shell::register::csv_file::Lines;
use crate::shell::store::apply::compare_form;

/// Values in the forms in which they compare; what cannot be read stays as it
/// is and is then found by [`check`].
pub fn normalised(mut register: Register) -> Register {
    for unit in &mut register.units {
        if let Ok(canonical) = mac(&unit.mac) {
            unit.mac = canonical;
        }
        unit.serial = unit.serial.trim().to_owned();
    }
    for person in &mut register.representatives {
        if let Some((local, domain)) = person.address.trim().rsplit_once('@') {
            person.address = format!("{local}@{}", domain.to_ascii_lowercase());
        }
        for number in &mut person.phones {
            if let Ok(plain) = phone(number, "1") {
                *number = plain;
            }
        }
    }
    register
}

/// Every row that cannot be right.
pub fn check(register: &Register, lines: &Lines) -> Vec<Problem> {
    let mut found = Found { lines, problems: Vec::new() };
    let companies: BTreeSet<&str> = register.companies.iter().map(|company| company.id.as_str()).collect();
    for company in &register.companies {
        check_company(company, register, &mut found);
    }
    for person in &register.representatives {
        check_person(person, &companies, &mut found);
    }
    for unit in &register.units {
        check_unit(unit, &companies, &mut found);
    }
    check_twice(register, &mut found);
    found.problems
}

struct Found<'a> {
    lines: &'a Lines,
    problems: Vec<Problem>,
}

impl Found<'_> {
    fn add(&mut self, warning: bool, row: &str, what: &str, way_out: &str) {
        self.problems.push(Problem {
            line: self.lines.get(row).copied(),
            warning,
            what: format!("{row}: {what}"),
            way_out: way_out.to_owned(),
        });
    }
}

fn check_company(company: &Company, register: &Register, found: &mut Found<'_>) {
    let row = format!("company {}", company.id);
    if company.id.trim().is_empty() || company.id.contains(char::is_whitespace) {
        found.add(false, &row, "expected a short id without blanks", "give it one, such as acme");
    }
    if company.name.trim().is_empty() {
        found.add(false, &row, "expected a name, found none", "write the name that customers use");
    }
    if let Some(zone) = &company.zone
        && TimeZone::get(zone).is_err()
    {
        let what = format!("expected a time zone like America/Chicago, found \"{zone}\"");
        found.add(false, &row, &what, "write an IANA zone name");
    }
    let people = register.representatives.iter().filter(|person| person.company == company.id && !person.retired);
    if !company.retired && !people.into_iter().any(Representative::may_consent) {
        let what = "nobody of this company may consent: its requests will all wait";
        found.add(true, &row, what, "give one representative the role consent");
    }
}

fn check_person(person: &Representative, companies: &BTreeSet<&str>, found: &mut Found<'_>) {
    let row = format!("representative {}", person.address);
    let plain = person.address.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && person.address.bytes().all(|byte| byte.is_ascii_graphic())
    });
    if !plain {
        found.add(false, &row, "expected an e-mail address", "write it like dana@acme.example");
    }
    if !companies.contains(person.company.as_str()) {
        let what = format!("there is no company \"{}\"", person.company);
        found.add(false, &row, &what, "add the company, or correct its id here");
    }
    for number in &person.phones {
        if phone(number, "1").is_err() {
            let what = format!("expected a telephone number, found \"{number}\"");
            found.add(false, &row, &what, "write it with the country, like +1 312 555 0101");
        }
    }
    if person.roles.is_empty() {
        found.add(true, &row, "has no role and may do nothing", "give one of request, consent, feedback, updates");
    }
}

fn check_unit(unit: &Unit, companies: &BTreeSet<&str>, found: &mut Found<'_>) {
    let row = format!("unit {}", unit.serial);
    if compare_form(&unit.serial).is_empty() {
        found.add(false, &row, "expected a serial number, found none", "write it as it stands on the unit");
    }
    if !companies.contains(unit.company.as_str()) {
        let what = format!("there is no company \"{}\"", unit.company);
        found.add(false, &row, &what, "add the company, or correct its id here");
    }
    if let Err(fault) = mac(&unit.mac) {
        let what = format!("expected a MAC address, found \"{}\": {}", unit.mac, fault.text);
        found.add(false, &row, &what, "write it like 00:00:5E:00:53:0A");
    }
    if unit.ips.is_empty() {
        found.add(
            false,
            &row,
            "expected at least one IP address, found none",
            "add it: requests are checked against it",
        );
    }
    for ip in &unit.ips {
        let private = match ip {
            std::net::IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
            std::net::IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
        };
        if private {
            let what = format!("{ip} cannot be reached from outside");
            found.add(true, &row, &what, "write the public address");
        }
    }
}

/// Keys that stand twice: then nobody can say which row is meant.
fn check_twice(register: &Register, found: &mut Found<'_>) {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let companies = register.companies.iter().map(|row| (format!("id {}", row.id), format!("company {}", row.id)));
    let people = register.representatives.iter().map(|row| {
        (format!("address {}", row.address.to_ascii_lowercase()), format!("representative {}", row.address))
    });
    let serials = register.units.iter().map(|row| (format!("serial {}", compare_form(&row.serial)), row));
    let macs = register.units.iter().map(|row| (format!("MAC {}", row.mac), row));
    let ips = register.units.iter().flat_map(|row| row.ips.iter().map(move |ip| (format!("IP {ip}"), row)));
    let units = serials.chain(macs).chain(ips).map(|(key, row)| (key, format!("unit {}", row.serial)));
    for (key, row) in companies.chain(people).chain(units) {
        if let Some(first) = seen.get(&key) {
            let what = format!("{key} stands in {first} already");
            found.add(false, &row, &what, "take one of them out");
        } else {
            seen.insert(key, row);
        }
    }
}
