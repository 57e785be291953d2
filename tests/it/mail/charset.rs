//! Charsets that are missing, unknown or wrong (R-28): what was written is shown,
//! and nothing of it is lost.

use upgrade_desk::desk::mail;

use crate::sample_rules;

/// The text of a mail with this `Content-Type` and body.
fn text(kind: &str, encoding: &str, body: &[u8]) -> String {
    let head =
        format!("From: a@mail.example\r\nMIME-Version: 1.0\r\n{kind}Content-Transfer-Encoding: {encoding}\r\n\r\n");
    let rules = sample_rules::rules();
    mail::read(&[head.as_bytes(), body].concat(), &rules.limits, &rules.classify.marks).text.trim().to_owned()
}

fn plain(charset: &str, body: &[u8]) -> String {
    text(&format!("Content-Type: text/plain; charset={charset}\r\n"), "8bit", body)
}

#[test]
fn a_charset_that_is_declared_and_fits_is_believed() {
    assert_eq!(plain("windows-1251", b"\xd1\xe8\xf1\xf2\xe5\xec\xe0"), "Система");
    assert_eq!(plain("koi8-r", b"\xf3\xc9\xd3\xd4\xc5\xcd\xc1"), "Система");
    assert_eq!(plain("gb18030", b"\xcf\xb5\xcd\xb3"), "系统");
    assert_eq!(plain("gb2312", b"\xcf\xb5\xcd\xb3"), "系统");
    assert_eq!(plain("iso-8859-1", b"Ger\xe4t"), "Gerät");
    assert_eq!(plain("iso-2022-jp", b"\x1b$BAuCV\x1b(B"), "装置");
    assert_eq!(plain("shift_jis", b"\x91\x95\x92u"), "装置");
    assert_eq!(plain("utf-8", "Gerät".as_bytes()), "Gerät");
}

#[test]
fn a_charset_that_is_missing_or_unknown_loses_nothing() {
    for charset in ["unknown-8bit", "x-nothing", "\"\"", "us-ascii", "utf-8"] {
        assert_eq!(plain(charset, b"Ger\xe4t f\xfcr M\xfcnchen"), "Gerät für München", "{charset}");
    }
    for charset in ["unknown-8bit", "x-nothing", "us-ascii", "iso-8859-1", "windows-1252"] {
        assert_eq!(plain(charset, "Gerät für 系统".as_bytes()), "Gerät für 系统", "{charset}");
    }
    assert_eq!(text("", "8bit", b"Ger\xe4t"), "Gerät");
    assert_eq!(text("", "quoted-printable", b"Ger=E4t"), "Gerät");
    assert_eq!(text("Content-Type: text/plain; charset=us-ascii\r\n", "quoted-printable", b"Ger=C3=A4t"), "Gerät");
    assert_eq!(text("Content-Type: text/plain; charset=us-ascii\r\n", "base64", b"R2Vyw6R0\r\n"), "Gerät");
    assert_eq!(text("Content-Type: text/html; charset=us-ascii\r\n", "8bit", "<p>Gerät".as_bytes()), "Gerät");
}

/// Damaged UTF-8 is still UTF-8: what cannot be read is shown as such.
#[test]
fn bytes_that_cannot_be_read_are_shown() {
    assert_eq!(plain("utf-8", b"Ger\xc3\xa4t \xe4 end"), "Gerät \u{fffd} end");
}

#[test]
fn japanese_in_seven_bits_is_read_though_nothing_declares_it() {
    for charset in ["us-ascii", "utf-8", "iso-8859-1"] {
        assert_eq!(plain(charset, b"\x1b$BAuCV\x1b(B OK"), "装置 OK", "{charset}");
    }
    assert_eq!(text("", "7bit", b"\x1b$BAuCV\x1b(B OK"), "装置 OK");
}

/// UTF-7 hides markup and labels from readers that do not decode it.
#[test]
fn utf7_is_shown_as_it_is() {
    let written = b"+ADw-b+AD4-Unit+ADw-/b+AD4-";
    assert_eq!(plain("utf-7", written), "+ADw-b+AD4-Unit+ADw-/b+AD4-");
    let html = text("Content-Type: text/html; charset=utf-7\r\n", "7bit", written);
    assert_eq!(html, "+ADw-b+AD4-Unit+ADw-/b+AD4-");
}
