//! TE2: machines that answer us. By their headers where they have some, by counting
//! where they have none (done-when 6).

use upgrade_desk::desk::record::OutcomeWord;
use upgrade_desk::desk::register::Register;
use upgrade_desk::desk::rules::Rules;

use super::desk::{DANA, Desk, Mail, form, right_form};

/// More rounds than any cap.
const ROUNDS: u32 = 50;

fn minute(round: u32) -> String {
    format!("mon {:02}:{:02}", 9 + round / 60, round % 60)
}

/// A field of a letter, unfolded.
fn field(letter: &str, name: &str) -> Option<String> {
    let head = letter.split("\r\n\r\n").next()?.replace("\r\n ", " ");
    let prefix = format!("{name}: ");
    head.lines().find_map(|line| line.strip_prefix(&prefix).map(str::to_owned))
}

fn text_of(letter: &str) -> String {
    let parsed = mail_parser::MessageParser::default().parse(letter.as_bytes()).unwrap();
    parsed.body_text(0).unwrap().into_owned()
}

fn letters_to(desk: &mut Desk, address: &str) -> Vec<String> {
    let left = desk.left().into_iter().map(|bytes| String::from_utf8(bytes).unwrap());
    left.filter(|letter| field(letter, "To").is_some_and(|to| to.contains(address))).collect()
}

/// What a robot without any automatic header says to a letter.
fn vacation(letter: &str, how: &str) -> (String, String) {
    let own = match how {
        "words" => "I am on vacation until the 20th and will answer then.".to_owned(),
        "echo" => format!("I am on vacation.\n\n{}", text_of(letter)),
        "form" => form("SM-0417-22A", "", "203.0.113.10"),
        _ => text_of(letter),
    };
    let subject = field(letter, "Subject").unwrap();
    (if how == "fresh" { "I am away".to_owned() } else { format!("Re: {subject}") }, own)
}

/// A robot in the name of a proven representative, of several habits: letters of
/// ours to it, and the reports to staff on the way.
#[tokio::test(flavor = "multi_thread")]
async fn te2_a_robot_without_headers_is_silent_within_ten_letters() {
    for how in ["words", "echo", "fresh", "form", "text"] {
        let mut desk = Desk::open().await;
        let first = Mail::new(DANA, "Upgrade request", &form("SM-0417-22A", "", "203.0.113.10"));
        desk.mail("mon 09:00", &first).await;
        let (mut total, mut rounds) = (0, 0);
        let mut waiting = letters_to(&mut desk, DANA);
        while let Some(letter) = waiting.pop() {
            total += 1;
            rounds += 1;
            assert!(rounds < ROUNDS, "{how}: it never ends");
            let (subject, own) = vacation(&letter, how);
            let mail = Mail::new(DANA, &subject, &own);
            let id = field(&letter, "Message-ID").unwrap();
            let id = id.trim_matches(['<', '>']).to_owned();
            let mail = if how == "fresh" || how == "form" { mail } else { mail.answers(&id) };
            desk.mail(&minute(rounds), &mail).await;
            waiting.extend(letters_to(&mut desk, DANA));
        }
        println!("TE2: a vacation robot without headers ({how}): {total} letters of ours, then silence");
        assert!(total <= 10, "{how}: {total} letters");
    }
}

/// Somebody who answers every letter within the minute, and the desk's own list,
/// whose robot answers notices.
#[tokio::test(flavor = "multi_thread")]
async fn te2_a_robot_behind_the_desks_own_list_ends_too() {
    let mut desk = Desk::open().await;
    desk.mail("mon 09:00", &Mail::new(DANA, "Upgrade request", &right_form())).await;
    let (mut total, mut rounds) = (0, 0);
    let list = "agents@vendor.example";
    let mut waiting = letters_to(&mut desk, list);
    while let Some(letter) = waiting.pop() {
        total += 1;
        rounds += 1;
        assert!(rounds < ROUNDS, "it never ends");
        let id = field(&letter, "Message-ID").unwrap().trim_matches(['<', '>']).to_owned();
        let mail = Mail::new(list, "Re: notice", &format!("Thank you, we read this soon. {rounds}\n")).answers(&id);
        let came = desk.mail(&minute(rounds), &mail).await;
        assert_eq!(came.outside(), Vec::<String>::new());
        waiting.extend(letters_to(&mut desk, list));
    }
    println!("TE2: a robot behind the desk's own list: {total} notices, then silence");
    assert!(total <= 11, "{total} notices");
}

