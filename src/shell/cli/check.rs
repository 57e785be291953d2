//! `check`: configuration, rules, every letter, register; with `--connect` the
//! servers too, each with a clear verdict.

mod canary;
mod hook;
mod servers;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::desk::letter::{gallery, lint, times};
use crate::desk::mail::proof::Checks;
use crate::desk::office::AddedHoliday;
use crate::desk::rules::{Precheck, Rules};
use crate::desk::ticket::{Status, TicketId, Window};
use crate::shell::cli::commands::print_json;
use crate::shell::cli::page::{Cell, Page, Style, bad, good};
use crate::shell::cli::reach::{self, Reached};
use crate::shell::cli::{Asking, people};
use crate::shell::run::Failure;
use crate::shell::view::Request;

/// Every verdict on a line of its own; fails when one is bad.
pub async fn check(asking: &Asking, connect: bool, alarm_hook: bool, wait: u64) -> Result<(), Failure> {
    let mut verdicts = Verdicts::default();
    let configured = asking.which.config.as_deref().map(reach::load).transpose();
    match (configured, reach::find(&asking.which)) {
        (Err(error), _) => verdicts.wrong("configuration", error.to_string()),
        (Ok(_), Ok(reached)) => {
            all(&reached, connect, &mut verdicts).await;
            canary::check(&reached, connect, wait, &mut verdicts).await;
            hook::check(&reached, alarm_hook, &mut verdicts).await;
        }
        (Ok(Some(_)), Err(error)) => verdicts.wrong("rules", error.to_string()),
        (Ok(None), Err(error)) => return Err(error),
    }
    verdicts.show(asking.form.json)
}

pub use canary::write as canary_mail;

async fn all(reached: &Reached, connect: bool, verdicts: &mut Verdicts) {
    let rules = &reached.rules;
    verdicts.fine("configuration", format!("data in {}", reached.data.display()));
    verdicts.fine("rules", format!("version {}", rules.version.chars().take(12).collect::<String>()));
    if let Some(config) = &reached.config {
        for warning in &config.warnings {
            verdicts.note("configuration", warning.clone());
        }
        match config.fits(rules) {
            Ok(()) => verdicts.fine("rules and servers", "fit together".to_owned()),
            Err(error) => verdicts.wrong("rules and servers", error.to_string()),
        }
    }
    who_vouches(rules, verdicts);
    ports(rules, verdicts);
    keys(reached, verdicts);
    letters(rules, verdicts);
    register(reached, verdicts).await;
    if let Some(config) = &reached.config {
        servers::check(config, rules, connect, verdicts).await;
    } else if connect {
        verdicts.note("servers", "without --config there are none to connect to".to_owned());
    }
}

fn who_vouches(rules: &Rules, verdicts: &mut Verdicts) {
    let host = rules.access.authserv_id.as_ref().map(|id| format!("Authentication-Results of {id}"));
    let own = (rules.access.checks != Checks::Host).then(|| "the desk's own look at signatures".to_owned());
    let all: Vec<String> = host.into_iter().chain(own).collect();
    if all.is_empty() {
        let text = "no authserv_id in access.toml: nobody can be proven, so every request waits for people";
        return verdicts.note("who vouches", text.to_owned());
    }
    verdicts.fine("who vouches", all.join(" and "));
}

/// Decisions 18: what the desk connects to by itself, or that it does not.
fn ports(rules: &Rules, verdicts: &mut Verdicts) {
    let desk = &rules.desk;
    let nets: Vec<String> = desk.unit_networks.iter().map(ToString::to_string).collect();
    let private =
        if nets.is_empty() { "no private one".to_owned() } else { format!("of private ones {}", nets.join(", ")) };
    verdicts.fine(
        "ports of units",
        match desk.precheck {
            Precheck::ByDesk => {
                format!("ON: the desk connects to 22, 80 and 8081 of addresses in the register, {private} (precheck)")
            }
            Precheck::ByAgent => "off: agents test them (#precheck ok); the desk connects to no unit".to_owned(),
            Precheck::Off => "off: nobody is asked about them; the desk connects to no unit".to_owned(),
        },
    );
}

/// To whom passwords are sealed, and to whom no more (decisions 17).
fn keys(reached: &Reached, verdicts: &mut Verdicts) {
    let access = &reached.rules.access;
    if let Some(config) = &reached.config {
        match config.keys.with_staff(access) {
            Ok(all) => verdicts.fine("keys", format!("passwords are sealed to {} keys", all.len())),
            Err(text) => verdicts.wrong("keys", text),
        }
    }
    for revoked in &access.revoked {
        let person = access.staff.iter().find(|person| person.key.as_ref() == Some(&revoked.key));
        let of = person.map(|person| format!(" of {}", person.id)).unwrap_or_default();
        let then = person.map(|person| format!("; {} needs a new one", person.id)).unwrap_or_default();
        verdicts
            .note("keys", format!("{}{of} is revoked since {} ({}){then}", revoked.key, revoked.since, revoked.why));
    }
}

/// Each letter is written with sample facts in every language, and looked over.
fn letters(rules: &Rules, verdicts: &mut Verdicts) {
    match gallery::all(rules) {
        Err(error) => verdicts.wrong("letters", error.to_string()),
        Ok(shown) => {
            let files =
                lint::promises_in(&rules.letters).into_iter().chain(lint::without_sample(&rules.letters, &shown));
            for fault in files.chain(shown.iter().flat_map(lint::faults)) {
                verdicts.wrong("letters", fault);
            }
            verdicts.fine("letters", format!("{} written with sample facts", shown.len()));
        }
    }
}

