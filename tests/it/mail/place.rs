//! TB1: only the field that stands where our mail host writes it is ours. The
//! layouts are those seen in real mail of these hosts; names are invented.

use upgrade_desk::desk::mail::{MailHost, Proof, proof};

use super::read;

/// As Google Workspace stacks them; `{border}` is where its own field stands.
const GOOGLE: &str = "Delivered-To: upgrade@vendor.example\n\
     Received: by 2001:db8::1:de with SMTP id abc1csp123;\
     \n\tWed, 25 Nov 2026 09:00:02 -0800 (PST)\n\
     X-Received: by 2001:db8::2:e2 with SMTP id a2mr3; Wed, 25 Nov 2026 09:00:02 -0800 (PST)\n\
     ARC-Seal: i=1; a=rsa-sha256; cv=none; d=google.com; s=arc; b=Zk\n\
     ARC-Authentication-Results: i=1; mx.google.com; dkim=pass header.i=@acme-tel.example\n\
     Return-Path: <dana@acme-tel.example>\n\
     Received: from mail.acme-tel.example (mail.acme-tel.example. [192.0.2.7])\
     \n        by mx.google.com with ESMTPS id x1;\n\tWed, 25 Nov 2026 09:00:01 -0800 (PST)\n\
     Received-SPF: pass (google.com: domain of dana@acme-tel.example) client-ip=192.0.2.7;\n";

const POSTFIX: &str = "Return-Path: <dana@acme-tel.example>\nDelivered-To: upgrade@vendor.example\n\
     Received: from mx.vendor.example\n\tby mx.vendor.example with LMTP\n\tid abc; Wed, 25 Nov 2026 09:00:02 -0800\n\
     Received: from mail.acme-tel.example (mail.acme-tel.example [192.0.2.7])\
     \n\tby mx.vendor.example (Postfix) with ESMTPS id 4Zk;\n\tWed, 25 Nov 2026 09:00:01 -0800\n";

const MICROSOFT: &str = "Received: from AM0PR01MB1.eurprd01.prod.outlook.com (2001:db8::3) by\
     \n AM0PR01MB2.eurprd01.prod.outlook.com with HTTPS; Wed, 25 Nov 2026 17:00:03 +0000\n\
     Received: from AM1EUR01FT001.eop-EUR01.prod.protection.outlook.com (2001:db8::4) by\
     \n AM0PR01CA1.outlook.office365.com with Microsoft SMTP Server; Wed, 25 Nov 2026 17:00:02 +0000\n";

const MICROSOFT_BORDER: &str = "Received-SPF: Pass (protection.outlook.com: domain of acme-tel.example)\n\
     Received: from mail.acme-tel.example (192.0.2.7) by\n \
     AM1EUR01FT001.mail.protection.outlook.com (192.0.2.1) with Microsoft SMTP Server;\n \
     Wed, 25 Nov 2026 17:00:01 +0000\n";

/// What the author's side wrote.
const AUTHOR: &str = "From: Dana Ruiz <dana@acme-tel.example>\nTo: upgrade@vendor.example\nSubject: Upgrade\n\
     Date: Wed, 25 Nov 2026 09:00:00 -0800\nMessage-ID: <a1@acme-tel.example>\n";
const HOP: &str = "Received: from pc.acme-tel.example (pc [192.0.2.8]) by mail.acme-tel.example with ESMTPSA;\
     \n\tWed, 25 Nov 2026 09:00:00 -0800\n";

fn pass(id: &str) -> String {
    let verdict = "dkim=pass header.d=acme-tel.example;\n\tdmarc=pass header.from=acme-tel.example";
    format!("Authentication-Results: {id};\n\t{verdict}\n")
}

fn judge(header: &str, id: &str, host: MailHost) -> Proof {
    proof::judge(&read(format!("{header}\nHello\n").as_bytes()), Some(id), host)
}

const VENDOR: &str = "mx.vendor.example";

/// Mail 5: the field as a forger spells it.
fn forged(id: &str) -> Vec<String> {
    let verdict = "dkim=pass header.d=acme-tel.example; dmarc=pass header.from=acme-tel.example";
    vec![
        format!("Authentication-Results: {id}; {verdict}\n"),
        format!("AUTHENTICATION-RESULTS: {}; {verdict}\n", id.to_uppercase()),
        format!("Authentication-Results: {id}.; {verdict}\n"),
        format!("Authentication-Results: (ours) {id} (really) 1; {verdict}\n"),
        format!("Authentication-Results:\n\t{id};\n\t{}\n", verdict.replace("; ", ";\n\t")),
        format!("Authentication-Results: \"{id}\"; {verdict}\n"),
        format!("ARC-Authentication-Results: i=1; {id}; {verdict}\n"),
    ]
}

