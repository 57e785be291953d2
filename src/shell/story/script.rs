//! A story's script (`story.toml`) and the places in its mails that are filled
//! in when it is played: `{{tue %Y-%m-%d}}`, `{{now}}`, `{{letter M-31}}`, `{{reply-to M-15 dana}}`,
//! `{{repeat 3 a line}}`.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::Deserialize;

use crate::desk::escalation::Absence;
use crate::desk::letter::times::zone_of;
use crate::desk::ports::{Answer, Ended, Found, PORTS, PortSeen};
use crate::desk::rules::{Precheck, Rules};
use crate::shell::clock::Clock;
use crate::shell::ports::Tester;

/// `story.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    pub title: String,
    /// The Monday of the story's first week, when a test plays it.
    pub monday: Date,
    /// The desk asks the ports of units by itself (T5b).
    #[serde(default)]
    pub precheck_by_desk: bool,
    /// Members of staff who cannot have a duty, though the rules know nothing of it.
    #[serde(default)]
    pub away: Vec<Away>,
    /// Whether the timers of the desk as a whole fire, too: hand-offs, digests.
    #[serde(default)]
    pub desk_timers: bool,
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// One thing that happens, or a moment to which the clock moves on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// `mon 09:12` in the desk's zone; `mon+1` is the Monday a week later.
    pub at: String,
    /// What a person sees coming, in one sentence.
    pub says: String,
    /// The mail's file, beside the script. None: only time passes.
    pub mail: Option<String>,
    /// This version is announced at the console (M-30).
    pub announces: Option<String>,
    /// The desk was down since the step before: what came due meanwhile is late.
    #[serde(default)]
    pub down: bool,
    /// When the mail came in, as `at`; none: at that moment.
    pub arrived: Option<String>,
    /// From now on the mail server refuses letters to this address.
    pub refuses: Option<String>,
    /// After it, somebody asks how these tickets stand (`ticket why`).
    #[serde(default)]
    pub why: Vec<String>,
    /// What the ports of the units say from now on, where the desk asks them.
    pub ports: Option<Ports>,
}

impl Step {
    /// Nothing but the clock moves on.
    pub fn at(at: impl Into<String>) -> Step {
        let (at, says) = (at.into(), String::new());
        Step {
            at,
            says,
            mail: None,
            down: false,
            announces: None,
            arrived: None,
            refuses: None,
            why: Vec::new(),
            ports: None,
        }
    }
}

/// `{ "8081" = "no_answer" }`: a port that is not named is open.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Ports(BTreeMap<u16, Answer>);

impl Ports {
    /// Says so of every unit; no socket is opened.
    pub fn tester(self, clock: Clock) -> Tester {
        Arc::new(move |_| {
            let say = |port| PortSeen { port, answer: self.0.get(&port).copied().unwrap_or(Answer::Open) };
            let from = Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 200)));
            let found = Found { tested: clock.now(), from, ports: PORTS.map(say).to_vec() };
            Box::pin(std::future::ready(Ended::Found(found)))
        })
    }
}

/// Somebody is away: `from` and `until` as in [`Step::at`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Away {
    pub who: String,
    pub from: String,
    pub until: String,
}

impl Script {
    /// The rules as this story needs them.
    pub fn rules(&self, rules: &Rules) -> Result<Rules, ScriptError> {
        let mut rules = rules.clone();
        if self.precheck_by_desk {
            rules.desk.precheck = Precheck::ByDesk;
        }
        let zone = zone_of(&rules.hours.zone);
        for Away { who, from, until } in &self.away {
            let (from, until) = (moment(from, self.monday, &zone)?, moment(until, self.monday, &zone)?);
            rules.escalation.absences.push(Absence { who: who.clone(), from, until });
        }
        Ok(rules)
    }
}

