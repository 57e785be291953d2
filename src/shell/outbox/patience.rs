//! How long a letter waits for its next try, and when it is given up
//! (security S-1; RFC 5321 4.5.4.1 wants four to five days).

use jiff::{SignedDuration, Timestamp};

/// Waits after the first, second … try, in minutes; the last one repeats.
const WAITS_MINUTES: [i64; 6] = [1, 5, 15, 30, 60, 240];

/// From the commit of a letter until it is given up.
const LIFE: SignedDuration = SignedDuration::from_hours(5 * 24);

/// Waits differ by up to a tenth either way, so that what failed together
/// does not come back together.
const SPREAD_PERMILLE: i64 = 100;

/// When to try again after `tries` tries, or `None` to give up. `seed` chooses
/// the spread: the same values give the same answer.
pub fn again(tries: u32, committed: Timestamp, now: Timestamp, seed: u64) -> Option<Timestamp> {
    let end = committed.checked_add(LIFE).ok()?;
    if now >= end {
        return None;
    }
    let index = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX).min(WAITS_MINUTES.len() - 1);
    let minutes = WAITS_MINUTES.get(index).copied()?;
    let permille = 1000 - SPREAD_PERMILLE + i64::try_from(mixed(seed, tries) % 201).ok()?;
    let wait = SignedDuration::from_millis(minutes * 60 * permille);
    // The last try is made when the life ends, not after.
    Some(now.checked_add(wait).ok()?.min(end))
}

/// Neighbouring numbers become numbers far apart (a multiplicative hash).
fn mixed(seed: u64, tries: u32) -> u64 {
    let mixed = (seed ^ (u64::from(tries) << 48)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn waits_grow_to_four_hours() {
        for (tries, minutes) in [(0, 1), (1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (6, 240), (7, 240), (30, 240)] {
            for seed in 0..300 {
                let wait = again(tries, at(0), at(1000), seed).map(|next| next.as_second() - 1000);
                let range = minutes * 54..=minutes * 66;
                assert!(wait.is_some_and(|wait| range.contains(&wait)), "{tries} tries, seed {seed}: {wait:?}");
            }
        }
    }

    #[test]
    fn what_failed_together_comes_back_apart() {
        let times: std::collections::BTreeSet<Timestamp> =
            (0..100).filter_map(|letter| again(2, at(0), at(0), letter)).collect();
        assert!(times.len() > 60, "{}", times.len());
        assert_eq!(again(2, at(0), at(0), 7), again(2, at(0), at(0), 7));
    }

    #[test]
    fn is_given_up_after_five_days_and_not_before() {
        let end = 5 * 24 * 3600;
        assert_eq!(again(40, at(0), at(end - 60), 1), Some(at(end)), "a last try at the end");
        assert_eq!(again(40, at(0), at(end), 1), None);
        assert_eq!(again(1, at(0), at(end + 1), 1), None);
    }
}
