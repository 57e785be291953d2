//! The only reader of time and chance.

use jiff::Timestamp;

/// Now, to the second: letters and journal lines need no more.
pub fn now() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
