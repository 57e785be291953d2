//! What customers answer to M-05 in their language: `fixtures/answers/`, a line a
//! sentence with what becomes of the agreed time.

use std::fs;

use upgrade_desk::desk::record::OutcomeWord;

use super::desk::{DANA, Desk, Mail};
use super::safe::scheduled;

async fn read(file: &str) {
    let text = fs::read_to_string(file).unwrap();
    let mut wrong = Vec::new();
    let mut sentences = 0;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (expected, sentence) = line.split_once('|').unwrap();
        let (mut desk, came) = scheduled().await;
        let answer = Mail::new(DANA, "Re: scheduled", sentence.trim()).answers(&came.message_id("M-05"));
        let found = becomes(&mut desk, &answer).await;
        sentences += 1;
        if found != expected.trim() {
            wrong.push(format!("{}: expected {}, found {found}", sentence.trim(), expected.trim()));
        }
    }
    assert!(sentences >= 15, "{sentences}");
    assert_eq!(wrong, Vec::<String>::new());
}

async fn becomes(desk: &mut Desk, answer: &Mail<'_>) -> &'static str {
    let came = desk.mail("mon 09:10", answer).await;
    let state = desk.states().await.join(" ");
    let asked = came.outside().iter().any(|letter| letter.starts_with("M-02-question"));
    match came.outcome() {
        OutcomeWord::Cancelled => "cancelled",
        _ if state.contains("BLOCKED") => "held",
        OutcomeWord::Offered => "offered",
        _ if asked => "asked",
        _ if state.contains("SCHEDULED") => "kept",
        _ => "something else",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_in_german_are_read() {
    read("fixtures/answers/de.txt").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_in_spanish_are_read() {
    read("fixtures/answers/es.txt").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_in_french_are_read() {
    read("fixtures/answers/fr.txt").await;
}
