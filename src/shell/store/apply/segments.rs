//! Which days of sealed originals and attachments there are, whose they are, and
//! which of them were deleted because their time was over.

use jiff::Timestamp;

use crate::desk::office::{OfficeEvent, Segment, SegmentKind};
use crate::desk::record::Decided;
use crate::desk::ticket::TicketId;
use crate::shell::store::state::{State, StateError, Tree, key};

fn segment_key(name: &str) -> Vec<u8> {
    key(&[b"segment", name.as_bytes()])
}

fn deleted_key(name: &str) -> Vec<u8> {
    key(&[b"deleted segment", name.as_bytes()])
}

/// The decision's original and attachments lie in them from now on.
pub fn keep(state: &mut State, decided: &Decided, at: Timestamp) -> Result<(), StateError> {
    let originals = decided.original.iter().map(|place| (SegmentKind::Originals, place));
    let attachments = decided.attachments.iter().map(|place| (SegmentKind::Attachments, place));
    for (kind, place) in originals.chain(attachments) {
        let name = &place.segment;
        let before: Option<Segment> = state.get(Tree::Index, &segment_key(name))?;
        if before.is_none() {
            // A clock that was put back begins a deleted day anew.
            state.remove(Tree::Index, deleted_key(name));
        }
        let (pieces, newest) = before.map_or((0, at), |before| (before.pieces, before.newest.max(at)));
        let segment = Segment { segment: name.clone(), kind, pieces: pieces.saturating_add(1), newest };
        state.put(Tree::Index, segment_key(name), &segment)?;
        for change in &decided.changes {
            let of_ticket = key(&[b"segment of", name.as_bytes(), change.ticket.0.as_bytes()]);
            state.put(Tree::Index, of_ticket, &change.ticket)?;
        }
    }
    Ok(())
}

/// What the decision says is deleted.
pub fn delete(state: &mut State, decided: &Decided) -> Result<(), StateError> {
    for segment in named(decided) {
        let name = &segment.segment;
        state.remove(Tree::Index, segment_key(name));
        for (entry, _) in state.scan(Tree::Index, &key(&[b"segment of", name.as_bytes(), b""]), usize::MAX)? {
            state.remove(Tree::Index, entry);
        }
        state.put(Tree::Index, deleted_key(name), name)?;
    }
    Ok(())
}

/// The files that `decided` says are deleted.
pub fn named(decided: &Decided) -> impl Iterator<Item = &Segment> {
    decided.office.iter().flat_map(|event| match event {
        OfficeEvent::SegmentsDeleted { segments } => segments.as_slice(),
        _ => &[],
    })
}

/// Every file that is there.
pub fn all(state: &State) -> Result<Vec<Segment>, StateError> {
    state.values(Tree::Index, &key(&[b"segment", b""]))
}

/// The tickets of what lies in it.
pub fn tickets(state: &State, name: &str) -> Result<Vec<TicketId>, StateError> {
    state.values(Tree::Index, &key(&[b"segment of", name.as_bytes(), b""]))
}

/// The names of all that were deleted.
pub fn deleted(state: &State) -> Result<Vec<String>, StateError> {
    state.values(Tree::Index, &key(&[b"deleted segment", b""]))
}
