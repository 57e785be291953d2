//! `#word …` lines become a [`Command`] or a [`CommandFault`]. What a command
//! does is in `decide/command.rs`; here it is only read.

mod arguments;
mod desk;
mod hands;
mod issue;
mod kind;
mod opening;
mod schedule;
pub mod word;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::VariantArray;

use crate::desk::command::word::Word;
use crate::desk::moment::{Zones, shown};

pub use kind::{Command, Opening, Slot};

/// A command line, as written and as understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandLine {
    pub line: String,
    pub read: Result<Command, CommandFault>,
}

/// What is wrong with a command line, in the agent's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandFault {
    pub text: String,
}

/// How each command is written and what it does, in the order of the work.
pub fn usage() -> Vec<(&'static str, &'static str)> {
    Word::VARIANTS.iter().map(|word| word.usage()).collect()
}

/// The commands at the very top of the own text (5.1). The words of some go on
/// until the next command; behind the others the first line that is no command
/// ends the reading. What a mail says with `#` further down is text.
pub fn read(own_text: &str, zones: &Zones, desk_zone: &str, received: Timestamp) -> Vec<CommandLine> {
    let context = Context { zones, desk_zone, received };
    let mut lines = own_text.lines().map(str::trim_end).peekable();
    let mut commands = Vec::new();
    loop {
        while lines.next_if(|line| line.trim().is_empty()).is_some() {}
        let Some(line) = lines.next_if(|line| is_command(line)) else { return commands };
        let line = line.trim().to_owned();
        let (name, rest) = split(&line);
        let word = Word::called(&name);
        let mut words = rest.to_owned();
        if word.as_ref().is_ok_and(|word| word.takes_lines()) {
            while let Some(more) = lines.next_if(|line| !is_command(line)) {
                words.push('\n');
                words.push_str(more);
            }
        }
        let read = word.and_then(|word| context.command(word, words.trim()));
        commands.push(CommandLine { line, read });
    }
}

/// `#word`; "#1" and "# heading" are text.
fn is_command(line: &str) -> bool {
    line.trim_start().strip_prefix('#').is_some_and(|rest| rest.starts_with(char::is_alphabetic))
}

/// The word in lower case, and what follows it.
fn split(line: &str) -> (String, &str) {
    let body = line.trim_start_matches('#');
    let end = body.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(body.len());
    let (word, rest) = body.split_at_checked(end).unwrap_or((body, ""));
    (word.to_lowercase(), rest.trim_start_matches([':', '.', ',']).trim_start())
}

fn fault<T>(text: impl Into<String>) -> Result<T, CommandFault> {
    Err(CommandFault { text: text.into() })
}

/// What a command is read against.
struct Context<'a> {
    zones: &'a Zones,
    desk_zone: &'a str,
    received: Timestamp,
}

impl Context<'_> {
    fn command(&self, word: Word, words: &str) -> Result<Command, CommandFault> {
        match word {
            Word::Take => alone(word, words, Command::Take),
            Word::Note => said(word, words).map(|text| Command::Note { text }),
            Word::Reply => said(word, words).map(|text| Command::Reply { text }),
            Word::Schedule => schedule::read(words, self.zones, self.desk_zone, self.received),
            Word::Precheck => precheck(words),
            Word::Deny => deny(words),
            Word::Start => alone(word, words, Command::Start),
            Word::Notstarted => arguments::not_started(words),
            Word::Rollback => said(word, words).map(|text| Command::Rollback { text }),
            Word::Continue => said(word, words).map(|text| Command::Continue { text }),
            Word::Applied => alone(word, words, Command::Applied),
            Word::Done => done(words),
            Word::Partial => Ok(Command::Partial { text: words.to_owned() }),
            Word::Rolledback => Ok(Command::RolledBack { text: words.to_owned() }),
            Word::Failed => Ok(Command::Failed { text: words.to_owned() }),
            Word::Feedback => said(word, words).map(|text| Command::Feedback { text }),
            Word::Issue => issue::read(words),
            Word::Lateissue => issue::read_late(words),
            Word::Cancel => Ok(Command::Cancel { reason: words.to_owned() }),
            Word::Offer => self.offer(words),
            Word::Extend => arguments::extend(words),
            Word::Remind => alone(word, words, Command::Remind),
            Word::Ack => alone(word, words, Command::Ack),
            Word::Work => alone(word, words, Command::Work),
            Word::Escalate => said(word, words).map(|reason| Command::Escalate { reason }),
            Word::Ask => said(word, words).map(|text| Command::Ask { text }),
            Word::Sev => arguments::severity(words),
            Word::Link => arguments::link(words),
            Word::Propose => self.propose(words),
            Word::Resolved => said(word, words).map(|text| arguments::resolved(&text)),
            Word::Transfer => said(word, words).map(|to| Command::Transfer { to }),
            Word::Merge => arguments::merge(words),
            Word::Close => arguments::close(words),
            Word::Assign => hands::assign(words),
            Word::Release => alone(word, words, Command::Release),
            Word::Handover => hands::handover(words),
            Word::Cc => hands::cc(words),
            Word::Snooze => self.snooze(words),
            Word::Status => alone(word, words, Command::Status),
            Word::Override => opening::override_(words),
            Word::Accept => alone(word, words, Command::Accept),
            Word::Spam => alone(word, words, Command::Spam),
            Word::Reopen => said(word, words).map(|reason| Command::Reopen { reason }),
            Word::Split => opening::split(words),
            Word::New => opening::new(words),
            Word::Special => arguments::special(words),
            Word::Approve => said(word, words).map(|reason| Command::Approve { reason }),
            Word::Consent => arguments::phone_consent(words),
            Word::Undo => alone(word, words, Command::Undo),
            Word::Help => alone(word, words, Command::Help),
            Word::Board => alone(word, words, Command::Board),
            Word::Rota => alone(word, words, Command::Rota),
            Word::Swap => desk::swap(words),
            Word::Holiday => desk::holiday(words),
        }
    }
}

