//! A thousand invented companies, each with one representative and its units.

use std::fmt::Write;

pub const COMPANIES: usize = 1000;
/// Six for the forms that are timed, two for those that come before.
pub const UNITS_EACH: usize = 8;

const FIRST: [&str; 10] = ["Ana", "Ben", "Caro", "Dov", "Elin", "Femi", "Gita", "Hugo", "Ines", "Jaro"];
const LAST: [&str; 10] =
    ["Abel", "Brandt", "Costa", "Duval", "Ekberg", "Farrow", "Grimaldi", "Holm", "Ivanova", "Jensen"];
const TRADE: [&str; 5] = ["Telephone", "Voice", "Contact", "Switching", "Telecom"];

/// The one person of a company who may ask and consent.
pub struct Representative {
    pub company: String,
    pub name: String,
    pub address: String,
    pub domain: String,
    pub phone: String,
}

/// Of company number `company`, from 0.
pub fn representative(company: usize) -> Representative {
    let (first, last) = (FIRST[company % FIRST.len()], LAST[company / FIRST.len() % LAST.len()]);
    let domain = format!("company{company:04}.example");
    Representative {
        company: format!("{last} {} {company:04}, Inc.", TRADE[company % TRADE.len()]),
        name: format!("{first} {last}"),
        address: format!("{}@{domain}", first.to_lowercase()),
        domain,
        phone: format!("+1 {} 555 01{:02}", 201 + company % 700, company % 100),
    }
}

/// One unit of a company as the register knows it.
pub struct Unit {
    /// As people write it; the register drops the dashes.
    pub serial: String,
    pub mac: String,
    pub ip: String,
}

pub fn unit(company: usize, number: usize) -> Unit {
    let [.., high, low] = company.to_be_bytes();
    Unit {
        serial: format!("SM-{company:04}-{number}7A"),
        // Locally administered: no maker's.
        mac: format!("02:00:00:{high:02X}:{low:02X}:{number:02X}"),
        ip: format!("2001:db8:{company:x}::{number:x}"),
    }
}

/// The register as JSON, to be imported.
pub fn register() -> String {
    let (mut companies, mut people, mut units) = (Vec::new(), Vec::new(), Vec::new());
    for company in 0..COMPANIES {
        let Representative { company: name, name: person, address, phone, .. } = representative(company);
        let id = format!("company{company:04}");
        companies.push(format!("{{\"id\": \"{id}\", \"name\": \"{name}\", \"zone\": \"America/Denver\"}}"));
        people.push(format!(
            "{{\"address\": \"{address}\", \"company\": \"{id}\", \"name\": \"{person}\", \
             \"phones\": [\"{phone}\"], \"roles\": [\"consent\"]}}"
        ));
        for number in 0..UNITS_EACH {
            let Unit { serial, mac, ip } = unit(company, number);
            let serial = serial.replace('-', "");
            units.push(format!(
                "{{\"serial\": \"{serial}\", \"company\": \"{id}\", \"mac\": \"{mac}\", \"ips\": [\"{ip}\"]}}"
            ));
        }
    }
    let mut text = String::new();
    let lists = [("companies", companies), ("representatives", people), ("units", units)];
    for (begin, (name, rows)) in ["{", ",\n", ",\n"].into_iter().zip(lists) {
        let _written = write!(text, "{begin}\"{name}\": [\n{}\n]", rows.join(",\n"));
    }
    text + "}\n"
}
