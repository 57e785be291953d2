//! Forms in mails (F-01 to F-17, R-01 to R-30).

use proptest::prelude::*;
use upgrade_desk::desk::form::{self, FieldKey, Form, Value};
use upgrade_desk::desk::mail::Mail;
use upgrade_desk::desk::seal;

use super::sample_mail::{reply, request};
use crate::sample_rules;

const DESK: &str = "America/Los_Angeles";
const RECEIVED: &str = "2026-11-25T18:00:00Z";

fn forms(mut mail: Mail) -> Vec<Form> {
    let spec = sample_rules::spec();
    seal::take(&mut mail, spec, None);
    form::read(&mail, spec, sample_rules::zones(), DESK, RECEIVED.parse().unwrap())
}

fn answer(mut mail: Mail) -> Option<Form> {
    let spec = sample_rules::spec();
    seal::take(&mut mail, spec, None);
    form::read_reply(&mail, spec, sample_rules::zones(), DESK, RECEIVED.parse().unwrap()).map(|(form, _)| form)
}

/// One line a field: `key = value`, or `key ! fault`.
fn show(form: &Form) -> Vec<String> {
    let mut lines: Vec<String> = form
        .fields
        .iter()
        .map(|(key, slot)| match &slot.read {
            Err(fault) => format!("{} ! {}", key.key(), fault.name),
            Ok(Value::Time(when)) => {
                let readings: Vec<String> = when.readings().map(|reading| reading.at.to_string()).collect();
                format!("{} = {}", key.key(), readings.join(" | "))
            }
            Ok(Value::Ip(ip)) => format!("{} = {ip}", key.key()),
            Ok(Value::YesNo(yes)) => format!("{} = {yes}", key.key()),
            Ok(Value::Sealed(n)) => format!("{} = sealed {n}", key.key()),
            Ok(_) => format!("{} = {}", key.key(), form.text(*key).unwrap()),
        })
        .collect();
    lines.extend(form.rest.iter().map(|line| format!("rest: {line}")));
    lines
}

#[track_caller]
fn check(mail: Mail, expected: &[&[&str]]) {
    let found: Vec<Vec<String>> = forms(mail).iter().map(show).collect();
    assert_eq!(found, expected);
}

#[track_caller]
fn check_answer(mail: Mail, expected: &[&str]) {
    let found = answer(mail).map(|form| show(&form)).unwrap_or_default();
    assert_eq!(found, expected);
}

const WHOLE: &str = "\
Admin Name: Dana Ruiz
Company Name: Acme Telephony Inc
Admin Email: Dana@Acme-Tel.example
Admin Phone: (415) 555-0123 x22

Unit Serial Number: SM-0417-22A
Unit Version: 5.1.3
Unit MAC Address: 00-00-5e-00-53-0a
Unit IP Address: 203.0.113.10:8081
Manager Password: tulip#7
Is the password tested today (yes/no)? YES

Upgrade Time
Year: 2026
Month: 12
Day: 3
Hour: 10
Time Zone: PST
ASAP:
Subscribe for Updates: no
";

const WHOLE_READ: &[&str] = &[
    "admin_name = Dana Ruiz",
    "company_name = Acme Telephony Inc",
    "admin_email = Dana@acme-tel.example",
    "admin_phone = +14155550123",
    "unit_serial = SM041722A",
    "unit_version = 5.1.3",
    "unit_mac = 00:00:5E:00:53:0A",
    "unit_ip = 203.0.113.10",
    "manager_password = sealed 0",
    "password_tested = true",
    "upgrade_time = 2026-12-03T18:00:00Z",
    "time_zone = America/Los_Angeles",
    "subscribe = false",
];

