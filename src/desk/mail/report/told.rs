//! A report that was written for people. Only a mail that shows by other signs
//! that a machine wrote it can be one: a person may quote any report.

use mail_parser::Message;

use crate::desk::limits::Limits;
use crate::desk::mail::header::{Field, Header};
use crate::desk::mail::phrases::{begins, has};
use crate::desk::mail::report::address::{self, Mention, Place};
use crate::desk::mail::report::returned::{self, Parted};
use crate::desk::mail::report::words::BounceWords;
use crate::desk::mail::report::{RECIPIENTS_MAX, delivery, machine_part, status};
use crate::desk::mail::{AutomaticSign, Mail, Marks, Report, ReportKind, ReportRecipient, automatic, clean};

const DIAGNOSTIC_CHARS_MAX: usize = 500;
/// Of what is said about one address.
const SAID_BYTES_MAX: usize = 4096;

/// The report that the mail is, if it is one. `report` is what it says to machines,
/// to which its words add; `signs` are those of a machine.
pub(in crate::desk::mail) fn read(
    (header, body): (&Header<'_>, &[u8]),
    message: &Message<'_>,
    (mail, signs): (&Mail, &[AutomaticSign]),
    marks: &Marks,
    limits: &Limits,
) -> Option<Report> {
    let words = &marks.bounces;
    let is_delivery = |report: &Report| matches!(report.kind, ReportKind::Failed | ReportKind::Delayed);
    if mail.report.as_ref().is_some_and(|report| !is_delivery(report)) {
        return mail.report.clone();
    }
    let is_note = signs.contains(&AutomaticSign::Absence) || automatic::is_challenge(mail, &marks.notes);
    if mail.report.is_none() && (is_note || !(by_machine(signs) || is_mail_system(header, words))) {
        return None;
    }
    let parted = returned::parted(message, body, words, limits);
    let known = mail.report.clone().filter(|report| !report.recipients.is_empty());
    let known = known.or_else(|| Some(delivery(&parted.said)).filter(|fields| !fields.recipients.is_empty()));
    let known = known.or_else(|| wrapped(message));
    // The report of another system, which the last one returns as text.
    let known = known.or_else(|| Some(delivery(&parted.returned)).filter(|fields| !fields.recipients.is_empty()));
    let report = match known {
        Some(report) => Some(plainer(report, &parted, marks)),
        None => from_words(header, &parted, mail, marks).or_else(|| mail.report.clone()),
    };
    report.map(|report| with_original(report, &parted))
}

/// A report inside the mail that a gateway made of it.
fn wrapped(message: &Message<'_>) -> Option<Report> {
    let inner = message.parts.iter().find_map(|part| part.message())?;
    let report = inner.parts.iter().find_map(machine_part)?;
    Some(report).filter(|report| !report.recipients.is_empty())
}

/// With a plainer status where the words have one, and with one in any case.
fn plainer(mut report: Report, parted: &Parted, marks: &Marks) -> Report {
    let lines: Vec<&str> = parted.said.lines().collect();
    let mentions = address::mentions(&lines, &marks.bounces);
    let all: Vec<String> = report.recipients.iter().map(|recipient| recipient.address.clone()).collect();
    for recipient in &mut report.recipients {
        let said = said_about(&recipient.address, &all, &lines, &mentions);
        recipient.status = status::plainer(&recipient.status, &said).to_owned();
        if recipient.status.is_empty() {
            let found = status::of(&recipient.diagnostic, &marks.bounces);
            let found = found.or_else(|| status::of(&said, &marks.bounces));
            recipient.status = found.unwrap_or_else(|| unnamed(report.kind).to_owned());
        }
    }
    report
}

/// The status where nothing says what is the matter.
fn unnamed(kind: ReportKind) -> &'static str {
    if kind == ReportKind::Delayed { "4.0.0" } else { "5.0.0" }
}

fn from_words(header: &Header<'_>, parted: &Parted, mail: &Mail, marks: &Marks) -> Option<Report> {
    let words = &marks.bounces;
    let named = failed_recipients(header);
    let is_sure = mail.report.is_some() || !named.is_empty();
    let kind = kind(header, mail, parted, is_sure, words)?;
    let found = recipients(named, parted, (mail, marks));
    let whole = status::of(&parted.said, words);
    if found.is_empty() && whole.is_none() && !parted.has_returned {
        return None;
    }
    let whole = whole.unwrap_or_else(|| unnamed(kind).to_owned());
    let recipient = |(address, said): (String, String)| {
        let found = status::of(&said, words).unwrap_or_else(|| whole.clone());
        let (action, status) = match kind {
            ReportKind::Delayed => ("delayed", status::with_class(&found, '4')),
            // Where no code says otherwise, a mail whose time ran out comes for good:
            // mail systems that state a code write 5.0.0 or 5.4.7 then.
            _ if found == status::EXPIRED && !status::is_stated(&said, words) => {
                ("failed", status::with_class(&found, '5'))
            }
            _ => ("failed", found),
        };
        let diagnostic = clean::line(&said, DIAGNOSTIC_CHARS_MAX);
        ReportRecipient { address, action: action.to_owned(), status, diagnostic }
    };
    Some(Report { kind, recipients: found.into_iter().map(recipient).collect(), original_message_id: None })
}

fn by_machine(signs: &[AutomaticSign]) -> bool {
    signs.iter().any(|sign| *sign != AutomaticSign::Bulk)
}

