//! What comes later: answers that quote everything, and reports of mails that
//! could not be delivered, which return it.

use super::mails::{self, Head, id, mail, multipart, part, text, whole};
use super::passwords::{Encoding, Password, Place};
use super::world::address;

/// A letter of ours that one customer got.
pub struct Letter {
    pub message_id: String,
    pub subject: String,
    pub text: String,
}

const OURS: &str = "On Mon, 7 Dec 2026 at 10:00, Upgrade Desk <upgrade@vendor.example> wrote:";

/// An answer to our letter: the missing password in our own quoted form, or thanks
/// above all that was written before.
pub fn answer(password: &Password, letter: &Letter) -> Vec<u8> {
    let number = password.number;
    let subject = format!("Re: {}", letter.subject);
    let head = Head { number, kind: "answer", subject, answers: Some(&letter.message_id) };
    let quoted = || letter.text.lines().map(|line| format!("> {line}"));
    if password.place == Place::QuotedForm {
        let filled = |line: String| {
            if line.trim_end() == "> Manager Password:" {
                format!("{} {}", line.trim_end(), password.written())
            } else {
                line
            }
        };
        let lines: Vec<String> = [OURS.to_owned()].into_iter().chain(quoted().map(filled)).collect();
        let own = vec!["See below, please.".to_owned(), String::new()];
        return whole(head, password.encoding, own, lines);
    }
    let mut lines = vec!["Thank you.".to_owned(), String::new(), OURS.to_owned()];
    lines.extend(quoted());
    lines.push("> > On Mon, 7 Dec 2026 at 09:00, Ada wrote:".to_owned());
    lines.extend(super::world::form(number).iter().map(|line| format!("> > {line}")));
    lines.extend(again(password, "> > "));
    let encoding = [Encoding::EightBit, Encoding::QuotedPrintable, Encoding::Base64, Encoding::HtmlNamed][number % 4];
    mail(head, part(encoding, &lines, None))
}

/// The same value, behind its label, alone in a line, or among words.
fn again(password: &Password, marks: &str) -> Vec<String> {
    let value = password.value.trim_end();
    let labelled = format!("{marks}Manager Password: {value}");
    let alone = format!("{marks}{value}");
    let among = format!("{marks}You asked about {value} yesterday");
    match password.number % 3 {
        0 => vec![labelled],
        1 => vec![alone],
        _ if value.contains(' ') => vec![alone],
        _ => vec![among],
    }
}

/// Says that a mail could not be delivered, and returns it: our letter, his first
/// mail or his answer, each to the byte.
pub fn bounce(password: &Password, letter: &[u8], letter_id: &str, first: &[u8], answer: &[u8]) -> Vec<u8> {
    let number = password.number;
    let (what, returned) = match number % 4 {
        0 => (letter_id.to_owned(), letter),
        1 => (id("first", number), first),
        _ => (id("answer", number), answer),
    };
    let words = text(&["This is the mail system. Your message could not be delivered.".to_owned()]);
    let status = format!(
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.c{number}.example\n\n\
         Final-Recipient: rfc822; {}\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 <{what}> full\n",
        address(number)
    );
    let original = [b"Content-Type: message/rfc822\n\n".as_slice(), returned].concat();
    let body = multipart("report; report-type=delivery-status", &[&words, status.as_bytes(), &original]);
    let mut whole = format!(
        "Return-Path: <>\nAuto-Submitted: auto-replied\nFrom: MAILER-DAEMON@mx.c{number}.example\n\
         To: upgrade@vendor.example\nSubject: Undelivered Mail Returned to Sender\n\
         Date: Mon, 7 Dec 2026 11:00:00 -0800\nMessage-ID: <{}>\nMIME-Version: 1.0\n",
        mails::id("bounce", number)
    )
    .into_bytes();
    whole.extend(body);
    whole
}
