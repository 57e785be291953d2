//! What is wrong in a register: every bad row is named, not only the first.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::desk::form::Spec;
use crate::desk::form::compact;
use crate::desk::form::value::{mac, phone, serial};
use crate::desk::moment::time_zone;
use crate::desk::ports::Reachable;
use crate::desk::register::{Company, Register, Representative, Unit};
use crate::shell::register::{At, Problem, Rows};

/// Values in the forms in which they compare; what cannot be read stays as it
/// is and is then found by [`check`].
pub fn normalise(rows: &mut Rows) {
    for At { row: unit, .. } in &mut rows.units {
        if let Ok(canonical) = mac(&unit.mac) {
            unit.mac = canonical;
        }
        unit.serial = unit.serial.trim().to_owned();
    }
    for At { row: person, .. } in &mut rows.representatives {
        if let Some((local, domain)) = person.address.trim().rsplit_once('@') {
            person.address = format!("{local}@{}", domain.to_ascii_lowercase());
        }
        for number in &mut person.phones {
            if let Ok(plain) = phone(number, "1") {
                *number = plain;
            }
        }
    }
}

/// Every row that cannot be right.
pub fn check(rows: &Rows) -> Vec<Problem> {
    let mut problems = Vec::new();
    let companies: BTreeSet<&str> = rows.companies.iter().map(|at| at.row.id.as_str()).collect();
    for at in &rows.companies {
        check_company(&at.row, &rows.representatives, &mut Found { line: at.line, problems: &mut problems });
    }
    for at in &rows.representatives {
        check_person(&at.row, &companies, &mut Found { line: at.line, problems: &mut problems });
    }
    for at in &rows.units {
        check_unit(&at.row, &companies, &mut Found { line: at.line, problems: &mut problems });
    }
    check_twice(&keys(rows), &mut problems);
    problems
}

/// Keys that stand twice in a whole register: a merge can make them, where the
/// file alone is right.
pub fn clashes(register: &Register) -> Vec<Problem> {
    fn rows<R: Clone>(rows: &[R]) -> Vec<At<R>> {
        rows.iter().map(|row| At { line: None, row: row.clone() }).collect()
    }
    let rows = Rows {
        companies: rows(&register.companies),
        representatives: rows(&register.representatives),
        units: rows(&register.units),
    };
    let mut problems = Vec::new();
    check_twice(&keys(&rows), &mut problems);
    problems
}

/// Units whose serial no form can carry under these rules: a request for them
/// would be asked about for ever.
pub fn unreadable_serials(register: &Register, spec: &Spec) -> Vec<Problem> {
    let unreadable = |unit: &&Unit| serial(&unit.serial, &spec.serial_pattern).is_err();
    let warn = |unit: &Unit| Problem {
        line: None,
        warning: true,
        what: format!("unit {}: expected a serial that matches {}, found another", unit.serial, spec.serial_pattern),
        way_out: "correct the serial, or serial_pattern in form.toml".to_owned(),
    };
    register.units.iter().filter(unreadable).map(warn).collect()
}

/// The problems of one row.
struct Found<'a> {
    line: Option<u64>,
    problems: &'a mut Vec<Problem>,
}

impl Found<'_> {
    fn error(&mut self, row: &str, what: &str, way_out: &str) {
        self.problems.push(Problem::error(self.line, format!("{row}: {what}"), way_out));
    }

    fn warning(&mut self, row: &str, what: &str, way_out: &str) {
        let problem = Problem::error(self.line, format!("{row}: {what}"), way_out);
        self.problems.push(Problem { warning: true, ..problem });
    }
}

fn check_company(company: &Company, people: &[At<Representative>], found: &mut Found<'_>) {
    let row = format!("company {}", company.id);
    if company.id.is_empty() || company.id.contains(char::is_whitespace) {
        found.error(&row, "expected a short id without blanks, found none", "give it one, such as acme");
    }
    if company.name.trim().is_empty() {
        found.error(&row, "expected a name, found none", "write the name that customers use");
    }
    if let Some(zone) = &company.zone
        && time_zone(zone).is_none()
    {
        let what = format!("expected a time zone like America/Chicago, found \"{zone}\"");
        found.error(&row, &what, "write an IANA zone name");
    }
    let mut people = people.iter().map(|at| &at.row);
    if !company.retired && !people.any(|person| person.company == company.id && !person.retired && person.may_consent())
    {
        let what = "expected somebody who may consent, found nobody: its requests will all wait";
        found.warning(&row, what, "give one representative the role consent");
    }
}

