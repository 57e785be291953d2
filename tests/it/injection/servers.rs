//! What customers write reaches servers as text only: one message a letter
//! (TF2), and no word of theirs in a command (TF3).

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use upgrade_desk::desk::letter::header_text::HeaderText;
use upgrade_desk::desk::letter::mime::{AutoSubmitted, Draft, build};
use upgrade_desk::shell::carrier::smtp::Smtp;
use upgrade_desk::shell::carrier::{Carrier, Envelope, Sent};
use upgrade_desk::shell::config::{self, Security};

use crate::support::desk::Desk;
use crate::support::model_imap::{Can, ModelImap};
use crate::support::scripted_smtp::ScriptedSmtp;
use crate::support::{hostile, letter};

fn written(text: &str) -> Vec<u8> {
    let draft = Draft {
        from_name: HeaderText::new("Upgrade Desk"),
        from_address: "upgrade@vendor.example".to_owned(),
        reply_to: "upgrade+12.0123456789abcdef0123456789abcdef@vendor.example".to_owned(),
        to_address: "dana@acme-tel.example".to_owned(),
        subject: HeaderText::new(text),
        date: "2026-12-07T17:00:00Z".parse::<Timestamp>().unwrap(),
        message_id: "UP-2026-00417.l12@tickets.vendor.example".to_owned(),
        in_reply_to: Some(text.to_owned()),
        references: vec![text.to_owned()],
        auto_submitted: AutoSubmitted::Replied,
        text: text.to_owned(),
        calendar: None,
        files: Vec::new(),
    };
    build(&draft).unwrap()
}

/// A text that ends the message for some server, in every place of a letter.
#[tokio::test]
async fn a_letter_is_one_message_whatever_stands_in_it() {
    let smuggled = "MAIL FROM:<eve@attacker.example>\r\nRCPT TO:<eve@attacker.example>\r\nDATA\r\nSubject: x\r\n\r\nx";
    let ends = ["\n.\n", "\r\n.\r\n", "\r.\r", "\r\n.\n", "\n.\r\n", "\r\n\0.\r\n", ".\r\n", "\r\n."];
    let mut texts: Vec<String> = ends.iter().map(|end| format!("above{end}{smuggled}{end}")).collect();
    texts.extend(hostile::chosen());
    let server = ScriptedSmtp::plain(vec![]).await;
    let settings = config::Smtp {
        host: "127.0.0.1".to_owned(),
        port: server.address.port(),
        security: Security::Plain,
        login: None,
        private_ca: None,
        helo_name: Some("desk.vendor.example".to_owned()),
        connections: 1,
    };
    let mut smtp = Smtp::several(&settings).unwrap().remove(0);
    let mut sent = Vec::new();
    for text in &texts {
        let bytes = written(text);
        let letter = Envelope {
            from: "upgrade@vendor.example".to_owned(),
            to: "dana@acme-tel.example".to_owned(),
            bytes: Arc::from(bytes.as_slice()),
            file_name: "0000000001.abc".to_owned(),
        };
        let answer = smtp.send(&letter).await;
        assert!(matches!(answer, Sent::Accepted { .. }), "{text:.40?}: {answer:?}");
        sent.push(bytes);
    }
    smtp.rest().await;
    assert!(server.texts() == sent, "the server saw other messages than were sent");
    let lines: Vec<String> = server.seen().into_iter().flat_map(|seen| seen.lines).collect();
    for line in lines {
        let known = line.starts_with("EHLO ") || ["DATA", "QUIT", "RSET", "NOOP"].contains(&line.as_str());
        let ours = ["MAIL FROM:<upgrade@vendor.example>", "RCPT TO:<dana@acme-tel.example>"];
        assert!(known || ours.iter().any(|command| line.starts_with(command)), "a foreign command: {line}");
    }
    for (text, bytes) in texts.iter().zip(&sent) {
        let expected = text.replace("\r\n", "\n").replace('\r', "\n");
        assert_eq!(letter::text(bytes).trim_end_matches('\n'), expected.trim_end_matches('\n'));
    }
}

