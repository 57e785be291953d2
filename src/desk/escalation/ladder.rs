//! The steps of an alarm: level after level, then the last level again, then
//! the last address for ever. A step fires once.

use jiff::{SignedDuration, Timestamp};

use crate::desk::escalation::Post;

/// When the steps of a ladder may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// Day and night.
    Always,
    /// An alarm that begins outside business hours waits for the next opening;
    /// one that began before closing time goes on after it (2.8).
    BusinessHours,
}

/// What happens while nobody acknowledges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder {
    pub clock: Clock,
    /// In order; the first at 0 minutes. Never empty.
    pub levels: Vec<Level>,
    /// The last level is called again so often, so many minutes apart.
    pub repeats: u32,
    pub repeat_minutes: u32,
    /// After that the last address is called every so many minutes.
    pub then_every_minutes: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// Minutes after the alarm was raised.
    pub after_minutes: u32,
    pub to: Vec<Post>,
}

/// One step of a running alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// From 0.
    pub number: u32,
    pub at: Timestamp,
    /// From 1; the same for its repetitions.
    pub level: u32,
    pub levels: u32,
    /// Empty: the last address.
    pub to: Vec<Post>,
}

impl Ladder {
    /// Step `number` of an alarm whose steps are counted from `since`.
    pub fn step(&self, number: u32, since: Timestamp) -> Step {
        let levels = count(&self.levels);
        let over = number.saturating_sub(levels.saturating_sub(1));
        let last = self.levels.last();
        let after_last = last.map_or(0, |level| level.after_minutes);
        let again = over.min(self.repeats).saturating_mul(self.repeat_minutes);
        let then = over.saturating_sub(self.repeats);
        let minutes = match self.levels.get(usize::try_from(number).unwrap_or(usize::MAX)) {
            Some(level) => level.after_minutes,
            None => after_last.saturating_add(again).saturating_add(then.saturating_mul(self.then_every_minutes)),
        };
        let level = number.saturating_add(1).min(levels);
        let to = match self.levels.get(usize::try_from(level).unwrap_or(usize::MAX).saturating_sub(1)) {
            Some(level) if then == 0 => level.to.clone(),
            _ => Vec::new(),
        };
        let at = since.checked_add(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(Timestamp::MAX);
        Step { number, at, level, levels, to }
    }

    /// The step to do at `now` when `fired` have fired: each level once and in
    /// order, but of overdue repetitions only the last (2.8: no storm).
    pub fn due(&self, fired: u32, since: Timestamp, now: Timestamp) -> Option<Step> {
        let mut step = self.step(fired, since);
        if step.at > now {
            return None;
        }
        while step.number >= count(&self.levels) {
            let next = self.step(step.number.saturating_add(1), since);
            if next.at > now || next.number == step.number {
                break;
            }
            step = next;
        }
        Some(step)
    }
}

fn count(levels: &[Level]) -> u32 {
    u32::try_from(levels.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ladder() -> Ladder {
        let level = |after_minutes, id: &str| Level { after_minutes, to: vec![Post::Person(id.to_owned())] };
        let levels = vec![level(0, "one"), level(15, "two"), level(30, "three"), level(45, "four")];
        Ladder { clock: Clock::Always, levels, repeats: 4, repeat_minutes: 15, then_every_minutes: 60 }
    }

    #[test]
    fn levels_then_repetitions_then_the_last_address() {
        let steps: Vec<Step> = (0..11).map(|number| ladder().step(number, Timestamp::UNIX_EPOCH)).collect();
        let minutes: Vec<i64> = steps.iter().map(|step| step.at.as_second() / 60).collect();
        assert_eq!(minutes, [0, 15, 30, 45, 60, 75, 90, 105, 165, 225, 285]);
        let levels: Vec<u32> = steps.iter().map(|step| step.level).collect();
        assert_eq!(levels, [1, 2, 3, 4, 4, 4, 4, 4, 4, 4, 4]);
        let last: Vec<bool> = steps.iter().map(|step| step.to.is_empty()).collect();
        assert_eq!(last.iter().position(|last| *last), Some(8), "{last:?}");
    }

    /// 2.8: after an outage each level once, in order; of the repetitions one.
    #[test]
    fn an_outage_makes_no_storm() {
        let now = Timestamp::UNIX_EPOCH.checked_add(SignedDuration::from_mins(200)).unwrap_or_default();
        let mut fired = 0;
        let mut done = Vec::new();
        while let Some(step) = ladder().due(fired, Timestamp::UNIX_EPOCH, now) {
            done.push(step.number);
            fired = step.number + 1;
        }
        assert_eq!(done, [0, 1, 2, 3, 8], "165 minutes is the last that is overdue");
    }
}
