//! Text that may stand in a header of ours: one type with one door, so that
//! nothing from outside can end a header line (TF1).

use std::fmt;

use unicode_normalization::UnicodeNormalization;

/// Longest text in a header, in characters.
pub const HEADER_TEXT_CHARS_MAX: usize = 200;

/// Longest message id without its angle brackets; with them and the name of
/// the field it stays far below the 998 of RFC 5322 2.1.1.
pub const MESSAGE_ID_CHARS_MAX: usize = 250;

/// One line of NFC text without control, bidi and other invisible characters.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeaderText(String);

impl HeaderText {
    /// The only door. Line breaks and tabs become spaces, runs of spaces one,
    /// what cannot be seen goes, and what is too long is cut.
    pub fn new(text: &str) -> HeaderText {
        let visible: String = text
            .chars()
            .filter_map(|c| match c {
                c if c.is_whitespace() => Some(' '),
                c if is_invisible(c) => None,
                c => Some(c),
            })
            .nfc()
            .collect();
        let spaced = visible.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let cut: String = spaced.chars().take(HEADER_TEXT_CHARS_MAX).collect();
        HeaderText(cut.trim_end().to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for HeaderText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Control characters and those that reorder or hide what stands beside them.
/// The joiners U+200C and U+200D stay: Persian and many emoji need them.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// Whether `id`, without angle brackets, may stand in Message-ID, In-Reply-To
/// or References: printable ASCII, no brackets, not too long, and nothing that
/// an eager reader would decode there (RFC 2047 5 allows no encoded word in it).
pub fn is_message_id(id: &str) -> bool {
    (1..=MESSAGE_ID_CHARS_MAX).contains(&id.len())
        && !id.contains("=?")
        && id.bytes().all(|byte| matches!(byte, b'!'..=b'~') && !matches!(byte, b'<' | b'>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_through_the_door() {
        let cases = [
            ("plain", "Acme Telephones", "Acme Telephones"),
            ("line break and header", "Bob\r\nBcc: eve@evil.example", "Bob Bcc: eve@evil.example"),
            ("NUL and escape", "a\0b\u{1b}[2Jc", "ab[2Jc"),
            ("bidi override", "abc\u{202E}gpj.exe", "abcgpj.exe"),
            ("line separator", "a\u{2028}b\u{2029}c\u{0085}d", "a b c d"),
            ("spaces", "  a \t  b  ", "a b"),
            ("decomposed", "Zu\u{0308}rich", "Zürich"),
            ("zero width", "pass\u{200B}word\u{FEFF}", "password"),
            ("joiner stays", "\u{0646}\u{200C}\u{0627}", "\u{0646}\u{200C}\u{0627}"),
            ("nothing", "\r\n\t ", ""),
        ];
        for (name, given, expected) in cases {
            assert_eq!(HeaderText::new(given).as_str(), expected, "{name}");
        }
    }

    #[test]
    fn is_cut_at_two_hundred_characters() {
        assert_eq!(HeaderText::new(&"ü".repeat(200)).as_str().chars().count(), 200);
        assert_eq!(HeaderText::new(&"ü".repeat(201)).as_str().chars().count(), 200);
        let ends_in_space = format!("{} b", "a".repeat(199));
        assert_eq!(HeaderText::new(&ends_in_space).as_str(), "a".repeat(199));
    }

    #[test]
    fn message_ids() {
        for good in ["a@b", "t1.l2.x_y+z@tickets.example", &"a".repeat(250)] {
            assert!(is_message_id(good), "{good}");
        }
        for bad in ["", "a b", "<a@b>", "a@b\r\nBcc: x", "ü@b", "a\tb", "=?utf-8?Q?a=0D=0A?=@b", &"a".repeat(251)] {
            assert!(!is_message_id(bad), "{bad:?}");
        }
    }
}
