//! The shapes of requests that differ in how they are written.

mod attached;
mod faulty;
mod prose;
mod reply;
mod units;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use upgrade_desk::desk::form::FieldKey;

use super::body::{Draft, Earlier, Piece};
use super::chance::Chance;
use super::client::Client;
use super::field::{Field, Want};
use super::labels::{Language, all, formal};
use super::person::Person;
use super::time;
use super::unit::{Unit, wide};
use super::words::words;

/// A mail and what is to be read in it.
pub struct Case {
    pub draft: Draft,
    /// The fields of each unit.
    pub units: Vec<Vec<Field>>,
    /// Written by no other program than this.
    pub client: Option<Client>,
    /// In an old charset.
    pub legacy: Option<bool>,
}

impl Case {
    fn new(draft: Draft, units: Vec<Vec<Field>>) -> Case {
        Case { draft, units, client: None, legacy: None }
    }
}

type Shape = fn(&mut Chance, Language) -> Case;

/// Each with the ids of domain 4.1 that it renders.
pub const SHAPES: &[(&str, Shape)] = &[
    ("R-01 web form, text", web_form),
    ("R-02 web form, HTML", web_form_table),
    ("R-03 parts that differ", parts_that_differ),
    ("R-04 answers in our question", reply::in_our_question),
    ("R-05 forwarded", attached::forwarded),
    ("R-05 forwarded as .eml", attached::forwarded_mail),
    ("R-06 attached .txt", attached::text_file),
    ("R-10 units in blocks", units::blocks),
    ("R-10 units on a line each", units::lines),
    ("R-11 prose", prose::request),
    ("R-12 other order and words", other_words),
    ("R-13 other language", other_language),
    ("R-13 several on a line", several_on_a_line),
    ("R-14 value below", value_below),
    ("R-14 wrapped", wrapped),
    ("R-15 MAC addresses", faulty::mac),
    ("R-16 serial numbers", faulty::serial),
    ("R-17 IP addresses", faulty::ip),
    ("R-18 phones and addresses", faulty::contact),
    ("R-19 times", faulty::time),
    ("R-21 passwords", faulty::password),
    ("R-22 same as last time", reply::same_as_last_time),
    ("R-23 screenshot", attached::screenshot),
    ("R-24 reply with a new form", reply::new_form),
    ("R-25 password alone", prose::password_alone),
    ("R-26 correction", reply::correction),
    ("R-27 signature and disclaimer", signature),
    ("R-28 charsets", charsets),
    ("R-29 mailing list", reply::list),
    ("R-32 hostile values", faulty::hostile),
];

/// All fields of a request about one unit.
pub fn whole(chance: &mut Chance, language: Language, spelled: bool) -> Vec<Field> {
    let (person, unit) = (Person::new(chance, language), Unit::new(chance));
    let mut fields = if spelled { person.spelled(chance) } else { person.plain() };
    fields.extend(if spelled { unit.spelled(chance) } else { unit.plain() });
    fields.push(tested(chance, language));
    fields.extend(time::any(chance, language));
    fields.push(subscribe(chance, language));
    fields
}

pub fn tested(chance: &mut Chance, language: Language) -> Field {
    yes_no(chance, language, FieldKey::PasswordTested)
}

fn subscribe(chance: &mut Chance, language: Language) -> Field {
    let field = yes_no(chance, language, FieldKey::Subscribe);
    // "Tested" answers another question.
    let text =
        if field.want.as_ref().unwrap().values == ["true"] { words(language).yes[0] } else { words(language).no[0] };
    Field { text: text.to_owned(), ..field }
}

fn yes_no(chance: &mut Chance, language: Language, key: FieldKey) -> Field {
    let yes = !chance.one_in(3);
    let text = chance.pick(if yes { words(language).yes } else { words(language).no });
    Field::new(key, text, Want::is(yes.to_string()))
}

/// The label of a field: the form's, or another word for it.
fn label(chance: &mut Chance, language: Language, field: &Field, printed: bool) -> String {
    match field.label {
        Some(label) => label.to_owned(),
        None if printed => formal(field.key, language).to_owned(),
        None => chance.pick(all(field.key, language)).to_owned(),
    }
}

pub fn rows(chance: &mut Chance, language: Language, fields: &[Field], printed: bool) -> Vec<Piece> {
    let row = |field| Piece::Row(vec![(label(chance, language, field, printed), field.text.clone())]);
    fields.iter().map(row).collect()
}

/// Labels as hasty people and other forms write them.
pub fn loose_rows(chance: &mut Chance, language: Language, fields: &[Field]) -> Vec<Piece> {
    let (bullet, dressed) = (chance.below(8), chance.below(4));
    let mut pieces = Vec::new();
    for (place, field) in fields.iter().enumerate() {
        let label = label(chance, language, field, false);
        let label = match dressed {
            0 => label.to_uppercase(),
            1 => label.nfd().filter(|c| !is_combining_mark(*c) || language.is_wide()).collect(),
            2 if language.is_wide() => wide(&label),
            _ => label,
        };
        let label = match bullet {
            0 => format!("- {label}"),
            1 => format!("{}. {label}", place + 1),
            2 => format!("• {label}"),
            3 => format!("{label} *"),
            4 => format!("{}) {label}", place + 1),
            _ => label,
        };
        pieces.push(Piece::Row(vec![(label, field.text.clone())]));
    }
    pieces
}

