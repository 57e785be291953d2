//! Who vouches for an author: what our mail host wrote, and what only poses as it.

use upgrade_desk::desk::mail::{Coverage, How, IdentityFault, Mail, MailHost, Proof, proof};

use super::read;

const OURS: &str = "mx.vendor.example";
const FULL: &str = "from:to:subject:date:message-id:mime-version:content-type";

/// A mail of the representative with these `Authentication-Results`, topmost
/// first, and these other fields.
fn mail(results: &[&str], others: &[&str]) -> Mail {
    let mut raw = String::new();
    for field in results {
        raw.push_str(&format!("Authentication-Results: {field}\r\n"));
    }
    for field in others {
        raw.push_str(&format!("{field}\r\n"));
    }
    raw.push_str("From: Dana Ruiz <dana@acme-tel.example>\r\nTo: upgrade@vendor.example\r\nSubject: Upgrade\r\n");
    raw.push_str("Date: Wed, 25 Nov 2026 09:00:00 -0800\r\nMessage-ID: <a1@acme-tel.example>\r\n");
    raw.push_str("MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nHello\r\n");
    read(raw.as_bytes())
}

fn judge(mail: &Mail, id: Option<&str>) -> Proof {
    proof::judge(mail, id, MailHost::POSTFIX)
}

fn judged(results: &[&str]) -> Proof {
    judge(&mail(results, &[]), Some(OURS))
}

fn dkim(domain: &str) -> Proof {
    Proof::Pass { how: How::TrustedDkim, domain: domain.to_owned(), coverage: Coverage::Unknown }
}

fn spf() -> Proof {
    Proof::Pass { how: How::TrustedSpf, domain: "acme-tel.example".to_owned(), coverage: Coverage::Unknown }
}

#[track_caller]
fn check(expected: &Proof, results: &[&str]) {
    assert_eq!(*expected, judged(results), "{results:#?}");
}

#[test]
fn an_aligned_pass_of_our_host_proves_the_domain() {
    let by_dkim = dkim("acme-tel.example");
    check(&by_dkim, &["mx.vendor.example; dkim=pass header.d=acme-tel.example"]);
    check(&by_dkim, &["MX.Vendor.Example; dkim=pass header.d=ACME-TEL.example"]);
    check(&by_dkim, &["mx.vendor.example 1; dkim/1 = pass (good key) header.d = acme-tel.example;"]);
    check(&by_dkim, &["(ours) mx.vendor.example (really); dkim=pass (2048 (rsa) key) header.i=@acme-tel.example"]);
    check(&by_dkim, &["mx.vendor.example; dkim=pass header.i=dana@acme-tel.example header.b=\"a/b+c=\""]);
    check(&by_dkim, &["mx.vendor.example; dkim=pass header.d=acme-tel.example header.b=aB/c+1=="]);
    check(
        &by_dkim,
        &["mx.vendor.example; dkim=fail header.d=list.example header.s=a; dkim=pass header.d=acme-tel.example"],
    );
    check(&by_dkim, &["mx.vendor.example; dkim=pass reason=\"fine; really\" header.d=acme-tel.example"]);
    check(&by_dkim, &["mx.vendor.example;\r\n\tdkim=pass\r\n\t header.d=acme-tel.example"]);
    check(&spf(), &["mx.vendor.example; spf=pass smtp.mailfrom=bounce@acme-tel.example"]);
    check(&spf(), &["mx.vendor.example; spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=acme-tel.example action=none"]);
}

#[test]
fn a_parent_or_child_signs_only_where_the_host_found_them_aligned() {
    check(&Proof::None, &["mx.vendor.example; dkim=pass header.d=mail.acme-tel.example"]);
    let pass = "dmarc=pass header.from=acme-tel.example";
    check(
        &dkim("mail.acme-tel.example"),
        &[&format!("mx.vendor.example; dkim=pass header.d=mail.acme-tel.example; {pass}")],
    );
    check(&Proof::None, &[&format!("mx.vendor.example; dkim=pass header.d=tel.example; {pass}")]);
    check(&Proof::None, &[&format!("mx.vendor.example; dkim=pass header.d=evilacme-tel.example; {pass}")]);
    // The top label alone is no name that can be compared.
    check(&Proof::None, &[&format!("mx.vendor.example; dkim=pass header.d=example; {pass}")]);
}

