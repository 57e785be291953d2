//! How long to wait before the next try to connect: 1 s to 5 min with jitter
//! (I-2), so that a server that comes back is not run over, and a refused
//! login locks nobody out (I-11: at most 20 tries an hour).

use std::time::Duration;

use super::ErrorKind;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(300);
/// 3 minutes: 20 tries an hour.
const AFTER_REFUSAL: Duration = Duration::from_secs(180);

/// Counts failures in a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The pause after one more failure. `chance` is a random value from 0 to 1;
    /// what lies outside counts as the nearer end.
    pub fn after(&mut self, kind: ErrorKind, chance: f64) -> Duration {
        let doubled = FIRST.saturating_mul(2_u32.saturating_pow(self.failures));
        self.failures = self.failures.saturating_add(1);
        let shortest = match kind {
            ErrorKind::Refused => AFTER_REFUSAL,
            ErrorKind::Transient | ErrorKind::Protocol | ErrorKind::Configuration => FIRST,
        };
        let longest = doubled.clamp(shortest, LONGEST);
        // Between half and the whole, but never under the least.
        let chance = if chance.is_finite() { chance.clamp(0.0, 1.0) } else { 1.0 };
        longest.mul_f64(0.5 + chance / 2.0).max(shortest)
    }

    /// To be called when a connection has proved itself: not right after the
    /// login, but after a whole round of list and wait. Otherwise a server that
    /// lets in and throws out is asked every second.
    pub fn steady(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(kind: ErrorKind, chance: f64, count: usize) -> Vec<u64> {
        let mut backoff = Backoff::default();
        (0..count).map(|_| backoff.after(kind, chance).as_secs()).collect()
    }

    #[test]
    fn grows_from_a_second_to_five_minutes_and_no_further() {
        assert_eq!(pauses(ErrorKind::Transient, 1.0, 11), [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(pauses(ErrorKind::Transient, 0.0, 11), [1, 1, 2, 4, 8, 16, 32, 64, 128, 150, 150]);
        assert_eq!(pauses(ErrorKind::Protocol, 1.0, 3), [1, 2, 4]);
    }

    #[test]
    fn a_refused_login_is_tried_at_most_twenty_times_an_hour() {
        for chance in [0.0, 0.5, 1.0, -3.0, 7.0, f64::NAN] {
            assert!(pauses(ErrorKind::Refused, chance, 100).into_iter().all(|pause| (180..=300).contains(&pause)));
        }
    }

    #[test]
    fn does_not_overflow_and_starts_again_when_steady() {
        let mut backoff = Backoff { failures: u32::MAX };
        assert_eq!(backoff.after(ErrorKind::Transient, 1.0), LONGEST);
        backoff.steady();
        assert_eq!(backoff.after(ErrorKind::Transient, 1.0), FIRST);
    }
}
