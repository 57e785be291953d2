//! Views shown to people: plain words, times in the desk's zone. Each takes the
//! JSON of a view and knows nothing else.

pub mod events;
mod history;
pub mod kept;
pub mod read;
pub mod register;
pub mod replay;
pub mod rota;
mod signatures;
mod why;
pub mod words;

use jiff::Timestamp;
use serde_json::Value;

use crate::desk::timers::TimerName;
use crate::shell::cli::page::{Cell, Page, bad};
use crate::shell::cli::people::words::timer;

pub use crate::shell::cli::people::why::why;

/// A field as text; what is not there is empty.
fn text(value: &Value, name: &str) -> String {
    match value.get(name) {
        Some(Value::String(text)) => text.clone(),
        None | Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
    }
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// The words of a list, with commas.
fn words(value: &Value, name: &str) -> String {
    let words: Vec<String> =
        list(value, name).map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned)).collect();
    words.join(", ")
}

fn cells<const N: usize>(cells: [String; N]) -> Vec<Cell> {
    cells.map(Cell::from).into()
}

/// `{ "start": …, "end": … }` under `name`.
fn span(page: &Page, value: &Value, name: &str) -> String {
    let end = |which: &str| -> Option<Timestamp> { value.get(name)?.get(which)?.as_str()?.parse().ok() };
    match (end("start"), end("end")) {
        (Some(start), Some(end)) => page.span(start, end),
        _ => String::new(),
    }
}

/// What comes due when, one a line.
fn deadlines(page: &Page, value: &Value, name: &str) -> String {
    let due = list(value, name).map(|due| {
        let known = due.get("name").and_then(|name| serde_json::from_value::<TimerName>(name.clone()).ok());
        format!("{}: {}", page.when(due, "at"), known.map_or_else(|| text(due, "name"), |name| timer(name).to_owned()))
    });
    due.collect::<Vec<String>>().join("\n")
}

pub fn tickets(page: &mut Page, tickets: &Value) {
    let rows = tickets.as_array().into_iter().flatten().map(|ticket| {
        cells([
            text(ticket, "id"),
            text(ticket, "state"),
            text(ticket, "company"),
            text(ticket, "unit"),
            text(ticket, "agent"),
            span(page, ticket, "window"),
            page.when(ticket, "updated_at"),
        ])
    });
    let rows = rows.collect();
    page.table(&["TICKET", "STATE", "COMPANY", "UNIT", "AGENT", "WINDOW", "UPDATED"], rows, "no tickets");
}

pub fn ticket(page: &mut Page, ticket: &Value) {
    let asked = list(ticket, "contacts").map(|contact| {
        let on_file = contact.get("on_file") == Some(&Value::Bool(true));
        let known = if on_file { "" } else { " (not on file)" };
        format!("{} <{}>{known}", text(contact, "name"), text(contact, "address"))
    });
    let units = list(ticket, "units").map(written_serial).collect::<Vec<String>>().join(", ");
    let facts: Vec<(&str, Cell)> = vec![
        ("Ticket", text(ticket, "id").into()),
        ("State", text(ticket, "state").into()),
        ("Severity", severity(ticket).into()),
        ("Problems in it", history::items(ticket).into()),
        ("Problem of", words(ticket, "problem_of").into()),
        ("Belongs with", history::kin(ticket).into()),
        ("Outcome", text(ticket, "outcome").into()),
        ("Ended", text(ticket, "ending").into()),
        ("Company", text(ticket, "company").into()),
        ("Unit", units.into()),
        ("Asked by", asked.collect::<Vec<String>>().join("\n").into()),
        ("Agent", text(ticket, "agent").into()),
        ("Window", span(page, ticket, "window").into()),
        ("Terms", text(ticket, "terms").into()),
        ("Consent", history::consents(page, ticket).into()),
        ("Password", text(ticket, "password").into()),
        ("Open points", open_points(ticket).into()),
        ("Issues", history::issues(ticket).into()),
        ("Denials", bad(words(ticket, "denials"))),
        ("Not proven", bad(words(ticket, "unproven"))),
        ("Undelivered", bad(words(ticket, "undelivered"))),
        ("Opened", page.when(ticket, "opened_at").into()),
        ("Updated", page.when(ticket, "updated_at").into()),
        ("Due", deadlines(page, ticket, "deadlines").into()),
    ];
    page.facts(facts);
    for unit in list(ticket, "units") {
        page.head(&format!("Unit {}", written_serial(unit)));
        read::fields(page, unit.get("fields").unwrap_or(&Value::Null));
    }
    page.head("Letters");
    kept::letters(page, ticket.get("letters").unwrap_or(&Value::Null));
    page.head("Events");
    log(page, ticket);
}

