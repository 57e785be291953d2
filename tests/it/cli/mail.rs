//! `read` and `try` on single mails, honest and hostile.

use std::fs;

use serde_json::json;

use super::place::Place;

pub const PASSWORD: &str = "tulip#7 Lake";

/// A whole request of Dana Ruiz, vouched for by the mail host.
pub fn form(id: &str) -> String {
    format!(
        "Authentication-Results: mx.vendor.example; dkim=pass header.d=acme-tel.example header.b=Zk3a1041;\n\
         \tdmarc=pass header.from=acme-tel.example\n\
         DKIM-Signature: v=1; a=rsa-sha256; d=acme-tel.example; s=m1; h=from:to:subject:date:message-id:\n\
         \tmime-version:content-type; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=Zk3a10417acmQ2v8yE1kq0\n\
         Date: Mon, 16 Nov 2026 17:12:00 +0000\nFrom: Dana Ruiz <dana@acme-tel.example>\n\
         To: upgrade@vendor.example\nSubject: Upgrade request SM-0417-22A\nMessage-ID: <{id}@acme-tel.example>\n\
         MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n\
         Admin Name: Dana Ruiz\nCompany Name: Acme Telephone, Inc.\nAdmin Email: dana@acme-tel.example\n\
         Admin Phone: +1 312 555 0101\nUnit Serial Number: SM-0417-22A\nUnit Version: 7.2.1\n\
         Unit MAC Address: 00-00-5e-00-53-0a\nUnit IP Address: 203.0.113.10\nManager Password: {PASSWORD}\n\
         Password tested: yes\nUpgrade Time: 2026-11-19 10:30\nTime Zone: America/Los_Angeles\n"
    )
}

/// The same for as soon as possible: what comes of it is the same at any time.
pub fn asap(id: &str) -> String {
    form(id).replace("Upgrade Time: 2026-11-19 10:30", "ASAP: yes")
}

/// A mail that tries to paint, to turn and to forge a row.
fn hostile() -> Vec<u8> {
    let subject = "=?utf-8?Q?paid=1B[2J=E2=80=AE_nur_=0A99__M-05__sent?=";
    let text = "clear \u{1b}[2J\u{9b}31m the \u{202e}screen\u{7}\r\nUnit MAC Address: \u{1b}]0;title\u{7}\r\n";
    format!("From: \"A\u{1b}[31m\" <eve@elsewhere.example>\r\nSubject: {subject}\r\n\r\n{text}").into_bytes()
}

