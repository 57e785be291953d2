//! Whether a mail is built of more than its limits allow, found out before the
//! parser sees it: that takes 3 GB for 25 MB of empty parts, and a minute for one
//! long parameter in the header of a part (security 2.3).
//!
//! Counts generously: whatever the parser may take for the header of a part is one.

use std::collections::{BTreeMap, BTreeSet};

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{HeaderValue, MessageParser, MimeHeaders};

use crate::desk::limits::Limits;
use crate::desk::mail::{guard, header};

/// Encoded mails in encoded mails that the parser opens.
const ENCODED_LEVELS: usize = 3;
/// Boundaries that never come, for each of which the parser looks through the
/// rest of the mail. A mail that was cut off misses one a level.
const MISSING_MAX: usize = 20;
/// The headers of all parts together, as so many times the limit of one.
const HEADERS_MAX: usize = 4;

/// The limits that a mail exceeds.
pub(super) fn excess(raw: &[u8], limits: &Limits) -> BTreeSet<&'static str> {
    let mut walk = Walk {
        limits,
        boundaries: BTreeMap::new(),
        missing: BTreeMap::new(),
        has_digest: false,
        headers: 0,
        bytes: 0,
        fields: 0,
        excess: BTreeSet::new(),
    };
    walk.mail(raw, ENCODED_LEVELS);
    if walk.missing.values().sum::<usize>() > MISSING_MAX {
        walk.excess.insert("mime_parts_max");
    }
    walk.excess
}

struct Walk<'a> {
    limits: &'a Limits,
    /// Every boundary that was named so far, by its length.
    boundaries: BTreeMap<usize, BTreeSet<Vec<u8>>>,
    /// How often a boundary was named since it came last.
    missing: BTreeMap<Vec<u8>, usize>,
    /// Parts without a kind may be mails.
    has_digest: bool,
    headers: usize,
    bytes: usize,
    fields: usize,
    excess: BTreeSet<&'static str>,
}

impl Walk<'_> {
    fn mail(&mut self, raw: &[u8], levels: usize) {
        self.header(raw, levels);
        for (place, pair) in raw.windows(2).enumerate() {
            if pair != b"--" {
                continue;
            }
            let rest = raw.get(place + 2..).unwrap_or_default();
            if let Some(length) = self.boundary(rest) {
                self.header(after_line_end(rest.get(length..).unwrap_or_default()), levels);
            }
            if !self.excess.is_empty() {
                return;
            }
        }
    }

    /// The length of the boundary with which `rest` begins.
    fn boundary(&mut self, rest: &[u8]) -> Option<usize> {
        let length = begins_with_one_of(rest, &self.boundaries)?;
        self.missing.remove(rest.get(..length)?);
        Some(length)
    }

    /// Counts the header with which `raw` begins, and those of the mails whose
    /// header follows it at once.
    fn header(&mut self, raw: &[u8], levels: usize) {
        let mut rest = raw;
        while let Some(body) = self.one_header(rest, levels) {
            rest = body;
        }
    }

    /// What follows, if it is another header.
    fn one_header<'r>(&mut self, raw: &'r [u8], levels: usize) -> Option<&'r [u8]> {
        let (header, body) = header::split(raw, self.limits);
        self.headers += 1;
        self.bytes += header.block.len();
        self.fields += header.fields.len();
        self.excess.extend(header.limits.iter());
        // A container counts for its beginning and its end.
        let parts_max = self.limits.mime_parts_max.saturating_mul(2);
        for (number, limit, name) in [
            (self.headers, parts_max, "mime_parts_max"),
            (self.bytes, self.limits.header_bytes_max.saturating_mul(HEADERS_MAX), "header_bytes_max"),
            (self.fields, self.limits.header_fields_max.saturating_mul(HEADERS_MAX), "header_fields_max"),
        ] {
            if number > limit {
                self.excess.insert(name);
            }
        }
        if !self.excess.is_empty() {
            return None;
        }
        let kind = kind(header.block)?;
        if let Some(boundary) = kind.boundary {
            self.has_digest |= kind.is_digest;
            *self.missing.entry(boundary.clone()).or_default() += 1;
            self.boundaries.entry(boundary.len()).or_default().insert(boundary);
        }
        let is_mail = kind.is_mail || (kind.is_unnamed && self.has_digest);
        match (is_mail, kind.encoding) {
            (false, _) => None,
            (true, Encoding::None) => Some(body),
            (true, encoding) => {
                if let (Some(levels), Some(mail)) = (levels.checked_sub(1), encoding.decoded(self.part(body))) {
                    self.mail(&mail, levels);
                }
                None
            }
        }
    }

    /// What stands before the next boundary.
    fn part<'r>(&self, body: &'r [u8]) -> &'r [u8] {
        let end = body.windows(2).enumerate().find(|(place, pair)| {
            let rest = body.get(place + 2..).unwrap_or_default();
            *pair == b"--" && begins_with_one_of(rest, &self.boundaries).is_some()
        });
        end.and_then(|(place, _)| body.get(..place)).unwrap_or(body)
    }
}

