//! A request in sentences: what its shape gives away; the rest is asked.

use std::collections::BTreeSet;

use crate::desk::form::fill::SEALED;
use crate::desk::form::gather::mark;
use crate::desk::form::label::is_wide;
use crate::desk::form::lines::Line;
use crate::desk::form::origin::{Origin, Origins, Rule};
use crate::desk::form::value::Kinds;
use crate::desk::form::{FieldKey, Form, Named, Slot, Value};

/// Serial number, MAC and IP address where exactly one word of the mail can be
/// it, and the password that was sealed. Two are never chosen between.
pub(super) fn read(lines: &[Line<'_>], kinds: &Kinds<'_>) -> (Form, Origins) {
    let (mut form, mut origins) = (Form::default(), Origins::new());
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    // A MAC address may look like a serial number, so it is looked for first.
    for key in [FieldKey::UnitMac, FieldKey::UnitIp, FieldKey::UnitSerial] {
        let all = lines.iter().flat_map(|line| words(line.text));
        // An internal address is an address all the same: we say so at once.
        let readable = |word: &&str| match kinds.read(key, word) {
            Ok(_) => true,
            Err(fault) => fault.name == "ip_private",
        };
        let fitting: BTreeSet<&str> =
            all.filter(|word| !taken.contains(word) && fits(key, word)).filter(readable).collect();
        if let (1, Some(word)) = (fitting.len(), fitting.first()) {
            taken.insert(word);
            form.fields.insert(key, Slot { written: (*word).to_owned(), read: kinds.read(key, word) });
            let line = lines.iter().find(|line| words(line.text).any(|other| other == *word));
            let origin = line.map(|line| {
                let start = line.text.find(word).unwrap_or(0);
                Origin::new(line.place, line.text, start, word, Rule::Shape)
            });
            origins.insert(key, origin.into_iter().collect());
        }
    }
    // One such word alone may be anything; two describe a unit.
    if form.fields.len() < 2 {
        form.fields.clear();
        origins.clear();
    }
    let marked = lines.iter().find_map(|line| Some((line, mark(line.text)?)));
    if let Some((line, (start, mark))) = marked
        && let Ok(Value::Sealed(n)) = kinds.read(FieldKey::ManagerPassword, mark)
    {
        let origin = Origin::new(line.place, line.text, start, mark, Rule::Sentence);
        origins.insert(FieldKey::ManagerPassword, vec![origin]);
        form.fields.insert(FieldKey::ManagerPassword, Slot { written: SEALED.to_owned(), read: Ok(Value::Sealed(n)) });
    }
    (form, origins)
}

/// What is looked up of each kind at most.
const NAMED_MAX: usize = 5;

pub(super) fn named(text: &str, kinds: &Kinds<'_>) -> Named {
    let mut named = Named::default();
    for word in words(text) {
        let read = |key: FieldKey| if fits(key, word) { kinds.read(key, word).ok() } else { None };
        if let Some(Value::Mac(mac)) = read(FieldKey::UnitMac) {
            named.macs.push(mac);
        } else if let Some(Value::Ip(ip)) = read(FieldKey::UnitIp) {
            named.ips.push(ip);
        } else if let Some(Value::Serial(serial)) = read(FieldKey::UnitSerial) {
            named.serials.push(serial);
        }
    }
    named.macs.truncate(NAMED_MAX);
    named.ips.truncate(NAMED_MAX);
    named.serials.truncate(NAMED_MAX);
    named
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let apart = |c: char| {
        c.is_whitespace()
            || is_wide(c)
            || matches!(c, ',' | ';' | '(' | ')' | '"' | '，' | '、' | '。' | '（' | '）' | '：')
    };
    let words = text.split(apart);
    words.map(|word| word.trim_end_matches(['.', ':', '!', '?'])).filter(|word| !word.is_empty())
}

/// The shape that words of a sentence do not have by chance.
fn fits(key: FieldKey, word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    match key {
        FieldKey::UnitMac => word.len() >= 11 && word.contains([':', '-', '.']),
        FieldKey::UnitIp => word.contains(['.', ':']) && digits >= 4,
        // "SM-0417-22A", but neither "upgrade-desk" nor "2026-12-03".
        FieldKey::UnitSerial => {
            let letters = word.chars().any(|c| c.is_ascii_uppercase());
            letters && digits >= 3 && word.len() >= 6 && !word.contains(['@', '/', ':', '.'])
        }
        _ => false,
    }
}
