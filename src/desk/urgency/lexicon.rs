//! Words with a meaning for urgency, in the language of each sentence.

use std::collections::{BTreeMap, BTreeSet};

use crate::desk::urgency::meaning::Meaning;
use crate::desk::urgency::phrase::{Book, Language};
use crate::desk::urgency::sentence::{Sentence, Token, keys};

/// Words of a language to each meaning.
pub type Lists = BTreeMap<Meaning, BTreeMap<String, Vec<String>>>;

/// All of `rules/urgency.toml`, ready to be found in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UrgencyRules {
    book: Book,
    /// Words about since when, apart: they would hide what others mean.
    times: Book,
    /// Small numbers in words: one, two …
    numbers: BTreeMap<String, usize>,
    /// Beginnings of lines of our own letters, as keys: never the writer's words.
    ours: BTreeSet<Vec<String>>,
}

/// A phrase found in a sentence: tokens `start..end`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot<'a> {
    pub start: usize,
    pub end: usize,
    pub(super) meanings: &'a [Meaning],
}

impl Spot<'_> {
    pub(super) fn is(&self, meaning: Meaning) -> bool {
        self.meanings.contains(&meaning)
    }

    pub(super) fn is_any(&self, meanings: &[Meaning]) -> bool {
        meanings.iter().any(|meaning| self.is(*meaning))
    }
}

/// The lists about since when.
const SINCE: [Meaning; 6] =
    [Meaning::Since, Meaning::SinceBehind, Meaning::SinceThen, Meaning::After, Meaning::Events, Meaning::Moments];

/// Words with which a line of our letters begins, before the first placeholder;
/// shorter beginnings could be anybody's.
const OUR_WORDS_MIN: usize = 4;
/// So many words of a line of ours are compared.
const OUR_WORDS_MAX: usize = 8;

impl UrgencyRules {
    /// From the lists and the texts of our own letters.
    pub fn new<'a>(lists: &Lists, letters: impl Iterator<Item = &'a str>) -> UrgencyRules {
        let book = Book::new(lists, |meaning| !SINCE.contains(meaning));
        let times = Book::new(lists, |meaning| SINCE.contains(meaning));
        let mut rules = UrgencyRules { book, times, ..UrgencyRules::default() };
        for words in lists.get(&Meaning::Numbers).into_iter().flat_map(BTreeMap::values) {
            rules.numbers.extend(words.iter().enumerate().map(|(index, word)| (word.clone(), index + 1)));
        }
        rules.ours = letters.flat_map(str::lines).filter_map(our_beginning).collect();
        rules
    }

    /// The phrases of a sentence from left to right, none inside another.
    pub(super) fn spots(&self, sentence: &Sentence<'_>) -> Vec<Spot<'_>> {
        self.book.spots(&sentence.tokens, sentence.language)
    }

    /// Its words about since when, and its other words.
    pub(super) fn since(&self, sentence: &Sentence<'_>) -> (Vec<Spot<'_>>, Vec<Spot<'_>>) {
        (self.times.spots(&sentence.tokens, sentence.language), self.spots(sentence))
    }

    /// The same in the languages of everybody: for words that a program wrote.
    pub(super) fn spots_of_all(&self, tokens: &[Token<'_>]) -> Vec<Spot<'_>> {
        self.book.spots(tokens, Language::ALL)
    }

    /// Finds the language of each sentence: its own where it is plain, else that of
    /// the mail. Words that several languages write alike mean something else in
    /// each ("die", "no", "mal").
    pub(super) fn tell(&self, sentences: &mut [Sentence<'_>]) {
        let counts: Vec<Vec<usize>> = sentences.iter().map(|sentence| self.book.count(&sentence.tokens)).collect();
        let mut all = vec![0; self.book.languages()];
        for (sum, count) in counts.iter().flat_map(|counts| counts.iter().enumerate()) {
            if let Some(sum) = all.get_mut(sum) {
                *sum += count;
            }
        }
        let common = most(&all).unwrap_or_default();
        for (sentence, counts) in sentences.iter_mut().zip(&counts) {
            let own = most(counts).unwrap_or(common);
            let ahead = counts.get(own).copied().unwrap_or_default();
            let usual = counts.get(common).copied().unwrap_or_default();
            let plain = ahead >= usual + PLAINLY || ahead >= 2 * usual;
            sentence.language = Language::of(if plain { own } else { common });
        }
    }

    /// Whether the whole of `text` is a phrase with this meaning.
    pub(super) fn means(&self, text: &str, meaning: Meaning) -> bool {
        self.book.means(&keys(text), meaning)
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

/// So many more known words than in the language of the mail make a sentence one
/// of another language.
const PLAINLY: usize = 2;

/// The place of the greatest number, the first of equals; `None` when all are 0.
fn most(counts: &[usize]) -> Option<usize> {
    let best = counts.iter().copied().max().filter(|best| *best > 0)?;
    counts.iter().position(|count| *count == best)
}

/// The first words of a template's line that stand in every letter made of it.
fn our_beginning(line: &str) -> Option<Vec<String>> {
    let fixed = line.split("{{").next().unwrap_or("").split("{%").next().unwrap_or("");
    let mut keys = keys(fixed);
    keys.truncate(OUR_WORDS_MAX);
    (keys.len() >= OUR_WORDS_MIN).then_some(keys)
}
