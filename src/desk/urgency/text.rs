//! Which words of a mail count: what the writer wrote now. Not the subject of
//! the mail he answers, no log, no notice at the end, nothing of our letters.

use crate::desk::mail::Mail;
use crate::desk::urgency::lexicon::{Spot, UrgencyRules};
use crate::desk::urgency::meaning::Meaning;
use crate::desk::urgency::notice;
use crate::desk::urgency::sentence::{self, Sentence, keys};

/// What a program that watches hosts says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Machine {
    Alarm,
    Recovery,
}

/// Own words that a forwarded mail may have and still be the writer's message.
const FORWARD_WORDS_MAX: usize = 8;
/// Words beside an attached log that add nothing to it.
const LOG_WORDS_MAX: usize = 12;

/// The sentences of the subject, then those of the text.
pub(super) fn sentences<'a>(mail: &'a Mail, rules: &UrgencyRules) -> Vec<Sentence<'a>> {
    let mut sentences = sentence::sentences(own_subject(&mail.subject, rules).0);
    let of_subject = sentences.len();
    let mut text = own_lines(&mail.own_text, rules);
    // "Rossi" is a name below a mail and a colour in it.
    if let Ok(author) = &mail.identity {
        text.iter_mut().filter(|line| is_name(line, &author.name)).for_each(|line| *line = "");
    }
    let silent = text.iter().flat_map(|line| keys(line)).count() <= FORWARD_WORDS_MAX;
    let is_forward = own_subject(&mail.subject, rules).1 == Inherited::Forward && !mail.subject.contains("[UP-");
    let mut notice = of_text(&text, &mail.subject, rules, &mut sentences);
    if silent && is_forward {
        // "FYI" above a colleague's mail: his words are what is reported.
        notice |= of_text(&own_lines(&mail.quoted_text, rules), &mail.subject, rules, &mut sentences);
    }
    if notice && notice::speaks_of(&mail.subject, rules) {
        sentences.iter_mut().take(of_subject).for_each(|sentence| sentence.announced = true);
    }
    rules.tell(&mut sentences);
    sentences
}

/// Adds the sentences of a text; whether a notice of planned work is among them.
fn of_text<'a>(lines: &[&'a str], subject: &str, rules: &UrgencyRules, sentences: &mut Vec<Sentence<'a>>) -> bool {
    let begin = notice::begin(subject, lines, rules);
    let (own, announced) = lines.split_at_checked(begin.unwrap_or(lines.len())).unwrap_or((lines, &[]));
    sentences.extend(sentence::of_lines(own.iter().copied()));
    let announced = sentence::of_lines(announced.iter().copied()).into_iter();
    sentences.extend(announced.map(|sentence| Sentence { announced: true, ..sentence }));
    begin.is_some()
}

/// Whether a line is the author's name and nothing else.
fn is_name(line: &str, name: &str) -> bool {
    let bare = line.trim().trim_matches([',', '.', '-', '*']);
    !bare.is_empty() && bare.eq_ignore_ascii_case(name.trim())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inherited {
    No,
    Reply,
    Forward,
}

/// The writer's own words of a subject: all, or those before the first "Re:".
fn own_subject<'a>(subject: &'a str, rules: &UrgencyRules) -> (&'a str, Inherited) {
    for (at, _) in subject.match_indices([':', '\u{ff1a}']) {
        let before = subject.get(..at).unwrap_or("");
        let mark = before.rsplit([' ', ':', ']', '\u{ff1a}']).next().unwrap_or("");
        let inherited = if rules.means(mark, Meaning::ReplyMarks) {
            Inherited::Reply
        } else if rules.means(mark, Meaning::ForwardMarks) {
            Inherited::Forward
        } else {
            continue;
        };
        return (before.strip_suffix(mark).unwrap_or(""), inherited);
    }
    (subject, Inherited::No)
}

/// The lines that are words of the writer.
fn own_lines<'a>(text: &'a str, rules: &UrgencyRules) -> Vec<&'a str> {
    let lines: Vec<&str> = text.lines().map(|line| line.trim_start_matches(['>', ' ', '\t'])).collect();
    let mut kept = Vec::new();
    let mut in_log = false;
    for (line, next) in lines.iter().zip(lines.iter().skip(1).chain([&""])) {
        if begins_notice(line, rules) {
            break;
        }
        let log = is_log(line) || (may_be_log(line) && (in_log || is_log(next)));
        in_log = log || (in_log && line.trim().is_empty());
        // A blank line keeps what stands above and below a log apart.
        kept.push(if log || rules.is_ours(line) { "" } else { line });
    }
    kept
}

fn begins_notice(line: &str, rules: &UrgencyRules) -> bool {
    let plain = line.trim_start_matches(['*', '_', '-', '=']);
    let Some(sentence) = sentence::sentences(plain).into_iter().next() else { return false };
    rules.spots_of_all(&sentence.tokens).first().is_some_and(|spot| spot.start == 0 && spot.is(Meaning::Disclaimers))
}

