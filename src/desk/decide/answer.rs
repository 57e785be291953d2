//! Verdicts become letters to the customer: one input, at most one letter a
//! person (decisions 9), and only to people on file (decisions 13).

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::desk::access::{Recipient, day_of};
use crate::desk::decide::World;
use crate::desk::decide::draft::Draft;
use crate::desk::decide::gates;
use crate::desk::decide::mail::Case;
use crate::desk::decide::offer;
use crate::desk::decide::request::Weighed;
use crate::desk::decide::slots;
use crate::desk::decide::weigh::Verdict;
use crate::desk::denial::Denial;
use crate::desk::form::{FieldKey, Form, Value};
use crate::desk::hours::changeover;
use crate::desk::known::Known;
use crate::desk::language::Language;
use crate::desk::letter::say::{Detail, MissingItem, Read, Say, Understood, UnitLine, UnitResult};
use crate::desk::letter::{Letter, invite};
use crate::desk::moment::time_zone;
use crate::desk::phrase::Phrase;
use crate::desk::register::Representative;
use crate::desk::rules::Rules;
use crate::desk::ticket::{ConsentChannel, Status, Ticket, Window};

/// The letters about one ticket.
pub fn of_one(case: &Case<'_>, draft: &Draft, verdict: &Verdict) -> Vec<Letter> {
    // Nothing leaves for a sender who is not proven: not even a question.
    let Some(author) = case.author.proven_representative() else { return Vec::new() };
    let say = say(case, draft, verdict);
    let to: Vec<&Representative> = match verdict {
        Verdict::Missing { .. } | Verdict::RepCheck { .. } | Verdict::Denied { .. } => vec![author],
        Verdict::Held { .. } => vec![author],
        Verdict::Outside { .. } | Verdict::Offered { .. } => vec![author],
        Verdict::Scheduled { .. } | Verdict::Asap => concerned(&draft.ticket, &case.world(), Some(author)),
    };
    to.into_iter().map(|row| letter(row, &draft.ticket, say.clone(), case)).collect()
}

/// Everybody who must know of a window: the form's address and each
/// representative who may consent (decisions 9), and who asked.
pub fn concerned<'a>(
    ticket: &Ticket,
    world: &World<'a>,
    author: Option<&'a Representative>,
) -> Vec<&'a Representative> {
    let Some(company) = ticket.company.as_deref() else { return Vec::new() };
    let mut people: BTreeMap<String, &Representative> = BTreeMap::new();
    let feedback = gates::feedback_contact(&ticket.form, world.known, company);
    for row in consenting(ticket, world).into_iter().chain(feedback).chain(author) {
        people.insert(row.address.to_ascii_lowercase(), row);
    }
    people.into_values().collect()
}

/// Everybody on file who may consent for the ticket's company today.
pub fn consenting<'a>(ticket: &Ticket, world: &World<'a>) -> Vec<&'a Representative> {
    ticket.company.as_deref().map_or_else(Vec::new, |company| consenting_of(company, world))
}

/// Everybody on file who may consent for `company` today.
pub fn consenting_of<'a>(company: &str, world: &World<'a>) -> Vec<&'a Representative> {
    let today = day_of(world.now, &world.rules.hours.zone);
    let colleagues = world.known.representatives.iter().filter(|row| row.company == company && !row.retired);
    colleagues.filter(|row| row.may_consent() && row.is_valid_on(today)).collect()
}

/// Who gets the official feedback (T6d): F-03 on file, else who asked.
pub fn feedback_to<'a>(ticket: &Ticket, known: &'a Known) -> Option<&'a Representative> {
    let company = ticket.company.as_deref()?;
    gates::feedback_contact(&ticket.form, known, company).or_else(|| requester(ticket, known))
}

/// The requester's row on file; of a stranger's request who confirmed it, of a
/// stranger's report who was told of it.
pub fn requester<'a>(ticket: &Ticket, known: &'a Known) -> Option<&'a Representative> {
    let on_file = |address: &str| {
        known.representatives.iter().find(|row| row.address.eq_ignore_ascii_case(address) && !row.retired)
    };
    let told = ticket.letters.iter().filter(|letter| letter.template == "M-21" && !letter.for_staff);
    let mut told = told.filter_map(|letter| on_file(&letter.to));
    on_file(&ticket.requester.address)
        .or_else(|| on_file(ticket.confirmed_by.as_ref()?))
        .or_else(|| told.find(|row| ticket.company.as_ref() == Some(&row.company)))
}

