//! A mail with a password in a pair of encoding and place. Where a pair has no
//! meaning of its own it has the nearest one:
//!
//! - field, below its label, another language: in the form of the body; attached,
//!   UTF-16 and forwarded: this line alone in that part, the form in the body;
//! - subject: raw, folded, or encoded words (RFC 2047) in Q or B, in pieces;
//!   forwarded: the subject of the mail inside;
//! - prose: a sentence below the form, or alone in the part;
//! - attached form: the attachment is encoded so, HTML is a page; every second is a
//!   table, a document or a workbook instead; forwarded: a form attached to the mail
//!   inside;
//! - quoted form: between our quoted lines in an answer, or these lines in a part;
//! - report: a line of the report, or this line alone in the part.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::files;
use super::passwords::{Encoding, Password, Place};
use super::world::{address, form, serial};

/// A mail as its writer's program sends it.
pub struct Head<'a> {
    pub number: usize,
    /// What makes its Message-ID another one.
    pub kind: &'a str,
    pub subject: String,
    pub answers: Option<&'a str>,
}

pub fn id(kind: &str, number: usize) -> String {
    format!("{kind}-{number}@c{number}.example")
}

/// The first mail. A quoted form comes later, in an answer: here it is missing.
pub fn first(password: &Password) -> Vec<u8> {
    let number = password.number;
    let written = password.written();
    let english = format!("Manager Password: {written}");
    let plain = format!("Upgrade of our unit {}", serial(number));
    let subject = match password.place {
        Place::Subject if password.encoding != Encoding::Forwarded => in_header(password, &english),
        Place::Report => format!("Trouble with {}", serial(number)),
        _ => plain,
    };
    let head = Head { number, kind: "first", subject, answers: None };
    let mut lines = form(number);
    match password.place {
        Place::Field => whole(head, password.encoding, lines, vec![english]),
        Place::BelowLabel => whole(head, password.encoding, lines, vec!["Manager Password:".to_owned(), written]),
        Place::OtherLanguage => {
            let label = match (password.encoding, number % 3) {
                (Encoding::SevenBit, 0) | (_, 1) => "Manager-Kennwort",
                (_, 2) => "Mot de passe manager",
                _ => "Contraseña de manager",
            };
            whole(head, password.encoding, lines, vec![format!("{label}: {written}")])
        }
        Place::Prose => {
            let prose = match number % 3 {
                0 => format!("Hello, the manager password is {written}"),
                1 => format!("Please log in as usual, our password: {written}"),
                _ => format!("We changed it, pw is {written} and nothing else."),
            };
            whole(head, password.encoding, lines, vec![String::new(), prose])
        }
        Place::Subject if password.encoding == Encoding::Forwarded => {
            let inner = mail(Head { subject: in_header(password, &english), ..inner(number) }, text(&lines));
            forwarding(head, inner)
        }
        Place::Subject => {
            let encoding = if password.encoding.is_apart() { Encoding::EightBit } else { password.encoding };
            mail(head, part(encoding, &lines, None))
        }
        Place::AttachedForm => {
            lines.push(english);
            let cover = text(&["Please upgrade our unit, see the attached form.".to_owned()]);
            if let Some(file) = files::form(password, &lines) {
                return mail(head, mixed(&cover, &file));
            }
            if password.encoding == Encoding::Forwarded {
                let attached = part(Encoding::AttachedBase64, &lines, Some(number));
                let inner = mail(inner(number), mixed(&cover, &attached));
                return forwarding(head, inner);
            }
            mail(head, mixed(&cover, &part(password.encoding, &lines, Some(number))))
        }
        Place::QuotedForm => mail(head, text(&lines)),
        Place::Report => {
            let report =
                vec!["Hello,".to_owned(), format!("since the upgrade of unit {} nobody can call.", serial(number))];
            whole(head, password.encoding, report, vec![english])
        }
    }
}

/// Both in one text, or the second in a part of its own.
pub fn whole(head: Head<'_>, encoding: Encoding, mut lines: Vec<String>, secret: Vec<String>) -> Vec<u8> {
    let number = head.number;
    if encoding == Encoding::Forwarded {
        let inner = mail(inner(number), text(&secret));
        return mail(head, mixed(&text(&lines), &attached_mail(&inner)));
    }
    if encoding.is_apart() {
        return mail(head, mixed(&text(&lines), &part(encoding, &secret, Some(number))));
    }
    lines.extend(secret);
    mail(head, part(encoding, &lines, None))
}

fn inner(number: usize) -> Head<'static> {
    Head { number, kind: "inner", subject: "the unit".to_owned(), answers: None }
}

fn forwarding(head: Head<'_>, inner: Vec<u8>) -> Vec<u8> {
    let subject = format!("Fwd: {}", head.subject);
    mail(Head { subject, ..head }, mixed(&text(&["FYI, please upgrade.".to_owned()]), &attached_mail(&inner)))
}

