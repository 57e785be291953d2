//! An author who is not on file, but could be taken for somebody who is (TA6,
//! TA8 to TA10): people are told. Nothing else changes by it.

use crate::desk::decide::mail::Case;
use crate::desk::decide::{Decision, notice};
use crate::desk::letter::say::{Light, Say};
use crate::desk::lookalike::{self, Likeness, Person};
use crate::desk::record::{OutcomeWord, Why};

/// Adds the fact to the decision, and tells staff: in the notice that they get
/// anyway, else in one of its own, so often a day that a flood calls nobody.
pub fn warn(case: &Case<'_>, decision: &mut Decision) {
    let is_known = case.author.staff.is_some() || case.author.representative.is_some();
    // What is held is decided again.
    let is_held = decision.quarantine.as_ref().is_some_and(|kept| kept.held.is_some());
    if is_known || is_held || decision.outcome == OutcomeWord::Duplicate {
        return;
    }
    let Some((person, likeness)) = resembles(case) else { return };
    let fact = format!("{} {} ({})", likeness.in_words(), person.name, person.address);
    decision.why.push(Why::new(likeness.id(), fact.clone()));
    if let Some(quarantined) = &mut decision.quarantine {
        quarantined.detail = format!("{}; {fact}", quarantined.detail);
        quarantined.resembles = Some(person.address.to_owned());
    }
    for letter in &mut decision.letters {
        if let Say::StaffNotice { lights, .. } = &mut letter.say {
            lights.insert(0, Light { name: "Look-alike".to_owned(), green: false, text: fact });
            return;
        }
    }
    if decision.quarantine.is_none() || case.is_machine() {
        return;
    }
    let max = case.rules.counts.stranger_alarms_per_day_max;
    if case.known.likenesses_today >= max {
        decision.why.push(Why::new("TC14", format!("{max} look-alikes in 24 hours: staff are told of no further one")));
        return;
    }
    decision.letters.push(notice::without_ticket(case, &format!("Look-alike in quarantine: {fact}")));
}

fn resembles<'a>(case: &Case<'a>) -> Option<(Person<'a>, Likeness)> {
    let mail = &case.input.mail;
    let (address, name) = match &mail.identity {
        Ok(identity) => (identity.address.as_str(), identity.name.as_str()),
        Err(_) => (lookalike::address_in(&mail.from_text), ""),
    };
    let staff = case.rules.access.staff.iter();
    let staff = staff.map(|one| Person { address: &one.address, name: &one.name });
    let on_file = case.known.on_file.iter().map(|row| Person { address: &row.address, name: &row.name });
    lookalike::find(address, name, staff.chain(on_file))
}
