//! What a person wrote now, apart from quoted text and signature: against the
//! answers of seven readers of replies (issue: at least 92 % equal, mean word F1
//! at least 95 %), pooled.

mod answer;
mod lists;
mod likeness;
mod ours;

use std::collections::BTreeMap;

use upgrade_desk::desk::mail::{self, Mail};

use crate::corpus::Case;
use crate::own_text::answer::Answer;
use crate::own_text::lists::Lists;
use crate::score::{Score, judge, percent};
use crate::{corpus, rules};

const SOURCES: [&str; 7] = [
    "email_reply_trimmer",
    "github-email_reply_parser",
    "zapier-email-reply-parser",
    "crisp-email-reply-parser",
    "mail-parser-reply",
    "talon",
    "quotequail",
];
const EQUAL_MIN: f64 = 92.0;
const LIKENESS_MIN: f64 = 95.0;

/// One mail, or the mails of one `dup_group`, which count once.
struct Group {
    source: &'static str,
    misses: Vec<(String, String)>,
    likeness: Vec<f64>,
}

#[test]
fn corpus_replies_have_their_own_text_found() {
    let lists = Lists::read();
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for source in SOURCES {
        let Some(cases) = corpus::cases(source) else { return };
        for case in &cases {
            let answers = answer::of_case(source, &case.expected);
            let group = case.expected["dup_group"].as_str().unwrap_or(&case.name).to_owned();
            for answer in answers.iter().filter(|_| !lists.contradictions.contains_key(&case.name)) {
                let (likeness, miss) = compared(&read(case), answer);
                let fresh = || Group { source, misses: Vec::new(), likeness: Vec::new() };
                let group = groups.entry(group.clone()).or_insert_with(fresh);
                group.likeness.push(likeness);
                group.misses.extend(miss.map(|reason| (case.name.clone(), reason)));
            }
        }
    }
    let mut scores: Vec<Score> = SOURCES.iter().map(|source| Score::new(source)).collect();
    for group in groups.values() {
        let score = scores.iter_mut().find(|score| score.source == group.source).unwrap();
        match group.misses.split_first() {
            None => score.count("", Ok(())),
            Some(((name, reason), _)) => score.count(name, Err(reason.clone())),
        }
    }
    let right: usize = scores.iter().map(|score| score.right).sum();
    let equal = percent(right, groups.len());
    let likeness = groups.values().map(mean).sum::<f64>() / groups.len() as f64;
    println!("own_text     pooled: {right} of {} equal, {equal:.2} %; mean word F1 {likeness:.2} %", groups.len());
    judge("own_text.toml", &scores);
    lists.check(groups.values().flat_map(|group| &group.misses).map(|(name, _)| name.as_str()).collect());
    assert!(equal >= EQUAL_MIN, "{equal:.2} % are equal: {EQUAL_MIN} are asked for");
    assert!(likeness >= LIKENESS_MIN, "the mean word F1 is {likeness:.2} %: {LIKENESS_MIN} are asked for");
}

fn mean(group: &Group) -> f64 {
    group.likeness.iter().sum::<f64>() / group.likeness.len() as f64
}

/// What upstream calls a mail is often only its body.
fn read(case: &Case) -> Mail {
    let kind = if case.name.ends_with(".html") { "html" } else { "plain" };
    let header = format!(
        "From: ann@example.org\r\nMIME-Version: 1.0\r\nContent-Type: text/{kind}; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n"
    );
    let raw = if case.name.ends_with(".eml") { case.raw.clone() } else { [header.as_bytes(), &case.raw].concat() };
    mail::read(&raw, &rules().limits, &rules().classify.marks)
}

/// Word F1 of a hundred, and what is wrong, if anything is: the own text, or that
/// with the signature below, is to be what upstream says.
fn compared(mail: &Mail, answer: &Answer) -> (f64, Option<String>) {
    let texts = [mail.own_text.clone(), format!("{}\n{}", mail.own_text, mail.signature)];
    let is_right = texts.iter().any(|text| answer.is_met_by(text));
    let best = texts.iter().map(|text| answer.likeness(text)).fold(0.0, f64::max);
    (best, (!is_right).then(|| format!("{:?} is not {answer}", mail.own_text)))
}
