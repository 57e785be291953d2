//! F-09: a password comes out of a mail to the exact character, however it was
//! encoded; and where the encoding itself loses blanks, only these are lost.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use upgrade_desk::desk::input::{self, Understood};
use upgrade_desk::desk::seal::Secret;
use upgrade_desk::desk::seal::prints::Prints;

use crate::sample_rules;

/// With backslashes, quotes, codes of mail programs, entities, blanks and UTF-8; a
/// letter and a digit in front, so that it is no placeholder.
fn password() -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(vec![
        "\\", "\\\\", "\"", "'", "=20", "=3D", "=", "&amp;", "&#39;", "&", "<b>", ">", "%41", "#", "{", "}", "$", "é",
        "ß", "中", "🔑", "x", "Y", "7", "  ", " ", "-", "_", "~", "`", "|", "/", ";", "+", "*",
    ]);
    proptest::collection::vec(piece, 4..16).prop_map(|pieces| format!("q7{}z", pieces.concat()))
}

fn read(mail: &[u8]) -> Understood {
    input::understand(mail, "2026-11-25T18:00:30Z".parse().unwrap(), sample_rules::rules(), &Prints::default())
}

fn mail(kind: &str, coding: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "From: dana@acme.example\r\nSubject: form\r\nMIME-Version: 1.0\r\nContent-Type: {kind}\r\n\
         Content-Transfer-Encoding: {coding}\r\n\r\n"
    );
    [head.as_bytes(), body, b"\r\n"].concat()
}

/// RFC 2045 6.7: blanks at the end of a line are coded, lines are broken softly.
fn quoted_printable(text: &str) -> String {
    let mut coded = String::new();
    for line in text.split("\r\n") {
        let mut width = 0;
        let last = line.len();
        for (at, byte) in (1..).zip(line.bytes()) {
            let plain = (byte.is_ascii_graphic() && byte != b'=') || (byte == b' ' && at != last);
            let piece = if plain { char::from(byte).to_string() } else { format!("={byte:02X}") };
            if width + piece.len() > 70 {
                coded.push_str("=\r\n");
                width = 0;
            }
            width += piece.len();
            coded.push_str(&piece);
        }
        coded.push_str("\r\n");
    }
    coded
}

fn entities(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == ' ' { c.to_string() } else { format!("&#{};", u32::from(c)) })
        .collect()
}

fn only(read: &Understood) -> Vec<&str> {
    read.secrets.iter().map(Secret::expose).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_encoding_changes_a_character(password in password(), before in 0..3_usize, behind in 0..3_usize) {
        // Blanks in front are the label's: forms write their values in columns, and nobody
        // can tell these from others. Those at the end are the password's.
        let value = format!("{}{password}{}", " ".repeat(before), " ".repeat(behind));
        let text = format!("Unit Serial Number: SM-0417\r\nManager Password: {value}\r\nTime Zone: UTC\r\n");
        let utf8 = "text/plain; charset=utf-8";
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (name, mail) in [
            ("8bit", mail(utf8, "8bit", text.as_bytes())),
            ("quoted-printable", mail(utf8, "quoted-printable", quoted_printable(&text).as_bytes())),
            ("base64", mail(utf8, "base64", STANDARD.encode(&text).as_bytes())),
            ("utf-16be", mail("text/plain; charset=utf-16be", "base64", STANDARD.encode(&wide).as_bytes())),
        ] {
            let read = read(&mail);
            let found = only(&read);
            prop_assert_eq!(found.len(), 1, "{}: {:?}", name, &found);
            prop_assert_eq!(found[0].trim_start(), value.trim_start(), "{}", name);
            prop_assert!(!read.mail.text.contains(&password), "{}", name);
        }
    }

    /// RFC 3676 4.1 takes blanks from the end of a line for a line that goes on; HTML
    /// shows any number of blanks as one. Neither changes anything else.
    #[test]
    fn what_a_person_sees_is_kept_where_blanks_mean_nothing(password in password()) {
        let text = format!("Unit Serial Number: SM-0417\r\nManager Password: {password}\r\nTime Zone: UTC\r\n");
        let flowed = mail("text/plain; charset=utf-8; format=flowed", "8bit", text.as_bytes());
        let page = format!("<p>Unit Serial Number: SM-0417</p><p>Manager Password: {}</p>", entities(&password));
        let html = mail("text/html; charset=utf-8", "8bit", page.as_bytes());
        let seen = password.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        for (name, mail, expected) in [("flowed", flowed, &password), ("html", html, &seen)] {
            let read = read(&mail);
            prop_assert_eq!(only(&read), vec![expected.as_str()], "{}", name);
        }
    }
}
