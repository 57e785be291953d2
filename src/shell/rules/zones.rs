//! `zones.toml` and `times.toml`: what people call zones, and the words of times.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use strum::VariantArray;
use toml::Spanned;

use crate::desk::moment::{self, Word, Zones};
use crate::shell::rules::by_language::{self, ByLanguage};
use crate::shell::rules::time::check_zone;
use crate::shell::toml_file::{FileFault, TomlFile};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ZonesText {
    names: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
    shapes: ByLanguage,
    places: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TimesText {
    words: BTreeMap<Spanned<String>, ByLanguage>,
    short: BTreeMap<Spanned<String>, ByLanguage>,
    joined: BTreeMap<String, String>,
    units: BTreeMap<Spanned<String>, ByLanguage>,
    later: BTreeMap<Spanned<String>, ByLanguage>,
    numbers: BTreeMap<String, Vec<String>>,
    ordinals: ByLanguage,
    eras: BTreeMap<String, i16>,
}

/// Both files, since a word of one may be cut by the other.
pub fn zones(zones: &TomlFile, times: &TomlFile, faults: &mut Vec<FileFault>) -> Option<Zones> {
    let zones_text = zones.parse::<ZonesText>().map_err(|fault| faults.push(fault)).ok();
    let times_text = times.parse::<TimesText>().map_err(|fault| faults.push(fault)).ok();
    let (text, times_text) = (zones_text?, times_text?);
    let shapes = shapes(zones, &text.shapes, faults);
    let mut read = Zones {
        names: names(zones, text.names, faults),
        places: places(zones, text.places, faults),
        shapes,
        ..words_of(times, times_text, faults)
    };
    let literals = read.shapes.iter().flat_map(|(before, behind)| [before, behind]).map(|part| part.trim());
    let numbers = read.numbers.keys().map(String::as_str);
    let words = read.words.keys().chain(read.short.keys()).chain(read.joined.keys()).chain(read.eras.keys());
    let lengths = read.later.keys().chain(read.names.keys()).chain(read.places.keys());
    let all = words.chain(lengths).map(String::as_str).chain(literals).chain(numbers);
    read.uncut = moment::uncut(all);
    Some(read)
}

fn words_of(file: &TomlFile, text: TimesText, faults: &mut Vec<FileFault>) -> Zones {
    let words = words(file, &text.words, faults);
    let short = meanings(file, "short", &text.short, faults);
    for name in text.short.keys().filter(|name| !name.get_ref().ends_with("day") || name.get_ref() == "today") {
        let found = format!("\"{}\"", name.get_ref());
        let way_out = "write a weekday such as monday";
        faults.push(file.fault(Some(&name.span()), "short", "a weekday", &found, way_out));
    }
    let of = |english: bool| {
        let languages = text.words.values().chain(text.short.values()).flatten();
        let lists = languages.filter(move |(language, _)| (*language == "en") == english);
        lists.flat_map(|(_, words)| words).map(|word| word.get_ref().trim().to_lowercase())
    };
    let english: BTreeSet<String> = of(true).collect();
    let foreign = of(false).filter(|word| !english.contains(word)).collect();
    let lower = |(word, value): (&String, i16)| (word.to_lowercase(), value);
    Zones {
        words,
        short,
        foreign,
        joined: text.joined.iter().map(|(word, both)| (word.to_lowercase(), both.to_lowercase())).collect(),
        units: lengths(file, "units", &text.units, faults),
        later: lengths(file, "later", &text.later, faults),
        numbers: text.numbers.values().flat_map(|words| numbered(words)).collect(),
        ordinals: by_language::lower(file, "ordinals", &text.ordinals, faults).into_iter().collect(),
        eras: text.eras.iter().map(|(era, base)| lower((era, *base))).collect(),
        ..Zones::default()
    }
}

/// "one|a|an", "two": each word with its place in the list, counted from one.
fn numbered(words: &[String]) -> impl Iterator<Item = (String, i16)> {
    let counted = (1..).zip(words);
    counted.flat_map(|(number, words)| words.split('|').map(move |word| (word.trim().to_lowercase(), number)))
}

fn names(
    file: &TomlFile,
    written: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
    faults: &mut Vec<FileFault>,
) -> BTreeMap<String, Vec<String>> {
    let mut names = BTreeMap::new();
    for (name, readings) in written {
        let lower = name.get_ref().trim().to_lowercase();
        if readings.is_empty() {
            let way_out = "write zones, the one to prefer first";
            faults.push(file.fault(Some(&name.span()), name.get_ref(), "at least one zone", "none", way_out));
        }
        for reading in readings.iter().filter(|reading| reading.get_ref() != "desk") {
            check_zone(file, name.get_ref(), reading, faults);
        }
        let readings = readings.into_iter().map(Spanned::into_inner).collect();
        if names.insert(lower, readings).is_some() {
            let found = "one that differs from another in capitals only";
            faults.push(file.fault(Some(&name.span()), name.get_ref(), "a new name", found, "keep one of them"));
        }
    }
    names
}

/// The places of the file before those of the time zone database.
fn places(
    file: &TomlFile,
    written: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
    faults: &mut Vec<FileFault>,
) -> BTreeMap<String, Vec<String>> {
    let mut places = moment::cities();
    for (zone, words) in written {
        check_zone(file, "places", &zone, faults);
        for word in words {
            let zone = zone.get_ref().clone();
            places.insert(word.get_ref().trim().to_lowercase(), vec![zone]);
        }
    }
    places
}

/// "hora de {}": what stands before the place and behind it.
fn shapes(file: &TomlFile, written: &ByLanguage, faults: &mut Vec<FileFault>) -> Vec<(String, String)> {
    by_language::check(file, "shapes", written, faults);
    let mut shapes = Vec::new();
    for shape in written.values().flatten() {
        match shape.get_ref().split_once("{}") {
            Some((before, behind)) => shapes.push((before.to_lowercase(), behind.to_lowercase())),
            None => {
                let found = format!("\"{}\"", shape.get_ref());
                let way_out = "write {} where the place stands, for instance \"{} time\"";
                faults.push(file.fault(Some(&shape.span()), "shapes", "a place", &found, way_out));
            }
        }
    }
    shapes
}

/// Units of time and the days that each has.
fn lengths(
    file: &TomlFile,
    table: &str,
    written: &BTreeMap<Spanned<String>, ByLanguage>,
    faults: &mut Vec<FileFault>,
) -> BTreeMap<String, i16> {
    let mut lengths = BTreeMap::new();
    for (name, by_language) in written {
        let days = match name.get_ref().as_str() {
            "hour" => 0,
            "day" => 1,
            "week" => 7,
            _ => {
                let found = format!("\"{}\"", name.get_ref());
                let way_out = "correct the name";
                faults.push(file.fault(Some(&name.span()), table, "hour, day or week", &found, way_out));
                continue;
            }
        };
        let words = by_language::lower(file, name.get_ref(), by_language, faults);
        lengths.extend(words.into_iter().map(|word| (word, days)));
    }
    lengths
}

/// Every meaning has its words.
fn words(
    file: &TomlFile,
    written: &BTreeMap<Spanned<String>, ByLanguage>,
    faults: &mut Vec<FileFault>,
) -> BTreeMap<String, Word> {
    let words = meanings(file, "words", written, faults);
    for meaning in Word::VARIANTS {
        if !words.values().any(|known| known == meaning) {
            let name: &str = meaning.into();
            let way_out = "add the words that people use for it";
            faults.push(file.fault(None, "words", &format!("[words.{name}]"), "none", way_out));
        }
    }
    words
}

/// Every word of a written time means one thing.
fn meanings(
    file: &TomlFile,
    table: &str,
    written: &BTreeMap<Spanned<String>, ByLanguage>,
    faults: &mut Vec<FileFault>,
) -> BTreeMap<String, Word> {
    let mut words = BTreeMap::new();
    for (name, by_language) in written {
        let Ok(meaning) = name.get_ref().parse::<Word>() else {
            let found = format!("\"{}\"", name.get_ref());
            let expected = "a meaning such as january, monday, tomorrow, noon";
            faults.push(file.fault(Some(&name.span()), table, expected, &found, "correct the name"));
            continue;
        };
        by_language::check(file, name.get_ref(), by_language, faults);
        for word in by_language.values().flatten() {
            let other = words.insert(word.get_ref().trim().to_lowercase(), meaning);
            if other.is_some_and(|other| other != meaning) {
                let found = format!("\"{}\", which means something else already", word.get_ref());
                let way_out = "keep it under one of them";
                faults.push(file.fault(Some(&word.span()), name.get_ref(), "new words", &found, way_out));
            }
        }
    }
    words
}
