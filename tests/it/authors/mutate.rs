//! Headers that nobody wrote: seeds with a few things done to them that make
//! readers disagree.

use super::seeds::{ATTACKER, Lines, REPRESENTATIVE};
use super::value;
use crate::support::random::Random;

/// Put in anywhere.
const TOKENS: [&[u8]; 46] = [
    b"\r",
    b"\n",
    b"\r\n",
    b"\r\n ",
    b"\r\n\t",
    b"\n ",
    b"\r\r\n",
    b"\0",
    b"\x0b",
    b"\x0c",
    b"\x1b",
    b"\x1c",
    b"\x7f",
    b"\x08",
    b"\x85",
    b"\xa0",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"\xe2\x80\x8b",
    b"\xe2\x80\xae",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xd0\xb5",
    b"\t",
    b" ",
    b"\"",
    b"'",
    b"(",
    b")",
    b"<",
    b">",
    b",",
    b":",
    b";",
    b"@",
    b"\\",
    b"[",
    b"]",
    b"=?",
    b"?=",
    b"=?utf-8?Q?",
    b"=?utf-8?B?",
    b"%",
    b".",
    b"xn--",
    b"=3C",
];

/// Put in as a line of their own.
const LINES: [&str; 26] = [
    "From: x@attacker.example",
    "from: <x@attacker.example>",
    "From : <x@attacker.example>",
    "From\t: <x@attacker.example>",
    "From\r\n : <x@attacker.example>",
    " From: <x@attacker.example>",
    "From x@attacker.example Wed Nov 25 09:00:00 2026",
    ">From x@attacker.example",
    "\u{feff}From: <x@attacker.example>",
    "From",
    "From:",
    "Fr om: <x@attacker.example>",
    "From\u{a0}: <x@attacker.example>",
    "Sender: x@attacker.example",
    "Resent-From: x@attacker.example",
    "Apparently-From: x@attacker.example",
    "Reply-To: x@attacker.example",
    "--b",
    "Content-Type: multipart/mixed; boundary=b",
    "Content-Type: message/rfc822",
    "X-Folded: a\r\n From: x@attacker.example",
    "X-Folded: a\r\n \r\n b",
    "no colon here",
    "=?utf-8?Q?From?=: x@attacker.example",
    ": x",
    "X\"From: y",
];

/// Put in as a line of their own; no harm in them.
const HONEST_LINES: [&str; 8] = [
    "To: upgrade@vendor.example",
    "Cc: \"Desk, The\" <desk@vendor.example>, a@vendor.example",
    "Subject: =?utf-8?Q?Upgrade_From:_x=40attacker.example?=",
    "Subject: From: x@attacker.example",
    "X-Mailer: (a (b) \"c",
    "Received: from a (b [192.0.2.1])\r\n\tby mx.vendor.example; Wed, 25 Nov 2026 17:00:01 +0000",
    "List-Unsubscribe:\r\n <mailto:x@attacker.example>",
    "X-Empty:",
];

const AFTER: [&str; 4] = ["Hello\r\n", "From: x@attacker.example\r\n\r\nHello\r\n", "", "\r\n"];

/// The header with this number, ended and with some text after it.
pub fn header(seeds: &[Lines], random: &mut Random) -> Vec<u8> {
    let mut lines = seeds[random.below(seeds.len())].clone();
    if random.once_in(2) {
        let value = value::value(random);
        set_from(&mut lines, &value);
    }
    while !random.once_in(3) {
        mutate(&mut lines, seeds, random);
    }
    let mut raw = lines.join(b"\r\n".as_slice());
    raw.extend_from_slice(b"\r\n\r\n");
    raw.extend_from_slice(random.one_of(&AFTER).as_bytes());
    if random.once_in(8) {
        raw.retain(|byte| *byte != b'\r');
    }
    raw
}