/// Mails whose ids, subjects and files are IMAP commands.
fn commanding() -> Vec<String> {
    let evil = [
        "\"\r\nA1 DELETE INBOX",
        "\"\r\n A1 DELETE INBOX",
        "x\" DELETED",
        "{3}\r\nA1 LOGOUT",
        "{3+}\r\nA1 EXPUNGE\r\n",
        "*)\r\n* BYE\r\n",
        "1:* OR ALL",
    ];
    let form = "Unit Serial Number: SM-0417-22A\r\nASAP: yes\r\n";
    let whole = |text: &str| {
        format!(
            "From: Dana <dana@acme-tel.example>\r\nTo: upgrade@vendor.example\r\nSubject: {text}\r\n\
             Message-ID: <{text}>\r\nIn-Reply-To: <{text}@vendor.example>\r\nReferences: <{text}>\r\n\
             MIME-Version: 1.0\r\nContent-Type: text/plain; name=\"{text}\"\r\n\r\n{form}{text}\r\n"
        )
    };
    evil.iter().map(|text| whole(text)).collect()
}

#[test]
fn no_word_of_a_customer_stands_in_an_imap_command() {
    for can in [
        Can::EVERYTHING,
        Can { moves: false, ..Can::EVERYTHING },
        Can { moves: false, uid_plus: false, ..Can::EVERYTHING },
    ] {
        let model = ModelImap::start(can);
        let source = format!(
            "imap]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nuser = \"desk\"\n\
             password_file = \"password\"\nstart_from = \"all\"",
            model.port
        );
        let desk = Desk::new(&source, "folder]\npath = \"postman\"");
        fs::write(desk.path("password"), "secret\n").unwrap();
        fs::set_permissions(desk.path("password"), fs::Permissions::from_mode(0o600)).unwrap();
        for part in ["new", "cur", "tmp"] {
            fs::create_dir_all(desk.path("postman").join(part)).unwrap();
        }
        desk.import_sample_register();
        let mails = commanding();
        for mail in &mails {
            model.put(mail, Timestamp::UNIX_EPOCH, &[]);
        }
        let mut running = desk.run(&["--drain"], &[]);
        assert_eq!(running.wait(Duration::from_secs(60)), Some(0), "{}", desk.log());
        let heard = model.heard();
        for command in &heard {
            assert!(is_ours(command), "{can:?}: heard {command:?}");
        }
        assert!(heard.iter().any(|command| command.contains("BODY.PEEK[]")), "{heard:?}");
        assert_eq!(desk.json(&["quarantine", "list"]).as_array().unwrap().len() + handled(&desk), mails.len());
    }
}

fn handled(desk: &Desk) -> usize {
    desk.json(&["ticket", "list"]).as_array().unwrap().len()
}

/// Words of ours, numbers, and the names of our folders and our mark: nothing
/// else has a place in a command.
fn is_ours(command: &str) -> bool {
    let words = [
        "LOGIN",
        "CAPABILITY",
        "LIST",
        "SELECT",
        "CREATE",
        "SUBSCRIBE",
        "LOGOUT",
        "NOOP",
        "IDLE",
        "DONE",
        "UID",
        "FETCH",
        "SEARCH",
        "MOVE",
        "COPY",
        "STORE",
        "EXPUNGE",
        "KEYWORD",
        "UNKEYWORD",
        "DELETED",
        "SINCE",
        "OR",
        "+FLAGS.SILENT",
        "(\\Deleted",
        "(\\Deleted)",
        "($UpgradeDeskDone)",
        "$UpgradeDeskDone",
        "$UpgradeDeskDone)",
        "\"\"",
        "\"INBOX\"",
        "\"Processed\"",
        "\"Quarantine\"",
        "(UID",
        "RFC822.SIZE",
        "INTERNALDATE)",
        "BODY.PEEK[])",
        "\"desk\"",
        "\"secret\"",
    ];
    command
        .split(' ')
        .all(|word| words.contains(&word) || word.bytes().all(|byte| byte.is_ascii_digit() || b":,*".contains(&byte)))
}
