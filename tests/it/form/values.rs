//! Values of one field (F-03 to F-08, R-15 to R-18): format is forgiven, content
//! is never repaired.

use proptest::prelude::*;
use upgrade_desk::desk::form::{self, FieldKey, Value, value};

use super::sample_mail::request;
use crate::sample_rules;

fn outcome(read: Result<String, upgrade_desk::desk::form::Fault>) -> String {
    read.unwrap_or_else(|fault| format!("! {}", fault.name))
}

#[track_caller]
fn mac(written: &str, expected: &str) {
    assert_eq!(outcome(value::mac(written)), expected, "{written:?}");
}

#[track_caller]
fn serial(written: &str, expected: &str) {
    let pattern = &sample_rules::spec().serial_pattern;
    assert_eq!(outcome(value::serial(written, pattern)), expected, "{written:?}");
}

#[track_caller]
fn phone(written: &str, country: &str, expected: &str) {
    assert_eq!(outcome(value::phone(written, country)), expected, "{written:?} in {country}");
}

/// A field as a form reads it.
fn field(key: FieldKey, label: &str, written: &str) -> String {
    let mail = request(&format!("Company: Acme\nVersion: 5\nContact: Dana\n{label}: {written}"));
    let received = "2026-11-25T18:00:00Z".parse().unwrap();
    let form = form::read(&mail, sample_rules::spec(), sample_rules::zones(), "UTC", received).remove(0);
    let Some(slot) = form.fields.get(&key) else { return "nothing".to_owned() };
    match &slot.read {
        Ok(Value::Ip(ip)) => ip.to_string(),
        Ok(Value::YesNo(yes)) => yes.to_string(),
        Ok(_) => form.text(key).unwrap().to_owned(),
        Err(fault) => format!("! {}", fault.name),
    }
}

#[track_caller]
fn ip(written: &str, expected: &str) {
    assert_eq!(field(FieldKey::UnitIp, "Unit IP Address", written), expected, "{written:?}");
}

#[test]
fn mac_addresses() {
    let ours = "00:00:5E:00:53:0A";
    for written in [
        "00:00:5E:00:53:0A",
        "00-00-5e-00-53-0a",
        "0000.5e00.530a",
        "00005E00530A",
        "00 00 5E 00 53 0A",
        "0:0:5e:0:53:a",
        "0-0-5e-0-53-a",
        "MAC=00:00:5E:00:53:0A",
        "mac: 00:00:5E:00:53:0A",
        "00:00:5E:00:53:0A (eth0)",
        "eth0 00:00:5E:00:53:0A",
        "\"00:00:5E:00:53:0A\".",
        "**00:00:5E:00:53:0A**",
        "00‑00‑5e‑00‑53‑0a",
        "００:００:5E:00:53:0A",
        "\u{200E}00:00:5E:00:53:0A\u{200E}",
        "00005E-00530A",
        "00:00:5E:00:53:0A, 00-00-5e-00-53-0a",
    ] {
        mac(written, ours);
    }
    mac("00:00:5E:00:53:0", "00:00:5E:00:53:00");
    // Without separators nobody knows which group is short.
    mac("00005E00530", "! mac_length");
    mac("00005E00530A1", "! mac_length");
    mac("00:00:5E:FF:FE:00:53:0A", "! mac_length");
    mac("", "! mac_length");
    mac("00:00:5E:00:53:O1", "! mac_letter");
    mac("00:00:5E:00:53:G1", "! mac_letter");
    mac("see the label", "! mac_letter");
    mac("0000 0000 0000", "! mac_special");
    mac("ffff.ffff.ffff", "! mac_special");
    mac("01005E000001", "! mac_special");
    mac("00:00:5E:00:53:0A / 00:00:5E:00:53:0B", "! two_values");
    mac("eth0=00:00:5E:00:53:0A eth1=00:00:5E:00:53:0B", "! two_values");
}

