//! The honest mails of `fixtures/attack/`, really signed: by our own look, too,
//! each proves its author for all that consent needs.

use std::fs;
use std::path::{Path, PathBuf};

use upgrade_desk::desk::mail::proof::Checks;
use upgrade_desk::desk::mail::{Coverage, How, Proof};

use super::own::World;
use crate::support::sign;

/// Every honest mail that its author's program signs.
fn mails() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/attack");
    let in_folder = |folder: PathBuf| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let honest = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("honest-");
    let cases = in_folder(folder.clone()).filter(honest).flat_map(in_folder);
    let parts = in_folder(folder.join("parts")).filter(honest);
    let mut files: Vec<PathBuf> = cases.chain(parts).filter(|path| path.extension().unwrap() == "eml").collect();
    files.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        text.contains("DKIM-Signature:").then(|| (name, filled(&text)))
    };
    files.into_iter().filter_map(read).collect()
}

/// The mail without the signature that is none, with something in each place.
fn filled(text: &str) -> String {
    let mut mail = String::new();
    let mut in_signature = false;
    for line in text.split_inclusive('\n') {
        in_signature = line.starts_with("DKIM-Signature:") || (in_signature && line.starts_with('\t'));
        if !in_signature {
            mail.push_str(line);
        }
    }
    let mut all = String::new();
    let mut rest = mail.as_str();
    while let Some((before, after)) = rest.split_once("{{") {
        let (token, tail) = after.split_once("}}").unwrap();
        all.push_str(before);
        all.push_str(match token {
            "put from" => "From: \"Vogt, Jana (Nordwind Telefonie\n GmbH)\"\n  <jana@nordwind.example>\n",
            "put received" => "Received: from a.example by b.example; Mon, 7 Dec 2026 17:00:00 +0000\n",
            "now" | "put date" => "Mon, 07 Dec 2026 09:00:00 -0800",
            "put lines" => "iVBORw0KGgo=\n",
            token if token.starts_with("byte") => "\u{fc}\u{df}",
            token if token.starts_with("reply") => "upgrade+1.0123456789abcdef0123456789abcdef@vendor.example",
            _ => "2026-12-16",
        });
        rest = tail;
    }
    all.push_str(rest);
    // Whose domain has no key of ours writes from one that has.
    all.replace("tamarind.example", "cobalt.example").replace("larkspur.example", "cobalt.example")
}

fn author(mail: &str) -> &'static str {
    let from = mail.split("\nFrom:").nth(1).or(mail.strip_prefix("From:")).unwrap();
    let domains = ["acme-tel.example", "nordwind.example", "cobalt.example"];
    domains.into_iter().min_by_key(|domain| from.find(domain).unwrap_or(usize::MAX)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn honest_mails_prove_their_authors_by_our_own_look_too() {
    let (own, both) = (World::new(Checks::Own), World::new(Checks::Both));
    let mails = mails();
    assert!(mails.len() > 20, "{}", mails.len());
    for (name, mail) in mails {
        let domain = author(&mail);
        let signed = sign::honestly_signed(&mail, domain);
        let pass = |how| Proof::Pass { how, domain: domain.to_owned(), coverage: Coverage::Consent };
        assert_eq!(own.judged(&signed).0, pass(How::OwnDkim), "{name}: {:?}", own.judged(&signed).1);
        let text = String::from_utf8(signed).unwrap();
        let tag: String = text.split("\tb=").nth(1).unwrap().chars().take(8).collect();
        let host = format!(
            "Authentication-Results: mx.vendor.example;\r\n\tdkim=pass header.d={domain} header.b={tag};\r\n\
             \tdmarc=pass header.from={domain}\r\n{text}"
        );
        let proof = both.judged(host.as_bytes()).0;
        assert!(proof.is_consent_level(), "{name}: {proof:?}");
    }
}
