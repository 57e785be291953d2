//! Mails made to cost too much (security 2.2, TE4 to TE7): each is read to its
//! end, on a stack as small as that of the thread that reads mails.
//!
//! Times are printed, not asserted; the guard only catches what hangs.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use upgrade_desk::desk::input::{self, Understood};
use upgrade_desk::desk::mail::IdentityFault;
use upgrade_desk::desk::seal::prints::Prints;

use crate::sample_rules;

/// No mail may take so long: an unoptimised build on a busy machine needs a
/// quarter of it, and what costs the square of its length far more.
const GUARD: Duration = Duration::from_secs(40);
/// What a thread of the blocking pool has.
const STACK: usize = 2 * 1024 * 1024;
const MIB: usize = 1024 * 1024;
/// Long enough that what costs the square of its length meets the guard.
const TEXT: usize = MIB / 4;

/// Reads a mail; what was read, and prints how long it took.
#[track_caller]
fn read(name: &str, raw: Vec<u8>) -> Understood {
    let (sender, receiver) = mpsc::channel();
    let size = raw.len();
    let rules = sample_rules::rules();
    let work = move || {
        #[expect(clippy::disallowed_methods, reason = "the time is printed, and nothing depends on it")]
        let start = Instant::now();
        let read = input::understand(&raw, "2026-11-25T18:00:30Z".parse().unwrap(), rules, &Prints::default());
        drop(sender.send((read, start.elapsed())));
    };
    std::thread::Builder::new().stack_size(STACK).spawn(work).unwrap();
    let (read, took) = receiver.recv_timeout(GUARD).unwrap_or_else(|error| panic!("{name}: {error}"));
    println!("{:>9.1} ms {:>6} KiB  {name} {:?}", took.as_secs_f64() * 1000.0, size / 1024, read.mail.limits);
    read
}

fn head(kind: &str) -> String {
    format!(
        "From: Dana Ruiz <dana@acme-tel.example>\r\nTo: upgrade@vendor.example\r\nSubject: Upgrade\r\n\
         Date: Wed, 25 Nov 2026 09:00:00 -0800\r\nMessage-ID: <a1@acme-tel.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: {kind}\r\n\r\n"
    )
}

fn html(name: &str, markup: &str) -> Understood {
    read(name, format!("{}{markup}", head("text/html; charset=utf-8")).into_bytes())
}

fn plain(name: &str, text: &str) -> Understood {
    read(name, format!("{}{text}", head("text/plain; charset=utf-8")).into_bytes())
}

/// The pattern as often as it fits into a quarter of the text that is read.
fn fill(pattern: &str) -> String {
    pattern.repeat(TEXT / pattern.len())
}

fn numbered(pattern: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for number in 0.. {
        text.push_str(&pattern(number));
        if text.len() >= TEXT {
            break;
        }
    }
    text
}

#[test]
fn html_costs_no_more_than_its_length() {
    for tag in ["font", "b", "a", "nobr", "u style=x"] {
        let open: String = (0..400).map(|n| format!("<{tag} id={n}>")).collect();
        html(&format!("400 open <{tag}> before paragraphs"), &format!("{open}{}", fill("<p>x")));
        html(&format!("400 open <{tag}> in paragraphs that end"), &format!("{open}{}", fill("<p>x</p>")));
    }
    let open = "<div>".repeat(400);
    html("end tags of what is far away", &format!("<ul>{open}{}", fill("</ul>")));
    html("end tags behind a wall", &format!("<span><div>{}{}", "<i>".repeat(400), fill("</span>")));
    html("paragraphs that end far up", &format!("<p>{}{}", "<b>".repeat(400), fill("<div></div>")));
    html("formatting that ends in the middle", &fill("<b><div><b><div></b></b>"));
    html("hidden formatting that never ends", &fill("<p><b hidden><i hidden><u hidden></p>x"));
    html("open elements", &fill("<div>"));
    html("hidden open elements", &fill("<div hidden>"));
    html("tables in tables", &fill("<table><tr><td>"));
    html("tables without cells", &fill("<table>x"));
    html("cells", &format!("<table><tr>{}", fill("<td>")));
    html("lists", &fill("<li>x<ul>"));
    html("attributes", &format!("<a {}>x", numbered(|n| format!("a{n} "))));
    html("the same attribute", &format!("<a {}>x", fill("style=a ")));
    html("one long style", &format!("<a style=\"{}\">x", fill("opacity:1;")));
    html("one long name", &format!("<{}>x", "a".repeat(MIB)));
    html("names", &numbered(|n| format!("<x{n}></x{n}>")));
    html("an open comment", &format!("<!--{}", fill("--!-")));
    html("comments", &fill("<!---->"));
    html("brackets", &fill("<"));
    html("ampersands", &fill("&"));
    html("entities", &fill("&CounterClockwiseContourIntegra"));
    html("an open script", &format!("<script>{}", fill("<!--<script </script")));
    html("an open title", &format!("<title>{}", fill("</titl")));
    html("quotations", &fill("<blockquote>x<br>"));
    html("a long line above empty ones", &format!("<pre>{}x{}", " ".repeat(MIB / 2), "<br>".repeat(MIB / 8)));
    html("blanks before blocks", &format!("<pre>{}", fill("        <hr>")));
    html("svg in html in svg", &fill("<svg><desc><p>"));
}

