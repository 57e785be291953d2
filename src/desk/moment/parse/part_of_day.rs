//! "in the afternoon", "du soir": which half of the day a time of day belongs to.

use jiff::civil::Time;

use crate::desk::moment::parse::{DateWritten, Reader, TimeWritten};
use crate::desk::moment::{MomentFault, Word, fault, shown};
use crate::phrase;

impl Reader<'_> {
    pub(super) fn part_of_day(&mut self, part: Word) -> Result<(), MomentFault> {
        if self.found.part.replace(part).is_some_and(|other| other != part) {
            return Err(self.two());
        }
        // "this evening", "ce soir".
        let this = self.at.checked_sub(1).and_then(|before| self.pieces.get(before)?.means) == Some(Word::This);
        if this && self.found.date.is_none() && self.found.weekday.is_none() {
            self.found.date = Some(DateWritten::Ahead(0));
        }
        self.at += 1;
        Ok(())
    }

    /// The time of day in its part of the day. A part alone is no time; in the
    /// evening and at night nobody works, so there it is asked for at once.
    pub(super) fn in_part(&mut self) -> Result<(), MomentFault> {
        match (self.found.part, self.found.time) {
            (Some(part), Some(written)) => {
                self.found.time = Some(placed(part, written).ok_or_else(|| self.unreadable())?);
                Ok(())
            }
            (Some(Word::Evening | Word::Night), None) => Err(fault(
                "time_part_of_day",
                phrase!(
                    "time_part_of_day",
                    "\"{found}\" names a part of a day but no time of it; expected a date, a time and a zone such as \
                     2026-12-03 10:00 America/Los_Angeles",
                    found = shown(self.text)
                ),
            )),
            _ => Ok(()),
        }
    }
}

/// `None`: there is no such time in that part, so one of the two is wrong; "午後12時"
/// is noon to some and midnight to others.
fn placed(part: Word, written: TimeWritten) -> Option<TimeWritten> {
    // Whose night an early hour is of nobody can tell: that of this date or of its evening.
    const EITHER_END: &[i8] = &[0, 1];
    if written.days != [0] {
        return None;
    }
    let hour = written.time.hour();
    let (hour, days) = match (part, hour) {
        (Word::Morning | Word::FirstHalf, 0..=11) | (Word::Afternoon, 12..=20) | (Word::SecondHalf, 13..=23) => {
            (hour, written.days)
        }
        (Word::Evening, 16..=23) | (Word::Night, 18..=23) => (hour, written.days),
        (Word::Afternoon, 1..=8) | (Word::SecondHalf, 0..=11) => (hour + 12, written.days),
        (Word::Evening, 4..=11) | (Word::Night, 6..=11) => (hour + 12, written.days),
        (Word::Night, 0..=5) => (hour, EITHER_END),
        _ => return None,
    };
    Some(TimeWritten { time: Time::new(hour, written.time.minute(), 0, 0).ok()?, days })
}