fn mutate(lines: &mut Lines, seeds: &[Lines], random: &mut Random) {
    if lines.is_empty() {
        lines.push(b"To: upgrade@vendor.example".to_vec());
    }
    let at = random.below(lines.len());
    let other = random.below(lines.len());
    match random.below(20) {
        0 => lines.insert(at, lines[other].clone()),
        1..=3 => lines.swap(at, other),
        4 => drop(lines.remove(at)),
        5 => lines.insert(at, random.one_of(&LINES).as_bytes().to_vec()),
        6..=8 => lines.insert(at, random.one_of(&HONEST_LINES).as_bytes().to_vec()),
        9 => splice(lines, at, &seeds[random.below(seeds.len())], random),
        10..=11 => change_case(&mut lines[at], random),
        12..=13 => fold(likely_from(lines, random), random),
        14..=15 => put_in(likely_from(lines, random), random),
        16 => wrap(likely_from(lines, random), random),
        17 => cut(likely_from(lines, random), random),
        18 => exchange_addresses(&mut lines[at]),
        _ => long(&mut lines[at], random),
    }
}

fn is_from(line: &[u8]) -> bool {
    line.get(..5).is_some_and(|name| name.eq_ignore_ascii_case(b"from:"))
}

fn set_from(lines: &mut Lines, value: &[u8]) {
    let field = [b"From: ", value].concat();
    match lines.iter_mut().find(|line| is_from(line)) {
        Some(line) => *line = field,
        None => lines.push(field),
    }
}

fn likely_from<'a>(lines: &'a mut Lines, random: &mut Random) -> &'a mut Vec<u8> {
    let from = lines.iter().position(|line| is_from(line)).filter(|_| !random.once_in(4));
    let at = from.unwrap_or_else(|| random.below(lines.len()));
    &mut lines[at]
}

fn splice(lines: &mut Lines, at: usize, seed: &Lines, random: &mut Random) {
    lines.truncate(at);
    lines.extend_from_slice(&seed[random.below(seed.len())..]);
}

fn change_case(line: &mut [u8], random: &mut Random) {
    for byte in line.iter_mut().take_while(|byte| **byte != b':') {
        if byte.is_ascii_alphabetic() && random.once_in(2) {
            *byte ^= 0x20;
        }
    }
}

/// A line end, mostly where there is a blank already.
fn fold(line: &mut Vec<u8>, random: &mut Random) {
    let blanks: Vec<usize> = (0..line.len()).filter(|at| matches!(line[*at], b' ' | b'\t')).collect();
    let at = if blanks.is_empty() || random.once_in(4) { random.below(line.len() + 1) } else { random.one_of(&blanks) };
    let end: &[&[u8]] = &[b"\r\n", b"\r\n ", b"\r\n\t", b"\r\n \r\n "];
    line.splice(at..at, random.one_of(end).iter().copied());
}

fn put_in(line: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(line.len() + 1);
    line.splice(at..at, random.one_of(&TOKENS).iter().copied());
}

fn range(line: &[u8], random: &mut Random) -> (usize, usize) {
    let start = random.below(line.len() + 1);
    let length = random.below(24).min(line.len() - start);
    (start, start + length)
}

fn wrap(line: &mut Vec<u8>, random: &mut Random) {
    let (start, end) = range(line, random);
    let marks: &[(&[u8], &[u8])] = &[
        (b"\"", b"\""),
        (b"(", b")"),
        (b"<", b">"),
        (b"=?utf-8?Q?", b"?="),
        (b"[", b"]"),
        (b"a:", b";"),
        (b"'", b"'"),
    ];
    let (open, close) = random.one_of(marks);
    line.splice(end..end, close.iter().copied());
    line.splice(start..start, open.iter().copied());
}

fn cut(line: &mut Vec<u8>, random: &mut Random) {
    let (start, end) = range(line, random);
    line.drain(start..end.min(start + 6));
}

fn exchange_addresses(line: &mut Vec<u8>) {
    let text = String::from_utf8_lossy(line);
    let text = text.replace(REPRESENTATIVE, "\0").replace(ATTACKER, REPRESENTATIVE).replace('\0', ATTACKER);
    *line = text.into_bytes();
}

fn long(line: &mut Vec<u8>, random: &mut Random) {
    let length = random.one_of(&[70, 990, 1100, 8100, 8300]);
    // Rarely the longest: they cost as much as many others.
    let length = if random.once_in(10) { length } else { 60 };
    let filler = if random.once_in(2) { b' ' } else { b'a' };
    let at = random.below(line.len() + 1);
    line.splice(at..at, std::iter::repeat_n(filler, length));
}
