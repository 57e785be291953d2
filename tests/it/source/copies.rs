//! TD5: a mail with a password is replaced by a redacted copy, whatever the
//! server refuses and wherever the desk is killed: exactly one copy, nothing of
//! the password, every other mail as it was to the byte.

use std::fs;
use std::sync::OnceLock;
use std::time::Duration;

use upgrade_desk::desk::form::FieldKey;
use upgrade_desk::desk::input;
use upgrade_desk::desk::letter::mime::copy::{self, Original};
use upgrade_desk::desk::mail;
use upgrade_desk::desk::seal::Taken;
use upgrade_desk::desk::seal::prints::Prints;
use upgrade_desk::shell::clock;

use super::killed::{desk, drain};
use crate::servers::asap_form;
use crate::support::desk::{Desk, eventually};
use crate::support::dovecot::Dovecot;
use crate::support::model_imap::{Can, Cut, ModelImap};

const LIMIT: Duration = Duration::from_secs(60);
const PASSWORD: &str = "quiet Harbour 77";
const ID: &str = "form@acme-tel.example";

fn crlf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\n', "\r\n")
}

/// The same text at each call: it has a date.
fn form() -> String {
    static FORM: OnceLock<String> = OnceLock::new();
    FORM.get_or_init(|| crlf(&asap_form(ID))).clone()
}

/// A form without anything secret.
fn plain() -> String {
    let line = format!("Manager Password: {PASSWORD}\r\n");
    form().replace(ID, "plain@acme-tel.example").replace(&line, "").replace("Upgrade please", "Please upgrade")
}

fn is_copy(mail: &str) -> bool {
    mail.contains("\r\nX-Upgrade-Desk: copy ") && mail.contains("\r\nX-Upgrade-Desk-Original-SHA256: ")
}

/// How often the form was decided upon.
fn decisions(desk: &Desk) -> usize {
    desk.journal().iter().filter(|record| record["what"]["cause"]["message_id"] == ID).count()
}

/// The form has become one redacted copy, and only its UID was expunged.
fn replaced(model: &ModelImap, story: &str) {
    let processed = model.texts("Processed");
    let (copies, others): (Vec<String>, Vec<String>) = processed.into_iter().partition(|mail| is_copy(mail));
    assert_eq!((copies.len(), others), (1, vec![plain()]), "{story}");
    let everywhere = [model.texts("INBOX"), model.texts("Processed"), model.texts("Quarantine")].concat();
    assert!(!everywhere.iter().any(|mail| mail.contains(PASSWORD)), "{story}: the password is in the mailbox");
    assert_eq!(model.texts("INBOX"), ["theirs"], "{story}");
    for command in model.heard() {
        assert!(!command.starts_with("EXPUNGE") && !command.starts_with("CLOSE"), "{story}: {command}");
        assert!(!command.starts_with("UID EXPUNGE") || command == "UID EXPUNGE 2", "{story}: {command}");
    }
}

/// Somebody's mail that he flagged as deleted, then a form with a password, then
/// one without: the UIDs 1 to 3.
fn three_mails(model: &ModelImap, desk: &Desk) {
    model.put("theirs", clock::now(), &["\\Deleted"]);
    drain(desk);
    model.put(&form(), clock::now(), &[]);
    model.put(&plain(), clock::now(), &[]);
}

#[test]
fn a_redacted_copy_takes_the_place_of_a_password() {
    let model = ModelImap::start(Can::EVERYTHING);
    let desk = desk(&model);
    three_mails(&model, &desk);
    let received = model.state().folders["INBOX"][1].received;
    drain(&desk);
    replaced(&model, "all is well");
    assert_eq!(decisions(&desk), 1);
    let state = model.state();
    let copy = state.folders["Processed"].iter().find(|mail| is_copy(&mail.text)).unwrap();
    assert_eq!(copy.received.as_second(), received.as_second(), "INTERNALDATE is the original's");
    for line in ["From: <dana@acme-tel.example>", "Subject: Upgrade please", "Message-ID: <form@acme-tel.example>"] {
        let line = line.replace("From: <dana@acme-tel.example>", "From: dana@acme-tel.example");
        assert!(copy.text.contains(&format!("{line}\r\n")), "{line} in {}", copy.text);
    }
    assert!(copy.text.contains("Manager Password: [sealed]"), "{}", copy.text);
    assert!(!desk.log().contains("WARN"), "{}", desk.log());
}

