//! A command that is refused says why in words, and what is possible (5.1): every
//! command that changes a ticket, in every state that its kind of ticket has.

use jiff::Timestamp;
use strum::VariantArray;
use upgrade_desk::desk::decide::decide;
use upgrade_desk::desk::input::{Input, Place, understand};
use upgrade_desk::desk::known::{Ask, FoundTicket, Known};
use upgrade_desk::desk::letter::say::Say;
use upgrade_desk::desk::record::OutcomeWord;
use upgrade_desk::desk::seal::prints::Prints;
use upgrade_desk::desk::ticket::{PROBLEM_ROWS, ROWS, Status, TicketKind};

use super::desk::{DANA, Desk, Mail, UNIT, right_form};

const NOA: &str = "noa@vendor.example";
const AT: &str = "2026-12-07T18:00:00Z";

const OF_UPGRADES: [&str; 31] = [
    "#take",
    "#precheck ok",
    "#precheck fail 8081",
    "#precheck password",
    "#schedule 2026-12-10 11:00 America/Los_Angeles",
    "#offer 2026-12-11 11:00 America/Los_Angeles",
    "#special approve by the hour",
    "#special refuse we have nobody",
    "#approve I know him",
    "#deny D-MAC another unit",
    "#override D-MAC a new board",
    "#consent phone \"Dana Ruiz\" +1 312 555 0101 she said yes",
    "#start",
    "#extend 30 it is slow",
    "#applied",
    "#done",
    "#partial half of it",
    "#rollback it does not start",
    "#rolledback",
    "#failed it is down",
    "#continue she agreed",
    "#notstarted ports",
    "#feedback all is well",
    "#issue during slow; effect: none; cure: none; open: no",
    "#lateissue slow; effect: none; cure: none; open: no",
    "#cancel the unit is moved",
    "#close done elsewhere",
    "#reopen he called",
    "#remind",
    "#spam",
    "#release",
];

const OF_PROBLEMS: [&str; 17] = [
    "#ack",
    "#take",
    "#work",
    "#ask which number?",
    "#sev P3 a workaround is known",
    "#propose rollback to the old version",
    "#start",
    "#done",
    "#failed it does not start",
    "#rolledback",
    "#resolved the codec was set",
    "#transfer the billing team",
    "#close solved",
    "#reopen it is back",
    "#spam",
    "#release",
    "#remind",
];

/// What the store knows when this command comes, about a ticket of this kind.
async fn asked(desk: &Desk, notice: &str, command: &str, number: u32) -> (Input, Known) {
    let at: Timestamp = AT.parse().unwrap();
    let text = Mail::new(NOA, "Re: x", command)
        .answers(notice)
        .text(number)
        .replace("{{now}}", "Mon, 7 Dec 2026 10:00:00 -0800");
    let place = Place { source: "folder".to_owned(), mailbox: "x".to_owned(), validity: 0, item: number.to_string() };
    let read = understand(text.replace('\n', "\r\n").as_bytes(), at, &desk.rules, &Prints::default());
    let input = read.into_input(place, at, Vec::new(), number.to_string());
    let ask = Ask::about(&input, &desk.rules);
    let known = desk.stage.desk.store.read(move |view| view.look_up(&ask, at)).await.unwrap();
    (input, known)
}

/// What is wrong with the answer to a command in a state; `None`: it was done, or
/// refused as it should be.
fn fault(desk: &Desk, input: &Input, known: &Known, status: Status) -> (Option<String>, bool) {
    let mut known = known.clone();
    let FoundTicket::ByReference(ticket) = &mut known.ticket else { return (Some("no ticket".to_owned()), false) };
    ticket.status = status;
    let decision = decide(input, &known, AT.parse().unwrap(), &desk.rules);
    match decision.outcome {
        OutcomeWord::Commands => return (None, false),
        OutcomeWord::Refused => {}
        other => return (Some(format!("{other:?}: {:?}", decision.why)), false),
    }
    let transcript = decision.letters.iter().find_map(|letter| match &letter.say {
        Say::Transcript { lines, possible, .. } => Some((lines.clone(), possible.clone())),
        _ => None,
    });
    let Some((lines, possible)) = transcript else { return (Some("no transcript".to_owned()), true) };
    let reasons: Vec<&str> = lines.iter().filter(|line| !line.done).map(|line| line.text.as_str()).collect();
    let words =
        |reason: &str| reason.split_whitespace().filter(|word| word.len() > 2 && **word == word.to_lowercase()).count();
    // The refused line itself, not one that was taken back with it.
    let told = reasons.iter().any(|reason| words(reason) >= 4 && !reason.starts_with("not possible"));
    let wrong = match (told, possible.is_empty()) {
        (false, _) => Some(format!("no reason in words: {reasons:?}")),
        (_, true) => Some(format!("nothing is possible: {reasons:?}")),
        _ => None,
    };
    if wrong.is_none() && std::env::var_os("SHOW").is_some() {
        println!("{} {}: {}", status.name(), lines[0].line, reasons.join(" | "));
    }
    (wrong, true)
}

async fn walk(kind: TicketKind, commands: &[&str]) {
    let mut desk = Desk::open().await;
    let report = format!("URGENT: all phones are down, unit {UNIT} does not work at all.\n");
    let first = match kind {
        TicketKind::Upgrade => Mail::new(DANA, "Upgrade request", &right_form()),
        TicketKind::Problem => Mail::new(DANA, "phones down", &report),
    };
    let came = desk.mail("mon 09:00", &first).await;
    let notice = came.message_id("M-31");
    desk.mail("mon 09:10", &Mail::new(NOA, "Re: x", "#take").answers(&notice)).await;
    let of_kind = |status: &Status| {
        let rows = if kind == TicketKind::Upgrade { ROWS } else { PROBLEM_ROWS };
        rows.iter().any(|row| row.from.contains(status) || row.to == Some(*status))
    };
    let states: Vec<Status> = Status::VARIANTS.iter().copied().filter(of_kind).collect();
    let (mut wrong, mut refused) = (Vec::new(), 0);
    for (number, command) in (900..).zip(commands) {
        let (input, known) = asked(&desk, &notice, command, number).await;
        for status in &states {
            let (fault, was_refused) = fault(&desk, &input, &known, *status);
            wrong.extend(fault.map(|fault| format!("{command} in {}: {fault}", status.name())));
            refused += u32::from(was_refused);
        }
    }
    println!("{kind:?}: {} commands in {} states, {refused} refused", commands.len(), states.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(refused as usize > commands.len() * 2, "only {refused} were refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refused_command_about_an_upgrade_says_why_and_what_is_possible() {
    walk(TicketKind::Upgrade, &OF_UPGRADES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refused_command_about_a_problem_says_why_and_what_is_possible() {
    walk(TicketKind::Problem, &OF_PROBLEMS).await;
}
