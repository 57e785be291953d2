//! `#word …` lines become a [`Command`] or a [`CommandFault`]. What a command
//! does is in `decide/command.rs`; here it is only read.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::moment::{self, Zones};

/// What staff can ask for by mail (section 5.1), as far as it exists today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "command")]
pub enum Command {
    Note {
        text: String,
    },
    Reply {
        text: String,
    },
    Take,
    /// Ports that are closed; empty means all is well.
    Precheck {
        closed_ports: Vec<u16>,
    },
    /// `start` has one reading only; `minutes` is the planned length if given.
    Schedule {
        start: Timestamp,
        zone: String,
        minutes: Option<u32>,
    },
    Deny {
        code: String,
        reason: String,
    },
    Start,
    Applied,
    /// Each entry an issue met on the way (T6b); empty: none.
    Done {
        issues: Vec<String>,
    },
    Partial {
        text: String,
    },
    RolledBack {
        text: String,
    },
    Failed {
        text: String,
    },
    Feedback {
        text: String,
    },
    Cancel {
        reason: String,
    },
    Help,
}

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

/// Commands whose words may go on in the following lines.
const WITH_TEXT: &[&str] =
    &["note", "reply", "deny", "partial", "rolledback", "rollback", "failed", "feedback", "cancel", "done"];

/// Every command with its words, for `#help` and for the nearest one.
const USAGE: &[(&str, &str, &str)] = &[
    ("note", "#note <text>", "an internal note; the customer never sees it"),
    ("reply", "#reply <text>", "your words to the customer"),
    ("take", "#take", "you do this upgrade"),
    ("precheck", "#precheck ok, or #precheck fail 8081", "whether the ports 22, 80 and 8081 are open"),
    (
        "schedule",
        "#schedule 2026-12-03 10:00 America/Los_Angeles [90m]",
        "sets the window within the customer's consent",
    ),
    ("deny", "#deny D-MAC <reason>", "says no; the reason goes to the customer"),
    ("start", "#start", "work begins now; the customer is told"),
    ("applied", "#applied", "the upgrade is on the unit; tests begin"),
    ("done", "#done, or #done issues: one; two", "ends with success; the official feedback goes out"),
    ("partial", "#partial <words>", "part of it could not be done; the words go to the customer"),
    ("rolledback", "#rolledback <words>", "the old version is back; the words go to the customer"),
    ("failed", "#failed <words>", "service is not fully restored; the words go to the customer"),
    ("feedback", "#feedback <words>", "the words of the official feedback"),
    ("cancel", "#cancel <reason>", "ends it before the work; the reason goes to the customer"),
    ("help", "#help", "this list"),
];

/// How each command is written and what it does.
pub fn usage() -> Vec<(&'static str, &'static str)> {
    USAGE.iter().map(|(_, written, does)| (*written, *does)).collect()
}

/// The commands at the very top of the own text (5.1); reading stops at the
/// first line that is none and belongs to none.
pub fn read(own_text: &str, zones: &Zones, desk_zone: &str, received: Timestamp) -> Vec<CommandLine> {
    let mut lines = own_text.lines().map(str::trim_end).skip_while(|line| line.trim().is_empty()).peekable();
    let mut commands = Vec::new();
    while let Some(line) = lines.next_if(|line| line.trim_start().starts_with('#')) {
        let line = line.trim().to_owned();
        let (word, rest) = split(&line);
        let mut text = rest.to_owned();
        if WITH_TEXT.contains(&word.as_str()) {
            while let Some(more) = lines.next_if(|line| !line.trim_start().starts_with('#')) {
                text.push('\n');
                text.push_str(more);
            }
        } else {
            while lines.next_if(|line| line.trim().is_empty()).is_some() {}
        }
        let read = command(&word, text.trim(), zones, desk_zone, received);
        commands.push(CommandLine { line, read });
    }
    commands
}

fn split(line: &str) -> (String, &str) {
    let body = line.trim_start_matches('#').trim_start();
    let (word, rest) = body.split_once(char::is_whitespace).unwrap_or((body, ""));
    (word.trim_end_matches([':', '.', ',']).to_lowercase(), rest)
}

