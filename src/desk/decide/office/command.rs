//! Mails of proven staff about the desk and no ticket: all or nothing, answered
//! to the address on file. What only looks needs no more than that; what changes
//! the rota or the calendar must answer a notice (TC9).

use crate::desk::access::Recipient;
use crate::desk::board::{Board, Section};
use crate::desk::command::{Command, CommandLine};
use crate::desk::decide::command::Refusal;
use crate::desk::decide::mail::Case;
use crate::desk::decide::office::{board, commands, letter, self_test, swap, when};
use crate::desk::decide::staff::token;
use crate::desk::decide::{Decision, staff};
use crate::desk::letter::Letter;
use crate::desk::letter::say::{Say, TranscriptLine};
use crate::desk::office::{Office, OfficeEvent};
use crate::desk::record::{OutcomeWord, TicketChange, Why};

/// What the commands of one mail come to.
pub struct Effects {
    /// The desk as it would be.
    pub office: Office,
    pub events: Vec<OfficeEvent>,
    pub changes: Vec<TicketChange>,
    /// To others than the sender.
    pub letters: Vec<Letter>,
    /// What the sender asked to see, and its name.
    pub shown: Vec<(&'static str, Vec<Section>)>,
}

impl Effects {
    pub fn new(office: &Office) -> Effects {
        let (events, changes, letters, shown) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Effects { office: office.clone(), events, changes, letters, shown }
    }