/// A second desk of our own make, with its headers of automatic mail taken off on
/// the way; each has the other's mailbox on file as a representative.
#[tokio::test(flavor = "multi_thread")]
async fn te2_two_desks_that_answer_each_other_end_within_ten_letters() {
    let here = "upgrade@vendor.example";
    let there = "upgrade@other.example";
    let on_file = |address: &'static str| {
        move |register: &mut Register| {
            let mut row = register.representatives.iter().find(|row| row.address == DANA).unwrap().clone();
            row.address = address.to_owned();
            register.representatives.push(row);
        }
    };
    let move_to = |rules: &mut Rules| {
        rules.desk.address = there.to_owned();
        rules.desk.message_id_domain = "other.example".to_owned();
    };
    let mut ours = Desk::of(|_| {}, on_file(there)).await;
    let mut theirs = Desk::of(move_to, on_file(here)).await;
    // Somebody sends a form in the other desk's name, or it forwards one.
    let first = Mail::new(there, "Upgrade request", &form("SM-0417-22A", "", "203.0.113.10"));
    ours.mail("mon 09:00", &first).await;
    let (mut from_us, mut from_them, mut round) = (0, 0, 0);
    loop {
        let to_them = letters_to(&mut ours, there);
        let to_us = letters_to(&mut theirs, here);
        if to_them.is_empty() && to_us.is_empty() {
            break;
        }
        from_us += to_them.len();
        from_them += to_us.len();
        round += 1;
        assert!(round < ROUNDS, "it never ends");
        for letter in to_them {
            theirs.raw(&minute(round), &carried(&letter, here)).await;
        }
        for letter in to_us {
            ours.raw(&minute(round), &carried(&letter, there)).await;
        }
    }
    println!("TE2: two desks, headers taken off: {from_us} letters of ours and {from_them} of the other, then silence");
    assert!(from_us <= 10 && from_them <= 10, "{from_us} and {from_them}");
}

/// The letter as it arrives at the other: proven, without marks of a machine.
fn carried(letter: &str, from: &str) -> String {
    let (head, body) = letter.split_once("\r\n\r\n").unwrap();
    let mut kept = Vec::new();
    let mut keep = true;
    for line in head.split("\r\n") {
        if !line.starts_with(' ') {
            keep = !line.starts_with("Auto-Submitted:") && !line.starts_with("X-Auto-Response-Suppress:");
        }
        if keep {
            kept.push(line);
        }
    }
    let domain = from.rsplit_once('@').unwrap().1;
    let results = format!(
        "Authentication-Results: mx.vendor.example; dkim=pass header.d={domain} header.b=Zk000001;\n\
         \tdmarc=pass header.from={domain}\n\
         DKIM-Signature: v=1; a=rsa-sha256; d={domain}; s=m1;\n\
         \th=from:to:subject:date:message-id:mime-version:content-type:content-transfer-encoding;\n\
         \tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=Zk000001cmQ2v8yE1kq0\n"
    );
    format!("{results}{}\n\n{}", kept.join("\n"), body.replace("\r\n", "\n"))
}

/// The matrix of TE2: every mark of a machine is LOOP, whatever the mail says.
#[tokio::test(flavor = "multi_thread")]
async fn te2_every_mark_of_a_machine_is_a_loop() {
    let marks = [
        "Return-Path: <>",
        "Return-Path: < >",
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated",
        "Auto-Submitted: auto-notified",
        "AUTO-SUBMITTED: Auto-Replied",
        "Auto-Submitted: auto-replied (vacation)",
        "Auto-Submitted: auto-replied; owner-email=\"x@elsewhere.example\"",
        "Auto-Submitted: no\nAuto-Submitted: auto-replied",
        "Auto-Submitted: Yes",
        "X-Autoreply: yes",
        "X-Auto-Reply: yes",
        "X-Autorespond: vacation",
        "X-Autoresponder: robot 1.0",
        "X-Failed-Recipients: dana@acme-tel.example",
        "Precedence: auto_reply",
        "Precedence: bulk",
        "Precedence: junk",
        "Precedence: list",
        "List-Id: <news.elsewhere.example>",
        "List-Unsubscribe: <mailto:off@elsewhere.example>",
        "List-Post: <mailto:news@elsewhere.example>",
        "List-Help: <mailto:help@elsewhere.example>",
        "List-Id: <news.elsewhere.example>\nPrecedence: bulk",
        "X-Loop: upgrade@vendor.example",
        "X-Loop: someone@elsewhere.example\nX-Loop: UPGRADE@vendor.example",
    ];
    assert_eq!(marks.len(), 26);
    let mut desk = Desk::open().await;
    let from = "max@elsewhere.example";
    for (round, mark) in (0..).zip(marks) {
        let mail = Mail { fields: format!("{mark}\n"), ..Mail::new(from, "Upgrade request", &right_form()) };
        let came = desk.mail(&minute(round), &mail).await;
        assert_eq!((came.outcome(), came.letters()), (OutcomeWord::Loop, Vec::new()), "{mark}");
    }
    for (round, robot) in (30..).zip(["mailer-daemon", "postmaster", "noreply", "no-reply"]) {
        let from = format!("{robot}@elsewhere.example");
        let came = desk.mail(&minute(round), &Mail::new(&from, "Hello", "Which units?\n")).await;
        assert_eq!((came.outcome(), came.letters()), (OutcomeWord::Loop, Vec::new()), "{robot}");
    }
    // A person says so: processed, and a wish of other machines is no mark.
    for (round, twin) in (40..).zip(["Auto-Submitted: No", "Auto-Submitted: no", "X-Auto-Response-Suppress: All"]) {
        let serial = format!("SM-0417-2{round}A");
        let mail = Mail { fields: format!("{twin}\n"), ..Mail::new(DANA, "Upgrade request", &form(&serial, "", "")) };
        let came = desk.mail(&minute(round), &mail).await;
        assert_eq!((came.outcome(), came.outside()), (OutcomeWord::NeedsInfo, vec![format!("M-02 {DANA}")]), "{twin}");
    }
}
