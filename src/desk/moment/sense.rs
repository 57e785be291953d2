//! What a word of a time means where it stands: "morgen" behind a weekday is the
//! morning, "am" before a day is no hour, and "guten Morgen" is no time at all.

use crate::desk::moment::scan::{Piece, Token, fold, pieces};
use crate::desk::moment::{Word, Zones, words};

/// The pieces of a text with their meanings. In `prose` a short name of a weekday
/// ("do", "so", "mar") may be a word of its own; in a field it is the weekday.
pub(super) fn sensed(text: &str, zones: &Zones, prose: bool) -> Vec<Piece> {
    let whole = pieces(&fold(text), zones);
    let mut pieces: Vec<Piece> = whole.into_iter().flat_map(|piece| apart(piece, zones)).collect();
    let within = lengths(&pieces, zones);
    numbers(&mut pieces, &within, zones, prose);
    let means: Vec<Option<Word>> = (0..pieces.len()).map(|at| means(&pieces, at, zones, prose)).collect();
    for (piece, means) in pieces.iter_mut().zip(means) {
        piece.means = means;
    }
    for at in within {
        if let Some(piece) = pieces.get_mut(at) {
            piece.means = Some(Word::Within);
        }
    }
    pieces
}

/// "donnerstagnachmittag" and "今晚" are a day and a part of it.
fn apart(piece: Piece, zones: &Zones) -> Vec<Piece> {
    let Some(word) = piece.token.word().filter(|word| !zones.words.contains_key(*word)) else { return vec![piece] };
    if let Some(both) = zones.joined.get(word) {
        return pieces(both, zones);
    }
    let cut = word.char_indices().map(|(at, _)| at).find(|at| {
        let (day, part) = word.split_at(*at);
        let part = zones.words.get(part).copied();
        zones.words.get(day).copied().and_then(words::weekday).is_some()
            && part.is_some_and(|part| is_part(part) || part == Word::TomorrowOrMorning)
    });
    let Some((day, part)) = cut.map(|at| word.split_at(at)) else { return vec![piece] };
    let of = |word: &str, glued| Piece { token: Token::Word(word.to_owned()), glued, means: None };
    vec![of(day, piece.glued), of(part, false)]
}

/// Where lengths of time stand that lead to a day: "in", the number and the unit
/// of "in 2 days", "天后" of "3天后".
fn lengths(pieces: &[Piece], zones: &Zones) -> Vec<usize> {
    let word = |at: usize| pieces.get(at).and_then(|piece| piece.token.word());
    let counts = |at: usize| {
        let piece = pieces.get(at).map(|piece| &piece.token);
        matches!(piece, Some(Token::Number(_))) || word(at).is_some_and(|word| zones.numbers.contains_key(word))
    };
    let mut places = Vec::new();
    for at in 0..pieces.len() {
        if word(at).is_some_and(|word| zones.words.get(word) == Some(&Word::Within)) {
            let unit = if counts(at + 1) { at + 2 } else { at + 1 };
            if word(unit).is_some_and(|unit| zones.units.contains_key(unit)) {
                places.extend([at, unit]);
            }
        }
        if at > 0 && counts(at - 1) && word(at).is_some_and(|word| zones.later.contains_key(word)) {
            places.push(at);
        }
    }
    places
}

/// Numbers in words become numbers where something is counted: before a unit, an
/// hour, a sign of the calendar, and in a field behind "at".
fn numbers(pieces: &mut [Piece], within: &[usize], zones: &Zones, prose: bool) {
    let means =
        |pieces: &[Piece], at: usize| pieces.get(at).and_then(|piece| zones.words.get(piece.token.word()?).copied());
    for at in 0..pieces.len() {
        let word = pieces.get(at).and_then(|piece| piece.token.word());
        let Some(number) = word.and_then(|word| zones.numbers.get(word)) else { continue };
        let counted = within.contains(&(at + 1)) || means(pieces, at + 1).is_some_and(counts);
        let before = at.checked_sub(1).and_then(|before| means(pieces, before));
        let hour = !prose && matches!(before, Some(Word::Filler | Word::HalfTo | Word::HalfPast));
        if let Some(piece) = pieces.get_mut(at).filter(|_| counted || hour) {
            piece.token = Token::Number(number.to_string());
        }
    }
}