#[test]
fn the_whole_form() {
    check(request(WHOLE), &[WHOLE_READ]);
    check(request(&WHOLE.replace('\n', "\r\n")), &[WHOLE_READ]);
    check(request(&WHOLE.replace(": ", "\t")), &[WHOLE_READ]);
    check(request(&WHOLE.replace(": ", "：")), &[WHOLE_READ]);
    check(request(&WHOLE.replace(": ", " = ")), &[WHOLE_READ]);
    check(request(&WHOLE.replace(": ", "    ")), &[WHOLE_READ]);
    check(
        request(&WHOLE.to_uppercase().replace("TULIP", "tulip")),
        &[&{
            let mut upper = WHOLE_READ.to_vec();
            (upper[0], upper[1], upper[2]) =
                ("admin_name = DANA RUIZ", "company_name = ACME TELEPHONY INC", "admin_email = DANA@acme-tel.example");
            upper
        }],
    );
    // A colleague forwards it: quoted lines of a first mail count.
    let quoted: String = WHOLE.lines().map(|line| format!("> {line}\n")).collect();
    check(request(&format!("FYI, please process\n\n{quoted}")), &[WHOLE_READ]);
    // Values below their labels.
    check(request(&WHOLE.replace(": ", ":\n")), &[WHOLE_READ]);
    // Bold labels, bullets and numbers.
    let bold: String = WHOLE
        .lines()
        .map(|line| match line.split_once(':') {
            Some((label, value)) => format!("* *{label}:*{value}\n"),
            None => format!("{line}\n"),
        })
        .collect();
    check(request(&bold), &[WHOLE_READ]);
}

#[test]
fn other_words_for_the_same_fields() {
    check(
        request(
            "Co.: Acme\nContact - Dana\nTel.: +44 20 7946 0123\nS/N SM-0417\nHW addr: 0:0:5e:0:53:a\nWAN IP: \
             http://203.0.113.10/admin\nMgr pwd: tulip#7\nWhen: Dec 11 2026 10:00 Pacific",
        ),
        &[&[
            "admin_name = Dana",
            "company_name = Acme",
            "admin_phone = +442079460123",
            "unit_serial = SM0417",
            "unit_mac = 00:00:5E:00:53:0A",
            "unit_ip = 203.0.113.10",
            "manager_password = sealed 0",
            "upgrade_time = 2026-12-11T18:00:00Z",
        ]],
    );
    // No label inside another word, none inside a sentence.
    check(request("Shipping: by air\nZip: 12345\nRelief: x\nplease call me, name: Bob"), &[]);
}

#[test]
fn several_fields_on_one_line() {
    check(
        request(
            "Serial: SM-0417-22A     MAC address: 00:00:5E:00:53:0A    IP: 203.0.113.10\n\
             Password: a b\tIP: 203.0.113.10",
        ),
        &[&[
            "unit_serial = SM041722A",
            "unit_mac = 00:00:5E:00:53:0A",
            "unit_ip = 203.0.113.10",
            "manager_password = sealed 0",
        ]],
    );
    // Four columns of a table.
    check(
        request("Admin Name\tDana Ruiz\tCompany Name\tAcme\nSerial\tSM-0417\tMAC\t00:00:5E:00:53:0A"),
        &[&["admin_name = Dana Ruiz", "company_name = Acme", "unit_serial = SM0417", "unit_mac = 00:00:5E:00:53:0A"]],
    );
}

#[test]
fn wrapped_values_are_joined_only_when_that_makes_them_valid() {
    check(
        request("Serial: SM-0417\nMAC: 00:00:5E:00:\n53:0A\nIP: 203.0.113.10"),
        &[&["unit_serial = SM0417", "unit_mac = 00:00:5E:00:53:0A", "unit_ip = 203.0.113.10"]],
    );
    check(
        request("Serial: SM-0417\nMAC: 00:00:5E:00:\nsee you\nIP: 203.0.113.10"),
        &[&["unit_serial = SM0417", "unit_mac ! mac_length", "unit_ip = 203.0.113.10"]],
    );
}

