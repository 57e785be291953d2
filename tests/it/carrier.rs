//! The ways out, against servers that misbehave as told and against real ones.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use upgrade_desk::desk::letter::header_text::HeaderText;
use upgrade_desk::desk::letter::mime::{AutoSubmitted, Draft, build};
use upgrade_desk::shell::carrier::folder::Folder;
use upgrade_desk::shell::carrier::smtp::{Deadlines, Smtp, SmtpSetupError};
use upgrade_desk::shell::carrier::{Carrier, Envelope, Sent};
use upgrade_desk::shell::config::{self, Password, Security};

use crate::support::postfix::Postfix;
use crate::support::program::is_root;
use crate::support::scripted_smtp::{Act, Protection, Script, ScriptedSmtp, Seen, Step, say};
use crate::support::smtp_sink::SmtpSink;
use crate::support::tls_server;

const TEXT: &str = concat!(
    "Subject: your upgrade\r\nMessage-ID: <t1.l1@tickets.example>\r\n\r\n",
    "above\r\n.\r\n..\r\n.below\r\nMAIL FROM:<eve@evil.example>\r\n"
);

fn letter() -> Envelope {
    Envelope {
        from: "desk@vendor.example".to_owned(),
        to: "ann@acme.example".to_owned(),
        bytes: Arc::from(TEXT.as_bytes()),
        file_name: "0000000001.abc".to_owned(),
    }
}

fn settings(port: u16) -> config::Smtp {
    config::Smtp {
        host: "127.0.0.1".to_owned(),
        port,
        security: Security::Plain,
        login: None,
        private_ca: None,
        helo_name: Some("desk.vendor.example".to_owned()),
        connections: 1,
    }
}

fn with_login(settings: config::Smtp) -> config::Smtp {
    config::Smtp { login: Some(("desk".to_owned(), Password::new("sEcReT-pw".to_owned()))), ..settings }
}

fn over_tls(port: u16, security: Security) -> config::Smtp {
    config::Smtp {
        host: "localhost".to_owned(),
        security,
        private_ca: Some(tls_server::file("ca.pem")),
        ..with_login(settings(port))
    }
}

/// Short enough for a test, long enough for a busy machine.
fn patience() -> Deadlines {
    let second = Duration::from_secs(1);
    Deadlines {
        connect: 3 * second,
        handshake: 3 * second,
        greeting: second,
        mail: second,
        recipient: second,
        data: second,
        text: second,
        after_dot: 2 * second,
        whole: 10 * second,
    }
}

fn smtp(settings: &config::Smtp) -> Smtp {
    let mut carriers = Smtp::several(settings).unwrap();
    carriers.remove(0).with_deadlines(patience())
}

/// One letter through a server with that script; the answer and what was seen.
async fn through(script: Script) -> (Sent, ScriptedSmtp) {
    let server = ScriptedSmtp::plain(vec![script]).await;
    let sent = smtp(&settings(server.address.port())).send(&letter()).await;
    (sent, server)
}

fn response(sent: &Sent) -> &str {
    match sent {
        Sent::Accepted { response } | Sent::Deferred { response } | Sent::Failed { response } => response,
        Sent::Unreachable { why } | Sent::Unknown { why } => why,
    }
}

#[tokio::test]
async fn a_letter_arrives_byte_for_byte_and_as_one_message() {
    let (sent, server) = through(Script::polite()).await;
    assert_eq!(sent, Sent::Accepted { response: "250 2.0.0 taken".to_owned() });
    assert_eq!(server.texts(), [TEXT.as_bytes()]);
    let seen = server.seen();
    assert_eq!(
        seen[0].lines,
        ["EHLO desk.vendor.example", "MAIL FROM:<desk@vendor.example>", "RCPT TO:<ann@acme.example>", "DATA"]
    );
    let raw = String::from_utf8(seen[0].plain_bytes.clone()).unwrap();
    assert!(raw.contains("above\r\n..\r\n...\r\n..below\r\n"), "{raw}");
    assert!(raw.ends_with("eve@evil.example>\r\n.\r\n"), "nothing is added: {raw}");
}

#[tokio::test]
async fn bytes_that_servers_could_read_in_two_ways_are_never_offered() {
    for text in ["\n.\n", "\r.\r", "\r\n.\n", "\n.\r\n", "\r\r\n", "ü", "\r"] {
        let server = ScriptedSmtp::plain(vec![]).await;
        let text = format!("Subject: x\r\n\r\nabove{text}");
        let letter = Envelope { bytes: Arc::from(text.as_bytes()), ..letter() };
        let sent = smtp(&settings(server.address.port())).send(&letter).await;
        assert!(matches!(sent, Sent::Failed { .. }), "{text:?}: {sent:?}");
        assert!(server.seen().is_empty(), "{text:?}: no connection");
    }
}

