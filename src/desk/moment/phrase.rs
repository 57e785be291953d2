//! Times in the midst of sentences: which words speak of one, and whether the
//! sentence refuses it ("can't make it Tuesday, Thursday same time?").

use crate::desk::moment::scan::{Piece, Token, joined};
use crate::desk::moment::sense::{is_part, sensed};
use crate::desk::moment::zone::named;
use crate::desk::moment::{Word, Zones, words};

/// Words that speak of a time, as [`crate::desk::moment::read`] reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    pub text: String,
    /// The sentence part says that this time is not possible, or the old one.
    pub refused: bool,
    /// Something beside it makes it another time, and nobody can tell which:
    /// "the day after tomorrow", "halb 11", "2 hours later".
    pub vague: bool,
}

/// Lines of a mail that are looked at: a wish stands at its top.
const LINES_MAX: usize = 12;

/// The times in `text`, in order. A part of a sentence that has one of
/// `refusing` (lower case, one word each) speaks of times that cannot be.
pub fn phrases(text: &str, zones: &Zones, refusing: &[String]) -> Vec<Phrase> {
    let lines = text.lines().filter(|line| !line.trim().is_empty()).take(LINES_MAX);
    lines.flat_map(|line| of_line(line, zones, refusing)).collect()
}

/// Whether a text says which half of the day it means.
pub fn names_half(text: &str, zones: &Zones) -> bool {
    let tells = |word: Word| is_part(word) || matches!(word, Word::Am | Word::Pm | Word::Noon | Word::Midnight);
    sensed(text, zones, false).iter().any(|piece| piece.token.is_mark(':') || piece.means.is_some_and(tells))
}

fn of_line(line: &str, zones: &Zones, refusing: &[String]) -> Vec<Phrase> {
    let mut found: Vec<Phrase> = Vec::new();
    let pieces = sensed(line, zones, true);
    // Capitals tell zones ("EST") from words ("est", "ist").
    let in_capitals = |name: &str| line.split(|c: char| !c.is_alphanumeric()).any(|word| word == name.to_uppercase());
    for part in pieces.split(ends_a_part) {
        let refused =
            part.iter().any(|piece| piece.token.word().is_some_and(|word| refusing.iter().any(|no| no == word)));
        let mut from = 0;
        let mut before: &str = "";
        while let Some(first) = part.get(from) {
            let run = Run { part, from, before, zones, in_capitals: &in_capitals }.measured();
            if run.length > 0 && !is_past_behind(before) {
                let text = as_written(line, joined(part.get(from..from + run.length).unwrap_or_default()));
                found.push(Phrase { text, refused: refused || is_old_behind(before), vague: run.vague });
            }
            before = first.token.word().unwrap_or(before);
            from += run.length.max(1);
        }
    }
    found
}

/// A mark between two parts of a sentence; in "10.30" and "10,30" it is none.
fn ends_a_part(piece: &Piece) -> bool {
    let mark = match &piece.token {
        Token::Mark(mark) => Some(*mark),
        Token::Word(word) if piece.means.is_none() && is_contrast(word) => Some(';'),
        Token::Number(_) | Token::Word(_) => None,
    };
    matches!(mark, Some(',' | ';' | '?' | '!' | '¿' | '¡'))
}

fn is_contrast(word: &str) -> bool {
    matches!(word, "but" | "so" | "aber" | "sondern" | "pero" | "sino" | "mais")
}

/// "from Tuesday to Thursday", "Thursday instead of Tuesday", "not Friday".
fn is_old_behind(word: &str) -> bool {
    matches!(word, "from" | "of" | "than" | "not")
        || matches!(word, "von" | "vom" | "statt" | "anstatt" | "als" | "nicht")
        || matches!(word, "de" | "du" | "del" | "d" | "que" | "no" | "pas")
}

/// "since Tuesday" tells how something went on, and wishes for nothing.
fn is_past_behind(word: &str) -> bool {
    matches!(word, "since" | "seit" | "desde" | "depuis")
}

/// "at 10", "to 10": a number alone is an hour there.
fn is_hour_behind(word: &str) -> bool {
    matches!(word, "at" | "to" | "by" | "around" | "for" | "um" | "auf" | "gegen" | "las" | "à" | "vers")
}

