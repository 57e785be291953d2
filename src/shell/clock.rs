//! The only reader of time and chance.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// The time of the machine, or of a story that is being told.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// A story stands still at this second between its mails; 0: it runs.
    still: Arc<AtomicI64>,
}

impl Clock {
    /// Now, to the second: letters and journal lines need no more.
    pub fn now(&self) -> Timestamp {
        let still = self.still.load(Ordering::SeqCst);
        let second = if still != 0 { still } else { machine_second() };
        Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Stands still at `at` until told otherwise (the demo's story, tests).
    pub fn stand_at(&self, at: Timestamp) {
        self.still.store(at.as_second(), Ordering::SeqCst);
    }

    /// From here on the machine's own time.
    pub fn follow_the_machine(&self) {
        self.still.store(0, Ordering::SeqCst);
    }
}

fn machine_second() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    let now = Timestamp::now();
    now.as_second()
}

/// A value between 0 and 1, for spreading retries.
pub fn chance() -> f64 {
    let mut bytes = [0_u8; 4];
    match getrandom::fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX),
        // Without chance all retries fall together, which is only unkind.
        Err(_) => 0.5,
    }
}

/// The machine's own time, where no story is told.
pub fn now() -> Timestamp {
    Clock::default().now()
}

/// 32 bytes that nobody can guess.
pub fn random_bytes() -> std::io::Result<Vec<u8>> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| std::io::Error::other(error.to_string()))?;
    Ok(bytes.to_vec())
}
