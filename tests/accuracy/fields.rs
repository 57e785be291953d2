//! Subject, addresses, dates, texts and attachments against all that seven projects
//! state of their mails, pooled. Compared is what they mean and not how we show
//! it: we fold blanks and take out control and direction characters (TF1), keep
//! names of the author only, and show HTML as text, so theirs is read by the same
//! reader; what else a project says in its own way, `ways.rs` tells. `mail-parser`
//! is our own parser: its answers are regression.

mod ways;

use jiff::Timestamp;
use serde_json::Value;
use upgrade_desk::desk::mail::{self, Mail};

use crate::corpus::Case;
use crate::score::{Score, judge};
use crate::{corpus, rules};
use ways::Listed;

const SOURCES: [&str; 7] =
    ["imap_tools", "enmime", "rspamd", "mimekit", "django-helpdesk", "mikel-mail", "mail-parser"];

/// So many of a hundred fields must be right, all sources pooled.
const PERCENT_MIN: f64 = 98.0;

#[test]
fn corpus_fields_are_read_as_stated() {
    let mut scores = Vec::new();
    for source in SOURCES {
        let Some(cases) = corpus::cases(source) else { return };
        let mut score = Score::new(source);
        for case in &cases {
            let compared = Compared { source, case, mail: read(&case.raw) };
            for (field, answer) in compared.fields() {
                score.count(&format!("{} {field}", case.name), answer);
            }
        }
        scores.push(score);
    }
    let right: usize = scores.iter().map(|score| score.right).sum();
    let counted: usize = scores.iter().map(Score::counted).sum();
    let percent = crate::score::percent(right, counted);
    println!("fields       pooled {right} of {counted}: {percent:.2} %");
    judge("fields.toml", &scores);
    assert!(percent >= PERCENT_MIN, "{percent} %");
}

fn read(raw: &[u8]) -> Mail {
    mail::read(raw, &rules().limits, &rules().classify.marks)
}

/// A field that is stated, and whether we read it so.
type Answer = (&'static str, Result<(), String>);

/// A mail beside what its project states of it.
struct Compared<'a> {
    source: &'static str,
    case: &'a Case,
    mail: Mail,
}

impl Compared<'_> {
    fn fields(&self) -> Vec<Answer> {
        let mut fields = self.addresses();
        let stated = &self.case.expected;
        if let Some(subject) = stated["subject"].as_str() {
            let way = |subject: &str| ways::of_subject(self.source, &folded(subject));
            let ways = ways::of_text(self.source, &self.case.raw, &self.mail.subject);
            let is_same = ways.iter().any(|read| way(read) == way(subject));
            fields.push(("subject", if is_same { Ok(()) } else { same(&subject, &self.mail.subject.as_str()) }));
        }
        if let Some(date) = stated["date"].as_str().and_then(|date| date.parse::<Timestamp>().ok()) {
            fields.push(("date", same(&Some(date), &self.mail.date)));
        }
        fields.extend(self.texts());
        fields.extend(self.attachments());
        fields
    }

    fn addresses(&self) -> Vec<Answer> {
        let (stated, mail) = (&self.case.expected, &self.mail);
        let mut fields = Vec::new();
        if let (Some(from), Ok(identity)) = (stated["from"].as_array().filter(|from| from.len() == 1), &mail.identity) {
            let stated = format!("{} <{}>", word(&from[0]["name"]), word(&from[0]["address"]).to_lowercase());
            let name = ways::of_name(self.source, &self.case.raw, &identity.name);
            let read = format!("{name} <{}>", identity.address.to_lowercase());
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
        fields
    }

    fn texts(&self) -> Vec<Answer> {
        let stated = &self.case.expected;
        let mut fields = Vec::new();
        let html = stated["body_html"].as_str().unwrap_or("");
        // Of a mail with HTML only, we show that where others have no text.
        if let Some(text) = stated["body_text"].as_str().filter(|text| !text.trim().is_empty() || html.is_empty()) {
            let is_same = folded(text) == folded(&self.mail.text);
            fields.push(("body_text", if is_same { Ok(()) } else { self.holds(text) }));
        }
        if !html.is_empty() {
            fields.push(("body_html", self.holds(&shown(html))));
        }
        for (field, is_html) in
            [("text_parts", false), ("body_contains", false), ("html_parts", true), ("html_contains", true)]
        {
            for part in stated[field].as_array().into_iter().flatten() {
                let part = word(part);
                let is_page = is_html || ways::is_page(self.source, &part);
                fields.push((field, self.holds(&if is_page { shown(&part) } else { part })));
            }
        }
        fields
    }

    /// Whether we show each line of `part` somewhere: others put the texts of all
    /// parts and attached mails in one.
    fn holds(&self, part: &str) -> Result<(), String> {
        let mail = &self.mail;
        let attached: String = mail.attached.iter().map(|attached| format!("{}\n", attached.text)).collect();
        let pages = ways::of_attached_pages(self.source, &self.case.raw, mail);
        let all = format!("{}\n{}\n{attached}\n{pages}", mail.text, mail.html_text);
        let ways = ways::of_text(self.source, &self.case.raw, &all);
        let wholes: Vec<String> = ways.iter().map(|way| folded(way)).collect();
        let part = ways::of_stated(self.source, part);
        // Which lines of a page are quoted lies in the page around it.
        let lines = part.lines().map(|line| folded(line.trim_start_matches(['>', ' '])));
        match lines.into_iter().find(|line| !wholes.iter().any(|whole| whole.contains(line))) {
            Some(line) => Err(short(&format!("{line:?} is not in {:?}", wholes.first()))),
            None => Ok(()),
        }
    }

    fn attachments(&self) -> Vec<Answer> {
        let stated = &self.case.expected;
        let files = ways::of_files(self.source, &self.case.raw, &self.mail);
        let mut fields = Vec::new();
        if let Some(count) = stated["attachment_count"].as_u64() {
            fields.push(("attachment_count", same(&count, &(files.len() as u64))));
        }
        for one in stated["attachments"].as_array().into_iter().flatten() {
            let found = files.iter().any(|file| is_file(one, file));
            let answer =
                if found { Ok(()) } else { Err(short(&format!("{one} is not in {:?}", self.mail.attachments))) };
            fields.push(("attachments", answer));
        }
        fields
    }
}

/// Whether a file is the one that is stated, as far as it is.
fn is_file(stated: &Value, file: &Listed) -> bool {
    // Of a path we keep the last name (TF8).
    let last = |name: &str| folded(name.rsplit(['/', '\\']).next().unwrap_or(""));
    let name = stated["filename"].as_str().is_none_or(|name| last(name) == folded(&file.name));
    let kind = stated["content_type"].as_str().is_none_or(|kind| kind.eq_ignore_ascii_case(&file.content_type));
    name && kind && file.has(stated["size"].as_u64(), stated["sha256"].as_str())
}

/// HTML as we show it.
fn shown(html: &str) -> String {
    let head = "From: a@mail.example\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\
                Content-Transfer-Encoding: 8bit\r\n\r\n";
    // A fragment of markup may begin within a tag.
    let html = if html.starts_with('>') { html.trim_matches(['<', '>']) } else { html };
    read(format!("{head}{html}").as_bytes()).text
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
