//! Text as it comes becomes lines: blanks single, blocks on lines of their own,
//! quotations marked, cells parted by TABs.

use crate::desk::mail::html::element;

/// Marks of quotation before one line, whatever the markup says.
const QUOTES_MAX: usize = 20;

#[derive(Default)]
pub(super) struct Writer {
    lines: Vec<String>,
    line: String,
    /// Levels of quoting around the current line.
    quotes: usize,
    /// A blank is due before the next word.
    gap: bool,
    preformatted: usize,
    /// Directly behind `<pre>`, where a line end is none (HTML 13.2.6.4.7).
    at_start: bool,
    /// The last line has nothing on it; so is the time before the first.
    blank_above: bool,
    /// Tables inside a cell do not break its line apart from their rows.
    cell: bool,
    /// A table has begun at the beginning of a cell behind another one: its first
    /// row goes on with the line of that one.
    nested: bool,
    /// Where such a row begins in the line. When it has a second cell, it is a row
    /// of its own after all.
    joined: Option<usize>,
}

impl Writer {
    pub(super) fn open(&mut self, name: &str) {
        match name {
            "br" => self.end_line(),
            "td" | "th" => {
                if self.cell {
                    if let Some(at) = self.joined.take().filter(|at| self.line.is_char_boundary(*at)) {
                        let row = self.line.split_off(at);
                        self.end_line();
                        self.line = row;
                    }
                    self.line.push('\t');
                    self.gap = false;
                }
                self.cell = true;
            }
            "pre" | "listing" | "xmp" => {
                self.begin_block();
                self.preformatted += 1;
                self.at_start = true;
            }
            "blockquote" => self.begin_quote(),
            "tr" if std::mem::take(&mut self.nested) => {
                self.cell = false;
                self.joined = Some(self.line.len());
            }
            "tr" => {
                self.begin_block();
                self.cell = false;
            }
            "p" | "div" | "tbody" if self.cell && self.line.ends_with('\t') => {}
            "table" if self.cell && self.line.ends_with('\t') => self.nested = true,
            name if element::is_block(name) => self.begin_block(),
            _ => {}
        }
    }

    pub(super) fn close(&mut self, name: &str) {
        match name {
            "pre" | "listing" | "xmp" => {
                self.begin_block();
                self.preformatted = self.preformatted.saturating_sub(1);
            }
            "blockquote" => self.end_quote(),
            "tr" => {
                self.begin_block();
                self.cell = false;
            }
            // A paragraph inside a table cell leaves the row on its line.
            "p" | "div" if self.cell => self.gap = true,
            "p" => {
                self.begin_block();
                self.end_line();
            }
            name if element::is_block(name) => self.begin_block(),
            _ => {}
        }
    }

    /// What comes is quoted once more.
    pub(super) fn begin_quote(&mut self) {
        self.begin_block();
        self.quotes += 1;
    }

    pub(super) fn end_quote(&mut self) {
        self.begin_block();
        self.quotes = self.quotes.saturating_sub(1);
    }

    pub(super) fn text(&mut self, text: &str) {
        if self.preformatted > 0 {
            let text = if std::mem::take(&mut self.at_start) { text.strip_prefix('\n').unwrap_or(text) } else { text };
            for (count, line) in text.split('\n').enumerate() {
                if count > 0 {
                    self.end_line();
                }
                self.line.push_str(line);
            }
            return;
        }
        for c in text.chars() {
            // A blank that does not break is seen as often as it stands there.
            let begun = !self.line.is_empty() && !self.line.ends_with('\t');
            let hard = c == '\u{A0}' && begun;
            if c.is_whitespace() && !hard {
                self.gap = begun;
                continue;
            }
            if self.gap {
                self.line.push(' ');
                self.gap = false;
            }
            self.line.push(if hard { ' ' } else { c });
        }
    }

    fn begin_block(&mut self) {
        if !self.line.trim().is_empty() {
            self.end_line();
        }
        self.line.clear();
        self.gap = false;
        self.joined = None;
    }

    fn end_line(&mut self) {
        let quote = "> ".repeat(self.quotes.min(QUOTES_MAX));
        let line = format!("{quote}{}", self.line.trim_end());
        let blank = line.trim().is_empty();
        if !blank || !self.blank_above && !self.lines.is_empty() {
            self.lines.push(line);
        }
        self.blank_above = blank;
        self.line.clear();
        self.joined = None;
        self.gap = false;
    }

    pub(super) fn finish(mut self) -> String {
        self.begin_block();
        let mut text = self.lines.join("\n").trim_end().to_owned();
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }
}
