//! Header blocks on raw bytes, by our own strict reader (security 2.1 step 3):
//! counts fields, notices damage, and never repairs. The parser sees a block
//! only after it was found to be within the limits.

use std::collections::BTreeSet;

use crate::desk::limits::Limits;

/// One header field. The name is lower case without blanks, so that `From :`
/// counts as a From (TA1); a name with blanks also counts as damage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field<'a> {
    pub name: String,
    /// After the colon, still folded, with its line end.
    pub value: &'a [u8],
}

impl Field<'_> {
    /// The value as one line, without the white space around it.
    pub fn unfolded(&self) -> String {
        let bytes: Vec<u8> = self.value.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
        String::from_utf8_lossy(&bytes).trim().to_owned()
    }
}

/// The fields of a mail or of one of its parts.
#[derive(Debug, Default)]
pub(super) struct Header<'a> {
    pub fields: Vec<Field<'a>>,
    /// The bytes that were read as header, without the empty line.
    pub block: &'a [u8],
    /// Not what RFC 5322 allows, so that two readers may see two headers (TA2, TA7).
    pub damaged: bool,
    /// Keys of `limits.toml` that were exceeded.
    pub limits: BTreeSet<&'static str>,
}

impl<'a> Header<'a> {
    /// All fields of this name (lower case), topmost first.
    pub fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h Field<'a>> {
        self.fields.iter().filter(move |field| field.name == name)
    }

    /// The topmost field of this name.
    pub fn first(&self, name: &str) -> Option<&Field<'a>> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// Splits `raw` into its header and what follows the empty line. Stops at the
/// limits; then there is no body.
pub(super) fn split<'a>(raw: &'a [u8], limits: &Limits) -> (Header<'a>, &'a [u8]) {
    let mut header = Header::default();
    let mut spans: Vec<(usize, usize, usize)> = Vec::new();
    let mut line_end = None;
    let mut at = 0;
    let mut body = raw.len();
    // A line without an end costs no more than the limit: an empty line that
    // comes later than this is too late.
    let looked_at = raw.get(..limits.header_bytes_max.saturating_add(b"\r\n".len())).unwrap_or(raw);
    for line in looked_at.split_inclusive(|byte| *byte == b'\n') {
        if line == b"\n" || line == b"\r\n" {
            header.damaged |= is_damaged_line(line, &mut line_end);
            body = at + line.len();
            break;
        }
        if at + line.len() > limits.header_bytes_max {
            header.limits.insert("header_bytes_max");
            break;
        }
        if line.len() > limits.header_line_bytes_max {
            header.limits.insert("header_line_bytes_max");
        }
        header.damaged |= is_damaged_line(line, &mut line_end);
        let end = at + line.len();
        if line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
            match spans.last_mut() {
                Some(span) => span.2 = end,
                None => header.damaged = true,
            }
        } else if let Some(colon) = line.iter().position(|byte| *byte == b':') {
            if spans.len() >= limits.header_fields_max {
                header.limits.insert("header_fields_max");
                break;
            }
            spans.push((at, at + colon, end));
        } else {
            header.damaged = true;
        }
        at = end;
    }
    header.block = raw.get(..at).unwrap_or_default();
    for (start, colon, end) in spans {
        header.add(raw, start, colon, end, limits);
    }
    (header, raw.get(body..).unwrap_or_default())
}

impl<'a> Header<'a> {
    fn add(&mut self, raw: &'a [u8], start: usize, colon: usize, end: usize, limits: &Limits) {
        let written = raw.get(start..colon).unwrap_or_default();
        self.damaged |= written.is_empty() || !written.iter().all(u8::is_ascii_graphic);
        let name: Vec<u8> = written.iter().filter(|byte| !matches!(byte, b' ' | b'\t')).copied().collect();
        let name = String::from_utf8_lossy(&name).to_ascii_lowercase();
        let value = raw.get(colon + 1..end).unwrap_or_default();
        if value.len() > limits.header_field_bytes_max {
            self.limits.insert("header_field_bytes_max");
            return;
        }
        self.fields.push(Field { name, value });
    }
}

/// Line ends must be the same in the whole header, and nothing else may be a
/// control character but TAB: a bare CR or LF lets two readers see two headers.
fn is_damaged_line(line: &[u8], line_end: &mut Option<&'static [u8]>) -> bool {
    let (content, found): (&[u8], Option<&'static [u8]>) = if let Some(content) = line.strip_suffix(b"\r\n") {
        (content, Some(b"\r\n"))
    } else if let Some(content) = line.strip_suffix(b"\n") {
        (content, Some(b"\n"))
    } else {
        (line, None)
    };
    let mixed = match (*line_end, found) {
        (Some(before), Some(found)) => before != found,
        _ => false,
    };
    if line_end.is_none() {
        *line_end = found;
    }
    mixed || content.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t')
}