#[test]
fn empty_fields_are_not_given() {
    check(
        request(
            "Admin Name:\nCompany Name: ____\nAdmin Phone: -\nSerial: SM-0417\nMAC:\n\nIP: 203.0.113.10\n\nThanks, Bob",
        ),
        &[&["unit_serial = SM0417", "unit_ip = 203.0.113.10"]],
    );
    // An empty form is a form: everything is asked for.
    check(request("Admin Name:\nCompany Name:\nUnit Serial Number:\nUnit MAC Address:\n"), &[&[]]);
    check(request("Serial: SM-0417\nMAC: 00:00:5E:00:53:0A"), &[]);
}

#[test]
fn lines_that_are_no_field_are_kept() {
    check(
        request(
            "Hello: everybody\nSerial: SM-0417\nPO number: 4711\nMAC: 00:00:5E:00:53:0A\nIP: 203.0.113.10\n\
             Remarks: call \
             first,\nthen start\n\nSee http://acme.example: it is ours.\nFrom: somebody\n",
        ),
        &[&[
            "unit_serial = SM0417",
            "unit_mac = 00:00:5E:00:53:0A",
            "unit_ip = 203.0.113.10",
            "rest: PO number: 4711",
            "rest: Remarks: call first,\nthen start",
        ]],
    );
}

#[test]
fn own_lines_win_over_quoted_ones() {
    let text =
        "> Unit Serial Number: SM-0417\n> Unit MAC Address: 00:00:5E:00:53:0A\n> Unit IP Address: 203.0.113.10\n";
    let corrected = ["unit_serial = SM0417", "unit_mac = 00:00:5E:00:53:0B", "unit_ip = 203.0.113.10"];
    check(request(&format!("MAC: 00:00:5E:00:53:0B\n\n{text}")), &[&corrected]);
    check(request(&format!("{text}\nMAC: 00:00:5E:00:53:0B\n")), &[&corrected]);
    // Twice by the same hand is no correction but a question.
    check(
        request("Serial: SM-0417\nMAC: 00:00:5E:00:53:0A\nMAC: 00:00:5E:00:53:0B\nIP: 203.0.113.10"),
        &[&["unit_serial = SM0417", "unit_mac ! two_values", "unit_ip = 203.0.113.10"]],
    );
    check(
        request("Serial: SM-0417\nMAC: 00:00:5E:00:53:0A\nMAC: 00005e00530a\nIP: 203.0.113.10"),
        &[&["unit_serial = SM0417", "unit_mac = 00:00:5E:00:53:0A", "unit_ip = 203.0.113.10"]],
    );
}

#[test]
fn in_an_answer_quoted_values_of_an_earlier_mail_are_not_new() {
    let earlier: String = WHOLE.lines().map(|line| format!("> {line}\n")).collect();
    check_answer(reply(&format!("Thank you!\n\n{earlier}")), &[]);
    check_answer(reply(&format!("MAC: 00:00:5E:00:53:0B\n\n{earlier}")), &["unit_mac = 00:00:5E:00:53:0B"]);
    assert_eq!(forms(reply(&format!("Thank you!\n\n{earlier}"))), []);
}

#[test]
fn in_an_answer_our_own_empty_form_counts() {
    // Answers behind the labels, in the quotation.
    let answers = ["unit_mac = 00:00:5E:00:53:0A", "manager_password = sealed 0", "password_tested = true"];
    let inside = "See below in red. Dana\n> On Wednesday you asked:\n> Unit Serial Number: SM-9999\n\
                  > --- please answer \
                  below each line ---\n> Unit MAC Address:   0000.5e00.530a\n> Manager Password:   S0mmer!24 \n\
                  > Is the \
                  password tested today (yes/no)? YES\n> ---\n> Unit IP Address: 203.0.113.99\n>> Unit Version: 1\n";
    check_answer(reply(inside), &answers);
    // Answers below the labels, in own lines.
    let below = "> --- please answer below each line ---\n> Unit MAC Address:\n\n00:00:5E:00:53:0A\n\
                 > Manager Password: \
                 \n>\nx y\n> Is the password tested today (yes/no)?\nyes\n> Admin Phone:\n> Unit Version:\n";
    check_answer(reply(below), &answers);
    // Outlook quotes without marks: the mail reader says what is quoted.
    let mut outlook = reply("See below.\n");
    outlook.quoted_text =
        "-----Original Message-----\nFrom: Upgrade desk\nUnit Version: 4\n--- please answer below each line ---\n\
                           Unit MAC Address: 00:00:5E:00:53:0A\nManager Password: x y\nPassword tested: yes\n"
            .to_owned();
    outlook.text = format!("{}{}", outlook.own_text, "\n") + &outlook.quoted_text;
    check_answer(outlook, &answers);
}

