//! The whole desk against real mail servers: Dovecot brings the mail, Postfix
//! takes the letters.

mod lacking;

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;
use upgrade_desk::desk::record::Folder;
use upgrade_desk::shell::clock;
use upgrade_desk::shell::config::{Imap, Password, Security, StartFrom};
use upgrade_desk::shell::source::imap::ImapSource;
use upgrade_desk::shell::source::{ErrorKind, Fetched, Listed, Source, Woken};

use crate::support::desk::{Desk, eventually, smtp_at};
use crate::support::dovecot::Dovecot;
use crate::support::postfix::Postfix;
use crate::support::program::{free_port, is_root};
use crate::support::smtp_sink::SmtpSink;

const SIZE_MAX: u64 = 25 * 1024 * 1024;

fn settings(dovecot: &Dovecot, security: Security) -> Imap {
    let port = if security == Security::Tls { dovecot.imaps_port } else { dovecot.imap_port };
    Imap {
        host: "localhost".to_owned(),
        port,
        security,
        user: "upgrade".to_owned(),
        password: Password::new("secret".to_owned()),
        mailbox: "INBOX".to_owned(),
        processed: "Processed".to_owned(),
        quarantine: "Quarantine".to_owned(),
        private_ca: Some(dovecot.authority()),
        start_from: StartFrom::All,
        replace_secrets: true,
    }
}

fn mail(number: usize) -> String {
    format!(
        "Date: Mon, 7 Dec 2026 09:00:00 -0800\nFrom: Dana Ruiz <dana@acme-tel.example>\nTo: upgrade@vendor.example\n\
         Subject: mail {number}\nMessage-ID: <m{number}@acme-tel.example>\n\nHello, this is mail {number}.\n.\n"
    )
}

async fn fetch_all(source: &mut ImapSource, wanted: &[Listed]) -> Vec<Fetched> {
    let (sink, mut fetched) = tokio::sync::mpsc::channel(16);
    let collect = tokio::spawn(async move {
        let mut all = Vec::new();
        while let Some(mail) = fetched.recv().await {
            all.push(mail);
        }
        all
    });
    source.fetch(wanted, &sink).await.unwrap();
    drop(sink);
    collect.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Dovecot: make test runs it"]
async fn a_mailbox_is_listed_fetched_and_emptied_over_tls_and_starttls() {
    let dovecot = Dovecot::start();
    for number in 0..300 {
        dovecot.deliver("upgrade", &mail(number));
    }
    for security in [Security::Starttls, Security::Tls] {
        let mut source = ImapSource::new(settings(&dovecot, security), SIZE_MAX).unwrap();
        let opened = source.connect().await.unwrap();
        assert!(opened.validity > 0 && opened.next_item == 301, "{opened:?}");
        let listed = source.list().await.unwrap();
        assert_eq!(listed.len(), 300);
        let now = clock::now();
        assert!(listed.iter().all(|mail| now.duration_since(mail.received).as_secs().abs() < 600), "INTERNALDATE");
        let fetched = fetch_all(&mut source, &listed).await;
        assert_eq!(fetched.len(), 300);
        let whole = |mail: &Fetched| String::from_utf8_lossy(mail.bytes.as_ref().unwrap()).contains("\r\n.\r\n");
        assert!(fetched.iter().all(whole), "the dot at a line's beginning");
    }
    let mut source = ImapSource::new(settings(&dovecot, Security::Tls), SIZE_MAX).unwrap();
    source.connect().await.unwrap();
    let listed = source.list().await.unwrap();
    let done: Vec<_> = listed
        .iter()
        .enumerate()
        .map(|(number, mail)| (mail.place.clone(), if number < 290 { Folder::Processed } else { Folder::Quarantine }))
        .collect();
    source.settle(&done).await.unwrap();
    assert_eq!(source.list().await.unwrap(), Vec::new());
    assert_eq!((dovecot.count("upgrade", ""), dovecot.count("upgrade", "Processed")), (0, 290));
    assert_eq!(dovecot.count("upgrade", "Quarantine"), 10);
    // Items already gone are fine.
    source.settle(&done).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Dovecot: make test runs it"]
async fn wrong_passwords_and_unknown_certificates_are_refused() {
    let dovecot = Dovecot::start();
    let wrong = Imap { password: Password::new("wrong".to_owned()), ..settings(&dovecot, Security::Tls) };
    let error = ImapSource::new(wrong, SIZE_MAX).unwrap().connect().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Refused, "{error}");
    let public = Imap { private_ca: None, ..settings(&dovecot, Security::Tls) };
    assert!(ImapSource::new(public, SIZE_MAX).unwrap().connect().await.is_err(), "an unknown authority");
    let elsewhere = Imap { host: "mail.vendor.example".to_owned(), ..settings(&dovecot, Security::Plain) };
    let error = ImapSource::new(elsewhere, SIZE_MAX).err().unwrap();
    assert_eq!(error.kind, ErrorKind::Configuration, "{error}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Dovecot: make test runs it"]
async fn idle_wakes_and_a_stopped_server_is_noticed() {
    let dovecot = Dovecot::start();
    let mut source = ImapSource::new(settings(&dovecot, Security::Tls), SIZE_MAX).unwrap();
    source.connect().await.unwrap();
    assert_eq!(source.list().await.unwrap(), Vec::new());
    let begun = Instant::now();
    let waiting = async {
        let woken = source.wait(Duration::from_secs(60)).await.unwrap();
        (woken, source)
    };
    let deliver = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        tokio::task::block_in_place(|| dovecot.deliver("upgrade", &mail(1)));
    };
    let ((woken, mut source), ()) = tokio::join!(waiting, deliver);
    assert_eq!(woken, Woken::News);
    assert!(begun.elapsed() < Duration::from_secs(20), "woken after {:?}", begun.elapsed());
    assert_eq!(source.list().await.unwrap().len(), 1);
    let stop = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        tokio::task::block_in_place(|| dovecot.stop());
    };
    let begun = Instant::now();
    let lost = async {
        // It may say good-bye as news first; then the list fails.
        match source.wait(Duration::from_secs(60)).await {
            Ok(_) => source.list().await.is_err(),
            Err(_) => true,
        }
    };
    let (lost, ()) = tokio::join!(lost, stop);
    assert!(lost && begun.elapsed() < Duration::from_secs(50), "noticed after {:?}", begun.elapsed());
    dovecot.start_again();
    source.connect().await.unwrap();
    assert_eq!(source.list().await.unwrap().len(), 1);
}