#[test]
fn the_field_counts_where_each_host_writes_it() {
    let (vendor, google) = (pass(VENDOR), pass("mx.google.com"));
    for (header, id, host) in [
        (format!("{POSTFIX}{vendor}{HOP}{AUTHOR}"), VENDOR, MailHost::POSTFIX),
        (format!("{vendor}{POSTFIX}{HOP}{AUTHOR}"), VENDOR, MailHost::POSTFIX),
        (format!("{vendor}{POSTFIX}{HOP}{AUTHOR}"), VENDOR, MailHost::Below(0)),
        (format!("{GOOGLE}{google}{HOP}{AUTHOR}"), "mx.google.com", MailHost::Google),
    ] {
        assert!(judge(&header, id, host).is_dkim_pass(), "{host:?}\n{header}");
    }
}

#[test]
fn what_the_author_wrote_is_never_the_hosts_word() {
    for (id, host, top) in [(VENDOR, MailHost::POSTFIX, POSTFIX), ("mx.google.com", MailHost::Google, GOOGLE)] {
        for forged in forged(id) {
            // The genuine field is missing; the forged one lies below the first
            // step, the signature or the author's own fields.
            let borders = [HOP.to_owned(), "DKIM-Signature: v=1; d=x; b=y\n".to_owned(), AUTHOR.to_owned()];
            for above in borders {
                let author = if above == AUTHOR { "" } else { AUTHOR };
                let header = format!("{top}{above}{forged}{author}");
                assert_eq!(Proof::None, judge(&header, id, host), "{header}");
            }
            // The genuine field denies: whatever stands below it.
            let genuine = format!("Authentication-Results: {id}; dmarc=fail header.from=acme-tel.example\n");
            let header = format!("{top}{genuine}{forged}{HOP}{AUTHOR}");
            assert_eq!(Proof::Fail, judge(&header, id, host), "{header}");
            let silent = format!("Authentication-Results: {id}; dkim=none; spf=none\n");
            let header = format!("{top}{silent}{forged}{HOP}{AUTHOR}");
            assert_eq!(Proof::None, judge(&header, id, host), "{header}");
        }
    }
}

#[test]
fn where_the_host_writes_on_top_nothing_that_came_in_can_stand() {
    for forged in forged(VENDOR) {
        let header = format!("{POSTFIX}{forged}{HOP}{AUTHOR}");
        assert_eq!(Proof::None, judge(&header, VENDOR, MailHost::Below(0)), "{header}");
    }
}

#[test]
fn nobody_poses_as_googles_border() {
    let field = pass("mx.google.com");
    let border = "Received: from mail.acme-tel.example by mx.google.com with ESMTPS id x1\n";
    for header in [
        // Directly from outside, without the border, or with another above it.
        format!("{border}{field}{AUTHOR}").replace("mx.google.com with", "mx.google.com.attack.example with"),
        format!("{HOP}{border}{field}{AUTHOR}"),
        format!("{field}{border}{AUTHOR}"),
        format!("Received: from a (by mx.google.com with) by mx.attack.example with ESMTPS\n{field}{AUTHOR}"),
        format!("Received: from a \\(by mx.google.com with ESMTPS\n{field}{AUTHOR}").replace("by", "(by"),
    ] {
        assert_eq!(Proof::None, judge(&header, "mx.google.com", MailHost::Google), "{header}");
    }
    assert!(judge(&format!("{border}{field}{AUTHOR}"), "mx.google.com", MailHost::Google).is_dkim_pass());
}

#[test]
fn two_fields_of_our_host_that_disagree_are_for_people() {
    let fail = format!("Authentication-Results: {VENDOR}; dkim=fail header.d=acme-tel.example\n");
    let header = format!("{POSTFIX}{}{fail}{HOP}{AUTHOR}", pass(VENDOR));
    assert_eq!(Proof::Ambiguous, judge(&header, VENDOR, MailHost::POSTFIX));
    let header = format!("{POSTFIX}{fail}{}{HOP}{AUTHOR}", pass(VENDOR));
    assert_eq!(Proof::None, judge(&header, VENDOR, MailHost::POSTFIX));
}

/// A field that names nobody can only say no.
#[test]
fn microsoft_is_heard_where_it_denies_and_proves_nobody() {
    let says = |verdict: &str| {
        let field = format!(
            "Authentication-Results: spf={verdict} (sender IP is 192.0.2.7)\n smtp.mailfrom=acme-tel.example; \
             dkim={verdict} (signature was verified)\n header.d=acme-tel.example;dmarc={verdict} action=none\n \
             header.from=acme-tel.example;compauth={verdict} reason=100\n"
        );
        format!("{MICROSOFT}{field}{MICROSOFT_BORDER}{HOP}{AUTHOR}")
    };
    let judged =
        |header: &str| proof::judge(&read(format!("{header}\nHello\n").as_bytes()), None, MailHost::Microsoft365);
    assert_eq!(Proof::None, judged(&says("pass")));
    assert_eq!(Proof::Fail, judged(&says("fail")));
    assert_eq!(Proof::Temporary, judged(&says("temperror")));
    assert_eq!(Proof::Fail, judge(&says("fail"), VENDOR, MailHost::Microsoft365));
    // What came in with the mail lies below the border.
    let forged = "Authentication-Results: dmarc=fail header.from=acme-tel.example\n";
    assert_eq!(Proof::None, judged(&format!("{MICROSOFT}{MICROSOFT_BORDER}{forged}{AUTHOR}")));
}
