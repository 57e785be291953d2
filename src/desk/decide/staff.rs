//! Staff work by replying: commands at the top of the new text, all or
//! nothing, answered by a transcript (5.1). Without a command it is a note.

mod forwarded;
mod kept;
mod opening;
pub mod token;

use jiff::SignedDuration;

use crate::desk::access::{Actor, Recipient};
use crate::desk::command::{self, Command, CommandLine};
use crate::desk::decide::command::{Effects, Refusal, run};
use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::mail::{Case, note};
use crate::desk::decide::{Decision, notice, office};
use crate::desk::known::FoundTicket;
use crate::desk::language::Language;
use crate::desk::letter::Letter;
use crate::desk::letter::say::{FieldLine, Say, TranscriptLine};
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::ticket::{Event, NoteKind, Status, Ticket};

/// Commands that begin or end something are refused when the mail is older (5.1).
const FRESH_FOR: SignedDuration = SignedDuration::from_hours(2);

pub fn decide(case: &Case<'_>) -> Result<Decision, NotNow> {
    let ticket = match &case.known.ticket {
        FoundTicket::ByReference(ticket) | FoundTicket::ByTag(ticket) => Some(ticket.as_ref()),
        FoundTicket::None => None,
    };
    if !matches!(case.author.actor, Actor::Staff { .. }) {
        return not_proven(case, ticket);
    }
    if let (None, [line]) = (ticket, case.input.commands.as_slice())
        && kept::is_meant(case, line)
    {
        return Ok(kept::decide(case, line));
    }
    if let Some(decision) = office::command::decide(case, ticket.is_some()) {
        return Ok(decision);
    }
    let only_words = case.input.commands.is_empty();
    let ack = [CommandLine { line: "ack".to_owned(), read: Ok(Command::Ack) }];
    let me = case.author.staff.map(|staff| &staff.id);
    let is_asked = |ticket: &Ticket| ticket.problem.is_some() || ticket.hands.to.as_ref() == me;
    let acks = ticket.is_some_and(is_asked) && only_words && says_ack(case);
    let lines = if acks { ack.as_slice() } else { case.input.commands.as_slice() };
    if let (Some(ticket), false) = (ticket, lines.is_empty() || only_helps(lines))
        && let Err(missing) = token::is_brought(case, ticket)
    {
        return not_taken(case, ticket, lines, &missing);
    }
    let answers_nothing = !matches!(case.known.ticket, FoundTicket::ByReference(_));
    if let (Some(inner), [], true) = (&case.input.forwarded, lines, answers_nothing) {
        return forwarded::decide(case, inner, ticket);
    }
    match (ticket, lines) {
        (Some(ticket), []) if ticket.status == Status::Alerting && token::is_brought(case, ticket).is_ok() => {
            acknowledged_note(case, ticket)
        }
        (Some(ticket), []) => note(case, ticket, NoteKind::Staff),
        (Some(ticket), lines) if leaves_the_alarm_on(ticket, lines) => {
            let mut with_ack = vec![CommandLine { line: "(ack)".to_owned(), read: Ok(Command::Ack) }];
            with_ack.extend(lines.iter().cloned());
            commands(case, ticket, &with_ack)
        }
        (Some(ticket), lines) => commands(case, ticket, lines),
        (None, [line]) if opening::is_one(line) => opening::decide(case, line),
        (None, _) => Ok(no_ticket(case)),
    }
}

/// "ack" as the only word of the first or last own line: phones put their own
/// words below it, some clients put the answer below the quoted alarm.
pub fn says_ack(case: &Case<'_>) -> bool {
    let is_ack = |line: &&str| {
        let bare = line.trim().trim_start_matches('#').trim_end_matches(['.', '!', ',']);
        bare.eq_ignore_ascii_case("ack")
    };
    let mut lines = case.input.mail.own_text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next();
    first.as_ref().is_some_and(is_ack) || lines.next_back().as_ref().is_some_and(is_ack)
}

/// PT-05: whatever a person does on a problem ends its alarm, `#help` apart.
fn leaves_the_alarm_on(ticket: &Ticket, lines: &[CommandLine]) -> bool {
    let ends_it = |line: &CommandLine| matches!(line.read, Ok(Command::Ack | Command::Take | Command::Escalate { .. }));
    let does_nothing = |line: &CommandLine| matches!(line.read, Ok(Command::Help | Command::Status) | Err(_));
    ticket.status == Status::Alerting && !lines.iter().any(ends_it) && !lines.iter().all(does_nothing)
}

