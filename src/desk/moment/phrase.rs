//! Times in the midst of sentences: which words speak of one, and whether the
//! sentence refuses it ("can't make it Tuesday, Thursday same time?").

use crate::desk::moment::scan::{Piece, Token, fold, pieces};
use crate::desk::moment::zone::named;
use crate::desk::moment::{Word, Zones, words};

/// Words that speak of a time, as [`crate::desk::moment::read`] reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    pub text: String,
    /// The sentence part says that this time is not possible, or the old one.
    pub refused: bool,
}

/// Lines of a mail that are looked at: a wish stands at its top.
const LINES_MAX: usize = 12;

/// The times in `text`, in order. A part of a sentence that has one of
/// `refusing` (lower case, one word each) speaks of times that cannot be.
pub fn phrases(text: &str, zones: &Zones, refusing: &[String]) -> Vec<Phrase> {
    let lines = text.lines().filter(|line| !line.trim().is_empty()).take(LINES_MAX);
    lines.flat_map(|line| of_line(&pieces(&fold(line)), zones, refusing)).collect()
}

fn of_line(pieces: &[Piece], zones: &Zones, refusing: &[String]) -> Vec<Phrase> {
    let mut found: Vec<Phrase> = Vec::new();
    for part in pieces.split(ends_a_part) {
        let refused =
            part.iter().any(|piece| piece.token.word().is_some_and(|word| refusing.iter().any(|no| no == word)));
        let mut rest = part;
        let mut before: &str = "";
        while let Some(first) = rest.first() {
            let length = run(rest, zones, is_hour_behind(before));
            if length > 0 {
                let text = written(rest.get(..length).unwrap_or_default());
                // "from Tuesday to Thursday", "Thursday instead of Tuesday", "not Friday".
                let old = matches!(before, "from" | "of" | "than" | "not");
                found.push(Phrase { text, refused: refused || old });
            }
            before = first.token.word().unwrap_or(before);
            rest = rest.get(length.max(1)..).unwrap_or_default();
        }
    }
    found
}

/// A mark between two parts of a sentence; in "10.30" and "10,30" it is none.
fn ends_a_part(piece: &Piece) -> bool {
    let mark = match &piece.token {
        Token::Mark(mark) => Some(*mark),
        Token::Word(word) if word == "but" || word == "so" => Some(';'),
        Token::Number(_) | Token::Word(_) => None,
    };
    matches!(mark, Some(',' | ';' | '?' | '!'))
}

/// "at 10", "to 10": a number alone is an hour there.
fn is_hour_behind(word: &str) -> bool {
    matches!(word, "at" | "to" | "by" | "around" | "for")
}

/// How many pieces from the first on speak of one time; 0: the first does not.
fn run(pieces: &[Piece], zones: &Zones, hour: bool) -> usize {
    let mut end = 0;
    let mut at = 0;
    let mut certain = false;
    while let Some(piece) = pieces.get(at) {
        let behind = pieces.get(at + 1).map(|piece| &piece.token);
        match &piece.token {
            Token::Number(_) => end = at + 1,
            Token::Word(word) => match meaning(word, behind, end > 0, zones) {
                Some(Word::Filler) if end > 0 => {}
                Some(Word::This | Word::Next) => {}
                Some(Word::Filler | Word::Until) | None => match zone_at(pieces, at, zones).filter(|_| end > 0) {
                    Some(length) => {
                        at += length;
                        end = at;
                        continue;
                    }
                    None => break,
                },
                Some(_) => {
                    certain = true;
                    end = at + 1;
                }
            },
            Token::Mark(':' | '/' | '-' | '.' | '+') if end > 0 => {}
            Token::Mark(_) => break,
        }
        // "10:30" and "2026-12-03" are times wherever they stand.
        certain |= matches!((&piece.token, behind), (Token::Number(_), Some(Token::Mark(':'))));
        certain |= matches!(&piece.token, Token::Number(digits) if digits.len() == 4 && digits.starts_with("20"));
        at += 1;
    }
    if certain || hour { end } else { 0 }
}

/// "may" and "march" are months beside a number only, "second" is no time, "next"
/// and "this" need a day behind them.
fn meaning(word: &str, behind: Option<&Token>, within: bool, zones: &Zones) -> Option<Word> {
    let meaning = zones.words.get(word).copied();
    let number_behind = matches!(behind, Some(Token::Number(_)));
    match meaning {
        None if matches!(word, "st" | "nd" | "rd" | "th") && within => Some(Word::Filler),
        Some(Word::This | Word::Next) => {
            let day = behind.and_then(Token::word).and_then(|word| zones.words.get(word).copied());
            meaning.filter(|_| day.is_some_and(|day| words::weekday(day).is_some()))
        }
        Some(month) if words::month(month).is_some() => meaning.filter(|_| within || number_behind),
        other => other,
    }
}

/// How many pieces from `at` on are the name of a zone.
fn zone_at(pieces: &[Piece], at: usize, zones: &Zones) -> Option<usize> {
    const PIECES_MAX: usize = 3;
    (1..=PIECES_MAX).rev().find(|length| {
        let here = pieces.get(at..at + length).unwrap_or_default();
        let names: Option<Vec<&str>> = here.iter().map(|piece| piece.token.word()).collect();
        names.is_some_and(|names| names.len() == *length && !named(&names.join(" "), zones, "").is_empty())
    })
}

/// The pieces as text again.
fn written(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        if !piece.glued && !text.is_empty() {
            text.push(' ');
        }
        match &piece.token {
            Token::Number(part) | Token::Word(part) => text.push_str(part),
            Token::Mark(mark) => text.push(*mark),
        }
    }
    text
}
