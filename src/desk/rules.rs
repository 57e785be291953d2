//! The operator's choices as plain data with look-ups. `shell/rules.rs` reads
//! them from `rules/` once at start; they never change afterwards.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::desk::denial::Denial;
use crate::desk::escalation::Escalation;
use crate::desk::form::{FieldKey, Spec};
use crate::desk::hours::Hours;
use crate::desk::language::{CommonWords, Language};
use crate::desk::limits::{Limits, Lookups, ReplyFiles};
use crate::desk::mail::proof::Checks;
use crate::desk::mail::{MailHost, Marks};
use crate::desk::moment::Zones;
use crate::desk::ports::Net;
use crate::desk::urgency::UrgencyRules;

/// Everything in `rules/`.
#[derive(Debug, Clone)]
pub struct Rules {
    pub form: Spec,
    pub hours: Hours,
    pub zones: Zones,
    pub access: Access,
    pub escalation: Escalation,
    pub classify: Classify,
    /// What makes a mail a problem report (`urgency.toml`).
    pub urgency: UrgencyRules,
    pub limits: Limits,
    pub lookups: Lookups,
    pub reply_files: ReplyFiles,
    pub counts: Counts,
    /// The sentence of each denial (`denials.toml`).
    pub denials: BTreeMap<Denial, String>,
    /// Language and template (`en/M-05`) to its text; the first line is the subject.
    pub letters: BTreeMap<String, String>,
    /// What letters of each language are made of besides (`words.toml`).
    pub words: BTreeMap<Language, Words>,
    pub desk: Desk,
    /// SHA-256 over all rule files: recorded with every decision (decisions 19).
    pub version: String,
}

/// Who works here and whose word counts (`access.toml`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// The authserv-id whose `Authentication-Results` are believed (TB1);
    /// `None`: nobody is proven.
    pub authserv_id: Option<String>,
    /// Whose checks of signatures and policies count.
    pub checks: Checks,
    /// Where that host writes its field.
    pub mail_host: MailHost,
    pub canary: Canary,
    pub staff: Vec<Staff>,
    /// Where notices go when no agent has the ticket. Never empty.
    pub desk_address: String,
    /// Domains that many people share, lower case: a pass proves the domain and
    /// not the person (TA12).
    pub shared_domains: BTreeSet<String>,
    /// Nothing is sealed to these any more, and nobody opens anything with them.
    pub revoked: Vec<Revoked>,
}

/// A key that somebody else may have by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// The public key (`age1…`).
    pub key: String,
    /// What was sealed until the end of this day may still open with it.
    pub since: Date,
    pub why: String,
}

/// What the word of the mail host needs beside its id: a forged field of ours was
/// sent through it, and it did not survive (TB2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Canary {
    /// No look at it.
    #[default]
    Off,
    /// Believed without; the operator is told.
    Warn { days_max: u32 },
    /// Not believed without.
    Required { days_max: u32 },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// Short name used in commands and events: `noa`.
    pub id: String,
    pub name: String,
    pub address: String,
    pub is_lead: bool,
    /// The public key to which passwords are sealed for this person (`age1…`).
    pub key: Option<String>,
}

/// Words with a meaning (`classify.toml`), lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Classify {
    pub marks: Marks,
    /// A customer's first own line that withdraws: `cancel`, `stop` …
    pub withdraw: Vec<String>,
    /// A customer's first own line that says it is done (T5e): `done`, `erledigt` …
    pub done: Vec<String>,
    /// Phrases of a withdrawal in a sentence, and words that make it unclear.
    pub cancels: Vec<String>,
    pub conditions: Vec<String>,
    /// Phrases that ask for another time, and those by which the planned one is
    /// not possible.
    pub moves: Vec<String>,
    /// As `moves`, where the sentence names a time.
    pub wishes: Vec<String>,
    /// That a time which the sentence names is not possible.
    pub declines: Vec<String>,
    pub holds: Vec<String>,
    /// Words that make a part of a sentence refuse the times in it.
    pub refuses: Vec<String>,
    /// That the time of day stays, on another day: "same time".
    pub same_time: Vec<String>,
    /// First words of an answer that agrees with something.
    pub agrees: Vec<String>,
    /// One that asks us to wait: `hold`, `please wait` …
    pub hold: Vec<String>,
    /// Phrases that ask for an upgrade in words, without a form.
    pub request: Vec<String>,
    /// Phrases that ask for another contact (TA13).
    pub contact: Vec<String>,
    /// A first own line that agrees, or refuses: `yes`, `no` …
    pub yes: Vec<String>,
    pub no: Vec<String>,
    /// A first own line that keeps a time which was declined: `go ahead` …
    pub keep: Vec<String>,
    /// A first own line, or a subject, that ends the news of releases (F-14).
    pub unsubscribe: Vec<String>,
    /// Words below a yes that make it none (TC5).
    pub doubt: Vec<String>,
    /// Phrases in which such words doubt nothing: `let me know if` …
    pub courtesies: Vec<String>,
    /// By which a customer's language is known.
    pub languages: CommonWords,
}

