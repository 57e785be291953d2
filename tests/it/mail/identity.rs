//! Who the mail says wrote it: each trick of TA1 to TA10 has its name, and each
//! honest form passes.

use upgrade_desk::desk::mail::IdentityFault::{self, *};

use super::read;

const REST: &str = "To: upgrade@vendor.example\r\nSubject: Upgrade\r\nMessage-ID: <a1@acme-tel.example>\r\n\
                    MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nHello\r\n";

fn author_of(raw: &[u8]) -> Result<String, IdentityFault> {
    read(raw).identity.map(|identity| identity.address)
}

/// `fields` stand above the rest of the header.
#[track_caller]
fn refused(fault: IdentityFault, fields: &str) {
    refused_bytes(fault, fields.as_bytes());
}

#[track_caller]
fn refused_bytes(fault: IdentityFault, fields: &[u8]) {
    let raw = [fields, b"\r\n", REST.as_bytes()].concat();
    assert_eq!(author_of(&raw), Err(fault), "{}", fields.escape_ascii());
}

#[track_caller]
fn author(address: &str, fields: &str) {
    for rest in [REST.to_owned(), REST.replace("\r\n", "\n")] {
        let end = if rest.contains('\r') { "\r\n" } else { "\n" };
        let raw = format!("{fields}\r\n").replace("\r\n", end) + &rest;
        assert_eq!(author_of(raw.as_bytes()), Ok(address.to_owned()), "{fields:?}");
        // The same field at the end of the header.
        let (header, body) = rest.split_once(&end.repeat(2)).unwrap();
        let raw = format!("{header}{end}{}{end}{end}{body}", fields.replace("\r\n", end));
        assert_eq!(author_of(raw.as_bytes()), Ok(address.to_owned()), "{fields:?} at the end");
    }
}

const DANA: &str = "dana@acme-tel.example";

#[test]
fn names_keep_their_blanks() {
    let name = |field: &str| {
        let raw = format!("{field}\r\n\r\nHello\r\n");
        read(raw.as_bytes()).identity.map(|identity| identity.name)
    };
    assert_eq!(name("From: Dana \"D.\" Ruiz <dana@acme-tel.example>"), Ok("Dana D. Ruiz".to_owned()));
    assert_eq!(name("From: \"Dana\" \"D.\" Ruiz <dana@acme-tel.example>"), Ok("Dana D. Ruiz".to_owned()));
    assert_eq!(
        name("From: =?utf-8?Q?D=C3=A1na?= =?utf-8?Q?_Ruiz?= <dana@acme-tel.example>"),
        Ok("Dána Ruiz".to_owned())
    );
    assert_eq!(name("From: dana@acme-tel.example (Dana Ruiz)"), Ok("Dana Ruiz".to_owned()));
}

#[test]
fn honest_forms_pass() {
    author(DANA, "From: dana@acme-tel.example");
    author(DANA, "FROM: <dana@acme-tel.example>");
    author(DANA, "from:dana@acme-tel.example");
    author(DANA, "From:\t Dana Ruiz <dana@acme-tel.example>  ");
    author(DANA, "From: D. Ruiz <dana@acme-tel.example>");
    author(DANA, "From: dana@acme-tel.example (Dana Ruiz)");
    author(DANA, "From: \"Ruiz, Dana\" <dana@acme-tel.example>");
    author(DANA, "From: \"Dana \\\"D\\\" Ruiz (Acme); Sales: <all>\" <dana@acme-tel.example>");
    author(DANA, "From: Dana \"Danny\" Ruiz <dana@acme-tel.example>");
    author(DANA, "From: \"Dana\"<dana@acme-tel.example>");
    author(DANA, "From: 'Dana Ruiz' <dana@acme-tel.example>");
    author(DANA, "From: \"dana@acme-tel.example\" <dana@acme-tel.example>");
    author(DANA, "From: \"dana@acme-tel.example\"\r\n <dana@acme-tel.example>");
    author(DANA, "From: A very long name of somebody at a company far away\r\n\tof here <dana@acme-tel.example>");
    author(DANA, "From: \"Ruiz, Dana (a company with a very long name that ends\r\n here)\" <dana@acme-tel.example>");
    author(DANA, "From:\r\n Dana Ruiz\r\n <dana@acme-tel.example>");
    author(DANA, "From: =?utf-8?Q?D=C3=A1na_Ru=C3=ADz?= <dana@acme-tel.example>");
    author(DANA, "From: =?iso-2022-jp?B?GyRCOzNFRBsoQg==?=\r\n =?utf-8?B?w6E=?= <dana@acme-tel.example>");
    author(DANA, "From: \"=?KOI8-R?B?8sXT1MHM?=\" <dana@acme-tel.example>");
    author(DANA, "From: dana@ACME-Tel.example");
    author("Dana@acme-tel.example", "From: Dana@ACME-Tel.example");
    author("o'dana_x+y=z@acme-tel.example", "From: o'dana_x+y=z@acme-tel.example");
    // Others that may stand beside it.
    author(DANA, "Sender: x@attacker.example\r\nFrom: dana@acme-tel.example\r\nReply-To: <x@attacker.example>");
}

