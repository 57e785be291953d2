//! Which holiday, half day or freeze of the rules a window lies in (S-09), however
//! it came to lie there: agreed before the rule was, or as a special arrangement.

use jiff::Timestamp;

use crate::desk::hours::{Holiday, Hours, short};
use crate::desk::moment::{first_showing, time_zone};

impl Hours {
    /// The rule in words for staff, the same for as long as the rule is the same.
    /// `None`: no holiday, half day or freeze is in the way.
    pub fn closing(&self, start: Timestamp, end: Timestamp) -> Option<String> {
        let zone = time_zone(&self.zone)?;
        let day = zone.to_datetime(start).date();
        if let Some(freeze) = self.freeze_on(day) {
            return Some(format!("the freeze {} to {} ({})", freeze.from, freeze.to, freeze.reason));
        }
        match self.holidays.get(&day)? {
            Holiday { name, closes: None } => Some(format!("the holiday {day} ({name})")),
            Holiday { name, closes: Some(closes) } => {
                let closed = first_showing(&zone, day.to_datetime(*closes))?;
                let is_hit = start >= closed || (self.whole_window_must_fit && end > closed);
                is_hit.then(|| format!("the half day {day} until {} ({name})", short(*closes)))
            }
        }
    }
}
