//! MAC and IP addresses (F-07, F-08, R-15, R-17). Nothing is guessed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::desk::form::Fault;

const DIGITS: usize = 12;

/// Twelve hexadecimal digits in any grouping, as `00:00:5E:00:53:0A`.
pub fn mac(text: &str) -> Result<String, Fault> {
    let text = strip_label(text, &["mac=", "mac:", "mac "]);
    let text = text.split(['(', ';', ',']).next().unwrap_or("").trim();
    let digits = digits_of(text)?;
    if digits.len() != DIGITS {
        let found = digits.len();
        let text = format!("a MAC address has 12 hexadecimal digits, this one has {found}");
        return Err(Fault::new("mac_length", text));
    }
    let grouped: Vec<String> =
        digits.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).to_ascii_uppercase()).collect();
    let canonical = grouped.join(":");
    let first = grouped.first().and_then(|byte| u8::from_str_radix(byte, 16).ok()).unwrap_or(0);
    if digits.chars().all(|c| c == '0') || digits.to_ascii_lowercase().chars().all(|c| c == 'f') || first & 1 == 1 {
        let text = format!("{canonical} is not the address of a device (it is empty, or for several)");
        return Err(Fault::new("mac_class", text));
    }
    Ok(canonical)
}

fn digits_of(text: &str) -> Result<String, Fault> {
    let is_separator = |c: char| matches!(c, ':' | '-' | '.' | ' ' | '\t' | '–' | '‑' | '_');
    let odd: Vec<char> = text.chars().filter(|c| !c.is_ascii_hexdigit() && !is_separator(*c)).collect();
    if !odd.is_empty() {
        return Err(odd_letters(text, &odd));
    }
    // 0:0:5e:0:53:a: groups without leading zeros, only where separators say so.
    let groups: Vec<&str> = text.split([':', '-']).map(str::trim).collect();
    if groups.len() == 6 && groups.iter().all(|group| (1..=2).contains(&group.len())) {
        return Ok(groups.iter().map(|group| format!("{group:0>2}")).collect());
    }
    Ok(text.chars().filter(char::is_ascii_hexdigit).collect())
}

/// Decisions 10: the likely reading is shown, not taken.
fn odd_letters(text: &str, odd: &[char]) -> Fault {
    let likely: String = text
        .chars()
        .map(|c| match c {
            'O' | 'o' => '0',
            'I' | 'l' | 'i' => '1',
            c => c,
        })
        .collect();
    let letter = odd.first().copied().unwrap_or('?');
    let mut said = format!("a MAC address has the digits 0 to 9 and A to F only; this one has \"{letter}\"");
    if odd.iter().all(|c| "OoIlLi".contains(*c)) && digits_of(&likely).is_ok_and(|digits| digits.len() == DIGITS) {
        said.push_str(&format!("; is it {likely}?"));
    }
    Fault::new("mac_letter", said)
}

/// whether `more` on the next line makes a whole address of `begun`.
pub fn completes_mac(begun: &str, more: &str) -> bool {
    let short = mac(begun).is_err_and(|fault| fault.name == "mac_length");
    short && more.chars().all(|c| c.is_ascii_hexdigit() || ":-. ".contains(c)) && mac(&format!("{begun}{more}")).is_ok()
}

/// One public address; port, scheme, path, prefix and brackets do not count.
pub(super) fn ip(text: &str) -> Result<IpAddr, Fault> {
    let text = strip_label(text, &["ip=", "ip:", "ip "]);
    let words = text.split(|c: char| c.is_whitespace() || ",;()|\"'".contains(c)).filter(|word| !word.is_empty());
    let mut addresses: Vec<IpAddr> = Vec::new();
    let mut fault = None;
    let mut host = false;
    for word in words {
        match address(word) {
            Ok(Some(ip)) => addresses.push(ip),
            Ok(None) => host |= word.contains('.') && word.chars().any(char::is_alphabetic),
            Err(found) => fault = fault.or(Some(found)),
        }
    }
    addresses.dedup();
    let public: Vec<IpAddr> = addresses.iter().copied().filter(|ip| class(*ip).is_none()).collect();
    match (public.as_slice(), addresses.as_slice()) {
        ([one], _) => Ok(*one),
        ([_, ..], _) => Err(Fault::new("ip_several", "please name one public IP address only")),
        ([], [private, ..]) => {
            let kind = class(*private).unwrap_or("internal");
            let text =
                format!("{private} is {kind}: it cannot be reached from outside; please send the public address");
            Err(Fault::new("ip_private", text))
        }
        ([], []) => Err(fault.unwrap_or_else(|| none_found(host))),
    }
}

fn none_found(host: bool) -> Fault {
    if host {
        Fault::new("ip_hostname", "this is a name; please send the IP address itself, such as 203.0.113.10")
    } else {
        Fault::new("ip_format", "an IP address looks like 203.0.113.10; this does not")
    }
}

/// The address in one word, if it is one at all.
fn address(word: &str) -> Result<Option<IpAddr>, Fault> {
    let word = word.split_once("://").map_or(word, |(_, rest)| rest);
    let word = word.split('/').next().unwrap_or("").trim_end_matches('.');
    if let Some(inner) = word.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(inner, _)| inner) {
        return Ok(inner.parse().ok());
    }
    if let Ok(ip) = word.parse::<Ipv6Addr>() {
        return Ok(Some(IpAddr::V6(ip)));
    }
    let word = word.split(':').next().unwrap_or("");
    let groups: Vec<&str> = word.split('.').collect();
    let numeric =
        groups.len() == 4 && groups.iter().all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()));
    if !numeric {
        return Ok(None);
    }
    if groups.iter().any(|group| group.len() > 1 && group.starts_with('0')) {
        let text = format!("{word} has leading zeros and can be read in two ways; please write it without them");
        return Err(Fault::new("ip_zeros", text));
    }
    match word.parse::<Ipv4Addr>() {
        Ok(ip) => Ok(Some(IpAddr::V4(ip))),
        Err(_) => Err(Fault::new("ip_range", format!("each number of an IP address is at most 255; {word} is not"))),
    }
}

/// Why an address cannot be reached from outside, in words; `None`: it can.
/// Documentation ranges count as public: nobody uses them by accident.
fn class(ip: IpAddr) -> Option<&'static str> {
    match ip {
        IpAddr::V4(ip) => class4(ip),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => class4(ip),
            None if ip.is_loopback() || ip.is_unspecified() => Some("an address of the machine itself"),
            None if ip.is_multicast() => Some("a multicast address"),
            None if ip.is_unicast_link_local() || ip.is_unique_local() => Some("an internal address"),
            None => None,
        },
    }
}

fn class4(ip: Ipv4Addr) -> Option<&'static str> {
    let [first, second, ..] = ip.octets();
    if ip.is_private() {
        Some("an internal address")
    } else if ip.is_loopback() || first == 0 {
        Some("an address of the machine itself")
    } else if ip.is_link_local() {
        Some("an address without a router")
    } else if first == 100 && (64..128).contains(&second) {
        Some("a shared address of your provider")
    } else if ip.is_multicast() || ip.is_broadcast() || first >= 240 {
        Some("not the address of a device")
    } else {
        None
    }
}

fn strip_label<'a>(text: &'a str, labels: &[&str]) -> &'a str {
    let text = text.trim();
    let strip = |label: &&str| {
        let begin = text.get(..label.len())?;
        begin.eq_ignore_ascii_case(label).then(|| text.get(label.len()..).unwrap_or("").trim())
    };
    labels.iter().find_map(strip).unwrap_or(text)
}
