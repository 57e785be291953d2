//! Lines become a [`Form`]: a slot a field, holding a value or a fault (F-01 to F-17).

mod fill;
mod gather;
pub(in crate::desk) mod label;
pub(in crate::desk) mod lines;
mod made;
pub mod origin;
mod prose;
pub(in crate::desk) mod table;
mod time;
mod unit;
pub mod value;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::form::gather::{Gathered, gather};
use crate::desk::form::lines::Line;
use crate::desk::form::origin::Origins;
use crate::desk::form::time::Clock;
use crate::desk::form::value::Kinds;
use crate::desk::mail::{Mail, Quotes};
use crate::desk::moment::{When, Zones};
use crate::desk::phrase::Phrase;

pub use made::Made;

/// The fields of the vendor's form, in its order.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::VariantArray,
    strum::IntoStaticStr,
    strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum FieldKey {
    AdminName,
    CompanyName,
    AdminEmail,
    AdminPhone,
    UnitSerial,
    UnitVersion,
    UnitMac,
    UnitIp,
    ManagerPassword,
    PasswordTested,
    UpgradeTime,
    TimeZone,
    Asap,
    Subscribe,
}

impl FieldKey {
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// What was read for one field: as written and as understood, or what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// As written, white space trimmed; for the password always `[sealed]`.
    pub written: String,
    pub read: Result<Value, Fault>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Names, company, version.
    Text(String),
    /// An e-mail address, domain in lower case.
    Address(String),
    /// Digits with a leading `+` when the country is known; extension dropped.
    Phone(String),
    /// Upper case, without blanks and dashes: the form in which serials compare.
    Serial(String),
    /// `00:00:5E:00:53:0A`.
    Mac(String),
    Ip(IpAddr),
    /// The n-th secret that [`crate::desk::seal`] took out of this mail, from 0.
    Sealed(usize),
    YesNo(bool),
    Time(When),
    /// IANA name or fixed offset.
    Zone(String),
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Stable name: `mac_length`, `ip_private`, `time_ambiguous`, `missing` …
    pub name: String,
    /// In the reader's words: "a MAC address has 12 hexadecimal digits, this one has 11".
    pub text: Phrase,
}

impl Fault {
    pub fn new(name: &str, text: Phrase) -> Fault {
        Fault { name: name.to_owned(), text }
    }
}

/// One unit's request as read; shared fields are repeated in each (F-17).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    pub fields: BTreeMap<FieldKey, Slot>,
    /// Lines that look like fields but are none of ours (F-16), secrets sealed.
    pub rest: Vec<String>,
}

impl Form {
    pub fn value(&self, key: FieldKey) -> Option<&Value> {
        self.fields.get(&key).and_then(|slot| slot.read.as_ref().ok())
    }

    pub fn text(&self, key: FieldKey) -> Option<&str> {
        match self.value(key)? {
            Value::Text(text) | Value::Address(text) | Value::Phone(text) => Some(text),
            Value::Serial(text) | Value::Mac(text) | Value::Zone(text) => Some(text),
            Value::Ip(_) | Value::Sealed(_) | Value::YesNo(_) | Value::Time(_) => None,
        }
    }

    pub fn ip(&self) -> Option<IpAddr> {
        match self.value(FieldKey::UnitIp)? {
            Value::Ip(ip) => Some(*ip),
            _ => None,
        }
    }

    pub fn when(&self) -> Option<&When> {
        match self.value(FieldKey::UpgradeTime)? {
            Value::Time(when) => Some(when),
            _ => None,
        }
    }

    pub fn wants_asap(&self) -> bool {
        matches!(self.value(FieldKey::Asap), Some(Value::YesNo(true)))
    }

    /// Later values win, field by field; fields not answered stay (UT-05).
    pub fn merge(&mut self, newer: &Form) {
        // F-13: "ASAP" that comes later and alone takes the time back.
        if newer.wants_asap() && !newer.fields.contains_key(&FieldKey::UpgradeTime) {
            self.fields.remove(&FieldKey::UpgradeTime);
        }
        for (key, slot) in &newer.fields {
            self.fields.insert(*key, slot.clone());
        }
        self.rest.extend(newer.rest.iter().cloned());
    }
}

