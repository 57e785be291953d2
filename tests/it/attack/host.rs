//! Our mail host: what it finds in a mail, and what it writes on top of it.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_auth::hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use mail_auth::{AuthenticatedMessage, DkimResult, MessageAuthenticator};
use mail_parser::MessageParser;

use super::case::Step;
use crate::support::dns::DnsServer;
use crate::support::sign;

pub struct Host {
    /// Serves our zones for as long as there is a host.
    dns: DnsServer,
    verifier: MessageAuthenticator,
}

impl Host {
    /// Within a runtime.
    pub fn new() -> Host {
        let dns = DnsServer::start(&sign::zone());
        let mut udp = ConnectionConfig::udp();
        udp.port = dns.address.port();
        let server = NameServerConfig::new(dns.address.ip(), true, vec![udp]);
        let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
        let verifier = MessageAuthenticator::new(config, ResolverOpts::default()).unwrap();
        Host { dns, verifier }
    }

    /// The name server that knows everybody's keys.
    pub fn names(&self) -> SocketAddr {
        self.dns.address
    }

    /// The mail as the host hands it on.
    pub async fn by_host(&self, step: &Step, mail: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(mail.len() + 256);
        let found = match step.host.as_deref() {
            Some("honest") => Some(self.found(step, mail).await),
            found => found.map(str::to_owned),
        };
        if let Some(found) = found {
            let found = found.trim().replace("; ", ";\r\n\t");
            bytes.extend_from_slice(format!("Authentication-Results: mx.vendor.example;\r\n\t{found}\r\n").as_bytes());
        }
        bytes.extend_from_slice(mail);
        bytes
    }

    /// The same when it has been laid into a mailbox: the envelope sender stands in it.
    pub async fn delivered(&self, step: &Step, mail: &[u8]) -> Vec<u8> {
        if step.bare {
            return mail.to_vec();
        }
        let mut bytes = format!("Return-Path: <{}>\r\n", step.envelope).into_bytes();
        bytes.extend_from_slice(&self.by_host(step, mail).await);
        bytes
    }

    /// Every signature, the envelope sender as the case says, and DMARC for the
    /// author whom a forgiving reader sees.
    async fn found(&self, step: &Step, mail: &[u8]) -> String {
        let mut clauses = Vec::new();
        let mut aligned = false;
        let author = author_domain(mail);
        let is_aligned = |domain: &str| author.as_deref().is_some_and(|author| is_same_house(author, domain));
        for (domain, tag, passes) in self.signatures(mail).await {
            let verdict = if passes { "pass" } else { "fail" };
            aligned |= passes && is_aligned(&domain);
            clauses.push(format!("dkim={verdict} header.d={domain} header.b={tag}"));
        }
        if clauses.is_empty() {
            clauses.push("dkim=none".to_owned());
        }
        let envelope = step.envelope.rsplit_once('@').map_or("", |(_, domain)| domain);
        aligned |= step.spf == "pass" && is_aligned(envelope);
        clauses.push(format!("spf={} smtp.mailfrom={}", step.spf, step.envelope));
        if let Some(author) = &author {
            let verdict = match (aligned, has_policy(author)) {
                (true, true) => "pass",
                (false, true) => "fail",
                (_, false) => "none",
            };
            clauses.push(format!("dmarc={verdict} header.from={author}"));
        }
        clauses.join("; ")
    }

    /// Domain, beginning of `b=`, and whether it passes.
    async fn signatures(&self, mail: &[u8]) -> Vec<(String, String, bool)> {
        let Some(message) = AuthenticatedMessage::parse(mail) else { return Vec::new() };
        let results = self.verifier.verify_dkim(&message).await;
        let shown = results.iter().filter_map(|result| {
            let signature = result.signature()?;
            let tag: String = STANDARD.encode(&signature.b).chars().take(8).collect();
            Some((signature.d.clone(), tag, *result.result() == DkimResult::Pass))
        });
        shown.collect()
    }
}

/// The domain of the last author that a forgiving reader finds.
fn author_domain(mail: &[u8]) -> Option<String> {
    let message = MessageParser::default().parse_headers(mail)?;
    let address = message.from()?.last()?.address()?;
    Some(address.rsplit_once('@')?.1.to_ascii_lowercase())
}

/// Relaxed alignment, for names whose organisation has two labels.
fn is_same_house(one: &str, other: &str) -> bool {
    let below = |name: &str, parent: &str| name.ends_with(&format!(".{parent}"));
    one.eq_ignore_ascii_case(other) || below(one, other) || below(other, one)
}

fn has_policy(domain: &str) -> bool {
    sign::zone().lines().any(|line| {
        let owner = line.strip_prefix("_dmarc.").and_then(|line| line.split_once(' '));
        owner.is_some_and(|(owner, _)| owner == domain || domain.ends_with(&format!(".{owner}")))
    })
}