#[test]
fn a_kill_between_the_copy_and_the_expunging_leaves_one_copy() {
    let mut kills = 0;
    // APPEND, STORE, EXPUNGE: before and after each of them.
    for change in 1..=3 {
        for cut in [Cut::Before, Cut::After] {
            let model = ModelImap::start(Can::EVERYTHING);
            let desk = desk(&model);
            three_mails(&model, &desk);
            // The mail without a password is moved first.
            let at = model.state().changes + 1 + change;
            model.state().cut = Some(cut(at));
            let running = desk.run(&[], &[]);
            eventually("the command", LIMIT, || (model.state().changes >= at).then_some(()));
            running.kill();
            model.state().cut = None;
            drain(&desk);
            drain(&desk);
            let story = format!("{:?}", cut(change));
            assert_eq!(decisions(&desk), 1, "{story}");
            replaced(&model, &story);
            kills += 1;
        }
    }
    for step in ["copy_put", "original_flagged", "moved_on_server"] {
        let model = ModelImap::start(Can::EVERYTHING);
        let desk = desk(&model);
        three_mails(&model, &desk);
        let mut running = desk.run(&["--drain"], &[("UPGRADE_DESK_CRASH_AT", &format!("{step}:1"))]);
        assert_eq!(running.wait(LIMIT), Some(-1), "{step}: {}", desk.log());
        drain(&desk);
        assert_eq!(decisions(&desk), 1, "{step}");
        replaced(&model, step);
        kills += 1;
    }
    println!("mailbox: {kills} kills between APPEND and EXPUNGE: 1 redacted copy each time, 0 originals left");
}

/// What the server lacks, what the operator reads, and whether the original is
/// gone from the inbox all the same.
#[test]
fn what_the_server_refuses_is_told_and_stops_no_mail() {
    for (can, says, moved) in [
        (Can { uid_plus: false, ..Can::EVERYTHING }, "cannot expunge single mails (UIDPLUS)", true),
        (Can { append: false, ..Can::EVERYTHING }, "takes no redacted copy into", true),
        (Can { room: false, ..Can::EVERYTHING }, "takes no redacted copy into", false),
        (Can { expunges: false, ..Can::EVERYTHING }, "the original stays", false),
        (Can { write: false, ..Can::EVERYTHING }, "does not let the desk delete mail", false),
    ] {
        let story = format!("{can:?}");
        let model = ModelImap::start(can);
        let desk = desk(&model);
        three_mails(&model, &desk);
        drain(&desk);
        drain(&desk);
        assert!(desk.log().contains(says), "{story}: {}", desk.log());
        assert_eq!(decisions(&desk), 1, "{story}");
        let (inbox, processed) = (model.texts("INBOX"), model.texts("Processed"));
        assert_eq!(inbox.contains(&form()), !moved, "{story}: {inbox:?}");
        assert_eq!(processed.contains(&form()), moved, "{story}");
        let is_moved = can.room && can.write;
        assert_eq!(processed.contains(&plain()), is_moved, "{story}: the mail behind it");
        assert!(processed.iter().filter(|mail| is_copy(mail)).count() <= 1, "{story}");
        let heard = model.heard();
        assert!(!heard.iter().any(|command| command.starts_with("EXPUNGE")), "{story}: {heard:?}");
        // What was refused once is forgotten with the process; what lasts is told again.
        if can.append {
            told_in_status(&desk, says);
        }
    }
}

