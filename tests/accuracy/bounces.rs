//! Delivery reports, and what else machines send, of every mail system: whether
//! each is seen as what it is, whom and what it is about, and that no mail of a
//! person is ever taken for one.

mod alarms;
mod answers;
mod kinds;
mod lines;
mod notes;

use jiff::Timestamp;
use upgrade_desk::desk::input::{self, Kind};
use upgrade_desk::desk::mail::Report;
use upgrade_desk::desk::seal::prints::Prints;

use crate::rules;

/// Collections of delivery reports.
const SOURCES: [&str; 5] = ["sisimai", "flufl.bounce", "flanker", "php-bounce-handler", "mimekit"];
const FLOORS: &str = "bounces.toml";

/// A mail as the desk reads it, as far as it matters here.
struct Seen {
    kind: Kind,
    report: Option<Report>,
    is_automatic: bool,
}

fn see(raw: &[u8]) -> Seen {
    let received: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
    let read = input::understand(raw, received, rules(), &Prints::default());
    Seen { kind: read.kind, is_automatic: read.mail.is_automatic(), report: read.mail.report }
}

impl Seen {
    /// What a miss is explained with.
    fn told(&self) -> String {
        format!("{:?}, report {:?}", self.kind, self.report.as_ref().map(|report| report.kind))
    }
}