/// With the words of our mail host in front, who vouches for him.
pub fn mail(head: Head<'_>, body: Vec<u8>) -> Vec<u8> {
    let Head { number, kind, subject, answers } = head;
    let answers = answers.map(|id| format!("In-Reply-To: <{id}>\nReferences: <{id}>\n")).unwrap_or_default();
    let from = address(number);
    let mut mail = format!(
        "Authentication-Results: mx.vendor.example;\n\tdkim=pass header.d=c{number}.example header.b=Zk3Leak;\n\t\
         dmarc=pass header.from=c{number}.example\n\
         DKIM-Signature: v=1; a=rsa-sha256; d=c{number}.example; s=m1; b=Zk3LeakQ2v8yE1;\n\t\
         h=from:to:subject:date:message-id:mime-version:content-type:content-transfer-encoding; bh=47DEQpj8\n\
         From: Ada <{from}>\nTo: upgrade@vendor.example\nSubject: {subject}\n\
         Date: Mon, 7 Dec 2026 09:00:00 -0800\nMessage-ID: <{}>\n{answers}MIME-Version: 1.0\n",
        id(kind, number)
    )
    .into_bytes();
    mail.extend(body);
    mail
}

pub fn text(lines: &[String]) -> Vec<u8> {
    part(Encoding::EightBit, lines, None)
}

fn attached_mail(mail: &[u8]) -> Vec<u8> {
    [b"Content-Type: message/rfc822\nContent-Disposition: attachment\n\n".as_slice(), mail].concat()
}

pub fn mixed(one: &[u8], other: &[u8]) -> Vec<u8> {
    multipart("mixed", &[one, other])
}

pub fn multipart(kind: &str, parts: &[&[u8]]) -> Vec<u8> {
    // Parts lie in parts: each needs a boundary of its own.
    let size = parts.iter().map(|part| part.len()).sum::<usize>();
    let boundary = format!("=_{}_{size}", kind.split(';').next().unwrap_or(""));
    let mut whole = format!("Content-Type: multipart/{kind}; boundary=\"{boundary}\"\n\n").into_bytes();
    for part in parts {
        whole.extend(format!("--{boundary}\n").bytes());
        whole.extend(*part);
        whole.extend(b"\n");
    }
    whole.extend(format!("--{boundary}--\n").bytes());
    whole
}

/// One part with its header. `attached`: as a file of this number.
pub fn part(encoding: Encoding, lines: &[String], attached: Option<usize>) -> Vec<u8> {
    let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let page = || page(encoding, lines);
    let (kind, transfer, body): (&str, &str, Vec<u8>) = match encoding {
        Encoding::SevenBit => ("text/plain; charset=us-ascii", "7bit", text.into_bytes()),
        Encoding::EightBit | Encoding::Forwarded => ("text/plain; charset=utf-8", "8bit", text.into_bytes()),
        Encoding::QuotedPrintable => {
            ("text/plain; charset=utf-8", "quoted-printable", quoted_printable(text.as_bytes()))
        }
        Encoding::Base64 | Encoding::AttachedBase64 => ("text/plain; charset=utf-8", "base64", base64(text.as_bytes())),
        Encoding::HtmlNamed => ("text/html; charset=utf-8", "8bit", page().into_bytes()),
        Encoding::HtmlNumeric => ("text/html; charset=us-ascii", "7bit", page().into_bytes()),
        Encoding::HtmlInQuotedPrintable if attached.is_none() => {
            let html = part(encoding, lines, Some(0));
            return multipart("alternative", &[&self::text(lines), &without_file(&html)]);
        }
        Encoding::HtmlInQuotedPrintable => {
            ("text/html; charset=utf-8", "quoted-printable", quoted_printable(page().as_bytes()))
        }
        Encoding::AttachedUtf16 => {
            let little = attached.is_none_or(|number| number % 2 == 0);
            let unit = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
            let wide: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(unit).collect();
            // Programs that know no better call a text a stream of bytes.
            let known = attached.is_none_or(|number| number % 3 != 0);
            (if known { "text/plain; charset=utf-16" } else { "application/octet-stream" }, "base64", base64(&wide))
        }
        Encoding::Windows1252 => ("text/plain; charset=windows-1252", "8bit", windows_1252(&text)),
        Encoding::Flowed => ("text/plain; charset=utf-8; format=flowed", "8bit", flowed(lines).into_bytes()),
    };
    let end = if encoding.is_html() { "html" } else { "txt" };
    let file = attached.map(|_| format!("Content-Disposition: attachment; filename=\"form.{end}\"\n"));
    let head = format!("Content-Type: {kind}\nContent-Transfer-Encoding: {transfer}\n{}\n", file.unwrap_or_default());
    [head.into_bytes(), body].concat()
}

