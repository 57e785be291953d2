//! Several units in one mail (R-10, F-17).

use upgrade_desk::desk::form::FieldKey;

use super::super::body::Piece;
use super::super::chance::Chance;
use super::super::client::Client;
use super::super::field::Field;
use super::super::labels::{Language, formal};
use super::super::person::Person;
use super::super::time;
use super::super::unit::Unit;
use super::super::words::words;
use super::{Case, letter, rows};

/// A head and a block of lines a unit; contact, and maybe time and password, once.
pub fn blocks(chance: &mut Chance, language: Language) -> Case {
    let contact = Person::new(chance, language).plain();
    let when = time::fields(chance, language, &time::Wish::Whole);
    let password = Unit::new(chance).plain().remove(4);
    let (one_password, one_time) = (chance.one_in(2), chance.one_in(2));
    let mut middle = rows(chance, language, &contact, true);
    if one_time {
        middle.extend(rows(chance, language, &when, true));
    }
    if one_password {
        middle.extend(rows(chance, language, std::slice::from_ref(&password), true));
    }
    let head = chance.pick(words(language).unit);
    let form = chance.below(8);
    let with_head = !chance.one_in(4);
    let mut units = Vec::new();
    for number in 1..=2 + chance.below(2) {
        let mut own = Unit::new(chance).spelled(chance);
        if one_password {
            own.truncate(4);
        }
        if !one_time {
            own.extend(time::fields(chance, language, &time::Wish::Whole));
        }
        middle.push(Piece::blank());
        if with_head {
            middle.push(Piece::line(match form {
                0 => format!("{head} #{number}"),
                1 => format!("{head} {number}:"),
                2 => format!("--- {head} {number} ---"),
                3 => format!("*{head} {number}*"),
                4 => format!("{head}{number}"),
                _ => format!("{head} {number}"),
            }));
        }
        middle.extend(rows(chance, language, &own, true));
        let mut all = contact.clone();
        all.extend(own);
        all.extend(one_time.then(|| when.clone()).into_iter().flatten());
        all.extend(one_password.then(|| password.clone()));
        units.push(all);
    }
    let fields = units[0].clone();
    Case::new(letter(chance, language, &fields, middle), units)
}

/// Specimen D of domain 4.5: a line a unit, the rest around them.
pub fn lines(chance: &mut Chance, language: Language) -> Case {
    let contact = Person::new(chance, language).plain();
    let when = time::fields(chance, language, &time::Wish::Whole);
    let password = Unit::new(chance).plain().remove(4);
    let pair = |field: &Field| (formal(field.key, language).to_owned(), field.text.clone());
    let head = chance.pick(words(language).unit);
    let mut middle = vec![Piece::Row(contact.iter().map(pair).collect())];
    let mut units = Vec::new();
    for number in 1..=2 + chance.below(3) {
        let mut own = Unit::new(chance).plain();
        own.truncate(4);
        own.retain(|field| field.key != FieldKey::UnitVersion);
        let mut pairs: Vec<(String, String)> = own.iter().map(pair).collect();
        let blank = if language.is_wide() { "" } else { " " };
        pairs[0].0 = format!("{head}{blank}{number} {}", pairs[0].0);
        middle.push(Piece::Row(pairs));
        own.extend(contact.clone());
        own.extend(when.clone());
        own.push(password.clone());
        units.push(own);
    }
    middle.push(Piece::Row(when.iter().map(pair).collect()));
    middle.push(Piece::Row(vec![pair(&password)]));
    let fields = units[0].clone();
    let mut draft = letter(chance, language, &fields, middle);
    draft.sign = if language.is_wide() { "：" } else { ": " };
    let client = chance.choose(&[Client::Mutt, Client::AppleMail, Client::Foxmail]);
    Case { client: Some(client), ..Case::new(draft, units) }
}