#[test]
fn what_is_no_aligned_pass_proves_nobody() {
    for nothing in [
        "mx.vendor.example; none",
        "mx.vendor.example",
        "mx.vendor.example; dmarc=none header.from=acme-tel.example",
        "mx.vendor.example; dmarc=pass header.from=acme-tel.example",
        "mx.vendor.example; dkim=neutral header.d=acme-tel.example",
        "mx.vendor.example; dkim=pass header.d=attack.example",
        "mx.vendor.example; dkim=pass",
        "mx.vendor.example; dkim=pass header.d=acme-tel.example header.i=@attack.example",
        "mx.vendor.example; spf=pass smtp.helo=acme-tel.example",
        "mx.vendor.example; spf=pass",
        "mx.vendor.example; spf=softfail smtp.mailfrom=acme-tel.example",
        "mx.vendor.example; spf=pass smtp.mailfrom=mail.acme-tel.example",
        "mx.vendor.example; spf=pass smtp.mailfrom=x@attack.example@acme-tel.example",
        "mx.vendor.example; arc=pass header.d=acme-tel.example",
        "mx.vendor.example; iprev=pass policy.iprev=192.0.2.1",
    ] {
        check(&Proof::None, &[nothing]);
    }
}

#[test]
fn a_field_in_another_name_is_not_ours() {
    for name in [
        "mx.evil.example",
        "mx.vendor.example.",
        "mx.vendor.example.attack.example",
        "xmx.vendor.example",
        "(mx.vendor.example) mx.evil.example",
        "mx.vendor(x).example",
        "mx.vendor .example",
        "mx.evil.example (mx.vendor.example)",
        "\"mx.vendor.example \"",
        "i=1; mx.vendor.example",
    ] {
        check(&Proof::None, &[&format!("{name}; dkim=pass header.d=acme-tel.example")]);
    }
    let arc = ["ARC-Authentication-Results: i=1; mx.vendor.example; dkim=pass header.d=acme-tel.example"];
    assert_eq!(Proof::None, judge(&mail(&[], &arc), Some(OURS)));
    let good = mail(&["mx.vendor.example; dkim=pass header.d=acme-tel.example"], &[]);
    assert_eq!(Proof::None, judge(&good, None), "no host is named whose word counts");
    assert_eq!(Proof::None, judge(&good, Some("mx.other.example")));
    assert_eq!(Proof::None, judge(&good, Some("")));
}

#[test]
fn text_inside_a_field_cannot_pose_as_a_verdict() {
    for field in [
        "mx.vendor.example; dkim=pass header.d=acme-tel.example(.attack.example",
        "mx.vendor.example; dkim=pass header.d=acme-tel(x).example",
        "mx.vendor.example; dkim=pass header.d=acme-tel.example).attack.example",
        "mx.vendor.example; dkim=fail reason=\"; dkim=pass header.d=acme-tel.example",
        "mx.vendor.example; dkim=fail reason=\"a\\\"; dkim=pass header.d=acme-tel.example; x=\\\"\"",
        "mx.vendor.example; dkim=fail (; dkim=pass header.d=acme-tel.example) header.d=attack.example",
        "mx.vendor.example; dkim=fail (\\) ; dkim=pass header.d=acme-tel.example",
        "mx.vendor.example; spf=fail smtp.mailfrom=\"x; dkim=pass header.d=acme-tel.example\"@attack.example",
        "mx.vendor.example; dkim=pass header.d=attack.example header.d=acme-tel.example",
        "mx.vendor.example; dkim=pass header.d=acme-tel.example junk",
        "mx.vendor.example; dkim=pass header.d=acme-tel.example, attack.example",
        "mx.vendor.example; dkim pass header.d=acme-tel.example",
        "mx.vendor.example; dkim=pass header.d=acme-tel.example.",
        "mx.vendor.example; dkim=pass header.d=acme\u{2011}tel.example",
        "mx.vendor.example; ; dkim=pass header.d=acme-tel.example",
        "mx.vendor.example 2; dkim=pass header.d=acme-tel.example",
        "mx.vendor.example; dkim/2=pass header.d=acme-tel.example",
    ] {
        check(&Proof::None, &[field]);
    }
}

#[test]
fn only_the_topmost_field_of_our_host_counts() {
    let pass = "mx.vendor.example; dkim=pass header.d=acme-tel.example";
    check(&Proof::None, &["mx.vendor.example; dkim=none", pass]);
    check(&Proof::None, &["mx.vendor.example; dkim=(", pass]);
    check(&Proof::None, &["mx.vendor.example 2; dkim=fail", pass]);
    check(&Proof::Fail, &["mx.vendor.example; dmarc=fail header.from=acme-tel.example", pass]);
    check(&Proof::Ambiguous, &[pass, "mx.vendor.example; dmarc=fail header.from=acme-tel.example"]);
    check(&dkim("acme-tel.example"), &["mx.evil.example; dmarc=fail header.from=acme-tel.example", pass]);
    check(&dkim("acme-tel.example"), &[pass, "mx.evil.example; dmarc=fail header.from=acme-tel.example"]);
}