fn without_file(part: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(part.to_vec()).unwrap();
    text.lines()
        .filter(|line| !line.starts_with("Content-Disposition"))
        .map(|line| format!("{line}\n"))
        .collect::<String>()
        .into_bytes()
}

/// Soft breaks wherever they fall, within values and within letters.
pub fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut coded = String::new();
    let mut width = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let ends = bytes.get(at + 1).is_none_or(|next| *next == b'\n');
        let piece = match byte {
            b'\n' => "\n".to_owned(),
            b' ' if ends => "=20".to_owned(),
            33..=60 | 62..=126 | b' ' => char::from(*byte).to_string(),
            _ => format!("={byte:02X}"),
        };
        if width + piece.len() > 27 && piece != "\n" {
            coded.push_str("=\n");
            width = 0;
        }
        width = if piece == "\n" { 0 } else { width + piece.len() };
        coded.push_str(&piece);
    }
    coded.into_bytes()
}

pub fn base64(bytes: &[u8]) -> Vec<u8> {
    let coded = STANDARD.encode(bytes);
    coded.as_bytes().chunks(76).flat_map(|line| [line, b"\n"].concat()).collect()
}

pub fn windows_1252(text: &str) -> Vec<u8> {
    let byte = |c: char| match c {
        '€' => 0x80,
        c => u8::try_from(u32::from(c)).unwrap(),
    };
    text.chars().map(byte).collect()
}

/// RFC 3676: broken behind blanks, lines that begin with a blank or a mark stuffed.
/// Quoted lines are not broken: each would need its marks again.
fn flowed(lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines {
        let is_quoted = line.starts_with('>');
        let mut rows = vec![String::new()];
        for word in line.split_inclusive(' ') {
            if rows.last().is_some_and(|row| row.len() > 30 && row.ends_with(' ')) && !is_quoted {
                rows.push(String::new());
            }
            rows.last_mut().unwrap().push_str(word);
        }
        for row in rows {
            let stuffed = if row.starts_with([' ', '>']) && !is_quoted { " " } else { "" };
            text.push_str(&format!("{stuffed}{row}\n"));
        }
    }
    text
}

fn page(encoding: Encoding, lines: &[String]) -> String {
    let rows: String = lines.iter().map(|line| format!("<div>{}</div>\n", marked_up(encoding, line))).collect();
    format!("<html><head><style>p {{ margin: 0 }}</style></head><body>\n{rows}</body></html>\n")
}

fn marked_up(encoding: Encoding, line: &str) -> String {
    let mut text = String::new();
    for (at, c) in line.chars().enumerate() {
        let named = match c {
            '&' => Some("&amp;"),
            '<' => Some("&lt;"),
            '>' => Some("&gt;"),
            '"' => Some("&quot;"),
            '\'' => Some("&apos;"),
            'ä' => Some("&auml;"),
            'ß' => Some("&szlig;"),
            'é' => Some("&eacute;"),
            '€' => Some("&euro;"),
            _ => None,
        };
        match (encoding, named) {
            (Encoding::HtmlNumeric, _) if at % 3 == 0 && c != ' ' => text.push_str(&format!("&#{};", u32::from(c))),
            (Encoding::HtmlNumeric, _) if named.is_some() || !c.is_ascii() => {
                text.push_str(&format!("&#x{:X};", u32::from(c)));
            }
            (_, Some(name)) => text.push_str(name),
            (_, None) => text.push(c),
        }
        if encoding == Encoding::HtmlInQuotedPrintable && at % 11 == 10 {
            text.push_str("<wbr><b></b>");
        }
    }
    text
}

/// A subject: raw where that can be, else encoded words of a few characters.
fn in_header(password: &Password, text: &str) -> String {
    let words = |charset: &str, code: fn(&str) -> String| {
        let chars: Vec<char> = text.chars().collect();
        let pieces: Vec<String> =
            chars.chunks(9).map(|piece| format!("=?{charset}?{}?=", code(&piece.iter().collect::<String>()))).collect();
        pieces.join("\n ")
    };
    let q = |text: &str| format!("Q?{}", text.bytes().map(|byte| format!("={byte:02X}")).collect::<String>());
    let narrow =
        |text: &str| format!("Q?{}", windows_1252(text).iter().map(|byte| format!("={byte:02X}")).collect::<String>());
    match password.encoding {
        Encoding::SevenBit | Encoding::EightBit => text.to_owned(),
        Encoding::Flowed => text.replacen(": ", ":\n ", 1),
        Encoding::Windows1252 => words("windows-1252", narrow),
        Encoding::QuotedPrintable | Encoding::HtmlNamed | Encoding::HtmlInQuotedPrintable => words("UTF-8", q),
        _ => words("utf-8", |text| format!("B?{}", STANDARD.encode(text))),
    }
}
