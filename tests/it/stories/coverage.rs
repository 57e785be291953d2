//! What the stories have shown: every transition (66), letter (31), command of
//! 5.1 and timer (18) must occur in one of them. Counted from the journals, by
//! what was decided, not by what the transcripts say.

use std::collections::{BTreeMap, BTreeSet};

use upgrade_desk::desk::command;
use upgrade_desk::desk::record::{Cause, Decided, Did, OutcomeWord, Record, What};
use upgrade_desk::desk::ticket::{
    Ending, Event, EventKind, NoteKind, Outcome, PROBLEM_ROWS, ROWS, Status, Ticket, TicketId, TicketKind, apply,
};
use upgrade_desk::desk::urgency::Severity;

const TRANSITIONS_OF_UPGRADES: u32 = 47;
const TRANSITIONS_OF_PROBLEMS: u32 = 19;
const LETTERS: u32 = 31;
const TIMERS: u32 = 18;

/// What was seen, with the story that showed it first.
#[derive(Default)]
pub struct Seen {
    transitions: BTreeMap<String, String>,
    letters: BTreeMap<String, String>,
    commands: BTreeMap<String, String>,
    timers: BTreeMap<String, String>,
}

impl Seen {
    /// Adds what one story's journal shows.
    pub fn add(&mut self, story: &str, records: &[Record]) {
        let mut tickets: BTreeMap<TicketId, Ticket> = BTreeMap::new();
        for record in records {
            match &record.what {
                What::Decided(decided) => self.decided(story, decided, record, &mut tickets),
                What::Console { did: Did::Released { .. }, .. } => self.transition(story, "UT-03"),
                _ => {}
            }
        }
    }

    fn transition(&mut self, story: &str, id: &str) {
        self.transitions.entry(id.to_owned()).or_insert_with(|| story.to_owned());
    }

    fn decided(&mut self, story: &str, decided: &Decided, record: &Record, tickets: &mut BTreeMap<TicketId, Ticket>) {
        if decided.quarantine.is_some() && decided.outcome != OutcomeWord::Hold {
            self.transition(story, "UT-02");
        }
        for letter in &decided.letters {
            // A late mail has no ticket and so no timer: the operator's letter shows it.
            if letter.template == "M-34" && letter.subject.contains("late") {
                self.timers.entry("W-01".to_owned()).or_insert_with(|| story.to_owned());
            }
            let id = letter.template.chars().take(4).collect();
            self.letters.entry(id).or_insert_with(|| story.to_owned());
        }
        if let Cause::Timer { name, .. } = &decided.cause {
            let id: String = name.chars().take(4).collect();
            self.timers.entry(id).or_insert_with(|| story.to_owned());
        }
        // Each line of a transcript stands among the reasons as it was written.
        if decided.outcome == OutcomeWord::Commands {
            for why in decided.why.iter().filter(|why| matches!(why.rule.as_str(), "5.1" | "UT-03")) {
                let name: String =
                    why.fact.trim_start_matches('#').chars().take_while(|c| c.is_alphanumeric()).collect();
                self.commands.entry(name.to_lowercase()).or_insert_with(|| story.to_owned());
            }
        }
        for change in &decided.changes {
            for event in &change.events {
                let before = tickets.get(&change.ticket).cloned();
                for id in ids(before.as_ref(), event, decided, tickets) {
                    self.transition(story, &id);
                }
                if let Some(after) = apply(before, &change.ticket, event, record.at) {
                    tickets.insert(change.ticket.clone(), after);
                }
            }
        }
    }

    /// What no story has shown.
    pub fn missing(&self) -> Vec<String> {
        let numbered = |prefix: &'static str, last: u32| (1..=last).map(move |number| format!("{prefix}-{number:02}"));
        let transitions = numbered("UT", TRANSITIONS_OF_UPGRADES).chain(numbered("PT", TRANSITIONS_OF_PROBLEMS));
        let commands = command::usage().into_iter().map(|(usage, _)| {
            usage.trim_start_matches('#').chars().take_while(|c| c.is_alphanumeric()).collect::<String>()
        });
        let commands: BTreeSet<String> = commands.chain(OF_THE_DOMAIN.iter().map(|name| (*name).to_owned())).collect();
        let mut missing = Vec::new();
        missing
            .extend(transitions.filter(|id| !self.transitions.contains_key(id)).map(|id| format!("transition {id}")));
        missing.extend(
            numbered("M", LETTERS).filter(|id| !self.letters.contains_key(id)).map(|id| format!("letter {id}")),
        );
        missing
            .extend(numbered("W", TIMERS).filter(|id| !self.timers.contains_key(id)).map(|id| format!("timer {id}")));
        missing.extend(
            commands
                .into_iter()
                .filter(|name| !self.commands.contains_key(name))
                .map(|name| format!("command #{name}")),
        );
        missing
    }