#[test]
fn read_shows_the_mail_and_never_the_password() {
    let place = Place::new();
    fs::write(place.path("mail.eml"), form("read")).unwrap();
    let ran = place.run(&["read", "mail.eml"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    ran.never_says(PASSWORD);
    for line in [
        "Kind        request",
        "From        Dana Ruiz <dana@acme-tel.example>",
        "Date        Mon 16 Nov 2026 09:12 PST",
        "Secrets     1, to be sealed",
    ] {
        assert!(ran.out.lines().any(|found| found == line), "{line}\n{}", ran.out);
    }
    // As written, as understood; where it stood, and what read it.
    for (value, origin) in [
        ("manager_password  [sealed]               [sealed] ", "text, line 9: 19-26   label \"Manager Password\""),
        ("unit_mac          00-00-5e-00-53-0a      00:00:5E:00:53:0A ", "line 7: 19-35   label \"Unit MAC Address\""),
        (
            "upgrade_time      2026-11-19 10:30       Thu 19 Nov 2026 10:30 PST ",
            "line 11: 15-30  label \"Upgrade Time\"",
        ),
    ] {
        let is_told = |line: &str| line.starts_with(value) && line.ends_with(origin);
        assert!(ran.out.lines().any(is_told), "{value}\n{}", ran.out);
    }
    assert!(ran.out.contains("acme-tel.example vouches for the sender"), "{}", ran.out);

    let json = place.run(&["read", "mail.eml", "--json"]);
    json.never_says(PASSWORD);
    let read = json.json();
    assert_eq!((&read["kind"], &read["secrets"]), (&json!("request"), &json!(1)));
    let fields = &read["forms"][0]["fields"];
    assert_eq!(fields["unit_mac"]["value"], "00:00:5E:00:53:0A");
    assert_eq!(fields["manager_password"]["value"], "[sealed]");
    let stood = &fields["unit_mac"]["stood"][0];
    assert_eq!((&stood["part"], &stood["rule"]["by"]), (&json!("text"), &json!("label")));
    assert!(stood["line"].is_u64() && stood["span"].is_array() && stood["file"].is_null(), "{stood}");
    assert_eq!(fields["upgrade_time"]["value"]["utc"], "2026-11-19T18:30:00Z");
    assert_eq!(place.run_with(&["read", "-", "--json"], form("read").as_bytes()).json()["own_text"], read["own_text"]);
}

#[test]
fn read_says_how_severe_a_problem_is_by_which_words_and_since_when() {
    let place = Place::new();
    let mail = b"From: Dana <dana@acme-tel.example>\r\nSubject: Phones\r\n\r\nNobody can call in since 8:15 today.\r\n";
    let ran = place.run_with(&["read", "-"], mail);
    let told = "Severity  P1\n          \"Nobody can call in\": nobody or nothing is spared\n          \
                since when: \"since 8:15 today\"\n";
    assert!(ran.out.contains(told), "{}", ran.out);
    assert_eq!(place.run_with(&["read", "-", "--json"], mail).json()["urgency"]["since"], "since 8:15 today");
}

/// The names that cli.md fixes, each there even when it has nothing to say.
#[test]
fn read_has_every_field_of_the_contract() {
    let place = Place::new();
    let read = place.run_with(&["read", "-", "--json"], b"Subject: x\r\n\r\nhello\r\n").json();
    let names = [
        "kind",
        "automatic",
        "automatic_because",
        "identity",
        "to",
        "cc",
        "reply_to",
        "text",
        "subject",
        "message_id",
        "in_reply_to",
        "references",
        "date",
        "own_text",
        "quoted_text",
        "signature",
        "attachments",
        "report",
        "forms",
        "commands",
        "urgency",
        "secrets",
        "limits",
    ];
    for name in names {
        assert!(read.get(name).is_some(), "{name} is missing");
    }
    assert_eq!(read["identity"], json!({ "address": null, "name": "", "fault": "no_from" }));
}

/// `Ran` refuses every control character in what was printed.
#[test]
fn a_mail_cannot_steer_the_terminal() {
    let place = Place::new();
    for words in [&["read", "-"][..], &["try", "-", "--config", "desk.toml"]] {
        let ran = place.run_with(words, &hostile());
        assert_eq!(ran.code, 0, "{}", ran.err);
        for turned in ['\u{202e}', '\u{9b}', '\u{7}'] {
            assert!(!ran.out.contains(turned), "{words:?}: {:?}", ran.out);
        }
        assert!(!ran.out.lines().any(|line| line.starts_with("99  M-05")), "a row was forged: {}", ran.out);
    }
}

#[test]
fn a_mail_over_the_limit_is_not_read() {
    let place = Place::with_own_rules();
    place.change_rule("limits.toml", "message_bytes_max = 26214400", "message_bytes_max = 500");
    let big = form("big");
    assert!(big.len() > 500);
    let ran = place.run_with(&["read", "-", "--rules", "rules"], big.as_bytes());
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("at most 500 bytes"), "{}", ran.err);
    let tried = place.run_with(&["try", "-", "--config", "desk.toml", "--json"], big.as_bytes());
    assert_eq!(tried.code, 0, "{}", tried.err);
    let answer = tried.json();
    assert_eq!(answer["quarantine"]["reason"], "too_big");
    assert_eq!((&answer["letters"], &answer["events"]), (&json!([]), &json!([])));
    let empty = place.run_with(&["read", "-"], b"");
    assert_eq!((empty.code, empty.out.as_str()), (2, ""));
}

#[test]
fn try_decides_at_a_time_and_changes_nothing() {
    let place = Place::new();
    place.import_sample();
    fs::write(place.path("mail.eml"), form("try")).unwrap();
    let before = place.desk_json(&["status"]);
    let early = place.desk_json(&["try", "mail.eml", "--at", "2026-11-16T17:12:00Z"]);
    assert_eq!((&early["outcome"], &early["state"]), (&json!("scheduled"), &json!("SCHEDULED")));
    assert_eq!(early["ticket"], "UP-2026-00001");
    assert_eq!(early["register_is_empty"], false);
    assert_eq!(early["timers"][0], json!({ "name": "UT-25", "at": "2026-11-19T16:30:00Z" }));
    assert_eq!(early["events"][0]["type"], "opened");
    let letter = &early["letters"][0];
    assert_eq!((&letter["template"], &letter["to"]), (&json!("M-05"), &json!(["dana@acme-tel.example"])));
    assert!(letter["text"].as_str().unwrap().contains("Thu 19 November 2026, 10:30"), "{letter}");
    assert!(early["why"].as_array().unwrap().iter().any(|why| why["rule"] == "T3b"), "{early}");

    // Twenty hours before the wish: too soon.
    let late = place.desk_json(&["try", "mail.eml", "--at", "2026-11-18T22:30:00Z"]);
    assert_ne!(late["outcome"], "scheduled");

    let shown = place.desk(&["try", "mail.eml", "--at", "2026-11-16T17:12:00Z"]);
    shown.never_says(PASSWORD);
    assert!(shown.out.starts_with("Outcome  scheduled: It was scheduled\n"), "{}", shown.out);
    assert!(shown.out.contains("\nLetter M-05 to dana@acme-tel.example: "), "{}", shown.out);

    let after = place.desk_json(&["status"]);
    assert_eq!((&before["journal"], &before["outbox"]), (&after["journal"], &after["outbox"]));
    assert_eq!(place.desk_json(&["ticket", "list"]), json!([]));
    assert_eq!(fs::read_dir(place.path("data/secrets")).map_or(0, Iterator::count), 0, "a secret was kept");
    assert_eq!(fs::read_dir(place.path("postman")).unwrap().count(), 0, "a letter left");
}

#[test]
fn try_without_a_desk_has_an_empty_register() {
    let place = Place::new();
    fs::write(place.path("mail.eml"), form("alone")).unwrap();
    let ran = place.desk(&["try", "mail.eml", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let answer = ran.json();
    assert_eq!(answer["register_is_empty"], true);
    assert_ne!(answer["outcome"], "scheduled", "nobody is on file, so nothing can be agreed");
    assert!(!place.path("data").exists());
}
