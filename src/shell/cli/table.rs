//! Aligned columns for people; colour only on a terminal; nothing from a mail
//! can steer the terminal.

use std::io::IsTerminal;

/// Text as it may be shown on a terminal: control and direction characters are
/// written out.
pub fn safe(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        let steers = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c == '\n' || (!c.is_control() && !steers) {
            shown.push(c);
        } else {
            shown.extend(c.escape_unicode());
        }
    }
    shown
}

/// Prints rows under their heads, each column as wide as its widest cell.
pub fn print(heads: &[&str], rows: &[Vec<String>]) {
    let cells: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| safe(cell)).collect()).collect();
    let width = |column: usize| {
        let widest = cells.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
        widest.max(heads.get(column).map_or(0, |head| head.chars().count()))
    };
    let line = |row: Vec<&str>| -> String {
        let padded: Vec<String> =
            row.iter().enumerate().map(|(column, cell)| format!("{cell:<width$}", width = width(column))).collect();
        padded.join("  ").trim_end().to_owned()
    };
    println!("{}", bold(&line(heads.to_vec())));
    for row in &cells {
        println!("{}", line(row.iter().map(String::as_str).collect()));
    }
}

/// Prints names with their values below each other.
pub fn facts(facts: &[(&str, String)]) {
    let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, value) in facts {
        let value = safe(value).replace('\n', &format!("\n{:width$}  ", ""));
        println!("{}  {value}", bold(&format!("{name:<width$}")));
    }
}

pub fn bold(text: &str) -> String {
    paint(text, "1")
}

pub fn good(text: &str) -> String {
    paint(text, "32")
}

pub fn bad(text: &str) -> String {
    paint(text, "31")
}

fn paint(text: &str, code: &str) -> String {
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    if colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}