/// A desk on Dovecot that sends to `port`, open at all hours.
fn desk(dovecot: &Dovecot, smtp_port: u16) -> Desk {
    let desk = Desk::on_dovecot(dovecot, "upgrade", &smtp_at(smtp_port));
    desk.change_rule("hours.toml", "open = \"08:30\"", "open = \"00:00\"");
    desk.change_rule("hours.toml", "close = \"17:00\"", "close = \"23:59\"");
    desk.change_rule("hours.toml", "asap_last_start = \"16:00\"", "asap_last_start = \"23:00\"");
    let all_days = "\"friday\", \"saturday\", \"sunday\"]";
    desk.change_rule("hours.toml", "\"friday\"]", all_days);
    desk.change_rule("hours.toml", "whole_window_must_fit = true", "whole_window_must_fit = false");
    desk.change_rule("hours.toml", "asap_heads_up_minutes = 15", "asap_heads_up_minutes = 0");
    let hours = std::fs::read_to_string(desk.path("rules/hours.toml")).unwrap();
    let (hours, _) = hours.split_once("[holidays]").unwrap();
    std::fs::write(desk.path("rules/hours.toml"), format!("{hours}[holidays]\n")).unwrap();
    desk.change_rule("desk.toml", "precheck = \"by_agent\"", "precheck = \"off\"");
    desk.import_sample_register();
    desk
}

/// A mail with the marks that the trusted mail host and the signer leave.
fn trusted(from: &str, id: &str, subject: &str, reply: &str, text: &str) -> String {
    let domain = from.rsplit_once('@').unwrap().1;
    let thread =
        if reply.is_empty() { String::new() } else { format!("In-Reply-To: <{reply}>\nReferences: <{reply}>\n") };
    let date = clock::now().strftime("%a, %d %b %Y %H:%M:%S +0000");
    format!(
        "Authentication-Results: mx.vendor.example;\n\tdkim=pass header.d={domain} header.b=Zk3Desk1;\n\t\
         dmarc=pass header.from={domain}\n\
         DKIM-Signature: v=1; a=rsa-sha256; d={domain}; s=m1;\n\t\
         h=from:to:subject:date:message-id:in-reply-to:references:mime-version:content-type;\n\t\
         bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=Zk3Desk1Q2v8yE1kq0\n\
         Date: {date}\nFrom: <{from}>\nTo: upgrade@vendor.example\nSubject: {subject}\nMessage-ID: <{id}>\n{thread}\
         MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{text}"
    )
}

