//! How fast mails are read: `make bench`. Prints mails and megabytes a second
//! for each shape of mail, on one core.

use std::hint::black_box;

use upgrade_desk::desk::form;
use upgrade_desk::desk::mail;
use upgrade_desk::desk::rules::Rules;
use upgrade_desk::shell::rules;

const MAILS: usize = 500;

fn main() {
    let rules = rules::load(None).unwrap_or_else(|error| panic!("the built-in rules: {error}"));
    println!("{:<24} {:>9} {:>9} {:>9}", "", "bytes", "mails/s", "MB/s");
    let shapes = [("a plain form", plain()), ("a form as an HTML table", html()), ("a long thread", thread())];
    for (name, (content_type, text)) in shapes {
        let mails: Vec<Vec<u8>> = (0..MAILS).map(|number| whole(number, content_type, &text)).collect();
        measure(name, &mails, &rules);
    }
}

/// Reads all mails once to warm up, once to count.
fn measure(name: &str, mails: &[Vec<u8>], rules: &Rules) {
    let read_all = || mails.iter().map(|raw| read(raw, rules)).sum::<usize>();
    let expected = read_all();
    #[expect(clippy::disallowed_methods, reason = "a bench measures time")]
    let start = std::time::Instant::now();
    let forms = black_box(read_all());
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!((forms, forms), (expected, mails.len()), "{name}: a form in every mail");
    let bytes: usize = mails.iter().map(Vec::len).sum();
    let (count, size) = (mails.len() as f64, bytes as f64);
    println!("{name:<24} {:>9.0} {:>9.0} {:>9.1}", size / count, count / seconds, size / seconds / 1e6);
}

/// The number of forms found: what keeps the work from being optimised away.
fn read(raw: &[u8], rules: &Rules) -> usize {
    let mail = mail::read(raw, &rules.limits, &rules.classify.marks);
    let received = jiff::Timestamp::UNIX_EPOCH;
    form::read(&mail, &rules.form, &rules.zones, &rules.hours.zone, received).len()
}

fn whole(number: usize, content_type: &str, text: &str) -> Vec<u8> {
    let head = format!(
        "From: Dana Ruiz <dana@acme-tel.example>\r\nTo: upgrade@vendor.example\r\n\
         Subject: =?utf-8?Q?Upgrade_request_{number}_=E2=80=94_please?=\r\n\
         Date: Thu, 03 Dec 2026 09:00:00 -0800\r\nMessage-ID: <{number}@acme-tel.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: {content_type}; charset=utf-8\r\n\r\n"
    );
    (head + text).into_bytes()
}

const FIELDS: &[(&str, &str)] = &[
    ("Admin Name", "Dana Ruiz"),
    ("Company Name", "Acme Telephone, Inc."),
    ("Admin Email", "dana@acme-tel.example"),
    ("Admin Phone", "+1 312 555 0101"),
    ("Unit Serial Number", "SM-0417-22A"),
    ("Unit Version", "7.2.1"),
    ("Unit MAC Address", "00:00:5E:00:53:0A"),
    ("Unit IP Address", "203.0.113.10"),
    ("Upgrade Time", "2026-12-08 10:00"),
    ("Time Zone", "PST"),
];

fn plain() -> (&'static str, String) {
    ("text/plain", FIELDS.iter().map(|(label, value)| format!("{label}: {value}\r\n")).collect())
}

fn html() -> (&'static str, String) {
    let rows = FIELDS.iter().map(|(label, value)| format!("<tr><td><b>{label}</b></td><td>{value}</td></tr>\r\n"));
    ("text/html", format!("<html><body><table>\r\n{}</table></body></html>\r\n", rows.collect::<String>()))
}

/// A form above 300 quoted lines.
fn thread() -> (&'static str, String) {
    let quoted = "> We will look into it and come back to you before the end of the week.\r\n".repeat(300);
    ("text/plain", format!("{}\r\nOn Wed, Dec 2, 2026 Noa Adler wrote:\r\n{quoted}", plain().1))
}
