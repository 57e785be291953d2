//! Files of an agent's mail that go to the customer with `#reply` and `#ask`
//! (5.2): which, under what names, and that all of them go or nothing.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_parser::{MessageParser, MimeHeaders};
use upgrade_desk::desk::record::OutcomeWord;
use upgrade_desk::shell::store::Store;

use super::desk::{Came, DANA, Desk, Mail, right_form};
use crate::support::letter;

const NOA: &str = "noa@vendor.example";

/// A file as a mail program attaches it.
struct Attached<'a> {
    kind: &'a str,
    disposition: &'a str,
    bytes: &'a [u8],
}

fn attached<'a>(kind: &'a str, disposition: &'a str, bytes: &'a [u8]) -> Attached<'a> {
    Attached { kind, disposition, bytes }
}

fn log<'a>(name: &'a str, bytes: &'a [u8]) -> Attached<'a> {
    Attached { kind: "text/plain; charset=utf-8", disposition: name, bytes }
}

/// Noa's mail on a notice, with files.
fn with_files(number: u32, notice: &str, words: &str, files: &[Attached<'_>]) -> String {
    let mut body = format!("--m1\nContent-Type: text/plain; charset=utf-8\n\n{words}\n");
    for Attached { kind, disposition, bytes } in files {
        // A bare name stands for what nearly every mail program writes.
        let disposition = match disposition.contains("filename") {
            true => (*disposition).to_owned(),
            false => format!("attachment; filename=\"{disposition}\""),
        };
        let coded: Vec<u8> = STANDARD.encode(bytes).into_bytes();
        let lines: Vec<&str> = coded.chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
        body += &format!(
            "--m1\nContent-Type: {kind}\nContent-Disposition: {disposition}\nContent-Transfer-Encoding: base64\n\n{}\n",
            lines.join("\n")
        );
    }
    body += "--m1--";
    let text = Mail::new(NOA, "Re: x", &body).answers(notice).text(number);
    text.replacen("Content-Type: text/plain; charset=utf-8\n\n", "Content-Type: multipart/mixed; boundary=m1\n\n", 1)
}

async fn scheduled(change: impl FnOnce(&mut upgrade_desk::desk::rules::Rules)) -> (Desk, String) {
    let mut desk = Desk::with(change).await;
    let came = desk.mail("mon 09:00", &Mail::new(DANA, "Upgrade request", &right_form())).await;
    assert_eq!(came.outcome(), OutcomeWord::Scheduled);
    let notice = came.message_id("M-31");
    desk.left();
    (desk, notice)
}

/// What stands in the transcript about the commands.
fn said(came: &Came) -> String {
    let facts: Vec<&str> = came.decided[0].why.iter().map(|why| why.fact.as_str()).collect();
    facts.join("\n")
}

/// Nothing of the mail was done and nobody outside got anything.
fn is_refused(came: &Came, because: &str) {
    assert_eq!(came.outcome(), OutcomeWord::Refused, "{because}: {}", said(came));
    assert!(said(came).contains(because), "expected {because:?} in {}", said(came));
    assert!(came.outside().is_empty(), "{because}: {:?}", came.letters());
    assert!(came.decided[0].changes.is_empty(), "{because}: {:?}", came.decided[0].changes);
}

/// Names and bytes of the files of the letter to Dana.
fn files_to_dana(desk: &mut Desk) -> Vec<(String, Vec<u8>)> {
    let left = desk.left();
    let letters: Vec<&Vec<u8>> =
        left.iter().filter(|bytes| letter::parts(bytes).unwrap().field("To") == Some(DANA)).collect();
    let [bytes] = letters[..] else { panic!("{} letters to Dana", letters.len()) };
    assert_eq!(letter::fault(bytes), Ok(()));
    let mail = MessageParser::default().parse(bytes).unwrap();
    let part = |part: &mail_parser::MessagePart<'_>| {
        (part.attachment_name().unwrap_or_default().to_owned(), part.contents().to_vec())
    };
    mail.attachments().map(part).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_files_go_or_nothing_does() {
    let (mut desk, notice) = scheduled(|rules| {
        rules.reply_files.files_max = 2;
        rules.reply_files.file_bytes_max = 2000;
        rules.reply_files.files_bytes_max = 3000;
    })
    .await;
    let words = "#note as she asked\n#reply\nHere it is.";
    let (small, edge, big) = (vec![b'a'; 10], vec![b'a'; 2000], vec![b'a'; 2001]);
    let one = log("a.log", &small);
    let came = desk.raw("mon 09:10", &with_files(900, &notice, words, &[log("b.log", &big), one])).await;
    is_refused(&came, "b.log has 3 KB, and a file may have 2 KB at most");
    let three = [log("a.log", &small), log("b.log", &small), log("c.log", &small)];
    let came = desk.raw("mon 09:11", &with_files(901, &notice, words, &three)).await;
    is_refused(&came, "there are 3 files, and a letter carries 2 at most");
    let came = desk.raw("mon 09:12", &with_files(902, &notice, words, &[log("a", &edge), log("b", &edge)])).await;
    is_refused(&came, "all files together have 4 KB, and a letter carries 3 KB at most");
    // Every fault is named at once.
    let came = desk.raw("mon 09:13", &with_files(903, &notice, words, &[log("a", &big), log("b", &edge)])).await;
    is_refused(&came, "a has 3 KB");
    is_refused(&came, "all files together");
    // The limits themselves are allowed; another refused command takes the files with it.
    let edges = [log("a.log", &edge), log("b.log", &small)];
    let started = format!("{words}\n#start");
    let came = desk
        .raw(
            "mon 09:14",
            &with_files(
                904,
                &notice,
                &started.replace("#reply\nHere it is.\n#start", "#start\n#reply\nHere it is."),
                &edges,
            ),
        )
        .await;
    assert_eq!(came.outcome(), OutcomeWord::Refused, "{}", said(&came));
    assert!(came.outside().is_empty(), "{:?}", came.letters());
    desk.left();
    let came = desk.raw("mon 09:15", &with_files(905, &notice, words, &edges)).await;
    assert_eq!(came.outcome(), OutcomeWord::Commands, "{}", said(&came));
    assert!(
        said(&came).contains("visible to dana@acme-tel.example, with a.log (2 KB), b.log (10 bytes)"),
        "{}",
        said(&came)
    );
    assert_eq!(files_to_dana(&mut desk), [("a.log".to_owned(), edge), ("b.log".to_owned(), small)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_may_send_no_files_at_all() {
    let (mut desk, notice) = scheduled(|rules| rules.reply_files.files_max = 0).await;
    let came = desk.raw("mon 09:10", &with_files(900, &notice, "#reply\nHere.", &[log("a.log", b"a")])).await;
    is_refused(&came, "this desk sends no files");
    let came = desk.raw("mon 09:11", &with_files(901, &notice, "#reply\nWithout.", &[])).await;
    assert_eq!(came.outcome(), OutcomeWord::Commands, "{}", said(&came));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_kinds_are_made_harmless() {
    let (mut desk, notice) = scheduled(|_| {}).await;
    let files = [
        attached("text/html", "../../etc/passwd.html", b"<script>alert(1)</script>"),
        attached("application/pdf", "attachment; filename*=utf-8''in%0D%0ABcc%3A%20eve.pdf", b"%PDF"),
        attached("application/octet-stream", "attachment; filename*=utf-8''invoice%E2%80%AEfdp.exe", b"MZ"),
        attached("x/y; charset=\"a\r\n b\"", "attachment; filename*=utf-8''Pr%C3%BCfung%20%E6%97%A5.log", b"\xff\xfe"),
        attached("text/plain; charset=iso-8859-1", "CON.txt", b"caf\xe9"),
        attached("image/svg+xml", "attachment; filename=\"\"", b"<svg onload='x()'/>"),
    ];
    let came = desk.raw("mon 09:10", &with_files(900, &notice, "#reply\nHere.", &files)).await;
    assert_eq!(came.outcome(), OutcomeWord::Commands, "{}", said(&came));
    let sent = files_to_dana(&mut desk);
    let names: Vec<&str> = sent.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["passwd.html", "eve.pdf", "invoicefdp.exe", "Prüfung 日.log", "_CON.txt", "unnamed"]);
    // Every byte as it was attached, whatever its character set.
    assert_eq!(sent[4].1, b"caf\xe9");
    assert_eq!(sent[0].1, b"<script>alert(1)</script>");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_customer_may_get_is_refused_with_the_way_out() {
    let (mut desk, notice) = scheduled(|_| {}).await;
    let wide: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("ok\r\nPassword: heron 44 Rock\r\n".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let mail = b"From: sam@vendor.example\r\nSubject: internal\r\n\r\nShe is difficult.\r\n";
    let cases: [(&str, Attached<'_>, &str); 6] = [
        (
            "#reply\nHere.",
            log("a.log", b"one\ntwo\nmanager password: heron 44 Rock\n"),
            "line 3 of a.log looks like a password",
        ),
        ("#reply\nHere.", log("wide.txt", &wide), "line 2 of wide.txt looks like a password"),
        (
            "#note Password: quartz 91 Elm\n#reply\nHere.",
            log("b.log", b"login quartz 91 Elm ok\n"),
            "line 1 of b.log looks like a password",
        ),
        ("#reply\nHere.", attached("message/rfc822", "old.eml", mail), "old.eml is a mail"),
        (
            "#reply\nHere.",
            attached("application/ms-tnef", "winmail.dat", b"x"),
            "winmail.dat can be opened by Outlook only",
        ),
        ("#reply\nHere.", log("c.log", b"changed by Sam@vendor.example\n"), "c.log names sam@vendor.example"),
    ];
    for (number, (words, file, because)) in (900..).zip(cases) {
        let came = desk.raw("mon 09:10", &with_files(number, &notice, words, &[log("fine.log", b"fine"), file])).await;
        is_refused(&came, because);
        assert!(!said(&came).contains("quartz 91"), "{}", said(&came));
    }
    for bytes in desk.left() {
        assert!(!letter::text(&bytes).contains("heron 44"), "{}", letter::text(&bytes));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_of_the_signature_and_the_signature_itself_stay() {
    let (mut desk, notice) = scheduled(|_| {}).await;
    let page = "--m1\nContent-Type: multipart/related; boundary=r1\n\n--r1\nContent-Type: text/html; charset=utf-8\n\n\
                <p>#reply<br>Here is the plan.</p><p><img src=\"cid:logo.1@x\"></p>\n--r1\nContent-Type: image/png\n\
                Content-ID: <logo.1@x>\nContent-Disposition: inline; filename=logo.png\n\nx\n--r1--\n--m1\n\
                Content-Type: image/png\nContent-Disposition: inline; filename=plan.png\n\nplan\n--m1\n\
                Content-Type: application/pgp-signature\nContent-Disposition: attachment; filename=sig.asc\n\nx\n\
                --m1--";
    let text = Mail::new(NOA, "Re: x", page).answers(&notice).text(900);
    let text = text.replacen("text/plain; charset=utf-8\n\n", "multipart/mixed; boundary=m1\n\n", 1);
    let came = desk.raw("mon 09:10", &text).await;
    assert_eq!(came.outcome(), OutcomeWord::Commands, "{}", said(&came));
    let left =
        "with plan.png (4 bytes); not sent: logo.png (a picture in your text), sig.asc (your mail's own signature)";
    assert!(said(&came).contains(left), "{}", said(&came));
    assert_eq!(files_to_dana(&mut desk), [("plan.png".to_owned(), b"plan".to_vec())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_once_and_to_everybody_who_reads_along() {
    let (mut desk, notice) = scheduled(|_| {}).await;
    desk.mail("mon 09:05", &Mail::new(NOA, "Re: x", "#cc add bob@acme-tel.example").answers(&notice)).await;
    desk.left();
    let words = "#reply\nHere it is.\n#ask\nDoes it fit?";
    let came = desk.raw("mon 09:10", &with_files(900, &notice, words, &[log("a.log", b"a")])).await;
    assert_eq!(came.outcome(), OutcomeWord::Commands, "{}", said(&came));
    let carries = |bytes: &Vec<u8>| MessageParser::default().parse(bytes).unwrap().attachment_count();
    let left = desk.left();
    let to = |address: &str| -> Vec<usize> {
        let letters = left.iter().filter(|bytes| letter::parts(bytes).unwrap().field("To") == Some(address));
        letters.map(carries).collect()
    };
    assert_eq!(to(DANA).iter().sum::<usize>(), 1, "{:?}", to(DANA));
    assert_eq!(to("bob@acme-tel.example"), [1]);
    assert_eq!(to(NOA), [0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_commands_carry_no_files_and_say_so() {
    let (mut desk, notice) = scheduled(|_| {}).await;
    let came =
        desk.raw("mon 09:10", &with_files(900, &notice, "#cancel the unit is broken", &[log("a.log", b"a")])).await;
    assert_eq!(came.outcome(), OutcomeWord::Commands, "{}", said(&came));
    assert!(said(&came).contains("a.log was NOT sent: only #reply and #ask carry files"), "{}", said(&came));
    assert!(files_to_dana(&mut desk).iter().all(|(name, _)| name != "a.log"));
    // A customer's own files go to nobody.
    let (mut desk, _) = scheduled(|_| {}).await;
    let text = with_files(901, "x@y.example", "#reply\nHere.", &[log("a.log", b"a")]).replace(NOA, DANA);
    let came = desk.raw("mon 09:10", &text.replace("vendor.example>", "acme-tel.example>")).await;
    assert!(came.outside().is_empty(), "{:?}", came.letters());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_mail_twice_sends_once_and_a_rebuilt_store_has_the_same_bytes() {
    let (mut desk, notice) = scheduled(|_| {}).await;
    let text = with_files(900, &notice, "#reply\nHere.", &[log("a.log", b"to the byte\r\n")]);
    let came = desk.raw("mon 09:10", &text).await;
    let number = came.decided[0].letters.iter().find(|letter| letter.to == DANA).unwrap().no;
    let left = desk.left().into_iter().find(|bytes| letter::parts(bytes).unwrap().field("To") == Some(DANA)).unwrap();
    let again = desk.raw("mon 09:11", &text).await;
    assert_eq!(again.outcome(), OutcomeWord::Duplicate);
    assert!(desk.left().is_empty());
    desk.stage.desk.store.clone().close().await;
    fs::remove_dir_all(desk.data().join("sled")).unwrap();
    let (data, rules) = (desk.data(), desk.rules.clone());
    let (store, _) = tokio::task::block_in_place(|| Store::open(&data, rules, &mut |_| {})).unwrap();
    let kept = store.read(move |view| {
        let row = view.letter(number)?.unwrap();
        Ok(view.packed(&row.letter.bytes).unwrap())
    });
    assert_eq!(kept.await.unwrap(), left);
    store.close().await;
}
