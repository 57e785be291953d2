//! Whether the ports of a unit are open (T5b, decisions 18, TD3).

use std::fs;
use std::net::IpAddr;
use std::path::Path;

use upgrade_desk::desk::ports::{Net, Reachable};
use upgrade_desk::shell::register;

/// A line of `fixtures/ports/addresses.txt`.
pub struct Row {
    pub written: String,
    pub answer: String,
    pub units: Vec<Net>,
}

pub fn table() -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ports/addresses.txt");
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let mut cells = line.split('|').map(str::trim);
            let (written, answer) = (cells.next().unwrap().to_owned(), cells.next().unwrap().to_owned());
            let units = cells.next().unwrap_or("").split(',').map(str::trim).filter(|net| !net.is_empty());
            Row { written, answer, units: units.map(|net| net.parse().unwrap()).collect() }
        })
        .collect()
}

/// The register with one unit that has this address, as a table.
fn as_table(written: &str) -> String {
    format!("kind,id,company,name,serial,mac,ips\nunit,,acme,,SM-0417-22A,00:00:5E:00:53:0A,\"{written}\"\n")
}

fn as_object(written: &str) -> String {
    let unit = serde_json::json!({
        "serial": "SM-0417-22A", "company": "acme", "mac": "00:00:5E:00:53:0A", "ips": [written]
    });
    serde_json::json!({ "companies": [], "representatives": [], "units": [unit] }).to_string()
}

/// What the register has of a unit with this address.
fn registered(text: &str, is_csv: bool) -> Vec<IpAddr> {
    let read = register::read_text(text, is_csv);
    read.map(|read| read.register.units.into_iter().flat_map(|unit| unit.ips).collect()).unwrap_or_default()
}

/// TD3: only what the register reads as an address, and of that only what may be
/// the address of a unit.
#[test]
fn only_addresses_of_units_are_ever_asked() {
    let (mut forbidden, mut allowed, mut wrong) = (0, 0, Vec::new());
    for Row { written, answer, units } in table() {
        let found = registered(&as_table(&written), true);
        assert_eq!(found, registered(&as_object(&written), false), "{written}: both files say the same");
        let said = match found.as_slice() {
            [] => "no address".to_owned(),
            [ip] => match Reachable::new(*ip, &units) {
                Ok(address) => address.ip().to_string(),
                Err(why) => <&'static str>::from(why).to_owned(),
            },
            several => panic!("{written}: {several:?}"),
        };
        if said == answer {
            if said.parse::<IpAddr>().is_ok() { allowed += 1 } else { forbidden += 1 }
        } else {
            wrong.push(format!("{written}: expected {answer}, found {said}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(forbidden >= 40 && allowed >= 20, "{forbidden} forbidden, {allowed} allowed");
}

#[test]
fn only_private_networks_can_be_named() {
    for good in ["10.0.0.0/8", "10.20.0.0/16", "172.16.0.0/12", "192.168.1.9/32", "100.64.0.0/10", "fc00::/7"] {
        assert_eq!(good.parse::<Net>().unwrap().to_string(), good);
    }
    for bad in [
        "0.0.0.0/0",
        "::/0",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "10.0.0.0",
        "10.0.0.1/8",
        "10.0.0.0/7",
        "10.0.0.0/33",
        "172.16.0.0/11",
        "192.168.0.0/15",
        "203.0.113.0/24",
        "fe80::/10",
        "::ffff:10.0.0.0/104",
        "10.0.0.0/255",
        "fc00::/6",
        "010.0.0.0/8",
        "net/8",
        "",
    ] {
        assert!(bad.parse::<Net>().is_err(), "{bad}");
    }
}
