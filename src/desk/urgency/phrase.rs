//! Phrases of several languages, found as whole words, the longest first. A word
//! that ends with `*` is met by every word that begins so; an accent that is left
//! out does not matter.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::desk::urgency::lexicon::{Lists, Spot};
use crate::desk::urgency::meaning::Meaning;
use crate::desk::urgency::sentence::{Token, keys};
use crate::desk::urgency::symptom::FUNCTIONS;

/// A language of the lists: its place among their names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Language(u8);

/// The line of a list whose words are the same in all languages.
const EVERYBODY: &str = "any";

impl Language {
    /// Every language at once.
    pub(super) const ALL: Language = Language(u8::MAX);
    /// The words of all languages.
    const ANY: Language = Language(u8::MAX - 1);

    pub(super) fn of(place: usize) -> Language {
        Language(u8::try_from(place).unwrap_or(u8::MAX))
    }

    fn reads(self, phrase: &Phrase) -> bool {
        self == Language::ALL || phrase.language == Language::ANY || phrase.language == self
    }
}

/// All phrases, by the word with which each begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Book {
    names: Vec<String>,
    words: BTreeMap<String, Vec<Phrase>>,
    /// The same for beginnings of words.
    stems: BTreeMap<String, Vec<Phrase>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Phrase {
    words: Vec<Word>,
    language: Language,
    meanings: Vec<Meaning>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Word {
    letters: String,
    is_stem: bool,
}

/// What tells phrases apart.
type Key = (Language, Vec<Word>);

/// Longer words are compared by so many bytes at most.
const WORD_BYTES_MAX: usize = 64;

impl Book {
    /// Of the lists with these meanings. Books of the same lists number the
    /// languages alike.
    pub(super) fn new(lists: &Lists, of: impl Fn(&Meaning) -> bool) -> Book {
        let names: BTreeSet<&String> = lists.values().flat_map(BTreeMap::keys).collect();
        let names: Vec<String> = names.into_iter().filter(|name| *name != EVERYBODY).cloned().collect();
        let mut all: BTreeMap<Key, Vec<Meaning>> = BTreeMap::new();
        for (meaning, lines) in lists.iter().filter(|(meaning, _)| of(meaning)) {
            for (name, phrase) in lines.iter().flat_map(|(name, list)| list.iter().map(move |phrase| (name, phrase))) {
                let place = names.iter().position(|known| known == name);
                let language = place.map_or(Language::ANY, Language::of);
                let meanings = all.entry((language, words(phrase))).or_default();
                if !meanings.contains(meaning) {
                    meanings.push(*meaning);
                }
            }
        }
        share(&mut all);
        inherit(&mut all);
        let without_accents = |((language, words), meanings): (&Key, &Vec<Meaning>)| {
            ((*language, words.iter().map(Word::plain).collect()), meanings.clone())
        };
        let accented = |((_, words), _): &(&Key, &Vec<Meaning>)| words.iter().any(|word| !word.letters.is_ascii());
        let plain: Vec<(Key, Vec<Meaning>)> = all.iter().filter(accented).map(without_accents).collect();
        for (key, meanings) in plain {
            all.entry(key).or_insert(meanings);
        }
        let mut book = Book { names, ..Book::default() };
        for ((language, words), meanings) in all {
            let Some(first) = words.first() else { continue };
            let index = if first.is_stem { &mut book.stems } else { &mut book.words };
            let phrases = index.entry(first.letters.clone()).or_default();
            phrases.push(Phrase { words, language, meanings });
        }
        for phrases in book.words.values_mut().chain(book.stems.values_mut()) {
            phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.rank()));
        }
        book
    }

    /// How many languages there are.
    pub(super) fn languages(&self) -> usize {
        self.names.len()
    }

    /// The phrases of a sentence from left to right, none inside another.
    pub(super) fn spots(&self, tokens: &[Token<'_>], language: Language) -> Vec<Spot<'_>> {
        let mut spots = Vec::new();
        let mut start = 0;
        while let Some(rest) = tokens.get(start..).filter(|rest| !rest.is_empty()) {
            let found = self.longest(rest, language);
            let length = found.map_or(1, |phrase| phrase.words.len());
            if let Some(phrase) = found {
                spots.push(Spot { start, end: start + length, meanings: &phrase.meanings });
            }
            start += length;
        }
        spots
    }

    /// How many words of a sentence each language knows, longest phrases first.
    pub(super) fn count(&self, tokens: &[Token<'_>]) -> Vec<usize> {
        let mut counts = vec![0; self.names.len()];
        let mut read_to = vec![0; self.names.len()];
        for start in 0..tokens.len() {
            let Some(rest) = tokens.get(start..) else { continue };
            for phrase in self.candidates(rest).filter(|phrase| phrase.met_by(rest)) {
                let place = usize::from(phrase.language.0);
                if let (Some(count), Some(to)) = (counts.get_mut(place), read_to.get_mut(place))
                    && *to <= start
                {
                    *count += phrase.words.len();
                    *to = start + phrase.words.len();
                }
            }
        }
        counts
    }

    pub(super) fn means(&self, keys: &[String], meaning: Meaning) -> bool {
        let phrases = keys.first().and_then(|first| self.words.get(first)).into_iter().flatten();
        let same = |phrase: &&Phrase| phrase.words.iter().map(|word| &word.letters).eq(keys);
        phrases.filter(same).any(|phrase| phrase.meanings.contains(&meaning))
    }

    fn longest(&self, tokens: &[Token<'_>], language: Language) -> Option<&Phrase> {
        // The first of each index is its longest.
        let mut best: Option<&Phrase> = None;
        for phrase in self.candidates(tokens).filter(|phrase| language.reads(phrase)) {
            let better = best.is_none_or(|best| phrase.words.len() > best.words.len());
            if better && phrase.met_by(tokens) {
                best = Some(phrase);
            }
        }
        best
    }

    /// Phrases that may begin here: those of the whole word, then those of its
    /// beginnings, the longest beginning first.
    fn candidates(&self, tokens: &[Token<'_>]) -> impl Iterator<Item = &Phrase> {
        let key = tokens.first().map_or("", |token| token.key.as_str());
        let whole = self.words.get(key);
        whole.into_iter().chain(Stems { book: self, rest: cut(key) }).flatten()
    }
}

/// A word of everybody means the same in a language that has more meanings for it.
fn share(all: &mut BTreeMap<Key, Vec<Meaning>>) {
    let everybody: BTreeMap<Vec<Word>, Vec<Meaning>> = all
        .iter()
        .filter(|((language, _), _)| *language == Language::ANY)
        .map(|((_, words), meanings)| (words.clone(), meanings.clone()))
        .collect();
    for ((_, words), meanings) in all.iter_mut() {
        for meaning in everybody.get(words).into_iter().flatten() {
            if !meanings.contains(meaning) {
                meanings.push(*meaning);
            }
        }
    }
}

/// A word means also what its beginnings mean: "telefone" is "telefon*". What names a
/// function does not: an "Anrufbeantworter" is no "Anruf".
fn inherit(all: &mut BTreeMap<Key, Vec<Meaning>>) {
    let stems: BTreeMap<Key, Vec<Meaning>> = all
        .iter()
        .filter(|((_, words), _)| matches!(words.as_slice(), [word] if word.is_stem))
        .map(|(key, meanings)| (key.clone(), meanings.clone()))
        .collect();
    for ((language, words), meanings) in all.iter_mut() {
        let [word] = words.as_slice() else { continue };
        let stands_alone = [Meaning::Ignored, Meaning::PseudoNegations];
        if meanings.iter().any(|meaning| stands_alone.contains(meaning) || FUNCTIONS.contains(meaning)) {
            continue;
        }
        for (end, _) in word.letters.char_indices().skip(1) {
            let letters = word.letters.get(..end).unwrap_or_default().to_owned();
            let stem = stems.get(&(*language, vec![Word { letters, is_stem: true }]));
            for meaning in stem.into_iter().flatten() {
                if !meanings.contains(meaning) {
                    meanings.push(*meaning);
                }
            }
        }
    }
}

fn cut(key: &str) -> &str {
    let end = (0..=WORD_BYTES_MAX.min(key.len())).rev().find(|end| key.is_char_boundary(*end));
    key.get(..end.unwrap_or_default()).unwrap_or_default()
}

/// The stems with which a word begins.
struct Stems<'a, 'k> {
    book: &'a Book,
    rest: &'k str,
}

impl<'a> Iterator for Stems<'a, '_> {
    type Item = &'a Vec<Phrase>;

    fn next(&mut self) -> Option<&'a Vec<Phrase>> {
        while !self.rest.is_empty() {
            let (stem, phrases) =
                self.book.stems.range::<str, _>((Bound::Unbounded, Bound::Included(self.rest))).next_back()?;
            let shared = stem.chars().zip(self.rest.chars()).take_while(|(one, other)| one == other);
            let length: usize = shared.map(|(c, _)| c.len_utf8()).sum();
            let met = length == stem.len();
            let shorter = if met { length - stem.chars().next_back().map_or(0, char::len_utf8) } else { length };
            self.rest = self.rest.get(..shorter).unwrap_or_default();
            if met {
                return Some(phrases);
            }
        }
        None
    }
}

impl Phrase {
    /// More words come first, then whole words, then longer ones.
    fn rank(&self) -> (usize, usize, usize) {
        let whole = self.words.iter().filter(|word| !word.is_stem).count();
        (self.words.len(), whole, self.words.iter().map(|word| word.letters.len()).sum())
    }

    fn met_by(&self, tokens: &[Token<'_>]) -> bool {
        tokens.len() >= self.words.len() && self.words.iter().zip(tokens).all(|(word, token)| word.met_by(&token.key))
    }
}

impl Word {
    fn met_by(&self, key: &str) -> bool {
        if self.is_stem { key.starts_with(&self.letters) } else { key == self.letters }
    }

    /// Without its accents: many write so on a telephone.
    fn plain(&self) -> Word {
        Word { letters: plain(&self.letters), is_stem: self.is_stem }
    }
}

/// A letter that is another one without its mark (й, が) keeps it.
fn plain(word: &str) -> String {
    let latin = |c: &char| c.is_ascii_alphabetic();
    let mut letters = String::new();
    for c in word.chars() {
        let mut pieces = std::iter::once(c).nfd().filter(|c| !is_combining_mark(*c));
        match pieces.next().filter(latin) {
            Some(base) => letters.push(base),
            None => letters.push(if c == 'ё' { 'е' } else { c }),
        }
    }
    letters
}

/// The words of a phrase of the lists: `funktionier* nicht`.
fn words(phrase: &str) -> Vec<Word> {
    let pieces = phrase.split_whitespace().flat_map(|piece| {
        let is_stem = piece.ends_with('*');
        let keys = keys(piece.trim_end_matches('*'));
        let last = keys.len();
        keys.into_iter()
            .enumerate()
            .map(move |(place, letters)| Word { letters, is_stem: is_stem && place + 1 == last })
    });
    pieces.collect()
}