fn acknowledged_note(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let text = case.input.mail.own_text.clone();
    let lines = [
        CommandLine { line: "ack".to_owned(), read: Ok(Command::Ack) },
        CommandLine { line: "your note".to_owned(), read: Ok(Command::Note { text }) },
    ];
    commands(case, ticket, &lines)
}

/// `#help` does nothing, and its answer goes to the address on file.
fn only_helps(lines: &[CommandLine]) -> bool {
    lines.iter().all(|line| matches!(line.read, Ok(Command::Help)))
}

/// TC9: proven to come from his address, but without a notice's token. Nothing is
/// done; he and the desk are told why, and what to do.
fn not_taken(case: &Case<'_>, ticket: &Ticket, lines: &[CommandLine], missing: &str) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, case.now);
    let by = case.author.actor.name().to_owned();
    draft.happen(Event::Noted { kind: NoteKind::Unproven, by: by.clone(), text: case.input.mail.own_text.clone() })?;
    let mut decision = Decision::new(OutcomeWord::Note, case.author.actor.clone());
    decision.why.push(Why::new("TC9", format!("not taken: {missing}")));
    let refused =
        |line: &CommandLine| TranscriptLine { line: line.line.clone(), done: false, text: missing.to_owned() };
    if notice::tells_again(case, &mut decision, case.input.mail.address().unwrap_or("")) {
        let transcript = lines.iter().map(refused).collect();
        decision.letters.push(answer(case, &draft, transcript, false, &Effects::default()));
        let headline = format!("WARNING: a command of {by} was NOT taken: {missing}");
        decision.letters.push(notice::alert(case, &draft, &headline));
    }
    decision.changes.push(draft.into_change());
    Ok(decision)
}

/// TC9: a staff address that nobody vouches for commands nothing.
fn not_proven(case: &Case<'_>, ticket: Option<&Ticket>) -> Result<Decision, NotNow> {
    let why = Why::new("TC9", "the mail claims to be from staff, but nobody vouches for it");
    let Some(ticket) = ticket else {
        let actor = case.author.actor.clone();
        let mut decision = Decision::quarantine(actor, "staff_not_proven", "claims to be from staff", why);
        let by = case.input.mail.address().unwrap_or("");
        if !case.input.commands.is_empty() && notice::tells_again(case, &mut decision, by) {
            let headline = "WARNING: a command that claims to be from staff but is not proven; nothing was done";
            decision.letters.push(notice::without_ticket(case, headline));
        }
        return Ok(decision);
    };
    let mut draft = Draft::of(ticket, case.now);
    let by = case.author.actor.name().to_owned();
    draft.happen(Event::Noted { kind: NoteKind::Unproven, by, text: case.input.mail.own_text.clone() })?;
    let mut decision = Decision::new(OutcomeWord::Note, case.author.actor.clone());
    decision.why.push(why);
    if notice::tells_again(case, &mut decision, case.input.mail.address().unwrap_or("")) {
        let headline = "WARNING: a mail claims to be from staff but is not proven; nothing was done. If it \
                        was you, reply to a notice of this ticket from your own mailbox";
        decision.letters.push(notice::alert(case, &draft, headline));
    }
    decision.changes.push(draft.into_change());
    Ok(decision)
}

fn commands(case: &Case<'_>, ticket: &Ticket, lines: &[CommandLine]) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, case.now);
    draft.settle(case.rules)?;
    let mut effects = Effects::default();
    let mut transcript = Vec::new();
    let mut all_done = lines.iter().all(|line| line.read.is_ok());
    for line in lines {
        let result = match &line.read {
            Err(fault) => Err(Refusal(fault.text.clone())),
            Ok(_) if !all_done => Err(Refusal("not done, because another line was refused".to_owned())),
            Ok(command) => fresh(case, command).and_then(|()| run(case, command, &mut draft, &mut effects)),
        };
        all_done &= result.is_ok();
        transcript.push(transcript_line(line, result));
    }
    if all_done && let Err(Refusal(text)) = effects.conclude(case, &mut draft) {
        all_done = false;
        transcript.push(TranscriptLine { line: "(together)".to_owned(), done: false, text });
    }
    transcript.extend(effects.kept_files(case).filter(|_| all_done));
    let outcome = if all_done { OutcomeWord::Commands } else { OutcomeWord::Refused };
    let mut decision = Decision::new(outcome, case.author.actor.clone());
    decision.why.extend(transcript.iter().map(|line| Why::new("5.1", format!("{}: {}", line.line, line.text))));
    let shown = if all_done { draft } else { undone(case, ticket, &mut transcript) };
    decision.letters.push(answer(case, &shown, transcript, all_done, &effects));
    if all_done {
        effects.say_it_once();
        let alert = effects.tell_desk.take().map(|headline| notice::alert(case, &shown, &headline));
        effects.letters.extend(alert);
        let begun = std::mem::take(&mut effects.notices);
        effects.letters.extend(begun.iter().map(|(begun, headline)| notice::of(case, begun, headline)));
        decision.letters.splice(0..0, effects.letters);
        if !shown.events().is_empty() {
            decision.changes.push(shown.into_change());
        }
        decision.changes.extend(effects.changes);
    }
    Ok(decision)
}