/// What `rules/form.toml` says about one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldRule {
    pub key: FieldKey,
    /// The label as the vendor's form prints it, used in our letters.
    pub label: String,
    /// Every label that is read, in all languages.
    pub labels: Vec<String>,
    pub required: bool,
    /// An example for M-02.
    pub example: String,
    /// Where to find it (T5d), for M-02; may be empty.
    pub hint: String,
}

/// A piece of the upgrade time that has a line of its own (F-10).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::VariantArray, strum::IntoStaticStr, strum::EnumString,
)]
#[strum(serialize_all = "snake_case")]
pub enum TimePart {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    /// A whole date.
    Date,
    /// A whole time of day.
    Time,
}

/// The labels of one piece of the upgrade time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartRule {
    pub part: TimePart,
    pub labels: Vec<String>,
}

/// All of `rules/form.toml`, ready to read with once [`Spec::ready`] was called.
#[derive(Debug, Clone, Default)]
pub struct Spec {
    pub fields: Vec<FieldRule>,
    pub parts: Vec<PartRule>,
    /// So many recognised labels make a mail a form.
    pub labels_min: usize,
    /// A serial must match this to be read (formats are configuration, section 1).
    pub serial_pattern: String,
    /// Country calling code assumed for a phone without one (F-04).
    pub phone_country: String,
    /// Values that are no password ("same as last time", "****"), lower case.
    pub not_a_password: Vec<String>,
    /// Words that begin what follows "the password is" in plain prose, lower
    /// case ("required", "the same"); only in prose, never behind a label.
    pub not_in_prose: Vec<String>,
    /// Words between a label and its value in sentences ("is", "lautet", "是").
    pub says: Vec<String>,
    /// Words before a value that is that of several units ("same for both").
    pub shared: Vec<String>,
    pub yes: Vec<String>,
    pub no: Vec<String>,
    /// Words that mean "as soon as possible", lower case (F-12).
    pub asap: Vec<String>,
    /// Words that, with a number, head the block of one unit: "Unit 2" (F-17).
    pub unit_heads: Vec<String>,
    /// Legal forms of companies: how each is written, and by which name it goes here.
    pub legal_forms: Vec<(String, String)>,
    /// The line above the empty form in our own M-02.
    pub question_marks: Vec<String>,
    /// How mail programs mark what is quoted (`quotes.toml`).
    pub quotes: Arc<Quotes>,
    /// What [`Spec::ready`] makes of all this.
    pub made: Made,
}

impl Spec {
    /// Makes what reading needs of labels, words and pattern, once for all mails.
    #[must_use]
    pub fn ready(mut self) -> Spec {
        self.made = Made::of(&self);
        self
    }

    pub fn rule(&self, key: FieldKey) -> Option<&FieldRule> {
        self.fields.iter().find(|rule| rule.key == key)
    }

    pub fn label(&self, key: FieldKey) -> &str {
        self.rule(key).map_or(key.key(), |rule| rule.label.as_str())
    }
}

/// The requests in a mail, one a unit (F-01 to F-17); none when fewer than
/// `labels_min` different labels are met. Call [`crate::desk::seal::take`] first:
/// a password is read only where its mark stands. Fields without an answer have
/// no slot. A time whose zone is missing or unknown is `Value::Text` until
/// [`settle`] finds the zone; the fault stands at the zone.
pub fn read(mail: &Mail, spec: &Spec, zones: &Zones, desk_zone: &str, received: Timestamp) -> Vec<Form> {
    explained(mail, spec, zones, desk_zone, received).into_iter().map(|(form, _)| form).collect()
}

/// The same, each with where its values stood.
pub fn explained(
    mail: &Mail,
    spec: &Spec,
    zones: &Zones,
    desk_zone: &str,
    received: Timestamp,
) -> Vec<(Form, Origins)> {
    Reader::new(mail, spec, zones, desk_zone, received).forms(spec.labels_min)
}