/// TA1: every field whose name says From counts.
#[test]
fn two_from_fields_are_nobody() {
    let fields = ["From: <x@attacker.example>", "From: <dana@acme-tel.example>"];
    for (first, second) in [(fields[0], fields[1]), (fields[1], fields[0])] {
        for name in ["From:", "from:", "FROM:", "From :", "fRoM\t:", "F rom:"] {
            let second = second.replace("From:", name);
            refused(TwoFromFields, &format!("{first}\r\n{second}"));
            refused(TwoFromFields, &format!("{second}\r\n{first}"));
            refused(TwoFromFields, &format!("{first}\r\nX-Between: a\r\n b\r\n{second}"));
        }
    }
    refused(TwoFromFields, &format!("{}\r\n{}", fields[1], fields[1]));
    refused(TwoFromFields, &format!("{}\r\nFrom:", fields[1]));
}

/// TA2: what one reader skips is a field to another.
#[test]
fn a_damaged_header_is_nobodys() {
    for fields in [
        "From : <dana@acme-tel.example>",
        "From\t: <dana@acme-tel.example>",
        "From\r\n : <x@attacker.example>\r\nFrom: <dana@acme-tel.example>",
        " From: <x@attacker.example>\r\nFrom: <dana@acme-tel.example>",
        "\tX: y\r\nFrom: <dana@acme-tel.example>",
        "\u{feff}From: <x@attacker.example>\r\nFrom: <dana@acme-tel.example>",
        "\u{feff}X: y\r\nFrom: <dana@acme-tel.example>",
        "From x@attacker.example Wed Nov 25 09:00:00 2026\r\nFrom: <dana@acme-tel.example>",
        "From x@attacker.example\r\nFrom: <dana@acme-tel.example>",
        ">From x@attacker.example\r\nFrom: <dana@acme-tel.example>",
        "From: <dana@acme-tel.example>\r\nno colon in here",
        "From: <dana@acme-tel.example>\r\n: no name",
        "From: <dana@acme-tel.example>\r\nX\u{a0}Y: no name",
        "From: <dana@acme-tel.example>\r\nX Y: no name",
    ] {
        refused(HeaderDamaged, fields);
    }
    // The empty line of another kind: the header goes on for some readers.
    refused_bytes(HeaderDamaged, b"From: <dana@acme-tel.example>\r\nX: y\r\n\nFrom: <x@attacker.example>\r\n");
    let raw = format!("{}\r\n", REST.replace("\r\n", "\n").replace("\n\n", "\n\r\n"));
    assert_eq!(author_of(format!("From: <dana@acme-tel.example>\n{raw}").as_bytes()), Err(HeaderDamaged));
}

/// TA3: nothing else than From says who wrote it.
#[test]
fn other_fields_name_no_author() {
    for name in ["Sender", "Resent-From", "Reply-To", "Return-Path", "X-From", "From-X", "Apparently-From"] {
        refused(NoFrom, &format!("{name}: <dana@acme-tel.example>"));
    }
    refused(NoFrom, "X: y\r\n From: <dana@acme-tel.example>");
    assert_eq!(author_of(b"X: y\r\n\r\nFrom: <dana@acme-tel.example>\r\n"), Err(NoFrom));
    assert_eq!(author_of(b""), Err(NoFrom));
}

