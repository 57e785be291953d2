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

async fn becomes(desk: &mut Desk, answer: &Mail<'_>) -> String {
    let came = desk.mail("mon 09:10", answer).await;
    let state = desk.states().await.join(" ");
    let asked = came.outside().iter().any(|letter| letter.starts_with("M-02-question"));
    let becomes = match came.outcome() {
        OutcomeWord::Scheduled => return format!("moved {}", agreed(desk).await),
        OutcomeWord::Cancelled => "cancelled",
        _ if state.contains("BLOCKED") => "held",
        OutcomeWord::Offered => "offered",
        _ if asked => "asked",
        _ if state.contains("SCHEDULED") => "kept",
        _ => "something else",
    };
    becomes.to_owned()
}

/// "fri 11 10:00", in Los Angeles.
async fn agreed(desk: &Desk) -> String {
    let tickets = desk.stage.desk.store.read(|view| view.tickets()).await.unwrap();
    let start = tickets[0].agreed().unwrap().start.in_tz("America/Los_Angeles").unwrap();
    start.strftime("%a %d %H:%M").to_string().to_lowercase()
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

/// What is read of times in words, and what is asked about because nobody can tell.
#[tokio::test(flavor = "multi_thread")]
async fn times_in_english_are_read_or_asked_about() {
    read("fixtures/answers/times-en.txt").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn times_in_german_are_read_or_asked_about() {
    read("fixtures/answers/times-de.txt").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn times_in_spanish_are_read_or_asked_about() {
    read("fixtures/answers/times-es.txt").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn times_in_french_are_read_or_asked_about() {
    read("fixtures/answers/times-fr.txt").await;
}