/// What is wrong with a script.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ScriptError(pub String);

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// `mon 09:12` as an instant, counted from the story's first Monday.
pub fn moment(at: &str, monday: Date, zone: &TimeZone) -> Result<Timestamp, ScriptError> {
    let wrong = || ScriptError(format!("expected a day and a time like \"tue 09:30\", found \"{at}\""));
    let (day, clock) = at.split_once(' ').ok_or_else(wrong)?;
    let date = date_of(day, monday).ok_or_else(wrong)?;
    let time: Time = format!("{clock}:00").parse().map_err(|_| wrong())?;
    let zoned = date.to_datetime(time).to_zoned(zone.clone()).map_err(|_| wrong())?;
    Ok(zoned.timestamp())
}

fn date_of(day: &str, monday: Date) -> Option<Date> {
    let (name, weeks) = match day.split_once('+') {
        Some((name, weeks)) => (name, weeks.parse::<i64>().ok()?),
        None => (day, 0),
    };
    let index = i64::try_from(DAYS.iter().position(|known| *known == name)?).ok()?;
    monday.checked_add(Span::new().days(index + 7 * weeks)).ok()
}

/// A letter of ours that a mail of the story can answer.
#[derive(Debug, Clone)]
pub struct Answerable {
    pub template: String,
    pub to: String,
    pub subject: String,
    pub message_id: String,
    /// Where an answer goes; empty: to the mailbox itself.
    pub reply_to: String,
}

/// What can be filled into a mail when it is played.
pub struct Filling<'a> {
    pub monday: Date,
    pub zone: &'a TimeZone,
    pub now: Timestamp,
    /// Our letters so far, newest last.
    pub letters: &'a [Answerable],
}

impl Filling<'_> {
    /// The mail with every `{{…}}` filled in.
    pub fn fill(&self, mail: &str) -> Result<String, ScriptError> {
        let mut filled = String::with_capacity(mail.len());
        let mut rest = mail;
        while let Some((before, after)) = rest.split_once("{{") {
            let (token, tail) =
                after.split_once("}}").ok_or_else(|| ScriptError("\"{{\" without \"}}\"".to_owned()))?;
            filled.push_str(before);
            filled.push_str(&self.token(token.trim())?);
            rest = tail;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn token(&self, token: &str) -> Result<String, ScriptError> {
        let now = self.now.to_zoned(self.zone.clone());
        if token == "now" {
            return Ok(now.strftime("%a, %d %b %Y %H:%M:%S %z").to_string());
        }
        if let Some(which) = token.strip_prefix("letter ") {
            return Ok(format!("<{}>", self.letter(which)?.message_id));
        }
        if let Some(which) = token.strip_prefix("reply-to ") {
            return Ok(self.letter(which)?.reply_to.clone());
        }
        if let Some((times, line)) = token.strip_prefix("repeat ").and_then(|rest| rest.split_once(' ')) {
            let times =
                times.parse().map_err(|_| ScriptError(format!("expected a number of lines, found \"{token}\"")))?;
            return Ok(format!("{line}\n").repeat(times));
        }
        let (day, format) = token.split_once(' ').unwrap_or((token, "%Y-%m-%d"));
        let date = date_of(day, self.monday)
            .ok_or_else(|| ScriptError(format!("expected a day like \"tue\" or \"letter M-05\", found \"{token}\"")))?;
        Ok(date.strftime(format).to_string())
    }

    /// `M-05`, `M-05 dana`, `M-31 SM-0417`: the newest letter of that template
    /// whose recipient or subject has these words; with a number the n-th.
    fn letter(&self, which: &str) -> Result<&Answerable, ScriptError> {
        let mut words = which.split_whitespace();
        let template = words.next().unwrap_or("");
        let (numbers, words): (Vec<&str>, Vec<&str>) = words.partition(|word| word.parse::<usize>().is_ok());
        let has = |letter: &Answerable, word: &str| letter.to.contains(word) || letter.subject.contains(word);
        let fits = |letter: &&Answerable| letter.template == template && words.iter().all(|word| has(letter, word));
        let found: Vec<&Answerable> = self.letters.iter().filter(fits).collect();
        let nth = numbers.first().and_then(|number| number.parse::<usize>().ok());
        let letter = match nth {
            Some(number) => found.get(number.saturating_sub(1)),
            None => found.last(),
        };
        letter.copied().ok_or_else(|| ScriptError(format!("no letter {which} was written so far")))
    }
}
