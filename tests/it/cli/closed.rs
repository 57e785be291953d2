//! S-09: a rule file that closes a day on which work is agreed: `check` names it
//! before the desk runs with it, and staff are told once for each rule.

use std::fs;

use jiff::SignedDuration;
use serde_json::Value;
use upgrade_desk::desk::moment::time_zone;
use upgrade_desk::shell::clock::now;

use super::mail::form;
use super::place::Place;

/// How many letters there are from this template to this address.
fn letters(place: &Place, template: &str, to: &str) -> usize {
    let letters = place.desk_json(&["outbox", "list"]);
    let is = |row: &&Value| row["template"] == template && row["to"] == to;
    letters.as_array().unwrap().iter().filter(is).count()
}

#[test]
fn a_day_that_is_closed_after_the_agreement_is_told_once() {
    let place = Place::with_own_rules();
    place.import_sample();
    let hours = &crate::sample_rules::rules().hours;
    let from = now() + SignedDuration::from_hours(48);
    let start = hours.starts_by_day(from, 120, 3)[2][0].to_zoned(time_zone(&hours.zone).unwrap());
    let (day, wish) = (start.date(), start.strftime("%Y-%m-%d %H:%M").to_string());
    place.drop_mail("form", &form("closed").replace("2026-11-19 10:30", &wish));
    place.drain();
    let (staff, dana) = ("agents@vendor.example", "dana@acme-tel.example");
    assert_eq!((letters(&place, "M-05", dana), letters(&place, "M-31", staff)), (1, 1));
    let fine = place.desk(&["check"]).out;
    assert!(fine.contains("1 lie in no holiday and no freeze"), "{fine}");

    let path = place.path("rules/hours.toml");
    let open = fs::read_to_string(&path).unwrap();
    let freeze = |reason: &str| {
        let freeze = format!("{open}\n[[freezes]]\nfrom = \"{day}\"\nto = \"{day}\"\nreason = \"{reason}\"\n");
        fs::write(&path, freeze).unwrap();
    };
    freeze("end of the quarter");
    let rule = format!("lies in the freeze {day} to {day} (end of the quarter)");
    let checked = place.desk(&["check"]);
    assert_eq!(checked.code, 0, "{}", checked.err);
    assert!(checked.out.contains("UP-") && checked.out.contains(&rule), "{}", checked.out);
    assert_eq!(letters(&place, "M-31", staff), 1, "a look tells nobody");

    for _start in 0..3 {
        place.drain();
        assert_eq!(letters(&place, "M-31", staff), 2, "once, however often the desk starts");
    }
    let log = place.desk(&["ticket", "log", &format!("UP-{}-00001", now().strftime("%Y"))]);
    assert!(log.out.contains(&format!("staff were told that the agreed time {rule}")), "{}", log.out);
    freeze("end of the year");
    place.drain();
    assert_eq!(letters(&place, "M-31", staff), 3, "another rule is told anew");
    fs::write(&path, open).unwrap();
    place.drain();
    assert_eq!(letters(&place, "M-31", staff), 3);
    // The customer hears of it when somebody offers another time, and not before.
    assert_eq!(letters(&place, "M-05", dana), 1);
    let to_dana = place.desk_json(&["outbox", "list"]);
    assert_eq!(to_dana.as_array().unwrap().iter().filter(|row| row["to"] == dana).count(), 1);
}