/// TA4: one mailbox and nothing else.
#[test]
fn several_mailboxes_groups_and_routes_are_nobody() {
    let dana = "<dana@acme-tel.example>";
    for value in [
        format!("{dana}, <x@attacker.example>"),
        format!("<x@attacker.example>, {dana}"),
        format!("{dana},"),
        format!(",{dana}"),
        format!("Ruiz, Dana {dana}"),
        format!("{dana}<x@attacker.example>"),
        format!("<x@attacker.example>{dana}"),
        format!("{dana}\\,<x@attacker.example>"),
    ] {
        refused(SeveralMailboxes, &format!("From: {value}"));
    }
    for value in [
        "acme:dana@acme-tel.example;",
        "acme: <dana@acme-tel.example>;",
        "acme:;",
        "<dana@acme-tel.example>;",
        "mailto:dana@acme-tel.example",
        // Mail 22 as its sender should not write it: Dovecot sees a group.
        "=?utf-8?Q?Bob=0D=0ABcc:_x?= <dana@acme-tel.example>",
    ] {
        refused(Group, &format!("From: {value}"));
    }
    for value in [
        "<@attacker.example:dana@acme-tel.example>",
        "<@attacker.example,@b.example:dana@acme-tel.example>",
        "<dana@acme-tel.example> x",
        "<dana@acme-tel.example> (x)",
        "<dana@acme-tel.example> x@attacker.example",
        "<x@attacker.example>dana@acme-tel.example",
        "dana@acme-tel.example <x@attacker.example>",
        "dana@acme-tel.example x@attacker.example",
        "Dana dana@acme-tel.example",
        "(Dana) <dana@acme-tel.example>",
        "Dana (Acme) Ruiz <dana@acme-tel.example>",
        "\"Dana\" dana@acme-tel.example",
        "\\\"Dana\\\" <dana@acme-tel.example>",
        "\"Dana <dana@acme-tel.example>",
        "Dana (Ruiz <dana@acme-tel.example>",
        "<dana@acme-tel.example",
        "<<dana@acme-tel.example>>",
        "\"dana@acme-tel.example\\\" <x@attacker.example>",
        // Half an encoded word (found by the random headers of `authors`).
        "=?utf-8?Q?=3Cd\r\n ana=40acme-tel.examp= <x@attacker.example>",
        "=?utf-8?Q?a?=b <dana@acme-tel.example>",
        // Some readers end a string or a comment at the end of a line (found there, too).
        "\"'dana@acme-tel.example'\r\n via Desk\" <x@attacker.example>",
        "\"Rui\r\n z, Dan<a\" <dana@acme-tel.example>",
        "\"a\r\n Ruiz< (Acm>e)\" <dana@acme-tel.example>",
        "=?iso-2022-jp?B?GyRCOzNFRBsoQg==?=\"\r\n =?utf-8?B?4oC\"i?= <dana@acme-tel.example>",
        "\"=?utf-8\"?B?4oC.i?= <dana@acme-tel.example>",
        "\"=?utf-8\r\n ?Q?Ruiz, Dana\"?= <dana@acme-tel.example>",
        "\"=?utf-8 Dana\" <dana@acme-tel.example>",
        "\"Dana\"Ruiz <dana@acme-tel.example>",
        "Dana\"Ruiz\" <dana@acme-tel.example>",
        "\"Dana\"\"Ruiz\" <dana@acme-tel.example>",
        "\"<x@attacker.example>\" \"Ruiz,\r\n Dana\" <dana@acme-tel.example>",
        "x@attacker.example (<dana@acme-tel\r\n .example>)",
        "\"",
        "Dana",
        "<>",
        "Dana <>",
        "",
        " ",
    ] {
        refused(NotPlain, &format!("From: {value}"));
    }
}

/// Plain to us; one of the other readers makes nothing of it, or another thing.
#[test]
fn what_readers_disagree_about_is_nobodys() {
    for value in ["dana@acme-tel.example (Dana (Acme) Ruiz)", "Dana \"Ruiz, Dana\" <dana@acme-tel.example>"] {
        refused(ReadersDisagree, &format!("From: {value}"));
    }
}