#[tokio::test]
async fn a_letter_of_the_desk_with_hostile_text_is_one_message() {
    let text = "a\n.\nb\r\n.\r\nc\r.\rMAIL FROM:<eve@evil.example>\r\n.\r\nQUIT\r\n";
    let bytes = build(&Draft {
        from_name: HeaderText::new("Desk\r\n.\r\nMAIL FROM:<>"),
        from_address: "desk@vendor.example".to_owned(),
        reply_to: "desk@vendor.example".to_owned(),
        to_address: "ann@acme.example".to_owned(),
        subject: HeaderText::new("x\r\n.\r\nRCPT TO:<eve@evil.example>"),
        date: jiff::Timestamp::UNIX_EPOCH,
        message_id: "t1.l1@tickets.example".to_owned(),
        in_reply_to: None,
        references: Vec::new(),
        auto_submitted: AutoSubmitted::Generated,
        text: text.to_owned(),
        calendar: None,
        files: Vec::new(),
    })
    .unwrap();
    let server = ScriptedSmtp::plain(vec![]).await;
    let letter = Envelope { bytes: Arc::from(bytes.clone()), ..letter() };
    let mut smtp = smtp(&settings(server.address.port()));
    assert!(matches!(smtp.send(&letter).await, Sent::Accepted { .. }));
    smtp.rest().await;
    assert_eq!(server.texts(), [bytes]);
    let commands = server.seen().remove(0).lines;
    assert_eq!(commands.len(), 5, "{commands:?}");
}

#[tokio::test]
async fn letters_share_a_connection_and_its_end_is_polite() {
    let server = ScriptedSmtp::plain(vec![]).await;
    let mut smtp = smtp(&settings(server.address.port()));
    for _ in 0..3 {
        assert!(matches!(smtp.send(&letter()).await, Sent::Accepted { .. }));
    }
    smtp.rest().await;
    let seen = server.seen();
    assert_eq!(seen.len(), 1, "one connection for three letters");
    assert_eq!((seen[0].count("MAIL"), seen[0].count("EHLO"), seen[0].count("RSET")), (3, 1, 0));
    assert_eq!(seen[0].lines.last().map(String::as_str), Some("QUIT"));
}

#[tokio::test]
async fn what_the_answer_to_each_step_means() {
    let (deferred, unreachable, failed) = ("deferred", "unreachable", "failed");
    let cases = [
        (Step::Greeting, "421 4.3.2 too busy", unreachable),
        (Step::Greeting, "554 5.3.2 no service", unreachable),
        (Step::Ehlo, "451 4.3.0 not now", unreachable),
        (Step::Ehlo, "550 5.7.1 not you", unreachable),
        (Step::Mail, "451 4.3.0 not now", deferred),
        (Step::Mail, "421 4.3.0 closing", unreachable),
        (Step::Mail, "550 5.7.1 sender refused", deferred),
        (Step::Mail, "530 5.7.0 authentication required", deferred),
        (Step::Rcpt, "450 4.2.0 greylisted", deferred),
        (Step::Rcpt, "421 4.3.0 closing", deferred),
        (Step::Rcpt, "550 5.1.1 no such user", failed),
        (Step::Rcpt, "530 5.7.0 authentication required", deferred),
        (Step::Data, "451 4.3.0 not now", deferred),
        (Step::Data, "554 5.6.0 no valid recipients", failed),
        (Step::Dot, "452 4.3.1 disk full", deferred),
        (Step::Dot, "421 4.3.0 closing", deferred),
        (Step::Dot, "554 5.7.1 looks like spam", failed),
    ];
    for (step, text, expected) in cases {
        let (sent, server) = through(Script::polite().at(step, say(&format!("{text}\r\n")))).await;
        let word = match &sent {
            Sent::Accepted { .. } => "accepted",
            Sent::Deferred { .. } => deferred,
            Sent::Failed { .. } => failed,
            Sent::Unreachable { .. } => unreachable,
            Sent::Unknown { .. } => "unknown",
        };
        assert_eq!(word, expected, "{step:?} {text}: {sent:?}");
        assert!(response(&sent).contains(text), "{step:?} {text}: {sent:?}");
        assert_eq!(server.texts().len(), usize::from(step == Step::Dot), "{step:?} {text}");
    }
}

