//! Answers, and requests in answers, and what a mailing
//! list makes of a request.

use upgrade_desk::desk::form::FieldKey;

use super::super::body::{Draft, Earlier, Piece};
use super::super::chance::Chance;
use super::super::client::Client;
use super::super::field::{Field, Want};
use super::super::labels::{Language, formal};
use super::super::person::Person;
use super::super::unit::Unit;
use super::super::words::words;
use super::{Case, earlier, letter, rows, tested, whole};

const QUESTION: &str = "[UP-2026-00417] Your upgrade request: we need some more details";

fn answer(draft: &mut Draft, subject: &str) {
    subject.clone_into(&mut draft.subject);
    draft.header.push("In-Reply-To: <t1.l2@upgrade-desk.vendor.example>".to_owned());
}

/// our letters come in four languages; what customers write into them does not.
pub fn in_our_question(chance: &mut Chance, language: Language) -> Case {
    let (person, unit) = (Person::new(chance, language), Unit::new(chance));
    let (printed, mark) = match language {
        Language::De => (Language::De, "--- bitte unter jeder Zeile antworten ---"),
        Language::Es => (Language::Es, "--- por favor, responda debajo de cada línea ---"),
        Language::Fr => (Language::Fr, "--- merci de répondre sous chaque ligne ---"),
        _ => (Language::En, "--- please answer below each line ---"),
    };
    let mut asked = unit.spelled(chance);
    asked.retain(|field| field.key != FieldKey::UnitVersion);
    let first = chance.below(3);
    asked.drain(..first);
    asked.push(tested(chance, language));
    let below = chance.one_in(3);
    let mut body = vec![
        Piece::line("* Unit MAC Address"),
        Piece::line("    you wrote:  00:00:5E:00:53"),
        Piece::line("    a MAC address has 12 hexadecimal digits; this one has 10"),
        Piece::blank(),
        Piece::line(mark),
    ];
    for field in &asked {
        let label = formal(field.key, printed);
        if below {
            body.extend([Piece::line(format!("{label}:")), Piece::line(&field.text), Piece::blank()]);
        } else {
            body.push(Piece::line(format!("{label}:   {}", field.text)));
        }
    }
    body.extend([Piece::line("---"), Piece::blank(), Piece::line("This is what we understood so far:")]);
    body.push(Piece::line(format!("  {}: SM0001-01A", formal(FieldKey::CompanyName, printed))));
    let mut draft = Draft::new(language, person.name, &person.email, "");
    answer(&mut draft, &format!("RE: {QUESTION}"));
    draft.own = vec![Piece::line(words(language).closing[0]), Piece::line(person.name)];
    let from = "Upgrade desk".to_owned();
    let address = "upgrade@vendor.example".to_owned();
    draft.earlier = Some(Earlier { from, address, subject: QUESTION.to_owned(), body, forwarded: false });
    let client =
        chance.choose(&[Client::Outlook, Client::OutlookWeb, Client::Thunderbird, Client::Mutt, Client::AppleMail]);
    Case { client: Some(client), ..Case::new(draft, vec![asked]) }
}

/// the password is never the one before.
pub fn same_as_last_time(chance: &mut Chance, language: Language) -> Case {
    let mut fields = whole(chance, language, false);
    for field in fields.iter_mut().filter(|field| field.key == FieldKey::ManagerPassword) {
        let text = chance.pick(words(language).same_password);
        *field = Field::new(field.key, text, Want::fault("password_placeholder").or_nothing());
    }
    let middle = rows(chance, language, &fields, false);
    Case::new(letter(chance, language, &fields, middle), vec![fields])
}

/// the form below is of last year.
pub fn new_form(chance: &mut Chance, language: Language) -> Case {
    let fields = whole(chance, language, true);
    let middle = rows(chance, language, &fields, false);
    let mut draft = letter(chance, language, &fields, middle);
    let old = whole(chance, language, false);
    let old = rows(chance, language, &old, true);
    let subject = "[UP-2025-00031] Upgrade completed";
    draft.earlier = Some(earlier(&draft, old, false));
    answer(&mut draft, &format!("Re: {subject}"));
    Case::new(draft, vec![fields])
}

/// by its label, or in a sentence that names the wrong one, too.
pub fn correction(chance: &mut Chance, language: Language) -> Case {
    let (person, unit, other) = (Person::new(chance, language), Unit::new(chance), Unit::new(chance));
    let mut draft = Draft::new(language, person.name, &person.email, "");
    answer(&mut draft, "Re: [UP-2026-00417] Your upgrade request");
    let mac = unit.mac();
    let field = if chance.one_in(2) {
        let field = Field::new(FieldKey::UnitMac, unit.mac_spelling(chance), Want::is(mac));
        draft.own = rows(chance, language, std::slice::from_ref(&field), false);
        field
    } else {
        let text = chance.pick(words(language).correction);
        draft.own = vec![Piece::line(text.replace("{right}", &mac).replace("{wrong}", &other.mac()))];
        Field::new(FieldKey::UnitMac, "", Want::is(mac).or_fault("two_values").or_nothing())
    };
    draft.own.extend([Piece::blank(), Piece::line(person.name)]);
    draft.sign = if language.is_wide() { "：" } else { ": " };
    if chance.one_in(2) {
        let old = whole(chance, language, false);
        let old = rows(chance, language, &old, true);
        draft.earlier = Some(earlier(&draft, old, false));
    }
    Case::new(draft, vec![vec![field]])
}

/// the list writes in the name of the sender, and below.
pub fn list(chance: &mut Chance, language: Language) -> Case {
    let fields = whole(chance, language, true);
    let middle = rows(chance, language, &fields, false);
    let mut draft = letter(chance, language, &fields, middle);
    draft.header.push(format!("Reply-To: {}", draft.address));
    draft.header.push("List-Id: <voice.lists.example.org>".to_owned());
    draft.from = format!("{} via voice", draft.from);
    draft.address = "voice@lists.example.org".to_owned();
    draft.subject = format!("[voice] {}", draft.subject);
    draft.signature = vec![
        "_______________________________________________".to_owned(),
        "voice mailing list -- voice@lists.example.org".to_owned(),
        "To unsubscribe send an email to voice-leave@lists.example.org".to_owned(),
    ];
    Case { client: Some(Client::Outlook), ..Case::new(draft, vec![fields]) }
}
