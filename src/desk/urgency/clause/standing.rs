//! How far a state is asserted: now, in the past, announced, supposed, asked.

use crate::desk::urgency::clause::turn::Head;
use crate::desk::urgency::clause::{Before, Clause, Facts, Standing};
use crate::desk::urgency::lexicon::Spot;
use crate::desk::urgency::meaning::Meaning;

impl Clause<'_> {
    pub(super) fn standing(&self, head: &Head<'_>, before: Before, facts: &Facts) -> Standing {
        let (spots, start) = (&self.part.spots, head.spot.start);
        let stands_before = |meaning| spots.iter().any(|spot| spot.start < start && spot.is(meaning));
        let lasting = self.has(Meaning::Now);
        let nobody = head.turned_by.is_some_and(|no| no.is(Meaning::NoneOf));
        if self.sentence.announced && !lasting && !nobody {
            return Standing::Announced;
        }
        let condition = stands_before(Meaning::Conditions) || self.has(Meaning::ConditionsBehind);
        if before.supposed || condition {
            return Standing::Supposed { again: before.again || self.has(Meaning::Again) };
        }
        if before.asked {
            return Standing::Asked;
        }
        if self.has(Meaning::FollowUp) && !facts.restored.is_empty() {
            // "It works again; we would like to know why it was down."
            return Standing::LongPast;
        }
        if lasting {
            return Standing::Now;
        }
        if self.has(Meaning::Planned) || stands_before(Meaning::Coming) {
            return Standing::Announced;
        }
        let near = |spot: &Spot<'_>| spot.is(Meaning::Past) && spot.start < start && start - spot.end.min(start) <= 5;
        match (spots.iter().any(near), self.has(Meaning::PastDays)) {
            (true, true) => Standing::LongPast,
            (false, true) | (true, false) => Standing::Past,
            (false, false) => Standing::Now,
        }
    }

    /// "Is it down?"; but "why is it down?" takes it for granted.
    pub(super) fn asks(&self) -> bool {
        let opens = |spot: &Spot<'_>| spot.is(Meaning::Questions) && spot.start <= self.part.words.start + 1;
        let asked = self.sentence.asks && self.part.spots.iter().any(opens);
        (asked || self.has(Meaning::Doubts)) && !self.has(Meaning::Presumes)
    }
}