fn check_person(person: &Representative, companies: &BTreeSet<&str>, found: &mut Found<'_>) {
    let row = format!("representative {}", person.address);
    let plain = person.address.rsplit_once('@').is_some_and(|(local, domain)| {
        let has_one = !local.is_empty() && !local.contains(['@', '<', '>', ',', ';']);
        has_one && domain.contains('.') && person.address.bytes().all(|byte| byte.is_ascii_graphic())
    });
    if !plain {
        found.error(&row, "expected one plain e-mail address, found another text", "write it like dana@acme.example");
    }
    check_owner(&row, &person.company, companies, found);
    if person.name.trim().is_empty() {
        found.error(&row, "expected a name, found none", "write how letters address this person");
    }
    for number in &person.phones {
        if phone(number, "1").is_err() {
            let what = format!("expected a telephone number, found \"{number}\"");
            found.error(&row, &what, "write it with the country, like +1 312 555 0101");
        }
    }
    if person.roles.is_empty() {
        let what = "expected a role, found none: this person may do nothing";
        found.warning(&row, what, "give one of request, consent, feedback, updates");
    }
}

fn check_unit(unit: &Unit, companies: &BTreeSet<&str>, found: &mut Found<'_>) {
    let row = format!("unit {}", unit.serial);
    if compact(&unit.serial).is_empty() {
        found.error(&row, "expected a serial number, found none", "write it as it stands on the unit");
    }
    check_owner(&row, &unit.company, companies, found);
    if let Err(fault) = mac(&unit.mac) {
        let what = format!("expected a MAC address, found \"{}\": {}", unit.mac, fault.text);
        found.error(&row, &what, "write it like 00:00:5E:00:53:0A");
    }
    if unit.ips.is_empty() {
        let what = "expected at least one IP address, found none";
        found.error(&row, what, "add it: requests are checked against it");
    }
    for ip in unit.ips.iter().filter(|ip| !is_reachable(**ip)) {
        let what = format!("expected a public IP address, found {ip}, which cannot be reached from outside");
        found.warning(&row, &what, "write the public address");
    }
}

fn check_owner(row: &str, company: &str, companies: &BTreeSet<&str>, found: &mut Found<'_>) {
    if !companies.contains(company) {
        let what = format!("expected the id of a company of this file, found \"{company}\"");
        found.error(row, &what, "add the company, or correct its id here");
    }
}

/// Which private networks the operator's units stand in is in the rules.
fn is_reachable(ip: IpAddr) -> bool {
    Reachable::new(ip, &[]).is_ok()
}

/// What may stand once only, the row that has it, and its line.
type Key = (String, String, Option<u64>);

fn keys(rows: &Rows) -> Vec<Key> {
    let mut keys = Vec::new();
    for At { line, row } in &rows.companies {
        keys.push((format!("id {}", row.id), format!("company {}", row.id), *line));
    }
    for At { line, row } in &rows.representatives {
        let key = format!("address {}", row.address.to_ascii_lowercase());
        keys.push((key, format!("representative {}", row.address), *line));
    }
    for At { line, row } in &rows.units {
        let name = format!("unit {}", row.serial);
        let serial = compact(&row.serial);
        if !serial.is_empty() {
            keys.push((format!("serial {serial}"), name.clone(), *line));
        }
        // What a retired unit had may serve again in another.
        if !row.retired {
            if mac(&row.mac).is_ok() {
                keys.push((format!("MAC {}", row.mac), name.clone(), *line));
            }
            keys.extend(row.ips.iter().map(|ip| (format!("IP {ip}"), name.clone(), *line)));
        }
    }
    keys
}

/// With a key that stands twice nobody can say which row is meant.
fn check_twice(keys: &[Key], problems: &mut Vec<Problem>) {
    let mut seen: BTreeMap<&str, (&str, Option<u64>)> = BTreeMap::new();
    for (key, row, line) in keys {
        match seen.get(key.as_str()) {
            Some((first, first_line)) => {
                let place = first_line.map(|line| format!(" in line {line}")).unwrap_or_default();
                let what = format!("{row}: expected {key} at one row only, found it at {first}{place}");
                problems.push(Problem::error(*line, what, "take one of them out, or correct it"));
            }
            None => {
                seen.insert(key, (row, *line));
            }
        }
    }
}
