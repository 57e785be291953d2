//! Sealed originals and attachments whose time is over (decisions 17): whole days of
//! them are deleted. A day of which something belongs to an open ticket stays.

use crate::desk::decide::{Decision, World};
use crate::desk::office::{OfficeEvent, Segment};
use crate::desk::record::Why;

/// What to delete now. Nobody is written to: the record is what proves it.
pub fn look(world: &World<'_>, decision: &mut Decision) {
    let rules = &world.rules.desk.retention;
    let mut segments: Vec<Segment> = Vec::new();
    for (segment, open) in &world.known.segments {
        match open.first() {
            _ if !segment.is_over(rules, world.now) => {}
            None => segments.push(segment.clone()),
            Some(ticket) => {
                let why = format!("{} stays: {} is open", segment.segment, ticket.0);
                decision.why.push(Why::new("retention", why));
            }
        }
    }
    for segment in &segments {
        let why = format!("the time of {} is over", segment.segment);
        decision.why.push(Why::new("retention", why));
    }
    if !segments.is_empty() {
        decision.office.push(OfficeEvent::SegmentsDeleted { segments });
    }
}
