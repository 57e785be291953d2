//! The vendor's register as values: companies, their representatives, their
//! units. Each row carries its version, which decisions record as evidence.

use std::net::IpAddr;

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use crate::desk::language::Language;

/// All that is imported at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    #[serde(default)]
    pub companies: Vec<Company>,
    #[serde(default)]
    pub representatives: Vec<Representative>,
    #[serde(default)]
    pub units: Vec<Unit>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Company {
    /// Short and stable: `acme`.
    pub id: String,
    pub name: String,
    /// Other spellings the form may carry (F-02).
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The customer's time zone (IANA), for letters and suggestions.
    #[serde(default)]
    pub zone: Option<String>,
    /// When an interruption hurts least, on the customer's clock (S-07).
    #[serde(default)]
    pub quiet_hours: Option<QuietHours>,
    /// In which its people are written to; `None`: as each writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Set by the import: rises with every change of the row.
    #[serde(default)]
    pub row: u64,
    #[serde(default)]
    pub retired: bool,
}

/// `22:00-06:00`: from the first moment to the second, over midnight when the
/// second is earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct QuietHours {
    pub from: Time,
    pub to: Time,
}

impl QuietHours {
    pub fn contains(self, at: Time) -> bool {
        if self.from < self.to { (self.from..self.to).contains(&at) } else { at >= self.from || at < self.to }
    }

    /// A window may end at the very end.
    pub fn contains_end(self, at: Time) -> bool {
        at == self.to || self.contains(at)
    }
}

impl TryFrom<String> for QuietHours {
    type Error = String;

    fn try_from(text: String) -> Result<QuietHours, String> {
        let wrong = || format!("expected quiet hours like 22:00-06:00, found \"{text}\"");
        let (from, to) = text.split_once('-').ok_or_else(wrong)?;
        let time = |text: &str| Time::strptime("%H:%M", text.trim()).map_err(|_| wrong());
        let (from, to) = (time(from)?, time(to)?);
        if from == to { Err(wrong()) } else { Ok(QuietHours { from, to }) }
    }
}

impl From<QuietHours> for String {
    fn from(hours: QuietHours) -> String {
        format!("{}-{}", hours.from.strftime("%H:%M"), hours.to.strftime("%H:%M"))
    }
}

/// A person who may act for a company (T4b).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Representative {
    /// The address is the key: domain in lower case, local part as registered.
    pub address: String,
    pub company: String,
    pub name: String,
    #[serde(default)]
    pub phones: Vec<String>,
    #[serde(default)]
    pub roles: Vec<Role>,
    /// How he wants to have the times of upgrades (3.2).
    #[serde(default)]
    pub calendar: CalendarWish,
    /// In which this person is written to; `None`: as the company is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Last day on which this person may act.
    #[serde(default)]
    pub valid_until: Option<Date>,
    #[serde(default)]
    pub row: u64,
    #[serde(default)]
    pub retired: bool,
}

/// What a person's letters about a time have with them.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum CalendarWish {
    /// An invitation that his calendar answers.
    #[default]
    Invite,
    /// A file that asks nothing: for machines, and for calendars that enter
    /// invitations by themselves.
    Plain,
    None,
}

#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    /// May open and correct requests.
    Request,
    /// May consent to an upgrade; includes `request`.
    Consent,
    /// Gets feedback only.
    Feedback,
    /// Subscribed to news of releases (F-14).
    Updates,
}

impl Representative {
    pub fn is_valid_on(&self, day: Date) -> bool {
        !self.retired && self.valid_until.is_none_or(|last| day <= last)
    }

    pub fn may_consent(&self) -> bool {
        self.roles.contains(&Role::Consent)
    }

    pub fn may_request(&self) -> bool {
        self.may_consent() || self.roles.contains(&Role::Request)
    }
}

impl Unit {
    /// T1c: work on it takes longer.
    pub fn is_customised(&self) -> bool {
        self.customisations.iter().any(|one| !one.eq_ignore_ascii_case("none"))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// In the form in which serials compare (see `form::Value::Serial`).
    pub serial: String,
    pub company: String,
    /// `00:00:5E:00:53:0A`.
    pub mac: String,
    pub ips: Vec<IpAddr>,
    #[serde(default)]
    pub version: String,
    /// T1c: custom CRM pages, web settings … make the window longer. Empty: nobody
    /// told us; the one word `none`: it has none.
    #[serde(default)]
    pub customisations: Vec<String>,
    #[serde(default)]
    pub row: u64,
    /// End of support, or missing in the last whole import.
    #[serde(default)]
    pub retired: bool,
}
