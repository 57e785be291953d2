//! `access.toml` and `desk.toml`: who works here, and what letters say of us.

mod keys;
mod mail_host;

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde::Deserialize;
use toml::Spanned;

use crate::desk::mail::proof::Checks;
use crate::desk::ports::{Net, NotANet};
use crate::desk::rules::{Access, Desk, Precheck, Staff};
use crate::desk::token::reply_address::MAILBOX_BYTES_MAX;
use crate::shell::rules::retention::{self, RetentionText};
use crate::shell::toml_file::{FileFault, TomlFile};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccessText {
    authserv_id: Option<Spanned<String>>,
    /// Without it: the mail host, as before there was a choice.
    #[serde(default)]
    checks: Checks,
    mail_host: Option<Spanned<mail_host::Name>>,
    below_received: Option<Spanned<usize>>,
    canary: Option<mail_host::CanaryWord>,
    canary_days_max: Option<Spanned<u32>>,
    desk_address: Spanned<String>,
    #[serde(default)]
    shared_domains: Vec<Spanned<String>>,
    #[serde(default)]
    staff: Vec<StaffText>,
    #[serde(default)]
    revoked: Vec<keys::RevokedText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StaffText {
    id: Spanned<String>,
    name: String,
    address: Spanned<String>,
    #[serde(default)]
    lead: bool,
    #[serde(default)]
    key: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeskText {
    address: Spanned<String>,
    plus_addressing: Spanned<bool>,
    bounce_addresses: bool,
    name: Spanned<String>,
    message_id_domain: Spanned<String>,
    emergency_phone: Spanned<String>,
    source_addresses: Vec<Spanned<String>>,
    precheck: PrecheckText,
    #[serde(default)]
    unit_networks: Vec<Spanned<String>>,
    terms_version: Spanned<String>,
    #[serde(default)]
    retention: Option<RetentionText>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum PrecheckText {
    ByAgent,
    ByDesk,
    Off,
}

/// `our_address` is the mailbox in `desk.toml`: a notice to it would come back
/// as mail.
pub fn access(file: &TomlFile, our_address: Option<&str>, faults: &mut Vec<FileFault>) -> Option<Access> {
    let text: AccessText = file.parse().map_err(|fault| faults.push(fault)).ok()?;
    if let Some(id) = &text.authserv_id
        && (id.get_ref().is_empty() || id.get_ref().contains(char::is_whitespace))
    {
        let found = format!("\"{}\"", id.get_ref());
        let way_out = "write the first word of the Authentication-Results that your own mail host adds, \
                       or take the line out: then no address is proven";
        faults.push(file.fault(Some(&id.span()), "authserv_id", "the name of your mail host", &found, way_out));
    }
    let mail_host = mail_host::mail_host(file, &text, faults);
    let canary = mail_host::canary(file, &text, faults);
    let desk_address = address(file, "desk_address", &text.desk_address, faults);
    let mut staff: Vec<Staff> = Vec::new();
    for person in &text.staff {
        check_person(file, person, &staff, faults);
        staff.push(Staff {
            id: person.id.get_ref().clone(),
            name: person.name.clone(),
            address: address(file, "address", &person.address, faults),
            is_lead: person.lead,
            key: keys::of_person(file, person, &staff, faults),
        });
    }
    if text.staff.is_empty() {
        let way_out = "add a [[staff]] with id, name and address: without staff nobody can answer a request";
        faults.push(file.fault(None, "staff", "at least one person", "none", way_out));
    }
    let all = text.staff.iter().map(|person| &person.address).chain(std::iter::once(&text.desk_address));
    for written in all.filter(|written| our_address.is_some_and(|ours| ours.eq_ignore_ascii_case(written.get_ref()))) {
        let found = "the mailbox that the desk itself reads (desk.toml)";
        let way_out = "write the address of people, or the desk would answer itself";
        faults.push(file.fault(Some(&written.span()), "address", "an address of people", found, way_out));
    }
    let authserv_id = text.authserv_id.map(Spanned::into_inner);
    let shared_domains = domains(file, "shared_domains", text.shared_domains, faults);
    let revoked = keys::revoked(file, &text.revoked, faults);
    let checks = text.checks;
    Some(Access { authserv_id, checks, mail_host, canary, staff, desk_address, shared_domains, revoked })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PublicText {
    domains: Vec<Spanned<String>>,
}

/// `public_mail.toml`: providers at which anybody can have a mailbox (TA12).
pub fn public_mail(file: &TomlFile, faults: &mut Vec<FileFault>) -> Option<BTreeSet<String>> {
    let text: PublicText = file.parse().map_err(|fault| faults.push(fault)).ok()?;
    Some(domains(file, "domains", text.domains, faults))
}

fn domains(file: &TomlFile, key: &str, written: Vec<Spanned<String>>, faults: &mut Vec<FileFault>) -> BTreeSet<String> {
    for domain in written.iter().filter(|domain| !is_domain(domain.get_ref())) {
        let found = format!("\"{}\"", domain.get_ref());
        let way_out = "write what stands behind the @ of the addresses, or take it out";
        faults.push(file.fault(Some(&domain.span()), key, "mail domains", &found, way_out));
    }
    written.into_iter().map(|domain| domain.into_inner().to_lowercase()).collect()
}

fn check_person(file: &TomlFile, person: &StaffText, others: &[Staff], faults: &mut Vec<FileFault>) {
    let id = person.id.get_ref();
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
        let found = format!("\"{id}\"");
        let expected = "small letters, digits and dashes";
        let way_out = "write a short name, for instance \"noa\"";
        faults.push(file.fault(Some(&person.id.span()), "id", expected, &found, way_out));
    }
    if others.iter().any(|other| other.id == *id) {
        let found = format!("\"{id}\" a second time");
        faults.push(file.fault(Some(&person.id.span()), "id", "an id of one person", &found, "choose another"));
    }
    let written = &person.address;
    if others.iter().any(|other| other.address.eq_ignore_ascii_case(written.get_ref())) {
        let found = format!("\"{}\" a second time", written.get_ref());
        let way_out = "give each person an address of their own: it says who commands";
        faults.push(file.fault(Some(&written.span()), "address", "an address of one person", &found, way_out));
    }
}

pub fn desk(file: &TomlFile, faults: &mut Vec<FileFault>) -> Option<Desk> {
    let text: DeskText = file.parse().map_err(|fault| faults.push(fault)).ok()?;
    let filled =
        [("name", &text.name), ("emergency_phone", &text.emergency_phone), ("terms_version", &text.terms_version)];
    for (key, written) in filled {
        if written.get_ref().trim().is_empty() || written.get_ref().chars().any(char::is_control) {
            let way_out = "write it: letters and records carry it";
            faults.push(file.fault(Some(&written.span()), key, "one line of text", "nothing to print", way_out));
        }
    }
    let domain = &text.message_id_domain;
    if !is_domain(domain.get_ref()) {
        let found = format!("\"{}\"", domain.get_ref());
        let way_out = "write a domain of yours and never change it";
        faults.push(file.fault(Some(&domain.span()), "message_id_domain", "a domain", &found, way_out));
    }
    for source in &text.source_addresses {
        if !is_address_or_net(source.get_ref()) {
            let found = format!("\"{}\"", source.get_ref());
            let way_out = "write for instance \"198.51.100.7\" or \"198.51.100.0/28\"";
            faults.push(file.fault(Some(&source.span()), "source_addresses", "IP addresses or nets", &found, way_out));
        }
    }
    if text.source_addresses.is_empty() {
        let way_out = "write where your agents log in from: customers must let it through";
        faults.push(file.fault(None, "source_addresses", "at least one", "none", way_out));
    }
    let local = text.address.get_ref().rsplit_once('@').map_or("", |(local, _)| local);
    if *text.plus_addressing.get_ref() && (local.len() > MAILBOX_BYTES_MAX || local.contains('+')) {
        let found = format!("\"{local}\"");
        let expected = format!("a mailbox of at most {MAILBOX_BYTES_MAX} characters without \"+\"");
        let way_out = "write plus_addressing = false, or take a shorter mailbox";
        faults.push(file.fault(Some(&text.plus_addressing.span()), "plus_addressing", &expected, &found, way_out));
    }
    Some(Desk {
        address: address(file, "address", &text.address, faults),
        plus_addressing: text.plus_addressing.into_inner(),
        bounce_addresses: text.bounce_addresses,
        name: text.name.into_inner(),
        message_id_domain: text.message_id_domain.into_inner().to_lowercase(),
        emergency_phone: text.emergency_phone.into_inner(),
        source_addresses: text.source_addresses.into_iter().map(Spanned::into_inner).collect(),
        precheck: match text.precheck {
            PrecheckText::ByAgent => Precheck::ByAgent,
            PrecheckText::ByDesk => Precheck::ByDesk,
            PrecheckText::Off => Precheck::Off,
        },
        unit_networks: unit_networks(file, &text.unit_networks, faults),
        terms_version: text.terms_version.into_inner(),
        retention: retention::read(file, text.retention, faults),
    })
}

/// TD3: what is public may be tested anyway, and nothing else may be allowed.
fn unit_networks(file: &TomlFile, written: &[Spanned<String>], faults: &mut Vec<FileFault>) -> Vec<Net> {
    let mut nets = Vec::new();
    for net in written {
        match net.get_ref().parse() {
            Ok(net) => nets.push(net),
            Err(NotANet) => {
                let found = format!("\"{}\"", net.get_ref());
                let expected = "private networks by their first address, such as 10.20.0.0/16";
                let way_out = "write a part of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 or fc00::/7; \
                               public addresses need no line";
                faults.push(file.fault(Some(&net.span()), "unit_networks", expected, &found, way_out));
            }
        }
    }
    nets
}

/// The address with its domain in lower case.
fn address(file: &TomlFile, key: &str, written: &Spanned<String>, faults: &mut Vec<FileFault>) -> String {
    match plain_address(written.get_ref()) {
        Some(address) => address,
        None => {
            let found = format!("\"{}\"", written.get_ref());
            let way_out = "write one plain address, for instance \"agents@vendor.example\"";
            faults.push(file.fault(Some(&written.span()), key, "a mail address", &found, way_out));
            String::new()
        }
    }
}

/// One plain ASCII address, nothing else; its domain in lower case.
pub fn plain_address(written: &str) -> Option<String> {
    let (local, domain) = written.rsplit_once('@')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let good = !local.is_empty() && local.chars().all(plain) && is_domain(domain) && written.len() <= 254;
    good.then(|| format!("{local}@{}", domain.to_lowercase()))
}

fn is_domain(text: &str) -> bool {
    text.contains('.')
        && text.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        })
}

fn is_address_or_net(text: &str) -> bool {
    let (address, prefix) = text.split_once('/').unwrap_or((text, "0"));
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => prefix.parse::<u8>().is_ok_and(|bits| bits <= 32),
        Ok(IpAddr::V6(_)) => prefix.parse::<u8>().is_ok_and(|bits| bits <= 128),
        Err(_) => false,
    }
}
