//! The weekly test of level 1 (2.8): would an alarm reach whoever is on duty? It is
//! about no ticket and climbs no ladder; what is wrong is told to leads, once.

use crate::desk::access::Recipient;
use crate::desk::board::name;
use crate::desk::decide::mail::Case;
use crate::desk::decide::office::{letter, persons, swap, when};
use crate::desk::decide::staff::token;
use crate::desk::decide::{Decision, World, alarm};
use crate::desk::letter::Template;
use crate::desk::letter::say::Say;
use crate::desk::office::OfficeEvent;
use crate::desk::record::Why;
use crate::desk::urgency::Severity;

/// Calls whoever a P1 would call first. Nobody there: that is what the test found.
pub fn begin(world: &World<'_>, decision: &mut Decision) {
    let people = alarm::first_level(world, Severity::P1);
    let called: Vec<String> = people.iter().map(|staff| staff.id.clone()).collect();
    if called.is_empty() {
        decision.why.push(Why::new("2.8", "nobody is on duty at level 1: leads are told"));
        let lines = vec![
            "The weekly test of the alarm found NOBODY on duty at level 1.".to_owned(),
            "An alarm now calls the next level at once.".to_owned(),
            "Please find somebody: a #swap, or rules/escalation.toml.".to_owned(),
        ];
        tell(world, decision, "Test of the alarm: NOBODY is on duty at level 1", lines, &[]);
    } else {
        let minutes = world.rules.escalation.desk.self_test.as_ref().map_or(0, |times| times.answer_bm);
        let until = world.rules.hours.after_business(world.now, minutes);
        let say = Say::TestAlarm { until, zone: world.rules.hours.zone.clone() };
        decision.letters.extend(people.into_iter().map(|staff| letter(Recipient::staff(staff), "", say.clone())));
    }
    decision.office.push(OfficeEvent::SelfTested { called });
}

/// The time for an answer is over.
pub fn end(world: &World<'_>, decision: &mut Decision) {
    let World { known, rules, .. } = *world;
    let Some(test) = &known.office.self_test else { return };
    let silent: Vec<&str> = test.silent().collect();
    if silent.is_empty() && known.hook_failed.is_empty() {
        decision.why.push(Why::new("2.8", "everybody who was called has answered"));
        return;
    }
    let names: Vec<String> = silent.iter().map(|id| name(rules, id)).collect();
    let mut lines = vec![format!("The weekly test of the alarm was sent: {}.", when(world, test.at))];
    for name in &names {
        lines.push(format!("{name} (level 1) has NOT answered it."));
    }
    if !names.is_empty() {
        decision.why.push(Why::new("2.8", format!("no answer of {}: leads are told", names.join(", "))));
        lines.push("A real alarm goes on to the next level. Please find out whether alarms".to_owned());
        lines.push("reach this address, and who has the duty meanwhile.".to_owned());
    }
    for (letter, result) in &known.hook_failed {
        decision.why.push(Why::new("2.8", format!("the alarm hook failed with letter {letter}: leads are told")));
        lines.push(format!("The alarm hook FAILED: {result}"));
        lines.push("  upgrade-desk check --alarm-hook".to_owned());
        lines.push("runs it with a test once more.".to_owned());
    }
    let subject = match names.is_empty() {
        true => "Test of the alarm: the alarm hook FAILED".to_owned(),
        false => format!("Test of the alarm: no answer of {}", names.join(", ")),
    };
    tell(world, decision, &subject, lines, &silent);
}

/// M-28 to every lead but the silent ones; without such a lead to the last address.
fn tell(world: &World<'_>, decision: &mut Decision, subject: &str, lines: Vec<String>, silent: &[&str]) {
    let leads = world.rules.access.leads().map(|lead| lead.id.as_str()).filter(|id| !silent.contains(id));
    let ids: Vec<Option<&str>> = leads.map(Some).collect();
    let mut to = persons(world, &ids);
    if to.is_empty() {
        to.push((Recipient::last_resort(world.rules), String::new()));
    }
    let (ack, sections, commands) = (String::new(), Vec::new(), Vec::new());
    let say = Say::Duty { subject: subject.to_owned(), lines, ack, sections, commands };
    decision.letters.extend(to.into_iter().map(|(to, salutation)| letter(to, &salutation, say.clone())));
}

/// Any word of whoever was called shows that the test reached him. `None`: the mail
/// answers no test.
pub fn answered(case: &Case<'_>) -> Option<Decision> {
    let mut letters = case.known.answered.iter().map(|answered| &answered.letter);
    let other = letters.find(|letter| letter.template == Template::TestAlarm.name())?;
    let numbers = token::desk_letters(case, Template::TestAlarm);
    if numbers.is_empty() {
        return Some(said(case, false, &format!("the test that you answer called {}", other.to)));
    }
    let me = swap::me(case);
    let office = &case.known.office;
    let test = office.self_test.as_ref().filter(|test| test.letters.iter().any(|no| numbers.contains(no)));
    let Some(test) = test else { return Some(said(case, false, "that test is over")) };
    if !test.called.contains(&me) {
        return Some(said(case, false, "this test called somebody else"));
    }
    if test.answered.contains(&me) {
        return Some(said(case, true, "your answer is recorded already; nothing else is to be done"));
    }
    let minutes = case.now.duration_since(test.at).as_mins();
    let text = format!("recorded {minutes} minutes after the test; nothing else is to be done");
    let mut decision = said(case, true, &text);
    decision.office.push(OfficeEvent::SelfTestAnswered { by: me, minutes });
    Some(decision)
}

fn said(case: &Case<'_>, done: bool, text: &str) -> Decision {
    Decision { why: vec![Why::new("2.8", text)], ..swap::said(case, done, text) }
}
