//! Which word is which month, which weekday.

use jiff::civil::Weekday;

use crate::desk::moment::Word;

/// The number of a month, from 1.
pub(super) fn month(word: Word) -> Option<i8> {
    use Word::*;
    let months = [January, February, March, April, May, June, July, August, September, October, November, December];
    (1..).zip(months).find(|(_, month)| *month == word).map(|(number, _)| number)
}

pub(super) fn weekday(word: Word) -> Option<Weekday> {
    match word {
        Word::Monday => Some(Weekday::Monday),
        Word::Tuesday => Some(Weekday::Tuesday),
        Word::Wednesday => Some(Weekday::Wednesday),
        Word::Thursday => Some(Weekday::Thursday),
        Word::Friday => Some(Weekday::Friday),
        Word::Saturday => Some(Weekday::Saturday),
        Word::Sunday => Some(Weekday::Sunday),
        _ => None,
    }
}
