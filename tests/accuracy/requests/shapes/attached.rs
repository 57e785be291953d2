//! Requests that somebody passed on or attached.

use super::super::body::{Attachment, Draft, Piece};
use super::super::chance::Chance;
use super::super::client::{CLIENTS, Client};
use super::super::coding;
use super::super::labels::Language;
use super::super::person::Person;
use super::super::words::words;
use super::{Case, earlier, letter, rows, whole};

/// Below a line of his own.
pub fn forwarded(chance: &mut Chance, language: Language) -> Case {
    let fields = whole(chance, language, true);
    let middle = rows(chance, language, &fields, false);
    let inner = letter(chance, language, &fields, middle);
    let mut draft = passed_on(chance, language, &inner.subject);
    draft.sign = inner.sign;
    draft.earlier = Some(earlier(&inner, inner.own.clone(), true));
    Case::new(draft, vec![fields])
}

pub fn forwarded_mail(chance: &mut Chance, language: Language) -> Case {
    let fields = whole(chance, language, false);
    let middle = rows(chance, language, &fields, false);
    let inner = letter(chance, language, &fields, middle);
    let mut draft = passed_on(chance, language, &inner.subject);
    let client = chance.choose(&CLIENTS);
    let parts = client.parts(&inner, chance);
    let bytes = coding::mail(&inner, &parts, false, chance);
    let content_type = "message/rfc822".to_owned();
    draft.attachments.push(Attachment { name: "request.eml", content_type, bytes });
    Case::new(draft, vec![fields])
}

fn passed_on(chance: &mut Chance, language: Language, subject: &str) -> Draft {
    let colleague = Person::new(chance, language);
    let prefix = match language {
        Language::De => "WG",
        Language::Fr => "TR",
        Language::En => chance.pick(&["Fwd", "FW"]),
        _ => "Fwd",
    };
    let mut draft = Draft::new(language, colleague.name, &colleague.email, &format!("{prefix}: {subject}"));
    draft.own = vec![Piece::line(words(language).forward), Piece::blank(), Piece::line(colleague.name)];
    draft
}

/// in the charset of somebody's editor.
pub fn text_file(chance: &mut Chance, language: Language) -> Case {
    let fields = whole(chance, language, true);
    let rows = rows(chance, language, &fields, true);
    let mut inner = letter(chance, language, &fields, Vec::new());
    inner.sign = chance.pick(&[": ", ":\t", "\t"]);
    let text = inner.lines(&rows).join("\r\n") + "\r\n";
    let (bytes, content_type) = match chance.below(4) {
        0 => {
            let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
            (units.flat_map(u16::to_le_bytes).collect(), "text/plain; charset=utf-16".to_owned())
        }
        1 => (["\u{FEFF}", &text].concat().into_bytes(), "text/plain; charset=utf-8".to_owned()),
        2 => {
            let (bytes, charset) = coding::encoded(&text, language, true, chance);
            (bytes, format!("text/plain; charset={charset}"))
        }
        _ => (text.into_bytes(), "text/plain; charset=utf-8".to_owned()),
    };
    let mut draft = Draft::new(language, &inner.from, &inner.address, &inner.subject);
    draft.own = vec![Piece::line(words(language).attached), Piece::blank(), Piece::line(&inner.from)];
    draft.attachments.push(Attachment { name: "form.txt", content_type, bytes });
    Case::new(draft, vec![fields])
}

/// nothing in a picture is read.
pub fn screenshot(chance: &mut Chance, language: Language) -> Case {
    let person = Person::new(chance, language);
    let mut draft = Draft::new(language, person.name, &person.email, chance.pick(words(language).subject));
    draft.own = vec![Piece::line(words(language).attached), Piece::blank(), Piece::line(person.name)];
    let bytes = b"\x89PNG\r\n\x1A\n".to_vec();
    draft.attachments.push(Attachment { name: "form.png", content_type: "image/png".to_owned(), bytes });
    Case { client: Some(Client::Phone), ..Case::new(draft, vec![Vec::new()]) }
}
