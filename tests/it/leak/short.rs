//! Passwords of 4 to 11 characters. Elsewhere their letters may stand by chance, so
//! it is the labelled place that counts.

use upgrade_desk::desk::input;
use upgrade_desk::desk::seal;
use upgrade_desk::desk::seal::prints::Prints;

use super::mails;
use super::passwords::{ENCODINGS, Kind, PLACES, Password, Place, value};
use crate::sample_rules;
use crate::support::random::Random;

#[test]
fn none_is_left_at_its_labelled_place() {
    let mut number = 0;
    for place in PLACES.into_iter().filter(|place| *place != Place::QuotedForm) {
        for encoding in ENCODINGS {
            for length in 4..12 {
                number += 1;
                let value = value(&mut Random::new(7, number), length, &Kind::of(encoding, place));
                let number = usize::try_from(number).unwrap();
                check(&Password { number, encoding, place, value });
            }
        }
    }
}

fn check(one: &Password) {
    const LABELS: [&str; 6] = ["Password", "password", "pw is", "Kennwort", "Mot de passe", "Contrase"];
    let what = format!("{:?} {:?} {:?}", one.encoding, one.place, one.value);
    let received = "2026-12-07T17:00:30Z".parse().unwrap();
    let mut read = input::understand(&mails::first(one), received, sample_rules::rules(), &Prints::default());
    let found = read.secrets.iter().any(|secret| secret.expose() == one.written());
    let taken: Vec<&str> = read.secrets.iter().map(|secret| secret.expose()).collect();
    assert!(found, "{what}: {taken:?}");
    for text in seal::texts(&mut read.mail) {
        for line in text.lines() {
            let is_labelled = LABELS.iter().any(|label| line.contains(label));
            let is_left = line.contains(&one.value) && (is_labelled || line.trim() == one.value.trim());
            assert!(!is_left, "{what} stands in {line:?}");
        }
    }
}
