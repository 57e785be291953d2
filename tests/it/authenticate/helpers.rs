//! The test helpers themselves: what they sign, another program believes.

use std::time::Duration;

use mail_auth::hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use mail_auth::{AuthenticatedMessage, DkimResult, MessageAuthenticator};

use crate::support::dns::{DnsServer, Mood};
use crate::support::sign::{self, Signing};

const MAIL: &str = "From: Dana Ruiz <dana@acme-tel.example>\n\
To: upgrade@vendor.example\n\
Subject:  A  folded\n\t subject \n\
Date: Wed, 25 Nov 2026 12:00:00 +0000\n\
Message-ID: <one@acme-tel.example>\n\n\
Two  blanks \n\tand a tab\n\n\n";

fn authenticator(server: &DnsServer) -> MessageAuthenticator {
    let mut udp = ConnectionConfig::udp();
    udp.port = server.address.port();
    let mut tcp = ConnectionConfig::tcp();
    tcp.port = server.address.port();
    let server = NameServerConfig::new(server.address.ip(), true, vec![udp, tcp]);
    let mut options = ResolverOpts::default();
    options.timeout = Duration::from_millis(500);
    options.attempts = 1;
    options.edns0 = true;
    MessageAuthenticator::new(ResolverConfig::from_parts(None, Vec::new(), vec![server]), options).unwrap()
}

async fn verdicts(server: &DnsServer, mail: &[u8]) -> Vec<bool> {
    let message = AuthenticatedMessage::parse(mail).unwrap();
    let results = authenticator(server).verify_dkim(&message).await;
    results.iter().map(|result| *result.result() == DkimResult::Pass).collect()
}

/// Both algorithms, both ways to canonicalise, oversigned; and one byte
/// changed anywhere that is signed.
#[tokio::test]
async fn what_we_sign_verifies_and_what_is_changed_does_not() {
    let server = DnsServer::start(&sign::zone());
    for domain in ["acme-tel.example", "nordwind.example", "vendor.example", "attacker.example"] {
        for canonical in ["relaxed/relaxed", "simple/simple", "relaxed/simple", "simple/relaxed"] {
            let signing = Signing { canonical: canonical.to_owned(), ..Signing::of(domain) };
            let signing = signing.covering(&format!("{}:from:subject", sign::FULL));
            let mail = sign::signed(MAIL, &signing);
            assert_eq!(mail, sign::signed(MAIL, &signing), "the same bytes every time");
            assert_eq!(verdicts(&server, &mail).await, [true], "{domain} {canonical}");
            let text = String::from_utf8(mail).unwrap();
            for (from, to) in [("Two", "Ten"), ("folded", "forged"), ("Dana", "Dina")] {
                assert_eq!(verdicts(&server, text.replace(from, to).as_bytes()).await, [false], "{domain} {from}");
            }
            let oversigned = format!("Subject: another\r\n{text}");
            assert_eq!(verdicts(&server, oversigned.as_bytes()).await, [false], "{domain} oversigned");
        }
    }
}

/// Signatures that no library makes any more are whole ones, too: 1024 bits
/// verify, and so what is refused later is refused for its weakness.
#[tokio::test]
async fn a_short_key_signs_by_hand() {
    let server = DnsServer::start(&sign::zone());
    let short = Signing::with("acme-tel.example", "weak-1024.pem", "rsa-sha256", "rsa1024");
    assert_eq!(verdicts(&server, &sign::signed(MAIL, &short)).await, [true]);
    let old = Signing { algorithm: "rsa-sha1".to_owned(), ..short };
    assert_eq!(verdicts(&server, &sign::signed(MAIL, &old)).await, [true], "the library itself takes SHA-1");
    let tiny = Signing::with("acme-tel.example", "weak-512.pem", "rsa-sha256", "weak512");
    assert_eq!(verdicts(&server, &sign::signed(MAIL, &tiny)).await, [false]);
}

#[tokio::test]
async fn the_server_can_be_switched_and_counts() {
    let server = DnsServer::start(&sign::zone());
    let mail = sign::honestly_signed(MAIL, "acme-tel.example");
    for mood in [Mood::ServFail, Mood::NoSuchName, Mood::BlackHole] {
        server.set(mood);
        assert_eq!(verdicts(&server, &mail).await, [false], "{mood:?}");
    }
    server.set(Mood::Truncated);
    assert_eq!(server.count_over_tcp(), 0);
    assert_eq!(verdicts(&server, &mail).await, [true]);
    assert_eq!(server.count_over_tcp(), 1);
    server.forget_queries();
    server.set(Mood::Slow(Duration::from_millis(50)));
    assert_eq!(verdicts(&server, &mail).await, [true]);
    assert!(server.count("TXT s1._domainkey.acme-tel.example") >= 1, "{:?}", server.queries());
    assert!(server.configuration().contains(&server.address.to_string()));
    server.set_zone("acme-tel.example A 192.0.2.80");
    server.set(Mood::Answers);
    assert_eq!(verdicts(&server, &mail).await, [false], "no key any more");
}
