//! Subject, addresses, dates, texts and attachments against what seven projects
//! state of their mails, pooled. Compared is what they mean and not how we show
//! it: we fold blanks and take out control and direction characters (TF1), keep
//! names of the author only, and show HTML as text, so theirs is read by the same
//! reader. `mail-parser` is our own parser: its answers are regression.

use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::Value;
use upgrade_desk::desk::mail::{self, Mail};

use crate::corpus::Case;
use crate::score::{Score, judge};
use crate::{corpus, rules};

const SOURCES: [&str; 7] =
    ["imap_tools", "enmime", "rspamd", "mimekit", "django-helpdesk", "mikel-mail", "mail-parser"];

/// So many of a hundred fields must be right, all sources pooled. The first run,
/// with nothing left out, had 669 of 721.
const PERCENT_MIN: f64 = 98.0;

#[test]
fn corpus_fields_are_read_as_stated() {
    let others = others();
    let mut scores = Vec::new();
    let mut used = Vec::new();
    for source in SOURCES {
        let Some(cases) = corpus::cases(source) else { return };
        let mut score = Score::new(source);
        for case in &cases {
            let mail = read(&case.raw);
            for (field, answer) in fields(case, &mail) {
                let name = format!("{} {field}", case.name);
                if others.contains(&name) {
                    used.push(name);
                    continue;
                }
                score.count(&name, answer);
            }
        }
        scores.push(score);
    }
    let right: usize = scores.iter().map(|score| score.right).sum();
    let counted: usize = scores.iter().map(Score::counted).sum();
    let percent = crate::score::percent(right, counted);
    println!("fields       pooled {right} of {counted}: {percent:.2} %, {} left out", used.len());
    judge("fields.toml", &scores);
    assert!(percent >= PERCENT_MIN, "{percent} %");
    let idle: Vec<&String> = others.iter().filter(|other| !used.contains(other)).collect();
    assert!(idle.is_empty(), "nothing states these any more: {idle:?}");
}

fn read(raw: &[u8]) -> Mail {
    mail::read(raw, &rules().limits, &rules().classify.marks)
}

/// Answers that are wrong for our purpose: `source/file field: why`.
fn others() -> Vec<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/accuracy/fields-left-out.txt");
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once(": ").unwrap_or_else(|| panic!("no reason: {line}")).0.to_owned()).collect()
}

/// Every field that is stated, and whether we read it so.
fn fields(case: &Case, mail: &Mail) -> Vec<(&'static str, Result<(), String>)> {
    let stated = &case.expected;
    let mut fields = Vec::new();
    if let Some(subject) = stated["subject"].as_str() {
        fields.push(("subject", same(&folded(subject), &folded(&mail.subject))));
    }
    if let (Some(from), Ok(identity)) = (stated["from"].as_array().filter(|from| from.len() == 1), &mail.identity) {
        let stated = format!("{} <{}>", word(&from[0]["name"]), word(&from[0]["address"]).to_lowercase());
        let read = format!("{} <{}>", identity.name, identity.address.to_lowercase());
        fields.push(("from", same(&folded(&stated), &folded(&read))));
    }
    for (field, read) in [("to", &mail.to), ("cc", &mail.cc), ("reply_to", &mail.reply_to)] {
        if let Some(list) = stated[field].as_array() {
            let stated: Vec<String> = list.iter().map(|one| word(&one["address"]).to_lowercase()).collect();
            let stated: Vec<&String> = stated.iter().filter(|address| address.contains('@')).collect();
            let read = read.iter().map(|address| address.to_lowercase());
            let read: Vec<String> = read.filter(|address| address.contains('@')).collect();
            fields.push((field, same(&format!("{stated:?}"), &format!("{read:?}"))));
        }
    }
    if let Some(date) = stated["date"].as_str().and_then(|date| date.parse::<Timestamp>().ok()) {
        fields.push(("date", same(&Some(date), &mail.date)));
    }
    texts(stated, mail, &mut fields);
    attachments(stated, mail, &mut fields);
    fields
}

fn texts(stated: &Value, mail: &Mail, fields: &mut Vec<(&'static str, Result<(), String>)>) {
    let html = stated["body_html"].as_str().unwrap_or("");
    let attached: String = mail.attached.iter().map(|attached| format!("{}\n", attached.text)).collect();
    let both = format!("{}\n{}\n{attached}", mail.text, mail.html_text);
    let whole = folded(&both);
    // Each line of it: others put the texts of all parts and attached mails in one.
    let holds = |part: &str| match part.lines().map(folded).find(|line| !whole.contains(line)) {
        Some(line) => Err(short(&format!("{line:?} is not in {whole:?}"))),
        None => Ok(()),
    };
    // Of a mail with HTML only, we show that where others have no text.
    if let Some(text) = stated["body_text"].as_str().filter(|text| !text.trim().is_empty() || html.is_empty()) {
        fields.push(("body_text", same(&folded(text), &folded(&mail.text)).or_else(|_| holds(text))));
    }
    if !html.is_empty() {
        fields.push(("body_html", holds(&shown(html))));
    }
    for (field, is_html) in
        [("text_parts", false), ("body_contains", false), ("html_parts", true), ("html_contains", true)]
    {
        for part in stated[field].as_array().into_iter().flatten() {
            let part = word(part);
            fields.push((field, holds(&if is_html { shown(&part) } else { part })));
        }
    }
}

/// HTML as we show it.
fn shown(html: &str) -> String {
    let head = "From: a@mail.example\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\
                Content-Transfer-Encoding: 8bit\r\n\r\n";
    // A fragment of markup may begin within a tag.
    let html = if html.starts_with('>') { html.trim_matches(['<', '>']) } else { html };
    read(format!("{head}{html}").as_bytes()).text
}

fn attachments(stated: &Value, mail: &Mail, fields: &mut Vec<(&'static str, Result<(), String>)>) {
    if let Some(count) = stated["attachment_count"].as_u64() {
        fields.push(("attachment_count", same(&count, &(mail.attachments.len() as u64))));
    }
    for one in stated["attachments"].as_array().into_iter().flatten() {
        let found = mail.attachments.iter().any(|read| {
            // Of a path we keep the last name (TF8).
            let last = |name: &str| folded(name.rsplit(['/', '\\']).next().unwrap_or(""));
            let name = one["filename"].as_str().is_none_or(|name| last(name) == folded(&read.name));
            let kind = one["content_type"].as_str().is_none_or(|kind| kind.eq_ignore_ascii_case(&read.content_type));
            let size = one["size"].as_u64().is_none_or(|size| size == read.size);
            let sha256 = one["sha256"].as_str().is_none_or(|sha256| sha256 == read.sha256);
            name && kind && size && sha256
        });
        let answer = if found { Ok(()) } else { Err(short(&format!("{one} is not in {:?}", mail.attachments))) };
        fields.push(("attachments", answer));
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or("").to_owned()
}

/// Without what we take out of every text (TF1), and with single blanks.
fn folded(text: &str) -> String {
    let unshown =
        |c: &char| c.is_control() || matches!(c, '\u{feff}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}');
    let text: String = text.chars().filter(|c| c.is_whitespace() || !unshown(c)).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn same<T: PartialEq + std::fmt::Debug>(stated: &T, read: &T) -> Result<(), String> {
    if stated == read { Ok(()) } else { Err(short(&format!("{stated:?} was read as {read:?}"))) }
}

fn short(text: &str) -> String {
    text.chars().take(400).collect()
}
