//! The mails of the crash test: requests of all kinds, problems that arrived a
//! while ago, machines, strangers, and staff who answer alarms.

use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

/// A letter M-23 that was written: what an answer to it says and brings back.
pub struct Alarm {
    pub ticket: String,
    pub to: String,
    pub message_id: String,
}

/// A mail, and how long ago it arrived. `alarms` are those so far.
pub fn mail(number: usize, alarms: &[Alarm]) -> (String, Duration) {
    match number % 10 {
        1 | 6 => (problem(number), Duration::from_secs(arrived(number))),
        4 if number > 100 => (staff(number, alarms), Duration::ZERO),
        5 if number % 20 == 5 => (robot(number), Duration::from_secs(arrived(number))),
        _ => (request(number), Duration::ZERO),
    }
}

/// Some seconds before the next step of the ladder is due.
fn arrived(number: usize) -> u64 {
    let minutes = [15, 30, 45, 60, 105, 165][number / 5 % 6];
    let seconds = 10 + (number % 7) as u64 * 5;
    minutes * 60 - seconds
}

const UNITS: [(&str, &str, &str); 9] = [
    ("dana", "acme-tel.example", "SM-0417-22A"),
    ("dana", "acme-tel.example", "SM-0418-22A"),
    ("dana", "acme-tel.example", "SM-0419-22A"),
    ("jana", "nordwind.example", "SM-0501-10B"),
    ("jana", "nordwind.example", "SM-0503-10B"),
    ("ivo", "cobalt.example", "SM-0601-07C"),
    ("ivo", "cobalt.example", "SM-0602-07C"),
    ("luz", "tamarind.example", "SM-0701-31D"),
    ("luz", "tamarind.example", "SM-0702-31D"),
];

fn problem(number: usize) -> String {
    let (who, domain, serial) = UNITS[number / 5 % UNITS.len()];
    let words = if number % 30 == 21 { "The logo on the page is gone, not urgent." } else { "Nobody can call." };
    let from = if number % 40 == 31 { "max@elsewhere.example".to_owned() } else { format!("{who}@{domain}") };
    let text = format!("{words} It is unit {serial}, marker m-{number:03}.\n");
    whole(number, &from, "pass", "", &format!("Unit {serial}"), &text)
}

fn robot(number: usize) -> String {
    let (_, domain, serial) = UNITS[number / 20 % UNITS.len()];
    let text = format!("Host: {serial}\nState: DOWN\nMarker: m-{number:03}\n");
    let robot = "Auto-Submitted: auto-generated\n";
    whole(number, &format!("monitor@{domain}"), "pass", robot, &format!("PROBLEM: {serial} is DOWN"), &text)
}

/// One word that ends the alarm of one of the first problems; while that has
/// none, a guess at its number, which counts for nothing.
fn staff(number: usize, alarms: &[Alarm]) -> String {
    let ticket = format!("PR-{}-{:05}", *YEAR, 1 + number / 10 % 4);
    let guess = Alarm { ticket: ticket.clone(), to: String::new(), message_id: "guess@vendor.example".to_owned() };
    answer(number, alarms.iter().rfind(|alarm| alarm.ticket == ticket).unwrap_or(&guess))
}

/// The answer of the person whom the alarm called; of a list's, Noa reads it.
pub fn answer(number: usize, alarm: &Alarm) -> String {
    let people = ["noa@vendor.example", "sam@vendor.example", "lea@vendor.example"];
    let who = people.into_iter().find(|person| alarm.to == *person).unwrap_or("noa@vendor.example");
    let answered = format!("In-Reply-To: <{}>\n", alarm.message_id);
    let subject = format!("Re: ALARM [{}]", alarm.ticket);
    whole(number, who, "pass", &answered, &subject, &format!("ack\n\n> marker m-{number:03}\n"))
}

/// The year of the desk's ids.
static YEAR: LazyLock<String> = LazyLock::new(|| {
    let said = Command::new("date").arg("+%Y").env("TZ", "America/Los_Angeles").output().unwrap();
    String::from_utf8(said.stdout).unwrap().trim().to_owned()
});

fn whole(number: usize, from: &str, proof: &str, more: &str, subject: &str, text: &str) -> String {
    let domain = from.split('@').nth(1).unwrap();
    format!(
        "Authentication-Results: mx.vendor.example; dkim={proof} header.d={domain} header.b=Zk3Crash;\n\t\
         dmarc={proof} header.from={domain}\n\
         DKIM-Signature: v=1; a=rsa-sha256; d={domain}; s=m1; b=Zk3CrashQ2v8;\n\t\
         h=from:to:subject:date:message-id:mime-version:content-type; bh=47DEQpj8\n\
         {more}From: <{from}>\nTo: upgrade@vendor.example\nSubject: {subject}\n\
         Date: Mon, 7 Dec 2026 09:00:00 -0800\nMessage-ID: <crash-{number}@{domain}>\nMIME-Version: 1.0\n\
         Content-Type: text/plain\n\n{text}"
    )
    .replace('\n', "\r\n")
}

pub fn request(number: usize) -> String {
    let (who, domain, serial, mac, ip, phone, company) = COMPANIES[number % 3];
    let two_from = if number % 10 == 7 { "From: <x@attack.example>\n" } else { "" };
    let robot = if number % 10 == 8 { "Auto-Submitted: auto-replied\n" } else { "" };
    let proof = if number % 10 == 9 { "none" } else { "pass" };
    // Each wish differs, so that none is taken for the same request again.
    let text = format!(
        "Company Name: {company}\nAdmin Email: {who}@{domain}\nAdmin Phone: {phone}\n\
         Unit Serial Number: {serial}\nUnit Version: 8.{number}.0\nUnit MAC Address: {mac}\nUnit IP Address: {ip}\n\
         Manager Password: crash canary {number}!\nASAP: yes\nMarker: m-{number:03}\n"
    );
    let from = format!("{who}@{domain}");
    whole(number, &from, proof, &format!("{two_from}{robot}"), &format!("upgrade {number}"), &text)
}

type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

const COMPANIES: [Row; 3] = [
    (
        "dana",
        "acme-tel.example",
        "SM-0417-22A",
        "00:00:5E:00:53:0A",
        "203.0.113.10",
        "+1 312 555 0101",
        "Acme Telephone",
    ),
    ("jana", "nordwind.example", "SM-0501-10B", "00:00:5E:00:53:01", "198.51.100.21", "+49 30 555 0131", "Nordwind"),
    ("ivo", "cobalt.example", "SM-0601-07C", "00:00:5E:00:53:31", "192.0.2.31", "+31 20 555 0151", "Cobalt Voice"),
];
