//! Whom an author could be mistaken for, and whom not (TA6, TA8 to TA10).

use upgrade_desk::desk::lookalike::Likeness::{self, *};
use upgrade_desk::desk::lookalike::{Person, address_in, find};

const PEOPLE: [Person<'static>; 4] = [
    Person { address: "dana@acme-tel.example", name: "Dana Ruiz" },
    Person { address: "omar@acme-tel.example", name: "Omar Haddad" },
    Person { address: "jana@nordwind.example", name: "Jana Vogt" },
    Person { address: "noa@vendor.example", name: "Noa Adler" },
];

#[track_caller]
fn like(whom: &str, how: Likeness, address: &str, name: &str) {
    let found = find(address, name, PEOPLE).map(|(person, how)| (person.address, how));
    assert_eq!(found, Some((whom, how)), "{name:?} <{address}>");
}

const DANA: &str = "dana@acme-tel.example";

#[test]
fn letters_that_look_alike() {
    for address in [
        "d\u{430}na@acme-tel.example",
        "dan\u{430}@\u{430}cme-tel.example",
        "dana@acrne-tel.example",
        "dana@acme-te1.example",
        "dana@acme\u{2010}tel.example",
        "dana\u{200b}@acme-tel.example",
        "\u{202e}dana@acme-tel.example",
        "dana@xn--cme-tel-1fg.example",
    ] {
        like(DANA, Letters, address, "");
    }
    like("omar@acme-tel.example", Letters, "0mar@acme-tel.example", "");
    like("noa@vendor.example", Letters, "n0a@vendor.example", "");
}

#[test]
fn other_spellings_of_one_address() {
    for address in ["dana+x@acme-tel.example", "d.ana@acme-tel.example", "dana@acme-tel.example."] {
        like(DANA, Spelling, address, "");
    }
}

#[test]
fn cousins_of_a_domain() {
    for domain in [
        "acme-tel-support.example",
        "acmetel.example",
        "acme-tell.example",
        "acme-te.example",
        "amce-tel.example",
        "acme-tel.test",
        "acme-tel.example.attacker.example",
        "support.acme-tel.test",
        "myacmetel.test",
    ] {
        like(DANA, Domain, &format!("dana@{domain}"), "");
        // Whoever else writes from there, the company is meant.
        like(DANA, if domain == "acme-tel.example" { Spelling } else { Domain }, &format!("sales@{domain}"), "Sales");
    }
    like(DANA, Domain, "dana@eu.acme-tel.example", "");
    like("noa@vendor.example", Domain, "noa@vend0r-mail.example", "");
}

#[test]
fn names_of_others() {
    like(DANA, NameIsAddress, "x@attacker.example", "dana@acme-tel.example");
    like(DANA, NameIsAddress, "x@attacker.example", "'dana@acme-tel.example' via Desk");
    like(DANA, NameIsAddress, "x@attacker.example", "D\u{430}na Ruiz <dana@acme-tel.example>");
    like(DANA, Name, "x@attacker.example", "Dana  Ruiz");
    like(DANA, Name, "x@attacker.example", "\"D\u{430}na RUIZ\"");
    like("noa@vendor.example", Name, "noa.adler@bigmail.example", "Noa Adler");
}

#[test]
fn other_people_are_like_nobody() {
    for (address, name) in [
        ("dana@acme-tel.example", "Somebody"),
        ("DANA@acme-tel.example", "Dana Ruiz"),
        ("dona@acme-tel.example", "Dona Ruiz"),
        ("sales@eu.acme-tel.example", "Sales"),
        ("dana@bigmail.example", "Dana"),
        ("x@attacker.example", "Dana"),
        ("x@attacker.example", ""),
        ("x@tel.example", ""),
        ("x@acme.example", ""),
        ("x@example", ""),
        ("x", ""),
        ("", ""),
        ("x@xn--.example", ""),
    ] {
        assert_eq!(find(address, name, PEOPLE), None, "{name:?} <{address}>");
    }
}

#[test]
fn the_address_of_a_line_that_is_not_plain() {
    for (from, address) in [
        ("D\u{430}na <d\u{430}na@acme-tel.example>", "d\u{430}na@acme-tel.example"),
        ("d\u{430}na@acme-tel.example", "d\u{430}na@acme-tel.example"),
        ("dana@acme-tel.example. (Dana)", "dana@acme-tel.example."),
        ("<dana@acme-tel.example", "dana@acme-tel.example"),
        ("nobody", "nobody"),
        ("", ""),
    ] {
        assert_eq!(address_in(from), address);
    }
}
