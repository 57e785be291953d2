//! TB4 to TB10 and TB12: which signatures count, which are as if they were not
//! there, and what follows for the author.

use upgrade_desk::desk::input::{self, Understood};
use upgrade_desk::desk::mail::proof::Checks;
use upgrade_desk::desk::mail::proof::own::{Failure, Flaw, Policy, Verdict};
use upgrade_desk::desk::mail::{Coverage, How, Proof};
use upgrade_desk::desk::rules::Rules;
use upgrade_desk::desk::seal::prints::Prints;
use upgrade_desk::shell::authenticate::Authenticator;

use crate::sample_rules;
use crate::support::dns::DnsServer;
use crate::support::sign::{self, Signing};

fn rules(checks: Checks) -> Rules {
    let mut rules = sample_rules::rules().clone();
    rules.access.checks = checks;
    rules
}

/// A desk's eyes on a zone.
pub(super) struct World {
    server: DnsServer,
    authenticator: Authenticator,
    rules: Rules,
}

impl World {
    pub(super) fn new(checks: Checks) -> World {
        World::of(checks, &sign::zone())
    }

    fn of(checks: Checks, zone: &str) -> World {
        let rules = rules(checks);
        let server = DnsServer::start(zone);
        let authenticator = Authenticator::new(&[server.address], &rules.lookups).unwrap();
        World { server, authenticator, rules }
    }

    async fn look(&self, raw: &[u8]) -> Understood {
        let received = "2026-11-25T18:00:30Z".parse().unwrap();
        let read = input::understand(raw, received, &self.rules, &Prints::default());
        self.authenticator.with_own_look(raw, read, received, &self.rules).await.unwrap()
    }

    #[track_caller]
    fn looked(&self, raw: &[u8]) -> Understood {
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(self.look(raw)))
    }

    /// The proof, and what became of the topmost signature.
    #[track_caller]
    pub(super) fn judged(&self, raw: &[u8]) -> (Proof, Option<Verdict>) {
        let read = self.looked(raw);
        (read.proof, read.checked.unwrap().signatures.first().map(|signed| signed.verdict))
    }
}

fn mail(address: &str) -> String {
    format!(
        "From: Somebody <{address}>\nTo: upgrade@vendor.example\nSubject: Upgrade\n\
         Date: Wed, 25 Nov 2026 09:00:00 -0800\nMessage-ID: <one@{address}>\nMIME-Version: 1.0\n\
         Content-Type: text/plain; charset=utf-8\n\nPlease upgrade SM-0417-22A.\n"
    )
}

fn pass(domain: &str, coverage: Coverage) -> Proof {
    Proof::Pass { how: How::OwnDkim, domain: domain.to_owned(), coverage }
}

const ACME: &str = "acme-tel.example";
const NORDWIND: &str = "nordwind.example";

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_signature_proves_its_domain_and_what_it_covers() {
    let world = World::new(Checks::Own);
    for domain in [ACME, NORDWIND, "cobalt.example"] {
        let mail = mail(&format!("somebody@{domain}"));
        let signed = sign::honestly_signed(&mail, domain);
        assert_eq!(world.judged(&signed), (pass(domain, Coverage::Consent), Some(Verdict::Pass)));
        // A Maildir keeps the same mail with LF.
        let unix = String::from_utf8(signed).unwrap().replace("\r\n", "\n");
        assert_eq!(world.judged(unix.as_bytes()), (pass(domain, Coverage::Consent), Some(Verdict::Pass)));
    }
    // 1024 bits are enough (RFC 8301 3.2).
    let short = Signing::with(NORDWIND, "weak-1024.pem", "rsa-sha256", "rsa1024");
    let signed = sign::signed(&mail("jana@nordwind.example"), &short);
    assert_eq!(world.judged(&signed).0, pass(NORDWIND, Coverage::Consent));
}

