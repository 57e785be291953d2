//! `rota show`: who is on duty, and where nobody is.

use super::place::Place;

#[test]
fn shifts_gaps_and_ladders_are_shown() {
    let place = Place::new();
    let asked = ["rota", "show", "--weeks", "2", "--at", "2026-11-25T18:00:00Z"];
    let shown = place.desk(&asked);
    assert_eq!(shown.code, 0, "{}", shown.err);
    for expected in
        ["Rota on-call (America/Los_Angeles)", "Noa Adler (noa)", "Sam Ortiz (sam)", "alarms@vendor.example"]
    {
        assert!(shown.out.contains(expected), "expected {expected} in\n{}", shown.out);
    }
    assert!(!shown.out.contains("NOBODY"), "{}", shown.out);
    let rota = place.desk(&[&asked[..], &["--json"]].concat()).json();
    assert_eq!(rota["at"], "2026-11-25T18:00:00Z");
    let shifts = rota["rotas"][0]["shifts"].as_array().unwrap();
    assert_eq!(shifts[0]["who"]["id"], rota["rotas"][0]["now"]["id"]);
    assert!(shifts.windows(2).all(|pair| pair[0]["until"] == pair[1]["from"]), "{shifts:?}");
    assert_eq!(rota["ladders"]["P1"]["levels"].as_array().unwrap().len(), 4);
    // Before the first turn nobody has a duty, and that is said.
    let early = place.desk(&["rota", "show", "--weeks", "1", "--at", "2025-12-25T18:00:00Z"]);
    assert!(early.out.contains("NOBODY: alarms call the next level at once"), "{}", early.out);
}

#[test]
fn a_wrong_number_of_weeks_is_named() {
    let place = Place::new();
    assert_eq!(place.desk(&["rota", "show", "--weeks", "0"]).code, 2);
}