#[test]
fn text_costs_no_more_than_its_length() {
    plain("empty lines", &fill("\r\n"));
    plain("device signatures", &fill("sent from my x\r\n> q\r\n"));
    plain("device signatures above a long line", &format!("{}{}", fill("sent from my x\r\n"), "y".repeat(300)));
    plain("attributions", &fill("On 1, a\r\nwrote:\r\n"));
    plain("endless attributions", &fill("on a 1\r\n"));
    plain("one attribution without an end", &format!("On {}", fill("1 ")));
    plain("heads of mails", &fill("From: a\r\n"));
    plain("quote marks", &fill(">"));
    plain("quoted lines", &fill("> > x\r\n"));
    plain("rules", &fill("-----\r\n"));
    plain("one long word", &fill("a"));
    plain("one long line of words", &fill("a "));
    plain("labels without an end", &fill("ip ( "));
    plain("labels with a far end", &format!("{})", fill("ip (x ")));
    plain("labels in one line", &fill("ip: 1, "));
    plain("labels in lines", &fill("ip: 1\r\n"));
    plain("unit heads", &numbered(|n| format!("Unit {n}\r\nS/N: A{n}\r\n")));
    plain("serial numbers", &numbered(|n| format!("S/N: SM-{n:06}\r\n")));
    plain(
        "contacts and serial numbers",
        &format!("{}{}", "Contact: x\r\n".repeat(MIB / 24), numbered(|n| format!("S/N: A{n}\r\n"))),
    );
    plain("passwords in lines", &numbered(|n| format!("password: xY{n}\r\n")));
    plain("passwords in one line", &numbered(|n| format!("pw: xY{n}, ")));
    plain("passwords in prose", &numbered(|n| format!("the pw is xY{n} ")));
    plain("labels of passwords", &fill("pw "));
    plain("marks of ours", &fill("[sealed 2] "));
    plain("open marks of ours", &fill("[sealed"));
    plain("one long password", &format!("password: {}", fill("aY1")));
    for label in ["Serial", "MAC", "IP", "Email", "Phone", "Version", "Upgrade time", "Time zone", "ASAP", "Company"] {
        for value in ["1", "1 ", "1/", "1-", "a", "a ", "(", "1.", "a@", ", ", "2026-12-03 06:00 "] {
            plain(&format!("{label} of many {value:?}"), &format!("{label}: {}", fill(value)));
        }
    }
    plain("commands", &fill("#schedule 2026-12-03 06:00 PST\r\n"));
    plain("one long command", &format!("#schedule {}", fill("2026-12-03 ")));
    plain("words of commands", &format!("#{}", fill("a")));
    plain("combining marks", &fill("a\u{300}"));
    plain("one letter with all the marks", &format!("a{}", fill("\u{300}\u{316}")));
}