fn told_in_status(desk: &Desk, says: &str) {
    let running = desk.run(&[], &[]);
    let socket = desk.path("data/desk.sock");
    eventually("the socket", LIMIT, || std::os::unix::net::UnixStream::connect(&socket).ok());
    eventually(says, LIMIT, || {
        let status = desk.json(&["status"]);
        status["source"]["source_shortcomings"].to_string().contains(says).then_some(())
    });
    assert_eq!(running.end(LIMIT), Some(0));
}

#[test]
fn a_server_that_cannot_search_gets_no_second_copy() {
    let model = ModelImap::start(Can { searches: false, ..Can::EVERYTHING });
    let desk = desk(&model);
    three_mails(&model, &desk);
    let mut running = desk.run(&["--drain"], &[("UPGRADE_DESK_CRASH_AT", "copy_put:1")]);
    assert_eq!(running.wait(LIMIT), Some(-1));
    drain(&desk);
    let processed = model.texts("Processed");
    assert_eq!(processed.iter().filter(|mail| is_copy(mail)).count(), 1, "{processed:?}");
    assert_eq!(model.texts("INBOX"), ["theirs"]);
    assert!(desk.log().contains("does not search by header fields"), "{}", desk.log());
}

#[test]
fn the_operator_can_leave_mail_as_it_came() {
    let model = ModelImap::start(Can { uid_plus: false, ..Can::EVERYTHING });
    let desk = desk(&model);
    let config = fs::read_to_string(desk.config()).unwrap();
    fs::write(desk.config(), config.replace("start_from", "replace_secrets = false\nstart_from")).unwrap();
    three_mails(&model, &desk);
    drain(&desk);
    assert_eq!(model.texts("Processed"), [form(), plain()]);
    assert!(!desk.log().contains("UIDPLUS"), "{}", desk.log());
}

#[test]
fn a_copy_that_somebody_puts_back_is_a_duplicate() {
    let model = ModelImap::start(Can::EVERYTHING);
    let desk = desk(&model);
    three_mails(&model, &desk);
    drain(&desk);
    let records = desk.journal().len();
    let copy = model.texts("Processed").into_iter().find(|mail| is_copy(mail)).unwrap();
    model.state().folders.get_mut("Processed").unwrap().retain(|mail| !is_copy(&mail.text));
    model.put(&copy, clock::now(), &[]);
    model.heard();
    drain(&desk);
    assert_eq!(desk.journal().len(), records, "nothing came of it");
    assert_eq!(model.texts("Processed"), [plain(), copy.clone()], "moved, and not copied again");
    assert!(!model.heard().iter().any(|command| command.starts_with("APPEND")));
    // A mark that nobody made with our key is no mark: the mail is read like any other.
    let (_, mark) = copy.split_once("X-Upgrade-Desk: copy ").unwrap();
    for (number, forged) in [
        form().replace("Subject:", "X-Upgrade-Desk: copy 00112233445566778899aabbccddeeff\r\nSubject:"),
        // The mark of another mail.
        form().replace(
            "Subject:",
            &format!(
                "X-Upgrade-Desk: copy {}\r\nX-Upgrade-Desk-Original-SHA256: {}\r\nSubject:",
                &mark[..32],
                "ab".repeat(32)
            ),
        ),
        form().replace("Subject:", &format!("X-Upgrade-Desk: copy {}\r\nSubject:", &mark[..32])),
    ]
    .into_iter()
    .enumerate()
    {
        let forged = forged.replace(ID, &format!("forged-{number}@acme-tel.example"));
        model.put(&forged, clock::now(), &[]);
        drain(&desk);
        let id = format!("forged-{number}@acme-tel.example");
        let about = desk.journal().into_iter().filter(|record| record["what"]["cause"]["message_id"] == id.as_str());
        assert_eq!(about.count(), 1, "{forged}");
    }
    assert_eq!(model.texts("Processed").iter().filter(|mail| is_copy(mail)).count(), 4, "each with its own copy");
    assert!(!model.texts("Processed").iter().any(|mail| mail.contains(PASSWORD)));
}

