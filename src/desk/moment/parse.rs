//! Pieces become what was written: a date, a weekday, a time of day, a zone.

mod calendar;
mod numeric;
mod part;
mod part_of_day;
mod place;

use jiff::civil::{Time, Weekday};

use crate::desk::moment::scan::{Piece, Token};
use crate::desk::moment::sense::{is_part, sensed};
use crate::desk::moment::zone::{Claim, named};
use crate::desk::moment::{MomentFault, Word, Zones, fault, shown, unreadable, words};
use crate::phrase;

pub(super) use part::combine;

/// A date as written, still without the day of the mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DateWritten {
    /// Year, month, day: one, or two where day and month can be told apart by
    /// nothing (12/11/2026), month first as in our own country.
    Full(Vec<(i16, i8, i8)>),
    /// Month and day without a year.
    NoYear(Vec<(i8, i8)>),
    /// Days from the day of the mail.
    Ahead(i16),
    /// A weekday and nothing else, said with "next", "this week" and the like, or without.
    Weekday(Option<Word>),
}

/// A time of day as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimeWritten {
    pub time: Time,
    /// Which days it can belong to, counted from the date: "24:00" is the next
    /// day, "midnight" either end of the day.
    pub days: &'static [i8],
}

impl TimeWritten {
    pub(super) fn on_the_day(time: Time) -> TimeWritten {
        TimeWritten { time, days: &[0] }
    }

    /// `None` when no clock shows it: "25:00", "13 am".
    pub(super) fn of_day(hour: i16, minute: i16, half: Option<Word>) -> Option<TimeWritten> {
        let (hour, minute) = (i8::try_from(hour).ok()?, i8::try_from(minute).ok()?);
        let hour = match half {
            Some(Word::Am) => (0..=12).contains(&hour).then_some(hour % 12)?,
            Some(Word::Pm) if hour < 12 => hour + 12,
            _ => hour,
        };
        if (hour, minute) == (24, 0) {
            return Some(TimeWritten { time: Time::midnight(), days: &[1] });
        }
        Time::new(hour, minute, 0, 0).ok().map(TimeWritten::on_the_day)
    }
}

/// All that was found in a written time.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Written {
    pub date: Option<DateWritten>,
    pub weekday: Option<Weekday>,
    pub time: Option<TimeWritten>,
    /// Every one that was named, what is exact first.
    pub zones: Vec<ZoneWritten>,
    /// "next" or "this", waiting for its weekday.
    which: Option<Word>,
    /// "in the afternoon", "du soir".
    part: Option<Word>,
    /// "halb" or "half past", waiting for its hour.
    half: Option<Word>,
    /// The time followed a `T` (ISO 8601), so a sign behind it is an offset.
    machine: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct ZoneWritten {
    pub text: String,
    pub claim: Claim,
    /// `Z` or an offset as machines write it: it names the instant for good.
    pub exact: bool,
}

/// Reads the whole text; everything in it must be understood.
pub(super) fn parse(text: &str, zones: &Zones, desk_zone: &str) -> Result<Written, MomentFault> {
    let pieces = sensed(text, zones, false);
    if pieces.is_empty() {
        return Err(fault(
            "time_missing",
            phrase!(
                "time_missing",
                "no time was found; expected a date, a time and a zone such as 2026-12-03 10:00 America/Los_Angeles"
            ),
        ));
    }
    let mut reader = Reader { pieces: &pieces, at: 0, zones, desk_zone, text, found: Written::default() };
    while reader.at < pieces.len() {
        reader.step()?;
    }
    reader.finish()
}

