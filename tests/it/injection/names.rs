//! Names of attached files (TF8): whatever a mail calls them, the desk shows a
//! plain name and makes no file of it.

use std::fs;
use std::time::Duration;

use proptest::prelude::*;
use upgrade_desk::desk::mail::{self, Mail};

use crate::sample_rules::rules;
use crate::support::desk::Desk;
use crate::support::{hostile, letter};

/// X9 of security 6.3, and what else some system takes for more than a name.
const NAMES: [&str; 24] = [
    "../../etc/passwd",
    "..\\..\\windows\\system32\\drivers",
    "/etc/passwd",
    "C:\\autoexec.bat",
    "C:evil.txt",
    "file.txt:stream",
    "..",
    ".",
    ".ssh",
    "...",
    "CON",
    "con.txt",
    "con .txt",
    "LPT1.log",
    "COM\u{b9}.log",
    "NUL",
    "a\0b.txt",
    "a\r\nContent-Type: text/html\r\n\r\n<script>.txt",
    "invoice\u{202e}fdp.exe",
    "trailing. . .",
    "-rf",
    "<img src=x onerror=alert(1)>.png",
    "`reboot`;$(reboot)|reboot&.txt",
    "a\u{2028}b\u{85}c.txt",
];

/// The name written in each of the ways that mails write one.
fn written(name: &str) -> Vec<String> {
    let percent: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let half = name.char_indices().nth(name.chars().count() / 2).map_or(0, |(at, _)| at);
    let (first, rest) = name.split_at(half);
    let part = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
    let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, name);
    vec![
        format!("Content-Disposition: attachment; filename=\"{quoted}\""),
        format!("Content-Disposition: attachment; filename*=utf-8''{percent}"),
        format!("Content-Disposition: attachment; filename*0*=utf-8''{}; filename*1*={}", part(first), part(rest)),
        format!("Content-Disposition: attachment; filename=\"=?utf-8?B?{base64}?=\""),
        format!("Content-Type: application/octet-stream; name=\"{quoted}\"\r\nContent-Disposition: attachment"),
        // A mail inside the mail has a subject instead.
        format!("Content-Type: message/rfc822\r\n\r\nSubject: =?utf-8?B?{base64}?=\r\nFrom: a@b.example"),
    ]
}

fn mail(fields: &str) -> String {
    format!(
        "Authentication-Results: mx.vendor.example; dkim=pass header.d=acme-tel.example header.b=Zk3Names;\r\n\
         \tdmarc=pass header.from=acme-tel.example\r\nFrom: Dana Ruiz <dana@acme-tel.example>\r\n\
         To: upgrade@vendor.example\r\nSubject: a trace\r\nMessage-ID: <n1@acme-tel.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: text/plain\r\n\r\n\
         See the trace.\r\n--b1\r\n{fields}\r\n\r\nxyz\r\n--b1--\r\n"
    )
}

fn read(fields: &str) -> Mail {
    mail::read(mail(fields).as_bytes(), &rules().limits, &rules().classify.marks)
}

/// What is wrong with a name that is shown and might once name a file.
fn fault(name: &str) -> Option<&'static str> {
    let stem = name.split('.').next().unwrap_or("").trim().to_lowercase();
    let stem = stem.trim_end_matches(|c: char| c.is_numeric());
    let devices = ["con", "prn", "aux", "nul", "com", "lpt", "clock$"];
    match name {
        "" => Some("empty"),
        _ if name.contains(['/', '\\', ':', '<', '>', '"', '|', '?', '*']) => Some("means something to a system"),
        _ if name.starts_with('.') || name.ends_with(['.', ' ']) || name.starts_with(' ') => Some("hidden or trimmed"),
        _ if name.chars().any(letter::is_harmful) => Some("control or direction characters"),
        _ if name.chars().count() > 101 => Some("too long"),
        _ if devices.contains(&stem) => Some("a device"),
        _ => None,
    }
}

fn listed(name: &str) -> Result<usize, String> {
    let mut count = 0;
    for fields in written(name) {
        for file in read(&fields).attachments {
            count += 1;
            if let Some(fault) = fault(&file.name) {
                return Err(format!("{fault}: {:?}", file.name));
            }
        }
    }
    Ok(count)
}

#[test]
fn no_name_of_a_file_can_hurt() {
    for name in NAMES.map(str::to_owned).into_iter().chain(hostile::chosen()).chain(["x".repeat(300)]) {
        let start: String = name.chars().take(40).collect();
        let listed = listed(&name).unwrap_or_else(|fault| panic!("{start:?}: {fault}"));
        // What breaks the structure of the mail may hide a part, and what is over a limit all of them.
        assert!(listed >= 3 || name.len() > 1000, "{start:?}: only {listed} parts were seen");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_as_a_name_can_hurt(name in hostile::text()) {
        let listed = listed(&name);
        prop_assert!(listed.is_ok(), "{:?}", listed);
    }
}

/// The whole desk reads them all; its folder holds the files that it always holds.
#[test]
fn no_file_is_made_of_a_name() {
    let desk = Desk::of_folders();
    desk.import_sample_register();
    let mut mails = 0;
    for fields in NAMES.iter().flat_map(|name| written(name)) {
        mails += 1;
        fs::write(desk.path(&format!("mailbox/new/{mails:04}")), mail(&fields).replace("n1@", &format!("n{mails}@")))
            .unwrap();
    }
    let mut running = desk.run(&["--drain"], &[]);
    assert_eq!(running.wait(Duration::from_secs(120)), Some(0), "{}", desk.log());
    let known = [
        "data",
        "mailbox",
        "postman",
        "rules",
        "desk.toml",
        "log",
        "staff.key",
        "staff.pub",
        "evidence.key",
        "evidence.pub",
    ];
    let found = names(&desk.path(""));
    assert!(found.iter().all(|name| known.contains(&name.as_str())), "{found:?}");
    let kept = [
        "sled",
        "journal",
        "packs",
        "secrets",
        "lock",
        "format",
        "clean",
        "in-hand.json",
        "message-id.key",
        "print.key",
        "desk.sock",
    ];
    let found = names(&desk.path("data"));
    assert!(found.iter().all(|name| kept.contains(&name.as_str())), "{found:?}");
    for folder in ["journal", "packs", "secrets"] {
        let plain = |name: &String| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
        let found = names(&desk.path("data").join(folder));
        assert!(found.iter().all(plain), "{found:?}");
    }
}

fn names(folder: &std::path::Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}
