//! What we do not know of a unit and its company is asked for in the letter that
//! agrees to an upgrade: customisations (T1c) as long as nobody told us, the quiet
//! hours once for each company (T1b). Nothing waits for the answer.

use crate::desk::decide::{Decision, World};
use crate::desk::form::compact;
use crate::desk::known::UnitKnown;
use crate::desk::letter::say::{Say, Unknown};
use crate::desk::office::OfficeEvent;

/// Adds the questions to the letters of this decision.
pub fn ask(decision: &mut Decision, world: &World<'_>) {
    let mut companies: Vec<String> = Vec::new();
    for letter in &mut decision.letters {
        let (serial, unknown) = match &mut letter.say {
            // One answer is asked for already: a single word.
            Say::ScheduleConfirmation { by_phone, .. } if !by_phone.is_empty() => continue,
            Say::ScheduleConfirmation { serial, unknown, .. } | Say::AsapAccepted { serial, unknown, .. } => {
                (compact(serial), unknown)
            }
            _ => continue,
        };
        let Some(UnitKnown::Of(unit)) = world.known.units.get(&serial) else { continue };
        if unit.customisations.is_empty() {
            unknown.push(Unknown::Customisations);
        }
        let company = world.known.companies.get(&unit.company).filter(|company| company.quiet_hours.is_none());
        if company.is_some() && !world.known.office.quiet_hours_asked.contains(&unit.company) {
            unknown.push(Unknown::QuietHours);
            companies.push(unit.company.clone());
        }
    }
    companies.dedup();
    decision.office.extend(companies.into_iter().map(|company| OfficeEvent::QuietHoursAsked { company }));
}