#[test]
fn short_answers() {
    check_answer(reply("ASAP\n\nDana"), &["asap = true"]);
    check_answer(reply("As soon as possible!"), &["asap = true"]);
    check_answer(reply("please answer asap"), &[]);
    check_answer(reply("Time zone: Eastern"), &["time_zone = America/New_York"]);
    check_answer(reply("sorry, forgot the pw: tulip#7\nDana"), &["manager_password = sealed 0"]);
    check_answer(reply("Thanks a lot!\nDana"), &[]);
    check_answer(reply(""), &[]);
    // In a request the label alone is an empty field.
    check(
        request("Serial: SM-0417\nMAC: 00:00:5E:00:53:0A\nIP: 203.0.113.10\nASAP\n"),
        &[&["unit_serial = SM0417", "unit_mac = 00:00:5E:00:53:0A", "unit_ip = 203.0.113.10"]],
    );
}

#[test]
fn asap_and_time() {
    let with = |lines: &str| forms(request(&format!("Serial: SM-0417\nMAC: 00:00:5E:00:53:0A\n{lines}\n"))).remove(0);
    let of = |lines: &str, key: FieldKey| {
        let shown = show(&with(lines));
        shown.into_iter().filter(|line| line.starts_with(key.key())).collect::<Vec<_>>().join("")
    };
    for lines in
        ["Upgrade time: ASAP", "ASAP: yes", "ASAP: x", "[x] ASAP", "☑ As soon as possible", "Upgrade time: a.s.a.p.!"]
    {
        assert_eq!(of(lines, FieldKey::Asap), "asap = true", "{lines}");
        assert_eq!(of(lines, FieldKey::UpgradeTime), "", "{lines}");
    }
    assert_eq!(of("[ ] ASAP\nUpgrade time: 2026-12-03 10:00 PST", FieldKey::Asap), "asap = false");
    assert_eq!(of("ASAP: no\nUpgrade time: 2026-12-03 10:00 PST", FieldKey::Asap), "asap = false");
    let both = "ASAP: yes\nUpgrade time: 2026-12-03 10:00 PST";
    assert_eq!(of(both, FieldKey::Asap), "asap ! asap_and_time");
    assert_eq!(of(both, FieldKey::UpgradeTime), "upgrade_time = 2026-12-03T18:00:00Z");
    assert!(!with(both).wants_asap());
    assert_eq!(of("ASAP: perhaps", FieldKey::Asap), "asap ! yes_no");
}

