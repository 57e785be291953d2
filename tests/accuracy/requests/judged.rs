//! What was read of a mail, held against what was to be read.

use upgrade_desk::desk::form::{FieldKey, Form, Slot, Value};
use upgrade_desk::desk::input::Understood;

use super::field::{Field, Want};

/// Times are counted by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    Fields = 0,
    Times = 1,
}

/// One field of one unit.
pub struct Judged {
    pub area: Area,
    pub field: String,
    pub answer: Result<(), String>,
    /// A value was accepted that nobody wrote there.
    pub wrong: bool,
}

pub fn all(units: &[Vec<Field>], read: &Understood) -> Vec<Judged> {
    let mut judged = Vec::new();
    let empty = Form::default();
    for place in 0..units.len().max(read.forms.len()) {
        let form = read.forms.get(place).unwrap_or(&empty);
        let fields = units.get(place).map_or(&[][..], Vec::as_slice);
        for field in fields {
            if let Some(want) = &field.want {
                judged.push(one(field.key, want, form, read, &field.text));
            }
        }
        // What was not written is not read.
        for key in form.fields.keys().filter(|key| fields.iter().all(|field| field.key != **key)) {
            let apart = matches!(key, FieldKey::TimeZone);
            if let (Some(Ok(value)), false) = (shown(*key, form, read), apart) {
                let answer = Err(format!("read as {value}, though nobody wrote it"));
                judged.push(Judged { area: area(*key), field: key.key().to_owned(), answer, wrong: true });
            }
        }
    }
    judged
}

fn area(key: FieldKey) -> Area {
    match key {
        FieldKey::UpgradeTime | FieldKey::TimeZone | FieldKey::Asap => Area::Times,
        _ => Area::Fields,
    }
}

fn one(key: FieldKey, want: &Want, form: &Form, read: &Understood, written: &str) -> Judged {
    let found = shown(key, form, read);
    let (right, wrong) = match &found {
        None => (want.may_lack, false),
        Some(Ok(value)) => {
            let right = want.values.iter().any(|wanted| same(wanted, value));
            (right, !right)
        }
        Some(Err(name)) => (want.faults.iter().any(|wanted| fits(wanted, name)), false),
    };
    let answer = if right {
        Ok(())
    } else {
        let came = match found {
            None => format!("nothing ({:?})", read.kind),
            Some(Ok(value)) => format!("\"{value}\""),
            Some(Err(name)) => format!("! {name}"),
        };
        let wanted = [want.values.join(" or "), want.faults.join(" or ")].join(" ! ");
        Err(format!("{came} for \"{written}\", which is {}", wanted.trim_matches([' ', '!'])))
    };
    Judged { area: area(key), field: key.key().to_owned(), answer, wrong }
}

fn same(wanted: &str, value: &str) -> bool {
    let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    folded(wanted) == folded(value)
}

fn fits(wanted: &str, name: &str) -> bool {
    wanted.strip_suffix('*').map_or(wanted == name, |start| name.starts_with(start))
}

/// A value as text, or the name of its fault.
fn shown(key: FieldKey, form: &Form, read: &Understood) -> Option<Result<String, String>> {
    let Slot { read: value, .. } = form.fields.get(&key)?;
    let shown = match value {
        Ok(Value::Time(when)) => Ok(when.first().at.to_string()),
        // It waits for its zone: the fault stands there.
        Ok(Value::Text(_)) if key == FieldKey::UpgradeTime => {
            let zone = form.fields.get(&FieldKey::TimeZone).and_then(|slot| slot.read.as_ref().err());
            Err(zone.map_or("zone_missing".to_owned(), |fault| fault.name.clone()))
        }
        Ok(Value::Ip(ip)) => Ok(ip.to_string()),
        Ok(Value::YesNo(yes)) => Ok(yes.to_string()),
        Ok(Value::Sealed(number)) => Ok(read.secrets[*number].expose().to_owned()),
        Ok(_) => Ok(form.text(key).unwrap_or("").to_owned()),
        Err(fault) => Err(fault.name.clone()),
    };
    Some(shown)
}
