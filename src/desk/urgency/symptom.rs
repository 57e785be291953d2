//! Which part of the unit a report speaks of, where that is plain: whether two
//! reports are about the same (2.6, PT-15).

use crate::desk::urgency::clause::{Extent, Facts, Standing, Statement};
use crate::desk::urgency::lexicon::UrgencyRules;
use crate::desk::urgency::meaning::Meaning;
use crate::desk::urgency::sentence::Sentence;

/// What nobody takes for each other. What lies between them is no symptom of its
/// own: a second ticket for one trouble costs more than two troubles in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symptom {
    /// People cannot call, or not well.
    Calls,
    /// Something beside the calls; `Some`: plainly this one, by the list that has
    /// its words.
    Function(Option<Meaning>),
}

impl Symptom {
    /// Whether both cannot be the same trouble.
    pub fn differs(self, other: Symptom) -> bool {
        match (self, other) {
            (Symptom::Calls, Symptom::Calls) => false,
            (Symptom::Calls, Symptom::Function(_)) | (Symptom::Function(_), Symptom::Calls) => true,
            (Symptom::Function(one), Symptom::Function(other)) => one.is_some() && other.is_some() && one != other,
        }
    }
}

/// The functions that nobody takes for each other.
pub(super) const FUNCTIONS: [Meaning; 7] = [
    Meaning::Voicemail,
    Meaning::Fax,
    Meaning::Billing,
    Meaning::Console,
    Meaning::Conferences,
    Meaning::Recordings,
    Meaning::Menus,
];

/// The one part that everything reported now is about; `None` where it is not
/// named, is all of the unit, or is of both kinds.
pub(super) fn of(facts: &Facts, sentences: &[Sentence<'_>], rules: &UrgencyRules) -> Option<Symptom> {
    let mut now = facts.statements.iter().filter(|told| told.standing == Standing::Now);
    let first = one(now.next()?, sentences, rules)?;
    now.try_fold(first, |all, told| match (all, one(told, sentences, rules)?) {
        (all, next) if all == next => Some(all),
        (Symptom::Function(_), Symptom::Function(_)) => Some(Symptom::Function(None)),
        _ => None,
    })
}

fn one(told: &Statement, sentences: &[Sentence<'_>], rules: &UrgencyRules) -> Option<Symptom> {
    let sentence = sentences.get(told.sentence)?;
    let spots = rules.spots(sentence);
    let within = || spots.iter().filter(|spot| told.words.contains(&spot.start));
    let calls = within().any(|spot| spot.is_any(&[Meaning::Calls, Meaning::EmergencyCalls]));
    let function = within().any(|spot| spot.is_any(&[Meaning::MainFunctions, Meaning::MinorThings]));
    let service = || within().any(|spot| spot.is(Meaning::Service));
    match (calls, function) {
        (true, false) => Some(Symptom::Calls),
        // "Nobody hears anything": calls, though the word is not there.
        (false, false) if service() => Some(Symptom::Calls),
        (false, true) if told.extent != Extent::All => {
            let mut named = FUNCTIONS.into_iter().filter(|list| within().any(|spot| spot.is(*list)));
            Some(Symptom::Function(named.next().filter(|_| named.next().is_none())))
        }
        _ => None,
    }
}