#[test]
fn times_in_forms() {
    let of = |lines: &str| {
        let form =
            forms(request(&format!("Serial: SM-0417\nMAC: 00:00:5E:00:53:0A\nIP: 203.0.113.10\n{lines}\n"))).remove(0);
        show(&form).into_iter().filter(|line| line.contains("time") && !line.starts_with("rest")).collect::<Vec<_>>()
    };
    let six = "upgrade_time = 2026-12-03T14:00:00Z";
    let zone = "time_zone = America/Los_Angeles";
    assert_eq!(of("Upgrade time: 2026-12-03 06:00\nTime zone: PST"), [six, zone]);
    assert_eq!(of("Upgrade time (PST): 2026-12-03 06:00"), [six, zone]);
    assert_eq!(of("Upgrade time: 2026-12-03 06:00 PST"), [six]);
    assert_eq!(of("Date: 3 Dec 2026\nTime: 6 am\nTZ: Pacific"), [six, zone]);
    assert_eq!(of("Upgrade date: 3 Dec 2026\nHour: 6\nTZ: Pacific"), [six, zone]);
    assert_eq!(of("Year: 2026  Month: Dec  Day: 3  Hour: 6  Minute: 00\nTZ: Pacific"), [six, zone]);
    assert_eq!(
        of("Upgrade time: 2026-12-03 06:00\nHour: 7\nYear: 2026\nMonth: 12\nDay: 3\nTZ: PST"),
        ["upgrade_time ! time_two", zone]
    );
    assert_eq!(
        of("Upgrade time: 14.07.2026, 10 o'clock PST"),
        ["upgrade_time = 2026-07-14T17:00:00Z | 2026-07-14T18:00:00Z"]
    );
    // What is wrong with the zone stands at the zone.
    assert_eq!(of("Upgrade time: 2026-12-03 06:00"), ["upgrade_time = 2026-12-03 06:00", "time_zone ! zone_missing"]);
    assert_eq!(
        of("Upgrade time: 2026-12-03 06:00\nTime zone: the usual"),
        ["upgrade_time = 2026-12-03 06:00", "time_zone ! zone_unknown"]
    );
    assert_eq!(of("Upgrade time: whenever\nTime zone: PST"), ["upgrade_time ! time_unreadable", zone]);
    assert_eq!(of("Upgrade time: 2027-03-14 02:30\nTime zone: PST"), ["upgrade_time ! time_gap", zone]);
    assert_eq!(of("Time zone: PST"), [zone]);
    // The head of a quoted mail is no upgrade date.
    assert_eq!(of("From: Bob\nDate: Wed, 25 Nov 2026 10:00 -0800\nSubject: x"), [""; 0]);
}

#[test]
fn an_answer_completes_what_was_written_before() {
    let zones = sample_rules::zones();
    let (opened, received) = ("2026-11-25T18:00:00Z".parse().unwrap(), "2026-11-28T18:00:00Z".parse().unwrap());
    let settled = |older: &str, newer: &str| {
        let older =
            forms(request(&format!("Serial: SM-0417\nMAC: 00:00:5E:00:53:0A\nIP: 203.0.113.10\n{older}"))).remove(0);
        let mut newer = answer(reply(newer)).unwrap();
        form::settle(&mut newer, &older, zones, DESK, opened, received);
        let mut whole = older;
        whole.merge(&newer);
        show(&whole).into_iter().skip(3).collect::<Vec<_>>()
    };
    // "tomorrow" counts from the mail that said it.
    assert_eq!(
        settled("Upgrade time: tomorrow 10:00", "Time zone: PST"),
        ["upgrade_time = 2026-11-26T18:00:00Z", "time_zone = America/Los_Angeles"]
    );
    assert_eq!(
        settled("Upgrade time: 2026-12-03 10:00\nTime zone: Eastern", "Upgrade time: 2026-12-04 10:00"),
        ["upgrade_time = 2026-12-04T15:00:00Z", "time_zone = America/New_York"]
    );
    assert_eq!(
        settled("Upgrade time: 2026-12-03 10:00 Eastern", "Upgrade time: 2026-12-04 10:00"),
        ["upgrade_time = 2026-12-04T15:00:00Z", "time_zone = America/New_York"]
    );
    let both = "ASAP: yes\nUpgrade time: 2026-12-03 10:00 PST";
    assert_eq!(settled(both, "ASAP"), ["asap = true"]);
    assert_eq!(
        settled(both, "Upgrade time: 2026-12-03 10:00 PST"),
        ["upgrade_time = 2026-12-03T18:00:00Z", "asap = false"]
    );
    assert_eq!(
        settled("Upgrade time: 2026-12-03 10:00", "Upgrade time: 2026-12-04 10:00"),
        ["upgrade_time = 2026-12-04 10:00", "time_zone ! zone_missing"]
    );
}

