//! Records become the lines of the page.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::desk::record::{Cause, Decided, Did, LetterRow, OutcomeWord, What};
use crate::desk::ticket::{Event, NoteKind, Ticket, apply};
use crate::shell::cli::evidence::title::title;
use crate::shell::cli::evidence::words::{actor, consent, mail, proof, rows, said};
use crate::shell::cli::evidence::{Evidence, Gathered, Row, Section};
use crate::shell::cli::page::Page;
use crate::shell::cli::people::events;
use crate::shell::store::journal::Line;

/// The page of a ticket; `None`: the journal has no such ticket.
pub fn evidence(page: &Page, gathered: &Gathered, now: Timestamp) -> Option<Evidence> {
    let mut made = Making { page, gathered, ticket: None, rows: Vec::new(), rules: BTreeSet::new() };
    for (line, hash, text) in &gathered.records {
        made.record(&From { line, hash, text: text.as_deref() });
    }
    let Making { ticket, rows, rules, .. } = made;
    let ticket = ticket?;
    Some(Evidence {
        ticket: ticket.id.clone(),
        state: ticket.status,
        company: ticket.company.clone(),
        serial: ticket.serial().to_owned(),
        made_at: now,
        records: gathered.head.seq,
        head: gathered.head.hash.clone(),
        rows,
        rules: rules.into_iter().collect(),
    })
}

/// The record that lines are made of.
struct From<'a> {
    line: &'a Line,
    hash: &'a str,
    text: Option<&'a str>,
}

struct Making<'a> {
    page: &'a Page,
    gathered: &'a Gathered,
    ticket: Option<Ticket>,
    rows: Vec<Row>,
    rules: BTreeSet<String>,
}

