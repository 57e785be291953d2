//! Maintenance notices of network providers, which reach many mailboxes: none of
//! them asks for an upgrade, and none calls anybody (issue: 0 of 40).

use jiff::Timestamp;
use upgrade_desk::desk::input::{self, Kind};
use upgrade_desk::desk::seal::prints::Prints;

use crate::score::{Score, judge};
use crate::{corpus, rules};

#[test]
fn no_corpus_notice_of_a_provider_is_a_request_or_urgent() {
    let source = "circuit-maintenance-parser";
    let Some(cases) = corpus::cases(source) else { return };
    let received: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
    let mut score = Score::new(source);
    for case in &cases {
        let read = input::understand(&case.raw, received, rules(), &Prints::default());
        let answer = match (read.kind, read.urgency.alarms()) {
            (Kind::Request, _) => Err("became a request".to_owned()),
            (_, true) => Err(format!("alarms: {:?}", read.urgency.because)),
            (_, false) => Ok(()),
        };
        score.count(&case.name, answer);
    }
    judge("notices.toml", &[score]);
}
