//! `announce`: to whoever asked for news, once a version.

use std::fs;

use serde_json::json;

use super::place::{Place, Running};

#[test]
fn a_release_is_announced_once_and_after_a_look() {
    let place = Place::new();
    place.import_sample();
    fs::write(place.path("notes.txt"), "Calls are set up faster.\n").unwrap();
    let words = ["announce", "--version", "7.3.0", "--notes", "notes.txt"];
    let with = |more: &[&'static str]| [&words[..], more].concat();
    let look = place.desk(&with(&["--dry-run"]));
    assert_eq!(look.code, 0, "{}", look.err);
    for expected in ["that would leave: 2", "dana@acme-tel.example", "luz@tamarind.example", "unsubscribe"] {
        assert!(look.out.contains(expected), "{}", look.out);
    }
    // Nobody can be asked here, and nobody said yes.
    let asked = place.desk(&words);
    assert_eq!((asked.code, asked.out.as_str()), (2, ""), "{}", asked.err);
    assert_eq!(place.desk_json(&["outbox", "list"]), json!([]));
    // Beside a desk that runs, and without one.
    let running = Running::start(&place);
    let done = place.desk(&with(&["--yes"]));
    assert_eq!((done.code, done.out.as_str()), (0, "release 7.3.0 is announced to 2\n"), "{}", done.err);
    assert_eq!(running.stop(), 0);
    let again = place.desk(&with(&["--yes"]));
    assert_eq!((again.code, again.out.as_str()), (1, ""), "{}", again.err);
    assert!(again.err.contains("announced on") && again.err.contains("--again"), "{}", again.err);
    // The journal knows it, whatever becomes of the store.
    fs::remove_dir_all(place.path("data/sled")).unwrap();
    assert_eq!(place.desk(&with(&["--yes"])).code, 1);
    assert_eq!(place.desk_json(&["outbox", "list"]).as_array().unwrap().len(), 2);
    assert_eq!(place.desk(&with(&["--yes", "--again"])).code, 0);
    assert_eq!(place.desk_json(&["outbox", "list"]).as_array().unwrap().len(), 4);
    for (version, notes) in [("", "notes.txt"), ("7\n3", "notes.txt"), ("7.4.0", "none.txt")] {
        let wrong = place.desk(&["announce", "--version", version, "--notes", notes, "--yes"]);
        assert_eq!((wrong.code, wrong.out.as_str()), (2, ""), "{}", wrong.err);
    }
}