#[test]
fn several_units() {
    let contact = "Company: Acme\nAdmin Email: dana@acme-tel.example\n";
    let one = [
        "company_name = Acme",
        "admin_email = dana@acme-tel.example",
        "unit_serial = SM0501",
        "unit_mac = 00:00:5E:00:53:01",
    ];
    let two = [
        "company_name = Acme",
        "admin_email = dana@acme-tel.example",
        "unit_serial = SM0502",
        "unit_mac = 00:00:5E:00:53:02",
    ];
    let expected: &[&[&str]] = &[&one, &two];
    for units in [
        "Serial: SM-0501\nMAC: 00005E005301\nSerial: SM-0502\nMAC: 00005E005302\n",
        "MAC: 00005E005301\nSerial: SM-0501\n\nMAC: 00005E005302\nSerial: SM-0502\n",
        "Unit 1\nSerial: SM-0501\nMAC: 00005E005301\n\nUnit 2:\nSerial: SM-0502\nMAC: 00005E005302\n",
        "--- Unit 1 ---\nSerial: SM-0501\nMAC: 00005E005301\n--- Unit 2 ---\nSerial: SM-0502\nMAC: 00005E005302\n",
        "Unit 1 serial: SM-0501\nUnit 2 serial: SM-0502\nUnit 1 MAC: 00005E005301\nUnit 2 MAC: 00005E005302\n",
        "Device1 Serial: SM-0501  MAC: 00005E005301\nDevice2 Serial: SM-0502  MAC: 00005E005302\n",
    ] {
        check(request(&format!("{contact}{units}")), expected);
        check(request(&format!("{units}{contact}")), expected);
    }
    // What the mail says once holds for all; what it says of each is its own.
    check(
        request(
            "Serial: SM-0501\nMAC: 00005E005301\nPassword: Ab:9x7\nSerial: SM-0502\nMAC: 00005E005302\nUpgrade time: \
             2026-12-03 10:00 PST",
        ),
        &[
            &[
                "unit_serial = SM0501",
                "unit_mac = 00:00:5E:00:53:01",
                "manager_password = sealed 0",
                "upgrade_time = 2026-12-03T18:00:00Z",
            ],
            &[
                "unit_serial = SM0502",
                "unit_mac = 00:00:5E:00:53:02",
                "manager_password = sealed 0",
                "upgrade_time = 2026-12-03T18:00:00Z",
            ],
        ],
    );
    check(
        request(
            "Serial: SM-0501\nMAC: 00005E005301\nPassword: first1\nSerial: SM-0502\nIP: 203.0.113.22\n\
             Password: second2",
        ),
        &[
            &["unit_serial = SM0501", "unit_mac = 00:00:5E:00:53:01", "manager_password = sealed 0"],
            // The other unit's MAC is not this one's.
            &["unit_serial = SM0502", "unit_ip = 203.0.113.22", "manager_password = sealed 1"],
        ],
    );
    // The same serial number again is the same unit.
    check(
        request("Serial: SM-0501\nMAC: 00005E005301\nSerial: sm 0501\nIP: 203.0.113.22"),
        &[&["unit_serial = SM0501", "unit_mac = 00:00:5E:00:53:01", "unit_ip = 203.0.113.22"]],
    );
    // "Unit 2 is down" heads nothing.
    check(
        request("Serial: SM-0501\nMAC: 00005E005301\nIP: 203.0.113.22\nUnit 2 is down since Monday"),
        &[&["unit_serial = SM0501", "unit_mac = 00:00:5E:00:53:01", "unit_ip = 203.0.113.22"]],
    );
}

#[test]
fn the_part_with_more_labels_is_read() {
    let mut mail = request("Please view this mail in HTML.\n");
    mail.html_text = WHOLE.to_owned();
    check(mail, &[WHOLE_READ]);
    // Mail 32: the parts differ in what opens a gate.
    let mut mail = request("Serial: SM-0417\nMAC: 00:00:5E:00:53:0A\nIP: 203.0.113.10\nVersion: 5\n");
    mail.html_text = "Serial\tSM-0417\nMAC\t00:00:5E:00:53:0B\nIP\t203.0.113.10\n".to_owned();
    check(mail, &[&["unit_serial = SM0417", "unit_version = 5", "unit_mac ! two_values", "unit_ip = 203.0.113.10"]]);
}

