//! Tables of a mail and its files: where a row of labels heads others,
//! each of these becomes the lines of one unit, so that all who read lines read it, the
//! search for passwords first.

use std::collections::BTreeSet;

use crate::desk::form::label::{Label, Labels};
use crate::desk::form::{FieldKey, Spec};
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

/// Rewrites all tables of files. Units are counted through all of them.
pub(in crate::desk) fn unfold(attached: &mut [AttachedText], spec: &Spec) {
    let texts: Vec<&str> = attached.iter().map(|attached| attached.text.as_str()).collect();
    let files = unfolded(&texts, spec);
    for (attached, (text, rows)) in attached.iter_mut().zip(files) {
        attached.text = text;
        attached.rows = rows;
    }
}

/// The same of a text of the mail itself. It stays as it is (`None`) where no row of
/// labels heads another.
pub(in crate::desk) fn unfolded_text(text: &str, spec: &Spec) -> Option<String> {
    let has_units = rows(text, &spec.made.labels).iter().any(|row| matches!(row, Row::Unit(_)));
    let (unfolded, _) = unfolded(&[text], spec).pop().filter(|_| has_units)?;
    Some(unfolded)
}

/// Each text with its tables as lines of fields, and of each line the one from which
/// it came, counted from 1.
pub(in crate::desk) fn unfolded(texts: &[&str], spec: &Spec) -> Vec<(String, Vec<usize>)> {
    let labels = &spec.made.labels;
    let read: Vec<Vec<Row<'_>>> = texts.iter().map(|text| rows(text, labels)).collect();
    let units = read.iter().flatten().filter(|row| matches!(row, Row::Unit(_))).count();
    // Staff read it, whatever languages there are.
    let english = spec.unit_heads.iter().find(|head| head.eq_ignore_ascii_case("unit"));
    let head = english.or(spec.unit_heads.first()).filter(|_| units > 1);
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
        let cells = cells(line);
        if cells.len() < 2 {
            head = None;
            return Row::Line(line);
        }
        let known: Vec<Option<Label>> = cells.iter().map(|cell| label(cell, labels)).collect();
        if is_head(&cells, &known) {
            head = Some(cells);
            // It has been read; what stays of it would be fields without values.
            return Row::Line("");
        }
        match &head {
            Some(head) if known.iter().all(Option::is_none) => Row::Unit(below(head, &cells)),
            _ => {
                head = None;
                let fields = pairs(&cells, &known);
                let is_row = line.contains('\t') && cells.len() > 2 && !fields.is_empty();
                if is_row { Row::Fields(fields) } else { Row::Line(line) }
            }
        }
    });
    read.collect()
}

/// The cells of a row: between tabs, else between two blanks and more.
fn cells(line: &str) -> Vec<&str> {
    if line.contains('\t') {
        return line.split('\t').collect();
    }
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
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

/// Whether a row heads a table: different labels side by side, or with columns of the
/// writer's own between them ("Serial, Room, Password"). Where labels and values stand
/// in turns, a value is behind the last label.
fn is_head(cells: &[&str], known: &[Option<Label>]) -> bool {
    // "Upgrade Time, ASAP" is a label with its value.
    let heads: Vec<Option<&Label>> =
        known.iter().map(|label| label.as_ref().filter(|label| **label != Label::Field(FieldKey::Asap))).collect();
    let side_by_side = |pair: &[Option<&Label>]| matches!(pair, [Some(one), Some(other)] if one != other);
    let labels: BTreeSet<&Label> = heads.iter().copied().flatten().collect();
    let no_value = |(cell, known): (&&str, &Option<Label>)| known.is_some() || !cell.contains(|c: char| c.is_numeric());
    let ends_with_label = known.last().is_some_and(Option::is_some);
    heads.windows(2).any(side_by_side) || (labels.len() > 1 && ends_with_label && cells.iter().zip(known).all(no_value))
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
