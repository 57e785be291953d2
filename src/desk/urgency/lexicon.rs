//! Words with a meaning for urgency, found as whole words, the longest first.

use std::collections::{BTreeMap, BTreeSet};

use crate::desk::urgency::sentence::{Token, keys};

/// What a word or phrase of `rules/urgency.toml` means; its lists bear these names.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::VariantArray, strum::IntoStaticStr, strum::EnumString,
)]
#[strum(serialize_all = "snake_case")]
pub enum Meaning {
    Standstill,
    Failing,
    Trouble,
    Peril,
    Works,
    Service,
    Serves,
    Fine,
    Restored,
    StillBroken,
    Negators,
    NoLonger,
    NoneOf,
    PseudoNegations,
    Contrasts,
    TurningEnds,
    Exceptions,
    Joints,
    Copulas,
    Past,
    PastDays,
    Now,
    Planned,
    Coming,
    Conditions,
    Again,
    Questions,
    Presumes,
    Calm,
    Claims,
    Help,
    Wishes,
    Ignored,
    EmergencyCalls,
    Numbered,
    Everything,
    Anything,
    APart,
    ASingle,
    Countable,
    Numbers,
    Only,
    Core,
    Calls,
    MainFunctions,
    Voicemail,
    Fax,
    Billing,
    Console,
    Conferences,
    Recordings,
    Menus,
    MinorThings,
    Papers,
    Times,
    Pronouns,
    FollowUp,
    Thanks,
    Answers,
    Nudges,
    Escalates,
    RobotAlarms,
    RobotRecoveries,
    Evidence,
    LogFiles,
    Disclaimers,
    ReplyMarks,
    ForwardMarks,
}

/// All of `rules/urgency.toml`, ready to be found in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UrgencyRules {
    /// First word of a phrase to all phrases that begin with it, longest first.
    by_first_word: BTreeMap<String, Vec<Phrase>>,
    /// Small numbers in words: one, two …
    numbers: BTreeMap<String, usize>,
    /// Beginnings of lines of our own letters, as keys: never the writer's words.
    ours: BTreeSet<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Phrase {
    keys: Vec<String>,
    meanings: Vec<Meaning>,
}

/// A phrase found in a sentence: tokens `start..end`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot<'a> {
    pub start: usize,
    pub end: usize,
    meanings: &'a [Meaning],
}

impl Spot<'_> {
    pub(super) fn is(&self, meaning: Meaning) -> bool {
        self.meanings.contains(&meaning)
    }

    pub(super) fn is_any(&self, meanings: &[Meaning]) -> bool {
        meanings.iter().any(|meaning| self.is(*meaning))
    }
}

/// Words with which a line of our letters begins, before the first placeholder;
/// shorter beginnings could be anybody's.
const OUR_WORDS_MIN: usize = 4;
/// So many words of a line of ours are compared.
const OUR_WORDS_MAX: usize = 8;

impl UrgencyRules {
    /// From the lists and the texts of our own letters.
    pub fn new<'a>(lists: &BTreeMap<Meaning, Vec<String>>, letters: impl Iterator<Item = &'a str>) -> UrgencyRules {
        let mut rules = UrgencyRules::default();
        for (meaning, phrase) in lists.iter().flat_map(|(meaning, list)| list.iter().map(|phrase| (*meaning, phrase))) {
            rules.add(meaning, phrase);
        }
        for phrases in rules.by_first_word.values_mut() {
            phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.keys.len()));
        }
        let numbers = lists.get(&Meaning::Numbers).into_iter().flatten();
        rules.numbers = numbers.enumerate().map(|(index, word)| (word.clone(), index + 1)).collect();
        rules.ours = letters.flat_map(str::lines).filter_map(our_beginning).collect();
        rules
    }

    fn add(&mut self, meaning: Meaning, phrase: &str) {
        let keys = keys(phrase);
        let Some(first) = keys.first() else { return };
        let phrases = self.by_first_word.entry(first.clone()).or_default();
        match phrases.iter_mut().find(|known| known.keys == keys) {
            Some(known) => known.meanings.push(meaning),
            None => phrases.push(Phrase { keys, meanings: vec![meaning] }),
        }
    }

    /// The phrases of a sentence from left to right, none inside another.
    pub(super) fn spots(&self, tokens: &[Token<'_>]) -> Vec<Spot<'_>> {
        let mut spots = Vec::new();
        let mut start = 0;
        while let Some(rest) = tokens.get(start..).filter(|rest| !rest.is_empty()) {
            let found = self.longest(rest);
            let length = found.map_or(1, |phrase| phrase.keys.len());
            if let Some(phrase) = found {
                spots.push(Spot { start, end: start + length, meanings: &phrase.meanings });
            }
            start += length;
        }
        spots
    }

    fn longest(&self, tokens: &[Token<'_>]) -> Option<&Phrase> {
        let phrases = self.by_first_word.get(&tokens.first()?.key)?;
        phrases.iter().find(|phrase| {
            let met = tokens.iter().map(|token| &token.key).take(phrase.keys.len());
            met.eq(phrase.keys.iter())
        })
    }

    /// Whether the whole of `text` is a phrase with this meaning.
    pub(super) fn means(&self, text: &str, meaning: Meaning) -> bool {
        let keys = keys(text);
        let phrases = keys.first().and_then(|first| self.by_first_word.get(first)).into_iter().flatten();
        phrases.filter(|phrase| phrase.keys == keys).any(|phrase| phrase.meanings.contains(&meaning))
    }

    /// The number that a word is: `3`, `three`.
    pub(super) fn number(&self, key: &str) -> Option<usize> {
        self.numbers.get(key).copied().or_else(|| key.parse().ok())
    }

    /// Whether a line comes from one of our own letters.
    pub(super) fn is_ours(&self, line: &str) -> bool {
        let keys = keys(line);
        let lengths = OUR_WORDS_MIN..=OUR_WORDS_MAX.min(keys.len());
        lengths.into_iter().any(|length| keys.get(..length).is_some_and(|begin| self.ours.contains(begin)))
    }
}

/// The first words of a template's line that stand in every letter made of it.
fn our_beginning(line: &str) -> Option<Vec<String>> {
    let fixed = line.split("{{").next().unwrap_or("").split("{%").next().unwrap_or("");
    let mut keys = keys(fixed);
    keys.truncate(OUR_WORDS_MAX);
    (keys.len() >= OUR_WORDS_MIN).then_some(keys)
}
