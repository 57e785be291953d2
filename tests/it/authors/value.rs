//! From values made from the grammar, most of them plain, some of them not.

use super::seeds::{ATTACKER, REPRESENTATIVE};
use crate::support::random::Random;

const WORDS: [&str; 15] = [
    "=?utf-8?Q?Bob=0D=0AFrom=3A_x=40attacker.example?=",
    "Dana",
    "Ruiz",
    "D.",
    "=?utf-8?Q?D=C3=A1na?=",
    "=?utf-8?B?RGFuYSA8eEBhdHRhY2tlci5leGFtcGxlPg==?=",
    "=?utf-8?Q?=3Cx=40attacker.example=3E?=",
    "=?us-ascii?Q?x@attacker.example?=",
    "\"Ruiz, Dana\"",
    "\"x@attacker.example\"",
    "\"<x@attacker.example>\"",
    "\"a\\\"b\"",
    "\"a\\\\\"",
    "\"\"",
    "via",
];

/// What does not belong before a plain address.
const ODD_WORDS: [&str; 13] = [
    "=?utf-8?Q?Bob=0D=0ABcc:_x=40attacker.example?=",
    "(Dana)",
    "x@attacker.example",
    "x@attacker.example,",
    "Dana:",
    "\"",
    "(",
    "\\",
    "<x@attacker.example>",
    "=?utf-8?Q?a=0D=0AFrom:_x?=",
    "@",
    ";",
    "D\u{e1}na",
];

const ODD_ENDS: [&str; 16] = [
    " (Dana)",
    "(x@attacker.example)",
    " (a (b) c)",
    " x",
    " x@attacker.example",
    ", x@attacker.example",
    " <x@attacker.example>",
    ";",
    ",",
    ".",
    " \"x@attacker.example\"",
    " (",
    " )",
    "\r\n ",
    "\r\n (x@attacker.example)",
    "\\",
];

/// Ways to write an address that readers may take for another one.
fn odd_address(address: &str, random: &mut Random) -> String {
    let (local, domain) = address.split_once('@').unwrap();
    match random.below(18) {
        0 => format!("\"{local}\"@{domain}"),
        1 => format!("{local}@{domain}."),
        2 => format!("{local}(x)@{domain}"),
        3 => format!("{local}@{domain}(.attacker.example)"),
        4 => format!("{local}@{domain}(.attacker.example"),
        5 => format!("{local} @ {domain}"),
        6 => format!("{local}@{domain}@attacker.example"),
        7 => format!("{local}%{domain}@attacker.example"),
        8 => format!("@attacker.example:{local}@{domain}"),
        9 => format!("{local}@[192.0.2.1]"),
        10 => format!("{local}@xn--{domain}"),
        11 => format!("{local}\u{200b}@{domain}"),
        12 => format!("{local}@{domain},x@attacker.example"),
        13 => format!("=?utf-8?Q?{local}?=@{domain}"),
        14 => format!("{local}'@{domain}"),
        15 => format!("{local}!x=?y?=@{domain}"),
        16 => format!("{local}@{domain}\r\n .attacker.example"),
        _ => format!("{local}\\@{domain}"),
    }
}

fn plain_address(random: &mut Random) -> String {
    match random.below(8) {
        0 => ATTACKER.to_owned(),
        1 => "Dana@Acme-Tel.Example".to_owned(),
        2 => "dana+x@acme-tel.example".to_owned(),
        3 => "d.a.n.a@eu.acme-tel.example".to_owned(),
        _ => REPRESENTATIVE.to_owned(),
    }
}

const BLANKS: [&str; 6] = [" ", " ", " ", "  ", "\t", "\r\n "];

pub fn value(random: &mut Random) -> Vec<u8> {
    let mut value = String::new();
    for _ in 0..random.below(4) {
        let words: &[&str] = if random.once_in(10) { &ODD_WORDS } else { &WORDS };
        value.push_str(random.one_of(words));
        value.push_str(random.one_of(&BLANKS));
    }
    let mut address = plain_address(random);
    if random.once_in(5) {
        address = odd_address(&address, random);
    }
    if value.trim().is_empty() && random.once_in(2) {
        value.push_str(&address);
        value.push_str(if random.once_in(2) { " (Dana Ruiz)" } else { "" });
    } else {
        value.push_str(&format!("<{address}>"));
    }
    if random.once_in(6) {
        value.push_str(random.one_of(&ODD_ENDS));
    }
    value.into_bytes()
}
