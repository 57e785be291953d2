//! The board as tables, and as the lines of a letter. Consoles and pages are made
//! from the same tables.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::desk::board::{Board, DueLine, Which};
use crate::desk::moment::time_zone;

/// A part of the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub title: &'static str,
    pub heads: Vec<&'static str>,
    pub rows: Vec<Vec<Entry>>,
    /// Instead of an empty table.
    pub none: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub text: String,
    pub tone: Tone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Good,
    Bad,
}

/// A table as lines of a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    pub title: String,
    pub lines: Vec<String>,
}

fn plain(text: impl Into<String>) -> Entry {
    Entry { text: text.into(), tone: Tone::Plain }
}

fn bad(text: impl Into<String>) -> Entry {
    Entry { text: text.into(), tone: Tone::Bad }
}

impl Board {
    /// `Tue 17 Nov 10:30 PST`, in the desk's zone.
    pub fn when(&self, at: Timestamp) -> String {
        let zone = time_zone(&self.zone).unwrap_or(TimeZone::UTC);
        at.to_zoned(zone).strftime("%a %-d %b %H:%M %Z").to_string()
    }

    fn maybe(&self, at: Option<Timestamp>) -> String {
        at.map(|at| self.when(at)).unwrap_or_default()
    }

    /// How long ago, in the biggest unit.
    fn age(&self, since: Timestamp) -> String {
        let minutes = self.at.duration_since(since).as_mins().max(0);
        match minutes {
            0..60 => format!("{minutes} min"),
            60..2880 => format!("{} h", minutes / 60),
            _ => format!("{} days", minutes / 1440),
        }
    }

    /// Every part, the urgent ones first.
    pub fn tables(&self) -> Vec<Table> {
        vec![
            self.duty_table(),
            self.problem_table(),
            self.due_table("What we owe in the next 4 hours", &self.at_risk, "nothing"),
            self.window_table(),
            self.running_table(),
            self.which_table("Blocked", &self.blocked),
            self.due_table("Feedback owed", &self.feedback, "none"),
            self.which_table("Waiting for us", &self.ours),
            self.which_table("Waiting for the customer", &self.theirs),
            self.which_table("Special arrangements to decide", &self.special),
            self.which_table("Denials for a person to review", &self.denials),
            self.mail_table(),
            self.day_table(),
        ]
    }

    fn duty_table(&self) -> Table {
        let mut rows: Vec<Vec<Entry>> = Vec::new();
        for line in &self.duty {
            let now = match (&line.now, &line.kept_for) {
                (Some(now), Some(next)) => bad(format!("{now}, until {next} acknowledges")),
                (Some(now), None) => plain(now),
                (None, _) => bad("NOBODY"),
            };
            let next = match (&line.next, line.next_at) {
                (Some(next), Some(at)) => plain(format!("{next}, {}", self.when(at))),
                (None, Some(at)) => bad(format!("NOBODY, {}", self.when(at))),
                (_, None) => plain("no change in two weeks"),
            };
            rows.push(vec![plain(&line.rota), now, next]);
        }
        for gap in &self.gaps {
            let gap_is = format!("GAP from {} until {}", self.when(gap.from), self.when(gap.until));
            rows.push(vec![plain(&gap.rota), bad(gap_is), plain("")]);
        }
        Table { title: "On duty", heads: vec!["ROTA", "NOW", "NEXT"], rows, none: "there is no rota" }
    }

    fn problem_table(&self) -> Table {
        let row = |line: &super::ProblemLine| {
            let last = line.last_at.map(|at| format!("{}, {} ago", line.last, self.age(at))).unwrap_or_default();
            let next = line.next_at.map(|at| format!("{}: {}", self.when(at), line.next)).unwrap_or_default();
            let owner = if line.which.owner.is_empty() { bad("NOBODY") } else { plain(&line.which.owner) };
            let promise = self.maybe(line.promised);
            let next = if promise.is_empty() { next } else { format!("{next}; promised: {promise}") };
            let ticket = bad(format!("{} {}", line.severity, line.which.id));
            vec![ticket, plain(about(&line.which)), owner, plain(last), plain(next)]
        };
        Table {
            title: "Open P1 and P2",
            heads: vec!["TICKET", "ABOUT", "OWNER", "LAST", "NEXT"],
            rows: self.problems.iter().map(row).collect(),
            none: "none",
        }
    }

    fn due_table(&self, title: &'static str, lines: &[DueLine], none: &'static str) -> Table {
        let row = |line: &DueLine| {
            let at = self.when(line.at);
            let at = if line.late { bad(format!("LATE, {at}")) } else { plain(at) };
            vec![plain(&line.which.id), plain(about(&line.which)), at, plain(&line.what), plain(&line.which.owner)]
        };
        let rows = lines.iter().map(row).collect();
        Table { title, heads: vec!["TICKET", "ABOUT", "BY", "WHAT", "OWNER"], rows, none }
    }

    fn window_table(&self) -> Table {
        let row = |line: &super::WindowLine| {
            let missing: Vec<&str> = line.lights.iter().filter(|lit| !lit.green).map(|lit| lit.name.as_str()).collect();
            let lights = match missing.is_empty() {
                true => Entry { text: "all green".to_owned(), tone: Tone::Good },
                false => bad(format!("missing: {}", missing.join(", "))),
            };
            let start = self.when(line.start);
            vec![plain(start), plain(&line.which.id), plain(about(&line.which)), plain(&line.which.owner), lights]
        };
        Table {
            title: "Windows of the next 24 hours",
            heads: vec!["START", "TICKET", "ABOUT", "AGENT", "LIGHTS"],
            rows: self.windows.iter().map(row).collect(),
            none: "none",
        }
    }

