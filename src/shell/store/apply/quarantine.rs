//! Mails in quarantine: open until somebody releases or drops them. A pass lets
//! a released mail be decided once, wherever it comes from.

use jiff::Timestamp;

use crate::desk::input::Place;
use crate::desk::known::Pass;
use crate::desk::record::{Decided, Quarantined};
use crate::shell::store::rows::{ByHand, KeptState, QuarantineRow};
use crate::shell::store::state::{State, StateError, Tree, key, number};

/// What its record says of a mail that is kept.
pub struct Kept<'a> {
    pub place: &'a Place,
    pub message_id: &'a Option<String>,
    pub sha256: &'a Option<String>,
    pub quarantined: &'a Quarantined,
}

pub fn add(state: &mut State, no: u64, at: Timestamp, kept: &Kept<'_>, decided: &Decided) -> Result<(), StateError> {
    let row = QuarantineRow {
        no,
        at,
        quarantined: kept.quarantined.clone(),
        place: Some(kept.place.clone()),
        message_id: kept.message_id.clone(),
        sha256: kept.sha256.clone(),
        state: KeptState::Open,
        by_hand: None,
        hand_reason: None,
        evidence: decided.evidence.clone(),
        decided_again: None,
        text: decided.text.clone(),
        original: decided.original.clone(),
    };
    put(state, &row)?;
    state.put(Tree::Meta, b"quarantine".to_vec(), &no)
}

/// The mail may be decided once more.
pub fn release(state: &mut State, no: u64, sha256: &str, hand: ByHand, reason: &str) -> Result<(), StateError> {
    let mut row = row(state, no)?;
    if row.decided_again.is_some() {
        return Err(StateError::Contradiction(format!("quarantine {no} was released and decided before")));
    }
    let pass =
        Pass { kept: no, because: row.quarantined.reason.clone(), by: hand.by.clone(), reason: reason.to_owned() };
    state.put(Tree::Index, pass_key(sha256), &pass)?;
    row.state = KeptState::Released;
    row.by_hand = Some(hand);
    row.hand_reason = Some(reason.to_owned());
    put(state, &row)
}

/// Somebody has dealt with it.
pub fn drop_it(state: &mut State, no: u64, hand: ByHand, reason: &str) -> Result<(), StateError> {
    let mut row = row(state, no)?;
    row.state = KeptState::Dropped;
    row.by_hand = Some(hand);
    row.hand_reason = Some(reason.to_owned());
    put(state, &row)
}

/// A mail with these bytes was decided: its pass, if it had one, is used up.
pub fn use_pass(state: &mut State, sha256: &str, seq: u64) -> Result<(), StateError> {
    let Some(pass) = state.get::<Pass>(Tree::Index, &pass_key(sha256))? else { return Ok(()) };
    state.remove(Tree::Index, pass_key(sha256));
    let mut row = row(state, pass.kept)?;
    row.decided_again = Some(seq);
    put(state, &row)
}

/// Where the pass for these bytes is kept.
pub fn pass_key(sha256: &str) -> Vec<u8> {
    key(&[b"pass", sha256.as_bytes()])
}

fn row(state: &State, no: u64) -> Result<QuarantineRow, StateError> {
    let row = state.get(Tree::Quarantine, &number(no))?;
    row.ok_or_else(|| StateError::Contradiction(format!("nothing is in quarantine under {no}")))
}

fn put(state: &mut State, row: &QuarantineRow) -> Result<(), StateError> {
    state.put(Tree::Quarantine, number(row.no).to_vec(), row)
}
