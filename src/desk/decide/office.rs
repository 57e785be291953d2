//! The desk as a whole (part 6, 5.3): hand-offs, the digest, and what staff ask
//! and tell without a ticket.

pub mod command;
mod gaps;
pub mod news;
mod retention;
mod self_test;
mod swap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::desk::access::{Actor, Recipient, day_of};
use crate::desk::board::{Board, Section, name};
use crate::desk::decide::{Decision, World};
use crate::desk::language::Language;
use crate::desk::letter::say::{FieldLine, Say};
use crate::desk::letter::{Letter, times};
use crate::desk::office::{self, DeskTimer, DeskTimerName, OfficeEvent};
use crate::desk::record::{OutcomeWord, Why};

/// A timer of the desk that has come due: compared with what holds once more.
pub fn due(timer: &DeskTimer, world: &World<'_>) -> Decision {
    let word: &'static str = (&timer.name).into();
    if !office::all_due(&world.known.office, world.rules, world.now).contains(timer) {
        let mut decision = Decision::new(OutcomeWord::NoLongerDue, Actor::System);
        decision.why.push(Why::new(word, "it is not due any more"));
        return decision;
    }
    let mut decision = Decision::new(OutcomeWord::Timer, Actor::System);
    decision.why.push(Why::new(word, format!("was due at {}", timer.at)));
    match timer.name {
        DeskTimerName::Handover => handover(timer, world, &mut decision),
        DeskTimerName::HandoverOpen => still_open(world, &mut decision),
        DeskTimerName::Digest => digest(world, &mut decision),
        DeskTimerName::Gaps => gaps::look(world, &mut decision),
        DeskTimerName::SelfTest => self_test::begin(world, &mut decision),
        DeskTimerName::SelfTestEnd => self_test::end(world, &mut decision),
        DeskTimerName::Retention => retention::look(world, &mut decision),
    }
    decision.office.push(OfficeEvent::Fired { timer: word.to_owned(), due: timer.at });
    decision
}

/// A turn has begun. Whoever had the duty until then keeps it until the next one
/// acknowledges it.
fn handover(timer: &DeskTimer, world: &World<'_>, decision: &mut Decision) {
    let World { known, rules, .. } = *world;
    let escalation = &rules.escalation;
    let Some(rota) = escalation.duty_rota() else { return };
    let before = timer.at.checked_sub(SignedDuration::from_secs(1)).unwrap_or(timer.at);
    let duty = known.office.duty();
    let had_it = escalation.on_duty(&rota.name, before, &duty).filter(|who| !escalation.is_away(who, timer.at));
    let has_it = escalation.on_duty(&rota.name, timer.at, &known.office.takeovers);
    decision.office.push(OfficeEvent::HandedOver {
        rota: rota.name.clone(),
        from: had_it.map(str::to_owned),
        to: has_it.map(str::to_owned),
    });
    if had_it == has_it {
        decision.why.push(Why::new("5.3", "the same person goes on"));
        return;
    }
    let shown = |id: Option<&str>| id.map_or_else(|| "NOBODY".to_owned(), |id| name(rules, id));
    let (from, to) = (shown(had_it), shown(has_it));
    let subject = format!("Handover of the duty ({}): {from} to {to}", rota.name);
    let board = sections(world);
    let mut first = vec![format!("The turn of {to} begins: {}.", when(world, timer.at))];
    first.extend(match (had_it, has_it) {
        (_, None) => vec![
            "NOBODY is on duty from now on: alarms call the next level at once.".to_owned(),
            "A #swap fills the gap.".to_owned(),
        ],
        (None, Some(_)) => vec![format!("Nobody had the duty before: {to} has it at once.")],
        (Some(_), Some(_)) => {
            vec![format!("Until {to} acknowledges, {from} has the duty and is called by alarms.")]
        }
    });
    let needs_ack = had_it.is_some() && has_it.is_some();
    for (recipient, salutation) in people(world, &[has_it, had_it]) {
        let is_next = has_it.and_then(|id| rules.access.staff_by_id(id)).is_some_and(|staff| staff.name == salutation);
        let ack = if needs_ack && is_next { ACK.to_owned() } else { String::new() };
        let say = Say::Duty {
            subject: subject.clone(),
            lines: first.clone(),
            ack,
            sections: board.clone(),
            commands: Vec::new(),
        };
        decision.letters.push(letter(recipient, &salutation, say));
    }
}

const ACK: &str =
    "Reply with the single word\n\n  ack\n\nand the duty is yours, with the open P1 and P2 of the person before you.";

