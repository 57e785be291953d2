//! Mails in quarantine: open until somebody releases or drops them. A pass lets
//! a released mail be decided once, wherever it comes from; a held one is decided
//! again and again until it is known who wrote it.

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
        state: if kept.quarantined.held.is_some() { KeptState::Held } else { KeptState::Open },
        by_hand: None,
        hand_reason: None,
        evidence: decided.evidence.clone(),
        decided_again: None,
        text: decided.text.clone(),
        original: decided.original.clone(),
    };
    put(state, &row)?;
    if let (KeptState::Held, Some(sha256)) = (row.state, &row.sha256) {
        state.put(Tree::Index, held_key(sha256), &no)?;
    }
    // Whoever answers the notice means this mail.
    let notices = decided.letters.iter().filter(|letter| letter.for_staff && letter.ticket.is_none());
    for letter in notices {
        state.put(Tree::Index, notice_key(letter.no), &no)?;
    }
    state.put(Tree::Meta, b"quarantine".to_vec(), &no)
}

/// Released by mail: nobody stands at a console to move it, so the desk does.
pub fn accept(state: &mut State, no: u64, sha256: &str) -> Result<(), StateError> {
    state.put(Tree::Index, accepted_key(sha256), &no)
}

/// Where the number of the mail is kept that a notice is about.
pub fn notice_key(letter: u64) -> Vec<u8> {
    key(&[b"notice", &number(letter)])
}

fn accepted_key(sha256: &str) -> Vec<u8> {
    key(&[b"accepted", sha256.as_bytes()])
}

/// A mail with these bytes was decided: if it was held, its row waits on (true),
/// or is done with.
pub fn held_before(
    state: &mut State,
    sha256: &str,
    place: &Place,
    decided: &Decided,
    seq: u64,
) -> Result<bool, StateError> {
    let Some(no) = state.get::<u64>(Tree::Index, &held_key(sha256))? else { return Ok(false) };
    let mut row = row(state, no)?;
    let again = decided.quarantine.as_ref().filter(|quarantined| quarantined.held.is_some());
    if let Some(again) = again {
        row.quarantined = again.clone();
        row.place = Some(place.clone());
        row.evidence = decided.evidence.clone();
    } else {
        row.decided_again = Some(seq);
        state.remove(Tree::Index, held_key(sha256));
    }
    put(state, &row)?;
    Ok(again.is_some())
}

/// It is in the hands of people now.
fn no_longer_held(state: &mut State, row: &QuarantineRow) {
    if let (KeptState::Held, Some(sha256)) = (row.state, &row.sha256) {
        state.remove(Tree::Index, held_key(sha256));
    }
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
    no_longer_held(state, &row);
    row.state = KeptState::Released;
    row.by_hand = Some(hand);
    row.hand_reason = Some(reason.to_owned());
    put(state, &row)
}

/// Somebody has dealt with it.
pub fn drop_it(state: &mut State, no: u64, hand: ByHand, reason: &str) -> Result<(), StateError> {
    let mut row = row(state, no)?;
    no_longer_held(state, &row);
    row.state = KeptState::Dropped;
    row.by_hand = Some(hand);
    row.hand_reason = Some(reason.to_owned());
    put(state, &row)
}

/// A mail with these bytes was decided: its pass, if it had one, is used up.
pub fn use_pass(state: &mut State, sha256: &str, seq: u64) -> Result<(), StateError> {
    let Some(pass) = state.get::<Pass>(Tree::Index, &pass_key(sha256))? else { return Ok(()) };
    state.remove(Tree::Index, pass_key(sha256));
    state.remove(Tree::Index, accepted_key(sha256));
    let mut row = row(state, pass.kept)?;
    row.decided_again = Some(seq);
    put(state, &row)
}

/// Where the number of the held mail with these bytes is kept.
pub fn held_key(sha256: &str) -> Vec<u8> {
    key(&[b"held", sha256.as_bytes()])
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