/// The small words of the letters of one language
/// (`letters/<language>/words.toml`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// The one-word answers that letters ask for, by their meaning.
    pub answers: BTreeMap<String, String>,
    /// What fields are called; English ones stand in `form.toml`.
    pub labels: BTreeMap<FieldKey, String>,
    /// Where to find a value; English ones stand in `form.toml`.
    pub hints: BTreeMap<FieldKey, String>,
    /// Sentences by their code; English ones are in the facts themselves.
    pub phrases: BTreeMap<String, String>,
}

/// How often (`limits.toml`, part `[counts]`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// UT-13: corrections of one ticket before people look.
    pub corrections_max: u32,
    /// Decisions 12.
    pub neutral_notes_per_day_max: u32,
    /// Letters M-15 to one address in 24 hours (security 2.2).
    pub challenges_per_day_max: u32,
    /// Alarms of strangers and machines in 24 hours; further ones only join the
    /// work queue (TC14).
    pub stranger_alarms_per_day_max: u32,
    /// Automatic answers to one address outside in 24 hours, and about one ticket
    /// in its life (TE2).
    pub letters_per_day_max: u32,
    pub letters_per_ticket_max: u32,
    /// Letters M-32 to one address in 24 hours.
    pub warnings_per_day_max: u32,
    /// Stops in one name that nobody proves, in 24 hours (TC11).
    pub unproven_stops_per_day_max: u32,
    /// Notices to staff about mail of one address that may do nothing, in 24 hours.
    pub unproven_notices_per_day_max: u32,
    /// Requests and corrections of one company whose data does not agree, in 24
    /// hours, before people look (TD1).
    pub data_tries_per_day_max: u32,
    /// The same for one unit, by new requests.
    pub unit_tries_per_day_max: u32,
}

/// Facts about the desk that letters need (from the configuration).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Desk {
    /// Our mailbox: From of every letter.
    pub address: String,
    /// The mail host delivers `upgrade+…@` into it, too: then answers come back to
    /// an address that names the letter they answer.
    pub plus_addressing: bool,
    /// Our mail server lets us send from such an address: then what comes back
    /// undelivered names the letter, whatever it says.
    pub bounce_addresses: bool,
    pub name: String,
    /// Domain of our Message-IDs.
    pub message_id_domain: String,
    pub emergency_phone: String,
    /// The vendor's source addresses, which customers must let in (T5b).
    pub source_addresses: Vec<String>,
    pub precheck: Precheck,
    /// Private networks in which units stand that the desk may test (TD3).
    pub unit_networks: Vec<Net>,
    pub terms_version: String,
    pub retention: Retention,
}

/// How long what is sealed is kept, in days after the day on which it came
/// (decisions 17).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    pub originals_days: u32,
    pub attachments_days: u32,
}

impl Default for Retention {
    fn default() -> Retention {
        Retention { originals_days: 180, attachments_days: 180 }
    }
}

/// Decisions 18.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Precheck {
    /// An agent says `#precheck ok`.
    #[default]
    ByAgent,
    /// The desk tests by itself; an agent may say so, too.
    ByDesk,
    Off,
}

impl Access {
    pub fn staff_by_address(&self, address: &str) -> Option<&Staff> {
        self.staff.iter().find(|staff| staff.address.eq_ignore_ascii_case(address))
    }

    /// Whether this public key was revoked.
    pub fn revoked(&self, key: &str) -> Option<&Revoked> {
        self.revoked.iter().find(|revoked| revoked.key == key)
    }

    pub fn is_shared(&self, domain: &str) -> bool {
        self.shared_domains.contains(domain)
    }

    pub fn leads(&self) -> impl Iterator<Item = &Staff> {
        self.staff.iter().filter(|staff| staff.is_lead)
    }

    pub fn staff_by_id(&self, id: &str) -> Option<&Staff> {
        self.staff.iter().find(|staff| staff.id == id)
    }
}
