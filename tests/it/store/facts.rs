//! A small world for the tests of the store: one register, rules, and
//! hand-made decisions.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use upgrade_desk::desk::access::Actor;
use upgrade_desk::desk::form::{FieldKey, Form, Slot, Value};
use upgrade_desk::desk::input::Place;
use upgrade_desk::desk::known::Ask;
use upgrade_desk::desk::letter::{Outgoing, Template};
use upgrade_desk::desk::record::{Cause, Decided, OutcomeWord, TicketChange, Why};
use upgrade_desk::desk::register::{CalendarWish, Company, Register, Representative, Role, Unit};
use upgrade_desk::desk::rules::Rules;
use upgrade_desk::desk::ticket::{Event, Requester, TicketId, Window};
use upgrade_desk::shell::store::view::View;
use upgrade_desk::shell::store::{Body, CommitError, Commitment, OpenError, OpenReport, Receipt, Store};

pub fn rules() -> Arc<Rules> {
    Arc::new(crate::sample_rules::rules().clone())
}

/// Opens the store, or the test fails with the store's own words.
pub fn open(folder: &Path) -> (Store, OpenReport) {
    let mut tries = 0;
    loop {
        match Store::open(folder, rules(), &mut |_| {}) {
            // A program that another test is just starting has a copy of our
            // lock until it has begun.
            Err(OpenError::Locked { .. }) if tries < 100 => {
                tries += 1;
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            opened => return opened.unwrap_or_else(|error| panic!("open {}: {error}", folder.display())),
        }
    }
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Noon of the first day, and so many seconds.
pub fn noon(seconds: i64) -> Timestamp {
    at("2026-11-25T12:00:00Z") + jiff::SignedDuration::from_secs(seconds)
}

pub fn place(item: u64) -> Place {
    Place {
        source: "imap".to_owned(),
        mailbox: "desk@vendor.example/INBOX".to_owned(),
        validity: 7,
        item: item.to_string(),
    }
}

pub fn ticket(number: u64) -> TicketId {
    TicketId(format!("UP-2026-{number:05}"))
}

pub fn message_id(number: u64) -> String {
    format!("letter-{number}@desk.example")
}

pub fn form(serial: &str) -> Form {
    let slot = |value: Value| Slot { written: "as written".to_owned(), read: Ok(value) };
    let mut form = Form::default();
    form.fields.insert(FieldKey::UnitSerial, slot(Value::Serial(serial.to_owned())));
    form.fields.insert(FieldKey::UnitMac, slot(Value::Mac("00:00:5E:00:53:01".to_owned())));
    form.rest.push("Remarks: please call 555-0142 first".to_owned());
    form
}

pub fn opened(serial: &str) -> Event {
    Event::Opened {
        requester: Requester {
            address: "ana@acme.example".to_owned(),
            name: "Ana".to_owned(),
            on_file: true,
            language: None,
        },
        company: Some("acme".to_owned()),
        form: form(serial),
        parent: None,
        received: noon(0),
        attempt: None,
    }
}

pub fn window(start: &str) -> Window {
    let start = at(start);
    Window { start, end: start + jiff::SignedDuration::from_mins(60), zone: "America/Los_Angeles".to_owned() }
}

/// A decision about the mail at `item`, without changes or letters.
pub fn about_mail(item: u64) -> Decided {
    Decided {
        cause: Cause::Mail {
            place: place(item),
            message_id: Some(format!("mail-{item}@acme.example")),
            sha256: None,
            duplicate_key: Some(format!("ana@acme.example|mail-{item}@acme.example|hash")),
        },
        actor: Actor::Representative {
            address: "ana@acme.example".to_owned(),
            company: "acme".to_owned(),
            consent_level: true,
        },
        outcome: OutcomeWord::New,
        rules: "rules of the tests".to_owned(),
        changes: Vec::new(),
        letters: Vec::new(),
        quarantine: None,
        evidence: None,
        why: vec![Why::new("T3b", "serial, MAC and IP agree")],
        text: None,
        original: None,
        attachments: Vec::new(),
        secrets: Vec::new(),
        spent: None,
        counted: Vec::new(),
        office: Vec::new(),
        did: Vec::new(),
        redacted: false,
    }
}

pub fn change(number: u64, events: Vec<Event>) -> TicketChange {
    TicketChange { ticket: ticket(number), events }
}

pub fn letter(no: u64, of: Option<TicketId>) -> Outgoing {
    Outgoing {
        no,
        template: Template::Acknowledgement,
        to: "ana@acme.example".to_owned(),
        subject: "We have your request".to_owned(),
        message_id: message_id(no),
        ticket: of,
        for_staff: false,
        bytes: format!("Message-ID: <{}>\r\n\r\nLetter {no}\r\n", message_id(no)).into_bytes(),
    }
}

pub fn decided(at: Timestamp, decided: Decided, letters: Vec<Outgoing>) -> Commitment {
    Commitment::of(at, decided, letters)
}

/// One mail opens one ticket and one letter goes out, with text and original.
pub fn new_request(number: u64) -> Commitment {
    let mut decision = about_mail(number);
    decision.changes =
        vec![change(number, vec![opened(&format!("SN{number}")), Event::Completed { received: noon(0) }])];
    decision.secrets = vec![format!("secret-{number}")];
    Commitment {
        at: noon(number as i64),
        body: Body::Decided {
            decided: Box::new(decision),
            letters: vec![letter(number, Some(ticket(number)))],
            text: Some(format!("text of mail {number}").into_bytes()),
            original: Some(format!("sealed original {number}").into_bytes()),
            attachments: Vec::new(),
            beside: Vec::new(),
        },
    }
}

pub fn register() -> Register {
    let representative = |address: &str, company: &str, role: Role| Representative {
        address: address.to_owned(),
        company: company.to_owned(),
        name: "A name".to_owned(),
        phones: vec!["+12025550142".to_owned()],
        roles: vec![role],
        calendar: CalendarWish::default(),
        valid_until: None,
        language: None,
        row: 3,
        retired: false,
    };
    let unit = |serial: &str, company: &str, mac: &str, ip: &str| Unit {
        serial: serial.to_owned(),
        company: company.to_owned(),
        mac: mac.to_owned(),
        ips: vec![ip.parse().unwrap()],
        version: "4.2".to_owned(),
        customisations: Vec::new(),
        row: 5,
        retired: false,
    };
    let company = |id: &str| Company {
        id: id.to_owned(),
        name: id.to_uppercase(),
        aliases: Vec::new(),
        zone: None,
        quiet_hours: None,
        language: None,
        row: 1,
        retired: false,
    };
    Register {
        companies: vec![company("acme"), company("other")],
        representatives: vec![
            representative("Ana@acme.example", "acme", Role::Consent),
            representative("bob@acme.example", "acme", Role::Request),
            representative("eve@other.example", "other", Role::Consent),
        ],
        units: vec![
            unit("SN1", "acme", "00:00:5E:00:53:01", "192.0.2.1"),
            unit("SN2", "other", "00:00:5E:00:53:02", "2001:db8::2"),
        ],
    }
}

/// Commits and waits.
pub fn commit(
    store: &Store,
    decide: impl FnOnce(&View<'_>) -> Commitment + Send + 'static,
) -> Result<Receipt, CommitError> {
    wait(store.commit(|view| Ok(decide(view))))
}

/// Looks and waits.
pub fn read<T: Send + 'static>(store: &Store, look: impl FnOnce(&View<'_>) -> T + Send + 'static) -> T {
    wait(store.read(|view| Ok(look(view)))).unwrap()
}

pub fn close(store: Store) {
    wait(store.close());
}

/// Waits for a future of the store, at most a minute.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(std::time::Duration::from_secs(60), future).await.unwrap() })
}

/// Everything that anybody could see in the store, as JSON.
pub fn everything(store: &Store) -> String {
    read(store, |view| {
        let tickets = view.tickets().unwrap();
        let events: Vec<_> = tickets.iter().map(|ticket| (&ticket.id, view.events(&ticket.id).unwrap())).collect();
        let reasons: Vec<_> = tickets.iter().map(|ticket| (&ticket.id, view.why(&ticket.id).unwrap())).collect();
        let known = view.look_up(&Ask::default(), noon(0)).unwrap();
        serde_json::to_string_pretty(&serde_json::json!({
            "head": view.head(),
            "tickets": tickets,
            "events": events,
            "why": reasons,
            "letters": view.letters().unwrap(),
            "sendable": view.sendable(Timestamp::MAX, usize::MAX).unwrap(),
            "quarantine": view.quarantine().unwrap(),
            "timers": view.timers().unwrap(),
            "register": view.register().unwrap(),
            "secrets": view.known_secrets().unwrap(),
            "next": [known.next_ticket, known.next_letter],
        }))
        .unwrap()
    })
}