struct Reader<'a> {
    pieces: &'a [Piece],
    at: usize,
    zones: &'a Zones,
    desk_zone: &'a str,
    text: &'a str,
    found: Written,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<&Token> {
        self.pieces.get(self.at + ahead).map(|piece| &piece.token)
    }

    fn glued(&self, ahead: usize) -> bool {
        self.pieces.get(self.at + ahead).is_some_and(|piece| piece.glued)
    }

    fn number(&self, ahead: usize) -> Option<(i16, usize)> {
        self.peek(ahead)?.number()
    }

    fn meaning(&self, ahead: usize) -> Option<Word> {
        self.pieces.get(self.at + ahead)?.means
    }

    fn mark(&self, ahead: usize, marks: &[char]) -> Option<char> {
        marks.iter().copied().find(|mark| self.peek(ahead).is_some_and(|token| token.is_mark(*mark)))
    }

    fn step(&mut self) -> Result<(), MomentFault> {
        match self.peek(0) {
            Some(Token::Number(_)) => self.number_first(),
            Some(Token::Word(_)) => self.word_first(),
            Some(Token::Mark(mark)) => self.mark_first(*mark),
            None => Ok(()),
        }
    }

    fn word_first(&mut self) -> Result<(), MomentFault> {
        if let Some((claim, pieces)) = self.zone_here() {
            return self.zone(claim, pieces, false);
        }
        if let Some(base) = self.peek(0).and_then(Token::word).and_then(|word| self.zones.eras.get(word)) {
            return self.era_first(*base);
        }
        let Some(word) = self.meaning(0) else {
            let unknown = self.unknown_here();
            let text = phrase!(
                "time_word",
                "\"{word}\" is not understood in \"{found}\"; expected a date, a time and a zone such as 2026-12-03 \
                 10:00 America/Los_Angeles",
                word = shown(&unknown),
                found = shown(self.text)
            );
            return Err(fault("time_unreadable", text));
        };
        if words::month(word).is_some() {
            return self.month_first(word);
        }
        if let Some(weekday) = words::weekday(word) {
            if self.found.weekday.replace(weekday).is_some_and(|other| other != weekday) {
                return Err(self.two());
            }
            self.at += 1;
            return Ok(());
        }
        match word {
            Word::Today => self.date(DateWritten::Ahead(0), 1),
            Word::Tomorrow => self.date(DateWritten::Ahead(1), 1),
            Word::AfterTomorrow => self.date(DateWritten::Ahead(2), 1),
            Word::Within => self.length_first(),
            Word::Noon => self.time(TimeWritten::on_the_day(Time::constant(12, 0, 0, 0)), 1),
            Word::Midnight => self.time(TimeWritten { time: Time::midnight(), days: &[0, 1] }, 1),
            Word::This | Word::Next | Word::ThisWeek | Word::NextWeek => {
                if self.found.which.replace(word).is_some() {
                    return Err(self.two());
                }
                self.at += 1;
                Ok(())
            }
            Word::HalfTo | Word::HalfPast if matches!(self.peek(1), Some(Token::Number(_))) => {
                self.found.half = Some(word);
                self.at += 1;
                self.number_first()
            }
            Word::Filler => {
                self.at += 1;
                Ok(())
            }
            Word::Until => Err(self.range()),
            part if is_part(part) => self.part_of_day(part),
            _ => Err(self.unreadable()),
        }
    }

    /// `Dec 11 2026`, `December 11th, 2026`, `Dec 11`.
    fn month_first(&mut self, word: Word) -> Result<(), MomentFault> {
        let month = words::month(word).unwrap_or_default();
        let mut ahead = 1;
        while self.mark(ahead, &['.', '-', '/']).is_some() || self.meaning(ahead) == Some(Word::Filler) {
            ahead += 1;
        }
        let Some((day, 1..=2)) = self.number(ahead) else {
            let text = phrase!(
                "time_month_only",
                "\"{found}\" names a month but no day of it; expected a date, a time and a zone such as 2026-12-03 \
                 10:00 America/Los_Angeles",
                found = shown(self.text)
            );
            return Err(fault("time_date_missing", text));
        };
        ahead += 1;
        ahead += self.ordinal(ahead);
        let mut behind = ahead;
        while self.mark(behind, &[',', '.', '-', '/']).is_some() {
            behind += 1;
        }
        if let Some((year, pieces)) = self.year(behind) {
            return self.date(DateWritten::Full(vec![(year, month, small(day))]), behind + pieces);
        }
        // "Dec 10-11", "Dec 10, 11": a second day rather than an hour.
        let plain = behind > ahead && matches!(self.number(behind), Some((_, 1..=2)));
        if plain && !self.is_clock(behind) {
            return Err(self.range());
        }
        self.date(DateWritten::NoYear(vec![(month, small(day))]), ahead)
    }

    fn mark_first(&mut self, mark: char) -> Result<(), MomentFault> {
        let signed = matches!(mark, '+' | '-') && self.found.time.is_some();
        if signed && let Some((offset, pieces)) = self.offset_text(1) {
            // "10:00-12:00" is a range; "T10:00-08:00" and "10:00 -08:00" are offsets.
            let offset_like = offset.len() >= 4 && !self.glued(0) && self.glued(1);
            if mark == '+' || self.found.machine || offset_like {
                let exact = self.found.machine;
                let claim = named(&format!("{mark}{offset}"), self.zones, self.desk_zone);
                return if claim.is_empty() { Err(self.unreadable()) } else { self.zone(claim, pieces + 1, exact) };
            }
            return Err(self.range());
        }
        // "Date: 2026-12-03".
        let label = self.at.checked_sub(1).and_then(|before| self.pieces.get(before)?.means) == Some(Word::Filler);
        match mark {
            ':' if label => {
                self.at += 1;
                Ok(())
            }
            ',' | ';' | '.' | '(' | ')' | '@' | '-' | '[' | ']' | '"' | '\'' | '!' | '、' | '。' => {
                self.at += 1;
                Ok(())
            }
            _ => Err(self.unreadable()),
        }
    }

    fn date(&mut self, date: DateWritten, pieces: usize) -> Result<(), MomentFault> {
        if self.found.date.as_ref().is_some_and(|other| *other != date) {
            return Err(self.two());
        }
        self.found.date = Some(date);
        self.at += pieces;
        Ok(())
    }

    fn time(&mut self, time: TimeWritten, pieces: usize) -> Result<(), MomentFault> {
        if self.found.time.is_some_and(|other| other != time) {
            return Err(self.two());
        }
        self.found.time = Some(time);
        self.at += pieces;
        Ok(())
    }

    fn finish(mut self) -> Result<Written, MomentFault> {
        // "next week" is no day.
        let week = matches!(self.found.which, Some(Word::ThisWeek | Word::NextWeek));
        if week && self.found.weekday.is_none() {
            return Err(self.unreadable());
        }
        if self.found.date.is_none() && self.found.weekday.is_some() {
            self.found.date = Some(DateWritten::Weekday(self.found.which));
        }
        self.in_part()?;
        Ok(self.found)
    }

    fn unreadable(&self) -> MomentFault {
        unreadable(self.text)
    }

    fn range(&self) -> MomentFault {
        let text = phrase!(
            "time_range",
            "\"{found}\" is more than one time; expected the one time at which to start",
            found = shown(self.text)
        );
        fault("time_range", text)
    }

    fn two(&self) -> MomentFault {
        let text = phrase!(
            "time_two",
            "\"{found}\" holds two dates, times or zones that differ; expected one",
            found = shown(self.text)
        );
        fault("time_two", text)
    }
}

fn small(value: i16) -> i8 {
    i8::try_from(value).unwrap_or(i8::MAX)
}
