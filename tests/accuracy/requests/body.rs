//! What a mail says, before a mail program writes it its own way.

use super::labels::Language;

/// A line of a mail: words, or labels with their values.
#[derive(Debug, Clone)]
pub enum Piece {
    Line(String),
    /// Several on one line where there are several.
    Row(Vec<(String, String)>),
}

impl Piece {
    pub fn blank() -> Piece {
        Piece::Line(String::new())
    }

    pub fn line(text: impl Into<String>) -> Piece {
        Piece::Line(text.into())
    }
}

/// Another mail inside this one.
#[derive(Debug, Clone)]
pub struct Earlier {
    pub from: String,
    pub address: String,
    pub subject: String,
    pub body: Vec<Piece>,
    /// Passed on, not answered.
    pub forwarded: bool,
}

/// What hangs on a mail.
#[derive(Debug, Clone)]
pub struct Attachment {
    pub name: &'static str,
    pub content_type: String,
    pub bytes: Vec<u8>,
}

#[derive(Debug, Clone)]
pub struct Draft {
    pub language: Language,
    pub from: String,
    pub address: String,
    pub subject: String,
    /// Header lines besides the usual ones.
    pub header: Vec<String>,
    pub own: Vec<Piece>,
    pub signature: Vec<String>,
    pub earlier: Option<Earlier>,
    pub attachments: Vec<Attachment>,
    /// Labels and values as a table, where HTML is written.
    pub table: bool,
    /// Between a label and its value.
    pub sign: &'static str,
    /// The text part, where it is not what the HTML part says.
    pub other_text: Option<Vec<Piece>>,
}

impl Draft {
    pub fn new(language: Language, from: &str, address: &str, subject: &str) -> Draft {
        Draft {
            language,
            from: from.to_owned(),
            address: address.to_owned(),
            subject: subject.to_owned(),
            header: Vec::new(),
            own: Vec::new(),
            signature: Vec::new(),
            earlier: None,
            attachments: Vec::new(),
            table: false,
            sign: ": ",
            other_text: None,
        }
    }

    pub fn lines(&self, pieces: &[Piece]) -> Vec<String> {
        pieces.iter().map(|piece| self.text_of(piece)).collect()
    }

    pub fn text_of(&self, piece: &Piece) -> String {
        match piece {
            Piece::Line(text) => text.clone(),
            Piece::Row(pairs) => {
                let pairs = pairs.iter().map(|(label, value)| joined(label, self.sign, value));
                pairs.collect::<Vec<_>>().join(if self.language.is_wide() { "  " } else { "     " })
            }
        }
    }
}

/// A label that asks needs no colon.
pub fn joined(label: &str, sign: &str, value: &str) -> String {
    if label.ends_with(['?', '？']) && sign == ": " {
        format!("{label} {value}")
    } else {
        format!("{label}{sign}{value}")
    }
}