/// The register in the store, if there is one yet.
async fn register(reached: &Reached, verdicts: &mut Verdicts) {
    let todo = "nobody is denied and nobody is served before `register import FILE`";
    if !reached.has_store() {
        let text = format!("there is no desk in {} yet; {todo}", reached.data.display());
        return verdicts.note("register", text);
    }
    match reach::ask(reached, Request::Status).await {
        Ok(status) => {
            let register = status.get("register").cloned().unwrap_or_default();
            match register.get("empty") {
                Some(Value::Bool(true)) => verdicts.note("register", format!("it is empty; {todo}")),
                _ => verdicts.fine("register", people::register_size(&register)),
            }
            booked(reached, verdicts).await;
        }
        Err(failure) => verdicts.broken("store", failure.to_string()),
    }
}

/// S-09: agreed times that lie in a holiday or a freeze of these rules, which may be
/// newer than those of the desk that runs.
async fn booked(reached: &Reached, verdicts: &mut Verdicts) {
    const WHAT: &str = "agreed times";
    let ask = async |request| reach::ask(reached, request).await;
    let tickets = ask(Request::Tickets { open: true, state: None, company: None }).await;
    let (tickets, holidays) = match (tickets, ask(Request::Holidays).await) {
        (Ok(tickets), Ok(holidays)) => (tickets, holidays),
        (Err(failure), _) | (_, Err(failure)) => return verdicts.broken(WHAT, failure.to_string()),
    };
    let mut hours = reached.rules.hours.clone();
    let holidays: Vec<AddedHoliday> = serde_json::from_value(holidays).unwrap_or_default();
    hours.holidays.extend(holidays.into_iter().map(|added| (added.day, added.holiday)));
    let tickets: Vec<Booked> = serde_json::from_value(tickets).unwrap_or_default();
    let booked: Vec<(&Booked, &Window)> = tickets
        .iter()
        .filter(|ticket| ticket.state.is_before_start())
        .filter_map(|ticket| Some((ticket, ticket.window.as_ref()?)))
        .collect();
    let mut none = true;
    for (Booked { id, .. }, Window { start, end, .. }) in &booked {
        let Some(rule) = hours.closing(*start, *end) else { continue };
        none = false;
        let at = times::point(*start, &hours.zone);
        verdicts.note(WHAT, format!("{id}, {at}, lies in {rule}: offer another time"));
    }
    if none {
        verdicts.fine(WHAT, format!("{} lie in no holiday and no freeze", booked.len()));
    }
}

/// What of `ticket list` tells when work is agreed.
#[derive(Deserialize)]
struct Booked {
    id: TicketId,
    state: Status,
    window: Option<Window>,
}

/// What was found, in the order of finding.
#[derive(Default)]
pub struct Verdicts {
    rows: Vec<(&'static str, Verdict, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Fine,
    /// Allowed, but somebody should know.
    Note,
    /// The configuration or the rules must be changed.
    Wrong,
    /// It does not work now, whoever is at fault.
    Broken,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Verdict::Fine => "ok",
            Verdict::Note => "note",
            Verdict::Wrong | Verdict::Broken => "bad",
        }
    }
}

impl Verdicts {
    pub fn fine(&mut self, what: &'static str, text: String) {
        self.rows.push((what, Verdict::Fine, text));
    }

    pub fn note(&mut self, what: &'static str, text: String) {
        self.rows.push((what, Verdict::Note, text));
    }

    pub fn wrong(&mut self, what: &'static str, text: String) {
        self.rows.push((what, Verdict::Wrong, text));
    }

    pub fn broken(&mut self, what: &'static str, text: String) {
        self.rows.push((what, Verdict::Broken, text));
    }

    fn count(&self, verdict: Verdict) -> usize {
        self.rows.iter().filter(|(_, found, _)| *found == verdict).count()
    }

    fn show(self, json: bool) -> Result<(), Failure> {
        let (wrong, broken) = (self.count(Verdict::Wrong), self.count(Verdict::Broken));
        if json {
            let rows = self
                .rows
                .iter()
                .map(|(what, verdict, text)| json!({ "what": what, "verdict": verdict.word(), "text": text }));
            print_json(&json!({ "ok": wrong + broken == 0, "verdicts": rows.collect::<Vec<Value>>() }))?;
        } else {
            self.page().print()?;
        }
        let text = format!("bad verdicts: {}; see above", wrong + broken);
        match (wrong, broken) {
            (0, 0) => Ok(()),
            (0, _) => Err(Failure::Work(text)),
            _ => Err(Failure::Use(text)),
        }
    }

    /// The verdicts are never cut: a long one is what has to be read.
    fn page(self) -> Page {
        let mut page = Page::new(Style { columns: None, ..Style::here("UTC") });
        let rows = self.rows.into_iter().flat_map(|(what, verdict, text)| {
            let word: Cell = match verdict {
                Verdict::Fine => good(verdict.word()),
                Verdict::Note => verdict.word().into(),
                Verdict::Wrong | Verdict::Broken => bad(verdict.word().to_uppercase()),
            };
            let mut lines = text.lines().map(str::to_owned).collect::<Vec<String>>().into_iter();
            let first = vec![word, what.into(), lines.next().unwrap_or_default().into()];
            std::iter::once(first).chain(lines.map(|line| vec!["".into(), "".into(), line.into()]))
        });
        page.table(&["", "CHECKED", "VERDICT"], rows.collect(), "");
        page
    }
}
