//! Requests in sentences, and what comes later in one.

use upgrade_desk::desk::form::FieldKey;

use super::super::body::{Draft, Piece};
use super::super::chance::Chance;
use super::super::field::{Field, Want};
use super::super::labels::Language;
use super::super::person::Person;
use super::super::time;
use super::super::unit::Unit;
use super::super::words::words;
use super::{Case, foot};

/// What its shape gives away is read; the rest may be asked for.
pub fn request(chance: &mut Chance, language: Language) -> Case {
    let (person, unit) = (Person::new(chance, language), Unit::new(chance));
    let said = words(language);
    let mut fields = unit.plain();
    let private = chance.one_in(4);
    if private {
        fields[3] = Field::new(FieldKey::UnitIp, "192.168.1.10:8081", Want::fault("ip_private"));
    }
    if !chance.one_in(3) {
        fields[2].text = chance.choose(&[unit.mac().replace(':', "-"), unit.mac().to_lowercase(), unit.mac()]);
    }
    // A word of a sentence ends with its blank.
    let password = loop {
        let password = Unit::new(chance).password;
        if !password.contains([' ', '?']) {
            break password;
        }
    };
    // Nobody can tell whether the full stop behind it is a part of it.
    let want = Want::is(&*password).or(format!("{password}."));
    fields[4] = Field::new(FieldKey::ManagerPassword, &*password, want);
    fields[1].want = Some(Want::nothing().or(unit.version.clone()));
    let when = time::fields(chance, language, &time::Wish::Whole).remove(0);
    let text = chance
        .pick(said.prose)
        .replace("{serial}", &fields[0].text)
        .replace("{mac}", &fields[2].text)
        .replace("{ip}", &fields[3].text)
        .replace("{version}", &unit.version)
        .replace("{when}", &when.text)
        .replace("{password}", &password);
    let mut draft = Draft::new(language, person.name, &person.email, chance.pick(said.subject));
    draft.own = vec![Piece::line(text), Piece::blank(), Piece::line(person.name)];
    if chance.one_in(3) {
        draft.signature = foot(chance, language);
    }
    let when = Field { want: when.want.map(Want::or_nothing), ..when };
    fields.push(when);
    Case::new(draft, vec![fields])
}

/// the rest came before.
pub fn password_alone(chance: &mut Chance, language: Language) -> Case {
    let person = Person::new(chance, language);
    let said = words(language);
    let password = loop {
        let password = Unit::new(chance).password;
        if !password.contains([' ', '?']) {
            break password;
        }
    };
    let subject = format!("Re: [UP-2026-00417] {}", chance.pick(said.subject));
    let mut draft = Draft::new(language, person.name, &person.email, &subject);
    draft.header.push("In-Reply-To: <t1.l2@upgrade-desk.vendor.example>".to_owned());
    draft.own =
        vec![Piece::line(said.forgot.replace("{password}", &password)), Piece::blank(), Piece::line(person.name)];
    Case::new(draft, vec![vec![Field::plain(FieldKey::ManagerPassword, &password)]])
}