#[tokio::test]
async fn a_cut_before_the_dot_is_a_delay_and_after_it_unknown() {
    for step in [Step::Greeting, Step::Ehlo, Step::Mail, Step::Rcpt, Step::Data] {
        let (sent, server) = through(Script::polite().at(step, Act::Cut)).await;
        let early = step <= Step::Mail;
        assert!(matches!(sent, Sent::Unreachable { .. }) == early, "{step:?}: {sent:?}");
        assert!(matches!(sent, Sent::Deferred { .. }) != early, "{step:?}: {sent:?}");
        assert!(server.texts().is_empty(), "{step:?}");
    }
    let (sent, server) = through(Script::polite().at(Step::Dot, Act::Cut)).await;
    assert!(matches!(sent, Sent::Unknown { .. }), "{sent:?}");
    assert_eq!(server.texts().len(), 1, "the server has it");
    let half = Act::SayAndCut(b"250 2.0".to_vec());
    let (sent, _) = through(Script::polite().at(Step::Dot, half)).await;
    assert!(matches!(sent, Sent::Unknown { .. }), "half an answer is none: {sent:?}");
}

#[tokio::test]
async fn no_answer_to_the_dot_is_unknown_within_the_deadline() {
    let begin = Instant::now();
    let (sent, _) = through(Script::polite().at(Step::Dot, Act::Silence)).await;
    assert!(matches!(sent, Sent::Unknown { .. }), "{sent:?}");
    let waited = begin.elapsed();
    assert!((Duration::from_millis(1900)..Duration::from_secs(6)).contains(&waited), "{waited:?}");
}

#[tokio::test]
async fn silence_before_the_dot_is_a_delay_within_the_deadline() {
    for step in [Step::Greeting, Step::Ehlo, Step::Mail, Step::Rcpt, Step::Data] {
        let begin = Instant::now();
        let (sent, _) = through(Script::polite().at(step, Act::Silence)).await;
        let early = step <= Step::Mail;
        assert!(matches!(sent, Sent::Unreachable { .. }) == early, "{step:?}: {sent:?}");
        assert!(matches!(sent, Sent::Deferred { .. }) != early, "{step:?}: {sent:?}");
        assert!(begin.elapsed() < Duration::from_secs(5), "{step:?}: {:?}", begin.elapsed());
    }
}

#[tokio::test]
async fn a_server_that_drips_its_answer_is_given_up() {
    let drip = Act::SaySlowly(b"250-a\r\n250 sender ok, at long last\r\n".to_vec(), Duration::from_millis(200));
    let (sent, _) = through(Script::polite().at(Step::Mail, drip)).await;
    assert!(matches!(sent, Sent::Unreachable { .. }), "{sent:?}");
}

#[tokio::test]
async fn the_whole_letter_has_a_deadline_of_its_own() {
    let slow = |text: &str| Act::SaySlowly(text.as_bytes().to_vec(), Duration::from_millis(100));
    let script = Script::polite().at(Step::Mail, slow("250 ok\r\n")).at(Step::Rcpt, slow("250 ok\r\n"));
    let server = ScriptedSmtp::plain(vec![script]).await;
    let deadlines = Deadlines { whole: Duration::from_millis(900), ..patience() };
    let mut smtp = smtp(&settings(server.address.port())).with_deadlines(deadlines);
    let sent = smtp.send(&letter()).await;
    assert!(matches!(sent, Sent::Deferred { .. }), "{sent:?}");
    assert!(server.texts().is_empty());
}

#[tokio::test]
async fn answers_in_pieces_and_many_lines_are_read() {
    let pieces = Act::SaySlowly(
        b"250-2.0.0 one\r\n250-2.0.0 two\r\n250 2.0.0 queued as 7F\r\n".to_vec(),
        Duration::from_millis(2),
    );
    let (sent, _) = through(Script::polite().at(Step::Dot, pieces)).await;
    assert!(matches!(&sent, Sent::Accepted { response } if response.contains("queued as 7F")), "{sent:?}");
}