fn command(
    word: &str,
    text: &str,
    zones: &Zones,
    desk_zone: &str,
    received: Timestamp,
) -> Result<Command, CommandFault> {
    let text_of = || text.to_owned();
    match word {
        "note" => Ok(Command::Note { text: text_of() }),
        "reply" => Ok(Command::Reply { text: text_of() }),
        "take" => Ok(Command::Take),
        "precheck" => precheck(text),
        "schedule" => schedule(text, zones, desk_zone, received),
        "deny" => {
            let (code, reason) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
            if code.is_empty() {
                return fault("expected #deny with a code, such as #deny D-MAC <reason>");
            }
            Ok(Command::Deny { code: code.to_owned(), reason: reason.trim().to_owned() })
        }
        "start" => Ok(Command::Start),
        "applied" => Ok(Command::Applied),
        "done" => Ok(Command::Done { issues: issues(text) }),
        "partial" => Ok(Command::Partial { text: text_of() }),
        "rolledback" => Ok(Command::RolledBack { text: text_of() }),
        "failed" => Ok(Command::Failed { text: text_of() }),
        "feedback" => Ok(Command::Feedback { text: text_of() }),
        "cancel" => Ok(Command::Cancel { reason: text_of() }),
        "help" => Ok(Command::Help),
        unknown => fault(match nearest(unknown) {
            Some(known) => format!("there is no command #{unknown}; did you mean #{known}?"),
            None => format!("there is no command #{unknown}; #help lists them all"),
        }),
    }
}

fn fault<T>(text: impl Into<String>) -> Result<T, CommandFault> {
    Err(CommandFault { text: text.into() })
}

fn precheck(text: &str) -> Result<Command, CommandFault> {
    let mut words = text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
    let verdict = words.next().unwrap_or("").to_lowercase();
    let ports: Result<Vec<u16>, _> = words.map(str::parse).collect();
    match (verdict.as_str(), ports) {
        ("ok", Ok(ports)) if ports.is_empty() => Ok(Command::Precheck { closed_ports: Vec::new() }),
        ("fail", Ok(ports)) if !ports.is_empty() => Ok(Command::Precheck { closed_ports: ports }),
        _ => fault(format!("expected #precheck ok, or #precheck fail with the closed ports, found \"{text}\"")),
    }
}

/// A time with one reading only; `now` is the next full minute.
fn schedule(text: &str, zones: &Zones, desk_zone: &str, received: Timestamp) -> Result<Command, CommandFault> {
    let (time, minutes) = match text.rsplit_once(char::is_whitespace) {
        Some((time, last)) if last.ends_with('m') && last.trim_end_matches('m').parse::<u32>().is_ok() => {
            (time, last.trim_end_matches('m').parse::<u32>().ok())
        }
        _ => (text, None),
    };
    if minutes.is_some_and(|minutes| minutes == 0 || minutes > 24 * 60) {
        return fault("a window is between 1 minute and 24 hours long");
    }
    if time.trim().eq_ignore_ascii_case("now") {
        let seconds = received.as_second().div_euclid(60).saturating_add(1).saturating_mul(60);
        let start = Timestamp::from_second(seconds).unwrap_or(received);
        return Ok(Command::Schedule { start, zone: desk_zone.to_owned(), minutes });
    }
    let when = moment::read(time, None, received, zones, desk_zone).map_err(|fault| CommandFault {
        text: format!("{}; expected for instance #schedule 2026-12-03 10:00 America/Los_Angeles", fault.text),
    })?;
    if !when.others().is_empty() {
        let readings: Vec<&str> = when.readings().map(|reading| reading.said.as_str()).collect();
        return fault(format!("this time has more than one reading: {}; please name a city", readings.join("; or ")));
    }
    let first = when.first();
    Ok(Command::Schedule { start: first.at, zone: first.zone.clone(), minutes })
}

/// `issues: one; two`, or one a line; without the word all of it is one issue.
fn issues(text: &str) -> Vec<String> {
    let body = text.strip_prefix("issues").map_or(text, |rest| rest.trim_start_matches([':', ' ']));
    let parts = body.split([';', '\n']).map(|part| part.trim().trim_start_matches(['-', '*', ' ']).to_owned());
    parts.filter(|part| !part.is_empty() && !part.eq_ignore_ascii_case("none")).collect()
}

/// The command that differs by the fewest letters, if it is close.
fn nearest(word: &str) -> Option<&'static str> {
    let distance = |known: &&str| difference(word, known);
    USAGE.iter().map(|(known, _, _)| *known).min_by_key(distance).filter(|known| difference(word, known) <= 2)
}

/// Letters to insert, drop or change (Levenshtein).
fn difference(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (count, a) in (1_usize..).zip(one.chars().take(40)) {
        let mut diagonal = count - 1;
        let mut left = count;
        let mut next_row = vec![count];
        for (above, b) in row.iter().skip(1).zip(&other) {
            let change = diagonal + usize::from(a != *b);
            left = change.min(above + 1).min(left + 1);
            next_row.push(left);
            diagonal = *above;
        }
        row = next_row;
    }
    row.last().copied().unwrap_or(usize::MAX)
}
