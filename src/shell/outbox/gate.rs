//! Waiting for the server, once for all letters: when it is not there, asking
//! it again for every single letter helps nobody.

use std::time::Duration;

use tokio::time::Instant;

/// First pause after the server was not reached; it doubles up to [`LONGEST`].
const SHORTEST: Duration = Duration::from_secs(5);
/// So late a letter leaves at most after the server is back.
pub const LONGEST: Duration = Duration::from_secs(300);

/// Shut after trouble with the server; open again after a pause.
#[derive(Debug, Default)]
pub struct Gate {
    /// Times in a row that the server was not reached.
    troubles: u32,
    shut_until: Option<Instant>,
}

impl Gate {
    /// Until when nobody should ask; `None`: it is open.
    pub fn shut_until(&self, now: Instant) -> Option<Instant> {
        self.shut_until.filter(|until| *until > now)
    }

    /// After trouble, letters go through one by one until the server is well.
    pub fn is_narrow(&self) -> bool {
        self.troubles > 0
    }

    /// The server was not reached. Workers that were on their way at the same
    /// time met the same trouble: it counts once.
    pub fn trouble(&mut self, now: Instant) {
        if self.shut_until(now).is_some() {
            return;
        }
        let pause = SHORTEST.saturating_mul(2_u32.saturating_pow(self.troubles)).min(LONGEST);
        self.troubles = self.troubles.saturating_add(1);
        self.shut_until = Some(now + pause);
    }

    /// The server answered about a letter, whatever it said.
    pub fn well(&mut self) {
        *self = Gate::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_five_minutes_and_end_with_an_answer() {
        let begin = Instant::now();
        let mut now = begin;
        let mut gate = Gate::default();
        let mut pauses = Vec::new();
        for _ in 0..9 {
            assert_eq!(gate.shut_until(now), None);
            gate.trouble(now);
            // The others of the same moment.
            gate.trouble(now);
            let until = gate.shut_until(now).unwrap_or(now);
            pauses.push((until - now).as_secs());
            now = until;
        }
        assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
        assert!(gate.is_narrow());
        gate.well();
        assert!(!gate.is_narrow());
        gate.trouble(now);
        assert_eq!(gate.shut_until(now), Some(now + SHORTEST));
    }
}