pub(crate) fn asap_form(id: &str) -> String {
    let text = "Admin Name: Dana Ruiz\nCompany Name: Acme Telephone, Inc.\nAdmin Email: dana@acme-tel.example\n\
                Admin Phone: +1 312 555 0101\nUnit Serial Number: SM-0417-22A\nUnit MAC Address: 00:00:5E:00:53:0A\n\
                Unit IP Address: 203.0.113.10\nManager Password: quiet Harbour 77\nASAP: yes\n";
    trusted("dana@acme-tel.example", id, "Upgrade please", "", text)
}

/// The Message-ID of a letter in its text.
fn id_of(letter: &str) -> String {
    let unfolded = letter.replace("\n ", " ").replace("\n\t", " ");
    let line = unfolded.lines().find(|line| line.to_lowercase().starts_with("message-id:")).unwrap();
    line.split_once('<').unwrap().1.trim_end().trim_end_matches('>').to_owned()
}

fn find(letters: &[String], to: &str, subject: &str) -> Option<String> {
    let fits = |letter: &&String| {
        let message = mail_parser::MessageParser::default().parse(letter.as_bytes()).unwrap();
        let address = message.to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap_or("").to_owned();
        address == to && message.subject().unwrap_or("").contains(subject)
    };
    letters.iter().find(fits).cloned()
}

#[test]
#[ignore = "needs Dovecot and Postfix: make test runs it"]
fn a_request_becomes_an_upgrade_over_real_servers() {
    let dovecot = Dovecot::start();
    let sink = SmtpSink::start(&[]);
    let desk = desk(&dovecot, sink.address.port());
    let running = desk.run(&[], &[]);
    let limit = Duration::from_secs(40);
    let wait = |to: &str, subject: &str| {
        eventually(&format!("a letter {subject:?} to {to}; log: {}", desk.log()), limit, || {
            find(&sink.letters(), to, subject)
        })
    };
    eventually("the first connection", limit, || desk.log().contains("desk runs").then_some(()));
    std::thread::sleep(Duration::from_secs(2));
    // Far within the polling floor of five minutes: IDLE brought it.
    dovecot.deliver("upgrade", &asap_form("form-1@acme-tel.example"));
    wait("dana@acme-tel.example", "as soon as possible");
    let notice = id_of(&wait("agents@vendor.example", "QUEUED_ASAP"));
    eventually("the mail in Processed", limit, || (dovecot.count("upgrade", "Processed") == 1).then_some(()));
    let ticket = desk.json(&["ticket", "show", "UP-2026-00001"]);
    assert_eq!((ticket["state"].as_str(), ticket["company"].as_str()), (Some("QUEUED_ASAP"), Some("acme")), "{ticket}");
    let say = |id: &str, text: &str| {
        let id = format!("{id}@vendor.example");
        dovecot.deliver("upgrade", &trusted("noa@vendor.example", &id, "Re: unit", &notice, text));
    };
    say("n1", "#take\n#schedule now\n");
    wait("dana@acme-tel.example", "Your upgrade has its time");
    say("n2", "#start\n");
    wait("dana@acme-tel.example", "has started");
    // The mail server goes away and comes back.
    dovecot.stop();
    std::thread::sleep(Duration::from_secs(2));
    dovecot.start_again();
    say("n3", "#applied\n");
    eventually("the upgrade is applied", limit, || {
        (desk.json(&["ticket", "show", "UP-2026-00001"])["state"] == "VERIFYING").then_some(())
    });
    say("n4", "#done\n");
    let feedback = wait("dana@acme-tel.example", "Official feedback");
    assert!(feedback.contains("SM-0417-22A"), "{feedback}");
    let ticket = eventually("the feedback is noted as sent", limit, || {
        let ticket = desk.json(&["ticket", "show", "UP-2026-00001"]);
        (ticket["state"] == "WATCH").then_some(ticket)
    });
    let states: Vec<&Value> = ticket["letters"].as_array().unwrap().iter().map(|letter| &letter["state"]).collect();
    eventually("all letters are sent", limit, || {
        let ticket = desk.json(&["ticket", "show", "UP-2026-00001"]);
        ticket["letters"].as_array().unwrap().iter().all(|letter| letter["state"] == "sent").then_some(())
    });
    assert!(states.len() >= 8, "{states:?}");
    eventually("all mail is in Processed", limit, || (dovecot.count("upgrade", "Processed") == 5).then_some(()));
    assert_eq!((dovecot.count("upgrade", ""), dovecot.count("upgrade", "Quarantine")), (0, 0));
    let mut ids: Vec<String> = sink.letters().iter().map(|letter| id_of(letter)).collect();
    let sent = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), sent, "every letter once");
    let status = desk.json(&["status"]);
    assert_eq!(status["running"], true, "{status}");
    assert_eq!(running.end(Duration::from_secs(35)), Some(0), "{}", desk.log());
    for password in ["quiet Harbour 77", "secret"] {
        assert!(!desk.log().contains(password), "the log holds a password");
    }
}

