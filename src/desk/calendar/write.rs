//! The lines of one calendar object: escaped, folded at 75 octets, ended by CRLF.
//!
//! Own code and no crate: receivers compare our objects byte by byte with the
//! ones before (UID, SEQUENCE), and the crates choose ids, times and folding
//! themselves. What is needed of RFC 5545 for writing fits this page.

use jiff::Timestamp;

/// RFC 5545 3.1: octets of a line without its end.
const LINE_OCTETS_MAX: usize = 75;

/// Lines of a calendar object as they come.
#[derive(Debug, Default)]
pub struct Lines(String);

impl Lines {
    /// A value of type TEXT (3.3.11), whatever stands in it.
    pub fn text(&mut self, name: &str, value: &str) {
        let mut escaped = String::with_capacity(value.len() + 8);
        for c in value.chars() {
            match c {
                '\\' | ';' | ',' => escaped.extend(['\\', c]),
                '\n' => escaped.push_str("\\n"),
                c => escaped.push(c),
            }
        }
        self.plain(name, &escaped);
    }

    /// A value that needs no escaping: a word, a number, an address.
    pub fn plain(&mut self, name: &str, value: &str) {
        let line = format!("{name}:{value}");
        let mut octets = 0;
        // No character that could end a line or turn it ever stands in one (TF1).
        for c in line.chars().filter(|c| !is_harmful(*c)) {
            if octets + c.len_utf8() > LINE_OCTETS_MAX {
                // The space that marks the rest of a line counts in it.
                self.0.push_str("\r\n ");
                octets = 1;
            }
            self.0.push(c);
            octets += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// An instant in UTC (3.3.5, form 2): no VTIMEZONE, no change of clock.
    pub fn instant(&mut self, name: &str, at: Timestamp) {
        self.plain(name, &at.strftime("%Y%m%dT%H%M%SZ").to_string());
    }

    pub fn into_text(self) -> String {
        self.0
    }
}

/// Control characters, and what turns the direction of writing (UAX #9).
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_cannot_become_a_line_of_its_own() {
        let mut lines = Lines::default();
        lines.text("SUMMARY", "a;b,c\\d\r\nMETHOD:CANCEL\u{2028}x");
        assert_eq!(lines.into_text(), "SUMMARY:a\\;b\\,c\\\\d\\nMETHOD:CANCELx\r\n");
        let mut lines = Lines::default();
        lines.plain("UID", "x\r\nMETHOD:CANCEL");
        assert_eq!(lines.into_text(), "UID:xMETHOD:CANCEL\r\n");
    }

    /// RFC 5545 3.1; a character is never cut in two.
    #[test]
    fn lines_are_folded_at_75_octets() {
        let value = "é".repeat(200);
        let mut lines = Lines::default();
        lines.text("SUMMARY", &value);
        let text = lines.into_text();
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        assert_eq!(text.replace("\r\n ", ""), format!("SUMMARY:{value}\r\n"));
        let mut lines = Lines::default();
        lines.plain("A", &"b".repeat(73));
        assert_eq!(lines.into_text(), format!("A:{}\r\n", "b".repeat(73)), "75 octets are one line");
    }
}