/// A mail of the customer with his greeting, his words and his signature.
pub fn letter(chance: &mut Chance, language: Language, fields: &[Field], middle: Vec<Piece>) -> Draft {
    let text = |key| fields.iter().find(|field| field.key == key).map(|field| field.text.clone());
    let person = Person::new(chance, language);
    let name = text(FieldKey::AdminName).unwrap_or(person.name.to_owned());
    let mut draft = Draft::new(language, &name, &person.email, chance.pick(words(language).subject));
    let said = words(language);
    draft.own.extend([
        Piece::line(said.greeting),
        Piece::blank(),
        Piece::line(chance.pick(said.intro)),
        Piece::blank(),
    ]);
    draft.own.extend(middle);
    draft.own.extend([Piece::blank(), Piece::line(chance.pick(said.closing)), Piece::line(&name)]);
    draft.sign = sign(chance, language);
    draft
}

fn sign(chance: &mut Chance, language: Language) -> &'static str {
    match language {
        Language::Zh | Language::Ja => chance.pick(&["：", "：", ":", ": "]),
        Language::Fr => chance.pick(&[" : ", ": ", "\u{A0}: "]),
        _ => chance.pick(&[": ", ": ", ": ", ":\t", " = ", ":", ":  ", " - ", " – ", " -> ", " => "]),
    }
}

fn web_form(chance: &mut Chance, language: Language) -> Case {
    let (person, unit) = (Person::new(chance, language), Unit::new(chance));
    let mut units = person.plain();
    units.extend(unit.plain());
    units.push(tested(chance, language));
    units.extend(time::fields(chance, language, &time::Wish::Pieces));
    units.push(subscribe(chance, language));
    let mut draft = Draft::new(language, "Web form", "www@vendor.example", "Upgrade request");
    draft.header.push(format!("Reply-To: {}", person.email));
    draft.own = vec![Piece::line("The following was submitted on 25 November 2026:"), Piece::blank()];
    for (place, piece) in rows(chance, language, &units, true).into_iter().enumerate() {
        draft.own.push(piece);
        if [3, 9].contains(&place) {
            draft.own.push(Piece::blank());
        }
    }
    draft.own.extend([Piece::Row(vec![("ASAP".to_owned(), String::new())]), Piece::blank()]);
    draft.own.push(Piece::line("Sent by the form at the vendor's pages."));
    if language.is_wide() {
        draft.sign = "：";
    }
    Case { client: Some(Client::Mutt), ..Case::new(draft, vec![units]) }
}

fn web_form_table(chance: &mut Chance, language: Language) -> Case {
    let mut case = web_form(chance, language);
    case.draft.table = true;
    case.client = Some(Client::OutlookWeb);
    case
}

/// the text part says nothing, has lost its table, or says something else.
fn parts_that_differ(chance: &mut Chance, language: Language) -> Case {
    let mut fields = whole(chance, language, false);
    let body = rows(chance, language, &fields, true);
    let mut draft = letter(chance, language, &fields, body.clone());
    draft.table = true;
    match chance.below(3) {
        0 => draft.other_text = Some(vec![Piece::line("Please view this message in HTML.")]),
        1 => {
            let together = body.iter().map(|piece| draft.text_of(piece)).collect::<Vec<_>>().join("");
            draft.other_text = Some(vec![Piece::line(together)]);
        }
        _ => {
            let other = Unit::new(chance).serial_printed();
            let mut text = draft.own.clone();
            let field = fields.iter_mut().find(|field| field.key == FieldKey::UnitSerial).unwrap();
            for piece in &mut text {
                if let Piece::Row(pairs) = piece {
                    pairs
                        .iter_mut()
                        .filter(|(_, value)| *value == field.text)
                        .for_each(|pair| pair.1.clone_from(&other));
                }
            }
            draft.other_text = Some(text);
            field.want = Some(Want::fault("two_values"));
        }
    }
    let client = chance.choose(&[Client::Outlook, Client::Gmail, Client::Yahoo, Client::Notes]);
    Case { client: Some(client), ..Case::new(draft, vec![fields]) }
}

fn other_words(chance: &mut Chance, _: Language) -> Case {
    let language = Language::En;
    let mut fields = whole(chance, language, true);
    if fields.iter().all(|field| field.label.is_none()) {
        chance.shuffle(&mut fields);
    }
    let middle = loose_rows(chance, language, &fields);
    Case::new(letter(chance, language, &fields, middle), vec![fields])
}