/// The copy of a mail, and whether the mail is to be replaced.
fn copied(mail: &str) -> (String, bool) {
    let rules = crate::sample_rules::rules();
    let received = "2026-11-27T09:00:00Z".parse().unwrap();
    let (read, Taken { secrets, redacted, .. }, _) = input::redacted(mail.as_bytes(), rules, &Prints::default());
    let fields = mail::fields(mail.as_bytes(), &rules.limits, &copy::KEPT);
    let sha256 = "ab".repeat(32);
    let original = Original { mail: &read, secrets: &secrets, fields, received, sha256: &sha256 };
    let made = copy::write(&original, &[7; 32]).unwrap();
    assert_eq!(made, copy::write(&original, &[7; 32]).unwrap(), "the same mail gives the same bytes");
    assert_eq!(copy::original(&made, &rules.limits, &[7; 32]), Some(sha256));
    assert_eq!(copy::original(&made, &rules.limits, &[8; 32]), None, "another key");
    (String::from_utf8(made).unwrap(), redacted || read.has_unread())
}

#[test]
fn a_copy_is_a_small_mail_that_nothing_from_outside_can_break() {
    let (made, is_due) = copied(
        "From: =?utf-8?Q?Dana=0D=0ABcc=3A_eve@evil.example?= <dana@acme-tel.example>\r\n\
         To: upgrade@vendor.example, \"a b\"@x.example\r\nCc: hunter2hunter2@acme-tel.example\r\n\
         Subject: pw is hunter2hunter2\r\nMessage-ID: <a@b.example>\r\nReceived: from hunter2hunter2 by b\r\n\r\n\
         Manager Password: hunter2hunter2\r\n",
    );
    assert!(is_due && !made.contains("hunter2"), "{made}");
    let header = made.split_once("\r\n\r\n").unwrap().0;
    assert!(!header.to_lowercase().contains("\r\nbcc:"), "{header}");
    assert!(made.split("\r\n").all(|line| line.len() <= 998 && line.is_ascii()), "{made}");
    let parsed = mail_parser::MessageParser::default().parse(made.as_bytes()).unwrap();
    // An author who is not plain is nobody in the copy.
    assert_eq!(parsed.from().unwrap().first().unwrap().address(), Some("unknown@sender.invalid"));
    assert_eq!((parsed.message_id(), parsed.attachment_count()), (Some("a@b.example"), 0));
}

/// What may hold a password is replaced, a logo that the text shows is not.
#[test]
fn a_file_that_nobody_read_is_a_reason_and_a_logo_is_none() {
    let with = |part: &str, page: &str| {
        format!(
            "From: dana@acme-tel.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/html\r\n\r\n{page}\r\n--b\r\n{part}\r\n\r\nAAAA\r\n--b--\r\n"
        )
    };
    let logo = "Content-Type: image/png; name=logo.png\r\nContent-ID: <logo>\r\nContent-Transfer-Encoding: base64";
    let pdf = "Content-Type: application/pdf; name=form.pdf\r\nContent-Disposition: attachment; filename=form.pdf\r\n\
               Content-Transfer-Encoding: base64";
    assert!(!copied(&with(logo, "Hello <img src=\"cid:logo\">")).1, "a logo");
    assert!(copied(&with(logo, "Hello")).1, "a picture that the text does not show");
    let (made, is_due) = copied(&with(pdf, "Hello"));
    assert!(is_due && made.contains("form.pdf, 3 bytes, SHA-256 "), "{made}");
}