/// By the name under which it writes.
fn is_mail_system(header: &Header<'_>, words: &BounceWords) -> bool {
    header.first("from").is_some_and(|field| {
        let from = field.unfolded().to_lowercase();
        begins(from.trim_start_matches(['"', ' ']), &words.senders)
    })
}

/// `X-Failed-Recipients`: whom a mail system did not reach.
fn failed_recipients(header: &Header<'_>) -> Vec<String> {
    let values: Vec<String> = header.all("x-failed-recipients").map(Field::unfolded).collect();
    let all = values.iter().flat_map(|value| address::addresses(value)).map(|(_, address)| address);
    all.take(RECIPIENTS_MAX).collect()
}

/// Whether it says that a mail was not delivered, or not yet. `is_sure`: that it
/// says one of both is known.
fn kind(header: &Header<'_>, mail: &Mail, parted: &Parted, is_sure: bool, words: &BounceWords) -> Option<ReportKind> {
    let subject = mail.subject.to_lowercase();
    let said = folded(&parted.said);
    let is_late = begins(&subject, &words.delayed_subjects) || has(&said, &words.delayed);
    if is_late && !has(&said, &words.is_final) {
        return Some(ReportKind::Delayed);
    }
    let content = header.first("content-type").map(Field::unfolded).unwrap_or_default().to_lowercase();
    let is_called_one = content.starts_with("multipart/report") && content.contains("delivery-status");
    let says_so = begins(&subject, &words.failed_subjects) || has(&said, &words.failed);
    (says_so || is_late || is_called_one || is_sure).then_some(ReportKind::Failed)
}

/// In lower case, on one line.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<&str>>().join(" ").to_lowercase()
}

/// Each recipient with what is said about it.
fn recipients(named: Vec<String>, parted: &Parted, (mail, marks): (&Mail, &Marks)) -> Vec<(String, String)> {
    let lines: Vec<&str> = parted.said.lines().collect();
    let mentions = address::mentions(&lines, &marks.bounces);
    let mut all: Vec<String> = named;
    if all.is_empty() {
        all = most_plain(&mentions, |address| !is_of_reader(address, mail) && !automatic::is_robot(address, marks));
    }
    if all.is_empty() {
        // Whoever writes to himself.
        let begins = |mention: &&Mention| mention.place == Place::Begins;
        let own: Vec<Mention> = mentions.iter().filter(begins).cloned().collect();
        all = most_plain(&own, |address| !automatic::is_robot(address, marks));
    }
    if all.is_empty() {
        all = only_reader_of(parted);
    }
    all.truncate(RECIPIENTS_MAX);
    let said: Vec<String> = all.iter().map(|address| said_about(address, &all, &lines, &mentions)).collect();
    all.into_iter().zip(said).collect()
}

/// Those that stand where it is said most plainly that they were not reached.
fn most_plain(mentions: &[Mention], counts: impl Fn(&str) -> bool) -> Vec<String> {
    let known: Vec<&Mention> = mentions.iter().filter(|mention| counts(&mention.address)).collect();
    let Some(place) = known.iter().map(|mention| mention.place).max() else { return Vec::new() };
    let mut all: Vec<String> = Vec::new();
    for mention in known.iter().filter(|mention| mention.place == place) {
        if !all.iter().any(|address| address.eq_ignore_ascii_case(&mention.address)) && all.len() < RECIPIENTS_MAX {
            all.push(mention.address.clone());
        }
    }
    all
}

/// Whether it went to this address, or came from it.
fn is_of_reader(address: &str, mail: &Mail) -> bool {
    let own = mail.to.iter().map(String::as_str).chain(mail.address());
    own.into_iter().any(|own| own.eq_ignore_ascii_case(address))
}

/// A mail to one reader that comes back did not reach him.
fn only_reader_of(parted: &Parted) -> Vec<String> {
    let to = returned::value(&parted.returned, "to").unwrap_or("");
    let all: Vec<String> = address::addresses(to).into_iter().map(|(_, address)| address).collect();
    if all.len() == 1 { all } else { Vec::new() }
}

/// The lines from where an address is named to where another one is, as far as
/// they say something about it.
fn said_about(address: &str, all: &[String], lines: &[&str], mentions: &[Mention]) -> String {
    let mut mentions = mentions.iter().peekable();
    let mut said = String::new();
    let mut is_about = all.len() == 1;
    for (number, line) in lines.iter().enumerate() {
        let mut names_any = false;
        let mut names_it = false;
        while let Some(mention) = mentions.next_if(|mention| mention.line <= number) {
            names_any |= all.iter().any(|known| known.eq_ignore_ascii_case(&mention.address));
            names_it |= mention.address.eq_ignore_ascii_case(address);
        }
        if names_any && all.len() > 1 {
            is_about = names_it;
        }
        if is_about && said.len() + line.len() < SAID_BYTES_MAX {
            said.push_str(line);
            said.push('\n');
        }
    }
    said
}

/// With the Message-ID of the mail that it returns.
fn with_original(report: Report, parted: &Parted) -> Report {
    if report.original_message_id.is_some() {
        return report;
    }
    let id = returned::value(&parted.returned, "message-id").or_else(|| returned::value(&parted.said, "message-id"));
    let id = id.and_then(|id| clean::message_id(id.trim_matches(['<', '>'])));
    Report { original_message_id: id, ..report }
}
