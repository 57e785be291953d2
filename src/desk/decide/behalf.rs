//! What staff bring on its way for somebody on file: after a call, an override, a
//! reopening. An agent's word is nobody's consent: the representative is asked as
//! for any request that is not proven (2.3, M-15).

use crate::desk::access::{Actor, Author};
use crate::desk::decide::draft::Draft;
use crate::desk::decide::mail::Case;
use crate::desk::decide::request;
use crate::desk::decide::weigh::{Verdict, weigh};
use crate::desk::letter::Letter;
use crate::desk::register::Representative;

/// The same case as if `row` had written, without the proof that consent needs.
pub fn of<'a>(case: &Case<'a>, row: &'a Representative) -> Case<'a> {
    let actor =
        Actor::Representative { address: row.address.clone(), company: row.company.clone(), consent_level: false };
    let author = Author { actor, representative: Some(row), staff: None, shared: false };
    Case { author, ..case.again() }
}

/// Lets the request go as far as its gates allow: its letters, and where it is
/// then. `Err`: why it cannot go on, in the agent's words.
pub fn weighed(case: &Case<'_>, draft: &mut Draft, row: &Representative) -> Result<(Vec<Letter>, String), String> {
    let person = of(case, row);
    let mut why = Vec::new();
    let verdict = weigh(&person, draft, &mut why).map_err(|now| now.why())?;
    if let Verdict::Denied { denials } = &verdict {
        let codes: Vec<&str> = denials.iter().map(|denial| denial.code()).collect();
        return Err(format!(
            "it does not agree with the register: {}; correct it, or have the register changed first",
            codes.join(", ")
        ));
    }
    let (letters, _) = request::follow(&person, draft, &verdict, &mut why).map_err(|now| now.why())?;
    let to: Vec<&str> = letters.iter().map(|letter| letter.to.address()).collect();
    let then = match (&verdict, to.is_empty()) {
        (_, true) => "nobody on file could be asked: please call".to_owned(),
        (Verdict::Missing { faults, .. }, _) => {
            let open: Vec<&str> = faults.keys().map(|key| case.rules.form.label(*key)).collect();
            format!("{} is asked for what is open: {}", to.join(", "), open.join(", "))
        }
        _ => format!("{} is asked to confirm it; nothing is agreed before a yes", to.join(", ")),
    };
    Ok((letters, then))
}