/// A line that only a program writes.
fn is_log(line: &str) -> bool {
    let line = line.trim();
    let levels = ["[error]", "[warn]", "[warning]", "[critical]", "[fatal]", "[info]", "[debug]", "error[", "warning["];
    let begins = [
        "SIP/2.0",
        "INVITE sip",
        "REGISTER sip",
        "ACK sip",
        "BYE sip",
        "OPTIONS sip",
        "CANCEL sip",
        "Via: SIP",
        "CSeq:",
        "Call-ID:",
        "Max-Forwards:",
        "User-Agent:",
        "Traceback (",
        "Caused by:",
        "at java",
        "File \"",
        "panicked at",
        "kernel:",
        "<?xml",
        "{\"",
    ];
    let lower = line.to_lowercase();
    begins.iter().any(|begin| line.starts_with(begin))
        || levels.iter().any(|level| lower.contains(level))
        || begins_with_time(line)
        || is_pairs(line)
        || is_session(line)
        || is_mostly_signs(line)
}

/// A line that a program or a person may have written: what stands beside decides.
fn may_be_log(line: &str) -> bool {
    let line = line.trim_start_matches(['[', '<', '*', ' ', '\t']);
    let first = line.split([' ', ':', ']']).next().unwrap_or("");
    let level = ["ERROR", "CRITICAL", "FATAL", "WARNING", "WARN", "INFO", "DEBUG", "NOTICE"].contains(&first);
    let field = line.split_once(": ").is_some_and(|(name, _)| {
        !name.contains(' ') && name.starts_with(|c: char| c.is_ascii_uppercase()) && name.len() > 1
    });
    level || field || line.starts_with("at ") || line.starts_with("#")
}

/// `2026-12-01 08:00:01`, `Dec  1 08:00:01`, `08:00:01.123`, `[1701418801.12]`.
fn begins_with_time(line: &str) -> bool {
    let line = line.trim_start_matches(['[', '<', '(']);
    let begin: String = line.chars().take(24).collect();
    let clock = begin.split([' ', 'T', ']', ',']).any(|word| {
        let mut pieces = word.split(':');
        let two_digits = |piece: Option<&str>| {
            piece.is_some_and(|piece| piece.len() >= 2 && piece.chars().take(2).all(|c| c.is_ascii_digit()))
        };
        two_digits(pieces.next()) && two_digits(pieces.next()) && two_digits(pieces.next())
    });
    let first = begin.split([' ', 'T', ']', '.']).next().unwrap_or("");
    let dated = first.len() == 10 && first.chars().filter(char::is_ascii_digit).count() >= 8;
    clock || (dated && (first.contains('-') || !first.contains(['/', '.'])) && line.len() > 12 && has_clock(&begin))
}

fn has_clock(begin: &str) -> bool {
    begin.contains(':') || begin.contains('.')
}

/// `a=1 b=2`, or one pair that fills the line.
fn is_pairs(line: &str) -> bool {
    let words = line.split_whitespace().count();
    let pairs = line.split_whitespace().filter(|word| word.split_once('=').is_some_and(|(key, _)| !key.is_empty()));
    let pairs = pairs.count();
    pairs >= 2 && pairs * 3 >= words
}

/// A line of a session description (RFC 4566): `a=rtpmap:0 PCMU/8000`.
fn is_session(line: &str) -> bool {
    let mut chars = line.chars();
    chars.next().is_some_and(|c| c.is_ascii_lowercase()) && chars.next() == Some('=')
}

/// Dumps and tables.
fn is_mostly_signs(line: &str) -> bool {
    let signs = line.chars().filter(|c| !c.is_whitespace()).count();
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    signs > 30 && letters * 2 < signs
}

/// Whether a program that watches hosts wrote this, by the subject it gave it.
pub(super) fn machine(mail: &Mail, rules: &UrgencyRules) -> Option<Machine> {
    let (subject, _) = own_subject(&mail.subject, rules);
    let text = if subject.trim().is_empty() { mail.own_text.lines().next().unwrap_or("") } else { subject };
    let sentence: Vec<_> = sentence::sentences(text).into_iter().flat_map(|sentence| sentence.tokens).collect();
    let spots = rules.spots_of_all(&sentence);
    let marks = [Meaning::RobotRecoveries, Meaning::RobotAlarms];
    // A person's "Alert: …" is a heading; "back up your data" is none.
    let is_heading = |spot: &Spot<'_>| {
        let first = sentence.iter().take(spot.start).all(|token| token.is_break);
        let colon = |at: usize| sentence.get(at).is_none_or(|token| token.is_break);
        first && (colon(spot.end) || colon(spot.end.saturating_sub(1)))
    };
    let mut found = spots.iter().filter(|spot| spot.is_any(&marks) && (mail.is_automatic() || is_heading(spot)));
    let first = found.next()?;
    let recovery = first.is(Meaning::RobotRecoveries) || found.any(|spot| spot.is(Meaning::RobotRecoveries));
    Some(if recovery { Machine::Recovery } else { Machine::Alarm })
}

/// a log came, and the words beside it say no more than "see log".
pub(super) fn is_only_a_log(mail: &Mail, sentences: &[Sentence<'_>], rules: &UrgencyRules) -> bool {
    let log = mail.attachments.iter().any(|attachment| {
        let (stem, ending) = attachment.name.rsplit_once('.').unwrap_or((&attachment.name, ""));
        let in_name = stem.split(['-', '_', ' ', '.']).any(|word| rules.means(word, Meaning::LogFiles));
        rules.means(ending, Meaning::LogFiles) || in_name
    });
    let words = keys(&mail.own_text).len();
    let points = |sentence: &Sentence<'_>| rules.spots(sentence).iter().any(|spot| spot.is(Meaning::Evidence));
    log && (words <= 2 || (words <= LOG_WORDS_MAX && sentences.iter().any(points)))
}