/// The length of the text that `rest` begins with.
fn begins_with_one_of(rest: &[u8], texts: &BTreeMap<usize, BTreeSet<Vec<u8>>>) -> Option<usize> {
    let begins = |(length, known): &(&usize, &BTreeSet<Vec<u8>>)| {
        rest.get(..**length).is_some_and(|start| known.contains(start))
    };
    texts.iter().find(begins).map(|(length, _)| *length)
}

/// Without the rest of a line on which nothing more stands.
fn after_line_end(rest: &[u8]) -> &[u8] {
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
    rest.get(blanks..).and_then(|rest| rest.strip_prefix(b"\n")).unwrap_or(rest)
}

/// What the parser reads in a header about what follows it.
struct Kind {
    is_mail: bool,
    is_unnamed: bool,
    is_digest: bool,
    boundary: Option<Vec<u8>>,
    encoding: Encoding,
}

#[derive(Clone, Copy)]
enum Encoding {
    None,
    Base64,
    QuotedPrintable,
}

impl Encoding {
    fn decoded(self, bytes: &[u8]) -> Option<Vec<u8>> {
        match self {
            Encoding::None => None,
            Encoding::Base64 => base64_decode(bytes),
            Encoding::QuotedPrintable => quoted_printable_decode(bytes),
        }
    }
}

fn kind(block: &[u8]) -> Option<Kind> {
    let mut bytes = block.to_vec();
    bytes.extend_from_slice(b"\r\n\r\n");
    let read = || {
        let message = MessageParser::default().parse_headers(&bytes)?;
        let part = message.parts.first()?;
        let content = part.content_type();
        let is = |kind: &str| content.is_some_and(|content| content.ctype() == kind);
        let has = |kind: &str| content.is_some_and(|content| content.subtype() == Some(kind));
        let boundary = content.and_then(|content| content.attribute("boundary")).filter(|_| is("multipart"));
        let encoding = match part.headers.iter().rfind(|header| header.name.as_str() == "Content-Transfer-Encoding") {
            Some(header) => match &header.value {
                HeaderValue::Text(name) if name.eq_ignore_ascii_case("base64") => Encoding::Base64,
                HeaderValue::Text(name) if name.eq_ignore_ascii_case("quoted-printable") => Encoding::QuotedPrintable,
                _ => Encoding::None,
            },
            None => Encoding::None,
        };
        Some(Kind {
            is_mail: is("message") && (has("rfc822") || has("global")),
            is_unnamed: content.is_none(),
            is_digest: has("digest"),
            boundary: boundary.filter(|boundary| !boundary.is_empty()).map(|boundary| boundary.as_bytes().to_vec()),
            encoding,
        })
    };
    guard::parser(read).flatten()
}
