//! The zone of a written time: a name of several words, an offset, a place.

use crate::desk::moment::parse::{Reader, ZoneWritten};
use crate::desk::moment::scan::{Piece, Token, joined};
use crate::desk::moment::zone::{Claim, capital, named};
use crate::desk::moment::{MomentFault, Word};

/// "hora de ciudad de méxico" has this many.
const PIECES_MAX: usize = 5;

impl Reader<'_> {
    /// The longest zone name that begins here, and how many pieces it takes.
    pub(super) fn zone_here(&self) -> Option<(Claim, usize)> {
        // "utc-5", "gmt+2", "utc +05:30".
        let prefix = self.peek(0)?.word()?;
        if matches!(prefix, "utc" | "gmt")
            && let Some(sign) = self.mark(1, &['+', '-'])
            && let Some((offset, pieces)) = self.offset_text(2)
        {
            let claim = named(&format!("{sign}{offset}"), self.zones, self.desk_zone);
            return (!claim.is_empty()).then_some((claim, 2 + pieces));
        }
        // "eastern standard time", "america/new york"; a lone word of the
        // calendar ("may", "sat") is none.
        (1..=PIECES_MAX).rev().find_map(|length| {
            if length == 1 && self.meaning(0).is_some() {
                return None;
            }
            let here = self.pieces.get(self.at..self.at + length)?;
            let is_name = |piece: &Piece| {
                let meaning = piece.token.word().map(|word| self.zones.words.get(word));
                matches!(meaning, Some(None | Some(Word::Filler)))
            };
            if !here.iter().all(|piece| length == 1 || is_name(piece)) {
                return None;
            }
            let claim = named(&joined(here), self.zones, self.desk_zone);
            (!claim.is_empty()).then_some((claim, length))
        })
    }

    /// `5`, `08:00`, `0800` from `ahead` on, and how many pieces it takes.
    pub(super) fn offset_text(&self, ahead: usize) -> Option<(String, usize)> {
        let Some(Token::Number(hours)) = self.peek(ahead) else { return None };
        if self.mark(ahead + 1, &[':']).is_some()
            && let Some(Token::Number(minutes)) = self.peek(ahead + 2)
        {
            return Some((format!("{hours}:{minutes}"), 3));
        }
        Some((hours.clone(), 1))
    }

    pub(super) fn zone(&mut self, claim: Claim, pieces: usize, exact: bool) -> Result<(), MomentFault> {
        let text = self.zone_text(&claim, pieces);
        // "Z" is as exact as an offset behind a time of machines.
        let exact = exact || text == "Z";
        let zone = ZoneWritten { text, claim, exact };
        if !self.found.zones.iter().any(|other| other.claim == zone.claim) {
            let place = if exact { 0 } else { self.found.zones.len() };
            self.found.zones.insert(place, zone);
        }
        self.at += pieces;
        Ok(())
    }

    /// The zone as a letter repeats it: "PST", "eastern time", "UTC-5".
    fn zone_text(&self, claim: &Claim, pieces: usize) -> String {
        let alone = self.peek(1).and_then(Token::word).is_none() || pieces == 1;
        let here = self.pieces.iter().skip(self.at).take(pieces);
        let words: Vec<String> = here
            .map(|piece| match &piece.token {
                Token::Number(text) => text.clone(),
                Token::Word(text) if alone && text.chars().count() <= 5 => text.to_uppercase(),
                Token::Word(text) => text.clone(),
                Token::Mark(mark) => mark.to_string(),
            })
            .collect();
        match claim.first() {
            Some(zone) if words.iter().any(|word| word.contains('/')) => zone.name.clone(),
            Some(zone) if zone.zone.to_fixed_offset().is_ok() => words.concat(),
            _ => capital(&words.join(" ")),
        }
    }
}