/// As the customer wrote it: the form in which serials compare has no dashes.
fn written_serial(unit: &Value) -> String {
    let slot = unit.get("fields").and_then(|fields| fields.get("unit_serial"));
    slot.map_or_else(|| text(unit, "serial"), |slot| text(slot, "written"))
}

fn open_points(ticket: &Value) -> String {
    let faults = ticket.get("faults").and_then(Value::as_object).into_iter().flatten();
    let points = faults.map(|(field, fault)| format!("{field}: {}", fault.as_str().unwrap_or_default()));
    points.collect::<Vec<String>>().join("\n")
}

pub fn log(page: &mut Page, ticket: &Value) {
    let rows = list(ticket, "events").map(|event| {
        let facts = events::facts(page, event);
        cells([page.when(event, "at"), text(event, "type"), text(event, "status"), facts])
    });
    let rows = rows.collect();
    page.table(&["AT", "EVENT", "STATE AFTER", "FACTS"], rows, "nothing happened");
}

pub fn status(page: &mut Page, status: &Value) {
    let part = |name: &str| status.get(name).cloned().unwrap_or_default();
    let (tickets, timers, register, journal) = (part("tickets"), part("timers"), part("register"), part("journal"));
    let outbox = part("outbox");
    let running = status.get("running") == Some(&Value::Bool(true));
    let next = page.when(&timers, "next");
    let facts = vec![
        ("Desk", if running { "running".into() } else { bad("not running") }),
        ("Mailbox", mailbox(page, running, &part("source"))),
        ("", shortcomings(&part("source"))),
        ("Mail host", mail_host(&part("canary"))),
        ("Tickets", format!("{} open, {} in all", text(&tickets, "open"), text(&tickets, "all")).into()),
        ("Problems", problems(&part("problems"))),
        ("Duty", duty(page, status)),
        ("Letters", letters(&outbox)),
        ("Last trouble", bad(text(&outbox, "last_trouble"))),
        (
            "Timers",
            format!(
                "{} waiting, {} overdue{}",
                text(&timers, "waiting"),
                text(&timers, "overdue"),
                if next.is_empty() { String::new() } else { format!(", next {next}") }
            )
            .into(),
        ),
        ("Quarantine", quarantined(status).into()),
        ("Revoked keys", revoked_keys(status)),
        ("Register", register_of(&register)),
        (
            "Journal",
            format!(
                "{} records, head {}",
                text(&journal, "records"),
                text(&journal, "head").chars().take(16).collect::<String>()
            )
            .into(),
        ),
        ("Last backup", last_backup(page, &part("last_backup"))),
        ("Now", page.when(status, "now").into()),
    ];
    page.facts(facts);
}

/// Whether its word about senders counts (TB2).
fn mail_host(canary: &Value) -> Cell {
    let said = text(canary, "text");
    if canary.is_null() || canary.get("well") == Some(&Value::Bool(true)) { said.into() } else { bad(said) }
}

fn revoked_keys(status: &Value) -> Cell {
    let one = |key: &Value| {
        let owner = text(key, "of");
        let of = if owner.is_empty() { String::new() } else { format!(" of {owner}") };
        let (since, why, may_open) = (text(key, "since"), text(key, "why"), text(key, "may_open"));
        format!("{}{of}, since {since} ({why}): {may_open} passwords sealed before may open with it", text(key, "key"))
    };
    let keys: Vec<String> = list(status, "revoked_keys").map(one).collect();
    if keys.is_empty() { String::new().into() } else { bad(keys.join("\n")) }
}

