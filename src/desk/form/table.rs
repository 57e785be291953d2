//! Tables in attached files: where a row of labels heads others, each of
//! these becomes the lines of one unit, so that all who read lines read it, the
//! search for passwords first.

use crate::desk::form::Spec;
use crate::desk::form::label::{Label, Labels};
use crate::desk::mail::AttachedText;

/// No label is longer.
const LABEL_BYTES_MAX: usize = 100;

/// What a line of a table is.
enum Row<'a> {
    /// No table, or nothing that is known.
    Line(&'a str),
    /// Labels with a value each.
    Fields(Vec<(&'a str, &'a str)>),
    /// The fields of one unit, below their labels.
    Unit(Vec<(&'a str, &'a str)>),
}

/// Rewrites all tables. Units are counted through all files.
pub(in crate::desk) fn unfold(attached: &mut [AttachedText], spec: &Spec) {
    let unfolded = {
        let texts: Vec<&str> = attached.iter().map(|attached| attached.text.as_str()).collect();
        unfolded(&texts, spec)
    };
    for (attached, (text, rows)) in attached.iter_mut().zip(unfolded) {
        attached.text = text;
        attached.rows = rows;
    }
}

/// Each text with its tables as lines of fields, and of each line the one from which
/// it came, counted from 1.
pub(in crate::desk) fn unfolded(texts: &[&str], spec: &Spec) -> Vec<(String, Vec<usize>)> {
    let labels = &spec.made.labels;
    let read: Vec<Vec<Row<'_>>> = texts.iter().map(|text| rows(text, labels)).collect();
    let units = read.iter().flatten().filter(|row| matches!(row, Row::Unit(_))).count();
    let head = spec.unit_heads.first().filter(|_| units > 1);
    let mut number = 0;
    let mut write = |rows: Vec<Row<'_>>| {
        let mut written = Written::default();
        for (row, line) in rows.into_iter().zip(1..) {
            match row {
                Row::Line(text) => written.line(text, line),
                Row::Fields(fields) => written.fields(&fields, line),
                Row::Unit(fields) => {
                    number += 1;
                    if let Some(head) = head {
                        written.line(&format!("{head} {number}"), line);
                    }
                    written.fields(&fields, line);
                    written.line("", line);
                }
            }
        }
        (written.text, written.rows)
    };
    read.into_iter().map(&mut write).collect()
}

#[derive(Default)]
struct Written {
    text: String,
    rows: Vec<usize>,
}

impl Written {
    fn line(&mut self, text: &str, row: usize) {
        self.text.push_str(text);
        self.text.push('\n');
        self.rows.push(row);
    }

    fn fields(&mut self, fields: &[(&str, &str)], row: usize) {
        for (label, value) in fields {
            self.line(&format!("{}: {value}", label.trim().trim_end_matches([':', '：', ' '])), row);
        }
    }
}

fn rows<'a>(text: &'a str, labels: &Labels) -> Vec<Row<'a>> {
    let mut head: Option<Vec<&str>> = None;
    let read = text.lines().map(|line| {
        if !line.contains('\t') {
            head = None;
            return Row::Line(line);
        }
        let cells: Vec<&str> = line.split('\t').collect();
        let known: Vec<Option<Label>> = cells.iter().map(|cell| label(cell, labels)).collect();
        if is_head(&known) {
            head = Some(cells);
            // It has been read; what stays of it would be fields without values.
            return Row::Line("");
        }
        match &head {
            Some(head) if known.iter().all(Option::is_none) => Row::Unit(below(head, &cells)),
            _ => {
                head = None;
                let fields = pairs(&cells, &known);
                if fields.is_empty() || cells.len() < 3 { Row::Line(line) } else { Row::Fields(fields) }
            }
        }
    });
    read.collect()
}

/// The label that a cell is, and nothing else.
fn label(cell: &str, labels: &Labels) -> Option<Label> {
    if cell.trim().is_empty() || cell.len() > LABEL_BYTES_MAX {
        return None;
    }
    match labels.fields(cell).as_slice() {
        [found] if cell.get(found.value.clone()).is_none_or(|value| value.trim().is_empty()) => Some(found.label),
        _ => None,
    }
}

/// Whether a row heads a table: different labels side by side. Where labels and values
/// stand in turns, no two do.
fn is_head(known: &[Option<Label>]) -> bool {
    let side_by_side = |pair: &[Option<Label>]| matches!(pair, [Some(one), Some(other)] if one != other);
    known.windows(2).any(side_by_side)
}

/// The cells of a row with the head above each, those without a head at the end.
fn below<'a>(head: &[&'a str], cells: &[&'a str]) -> Vec<(&'a str, &'a str)> {
    let columns = head.iter().zip(cells.iter().copied().chain(std::iter::repeat("")));
    columns.filter(|(head, _)| !head.trim().is_empty()).map(|(head, cell)| (*head, cell)).collect()
}

/// Each label of a row with the cell behind it. What stands behind that explains or
/// gives an example.
fn pairs<'a>(cells: &[&'a str], known: &[Option<Label>]) -> Vec<(&'a str, &'a str)> {
    let mut fields: Vec<(&str, Option<&str>)> = Vec::new();
    for (cell, known) in cells.iter().zip(known) {
        match (known, fields.last_mut()) {
            (Some(_), _) => fields.push((cell, None)),
            (None, Some((_, value @ None))) if !matches!(cell.trim(), ":" | "=") => *value = Some(cell),
            (None, _) => {}
        }
    }
    fields.into_iter().map(|(label, value)| (label, value.unwrap_or(""))).collect()
}