#[test]
fn a_denial_is_a_denial_whatever_passes_beside_it() {
    let pass = "dkim=pass header.d=acme-tel.example; spf=pass smtp.mailfrom=acme-tel.example";
    check(&Proof::Fail, &[&format!("mx.vendor.example; {pass}; dmarc=fail header.from=acme-tel.example")]);
    check(&Proof::Fail, &[&format!("mx.vendor.example; {pass}; dmarc=fail (p=reject)")]);
    check(&Proof::Fail, &[&format!("mx.vendor.example; dmarc=pass header.from=acme-tel.example; dmarc=fail; {pass}")]);
}

/// TB9: a forwarder breaks signatures and SPF; where the domain asks for nothing,
/// that is nobody's word, never a forgery, and never a pass either.
#[test]
fn a_fail_of_a_domain_that_asks_for_nothing_is_nobodys_word() {
    let pass = "dkim=pass header.d=acme-tel.example";
    for none in [
        "dmarc=fail (p=none dis=none) header.from=acme-tel.example",
        "dmarc=fail (p=NONE sp=REJECT dis=NONE) header.from=acme-tel.example",
        "dmarc=fail header.from=acme-tel.example (policy=none)",
        "dmarc=fail reason=\"no valid DKIM\" (p=none) header.from=acme-tel.example",
        "dmarc=fail policy.dmarc=none header.from=acme-tel.example",
    ] {
        check(&Proof::None, &[&format!("mx.vendor.example; {none}")]);
        check(&Proof::None, &[&format!("mx.vendor.example; {pass}; {none}")]);
        check(&Proof::Fail, &[&format!("mx.vendor.example; {none}; dmarc=fail (p=reject)")]);
    }
    for forged in [
        "dmarc=fail (p=reject dis=none) header.from=acme-tel.example",
        "dmarc=fail (p=none sp=reject) header.from=acme-tel.example",
        "dmarc=fail (p=none dis=quarantine) header.from=acme-tel.example",
        "dmarc=fail (dis=none) header.from=acme-tel.example",
        "dmarc=fail (p=none) policy.dmarc=reject header.from=acme-tel.example",
        "dmarc=fail reason=\"(p=none)\" header.from=acme-tel.example",
        "dmarc=fail header.from=acme-tel.example; spf=fail (p=none)",
        "dmarc=fail action=none header.from=acme-tel.example",
    ] {
        check(&Proof::Fail, &[&format!("mx.vendor.example; {forged}")]);
    }
}

#[test]
fn verdicts_that_contradict_each_other_are_for_people() {
    let d = "header.d=acme-tel.example";
    check(&Proof::Ambiguous, &[&format!("mx.vendor.example; dkim=pass {d}; dkim=fail {d}")]);
    check(&Proof::Ambiguous, &[&format!("mx.vendor.example; dkim=pass {d} header.b=ab; dkim=fail {d} header.b=ab")]);
    check(
        &dkim("acme-tel.example"),
        &[&format!("mx.vendor.example; dkim=fail {d} header.b=xy; dkim=pass {d} header.b=ab")],
    );
    let m = "smtp.mailfrom=acme-tel.example";
    check(&Proof::Ambiguous, &[&format!("mx.vendor.example; spf=pass {m}; spf=fail {m}")]);
    // Our host passed another author than the one that we read.
    check(&Proof::Ambiguous, &[&format!("mx.vendor.example; dkim=pass {d}; dmarc=pass header.from=attack.example")]);
}

#[test]
fn a_check_that_could_not_be_made_is_made_again() {
    check(&Proof::Temporary, &["mx.vendor.example; dmarc=temperror header.from=acme-tel.example"]);
    check(&Proof::Temporary, &["mx.vendor.example; dkim=temperror header.d=acme-tel.example"]);
    check(&Proof::Temporary, &["mx.vendor.example; dkim=temperror; spf=none"]);
    check(&Proof::None, &["mx.vendor.example; dkim=temperror header.d=attack.example"]);
    check(&Proof::None, &["mx.vendor.example; spf=temperror smtp.mailfrom=acme-tel.example"]);
    check(&Proof::None, &["mx.vendor.example; dkim=permerror header.d=acme-tel.example"]);
    check(&spf(), &["mx.vendor.example; dkim=temperror; spf=pass smtp.mailfrom=acme-tel.example"]);
}

#[test]
fn an_author_who_is_not_plain_is_proven_by_nothing() {
    let raw = "Authentication-Results: mx.vendor.example; dkim=pass header.d=acme-tel.example\n\
               From: a@acme-tel.example\nFrom: dana@acme-tel.example\n\nHello\n";
    assert_eq!(Proof::None, judge(&read(raw.as_bytes()), Some(OURS)));
}