#[tokio::test]
async fn answers_nobody_understands_are_never_success() {
    let long = format!("250 {}\r\n", "x".repeat(5000));
    let endless = format!("250-{}\r\n", "x".repeat(900)).repeat(200);
    let junk: [&[u8]; 9] = [
        b"\xff\xfe250 ok\r\n",
        b"250 \xc3\r\n",
        b"ok\r\n",
        b"999 what\r\n",
        b"250-one\r\n550 two\r\n",
        b"354 go on\r\n",
        b"\r\n",
        long.as_bytes(),
        endless.as_bytes(),
    ];
    for bytes in junk {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(20)]).into_owned();
        let (sent, _) = through(Script::polite().at(Step::Rcpt, Act::Say(bytes.to_vec()))).await;
        assert!(matches!(sent, Sent::Deferred { .. }), "RCPT {shown:?}: {sent:?}");
        let (sent, _) = through(Script::polite().at(Step::Dot, Act::Say(bytes.to_vec()))).await;
        assert!(matches!(sent, Sent::Unknown { .. }), "dot {shown:?}: {sent:?}");
        assert!(response(&sent).chars().all(|c| !c.is_control()), "{sent:?}");
        assert!(response(&sent).len() < 1000);
    }
}

#[tokio::test]
async fn a_letter_after_trouble_is_judged_by_its_own_answer() {
    let troubles = [
        (Step::Dot, Act::Silence),
        (Step::Dot, say("554 no\r\n")),
        (Step::Rcpt, say("550 no\r\n")),
        (Step::Rcpt, say("450 later\r\n")),
        (Step::Data, Act::Silence),
        // The answer to the next command, sent too early.
        (Step::Mail, say("250 ok\r\n250 and again\r\n")),
    ];
    for (step, act) in troubles {
        let refuses = Script::polite().at(Step::Rcpt, say("550 5.1.1 not this one\r\n"));
        let server = ScriptedSmtp::plain(vec![Script::polite().at(step, act.clone()), refuses]).await;
        let mut smtp = smtp(&settings(server.address.port()));
        let first = smtp.send(&letter()).await;
        assert!(!matches!(first, Sent::Accepted { .. }), "{step:?} {act:?}: {first:?}");
        let second = smtp.send(&letter()).await;
        assert_eq!(second, Sent::Failed { response: "550 5.1.1 not this one".to_owned() }, "{step:?} {act:?}");
        assert_eq!(server.seen().len(), 2, "{step:?} {act:?}: a fresh connection");
    }
}

#[tokio::test]
async fn a_try_that_was_given_up_leaves_nothing_behind() {
    let script = Script::polite().at(Step::Dot, Act::SaySlowly(b"250 late\r\n".to_vec(), Duration::from_millis(50)));
    let refuses = Script::polite().at(Step::Rcpt, say("554 5.7.1 refused\r\n"));
    let server = ScriptedSmtp::plain(vec![script, refuses]).await;
    let mut smtp = smtp(&settings(server.address.port()));
    let given_up = tokio::time::timeout(Duration::from_millis(300), smtp.send(&letter())).await;
    assert!(given_up.is_err());
    tokio::time::sleep(Duration::from_millis(600)).await;
    let second = smtp.send(&letter()).await;
    assert_eq!(second, Sent::Failed { response: "554 5.7.1 refused".to_owned() });
}

#[tokio::test]
async fn an_answer_too_many_is_not_taken_for_the_next_letters() {
    let two = Script::polite().at(Step::Dot, say("250 taken\r\n250 taken twice\r\n")).at_nth(
        Step::Rcpt,
        1,
        say("550 no\r\n"),
    );
    let server = ScriptedSmtp::plain(vec![two]).await;
    let mut smtp = smtp(&settings(server.address.port()));
    assert!(matches!(smtp.send(&letter()).await, Sent::Accepted { .. }));
    let second = smtp.send(&letter()).await;
    assert!(!matches!(second, Sent::Accepted { .. }), "{second:?}");
    assert_eq!(server.texts().len(), 1);
}

#[tokio::test]
async fn a_kept_connection_that_died_meanwhile_costs_no_delay() {
    for act in [Act::Cut, Act::SayAndCut(b"421 4.4.2 a hundred letters are enough\r\n".to_vec())] {
        let server = ScriptedSmtp::plain(vec![Script::polite().at_nth(Step::Mail, 1, act)]).await;
        let mut smtp = smtp(&settings(server.address.port()));
        for _ in 0..2 {
            let sent = smtp.send(&letter()).await;
            assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
        }
        assert_eq!((server.seen().len(), server.texts().len()), (2, 2));
    }
}