/// TA5: an address is one thing to every reader.
#[test]
fn odd_addresses_are_nobody() {
    let not_plain = [
        ".Dana <dana@acme-tel.example>",
        "\"dana\"@acme-tel.example",
        "<\"dana\"@acme-tel.example>",
        "<dana(x)@acme-tel.example>",
        "dana(x)@acme-tel.example",
        "<dana @acme-tel.example>",
        "dana @acme-tel.example",
        "<dana@acme-tel.example@attacker.example>",
        "dana@acme-tel.example@attacker.example",
        "<dana\\@acme-tel.example>",
        "<.dana@acme-tel.example>",
        "<dana.@acme-tel.example>",
        "<da..na@acme-tel.example>",
        "<@acme-tel.example>",
        "<dana>",
        "<=?utf-8?Q?dana?=@acme-tel.example>",
        "=?utf-8?Q?dana?=@acme-tel.example",
        "=?utf-8?Q?dana=40acme-tel.example?=",
        "=?utf-8?Q?=3Cdana=40acme-tel.example=3E?=",
    ];
    let bad_domain = [
        "<dana@acme-tel.example(.attacker.example>",
        "<dana@acme-tel.example(.attacker.example)>",
        "<dana@(x)acme-tel.example>",
        "<dana@acme-tel\".example>",
        "<dana@acme-tel'.example>",
        "<dana@acme-tel.example.>",
        "dana@acme-tel.example.",
        "<dana@ acme-tel.example>",
        "<dana@acme-tel.example >",
        "<dana@acme-tel\r\n .example>",
        "<dana@acme..example>",
        "<dana@-acme.example>",
        "<dana@acme-.example>",
        "<dana@acme_tel.example>",
        "<dana@[192.0.2.1]>",
        "<dana@192.0.2.1>",
        "<dana@localhost>",
        "dana@acme-tel.example>",
        "<dana@>",
    ];
    for value in not_plain {
        refused(NotPlain, &format!("From: {value}"));
    }
    for value in bad_domain {
        refused(BadDomain, &format!("From: {value}"));
    }
    let long = |local: usize, label: usize| format!("From: {}@{}.example", "a".repeat(local), "b".repeat(label));
    author(&long(64, 63)[6..], &long(64, 63));
    refused(NotPlain, &long(65, 63));
    refused(BadDomain, &long(64, 64));
}

/// TA6: not ASCII, or what only looks like it.
#[test]
fn addresses_are_ascii() {
    for value in [
        "<d\u{430}na@acme-tel.example>",
        "<dana@\u{430}cme-tel.example>",
        "<dana\u{200b}@acme-tel.example>",
        "<dana@acme-tel.example\u{2000}>",
        "<\u{202e}dana@acme-tel.example>",
        "dana\u{ff20}acme-tel.example",
        "\u{ff1c}dana@acme-tel.example\u{ff1e} <x@attacker.example>",
        "D\u{e1}na <dana@acme-tel.example>",
    ] {
        refused(NotAscii, &format!("From: {value}"));
    }
    refused_bytes(NotAscii, b"From: \"D\xe1na\" <dana@acme-tel.example>");
    refused_bytes(NotAscii, b"From: <dana@acme-tel.example\xff>");
}

/// TA7: a control character makes two headers of one.
#[test]
fn controls_are_damage() {
    let dana = "From: <dana@acme-tel.example>";
    for control in ["\0", "\r", "\n", "\u{b}", "\u{c}", "\u{1b}", "\u{7f}", "\u{8}"] {
        // A line feed begins a field of its own.
        let fault = if control == "\n" { TwoFromFields } else { HeaderDamaged };
        refused(fault, &format!("From: <x@attacker.example>{control}{dana}"));
        refused(HeaderDamaged, &format!("{dana}\r\nX-Other: a{control}X: b"));
        refused(HeaderDamaged, &format!("{dana}{control}{}", if control == "\n" { " " } else { "" }));
    }
    refused(TwoFromFields, "From: <x@attacker.example>\r\r\nFrom: <dana@acme-tel.example>");
    refused(HeaderDamaged, "From: <dana@acme-tel.example>\r\r\nX: y");
}

/// TA10: another spelling is another person.
#[test]
fn other_spellings_are_other_people() {
    for address in [
        "dana+x@acme-tel.example",
        "d.ana@acme-tel.example",
        "dana@eu.acme-tel.example",
        "dana%acme-tel.example@attacker.example",
        "dana@xn--cme-tel-xkf.example",
        "dana@acme-tel.example.attacker.example",
    ] {
        author(address, &format!("From: Dana Ruiz <{address}>"));
    }
}

/// TA8: a name is only shown, and without what could hurt.
#[test]
fn a_name_is_no_address() {
    let mail = read(b"From: \"dana@acme-tel.example\" <x@attacker.example>\r\n\r\n");
    let identity = mail.identity.unwrap();
    assert_eq!((identity.address.as_str(), identity.name.as_str()), ("x@attacker.example", DANA));
    let mail = read(b"From: =?utf-8?Q?Bob=0D=0ABcc=3A_x=40attacker.example=E2=80=AE?= <dana@acme-tel.example>\r\n\r\n");
    let identity = mail.identity.unwrap();
    assert!(!identity.name.contains(|c: char| c.is_control() || c == '\u{202e}'), "{:?}", identity.name);
}
