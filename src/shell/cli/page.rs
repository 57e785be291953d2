//! An answer for people: facts, aligned tables, times in the desk's zone. It is
//! written at once when it is complete.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::desk::letter::times::zone_of;
use crate::shell::run::Failure;
use crate::shell::terminal;

/// How an answer looks where it goes.
pub struct Style {
    pub colour: bool,
    /// The long columns of a table are broken to fit this width; `None`: never.
    pub columns: Option<usize>,
    /// The desk's zone: all times are shown in it.
    pub zone: TimeZone,
}

impl Style {
    /// Without colour, its lines as long as they come.
    pub fn plain(zone: &str) -> Style {
        Style { colour: false, columns: None, zone: zone_of(zone) }
    }

    /// For standard output as it is.
    pub fn here(zone: &str) -> Style {
        Style { colour: terminal::is_colourful(), columns: terminal::columns(), zone: zone_of(zone) }
    }
}

/// How a text is meant; only colour shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Good,
    Bad,
    Bold,
}

/// A value with its tone.
pub struct Cell {
    text: String,
    tone: Tone,
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell { text, tone: Tone::Plain }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::from(text.to_owned())
    }
}

/// Something that needs a person.
pub fn bad(text: impl Into<String>) -> Cell {
    Cell { text: text.into(), tone: Tone::Bad }
}

pub fn good(text: impl Into<String>) -> Cell {
    Cell { text: text.into(), tone: Tone::Good }
}

/// No column of a table is made narrower than this.
const COLUMN_MIN: usize = 12;
/// A word of a table is broken only when it is longer.
const WORD_MAX: usize = 28;
/// Stands for a blank at which no line may be broken; shown as a blank.
const FIRM_BLANK: &str = "\u{a0}";
const GAP: &str = "  ";

pub struct Page {
    text: String,
    style: Style,
}

impl Page {
    pub fn new(style: Style) -> Page {
        Page { text: String::new(), style }
    }

    /// A heading over what follows, after an empty line.
    pub fn head(&mut self, text: &str) {
        self.gap();
        let painted = self.paint(&terminal::line(text), Tone::Bold);
        self.push(&painted);
    }

