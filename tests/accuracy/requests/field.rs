//! A field as it is written, with the right answer.

use upgrade_desk::desk::form::FieldKey;

/// What may be read: one of some values, or one of some faults.
#[derive(Debug, Clone, Default)]
pub struct Want {
    pub values: Vec<String>,
    pub faults: Vec<&'static str>,
    /// It is right, too, to read nothing here: then it is asked for.
    pub may_lack: bool,
}

impl Want {
    pub fn is(value: impl Into<String>) -> Want {
        Want { values: vec![value.into()], ..Want::default() }
    }

    pub fn fault(name: &'static str) -> Want {
        Want { faults: vec![name], ..Want::default() }
    }

    pub fn nothing() -> Want {
        Want { may_lack: true, ..Want::default() }
    }

    pub fn or(mut self, value: impl Into<String>) -> Want {
        self.values.push(value.into());
        self
    }

    pub fn or_fault(mut self, name: &'static str) -> Want {
        self.faults.push(name);
        self
    }

    pub fn or_nothing(mut self) -> Want {
        self.may_lack = true;
        self
    }
}

#[derive(Debug, Clone)]
pub struct Field {
    pub key: FieldKey,
    /// Where it is not one of the field's own: "Year".
    pub label: Option<&'static str>,
    pub text: String,
    /// `None`: it is a piece of another field, which has the answer.
    pub want: Option<Want>,
}

impl Field {
    pub fn new(key: FieldKey, text: impl Into<String>, want: Want) -> Field {
        Field { key, label: None, text: text.into(), want: Some(want) }
    }

    /// Its text is its value.
    pub fn plain(key: FieldKey, text: &str) -> Field {
        Field::new(key, text, Want::is(text))
    }
}