/// A letter to a person on file, in the thread of his mails.
pub fn letter(row: &Representative, ticket: &Ticket, say: Say, case: &Case<'_>) -> Letter {
    let is_author = case.input.mail.address().is_some_and(|address| address.eq_ignore_ascii_case(&row.address));
    let mut letter = to_person(row, ticket, say);
    if let Some(id) = case.input.mail.message_id.as_ref().filter(|_| is_author) {
        letter.in_reply_to = Some(id.clone());
        letter.references.push(id.clone());
    }
    letter
}

/// A letter that answers no mail: it joins the person's thread on the ticket.
pub fn to_person(row: &Representative, ticket: &Ticket, say: Say) -> Letter {
    let earlier = ticket.letters.iter().filter(|letter| letter.to.eq_ignore_ascii_case(&row.address));
    let mut references: Vec<String> = Vec::new();
    if ticket.requester.address.eq_ignore_ascii_case(&row.address) {
        references.extend(ticket.customer_mails.iter().cloned());
    }
    references.extend(earlier.map(|letter| letter.message_id.clone()));
    Letter {
        invite: invite::of(ticket, &say, row),
        also: ticket.absorbed.clone(),
        besides: Vec::new(),
        files: Vec::new(),
        to: Recipient::representative(row),
        salutation: row.name.clone(),
        say,
        language: Language::default(),
        ticket: Some(ticket.id.clone()),
        in_reply_to: references.last().cloned(),
        references,
    }
}

fn say(case: &Case<'_>, draft: &Draft, verdict: &Verdict) -> Say {
    let ticket = &draft.ticket;
    let form = &ticket.form;
    let zone = zone_of(ticket, &case.world());
    match verdict {
        Verdict::Missing { faults, offers } => Say::Missing {
            items: items(form, faults, case.rules),
            fields: fields(case, form),
            unreadable: case.input.mail.unread_files().map(|file| file.name.clone()).collect(),
            offers: offers.clone(),
            zone,
        },
        Verdict::RepCheck { .. } | Verdict::Held { .. } => {
            Say::Acknowledgement { units: vec![unit_line(draft, verdict, case)], fields: fields(case, form) }
        }
        Verdict::Denied { denials } => denial(case, ticket, denials, ""),
        Verdict::Scheduled { window, minutes } => confirmation(case.known, case.rules, ticket, window, *minutes, zone),
        Verdict::Offered { why } => offer::say(&case.world(), ticket, why, zone),
        Verdict::Asap => Say::AsapAccepted {
            serial: serial(form),
            version: version(form),
            first: slots::asap(&case.world(), ticket, case.rules.hours.window_minutes),
            zone,
            feedback_to: feedback_to(ticket, case.known).map(|row| row.address.clone()).unwrap_or_default(),
            password_tested: password_tested(form),
            unknown: Vec::new(),
        },
        Verdict::Outside { window, why, offers } => Say::OutsideHours {
            serial: serial(form),
            refused: String::new(),
            wanted: Window { zone, ..window.clone() },
            why: why.clone(),
            offers: offers.clone(),
        },
    }
}

/// M-05. Also for a window that an agent set within the consent.
pub fn confirmation(known: &Known, rules: &Rules, ticket: &Ticket, window: &Window, minutes: u32, zone: String) -> Say {
    let form = &ticket.form;
    let unsure = form.when().filter(|when| !when.others().is_empty());
    let reading =
        unsure.map(|when| Read { written: as_written(form), at: when.first().at, zone: when.first().zone.clone() });
    Say::ScheduleConfirmation {
        serial: serial(form),
        version: version(form),
        clocks: clock_changes(window, &zone, rules),
        by_phone: by_phone(ticket, known),
        terms: ticket.consent().map(|consent| consent.extras.clone()).unwrap_or_default(),
        window: Window { zone, ..window.clone() },
        minutes: i64::from(minutes),
        longer: minutes > rules.hours.window_minutes,
        feedback_to: feedback_to(ticket, known).map(|row| row.address.clone()).unwrap_or_default(),
        agent: agent_name(ticket, rules),
        reading,
        password_tested: password_tested(form),
        unknown: Vec::new(),
    }
}