/// Parts that differ, and a form in a file, are one request in the copy as well:
/// the same fields but for the password, which is asked for.
#[test]
fn a_copy_is_as_many_requests_as_the_mail_that_came() {
    let rules = crate::sample_rules::rules();
    let received = "2026-11-27T09:00:00Z".parse().unwrap();
    let plain = form();
    let (header, lines) = plain.split_once("\r\n\r\n").unwrap();
    let header: String = header.split_inclusive("\r\n").filter(|line| !line.starts_with("Content-")).collect();
    let page: String = lines.lines().map(|line| format!("<p>{line}</p>\r\n")).collect();
    let parts = |kind: &str, first: &str, second: &str| {
        format!(
            "{}\r\nContent-Type: multipart/{kind}; boundary=b\r\n\r\n--b\r\n{first}\r\n--b\r\n{second}\r\n--b--\r\n",
            header.trim_end()
        )
    };
    let text = "Content-Type: text/plain\r\n\r\n";
    for (what, mail) in [
        (
            "two parts",
            parts(
                "alternative",
                &format!("{text}{lines}"),
                &format!("Content-Type: text/html\r\n\r\n<p>Our wishes:</p>{page}<p>Kind regards</p>"),
            ),
        ),
        (
            "a file",
            parts(
                "mixed",
                &format!("{text}Please see the form.\r\n"),
                &format!(
                    "Content-Type: text/plain\r\nContent-Disposition: attachment; filename=form.txt\r\n\r\n{lines}"
                ),
            ),
        ),
    ] {
        let came = input::understand(mail.as_bytes(), received, rules, &Prints::default());
        let (copy, _) = copied(&mail);
        let back = input::understand_released(copy.as_bytes(), received, rules, &Prints::default());
        assert!(!copy.contains(PASSWORD), "{what}: {copy}");
        assert_eq!((came.forms.len(), back.forms.len()), (1, 1), "{what}: {copy}");
        for (key, slot) in &came.forms[0].fields {
            let there = back.forms[0].fields.get(key).map(|slot| &slot.read);
            match *key == FieldKey::ManagerPassword {
                true => assert!(there.is_some_and(Result::is_err), "{what}: {there:?}"),
                false => assert_eq!(there, Some(&slot.read), "{what}: {key:?}"),
            }
        }
        assert_eq!(came.kind, back.kind, "{what}");
    }
}

/// The bytes of all mails of a Maildir.
fn maildir(desk: &Desk, folder: &str) -> Vec<String> {
    let parts = ["new", "cur", "tmp"].map(|part| fs::read_dir(desk.path(folder).join(part)).into_iter().flatten());
    parts.into_iter().flatten().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
}

#[test]
fn a_maildir_too_keeps_one_copy_and_no_password() {
    for crash in [None, Some("journal_synced:1"), Some("copy_put:1"), Some("moved_on_server:1")] {
        let desk = Desk::of_folders();
        desk.import_sample_register();
        fs::write(desk.path("mailbox/new/form.eml"), form()).unwrap();
        fs::write(desk.path("mailbox/new/plain.eml"), plain()).unwrap();
        if let Some(step) = crash {
            let mut running = desk.run(&["--drain"], &[("UPGRADE_DESK_CRASH_AT", step)]);
            assert_eq!(running.wait(LIMIT), Some(-1), "{crash:?}");
        }
        drain(&desk);
        let processed = maildir(&desk, "mailbox/.Processed");
        let (copies, others): (Vec<String>, Vec<String>) = processed.into_iter().partition(|mail| is_copy(mail));
        assert_eq!((copies.len(), others), (1, vec![plain()]), "{crash:?}");
        assert_eq!((maildir(&desk, "mailbox").len(), decisions(&desk)), (0, 1), "{crash:?}");
        assert!(!copies[0].contains(PASSWORD) && copies[0].contains("[sealed]"), "{crash:?}: {}", copies[0]);
        // Put back, it is a duplicate: moved away, and nothing else.
        let name = fs::read_dir(desk.path("mailbox/.Processed/cur")).unwrap().map(|entry| entry.unwrap().path());
        let path = name.into_iter().find(|path| path.to_str().unwrap().contains("copy-")).unwrap();
        fs::rename(path, desk.path("mailbox/new/put-back.eml")).unwrap();
        let records = desk.journal().len();
        drain(&desk);
        assert_eq!(desk.journal().len(), records, "{crash:?}");
        let copies = maildir(&desk, "mailbox/.Processed").into_iter().filter(|mail| is_copy(mail)).count();
        assert_eq!((copies, maildir(&desk, "mailbox").len()), (1, 0), "{crash:?}");
    }
}