/// TE5, TE11, mail 30: refused by the name of the limit before any parser.
#[test]
fn a_header_costs_no_more_than_its_limits() {
    let bomb = |name: &str, limit: &str, fields: String| {
        let understood = read(name, format!("{fields}\r\n{}", head("text/plain")).into_bytes());
        assert_eq!(understood.mail.identity, Err(IdentityFault::OverLimit), "{name}");
        assert!(understood.mail.limits.iter().any(|name| name == limit), "{name}: {:?}", understood.mail.limits);
        assert!(understood.forms.is_empty() && understood.commands.is_empty(), "{name}");
    };
    let chain: String = (0..800_000).map(|n| format!(";n*{n}*=%61")).collect();
    bomb("10 MB of RFC 2231 in a line", "header_bytes_max", format!("Content-Type: a/b{chain}"));
    let chain: String = (0..800_000).map(|n| format!(";\r\n n*{n}*=%61")).collect();
    bomb("10 MB of RFC 2231 in lines", "header_bytes_max", format!("Content-Type: a/b{chain}"));
    let chain: String = (0..5_000).map(|n| format!(";\r\n n*{n}*=%61")).collect();
    bomb("60 KB of RFC 2231 in lines", "header_field_bytes_max", format!("Content-Type: a/b{chain}"));
    let addresses = |end: &str| format!("To: {}", format!("a@b.example,{end}").repeat(1_000_000));
    bomb("a million addresses in a line", "header_bytes_max", addresses(" "));
    bomb("a million addresses in lines", "header_bytes_max", addresses("\r\n "));
    bomb("100,000 Received", "header_fields_max", vec!["Received: x"; 100_000].join("\r\n"));
    bomb("1 MB of brackets in a date", "header_bytes_max", format!("Date: {}", "(".repeat(MIB)));
    bomb("brackets in a date in lines", "header_field_bytes_max", format!("Date: {}", "((((\r\n ".repeat(10_000)));
    bomb("500 KB of references", "header_bytes_max", format!("References: {}", "<a@b>\r\n ".repeat(64_000)));
    bomb("references in one field", "header_field_bytes_max", format!("References: {}", "<a@b>\r\n ".repeat(9_000)));
    bomb("a field without an end", "header_bytes_max", format!("X: {}", "a".repeat(20 * MIB)));
}

