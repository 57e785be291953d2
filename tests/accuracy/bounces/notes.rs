//! Notes of machines that no header gives away, in nine languages, and what people
//! write in the same words.

use serde::Deserialize;
use upgrade_desk::desk::mail::{self, AutomaticSign};

use crate::bounces::FLOORS;
use crate::corpus::cases;
use crate::rules;
use crate::score::{Score, judge};

const TABLE: &str = include_str!("../../../fixtures/accuracy/notes.toml");

#[derive(Deserialize)]
struct Table {
    mails: Vec<Note>,
}

#[derive(Deserialize)]
struct Note {
    is: String,
    subject: String,
    text: String,
}

#[test]
fn notes_of_machines_are_told_from_mails_of_people() {
    let table: Table = toml::from_str(TABLE).unwrap();
    let mut wrong = Vec::new();
    for Note { is, subject, text } in table.mails {
        let raw = format!(
            "From: Dana Ruiz <dana@acme-tel.example>\r\nTo: upgrade@vendor.example\r\nSubject: {subject}\r\n\
             Message-ID: <note@acme-tel.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: 8bit\r\n\r\n{}",
            text.trim_start()
        );
        let signs = signs(raw.as_bytes());
        let expected = match is.as_str() {
            "absence" => vec![AutomaticSign::Absence],
            "machine" => vec![AutomaticSign::Robot],
            _ => Vec::new(),
        };
        if signs != expected {
            wrong.push(format!("{is}: {subject}: {signs:?}\n{text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_corpus_mail_of_a_person_is_a_note() {
    let mut score = Score::new("no note: people's mails");
    for source in super::alarms::SOURCES {
        let Some(cases) = cases(source) else { return };
        for case in &cases {
            if ["normal", "reply"].iter().any(|kind| case.expected["kind"] == *kind) {
                let found = signs(&case.raw);
                let is_note = found.contains(&AutomaticSign::Absence);
                score.count(&case.name, if is_note { Err(format!("{found:?}")) } else { Ok(()) });
            }
        }
    }
    judge(FLOORS, &[score]);
}

fn signs(raw: &[u8]) -> Vec<AutomaticSign> {
    mail::read(raw, &rules().limits, &rules().classify.marks).automatic_because
}