/// What a number stands before.
fn counts(word: Word) -> bool {
    use Word::*;
    matches!(word, Am | Pm | Oclock | Hours | HalfBehind | YearSign | MonthSign | DaySign | MinuteSign)
}

/// A part of a day: with it a time of day is of that part.
pub(super) fn is_part(word: Word) -> bool {
    matches!(word, Word::Morning | Word::Afternoon | Word::Evening | Word::Night | Word::FirstHalf | Word::SecondHalf)
}

fn means(pieces: &[Piece], at: usize, zones: &Zones, prose: bool) -> Option<Word> {
    let word = pieces.get(at)?.token.word()?;
    let before = at.checked_sub(1).and_then(|before| pieces.get(before)).map(|piece| &piece.token);
    let word_before = before.and_then(Token::word);
    let means_before = word_before.and_then(|word| zones.words.get(word).copied());
    let known = zones.words.get(word).copied();
    if let Some(day) = zones.short.get(word) {
        return short(pieces, at, *day, known, prose);
    }
    let is_greeting = means_before == Some(Word::Greeting);
    match known {
        // "am Dienstag"; behind a number it is "10 am".
        Some(Word::Am) if !matches!(before, Some(Token::Number(_))) => Some(Word::Filler),
        Some(Word::Greeting) => None,
        // Of no length of time.
        Some(Word::Within) => Some(Word::Filler),
        // "cet après-midi"; else CET is a zone.
        None if word == "cet" => {
            let behind = pieces.get(at + 1).and_then(|piece| zones.words.get(piece.token.word()?).copied());
            behind.filter(|word| is_part(*word)).map(|_| Word::This)
        }
        Some(part) if is_greeting && (is_part(part) || part == Word::TomorrowOrMorning) => None,
        Some(Word::TomorrowOrMorning) => {
            let of_day = means_before.is_some_and(|word| {
                words::weekday(word).is_some() || matches!(word, Word::Today | Word::Tomorrow | Word::This)
            });
            let morning = of_day || matches!(word_before, Some("la" | "am"));
            Some(if morning { Word::Morning } else { Word::Tomorrow })
        }
        // "a las 10", and no English article.
        Some(Word::Filler) if word == "a" => {
            let behind = pieces.get(at + 1).and_then(|piece| piece.token.word());
            let at_noon = behind.is_some_and(|word| matches!(zones.words.get(word), Some(Word::Noon | Word::Midnight)));
            (at_noon || matches!(behind, Some("las" | "la"))).then_some(Word::Filler)
        }
        other => other,
    }
}

/// "Do um 10 Uhr" and "Do 10 Uhr" name a day, "could we do 10:00" does not; of
/// "Do 10:00" nobody can tell.
fn short(pieces: &[Piece], at: usize, day: Word, known: Option<Word>, prose: bool) -> Option<Word> {
    const PRONOUNS: [&str; 8] = ["we", "you", "i", "they", "to", "can", "could", "please"];
    let token = |at: usize| pieces.get(at).map(|piece| &piece.token);
    let is_number = |at: usize| matches!(token(at), Some(Token::Number(_)));
    // "(月)" behind a date.
    let opens = at.checked_sub(1).and_then(token).is_some_and(|token| token.is_mark('('));
    if opens && token(at + 1).is_some_and(|token| token.is_mark(')')) {
        return Some(day);
    }
    // "mar" is March beside its day.
    if known.is_some() && (is_number(at + 1) || at > 0 && is_number(at - 1)) {
        return known;
    }
    if !prose {
        return known.or(Some(day));
    }
    let is_mark = |at: usize| token(at).is_some_and(|token| token.is_mark('.') || token.is_mark(','));
    let next = if is_mark(at + 1) { at + 2 } else { at + 1 };
    let leads = token(next).and_then(Token::word);
    let uhr = (1..=4).any(|ahead| token(next + ahead).and_then(Token::word) == Some("uhr"));
    let before = at.checked_sub(1).and_then(token).and_then(Token::word);
    if matches!(leads, Some("um" | "den")) || (is_number(next) && uhr) {
        return Some(day);
    }
    let leads_on = is_number(next) || matches!(leads, Some("à" | "a"));
    let is_verb = before.is_some_and(|before| PRONOUNS.contains(&before));
    (leads_on && !is_verb).then_some(Word::Vague)
}
