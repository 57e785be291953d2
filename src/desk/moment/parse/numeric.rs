//! What begins with a number: dates in digits, days of a month, times of day.

use crate::desk::moment::parse::{DateWritten, Reader, TimeWritten, is_ordinal, small};
use crate::desk::moment::scan::Token;
use crate::desk::moment::{MomentFault, Word, fault, shown, words};
use crate::phrase;

impl Reader<'_> {
    pub(super) fn number_first(&mut self) -> Result<(), MomentFault> {
        if self.numeric_date()? || self.day_and_month()? || self.clock()? {
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
        if self.glued(ahead) && self.peek(ahead).and_then(Token::word).is_some_and(is_ordinal) {
            ahead += 1;
        }
        while self.mark(ahead, &['.', '-', '/']).is_some() || self.meaning(ahead) == Some(Word::Filler) {
            ahead += 1;
        }
        let Some(month) = self.meaning(ahead).and_then(words::month) else { return Ok(false) };
        ahead += 1;
        while self.mark(ahead, &[',', '.', '-', '/']).is_some() {
            ahead += 1;
        }
        // "3 de diciembre de 2026".
        if self.meaning(ahead) == Some(Word::Filler) && matches!(self.number(ahead + 1), Some((_, 4))) {
            ahead += 1;
        }
        let next = self.number(ahead);
        match (width, next) {
            (4, Some((day, 1..=2))) => {
                self.date(DateWritten::Full(vec![(first, month, small(day))]), ahead + 1)?;
            }
            (1..=2, Some((year, 4))) if self.mark(ahead + 1, &[':']).is_none() => {
                self.date(DateWritten::Full(vec![(year, month, small(first))]), ahead + 1)?;
            }
            (1..=2, _) => self.date(DateWritten::NoYear(vec![(month, small(first))]), ahead)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// `10:00`, `8:30am`, `6 pm`, `10 o'clock`, `10h30`, and with a date `0600` and `6`.
    fn clock(&mut self) -> Result<bool, MomentFault> {
        let Some((hour, width)) = self.number(0) else { return Ok(false) };
        let mut ahead = 1;
        let mut minute = 0;
        let mut plain = false;
        if self.mark(1, &[':']).is_some() {
            let Some((value, 2)) = self.number(2) else { return Ok(false) };
            (minute, ahead, plain) = (value, 3, true);
            if self.mark(3, &[':']).is_some() && self.number(4).is_some() {
                ahead = 5;
                if self.mark(5, &['.']).is_some() && self.number(6).is_some() && self.glued(6) {
                    ahead = 7;
                }
            }
        } else if let Some(value) = self.minutes_behind_a_stop() {
            (minute, ahead, plain) = (value, 3, true);
        } else if width == 4 && self.found.date.is_some() && !matches!(self.found.date, Some(DateWritten::NoYear(_))) {
            (minute, plain) = (hour % 100, true);
        }
        let hour = if width == 4 { hour / 100 } else { hour };
        let half = self.meaning(ahead).filter(|word| is_behind_an_hour(*word));
        ahead += usize::from(half.is_some());
        if !plain && let Some(value) = half.and_then(|_| self.minutes_behind_the_hour(ahead)) {
            (minute, ahead) = (value, ahead + 1);
        }
        if !plain && half.is_none() && (width > 2 || self.found.date.is_none() && self.found.weekday.is_none()) {
            return Ok(false);
        }
        if !plain && half.is_none() && width <= 2 && self.is_day_of_month() {
            return Err(self.unreadable());
        }
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

    /// `10.30 Uhr`.
    fn minutes_behind_a_stop(&self) -> Option<i16> {
        let spelled = self.mark(1, &['.']).is_some() && self.glued(2);
        let (minute, _) = self.number(2).filter(|(_, width)| spelled && *width == 2)?;
        (self.meaning(3) == Some(Word::Oclock)).then_some(minute)
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

fn is_behind_an_hour(word: Word) -> bool {
    matches!(word, Word::Am | Word::Pm | Word::Oclock | Word::Hours)
}

/// Full stops mean day first; slashes and dashes may be either, ours first.
fn both_orders(mark: char, first: i16, second: i16) -> Vec<(i8, i8)> {
    let (first, second) = (small(first), small(second));
    if mark == '.' || first == second { vec![(second, first)] } else { vec![(first, second), (second, first)] }
}
