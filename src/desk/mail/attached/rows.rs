//! Rows of a table as lines of text: cells with tabs between.

/// Adds one row, without the empty cells at its end. It has a tab even where it has
/// one cell, so that it is told from a sentence; a row of empty cells is an empty line.
pub(super) fn push<'a>(cells: impl Iterator<Item = &'a str>, text: &mut String) {
    let start = text.len();
    for (column, cell) in cells.enumerate() {
        if column > 0 {
            text.push('\t');
        }
        if !cell.trim().is_empty() {
            text.extend(cell.chars().map(|c| if matches!(c, '\t' | '\n' | '\r') { ' ' } else { c }));
        }
    }
    let row = text.get(start..).unwrap_or("").trim_end_matches('\t');
    let (end, has_tab) = (start + row.len(), row.contains('\t') || row.is_empty());
    text.truncate(end);
    text.push_str(if has_tab { "\n" } else { "\t\n" });
}