/// M-11 when another window was agreed before, else M-05.
pub fn agreed(world: &World<'_>, before: &Ticket, after: &Ticket, reason: &Phrase) -> Say {
    let zone = zone_of(after, world);
    let Some(window) = after.agreed() else {
        return Say::Expired { serial: serial(&after.form), why: Default::default() };
    };
    let minutes = u32::try_from(minutes_between(window.start, window.end)).unwrap_or(u32::MAX);
    let confirmed = confirmation(world.known, world.rules, after, window, minutes, zone.clone());
    let Some(old) = agreed_window(before, world).filter(|_| before.status != Status::AwaitingConsent) else {
        return confirmed;
    };
    let Say::ScheduleConfirmation { serial, version, window, minutes, longer, agent, reading, clocks, .. } = confirmed
    else {
        return confirmed;
    };
    let offset = |zone: &str, at: Timestamp| time_zone(zone).map(|zone| zone.to_offset(at));
    let shifts = |zone: &&str| offset(zone, old.start) != offset(zone, window.start);
    let shifted = both_zones(&zone, world.rules).into_iter().filter(shifts).map(place).collect();
    Say::Rescheduled {
        serial,
        version,
        old,
        window,
        minutes,
        longer,
        reason: reason.clone(),
        reading,
        agent,
        shifted,
        clocks,
    }
}

/// S-11: places whose clocks change on the day of the window.
pub fn clock_changes(window: &Window, zone: &str, rules: &Rules) -> Vec<String> {
    let changes = |zone: &&str| changeover(zone, window.start, window.end).is_some();
    both_zones(zone, rules).into_iter().filter(changes).map(place).collect()
}

fn both_zones<'a>(customer: &'a str, rules: &'a Rules) -> Vec<&'a str> {
    let desk = rules.hours.zone.as_str();
    if customer == desk { vec![desk] } else { vec![customer, desk] }
}

fn place(zone: &str) -> String {
    zone.rsplit_once('/').map_or(zone, |(_, city)| city).replace('_', " ")
}

/// T2b: whose word by telephone still waits for its written form.
fn by_phone(ticket: &Ticket, known: &Known) -> String {
    let Some(consent) = ticket.consent().filter(|consent| consent.channel == ConsentChannel::Phone) else {
        return String::new();
    };
    let row = known.representatives.iter().find(|row| row.address == consent.given_by);
    row.map_or_else(|| consent.given_by.clone(), |row| row.name.clone())
}

pub fn agent_name(ticket: &Ticket, rules: &Rules) -> String {
    let agent = ticket.agent.as_deref().and_then(|id| rules.access.staff_by_id(id));
    agent.map(|staff| staff.name.clone()).unwrap_or_default()
}

/// M-04: names the failing fields only where that is allowed; never a stored value.
pub fn denial(case: &Case<'_>, ticket: &Ticket, denials: &[Denial], reason: &str) -> Say {
    let form = &ticket.form;
    let mut shown = Vec::new();
    for denial in denials.iter().filter(|denial| denial.names_the_field()) {
        let keys: &[FieldKey] = match denial {
            Denial::Serial => &[FieldKey::UnitSerial],
            Denial::Mac => &[FieldKey::UnitMac],
            Denial::Ip => &[FieldKey::UnitIp],
            _ => &[FieldKey::UnitMac, FieldKey::UnitIp],
        };
        shown.extend(keys.iter().filter_map(|key| field(form, *key)));
    }
    shown.dedup();
    Say::Denial {
        fields: shown,
        sentences: sentences(denials, case.rules),
        reason: reason.to_owned(),
        corrections_left: case.rules.counts.corrections_max.saturating_sub(ticket.corrections),
    }
}

/// TD1: unknown, foreign and retired units share one sentence, to the byte.
fn sentences(denials: &[Denial], rules: &Rules) -> Vec<Phrase> {
    let spoken = |denial: &Denial| match denial {
        Denial::Unknown | Denial::Owner | Denial::EndOfSupport => Denial::Unknown,
        Denial::Serial | Denial::Mac | Denial::Ip | Denial::Row => *denial,
        Denial::Representative | Denial::Staff => *denial,
    };
    let phrase = |denial: Denial| {
        let text = rules.denials.get(&denial)?.clone();
        Some(Phrase { code: denial.code().to_owned(), text, ..Phrase::default() })
    };
    denials.iter().filter_map(|denial| phrase(spoken(denial))).collect()
}

/// One letter for all units of a mail (F-17).
pub fn summary(case: &Case<'_>, several: &[Weighed]) -> Option<Letter> {
    let author = case.author.proven_representative()?;
    let first = several.first()?;
    let units = several.iter().map(|one| unit_line(&one.draft, &one.verdict, case)).collect();
    let say = Say::Acknowledgement { units, fields: Vec::new() };
    Some(letter(author, &first.draft.ticket, say, case))
}

/// we have this already.
pub fn already_open(case: &Case<'_>, draft: &Draft) -> Option<Letter> {
    let author = case.author.proven_representative()?;
    let ticket = &draft.ticket;
    let unit = UnitLine {
        ticket: ticket.id.0.clone(),
        serial: serial(&ticket.form),
        result: UnitResult::AlreadyOpen,
        window: agreed_window(ticket, &case.world()),
        slots: Vec::new(),
        details: Vec::new(),
    };
    let say = Say::Acknowledgement { units: vec![unit], fields: Vec::new() };
    Some(letter(author, ticket, say, case))
}