impl Context<'_> {
    /// `#propose rollback <text>`, or `#propose rollback 2026-12-03 22:00 America/Los_Angeles; <text>`.
    fn propose(&self, words: &str) -> Result<Command, CommandFault> {
        let (what, text) = arguments::propose(words)?;
        let Some((time, text)) = text.split_once(';').filter(|_| text.starts_with(|c: char| c.is_ascii_digit())) else {
            let text = text.strip_prefix("now;").unwrap_or(&text).trim().to_owned();
            return Ok(Command::Propose { what, text, when: None });
        };
        match schedule::read(time.trim(), self.zones, self.desk_zone, self.received)? {
            Command::Schedule { start, zone, minutes } => {
                Ok(Command::Propose { what, text: text.trim().to_owned(), when: Some(Slot { start, zone, minutes }) })
            }
            _ => fault("expected a time as in #schedule, then a semicolon and the text"),
        }
    }

    /// `#offer`, or `#offer <time>; <time>`, each as in `#schedule`.
    fn offer(&self, words: &str) -> Result<Command, CommandFault> {
        let mut slots = Vec::new();
        for part in words.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            match schedule::read(part, self.zones, self.desk_zone, self.received)? {
                Command::Schedule { start, zone, minutes } => slots.push(Slot { start, zone, minutes }),
                _ => return fault("expected times as in #schedule, with a semicolon between them"),
            }
        }
        Ok(Command::Offer { slots })
    }
}

impl Context<'_> {
    /// `#snooze <time>`, the time as in `#schedule`.
    fn snooze(&self, words: &str) -> Result<Command, CommandFault> {
        match schedule::read(words, self.zones, self.desk_zone, self.received)? {
            Command::Schedule { start, minutes: None, .. } if start > self.received => {
                Ok(Command::Snooze { until: start })
            }
            _ => fault("expected a time in the future, such as #snooze 2026-12-03 10:00 America/Los_Angeles"),
        }
    }
}

/// A command that means one thing only: words behind it would be lost.
fn alone(word: Word, words: &str, command: Command) -> Result<Command, CommandFault> {
    if words.is_empty() {
        return Ok(command);
    }
    let name = word.name();
    fault(format!("#{name} takes no words, found \"{}\"; put them in a #note", shown(words)))
}

fn said(word: Word, words: &str) -> Result<String, CommandFault> {
    if words.is_empty() { fault(format!("expected words behind #{}", word.name())) } else { Ok(words.to_owned()) }
}

fn deny(words: &str) -> Result<Command, CommandFault> {
    let (code, reason) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let code = code.trim_end_matches([':', ',']).to_uppercase();
    if !code.starts_with("D-") {
        let found = shown(words);
        return fault(format!("expected #deny with a code, such as #deny D-MAC <reason>, found \"{found}\""));
    }
    Ok(Command::Deny { code, reason: reason.trim().to_owned() })
}

fn precheck(words: &str) -> Result<Command, CommandFault> {
    let mut parts = words.split(|c: char| c.is_whitespace() || c == ',').filter(|part| !part.is_empty());
    let verdict = parts.next().unwrap_or("").to_lowercase();
    let ports: Result<Vec<u16>, _> = parts.map(str::parse).collect();
    match (verdict.as_str(), ports) {
        ("", _) => Ok(Command::TestPorts),
        ("ok", Ok(ports)) if ports.is_empty() => Ok(Command::Precheck { closed_ports: Vec::new() }),
        ("fail", Ok(ports)) if !ports.is_empty() && !ports.contains(&0) => {
            Ok(Command::Precheck { closed_ports: ports })
        }
        ("password", Ok(ports)) if ports.is_empty() => Ok(Command::PasswordFailed),
        _ => fault(format!(
            "expected #precheck ok, or #precheck fail with the closed ports such as 8081 22, or #precheck password, \
             found \"{}\"",
            shown(words)
        )),
    }
}

/// `#done`, or `#done issues: one; two`. "none" is no issue.
fn done(words: &str) -> Result<Command, CommandFault> {
    let listed = words.get(..6).filter(|start| start.eq_ignore_ascii_case("issues")).and_then(|_| words.get(6..));
    let listed = match listed.map(str::trim_start) {
        _ if words.is_empty() => "",
        Some(rest) if rest.starts_with(':') => rest.trim_start_matches(':'),
        _ => {
            let found = shown(words);
            return fault(format!("expected #done, or #done issues: one; two, found \"{found}\""));
        }
    };
    let parts = listed.split(';').map(|part| part.trim().to_owned());
    let issues = parts.filter(|part| !part.is_empty() && !part.eq_ignore_ascii_case("none")).collect();
    Ok(Command::Done { issues })
}