#[test]
fn sentences_give_away_what_has_a_shape() {
    let check = |text: &str, expected: &[&str]| {
        let mut mail = request(text);
        seal::take(&mut mail, sample_rules::spec(), None);
        assert_eq!(show(&form::read_prose(&mail, sample_rules::spec()).0), expected, "{text}");
    };
    check(
        "please upgrade our box (s/n SM-0417-22A, mac 00-00-5e-00-53-0a, 203.0.113.10). The pw is tulip#7",
        &[
            "unit_serial = SM041722A",
            "unit_mac = 00:00:5E:00:53:0A",
            "unit_ip = 203.0.113.10",
            "manager_password = sealed 0",
        ],
    );
    check("our gw SM-0417-22A at 192.168.1.10:8081", &["unit_serial = SM041722A", "unit_ip ! ip_private"]);
    // Two are never chosen between; one alone may be anything.
    check(
        "SM-0417-22A and SM-0417-23B at 203.0.113.10, mac 00-00-5e-00-53-0a",
        &["unit_mac = 00:00:5E:00:53:0A", "unit_ip = 203.0.113.10"],
    );
    check("please upgrade SM-0417-22A to 5.2 on 2026-12-03 at 10:00", &[]);
    check("Hi, please upgrade us, pw is tulip#7", &["manager_password = sealed 0"]);
    check("", &[]);
}

#[test]
fn every_fault_says_what_was_expected_and_found() {
    let mail = request(
        "Admin Email: nobody\nPhone: 555-0123\nSerial: see label\nMAC: 00:00:5E:00:53:O\nIP: 192.168.1.10\n\
         Password: same as last \
         time\nPassword tested: perhaps\nUpgrade time: soon\nTime zone: ours\nASAP: maybe\nSubscribe: later",
    );
    let form = forms(mail).remove(0);
    for (key, slot) in &form.fields {
        let fault = slot.read.as_ref().unwrap_err();
        assert!(!fault.text.ends_with('.'), "{}: {}", key.key(), fault.text);
        assert!(fault.text.len() > 30, "{}: {}", key.key(), fault.text);
    }
    assert_eq!(form.fields.len(), 11);
    let ip = form.fields.get(&FieldKey::UnitIp).unwrap().read.as_ref().unwrap_err();
    assert_eq!(ip.text.to_string(), "192.168.1.10 is an internal address; please send the public one");
}

fn lines() -> impl Strategy<Value = String> {
    let pieces = vec![
        "> ",
        ">> ",
        "Serial",
        "MAC",
        "Unit 2",
        "Password",
        "pw is ",
        ": ",
        ":\n",
        "\t",
        "  ",
        "ASAP",
        "[x] ",
        "\n",
        "\n\n",
        "SM-0417",
        "00:00:5E:00:53:0A",
        "00:00:5E:",
        "203.0.113.10",
        "[sealed]",
        "[sealed 9999999999999999999]",
        "(",
        ")",
        "?",
        "--- please answer below each line ---",
        "From: x",
        "Year",
        "Hour",
        "12",
        "é",
        "序列号：",
        "*",
        "\u{200e}",
        "\u{301}",
        "Time Zone",
        "PST",
        "Upgrade time",
        "tomorrow 10:00",
        "- ",
        "1. ",
        "=",
        "；",
    ];
    proptest::collection::vec(
        prop_oneof![4 => proptest::sample::select(pieces).prop_map(str::to_owned), 1 => "\\PC{0,8}"],
        0..60,
    )
    .prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_mail_makes_the_reader_panic(text in lines(), html in lines(), own in lines(), is_reply in any::<bool>()) {
        let mut mail = if is_reply { reply(&text) } else { request(&text) };
        mail.html_text = html;
        mail.own_text = own;
        let _ = form::read_prose(&mail, sample_rules::spec());
        let _ = forms(mail.clone());
        let _ = answer(mail);
    }
}