/// The windows that the ticket offers, in the customer's zone.
fn offered(ticket: &Ticket, world: &World<'_>) -> Vec<Window> {
    let zone = zone_of(ticket, world);
    ticket.offers.iter().map(|slot| Window { zone: zone.clone(), ..slot.clone() }).collect()
}

fn unit_line(draft: &Draft, verdict: &Verdict, case: &Case<'_>) -> UnitLine {
    let ticket = &draft.ticket;
    let about = |text: &Phrase| Detail { field: None, text: text.clone() };
    let (result, details) = match verdict {
        Verdict::Missing { faults, .. } => {
            let detail = |(key, text): (&FieldKey, &Phrase)| Detail { field: Some(*key), text: text.clone() };
            (UnitResult::Missing, faults.iter().map(detail).collect())
        }
        Verdict::RepCheck { .. } | Verdict::Held { .. } => (UnitResult::Checking, Vec::new()),
        Verdict::Denied { denials } => (UnitResult::Denied, sentences(denials, case.rules).iter().map(about).collect()),
        Verdict::Scheduled { .. } => (UnitResult::Scheduled, Vec::new()),
        Verdict::Asap => (UnitResult::Asap, Vec::new()),
        Verdict::Outside { why, .. } => (UnitResult::Outside, vec![about(why)]),
        Verdict::Offered { why } => (UnitResult::Offered, vec![about(why)]),
    };
    UnitLine {
        ticket: ticket.id.0.clone(),
        serial: serial(&ticket.form),
        result,
        window: agreed_window(ticket, &case.world()),
        slots: offered(ticket, &case.world()),
        details,
    }
}

pub fn items(form: &Form, faults: &BTreeMap<FieldKey, Phrase>, rules: &Rules) -> Vec<MissingItem> {
    let item = |(key, problem): (&FieldKey, &Phrase)| MissingItem {
        field: *key,
        written: form.fields.get(key).map(|slot| slot.written.clone()).unwrap_or_default(),
        problem: problem.clone(),
        example: rules.form.rule(*key).map(|rule| rule.example.clone()).unwrap_or_default(),
    };
    faults.iter().map(item).collect()
}

/// What was understood, for the customer to check.
pub fn fields(case: &Case<'_>, form: &Form) -> Vec<Understood> {
    gates::understood(form, &case.rules.form).into_iter().map(|(field, value)| Understood { field, value }).collect()
}

fn field(form: &Form, key: FieldKey) -> Option<Understood> {
    let value = form.fields.get(&key)?.written.as_str().into();
    Some(Understood { field: key, value })
}

/// The wished time in the customer's own words, with the zone where it stood apart.
fn as_written(form: &Form) -> String {
    let of = |key: FieldKey| form.fields.get(&key).map(|slot| slot.written.trim()).filter(|text| !text.is_empty());
    let words: Vec<&str> = [of(FieldKey::UpgradeTime), of(FieldKey::TimeZone)].into_iter().flatten().collect();
    words.join(" ")
}

/// As the customer wrote it.
pub fn serial(form: &Form) -> String {
    form.fields.get(&FieldKey::UnitSerial).map(|slot| slot.written.clone()).unwrap_or_default()
}

pub fn version(form: &Form) -> String {
    form.text(FieldKey::UnitVersion).unwrap_or("").to_owned()
}

pub fn password_tested(form: &Form) -> bool {
    matches!(form.value(FieldKey::PasswordTested), Some(Value::YesNo(true)))
}

/// The window that was agreed, in the customer's zone: a wish is none.
pub fn agreed_window(ticket: &Ticket, world: &World<'_>) -> Option<Window> {
    let window = ticket.window.clone().filter(|_| ticket.window_set_at.is_some())?;
    Some(Window { zone: zone_of(ticket, world), ..window })
}

/// The customer's zone for showing times: his company's, else the desk's.
pub fn zone_of(ticket: &Ticket, world: &World<'_>) -> String {
    zone_of_company(ticket.company.as_deref(), world)
}

/// The company's own zone, else the desk's.
pub fn zone_of_company(company: Option<&str>, world: &World<'_>) -> String {
    let company = company.and_then(|id| world.known.companies.get(id));
    company.and_then(|company| company.zone.clone()).unwrap_or_else(|| world.rules.hours.zone.clone())
}

/// Minutes between two moments, never negative.
pub fn minutes_between(start: Timestamp, end: Timestamp) -> i64 {
    (end.duration_since(start).as_secs() / 60).max(0)
}
