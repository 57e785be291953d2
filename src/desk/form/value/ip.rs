//! IP addresses (F-08, R-17).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::desk::form::Fault;
use crate::desk::form::value::bare;
use crate::desk::moment::shown;
use crate::phrase;

/// The one public address in what was written.
pub(super) fn read(written: &str) -> Result<IpAddr, Fault> {
    let text = bare(written);
    // "::1" and "2001:db8::" hold no blanks; words around an address do.
    let words = text.split([' ', ',', ';', '|', '(', ')', '<', '>', '"', '\'']);
    let mut public: Vec<IpAddr> = Vec::new();
    let mut faults: Vec<Fault> = Vec::new();
    for word in words {
        match one(word) {
            None => {}
            Some(Ok(ip)) if public.contains(&ip) => {}
            Some(Ok(ip)) => public.push(ip),
            Some(Err(fault)) => faults.push(fault),
        }
    }
    let unreadable = faults.iter().position(|fault| fault.name != "ip_private");
    match (public.as_slice(), unreadable) {
        // A second address that cannot be read may be the right one.
        (_, Some(place)) => Err(faults.swap_remove(place)),
        ([ip], None) => Ok(*ip),
        ([first, second, ..], None) => {
            let text = phrase!(
                "two_ips",
                "two public addresses were found, {first} and {second}; expected the one of this unit",
                first = first.to_string(),
                second = second.to_string()
            );
            Err(Fault::new("two_values", text))
        }
        ([], None) => Err(faults.pop().unwrap_or_else(|| nothing(&text))),
    }
}

/// No word of it is an address: a host name, commas for full stops, or neither.
fn nothing(text: &str) -> Fault {
    let commas = text.replace(',', ".").replace(' ', "");
    if text.contains(',') && commas.parse::<Ipv4Addr>().is_ok() {
        let text = phrase!(
            "ip_commas",
            "expected the public IP address of the unit, such as 203.0.113.10; \"{found}\" has commas; did you mean \
             {meant}?",
            found = shown(text),
            meant = commas
        );
        return Fault::new("ip_format", text);
    }
    let mut names = text.split_whitespace().map(|word| without_port(authority(word)));
    let host = names.find(|word| {
        let labels: Vec<&str> = word.split('.').collect();
        let plain = |label: &&str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
        labels.len() > 1 && labels.iter().all(plain) && word.chars().any(char::is_alphabetic)
    });
    match host {
        Some(host) => Fault::new(
            "ip_hostname",
            phrase!(
                "ip_hostname",
                "expected the public IP address of the unit, such as 203.0.113.10; \"{found}\" is a name, and where \
                 names lead can change",
                found = shown(host)
            ),
        ),
        None => unreadable(text),
    }
}

fn unreadable(found: &str) -> Fault {
    let text = phrase!(
        "ip_format",
        "expected the public IP address of the unit, such as 203.0.113.10; found \"{found}\"",
        found = shown(found)
    );
    Fault::new("ip_format", text)
}

/// Without scheme, user, path: `http://203.0.113.10:8081/admin`.
fn authority(word: &str) -> &str {
    let word = word.split_once("://").map_or(word, |(_, rest)| rest);
    let word = word.split(['/', '?']).next().unwrap_or(word);
    let word = word.rsplit_once('@').map_or(word, |(_, host)| host);
    word.trim_matches(['.', '=', '"', '\''])
}

fn without_port(host: &str) -> &str {
    match host.split_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => host,
    }
}

/// `None` when the word is no attempt at an address.
fn one(word: &str) -> Option<Result<IpAddr, Fault>> {
    let host = authority(word);
    let bracketed = host.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let host = bracketed.map_or(host, |(inside, _)| inside);
    if let Ok(ip) = host.split('%').next().unwrap_or(host).parse::<Ipv6Addr>() {
        let ip = ip.to_ipv4_mapped().map_or(IpAddr::V6(ip), IpAddr::V4);
        return Some(judge(ip));
    }
    let host = host.trim_end_matches(']').trim_start_matches('[');
    let host = without_port(host);
    let octets: Vec<&str> = host.split('.').collect();
    let digits = |octet: &&str| !octet.is_empty() && octet.bytes().all(|b| b.is_ascii_digit());
    if octets.len() < 3 || !octets.iter().all(digits) {
        // Colons and hexadecimal digits alone are an attempt at IPv6.
        let six = host.matches(':').count() >= 2 && host.chars().all(|c| c.is_ascii_hexdigit() || c == ':');
        return six.then(|| Err(unreadable(word)));
    }
    if octets.iter().any(|octet| octet.len() > 1 && octet.starts_with('0')) {
        let text = phrase!(
            "ip_leading_zeros",
            "expected the public IP address of the unit, such as 203.0.113.10, without leading zeros (some programs \
             read them as octal); found \"{found}\"",
            found = host
        );
        return Some(Err(Fault::new("ip_leading_zeros", text)));
    }
    match host.parse::<Ipv4Addr>() {
        Ok(ip) => Some(judge(IpAddr::V4(ip))),
        Err(_) => {
            let text = phrase!(
                "ip_numbers",
                "expected the public IP address of the unit, such as 203.0.113.10: four numbers from 0 to 255; \
                 found \"{found}\"",
                found = shown(host)
            );
            Some(Err(Fault::new("ip_format", text)))
        }
    }
}

/// Whether an address can be reached from outside at all. The documentation
/// ranges (RFC 5737, RFC 3849) count as public: our own examples use them.
fn judge(ip: IpAddr) -> Result<IpAddr, Fault> {
    let (private, special) = match ip {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            // RFC 6598: addresses between a provider and its customers.
            let shared = first == 100 && (64..128).contains(&second);
            let private = ip.is_private() || ip.is_loopback() || ip.is_link_local() || shared;
            (private, first == 0 || first >= 224)
        }
        IpAddr::V6(ip) => {
            let private = ip.is_unique_local() || ip.is_loopback() || ip.is_unicast_link_local();
            (private, ip.is_unspecified() || ip.is_multicast())
        }
    };
    if private {
        let text =
            phrase!("ip_private", "{found} is an internal address; please send the public one", found = ip.to_string());
        return Err(Fault::new("ip_private", text));
    }
    if special {
        let text = phrase!(
            "ip_special",
            "expected the public IP address of the unit, such as 203.0.113.10; {found} is an address that no unit \
             can have",
            found = ip.to_string()
        );
        return Err(Fault::new("ip_special", text));
    }
    Ok(ip)
}
