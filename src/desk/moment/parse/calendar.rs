//! Dates with words for their parts: "2026年12月3日", "令和8年12月3日", "in 2 days",
//! and the years behind a day.

use crate::desk::moment::parse::{DateWritten, Reader, small};
use crate::desk::moment::scan::{Token, joined};
use crate::desk::moment::{MomentFault, Word, words};

/// Nobody plans an upgrade further ahead in days or weeks.
const DAYS_MAX: i16 = 400;

impl Reader<'_> {
    /// `2026年12月3日`, `12月3日`; a year of two digits is of this century, one of
    /// one digit may be of an era.
    pub(super) fn signed_date(&mut self) -> Result<bool, MomentFault> {
        let Some((first, width)) = self.number(0) else { return Ok(false) };
        match (self.meaning(1), width) {
            (Some(Word::YearSign), 4) => self.month_and_day(2, Some(first)),
            (Some(Word::YearSign), 2) => self.month_and_day(2, Some(2000 + first)),
            (Some(Word::YearSign), _) => Err(self.unreadable()),
            (Some(Word::MonthSign), 1..=2) => self.month_and_day(0, None),
            _ => Ok(false),
        }
    }

    fn month_and_day(&mut self, ahead: usize, year: Option<i16>) -> Result<bool, MomentFault> {
        let part = |at: usize, sign: Word| match (self.number(at), self.meaning(at + 1)) {
            (Some((value, 1..=2)), Some(behind)) if behind == sign => Some(small(value)),
            _ => None,
        };
        let (Some(month), Some(day)) = (part(ahead, Word::MonthSign), part(ahead + 2, Word::DaySign)) else {
            return Err(self.unreadable());
        };
        let date = match year {
            Some(year) => DateWritten::Full(vec![(year, month, day)]),
            None => DateWritten::NoYear(vec![(month, day)]),
        };
        self.date(date, ahead + 4)?;
        Ok(true)
    }

    /// `令和8年12月3日`: `base` is added to the year.
    pub(super) fn era_first(&mut self, base: i16) -> Result<(), MomentFault> {
        let (Some((year, 1..=3)), Some(Word::YearSign)) = (self.number(1), self.meaning(2)) else {
            return Err(self.unreadable());
        };
        self.month_and_day(3, Some(base + year)).map(|_| ())
    }

    /// "in 2 days", "через неделю". In hours no day is named.
    pub(super) fn length_first(&mut self) -> Result<(), MomentFault> {
        let (count, ahead) = match self.number(1) {
            Some((count, _)) => (count, 2),
            None => (1, 1),
        };
        let days = self.peek(ahead).and_then(Token::word).and_then(|word| self.zones.units.get(word)).copied();
        self.length(count, days, ahead + 1)
    }

    /// `3天后`, `2日後`.
    pub(super) fn length_behind(&mut self) -> Result<bool, MomentFault> {
        let later = self.peek(1).and_then(Token::word).and_then(|word| self.zones.later.get(word)).copied();
        match (self.number(0), later) {
            (Some((count, _)), Some(days)) => self.length(count, Some(days), 2).map(|()| true),
            _ => Ok(false),
        }
    }

    fn length(&mut self, count: i16, days: Option<i16>, pieces: usize) -> Result<(), MomentFault> {
        match days.and_then(|days| count.checked_mul(days)).filter(|days| (1..=DAYS_MAX).contains(days)) {
            Some(days) => self.date(DateWritten::Ahead(days), pieces),
            None => Err(self.unreadable()),
        }
    }

    /// How many pieces make the number before `ahead` that of a day: "3rd", "3-го", "1°".
    pub(super) fn ordinal(&self, ahead: usize) -> usize {
        let is_ordinal = |at: usize| {
            let word = self.peek(at).and_then(Token::word);
            self.glued(at) && word.is_some_and(|word| self.zones.ordinals.contains(word))
        };
        match self.mark(ahead, &['-', '°']) {
            Some('-') if is_ordinal(ahead + 1) => 2,
            Some('°') => 1,
            _ => usize::from(is_ordinal(ahead)),
        }
    }

    /// The year that stands at `ahead`, behind its day and month: `2026`, `'26`, and
    /// `26`, which is no day of a month nor an hour of the day, unless a clock follows.
    pub(super) fn year(&self, ahead: usize) -> Option<(i16, usize)> {
        if self.mark(ahead, &['\'']).is_some() {
            let (year, _) = self.number(ahead + 1).filter(|(_, width)| *width == 2 && self.glued(ahead + 1))?;
            return Some((2000 + year, 2));
        }
        match self.number(ahead)? {
            (_, 2 | 4) if self.is_clock(ahead) => None,
            (year, 4) => Some((year, 1)),
            (year, 2) if year > 24 => Some((2000 + year, 1)),
            _ => None,
        }
    }

    /// Whether the number at `ahead` is an hour: `10:00`, `10 am`, `10h`, `1000z`.
    pub(super) fn is_clock(&self, ahead: usize) -> bool {
        let hour = |word: Word| matches!(word, Word::Am | Word::Pm | Word::Oclock | Word::Hours);
        let zulu = self.glued(ahead + 1) && self.peek(ahead + 1).and_then(Token::word) == Some("z");
        let minutes = self.glued(ahead + 1) && self.mark(ahead + 1, &[':', '.']).is_some() && self.glued(ahead + 2);
        let minutes = minutes && matches!(self.number(ahead + 2), Some((_, 2)));
        zulu || minutes || self.meaning(ahead + 1).is_some_and(hour)
    }

    /// The word that begins here as the reader wrote it: scripts without blanks are
    /// cut where a known word begins.
    pub(super) fn unknown_here(&self) -> String {
        let here = self.pieces.get(self.at..).unwrap_or_default();
        let unknown = |piece: &&crate::desk::moment::scan::Piece| piece.means.is_none() && piece.token.word().is_some();
        let length = 1 + here.iter().skip(1).take_while(|piece| piece.glued && unknown(piece)).count();
        joined(here.get(..length).unwrap_or_default())
    }

    /// The month that the word at `ahead` names.
    pub(super) fn month(&self, ahead: usize) -> Option<i8> {
        self.meaning(ahead).and_then(words::month)
    }
}