#[test]
fn structure_costs_no_more_than_its_length() {
    let nested: String =
        (0..5000).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n")).collect();
    read(
        "multiparts in multiparts",
        format!("{}\r\n{nested}", head("multipart/mixed; boundary=b\r\n\r\n--b")).into_bytes(),
    );
    let open = head("multipart/mixed; boundary=b");
    read("a million parts", format!("{open}{}", "--b\r\n\r\n\r\n".repeat(1_000_000)).into_bytes());
    read("25 MiB of parts", format!("{open}{}", "--b\n\n\n".repeat(25 * MIB / 6)).into_bytes());
    let digest = head("multipart/digest; boundary=b");
    read("25 MiB of mails in a digest", format!("{digest}{}", "--b\n\nTo: x\n\n".repeat(25 * MIB / 14)).into_bytes());
    let in_part = |field: &str, value: &str| {
        let many = value.repeat(24 * MIB / value.len());
        read(
            &format!("25 MiB of {value:?} in a {field} of a part"),
            format!("{open}--b\n{field}: {many}\n\n").into_bytes(),
        )
    };
    for (field, value) in [("To", "a,"), ("Date", "("), ("Content-Type: a/b", ";a=b"), ("X", "x\nX: ")] {
        in_part(field, value);
    }
    let parameters: String = (0..500_000).map(|n| format!(";n*{n}*=a")).collect();
    read("parameters of a part", format!("{open}--b\nContent-Type: a/b{parameters}\n\n").into_bytes());
    let missing = "--b\nContent-Type: multipart/mixed; boundary=z\n\n".repeat(480);
    read("boundaries that never come", format!("{open}{missing}--b\n\n{}", "x\n".repeat(10 * MIB)).into_bytes());
    let base64 = |bytes: &[u8]| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
    let inner = format!("{digest}{}", "--b\n\nTo: x\n\n".repeat(MIB));
    let encoded = "message/rfc822\r\nContent-Transfer-Encoding: base64";
    read("a digest in an encoded mail", format!("{}{}", head(encoded), base64(inner.as_bytes())).into_bytes());
    let twice = format!("{}{}", head(encoded), base64(inner.as_bytes()));
    read("a digest in a mail encoded twice", format!("{}{}", head(encoded), base64(twice.as_bytes())).into_bytes());
    read(
        "parts of HTML",
        format!("{open}{}", "--b\r\nContent-Type: text/html\r\n\r\n<p>x\r\n".repeat(400)).into_bytes(),
    );
    let big = format!("--b\r\nContent-Type: text/html\r\n\r\n{}\r\n", fill("<p>x"));
    read("many megabytes of HTML", format!("{open}{}", big.repeat(20)).into_bytes());
    let big = format!("--b\r\nContent-Type: text/plain\r\n\r\n{}\r\n", fill("x y\r\n"));
    read("many megabytes of text", format!("{open}{}", big.repeat(20)).into_bytes());
    let message = "Content-Type: message/rfc822\r\n\r\n";
    read("mails in mails", format!("{}{}", head("message/rfc822"), message.repeat(100_000)).into_bytes());
    let part = "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    read("encoded mails in mails", format!("{}{}", head("message/rfc822"), part.repeat(100_000)).into_bytes());
    read(
        "a boundary of 100,000 bytes",
        format!("{}x", head(&format!("multipart/mixed; boundary={}", "b".repeat(100_000)))).into_bytes(),
    );
    read(
        "a file of 20 MiB",
        format!("{}{}", head("application/zip\r\nContent-Transfer-Encoding: base64"), "QUJD".repeat(5 * MIB))
            .into_bytes(),
    );
    read(
        "attachments",
        format!("{open}{}", "--b\r\nContent-Disposition: attachment; filename=x\r\n\r\nx\r\n".repeat(450)).into_bytes(),
    );
    let parameters: String = (0..5000).map(|n| format!("; n*{n}*=a")).collect();
    read("parameters", head(&format!("text/plain{parameters}")).into_bytes());
    read("fields", format!("{}{}", "Received: x\r\n".repeat(100_000), head("text/plain")).into_bytes());
    read("addresses", format!("To: {}\r\n{}", "a@b.example, ".repeat(100_000), head("text/plain")).into_bytes());
    read(
        "addresses in folded lines",
        format!("To: {}\r\n{}", "a@b.example,\r\n ".repeat(3_000), head("text/plain")).into_bytes(),
    );
    read("references", format!("References: {}\r\n{}", "<a@b>\r\n ".repeat(8_000), head("text/plain")).into_bytes());
    read(
        "open brackets in a date",
        format!("Date: {}\r\n{}", "(\r\n ".repeat(10_000), head("text/plain")).into_bytes(),
    );
    read("open brackets in the author", format!("From: {}\r\n\r\n", "(\r\n ".repeat(10_000)).into_bytes());
    read("encoded words", format!("Subject: {}\r\n\r\n", "=?utf-8?q?a?=\r\n ".repeat(4_000)).into_bytes());
    read("open encoded words", format!("Subject: {}\r\n\r\n", "=?utf-8?q?\r\n ".repeat(5_000)).into_bytes());
    read(
        "results",
        format!("Authentication-Results: mx.vendor.example; {}\r\n\r\n", "dkim=pass (\r\n ".repeat(4_000)).into_bytes(),
    );
    let report = head("multipart/report; report-type=delivery-status; boundary=b");
    let groups = "Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\n\r\n".repeat(20_000);
    read(
        "recipients of a report",
        format!("{report}--b\r\nContent-Type: message/delivery-status\r\n\r\n{groups}").into_bytes(),
    );
    let folded = "Final-Recipient: x\r\n y\r\n".to_owned() + &fill(" y\r\n");
    read(
        "a folded report",
        format!("{report}--b\r\nContent-Type: message/delivery-status\r\n\r\n{folded}").into_bytes(),
    );
    read("nothing", Vec::new());
    read("zeros", vec![0; MIB]);
    read("line ends", b"\n".repeat(MIB));
    read("returns", b"\r".repeat(MIB));
}