/// TB6: what is not in `h=` may have been changed by anybody.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_signature_leaves_out_is_no_consent() {
    let world = World::new(Checks::Own);
    let lacks = |names: &[&str]| Coverage::Lacks(names.iter().map(|name| (*name).to_owned()).collect());
    let signing = Signing::of(ACME).covering("from:date");
    let signed = sign::signed(&mail("dana@acme-tel.example"), &signing);
    let open = lacks(&["to", "subject", "message-id", "content-type", "mime-version"]);
    assert_eq!(world.judged(&signed).0, pass(ACME, open.clone()));
    let changed = String::from_utf8(signed).unwrap().replace("Subject: Upgrade", "Subject: yes UP-9");
    assert_eq!(world.judged(changed.as_bytes()).0, pass(ACME, open));
    // A field that stands twice is covered once; oversigned, it breaks the signature.
    let honest = String::from_utf8(sign::honestly_signed(&mail("dana@acme-tel.example"), ACME)).unwrap();
    let doubled = format!("Subject: Upgrade\r\n{honest}");
    assert_eq!(world.judged(doubled.as_bytes()).0, pass(ACME, lacks(&["subject"])));
    let oversigned = Signing::of(ACME).covering(&format!("{}:subject", sign::FULL));
    let oversigned = sign::signed(&mail("dana@acme-tel.example"), &oversigned);
    let doubled = [b"Subject: Upgrade\r\n", oversigned.as_slice()].concat();
    assert_eq!(world.judged(&doubled), (Proof::Fail, Some(Verdict::Failed(Failure::HeaderChanged))));
    // Where the two differ, nobody is asked about a mail that says two things (mail 8).
    world.server.forget_queries();
    assert_eq!(world.looked(format!("Subject: another\r\n{honest}").as_bytes()).proof, Proof::None);
    assert_eq!(world.server.queries(), [""; 0]);
}

/// TB5, TB10: eight kinds of signature that are as if they were not there.
#[tokio::test(flavor = "multi_thread")]
async fn weak_and_odd_signatures_are_ignored() {
    let world = World::new(Checks::Own);
    let text = mail("jana@nordwind.example");
    let of = || Signing::of(NORDWIND);
    let body = text.split_once("\n\n").unwrap().1.len() + 1;
    let outside = Some("jana@acme-tel.example".to_owned());
    let table: Vec<(&str, Signing, Verdict)> = vec![
        ("l=", Signing { length: Some(body), ..of() }, Verdict::Ignored(Flaw::PartialBody)),
        (
            "512 bits",
            Signing::with(NORDWIND, "weak-512.pem", "rsa-sha256", "weak512"),
            Verdict::Ignored(Flaw::ShortKey),
        ),
        (
            "rsa-sha1",
            Signing::with(NORDWIND, "weak-1024.pem", "rsa-sha1", "rsa1024"),
            Verdict::Ignored(Flaw::Algorithm),
        ),
        ("t=y", Signing { selector: "testing".to_owned(), ..of() }, Verdict::Ignored(Flaw::Testing)),
        ("expired", Signing { expires: Some(sign::SIGNED_AT + 60), ..of() }, Verdict::Ignored(Flaw::Expired)),
        ("revoked", Signing { selector: "revoked".to_owned(), ..of() }, Verdict::Ignored(Flaw::Revoked)),
        ("i= outside", Signing { agent: outside, ..of() }, Verdict::Ignored(Flaw::AgentOutside)),
        ("From not in h=", of().covering("to:subject:date"), Verdict::Ignored(Flaw::FromNotSigned)),
        ("no key", Signing { selector: "s9".to_owned(), ..of() }, Verdict::Failed(Failure::NoKey)),
        ("another's key", Signing { key: "attacker.pem".to_owned(), ..of() }, Verdict::Failed(Failure::HeaderChanged)),
    ];
    for (name, signing, verdict) in table {
        let signed = sign::signed(&text, &signing);
        assert_eq!(world.judged(&signed), (Proof::None, Some(verdict)), "{name}");
    }
    // The twins: a length of life that is not over, an agent inside.
    for twin in [
        Signing { expires: Some(sign::SIGNED_AT + 86_400), ..of() },
        Signing { agent: Some("jana@nordwind.example".to_owned()), ..of() },
        Signing { agent: Some("@sales.nordwind.example".to_owned()), ..of() },
    ] {
        assert_eq!(world.judged(&sign::signed(&text, &twin)).0, pass(NORDWIND, Coverage::Consent), "{twin:?}");
    }
}