#[test]
#[ignore = "needs Dovecot and Postfix: make test runs it"]
fn a_refusing_mail_server_is_waited_for() {
    let dovecot = Dovecot::start();
    let port = free_port();
    let desk = desk(&dovecot, port);
    dovecot.deliver("upgrade", &asap_form("form-2@acme-tel.example"));
    let running = desk.run(&[], &[]);
    let limit = Duration::from_secs(40);
    let socket = desk.path("data/desk.sock");
    eventually("the desk's socket", limit, || std::os::unix::net::UnixStream::connect(&socket).ok());
    // Nobody listens there: the letters wait, and `status` says so.
    let status = eventually(&format!("a deferred letter; see {}", desk.path("log").display()), limit, || {
        let ended = desk.command(&["status", "--json", "--config", desk.config().to_str().unwrap()]);
        let status: Value = serde_json::from_slice(&ended.stdout).ok()?;
        (status["outbox"]["deferred"].as_u64()? > 0).then_some(status)
    });
    assert!(status["outbox"]["last_trouble"].as_str().is_some_and(|trouble| !trouble.is_empty()), "{status}");
    assert_eq!(dovecot.count("upgrade", ""), 0, "the mail is handled all the same");
    assert_eq!(running.end(Duration::from_secs(35)), Some(0));
}

#[test]
#[ignore = "needs Dovecot and Postfix: make test runs it"]
fn letters_reach_a_maildir_through_a_real_postfix() {
    if !is_root() {
        eprintln!("SKIPPED: a real Postfix instance can only be run as root");
        return;
    }
    let dovecot = Dovecot::start();
    let postfix = Postfix::start();
    let desk = desk(&dovecot, postfix.smtp.port());
    // The instance delivers what is for Ann; she is the representative here.
    let to_ann = |text: &str| text.replace("acme-tel.example", "acme.example").replace("dana@", "ann@");
    let sample = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/register/sample.json");
    let register = desk.path("register.json");
    std::fs::write(&register, to_ann(&std::fs::read_to_string(sample).unwrap())).unwrap();
    let config = desk.config();
    let words = ["register", "import", register.to_str().unwrap(), "--yes", "--config", config.to_str().unwrap()];
    assert!(desk.command(&words).status.success());
    dovecot.deliver("upgrade", &to_ann(&asap_form("form-3@acme-tel.example")));
    let mut running = desk.run(&["--drain"], &[]);
    assert_eq!(running.wait(Duration::from_secs(60)), Some(0), "{}", desk.log());
    let letters = postfix.ann_has(1);
    assert_eq!(letters.len(), 1);
    assert!(letters.iter().all(|letter| letter.contains("as soon as possible")), "{letters:#?}");
    // It takes nothing for the vendor's own people: refused for good, and said so.
    let ticket = desk.json(&["ticket", "show", "UP-2026-00001"]);
    assert_eq!(ticket["undelivered"], serde_json::json!(["agents@vendor.example"]), "{ticket}");
}
