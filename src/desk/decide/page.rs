//! TC14: mail that is not believed is silent outward and loud inward. One that
//! reads urgent and names a unit we know calls who is on duty, once a unit and
//! hour, and so often a day.

use crate::desk::decide::mail::Case;
use crate::desk::decide::problem::link;
use crate::desk::decide::{Decision, alarm, notice};
use crate::desk::form::compact;
use crate::desk::known::Tally;
use crate::desk::letter::Letter;
use crate::desk::record::Why;

/// Whether an alarm by somebody who is not believed is one too many.
pub fn is_one_too_many(case: &Case<'_>, serial: &str) -> bool {
    case.known.stranger_alarms_today >= case.rules.counts.stranger_alarms_per_day_max
        || case.known.tallies.of(Tally::StrangerAlarm, serial) > 0
}

/// Adds the call to a mail that goes to the quarantine.
pub fn called(case: &Case<'_>, mut decision: Decision) -> Decision {
    if !case.input.urgency.alarms() {
        return decision;
    }
    let Some(unit) = link::units(case).into_iter().next() else { return decision };
    let serial = compact(&unit.serial);
    if is_one_too_many(case, &serial) {
        decision.why.push(Why::new("TC14", format!("no further alarm about unit {} now", unit.serial)));
        return decision;
    }
    let severity: &'static str = case.input.urgency.severity.into();
    let headline = format!(
        "URGENT, BUT NOT BELIEVED: a mail in quarantine reads as {severity} about unit {}. Call the customer",
        unit.serial
    );
    let list = notice::without_ticket(case, &headline);
    let people = alarm::on_duty(&case.world(), case.input.urgency.severity);
    decision.letters.extend(people.into_iter().map(|to| Letter { to, ..list.clone() }));
    decision.letters.push(list);
    decision.count(Tally::StrangerAlarm, &serial);
    decision.count(Tally::StrangerAlarm, "");
    decision.why.push(Why::new("TC14", format!("who is on duty is called about unit {}", unit.serial)));
    decision
}