    pub fn happen(&mut self, case: &Case<'_>, event: OfficeEvent) {
        self.office.happen(&event, &[], case.now);
        self.events.push(event);
    }
}

/// `None`: the mail is about a ticket, or only words.
pub fn decide(case: &Case<'_>, has_ticket: bool) -> Option<Decision> {
    let lines = &case.input.commands;
    let reads = |test: fn(&Command) -> bool| lines.iter().any(|line| line.read.as_ref().is_ok_and(test));
    if lines.is_empty() || lines.iter().all(is_ack) {
        return self_test::answered(case).or_else(|| swap::answered(case));
    }
    let opens = |command: &Command| matches!(command, Command::New { .. });
    if reads(opens) || (has_ticket && !reads(Command::is_for_the_desk)) {
        return None;
    }
    Some(commanded(case, lines))
}

fn is_ack(line: &CommandLine) -> bool {
    matches!(line.read, Ok(Command::Ack))
}

fn commanded(case: &Case<'_>, lines: &[CommandLine]) -> Decision {
    let mut effects = Effects::new(&case.known.office);
    let mut all_done = lines.iter().all(|line| line.read.is_ok());
    let mut transcript: Vec<TranscriptLine> = Vec::new();
    for line in lines {
        let result = match &line.read {
            Err(fault) => Err(Refusal(fault.text.clone())),
            Ok(_) if !all_done => Err(Refusal("not done, because another line was refused".to_owned())),
            Ok(command) => run(case, command, &mut effects),
        };
        all_done &= result.is_ok();
        transcript.push(staff::transcript_line(line, result));
    }
    if !all_done {
        effects = Effects::new(&case.known.office);
        staff::take_back(&mut transcript);
    }
    let outcome = if all_done { OutcomeWord::Commands } else { OutcomeWord::Refused };
    let mut decision = Decision::new(outcome, case.author.actor.clone());
    decision.why.extend(transcript.iter().map(|line| Why::new("5.1", format!("{}: {}", line.line, line.text))));
    decision.letters.push(answer(case, transcript, all_done, &effects));
    decision.letters.extend(effects.letters);
    decision.changes = effects.changes;
    decision.office = effects.events;
    decision
}

fn run(case: &Case<'_>, command: &Command, effects: &mut Effects) -> Result<String, Refusal> {
    let board = || board(&case.world());
    match command {
        Command::Board => {
            effects.shown.push(("Board", board().sections()));
            Ok(format!("as of {}", when(&case.world(), case.now)))
        }
        Command::Status => {
            effects.shown.push(("Status", vec![in_short(&board())]));
            Ok(format!("as of {}", when(&case.world(), case.now)))
        }
        Command::Rota => {
            effects.shown.push(("Rota", swap::weeks(case, &effects.office)));
            Ok("the next four weeks".to_owned())
        }
        Command::Swap { who, first, last } => {
            token::some_notice_is_brought(case).map_err(Refusal)?;
            swap::swap(case, effects, who, (*first, *last))
        }
        Command::Holiday { day, closes, name } => {
            token::some_notice_is_brought(case).map_err(Refusal)?;
            swap::holiday(case, effects, *day, *closes, name)
        }
        Command::Help => Ok("all commands are listed below".to_owned()),
        _ if case.input.commands.iter().any(|line| line.read.as_ref().is_ok_and(Command::is_for_the_desk)) => {
            Err(Refusal("this is for a ticket; send it apart from what is for the desk".to_owned()))
        }
        _ => {
            let text = "no ticket: reply to a notice of the ticket that went to you or to the desk's list";
            Err(Refusal(text.to_owned()))
        }
    }
}

/// The board in some lines.
fn in_short(board: &Board) -> Section {
    let late = |late: usize| if late == 0 { String::new() } else { format!(", {late} LATE") };
    let mut lines: Vec<String> = Vec::new();
    for duty in &board.duty {
        let kept = duty.kept_for.as_ref().map(|next| format!(", until {next} acknowledges")).unwrap_or_default();
        lines.push(format!("On duty ({}): {}{kept}", duty.rota, duty.now.as_deref().unwrap_or("NOBODY")));
    }
    let at_risk = board.at_risk.iter().filter(|line| line.late).count();
    let feedback = board.feedback.iter().filter(|line| line.late).count();
    lines.extend([
        format!("Gaps of the rota in two weeks: {}", board.gaps.len()),
        format!("Open P1 and P2: {}", board.problems.len()),
        format!("What we owe in 4 hours: {}{}", board.at_risk.len(), late(at_risk)),
        format!("Windows of the next 24 hours: {}", board.windows.len()),
        format!("Work going on: {}", board.running.len()),
        format!("Blocked: {}", board.blocked.len()),
        format!("Feedback owed: {}{}", board.feedback.len(), late(feedback)),
        format!("Waiting for us: {}; for the customer: {}", board.ours.len(), board.theirs.len()),
        format!("Special arrangements: {}; denials to review: {}", board.special.len(), board.denials.len()),
        format!("Mail that needs a person: {}", board.mail.len()),
    ]);
    Section { title: "THE DESK IN SHORT".to_owned(), lines }
}

/// One letter: what was asked for, else the transcript (decisions 9).
fn answer(case: &Case<'_>, transcript: Vec<TranscriptLine>, done: bool, effects: &Effects) -> Letter {
    let usage = if transcript.iter().any(|line| !line.done) || wants_help(case) { staff::usage() } else { Vec::new() };
    let say = if effects.shown.is_empty() || !usage.is_empty() {
        let visible_to = effects.letters.iter().map(|letter| letter.to.address().to_owned()).collect();
        let (status, possible) = (String::new(), Vec::new());
        Say::Transcript { lines: transcript, done, status, possible, visible_to, lights: Vec::new(), usage }
    } else {
        let names: Vec<&str> = effects.shown.iter().map(|(name, _)| *name).collect();
        Say::Duty {
            subject: format!("{}: {}", names.join(" and "), crate::desk::decide::office::today(&case.world())),
            lines: transcript.iter().map(|line| format!("{}: {}", line.line, line.text)).collect(),
            ack: String::new(),
            sections: effects.shown.iter().flat_map(|(_, sections)| sections.clone()).collect(),
            commands: commands(),
        }
    };
    to_author(case, say)
}

fn wants_help(case: &Case<'_>) -> bool {
    case.input.commands.iter().any(|line| matches!(line.read, Ok(Command::Help)))
}

/// Inside information goes to the address on file only.
pub fn to_author(case: &Case<'_>, say: Say) -> Letter {
    let to = case.author.staff.map_or_else(|| Recipient::desk(case.rules), Recipient::staff);
    let message_id = &case.input.mail.message_id;
    Letter { in_reply_to: message_id.clone(), references: message_id.iter().cloned().collect(), ..letter(to, "", say) }
}