#[tokio::test]
async fn a_second_try_has_the_same_bytes() {
    let server = ScriptedSmtp::plain(vec![Script::polite().at(Step::Dot, Act::Cut)]).await;
    let mut smtp = smtp(&settings(server.address.port()));
    assert!(matches!(smtp.send(&letter()).await, Sent::Unknown { .. }));
    assert!(matches!(smtp.send(&letter()).await, Sent::Accepted { .. }));
    assert_eq!(server.texts(), [TEXT.as_bytes(), TEXT.as_bytes()]);
}

#[tokio::test]
async fn nobody_listening_is_a_delay() {
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let sent = smtp(&settings(port)).send(&letter()).await;
    assert!(matches!(sent, Sent::Unreachable { .. }), "{sent:?}");
    assert!(response(&sent).contains("cannot connect"), "{sent:?}");
}

#[tokio::test]
async fn plain_connections_go_to_this_machine_only() {
    // 192.0.2.0/24 answers nobody: an attempt would take the whole deadline.
    for host in ["192.0.2.25", "2001:db8::25"] {
        let begin = Instant::now();
        let sent = smtp(&config::Smtp { host: host.to_owned(), ..settings(25) }).send(&letter()).await;
        assert!(matches!(sent, Sent::Unreachable { .. }), "{sent:?}");
        assert!(response(&sent).contains("without TLS"), "{sent:?}");
        assert!(begin.elapsed() < Duration::from_secs(1), "refused before connecting");
    }
}

#[tokio::test]
async fn settings_that_can_never_work_are_refused() {
    let refused = |settings: config::Smtp| Smtp::several(&settings).err().unwrap();
    let error = refused(config::Smtp { helo_name: Some("desk\r\nMAIL FROM:<>".to_owned()), ..settings(25) });
    assert!(matches!(error, SmtpSetupError::HeloName(_)), "{error}");
    let error = refused(config::Smtp { host: "not a host".to_owned(), ..settings(25) });
    assert!(matches!(error, SmtpSetupError::Host(_)), "{error}");
    let error = refused(config::Smtp { private_ca: Some("/nowhere/ca.pem".into()), ..settings(25) });
    assert!(matches!(error, SmtpSetupError::Tls(_)), "{error}");
    assert_eq!(Smtp::several(&config::Smtp { connections: 4, ..settings(25) }).unwrap().len(), 4);
}

#[tokio::test]
async fn logs_in_plain_or_login_as_offered() {
    let server = ScriptedSmtp::plain(vec![]).await;
    let sent = smtp(&with_login(settings(server.address.port()))).send(&letter()).await;
    assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
    // base64 of NUL desk NUL sEcReT-pw
    assert_eq!(server.seen()[0].lines[1], "AUTH PLAIN AGRlc2sAc0VjUmVULXB3");

    let ehlo = say("250-scripted\r\n250 AUTH LOGIN\r\n");
    let script = Script::polite().at(Step::Ehlo, ehlo).at(Step::Auth, say("334 VXNlcm5hbWU6\r\n")).at_nth(
        Step::Auth,
        1,
        say("334 UGFzc3dvcmQ6\r\n"),
    );
    let server = ScriptedSmtp::plain(vec![script]).await;
    let sent = smtp(&with_login(settings(server.address.port()))).send(&letter()).await;
    assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
    assert_eq!(server.seen()[0].lines[1..4], ["AUTH LOGIN", "ZGVzaw==", "c0VjUmVULXB3"]);
}

#[tokio::test]
async fn a_refused_login_is_trouble_with_the_server_and_no_secret_is_told() {
    for text in ["535 5.7.8 bad credentials", "454 4.7.0 try later", "500 what?", "250 fine"] {
        let script = Script::polite().at(Step::Auth, say(&format!("{text}\r\n")));
        let server = ScriptedSmtp::plain(vec![script]).await;
        let sent = smtp(&with_login(settings(server.address.port()))).send(&letter()).await;
        assert!(matches!(sent, Sent::Unreachable { .. }), "{text}: {sent:?}");
        assert!(response(&sent).contains(text), "{sent:?}");
        assert!(!format!("{sent:?}").contains("sEcReT"), "{sent:?}");
        assert_eq!(server.seen()[0].count("MAIL"), 0);
    }
    let script = Script::polite().at(Step::Ehlo, say("250-scripted\r\n250 AUTH CRAM-MD5\r\n"));
    let server = ScriptedSmtp::plain(vec![script]).await;
    let sent = smtp(&with_login(settings(server.address.port()))).send(&letter()).await;
    assert!(matches!(sent, Sent::Unreachable { .. }), "{sent:?}");
}

