//! What may be shown: no control characters, nothing that turns the direction
//! of writing, a length (TF1). Customer text reaches letters and logs only so.

/// Longest display name, in characters.
const NAME_CHARS_MAX: usize = 200;
/// Longest subject, in characters; RFC 5322 lines are 998 bytes.
const SUBJECT_CHARS_MAX: usize = 998;
/// Longest Message-ID without its angle brackets (TF1).
const ID_BYTES_MAX: usize = 250;

/// A display name as it may be shown.
pub(super) fn name(text: &str) -> String {
    line(text, NAME_CHARS_MAX)
}

/// A subject as it may be shown.
pub(super) fn subject(text: &str) -> String {
    line(text, SUBJECT_CHARS_MAX)
}

/// One line of at most `chars_max` characters: white space of any kind becomes
/// one blank, control and direction characters vanish.
pub(super) fn line(text: &str, chars_max: usize) -> String {
    let mut shown = String::new();
    let mut count = 0;
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() {
            gap = count > 0;
            continue;
        }
        if is_unshowable(c) {
            continue;
        }
        if gap {
            shown.push(' ');
            count += 1;
            gap = false;
        }
        if count >= chars_max {
            break;
        }
        shown.push(c);
        count += 1;
    }
    shown.trim_end().to_owned()
}

/// Line ends become `\n`; control characters but TAB go. Direction marks stay:
/// right-to-left writing needs them, and nothing is decided on looks.
pub(super) fn text(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut after_return = false;
    for c in text.chars() {
        match c {
            '\r' => clean.push('\n'),
            '\n' if after_return => {}
            '\n' | '\t' => clean.push(c),
            '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}' => clean.push('\n'),
            '\u{feff}' => {}
            c if c.is_control() => {}
            c => clean.push(c),
        }
        after_return = c == '\r';
    }
    clean
}

/// A Message-ID without brackets: printable ASCII only, so that it can stand in
/// a header of ours and in a key.
pub(super) fn message_id(id: &str) -> Option<String> {
    let id = id.trim();
    let plain = !id.is_empty()
        && id.len() <= ID_BYTES_MAX
        && id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'<' && byte != b'>');
    plain.then(|| id.to_owned())
}

/// Control, direction and invisible characters that could hide or fake text.
pub(super) fn is_unshowable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
