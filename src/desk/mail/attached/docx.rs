//! Text of a Word document (R-08) as it would be printed: what a change put in
//! counts, what it took out does not, and no prompt of an empty field.

use crate::desk::limits::Limits;
use crate::desk::mail::attached::rows;
use crate::desk::mail::attached::xml::{self, Element, Met};

/// Tables within tables; nobody writes so many.
const TABLES_MAX: usize = 50;

/// The paragraphs as lines, the rows of tables as lines of cells. `None`: damaged.
pub(super) fn text(xml: &str, limits: &Limits) -> Option<String> {
    let mut page = Page::new(limits);
    xml::walk(xml, |met| page.met(met))?;
    (page.tables.is_empty() || page.is_full()).then_some(page.text)
}

struct Page<'a> {
    limits: &'a Limits,
    text: String,
    /// Bytes taken, in cells that are still open, too.
    taken: usize,
    /// The tables that are open, with the cells of their current row.
    tables: Vec<Vec<String>>,
    /// Whether a cell of each is open.
    cells: Vec<bool>,
    /// Elements that are open and whose text does not count.
    skipped: usize,
    /// Fields that are open: whether each shows only its prompt.
    fields: Vec<Field>,
    in_run: bool,
    in_text: bool,
    hidden: bool,
}

#[derive(Default)]
struct Field {
    prompts: bool,
    skips: bool,
}

impl<'a> Page<'a> {
    fn new(limits: &'a Limits) -> Page<'a> {
        Page {
            limits,
            text: String::new(),
            taken: 0,
            tables: Vec::new(),
            cells: Vec::new(),
            skipped: 0,
            fields: Vec::new(),
            in_run: false,
            in_text: false,
            hidden: false,
        }
    }

    fn is_full(&self) -> bool {
        self.taken > self.limits.text_bytes_max
    }

    /// Whether there is more to see.
    fn met(&mut self, met: Met<'_>) -> bool {
        match met {
            Met::Open(element) => self.open(&element),
            Met::Close(name) => self.close(name),
            Met::Text(text) if self.in_text => self.write(&text),
            Met::Text(_) => {}
        }
        !self.is_full() && self.tables.len() <= TABLES_MAX
    }

    fn open(&mut self, element: &Element<'_>) {
        match element.name() {
            // Taken out, moved away, or the same once more for older programs.
            "del" | "moveFrom" | "Fallback" => self.skipped = self.skipped.saturating_add(1),
            "sdt" => self.fields.push(Field::default()),
            "showingPlcHdr" => {
                if let Some(field) = self.fields.last_mut().filter(|field| !field.skips) {
                    field.prompts = element.is_on();
                }
            }
            "sdtContent" => {
                if let Some(field) = self.fields.last_mut().filter(|field| field.prompts && !field.skips) {
                    field.skips = true;
                    self.skipped = self.skipped.saturating_add(1);
                }
            }
            "r" => (self.in_run, self.hidden) = (true, false),
            "vanish" => self.hidden = element.is_on(),
            "t" => self.in_text = true,
            "tab" if self.in_run => self.write("\t"),
            "br" | "cr" if self.in_run => self.write("\n"),
            "noBreakHyphen" if self.in_run => self.write("-"),
            "tbl" => {
                self.tables.push(Vec::new());
                self.cells.push(false);
            }
            "tc" => {
                if let (Some(row), Some(open)) = (self.tables.last_mut(), self.cells.last_mut()) {
                    row.push(String::new());
                    *open = true;
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "del" | "moveFrom" | "Fallback" => self.skipped = self.skipped.saturating_sub(1),
            "sdt" => {
                self.fields.pop();
            }
            "sdtContent" => {
                if let Some(field) = self.fields.last_mut().filter(|field| field.skips) {
                    *field = Field::default();
                    self.skipped = self.skipped.saturating_sub(1);
                }
            }
            "r" => self.in_run = false,
            "t" => self.in_text = false,
            "p" => self.end_line(),
            "tc" => {
                if let Some(open) = self.cells.last_mut() {
                    *open = false;
                }
            }
            "tr" => self.end_row(),
            "tbl" => {
                self.tables.pop();
                self.cells.pop();
                self.text.push('\n');
            }
            _ => {}
        }
    }

    fn write(&mut self, text: &str) {
        if self.skipped == 0 && !self.hidden {
            self.taken = self.taken.saturating_add(text.len());
            self.place().push_str(text);
        }
    }

    fn end_line(&mut self) {
        self.taken = self.taken.saturating_add(1);
        self.place().push('\n');
    }

    /// The open cell, or the page.
    fn place(&mut self) -> &mut String {
        let in_cell = self.cells.last().is_some_and(|open| *open);
        match self.tables.last_mut().and_then(|row| row.last_mut()).filter(|_| in_cell) {
            Some(cell) => cell,
            None => &mut self.text,
        }
    }

    /// A table in a cell stands above the row of its cell, as lines of its own.
    fn end_row(&mut self) {
        let Some(row) = self.tables.last_mut().map(std::mem::take) else { return };
        match row.as_slice() {
            [only] => self.text.push_str(only),
            cells => rows::push(cells.iter().map(|cell| cell.trim_end_matches('\n')), &mut self.text),
        }
    }
}