#[tokio::test]
async fn tls_from_the_first_byte_and_after_starttls() {
    for security in [Security::Tls, Security::Starttls] {
        let config = tls_server::config("localhost.pem");
        let protection = match security {
            Security::Tls => Protection::Implicit(config),
            _ => Protection::Starttls(config),
        };
        let server = ScriptedSmtp::start(protection, vec![]).await;
        let mut smtp = smtp(&over_tls(server.address.port(), security));
        for _ in 0..2 {
            let sent = smtp.send(&letter()).await;
            assert!(matches!(sent, Sent::Accepted { .. }), "{security:?}: {sent:?}");
        }
        smtp.rest().await;
        let seen = server.seen();
        assert_eq!((seen.len(), seen[0].texts.len()), (1, 2));
        assert!(seen[0].handshake_done);
        let plain = String::from_utf8(seen[0].plain_bytes.clone()).unwrap();
        let expected = if security == Security::Tls { "" } else { "EHLO desk.vendor.example\r\nSTARTTLS\r\n" };
        assert_eq!(plain, expected, "nothing else in the clear");
        assert_eq!(seen[0].count("AUTH PLAIN"), 1);
    }
}

/// Nothing of a login or a letter was said.
fn assert_nothing_told(seen: &[Seen]) {
    for seen in seen {
        for word in ["AUTH", "MAIL", "RCPT", "DATA"] {
            assert_eq!(seen.count(word), 0, "{:?}", seen.lines);
        }
        assert!(seen.texts.is_empty());
    }
}

#[tokio::test]
async fn wrong_certificates_get_no_login_and_no_letter() {
    for security in [Security::Tls, Security::Starttls] {
        for (certificate, trusted, reason) in [
            ("localhost.pem", false, "UnknownIssuer"),
            ("elsewhere.pem", true, "not valid for name"),
            ("expired.pem", true, "expired"),
        ] {
            let config = tls_server::config(certificate);
            let protection = match security {
                Security::Tls => Protection::Implicit(config),
                _ => Protection::Starttls(config),
            };
            let server = ScriptedSmtp::start(protection, vec![]).await;
            let mut settings = over_tls(server.address.port(), security);
            if !trusted {
                settings.private_ca = None;
            }
            let sent = smtp(&settings).send(&letter()).await;
            assert!(matches!(sent, Sent::Unreachable { .. }), "{certificate}: {sent:?}");
            assert!(response(&sent).contains(reason), "{certificate}: {sent:?}");
            assert_nothing_told(&server.seen());
        }
    }
}

#[tokio::test]
async fn without_starttls_nothing_is_sent() {
    let scripts = [
        Script::polite().at(Step::Ehlo, say("250-scripted\r\n250 AUTH PLAIN\r\n")),
        Script::polite().at(Step::Starttls, say("454 4.7.0 no TLS today\r\n")),
        Script::polite().at(Step::Starttls, say("250 fine\r\n")),
        Script::polite().at(Step::Starttls, Act::Cut),
        Script::polite().at(Step::Starttls, Act::Silence),
        Script::polite().at(Step::Ehlo, Act::Say(b"250-\xff\xff\r\n\r\n".to_vec())),
        Script::polite().at(Step::Ehlo, say(&"250-x\r\n".repeat(200))),
        Script::polite().at(Step::Greeting, say(&"2".repeat(5000))),
    ];
    for script in scripts {
        let protection = Protection::Starttls(tls_server::config("localhost.pem"));
        let server = ScriptedSmtp::start(protection, vec![script.clone()]).await;
        let sent = smtp(&over_tls(server.address.port(), Security::Starttls)).send(&letter()).await;
        assert!(matches!(sent, Sent::Unreachable { .. }), "{script:?}: {sent:?}");
        assert_nothing_told(&server.seen());
    }
}

