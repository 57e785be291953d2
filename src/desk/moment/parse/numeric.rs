//! What begins with a number: dates in digits, days of a month, times of day.

use crate::desk::moment::parse::{DateWritten, Reader, TimeWritten, small};
use crate::desk::moment::scan::Token;
use crate::desk::moment::{MomentFault, Word, fault, shown, words};
use crate::phrase;

impl Reader<'_> {
    pub(super) fn number_first(&mut self) -> Result<(), MomentFault> {
        let dated = self.signed_date()? || self.length_behind()? || self.numeric_date()? || self.day_and_month()?;
        if dated || self.clock()? {
            return Ok(());
        }
        let Some((value, width)) = self.number(0) else { return Err(self.unreadable()) };
        // "Thu Dec 3 10:00:00 2026": the year may come last.
        if let (4, Some(DateWritten::NoYear(days))) = (width, &self.found.date) {
            self.found.date = Some(DateWritten::Full(days.iter().map(|(month, day)| (value, *month, *day)).collect()));
            self.at += 1;
            return Ok(());
        }
        Err(self.unreadable())
    }

    /// `2026-12-03`, `20261203`, `12/11/2026`, `11.12.2026`, `11/12`, `11.12.`.
    fn numeric_date(&mut self) -> Result<bool, MomentFault> {
        let Some((first, width)) = self.number(0) else {
            return self.packed_date();
        };
        let Some(mark) = self.mark(1, &['-', '/', '.']) else { return Ok(false) };
        let Some((second, second_width)) = self.number(2) else { return Ok(false) };
        let spaced = mark != '.' && !(self.glued(1) && self.glued(2));
        if spaced || second_width > 2 {
            return Ok(false);
        }
        let third = self.mark(3, &[mark]).and_then(|_| self.number(4));
        // "11.12. 10 Uhr", "11.12. 10:00": no year of two digits.
        let third = third.filter(|(_, width)| self.glued(4) || (*width == 4 && !self.is_clock(4)));
        match (width, third) {
            (4, Some((third, 1..=2))) => {
                self.date(DateWritten::Full(vec![(first, small(second), small(third))]), 5)?;
                if self.peek(0).and_then(Token::word) == Some("t") && self.number(1).is_some() {
                    self.at += 1;
                    self.found.machine = true;
                }
                Ok(true)
            }
            (1..=2, Some((year, year_width))) if matches!(year_width, 2 | 4) => {
                let year = if year_width == 2 { 2000 + year } else { year };
                let days = both_orders(mark, first, second).into_iter().map(|(month, day)| (year, month, day));
                self.date(DateWritten::Full(days.collect()), 5)?;
                Ok(true)
            }
            (1..=2, None) if mark == '/' || (mark == '.' && self.mark(3, &['.']).is_some()) => {
                self.date(DateWritten::NoYear(both_orders(mark, first, second)), 3)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// `20261203`: eight digits are more than our numbers hold.
    fn packed_date(&mut self) -> Result<bool, MomentFault> {
        let Some(Token::Number(digits)) = self.peek(0) else { return Ok(false) };
        let part = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<i16>().ok());
        let (8, Some(year), Some(month), Some(day)) = (digits.len(), part(0, 4), part(4, 6), part(6, 8)) else {
            return Ok(false);
        };
        self.date(DateWritten::Full(vec![(year, small(month), small(day))]), 1)?;
        if self.peek(0).and_then(Token::word) == Some("t") {
            self.at += 1;
            self.found.machine = true;
        }
        Ok(true)
    }

    /// `11 December 2026`, `3rd of Dec`, `11-Dec-2026`, `2026 Dec 3`.
    fn day_and_month(&mut self) -> Result<bool, MomentFault> {
        let Some((first, width)) = self.number(0) else { return Ok(false) };
        let mut ahead = 1;
        ahead += self.ordinal(ahead);
        while self.mark(ahead, &['.', '-', '/']).is_some() || self.meaning(ahead) == Some(Word::Filler) {
            ahead += 1;
        }
        let Some(month) = self.month(ahead) else { return Ok(false) };
        ahead += 1;
        while self.mark(ahead, &[',', '.', '-', '/']).is_some() {
            ahead += 1;
        }
        // "3 de diciembre de 2026".
        if self.meaning(ahead) == Some(Word::Filler)
            && matches!(self.number(ahead + 1), Some((_, 4)))
            && !self.is_clock(ahead + 1)
        {
            ahead += 1;
        }
        match (width, self.number(ahead), self.year(ahead)) {
            (4, Some((day, 1..=2)), _) => {
                self.date(DateWritten::Full(vec![(first, month, small(day))]), ahead + 1)?;
            }
            (1..=2, _, Some((year, pieces))) => {
                self.date(DateWritten::Full(vec![(year, month, small(first))]), ahead + pieces)?;
            }
            (1..=2, _, _) => self.date(DateWritten::NoYear(vec![(month, small(first))]), ahead)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// `10:00`, `8:30am`, `6 pm`, `10 o'clock`, `10h30`, and with a date `0600` and `6`.
    fn clock(&mut self) -> Result<bool, MomentFault> {
        let Some(Hands { hour, minute, half, ahead, plain }) = self.hands() else { return Ok(false) };
        let half_before = self.found.half.take();
        let plain = plain || half_before.is_some();
        if !plain && half.is_none() && self.found.date.is_none() && self.found.weekday.is_none() {
            return Ok(false);
        }
        if !plain && half.is_none() && self.is_day_of_month() {
            let goes_on = self.mark(1, &['-']).is_some() || self.meaning(1) == Some(Word::Until);
            return Err(if goes_on { self.range() } else { self.unreadable() });
        }
        let (hour, minute) = match (half_before, minute) {
            (None, _) => (hour, minute),
            (Some(Word::HalfTo), 0) if (1..=12).contains(&hour) => ((hour + 11) % 12, 30),
            (Some(_), 0) if (1..=12).contains(&hour) => (hour, 30),
            (Some(_), _) => return Err(self.unreadable()),
        };
        let Some(written) = TimeWritten::of_day(hour, minute, half) else {
            let text = phrase!(
                "time_of_day",
                "\"{found}\" holds no time of a day; expected a time from 00:00 to 24:00",
                found = shown(self.text)
            );
            return Err(fault("time_unreadable", text));
        };
        self.time(written, ahead)?;
        Ok(true)
    }

    /// The numbers of a time of day, and how many pieces they take.
    fn hands(&self) -> Option<Hands> {
        let (hour, width) = self.number(0).or_else(|| self.packed_seconds())?;
        let mut ahead = 1;
        let mut minute = 0;
        let mut plain = false;
        if self.mark(1, &[':']).is_some() {
            let (value, _) = self.number(2).filter(|(_, width)| *width == 2)?;
            (minute, ahead, plain) = (value, 3, true);
            if self.mark(3, &[':']).is_some()
                && let Some((seconds, _)) = self.number(4)
            {
                (seconds < 60).then_some(())?;
                ahead = 5;
                if self.mark(5, &['.']).is_some() && self.number(6).is_some() && self.glued(6) {
                    ahead = 7;
                }
            }
        } else if let Some(value) = self.minutes_behind_a_stop() {
            (minute, ahead, plain) = (value, 3, true);
        }
        let half = self.meaning(ahead).filter(|word| is_behind_an_hour(*word));
        if half == Some(Word::Hours) && !plain && width <= 2 && self.is_length(ahead) {
            return None;
        }
        ahead += usize::from(half.is_some());
        let mut hour = hour;
        if width == 4 && !plain {
            // "2026" behind "11 Dec" is a year, "1000z" is none.
            let dated = matches!(&self.found.date, Some(date) if !matches!(date, DateWritten::NoYear(_)));
            if !dated && half.is_none() && !self.is_clock(0) {
                return None;
            }
            (hour, minute, plain) = (hour / 100, hour % 100, true);
        } else if width > 2 {
            return None;
        }
        if !plain && let Some(value) = half.and_then(|_| self.minutes_behind_the_hour(ahead)) {
            (minute, ahead) = (value, ahead + 1);
            ahead += usize::from(self.meaning(ahead) == Some(Word::MinuteSign));
        }
        if minute == 0 && self.meaning(ahead) == Some(Word::HalfBehind) {
            (minute, ahead, plain) = (30, ahead + 1, true);
        }
        // "half past nine am".
        let late = self.meaning(ahead).filter(|word| matches!(word, Word::Am | Word::Pm));
        let half = match (half, late) {
            (Some(Word::Am | Word::Pm), _) | (_, None) => half,
            (_, Some(_)) => {
                ahead += 1;
                late
            }
        };
        Some(Hands { hour, minute, half, ahead, plain })
    }

    /// "2 hours" in English, and not "at 10 hours".
    fn is_length(&self, ahead: usize) -> bool {
        let before = self.at.checked_sub(1).and_then(|before| self.pieces.get(before)?.means);
        let word = self.peek(ahead).and_then(Token::word);
        before != Some(Word::Filler) && word.is_some_and(|word| !self.zones.foreign.contains(word))
    }

    /// `180000` behind a `T`: more than our numbers hold.
    fn packed_seconds(&self) -> Option<(i16, usize)> {
        let Some(Token::Number(digits)) = self.peek(0) else { return None };
        let clock = digits.get(..4).filter(|_| self.found.machine && digits.len() == 6)?;
        Some((clock.parse().ok()?, 4))
    }

    /// `10.30 Uhr`, and behind a date `10.30`; "morgen 11.12" may be a date.
    fn minutes_behind_a_stop(&self) -> Option<i16> {
        let spelled = self.mark(1, &['.']).is_some() && self.glued(2) && self.mark(3, &['.']).is_none();
        let (minute, _) = self.number(2).filter(|(_, width)| spelled && *width == 2)?;
        let dated = match &self.found.date {
            Some(DateWritten::Full(_) | DateWritten::NoYear(_)) => true,
            _ => (13..60).contains(&minute),
        };
        let behind = self.meaning(3).is_some_and(is_behind_an_hour);
        (dated || behind).then_some(minute)
    }

    /// `10h30`, `10 Uhr 30`; not the day of `10 Uhr 12.12.`.
    fn minutes_behind_the_hour(&self, ahead: usize) -> Option<i16> {
        let (minute, _) = self.number(ahead).filter(|(value, width)| *width == 2 && *value < 60)?;
        let mut behind = ahead + 1;
        while self.meaning(behind) == Some(Word::Filler) {
            behind += 1;
        }
        let date = self.mark(behind, &['.', '-', '/', ':']).is_some()
            || self.meaning(behind).is_some_and(|word| words::month(word).is_some() || is_behind_an_hour(word));
        (!date).then_some(minute)
    }

    /// "jeudi 10", "am 10.": nobody writes an hour so, but the English do.
    fn is_day_of_month(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|before| self.pieces.get(before));
        before.and_then(|piece| Some((piece.token.word()?, piece.means))).is_some_and(|(word, means)| {
            let weekday = means.and_then(words::weekday).is_some() && self.zones.foreign.contains(word);
            weekday || matches!(word, "le" | "el" | "den" | "dem" | "der" | "am" | "vom" | "the")
        })
    }
}

/// A time of day as its numbers say it.
struct Hands {
    hour: i16,
    minute: i16,
    half: Option<Word>,
    ahead: usize,
    /// It is a time of day wherever it stands.
    plain: bool,
}

fn is_behind_an_hour(word: Word) -> bool {
    matches!(word, Word::Am | Word::Pm | Word::Oclock | Word::Hours)
}

/// Full stops mean day first; slashes and dashes may be either, ours first.
fn both_orders(mark: char, first: i16, second: i16) -> Vec<(i8, i8)> {
    let (first, second) = (small(first), small(second));
    if mark == '.' || first == second { vec![(second, first)] } else { vec![(first, second), (second, first)] }
}
