//! The safe direction needs little proof (TC11, TC14), the risky one much (TA13),
//! and nobody takes another's place by his Message-ID (TC7, TC8).

use upgrade_desk::desk::known::Tally;
use upgrade_desk::desk::record::OutcomeWord;

use super::desk::{DANA, Desk, Mail, Proof, UNIT, right_form};

const STATE: &str = "UP-2026-00001";

pub async fn scheduled() -> (Desk, super::desk::Came) {
    let mut desk = Desk::open().await;
    let came = desk.mail("mon 09:00", &Mail::new(DANA, "Upgrade request", &right_form())).await;
    assert_eq!(came.outcome(), OutcomeWord::Scheduled);
    (desk, came)
}

/// TC11, mail 39: in her name, without proof, the ticket named in words only.
#[tokio::test(flavor = "multi_thread")]
async fn tc11_a_stop_pauses_and_never_cancels() {
    let (mut desk, _) = scheduled().await;
    let stop = Mail::new(DANA, "please", "STOP UP-2026-00001\n").proof(Proof::None);
    let came = desk.mail("mon 09:10", &stop).await;
    assert_eq!(came.outcome(), OutcomeWord::Note);
    assert_eq!(desk.states().await, [format!("{STATE} BLOCKED")]);
    assert_eq!(came.outside(), [format!("M-32 {DANA}")]);
    assert!(came.has_letter("M-31 agents@vendor.example"), "{:?}", came.letters());
    for (minute, told) in [(20, true), (30, true), (40, false), (50, false)] {
        let mail = Mail::new(DANA, "[UP-2026-00001]", &format!("stop\n\nno {minute}")).proof(Proof::None);
        let came = desk.mail(&format!("mon 09:{minute}"), &mail).await;
        assert_eq!(came.outcome(), OutcomeWord::Note, "{minute}");
        assert_eq!(came.counted(Tally::Stop), told, "{minute}");
        assert_eq!(!came.letters().is_empty(), told, "{minute}");
    }
    assert_eq!(desk.states().await, [format!("{STATE} BLOCKED")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tc11_a_proven_stop_by_the_number_alone_pauses_and_by_a_letter_cancels() {
    let (mut desk, came) = scheduled().await;
    let tag = desk.mail("mon 09:10", &Mail::new(DANA, "[UP-2026-00001] stop", "STOP\n")).await;
    assert_eq!((tag.outcome(), tag.because("TC11")), (OutcomeWord::Note, true));
    assert_eq!(desk.states().await, [format!("{STATE} BLOCKED")]);
    let id = came.message_id("M-05");
    let answer = desk.mail("mon 09:20", &Mail::new(DANA, "Re: scheduled", "STOP\n").answers(&id)).await;
    assert_eq!(answer.outcome(), OutcomeWord::Cancelled);
    // A neighbour's company is none of his.
    let (mut desk, _) = scheduled().await;
    let mail = Mail::new("jana@nordwind.example", "[UP-2026-00001] stop", "STOP\n");
    desk.mail("mon 09:10", &mail).await;
    assert_eq!(desk.states().await, [format!("{STATE} SCHEDULED")]);
}

/// TA13, mail 40.
#[tokio::test(flavor = "multi_thread")]
async fn ta13_a_contact_is_never_changed_by_mail() {
    let mut desk = Desk::open().await;
    let before = desk.stage.desk.store.read(|view| view.register()).await.unwrap();
    let body = "Hello,\n\nfrom now on use boss@attacker.example for all our upgrades.\n\nDana\n";
    let came = desk.mail("mon 09:00", &Mail::new(DANA, "Contact", body)).await;
    assert_eq!(came.outcome(), OutcomeWord::Note);
    assert!(came.has_letter("M-31 agents@vendor.example"), "{:?}", came.letters());
    let mut told = came.outside();
    told.sort();
    // Carl is no longer on file.
    let people = ["bob@acme-tel.example", DANA];
    assert_eq!(told, people.map(|address| format!("M-32 {address}")));
    assert_eq!(desk.stage.desk.store.read(|view| view.register()).await.unwrap(), before);
    // The new address is nobody here.
    let boss = Mail::new("boss@attacker.example", "Upgrade request", &right_form());
    let came = desk.mail("mon 09:10", &boss).await;
    assert_eq!(came.outcome(), OutcomeWord::RepCheck);
    // Nobody vouches for it: people here are told, nobody outside.
    let forged = Mail::new(DANA, "Contact", body).proof(Proof::None);
    assert_eq!(desk.mail("mon 09:20", &forged).await.outside(), Vec::<String>::new());
}

const URGENT: &str =
    "URGENT: all phones are down since 9:00, unit SM-0417-22A does not work at all. Nobody can call.\n";

/// TC14: not believed, silent outward, loud inward, once a unit and hour.
#[tokio::test(flavor = "multi_thread")]
async fn tc14_urgent_mail_that_is_not_believed_calls_people_once_an_hour() {
    let mut desk = Desk::open().await;
    let mut pages = Vec::new();
    for (at, from) in [("09:00", DANA), ("09:10", DANA), ("09:20", "eve@attacker.example"), ("10:05", DANA)] {
        let mail = Mail::new(from, "phones down", &format!("{URGENT}\n{at}\n")).proof(Proof::DmarcFail);
        let came = desk.mail(&format!("mon {at}"), &mail).await;
        assert_eq!((came.outcome(), came.outside()), (OutcomeWord::Quarantine, Vec::new()), "{at}");
        pages.push(came.letters().len());
    }
    assert_eq!(pages, [2, 0, 0, 2], "who is on duty and the list, once an hour");
    let two = "From: Dana Ruiz <dana@acme-tel.example>\nFrom: eve@attacker.example\nTo: upgrade@vendor.example\n\
               Subject: phones down\nMessage-ID: <two@attacker.example>\nMIME-Version: 1.0\n\
               Content-Type: text/plain\n\n";
    let body = URGENT.replace(UNIT, "SM-0418-22A");
    let came = desk.raw("mon 10:10", &format!("{two}{body}")).await;
    assert_eq!((came.outcome(), came.letters().len()), (OutcomeWord::Quarantine, 2), "{:?}", came.decided);
    // No unit, no call.
    let came = desk.raw("mon 10:20", &format!("{two}The phones are down, nobody can call.\n")).await;
    assert_eq!((came.outcome(), came.letters().len()), (OutcomeWord::Quarantine, 0));
}

/// TC14: a thousand fakes and one real report. Here 30, each about its own unit
/// or the same, so that the caps are met.
#[tokio::test(flavor = "multi_thread")]
async fn tc14_strangers_call_people_a_few_times_only_and_the_real_report_is_heard() {
    let mut desk = Desk::open().await;
    let mut calls = 0;
    for number in 0..30 {
        let from = format!("s{number}@attacker.example");
        let mail = Mail::new(&from, "phones down", &format!("{URGENT}\n{number}\n"));
        let came = desk.mail(&format!("mon 09:{number:02}"), &mail).await;
        calls += came.letters().iter().filter(|letter| letter.starts_with("M-23")).count();
    }
    assert!(calls <= 5, "{calls} calls");
    let real = Mail::new("jana@nordwind.example", "phones down", &URGENT.replace(UNIT, "SM-0501-10B"));
    let came = desk.mail("mon 09:40", &real).await;
    assert!(came.letters().iter().any(|letter| letter.starts_with("M-23")), "{:?}", came.letters());
    println!("TC14: 30 urgent reports of strangers about one unit: {calls} calls");
}

/// TC8, mail 24: the attacker is first with the Message-ID of the real mail.
#[tokio::test(flavor = "multi_thread")]
async fn tc8_a_squatted_message_id_drops_nobodys_mail() {
    let mut desk = Desk::open().await;
    let id = |mail: Mail<'static>| Mail { fields: "Message-ID: <day.1@acme-tel.example>\n".to_owned(), ..mail };
    let squat = id(Mail::new("eve@attacker.example", "Hello", "first\n"));
    assert_eq!(desk.mail("mon 09:00", &squat).await.outcome(), OutcomeWord::Quarantine);
    let body = right_form();
    let real = Mail { body: body.clone(), ..id(Mail::new(DANA, "Upgrade request", "")) };
    let came = desk.mail("mon 09:10", &real).await;
    assert_eq!((came.outcome(), came.because("TC8")), (OutcomeWord::Scheduled, true));
    // The same person, the same id, another text: another mail.
    let other = Mail { body: "One more question: who comes?\n".to_owned(), ..id(Mail::new(DANA, "Question", "")) };
    let came = desk.mail("mon 09:20", &other).await;
    assert_eq!((came.outcome(), came.because("TC8")), (OutcomeWord::Quarantine, true));
    // The same in all: the same mail (TC7, F1: by another way).
    let again = Mail { body, ..id(Mail::new(DANA, "Upgrade request", "")) };
    let again = Mail { fields: format!("{}Received: by other.vendor.example\n", again.fields), ..again };
    assert_eq!(desk.mail("mon 09:30", &again).await.outcome(), OutcomeWord::Duplicate);
    // TC7: another id, the same wish: one ticket and a line to the customer.
    let came = desk.mail("mon 09:40", &Mail::new(DANA, "Upgrade request", &right_form())).await;
    assert_eq!((came.outcome(), came.outside()), (OutcomeWord::Note, vec![format!("M-01 {DANA}")]));
    assert_eq!(desk.states().await, [format!("{STATE} SCHEDULED")]);
}