#[tokio::test]
async fn what_was_injected_before_tls_is_never_taken_for_an_answer() {
    for injected in ["250-evil\r\n250 AUTH PLAIN\r\n", "2", "\x16\x03\x01"] {
        let script = Script::polite().at(Step::Starttls, say(&format!("220 go ahead\r\n{injected}")));
        let protection = Protection::Starttls(tls_server::config("localhost.pem"));
        let server = ScriptedSmtp::start(protection, vec![script]).await;
        let sent = smtp(&over_tls(server.address.port(), Security::Starttls)).send(&letter()).await;
        assert!(matches!(sent, Sent::Unreachable { .. }), "{injected:?}: {sent:?}");
        assert!(response(&sent).contains("behind its answer to STARTTLS"), "{sent:?}");
        assert!(!server.seen()[0].handshake_done);
        assert_nothing_told(&server.seen());
    }
    // The same in a packet of its own, which is read by the handshake.
    let late = Act::SaySlowly(b"220 go ahead\r\n250 evil\r\n".to_vec(), Duration::from_millis(10));
    let protection = Protection::Starttls(tls_server::config("localhost.pem"));
    let server = ScriptedSmtp::start(protection, vec![Script::polite().at(Step::Starttls, late)]).await;
    let sent = smtp(&over_tls(server.address.port(), Security::Starttls)).send(&letter()).await;
    assert!(matches!(sent, Sent::Unreachable { .. }), "{sent:?}");
    assert_nothing_told(&server.seen());
}

#[tokio::test]
async fn trying_out_says_what_is_wrong() {
    let server = ScriptedSmtp::plain(vec![Script::polite(), Script::polite().at(Step::Auth, say("535 no\r\n"))]).await;
    let mut smtp = smtp(&with_login(settings(server.address.port())));
    assert_eq!(smtp.try_out().await, Ok(()));
    assert_eq!(smtp.try_out().await, Err("login refused: 535 no".to_owned()));
    assert_eq!(server.seen()[0].lines.last().map(String::as_str), Some("QUIT"));
    assert!(server.texts().is_empty());
}

#[tokio::test]
async fn a_maildir_holds_a_letter_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut folder = Folder::open(dir.path()).unwrap();
    for _ in 0..2 {
        let sent = folder.send(&letter()).await;
        assert_eq!(sent, Sent::Accepted { response: "new/0000000001.abc".to_owned() });
    }
    let names = |part: &str| -> Vec<String> {
        let entries = std::fs::read_dir(dir.path().join(part)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert_eq!(names("new"), ["0000000001.abc"]);
    assert!(names("tmp").is_empty());
    assert_eq!(std::fs::read(dir.path().join("new/0000000001.abc")).unwrap(), TEXT.as_bytes());

    // A mail program has taken it up.
    std::fs::rename(dir.path().join("new/0000000001.abc"), dir.path().join("cur/0000000001.abc:2,S")).unwrap();
    assert!(matches!(folder.send(&letter()).await, Sent::Accepted { .. }));
    assert!(names("new").is_empty());
    assert_eq!(names("cur"), ["0000000001.abc:2,S"]);

    // Another letter is another file.
    let other = Envelope { file_name: "0000000001.abd".to_owned(), ..letter() };
    assert!(matches!(folder.send(&other).await, Sent::Accepted { .. }));
    assert_eq!(names("new"), ["0000000001.abd"]);
}

#[tokio::test]
async fn a_maildir_that_fails_is_a_delay_and_names_cannot_leave_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut folder = Folder::open(dir.path()).unwrap();
    for name in ["", "../x", "a/b", ".hidden", "a:2,S"] {
        let sent = folder.send(&Envelope { file_name: name.to_owned(), ..letter() }).await;
        assert!(matches!(sent, Sent::Failed { .. }), "{name:?}: {sent:?}");
    }
    std::fs::remove_dir(dir.path().join("tmp")).unwrap();
    assert!(matches!(folder.send(&letter()).await, Sent::Unreachable { .. }));
    assert_eq!(std::fs::read_dir(dir.path().join("new")).unwrap().count(), 0);
}

/// Letter number `number`, as the desk builds it.
fn numbered(number: usize) -> Envelope {
    let bytes = build(&Draft {
        from_name: HeaderText::new("Upgrade Desk Zürich"),
        from_address: "desk@vendor.example".to_owned(),
        reply_to: "desk@vendor.example".to_owned(),
        to_address: "ann@acme.example".to_owned(),
        subject: HeaderText::new("Your upgrade – planned"),
        date: jiff::Timestamp::UNIX_EPOCH,
        message_id: format!("t{number}.l1@tickets.example"),
        in_reply_to: None,
        references: Vec::new(),
        auto_submitted: AutoSubmitted::Generated,
        text: format!("Letter {number}\n.\n..\nmit Umlaut ä und langer Zeile {}\n", "x ".repeat(200)),
        calendar: None,
        files: Vec::new(),
    })
    .unwrap();
    Envelope { bytes: Arc::from(bytes), file_name: number.to_string(), ..letter() }
}