/// TB7, TB9: what the author's domain says of mail that nobody vouches for.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_signed_is_none_or_a_forgery_as_the_domain_says() {
    let world = World::new(Checks::Own);
    let unsigned = |address: &str| sign::with_crlf(&mail(address)).into_bytes();
    for (address, proof, policy) in [
        ("dana@acme-tel.example", Proof::Fail, Policy::Reject),
        ("jana@nordwind.example", Proof::None, Policy::None),
        ("ivo@cobalt.example", Proof::None, Policy::NotPublished),
        ("luz@tamarind.example", Proof::None, Policy::None),
        // The whole domain is not there: nobody vouches, and nobody says forged.
        ("x@nowhere.example", Proof::None, Policy::NotPublished),
    ] {
        let read = world.looked(&unsigned(address));
        assert_eq!((&read.proof, read.checked.unwrap().policy), (&proof, policy), "{address}");
    }
    // Signed by a stranger, however well: the same as not signed.
    let signed = sign::honestly_signed(&mail("dana@acme-tel.example"), "attacker.example");
    assert_eq!(world.judged(&signed), (Proof::Fail, None));
    let signed = sign::honestly_signed(&mail("ivo@cobalt.example"), "attacker.example");
    assert_eq!(world.judged(&signed), (Proof::None, None));
    // A changed body, by a list or by a thief.
    let broken = |domain: &str, address: &str| {
        String::from_utf8(sign::honestly_signed(&mail(address), domain)).unwrap().replace("SM-0417", "SM-0418")
    };
    let verdict = Some(Verdict::Failed(Failure::BodyChanged));
    assert_eq!(world.judged(broken(ACME, "dana@acme-tel.example").as_bytes()), (Proof::Fail, verdict));
    assert_eq!(world.judged(broken(NORDWIND, "jana@nordwind.example").as_bytes()), (Proof::None, verdict));
    // TB5 under p=reject: others take such a signature, so nobody said forged.
    let prefix = Signing { length: Some(10), ..Signing::of(ACME) };
    assert_eq!(world.judged(&sign::signed(&mail("dana@acme-tel.example"), &prefix)).0, Proof::None);
}

/// TA9: a cousin proves itself, and nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_cousin_domain_proves_only_itself() {
    let world = World::new(Checks::Own);
    let cousin = sign::honestly_signed(&mail("dana@acme-tel-support.example"), "acme-tel-support.example");
    assert_eq!(world.judged(&cousin).0, pass("acme-tel-support.example", Coverage::Consent));
}

/// RFC 9989 4.10.2: a parent speaks for its child and the other way round where
/// a policy makes them one organisation, and not where it asks for strictness.
#[tokio::test(flavor = "multi_thread")]
async fn a_parent_speaks_for_its_child_as_the_policy_says() {
    let key = |domain: &str| sign::key_record(domain, "s1", "nordwind.pem", "");
    let signed = |author: &str, signer: &str| {
        sign::signed(&mail(author), &Signing { domain: signer.to_owned(), ..Signing::of(NORDWIND) })
    };
    for (tags, proof) in [
        ("p=reject", pass("firm.example", Coverage::Consent)),
        ("p=reject; adkim=s", Proof::Fail),
        ("p=none; sp=none; adkim=s", Proof::None),
    ] {
        let zone = format!("{}\n_dmarc.firm.example TXT v=DMARC1; {tags}", key("firm.example"));
        let world = World::of(Checks::Own, &zone);
        assert_eq!(world.judged(&signed("x@mail.firm.example", "firm.example")).0, proof, "{tags}");
    }
    // Without any policy only the very same domain counts.
    let world = World::of(Checks::Own, &key("firm.example"));
    let (proof, verdict) = world.judged(&signed("x@mail.firm.example", "firm.example"));
    assert_eq!((proof, verdict), (Proof::None, Some(Verdict::Failed(Failure::NotAligned))));
    // A sister below another organisation's name is a stranger.
    let zone = format!("{}\n_dmarc.b.example TXT v=DMARC1; p=reject", key("a.example"));
    assert_eq!(World::of(Checks::Own, &zone).judged(&signed("x@b.example", "a.example")), (Proof::Fail, None));
}

/// TB12: 500 signatures cost five key look-ups, and the mail is not proven by
/// one that stands below them.
#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_signatures_cost_five_questions() {
    let world = World::new(Checks::Own);
    let honest = String::from_utf8(sign::honestly_signed(&mail("jana@nordwind.example"), NORDWIND)).unwrap();
    let mut flood = String::new();
    for number in 0..500 {
        let fake = Signing { selector: format!("s{number}x"), ..Signing::of(NORDWIND) };
        flood.push_str(&sign::field(&sign::with_crlf(&mail("jana@nordwind.example")), &fake));
    }
    let read = world.looked(format!("{flood}{honest}").as_bytes());
    let keys = world.server.count("_domainkey");
    println!("TB12: 500 signatures: {keys} key look-ups, {} questions in all", world.server.queries().len());
    assert_eq!(keys, 5, "{:?}", world.server.queries());
    assert!(world.server.queries().len() <= 8, "{:?}", world.server.queries());
    assert_eq!(read.proof, Proof::None);
    let facts = read.checked.unwrap().signatures;
    assert_eq!(facts.len(), 20, "as many as are kept");
    assert_eq!(facts.last().unwrap().verdict, Verdict::Ignored(Flaw::TooMany));
    // Those of strangers cost nothing at all.
    world.server.forget_queries();
    let signing = Signing::of("attacker.example");
    let strange: String = (0..500).map(|_| sign::field(&sign::with_crlf(&mail("x@y.example")), &signing)).collect();
    assert!(world.looked(format!("{strange}{honest}").as_bytes()).proof.is_pass());
    assert_eq!(world.server.count("attacker.example"), 0);
}

