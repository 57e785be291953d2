//! What is written in fixtures, rules and examples belongs to nobody: only
//! ranges that exist for documentation. And no file speaks of one machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::tree::{Finding, Tree, line_of, pattern};

/// Top-level domains that never exist (RFC 2606, RFC 6761).
const NOBODYS_DOMAINS: &[&str] = &["example", "invalid", "test", "localhost"];
/// The domains kept for documentation (RFC 2606).
const EXAMPLE_DOMAINS: &[&str] = &["example.com", "example.net", "example.org"];

/// One address of each class and the neighbours of each (TD3): no documentation
/// range could stand for them. Nothing is sent there but in a network of its own.
const ADDRESS_CLASSES: &str = "fixtures/ports/addresses.txt";

pub fn check_addresses(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let data = ["fixtures/", "rules/", "deploy/", "benches/"];
    for (path, text) in data.iter().flat_map(|folder| tree.under(folder)) {
        findings.extend(mail_addresses(path, text));
        if path != ADDRESS_CLASSES {
            findings.extend(ip_addresses(path, text));
        }
        findings.extend(mac_addresses(path, text));
        findings.extend(phones(path, text));
    }
    findings
}

fn mail_addresses(path: &str, text: &str) -> Vec<Finding> {
    let address = pattern(r"[A-Za-z0-9._%+-]@((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})\b");
    let mut findings = Vec::new();
    for found in address.captures_iter(text) {
        let domain = found[1].to_lowercase();
        let last = domain.rsplit('.').next().unwrap_or_default();
        let is_example = EXAMPLE_DOMAINS.iter().any(|name| domain == *name || domain.ends_with(&format!(".{name}")));
        if !is_example && !NOBODYS_DOMAINS.contains(&last) {
            let start = found.get(0).map_or(0, |all| all.start());
            let wrong = format!("the domain `{domain}` may belong to somebody");
            findings.push(Finding::new(path, line_of(text, start), wrong, "use a name under `.example`"));
        }
    }
    findings
}

fn ip_addresses(path: &str, text: &str) -> Vec<Finding> {
    let address = pattern(r"[0-9A-Fa-f:.]*[0-9A-Fa-f:]");
    let mut findings = Vec::new();
    for found in address.find_iter(text) {
        let joined = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-');
        let before = text[..found.start()].chars().next_back();
        let after = text[found.end()..].chars().next();
        let Ok(ip) = found.as_str().trim_end_matches(['.', ':']).parse::<IpAddr>() else { continue };
        if joined(before) || joined(after) || is_nobodys(ip) {
            continue;
        }
        let cure = "use 192.0.2.x, 198.51.100.x, 203.0.113.x or 2001:db8::x (RFC 5737, RFC 3849)";
        let wrong = format!("{ip} may belong to somebody");
        findings.push(Finding::new(path, line_of(text, found.start()), wrong, cure));
    }
    findings
}

/// Documentation ranges, and those that no router carries: a private address
/// on a form is a fault with a fixture of its own.
fn is_nobodys(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let carried_nowhere = ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified();
            ip.is_documentation() || carried_nowhere || ip == Ipv4Addr::BROADCAST
        }
        IpAddr::V6(ip) => {
            let first = ip.segments()[0];
            let is_local = first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80;
            ip.segments()[..2] == [0x2001, 0x0db8] || is_local || ip == Ipv6Addr::LOCALHOST || ip.is_unspecified()
        }
    }
}

fn mac_addresses(path: &str, text: &str) -> Vec<Finding> {
    let address = pattern(r"(?i)\b(?:[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})\b");
    let mut findings = Vec::new();
    for found in address.find_iter(text) {
        let digits: String = found.as_str().chars().filter(char::is_ascii_hexdigit).collect();
        if !digits.to_uppercase().starts_with("00005E0053") {
            let wrong = format!("the MAC address {} may belong to somebody", found.as_str());
            findings.push(Finding::new(path, line_of(text, found.start()), wrong, "use 00:00:5E:00:53:xx (RFC 7042)"));
        }
    }
    findings
}

fn phones(path: &str, text: &str) -> Vec<Finding> {
    let phone = pattern(r"\+[1-9][0-9 ().-]{6,}[0-9]|\b555[ .-]?[0-9]{4}\b");
    let mut findings = Vec::new();
    for found in phone.find_iter(text) {
        let digits: String = found.as_str().chars().filter(char::is_ascii_digit).collect();
        if !digits.contains("55501") {
            let wrong = format!("the phone number {} may belong to somebody", found.as_str());
            findings.push(Finding::new(path, line_of(text, found.start()), wrong, "use a number with 555-01xx"));
        }
    }
    findings
}

/// Where a path may start: the folders that every such system has, and the one that none has.
const EVERYWHERE: &[&str] =
    &["bin", "dev", "etc", "lib", "nowhere", "opt", "proc", "run", "sbin", "srv", "sys", "usr", "var"];

/// Absolute paths that exist on one machine only, in anything we wrote.
pub fn check_paths(tree: &Tree) -> Vec<Finding> {
    let path_like = pattern(r#"(?m)(?:^|[\s"'`(=:])(/([a-z_]+)/[A-Za-z0-9_.-]+)"#);
    let mut findings = Vec::new();
    for (path, text) in tree.all().filter(|(path, _)| ![".gitignore", "Cargo.lock"].contains(path)) {
        for found in path_like.captures_iter(text) {
            if !EVERYWHERE.contains(&&found[2]) {
                let start = found.get(1).map_or(0, |part| part.start());
                let wrong = format!("`{}` exists on one machine only", &found[1]);
                let cure = "make the path relative, or let the caller name the folder";
                findings.push(Finding::new(path, line_of(text, start), wrong, cure));
            }
        }
    }
    findings
}
