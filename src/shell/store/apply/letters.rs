//! Letters on their way: pending → trying → sent, deferred or failed; held and retried by hand, or
//! withdrawn before the first try. What has left is never waiting again, whatever a later record says.

use jiff::Timestamp;

use crate::desk::known::Tally;
use crate::desk::letter::Template;
use crate::desk::record::LetterRow;
use crate::shell::store::apply::tally;
use crate::shell::store::rows::{ByHand, LetterState, OurId, OutboxRow};
use crate::shell::store::state::{State, StateError, Tree, instant, key, number};

/// A committed letter waits from now on.
pub fn add(state: &mut State, letter: &LetterRow, at: Timestamp) -> Result<(), StateError> {
    if state.has(Tree::Outbox, &number(letter.no))? {
        return Err(StateError::Contradiction(format!("letter {} was written before", letter.no)));
    }
    let row = OutboxRow {
        letter: letter.clone(),
        state: LetterState::Pending,
        attempts: 0,
        committed_at: at,
        next_try: at,
        response: String::new(),
        done_at: None,
        by_hand: None,
    };
    state.put(Tree::Outbox, number(letter.no).to_vec(), &row)?;
    state.put(Tree::Queue, queue_key(&row), &letter.no)?;
    state.put(Tree::Meta, b"letter".to_vec(), &letter.no)?;
    let ours = OurId { letter: letter.no, ticket: letter.ticket.clone() };
    state.put(Tree::Index, key(&[b"message", letter.message_id.as_bytes()]), &ours)?;
    let address = letter.to.to_ascii_lowercase();
    let template: Option<Template> = letter.template.parse().ok();
    if !letter.for_staff && template.is_some_and(Template::is_answer) {
        tally::add(state, Tally::Letter, &address, at)?;
    }
    if template == Some(Template::HeadsUp) {
        tally::add(state, Tally::Warning, &address, at)?;
    }
    let counted: Option<&[u8]> = match letter.template.parse() {
        Ok(Template::NeutralNote | Template::NeutralProblemNote) => Some(b"neutral"),
        Ok(Template::Confirm) => Some(b"challenge"),
        _ => None,
    };
    if let Some(what) = counted {
        state.put(Tree::Index, key(&[what, address.as_bytes(), &instant(at), &number(letter.no)]), &at)?;
    }
    Ok(())
}

/// Counted before the attempt, so that none goes uncounted.
pub fn trying(state: &mut State, no: u64) -> Result<(), StateError> {
    let mut row = row(state, no)?;
    if row.is_done() || row.state == LetterState::Held {
        return Ok(());
    }
    row.state = LetterState::Trying;
    row.attempts += 1;
    state.put(Tree::Outbox, number(no).to_vec(), &row)
}

/// It waits until `until`.
pub fn defer(state: &mut State, no: u64, until: Timestamp, response: &str) -> Result<(), StateError> {
    let mut row = row(state, no)?;
    if row.is_done() || row.state == LetterState::Held {
        return Ok(());
    }
    state.remove(Tree::Queue, queue_key(&row));
    row.state = LetterState::Deferred;
    row.next_try = until;
    response.clone_into(&mut row.response);
    state.put(Tree::Queue, queue_key(&row), &no)?;
    state.put(Tree::Outbox, number(no).to_vec(), &row)
}

/// It was sent, or failed for good: also after it was sent, when a report says
/// that it came back.
pub fn finish(state: &mut State, no: u64, to: LetterState, response: &str, at: Timestamp) -> Result<(), StateError> {
    let mut row = row(state, no)?;
    if row.state == to || matches!(row.state, LetterState::Failed | LetterState::Withdrawn) {
        return Ok(());
    }
    state.remove(Tree::Queue, queue_key(&row));
    row.state = to;
    response.clone_into(&mut row.response);
    row.done_at = Some(at);
    state.put(Tree::Outbox, number(no).to_vec(), &row)
}

/// What it tells was taken back before anybody could have it.
pub fn withdraw(state: &mut State, no: u64, at: Timestamp) -> Result<(), StateError> {
    let mut row = row(state, no)?;
    if !row.is_untouched() {
        return Err(StateError::Contradiction(format!("letter {no} has been handed over, or may have been")));
    }
    state.remove(Tree::Queue, queue_key(&row));
    row.state = LetterState::Withdrawn;
    row.done_at = Some(at);
    state.put(Tree::Outbox, number(no).to_vec(), &row)
}

/// By hand: it waits for nothing but a retry by hand.
pub fn hold(state: &mut State, no: u64, hand: ByHand) -> Result<(), StateError> {
    let mut row = row(state, no)?;
    if row.is_done() {
        return Err(StateError::Contradiction(format!("letter {no} waits for nothing any more")));
    }
    state.remove(Tree::Queue, queue_key(&row));
    row.state = LetterState::Held;
    row.by_hand = Some(hand);
    state.put(Tree::Outbox, number(no).to_vec(), &row)
}

/// By hand: it is due now, and has its whole time before it again.
pub fn retry(state: &mut State, no: u64, hand: ByHand) -> Result<(), StateError> {
    let mut row = row(state, no)?;
    if matches!(row.state, LetterState::Sent | LetterState::Withdrawn) {
        return Err(StateError::Contradiction(format!("letter {no} was sent or withdrawn")));
    }
    state.remove(Tree::Queue, queue_key(&row));
    row.state = LetterState::Pending;
    row.next_try = hand.at;
    row.done_at = None;
    row.by_hand = Some(hand);
    state.put(Tree::Queue, queue_key(&row), &no)?;
    state.put(Tree::Outbox, number(no).to_vec(), &row)
}

fn row(state: &State, no: u64) -> Result<OutboxRow, StateError> {
    let row: Option<OutboxRow> = state.get(Tree::Outbox, &number(no))?;
    row.ok_or_else(|| StateError::Contradiction(format!("letter {no} was never written")))
}

fn queue_key(row: &OutboxRow) -> Vec<u8> {
    [instant(row.next_try), number(row.letter.no)].concat()
}
