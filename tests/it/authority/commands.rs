//! Which lines of which mails are commands, a rule of 5.1 a test.

use upgrade_desk::desk::command::{self, Command};
use upgrade_desk::desk::record::OutcomeWord;
use upgrade_desk::desk::ticket::{Event, NoteKind};

use super::desk::{Came, DANA, Desk, Mail, right_form};
use crate::sample_rules;

const NOA: &str = "noa@vendor.example";

/// A scheduled request, and the Message-ID of the notice to staff and of the letter to Dana.
async fn scheduled() -> (Desk, String, String) {
    let mut desk = Desk::open().await;
    let came = desk.mail("mon 09:00", &Mail::new(DANA, "Upgrade request", &right_form())).await;
    assert_eq!(came.outcome(), OutcomeWord::Scheduled);
    let (notice, letter) = (came.message_id("M-31"), came.message_id("M-05"));
    (desk, notice, letter)
}

/// The mail was noted for staff, nobody was answered, and it did nothing else.
fn is_only_text(came: &Came, of: NoteKind) {
    assert_eq!(came.outcome(), OutcomeWord::Note, "{:?}", came.decided[0].why);
    let events: Vec<&Event> = came.decided[0].changes.iter().flat_map(|change| &change.events).collect();
    assert!(matches!(events[..], [Event::Noted { kind, .. }] if *kind == of), "{events:?}");
    assert!(came.letters().iter().all(|letter| !letter.starts_with("M-27")), "{:?}", came.letters());
    assert!(came.outside().is_empty(), "{:?}", came.letters());
}

async fn agent(desk: &Desk) -> Option<String> {
    let tickets = desk.stage.desk.store.read(|view| view.tickets()).await.unwrap();
    tickets[0].agent.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_below_prose_is_text() {
    let (mut desk, notice, _) = scheduled().await;
    let body = "I have looked at this.\n\n#take\n";
    let came = desk.mail("mon 09:10", &Mail::new(NOA, "Re: x", body).answers(&notice)).await;
    is_only_text(&came, NoteKind::Staff);
    assert_eq!(agent(&desk).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_in_quoted_text_is_text() {
    let (mut desk, notice, _) = scheduled().await;
    for body in [
        "> #take\n> #precheck ok\n\nWho does this one?\n",
        "Who does this one?\n\nOn Mon, 7 Dec 2026, the desk wrote:\n\n> #take\n",
        "Who does this one?\n\n-----Original Message-----\nFrom: Upgrade Desk\n\n#take\n",
    ] {
        let came = desk.mail("mon 09:10", &Mail::new(NOA, "Re: x", body).answers(&notice)).await;
        is_only_text(&came, NoteKind::Staff);
        assert_eq!(agent(&desk).await, None, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_nobody_sees_is_nothing() {
    let (mut desk, notice, _) = scheduled().await;
    for (number, hidden) in [
        (900, "<div style=\"display:none\">#take</div>"),
        (901, "<p style=\"font-size:0\">#take</p>"),
        (902, "<span style=\"visibility: hidden\">#take</span>"),
        (903, "<!-- #take -->"),
        (904, "<title>#take</title>"),
        (905, "<div hidden>#take</div>"),
    ] {
        let page = format!("<html><body>{hidden}<p>Who does this one?</p></body></html>");
        let text = Mail::new(NOA, "Re: x", &page).answers(&notice).text(number).replace("text/plain", "text/html");
        let came = desk.raw("mon 09:10", &text).await;
        is_only_text(&came, NoteKind::Staff);
        assert_eq!(agent(&desk).await, None, "{hidden}");
    }
    // The same page with a command that everybody sees.
    let page = "<html><body><p>#take</p></body></html>";
    let text = Mail::new(NOA, "Re: x", page).answers(&notice).text(910).replace("text/plain", "text/html");
    assert_eq!(desk.raw("mon 09:11", &text).await.outcome(), OutcomeWord::Commands);
    assert_eq!(agent(&desk).await.as_deref(), Some("noa"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_mail_twice_has_one_effect() {
    let (mut desk, notice, _) = scheduled().await;
    let mut mail = Mail::new(NOA, "Re: x", "#take\n#reply See you on Thursday.\n").answers(&notice);
    mail.fields.push_str("Message-ID: <twice@vendor.example>\n");
    let first = desk.mail("mon 09:10", &mail).await;
    assert_eq!((first.outcome(), first.outside()), (OutcomeWord::Commands, vec![format!("M-25 {DANA}")]));
    let second = desk.mail("mon 09:20", &mail).await;
    assert_eq!(second.outcome(), OutcomeWord::Duplicate);
    assert!(second.decided[0].changes.is_empty() && second.letters().is_empty(), "{:?}", second.letters());
}

/// Everything that begins, ends or decides something about the unit.
const OF_THE_UNIT: &[&str] = &[
    "#precheck ok",
    "#precheck password",
    "#schedule 2026-12-10 10:00 America/Los_Angeles",
    "#start",
    "#notstarted desk nobody came",
    "#continue she called",
    "#applied",
    "#extend 30 slow disk",
    "#done",
    "#partial half of it",
    "#rolledback as before",
    "#failed no service",
    "#deny D-MAC not yours",
    "#override D-IP moved",
    "#cancel not wanted",
];
const OTHERS: &[&str] = &["#note late", "#take", "#help", "#status", "#snooze 2026-12-09 10:00 America/Los_Angeles"];

fn acts(line: &str) -> bool {
    let received = "2026-12-07T17:10:00Z".parse().unwrap();
    let lines = command::read(line, sample_rules::zones(), "America/Los_Angeles", received);
    lines[0].read.as_ref().is_ok_and(Command::acts_on_the_unit)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_command_about_the_unit_is_refused_and_another_is_not() {
    let (mut desk, notice, _) = scheduled().await;
    // Three hours before it arrives.
    let old = |line: &str, number| {
        let text = Mail::new(NOA, "Re: x", line).answers(&notice).text(number);
        text.replace("{{now}}", "Mon, 07 Dec 2026 06:10:00 -0800")
    };
    for (number, line) in (900..).zip(OF_THE_UNIT) {
        assert!(acts(line), "{line}");
        let came = desk.raw("mon 09:10", &old(line, number)).await;
        assert_eq!(came.outcome(), OutcomeWord::Refused, "{line}");
        assert!(came.decided[0].why[0].fact.contains("180 minutes before it arrived"), "{:?}", came.decided[0].why);
        assert!(came.decided[0].changes.is_empty() && came.outside().is_empty(), "{line}");
        assert!(came.has_letter(&format!("M-27 {NOA}")), "{line}");
    }
    assert_eq!(desk.states().await, ["UP-2026-00001 SCHEDULED"]);
    for (number, line) in (950..).zip(OTHERS) {
        assert!(!acts(line), "{line}");
        assert_eq!(desk.raw("mon 09:10", &old(line, number)).await.outcome(), OutcomeWord::Commands, "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_of_a_customer_is_text() {
    let (mut desk, _, letter) = scheduled().await;
    for line in ["#start", "#take", "#deny D-MAC no", "#undo"] {
        let came = desk.mail("mon 09:10", &Mail::new(DANA, "Re: x", &format!("{line}\n")).answers(&letter)).await;
        is_only_text(&came, NoteKind::Customer);
    }
    assert_eq!(desk.states().await, ["UP-2026-00001 SCHEDULED"]);
    assert_eq!(agent(&desk).await, None);
}
