//! What a mail is, by the first that holds.

use crate::desk::form::{FieldKey, Form};
use crate::desk::input::Kind;
use crate::desk::mail::{AutomaticSign, Mail, ReportKind};
use crate::desk::rules::Classify;
use crate::desk::ticket::subject_tag;
use crate::desk::urgency::{self, Reading, UrgencyRules};

/// Whether it is a report before it is a request or an answer. A new form stays
/// a request, whatever its remarks say; an answer gives way to P1 and P2 only.
pub(super) fn reports_a_problem(mail: &Mail, urgency: &Reading, whole_form: bool, answers: bool) -> bool {
    match (is_reply(mail), whole_form, answers) {
        (false, true, _) => false,
        (true, true, _) | (true, _, true) => urgency.alarms(),
        _ => urgency.problem().is_some(),
    }
}

pub(super) fn is_reply(mail: &Mail) -> bool {
    !mail.in_reply_to.is_empty() || !mail.reply_tags.is_empty() || subject_tag(&mail.subject).is_some()
}

/// The table of a provider's notice has a company, a telephone and times: no form.
pub(super) fn drop_notice<T>(forms: &mut Vec<(Form, T)>, mail: &Mail, words: &UrgencyRules) {
    let of_a_unit = [FieldKey::UnitSerial, FieldKey::UnitMac, FieldKey::UnitIp, FieldKey::ManagerPassword];
    let names_no_unit = |(form, _): &(Form, T)| of_a_unit.iter().all(|key| !form.fields.contains_key(key));
    if !forms.is_empty() && forms.iter().all(names_no_unit) && urgency::is_notice(mail, words) {
        forms.clear();
    }
}

/// What the mail is, by the first that holds.
pub(super) fn classify(mail: &Mail, whole_form: bool, reports: bool, words: &Classify) -> Kind {
    let report = mail.report.as_ref().map(|report| report.kind);
    match report {
        Some(ReportKind::Failed | ReportKind::Delayed) => return Kind::Bounce,
        Some(ReportKind::Complaint) => return Kind::FeedbackReport,
        Some(ReportKind::Delivered | ReportKind::Relayed | ReportKind::Expanded | ReportKind::Disposition) => {
            return Kind::Automatic;
        }
        None => {}
    }
    let by_machine = mail.automatic_because.iter().any(|sign| *sign != AutomaticSign::Bulk);
    if mail.calendar.is_some() {
        Kind::Calendar
    } else if by_machine {
        Kind::Automatic
    } else if reports {
        Kind::Problem
    } else if whole_form {
        Kind::Request
    } else if is_reply(mail) {
        Kind::Reply
    } else if asks_for_an_upgrade(mail, words) || is_hidden_form(mail) {
        Kind::Request
    } else if mail.own_text.trim().is_empty() && mail.attachments.is_empty() {
        Kind::Noise
    } else {
        Kind::Question
    }
}

/// A covering line at most that asks nothing, and what was meant in a file that we
/// could not read: the writer is asked for it as text (TE6, R-07). A picture alone
/// may show anything.
fn is_hidden_form(mail: &Mail) -> bool {
    const COVERING: usize = 200;
    let own = mail.own_text.trim();
    mail.unread_files().any(|file| !file.is_picture()) && own.len() <= COVERING && !own.contains('?')
}

/// a wish in words, without a form.
fn asks_for_an_upgrade(mail: &Mail, words: &Classify) -> bool {
    let text = format!("{}\n{}", mail.subject, mail.own_text).to_lowercase();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.request.iter().any(|phrase| stands_in(&text, phrase))
}

/// Whether the pieces of a phrase, which "…" parts, stand one behind the other, no
/// further apart than in one sentence.
fn stands_in(text: &str, phrase: &str) -> bool {
    const GAP_BYTES: usize = 120;
    let mut pieces = phrase.split('…').map(str::trim);
    let Some(first) = pieces.next() else { return false };
    let rest: Vec<&str> = pieces.collect();
    text.match_indices(first).any(|(at, found)| {
        let mut behind = text.get(at + found.len()..).unwrap_or("");
        rest.iter().all(|piece| {
            let near = (0..=GAP_BYTES.min(behind.len())).rev().find_map(|end| behind.get(..end)).unwrap_or("");
            match near.find(piece) {
                Some(place) if !ends_sentence(near.get(..place).unwrap_or("")) => {
                    behind = behind.get(place + piece.len()..).unwrap_or("");
                    true
                }
                _ => false,
            }
        })
    })
}

fn ends_sentence(text: &str) -> bool {
    text.contains(['!', '?', '。', '！', '？']) || text.contains(". ")
}