fn other_language(chance: &mut Chance, language: Language) -> Case {
    let mut fields = whole(chance, language, true);
    if fields.iter().all(|field| field.label.is_none()) && chance.one_in(2) {
        chance.shuffle(&mut fields);
    }
    let mut middle = loose_rows(chance, language, &fields);
    if chance.one_in(6) {
        // Marks of writing direction around labels and values.
        for piece in &mut middle {
            if let Piece::Row(pairs) = piece {
                for (label, value) in pairs {
                    *label = format!("\u{200F}{label}\u{200E}");
                    *value = format!("\u{200E}{value}\u{200F}");
                }
            }
        }
        for field in fields.iter_mut().filter(|field| field.key == FieldKey::ManagerPassword) {
            // Whether the marks are a part of it nobody can see.
            let (marked, behind) = (format!("\u{200E}{}\u{200F}", field.text), format!("{}\u{200F}", field.text));
            field.want = field.want.take().map(|want| want.or(marked).or(behind));
        }
    }
    Case::new(letter(chance, language, &fields, middle), vec![fields])
}

/// Specimens C and D of domain 4.5.
fn several_on_a_line(chance: &mut Chance, language: Language) -> Case {
    let fields = whole(chance, language, false);
    let pairs: Vec<(String, String)> =
        fields.iter().map(|field| (label(chance, language, field, true), field.text.clone())).collect();
    let middle = pairs.chunks(2 + chance.below(2)).map(|chunk| Piece::Row(chunk.to_vec())).collect();
    let mut draft = letter(chance, language, &fields, middle);
    draft.sign = if language.is_wide() { "：" } else { ": " };
    let client = chance.choose(&[Client::Mutt, Client::AppleMail, Client::Foxmail, Client::Thunderbird]);
    Case { client: Some(client), ..Case::new(draft, vec![fields]) }
}

fn value_below(chance: &mut Chance, language: Language) -> Case {
    let fields: Vec<Field> = whole(chance, language, false).into_iter().filter(|field| field.label.is_none()).collect();
    let mut middle = Vec::new();
    for field in &fields {
        let colon = if language.is_wide() { "：" } else { ":" };
        let label = formal(field.key, language);
        let colon = if label.ends_with('?') { "" } else { colon };
        middle.extend([Piece::line(format!("{label}{colon}")), Piece::line(&field.text)]);
        if chance.one_in(2) {
            middle.push(Piece::blank());
        }
    }
    Case::new(letter(chance, language, &fields, middle), vec![fields])
}

/// A value that a mail program broke in two.
fn wrapped(chance: &mut Chance, language: Language) -> Case {
    let fields = whole(chance, language, false);
    let broken = chance.choose(&[FieldKey::UnitMac, FieldKey::UnitSerial]);
    let mut middle = Vec::new();
    for (field, piece) in fields.iter().zip(rows(chance, language, &fields, true)) {
        if field.key != broken {
            middle.push(piece);
            continue;
        }
        let at = if broken == FieldKey::UnitMac { 12 } else { 8 };
        let (first, second) = field.text.split_at(at);
        middle.push(Piece::Row(vec![(formal(field.key, language).to_owned(), first.to_owned())]));
        middle.push(Piece::line(second));
    }
    let want = |field: Field| match field.key == FieldKey::UnitSerial && broken == field.key {
        // The beginning of a serial number may be one.
        true => {
            let want = field.want.clone().map(|want| want.or_fault("serial_format").or_fault("two_values"));
            Field { want, ..field }
        }
        false => field,
    };
    let fields: Vec<Field> = fields.into_iter().map(want).collect();
    let mut draft = letter(chance, language, &fields, middle);
    draft.sign = if language.is_wide() { "：" } else { ": " };
    Case { client: Some(Client::Mutt), ..Case::new(draft, vec![fields]) }
}

/// what stands below has numbers of its own and speaks of passwords.
fn signature(chance: &mut Chance, language: Language) -> Case {
    let fields = whole(chance, language, true);
    let middle = rows(chance, language, &fields, false);
    let mut draft = letter(chance, language, &fields, middle);
    draft.signature = foot(chance, language);
    Case::new(draft, vec![fields])
}

pub fn foot(chance: &mut Chance, language: Language) -> Vec<String> {
    let person = Person::new(chance, language);
    let said = words(language);
    vec![
        person.name.to_owned(),
        format!("{} | {}", said.job, person.company),
        format!("T {} | F {}", person.phone_spelling(chance), Person::new(chance, language).phone),
        format!("www.example.com | {}", person.email),
        String::new(),
        said.disclaimer.to_owned(),
    ]
}

fn charsets(chance: &mut Chance, language: Language) -> Case {
    let fields = whole(chance, language, false);
    let middle = rows(chance, language, &fields, true);
    let draft = letter(chance, language, &fields, middle);
    Case { legacy: Some(true), ..Case::new(draft, vec![fields]) }
}

/// The mail that is answered or forwarded.
pub fn earlier(draft: &Draft, body: Vec<Piece>, forwarded: bool) -> Earlier {
    Earlier {
        from: draft.from.clone(),
        address: draft.address.clone(),
        subject: draft.subject.clone(),
        body,
        forwarded,
    }
}