/// The next one was told and is silent.
fn still_open(world: &World<'_>, decision: &mut Decision) {
    let World { known, rules, .. } = *world;
    let Some(open) = known.office.open_handover() else { return };
    let (from, to) = (open.from.as_deref(), open.to.as_deref());
    let shown = |id: Option<&str>| id.map_or_else(|| "nobody".to_owned(), |id| name(rules, id));
    let lines = vec![
        format!("{} was handed the duty ({}) and has not acknowledged it.", shown(to), open.rota),
        format!("It began: {}.", when(world, open.at)),
        format!("Until then {} keeps it and is called by alarms.", shown(from)),
    ];
    let subject = format!("Duty not acknowledged by {}", shown(to));
    let leads = rules.access.leads().map(|lead| Some(lead.id.as_str()));
    let ids: Vec<Option<&str>> = std::iter::once(to).chain(leads).collect();
    let next = to.and_then(|id| rules.access.staff_by_id(id)).map(|staff| staff.name.clone());
    for (recipient, salutation) in persons(world, &ids) {
        let ack = if Some(&salutation) == next.as_ref() { ACK.to_owned() } else { String::new() };
        let (subject, lines) = (subject.clone(), lines.clone());
        let say = Say::Duty { subject, lines, ack, sections: Vec::new(), commands: Vec::new() };
        decision.letters.push(letter(recipient, &salutation, say));
    }
}

/// The board, for leads; without a lead for the desk's list.
fn digest(world: &World<'_>, decision: &mut Decision) {
    let ids: Vec<Option<&str>> = world.rules.access.leads().map(|lead| Some(lead.id.as_str())).collect();
    let mut to = persons(world, &ids);
    if to.is_empty() {
        to.push((Recipient::desk(world.rules), String::new()));
    }
    for (recipient, salutation) in to {
        let mut say = board_letter(world, format!("Daily digest, {}", today(world).strftime("%A %-d %B %Y")));
        if let Say::Duty { sections, .. } = &mut say {
            sections.extend(witness(world));
        }
        decision.letters.push(letter(recipient, &salutation, say));
    }
}

/// A letter that has left is out of our hands: what it says of the journal can be
/// held against the journal at any time after.
fn witness(world: &World<'_>) -> Option<Section> {
    let head = &world.known.seen.as_deref()?.head;
    let lines = [
        "The last record of the journal and its hash:",
        "",
        head,
        "",
        "Whoever keeps this letter can prove that nothing was changed up to there:",
        "upgrade-desk audit verify --head RECORD:HASH",
    ];
    Some(Section { title: "WITNESS".to_owned(), lines: lines.map(str::to_owned).into() })
}

/// The board as a letter.
fn board_letter(world: &World<'_>, subject: String) -> Say {
    Say::Duty {
        subject,
        lines: vec![format!("As of {}.", when(world, world.now))],
        ack: String::new(),
        sections: sections(world),
        commands: commands(),
    }
}

fn commands() -> Vec<FieldLine> {
    let line = |label: &str, value: &str| FieldLine { label: label.to_owned(), value: value.to_owned() };
    vec![
        line("#swap <id> 2026-12-24", "the duty of that day goes to him"),
        line("#holiday 2026-12-24 <name>", "a lead adds a day without work"),
        line("#board, #status, #rota, #help", "to look"),
    ]
}

fn board(world: &World<'_>) -> Board {
    let nothing = crate::desk::board::Seen::default();
    let seen = world.known.seen.as_deref().unwrap_or(&nothing);
    Board::of(seen, &world.known.office, world.rules, world.now)
}

fn sections(world: &World<'_>) -> Vec<Section> {
    board(world).sections()
}

/// The desk's list and these people, each address once.
fn people(world: &World<'_>, ids: &[Option<&str>]) -> Vec<(Recipient, String)> {
    let mut people = persons(world, ids);
    let desk = Recipient::desk(world.rules);
    if !people.iter().any(|(known, _)| known.address().eq_ignore_ascii_case(desk.address())) {
        people.push((desk, String::new()));
    }
    people
}

fn persons(world: &World<'_>, ids: &[Option<&str>]) -> Vec<(Recipient, String)> {
    let mut people: Vec<(Recipient, String)> = Vec::new();
    for staff in ids.iter().flatten().filter_map(|id| world.rules.access.staff_by_id(id)) {
        let to = Recipient::staff(staff);
        if !people.iter().any(|(known, _)| known.address().eq_ignore_ascii_case(to.address())) {
            people.push((to, staff.name.clone()));
        }
    }
    people
}

pub fn letter(to: Recipient, salutation: &str, say: Say) -> Letter {
    Letter {
        to,
        salutation: salutation.to_owned(),
        say,
        ticket: None,
        in_reply_to: None,
        references: Vec::new(),
        invite: None,
        also: Vec::new(),
        besides: Vec::new(),
        files: Vec::new(),
        language: Language::default(),
    }
}

/// By the desk's clock, with its offset.
fn when(world: &World<'_>, at: Timestamp) -> String {
    times::point(at, &world.rules.hours.zone)
}

fn today(world: &World<'_>) -> Date {
    day_of(world.now, &world.rules.hours.zone)
}
