//! Where a value stood and what read it: in every mail of `fixtures/form`, what is told
//! is looked up there.

use std::fs;
use std::path::Path;

use upgrade_desk::desk::form::FieldKey;
use upgrade_desk::desk::form::origin::{Origin, Part, Rule};
use upgrade_desk::desk::input::{self, Understood};
use upgrade_desk::desk::mail::Mail;
use upgrade_desk::desk::seal::prints::Prints;

use crate::sample_rules;

fn raw(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/form").join(name)).unwrap()
}

fn understand(raw: &[u8]) -> Understood {
    input::understand(raw, "2026-11-25T18:00:30Z".parse().unwrap(), sample_rules::rules(), &Prints::default())
}

/// What stands at a place, where the whole line is known.
fn at(origin: &Origin, mail: &Mail) -> Option<String> {
    let text = match origin.place.part {
        Part::Subject => &mail.subject,
        Part::Text => &mail.text,
        Part::Html => &mail.html_text,
        Part::Attachment(place) => &mail.attached.iter().find(|attached| attached.place == place)?.text,
    };
    let (first, last) = origin.span?;
    let line = text.lines().nth(origin.place.line.checked_sub(1)?)?;
    Some(line.chars().skip(first - 1).take(last + 1 - first).collect())
}

#[test]
fn every_value_stands_where_it_is_said_to() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/form");
    let mut looked_up = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "eml") {
            continue;
        }
        let raw = fs::read(&path).unwrap();
        let (mail, ..) = input::redacted(&raw, sample_rules::rules(), &Prints::default());
        let read = understand(&raw);
        assert_eq!(read.forms.len(), read.origins.len(), "{}", path.display());
        for (form, origins) in read.forms.iter().zip(&read.origins) {
            for (key, slot) in &form.fields {
                let what = format!("{} {}", path.display(), key.key());
                let stood = origins.get(key).map(Vec::as_slice).unwrap_or_default();
                // A zone may stand in brackets behind the label of the time, and "ASAP" in its place.
                assert!(!stood.is_empty() || matches!(key, FieldKey::TimeZone | FieldKey::Asap), "{what}");
                let [one] = stood else { continue };
                let Some(found) = at(one, &mail) else { continue };
                if *key == FieldKey::ManagerPassword && slot.read.is_err() {
                    // "Same as last time": it is shown as any other.
                    continue;
                }
                let is_ticked = matches!(key, FieldKey::Asap | FieldKey::Subscribe | FieldKey::PasswordTested);
                // The second of two passwords is shown as the first is.
                let is_mark = *key == FieldKey::ManagerPassword && found.starts_with("[sealed");
                let is_there =
                    found.starts_with(&slot.written) || slot.written.starts_with(&found) || is_ticked || is_mark;
                assert!(is_there && !found.is_empty(), "{what}: {found:?} is not {:?}", slot.written);
                looked_up += 1;
            }
        }
    }
    assert!(looked_up > 200, "only {looked_up} values were looked up");
}

#[track_caller]
fn check(name: &str, form: usize, key: FieldKey, part: Part, line: usize, span: Option<(usize, usize)>, rule: Rule) {
    let read = understand(&raw(name));
    let origin = &read.origins[form][&key][0];
    assert_eq!((origin.place.part, origin.place.line, origin.span, &origin.rule), (part, line, span, &rule), "{name}");
}

fn label(written: &str) -> Rule {
    Rule::Label { label: written.to_owned() }
}

#[test]
fn what_read_it_is_told() {
    use FieldKey::{ManagerPassword, UnitMac, UnitSerial};
    let (file, name) = (Part::Attachment(0), "r09-table-of-units.eml");
    // Rows of a table have no columns of characters.
    check(name, 0, UnitSerial, file, 2, None, label("Unit Serial Number"));
    check(name, 3, UnitMac, file, 5, None, label("MAC Address"));
    check("r06-attached-form.eml", 0, UnitSerial, file, 4, Some((21, 31)), label("Unit Serial Number"));
    let subject = understand(&raw("f09-password-in-the-subject.eml"));
    let origin = &subject.origins[0][&ManagerPassword][0];
    assert_eq!((origin.place.part, &origin.rule), (Part::Subject, &Rule::Sentence));
    let prose = understand(&raw("r11-prose.eml"));
    assert_eq!(prose.origins[0][&UnitMac][0].rule, Rule::Shape);
}
