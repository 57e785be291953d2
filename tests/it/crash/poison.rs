//! F4, R14: a mail that kills the process whenever it is read is put aside by
//! the fourth start, unread and sealed; ten good mails behind it are handled.

use std::fs;

use serde_json::Value;

use super::{LONGEST, mails, tail};
use crate::support::desk::Desk;

/// Requests that need nothing and nobody else.
const GOOD: [usize; 10] = [0, 2, 3, 4, 5, 10, 12, 13, 14, 20];

#[test]
fn a_mail_that_kills_its_reader_stops_no_other() {
    let desk = Desk::of_folders();
    desk.import_sample_register();
    // The whole difference is that its reader never comes back.
    fs::write(desk.path("mailbox/new/poison"), mails::request(16)).unwrap();
    for start in 1..=3 {
        let mut running = desk.run(&["--drain"], &[("UPGRADE_DESK_CRASH_AT", "mail_in_hand:1")]);
        assert_eq!(running.wait(LONGEST), Some(-1), "start {start}: {}", tail(&desk.log()));
        if start == 1 {
            for number in GOOD {
                fs::write(desk.path(&format!("mailbox/new/good-{number}")), mails::request(number)).unwrap();
            }
        }
    }
    let mut running = desk.run(&["--drain"], &[]);
    assert_eq!(running.wait(LONGEST), Some(0), "{}", tail(&desk.log()));

    let journal = desk.journal();
    let decided: Vec<&Value> =
        journal.iter().map(|record| &record["what"]).filter(|what| what["cause"]["cause"] == "mail").collect();
    assert_eq!(decided.len(), 1 + GOOD.len(), "one decision a mail");
    for what in decided {
        let name = what["cause"]["place"]["item"].as_str().unwrap();
        if name.ends_with("poison") {
            assert_eq!(what["outcome"], "quarantine", "{what}");
            assert_eq!(what["quarantine"]["reason"], "crashed_reader", "{what}");
            assert!(!what["original"].is_null(), "its bytes are kept, sealed: {what}");
            assert!(what["text"].is_null(), "nothing in it was read: {what}");
            let letters = what["letters"].as_array().unwrap();
            assert!(letters.iter().all(|letter| letter["for_staff"] == true), "{what}");
        } else {
            assert_eq!(what["outcome"], "queued_asap", "{name}: {what}");
        }
    }
    let kept = desk.json(&["quarantine", "list"]);
    assert_eq!(kept.as_array().map(Vec::len), Some(1), "{kept}");
}
