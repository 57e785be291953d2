//! Text of an Excel workbook (R-09): the rows of its visible sheets, cells as they
//! are kept. What a spreadsheet made of a number is not undone.

mod dates;

use crate::desk::limits::Limits;
use crate::desk::mail::attached::package::Package;
use crate::desk::mail::attached::rows;
use crate::desk::mail::attached::xlsx::dates::{Dates, Look};
use crate::desk::mail::attached::xml::{self, Element, Met};

/// Columns that are read; a table of units has a dozen.
const COLUMNS_MAX: usize = 100;

/// The sheets, one below the other. `None`: damaged.
pub(super) fn text(package: &mut Package<'_>, name: &str, workbook: &str) -> Option<String> {
    let limits = package.limits();
    let parts = package.related(name)?;
    let mut sheets = Vec::new();
    let mut since_1904 = false;
    xml::walk(workbook, |met| {
        if let Met::Open(element) = met {
            match element.name() {
                "sheet" if !matches!(element.get("state").as_str(), "hidden" | "veryHidden") => {
                    sheets.push(element.get("id"));
                }
                "workbookPr" => since_1904 = matches!(element.get("date1904").as_str(), "1" | "true"),
                _ => {}
            }
        }
        true
    })?;
    let beside = |end: &str| parts.values().find(|part| part.ends_with(end)).cloned();
    let words = match beside("sharedStrings.xml") {
        Some(part) => Words::read(&package.part(&part)?)?,
        None => Words::default(),
    };
    let dates = match beside("styles.xml") {
        Some(part) => Dates::read(&package.part(&part)?, since_1904)?,
        None => Dates::default(),
    };
    let mut text = String::new();
    for part in sheets.iter().filter_map(|id| parts.get(id)) {
        let xml = package.part(part)?;
        let mut sheet =
            Sheet { words: &words, dates: &dates, limits, text: &mut text, row: Vec::new(), cell: None, hidden: false };
        xml::walk(&xml, |met| sheet.met(met))?;
        text.push('\n');
    }
    Some(text)
}

/// The texts that cells share: one string, and where each ends in it.
#[derive(Default)]
struct Words {
    all: String,
    ends: Vec<usize>,
}

impl Words {
    fn read(xml: &str) -> Option<Words> {
        let mut words = Words::default();
        let (mut in_text, mut spoken) = (false, false);
        xml::walk(xml, |met| {
            match met {
                Met::Open(element) => match element.name() {
                    "t" => in_text = !spoken,
                    // How a word is said (Japanese), beside how it is written.
                    "rPh" => spoken = true,
                    _ => {}
                },
                Met::Close("t") => in_text = false,
                Met::Close("rPh") => spoken = false,
                Met::Close("si") => words.ends.push(words.all.len()),
                Met::Text(text) if in_text => words.all.push_str(&text),
                Met::Close(_) | Met::Text(_) => {}
            }
            true
        })?;
        Some(words)
    }

    fn get(&self, number: &str) -> Option<&str> {
        let number: usize = number.trim().parse().ok()?;
        let start = match number.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.all.get(start..*self.ends.get(number)?)
    }
}

struct Sheet<'a> {
    words: &'a Words,
    dates: &'a Dates,
    limits: &'a Limits,
    text: &'a mut String,
    row: Vec<String>,
    cell: Option<Value>,
    /// A filter hides the row.
    hidden: bool,
}

/// A cell that is open.
struct Value {
    column: usize,
    /// `s`: a shared text, `inlineStr`, `str`, `b`, `e`; else a number.
    kind: String,
    look: Look,
    written: String,
    in_value: bool,
}

impl Sheet<'_> {
    /// Whether there is more to see.
    fn met(&mut self, met: Met<'_>) -> bool {
        match met {
            Met::Open(element) => self.open(&element),
            Met::Close("c") => self.end_cell(),
            Met::Close("row") => {
                if !self.hidden {
                    rows::push(self.row.iter().map(String::as_str), self.text);
                }
                self.row.clear();
            }
            Met::Close(_) => self.in_value(false),
            Met::Text(text) => {
                if let Some(cell) = self.cell.as_mut().filter(|cell| cell.in_value) {
                    cell.written.push_str(&text);
                }
            }
        }
        self.text.len() <= self.limits.text_bytes_max
    }

    fn open(&mut self, element: &Element<'_>) {
        match element.name() {
            "c" => {
                let column = column(&element.get("r")).unwrap_or(self.row.len());
                let look = self.dates.look(&element.get("s"));
                self.cell =
                    Some(Value { column, kind: element.get("t"), look, written: String::new(), in_value: false });
            }
            "row" => self.hidden = matches!(element.get("hidden").as_str(), "1" | "true"),
            "v" | "t" => self.in_value(true),
            _ => {}
        }
    }

    fn in_value(&mut self, inside: bool) {
        if let Some(cell) = &mut self.cell {
            cell.in_value = inside;
        }
    }

    fn end_cell(&mut self) {
        let Some(cell) = self.cell.take().filter(|cell| cell.column < COLUMNS_MAX) else { return };
        let shown = match cell.kind.as_str() {
            "s" => self.words.get(&cell.written).unwrap_or_default().to_owned(),
            "b" => if cell.written.trim() == "1" { "TRUE" } else { "FALSE" }.to_owned(),
            "" | "n" => self.dates.shown(&cell.written, cell.look),
            _ => cell.written,
        };
        while self.row.len() < cell.column {
            self.row.push(String::new());
        }
        self.row.truncate(cell.column);
        // One shared text of a megabyte may stand in each cell of a row.
        if self.row.iter().map(String::len).sum::<usize>() <= self.limits.text_bytes_max {
            self.row.push(shown);
        }
    }
}

/// `C7` is column 2.
fn column(place: &str) -> Option<usize> {
    let letters = place.bytes().take_while(u8::is_ascii_uppercase);
    let number = letters.take(4).fold(0_usize, |number, letter| number * 26 + usize::from(letter - b'A') + 1);
    number.checked_sub(1)
}