/// The form of somebody who is not on file, for a unit that nobody has: kept.
fn strangers_form() -> String {
    form()
        .replace("acme-tel.example", "elsewhere.example")
        .replace("SM-0417-22A", "SM-9999-99Z")
        .replace("00:00:5E:00:53:0A", "00:00:5E:00:53:F9")
}

fn decisions_about_stranger(desk: &Desk) -> Vec<serde_json::Value> {
    let records = desk.journal().into_iter();
    records.filter(|record| record["what"]["cause"]["message_id"] == "form@elsewhere.example").collect()
}

fn release(desk: &Desk) {
    let ran = desk.command(&["quarantine", "release", "1", "--config", "desk.toml"]);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

/// What is kept shows no password either, and the copy is what is let out: once,
/// wherever the desk is killed, and as the mail that it stands for.
#[test]
fn the_copy_of_a_kept_mail_is_let_out_once() {
    for crash in
        [None, Some("mail_in_hand:1"), Some("mail_read:1"), Some("journal_synced:1"), Some("moved_on_server:1")]
    {
        let model = ModelImap::start(Can::EVERYTHING);
        let desk = desk(&model);
        drain(&desk);
        model.put(&strangers_form(), clock::now(), &[]);
        if let Some(step) = crash {
            let mut running = desk.run(&["--drain"], &[("UPGRADE_DESK_CRASH_AT", step)]);
            assert_eq!(running.wait(LIMIT), Some(-1), "{step}: {}", desk.log());
        }
        drain(&desk);
        let kept = model.texts("Quarantine");
        assert_eq!((kept.len(), model.texts("INBOX").len()), (1, 0), "{crash:?}");
        assert!(is_copy(&kept[0]) && !kept[0].contains(PASSWORD), "{crash:?}: {}", kept[0]);

        // Put back by hand alone, it is nothing new.
        model.put(&kept[0], clock::now(), &[]);
        let records = desk.journal().len();
        drain(&desk);
        assert_eq!((desk.journal().len(), model.texts("Processed").len()), (records, 1), "{crash:?}");

        release(&desk);
        assert_eq!((model.texts("Quarantine").len(), model.texts("INBOX")), (0, kept.clone()), "{crash:?}");
        model.heard();
        if let Some(step) = crash {
            let mut running = desk.run(&["--drain"], &[("UPGRADE_DESK_CRASH_AT", step)]);
            assert_eq!(running.wait(LIMIT), Some(-1), "{step}: {}", desk.log());
        }
        drain(&desk);
        let decisions = decisions_about_stranger(&desk);
        let outcomes: Vec<&serde_json::Value> = decisions.iter().map(|record| &record["what"]["outcome"]).collect();
        assert_eq!(outcomes, ["quarantine", "rep_check"], "{crash:?}");
        let [first, second] = [0, 1].map(|no| &decisions[no]["what"]);
        assert_eq!(first["cause"]["sha256"], second["cause"]["sha256"], "{crash:?}");
        assert_eq!(first["original"], second["original"], "{crash:?}: the sealed one is the mail that came");
        assert_eq!(second["evidence"]["proof"]["verdict"], "none", "{crash:?}: nobody vouches for a copy");
        assert!(!model.heard().iter().any(|command| command.starts_with("APPEND")), "{crash:?}");
        assert_eq!(model.texts("Processed"), [kept[0].clone(), kept[0].clone()], "{crash:?}");

        // Once more, by whatever way: nothing comes of it.
        let again = desk.command(&["quarantine", "release", "1", "--config", "desk.toml"]);
        assert!(!again.status.success(), "{crash:?}");
        model.put(&kept[0], clock::now(), &[]);
        let records = desk.journal().len();
        drain(&desk);
        assert_eq!(desk.journal().len(), records, "{crash:?}");
        let tickets = desk.json(&["ticket", "list"]);
        assert_eq!(tickets.as_array().unwrap().len(), 1, "{crash:?}: {tickets}");

        let words = ["ticket", "original", tickets[0]["id"].as_str().unwrap(), "--identity", "evidence.key"];
        let opened = desk.command(&[&words[..], &["--out", "opened", "--config", "desk.toml"]].concat());
        assert!(opened.status.success(), "{crash:?}: {}", String::from_utf8_lossy(&opened.stderr));
        let files = fs::read_dir(desk.path("opened")).unwrap().map(|entry| entry.unwrap().path());
        let mails: Vec<String> = files.map(|path| fs::read_to_string(path).unwrap()).collect();
        assert!(mails.contains(&strangers_form()), "{crash:?}: the mail that came, byte for byte: {mails:?}");
    }
}

#[test]
#[ignore = "needs Dovecot: make test runs it"]
fn no_file_of_a_real_mailbox_holds_the_password() {
    let dovecot = Dovecot::start();
    let desk = Desk::on_dovecot(&dovecot, "upgrade", "folder]\npath = \"postman\"");
    for part in ["new", "cur", "tmp"] {
        fs::create_dir_all(desk.path("postman").join(part)).unwrap();
    }
    desk.import_sample_register();
    dovecot.deliver("upgrade", &form());
    dovecot.deliver("upgrade", &plain());
    let before: Vec<Vec<u8>> = dovecot.mails("upgrade", "");
    let other = before.into_iter().find(|mail| String::from_utf8_lossy(mail).contains("Please upgrade")).unwrap();
    for crash in [None, Some("copy_put:1"), Some("original_flagged:1")] {
        if let Some(step) = crash {
            dovecot.deliver("upgrade", &form().replace(ID, &format!("{}@acme-tel.example", &step[..4])));
            let mut running = desk.run(&["--drain"], &[("UPGRADE_DESK_CRASH_AT", step)]);
            assert_eq!(running.wait(LIMIT), Some(-1), "{step}: {}", desk.log());
        }
        drain(&desk);
        assert_eq!(dovecot.count("upgrade", ""), 0, "{crash:?}: {}", desk.log());
        assert_eq!(dovecot.files_with("upgrade", PASSWORD.as_bytes()), Vec::<std::path::PathBuf>::new(), "{crash:?}");
    }
    dovecot.deliver("upgrade", &strangers_form());
    drain(&desk);
    let where_it_lies = || ["", "Quarantine", "Processed"].map(|folder| dovecot.count("upgrade", folder));
    assert_eq!(where_it_lies(), [0, 1, 4]);
    assert_eq!(dovecot.files_with("upgrade", PASSWORD.as_bytes()), Vec::<std::path::PathBuf>::new(), "kept");
    release(&desk);
    assert_eq!(where_it_lies(), [1, 0, 4]);
    drain(&desk);
    assert_eq!(where_it_lies(), [0, 0, 5]);
    let outcomes: Vec<_> =
        decisions_about_stranger(&desk).iter().map(|record| record["what"]["outcome"].clone()).collect();
    assert_eq!(outcomes, ["quarantine", "rep_check"]);
    assert_eq!(dovecot.files_with("upgrade", PASSWORD.as_bytes()), Vec::<std::path::PathBuf>::new(), "let out");
    let processed = dovecot.mails("upgrade", "Processed");
    let (copies, others): (Vec<Vec<u8>>, Vec<Vec<u8>>) =
        processed.into_iter().partition(|mail| is_copy(&crlf(&String::from_utf8_lossy(mail))));
    assert_eq!((copies.len(), others), (4, vec![other]), "one copy of each, and the other mail to the byte");
    assert!(!desk.log().contains("WARN"), "{}", desk.log());
}