/// The answers in a reply: one labelled line is enough, and so is "ASAP" alone.
pub fn read_reply(
    mail: &Mail,
    spec: &Spec,
    zones: &Zones,
    desk_zone: &str,
    received: Timestamp,
) -> Option<(Form, Origins)> {
    Reader::new(mail, spec, zones, desk_zone, received).forms(1).into_iter().next()
}

/// What a request in sentences gives away by its shape; may be nothing.
pub fn read_prose(mail: &Mail, spec: &Spec) -> (Form, Origins) {
    prose::read(&lines::of_text(mail, spec), &Kinds { spec })
}

/// The form in which serial numbers compare (F-05): upper case, no blanks and
/// dashes.
pub fn compact(serial: &str) -> String {
    serial.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// Identifiers of units that a mail names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    pub serials: Vec<String>,
    pub macs: Vec<String>,
    pub ips: Vec<IpAddr>,
}

impl Named {
    #[must_use]
    pub fn and(mut self, more: Named) -> Named {
        self.serials.extend(more.serials);
        self.macs.extend(more.macs);
        self.ips.extend(more.ips);
        self
    }
}

/// The words in subject and own text that have the shape of one; whether they are anybody's, the
/// register says. At most some of each kind.
pub fn units_in(mail: &Mail, spec: &Spec) -> Named {
    prose::named(&format!("{}\n{}", mail.subject, mail.own_text), &Kinds { spec })
}

/// Completes an answer from the form before it, so that [`Form::merge`] then
/// holds: a zone that comes alone reads the time that waited for it, a time that
/// comes alone keeps the zone named before and takes ASAP back (F-13). `opened`
/// and `received` are when each was written.
pub fn settle(newer: &mut Form, older: &Form, zones: &Zones, desk_zone: &str, opened: Timestamp, received: Timestamp) {
    let clock = |anchor| Clock { anchor, zones, desk_zone };
    time::settle(newer, older, clock(opened), clock(received));
}

struct Reader<'a> {
    mail: &'a Mail,
    kinds: Kinds<'a>,
    clock: Clock<'a>,
}

impl<'a> Reader<'a> {
    fn new(mail: &'a Mail, spec: &'a Spec, zones: &'a Zones, desk_zone: &'a str, received: Timestamp) -> Reader<'a> {
        let anchor = mail.date.filter(|date| is_near(*date, received)).unwrap_or(received);
        let clock = Clock { anchor, zones, desk_zone };
        Reader { mail, kinds: Kinds { spec }, clock }
    }

    /// Reads both parts and prefers the one with more labels.
    fn forms(&self, labels_min: usize) -> Vec<(Form, Origins)> {
        let reply = lines::is_reply(self.mail, self.kinds.spec);
        let spec = self.kinds.spec;
        let attached = lines::of_attached(self.mail, spec);
        let both = |lines: Vec<Line<'_>>| gather(&[lines, attached.clone()].concat(), &self.kinds, reply);
        let (text, html) = (both(lines::of_text(self.mail, spec)), both(lines::of_html(self.mail, spec)));
        let (mut chosen, other) =
            if html.different_labels() > text.different_labels() { (html, text) } else { (text, html) };
        if chosen.different_labels() < labels_min.max(1) || chosen.entries.is_empty() && reply {
            return Vec::new();
        }
        if !reply {
            chosen.password_of(&self.mail.subject);
        }
        let mut forms = self.forms_of(&chosen);
        for ((form, _), (other, _)) in forms.iter_mut().zip(self.forms_of(&other)) {
            fill::compare_parts(form, &other);
        }
        forms
    }

    fn forms_of(&self, gathered: &Gathered) -> Vec<(Form, Origins)> {
        let units = unit::split(&gathered.entries, &gathered.empty, &self.kinds).into_iter().map(|entries| {
            let mut form = fill::fill(&entries, &gathered.rest, &self.kinds);
            time::fill_time(&mut form, &entries, &self.kinds, self.clock);
            (form, origin::of(&entries))
        });
        units.collect()
    }
}

/// A mail written long before or after it came says "tomorrow" by a wrong clock.
fn is_near(date: Timestamp, received: Timestamp) -> bool {
    date.duration_since(received).as_hours().abs() <= 48
}