fn with_lf(letter: &Envelope) -> String {
    String::from_utf8(letter.bytes.to_vec()).unwrap().replace("\r\n", "\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Postfix: make test runs it"]
async fn smtp_sink_takes_a_thousand_letters_over_four_connections() {
    let sink = SmtpSink::start(&[]);
    let carriers = Smtp::several(&config::Smtp { connections: 4, ..settings(sink.address.port()) }).unwrap();
    assert_eq!(carriers.len(), 4);
    let begin = Instant::now();
    let mut workers = tokio::task::JoinSet::new();
    for (worker, carrier) in carriers.into_iter().enumerate() {
        let mut carrier = carrier.with_deadlines(patience());
        workers.spawn(async move {
            for number in (worker..1000).step_by(4) {
                let sent = carrier.send(&numbered(number)).await;
                assert!(matches!(sent, Sent::Accepted { .. }), "{number}: {sent:?}");
            }
            carrier.rest().await;
        });
    }
    while let Some(ended) = workers.join_next().await {
        ended.unwrap();
    }
    println!("1,000 letters in {:?}", begin.elapsed());
    let mut found = sink.letters();
    let mut expected: Vec<String> = (0..1000).map(|number| with_lf(&numbered(number))).collect();
    found.sort();
    expected.sort();
    assert_eq!(found.len(), 1000);
    assert!(found == expected, "every letter arrived once, byte for byte");
}

#[tokio::test]
#[ignore = "needs Postfix: make test runs it"]
async fn smtp_sink_refuses_and_cuts() {
    for (options, expected) in [
        (["-f", "RCPT"], "Failed"),
        (["-r", "RCPT"], "Deferred"),
        (["-f", "."], "Failed"),
        (["-r", "."], "Deferred"),
        (["-f", "EHLO"], "Unreachable"),
        (["-q", "DATA"], "Deferred"),
        (["-q", "."], "Unknown"),
        (["-Q", "."], "Deferred"),
        (["-Q", "MAIL"], "Unreachable"),
    ] {
        let sink = SmtpSink::start(&options);
        let sent = smtp(&settings(sink.address.port())).send(&numbered(1)).await;
        assert!(format!("{sent:?}").starts_with(expected), "{options:?}: {sent:?}");
    }
}

#[tokio::test]
#[ignore = "needs Postfix: make test runs it"]
async fn a_real_postfix_takes_puts_off_and_refuses() {
    if !is_root() {
        println!("SKIPPED: only root can start a Postfix; run `make test` as root to test against one");
        return;
    }
    let postfix = Postfix::start();
    let plain = smtp(&settings(postfix.smtp.port()));
    let without_login = |security, port| config::Smtp { login: None, ..over_tls(port, security) };
    let starttls = smtp(&without_login(Security::Starttls, postfix.smtp.port()));
    let tls = smtp(&without_login(Security::Tls, postfix.smtps.port()));

    let mut expected = Vec::new();
    for (way, mut carrier) in [plain, starttls, tls].into_iter().enumerate() {
        let (first, second) = (numbered(way * 2), numbered(way * 2 + 1));
        let sent = carrier.send(&first).await;
        assert!(matches!(&sent, Sent::Accepted { response } if response.contains("queued as")), "{way}: {sent:?}");
        let nobody = Envelope { to: "nobody@acme.example".to_owned(), ..first.clone() };
        let sent = carrier.send(&nobody).await;
        assert!(matches!(&sent, Sent::Failed { response } if response.starts_with("550 5.1.1")), "{way}: {sent:?}");
        let abroad = Envelope { to: "x@elsewhere.example".to_owned(), ..first.clone() };
        let sent = carrier.send(&abroad).await;
        assert!(matches!(&sent, Sent::Failed { response } if response.starts_with("554 5.7.1")), "{way}: {sent:?}");
        let later = Envelope { to: "later@acme.example".to_owned(), ..first.clone() };
        let sent = carrier.send(&later).await;
        assert!(matches!(&sent, Sent::Deferred { response } if response.starts_with("450 4.2.0")), "{way}: {sent:?}");
        let sent = carrier.send(&second).await;
        assert!(matches!(sent, Sent::Accepted { .. }), "{way}: {sent:?}");
        carrier.rest().await;
        expected.extend([with_lf(&first), with_lf(&second)]);
    }

    let mut found: Vec<String> = postfix.ann_has(6).iter().map(|file| without_trace(file)).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

/// Without what a server puts in front: Return-Path, Delivered-To, Received.
fn without_trace(file: &str) -> String {
    file.find("Date: ").map(|begin| file[begin..].to_owned()).unwrap()
}