/// TB4, TB11: SPF only as the trusted host reports it, for the very same domain,
/// and never enough for consent.
#[tokio::test(flavor = "multi_thread")]
async fn spf_counts_as_the_mail_host_reports_it() {
    let spf = |results: &str, text: &str| sign::with_crlf(&format!("Authentication-Results: {results}\n{text}"));
    let unsigned = mail("luz@tamarind.example");
    let proven =
        Proof::Pass { how: How::TrustedSpf, domain: "tamarind.example".to_owned(), coverage: Coverage::Unknown };
    for checks in [Checks::Own, Checks::Both] {
        let world = World::new(checks);
        for (results, proof) in [
            ("mx.vendor.example; spf=pass smtp.mailfrom=luz@tamarind.example", &proven),
            ("mx.vendor.example; spf=pass smtp.helo=tamarind.example", &Proof::None),
            ("mx.vendor.example; spf=pass smtp.mailfrom=x@mail.tamarind.example", &Proof::None),
            ("mx.evil.example; spf=pass smtp.mailfrom=luz@tamarind.example", &Proof::None),
            // The mail host's word on signatures is not ours.
            ("mx.vendor.example; dkim=pass header.d=tamarind.example", &Proof::None),
        ] {
            let read = world.looked(spf(results, &unsigned).as_bytes());
            assert_eq!(read.proof, *proof, "{checks:?} {results}");
            assert!(!read.proof.is_consent_level());
        }
    }
    // A broken signature beside a good SPF: a disclaimer, or a thief inside the
    // sender's own network. Where both must agree, it is not proven.
    let broken = String::from_utf8(sign::honestly_signed(&mail("jana@nordwind.example"), NORDWIND)).unwrap();
    let broken = broken.replace("SM-0417", "SM-0418");
    let field = "mx.vendor.example; spf=pass smtp.mailfrom=jana@nordwind.example";
    let raw = spf(field, &broken);
    assert!(World::new(Checks::Own).looked(raw.as_bytes()).proof.is_pass());
    assert_eq!(World::new(Checks::Both).looked(raw.as_bytes()).proof, Proof::None);
}

/// Where both look, the worse of two verdicts counts.
#[tokio::test(flavor = "multi_thread")]
async fn where_both_look_the_worse_verdict_counts() {
    let world = World::new(Checks::Both);
    let honest = String::from_utf8(sign::honestly_signed(&mail("jana@nordwind.example"), NORDWIND)).unwrap();
    let with = |results: &str, text: &str| format!("Authentication-Results: mx.vendor.example; {results}\r\n{text}");
    let judged = |raw: &str| world.looked(raw.as_bytes()).proof;
    let host = "dkim=pass header.d=nordwind.example";
    assert_eq!(judged(&with(host, &honest)), pass(NORDWIND, Coverage::Consent));
    assert_eq!(judged(&honest), Proof::None, "the mail host says nothing");
    assert_eq!(judged(&with("dkim=fail header.d=nordwind.example", &honest)), Proof::None);
    assert_eq!(judged(&with("dmarc=fail header.from=nordwind.example", &honest)), Proof::Fail);
    assert_eq!(judged(&with("dkim=temperror header.d=nordwind.example", &honest)), Proof::Temporary);
    let broken = honest.replace("SM-0417", "SM-0418");
    assert_eq!(judged(&with(host, &broken)), Proof::None, "we find it changed");
    let acme = String::from_utf8(sign::honestly_signed(&mail("dana@acme-tel.example"), ACME)).unwrap();
    let broken = acme.replace("SM-0417", "SM-0418");
    assert_eq!(judged(&with("dkim=pass header.d=acme-tel.example", &broken)), Proof::Fail);
}

/// What was answered is kept for as long as the answer says, and no longer.
#[tokio::test(flavor = "multi_thread")]
async fn answers_are_kept_for_their_time() {
    for (ttl, asked_again) in [(60, 0), (0, 1)] {
        let world = World::new(Checks::Own);
        world.server.set_ttl(ttl);
        let signed = sign::honestly_signed(&mail("jana@nordwind.example"), NORDWIND);
        assert!(world.looked(&signed).proof.is_pass());
        assert_eq!(world.server.count("_domainkey"), 1);
        world.server.forget_queries();
        assert!(world.looked(&signed).proof.is_pass());
        assert_eq!(world.server.count("_domainkey"), asked_again, "ttl {ttl}");
    }
}
