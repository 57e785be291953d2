//! A case: a folder of `fixtures/attack/` with `case.toml` and its mails.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use upgrade_desk::desk::record::OutcomeWord;

use crate::support::sign::{Signing, field};

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/attack")
}

/// `case.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The folder's name.
    #[serde(skip)]
    pub name: String,
    /// What would happen if it worked, in one sentence.
    pub why: String,
    /// The rows it stands for: `TA2`, `TC8`.
    pub ids: Vec<String>,
    /// Its mails follow each other on a desk of their own. Otherwise each mail
    /// stands alone, and all such mails share one desk.
    #[serde(default)]
    pub own_desk: bool,
    /// What no letter to anybody outside may say.
    #[serde(default)]
    pub unsaid: Vec<String>,
    /// A password in these mails: no file of the desk may hold it in the clear.
    pub password: Option<String>,
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// One mail and what must come of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub says: String,
    /// The mail's template, beside `case.toml` or in `parts`.
    pub mail: String,
    /// What stands for `{{put NAME}}` in the template.
    #[serde(default)]
    pub put: BTreeMap<String, String>,
    /// Who signs it, the last one on top.
    #[serde(default)]
    pub sign: Vec<Sign>,
    /// What is put on top of it after it was signed.
    #[serde(default)]
    pub then_top: String,
    /// What is put below it after it was signed.
    #[serde(default)]
    pub then_below: String,
    /// What our mail host found, written on top as `Authentication-Results`
    /// behind its own name. Absent: it wrote nothing; `honest`: what there is to
    /// be found in the mail, the signatures and the zone.
    pub host: Option<String>,
    /// What an honest host found for the envelope sender.
    #[serde(default = "no_spf")]
    pub spf: String,
    /// Nothing of a mailbox stands above its first line.
    #[serde(default)]
    pub bare: bool,
    /// The envelope sender; `""` is the null sender.
    #[serde(default = "elsewhere")]
    pub envelope: String,
    /// The mail is what it says: it may open, agree to and schedule things.
    #[serde(default)]
    pub honest: bool,
    pub outcome: OutcomeWord,
    /// The name of the quarantine.
    pub reason: Option<String>,
    /// Every letter to somebody outside, `M-15 dana@acme-tel.example`.
    #[serde(default)]
    pub letters: Vec<String>,
    /// Every letter to staff; absent: not looked at.
    pub staff: Option<Vec<String>>,
    /// What happens to tickets, in order; absent: not looked at.
    pub events: Option<Vec<String>>,
    /// Where something else is right: `dovecot` for what a real mail server
    /// makes of the bytes.
    #[serde(default)]
    pub but: BTreeMap<String, But>,
}

fn no_spf() -> String {
    "none".to_owned()
}

fn elsewhere() -> String {
    "sender@elsewhere.example".to_owned()
}

/// What is otherwise in one place.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct But {
    pub outcome: Option<OutcomeWord>,
    pub reason: Option<String>,
    pub letters: Option<Vec<String>>,
    pub events: Option<Vec<String>>,
}

/// A signature by one of our test keys; as the domain itself signs, but for what
/// is said here.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// The domain, `d=`.
    pub by: String,
    pub key: Option<String>,
    pub algorithm: Option<String>,
    pub selector: Option<String>,
    /// `h=`.
    pub covers: Option<String>,
    /// `i=`.
    pub agent: Option<String>,
    /// `x=`, seconds.
    pub expires: Option<u64>,
    /// `l=`: the whole body as it is when it is signed.
    #[serde(default)]
    pub length: bool,
}

impl Sign {
    /// The `DKIM-Signature` field for a mail.
    pub fn field(&self, mail: &str) -> String {
        let (key, algorithm) = (self.key.clone(), self.algorithm.clone());
        // A domain that signs nothing has no key of its own.
        let owner = if key.is_some() { "attacker.example" } else { &self.by };
        let honest = Signing { domain: self.by.clone(), ..Signing::of(owner) };
        let body = mail.split_once("\r\n\r\n").map_or(0, |(_, body)| body.trim_end_matches("\r\n").len() + 2);
        let signing = Signing {
            key: key.unwrap_or(honest.key),
            algorithm: algorithm.unwrap_or(honest.algorithm),
            selector: self.selector.clone().unwrap_or(honest.selector),
            covers: self.covers.clone().unwrap_or(honest.covers),
            agent: self.agent.clone(),
            expires: self.expires,
            length: self.length.then_some(body),
            ..honest
        };
        field(mail, &signing)
    }
}

/// What must come of a mail in one place.
pub struct Expected {
    pub outcome: OutcomeWord,
    pub reason: Option<String>,
    pub letters: Vec<String>,
    pub staff: Option<Vec<String>>,
    pub events: Option<Vec<String>>,
}

impl Step {
    /// An honest mail with a real signature of its author.
    pub fn proves_itself(&self) -> bool {
        self.honest && !self.sign.is_empty() && self.host.as_deref() == Some("honest")
    }

    /// What must come of it in these places; the last that says something counts.
    pub fn expected_in(&self, places: &[&str]) -> Expected {
        let mut expected = Expected {
            outcome: self.outcome,
            reason: self.reason.clone(),
            letters: self.letters.clone(),
            staff: self.staff.clone(),
            events: self.events.clone(),
        };
        for but in places.iter().filter_map(|place| self.but.get(*place)) {
            if let Some(outcome) = but.outcome {
                expected.outcome = outcome;
                expected.reason = None;
            }
            expected.reason = but.reason.clone().or(expected.reason);
            expected.letters = but.letters.clone().unwrap_or(expected.letters);
            expected.events = but.events.clone().or(expected.events);
        }
        expected.letters.sort();
        expected.staff.iter_mut().for_each(|staff| staff.sort());
        expected
    }
}

/// Every case (a folder with `case.toml`) whose name `wanted` takes, in the order of their names.
pub fn cases(wanted: impl Fn(&str) -> bool) -> Vec<Case> {
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| folder().join(name).join("case.toml").exists())
        .filter(|name| wanted(name))
        .collect();
    names.sort();
    names.into_iter().map(read).collect()
}

fn read(name: String) -> Case {
    let text = fs::read_to_string(folder().join(&name).join("case.toml")).unwrap();
    let case: Case = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}/case.toml: {error}"));
    assert!(!case.why.trim().is_empty() && !case.ids.is_empty(), "{name}: why and ids are missing");
    Case { name, ..case }
}