#[test]
fn the_likely_reading_of_a_mac_address_is_shown_and_never_taken() {
    let text = |written: &str| value::mac(written).unwrap_err().text;
    assert!(text("00:00:5E:00:53:O1").ends_with("contains the letter O; did you mean 00:00:5E:00:53:01?"));
    assert!(text("00:00:5E:00:53:0l").ends_with("did you mean 00:00:5E:00:53:01?"));
    assert!(text("00:00:5Е:00:53:0А").contains("the Cyrillic letter Е; did you mean 00:00:5E:00:53:0A?"));
    // B and 8, D and 0 are both legal: there is nothing to suggest.
    assert!(!text("00:00:5E:00:53:S1").contains("did you mean"));
    assert!(text("00:00:5E:00:53").ends_with("this one has 10"));
}

#[test]
fn serial_numbers() {
    for written in [
        "SM-0417-22A",
        "sm 0417 22a",
        "SM 0417-22 A",
        "sm0417 22a",
        "#SM041722A",
        "SN: SM-0417-22A",
        "s/n SM-0417-22A",
        "No. SM-0417-22A",
        "SM–0417—22‑A",
        "\u{A0}SM-0417-22A\u{A0}",
        "ＳＭ-0417-22A",
        "SM-0417-22A (label at the back)",
        "\"SM-0417-22A\".",
    ] {
        serial(written, "SM041722A");
    }
    // Letters that belong to the number stay.
    serial("SN00000042", "SN00000042");
    serial("NO-42", "NO42");
    // Look-alikes are another number, for the register to say.
    serial("SM-O417", "SMO417");
    serial("SМ-0417", "! serial_letters");
    serial("ΑM-0417", "! serial_letters");
    serial("see label", "! serial_format");
    serial("", "! serial_format");
    serial("SM_0417", "! serial_format");
    serial("SM-0417, SM-0418", "! two_values");
    serial("SM-0417 and SM-0418", "! two_values");
    assert!(value::serial("SМ-0417", "^.*$").unwrap_err().text.contains("the Cyrillic letter М in place 2"));
    assert_eq!(value::serial("SM-0417", "(").unwrap_err().name, "serial_pattern");
}

#[test]
fn ip_addresses() {
    for written in [
        "203.0.113.10",
        "203.0.113.10:8081",
        "http://203.0.113.10/admin",
        "https://admin@203.0.113.10:8081/?a=1",
        "203.0.113.10/24",
        "[203.0.113.10]",
        "203.0.113.10.",
        "<203.0.113.10>",
        "203.0.113.10 (public) / 192.168.1.10 (lan)",
        "192.168.1.10, 203.0.113.10",
        "203.0.113.10 and 203.0.113.10",
        "２０３.0.113.10",
        "::ffff:203.0.113.10",
    ] {
        ip(written, "203.0.113.10");
    }
    for written in ["2001:db8::10", "[2001:db8::10]:8081", "2001:DB8:0::10/64", "http://[2001:db8::10]/"] {
        ip(written, "2001:db8::10");
    }
    ip("192.0.2.1", "192.0.2.1");
    ip("198.51.100.1", "198.51.100.1");
    for private in
        ["192.168.1.10", "10.0.0.5 via VPN", "172.16.0.1", "127.0.0.1", "169.254.1.1", "100.64.0.1", "fe80::1%eth0"]
    {
        ip(private, "! ip_private");
    }
    for private in ["::1", "fd00::1", "::ffff:10.0.0.1"] {
        ip(private, "! ip_private");
    }
    for special in ["0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1", "0::0", "ff02::1"] {
        ip(special, "! ip_special");
    }
    ip("203.000.113.010", "! ip_leading_zeros");
    ip("203.0.113.010, 203.0.113.10", "! ip_leading_zeros");
    ip("203,0,113,10", "! ip_format");
    ip("203.0.113.256", "! ip_format");
    ip("203.0.113", "! ip_format");
    ip("2001:db8::g", "! ip_format");
    ip("1:2:3", "! ip_format");
    ip("dhcp", "! ip_format");
    ip("pbx.acme-tel.example", "! ip_hostname");
    ip("http://pbx.acme-tel.example:8081/", "! ip_hostname");
    ip("203.0.113.10 / 203.0.113.11", "! two_values");
}

