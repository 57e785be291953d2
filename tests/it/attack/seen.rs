//! What came of a mail, and whether that is right.

use std::collections::BTreeSet;

use serde_json::Value;
use upgrade_desk::desk::access::Actor;
use upgrade_desk::desk::record::{Decided, OutcomeWord};
use upgrade_desk::desk::register::Register;
use upgrade_desk::desk::ticket::Event;
use upgrade_desk::shell::demo::sample_register;

use super::case::{Expected, Step};

/// What came of a mail, by `try` or by its record in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub outcome: OutcomeWord,
    pub reason: Option<String>,
    /// `M-15 dana@acme-tel.example`, in order of the alphabet.
    pub letters: Vec<String>,
    pub staff: Vec<String>,
    pub events: Vec<String>,
    /// The address of the proven representative who wrote it.
    pub representative: Option<String>,
}

/// What only a mail that is what it says may cause: an upgrade that begins by
/// itself, and the letters that promise it.
const GRANTS: [OutcomeWord; 4] =
    [OutcomeWord::New, OutcomeWord::Scheduled, OutcomeWord::QueuedAsap, OutcomeWord::Consent];
const GRANTING_EVENTS: [&str; 6] = ["consented", "scheduled", "queued", "readied", "started", "change_agreed"];
const GRANTING_LETTERS: [&str; 2] = ["M-05", "M-13"];
/// To a proven author who is not on file (decisions 12).
const NEUTRAL: [&str; 2] = ["M-04-neutral", "M-21-neutral"];

impl Seen {
    pub fn of_record(decided: &Decided) -> Seen {
        let letters = decided.letters.iter().map(|letter| (letter.template.as_str(), letter.to.as_str()));
        let events = decided.changes.iter().flat_map(|change| &change.events);
        let representative = match &decided.actor {
            Actor::Representative { address, .. } => Some(address.clone()),
            _ => None,
        };
        let seen =
            Seen::new(decided.outcome, decided.quarantine.as_ref().map(|kept| kept.reason.clone()), letters, events);
        Seen { representative, ..seen }
    }

    /// The answer of `try --json`.
    pub fn of_try(answer: &Value) -> Seen {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let letters: Vec<(String, String)> = answer["letters"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|letter| {
                let to = letter["to"].as_array().unwrap().iter();
                to.map(|to| (text(&letter["template"]), text(to))).collect::<Vec<_>>()
            })
            .collect();
        let events: Vec<Event> = serde_json::from_value(answer["events"].clone()).unwrap();
        let actor: Actor = serde_json::from_value(answer["actor"].clone()).unwrap();
        let representative = match actor {
            Actor::Representative { address, .. } => Some(address),
            _ => None,
        };
        let seen = Seen::new(
            serde_json::from_value(answer["outcome"].clone()).unwrap(),
            answer["quarantine"]["reason"].as_str().map(str::to_owned),
            letters.iter().map(|(template, to)| (template.as_str(), to.as_str())),
            events.iter(),
        );
        Seen { representative, ..seen }
    }

    fn new<'a>(
        outcome: OutcomeWord,
        reason: Option<String>,
        letters: impl Iterator<Item = (&'a str, &'a str)>,
        events: impl Iterator<Item = &'a Event>,
    ) -> Seen {
        let (mut staff, mut outside) = (Vec::new(), Vec::new());
        for (template, to) in letters {
            let list = if to.ends_with("@vendor.example") { &mut staff } else { &mut outside };
            list.push(format!("{template} {to}"));
        }
        staff.sort();
        outside.sort();
        let name = |event: &Event| -> String { <&'static str>::from(event).to_owned() };
        Seen { outcome, reason, letters: outside, staff, events: events.map(name).collect(), representative: None }
    }

    /// A later mail cannot tell that this one came.
    pub fn left_nothing(&self) -> bool {
        self.events.is_empty() && self.letters.is_empty()
    }

    /// The outcome in a word, with the quarantine's name.
    pub fn word(&self) -> String {
        let word: &'static str = self.outcome.into();
        self.reason.as_ref().map_or_else(|| word.to_owned(), |reason| format!("{word}: {reason}"))
    }

    /// What is wrong with it, each in a sentence.
    pub fn faults(&self, step: &Step, expected: &Expected, letters: Letters) -> Vec<String> {
        let mut faults = Vec::new();
        if (self.outcome, &self.reason) != (expected.outcome, &expected.reason) {
            faults.push(format!("expected {:?} {:?}, found {}", expected.outcome, expected.reason, self.word()));
        }
        let is_right = match letters {
            Letters::Exact => self.letters == expected.letters,
            // M-01 goes to the one whose M-15 was one too many.
            Letters::AtMost => self.letters.iter().all(|letter| {
                expected.letters.contains(letter) || expected.letters.contains(&letter.replace("M-01 ", "M-15 "))
            }),
        };
        if !is_right {
            faults.push(format!("expected the letters {:?}, found {:?}", expected.letters, self.letters));
        }
        if expected.staff.as_ref().is_some_and(|staff| *staff != self.staff) {
            faults.push(format!("expected for staff {:?}, found {:?}", expected.staff, self.staff));
        }
        if expected.events.as_ref().is_some_and(|events| *events != self.events) {
            faults.push(format!("expected the events {:?}, found {:?}", expected.events, self.events));
        }
        faults.extend(self.harm(step));
        faults
    }

    /// What may be in no set-up: a false consent, a letter to nobody we know, and
    /// an honest mail that is really signed refused.
    pub fn dangers(&self, step: &Step, expected: &Expected) -> Vec<String> {
        let mut faults = self.harm(step);
        if step.proves_itself() && self.outcome != expected.outcome {
            faults.push(format!("an honest mail: expected {:?}, found {}", expected.outcome, self.word()));
        }
        faults
    }

    fn harm(&self, step: &Step) -> Vec<String> {
        let mut faults = Vec::new();
        if !step.honest && self.grants() {
            faults.push(format!("FALSE CONSENT: {}, {:?}, {:?}", self.word(), self.events, self.letters));
        }
        faults.extend(
            self.letters.iter().filter(|letter| !is_on_file(letter)).map(|letter| {
                format!("a letter to an address that is neither on file nor a proven author's: {letter}")
            }),
        );
        faults
    }

    /// Whether an upgrade goes its way by this mail.
    pub fn grants(&self) -> bool {
        GRANTS.contains(&self.outcome)
            || self.events.iter().any(|event| GRANTING_EVENTS.contains(&event.as_str()))
            || self.letters.iter().any(|letter| GRANTING_LETTERS.iter().any(|template| letter.starts_with(template)))
    }
}

/// How the letters are compared.
#[derive(Clone, Copy)]
pub enum Letters {
    Exact,
    /// On a desk that had other mails before, a daily cap may hold some back.
    AtMost,
}

fn is_on_file(letter: &str) -> bool {
    let (template, to) = letter.split_once(' ').unwrap_or((letter, ""));
    NEUTRAL.contains(&template) || addresses().contains(&to.to_ascii_lowercase())
}

/// Every address of the register.
fn addresses() -> BTreeSet<String> {
    let Register { representatives, .. } = sample_register().unwrap();
    representatives.iter().map(|row| row.address.to_ascii_lowercase()).collect()
}
