//! What became of the last canary (TB2), kept in a small file beside the store,
//! and whether the mail host's word counts because of it.

pub mod mailbox;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::desk::canary::sentence;
use crate::desk::mail::proof::Probe;
use crate::desk::rules::{Access, Canary, Rules};
use crate::shell::clock::Clock;
use crate::shell::store::files;

/// The file is looked at again after so long: a check may have written it.
const LOOK_EVERY: SignedDuration = SignedDuration::from_secs(20);

/// The verdict as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub at: Timestamp,
    pub authserv_id: String,
    pub verdict: Verdict,
    /// What was said of it.
    pub text: String,
    /// Whether mail to a plus address arrives; `None`: not tried.
    pub plus_addresses: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Good,
    Survived,
    /// It says nothing for the host: no field, another place or name, or it
    /// never came.
    Unclear,
}

impl Kept {
    pub fn new(probe: &Probe, id: &str, plus_addresses: Option<bool>, at: Timestamp) -> Kept {
        let verdict = match probe {
            Probe::Good => Verdict::Good,
            Probe::Survived => Verdict::Survived,
            Probe::Elsewhere | Probe::OtherName(_) | Probe::Missing => Verdict::Unclear,
        };
        Kept { at, authserv_id: id.to_owned(), verdict, text: sentence(probe, id), plus_addresses }
    }
}

fn path(data: &Path) -> PathBuf {
    data.join("canary.json")
}

/// `None`: no canary was sent yet, or what is there cannot be read, which is as
/// good as none.
pub fn kept(data: &Path) -> Option<Kept> {
    serde_json::from_slice(&std::fs::read(path(data)).ok()?).ok()
}

/// # Errors
/// The folder cannot be written.
pub fn keep(data: &Path, kept: &Kept) -> io::Result<()> {
    files::write_synced(&path(data), &serde_json::to_vec_pretty(kept).map_err(io::Error::other)?)
}

/// Whether the mail host's word counts now, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub is_believed: bool,
    /// Nothing for the operator to do.
    pub is_well: bool,
    pub text: String,
}

/// `None`: no mail host is named, or nobody looks.
pub fn standing(kept: Option<&Kept>, access: &Access, now: Timestamp) -> Option<Standing> {
    let id = access.authserv_id.as_ref()?;
    let (days_max, is_required) = match access.canary {
        Canary::Off => return None,
        Canary::Warn { days_max } => (days_max, false),
        Canary::Required { days_max } => (days_max, true),
    };
    let kept = kept.filter(|kept| kept.authserv_id.eq_ignore_ascii_case(id));
    let limit = SignedDuration::from_hours(24).saturating_mul(i32::try_from(days_max).unwrap_or(i32::MAX));
    Some(match kept {
        Some(kept) if kept.verdict == Verdict::Survived => {
            Standing { is_believed: false, is_well: false, text: kept.text.clone() }
        }
        Some(kept) if kept.verdict == Verdict::Good && now.duration_since(kept.at) <= limit => {
            Standing { is_believed: true, is_well: true, text: kept.text.clone() }
        }
        other => {
            let last = match other {
                Some(kept) if kept.verdict == Verdict::Good => "the last good canary is older".to_owned(),
                Some(kept) => format!("of the last one: {}", kept.text),
                None => "none was ever sent".to_owned(),
            };
            let word = if is_required { "is not believed" } else { "is believed all the same (canary = \"warn\")" };
            let text = format!(
                "no good canary within {days_max} days, so the word of {id} {word}; {last}; \
                 `upgrade-desk check --connect` sends one"
            );
            Standing { is_believed: !is_required, is_well: false, text }
        }
    })
}

/// For `status --json`: null where nobody looks.
pub fn status(data: &Path, access: &Access, now: Timestamp) -> Value {
    let kept = kept(data);
    let Some(standing) = standing(kept.as_ref(), access, now) else { return Value::Null };
    json!({ "believed": standing.is_believed, "well": standing.is_well, "text": standing.text, "last": kept })
}

/// The rules by which mail is read: those of the operator, or, where the mail
/// host's word does not count, the same without it.
pub struct Trust {
    data: PathBuf,
    clock: Clock,
    rules: Arc<Rules>,
    wary: Arc<Rules>,
    last: Mutex<Option<(Timestamp, Option<Standing>)>>,
}

impl Trust {
    pub fn new(data: &Path, rules: &Arc<Rules>, clock: Clock) -> Trust {
        let mut wary = Rules::clone(rules);
        wary.access.authserv_id = None;
        let rules = Arc::clone(rules);
        Trust { data: data.to_owned(), clock, rules, wary: Arc::new(wary), last: Mutex::new(None) }
    }

    /// What `run` and `status` say; a change is said in the log, too.
    pub fn rules(&self) -> Arc<Rules> {
        let now = self.clock.now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = last.as_ref().is_some_and(|(at, _)| now.duration_since(*at).abs() < LOOK_EVERY);
        if !is_fresh {
            let standing = standing(kept(&self.data).as_ref(), &self.rules.access, now);
            if last.as_ref().is_none_or(|(_, before)| *before != standing) {
                tell(standing.as_ref());
            }
            *last = Some((now, standing));
        }
        let is_believed = last.as_ref().and_then(|(_, standing)| standing.as_ref()).is_none_or(|now| now.is_believed);
        Arc::clone(if is_believed { &self.rules } else { &self.wary })
    }
}

fn tell(standing: Option<&Standing>) {
    match standing {
        Some(standing) if !standing.is_believed => tracing::error!("{}", standing.text),
        Some(standing) if !standing.is_well => tracing::warn!("{}", standing.text),
        Some(standing) => tracing::info!("{}", standing.text),
        None => {}
    }
}
