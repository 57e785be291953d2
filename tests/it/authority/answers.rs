//! What customers answer to M-05 in their language: `fixtures/answers/`, a line a
//! sentence with what becomes of the agreed time.

use std::fs;

use upgrade_desk::desk::language::Language;
use upgrade_desk::desk::record::OutcomeWord;
use upgrade_desk::desk::register::Register;

use super::desk::{DANA, Desk, Mail, Proof, right_form};
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

const FRENCH: &str = "Bonjour,\n\nMerci de mettre à jour notre appareil.\n\nNom de la société: Acme Telephone, Inc.\n\
    Courriel: dana@acme-tel.example\nTéléphone: +1 312 555 0101\nNuméro de série: SM-0417-22A\n\
    Adresse MAC: 00:00:5E:00:53:0A\nAdresse IP: 203.0.113.10\nMot de passe: quai 4 Bouleau\n\
    Date et heure: jeudi 10 décembre 2026 à 10 h\nFuseau horaire: America/Los_Angeles\n";

/// The register names no language for Dana: the request does, and what is short or
/// mixed leaves it at English. What the register names comes first.
#[tokio::test(flavor = "multi_thread")]
async fn letters_are_in_the_language_of_the_request() {
    let english = right_form();
    let mixed = format!("Guten Tag, bitte ein Upgrade.\n\n{english}");
    let of_register = |register: &mut Register| {
        register.representatives.iter_mut().for_each(|row| row.language = Some(Language::De));
    };
    for (form, in_register, expected) in [
        (FRENCH, false, Language::Fr),
        (&english, false, Language::En),
        (&mixed, false, Language::En),
        (FRENCH, true, Language::De),
    ] {
        let fill = |register: &mut Register| {
            if in_register {
                of_register(register)
            }
        };
        let mut desk = Desk::of(|_| {}, fill).await;
        let came = desk.mail("mon 09:00", &Mail::new(DANA, "Upgrade", form)).await;
        assert_eq!(came.outcome(), OutcomeWord::Scheduled, "{form}");
        let tickets = desk.stage.desk.store.read(|view| view.tickets()).await.unwrap();
        let detected = tickets[0].requester.language;
        assert_eq!(detected == Some(Language::Fr), form == FRENCH, "{form}: {detected:?}");
        assert_ne!(detected, Some(Language::De), "{form}");
        let subject = came.decided.iter().flat_map(|decided| &decided.letters).next().unwrap().subject.clone();
        let words = match expected {
            Language::Fr => "Mise à niveau",
            Language::De => "eingeplant",
            Language::En | Language::Es => "Upgrade scheduled",
        };
        assert!(subject.contains(words), "{subject}: expected {words}");
    }
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

/// T2: a yes with a condition below it is a question, one with a courtesy is a yes.
#[tokio::test(flavor = "multi_thread")]
async fn a_yes_with_a_condition_is_no_consent() {
    let text = fs::read_to_string("fixtures/answers/yes.txt").unwrap();
    let mut wrong = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (expected, answer) = line.split_once('|').unwrap();
        let answer = answer.trim().replace(" / ", "\n");
        let mut desk = Desk::open().await;
        let request = Mail::new(DANA, "Upgrade request", &right_form()).proof(Proof::Spf);
        let asked = desk.mail("mon 09:00", &request).await;
        let id = asked.message_id("M-15");
        desk.mail("mon 09:20", &Mail::new(DANA, "Re: Did your company ask", &answer).answers(&id)).await;
        let state = desk.states().await.join(" ");
        let found = match state.split_whitespace().last() {
            Some("SCHEDULED") => "consent",
            Some("REP_CHECK") => "asked",
            _ => "something else",
        };
        if found != expected.trim() {
            wrong.push(format!("{answer:?}: expected {}, found {found} ({state})", expected.trim()));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