/// The coverage of a passing signature with these tags.
fn covered(result: &str, signatures: &[&str]) -> Coverage {
    let result = format!("mx.vendor.example; dkim=pass header.d=acme-tel.example{result}");
    let signatures: Vec<String> = signatures.iter().map(|tags| format!("DKIM-Signature: {tags}")).collect();
    let signatures: Vec<&str> = signatures.iter().map(String::as_str).collect();
    match judge(&mail(&[&result], &signatures), Some(OURS)) {
        Proof::Pass { how: How::TrustedDkim, coverage, .. } => coverage,
        other => panic!("{other:?}"),
    }
}

fn lacks(names: &[&str]) -> Coverage {
    Coverage::Lacks(names.iter().map(|name| (*name).to_owned()).collect())
}

#[test]
fn consent_needs_every_field_signed() {
    let signed = |covers: &str| format!("v=1; a=rsa-sha256; d=acme-tel.example; s=k; h={covers}; bh=x; b=AbCdEfGh12");
    assert_eq!(Coverage::Consent, covered("", &[&signed(FULL)]));
    assert_eq!(Coverage::Consent, covered("", &[&format!("{};", signed(FULL))]));
    assert_eq!(
        Coverage::Consent,
        covered("", &[&signed("From : To:SUBJECT\r\n\t:date:message-id:mime-version:content-type")])
    );
    assert_eq!(
        lacks(&["to", "subject", "message-id", "content-type", "mime-version"]),
        covered("", &[&signed("from:date")])
    );
    assert_eq!(lacks(&["content-type"]), covered("", &[&signed("from:to:subject:date:message-id:mime-version")]));
    assert_eq!(lacks(&["body"]), covered("", &[&format!("{}; l=20", signed(FULL))]));
    assert!(!judged(&["mx.vendor.example; spf=pass smtp.mailfrom=acme-tel.example"]).is_consent_level());
}

#[test]
fn it_must_be_clear_which_signature_passed() {
    let narrow = "d=acme-tel.example; h=from:date; b=AbCdEfGh12";
    let wide = format!("d=acme-tel.example; h={FULL}; b=XyZaBcDe34");
    assert_eq!(Coverage::Unknown, covered("", &[narrow, &wide]));
    assert_eq!(Coverage::Consent, covered(" header.b=XyZaBcDe", &[narrow, &wide]));
    assert!(matches!(covered(" header.b=AbCdEfGh", &[narrow, &wide]), Coverage::Lacks(_)));
    assert_eq!(Coverage::Unknown, covered(" header.b=QqQqQqQq", &[&wide]));
    assert_eq!(Coverage::Unknown, covered(" header.b=\"\"", &[&wide]));
    // The same signature with a wider h= put on top: nobody can tell which one.
    let wider = format!("d=acme-tel.example; h={FULL}; b=AbCdEfGh12");
    assert_eq!(Coverage::Unknown, covered(" header.b=AbCdEfGh", &[&wider, narrow]));
    let foreign = format!("d=attack.example; h={FULL}; b=AbCdEfGh12");
    assert_eq!(Coverage::Unknown, covered("", &[&foreign]));
    // A tag that stands twice makes the signature void (RFC 6376 6.1.1).
    assert_eq!(Coverage::Unknown, covered("", &[&format!("{narrow}; h={FULL}")]));
}

#[test]
fn a_field_that_stands_twice_is_not_covered() {
    let result = ["mx.vendor.example; dkim=pass header.d=acme-tel.example"];
    let signature = format!("DKIM-Signature: d=acme-tel.example; h={FULL}; b=AbCdEfGh12");
    for (name, again, other) in [
        ("subject", "Subject: Upgrade", "Subject: yes"),
        ("to", "To: upgrade@vendor.example", "To: x@attack.example"),
        ("date", "Date: Wed, 25 Nov 2026 09:00:00 -0800", "Date: Thu, 1 Jan 2026 00:00:00 +0000"),
        ("message-id", "Message-ID: <a1@acme-tel.example>", "Message-ID: <a2@acme-tel.example>"),
        ("content-type", "Content-Type: text/plain", "Content-Type: multipart/mixed; boundary=x"),
    ] {
        let proof = judge(&mail(&result, &[&signature, again]), Some(OURS));
        assert!(proof.is_dkim_pass() && !proof.is_consent_level(), "{name}: {proof:?}");
        assert!(matches!(&proof, Proof::Pass { coverage, .. } if *coverage == lacks(&[name])), "{proof:?}");
        // Mail 8: a reader of the first and a reader of the last see two mails.
        let two = mail(&result, &[&signature, other]);
        assert_eq!(two.identity, Err(IdentityFault::FieldsDisagree), "{name}");
        assert_eq!(judge(&two, Some(OURS)), Proof::None, "{name}");
    }
}