    /// How much of each was seen, for a person.
    pub fn summary(&self) -> String {
        let (transitions, letters) = (self.transitions.len(), self.letters.len());
        let (commands, timers) = (self.commands.len(), self.timers.len());
        format!("{transitions} transitions, {letters} letters, {commands} commands, {timers} timers")
    }
}

/// Domain 5.1, word by word: the list of what must exist, whatever we have made.
const OF_THE_DOMAIN: &[&str] = &[
    "ack",
    "take",
    "assign",
    "release",
    "handover",
    "note",
    "reply",
    "ask",
    "cc",
    "approve",
    "schedule",
    "offer",
    "special",
    "deny",
    "override",
    "consent",
    "precheck",
    "start",
    "extend",
    "applied",
    "done",
    "partial",
    "rollback",
    "rolledback",
    "failed",
    "notstarted",
    "feedback",
    "issue",
    "lateissue",
    "sev",
    "link",
    "propose",
    "resolved",
    "transfer",
    "merge",
    "split",
    "status",
    "board",
    "rota",
    "swap",
    "holiday",
    "spam",
    "reopen",
    "close",
    "snooze",
    "remind",
    "help",
    "undo",
];

/// The domain's ids of what `event` is for a ticket as it stood.
fn ids(before: Option<&Ticket>, event: &Event, decided: &Decided, tickets: &BTreeMap<TicketId, Ticket>) -> Vec<String> {
    let mut ids = Vec::new();
    let Some(ticket) = before else { return of_a_new_ticket(event, decided, tickets) };
    let rows = if ticket.kind() == TicketKind::Upgrade { ROWS } else { PROBLEM_ROWS };
    let kind = EventKind::from(event);
    let row = rows.iter().find(|row| row.event == kind && row.from.contains(&ticket.status));
    let named: Vec<&str> = row.map(|row| row.ids.split_whitespace().collect()).unwrap_or_default();
    let named: Vec<&str> = named.into_iter().filter(|id| id.starts_with("UT-") || id.starts_with("PT-")).collect();
    match (event, named.as_slice()) {
        // What tells these apart is in the event, not in the state.
        (Event::Cancelled { ending: Ending::Withdrawn, .. }, _) => ids.push("UT-31".to_owned()),
        (Event::Cancelled { .. }, _) => ids.push("UT-30".to_owned()),
        (Event::Noted { kind, .. }, _) if ticket.status == Status::Closed && *kind != NoteKind::Staff => {
            ids.push("UT-43".to_owned());
        }
        (Event::Noted { .. }, _) => {}
        // `#close upgrade: …` of a problem adds to the feedback of the upgrade.
        (Event::LateIssue { .. }, _) if is_closed_with_a_cause(decided) => {
            ids.extend(["UT-42".to_owned(), "PT-19".to_owned()]);
        }
        (Event::Finished { outcome: Outcome::FailedDegraded, .. }, _) if opens_a_problem(decided) => {
            ids.extend(["UT-37".to_owned(), "UT-39".to_owned()]);
        }
        (_, [id]) => ids.push((*id).to_owned()),
        _ => {}
    }
    ids
}

fn is_closed_with_a_cause(decided: &Decided) -> bool {
    decided.why.iter().any(|why| why.rule == "5.1" && why.fact.starts_with("#close upgrade:"))
}

fn opens_a_problem(decided: &Decided) -> bool {
    decided.changes.iter().flat_map(|change| &change.events).any(|event| matches!(event, Event::Reported { .. }))
}

fn of_a_new_ticket(event: &Event, decided: &Decided, tickets: &BTreeMap<TicketId, Ticket>) -> Vec<String> {
    let mut ids = Vec::new();
    match event {
        Event::Opened { parent, attempt, .. } => {
            ids.push("UT-01".to_owned());
            if attempt.is_some() {
                ids.push("UT-47".to_owned());
            }
            if parent.is_some() {
                ids.push("UT-45".to_owned());
            }
        }
        Event::Reported { upgrade, severity, earlier, .. } => {
            ids.push("PT-01".to_owned());
            if earlier.is_some() {
                ids.push("PT-15".to_owned());
            }
            let of = upgrade.as_ref().and_then(|id| tickets.get(id));
            if of.is_some_and(|upgrade| matches!(upgrade.status, Status::Watch | Status::Closed)) {
                ids.push("UT-41".to_owned());
            }
            let waits = matches!(severity, Severity::P3 | Severity::P4)
                && !decided.changes.iter().flat_map(|change| &change.events).any(|event| {
                    matches!(event, Event::Unsure { .. } | Event::AlarmRaised { .. } | Event::Acknowledged { .. })
                });
            if waits {
                ids.push("PT-03".to_owned());
            }
        }
        _ => {}
    }
    ids
}
