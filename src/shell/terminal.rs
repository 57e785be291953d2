//! What may be written to a terminal, how wide it is there, and whether there
//! is one. Texts of mails can neither steer it nor hide in it.

use std::io::{self, IsTerminal, Write};

use unicode_normalization::char::is_combining_mark;

/// A text for one line: line breaks, control, direction and invisible
/// characters are written out, so that no value can pass for a row of ours.
pub fn line(text: &str) -> String {
    escape(text, |_| false)
}

/// The same, but what sets colours stays: for text in which only we set any.
pub fn coloured_line(text: &str) -> String {
    escape(text, |c| c == '\u{1b}')
}

/// A text of several lines: line breaks and tabs stay.
pub fn lines(text: &str) -> String {
    escape(text, |c| matches!(c, '\n' | '\t'))
}

fn escape(text: &str, stays: fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if stays(c) || !(c.is_control() || is_unseen(c)) {
            shown.push(c);
        } else {
            shown.extend(c.escape_unicode());
        }
    }
    shown
}

/// Changes how its neighbours look, or is not seen at all (Unicode TR 36).
fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// Columns that a line takes: most characters one, those of East Asia two,
/// accents none.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| if is_combining_mark(c) { 0 } else { 1 + usize::from(is_wide(c)) }).sum()
}

fn is_wide(c: char) -> bool {
    matches!(
        c,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{303e}' | '\u{3041}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}'
            | '\u{1f300}'..='\u{1f64f}' | '\u{1f900}'..='\u{1f9ff}' | '\u{20000}'..='\u{3fffd}'
    )
}

/// The text in lines of at most `columns` columns, broken between words where
/// there is a word's end to break at.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let (mut lines, mut current, mut taken) = (Vec::new(), String::new(), 0);
    for word in text.split_inclusive(' ') {
        if taken > 0 && taken + width(word.trim_end()) > columns {
            lines.push(std::mem::take(&mut current));
            taken = 0;
        }
        for c in word.chars() {
            let wide = width(c.encode_utf8(&mut [0; 4]));
            if taken > 0 && c != ' ' && taken + wide > columns {
                lines.push(std::mem::take(&mut current));
                taken = 0;
            }
            current.push(c);
            taken += wide;
        }
    }
    lines.push(current);
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

/// Whether standard output may be coloured: a terminal, and nobody objects
/// (no-color.org: any value that is not empty).
pub fn is_colourful() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The width of the terminal on standard output; `None`: there is none, so
/// nothing is ever cut.
pub fn columns() -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    let mut size = libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: the call writes into `size` alone, which outlives it.
    #[expect(unsafe_code, reason = "the width of a terminal has no safe door in the standard library")]
    let asked = unsafe { libc::ioctl(libc::STDOUT_FILENO, libc::TIOCGWINSZ, &raw mut size) };
    (asked == 0 && size.ws_col > 0).then(|| usize::from(size.ws_col))
}

/// Writes to standard output. A reader that has seen enough (`| head`) is no
/// failure.
pub fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

#[cfg(test)]
mod tests {
    use super::{line, lines, width, wrap};

    #[test]
    fn texts_cannot_steer_or_hide() {
        for (text, one, several) in [
            ("plain Ünïcode 漢字", "plain Ünïcode 漢字", "plain Ünïcode 漢字"),
            ("a\u{1b}[2Jb", "a\\u{1b}[2Jb", "a\\u{1b}[2Jb"),
            ("a\u{9b}31mb", "a\\u{9b}31mb", "a\\u{9b}31mb"),
            ("exe\u{202e}fdp", "exe\\u{202e}fdp", "exe\\u{202e}fdp"),
            ("a\u{2066}b\u{200b}c\u{feff}", "a\\u{2066}b\\u{200b}c\\u{feff}", "a\\u{2066}b\\u{200b}c\\u{feff}"),
            ("row\nforged\trow", "row\\u{a}forged\\u{9}row", "row\nforged\trow"),
            ("over\rwritten\u{8}", "over\\u{d}written\\u{8}", "over\\u{d}written\\u{8}"),
        ] {
            assert_eq!((line(text).as_str(), lines(text).as_str()), (one, several));
        }
    }

    #[test]
    fn widths_are_those_of_a_terminal() {
        for (text, columns) in [("", 0), ("abc", 3), ("漢字", 4), ("e\u{301}", 1), ("…", 1)] {
            assert_eq!(width(text), columns, "{text}");
        }
        for (text, columns, lines) in [
            ("", 3, vec![""]),
            ("abc", 3, vec!["abc"]),
            ("ab cd", 4, vec!["ab", "cd"]),
            ("ab cd ef", 5, vec!["ab cd", "ef"]),
            ("abcdefg h", 3, vec!["abc", "def", "g h"]),
            ("漢字漢", 5, vec!["漢字", "漢"]),
            ("x", 0, vec!["x"]),
        ] {
            assert_eq!(wrap(text, columns), lines, "{text}");
        }
    }
}