impl Making<'_> {
    fn record(&mut self, from: &From<'_>) {
        match &from.line.what {
            What::Decided(decided) => self.decided(decided, from),
            What::Sent { letter, response } if self.gathered.outside.contains(letter) => {
                self.row(
                    Section::Letters,
                    format!("The mail server took letter {letter}: {response}"),
                    Vec::new(),
                    from,
                );
            }
            What::Deferred { letter, response, until } if self.gathered.outside.contains(letter) => {
                let until = self.page.moment(*until);
                let text = format!("Letter {letter} could not be sent and is tried again {until}: {response}");
                self.row(Section::Letters, text, Vec::new(), from);
            }
            What::HookEnded { letter, ok, result, .. } => {
                let how = if *ok { "told" } else { "could not be told" };
                let text = format!("The alarm program was {how} of alarm letter {letter}: {result}");
                self.row(Section::Problems, text, Vec::new(), from);
            }
            What::Console { by, did: Did::Retried { letter } } => {
                let text = format!("{by} let letter {letter} be sent again, at the console");
                self.row(Section::Letters, text, Vec::new(), from);
            }
            What::Console { by, did: Did::Held { letter } } => {
                let text = format!("{by} held letter {letter} back, at the console");
                self.row(Section::Letters, text, Vec::new(), from);
            }
            What::Console { did: Did::Released { .. } | Did::Dropped { .. } | Did::OriginalOpened { .. }, .. }
            | What::Trying { .. }
            | What::Sent { .. }
            | What::Deferred { .. }
            | What::HookStarted { .. }
            | What::Imported { .. }
            | What::Floor { .. } => {}
        }
    }

    fn decided(&mut self, decided: &Decided, from: &From<'_>) {
        self.rules.insert(decided.rules.clone());
        for change in decided.changes.iter().filter(|change| self.gathered.tickets.contains(&change.ticket)) {
            let is_other = change.ticket != self.gathered.ticket;
            for event in &change.events {
                if !is_other {
                    self.ticket = apply(self.ticket.take(), &change.ticket, event, from.line.at);
                }
                let Some((section, title)) = title(event) else { continue };
                let section = match event {
                    _ if is_other => Section::Problems,
                    // On its own page a problem's report is what was asked.
                    Event::Reported { .. } => Section::Asked,
                    _ => section,
                };
                let mut text = joined(title, &self.facts(event));
                if is_other {
                    text = format!("{}: {text}", change.ticket);
                }
                let detail = self.detail(event, decided, from);
                self.row(section, text, detail, from);
            }
        }
        if let (Cause::Delivery { letter, response }, OutcomeWord::Delivered) = (&decided.cause, decided.outcome)
            && self.gathered.outside.contains(letter)
        {
            let text = format!("The mail server took letter {letter}: {response}");
            self.row(Section::Letters, text, Vec::new(), from);
        }
        let mine = |letter: &&LetterRow| self.gathered.outside.contains(&letter.no);
        let letters: Vec<&LetterRow> = decided.letters.iter().filter(mine).collect();
        for letter in letters {
            let text = format!("Letter {}, {}, to {}: {}", letter.no, letter.template, letter.to, letter.subject);
            let detail = vec![
                format!("Message-ID {}", letter.message_id),
                format!("SHA-256 of the letter as it left {}", letter.bytes.sha256),
            ];
            self.row(Section::Letters, text, detail, from);
        }
    }

    /// The facts of an event; what staff wrote for themselves stays with them (5.2).
    fn facts(&self, event: &Event) -> String {
        match event {
            Event::Noted { kind: NoteKind::Staff, by, .. } => format!("by {by}; its text is not for this page"),
            event => events::of(self.page, event),
        }
    }

    fn detail(&self, event: &Event, decided: &Decided, from: &From<'_>) -> Vec<String> {
        let mut detail = Vec::new();
        let is_by_mail = matches!(decided.cause, Cause::Mail { .. });
        match event {
            Event::Opened { form, .. } | Event::Answered { form, .. } => {
                detail.extend(proof(decided));
                detail.extend(mail(decided));
                let written = form.fields.iter().map(|(key, slot)| (key.key().replace('_', " "), &slot.written));
                // Of a request the words themselves stand below.
                let written = written.filter(|_| matches!(event, Event::Answered { .. }) || !is_by_mail);
                detail.extend(written.map(|(name, written)| format!("{name}: {written}")));
            }
            Event::Reported { .. } => {
                detail.extend(proof(decided));
                detail.extend(mail(decided));
            }
            Event::Matched { checked, .. } | Event::Refused { checked, .. } => {
                if let Some(ticket) = &self.ticket {
                    let registers = &self.gathered.registers;
                    let (serial, who) = (ticket.serial(), ticket.requester.address.as_str());
                    detail.extend(rows(checked, serial, who, registers, from.line.seq));
                }
            }
            Event::Consented { consent: given } => detail.extend(consent(self.page, given)),
            Event::Cancelled { .. } | Event::StopAsked { .. } | Event::HoldAsked { .. } | Event::Disowned { .. }
                if is_by_mail =>
            {
                detail.extend(proof(decided));
                detail.extend(mail(decided));
            }
            Event::Finished { .. } => detail.extend(self.lasted()),
            _ => {}
        }
        let is_of_customer = matches!(
            event,
            Event::Opened { .. }
                | Event::Consented { .. }
                | Event::Cancelled { .. }
                | Event::StopAsked { .. }
                | Event::HoldAsked { .. }
                | Event::Disowned { .. }
                | Event::Confirmed { .. }
                | Event::Reported { .. }
        );
        let is_of_staff = matches!(decided.actor, crate::desk::access::Actor::Staff { .. });
        if is_by_mail && is_of_customer && !is_of_staff {
            detail.extend(from.text.into_iter().flat_map(said));
        }
        detail
    }

    fn lasted(&self) -> Option<String> {
        let ticket = self.ticket.as_ref()?;
        let (began, ended) = (ticket.started_at?, ticket.ended_at?);
        let minutes = ended.since(began).ok()?.total(jiff::Unit::Minute).ok()?;
        let (began, ended) = (self.page.moment(began), self.page.moment(ended));
        Some(format!("work began {began} and ended {ended}: {minutes:.0} minutes"))
    }

    fn row(&mut self, section: Section, text: String, detail: Vec<String>, from: &From<'_>) {
        let by = match &from.line.what {
            // Who is named already need not be named again.
            What::Decided(decided) if !text.contains(decided.actor.name()) => actor(&decided.actor),
            _ => String::new(),
        };
        let (at, record, record_sha256) = (from.line.at, from.line.seq, from.hash.to_owned());
        self.rows.push(Row { section, at, text, by, detail, record, record_sha256 });
    }
}

fn joined(title: &str, facts: &str) -> String {
    if facts.is_empty() { title.to_owned() } else { format!("{title}: {facts}") }
}