fn last_backup(page: &Page, last: &Value) -> Cell {
    match page.when(last, "at") {
        at if at.is_empty() => bad("none; `upgrade-desk backup FILE` makes one while the desk runs"),
        at => format!("{at}, {} bytes", text(last, "bytes")).into(),
    }
}

/// How bad a problem is, and by which words.
fn severity(ticket: &Value) -> String {
    let problem = ticket.get("problem").cloned().unwrap_or_default();
    let because = words(&problem, "because");
    let severity = text(ticket, "severity");
    let severity = if because.is_empty() { severity } else { format!("{severity}: {because}") };
    match text(&problem, "since") {
        since if since.is_empty() => severity,
        since => format!("{severity}; since when: {since}"),
    }
}

fn problems(problems: &Value) -> Cell {
    let open: Vec<String> =
        ["P1", "P2", "P3", "P4"].iter().map(|severity| format!("{} {severity}", text(problems, severity))).collect();
    let alarms = words(problems, "alarms");
    let open = format!("{} open", open.join(", "));
    if alarms.is_empty() { open.into() } else { bad(format!("{open}; NOBODY has answered: {alarms}")) }
}

/// The first time in the next two weeks at which nobody is on duty.
fn duty(page: &Page, status: &Value) -> Cell {
    match list(status, "rota_gaps").next() {
        Some(gap) => {
            let (from, until) = (page.when(gap, "from"), page.when(gap, "until"));
            bad(format!("NOBODY in rota {} from {from} until {until}; see `rota show`", text(gap, "rota")))
        }
        None => "no gaps in the next two weeks".into(),
    }
}

fn mailbox(page: &Page, running: bool, source: &Value) -> Cell {
    let trouble = text(source, "source_trouble");
    let connected = page.when(source, "source_connected_at");
    match (running, trouble.is_empty(), connected.is_empty()) {
        (false, ..) => "not read, because no desk is running".into(),
        (true, false, _) => bad(format!("in trouble since {}: {trouble}", page.when(source, "source_trouble_at"))),
        (true, true, true) => "not connected yet".into(),
        (true, true, false) => {
            format!("connected since {connected}, {} mails handled", text(source, "mails_handled")).into()
        }
    }
}

/// A line each, under the mailbox.
fn shortcomings(source: &Value) -> Cell {
    let all = source.get("source_shortcomings").and_then(Value::as_array);
    let texts: Vec<&str> = all.into_iter().flatten().filter_map(Value::as_str).collect();
    if texts.is_empty() { "".into() } else { bad(texts.join("\n")) }
}

fn letters(outbox: &Value) -> Cell {
    let shown = format!(
        "{} waiting, {} deferred, {} held, {} failed, {} sent",
        text(outbox, "waiting"),
        text(outbox, "deferred"),
        text(outbox, "held"),
        text(outbox, "failed"),
        text(outbox, "sent")
    );
    if text(outbox, "failed") == "0" { shown.into() } else { bad(shown) }
}

fn quarantined(status: &Value) -> String {
    let waiting = format!("{} mails wait for somebody", text(status, "quarantine"));
    match text(status, "held").as_str() {
        "" | "0" => waiting,
        held => format!("{waiting}, {held} are held until it is known who wrote them"),
    }
}

fn register_of(register: &Value) -> Cell {
    if register.get("empty") == Some(&Value::Bool(true)) {
        return bad("empty: nobody is denied and nobody is served; `register import FILE`");
    }
    register_size(register).into()
}

/// How much is in the register, from `status`.
pub fn register_size(register: &Value) -> String {
    format!(
        "{} companies, {} representatives, {} units",
        text(register, "companies"),
        text(register, "representatives"),
        text(register, "units")
    )
}