    /// An empty line between what stands above and what follows.
    pub fn gap(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// One line.
    pub fn line(&mut self, cell: impl Into<Cell>) {
        let Cell { text, tone } = cell.into();
        let painted = self.paint(&terminal::line(&text), tone);
        self.push(&painted);
    }

    /// A text of several lines, such as a letter.
    pub fn text(&mut self, text: &str) {
        let shown = terminal::lines(text.trim_end());
        self.push(&shown);
    }

    /// Names with their values below each other; what is empty is left out.
    pub fn facts(&mut self, facts: Vec<(&str, Cell)>) {
        let facts: Vec<(&str, Cell)> = facts.into_iter().filter(|(_, cell)| !cell.text.is_empty()).collect();
        let wide = facts.iter().map(|(name, _)| terminal::width(name)).max().unwrap_or(0);
        for (name, Cell { text, tone }) in facts {
            let name = self.paint(&format!("{name:<wide$}"), Tone::Bold);
            let indent = format!("\n{:wide$}{GAP}", "");
            let value = self.paint(&terminal::lines(&text).replace('\n', &indent), tone);
            self.push(&format!("{name}{GAP}{value}"));
        }
    }

    /// Rows under their heads, aligned; `none` instead of an empty table. On a
    /// narrow terminal the widest columns go on below themselves, and nothing
    /// is cut off.
    pub fn table(&mut self, heads: &[&str], rows: Vec<Vec<Cell>>, none: &str) {
        if rows.is_empty() {
            return self.push(none);
        }
        let shown: Vec<Vec<(String, Tone)>> = rows
            .into_iter()
            .map(|row| row.into_iter().map(|cell| (terminal::line(&cell.text), cell.tone)).collect())
            .collect();
        let mut widths: Vec<usize> = heads.iter().map(|head| terminal::width(head)).collect();
        let mut least: Vec<usize> = widths.iter().map(|width| (*width).max(COLUMN_MIN)).collect();
        for row in &shown {
            for ((width, least), (text, _)) in widths.iter_mut().zip(&mut least).zip(row) {
                *width = (*width).max(terminal::width(text));
                let longest = text.split(' ').map(terminal::width).max().unwrap_or(0);
                *least = (*least).max(longest.min(WORD_MAX));
            }
        }
        if let Some(columns) = self.style.columns {
            fit(&mut widths, &least, columns);
        }
        let heads: Vec<(String, Tone)> = heads.iter().map(|head| ((*head).to_owned(), Tone::Bold)).collect();
        for row in std::iter::once(&heads).chain(&shown) {
            self.row(row, &widths);
        }
    }

    fn row(&mut self, row: &[(String, Tone)], widths: &[usize]) {
        let breaks = self.style.columns.is_some();
        let cells: Vec<(Vec<String>, Tone)> = row
            .iter()
            .zip(widths)
            .map(|((text, tone), width)| {
                (if breaks { terminal::wrap(text, *width) } else { vec![text.clone()] }, *tone)
            })
            .collect();
        let height = cells.iter().map(|(parts, _)| parts.len()).max().unwrap_or(0);
        for number in 0..height {
            let (mut line, mut gap) = (String::new(), 0);
            for ((parts, tone), width) in cells.iter().zip(widths) {
                let part = parts.get(number).map_or("", String::as_str);
                if !part.is_empty() {
                    line.push_str(&" ".repeat(gap));
                    line.push_str(&self.paint(part, *tone));
                    gap = 0;
                }
                gap += width.saturating_sub(terminal::width(part)) + GAP.len();
            }
            self.push(&line);
        }
    }

    /// The moment under `name`, in the desk's zone; no table breaks it in two.
    pub fn when(&self, value: &Value, name: &str) -> String {
        let at = value.get(name).and_then(Value::as_str).and_then(|text| text.parse().ok());
        at.map_or(String::new(), |at| self.moment(at).replace(' ', FIRM_BLANK))
    }

    /// `Tue 17 Nov 2026 10:30 PST`.
    pub fn moment(&self, at: Timestamp) -> String {
        at.to_zoned(self.style.zone.clone()).strftime("%a %-d %b %Y %H:%M %Z").to_string()
    }

    /// `Tue 17 Nov 2026 10:30 to 11:30 PST`; both ends in full when they differ
    /// by more than the hour.
    pub fn span(&self, start: Timestamp, end: Timestamp) -> String {
        let shown = |at: Timestamp, format: &str| at.to_zoned(self.style.zone.clone()).strftime(format).to_string();
        if shown(start, "%F %Z") != shown(end, "%F %Z") {
            return format!("{} to {}", self.moment(start), self.moment(end));
        }
        format!("{} to {}", shown(start, "%a %-d %b %Y %H:%M"), shown(end, "%H:%M %Z"))
    }

    pub fn finish(self) -> String {
        self.text
    }

    pub fn print(self) -> Result<(), Failure> {
        print(&self.text)
    }

    fn push(&mut self, line: &str) {
        self.text.push_str(&line.replace(FIRM_BLANK, " "));
        self.text.push('\n');
    }

    fn paint(&self, text: &str, tone: Tone) -> String {
        let code = match tone {
            _ if !self.style.colour => return text.to_owned(),
            Tone::Plain => return text.to_owned(),
            Tone::Good => "32",
            Tone::Bad => "31",
            Tone::Bold => "1",
        };
        if text.is_empty() { String::new() } else { format!("\u{1b}[{code}m{text}\u{1b}[0m") }
    }
}

/// Narrows the widest columns until all fit, or none can be narrower.
fn fit(widths: &mut [usize], least: &[usize], columns: usize) {
    let gaps = GAP.len() * widths.len().saturating_sub(1);
    let mut over = (widths.iter().sum::<usize>() + gaps).saturating_sub(columns);
    while over > 0 {
        // The last of equals: what may be long stands at the end.
        let wide = widths.iter_mut().zip(least).filter(|(width, least)| **width > **least);
        let Some((widest, _)) = wide.max_by_key(|(width, _)| **width) else { return };
        *widest -= 1;
        over -= 1;
    }
}

/// Writes an answer to standard output.
pub fn print(text: &str) -> Result<(), Failure> {
    terminal::write(text).map_err(|error| Failure::Work(format!("the answer could not be written: {error}")))
}

#[cfg(test)]
mod tests {
    use super::{Cell, Page, Style, bad, zone_of};

