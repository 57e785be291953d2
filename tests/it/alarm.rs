//! Alarms where the rota has holes, and by the desk's clock.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use upgrade_desk::desk::escalation::{Absence, Clock};
use upgrade_desk::desk::rules::Rules;
use upgrade_desk::desk::urgency::Severity;
use upgrade_desk::shell::config::Keys;
use upgrade_desk::shell::demo::sample_register;
use upgrade_desk::shell::rules;
use upgrade_desk::shell::story::script::Step;
use upgrade_desk::shell::story::stage::Stage;
use upgrade_desk::shell::vault::key::new_pair;

const URGENT: &str = "Nobody can call. It is unit SM-0417-22A.";
const SERIOUS: &str = "Some calls on SM-0417-22A drop after 30 seconds.";

/// A report of Dana's at `at`, then only time; all that was told.
async fn told(change: impl FnOnce(&mut Rules), text: &str, moments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut rules = Rules::clone(&rules::load(None).unwrap());
    change(&mut rules);
    let keys = Keys {
        staff: vec![new_pair(&folder.path().join("staff.key")).unwrap()],
        evidence: new_pair(&folder.path().join("evidence.key")).unwrap(),
    };
    let desk = folder.path().join("desk");
    let monday = "2026-12-07".parse().unwrap();
    let mut stage = Stage::build(&desk, monday, &keys, Arc::new(rules), sample_register().unwrap()).await.unwrap();
    let mail = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(HEAD)).unwrap();
    let head = mail.split("\n\n").next().unwrap();
    let mail = format!("{head}\n\n{text}\n").replace("In-Reply-To", "X-Was").replace("References", "X-Were");
    let mail = mail.replace("{{letter M-16}}", "<none>");
    let mut told = String::new();
    for (number, at) in moments.iter().enumerate() {
        let name = (number == 0).then(|| "report.eml".to_owned());
        let step = Step { mail: name, ..Step::at(*at) };
        let lines = stage.play(&step, (number == 0).then_some(mail.as_str())).await.unwrap().lines(stage.zone());
        told.extend(lines.iter().map(|line| format!("{line}\n")));
    }
    stage.close().await;
    told
}

/// A mail of Dana's, proven; only its head is used.
const HEAD: &str = "fixtures/stories/alarm-ladder/06-problem-inside-thanks.eml";

fn away(rules: &mut Rules, who: &str) {
    let (from, until) = ("2026-12-01T00:00:00Z".parse().unwrap(), "2027-01-01T00:00:00Z".parse().unwrap());
    rules.escalation.absences.push(Absence { who: who.to_owned(), from, until });
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_at_a_level_calls_the_next_one_at_once() {
    let story = told(|rules| away(rules, "noa"), URGENT, &["tue 10:00", "tue 10:01"]).await;
    assert!(story.contains("alarmed step 2 to Sam Ortiz, nobody at level 1 of 4"), "{story}");
    assert!(story.contains("M-23  sam@vendor.example"), "{story}");
    assert!(!story.contains("M-23  noa@vendor.example"), "{story}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_at_all_calls_the_last_address_at_once() {
    let nobody = |rules: &mut Rules| {
        for ladder in rules.escalation.ladders.values_mut() {
            for level in &mut ladder.levels {
                level.to = vec![upgrade_desk::desk::escalation::Post::Rota("no such rota".to_owned())];
            }
        }
    };
    let story = told(nobody, URGENT, &["tue 10:00"]).await;
    assert!(story.contains("M-23  alarms@vendor.example"), "{story}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_serious_problem_waits_for_the_morning_and_one_that_began_goes_on() {
    let night = told(|_| {}, SERIOUS, &["tue 02:00", "tue 08:29", "tue 08:31"]).await;
    let morning = night.split("08:31 PST").nth(1).unwrap();
    assert!(!night.split("08:31 PST").next().unwrap().contains("M-23"), "{night}");
    assert!(morning.contains("M-23  noa@vendor.example"), "{night}");
    let evening = told(|_| {}, SERIOUS, &["tue 16:55", "tue 17:56"]).await;
    assert!(evening.contains("M-23  lea@vendor.example"), "an hour later, after closing time: {evening}");
}

#[test]
fn the_sample_ladders_are_as_the_domain_wants_them() {
    let rules = rules::load(None).unwrap();
    let clocks: Vec<(Severity, Clock)> =
        rules.escalation.ladders.iter().map(|(severity, ladder)| (*severity, ladder.clock)).collect();
    assert_eq!(clocks, [(Severity::P1, Clock::Always), (Severity::P2, Clock::BusinessHours)]);
}