#[test]
fn phones() {
    for written in [
        "+1 (415) 555-0123 x22",
        "001-415-555-0123",
        "415.555.0123",
        "(415) 555-0123 ext. 22",
        "1-415-555-0123",
        "WhatsApp +1 415 555 0123",
        "415-555-0123 or 415-555-0124",
        "+1 415 555 0123 / +1 415 555 0124",
        "+1 415 555 0123 +1 415 555 0124",
        "tel. 415–555–0123",
    ] {
        phone(written, "1", "+14155550123");
    }
    phone("011 44 20 7946 0123", "1", "+442079460123");
    phone("+44 (20) 7946 0123", "1", "+442079460123");
    phone("020 7946 0123", "44", "+442079460123");
    phone("0049 30 901820", "44", "+4930901820");
    phone("555-0123", "1", "! phone_format");
    phone("same as on file", "1", "! phone_format");
    phone("", "1", "! phone_format");
    phone("+12", "1", "! phone_format");
    phone("+1234567890123456", "1", "! phone_format");
}

#[test]
fn addresses_of_people() {
    let mail = |written: &str| field(FieldKey::AdminEmail, "Email", written);
    for written in [
        "Dana@ACME-tel.example",
        "<Dana@acme-tel.example>",
        "Dana Ruiz <Dana@acme-tel.example>",
        "Dana@acme-tel.example<mailto:Dana@acme-tel.example>",
        "mailto:Dana@acme-tel.example.",
        "Dana@acme-tel.example, Dana@acme-tel.example",
    ] {
        assert_eq!(mail(written), "Dana@acme-tel.example", "{written}");
    }
    for written in [
        "dana",
        "dana@",
        "@acme-tel.example",
        "dana@acme",
        "da..na@acme-tel.example",
        "dana@-acme.example",
        "dän@acme.example",
    ] {
        assert_eq!(mail(written), "! email_format", "{written}");
    }
    assert_eq!(mail("a@acme-tel.example; b@acme-tel.example"), "! two_values");
}

#[test]
fn yes_and_no() {
    let tested = |written: &str| field(FieldKey::PasswordTested, "Password tested", written);
    for written in ["yes", "YES!", "Yes, this morning", "y", "x", "[x]", "1", "ok", "✓", "tested today"] {
        assert_eq!(tested(written), "true", "{written}");
    }
    for written in ["no", "No.", "not yet", "untested", "0", "n"] {
        assert_eq!(tested(written), "false", "{written}");
    }
    for written in ["perhaps", "yesterday", "nobody knows", "2026-11-25"] {
        assert_eq!(tested(written), "! yes_no", "{written}");
    }
}

#[test]
fn long_words_are_refused() {
    assert_eq!(field(FieldKey::CompanyName, "Customer", &"a".repeat(200)), "a".repeat(200));
    assert_eq!(field(FieldKey::CompanyName, "Customer", &"a".repeat(201)), "! text_length");
}

proptest! {
    #[test]
    fn every_grouping_of_a_mac_address_is_the_same(
        digits in "00005E0053[0-9A-F]{2}",
        cut in proptest::sample::select(vec![2_usize, 3, 4, 6, 12]),
        sign in "[:. -]",
        lower in any::<bool>(),
    ) {
        let digits: Vec<char> = digits.chars().collect();
        let grouped = |cut: usize, sign: &str| {
            digits.chunks(cut).map(String::from_iter).collect::<Vec<String>>().join(sign)
        };
        let written = grouped(cut, &sign);
        let written = if lower { written.to_lowercase() } else { written };
        prop_assert_eq!(value::mac(&written), Ok(grouped(2, ":")));
    }

    /// Whatever is read as a value reads as itself.
    #[test]
    fn what_was_read_reads_the_same(text in "\\PC{0,30}") {
        let pattern = &sample_rules::spec().serial_pattern;
        if let Ok(read) = value::mac(&text) {
            prop_assert_eq!(value::mac(&read), Ok(read));
        }
        if let Ok(read) = value::serial(&text, pattern) {
            prop_assert_eq!(value::serial(&read, pattern), Ok(read));
        }
        if let Ok(read) = value::phone(&text, "1") {
            prop_assert_eq!(value::phone(&read, "1"), Ok(read));
        }
    }

    #[test]
    fn no_address_makes_the_reader_panic(text in "[0-9a-fA-F.:/\\[\\]%, @http-]{0,40}") {
        let _ = field(FieldKey::UnitIp, "Unit IP Address", &text);
        let _ = field(FieldKey::AdminEmail, "Email", &text);
    }
}