/// Behind these words "10 hours" is a time of day, else a length of time.
fn is_clock_behind(word: &str) -> bool {
    matches!(word, "at" | "around" | "las" | "à" | "vers")
}

/// Pieces that may speak of one time, from one of them on.
struct Run<'a> {
    part: &'a [Piece],
    from: usize,
    /// The word before them.
    before: &'a str,
    zones: &'a Zones,
    in_capitals: &'a dyn Fn(&str) -> bool,
}

/// How many pieces speak of one time (0: the first does not), and whether which.
#[derive(Debug, Default)]
struct Measured {
    length: usize,
    vague: bool,
}

impl Run<'_> {
    fn measured(&self) -> Measured {
        let mut end = self.from;
        let mut at = self.from;
        let (mut certain, mut vague) = (false, false);
        let (mut week, mut weekday) = (false, false);
        while let Some(piece) = self.part.get(at) {
            let within = end > self.from;
            match &piece.token {
                Token::Number(_) => end = at + 1,
                Token::Word(_) => match self.meaning(at, within) {
                    Some(Word::Filler) if within => {}
                    Some(Word::This | Word::Next) if !within || self.leads_to_a_day(at) => {}
                    Some(Word::Filler | Word::Until) | None => match self.zone_at(at).filter(|_| within) {
                        Some((length, doubted)) => {
                            vague |= doubted;
                            at += length;
                            end = at;
                            continue;
                        }
                        None => break,
                    },
                    Some(word) => {
                        vague |= word == Word::Vague;
                        week |= matches!(word, Word::ThisWeek | Word::NextWeek);
                        weekday |= words::weekday(word).is_some();
                        // "this evening"; "in the evening" alone is no time.
                        let this = at.checked_sub(1).and_then(|before| self.means(before)) == Some(Word::This);
                        certain |= (this || !is_part(word)) && !matches!(word, Word::Vague | Word::This | Word::Next);
                        end = at + 1;
                    }
                },
                Token::Mark(':' | '/' | '-' | '.' | '+') if within => {}
                Token::Mark(_) => break,
            }
            certain |= self.is_time_wherever(at);
            at += 1;
        }
        // "next week" is no day.
        vague |= self.goes_on(end) || week && !weekday;
        let hour = is_hour_behind(self.before) && (vague || self.is_number(self.from));
        if !certain && !hour {
            return Measured::default();
        }
        Measured { length: end - self.from, vague: vague || self.is_length(end) }
    }

    /// "10 h et demie", "las 10 y media".
    fn goes_on(&self, end: usize) -> bool {
        let word = self.part.get(end).and_then(|piece| piece.token.word());
        let and = word.is_some_and(|word| matches!(word, "and" | "et" | "y" | "und"));
        let quarter = |at: usize| self.means(at) == Some(Word::Vague);
        let article = |at: usize| self.means(at) == Some(Word::Filler);
        end > self.from && and && (quarter(end + 1) || article(end + 1) && quarter(end + 2))
    }

    fn is_mark(&self, at: usize, mark: char) -> bool {
        self.part.get(at).is_some_and(|piece| piece.token.is_mark(mark))
    }

    fn means(&self, at: usize) -> Option<Word> {
        self.part.get(at)?.means
    }

    fn is_number(&self, at: usize) -> bool {
        matches!(self.part.get(at).map(|piece| &piece.token), Some(Token::Number(_)))
    }

    /// "10:30", "2026-12-03" and "at 8" are times wherever they stand.
    fn is_time_wherever(&self, at: usize) -> bool {
        let behind = self.part.get(at + 1);
        let clock = self.is_number(at) && behind.is_some_and(|piece| piece.token.is_mark(':'));
        let is_year = |digits: &str| digits.len() == 4 && digits.starts_with("20");
        let year = |piece: &Piece| matches!(&piece.token, Token::Number(digits) if is_year(digits));
        // "tonight at 8".
        let before = at.checked_sub(1).and_then(|before| self.part.get(before)).and_then(|piece| piece.token.word());
        let hour = at > self.from && self.is_number(at) && before.is_some_and(is_hour_behind);
        clock || hour || self.part.get(at).is_some_and(year)
    }

    /// "2 hours" alone, and not "at 10 hours".
    fn is_length(&self, end: usize) -> bool {
        end > self.from + 1
            && self.is_number(self.from)
            && self.means(self.from + 1) == Some(Word::Hours)
            && !is_clock_behind(self.before)
    }

    /// "may" and "march" are months beside a number only, "second" is no time, "next"
    /// and "this" need a day beside them, and what is vague needs a time.
    fn meaning(&self, at: usize, within: bool) -> Option<Word> {
        let piece = self.part.get(at)?;
        let meaning = piece.means;
        match meaning {
            None if within && piece.token.word().is_some_and(|word| self.zones.ordinals.contains(word)) => {
                Some(Word::Filler)
            }
            Some(Word::This | Word::Next) => {
                meaning.filter(|_| self.leads_to_a_day(at) || within && self.is_day_before(at))
            }
            Some(Word::Vague | Word::HalfPast | Word::HalfTo) => meaning.filter(|_| within || self.leads_to_a_time(at)),
            Some(Word::Am | Word::Pm | Word::Oclock | Word::Hours | Word::HalfBehind) => meaning.filter(|_| within),
            Some(Word::YearSign | Word::MonthSign | Word::DaySign | Word::MinuteSign) => {
                meaning.filter(|_| within && self.is_number(at.saturating_sub(1)))
            }
            Some(month) if words::month(month).is_some() => meaning.filter(|_| within || self.is_number(at + 1)),
            other => other,
        }
    }

    fn leads_to_a_day(&self, at: usize) -> bool {
        let day = |word: Word| words::weekday(word).is_some() || is_part(word) || word == Word::Vague;
        self.means(at + 1).is_some_and(day)
    }

    /// "mardi prochain", "el martes que viene".
    fn is_day_before(&self, at: usize) -> bool {
        let mut before = self.part.get(self.from..at).unwrap_or_default().iter().rev();
        let day = before.find(|piece| piece.means != Some(Word::Filler)).and_then(|piece| piece.means);
        day.and_then(words::weekday).is_some()
    }

    fn leads_to_a_time(&self, at: usize) -> bool {
        let mut next = at + 1;
        while self.means(next) == Some(Word::Filler) || self.is_mark(next, '.') {
            next += 1;
        }
        let time = |word: Word| {
            words::weekday(word).is_some()
                || matches!(word, Word::Today | Word::Tomorrow | Word::AfterTomorrow | Word::Noon | Word::Midnight)
        };
        self.is_number(next) || self.means(next).is_some_and(time)
    }

    /// How many pieces from `at` on are the name of a zone, and whether they may
    /// be a word of the sentence instead.
    fn zone_at(&self, at: usize) -> Option<(usize, bool)> {
        const PIECES_MAX: usize = 3;
        let length = (1..=PIECES_MAX).rev().find(|length| {
            let here = self.part.get(at..at + length).unwrap_or_default();
            let words = here.len() == *length && here.iter().all(|piece| piece.token.word().is_some());
            words && !named(&joined(here), self.zones, "").is_empty()
        })?;
        let name = self.part.get(at).and_then(|piece| piece.token.word()).unwrap_or("");
        let is_word = matches!(name, "est" | "et" | "ist" | "art" | "eat" | "wat" | "west");
        let ends = self.part.get(at + 1).is_none_or(|piece| piece.token.is_mark('.'));
        if length > 1 || !is_word || ends || (self.in_capitals)(name) {
            return Some((length, false));
        }
        // "Donnerstag 10 Uhr ist gut" speaks no English; of "10:00 est" nobody can tell.
        let here = self.part.get(self.from..at).unwrap_or_default();
        let foreign = here.iter().any(|piece| piece.token.word().is_some_and(|word| self.zones.foreign.contains(word)));
        (!foreign).then_some((length, true))
    }
}

/// With the capitals of the line, where it stands there so.
fn as_written(line: &str, text: String) -> String {
    let lower = line.to_lowercase();
    let place = lower.find(&text).filter(|_| lower.len() == line.len());
    place.and_then(|at| line.get(at..at + text.len())).map_or_else(|| text.clone(), str::to_owned)
}
