//! Separated values, whatever separates them.

use csv::{ReaderBuilder, StringRecord};

use crate::desk::limits::Limits;
use crate::desk::mail::attached::rows;

/// In the order in which they are preferred where two fit alike: a comma stands in
/// addresses and names, too.
const SEPARATORS: [char; 4] = ['\t', ';', ',', '|'];
/// So many lines tell which one it is.
const LOOKED_AT: usize = 20;

/// The rows; a text that nothing separates stays as it is.
pub(super) fn lines(text: &str, limits: &Limits) -> String {
    let text = text.trim_start_matches('\u{feff}');
    let Some((separator, rows)) = separator(text) else { return text.to_owned() };
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(rows.as_bytes());
    let mut lines = String::new();
    let mut record = StringRecord::new();
    let mut count = 0;
    while count < limits.text_lines_max && lines.len() < limits.text_bytes_max {
        match reader.read_record(&mut record) {
            Ok(true) => rows::push(record.iter(), &mut lines),
            Ok(false) | Err(_) => break,
        }
        count += 1;
    }
    lines
}

/// What separates, and the text without the line in which some programs say it.
fn separator(text: &str) -> Option<(u8, &str)> {
    let (first, below) = text.split_once('\n').unwrap_or((text, ""));
    let said = first.trim_end().to_lowercase();
    if let Some(said) = said.strip_prefix("sep=").and_then(|said| said.bytes().next()) {
        return Some((said, below));
    }
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(LOOKED_AT).collect();
    let weight = |separator: char| {
        let counts = lines.iter().map(|line| outside_quotes(line, separator));
        let (having, all) = counts.fold((0, 0), |(having, all), count| (having + usize::from(count > 0), all + count));
        (having, all)
    };
    let best = SEPARATORS.into_iter().rev().max_by_key(|separator| weight(*separator))?;
    if weight(best).0 == 0 { None } else { Some((u8::try_from(best).ok()?, text)) }
}

fn outside_quotes(line: &str, separator: char) -> usize {
    let mut quoted = false;
    let outside = line.chars().filter(|c| {
        quoted ^= *c == '"';
        *c == separator && !quoted
    });
    outside.count()
}
