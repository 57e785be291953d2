//! What is counted, one under and one over (security 2.2, TD1).

use upgrade_desk::desk::known::Tally;
use upgrade_desk::desk::record::OutcomeWord;

use super::desk::{DANA, Desk, Mail, Proof, UNIT, form, right_form};

/// TD1, mail 18: the eleventh try of a company in a day waits for a person, even
/// when it is right; the next day it is heard again.
#[tokio::test(flavor = "multi_thread")]
async fn td1_the_eleventh_try_of_a_day_is_held() {
    let mut desk = Desk::with(|rules| {
        rules.counts.letters_per_day_max = 100;
        rules.counts.unit_tries_per_day_max = 100;
    })
    .await;
    for number in 0..10 {
        let body = form(UNIT, &format!("00:00:5E:00:53:{number:02}"), "203.0.113.10");
        let came = desk.mail(&format!("mon 09:{number:02}"), &Mail::new(DANA, "Upgrade request", &body)).await;
        assert_eq!((came.outcome(), came.counted(Tally::DataTry)), (OutcomeWord::Denied, true), "{number}");
    }
    let right = Mail::new(DANA, "Upgrade request", &right_form());
    let came = desk.mail("mon 09:20", &right).await;
    assert_eq!(came.outcome(), OutcomeWord::Hold);
    assert_eq!(came.outside(), [format!("M-01 {DANA}")], "nothing about right or wrong");
    assert!(came.has_letter("M-31 agents@vendor.example"));
    // Another company is not held.
    let jana = right_form().replace("Acme Telephone, Inc.", "Nordwind").replace(DANA, "jana@nordwind.example");
    let jana = jana.replace("+1 312 555 0101", "+49 30 555 0131");
    let came = desk.mail("mon 09:30", &Mail::new("jana@nordwind.example", "Upgrade request", &jana)).await;
    assert_eq!(came.outcome(), OutcomeWord::Denied);
    let other = form("SM-0419-22A", "00:00:5E:00:53:0C", "203.0.113.12");
    let came = desk.mail("tue 10:00", &Mail::new(DANA, "Upgrade request", &other)).await;
    assert_eq!(came.outcome(), OutcomeWord::Scheduled);
}

/// Mail 18: new forms for one unit are denied three times; then a person looks,
/// and a right one is not told from a wrong one. Another unit is heard.
#[tokio::test(flavor = "multi_thread")]
async fn td1_the_fourth_form_of_a_day_for_one_unit_is_held() {
    let mut desk = Desk::open().await;
    for number in 0..3 {
        let body = form(UNIT, &format!("00:00:5E:00:53:{number:02}"), "203.0.113.10");
        let came = desk.mail(&format!("mon 09:{number:02}"), &Mail::new(DANA, "Upgrade request", &body)).await;
        assert_eq!((came.outcome(), came.counted(Tally::UnitTry)), (OutcomeWord::Denied, true), "{number}");
    }
    let wrong = form(UNIT, "00:00:5E:00:53:77", "203.0.113.10");
    for (at, body) in [("mon 09:20", wrong), ("mon 09:21", right_form())] {
        let came = desk.mail(at, &Mail::new(DANA, "Upgrade request", &body)).await;
        assert_eq!((came.outcome(), came.outside()), (OutcomeWord::Hold, vec![format!("M-01 {DANA}")]), "{at}");
        assert!(came.has_letter("M-31 agents@vendor.example"), "{at}");
    }
    let other = form("SM-0419-22A", "00:00:5E:00:53:0C", "203.0.113.12");
    let came = desk.mail("mon 09:30", &Mail::new(DANA, "Upgrade request", &other)).await;
    assert_eq!(came.outcome(), OutcomeWord::Scheduled);
}

/// Ten answers to an address in a day; a duty is written all the same, staff are
/// told once, and the ticket shows what was not written.
#[tokio::test(flavor = "multi_thread")]
async fn te2_the_eleventh_answer_of_a_day_is_not_written_and_duties_are() {
    let mut desk = Desk::open().await;
    let open = |number: u32| form(&format!("SM-0417-2{number}A"), "", "203.0.113.10");
    let mut answers = 0;
    for number in 0..14 {
        let mail = Mail::new(DANA, "Upgrade request", &open(number));
        let came = desk.mail(&format!("mon 09:{number:02}"), &mail).await;
        assert_eq!(came.outcome(), OutcomeWord::NeedsInfo, "{number}");
        answers += came.outside().len();
        let expected = u32::from(number < 10);
        assert_eq!(came.outside().len(), expected as usize, "{number}: {:?}", came.letters());
        assert_eq!(came.counted(Tally::Capped), number == 10, "staff are told once: {number}: {:?}", came.letters());
        assert_eq!(came.because("TE2"), number >= 10, "{number}");
    }
    assert_eq!(answers, 10);
    // The confirmation of a time is a duty.
    let came = desk.mail("mon 09:30", &Mail::new(DANA, "Upgrade request", &right_form())).await;
    assert_eq!((came.outcome(), came.outside()), (OutcomeWord::Scheduled, vec![format!("M-05 {DANA}")]));
    // A day later answers are written again.
    let came = desk.mail("tue 09:40", &Mail::new(DANA, "Upgrade request", &open(88))).await;
    assert!(came.has_letter(&format!("M-02 {DANA}")), "{:?}", came.letters());
}

/// Twenty letters about one ticket.
#[tokio::test(flavor = "multi_thread")]
async fn te2_a_ticket_has_twenty_letters() {
    let mut desk = Desk::with(|rules| rules.counts.letters_per_day_max = 100).await;
    let came = desk.mail("mon 09:00", &Mail::new(DANA, "Upgrade request", &form(UNIT, "", "203.0.113.10"))).await;
    let id = came.message_id("M-02");
    let mut letters = 1;
    for number in 1..30 {
        let body = format!("Unit MAC Address: wrong {number}\n");
        let came = desk.mail(&format!("mon 09:{number:02}"), &Mail::new(DANA, "Re: x", &body).answers(&id)).await;
        letters += came.outside().len();
    }
    assert_eq!(letters, 20);
}

/// Three challenges a day to one address, and staff are told to call.
#[tokio::test(flavor = "multi_thread")]
async fn a_representative_is_asked_three_times_a_day() {
    let mut desk = Desk::open().await;
    let mut asked = 0;
    for number in 0..6 {
        let body = right_form().replace("10:00", &format!("1{number}:30"));
        let mail = Mail::new(DANA, "Upgrade request", &body).proof(Proof::None);
        let came = desk.mail(&format!("mon 09:{number:02}"), &mail).await;
        assert_eq!(came.outcome(), OutcomeWord::RepCheck, "{number}");
        asked += came.outside().len();
    }
    assert_eq!(asked, 3);
}

/// Notices about mail that may do nothing: ten a day and address.
#[tokio::test(flavor = "multi_thread")]
async fn staff_are_told_ten_times_a_day_of_mail_that_may_do_nothing() {
    let mut desk = Desk::open().await;
    let came = desk.mail("mon 09:00", &Mail::new(DANA, "Upgrade request", &right_form())).await;
    let id = came.message_id("M-05");
    let mut notices = 0;
    for number in 0..15 {
        let mail = Mail::new("eve@attacker.example", "Re: x", &format!("hello {number}\n")).answers(&id);
        let came = desk.mail(&format!("mon 09:{:02}", number + 1), &mail).await;
        assert_eq!((came.outcome(), came.outside()), (OutcomeWord::Note, Vec::new()), "{number}");
        notices += came.letters().len();
    }
    assert_eq!(notices, 10);
}