/// All or nothing: what had been done is taken back, and the transcript says so.
fn undone(case: &Case<'_>, ticket: &Ticket, transcript: &mut [TranscriptLine]) -> Draft {
    take_back(transcript);
    Draft::of(ticket, case.now)
}

pub fn take_back(transcript: &mut [TranscriptLine]) {
    for line in transcript.iter_mut().filter(|line| line.done) {
        line.done = false;
        "taken back, because another line was refused".clone_into(&mut line.text);
    }
}

fn fresh(case: &Case<'_>, command: &Command) -> Result<(), Refusal> {
    let Some(written) = case.input.mail.date.filter(|_| command.acts_on_the_unit()) else { return Ok(()) };
    let age = case.input.received.duration_since(written);
    if age <= FRESH_FOR {
        return Ok(());
    }
    Err(Refusal(format!("this mail was written {} minutes before it arrived; please send it again", age.as_mins())))
}

pub fn transcript_line(line: &CommandLine, result: Result<String, Refusal>) -> TranscriptLine {
    let (done, text) = match result {
        Ok(text) => (true, text),
        Err(Refusal(text)) => (false, text),
    };
    TranscriptLine { line: line.line.clone(), done, text }
}

fn answer(case: &Case<'_>, draft: &Draft, lines: Vec<TranscriptLine>, done: bool, effects: &Effects) -> Letter {
    let asked_help = case.input.commands.iter().any(|line| matches!(line.read, Ok(Command::Help)));
    let unread = case.input.commands.iter().any(|line| line.read.is_err());
    let mut visible_to: Vec<String> = Vec::new();
    if done {
        let outside = effects.letters.iter().filter(|letter| !letter.to.is_for_staff());
        visible_to.extend(outside.map(|letter| letter.to.address().to_owned()));
    }
    let say = Say::Transcript {
        lines,
        done,
        status: draft.ticket.status.name().to_owned(),
        possible: notice::possible(draft, case.rules)
            .into_iter()
            .map(|line| format!("{}  ({})", line.label, line.value))
            .collect(),
        visible_to,
        lights: if effects.shows_lights {
            notice::lights_of(&draft.ticket, case.rules, case.known)
        } else {
            Vec::new()
        },
        usage: if asked_help || unread { usage() } else { Vec::new() },
    };
    to_author(case, say, Some(&draft.ticket))
}

fn no_ticket(case: &Case<'_>) -> Decision {
    let why = Why::new("decisions 15", "a staff mail without a ticket and without a command");
    Decision::quarantine(case.author.actor.clone(), "staff_note_without_ticket", "kept for staff", why)
}

/// The transcript of one command that belongs to no ticket.
fn transcript_of_one(line: &CommandLine, done: bool, text: String) -> Say {
    Say::Transcript {
        lines: vec![TranscriptLine { line: line.line.clone(), done, text }],
        done,
        status: String::new(),
        possible: Vec::new(),
        visible_to: Vec::new(),
        lights: Vec::new(),
        usage: Vec::new(),
    }
}

fn to_author(case: &Case<'_>, say: Say, ticket: Option<&Ticket>) -> Letter {
    // Reached only for a proven member of staff; the list is the safe fallback.
    let to = case.author.staff.map_or_else(|| Recipient::desk(case.rules), Recipient::staff);
    Letter {
        invite: None,
        also: Vec::new(),
        besides: Vec::new(),
        files: Vec::new(),
        to,
        salutation: String::new(),
        say,
        language: Language::default(),
        ticket: ticket.map(|ticket| ticket.id.clone()),
        in_reply_to: case.input.mail.message_id.clone(),
        references: case.input.mail.message_id.iter().cloned().collect(),
    }
}

pub fn usage() -> Vec<FieldLine> {
    let line =
        |(label, value): (&'static str, &'static str)| FieldLine { label: label.to_owned(), value: value.to_owned() };
    command::usage().into_iter().map(line).collect()
}
