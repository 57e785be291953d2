//! Since when it is so, in the writer's words: "since 8:15", "after your
//! maintenance window last night". Never reckoned into an instant: people read it.

use std::ops::Range;

use crate::desk::urgency::because;
use crate::desk::urgency::clause::{Facts, Standing};
use crate::desk::urgency::lexicon::{Spot, UrgencyRules};
use crate::desk::urgency::meaning::Meaning;
use crate::desk::urgency::sentence::Sentence;

/// Words between two that name a time: "since the end of your upgrade".
const BETWEEN_MAX: usize = 3;
/// The same before a number: "since about 8", and not "since we have 2 units".
const BEFORE_NUMBER_MAX: usize = 1;

/// A word of these begins the report itself: no time stands behind it.
const REPORTING: [Meaning; 12] = [
    Meaning::Negators,
    Meaning::NoneOf,
    Meaning::Everything,
    Meaning::Standstill,
    Meaning::Failing,
    Meaning::Trouble,
    Meaning::Works,
    Meaning::Service,
    Meaning::Serves,
    Meaning::Core,
    Meaning::MainFunctions,
    Meaning::EmergencyCalls,
];

/// What the sentences that report something say of it, else the others.
pub(super) fn since(sentences: &[Sentence<'_>], facts: &Facts, rules: &UrgencyRules) -> Option<String> {
    let reported = facts.statements.iter().filter(|told| told.standing == Standing::Now).map(|told| told.sentence);
    let told = |index: usize| {
        let (times, words) = rules.since(sentences.get(index)?);
        let found = Words { sentence: sentences.get(index)?, times, words }.since()?;
        Some(because::quote(sentences, index, &found))
    };
    reported.chain(0..sentences.len()).find_map(told)
}

/// A sentence: its words of time, and all that its other words mean.
struct Words<'a> {
    sentence: &'a Sentence<'a>,
    times: Vec<Spot<'a>>,
    words: Vec<Spot<'a>>,
}

impl Words<'_> {
    fn since(&self) -> Option<Range<usize>> {
        self.times.iter().find_map(|spot| {
            let ahead = || Some(spot.start..self.ahead(spot)?);
            let back = || Some(self.back(spot)?..spot.end);
            let whole = spot.is(Meaning::SinceThen).then_some(spot.start..spot.end);
            ahead().or_else(back).or(whole)
        })
    }

    /// The end of the time behind "since" or "after". After what lasts nothing
    /// began ("calls drop after 30 seconds"): that wants an event first.
    fn ahead(&self, spot: &Spot<'_>) -> Option<usize> {
        let (since, after) = (spot.is(Meaning::Since), spot.is(Meaning::After));
        let (mut end, mut at, mut between) = (None, spot.end, 0);
        while (since || after) && between <= BETWEEN_MAX {
            let is_time = since || end.is_some();
            let named = self.times.iter().find(|time| time.start == at && names(time, is_time)).map(|time| time.end);
            let number = (is_time && between <= BEFORE_NUMBER_MAX && self.is_number(at)).then_some(at + 1);
            match named.or(number) {
                Some(next) => (end, at, between) = (Some(next), next, 0),
                None if self.goes_on(at) => (at, between) = (at + 1, between + 1),
                None => break,
            }
        }
        end
    }

    /// The begin of the time before a word that means "since" and stands behind it.
    fn back(&self, spot: &Spot<'_>) -> Option<usize> {
        let (mut begin, mut at, mut between) = (None, spot.start, 0);
        while spot.is(Meaning::SinceBehind) && between <= BETWEEN_MAX {
            let Some(before) = at.checked_sub(1) else { break };
            let named = self.times.iter().find(|time| time.end == at && names(time, true)).map(|time| time.start);
            let number = (begin == Some(at) && self.is_number(before)).then_some(before);
            match named.or(number) {
                Some(next) => (begin, at, between) = (Some(next), next, 0),
                None if self.goes_on(before) => (at, between) = (before, between + 1),
                None => break,
            }
        }
        begin
    }

    /// An hour or a day, with or without minutes: "8", "8:15", "7h"; no telephone
    /// number and no extension.
    fn is_number(&self, at: usize) -> bool {
        let Some(token) = self.sentence.tokens.get(at) else { return false };
        let behind = token.key.trim_start_matches(|c: char| c.is_ascii_digit());
        (1..=2).contains(&(token.key.len() - behind.len())) && !behind.starts_with('-')
    }

    fn goes_on(&self, at: usize) -> bool {
        let reports = |spot: &Spot<'_>| (spot.start..spot.end).contains(&at) && spot.is_any(&REPORTING);
        self.sentence.tokens.get(at).is_some_and(|token| !token.is_break) && !self.words.iter().any(reports)
    }
}

fn names(time: &Spot<'_>, is_time: bool) -> bool {
    time.is(Meaning::Events) || (is_time && time.is(Meaning::Moments))
}
