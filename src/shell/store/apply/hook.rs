//! Alarms on their way through the alarm hook: a row for each alarm letter, and
//! an entry while it waits. Every run stands among the reasons of its ticket.

use jiff::Timestamp;

use crate::desk::letter::Template;
use crate::desk::record::{LetterRow, TicketChange};
use crate::desk::ticket::Event;
use crate::shell::store::rows::{HookRow, WhyRow};
use crate::shell::store::state::{State, StateError, Tree, key, number};

/// An alarm letter was committed. Other letters are none of the hook's business.
pub fn add(state: &mut State, letter: &LetterRow, changes: &[TicketChange], at: Timestamp) -> Result<(), StateError> {
    if !matches!(letter.template.parse(), Ok(Template::Alarm | Template::TestAlarm)) {
        return Ok(());
    }
    let change = changes.iter().find(|change| Some(&change.ticket) == letter.ticket.as_ref());
    let step = change.into_iter().flat_map(|change| &change.events).find_map(|event| match event {
        Event::Alarmed { step, .. } => Some(*step),
        _ => None,
    });
    let row = HookRow {
        letter: letter.no,
        ticket: letter.ticket.clone(),
        step: step.unwrap_or_default(),
        committed_at: at,
        runs: 0,
        running: false,
        again: false,
        next_try: at,
        done: false,
        ok: false,
        result: String::new(),
    };
    put(state, &row)
}

/// Counted before the run, so that none goes uncounted.
pub fn started(
    state: &mut State,
    letter: u64,
    run: u32,
    again: bool,
    (at, seq): (Timestamp, u64),
) -> Result<(), StateError> {
    let mut row = row(state, letter)?;
    row.runs = run;
    row.running = true;
    row.again |= again;
    let mark = if again { ", again: the desk ended during the run before" } else { "" };
    tell(state, &row, format!("letter {letter}: run {run} started{mark}"), (at, seq))?;
    put(state, &row)
}

pub fn ended(
    state: &mut State,
    letter: u64,
    ok: bool,
    result: &str,
    next: Option<Timestamp>,
    (at, seq): (Timestamp, u64),
) -> Result<(), StateError> {
    let mut row = row(state, letter)?;
    row.running = false;
    row.done = next.is_none();
    row.ok = ok;
    row.next_try = next.unwrap_or(row.next_try);
    result.clone_into(&mut row.result);
    let word = match (ok, next) {
        (true, _) => "done",
        (false, Some(_)) => "failed, is tried again",
        (false, None) => "failed for good",
    };
    tell(state, &row, format!("letter {letter}: run {} {word}: {result}", row.runs), (at, seq))?;
    put(state, &row)
}

/// Rows by letter, and the letters that wait.
pub fn row_key(letter: u64) -> Vec<u8> {
    key(&[b"hook", &number(letter)])
}

pub fn waiting_key(letter: u64) -> Vec<u8> {
    key(&[b"hook waits", &number(letter)])
}

fn put(state: &mut State, row: &HookRow) -> Result<(), StateError> {
    if row.done {
        state.remove(Tree::Index, waiting_key(row.letter));
    } else {
        state.put(Tree::Index, waiting_key(row.letter), &row.letter)?;
    }
    state.put(Tree::Index, row_key(row.letter), row)
}

fn row(state: &State, letter: u64) -> Result<HookRow, StateError> {
    let row: Option<HookRow> = state.get(Tree::Index, &row_key(letter))?;
    row.ok_or_else(|| StateError::Contradiction(format!("letter {letter} is no alarm")))
}

fn tell(state: &mut State, row: &HookRow, fact: String, (at, seq): (Timestamp, u64)) -> Result<(), StateError> {
    let Some(ticket) = &row.ticket else { return Ok(()) };
    let why = WhyRow {
        at,
        record: seq,
        outcome: "alarm_hook".to_owned(),
        rule: "2.8".to_owned(),
        fact,
        cause: None,
        actor: None,
    };
    state.put(Tree::Why, key(&[ticket.0.as_bytes(), &number(seq), &number(0)]), &why)
}