    fn page(colour: bool, columns: Option<usize>) -> Page {
        Page::new(Style { colour, columns, zone: zone_of("America/Los_Angeles") })
    }

    fn rows() -> Vec<Vec<Cell>> {
        vec![vec!["1".into(), "漢字".into(), "".into()], vec!["22".into(), "a".into(), bad("a forged\nrow of cells")]]
    }

    #[test]
    fn tables_are_aligned_and_rows_stay_rows() {
        let mut shown = page(false, None);
        shown.table(&["NO", "NAME", "WHAT"], rows(), "nothing");
        assert_eq!(shown.finish(), "NO  NAME  WHAT\n1   漢字\n22  a     a forged\\u{a}row of cells\n");
        let mut shown = page(false, None);
        shown.table(&["NO"], Vec::new(), "nothing");
        assert_eq!(shown.finish(), "nothing\n");
    }

    #[test]
    fn on_a_narrow_terminal_the_widest_columns_go_on_below_themselves() {
        let mut shown = page(false, Some(56));
        let words = "one two three four five six seven";
        shown.table(&["A", "B", "C"], vec![vec![words.into(), "x".into(), words.into()], vec!["y".into()]], "nothing");
        let expected = "A                           B  C\none two three four five     x  one two three four five\n\
                        six seven                      six seven\ny\n";
        assert_eq!(shown.finish(), expected);
    }

    #[test]
    fn a_terminal_that_is_too_narrow_gets_columns_of_the_least_width() {
        let mut shown = page(true, Some(20));
        shown.table(&["NO", "NAME", "WHAT"], rows(), "nothing");
        let plain = shown.finish().replace("\u{1b}[1m", "").replace("\u{1b}[31m", "").replace("\u{1b}[0m", "");
        let expected = "NO  NAME  WHAT\n1   漢字\n22  a     a\n          forged\\u{a}row\n          of cells\n";
        assert_eq!(plain, expected);
    }

    #[test]
    fn moments_and_addresses_are_not_broken_in_two() {
        let mut shown = page(false, Some(60));
        let at = shown.when(&serde_json::json!({ "at": "2026-11-17T18:30:00Z" }), "at");
        shown.table(
            &["AT", "TO", "SUBJECT"],
            vec![vec![at.into(), "ann@acme.example".into(), "on time and so on".into()]],
            "",
        );
        let expected = "AT                         TO                SUBJECT\n\
                        Tue 17 Nov 2026 10:30 PST  ann@acme.example  on time and so\n\
                        \x20                                            on\n";
        assert_eq!(shown.finish(), expected);
    }

    #[test]
    fn facts_keep_their_lines_and_leave_out_what_is_empty() {
        let mut shown = page(true, None);
        shown.facts(vec![("Ticket", "UP".into()), ("Agent", "".into()), ("Note", bad("one\n\u{1b}[2Jtwo"))]);
        let expected =
            "\u{1b}[1mTicket\u{1b}[0m  UP\n\u{1b}[1mNote  \u{1b}[0m  \u{1b}[31mone\n        \\u{1b}[2Jtwo\u{1b}[0m\n";
        assert_eq!(shown.finish(), expected);
    }

    #[test]
    fn times_say_their_zone() {
        let page = page(false, None);
        let at = |text: &str| text.parse().unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let noon = at("2026-11-17T18:30:00Z");
        assert_eq!(page.span(noon, at("2026-11-17T19:30:00Z")), "Tue 17 Nov 2026 10:30 to 11:30 PST");
        // The night in which the clocks go back: 01:30 comes twice.
        let (before, after) = (at("2026-11-01T08:30:00Z"), at("2026-11-01T09:30:00Z"));
        assert_eq!(page.span(before, after), "Sun 1 Nov 2026 01:30 PDT to Sun 1 Nov 2026 01:30 PST");
    }
}
