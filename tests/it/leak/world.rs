//! A customer for each password: his address, his unit, his row of the register.

use serde_json::{Value, json};

pub fn address(number: usize) -> String {
    format!("ada@c{number}.example")
}

pub fn serial(number: usize) -> String {
    format!("SM-{number:05}-22A")
}

pub fn mac(number: usize) -> String {
    format!("00:00:5E:00:{:02X}:{:02X}", 0x50 + number / 256, number % 256)
}

pub fn ip(number: usize) -> String {
    format!("2001:db8::{number:x}:1")
}

/// The form of his request, without the line of the password.
pub fn form(number: usize) -> Vec<String> {
    vec![
        format!("Company Name: Customer {number}"),
        format!("Admin Email: {}", address(number)),
        "Admin Phone: +1 312 555 0101".to_owned(),
        format!("Unit Serial Number: {}", serial(number)),
        "Unit Version: 7.2.1".to_owned(),
        format!("Unit MAC Address: {}", mac(number)),
        format!("Unit IP Address: {}", ip(number)),
        "Is the password tested today (yes/no)? yes".to_owned(),
        "ASAP: yes".to_owned(),
    ]
}

pub fn register(count: usize) -> Value {
    let company = |n: usize| json!({"id": format!("c{n}"), "name": format!("Customer {n}"), "zone": "Europe/Berlin"});
    let person = |n: usize| {
        json!({"address": address(n), "company": format!("c{n}"), "name": "Ada", "phones": ["+1 312 555 0101"],
               "roles": ["consent"]})
    };
    let unit = |n: usize| {
        let company = format!("c{n}");
        json!({"serial": serial(n), "company": company, "mac": mac(n), "ips": [ip(n)], "version": "7.2.1"})
    };
    json!({
        "companies": (0..count).map(company).collect::<Vec<_>>(),
        "representatives": (0..count).map(person).collect::<Vec<_>>(),
        "units": (0..count).map(unit).collect::<Vec<_>>(),
    })
}