    fn running_table(&self) -> Table {
        let row = |line: &super::RunningLine| {
            let end = self.maybe(line.planned_end);
            let end = match line.overrun_minutes {
                0 => plain(end),
                over => bad(format!("{end}, {over} min over")),
            };
            vec![
                plain(&line.which.id),
                plain(about(&line.which)),
                plain(&line.which.owner),
                plain(self.maybe(line.started)),
                end,
            ]
        };
        Table {
            title: "Work going on",
            heads: vec!["TICKET", "ABOUT", "AGENT", "BEGAN", "PLANNED END"],
            rows: self.running.iter().map(row).collect(),
            none: "none",
        }
    }

    fn which_table(&self, title: &'static str, lines: &[Which]) -> Table {
        let row = |line: &Which| {
            vec![
                plain(&line.id),
                plain(about(line)),
                plain(&line.status),
                plain(self.age(line.since)),
                plain(&line.owner),
            ]
        };
        let rows = lines.iter().map(row).collect();
        Table { title, heads: vec!["TICKET", "ABOUT", "STATE", "FOR", "OWNER"], rows, none: "none" }
    }

    fn mail_table(&self) -> Table {
        let row = |trouble: &super::Trouble| {
            let kind: &'static str = trouble.kind.into();
            vec![plain(kind), plain(&trouble.what), plain(self.age(trouble.since))]
        };
        let rows = self.mail.iter().map(row).collect();
        Table { title: "Mail that needs a person", heads: vec!["KIND", "WHAT", "FOR"], rows, none: "none" }
    }

    fn day_table(&self) -> Table {
        let shown = |day: Date| day.strftime("%a %-d %b %Y").to_string();
        let row = |line: &super::DayLine| {
            let how = line.closes.map_or("no work".to_owned(), |time| format!("until {}", time.strftime("%H:%M")));
            (line.day, vec![plain(shown(line.day)), plain(how), plain(&line.name)])
        };
        let frozen = |line: &super::FreezeLine| {
            let days = match line.from == line.to {
                true => shown(line.from),
                false => format!("{} to {}", shown(line.from), shown(line.to)),
            };
            (line.from, vec![plain(days), bad("no upgrades"), plain(&line.reason)])
        };
        let mut rows: Vec<(Date, Vec<Entry>)> =
            self.days.iter().map(row).chain(self.freezes.iter().map(frozen)).collect();
        rows.sort_by_key(|(day, _)| *day);
        Table {
            title: "Holidays and freezes of the next 30 days",
            heads: vec!["DAY", "WORK", "NAME"],
            rows: rows.into_iter().map(|(_, row)| row).collect(),
            none: "none",
        }
    }

    /// The board for a letter: what is empty in one line at the end.
    pub fn sections(&self) -> Vec<Section> {
        let (full, empty): (Vec<Table>, Vec<Table>) =
            self.tables().into_iter().partition(|table| !table.rows.is_empty());
        let mut sections: Vec<Section> = full.iter().map(section).collect();
        if !empty.is_empty() {
            let titles: Vec<String> = empty.iter().map(|table| table.title.to_owned()).collect();
            sections.push(Section { title: "NOTHING IN".to_owned(), lines: titles });
        }
        sections
    }
}

fn about(which: &Which) -> String {
    let parts = [which.company.as_str(), which.serial.as_str()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<&str>>().join(", ")
}

/// Aligned columns; what is too wide goes on below itself.
fn section(table: &Table) -> Section {
    const LINE: usize = 74;
    const GAP: usize = 2;
    const COLUMN_MIN: usize = 10;
    let length = |text: &str| text.chars().count();
    let mut widths: Vec<usize> = table.heads.iter().map(|head| length(head)).collect();
    for row in &table.rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(length(&cell.text));
        }
    }
    let gaps = GAP * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > LINE {
        // The last of equals: what may be long stands at the end.
        let Some(widest) = widths.iter_mut().filter(|width| **width > COLUMN_MIN).max() else { break };
        *widest -= 1;
    }
    let heads: Vec<String> = table.heads.iter().map(|head| (*head).to_owned()).collect();
    let rows = table.rows.iter().map(|row| row.iter().map(|cell| cell.text.clone()).collect());
    let lines = std::iter::once(heads).chain(rows).flat_map(|row: Vec<String>| aligned(&row, &widths)).collect();
    Section { title: table.title.to_uppercase(), lines }
}

/// A row as lines: its cells broken at blanks to fit their columns.
fn aligned(row: &[String], widths: &[usize]) -> Vec<String> {
    let cells: Vec<Vec<String>> = row.iter().zip(widths).map(|(text, width)| broken(text, *width)).collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    let line = |number: usize| {
        let mut line = String::new();
        for (parts, width) in cells.iter().zip(widths) {
            let part = parts.get(number).map_or("", String::as_str);
            let missing = width.saturating_sub(part.chars().count());
            line.push_str(part);
            line.extend(std::iter::repeat_n(' ', missing + 2));
        }
        line.trim_end().to_owned()
    };
    (0..height).map(line).collect()
}

fn broken(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
